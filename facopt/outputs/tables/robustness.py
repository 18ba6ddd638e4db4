"""Tables of how far the plan can be leaned on: other assumptions, a second facility in reach, and what to watch."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pandas as pd

from facopt.measures.check import has_plan
from facopt.measures.planning import TODAY
from facopt.outputs import numbers
from facopt.outputs.tables.people import frame_of, segments, tier_terms, tiers_table
from facopt.outputs.tables.planning import stage_terms
from facopt.outputs.tables.settlements import uncovered_points
from facopt.outputs.tables.summary import within_nine_tenths
from facopt.outputs.tables.view import Column, TableView, column, names, records, terms_of
from facopt.outputs.words import WORDS, named, pair

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from facopt.measures.report import Report

Row = dict[str, Any]


def sensitivity_table(report: Report) -> TableView:
    """The same sites under other minutes and speeds and for parts of the people, each against the plan as stated."""
    columns = (
        column("variant", "term", terms=terms_of("variant")),
        column("tier", "term", terms={**tier_terms(report), "": WORDS["all_tiers"]}),
        column("segment", "term", terms={"": WORDS["everybody"], **segment_terms(report)}),
        column("change_percent", "number"),
        column("standard_minutes", "number"),
        column("people", "people"),
        column("covered_now", "people"),
        column("covered_now_percent", "percent"),
        column("covered", "people"),
        column("covered_percent", "percent"),
        column("change_points", "points"),
    )
    rows = [] if report.sensitivity is None else [_variant_row(row) for row in records(report.sensitivity)]
    stated = next((row for row in rows if row["variant"] == "stated"), None)
    key = "covered_percent" if has_plan(report) else "covered_now_percent"
    for row in rows:
        base = None if stated is None else stated[key]
        row["change_points"] = None if base is None or row[key] is None else row[key] - base
    return TableView("sensitivity", WORDS["table.sensitivity"], columns, frame_of(columns, rows))


def _variant_row(row: Row) -> Row:
    covered = {name: _known(row[f"people_{name}"]) for name in ("covered_now", "covered")}
    shares = {f"{name}_percent": numbers.share(value, row["people"]) for name, value in covered.items()}
    named_row = {"variant": row["kind"], "tier": row["tier"], "segment": row["segment"], "people": row["people"]}
    changes = {"change_percent": _known(row["change_percent"]), "standard_minutes": _known(row["minutes"])}
    return {**named_row, **changes, **covered, **shares}


def variant_words(report: Report, row: Mapping[str, Any]) -> tuple[str, str]:
    """Return what a row of the sensitivity table varies, in words."""
    figures: dict[str, str | tuple[str, str]] = {
        "tier": tier_terms(report).get(str(row["tier"]), ("", "")),
        "segment": named("segment", str(row["segment"])),
        "change": numbers.difference(row["change_percent"], 0),
        "minutes": numbers.trimmed(row["standard_minutes"]),
    }
    kind = str(row["variant"])
    if kind == "standard" and numbers.is_missing(row["standard_minutes"]):
        kind = "standards"
    return pair(f"variant_of.{kind}", **figures)


def segment_terms(report: Report) -> Mapping[str, tuple[str, str]]:
    """Return the names of the segments of the people by key."""
    keys = [key.removeprefix("people_") for key in segments(report)]
    return MappingProxyType({key: named("segment", key) for key in keys})


def second_cover_table(report: Report) -> TableView:
    """Who has two open facilities within the standard, and who hangs on one."""
    columns = (
        column("tier", "term", terms={**tier_terms(report), "": WORDS["all_tiers"]}),
        column("people", "people"),
        column("covered_twice_now", "people"),
        column("covered_twice_now_percent", "percent"),
        column("covered_twice", "people"),
        column("covered_twice_percent", "percent"),
        column("hang_on_one", "people"),
    )
    rows = [] if report.second_cover is None else [_cover_row(report, row) for row in records(report.second_cover)]
    return TableView("second_cover", WORDS["table.second_cover"], columns, frame_of(columns, rows))


def _cover_row(report: Report, row: Row) -> Row:
    now, plan = _known(row["people_covered_twice_now"]), _known(row["people_covered_twice"])
    once = row["people_covered" if has_plan(report) else "people_covered_now"]
    return {
        "tier": row["tier"],
        "people": row["people"],
        "covered_twice_now": now,
        "covered_twice_now_percent": numbers.share(now, row["people"]),
        "covered_twice": plan,
        "covered_twice_percent": numbers.share(plan, row["people"]),
        "hang_on_one": once - (plan if has_plan(report) else now),
    }


# --- what to watch ---------------------------------------------------------------------------------------------------


def monitoring_table(report: Report) -> TableView:
    """Indicators to be measured again every year: base year, plan, target, and what the plan leaves open."""
    columns = (
        column("indicator", "term", terms=_indicator_terms(report)),
        column("tier", "term", terms={**tier_terms(report), "": WORDS["all_tiers"]}),
        column("area_class", "term", terms={**terms_of("area_class"), "": WORDS["all"]}),
        *names(report, "zone_name"),
        column("now", "measured"),
        *_stage_columns(report),
        column("plan", "measured"),
        column("target", "measured"),
        column("gap_to_target", "measured_change"),
        column("unit", "term", terms=terms_of("unit")),
        column("actual", "measured"),
        column("responsible"),
    )
    rows = [*_coverage_indicators(report), *_other_indicators(report)]
    return TableView("monitoring", WORDS["table.monitoring"], columns, frame_of(columns, rows))


def _indicator_terms(report: Report) -> Mapping[str, tuple[str, str]]:
    of_segments = {key: pair("indicator.segment", segment=name) for key, name in segment_terms(report).items()}
    return MappingProxyType({**terms_of("indicator"), **{f"covered_{key}": name for key, name in of_segments.items()}})


def _coverage_indicators(report: Report) -> Iterator[Row]:
    """Coverage of everybody and of each tier, with their targets; then every other target of the scenario."""
    everybody = report.everybody
    stated = {_scope(target): target for target in sorted(records(report.targets), key=_asked)}
    groups = [("", everybody.people, everybody.covered_now, everybody.covered)]
    groups += [(tier.key, tier.people_served, tier.people_covered_now, tier.people_covered) for tier in report.tiers]
    for tier, people, now, plan in groups:
        row = _covered_row(people, now, plan, stated.pop((tier, "", ""), None)) | {"tier": tier}
        yield row | _stage_shares(report, tier)
    zones = {zone.key: zone for zone in report.by_zone}
    for (tier, area_class, key), target in stated.items():
        zone = zones.get(key)
        place = {"zone_name": zone.name if zone else key, "zone_name_en": zone.name_en if zone else ""}
        row = _covered_row(target["people"], target["people_covered_now"], _known(target["people_covered"]), target)
        yield row | {"tier": tier, "area_class": area_class} | place


def _stage_columns(report: Report) -> tuple[Column, ...]:
    """Return a column for today and each stage before the last, which is the plan itself; none without stages."""
    if report.planning is None or not report.planning.base_year:
        return ()
    terms = stage_terms(report)
    stages = [TODAY, *report.planning.money["stage"].tolist()[:-1]]
    return tuple(Column(f"plan_{stage}", terms[str(stage)], "measured") for stage in stages)


def _stage_shares(report: Report, tier: str) -> Row:
    """Return the share covered today and in each stage before the last, of that stage's people."""
    if report.planning is None:
        return {}
    rows = report.planning.stages[report.planning.stages["tier"] == tier]
    known = {row["stage"]: numbers.share(row["people_covered"], row["people"]) for row in records(rows)}
    return {column.key: known[column.key.removeprefix("plan_")] for column in _stage_columns(report)}


def _scope(target: Row) -> tuple[str, str, str]:
    tier, area_class, zone = (str(target[key] or "") for key in ("tier", "area_class", "zone"))
    return tier, area_class, zone


def _asked(target: Row) -> float:
    """Of several targets for the same people the strictest comes last, and is kept."""
    return float(target["at_least_percent"])


def _covered_row(people: float, now: float | None, plan: float | None, target: Row | None) -> Row:
    needed = None if target is None else numbers.share(target["people_needed"], target["people"])
    shares = numbers.share(now, people), numbers.share(plan, people)
    return _indicator("covered_percent", *shares, "percent", needed)


def _indicator(key: str, now: float | None, plan: float | None, unit: str, target: float | None = None) -> Row:
    gap = None if target is None or plan is None else plan - target
    return {"indicator": key, "now": now, "plan": plan, "target": target, "gap_to_target": gap, "unit": unit}


def _other_indicators(report: Report) -> Iterator[Row]:
    planned, everybody = has_plan(report), report.everybody
    if report.sensitivity is not None:
        for row in records(report.sensitivity[report.sensitivity["kind"] == "segment"]):
            keys = ("people_covered_now", "people_covered")
            now, plan = (numbers.share(_known(row[key]), row["people"]) for key in keys)
            yield _indicator(f"covered_{row['segment']}", now, plan, "percent")
    if report.second_cover is not None:
        row = records(report.second_cover[report.second_cover["tier"] == ""])[0]
        keys = ("people_covered_twice_now", "people_covered_twice")
        now, plan = (numbers.share(_known(row[key]), row["people"]) for key in keys)
        yield _indicator("covered_twice", now, plan, "percent")
    left = float(uncovered_points(report)["people"].sum())
    yield _indicator("uncovered", everybody.people - everybody.covered_now, left if planned else None, "people")
    yield _indicator("mean_minutes", everybody.mean_minutes_now, everybody.mean_minutes, "minutes")
    yield _indicator("within_90", *within_nine_tenths(report), "minutes")
    for tier in records(tiers_table(report).frame):
        required = _known(tier["zones_required"])
        if required:
            keys = ("zones_with_site_now", "zones_with_site")
            now, plan = (numbers.share(_known(tier[key]), required) for key in keys)
            yield _indicator("zones_with_site", now, plan, "percent") | {"tier": tier["tier"]}


def _known(value: float | None) -> float | None:
    return None if value is None or pd.isna(value) else float(value)
