"""What the terminal shows of a run: the headline sentences first, then two small tables, at most 80 columns wide."""

from __future__ import annotations

import os
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING

from facopt.measures.planning import TODAY
from facopt.outputs import numbers
from facopt.outputs.brevity import brief, brief_report
from facopt.outputs.tables.fine_grid import fine_grid_sentence
from facopt.outputs.tables.planning import projects_of
from facopt.outputs.tables.summary import headline
from facopt.outputs.tables.view import records
from facopt.outputs.words import say

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from facopt.errors import Finding
    from facopt.location.problem import LocationProblem
    from facopt.measures.report import Report
    from facopt.outputs.numbers import Lang
    from facopt.scenario.schema import Scenario

MOST_NOTES = 6
TIER_NAME = 36
"""Most characters of a tier's name in a table."""


def terminal_language() -> Lang:
    """Return zh where the environment is Chinese, else en; FACOPT_LANG decides where it is set."""
    for name in ("FACOPT_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name, ""):
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


def run_summary(report: Report, folder: Path, findings: Sequence[Finding], lang: Lang | None = None) -> str:
    """Return the text for one run; `findings` are its warnings with files as the reader of the terminal sees them."""
    lang, report = lang or terminal_language(), brief_report(report)
    blocks = [[_title(report, lang), *_sentences(report, lang), *_fine_grid(report, lang)]]
    if report.status in {"optimal", "feasible"}:
        blocks += [_stage_lines(report, lang), _tier_lines(report, lang), _objective_lines(report, lang)]
    blocks += [_notes(findings, lang), [say("terminal.files", lang, folder=str(folder))]]
    return "\n\n".join("\n".join(lines) for lines in blocks if lines)


def check_summary(
    scenario: Scenario, problem: LocationProblem, findings: Sequence[Finding], lang: Lang | None = None
) -> str:
    """Return the text for one checked scenario, with every finding."""
    lang = lang or terminal_language()
    line = say(
        "terminal.check", lang,
        name=scenario.name, points=numbers.count(problem.demand_count),
        people=numbers.people(float(problem.people.sum())),
        existing=numbers.count(int(problem.existing.sum())), candidates=numbers.count(int((~problem.existing).sum())),
        unreachable=numbers.people(float(problem.people[problem.unreachable].sum())),
    )  # fmt: skip
    return "\n".join([line, *_notes(findings, lang, most=len(findings))])


def note_lines(findings: Sequence[Finding], lang: Lang | None = None) -> list[str]:
    """Return every finding as a line."""
    return _notes(findings, lang or terminal_language(), most=len(findings))


def _title(report: Report, lang: Lang) -> str:
    title = report.title_zh if lang == "zh" else report.title_en
    gaps = [level.gap_percent for level in report.objectives if level.gap_percent is not None]
    if report.status == "feasible" and len(gaps) == len(report.objectives):
        status = say("status.feasible_gap", lang, gap=numbers.gap_percent(max(gaps)))
    else:
        status = say(f"status.{report.status}", lang)
    return say("terminal.title", lang, title=title, name=report.scenario, status=status)


def _sentences(report: Report, lang: Lang) -> Iterator[str]:
    h = headline(report)
    uncovered = numbers.people_headline(h.uncovered, lang)
    before = numbers.percent(h.covered_now_percent)
    if h.covered is None or not (h.newly_covered or h.loses_cover):
        yield say("terminal.coverage_now", lang, before=before, people=numbers.people(h.people), uncovered=uncovered)
    else:
        newly = numbers.people_headline(h.newly_covered, lang)
        after = numbers.percent(h.covered_percent)
        told = {"before": before, "after": after, "newly": newly, "uncovered": uncovered}
        dated = _first_and_last(report)
        yield say("terminal.coverage_stages" if dated else "terminal.coverage", lang, **told, **dated)
    if h.loses_cover:
        yield say("terminal.loses", lang, people=numbers.people_headline(h.loses_cover, lang))
    if h.covered is not None:
        yield _spent(report, lang)
    if h.unreachable:
        yield say("terminal.unreachable", lang, people=numbers.people_headline(h.unreachable, lang))
    else:
        yield say("terminal.nobody_unreachable", lang)
    yield from _why_no_plan(report, lang)


def _first_and_last(report: Report) -> dict[str, str]:
    """Return the share covered today, of today's people, and the year of the last stage; nothing without dates."""
    planning = report.planning
    if planning is None or not planning.base_year:
        return {}
    today = records(planning.stages.head(1))[0]
    share = numbers.share_percent(today["people_covered"], today["people"])
    return {"today": share, "year": str(planning.money["stage"].iloc[-1])}


def _spent(report: Report, lang: Lang) -> str:
    """Return what is done for how much: what is built and closed, or every kind of action of a plan in stages."""
    h = headline(report)
    cost = numbers.money_sentence(h.cost, report.currency, lang)
    if report.planning is None:
        new, closed = numbers.count(h.sites_new), numbers.count(h.sites_closed)
        return say("terminal.cost", lang, new=new, closed=closed, cost=cost)
    counts = Counter(row["action"] for row in projects_of(report))
    kinds = ("build", "extend", "refurbish", "relocate", "close", "merge")
    done = [say(f"terminal.action.{kind}", lang, n=str(counts[kind])) for kind in kinds if counts[kind]]
    listed = ("，" if lang == "zh" else ", ").join(done) or say("none", lang)
    return say("terminal.actions", lang, actions=listed[:1].upper() + listed[1:], cost=cost)


def _stage_lines(report: Report, lang: Lang) -> list[str]:
    """Return a line per stage, today first: its people, how many are covered, sites, money; none for one stage."""
    planning = report.planning
    if planning is None or not planning.base_year:
        return []
    keys = ("stage", "people", "covered", "open", "capital", "budget")
    rows = [[say(f"terminal.{key}", lang) for key in keys]]
    money = {str(row["stage"]): row for row in records(planning.money)}
    for row in planning.stages[planning.stages["tier"] == ""].to_dict("records"):
        stage = str(row["stage"])
        year = f"{say('when.now', lang)} ({planning.base_year})" if stage == TODAY else stage
        spent = [
            numbers.money_headline(money[stage][key], report.currency, lang) if stage in money else ""
            for key in ("capital", "budget")
        ]
        share = numbers.share_percent(row["people_covered"], row["people"])
        rows.append([year, numbers.people(row["people"]), share, numbers.count(row["sites_open"]), *spent])
    return _aligned(rows)


def _fine_grid(report: Report, lang: Lang) -> list[str]:
    told = fine_grid_sentence(report)
    return [] if told is None else [told[numbers.LANGUAGES.index(lang)]]


def _why_no_plan(report: Report, lang: Lang) -> Iterator[str]:
    if report.status == "no_solution":
        yield say("terminal.no_solution", lang)
        if report.conflicts:
            yield say("conflicts.easier", lang)
        yield from _ways_out(report, lang)
    if report.status != "infeasible":
        return
    told = "terminal.no_plan" if report.clashes_are_all_needed else "conflicts.clash_in_time"
    yield say("conflicts.clash_single" if len(report.clashes) == 1 else told, lang)
    for clash in report.clashes:
        yield f"  {clash.place}: {clash.sentence_zh if lang == 'zh' else clash.sentence_en}"
    if report.clashes and report.conflicts:
        yield say("terminal.ways_out", lang)
    yield from _ways_out(report, lang)
    if not report.conflicts:
        yield f"  {say('conflicts.none_verified' if report.shortfalls else 'terminal.no_way_out', lang)}"
    if report.shortfalls:
        yield say("conflicts.shortfalls", lang)
    for short in report.shortfalls:
        yield f"  {short.place}: {short.sentence_zh if lang == 'zh' else short.sentence_en}"


def _ways_out(report: Report, lang: Lang) -> Iterator[str]:
    for conflict in report.conflicts:
        yield f"  {conflict.place}: {conflict.sentence_zh if lang == 'zh' else conflict.sentence_en}"


def _tier_lines(report: Report, lang: Lang) -> list[str]:
    rows = [
        [say(f"terminal.{key}", lang) for key in ("tier", "served")]
        + [say("when.now", lang), say("when.plan", lang), say("terminal.sites", lang)]
    ]
    for tier in report.tiers:
        covered = (
            None if tier.people_covered is None else numbers.share_percent(tier.people_covered, tier.people_served)
        )
        rows.append(
            [
                brief(tier.name_zh if lang == "zh" else tier.name_en, TIER_NAME),
                numbers.people(tier.people_served),
                numbers.share_percent(tier.people_covered_now, tier.people_served),
                covered or numbers.MISSING,
                f"{tier.sites_open} ({tier.sites_new})",
            ]
        )
    return _aligned(rows)


def _objective_lines(report: Report, lang: Lang) -> list[str]:
    rows = [[say(f"terminal.{key}", lang) for key in ("objective", "value", "bound", "gap")]]
    rows += [
        [level.name, numbers.trimmed(level.value), numbers.trimmed(level.bound), numbers.gap_percent(level.gap_percent)]
        for level in report.objectives
    ]
    return _aligned(rows)


def _notes(findings: Sequence[Finding], lang: Lang, most: int = MOST_NOTES) -> list[str]:
    lines = [say("terminal.warning", lang, text=str(finding)) for finding in findings[:most]]
    return lines + ([f"… +{len(findings) - most}"] if len(findings) > most else [])


def _aligned(rows: list[list[str]]) -> list[str]:
    """Return rows with the first column flush left and the others flush right; Chinese characters take two columns."""
    widths = [max(_width(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        first = row[0] + " " * (widths[0] - _width(row[0]))
        rest = (" " * (width - _width(cell)) + cell for cell, width in zip(row[1:], widths[1:], strict=True))
        lines.append("  ".join([first, *rest]).rstrip())
    return lines


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
