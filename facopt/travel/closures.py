"""Closures: roads that a flood, a slide or snow closes or slows within some areas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely.geometry.base import BaseGeometry

    from facopt.inputs.road_table import RoadTable

FloatArray = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Closure:
    """Roads that intersect some geometries are closed, or slower."""

    geometries: tuple[BaseGeometry, ...]
    """WGS-84 areas or lines."""
    factor: float = 0.0
    """Multiplier of the speed; 0 closes the road."""
    within_metres: float = 0.0
    """Also roads this near, for closures drawn as lines beside the road."""
    classes: frozenset[str] = frozenset()
    """Only roads of these classes; empty for all."""

    def __post_init__(self) -> None:
        if not (np.isfinite(self.factor) and self.factor >= 0):
            msg = f"closure factor {self.factor} must be at least 0"
            raise ValueError(msg)


def closure_factors(roads: RoadTable, closures: Sequence[Closure]) -> FloatArray:
    """Return the multiplier of the speed on every edge, the lowest where closures overlap, shape (E,)."""
    factors = np.ones(len(roads))
    if not closures:
        return factors
    import shapely

    counts = np.diff(roads.vertex_start)
    edge_of_vertex = np.repeat(np.arange(len(roads)), counts)
    lines = shapely.linestrings(np.stack([roads.lon, roads.lat], axis=1), indices=edge_of_vertex)
    tree = shapely.STRtree(np.asarray(lines))
    for closure in closures:
        hit = _edges_hit(tree, closure)
        if closure.classes:
            hit = hit[np.isin(roads.column("road_class")[hit].astype(str), sorted(closure.classes))]
        factors[hit] = np.minimum(factors[hit], closure.factor)
    return factors


def _edges_hit(tree: Any, closure: Closure) -> np.ndarray[Any, np.dtype[np.int64]]:
    if not closure.geometries:
        return np.empty(0, dtype=np.int64)
    if closure.within_metres > 0:
        degrees = closure.within_metres / 111_195.0
        pairs = tree.query(np.array(closure.geometries, dtype=object), predicate="dwithin", distance=degrees)
    else:
        pairs = tree.query(np.array(closure.geometries, dtype=object), predicate="intersects")
    return np.unique(pairs[1])
