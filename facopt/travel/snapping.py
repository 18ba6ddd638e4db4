"""From a home or a site to the nearest point on a road that can be used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from facopt.errors import DataError, Finding

if TYPE_CHECKING:
    import shapely

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
        import shapely

        self.network = network
        self.to_metres = pyproj.Transformer.from_crs("EPSG:4326", network.metric_crs, always_xy=True)
        profile = network.profile
        usable = np.flatnonzero(~network.pieces_of(profile.no_stopping))
        self.pieces = (usable if len(usable) else np.arange(len(network.piece_edge))).astype(np.int32)
        self.lines = _piece_lines(network, self.pieces, self.to_metres)
        component = network.piece_component()[self.pieces]
        self.main = (component == component.min()) | (network.component_km[component] >= profile.island_km)
        self.tree = shapely.STRtree(self.lines)
        self.main_rows = np.flatnonzero(self.main)
        self.main_tree = self.tree if self.main.all() else shapely.STRtree(self.lines[self.main_rows])

    def snap(self, lonlat: FloatArray) -> Snap:
        """Return where points in WGS-84 degrees (K, 2) meet the network.

        A point goes to the nearest road. Where that belongs to an island path (a short piece without connection) and a
        road of the main network lies within the profile's `island_reach_metres`, it goes there instead.

        Raises
        ------
        DataError
            If a point has no coordinates, or coordinates that the metric system cannot hold.
        """
        import shapely

        points = np.asarray(shapely.points(self._metric(lonlat)))
        row, metres = _nearest(self.tree, points)
        moved = np.zeros(len(points), dtype=np.bool_)
        on_island = np.flatnonzero(~self.main[row])
        if len(on_island):
            main_row, main_metres = _nearest(self.main_tree, points[on_island])
            reach = min(self.network.profile.island_reach_metres, self.network.profile.maximum_snap_metres)
            better = main_metres <= reach
            moved[on_island[better]] = True
            row[on_island[better]] = self.main_rows[main_row[better]]
            metres[on_island[better]] = main_metres[better]
        return self._meet(points, row, metres, moved)

    def _metric(self, lonlat: FloatArray) -> FloatArray:
        x, y = self.to_metres.transform(lonlat[:, 0], lonlat[:, 1])
        bad = ~(np.isfinite(x) & np.isfinite(y))
        if bad.any():
            count = int(np.count_nonzero(bad))
            what = f"{count} points have no coordinates, or none that {self.network.metric_crs} can hold"
            raise DataError(Finding(what, "Give longitude and latitude of every point", count=count))
        return np.stack([x, y], axis=1)

    def _meet(self, points: Any, row: Int64Array, metres: FloatArray, moved: BoolArray) -> Snap:
        import shapely

        lines = self.lines[row]
        length = shapely.length(lines)
        along = np.clip(shapely.line_locate_point(lines, points), 0.0, length)
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


def _piece_lines(network: Network, pieces: Int32Array, to_metres: Any) -> Any:
    """Return the pieces as lines in the metric system."""
    import shapely

    roads, edges = network.roads, network.piece_edge[pieces]
    counts = (roads.vertex_start[edges + 1] - roads.vertex_start[edges]).astype(np.int64)
    begin = np.cumsum(counts) - counts
    vertex = np.arange(counts.sum()) + np.repeat(roads.vertex_start[edges] - begin, counts)
    x, y = to_metres.transform(roads.lon[vertex], roads.lat[vertex])
    return shapely.linestrings(np.stack([x, y], axis=1), indices=np.repeat(np.arange(len(edges)), counts))


def _nearest(tree: shapely.STRtree, points: Any) -> tuple[Int64Array, FloatArray]:
    """Return the nearest line and its distance for every point; of equally near lines the first."""
    if not len(points):
        return np.empty(0, dtype=np.int64), np.empty(0)
    (which, row), metres = tree.query_nearest(points, return_distance=True, all_matches=True)
    order = np.lexsort((row, which))
    first = order[np.unique(which[order], return_index=True)[1]]
    return row[first], metres[first]
