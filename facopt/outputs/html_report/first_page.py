"""Section 1, one A4 page: the sentence, four figures, who is covered, what it costs, what is done for the rest."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from facopt.measures.coverage import people_by_state
from facopt.outputs import charts, numbers
from facopt.outputs.html_report.material import Section, settlement_symbol
from facopt.outputs.html_report.stage_sections import in_english, is_staged, meanings, stage_chart, stage_sentence
from facopt.outputs.html_report.table_html import Look, change_column, figure_attributes, flag_tag, table_html
from facopt.outputs.tables.people import standard_text
from facopt.outputs.tables.planning import planning_of, projects_of
from facopt.outputs.tables.settlements import uncovered_points
from facopt.outputs.tables.view import records
from facopt.outputs.words import WORDS, both, both_of, named, pair, say_html

if TYPE_CHECKING:
    import pandas as pd

    from facopt.measures.report import Report
    from facopt.outputs.html_report.material import Material
    from facopt.outputs.numbers import Lang
    from facopt.outputs.words import Text

BAR_STATES = ("covered", "newly_covered", "loses_cover", "uncovered", "unreachable")
"""From the left, so that the second part ends at the share covered in the plan."""
_BAD_NEWS = (
    "lead.uncovered",
    "lead.uncovered_and_losing",
    "lead.infeasible",
    "lead.infeasible_without_ways",
    "lead.no_solution",
)
_AMOUNT = re.compile(r"[\d,.]+\u2009[万亿]?[人元]")
"""A figure with its Chinese unit, which no line break may part."""
_PIECE = tuple[str, dict[str, Any]]


def first_page(m: Material) -> Section:
    """Return the section that a reader with one minute reads."""
    report = m.report
    title = both_of((report.title_zh, report.title_en))
    question = f'<p class="question">{both_of(report.questions)}</p>' if any(report.questions) else ""
    inner = (
        f'<p class="kicker">{both("report.kicker", scenario=report.scenario)}</p><h1>{title}</h1>{lead(m)}{question}'
        f"{four_figures(m)}{meaning(m)}{_coverage(m)}{_tiers_and_money(m)}{what_is_done(m)}{status_line(m)}"
    )
    return Section("summary", "section.summary", inner)


# --- the sentence ----------------------------------------------------------------------------------------------------


def lead(m: Material) -> str:
    """Return the sentence in official style, in both languages; without a plan it claims no coverage for one."""
    pieces = _lead_of_plan(m) if m.planned else _lead_without_plan(m)
    return "".join(
        f'<p class="lead" lang="{lang}">{"".join(_piece_html(piece, lang) for piece in pieces)}</p>'
        for lang in numbers.LANGUAGES
    )


def _piece_html(piece: _PIECE, lang: Lang) -> str:
    key, figures = piece
    said = _AMOUNT.sub(r'<span class="nb">\g<0></span>', say_html(key, lang, **figures))
    return f'<span class="bad">{said}</span>' if key in _BAD_NEWS else said


def meaning(m: Material) -> str:
    """Return what the coverage figures mean: facility sets, modes, thresholds and the denominator, in one line."""
    tiers = [
        pair("meaning.tier", tier=(tier.name_zh, tier.name_en), standard=standard_text(m.report, tier))
        for tier in m.report.tiers
    ]
    listed = ("；".join(zh for zh, _ in tiers), "; ".join(en for _, en in tiers))
    unverified = any(not tier.standard_verified for tier in m.report.tiers)
    tag = f' <a href="#definitions">{flag_tag("meaning.unverified")}</a>' if unverified else ""
    told = both("meaning.all", tiers=listed, people=numbers.people(m.figures.people))
    return f'<p class="meaning">{told}{tag}{meanings(m)}</p>'


def standard_words(report: Report) -> tuple[str, str]:
    """Return 15 分钟 / within 15 minutes where all tiers share a standard, else 标准时间内."""
    standards = {tier.standard_minutes for tier in report.tiers}
    if len(standards) == 1:
        return pair("standard.minutes", minutes=numbers.trimmed(standards.pop()))
    return WORDS["standard.several"]


def _lead_of_plan(m: Material) -> list[_PIECE]:
    h = m.figures
    figures = {
        "standard": standard_words(m.report),
        "now": numbers.percent(h.covered_now_percent),
        "plan": numbers.percent(h.covered_percent),
    }
    rise = (h.covered or 0.0) - h.covered_now
    if is_staged(m):
        pieces: list[_PIECE] = [_lead_of_stages(m, figures)]
    elif not rise and not h.newly_covered:
        pieces = [("lead.coverage_same", {k: v for k, v in figures.items() if k != "now"})]
    else:
        key = "lead.coverage" if rise > 0 else "lead.coverage_falls"
        pieces = [(key, figures | {"newly": m.people(h.newly_covered)})]
    return [*pieces, _target_piece(m), *_measures(m), _uncovered_piece(m)]


def _lead_of_stages(m: Material, figures: dict[str, Any]) -> _PIECE:
    """Say how coverage goes from today, of today's people, through the stages."""
    stages = planning_of(m.report).stages
    rows = records(stages[stages["tier"] == ""])
    today, last = (numbers.share(row["people_covered"], row["people"]) or 0.0 for row in (rows[0], rows[-1]))
    told = {"standard": figures["standard"], "today": numbers.percent(today), "years": stage_sentence(m)}
    key = "lead.stages" if last >= today else "lead.stages_fall"
    return key, told | {"newly": m.people(m.figures.newly_covered)}


def overall_target(report: Report) -> pd.Series[Any] | None:
    """Return the coverage target that speaks of everybody and all tiers, the strictest of several; None without."""
    rows = report.targets
    rows = rows[(rows["tier"] == "") & (rows["area_class"] == "") & (rows["zone"] == "")]
    if report.planning is not None:
        last = report.planning.money["stage"].iloc[-1:].tolist()
        rows = rows[rows["stage"].isin(last) & (rows["segment"] == "") & rows["at_least_percent"].notna()]
    if rows.empty:
        return None
    return rows.sort_values("at_least_percent").iloc[-1]


def _target_piece(m: Material) -> _PIECE:
    target = overall_target(m.report)
    if target is None:
        return _tier_targets_piece(m)
    stated = float(target["at_least_percent"])
    if target["met"]:
        short_of_all = stated >= 100 and (m.figures.covered or 0.0) < m.figures.people
        return ("lead.target_reachable", {}) if short_of_all else ("lead.target_met", {"target": _stated(stated)})
    points = numbers.points_short(stated - (m.figures.covered_percent or 0.0))
    return "lead.target_short", {"target": _stated(stated), "points": points}


def _tier_targets_piece(m: Material) -> _PIECE:
    """Say whether the targets that speak of a tier, a class or a zone are met."""
    met = [target is not None and bool(target) for target in m.report.targets["met"]]
    if not met or not all(met):
        return "lead.stop", {}
    return ("lead.only_target_met", {}) if len(met) == 1 else ("lead.targets_met", {"n": numbers.count(len(met))})


def _stated(value: float) -> str:
    return numbers.percent_stated(value)


def _measures(m: Material) -> list[_PIECE]:
    h = m.figures
    done = _actions(m)
    words = [pair(key, n=numbers.count(n)) for key, n in done if n]
    if not words:
        return [("lead.nothing_built", {})]
    listed = ("、".join(zh for zh, _ in words), in_english([en for _, en in words]))
    if not h.cost:
        return [("lead.measures_free", {"measures": listed})]
    return [("lead.measures", {"measures": listed, "cost": m.money(h.cost)})]


def _actions(m: Material) -> list[tuple[str, int | None]]:
    """Count what is done, by the phrase that says so; relocating is one action, with the building it leads to."""
    if m.report.planning is None:
        return [("lead.builds", m.figures.sites_new), ("lead.closes", m.figures.sites_closed)]
    done = Counter(row["action"] for row in projects_of(m.report))
    kinds = (
        ("lead.builds", ("build",)), ("lead.extends", ("extend",)), ("lead.refurbishes", ("refurbish",)),
        ("lead.relocates", ("relocate",)),
        ("lead.closes", ("close", "merge")),
    )  # fmt: skip
    return [(phrase, sum(done[kind] for kind in found)) for phrase, found in kinds]


def _uncovered_piece(m: Material) -> _PIECE:
    h = m.figures
    if not h.uncovered:
        return "lead.all_covered", {}
    if h.loses_cover:
        return "lead.uncovered_and_losing", {"people": m.people(h.uncovered), "losing": m.people(h.loses_cover)}
    return "lead.uncovered", {"people": m.people(h.uncovered)}


def _lead_without_plan(m: Material) -> list[_PIECE]:
    report, h = m.report, m.figures
    today: _PIECE = (
        "lead.today",
        {
            "standard": standard_words(report),
            "now": numbers.percent(h.covered_now_percent),
            "people": m.people(h.people - h.covered_now),
        },
    )
    if report.status == "infeasible":
        key = "lead.infeasible" if report.conflicts else "lead.infeasible_without_ways"
        return [(key, {}), today]
    return [("lead.no_solution", {}), today]


# --- the four figures ------------------------------------------------------------------------------------------------


def four_figures(m: Material) -> str:
    """Return the four headline figures; without a plan those of today, named so."""
    cells = _figures_of_plan(m) if m.planned else _figures_of_today(m)
    return f'<div class="four num">{"".join(cells)}</div>'


def _figures_of_plan(m: Material) -> tuple[str, ...]:
    h, target = m.figures, overall_target(m.report)
    now = numbers.percent(h.covered_now_percent)
    words = "four.without_plan" if is_staged(m) else "four.now"
    against = (
        both(words, now=now)
        if target is None
        else both(f"{words}_target", now=now, target=_stated(float(target["at_least_percent"])))
    )
    gap = f'<em class="amber">{both_of(status_words(m.report))}</em>' if m.report.status == "feasible" else ""
    lost = both("four.losing", people=m.people(h.loses_cover)) if h.loses_cover else both("four.nobody_loses")
    gained = both("four.per_person", cost=m.per_person(h.cost_per_newly_covered)) if h.cost_per_newly_covered else lost
    share = numbers.share_percent(h.uncovered, h.people)
    rest = both("four.share_and_points", share=share, n=numbers.count(h.uncovered_points))
    return (
        _percent_cell("four.coverage", "people_covered_percent", h.covered_percent, against + gap),
        _people_cell("four.newly", "people_newly_covered", h.newly_covered, gained),
        _money_cell(m, h.cost, _budget_words(m)),
        _people_cell("four.uncovered", "people_uncovered", h.uncovered, rest),
    )


def _figures_of_today(m: Material) -> tuple[str, ...]:
    h = m.figures
    points, uncovered = numbers.count(len(m.report.points)), h.people - h.covered_now
    share = numbers.share_percent(uncovered, h.people)
    rest = both("four.share_and_points", share=share, n=numbers.count(h.uncovered_points))
    return (
        _percent_cell("four.coverage_now", "people_covered_now_percent", h.covered_now_percent, ""),
        _people_cell("four.uncovered_now", "people_uncovered_now", uncovered, rest),
        _people_cell("four.people", "people", h.people, both("four.points", n=points)),
        _cell("four.sites_now", "sites_now", float(h.sites_now), _big(numbers.count(h.sites_now), ""), ""),
    )


def _percent_cell(title: str, name: str, value: float | None, below: str) -> str:
    text = numbers.percent(value)
    return _cell(title, name, value, _big(text.removesuffix("%"), "%" if text.endswith("%") else ""), below)


def _people_cell(title: str, name: str, value: float | None, below: str) -> str:
    shown = [_big(*numbers.people_parts(value, lang)) for lang in numbers.LANGUAGES]
    return _cell(title, name, value, _either(*shown), below)


def _money_cell(m: Material, value: float | None, below: str) -> str:
    shown = [_big(*numbers.money_parts(value, m.report.currency, lang)) for lang in numbers.LANGUAGES]
    return _cell("four.cost", "cost", value, _either(*shown), below)


def _either(zh: str, en: str) -> str:
    """Return two pieces of HTML, already escaped, of which the page shows one."""
    return zh if zh == en else f'<span lang="zh">{zh}</span><span lang="en">{en}</span>'


def _big(figure: str, unit: str) -> str:
    return both_of(figure) + (f"<u>{both_of(unit)}</u>" if unit else "")


def _cell(title: str, name: str, value: float | None, shown: str, below: str) -> str:
    marks = figure_attributes(name, value)
    return f"<div><small>{both(title)}</small><b{marks}>{shown}</b><em>{below}</em></div>"


def _budget_words(m: Material) -> str:
    limits = m.report.limits
    budget = limits.loc[limits["key"] == "limits.budget", "limit"]
    if budget.empty:
        stages = None if m.report.planning is None else m.report.planning.money["budget"]
        if stages is None or stages.isna().any() or stages.empty:
            return both("four.no_budget")
        return both("four.stage_budgets", budget=m.money_headline(float(stages.sum())))
    return both("four.budget", budget=m.money_headline(float(budget.iloc[0])))


# --- who is covered, what it costs -----------------------------------------------------------------------------------


def _coverage(m: Material) -> str:
    points = m.report.points
    people = people_by_state(points, planned=m.planned)
    present = [state for state in BAR_STATES if people[state] > 0]
    target = overall_target(m.report) if m.planned else None
    tick = None if target is None else float(target["at_least_percent"])
    words: Text = "" if tick is None else pair("summary.target", target=_stated(tick))
    bar = charts.share_bar(
        [charts.Part(state, people[state]) for state in present], tick, WORDS["summary.by_state"], words
    )
    legend = "".join(_legend_item(m, state, people[state]) for state in present)
    return f'<h3>{both("summary.by_state")}</h3><div class="bar">{bar}</div><ul class="legend">{legend}</ul>'


def _legend_item(m: Material, state: str, people: float) -> str:
    marks = figure_attributes(f"people_by_state.{state}", people)
    share = numbers.share_percent(people, m.figures.people)
    figure = f"<b{marks}>{both_of(m.people(people))}</b>"
    return f"<li>{settlement_symbol(state)}{both_of(named('state', state))} {figure} <i>{share}</i></li>"


def _tiers_and_money(m: Material) -> str:
    columns = ("tier", "covered_now_percent", "covered_percent", change_column(planned=m.planned, width=110))
    tiers = table_html(m.tables["tiers"], Look(columns, strong=frozenset({"covered_percent"}), notes=False))
    left = f"<div><h3>{both('summary.by_tier')}</h3>{tiers}</div>"
    if not m.planned:
        return f'<div class="two">{left}<div>{_ways_out(m)}</div></div>'
    if is_staged(m):
        return f'<div class="two">{left}<div><h3>{both("summary.stages")}</h3>{stage_chart(m)}</div></div>'
    return f'<div class="two">{left}<div><h3>{both("summary.money")}</h3>{_money(m)}</div></div>'


def _money(m: Material) -> str:
    if not len(m.tables["cost"]):
        return f'<p class="p">{both("summary.no_building")}</p>'
    look = Look(("item", "sites_new", "build_cost"))
    return table_html(m.tables["cost"], look)


def _ways_out(m: Material) -> str:
    if not m.report.conflicts:
        return ""
    items = "".join(f"<li>{both_of((way.sentence_zh, way.sentence_en))}</li>" for way in m.report.conflicts[:5])
    return f'<h3>{both("summary.ways_out")}</h3><ol class="ways">{items}</ol>'


# --- the uncovered and the proof -------------------------------------------------------------------------------------


def what_is_done(m: Material) -> str:
    """Return, by reason and most people first, how many are not covered and what it would take."""
    title = "summary.uncovered" if m.planned else "summary.uncovered_now"
    left = uncovered_points(m.report)
    if left.empty or not m.figures.uncovered:
        return f'<h3>{both(title)}</h3><p class="p">{both("lead.all_covered")}</p>'
    by_reason = left.groupby("reason", sort=True)["people"].sum().sort_values(ascending=False, kind="stable")
    items = "".join(_remedy_item(m, str(reason), float(people), left) for reason, people in by_reason.items())
    return f'<h3>{both(title)}</h3><ul class="remedy">{items}</ul>'


def _remedy_item(m: Material, reason: str, people: float, left: pd.DataFrame) -> str:
    remedies = [named("remedy", str(key)) for key in sorted(set(left.loc[left["reason"] == reason, "remedy"])) if key]
    marks = figure_attributes(f"people_uncovered_by_reason.{reason or 'undecided'}", people)
    zh, en = named("reason", reason)
    words = (zh, en[:1].upper() + en[1:])
    if remedies:
        joined = ("、".join(zh for zh, _ in remedies), ", ".join(en for _, en in remedies))
        sentence = both("summary.reason_and_remedy", reason=words, remedy=joined)
    else:
        sentence = both("summary.reason_only", reason=words)
    return f"<li><b{marks}>{both_of(m.people(people))}</b><span>{sentence}</span></li>"


def status_words(report: Report) -> tuple[str, str]:
    """Return the state of the proof in the words of the house, with the gap where it is not closed."""
    if report.status == "feasible":
        open_gaps = [o.gap_percent for o in report.objectives if o.gap_percent]
        if open_gaps:
            return pair("status.feasible_gap", gap=numbers.gap_percent(max(open_gaps)))
        return WORDS["status.feasible"]
    gaps = [o.gap_percent for o in report.objectives if o.gap_percent is not None]
    if report.status == "optimal" and gaps:
        return pair("status.optimal_gap", gap=numbers.gap_percent(max(gaps)))
    return WORDS[f"status.{report.status}"]


def status_line(m: Material) -> str:
    """Return the line that says how far the plan is proven, which data it rests on and what nobody has verified."""
    report = m.report
    style = {"optimal": "ok", "feasible": "mid"}.get(report.status, "bad")
    items = [f'{both("summary.status")} <span class="st {style}">{both_of(status_words(report))}</span>']
    if any(report.data_notes):
        items.append(both_of(report.data_notes))
    items.append(both("date.of_run", date=report.generated))
    unverified = sum(not assumption.verified for assumption in report.assumptions)
    if unverified:
        tag = flag_tag("summary.unverified", n=numbers.count(unverified))
        items.append(f'<a href="#definitions">{tag}</a>')
    if report.synthetic:
        items.append(f'<span class="mock">{both("tag.synthetic")}</span>')
    return '<div class="status">' + "".join(f'<span class="it">{item}</span>' for item in items) + "</div>"
