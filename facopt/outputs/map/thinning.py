"""Very many settlements as fewer: neighbours that fare alike become one, with the sum of their people."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from facopt.measures.planning import PlanningTables, StageView
    from facopt.measures.report import Report

MOST_POINTS = 40_000
"""More settlements than this make the page too heavy for an office computer."""

_FIRST_CELL = 0.0025
_ALIKE = ["zone", "area_class", "state", "site_now", "site", "tier", "lacking", "lacking_site", "reason", "remedy"]
_SUMS = ["people", "covered_now", "covered"]
_MEANS = ["lon", "lat", "minutes_now", "minutes", "lacking_minutes", "lacking_usable_minutes"]


def thinned(report: Report, most: int = MOST_POINTS) -> tuple[Report, bool]:
    """Return a report of at most about `most` settlements whose sums are the same, and whether any were merged.

    Settlements are merged where they lie in one cell of a grid and agree in zone, class, state, sites, reason and time
    bands; the merged one has the name of its largest member and people-weighted place and minutes.
    """
    if len(report.points) <= most:
        return report, False
    edges = np.array([band.up_to for band in report.bands[:-1]] + [15.0, 30.0, 45.0, 60.0])
    cell, group = _FIRST_CELL, _groups(report, edges, _FIRST_CELL)
    while group.max() + 1 > most and cell < 1.0:
        cell *= 2
        group = _groups(report, edges, cell)
    return _merged(report, group), True


def _views(report: Report) -> tuple[StageView, ...]:
    """Return the other stages that the map shows."""
    return () if report.planning is None else (report.planning.today, *report.planning.views)


def _groups(report: Report, edges: Any, cell: float) -> Any:
    """Return the group of each settlement, numbered by first appearance."""
    points = report.points
    keys = points[_ALIKE].copy()
    for number, view in enumerate(_views(report)):
        keys[f"state {number}"], keys[f"site {number}"] = view.points["state"], view.points["site"]
    for name in ("lon", "lat"):
        keys[name] = np.floor(points[name].to_numpy(dtype=float) / cell)
    for name in ("minutes_now", "minutes"):
        minutes = points[name].to_numpy(dtype=float)
        keys[name] = np.where(np.isnan(minutes), -1, np.searchsorted(np.sort(edges), minutes, side="left"))
    return keys.groupby(list(keys), sort=False, dropna=False).ngroup().to_numpy()


def _merged(report: Report, group: Any) -> Report:
    points = report.points
    people = points["people"].to_numpy(dtype=float)
    largest = pd.Series(people).groupby(group).idxmax().to_numpy()
    merged = points.iloc[largest].reset_index(drop=True)
    weights = people + 1e-9
    for name in _MEANS:
        merged[name] = np.bincount(group, weights * points[name].to_numpy(dtype=float)) / np.bincount(group, weights)
    for name in _SUMS:
        merged[name] = np.bincount(group, points[name].to_numpy(dtype=float))
    rows = np.full(len(points), -1)
    rows[largest] = np.arange(len(largest))
    kept = report.assignment[rows[report.assignment["demand"].to_numpy()] >= 0]
    return replace(
        report,
        planning=_planning(report, group, largest),
        points=merged,
        assignment=kept.assign(demand=rows[kept["demand"].to_numpy()]).reset_index(drop=True),
        routes={(int(rows[i]), j): line for (i, j), line in report.routes.items() if rows[i] >= 0},
    )


def _planning(report: Report, group: Any, largest: Any) -> PlanningTables | None:
    planning = report.planning
    if planning is None:
        return None
    views = tuple(_view(view, group, largest) for view in planning.views)
    return replace(planning, today=_view(planning.today, group, largest), views=views)


def _view(view: StageView, group: Any, largest: Any) -> StageView:
    points, people = view.points, view.points["people"].to_numpy(dtype=float) + 1e-9
    merged = points.iloc[largest].reset_index(drop=True)
    for name in _SUMS:
        merged[name] = np.bincount(group, points[name].to_numpy(dtype=float))
    minutes = points["minutes"].to_numpy(dtype=float)
    merged["minutes"] = np.bincount(group, people * minutes) / np.bincount(group, people)
    goes_to = tuple(site[largest] for site in view.goes_to)
    return replace(view, points=merged, goes_to=goes_to, served=tuple(found[largest] for found in view.served))
