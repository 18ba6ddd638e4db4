"""The map of gains and losses as inline SVG, with the dense area drawn once more, larger."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from facopt.outputs import sketch
from facopt.outputs.words import pair

if TYPE_CHECKING:
    import pandas as pd
    from shapely.geometry.base import BaseGeometry

    from facopt.outputs.compare.model import Change, Comparison, Ground, SiteChange

WIDTH, MARGIN = 660.0, 16.0
LOWEST, HIGHEST = 360.0, 620.0
"""Height of the map, by the shape of the county."""
INSET = 0.32
"""Largest part of the county's extent that the dense area may take to be drawn once more."""
INSET_SIZE = 215.0
LEAST_ZOOM = 1.5
"""The dense area is drawn once more only where that makes it so much larger."""

LAYERS = (
    ("covered", ("covered", "reassigned"), sketch.dots, 0.55, 1.7),
    ("uncovered", ("uncovered",), sketch.triangles, 0.8, 2.4),
    ("lose", ("lose",), sketch.hanging_triangles, 1.25, 4.6),
    ("gain", ("gain",), sketch.diamonds, 1.25, 4.6),
)
"""Class, changes, mark, size over the square root of people / 24, and least size in pixels; later ones lie on top."""

Bounds = tuple[float, float, float, float]


def gains_map(comparison: Comparison, change: Change) -> str:
    """Return the map of what a run changes; "" where no point has coordinates or nothing is compared."""
    if change.people is None:
        return ""
    points, ground = change.people.points, comparison.ground
    bounds = extent(points, ground)
    if bounds is None:
        return ""
    height = _height(bounds)
    letters = (comparison.runs[0].letter, comparison.runs[change.run].letter)
    frame = sketch.fit(bounds, WIDTH, height, MARGIN)
    drawn = _drawing(points, ground, change, letters, frame)
    dense = _dense(points, bounds)
    if dense and (box := _box(points, frame, dense, height)):
        inset = sketch.fit(dense, box.width, box.height, 4)
        height = max(height, box.top + box.height + 8)
        zoom = min(max(inset.down / frame.down / 2.2, 1.0), 1.6)
        drawn += _inset_frame(dense, frame) + _inset(_drawing(points, ground, change, letters, inset, zoom), box)
    label = escape(" / ".join(pair("compare.map_label")))
    return f'<svg viewBox="0 0 {WIDTH:.0f} {height:.0f}" role="img" aria-label="{label}">{drawn}</svg>'


def extent(points: pd.DataFrame, ground: Ground) -> Bounds | None:
    """Return west, south, east and north of what is drawn; None where nothing has coordinates."""
    import shapely

    outlines = ground.boundary or ground.zones
    return sketch.bounds_of(points[["lon", "lat"]].to_numpy(float), shapely.union_all(outlines) if outlines else None)


def _height(bounds: Bounds) -> float:
    """Height that fits the county's shape at full width."""
    frame = sketch.fit(bounds, WIDTH, 1e6, MARGIN)
    return float(np.clip((bounds[3] - bounds[1]) * frame.down + 2 * MARGIN, LOWEST, HIGHEST))


def _drawing(
    points: pd.DataFrame,
    ground: Ground,
    change: Change,
    letters: tuple[str, str],
    frame: sketch.Frame,
    zoom: float = 1.0,
) -> str:
    return (
        drawn_ground(ground, frame)
        + "".join(_marks(points, layer, frame, zoom) for layer in LAYERS)
        + "".join(_letter(site, letters[0], "a", frame) for site in change.only_base)
        + "".join(_letter(site, letters[1], "b", frame) for site in change.only_other)
    )


def drawn_ground(ground: Ground, frame: sketch.Frame) -> str:
    """Return land, water and outlines of the units."""
    import shapely

    land = ground.boundary or ((shapely.union_all(ground.zones),) if ground.zones else ())
    layers = (("land", land), ("water", ground.water), ("zone", ground.zones))
    rivers = sketch.path((line for outline in ground.water_lines for line in sketch.ways(outline, frame)), closed=False)
    return "".join(
        f'<path class="m-{name}" d="{_outline(outlines, frame)}"/>' for name, outlines in layers if outlines
    ) + (f'<path class="m-river" d="{rivers}"/>' if rivers else "")


def _outline(outlines: tuple[BaseGeometry, ...], frame: sketch.Frame) -> str:
    return sketch.path((line for outline in outlines for line in sketch.rings(outline, frame)), closed=True)


def _marks(
    points: pd.DataFrame, layer: tuple[str, tuple[str, ...], object, float, float], frame: sketch.Frame, zoom: float
) -> str:
    name, changes, draw, grow, least = layer
    rows = points[points["change"].isin(changes)]
    places = frame.pixels(rows[["lon", "lat"]].to_numpy(float))
    sizes = np.maximum(np.sqrt(rows["people"].to_numpy(float)) / 24 * grow, least) * zoom * sketch.growth(len(points))
    known = np.isfinite(places).all(axis=1)
    marks = zip(places[known, 0].tolist(), places[known, 1].tolist(), sizes[known].tolist(), strict=True)
    return f'<path class="p-{name}" d="{draw(marks)}"/>' if known.any() else ""  # type: ignore[operator]


def _letter(site: SiteChange, letter: str, style: str, frame: sketch.Frame) -> str:
    x, y = frame.pixels(np.array([[site.lon, site.lat]]))[0].tolist()
    if not (np.isfinite(x) and np.isfinite(y)):
        return ""
    box = f'<rect x="{x - 7.5:.1f}" y="{y - 7.5:.1f}" width="15" height="15"/>'
    title = f"<title>{escape(site.name)}</title>"
    return f'<g class="letter {style}">{title}{box}<text x="{x:.1f}" y="{y + 4:.1f}">{letter}</text></g>'


def _dense(points: pd.DataFrame, bounds: Bounds) -> Bounds | None:
    """Extent of the urban settlements, where it is a small part of the county's; None otherwise."""
    urban = sketch.bounds_of(points.loc[points["area_class"] == "urban", ["lon", "lat"]].to_numpy(float))
    if urban is None:
        return None
    room = (0.06 * (bounds[2] - bounds[0]) / 2, 0.06 * (bounds[3] - bounds[1]) / 2)
    grown = (urban[0] - room[0], urban[1] - room[1], urban[2] + room[0], urban[3] + room[1])
    parts = [(grown[axis + 2] - grown[axis]) / max(bounds[axis + 2] - bounds[axis], 1e-9) for axis in (0, 1)]
    return grown if 0 < max(parts) <= INSET else None


@dataclass(frozen=True)
class Box:
    """Place of the inset, in pixels of the map."""

    left: float
    top: float
    width: float
    height: float


def _box(points: pd.DataFrame, main: sketch.Frame, dense: Bounds, height: float) -> Box | None:
    """Place for the inset: a corner where it hides nobody, lower right first; else below the map, over its whole width.

    None where drawing the dense area once more would make it hardly larger.
    """
    places = main.pixels(points[["lon", "lat"]].to_numpy(float))
    right, low = WIDTH - INSET_SIZE - 8, height - INSET_SIZE - 8
    corners = [Box(x, y, INSET_SIZE, INSET_SIZE) for x, y in ((right, low), (8.0, low), (right, 8.0), (8.0, 8.0))]
    below = Box(
        8.0, height, WIDTH - 16, min((dense[3] - dense[1]) / (dense[2] - dense[0]) * _shape(main) * WIDTH, 360.0)
    )
    box = next((corner for corner in corners if not _hidden(places, corner)), below)
    return box if sketch.fit(dense, box.width, box.height, 4).down >= LEAST_ZOOM * main.down else None


def _shape(frame: sketch.Frame) -> float:
    """Height on paper of a degree of latitude over the width of a degree of longitude."""
    return frame.down / frame.across


def _hidden(places: sketch.FloatArray, box: Box) -> bool:
    low, high = (box.left, box.top), (box.left + box.width, box.top + box.height)
    return bool(((places >= low) & (places <= high)).all(axis=1).any())


def _inset_frame(dense: Bounds, main: sketch.Frame) -> str:
    (x0, y0), (x1, y1) = main.pixels(np.array([[dense[0], dense[3]], [dense[2], dense[1]]])).tolist()
    return f'<rect class="frame" x="{x0:.1f}" y="{y0:.1f}" width="{x1 - x0:.1f}" height="{y1 - y0:.1f}"/>'


def _inset(drawn: str, box: Box) -> str:
    size = f'width="{box.width:.0f}" height="{box.height:.0f}"'
    zh, en = (escape(text) for text in pair("compare.inset"))
    return (
        f'<svg x="{box.left:.0f}" y="{box.top:.0f}" {size} overflow="hidden"><rect {size} fill="#E9EDEE"/>{drawn}'
        f'<rect class="frame" x=".75" y=".75" width="{box.width - 1.5:.1f}" height="{box.height - 1.5:.1f}"/>'
        f'<text class="inset-name" x="9" y="19"><tspan lang="zh">{zh}</tspan><tspan lang="en">{en}</tspan></text></svg>'
    )
