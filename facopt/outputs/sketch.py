"""Small maps as inline SVG: one projection for outlines and marks, and the marks of settlements as paths."""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shapely.geometry.base import BaseGeometry

FloatArray = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Frame:
    """A window of the map: longitude and latitude in degrees to pixels, true to shape at its middle latitude."""

    west: float
    """Longitude at x = 0."""
    north: float
    """Latitude at y = 0."""
    across: float
    """Pixels per degree of longitude."""
    down: float
    """Pixels per degree of latitude."""

    def pixels(self, lon_lat: FloatArray) -> FloatArray:
        """Return pixel positions, shape (n, 2), of longitudes and latitudes, shape (n, 2)."""
        return np.column_stack([(lon_lat[:, 0] - self.west) * self.across, (self.north - lon_lat[:, 1]) * self.down])


def fit(bounds: tuple[float, float, float, float], width: float, height: float, margin: float) -> Frame:
    """Return the frame that shows some bounds as large as a window allows, in its middle.

    Parameters
    ----------
    bounds
        West, south, east and north in degrees.
    width, height, margin
        Size of the window and the space kept free on each side, in pixels.
    """
    west, south, east, north = bounds
    squeeze = max(math.cos(math.radians((south + north) / 2)), 0.01)
    room = (max(width - 2 * margin, 1.0), max(height - 2 * margin, 1.0))
    down = min(room[0] / max((east - west) * squeeze, 1e-6), room[1] / max(north - south, 1e-6))
    across = down * squeeze
    left, top = (width - (east - west) * across) / 2, (height - (north - south) * down) / 2
    return Frame(west - left / across, north + top / down, across, down)


def bounds_of(lon_lat: FloatArray, outline: BaseGeometry | None = None) -> tuple[float, float, float, float] | None:
    """Return west, south, east and north of an outline, or else of points; None where nothing has a place."""
    if outline is not None and not outline.is_empty:
        west, south, east, north = outline.bounds
        return west, south, east, north
    known = lon_lat[np.isfinite(lon_lat).all(axis=1)]
    if not len(known):
        return None
    (west, south), (east, north) = known.min(axis=0), known.max(axis=0)
    return float(west), float(south), float(east), float(north)


def primitives(geometry: BaseGeometry, dimension: int) -> list[BaseGeometry]:
    """Return the polygons (dimension 2) or lines (1) a geometry is made of, out of collections too."""
    import shapely

    parts = shapely.get_parts(shapely.get_parts(shapely.get_parts(geometry)))
    return [part for part in parts if shapely.get_dimensions(part) == dimension and not part.is_empty]


def rings(geometry: BaseGeometry, frame: Frame, tolerance: float = 0.5) -> list[FloatArray]:
    """Return the outlines of a geometry's polygons as pixel positions, simplified to a tolerance in pixels."""
    outlines = [polygon.boundary for polygon in primitives(geometry, 2)]
    return [line for outline in outlines for line in _simplified(outline, frame, tolerance)]


def ways(geometry: BaseGeometry, frame: Frame, tolerance: float = 0.5) -> list[FloatArray]:
    """Return a geometry's own lines as pixel positions, simplified to a tolerance in pixels."""
    return [line for part in primitives(geometry, 1) for line in _simplified(part, frame, tolerance)]


def _simplified(lines: BaseGeometry, frame: Frame, tolerance: float) -> list[FloatArray]:
    import shapely

    drawn = shapely.transform(lines, frame.pixels).simplify(tolerance)
    return [shapely.get_coordinates(part) for part in shapely.get_parts(drawn)]


def path(lines: Iterable[FloatArray | list[list[float]]], closed: bool) -> str:
    """Return the `d` of an SVG path through pixel positions."""
    end = "z" if closed else ""
    return "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in line) + end for line in lines if len(line) > 1)


def growth(count: int) -> float:
    """Return how much larger than usual so many settlements are drawn: few of them are lost on a map of many."""
    return 2.0 if count < 60 else 1.4 if count < 300 else 1.0


def dots(places: Iterable[tuple[float, float, float]]) -> str:
    """Return circles of (x, y, radius) as one path: covered settlements."""
    return "".join(
        f"M{x - r:.1f} {y:.1f}a{r:.1f} {r:.1f} 0 1 0 {2 * r:.1f} 0a{r:.1f} {r:.1f} 0 1 0 {-2 * r:.1f} 0z"
        for x, y, r in places
    )


def triangles(places: Iterable[tuple[float, float, float]]) -> str:
    """Return upright triangles of (x, y, half width) as one path: uncovered settlements."""
    return "".join(f"M{x:.1f} {y - r:.1f}l{r:.1f} {1.75 * r:.1f}h{-2 * r:.1f}z" for x, y, r in places)


def hanging_triangles(places: Iterable[tuple[float, float, float]]) -> str:
    """Return triangles on their tip of (x, y, half width) as one path: settlements that lose cover."""
    return "".join(f"M{x:.1f} {y + r:.1f}l{r:.1f} {-1.75 * r:.1f}h{-2 * r:.1f}z" for x, y, r in places)


def diamonds(places: Iterable[tuple[float, float, float]]) -> str:
    """Return diamonds of (x, y, half width) as one path: settlements that gain cover."""
    return "".join(f"M{x:.1f} {y - r:.1f}l{r:.1f} {r:.1f} {-r:.1f} {r:.1f} {-r:.1f} {-r:.1f}z" for x, y, r in places)


def crosses(places: Iterable[tuple[float, float, float]]) -> str:
    """Return crosses of (x, y, half width) as one path: settlements that no site can reach."""
    return "".join(
        f"M{x - r:.1f} {y - r:.1f}l{2 * r:.1f} {2 * r:.1f}m0 {-2 * r:.1f}l{-2 * r:.1f} {2 * r:.1f}"
        for x, y, r in places
    )


_CORNERS = MappingProxyType(
    {
        "square": ((-0.88, -0.88), (0.88, -0.88), (0.88, 0.88), (-0.88, 0.88)),
        "triangle": ((0.0, -1.1), (1.1, 0.85), (-1.1, 0.85)),
        "diamond": ((0.0, -1.2), (1.2, 0.0), (0.0, 1.2), (-1.2, 0.0)),
        "hexagon": ((0.0, -1.15), (1.0, -0.58), (1.0, 0.58), (0.0, 1.15), (-1.0, 0.58), (-1.0, -0.58)),
    }
)
"""Corners of a tier's symbol, by half its width."""


def site_mark(symbol: str, x: float, y: float, radius: float, style: str) -> str:
    """Return a facility as an SVG element: the shape is its tier's, the class says what becomes of it."""
    corners = _CORNERS.get(symbol)
    if corners is None:
        return f'<circle class="{style}" cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"/>'
    way = "L".join(f"{x + radius * dx:.1f} {y + radius * dy:.1f}" for dx, dy in corners)
    return f'<path class="{style}" d="M{way}z"/>'
