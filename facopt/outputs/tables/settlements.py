"""Tables of settlements: the uncovered, every demand point and whom it goes to."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from facopt.measures.check import has_plan
from facopt.outputs.tables.people import COVERED_STATES, segment_column, segments, tier_terms
from facopt.outputs.tables.view import TableView, column, names, terms_of
from facopt.outputs.words import WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from facopt.measures.report import Report


def uncovered_points(report: Report) -> pd.DataFrame:
    """Return the points not wholly covered in the plan (without one: today) with the people left, most people first."""
    state = report.points["state"]
    covered_now = ("covered", "loses_cover")
    left = report.points[~state.isin(COVERED_STATES if has_plan(report) else covered_now)]
    covered = left["covered" if has_plan(report) else "covered_now"]
    # Where capacities cover a part of a point's people, the others are left, of each segment as of all.
    share = ((left["people"] - covered) / left["people"].where(left["people"] > 0)).fillna(0.0)
    left = left.assign(people=left["people"] - covered, **{part: left[part] * share for part in segments(report)})
    return left.sort_values(["people", "id"], ascending=[False, True], kind="stable").reset_index(drop=True)


def uncovered_table(report: Report) -> TableView:
    """Who is not covered, why, and what can be done; sums to the people not covered."""
    left, parts = uncovered_points(report), segments(report)
    columns = (
        column("id"),
        *names(report, "name", "zone_name"),
        column("area_class", "term", terms=terms_of("area_class")),
        column("people", "people"),
        *(segment_column(part) for part in parts),
        column("state", "term", terms=terms_of("state")),
        column("lacking", "term", terms=_lacking_terms(report)),
        *names(report, "nearest_site"),
        column("nearest_minutes", "minutes"),
        column("standard_minutes", "number"),
        column("road_km", "kilometres"),
        column("straight_km", "kilometres"),
        column("usable_minutes", "minutes"),
        column("reason", "term", terms=terms_of("reason")),
        column("remedy", "term", terms=terms_of("remedy")),
        column("cost_alone", "money", currency=report.currency),
    )
    sites = left["lacking_site"]
    left = left.assign(
        nearest_site=sites.map(site_names(report)),
        nearest_site_en=sites.map(site_names(report, "name_en")) if "name_en" in report.sites else "",
        nearest_minutes=left["lacking_minutes"],
        standard_minutes=_standards_missed(report, left),
        usable_minutes=left["lacking_usable_minutes"],
        cost_alone=left.get("cost_alone", np.nan),
    )
    total = {key: float(left[key].sum()) for key in ("people", *parts)} | {"name": WORDS["total"]}
    frame = left[[col.key for col in columns]].reset_index(drop=True)
    return TableView("uncovered", WORDS["table.uncovered"], columns, frame, total if len(frame) else None)


def _lacking_terms(report: Report) -> Mapping[str, tuple[str, str]]:
    """Return the names of the tiers that points lack, one or several in the order of the key."""
    terms = tier_terms(report)
    keys = sorted(set(report.points["lacking"]))
    found = {key: [terms.get(tier, (tier, tier)) for tier in key.split()] for key in keys}
    joined = {key: ("、".join(zh for zh, _ in tiers), ", ".join(en for _, en in tiers)) for key, tiers in found.items()}
    return MappingProxyType({**terms, **joined})


def _standards_missed(report: Report, points: pd.DataFrame) -> list[float]:
    """Return the standard of the first tier that each of some points lacks; NaN where it lacks none."""
    tiers, first = {tier.key: tier for tier in report.tiers}, [str(key).partition(" ")[0] for key in points["lacking"]]
    return [
        dict(tiers[key].standards_by_class).get(kind, tiers[key].standard_minutes) if key in tiers else np.nan
        for key, kind in zip(first, points["area_class"], strict=True)
    ]


def site_names(report: Report, column: str = "name") -> dict[str, str]:
    """Return the names of the sites by id; the empty id has none."""
    return {"": "", **dict(zip(report.sites["id"], report.sites[column], strict=True))}


def points_table(report: Report) -> TableView:
    """Every demand point with its state, now and in the plan."""
    columns = (
        column("id"),
        *names(report, "name"),
        column("zone"),
        *names(report, "zone_name"),
        column("area_class", "term", terms=terms_of("area_class")),
        column("people", "people"),
        *(segment_column(part) for part in segments(report)),
        column("lon", "coordinate"),
        column("lat", "coordinate"),
        column("state", "term", terms=terms_of("state")),
        column("covered_now", "people"),
        column("covered", "people"),
        column("lacking", "term", terms=_lacking_terms(report)),
        column("tier", "term", terms=tier_terms(report)),
        column("site_now"),
        column("minutes_now", "minutes"),
        column("site"),
        column("minutes", "minutes"),
        column("nearest_any_minutes", "minutes"),
        column("reason", "term", terms=terms_of("reason")),
        column("remedy", "term", terms=terms_of("remedy")),
    )
    frame = report.points[[col.key for col in columns]].reset_index(drop=True)
    return TableView("points", WORDS["table.points"], columns, frame)


def assignment_table(report: Report) -> TableView:
    """Which open site each demand point goes to, for each tier that serves it."""
    columns = (
        column("demand_id"),
        column("site_id"),
        column("tier", "term", terms=tier_terms(report)),
        column("minutes", "minutes"),
        column("people", "people"),
        column("within_standard", "flag"),
    )
    rows = report.assignment
    demand, site = rows["demand"].to_numpy(int), rows["site"].to_numpy(int)
    frame = pd.DataFrame(
        {
            "demand_id": report.points["id"].to_numpy()[demand],
            "site_id": report.sites["id"].to_numpy()[site],
            "tier": rows["tier"].to_numpy(),
            "minutes": rows["minutes"].to_numpy(float),
            "people": report.points["people"].to_numpy()[demand] * rows["share"].to_numpy(float),
            "within_standard": rows["within_standard"].to_numpy(),
        }
    )
    return TableView("assignment", WORDS["table.assignment"], columns, frame)
