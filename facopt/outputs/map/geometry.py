"""Ground of the map as compact numbers: lines in whole 1e-5 degrees, each vertex as a step from the one before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from shapely.geometry.base import BaseGeometry

    Coordinates = np.ndarray[Any, np.dtype[np.float64]]

SCALE = 100_000
"""Units per degree: five decimals, about a metre."""

_VERTICES = 120_000
"""Roads are simplified until no more vertices than this are left, so that the page stays quick."""

_ROUNDS = 12
_MAIN = frozenset({"motorway", "trunk", "primary", "secondary", "高速", "高速公路", "国道", "省道"})
_MINOR = frozenset({"tertiary", "unclassified", "县道", "乡道"})

Steps = list[int]
"""lon, lat of the first vertex, then differences lon, lat of each next one; in 1 / SCALE degrees."""


def quantised(coordinates: Coordinates) -> Steps:
    """Return a line as steps; vertices that fall together are dropped.

    Parameters
    ----------
    coordinates
        Array of shape (n, 2) or (n, 3): longitude, latitude in degrees; rows that are not finite are left out.
    """
    flat = np.asarray(coordinates, dtype=np.float64)[:, :2]
    whole = np.round(flat[np.isfinite(flat).all(axis=1)] * SCALE).astype(np.int64)
    if len(whole) == 0:
        return []
    steps = np.vstack([whole[:1], np.diff(whole, axis=0)])
    keep = (steps != 0).any(axis=1)
    keep[0] = True
    return [int(value) for value in steps[keep].ravel()]


def polygons(geometry: BaseGeometry | None, tolerance: float) -> list[list[Steps]]:
    """Return the polygons in a geometry, each as rings (outer ring first), simplified by `tolerance` degrees."""
    from shapely import Polygon

    found = (part for part in _parts(geometry, tolerance) if isinstance(part, Polygon))
    rings = ([quantised(np.asarray(ring.coords)) for ring in (part.exterior, *part.interiors)] for part in found)
    return [[ring for ring in polygon if len(ring) >= 6] for polygon in rings if len(polygon[0]) >= 6]


def lines(geometry: BaseGeometry | None, tolerance: float) -> list[Steps]:
    """Return the lines in a geometry, such as rivers, simplified by `tolerance` degrees."""
    found = (part for part in _parts(geometry, tolerance) if part.geom_type in {"LineString", "LinearRing"})
    return [steps for steps in (quantised(np.asarray(part.coords)) for part in found) if len(steps) >= 4]


def roads_by_level(roads: Iterable[tuple[str, Coordinates]], tolerance: float) -> dict[str, list[Steps]]:
    """Return roads by drawing level (main, minor, lane), joined end to end and simplified until they are few enough.

    Parameters
    ----------
    roads
        Class of the road (an OpenStreetMap highway value or a Chinese class) and coordinates of shape (n, 2), degrees.
    tolerance
        Least simplification, in degrees.
    """
    import shapely

    levels: dict[str, list[Any]] = {"main": [], "minor": [], "lane": []}
    for name, coordinates in roads:
        line = np.asarray(coordinates, dtype=np.float64)[:, :2]
        if len(line) >= 2 and np.isfinite(line).all():
            levels[_level(name)].append(shapely.linestrings(line))
    joined = {
        level: shapely.get_parts(shapely.line_merge(shapely.multilinestrings(found)))
        for level, found in levels.items()
        if found
    }
    return {
        level: [steps for steps in (quantised(shapely.get_coordinates(line)) for line in found) if len(steps) >= 4]
        for level, found in _thinned(joined, tolerance).items()
    }


def _thinned(joined: dict[str, np.ndarray[Any, Any]], tolerance: float) -> dict[str, np.ndarray[Any, Any]]:
    import shapely

    thin = joined
    for _ in range(_ROUNDS):
        thin = {level: shapely.simplify(found, tolerance, preserve_topology=False) for level, found in joined.items()}
        if sum(int(shapely.get_num_coordinates(found).sum()) for found in thin.values()) <= _VERTICES:
            break
        tolerance *= 1.6
    return thin


def _level(name: str) -> str:
    base = name.lower().removesuffix("_link")
    return "main" if base in _MAIN else "minor" if base in _MINOR else "lane"


def _parts(geometry: BaseGeometry | None, tolerance: float) -> Iterator[BaseGeometry]:
    if geometry is None or geometry.is_empty:
        return
    simple = geometry.simplify(tolerance)
    for part in getattr(simple, "geoms", [simple]):
        if hasattr(part, "geoms"):
            yield from _parts(part, 0.0)
        else:
            yield part
