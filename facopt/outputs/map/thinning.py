"""Very many settlements as fewer: neighbours that fare alike become one, with the sum of their people."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from facopt.measures.report import Report

MOST_POINTS = 40_000
"""More settlements than this make the page too heavy for an office computer."""

_FIRST_CELL = 0.0025
_ALIKE = ["zone", "area_class", "state", "site_now", "site", "tier", "reason", "remedy"]
_MEANS = ["lon", "lat", "minutes_now", "minutes", "nearest_any_minutes"]


def thinned(report: Report, most: int = MOST_POINTS) -> tuple[Report, bool]:
    """Return a report of at most about `most` settlements whose sums are the same, and whether any were merged.

    Settlements are merged where they lie in one cell of a grid and agree in zone, class, state, sites, reason and time
    bands; the merged one has the name of its largest member and people-weighted place and minutes.
    """
    if len(report.points) <= most:
        return report, False
    edges = np.array([band.up_to for band in report.bands[:-1]] + [15.0, 30.0, 45.0, 60.0])
    cell, group = _FIRST_CELL, _groups(report.points, edges, _FIRST_CELL)
    while group.max() + 1 > most and cell < 1.0:
        cell *= 2
        group = _groups(report.points, edges, cell)
    return _merged(report, group), True


def _groups(points: pd.DataFrame, edges: Any, cell: float) -> Any:
    """Return the group of each settlement, numbered by first appearance."""
    keys = points[_ALIKE].copy()
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
    merged["people"] = np.bincount(group, people)
    rows = np.full(len(points), -1)
    rows[largest] = np.arange(len(largest))
    kept = report.assignment[rows[report.assignment["demand"].to_numpy()] >= 0]
    return replace(
        report,
        points=merged,
        assignment=kept.assign(demand=rows[kept["demand"].to_numpy()]).reset_index(drop=True),
        routes={(int(rows[i]), j): line for (i, j), line in report.routes.items() if rows[i] >= 0},
    )
