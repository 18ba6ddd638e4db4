"""From a home or a site to the nearest point on a road that can be used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from facopt.errors import DataError, Finding
from facopt.travel.segments import Stretches, grid_over, nearest_lines, stretches_of

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
        self.vertices, self.first_vertex = _piece_vertices(network, self.pieces, self.to_metres)
        component = network.piece_component()[self.pieces]
        self.main = (component == component.min()) | (network.component_km[component] >= profile.island_km)
        self.all_roads = _Nearest(stretches_of(self.vertices[:, 0], self.vertices[:, 1], self.first_vertex))
        self._main_roads: _Nearest | None = None

    @property
    def main_roads(self) -> _Nearest:
        """Roads that are no island paths; few points ask for them."""
        if self._main_roads is None:
            stretches = self.all_roads.stretches
            kept = self.main[stretches.line]
            self._main_roads = _Nearest(Stretches(*(column[kept] for column in stretches)))
        return self._main_roads

    def snap(self, lonlat: FloatArray) -> Snap:
        """Return where points in WGS-84 degrees (K, 2) meet the network.

        A point goes to the nearest road. Where that belongs to an island path (a short piece without connection) and a
        road of the main network lies within the profile's `island_reach_metres`, it goes there instead.

        Raises
        ------
        DataError
            If a point has no coordinates, or coordinates that the metric system cannot hold.
        """
        points = self._metric(lonlat)
        row, metres = self.all_roads(points)
        moved = np.zeros(len(points), dtype=np.bool_)
        on_island = np.flatnonzero(~self.main[row])
        if len(on_island):
            main_row, main_metres = self.main_roads(points[on_island])
            reach = min(self.network.profile.island_reach_metres, self.network.profile.maximum_snap_metres)
            better = main_metres <= reach
            moved[on_island[better]] = True
            row[on_island[better]] = main_row[better]
            metres[on_island[better]] = main_metres[better]
        return self._meet(points, row, metres, moved)

    def _lines(self, rows: Int64Array) -> Any:
        """Return pieces as lines in the metric system."""
        import shapely

        first, counts = self.first_vertex[rows], np.diff(self.first_vertex)[rows]
        ends = np.cumsum(counts)
        vertex = np.arange(ends[-1] if len(ends) else 0) + np.repeat(first - (ends - counts), counts)
        return shapely.linestrings(self.vertices[vertex], indices=np.repeat(np.arange(len(rows)), counts))

    def _metric(self, lonlat: FloatArray) -> FloatArray:
        x, y = self.to_metres.transform(lonlat[:, 0], lonlat[:, 1])
        bad = ~(np.isfinite(x) & np.isfinite(y))
        if bad.any():
            count = int(np.count_nonzero(bad))
            what = f"{count} points have no coordinates, or none that {self.network.metric_crs} can hold"
            raise DataError(Finding(what, "Give longitude and latitude of every point", count=count))
        return np.stack([x, y], axis=1)

    def _meet(self, points: FloatArray, row: Int64Array, metres: FloatArray, moved: BoolArray) -> Snap:
        import shapely

        lines = self._lines(row)
        length = shapely.length(lines)
        along = np.clip(shapely.line_locate_point(lines, shapely.points(points)), 0.0, length)
        along = np.where(along < AT_THE_END_METRES, 0.0, along)
        along = np.where(length - along < AT_THE_END_METRES, length, along)
        met = shapely.get_coordinates(shapely.line_interpolate_point(lines, along))
        lonlat = np.stack(self.to_metres.transform(met[:, 0], met[:, 1], direction="INVERSE"), axis=1)
        fraction = np.divide(along, length, out=np.zeros(len(row)), where=length > 0)
        cut_off = metres > self.network.profile.maximum_snap_metres
        lonlat[cut_off] = np.nan
        return Snap(
            piece=np.where(cut_off, -1, self.pieces[row]).astype(np.int32), fraction=fraction, metres=metres,
            lonlat=lonlat, moved=moved & ~cut_off,
        )  # fmt: skip


def _piece_vertices(network: Network, pieces: Int32Array, to_metres: Any) -> tuple[FloatArray, Int64Array]:
    """Return the vertices of pieces in the metric system (V, 2), and where each piece begins among them (P + 1,)."""
    roads, edges = network.roads, network.piece_edge[pieces]
    counts = (roads.vertex_start[edges + 1] - roads.vertex_start[edges]).astype(np.int64)
    first = np.concatenate([[0], np.cumsum(counts)])
    vertex = np.arange(first[-1]) + np.repeat(roads.vertex_start[edges] - first[:-1], counts)
    return np.stack(to_metres.transform(roads.lon[vertex], roads.lat[vertex]), axis=1), first


class _Nearest:
    """Answers which line is nearest to points."""

    def __init__(self, stretches: Stretches) -> None:
        self.stretches, self.grid = stretches, grid_over(stretches)

    def __call__(self, points: FloatArray) -> tuple[Int64Array, FloatArray]:
        """Return row of the nearest line and metres to it for points (K, 2); of equally near lines the first."""
        x, y = np.ascontiguousarray(points[:, 0]), np.ascontiguousarray(points[:, 1])
        return nearest_lines(self.stretches, self.grid, x, y)
