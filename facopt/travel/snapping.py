"""From a home or a site to the nearest point on a road that can be used."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from facopt.errors import DataError, Finding
from facopt.travel.segments import Stretches, grid_over, meet_lines, nearest_lines, stretches_of, stretches_on
from facopt.travel.strong_ways import has_one_way_roads, links_through
from facopt.travel.threads import in_threads, slices

if TYPE_CHECKING:
    from facopt.travel.network import Network

BoolArray = np.ndarray[Any, np.dtype[np.bool_]]
Int32Array = np.ndarray[Any, np.dtype[np.int32]]
Int64Array = np.ndarray[Any, np.dtype[np.int64]]
FloatArray = np.ndarray[Any, np.dtype[np.float64]]

AT_THE_END_METRES = 1e-3
"""Nearer than this to the end of a piece, a point is at its end."""


@dataclass(frozen=True)
class Snap:
    """Where points (K,) meet the network."""

    piece: Int32Array
    """Piece of the network; -1 where none lies within the snapping limit."""
    fraction: FloatArray
    """Share of the piece's length from its start, 0 to 1."""
    metres: FloatArray
    """Straight line from the point to the road; to the nearest one, however far, for points that are cut off."""
    lonlat: FloatArray
    """Where the road is met, in WGS-84 degrees (K, 2); NaN where cut off."""
    moved: BoolArray
    """True where an island path was nearer than the road of the main network that the point is joined to."""
    turned: BoolArray
    """True where a one-way road was nearer that leads nowhere, or that nothing leads to; see `RoadIndex.snap`."""

    def __len__(self) -> int:
        return len(self.piece)


class RoadIndex:
    """Spatial index over the pieces of a network that one can get on and off."""

    def __init__(self, network: Network) -> None:
        import pyproj

        self.network = network
        self.to_metres = pyproj.Transformer.from_crs("EPSG:4326", network.metric_crs, always_xy=True)
        profile = network.profile
        usable = np.flatnonzero(~network.pieces_of(profile.no_stopping))
        self.pieces = (usable if len(usable) else np.arange(len(network.piece_edge))).astype(np.int32)
        self.vertices, self.first_vertex = _piece_vertices(network, self.pieces, self._transform)
        component = network.piece_component()[self.pieces]
        self.main = (component == component.min()) | (network.component_km[component] >= profile.island_km)
        self.all_roads = _Nearest(stretches_of(self.vertices[:, 0], self.vertices[:, 1], self.first_vertex))

    @cached_property
    def _main_roads(self) -> _Choice:
        """Roads that are no island paths; few points ask for them."""
        return self._choice(self.main)

    @cached_property
    def _roads_out(self) -> _Choice:
        """Those of the main roads from which one comes to the main part of the network."""
        return self._choice(self.main & self._through(leaving=True))

    @cached_property
    def _roads_in(self) -> _Choice:
        """Those of the main roads to which one comes from the main part of the network."""
        return self._choice(self.main & self._through(leaving=False))

    def _through(self, *, leaving: bool) -> BoolArray:
        link = self.network.place_in_link.link[self.pieces]
        return links_through(self.network, leaving=leaving)[link]

    def _choice(self, good: BoolArray) -> _Choice:
        return _Choice(good, _Nearest(stretches_on(self.all_roads.stretches, good)) if good.any() else None)

    def snap(self, lonlat: FloatArray, *, leaving: bool | None = None) -> Snap:
        """Return where points in WGS-84 degrees (K, 2) meet the network.

        A point goes to the nearest road. Where that belongs to an island path (a short piece without connection) and a
        road of the main network lies within the profile's `island_reach_metres`, it goes there instead. So it does
        where one-way roads lead from its road nowhere, if `leaving`, or from nowhere to its road, if not; by default
        directions do not matter.

        Raises
        ------
        DataError
            If a point has no coordinates, or coordinates that the metric system cannot hold.
        """
        points = self._metric(lonlat)
        row, metres = self.all_roads(points)
        moved = self._join(self._main_roads, points, row, metres) if not self.main.all() else _none(points)
        turned = _none(points)
        if leaving is not None and has_one_way_roads(self.network):
            turned = self._join(self._roads_out if leaving else self._roads_in, points, row, metres)
        return self._meet(points, row, metres, moved, turned)

    def _join(self, choice: _Choice, points: FloatArray, row: Int64Array, metres: FloatArray) -> BoolArray:
        """Put points on other roads of a choice within reach into `row` and `metres`; return which went farther."""
        moved = _none(points)
        asking = np.flatnonzero(~choice.good[row])
        if len(asking) and choice.roads is not None:
            other_row, other_metres = choice.roads(points[asking])
            reach = min(self.network.profile.island_reach_metres, self.network.profile.maximum_snap_metres)
            better = other_metres <= reach
            moved[asking[better]] = other_metres[better] > metres[asking[better]]
            row[asking[better]] = other_row[better]
            metres[asking[better]] = other_metres[better]
        return moved

    def _transform(self, x: FloatArray, y: FloatArray, *, back: bool = False) -> FloatArray:
        """Return degrees as metres, or metres as degrees, (K, 2)."""
        direction = "INVERSE" if back else "FORWARD"
        parts = in_threads(lambda part: self.to_metres.transform(x[part], y[part], direction=direction), slices(len(x)))
        return np.concatenate([np.stack(part, axis=1) for part in parts])

    def _metric(self, lonlat: FloatArray) -> FloatArray:
        points = self._transform(lonlat[:, 0], lonlat[:, 1])
        bad = ~np.isfinite(points).all(axis=1)
        if bad.any():
            count = int(np.count_nonzero(bad))
            what = f"{count} points have no coordinates, or none that {self.network.metric_crs} can hold"
            raise DataError(Finding(what, "Give longitude and latitude of every point", count=count))
        return points

    def _meet(
        self, points: FloatArray, row: Int64Array, metres: FloatArray, moved: BoolArray, turned: BoolArray
    ) -> Snap:
        x, y = points[:, 0], points[:, 1]
        fraction, met = meet_lines(self.vertices, self.first_vertex, row, x, y, AT_THE_END_METRES)
        lonlat = self._transform(met[:, 0], met[:, 1], back=True)
        cut_off = metres > self.network.profile.maximum_snap_metres
        lonlat[cut_off] = np.nan
        return Snap(
            piece=np.where(cut_off, -1, self.pieces[row]).astype(np.int32), fraction=fraction, metres=metres,
            lonlat=lonlat, moved=moved & ~cut_off, turned=turned & ~cut_off,
        )  # fmt: skip


def _none(points: FloatArray) -> BoolArray:
    return np.zeros(len(points), dtype=np.bool_)


def _piece_vertices(network: Network, pieces: Int32Array, transform: Any) -> tuple[FloatArray, Int64Array]:
    """Return the vertices of pieces in the metric system (V, 2), and where each piece begins among them (P + 1,)."""
    roads, edges = network.roads, network.piece_edge[pieces]
    counts = (roads.vertex_start[edges + 1] - roads.vertex_start[edges]).astype(np.int64)
    first = np.concatenate([[0], np.cumsum(counts)])
    vertex = np.arange(first[-1]) + np.repeat(roads.vertex_start[edges] - first[:-1], counts)
    return transform(roads.lon[vertex], roads.lat[vertex]), first


class _Nearest:
    """Answers which line is nearest to points."""

    def __init__(self, stretches: Stretches) -> None:
        self.stretches, self.grid = stretches, grid_over(stretches)

    def __call__(self, points: FloatArray) -> tuple[Int64Array, FloatArray]:
        """Return row of the nearest line and metres to it for points (K, 2); of equally near lines the first."""
        x, y = np.ascontiguousarray(points[:, 0]), np.ascontiguousarray(points[:, 1])
        found = in_threads(lambda part: nearest_lines(self.stretches, self.grid, x[part], y[part]), slices(len(x)))
        return np.concatenate([row for row, _ in found]), np.concatenate([metres for _, metres in found])


class _Choice(NamedTuple):
    """Some of the roads of an index: which of its rows they are, and a search among them; none where there are none."""

    good: BoolArray
    roads: _Nearest | None
