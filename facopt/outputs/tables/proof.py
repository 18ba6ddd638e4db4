"""Tables of what was asked and what is proven: targets, limits, objectives, conflicts, findings and assumptions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from facopt.outputs import numbers
from facopt.outputs.tables.people import frame_of, tier_terms
from facopt.outputs.tables.planning import stage_terms
from facopt.outputs.tables.view import TableView, column, names, records, terms_of
from facopt.outputs.words import WORDS

if TYPE_CHECKING:
    from facopt.errors import Place
    from facopt.measures.report import Report
    from facopt.outputs.tables.view import Column


def targets_table(report: Report) -> TableView:
    """What must be reached and what is: percent asked, people needed and covered, points short."""
    columns = (
        column("tier", "term", terms={**tier_terms(report), "": WORDS["all_tiers"]}),
        column("area_class", "term", terms={**terms_of("area_class"), "": WORDS["all"]}),
        *names(report, "zone_name"),
        *_due_columns(report),
        column("at_least_percent", "stated_percent"),
        column("people", "people"),
        column("people_needed", "people"),
        column("covered_now", "people"),
        column("covered", "people"),
        column("covered_percent", "percent"),
        column("points_short", "points_short"),
        column("met", "flag"),
    )
    zones = {zone.key: (zone.name, zone.name_en) for zone in report.by_zone}
    rows = [_target_row(target, zones) for target in records(report.targets)]
    return TableView("targets", WORDS["table.targets"], columns, frame_of(columns, rows))


def _due_columns(report: Report) -> tuple[Column, ...]:
    """Return the columns of targets that only the planning model knows: of which people, due when, reached how far."""
    if report.planning is None:
        return ()
    return (
        column("segment", "term", terms={"": WORDS["all"], **terms_of("segment")}),
        column("stage", "term", terms=stage_terms(report)),
        column("stage_people", "people"),
        column("stage_covered", "people"),
        column("stage_covered_percent", "percent"),
    )


def _target_row(target: dict[str, Any], zones: dict[str, tuple[str, str]]) -> dict[str, Any]:
    zone, zone_en = zones.get(key := _text(target["zone"]), (key, ""))
    covered = None if numbers.is_missing(target["people_covered"]) else float(target["people_covered"])
    met = target["met"]
    reached = numbers.share(covered, float(target["people"]))
    short = None if reached is None or met is None or met else float(target["at_least_percent"]) - reached
    due = {key: target.get(key) for key in ("segment", "stage", "stage_people", "stage_covered")}
    if target.get("stage"):
        due["stage_covered_percent"] = numbers.share(due["stage_covered"], float(target["stage_people"]))
    return {
        **due,
        "tier": _text(target["tier"]),
        "area_class": _text(target["area_class"]),
        "zone_name": zone,
        "zone_name_en": zone_en,
        "at_least_percent": target["at_least_percent"],
        "people": target["people"],
        "people_needed": target["people_needed"],
        "covered_now": target["people_covered_now"],
        "covered": covered,
        "covered_percent": reached,
        "points_short": short,
        "met": met,
    }


def limits_table(report: Report) -> TableView:
    """What the plan may use and what it uses."""
    columns = (
        column("limit_key", "term", terms=_limit_terms(report)),
        column("limit", "measured"),
        column("used", "measured"),
        column("left", "measured"),
        column("unit", "term", terms=terms_of("unit")),
    )
    rows = [{**row, "limit_key": row["key"], "left": row["limit"] - row["used"]} for row in records(report.limits)]
    return TableView("limits", WORDS["table.limits"], columns, frame_of(columns, rows))


def _limit_terms(report: Report) -> dict[str, tuple[str, str]]:
    """Name every limit of the scenario: budget, and new or open sites by tier."""
    terms = {"limits.budget": WORDS["limit_of.budget"], "budget": WORDS["limit_of.budget"]}
    for key in report.limits["key"]:
        kind, _, tier = str(key).removeprefix("limits.").partition(".")
        names = tier_terms(report).get(tier)
        if f"limit_of.{kind}" in WORDS and (names is not None or kind not in ("new_sites", "sites")):
            zh, en = WORDS[f"limit_of.{kind}"]
            told = names or (tier, tier)
            terms[str(key)] = (zh.format(tier=told[0], of=tier), en.format(tier=told[1], of=tier))
    return terms


def objective_table(report: Report) -> TableView:
    """What was optimised, most important first, with the bound and the gap that are proven."""
    columns = (
        column("level", "count"),
        column("objective", "term", terms=terms_of("objective")),
        column("value", "measured"),
        column("bound", "measured"),
        column("gap", "gap"),
        column("unit", "term", terms=terms_of("unit")),
    )
    rows = [
        {"level": i, "objective": o.name, "value": o.value, "bound": o.bound, "gap": o.gap_percent, "unit": o.unit}
        for i, o in enumerate(report.objectives, start=1)
    ]
    return TableView("objective", WORDS["table.objective"], columns, frame_of(columns, rows))


def conflicts_table(report: Report) -> TableView:
    """The verified ways out of an infeasible scenario, cheapest first."""
    columns = (
        column("number", "count"),
        column("sentence_zh"),
        column("sentence_en"),
        column("scenario_key"),
        column("place"),
        column("stated", "measured"),
        column("needed", "measured"),
        column("unit", "term", terms=terms_of("unit")),
    )
    rows = [
        {
            "number": number,
            "sentence_zh": way.sentence_zh,
            "sentence_en": way.sentence_en,
            "scenario_key": way.key,
            "place": way.place,
            "stated": way.stated,
            "needed": way.needed,
            "unit": way.unit,
        }
        for number, way in enumerate(report.conflicts, start=1)
    ]
    return TableView("conflicts", WORDS["table.conflicts"], columns, frame_of(columns, rows))


def findings_table(report: Report) -> TableView:
    """What the data checks remarked: where, what, how often, how to mend it."""
    columns = (
        column("place"),
        column("finding"),
        column("examples"),
        column("count", "count"),
        column("how_to_mend"),
    )
    rows = [
        {
            "place": place_text(finding.place),
            "finding": finding.what,
            "examples": ", ".join(finding.examples),
            "count": finding.count,
            "how_to_mend": finding.remedy,
        }
        for finding in report.findings
    ]
    return TableView("findings", WORDS["table.findings"], columns, frame_of(columns, rows))


def place_text(place: Place) -> str:
    """Return a place with the file's name instead of its folders, so that a report reads the same on every machine."""
    if place.file is None:
        return str(place)
    parts = [place.file.name, *(str(part) for part in (place.line, place.column) if part is not None)]
    return ":".join(parts) + (f" {place.key}" if place.key else "")


def assumptions_table(report: Report) -> TableView:
    """Every value the plan rests on, with its source and whether somebody has read it in the original."""
    columns = (
        column("assumption"),
        column("value_text"),
        column("source"),
        column("verified", "flag"),
    )
    rows = [
        {"assumption": a.key, "value_text": a.value, "source": a.source, "verified": a.verified}
        for a in report.assumptions
    ]
    return TableView("assumptions", WORDS["table.assumptions"], columns, frame_of(columns, rows))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
