"""Closures: roads that a flood, a slide or snow closes or slows within some areas or along some lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely.geometry.base import BaseGeometry

    from facopt.inputs.road_table import RoadTable

FloatArray = np.ndarray[Any, np.dtype[np.float64]]
Int64Array = np.ndarray[Any, np.dtype[np.int64]]
Geometries = np.ndarray[Any, np.dtype[np.object_]]

METRES_PER_DEGREE = 111_195.0
ALONG_RATIO = 3.0
"""A road runs along a line, rather than across it, where more than this many times the distance lies beside it; one
that crosses at more than 42 degrees stays below."""


ON_THE_ROAD_METRES = 1.0
"""A line this near to a road lies on it, also where its vertices are others."""


@dataclass(frozen=True)
class Closure:
    """Roads closed or slower where some geometries say so.

    Of areas and points, every road within the distance counts, be it 0. Of a line, the roads that run along it within
    the distance count, not those that merely cross or join; with distance 0, the roads that it crosses or lies on, but
    not those that only begin there.
    """

    geometries: tuple[BaseGeometry, ...]
    """WGS-84 areas, lines or points."""
    factor: float = 0.0
    """Multiplier of the speed; 0 closes the road."""
    within_metres: float = 0.0
    classes: frozenset[str] = frozenset()
    """Only roads of these classes; empty for all."""
    name: str = ""

    def __post_init__(self) -> None:
        if not (np.isfinite(self.factor) and self.factor >= 0):
            msg = f"closure factor {self.factor} must be at least 0"
            raise ValueError(msg)


@dataclass(frozen=True)
class ClosedRoads:
    """What one closure does to the roads that a profile could use."""

    name: str
    factor: float
    edges: int
    km: float


def closed_edges(roads: RoadTable, closures: Sequence[Closure]) -> list[Int64Array]:
    """Return for each closure the edges that it concerns, ascending."""
    if not closures:
        return []
    import shapely

    width = float(np.cos(np.radians(roads.lat.mean())))
    edge_of_vertex = np.repeat(np.arange(len(roads)), np.diff(roads.vertex_start))
    lines = np.asarray(shapely.linestrings(np.stack([roads.lon * width, roads.lat], axis=1), indices=edge_of_vertex))
    tree = shapely.STRtree(lines)
    classes = roads.column("road_class").astype(str)
    found = []
    for closure in closures:
        parts = shapely.get_parts(np.array(closure.geometries, dtype=object))
        hit = _hit(tree, shapely.transform(parts, lambda xy: xy * (width, 1.0)), closure.within_metres)
        found.append(hit[np.isin(classes[hit], sorted(closure.classes))] if closure.classes else hit)
    return found


def closure_factors(roads: RoadTable, closures: Sequence[Closure], hit: Sequence[Int64Array]) -> FloatArray:
    """Return the multiplier of the speed on every edge, the lowest where closures overlap, shape (E,)."""
    factors = np.ones(len(roads))
    for closure, edges in zip(closures, hit, strict=True):
        factors[edges] = np.minimum(factors[edges], closure.factor)
    return factors


def _hit(tree: Any, parts: Geometries, metres: float) -> Int64Array:
    import shapely

    distance = metres / METRES_PER_DEGREE
    is_line = shapely.get_dimensions(parts) == 1
    beside = max(metres, ON_THE_ROAD_METRES) / METRES_PER_DEGREE
    rows = [_near(tree, parts[~is_line], distance), _along(tree, parts[is_line], beside)]
    if metres == 0:
        rows.append(_crossed(tree, parts[is_line]))
    return np.unique(np.concatenate(rows))


def _near(tree: Any, parts: Geometries, distance: float) -> Int64Array:
    if distance > 0:
        return np.asarray(tree.query(parts, predicate="dwithin", distance=distance)[1])
    return np.asarray(tree.query(parts, predicate="intersects")[1])


def _crossed(tree: Any, parts: Geometries) -> Int64Array:
    import shapely

    part, edge = tree.query(parts, predicate="intersects")
    return np.asarray(edge[~shapely.touches(tree.geometries[edge], parts[part])])


def _along(tree: Any, parts: Geometries, distance: float) -> Int64Array:
    """Return edges that lie beside the lines for long, or wholly."""
    import shapely

    beside = shapely.get_parts(shapely.union_all(shapely.buffer(parts, distance)))
    part, edge = tree.query(beside, predicate="intersects")
    shared = shapely.length(shapely.intersection(tree.geometries[edge], beside[part]))
    beside_length = np.bincount(edge, weights=shared, minlength=len(tree.geometries))
    whole = shapely.length(tree.geometries)
    candidate = np.unique(edge)
    enough = np.minimum(ALONG_RATIO * distance, whole[candidate] * 0.999)
    return np.asarray(candidate[beside_length[candidate] >= enough])
