"""The small map on a run's card: made once and kept in run.json, so that a gallery need read nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from facopt.outputs import sketch

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd
    from shapely.geometry.base import BaseGeometry

    from facopt.measures.report import Report

WIDTH, HEIGHT, MARGIN = 400, 190, 12
CELL = 5.0
"""Marks of one kind closer than this, in pixels, are one mark: at the place with most people."""

STATES = ("uncovered", "loses_cover", "unreachable")
VERTICES = 4000
"""Zones are left out where their outlines would need more points than this."""


def thumbnail_of(report: Report) -> dict[str, Any] | None:
    """Return outline, uncovered settlements and new sites in pixels of a 400 x 190 window, one decimal.

    None where no point has coordinates.
    """
    ground, points = report.ground, report.points
    area = _area(report)
    bounds = sketch.bounds_of(_places(points), area)
    if bounds is None:
        return None
    frame = sketch.fit(bounds, WIDTH, HEIGHT, MARGIN)
    zones = [line for key in sorted(ground.zones) for line in _lines(ground.zones[key], frame)]
    new = report.sites[report.sites["action"] == "build"]
    symbols = {tier.key: tier.symbol for tier in report.tiers}
    return {
        "outline": _lines(area, frame) if area is not None else [],
        "zones": zones if sum(map(len, zones)) <= VERTICES else [],
        **{state: _thinned(points[points["state"] == state], frame) for state in STATES},
        "new": [[*place, symbols[tier]] for place, tier in _located(new, frame)],
    }


def thumbnail_svg(thumbnail: Any) -> str:
    """Return the thumbnail as inline SVG; an empty ground where it is missing or damaged."""
    try:
        drawn = _drawing(thumbnail) if thumbnail else ""
    except (TypeError, ValueError, KeyError, AttributeError, OverflowError):
        drawn = ""
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" aria-hidden="true" focusable="false">{drawn}</svg>'


def _places(table: pd.DataFrame) -> sketch.FloatArray:
    places: sketch.FloatArray = table[["lon", "lat"]].to_numpy(dtype=float)
    return places


def _lines(geometry: Any, frame: sketch.Frame) -> list[list[list[float]]]:
    return [line.round(1).tolist() for line in sketch.rings(geometry, frame)]


def _located(table: pd.DataFrame, frame: sketch.Frame) -> list[tuple[list[float], str]]:
    places = frame.pixels(_places(table)).round(1)
    known = np.isfinite(places).all(axis=1)
    return list(zip(places[known].tolist(), table["tier"].to_numpy()[known].tolist(), strict=True))


def _thinned(table: pd.DataFrame, frame: sketch.Frame) -> list[list[float]]:
    """Positions of a table's places, one per cell of the window."""
    places = frame.pixels(_places(table))
    known = np.flatnonzero(np.isfinite(places).all(axis=1))
    order = known[np.argsort(-table["people"].to_numpy(dtype=float)[known], kind="stable")]
    _, first = np.unique(np.floor(places[order] / CELL), axis=0, return_index=True)
    kept: list[list[float]] = places[order[np.sort(first)]].round(1).tolist()
    return kept


def _area(report: Report) -> BaseGeometry | None:
    """Return the boundary, or else all zones together; None where neither is known."""
    import shapely

    zones = [report.ground.zones[key] for key in sorted(report.ground.zones)]
    return report.ground.boundary or (shapely.union_all(zones) if zones else None)


def _drawing(thumbnail: dict[str, Any]) -> str:
    marks = {state: [(float(x), float(y), 2.0) for x, y in thumbnail[state]] for state in STATES}
    parts = (
        ("land", _outlines(thumbnail["outline"])),
        ("zone", _outlines(thumbnail["zones"])),
        ("un", sketch.triangles(marks["uncovered"])),
        ("lo", sketch.hanging_triangles(marks["loses_cover"])),
        ("no", sketch.crosses(marks["unreachable"])),
    )
    paths = "".join(f'<path class="t-{name}" d="{d}"/>' for name, d in parts if d)
    return paths + "".join(
        sketch.site_mark(str(symbol), float(x), float(y), 4, "t-new") for x, y, symbol in thumbnail["new"]
    )


def _outlines(lines: Iterable[Iterable[Iterable[float]]]) -> str:
    return sketch.path([[[float(x), float(y)] for x, y in line] for line in lines], closed=True)
