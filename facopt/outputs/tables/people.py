"""Tables of people: by tier, zone, area class and minutes."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from facopt.measures.check import has_plan
from facopt.measures.report import OPEN_ACTIONS
from facopt.outputs import numbers
from facopt.outputs.tables.view import Column, TableView, column, names, records, terms_of
from facopt.outputs.words import WORDS, named, pair

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from facopt.measures.report import Band, Report, Share, TierFacts

COVERED_STATES = ("covered", "newly_covered")


def tier_terms(report: Report) -> Mapping[str, tuple[str, str]]:
    """Return the display names of the tiers by key."""
    return MappingProxyType({tier.key: (tier.name_zh, tier.name_en) for tier in report.tiers})


def class_list(classes: Iterable[str]) -> tuple[str, str]:
    """Return area classes as a list in (Chinese, English)."""
    names = [named("area_class", key) for key in classes]
    return "、".join(zh for zh, _ in names), ", ".join(en for _, en in names)


def mode_name(report: Report, mode: str) -> tuple[str, str]:
    """Return the name of a way to travel: that of its speed profile where it has one, else the planner's own word."""
    profile = report.travel_facts.get(mode, {}).get("profile")
    return named("mode", profile if isinstance(profile, str) and f"mode.{profile}" in WORDS else mode)


def standard_text(report: Report, tier: TierFacts) -> tuple[str, str]:
    """Return a tier's standard in words: 城区：步行 15 分钟 / urban: 15 minutes walking."""
    classes, mode = class_list(tier.serves), mode_name(report, tier.mode)
    return pair("standard.of_tier", classes=classes, mode=mode, minutes=numbers.trimmed(tier.standard_minutes))


def segments(report: Report) -> list[str]:
    """Return the columns of people by segment, in the order of the points."""
    return [key for key in report.points.columns if str(key).startswith("people_")]


def segment_column(key: str) -> Column:
    """Return the column of a segment, named by the catalogue or else by the planner's own word."""
    segment = key.removeprefix("people_")
    return Column(key=key, title=named("segment", segment), kind="people")


def frame_of(columns: Iterable[Column], rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Return rows as a frame with the columns in order; missing numbers are NaN, missing text is ""."""
    rows = list(rows)
    data = {}
    for col in columns:
        values = [row.get(col.key) for row in rows]
        if col.numeric:
            data[col.key] = np.array([np.nan if value is None else value for value in values], dtype=float)
        elif col.kind == "flag":
            data[col.key] = np.array([None if value is None else bool(value) for value in values], dtype=object)
        else:
            data[col.key] = np.array(["" if value is None else str(value) for value in values], dtype=object)
    return pd.DataFrame(data)


# --- shares ----------------------------------------------------------------------------------------------------------


def tiers_table(report: Report) -> TableView:
    """By tier: its standard, people covered of those it serves, institutions, sites."""
    columns = (
        column("tier", "term", terms=tier_terms(report)),
        column("standard", "term", terms={tier.key: standard_text(report, tier) for tier in report.tiers}),
        column("people_served", "people"),
        column("covered_now", "people"),
        column("covered_now_percent", "percent"),
        column("covered", "people"),
        column("covered_percent", "percent"),
        column("change_points", "points"),
        column("unreachable", "people"),
        column("zones_required", "count"),
        column("zones_with_site_now", "count"),
        column("zones_with_site", "count"),
        column("sites_now", "count"),
        column("sites_new", "count"),
        column("sites_open", "count"),
    )
    rows = [_tier_row(report, tier) for tier in report.tiers]
    notes = (WORDS["note.two_coverages"],) if len(report.by_zone) > 0 else ()
    return TableView("tiers", WORDS["table.tiers"], columns, frame_of(columns, rows), notes=notes)


def _tier_row(report: Report, tier: TierFacts) -> dict[str, Any]:
    now = numbers.share(tier.people_covered_now, tier.people_served)
    plan = numbers.share(tier.people_covered, tier.people_served)
    planned = has_plan(report)
    return {
        "tier": tier.key,
        "standard": tier.key,
        "people_served": tier.people_served,
        "covered_now": tier.people_covered_now,
        "covered_now_percent": now,
        "covered": tier.people_covered,
        "covered_percent": plan,
        "change_points": _minus(plan, now),
        "unreachable": tier.unreachable_people,
        "sites_now": tier.sites_now,
        "sites_new": tier.sites_new if planned else None,
        "sites_open": tier.sites_open if planned else None,
        **_institutions(report, tier),
    }


def _institutions(report: Report, tier: TierFacts) -> dict[str, Any]:
    """Count the zones of the classes that the tier serves, and those of them with a site of the tier, now and then."""
    required, now, planned = zones_of_tier(report, tier)
    if not required:
        return {}
    return {
        "zones_required": len(required),
        "zones_with_site_now": len(required & now),
        "zones_with_site": len(required & planned) if has_plan(report) else None,
    }


def zones_of_tier(report: Report, tier: TierFacts) -> tuple[set[str], set[str], set[str]]:
    """Return the zones of the classes that a tier serves, those with a site of it today, and those with one then."""
    required = {zone.key for zone in report.by_zone if zone.key and zone.area_class in tier.serves}
    sites = report.sites[report.sites["tier"] == tier.key]
    now = set(sites.loc[sites["status"] == "existing", "zone"])
    planned = set(sites.loc[sites["action"].isin(OPEN_ACTIONS), "zone"])
    return required, now, planned


def _facilities_of_zones(report: Report) -> dict[str, dict[str, float]]:
    """Count for each zone the tiers that should have a site there, and those that have one, now and then."""
    found = {zone.key: dict.fromkeys(("required", "present_now", "present"), 0.0) for zone in report.by_zone}
    for tier in report.tiers:
        required, now, planned = zones_of_tier(report, tier)
        for key in required:
            found[key]["required"] += 1
            found[key]["present_now"] += key in now
            found[key]["present"] += key in planned
    if not has_plan(report):
        found = {key: {**row, "present": np.nan} for key, row in found.items()}
    return found


def _share_row(share: Share) -> dict[str, Any]:
    now, plan = numbers.share(share.covered_now, share.people), numbers.share(share.covered, share.people)
    return {
        "area_class": share.area_class or "",
        "people": share.people,
        "covered_now": share.covered_now,
        "covered_now_percent": now,
        "covered": share.covered,
        "covered_percent": plan,
        "change_points": _minus(plan, now),
        "unreachable": share.unreachable,
        "mean_minutes_now": share.mean_minutes_now,
        "mean_minutes": share.mean_minutes,
        "longest_minutes": share.longest_minutes,
    }


def _share_columns() -> tuple[Column, ...]:
    return (
        column("people", "people"),
        column("covered_now", "people"),
        column("covered_now_percent", "percent"),
        column("covered", "people"),
        column("covered_percent", "percent"),
        column("change_points", "points"),
        column("unreachable", "people"),
        column("mean_minutes_now", "minutes"),
        column("mean_minutes", "minutes"),
        column("longest_minutes", "longest"),
    )


def zones_table(report: Report) -> TableView:
    """By township and subdistrict, worst share in the plan first, with sites and a rating against the target."""
    parts = segments(report)
    columns = (
        column("zone"),
        *names(report, "zone_name"),
        column("area_class", "term", terms=terms_of("area_class")),
        *_share_columns(),
        *(segment_column(part) for part in parts),
        column("sites_now", "count"),
        column("sites_open", "count"),
        column("required", "count"),
        column("present_now", "count"),
        column("present", "count"),
        *(
            (column(key, "rate" if "per" in key else "number") for key in _STAFFING)
            if report.planning is not None
            else ()
        ),
        column("reference_percent", "percent"),
        column("rating", "term", terms=terms_of("rating")),
    )
    counts = _site_counts(report)
    sums = report.points.groupby("zone")[parts].sum() if parts else pd.DataFrame()
    known = {str(key): row for key, row in zip(counts.index, records(counts), strict=True)}
    people = {str(key): row for key, row in zip(sums.index, records(sums), strict=True)}
    none = {"sites_now": 0.0, "sites_open": 0.0 if has_plan(report) else np.nan}
    references, facilities = zone_references(report), _facilities_of_zones(report)
    staffing = {} if report.planning is None else _staffing_of_zones(report)
    rows = [
        {**people.get(zone.key, {}), **known.get(zone.key, none), **facilities[zone.key], **staffing.get(zone.key, {})}
        | _zone_row(report, zone, *references[zone.key])
        for zone in report.by_zone
    ]
    total = _share_row(report.everybody) | {"zone_name": WORDS["everybody"]}
    total |= {str(key): float(count) for key, count in counts.sum(min_count=1).items()}
    total |= {part: float(report.points[part].sum()) for part in parts}
    total |= {key: sum(row[key] for row in facilities.values()) for key in ("required", "present_now", "present")}
    if report.planning is not None:
        whole = {key: float(report.sites[key].sum()) for key in ("staff", "beds")}
        total |= staffing_per_1000(whole, report.everybody.people)
    kept = {key: value for key, value in total.items() if key != "area_class"}
    return TableView("zones", WORDS["table.zones"], columns, frame_of(columns, rows), kept if rows else None)


_STAFFING = ("staff", "staff_per_1000", "beds", "beds_per_1000")


def _staffing_of_zones(report: Report) -> dict[str, dict[str, float | None]]:
    """Return posts and beds of the open facilities in each zone, in all and for each thousand of its people."""
    sums = report.sites.groupby("zone")[["staff", "beds"]].sum()
    known = {str(key): row for key, row in zip(sums.index, records(sums), strict=True)}
    none = dict.fromkeys(("staff", "beds"), 0.0)
    return {zone.key: staffing_per_1000(known.get(zone.key, none), zone.people) for zone in report.by_zone}


def staffing_per_1000(sums: Mapping[str, float], people: float) -> dict[str, float | None]:
    """Return posts and beds with what they are for each thousand people; None where people are none."""
    each = {f"{key}_per_1000": 1000.0 * sums[key] / people if people > 0 else None for key in ("staff", "beds")}
    return {key: float(sums[key]) for key in ("staff", "beds")} | each


def _zone_row(report: Report, zone: Share, reference: float | None, stated: bool) -> dict[str, Any]:
    rating = _rating(report, zone, reference, stated)
    named = {"zone": zone.key, "zone_name": zone.name, "zone_name_en": zone.name_en}
    return _share_row(zone) | named | {"reference_percent": reference, "rating": rating}


def _site_counts(report: Report) -> pd.DataFrame:
    """Count by zone the sites that stand today and those that are open in the plan; NaN without one."""
    zone = report.sites["zone"]
    now, then = report.sites["status"] == "existing", report.sites["action"].isin(OPEN_ACTIONS)
    counts = pd.DataFrame({"sites_now": now.groupby(zone).sum(), "sites_open": then.groupby(zone).sum()}, dtype=float)
    return counts if has_plan(report) else counts.assign(sites_open=np.nan)


def zone_references(report: Report) -> dict[str, tuple[float | None, bool]]:
    """Return by zone the share it is held against and whether that is a stated target.

    It is the strictest coverage target that speaks of the zone's people (its own, its area class's, everybody's; of one
    tier only where no other tier serves that class), else the share of everybody in the plan.
    """
    targets = records(report.targets)
    average = numbers.share(report.everybody.covered, report.everybody.people)
    references: dict[str, tuple[float | None, bool]] = {}
    for zone in report.by_zone:
        serving = [tier.key for tier in report.tiers if zone.area_class in tier.serves]
        stated = [float(target["at_least_percent"]) for target in targets if _speaks_of(target, zone, serving)]
        references[zone.key] = (max(stated), True) if stated else (average, False)
    return references


def _speaks_of(target: Mapping[str, Any], zone: Share, serving: list[str]) -> bool:
    places = target["zone"] in ("", zone.key) and target["area_class"] in ("", zone.area_class)
    return places and (target["tier"] == "" or serving == [target["tier"]])


def _rating(report: Report, zone: Share, reference: float | None, stated: bool) -> str:
    share = numbers.share(zone.covered, zone.people)
    if share is None or reference is None:
        return ""
    if not stated:
        return "above_average" if share >= reference - 1e-9 else "below_average"
    everybody_reachable = zone.covered is not None and zone.covered >= zone.people - zone.unreachable - 1e-6
    if share >= reference - 1e-9:
        return "met"
    if everybody_reachable:
        return "all_reachable"
    average = numbers.share(report.everybody.covered, report.everybody.people)
    return "short" if average is None or share < average else "short_above_average"


def area_classes_table(report: Report) -> TableView:
    """By area class: people, shares and minutes, now and in the plan."""
    columns = (column("area_class", "term", terms=terms_of("area_class")), *_share_columns())
    rows = [_share_row(share) | {"area_class": share.key} for share in report.by_area_class]
    total = {**_share_row(report.everybody), "area_class": WORDS["everybody"]}
    return TableView(
        "area_classes", WORDS["table.area_classes"], columns, frame_of(columns, rows), total if rows else None
    )


# --- minutes ---------------------------------------------------------------------------------------------------------


def time_bands_table(report: Report) -> TableView:
    """People by minutes to the nearest open site: all tiers together (tier ""), then each tier, with running shares."""
    columns = (
        column("tier", "term", terms={**tier_terms(report), "": WORDS["all_tiers"]}),
        column("above_minutes", "number"),
        column("up_to_minutes", "number"),
        column("people_now", "people"),
        column("share_now_percent", "percent"),
        column("running_now_percent", "percent"),
        column("people_plan", "people"),
        column("share_percent", "percent"),
        column("running_percent", "percent"),
    )
    rows = _band_rows("", report.bands)
    if len(report.tiers) > 1:
        for tier in report.tiers:
            rows += _band_rows(tier.key, report.bands_by_tier.get(tier.key, ()))
    notes = (WORDS["note.bands_count_tiers"],) if _some_served_twice(report) else ()
    return TableView("time_bands", WORDS["table.time_bands"], columns, frame_of(columns, rows), notes=notes)


def _some_served_twice(report: Report) -> bool:
    classes = [key for tier in report.tiers for key in tier.serves]
    return len(set(classes)) < len(classes)


def _band_rows(tier: str, bands: tuple[Band, ...]) -> list[dict[str, Any]]:
    now = np.array([band.people_now for band in bands], dtype=float)
    plan = np.array([np.nan if band.people is None else band.people for band in bands], dtype=float)
    return [
        {
            "tier": tier,
            "above_minutes": band.above,
            "up_to_minutes": band.up_to if np.isfinite(band.up_to) else None,
            "people_now": now[i],
            "share_now_percent": numbers.share(now[i], now.sum()),
            "running_now_percent": numbers.share(now[: i + 1].sum(), now.sum()),
            "people_plan": plan[i],
            "share_percent": numbers.share(plan[i], plan.sum()),
            "running_percent": numbers.share(plan[: i + 1].sum(), plan.sum()),
        }
        for i, band in enumerate(bands)
    ]


def _minus(a: float | None, b: float | None) -> float | None:
    return None if a is None or b is None else a - b
