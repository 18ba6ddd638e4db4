"""What the panel says besides counts, in both languages: titles, definitions, proof, status, conflicts, assumptions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from facopt.outputs import numbers
from facopt.outputs.map.stops import has_plan
from facopt.outputs.map.values import exact, number, truth
from facopt.outputs.map.words import WORDS
from facopt.outputs.words import WORDS as COMMON

if TYPE_CHECKING:
    from facopt.measures.report import Report, TierFacts

    Both = list[str]
    """A text in Chinese and English."""

_COMMON = (
    "reason.", "remedy.", "area_class.", "kind.", "unit.", "tag.", "action.", "workload.", "segment.",
)  # fmt: skip
_CLASSES = ("urban", "town", "rural")


def facts_of(report: Report) -> dict[str, Any]:
    """Return the texts and single values of the page."""
    return {
        "title": [_title(report, 0), _title(report, 1)],
        "scenario": report.scenario,
        "question": report.questions,
        "note": report.data_notes,
        "synthetic": report.synthetic,
        "currency": report.currency,
        "hasPlan": has_plan(report),
        "status": report.status,
        "chip": _chip(report),
        "head": _head(report),
        "definition": _definition(report),
        "standards": [_standard(tier) for tier in report.tiers],
        "proof": _proof(report),
        "tick": _tick(report),
        "generated": report.generated,
        "assumptions": [[entry.key, entry.value, entry.source] for entry in report.assumptions if not entry.verified],
        "findings": [str(finding) for finding in report.findings],
        "conflicts": [
            {"place": entry.place, "text": [entry.sentence_zh, entry.sentence_en]} for entry in report.conflicts
        ],
        "words": _words(report),
    }


def title(report: Report) -> str:
    """Return the title of the document, in both languages where they differ."""
    zh, en = _title(report, 0), _title(report, 1)
    return zh if zh == en else f"{zh} · {en}"


def panel_figures(report: Report) -> dict[str, str]:
    """Return the figures that stand in the panel before the script runs: printed text and exact value of each."""
    everybody = report.everybody
    share = numbers.share(everybody.covered, everybody.people)
    return {
        "title": _title(report, 0),
        "percent": numbers.percent(share).removesuffix("%"),
        "percent_value": exact(share) or "",
        "covered": numbers.people_headline(everybody.covered, "zh"),
        "covered_value": exact(everybody.covered) or "",
        "people": numbers.people_headline(everybody.people, "zh"),
        "people_value": exact(everybody.people) or "",
    }


def _title(report: Report, language: int) -> str:
    return (report.title_zh, report.title_en)[language] or report.title_zh or report.title_en or report.scenario


def _words(report: Report) -> dict[str, tuple[str, str]]:
    """Return the phrases the page may show; those about a status only where the run has that status."""
    common = {key: text for key, text in COMMON.items() if key.startswith(_COMMON)}
    held = ("map.infeasible", "map.no_solution", "map.feasible", "map.def", "map.proof", "map.conflict")
    own = {key: text for key, text in WORDS.items() if not key.startswith(held) or key == "map.definition"}
    return common | own


# --- status ----------------------------------------------------------------------------------------------------------


def _chip(report: Report) -> dict[str, Any]:
    """Return the status as chip: text, tone (good, warn, bad, quiet) and the gap that is left."""
    gap = _gap(report)
    if report.status == "feasible" and gap is not None:
        zh, en = (phrase.format(gap=numbers.gap_percent(gap)) for phrase in WORDS["map.feasible_gap"])
    else:
        zh, en = COMMON[f"status.{report.status}"]
        if gap is not None:
            zh, en = f"{zh}，差距 {numbers.gap_percent(gap)}", f"{en}, gap {numbers.gap_percent(gap)}"
    tone = {"optimal": "good", "feasible": "warn", "infeasible": "bad"}.get(report.status, "quiet")
    return {"text": [zh, en], "tone": tone, "gap": exact(gap)}


def _gap(report: Report) -> float | None:
    """Return the widest gap of any level of the objective; None where a level has none."""
    gaps = [level.gap_percent for level in report.objectives]
    known = [gap for gap in gaps if gap is not None]
    return max(known) if known and (report.status == "optimal" or max(known) > 0) else None


def _head(report: Report) -> dict[str, Any] | None:
    """Return what stands in place of the headline figure where there is no plan."""
    if has_plan(report):
        return None
    found = "infeasible" if report.status == "infeasible" else "no_solution"
    body = "map.infeasible.bare" if found == "infeasible" and not report.conflicts else f"map.{found}.text"
    return {"title": list(WORDS[f"map.{found}.head"]), "text": list(WORDS[body])}


def _tick(report: Report) -> dict[str, Any] | None:
    """Return the target for everybody together, which the coverage bar marks; None where the scenario states none."""
    for row in report.targets.itertuples():
        if not any(isinstance(value, str) and value for value in (row.tier, row.area_class, row.zone)):
            return {"percent": number(row.at_least_percent), "needed": number(row.people_needed), "met": truth(row.met)}
    return None


# --- definitions -----------------------------------------------------------------------------------------------------


def _definition(report: Report) -> Both:
    return [_definition_in(report, language) for language in (0, 1)]


def _definition_in(report: Report, language: int) -> str:
    lang = numbers.LANGUAGES[language]
    rules = ("；", "; ")[language].join(_rule(tier, language) for tier in report.tiers)
    several = len({name for tier in report.tiers for name in tier.serves}) < sum(
        len(tier.serves) for tier in report.tiers
    )
    return (
        WORDS["map.def"][language]
        .format(
            rules=rules + ("。" if language == 0 else ""),
            multi=WORDS["map.def.multi"][language] if several else "",
            area=WORDS["map.def.area"][language],
            people=numbers.people_headline(report.everybody.people, lang),
        )
        .replace("。。", "。")
    ) + _definition_of_plan(report, language)


def _definition_of_plan(report: Report, language: int) -> str:
    """Return what figures of plans in stages and with capacities mean besides."""
    planning, told = report.planning, ""
    if planning is None:
        return told
    if planning.base_year:
        told += WORDS["map.def.years"][language].format(base=planning.base_year)
    if planning.stages["capacity"].gt(0).any():
        told += WORDS["map.def.capacity"][language]
    return told


def _mode(tier: TierFacts) -> tuple[str, str]:
    """Return how people travel to a tier; a name of the planner's own stands in brackets in Chinese."""
    return COMMON.get(f"mode.{tier.mode}", (f"（{tier.mode}）", tier.mode))


def _standard(tier: TierFacts) -> Both:
    mode = _mode(tier)
    names = (tier.name_zh or tier.key, tier.name_en or tier.key)
    minutes = numbers.trimmed(tier.standard_minutes)
    return [WORDS["map.standard"][k].format(tier=names[k], mode=mode[k], minutes=minutes) for k in (0, 1)]


def _rule(tier: TierFacts, language: int) -> str:
    served = [name for name in _CLASSES if name in tier.serves] or list(tier.serves)
    classes = ("、", ", ")[language].join(COMMON.get(f"area_class.{name}", (name, name))[language] for name in served)
    mode = _mode(tier)[language]
    name = (tier.name_zh or tier.key, tier.name_en or tier.key)[language]
    return WORDS["map.def.rule"][language].format(
        classes=classes, mode=mode, minutes=numbers.trimmed(tier.standard_minutes), tier=name
    )


def _proof(report: Report) -> Both:
    chip = _chip(report)["text"]
    solver = f"{report.proof.solver} {report.proof.solver_version}".strip()
    return [
        WORDS["map.proof"][language].format(status=chip[language].lstrip("✓◐✕– "), solver=solver) for language in (0, 1)
    ]
