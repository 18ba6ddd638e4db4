"""Who gains and who loses between two plans, demand point by demand point, and which sites make the difference."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from facopt.measures.report import OPEN_ACTIONS
from facopt.outputs.compare.model import Change, Count, People, SiteChange, ZoneChange
from facopt.outputs.run_files import COVERED_STATES, RunFiles

if TYPE_CHECKING:
    from collections.abc import Sequence

NOBODY = 1e-6
"""Fewer people than this are nobody: what dividing people by capacities leaves."""


def change_between(runs: Sequence[RunFiles], number: int, subtract: bool) -> Change:
    """Return what a run changes against the base.

    Parameters
    ----------
    runs
        All runs, the base first.
    number
        Which one to hold against the base, from 1.
    subtract
        Whether people may be compared at all.
    """
    base, other = runs[0], runs[number]
    planned = base.planned and other.planned
    only_base, only_other, both = _sites(base, other) if planned else ((), (), ())
    return Change(number, _people(base, other) if planned and subtract else None, only_base, only_other, both)


def _people(base: RunFiles, other: RunFiles) -> People:
    points = _paired_points(base, other)
    count = {kind: _changed(points, kind) for kind in ("gain", "lose", "reassigned", "uncovered")}
    zones = _zones(points)
    changed = tuple(zone for zone in zones if zone.gain or zone.lose)
    return People(
        **count,
        left_out=_left_out(base.points, other.points),
        cost_per_gained_person=_cost_per_person(base, other, count["gain"], count["lose"]),
        zones=changed,
        zones_unchanged=len(zones) - len(changed),
        points=points,
    )


def _paired_points(base: RunFiles, other: RunFiles) -> pd.DataFrame:
    """Demand points of both runs in the base's order, with the people of the base and what changes for them.

    Where capacities cover a part of a point's people, that part counts; of the other run, as the share that it covers.
    """
    mine, theirs = (run.points.assign(sites=run.points["id"].map(_served_by(run)).fillna("")) for run in (base, other))
    pairs = mine.merge(
        theirs.assign(share=_share_covered(theirs))[["id", "share", "sites", "minutes"]],
        on="id",
        suffixes=("_base", "_other"),
        validate="one_to_one",
    )
    people, before = pairs["people"], pairs["people"] * _share_covered(pairs)
    after = people * pairs["share"]
    moved, kept = pairs["sites_base"] != pairs["sites_other"], before.where(before < after, after)
    gain, lose = after - before, before - after
    # People of a point with none count by its states: nobody gains there, but the map shows who would.
    empty = people <= 0
    full = _share_covered(pairs) > 0.5, pairs["share"] > 0.5
    gains, loses = (gain > NOBODY) | (empty & ~full[0] & full[1]), (lose > NOBODY) | (empty & full[0] & ~full[1])
    stays = (kept > NOBODY) | (empty & full[0] & full[1])
    pairs["change"] = np.select(
        [gains, loses, stays & moved, stays], ["gain", "lose", "reassigned", "covered"], "uncovered"
    )
    pairs["gain"], pairs["lose"] = gain.clip(lower=0.0), lose.clip(lower=0.0)
    pairs["reassigned"] = kept.where(moved, 0.0)
    pairs["covered"] = kept.where(~moved, 0.0)
    pairs["uncovered"] = people - np.maximum(before, after)
    columns = [
        "id",
        "name",
        "name_en",
        "zone",
        "zone_name",
        "zone_name_en",
        "area_class",
        "people",
        "lon",
        "lat",
        "change",
        *AMOUNTS,
    ]
    return pairs[[*columns, "sites_base", "sites_other", "minutes_base", "minutes_other"]]


AMOUNTS = ("gain", "lose", "reassigned", "covered", "uncovered")
"""People of a demand point by what changes for them; they add up to its people."""


def _share_covered(points: pd.DataFrame) -> pd.Series[float]:
    """Share of a point's people that the plan covers; of points without people, 1 where their state is covered."""
    share: pd.Series[float] = (points["covered"] / points["people"].where(points["people"] > 0)).clip(0.0, 1.0)
    return share.fillna(points["state"].isin(COVERED_STATES).astype(float))


def _changed(points: pd.DataFrame, kind: str) -> Count:
    """People for whom something changes, and the points that are called so."""
    return Count(float(points[kind].sum()), int((points["change"] == kind).sum()))


def _served_by(run: RunFiles) -> pd.Series:
    """Sites that serve a demand point, by its id: one per tier, in the order of the tiers' names."""
    rows = run.assignment.sort_values(["demand_id", "tier"], kind="stable")
    several = rows["demand_id"].duplicated(keep=False)
    joined = rows[several].groupby("demand_id")["site_id"].agg(" | ".join)
    # grouping costs more than all the rest of a comparison, and most points are served by one tier
    served: pd.Series[str] = pd.concat([rows[~several].set_index("demand_id")["site_id"], joined])
    return served


def _count(points: pd.DataFrame) -> Count:
    return Count(float(points["people"].sum()), len(points))


def _left_out(base: pd.DataFrame, other: pd.DataFrame) -> Count:
    alone = [_count(mine[~mine["id"].isin(theirs["id"])]) for mine, theirs in ((base, other), (other, base))]
    return Count(alone[0].people + alone[1].people, alone[0].points + alone[1].points)


def _zones(points: pd.DataFrame) -> list[ZoneChange]:
    """One entry per zone, largest rise of the share covered first; ties by zone."""
    zones = [_zone(str(zone), rows) for zone, rows in points.groupby("zone", sort=True)]
    return sorted(zones, key=lambda zone: (zone.percent_base - zone.percent_other, zone.zone))


def _zone(zone: str, rows: pd.DataFrame) -> ZoneChange:
    part = {change: float(rows[change].sum()) for change in ("gain", "lose", "reassigned", "covered")}
    total = float(rows["people"].sum())
    kept = part["reassigned"] + part["covered"]
    share = [100 * (kept + extra) / total if total > 0 else 0.0 for extra in (part["lose"], part["gain"])]
    name, name_en = (str(rows[column].iloc[0]) for column in ("zone_name", "zone_name_en"))
    return ZoneChange(zone, name or zone, total, part["gain"], part["lose"], share[0], share[1], name_en)


def _cost_per_person(base: RunFiles, other: RunFiles, gain: Count, lose: Count) -> float | None:
    before, after = base.record.get("cost"), other.record.get("cost")
    if before is None or after is None or not gain.people or lose.people or after <= before:
        return None
    return (float(after) - float(before)) / gain.people


SiteChanges = tuple[SiteChange, ...]


def _sites(base: RunFiles, other: RunFiles) -> tuple[SiteChanges, SiteChanges, SiteChanges]:
    standing = (run.sites[run.sites["action"].isin(OPEN_ACTIONS)] for run in (base, other))
    mine, theirs = (sites.set_index("id", drop=False) for sites in standing)
    shared = mine.index.intersection(theirs.index, sort=False)
    return (
        _site_changes(mine.drop(shared), None),
        _site_changes(theirs.drop(shared), None),
        _site_changes(mine.loc[shared], theirs.loc[shared]),
    )


def _site_changes(sites: pd.DataFrame, others: pd.DataFrame | None) -> SiteChanges:
    """New sites first, then by tier and name."""
    second = sites if others is None else others
    rows = zip(sites.to_dict("records"), second["action"], second["stage"], second["size"], strict=True)
    changes = [
        SiteChange(
            site_id=row["id"],
            name=row["name"],
            tier=row["tier"],
            zone=row["zone_name"],
            action=row["action"],
            action_other="" if others is None else action,
            stage=row["stage"],
            stage_other="" if others is None else stage,
            cost=0.0 if row["action"] == "keep" else _known(row["action_cost"]),
            size=row["size"],
            size_other="" if others is None else size,
            people_assigned=_known(row["people_assigned"]),
            lon=row["lon"],
            lat=row["lat"],
            name_en=row["name_en"],
            zone_en=row["zone_name_en"],
        )
        for row, action, stage, size in rows
    ]
    order = {action: place for place, action in enumerate(("build", "extend", "refurbish", "keep"))}
    return tuple(sorted(changes, key=lambda site: (order[site.action], site.tier, site.name, site.site_id)))


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
