"""Sections about people: definitions, coverage by tier, township, class and minutes, and the list of the uncovered."""

from __future__ import annotations

import html
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from facopt.inputs.study_area import AREA_CLASSES
from facopt.measures import equity
from facopt.outputs import charts, numbers
from facopt.outputs.html_report.material import Section, note, paragraph, settlement_symbol
from facopt.outputs.html_report.stage_sections import has_capacities, is_staged, meaning_of_years
from facopt.outputs.html_report.table_html import (
    CHANGE,
    Drawn,
    Look,
    change_column,
    figure_attributes,
    flag_tag,
    table_html,
)
from facopt.outputs.tables.people import (
    class_list,
    mode_name,
    segments,
    standard_text,
    zone_references,
    zones_of_tier,
)
from facopt.outputs.tables.planning import planning_of
from facopt.outputs.tables.summary import reached_in_plan, reached_now
from facopt.outputs.tables.view import in_both, printed
from facopt.outputs.words import WORDS, both, both_of, named, pair

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from facopt.measures.report import Assumption, Band, Report, Share, TierFacts
    from facopt.outputs.html_report.material import Material
    from facopt.outputs.html_report.table_html import Row
    from facopt.outputs.tables.view import TableView

MOST_NAMES = 30
"""Units named in a sentence."""

# --- definitions -----------------------------------------------------------------------------------------------------


def definitions(m: Material) -> Section:
    """Return what every coverage figure means: facility set, mode, threshold, denominator, sources."""
    rows = [
        (both("definition.covered"), both("definition.covered_means"), ""),
        *(row for tier in m.report.tiers for row in _tier_definition(m, tier)),
        (both("definition.denominator"), _denominator(m), both_of(m.report.data_notes)),
        *_planned_definitions(m),
        (both("definition.unreachable"), _unreachable(m), ""),
        *_sources_of_values(m),
    ]
    head = "".join(f'<th scope="col">{both(f"definition.{key}")}</th>' for key in ("item", "used", "source"))
    body = "".join(f"<tr><td><b>{item}</b></td><td>{used}</td><td>{source}</td></tr>" for item, used, source in rows)
    table = f'<table class="defs"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
    return Section("definitions", "section.definitions", f'<div class="tbl">{table}</div>')


def _tier_definition(m: Material, tier: TierFacts) -> list[tuple[str, str, str]]:
    names = (tier.name_zh, tier.name_en)
    source = html.escape(tier.standard_source) if tier.standard_source else both("definition.not_stated")
    if not tier.standard_verified:
        source += f" {flag_tag()}"
    candidates = int(((m.report.sites["tier"] == tier.key) & (m.report.sites["status"] == "candidate")).sum())
    counted = both(
        "definition.facilities_counted", existing=numbers.count(tier.sites_now), candidates=numbers.count(candidates)
    )
    return [
        (both("definition.standard", tier=names), both_of(standard_text(m.report, tier)), source),
        (both("definition.facility_set", tier=names), counted, both("definition.from_scenario")),
    ]


def _denominator(m: Material) -> str:
    people, points = numbers.people(m.figures.people), numbers.count(len(m.report.points))
    return both("definition.denominator_means", people=people, points=points)


def _planned_definitions(m: Material) -> list[tuple[str, str, str]]:
    """Of plans in stages or with capacities: whose people are meant, and what capacities are counted in."""
    rows = []
    if is_staged(m):
        rows.append((both("definition.people_of_year"), meaning_of_years(m), both("definition.from_scenario")))
    if has_capacities(m):
        unit = named("workload", planning_of(m.report).workload_unit)
        told = both("meaning.capacity") + " " + both("definition.capacity_means", unit=unit)
        rows.append((both("definition.capacity"), told, both("definition.from_scenario")))
    return rows


def _unreachable(m: Material) -> str:
    return both("definition.unreachable_means", people=numbers.people(m.figures.unreachable))


def _sources_of_values(m: Material) -> list[tuple[str, str, str]]:
    """One line per way to travel, and one for all other values; the standards of the tiers have their own lines."""
    groups: dict[str, list[Assumption]] = {}
    for assumption in m.report.assumptions:
        if not assumption.key.endswith(".standard_minutes"):
            kind, _, rest = assumption.key.partition(".")
            groups.setdefault(rest.partition(".")[0] if kind == "travel" else "", []).append(assumption)
    return [_values_row(m, mode, groups[mode]) for mode in sorted(groups, key=lambda mode: (not mode, mode))]


def _values_row(m: Material, mode: str, assumptions: list[Assumption]) -> tuple[str, str, str]:
    unverified = sum(not assumption.verified for assumption in assumptions)
    counts = {"n": numbers.count(len(assumptions)), "unverified": numbers.count(unverified)}
    used = both("definition.speeds" if mode else "definition.other_count", **counts)
    item = both("definition.travel", mode=mode_name(m.report, mode)) if mode else both("definition.other")
    source = f'<a href="#appendix">{both("definition.from_appendix")}</a>'
    return item, used, f"{source} {flag_tag()}" if unverified else source


# --- tiers, townships, classes ---------------------------------------------------------------------------------------


def of_planned(total: str, planned: str) -> Drawn:
    """Return a column that shows a count today and in the plan, as 1 → 3, or out of a whole."""

    def draw(row: Row) -> str:
        now, plan = numbers.count(row.get(total)), numbers.count(row.get(planned))
        return now if plan == numbers.MISSING else f"{now} → {plan}"

    return Drawn(planned, WORDS["column.sites"], draw, sort_key=planned, align="r")


def tiers(m: Material) -> Section:
    """Return coverage by tier: people and institutions are two things."""
    columns: tuple[str | Drawn, ...] = (
        "tier", "standard", "people_served", "covered_now_percent", "covered_percent",
        change_column(planned=m.planned, width=110), "change_points", "unreachable", *_institutions(m),
        of_planned("sites_now", "sites_open"),
    )  # fmt: skip
    look = Look(columns, titles=CHANGE, strong=frozenset({"covered_percent"}))
    inner = table_html(m.tables["tiers"], look) + _rounded(m)
    return Section("tiers", "section.tiers", inner)


def _rounded(m: Material) -> str:
    return note("round.note") if m.planned else ""


def _institutions(m: Material) -> tuple[Drawn, ...]:
    if not m.tables["tiers"].frame["zones_required"].notna().any():
        return ()

    def draw(row: Row) -> str:
        counts = [row[key] for key in ("zones_with_site_now", "zones_with_site") if not numbers.is_missing(row[key])]
        return " → ".join(f"{numbers.count(n)}/{numbers.count(row['zones_required'])}" for n in counts)

    return (Drawn("institutions", WORDS["column.institutions"], draw, align="r"),)


def shown_segments(report: Report) -> list[str]:
    """Return the one segment for which the page has room, the elderly first; the files beside it have all."""
    return sorted(segments(report), key=lambda key: ("65" not in key, "60" not in key))[:1]


def zones(m: Material) -> Section | None:
    """Return the table everyone turns to: townships and subdistricts, worst first."""
    view = m.tables["zones"]
    if not len(view):
        return None
    rating = Drawn("rating", WORDS["column.rating"], rating_html, sort_key="covered_percent", align="l")
    columns = (
        "zone_name", "area_class", "people", *shown_segments(m.report), "covered_now_percent", "covered_percent",
        change_column("reference_percent", planned=m.planned), "mean_minutes", "longest_minutes",
        of_planned("sites_now", "sites_open"), *_staffing(view), *((rating,) if m.planned else ()),
    )  # fmt: skip
    unnamed = {"zone_name": lambda row: "" if row.get("zone_name") else both("zones.unnamed")}
    code = {"zone_name": lambda row: "" if row["zone"] in (row["zone_name"], "") else html.escape(str(row["zone"]))}
    look = Look(
        columns, before=unnamed, below=code, strong=frozenset({"zone_name", "covered_percent"}), sortable=True,
        shown_rows=200,
    )  # fmt: skip
    inner = _key_of_zones(m) + table_html(view, look) + _lacking(m) + note("zones.note")
    return Section("zones", "section.zones", inner)


def _staffing(view: TableView) -> tuple[str, ...]:
    """Return the columns of posts and beds for each thousand people of which the sizes of the plan tell anything."""
    known = [key for key in ("staff_per_1000", "beds_per_1000") if key in view.frame]
    return tuple(key for key in known if view.frame[key].gt(0).any())


def _lacking(m: Material) -> str:
    """Name the units that have no facility of a tier that serves them, in the plan or, without one, today."""
    zones, notes = {zone.key: zone for zone in m.report.by_zone}, []
    asked = False
    for tier in m.report.tiers:
        required, now, planned = zones_of_tier(m.report, tier)
        asked = asked or bool(required)
        lacking = [zones[key] for key in zones if key in required - (planned if m.planned else now)]
        if lacking:
            tier_name, n = (tier.name_zh, tier.name_en), numbers.count(len(lacking))
            notes.append(note("zones.lacking", tier=tier_name, n=n, names=_names(lacking)))
    return "".join(notes) or (note("zones.all_present") if asked else "")


def _names(zones: list[Share]) -> tuple[str, str]:
    """Return the names of some units, the tail of a long list as dots."""
    shown, more = zones[:MOST_NAMES], "…" if len(zones) > MOST_NAMES else ""
    return "、".join(zone.name for zone in shown) + more, ", ".join(zone.name_en or zone.name for zone in shown) + more


_RATING_STYLES = MappingProxyType(
    {"met": "ok", "all_reachable": "ok", "above_average": "mid", "short_above_average": "mid"}
)


def rating_html(row: Row) -> str:
    """Return a rating as shape and word; nothing for the total row and without a plan."""
    key = str(row.get("rating", ""))
    return f'<span class="st {_RATING_STYLES.get(key, "bad")}">{both(f"rating.{key}")}</span>' if key else ""


def _key_of_zones(m: Material) -> str:
    items = [f'<i class="k-now"></i>{both("zones.key_now")}']
    if m.planned:
        items.append(f'<i class="k-plan"></i>{both("zones.key_plan")}')
    if m.tables["zones"].frame["reference_percent"].notna().any():
        items.append(f'<i class="k-ref"></i>{_reference_words(m)}')
    items.append(both("zones.key_sort"))
    return '<p class="key">' + "".join(f"<span>{item}</span>" for item in items) + "</p>"


def _reference_words(m: Material) -> str:
    references = set(zone_references(m.report).values())
    if len(references) > 1:
        return both("zones.key_references")
    ((percent, stated),) = references
    if stated:
        return both("zones.key_reference", percent=numbers.percent_stated(percent))
    return both("zones.key_average", percent=numbers.percent(percent))


def area_classes(m: Material) -> Section | None:
    """Return coverage of urban, town and rural people, with the gap between countryside and urban area."""
    if not len(m.tables["area_classes"]):
        return None
    columns = (
        "area_class", "people", "covered_now_percent", "covered_percent",
        change_column(planned=m.planned), "change_points",
        "unreachable", "mean_minutes_now", "mean_minutes", "longest_minutes",
    )  # fmt: skip
    look = Look(columns, titles=CHANGE, strong=frozenset({"covered_percent"}))
    return Section(
        "area_classes", "section.area_classes",
        table_html(m.tables["area_classes"], look) + _gap(m) + _rounded(m) + _classes_by_stage(m),
    )  # fmt: skip


def _classes_by_stage(m: Material) -> str:
    """Return the classes stage by stage, each with that year's people; "" where the plan has no stages."""
    if not is_staged(m):
        return ""
    view = m.tables["stage_classes"]
    by_class = view.frame.sort_values("area_class", kind="stable", ignore_index=True, key=lambda keys: keys.map(_PLACE))
    columns = (
        "area_class", "stage", "stage_people", "stage_covered", "stage_covered_percent", "against_all_points",
    )  # fmt: skip
    table = table_html(replace(view, frame=by_class), Look(columns, strong=frozenset({"stage_covered_percent"})))
    return f"<h3>{both('classes.by_stage')}</h3>{table}"


_PLACE = MappingProxyType({key: place for place, key in enumerate(AREA_CLASSES)})


def _gap(m: Material) -> str:
    """Say by how many points town and countryside together differ from the urban area."""
    shares = {share.key: share for share in m.report.by_area_class}
    outside = [shares[key] for key in ("town", "rural") if key in shares]
    if "urban" not in shares or not outside:
        return ""
    now, plan = (_pair_of_shares(outside, shares["urban"], key) for key in ("covered_now", "covered"))
    if now is None:
        return ""
    texts = {"now": numbers.difference_points(now[0] - now[1]), "ratio_now": _ratio(*now)}
    if plan is None:
        return note("classes.gap_now", **texts)
    return note("classes.gap", **texts, plan=numbers.difference_points(plan[0] - plan[1]), ratio_plan=_ratio(*plan))


def _pair_of_shares(outside: list[Share], urban: Share, key: str) -> tuple[float, float] | None:
    """Return the shares covered outside and inside the urban area, in percent; None where nobody knows them."""
    counted = [getattr(share, key) for share in outside]
    if any(value is None for value in counted):
        return None
    share = numbers.share(sum(counted), sum(share.people for share in outside))
    inside = numbers.share(getattr(urban, key), urban.people)
    return None if share is None or inside is None else (share, inside)


def _ratio(outside: float, inside: float) -> str:
    return numbers.fixed(outside / inside, 2) if inside > 0 else numbers.MISSING


# --- minutes ---------------------------------------------------------------------------------------------------------


def time_bands(m: Material) -> Section:
    """Return people by minutes, now and in the plan: bars, running shares, and each tier on its own."""
    everybody = m.report.everybody
    now90, plan90 = _within_90(reached_now(m.report)), _within_90(reached_in_plan(m.report))
    figures = {"now": numbers.minutes(everybody.mean_minutes_now), "now90": numbers.minutes(now90)}
    if m.planned:
        figures |= {"plan": numbers.minutes(everybody.mean_minutes), "plan90": numbers.minutes(plan90)}
    sentence = paragraph("bands.sentence" if m.planned else "bands.sentence_now", **figures)
    key = f'<span><i class="k-bar now"></i>{both("when.now")}</span>'
    key += f'<span><i class="k-bar plan"></i>{both("when.plan")}</span>' if m.planned else ""
    bars = charts.pairs_of_bars(_bars(m.report.bands), WORDS["bands.chart"], _headings())
    inner = f'{sentence}<p class="key">{key}</p>{bars}{_band_table(m)}{_bands_by_tier(m)}{note("bands.none_in_reach")}'
    return Section("time_bands", "section.time_bands", inner)


def _within_90(points: pd.DataFrame) -> float | None:
    return equity.within_minutes(points["minutes"], points["people"], 0.9)


def _headings() -> tuple[tuple[str, str], tuple[str, str], tuple[str, str]]:
    return WORDS["bands.minutes"], WORDS["when.now"], WORDS["when.plan"]


def _bars(bands: tuple[Band, ...]) -> list[charts.PairOfBars]:
    now = sum(band.people_now for band in bands)
    plan = sum(band.people or 0.0 for band in bands)
    return [
        charts.PairOfBars(
            label=numbers.minutes_range(band.above, band.up_to),
            now=numbers.share(band.people_now, now) or 0.0,
            plan=None if band.people is None else numbers.share(band.people, plan) or 0.0,
            now_text=numbers.share_percent(band.people_now, now),
            plan_text=numbers.share_percent(band.people, plan),
        )
        for band in bands
    ]


def _band_table(m: Material) -> str:
    view = m.tables["time_bands"]
    label = Drawn("band", WORDS["bands.minutes"], lambda row: html.escape(_range(row)), align="l")
    columns = (
        label, "people_now", "share_now_percent", "running_now_percent", "people_plan", "share_percent",
        "running_percent",
    )  # fmt: skip
    return table_html(view.where(view.frame["tier"] == ""), Look(columns))


def _range(row: dict[str, Any]) -> str:
    up_to = row["up_to_minutes"]
    return numbers.minutes_range(row["above_minutes"], np.inf if np.isnan(up_to) else up_to)


def _bands_by_tier(m: Material) -> str:
    if len(m.report.tiers) < 2:
        return ""
    blocks = []
    for tier in m.report.tiers:
        bands = m.report.bands_by_tier.get(tier.key, ())
        name = (tier.name_zh, tier.name_en)
        served = pair("bands.tier", tier=name, classes=class_list(tier.serves))
        bars = charts.pairs_of_bars(_bars(bands), name, _headings(), width=470.0)
        blocks.append(f"<div><h3>{both_of(served)}</h3>{bars}</div>")
    return f'<div class="two charts">{"".join(blocks)}</div>'


# --- the uncovered ---------------------------------------------------------------------------------------------------


def _why(row: Row) -> str:
    """Return why somebody stays uncovered, and below it what would help."""
    reason, remedy = (named(key, str(row[key])) for key in ("reason", "remedy"))
    return f"{both_of(reason)}<small>{both_of(remedy)}</small>" if any(remedy) else both_of(reason)


def _lacking_words(view: TableView) -> Callable[[Row], str]:
    """Return how a row names the tiers that are lacking, with the standard of the first."""
    lacking = view.column("lacking")

    def told(row: Row) -> str:
        if not row["lacking"]:
            return ""
        tiers = (printed(lacking, row["lacking"], "zh"), printed(lacking, row["lacking"], "en"))
        return both("uncovered.lacks", tiers=tiers, minutes=numbers.trimmed(row["standard_minutes"]))

    return told


def _kilometres(view: TableView) -> str | Drawn:
    """Return the column of kilometres: along the road, in a straight line, or of each row what is known of it."""
    known = view.frame["road_km"].notna()
    if known.all() or not known.any():
        return "road_km" if known.all() else "straight_km"

    def told(row: Row) -> str:
        key = "straight_km" if numbers.is_missing(row["road_km"]) else "road_km"
        figure = f"<span{figure_attributes(f'uncovered.{key}', row[key])}>{numbers.fixed(row[key], 1)}</span>"
        return figure + (f"<small>{both('uncovered.straight')}</small>" if key == "straight_km" else "")

    return Drawn("km", WORDS["column.km"], told, sort_key="straight_km", align="r")


def uncovered(m: Material) -> Section:
    """Return who is not covered, why, and what can be done; the sum equals the people not covered."""
    title = "section.uncovered" if m.planned else "section.uncovered_now"
    view, h = m.tables["uncovered"], m.figures
    if not len(view):
        return Section("uncovered", title, paragraph("uncovered.none"))
    kilometres = _kilometres(view)
    columns: tuple[str | Drawn, ...] = (
        "id", "name", "people", *shown_segments(m.report), "nearest_site", "nearest_minutes", kilometres,
        "usable_minutes", Drawn("why", WORDS["column.why"], _why, align="l"), "cost_alone",
    )  # fmt: skip
    symbols = {"name": lambda row: settlement_symbol(str(row.get("state", "")))}
    below = {"name": lambda row: both_of(in_both(view.column("zone_name"), row)), "nearest_site": _lacking_words(view)}
    covered = h.covered if h.covered is not None else h.covered_now
    shown = {"people": h.people, "covered": covered, "uncovered": h.uncovered}
    inner = table_html(view, Look(columns, before=symbols, below=below, sortable=True))
    inner += note("uncovered.sum", **{key: numbers.people(value) for key, value in shown.items()})
    key = kilometres.key if isinstance(kilometres, Drawn) else kilometres
    inner += note("uncovered.nearest") + note(f"uncovered.{key}")
    return Section("uncovered", title, inner)
