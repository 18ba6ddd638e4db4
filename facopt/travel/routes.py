"""The way itself, for the map: coordinates from the door of a home to the door of a site."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from facopt.inputs.road_table import great_circle_metres
from facopt.travel.doors import LinkPlaces, ends_of_links, off_road_ms, places_on_links, terminal_ms
from facopt.travel.kernels import (
    LAST_MS,
    NOT_WAITING,
    PREVIOUS,
    TIME,
    UNREACHED,
    Workspace,
    bucket_shift,
    new_workspace,
    settle,
    start,
    trace,
)
from facopt.travel.snapping import RoadIndex, Snap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from facopt.travel.network import Network

BoolArray = np.ndarray[Any, np.dtype[np.bool_]]
FloatArray = np.ndarray[Any, np.dtype[np.float64]]
Int32Array = np.ndarray[Any, np.dtype[np.int32]]
Int64Array = np.ndarray[Any, np.dtype[np.int64]]
SAME_PLACE_DEGREES = 1e-9
"""Nearer than this (0.1 mm), two points of a route are one."""
Position = tuple[int, float]
"""Rank of a piece within its link, and share of the piece in the link's direction."""


@dataclass(frozen=True)
class _End:
    """One side of all pairs: homes or sites."""

    lonlat: FloatArray
    snap: Snap
    on: LinkPlaces
    node: Int64Array
    ms: Int64Array

    def position(self, network: Network, k: int) -> Position:
        rank = int(network.place_in_link.rank[self.snap.piece[k]])
        return rank, float(self.on.along[k]) - rank


def routes(
    network: Network, pairs: FloatArray | Sequence[Any], *, within_minutes: FloatArray | None = None
) -> list[FloatArray]:
    """Return the shortest way of each pair as coordinates.

    Parameters
    ----------
    network
        Roads as the mode travels them.
    pairs
        Home and site of each pair in WGS-84 degrees, shape (P, 2, 2): `pairs[p] = [[lon, lat], [lon, lat]]`.
    within_minutes
        How long each journey takes at most, where that is known (P,): searches go no farther.

    Returns
    -------
    list
        For each pair the coordinates (K, 2) from home to site, both included; shape (0, 2) where there is no way.
    """
    points = np.asarray(pairs, dtype=np.float64).reshape(-1, 2, 2)
    finder = WayFinder(network, points[:, 0], points[:, 1])
    return [finder.coordinates(way) for way in finder.ways(within_minutes)]


class Way(NamedTuple):
    """The way of one pair: a part of the home's link, whole links, a part of the site's link."""

    pair: int
    home: tuple[Position, Position]
    """From where to where on the home's link."""
    links: Int64Array
    """Whole links between, in the order of travel (K,)."""
    against: BoolArray
    """True where a link is travelled against its direction (K,)."""
    site: tuple[Position, Position] | None
    """From where to where on the site's link; None where the journey ends on the home's link."""


class WayFinder:
    """Finds the ways of pairs of homes and sites; one search serves all pairs of a site.

    Parameters
    ----------
    network
        Roads as the mode travels them.
    home_lonlat, site_lonlat
        Home and site of each pair in WGS-84 degrees (P, 2).
    """

    def __init__(self, network: Network, home_lonlat: FloatArray, site_lonlat: FloatArray) -> None:
        index = RoadIndex(network)
        self.network = network
        self.homes = _end(network, index, home_lonlat, leaving=True)
        self.sites = _end(network, index, site_lonlat, leaving=False)
        self._links = _LinkFinder(network)

    def ways(self, within_minutes: FloatArray | None = None) -> list[Way | None]:
        """Return the way of each pair, None where there is none (within the minutes of the pair)."""
        shift, buckets = bucket_shift(self.network.longest_ms)
        work = new_workspace(self.network.reverse, buckets)
        found: list[Way | None] = [None] * len(self.homes.lonlat)
        _, group = np.unique(self.sites.lonlat, axis=0, return_inverse=True)
        order = np.argsort(group.ravel(), kind="stable")
        for pairs in np.split(order, np.flatnonzero(np.diff(group.ravel()[order])) + 1):
            if not len(pairs):
                continue
            limit = LAST_MS if within_minutes is None else int(within_minutes[pairs].max() * 60_000 + 1)
            reached = self._search(int(pairs[0]), min(limit, LAST_MS), work, shift)
            for pair in pairs.tolist():
                found[pair] = self._way(pair, work)
            _forget(work, reached)
        return found

    def coordinates(self, way: Way | None) -> FloatArray:
        """Return the vertices of a way from door to door (K, 2), shape (0, 2) where there is none."""
        if way is None:
            return np.empty((0, 2))
        pair, homes, sites = way.pair, self.homes, self.sites
        parts = [_along(self.network, int(homes.on.link[pair]), *way.home)]
        parts.append(self._links.vertices(way.links, way.against))
        if way.site is not None:
            parts.append(_along(self.network, int(sites.on.link[pair]), *way.site))
        ends = (homes.lonlat[pair], homes.snap.lonlat[pair]), (sites.snap.lonlat[pair], sites.lonlat[pair])
        return _without_repeats(np.concatenate([np.stack(ends[0]), *parts, np.stack(ends[1])]))

    def pieces(self, way: Way) -> tuple[Int32Array, Int32Array, FloatArray]:
        """Return the pieces of a way, milliseconds along each whole one, and the share of it that is travelled (K,)."""
        parts = [_part_of_link(self.network, int(self.homes.on.link[way.pair]), *way.home)]
        middle, backwards = _pieces_in_order(self.network, way.links, way.against)
        parts.append((middle, backwards, np.ones(len(middle))))
        if way.site is not None:
            parts.append(_part_of_link(self.network, int(self.sites.on.link[way.pair]), *way.site))
        pieces, against, shares = (np.concatenate(column) for column in zip(*parts, strict=True))
        ms = np.where(against, self.network.pieces.backward_ms[pieces], self.network.pieces.forward_ms[pieces])
        return pieces, np.maximum(ms, 0), shares

    def own_ms(self, pair: int) -> int:
        """Return the milliseconds of a pair that are not on roads: both walks, and the fixed time of a journey."""
        walks = (off_road_ms(self.network, end.snap)[pair] for end in (self.homes, self.sites))
        return int(sum(walks)) + terminal_ms(self.network)

    def _search(self, pair: int, limit: int, work: Workspace, shift: int) -> int:
        """Label every junction within the limit of the site of a pair; return how many there are."""
        nodes = np.where(self.sites.ms[pair] < 0, -1, self.sites.node[pair]).astype(np.int32)
        reached = start(work, nodes, self.sites.ms[pair].astype(np.int32), limit, shift)
        return settle(self.network.reverse, work, reached, reached, limit, shift)

    def _way(self, pair: int, work: Workspace) -> Way | None:
        homes, sites, network = self.homes, self.sites, self.network
        home_link, site_link = int(homes.on.link[pair]), int(sites.on.link[pair])
        if home_link < 0 or site_link < 0:
            return None
        there, goal = homes.position(network, pair), sites.position(network, pair)
        direct = _direct_ms(homes.on, sites.on, pair) if home_link == site_link else -1
        through, side = _first_junction(homes, pair, work)
        if 0 <= direct <= through:
            return Way(pair, (there, goal), np.empty(0, np.int64), np.empty(0, np.bool_), None)
        if through == UNREACHED:
            return None
        nodes = trace(work.label, int(homes.node[pair, side]))
        last = _entered_side(sites, pair, work, int(nodes[-1]))
        links, against = self._links.between(nodes)
        site_part = _limit(network, site_link, last), goal
        return Way(pair, (there, _limit(network, home_link, side)), links, against, site_part)


def _end(network: Network, index: RoadIndex, lonlat: FloatArray, *, leaving: bool) -> _End:
    snap = index.snap(lonlat, leaving=leaving)
    on = places_on_links(network, snap)
    node, ms = ends_of_links(network, on, leaving=leaving)
    return _End(lonlat, snap, on, node, ms)


def _direct_ms(home: LinkPlaces, site: LinkPlaces, k: int) -> int:
    """Return milliseconds between two points of one link without leaving it, -1 where that cannot be."""
    ways = []
    if home.forward_ms[k] >= 0 and home.along[k] <= site.along[k]:
        ways.append(int(site.forward_ms[k] - home.forward_ms[k]))
    if home.backward_ms[k] >= 0 and home.along[k] >= site.along[k]:
        ways.append(int(home.backward_ms[k] - site.backward_ms[k]))
    return min(ways, default=-1)


def _forget(work: Workspace, reached: int) -> None:
    nodes = work.reached[:reached]
    work.label[nodes, TIME] = UNREACHED
    work.label[nodes, PREVIOUS] = NOT_WAITING


def _first_junction(homes: _End, pair: int, work: Workspace) -> tuple[int, int]:
    """Return the shortest time from home over either end of its link, and which end that is."""
    totals = []
    for side in (0, 1):
        ms, onward = int(homes.ms[pair, side]), int(work.label[homes.node[pair, side], TIME])
        totals.append(int(UNREACHED) if ms < 0 or onward == UNREACHED else ms + onward)
    side = int(totals[1] < totals[0])
    return totals[side], side


def _entered_side(sites: _End, pair: int, work: Workspace, node: int) -> int:
    """Return at which end (0 start, 1 end) of its link the site is entered from a junction."""
    fits = [
        side for side in (0, 1)
        if sites.node[pair, side] == node and sites.ms[pair, side] == work.label[node, TIME]
    ]  # fmt: skip
    return fits[0]


def _limit(network: Network, link: int, side: int) -> Position:
    size = int(network.chains.first[link + 1] - network.chains.first[link])
    return (size - 1, 1.0) if side else (0, 0.0)


def _along(network: Network, link: int, origin: Position, goal: Position) -> FloatArray:
    """Return the vertices of a link between two positions on it, in the direction of travel."""
    if origin > goal:
        return _along(network, link, goal, origin)[::-1]
    first = int(network.chains.first[link])
    parts = []
    for rank in range(origin[0], goal[0] + 1):
        low = origin[1] if rank == origin[0] else 0.0
        high = goal[1] if rank == goal[0] else 1.0
        parts.append(_piece_vertices(network, int(network.chains.order[first + rank]), low, high))
    return np.concatenate(parts)


def _piece_vertices(network: Network, piece: int, low: float, high: float) -> FloatArray:
    """Return the vertices of a piece between two shares of its length, in the direction of its link."""
    roads, edge = network.roads, int(network.piece_edge[piece])
    inside = slice(int(roads.vertex_start[edge]), int(roads.vertex_start[edge + 1]))
    points = np.stack([roads.lon[inside], roads.lat[inside]], axis=1)
    if network.place_in_link.against[piece]:
        points = points[::-1]
    steps = great_circle_metres(points[:-1, 0], points[:-1, 1], points[1:, 0], points[1:, 1])
    along = np.concatenate([[0.0], np.cumsum(steps)])
    share = along / along[-1] if along[-1] > 0 else np.linspace(0.0, 1.0, len(along))
    return np.asarray(points[(share >= low) & (share <= high)])


def _without_repeats(points: FloatArray) -> FloatArray:
    new = np.ones(len(points), dtype=bool)
    new[1:] = np.any(np.abs(np.diff(points, axis=0)) > SAME_PLACE_DEGREES, axis=1)
    kept = points[new]
    kept[-1] = points[-1]
    return kept


class _LinkFinder:
    """Finds the fastest links from junction to junction, and their vertices."""

    def __init__(self, network: Network) -> None:
        links, self.network = network.links, network
        tail = np.concatenate([links.start, links.end]).astype(np.int64)
        head = np.concatenate([links.end, links.start]).astype(np.int64)
        self.ms = np.concatenate([links.forward_ms, links.backward_ms])
        which = np.flatnonzero(self.ms >= 0)
        self.size = len(network.junction_node)
        keys = tail[which] * self.size + head[which]
        by_key = np.argsort(keys)
        self.order, self.key = which[by_key], keys[by_key]

    def between(self, nodes: Int32Array) -> tuple[Int64Array, BoolArray]:
        """Return the links from each of some junctions to the next, and whether each is travelled against itself."""
        nodes = nodes.astype(np.int64)
        wanted = nodes[:-1] * self.size + nodes[1:]
        first, last = (np.searchsorted(self.key, wanted, side=side) for side in ("left", "right"))
        row = self.order[first]
        for k in np.flatnonzero(last - first > 1).tolist():  # of several the fastest, of equals the first
            several = self.order[first[k] : last[k]]
            row[k] = several[np.lexsort((several, self.ms[several]))[0]]
        count = len(self.network.links.start)
        return row % count, row >= count

    def vertices(self, links: Int64Array, against: BoolArray) -> FloatArray:
        """Return the vertices of whole links one after the other, in the direction of travel."""
        network, roads = self.network, self.network.roads
        pieces, backwards = _pieces_in_order(network, links, against)
        edges = network.piece_edge[pieces]
        first, last = roads.vertex_start[edges], roads.vertex_start[edges + 1] - 1
        vertex = _runs(np.where(backwards, last, first), last - first + 1, np.where(backwards, -1, 1))
        return np.stack([roads.lon[vertex], roads.lat[vertex]], axis=1)


def _pieces_in_order(network: Network, links: Int64Array, against: BoolArray) -> tuple[Int32Array, BoolArray]:
    """Return the pieces of links in the order of travel, and whether each is travelled against its own direction."""
    chains = network.chains
    first, last = chains.first[links].astype(np.int64), chains.first[links + 1].astype(np.int64) - 1
    counts = last - first + 1
    pieces = chains.order[_runs(np.where(against, last, first), counts, np.where(against, -1, 1))]
    return pieces, network.place_in_link.against[pieces] ^ np.repeat(against, counts)


def _part_of_link(
    network: Network, link: int, origin: Position, goal: Position
) -> tuple[Int32Array, BoolArray, FloatArray]:
    """Return the pieces of a link between two positions, whether each is travelled backwards, and which share of it."""
    low, high = min(origin, goal), max(origin, goal)
    first = int(network.chains.first[link])
    pieces = network.chains.order[first + low[0] : first + high[0] + 1]
    share = np.ones(len(pieces))
    share[-1] = high[1]
    share[0] -= low[1]
    return pieces, network.place_in_link.against[pieces] ^ (origin > goal), share


def _runs(begin: Int64Array, counts: Int64Array, step: Int64Array) -> Int64Array:
    """Return for each run begin, begin + step, ... with so many members, all one after the other."""
    ends = np.cumsum(counts)
    within = np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - counts, counts)
    return np.asarray(np.repeat(begin, counts) + within * np.repeat(step, counts), dtype=np.int64)
