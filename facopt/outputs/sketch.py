"""Small maps as inline SVG: one projection for outlines and marks, and the marks of settlements as paths."""

from __future__ import annotations

import math
from dataclasses import dataclass
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


def rings(geometry: BaseGeometry, frame: Frame, tolerance: float = 0.5) -> list[FloatArray]:
    """Return the lines of a geometry as pixel positions, simplified to a tolerance in pixels."""
    import shapely

    drawn = shapely.transform(geometry, frame.pixels).simplify(tolerance)
    parts = shapely.get_parts(drawn.boundary if "Polygon" in drawn.geom_type else drawn)
    return [shapely.get_coordinates(part) for part in parts if not part.is_empty]


def path(lines: Iterable[FloatArray | list[list[float]]], closed: bool) -> str:
    """Return the `d` of an SVG path through pixel positions."""
    end = "z" if closed else ""
    return "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in line) + end for line in lines if len(line) > 1)


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
