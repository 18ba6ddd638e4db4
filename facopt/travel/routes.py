"""The way itself, for the map: coordinates from the door of a home to the door of a site."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from facopt.inputs.road_table import great_circle_metres
from facopt.travel.doors import LinkPlaces, ends_of_links, places_on_links
from facopt.travel.kernels import (
    LABEL,
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
)
from facopt.travel.snapping import RoadIndex, Snap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from facopt.travel.network import Network

FloatArray = np.ndarray[Any, np.dtype[np.float64]]
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


def routes(network: Network, pairs: FloatArray | Sequence[Any]) -> list[FloatArray]:
    """Return the shortest way of each pair as coordinates.

    Parameters
    ----------
    network
        Roads as the mode travels them.
    pairs
        Home and site of each pair in WGS-84 degrees, shape (P, 2, 2): `pairs[p] = [[lon, lat], [lon, lat]]`.

    Returns
    -------
    list
        For each pair the coordinates (K, 2) from home to site, both included; shape (0, 2) where there is no way.
    """
    points = np.asarray(pairs, dtype=np.float64).reshape(-1, 2, 2)
    index = RoadIndex(network)
    homes = _end(network, index, points[:, 0], leaving=True)
    sites = _end(network, index, points[:, 1], leaving=False)
    shift, buckets = bucket_shift(network.longest_ms)
    work = new_workspace(len(network.junction_node), 0, buckets)
    finder = _LinkFinder(network)
    return [_route(network, finder, homes, sites, pair, work, shift) for pair in range(len(points))]


def _end(network: Network, index: RoadIndex, lonlat: FloatArray, *, leaving: bool) -> _End:
    snap = index.snap(lonlat)
    on = places_on_links(network, snap)
    node, ms = ends_of_links(network, on, leaving=leaving)
    return _End(lonlat, snap, on, node, ms)


def _route(
    network: Network, finder: _LinkFinder, homes: _End, sites: _End, pair: int, work: Workspace, shift: int
) -> FloatArray:
    home_link, site_link = int(homes.on.link[pair]), int(sites.on.link[pair])
    if home_link < 0 or site_link < 0:
        return np.empty((0, 2))
    there, goal = homes.position(network, pair), sites.position(network, pair)
    direct = _direct_ms(homes.on, sites.on, pair) if home_link == site_link else -1
    reached = _search(network, sites, pair, work, shift)
    through, side = _first_junction(homes, pair, work)
    if 0 <= direct <= through:
        middle = [_along(network, home_link, there, goal)]
    elif through < UNREACHED:
        nodes = _nodes(work, int(homes.node[pair, side]))
        last = _entered_side(sites, pair, work, nodes[-1])
        middle = [_along(network, home_link, there, _limit(network, home_link, side))]
        middle += [_along(network, *finder.hop(a, b)) for a, b in pairwise(nodes)]
        middle += [_along(network, site_link, _limit(network, site_link, last), goal)]
    else:
        middle = []
    _forget(work, reached)
    if not middle:
        return np.empty((0, 2))
    ends = (homes.lonlat[pair], homes.snap.lonlat[pair]), (sites.snap.lonlat[pair], sites.lonlat[pair])
    return _without_repeats(np.concatenate([np.stack(ends[0]), *middle, np.stack(ends[1])]))


def _direct_ms(home: LinkPlaces, site: LinkPlaces, k: int) -> int:
    """Return milliseconds between two points of one link without leaving it, -1 where that cannot be."""
    ways = []
    if home.forward_ms[k] >= 0 and home.along[k] <= site.along[k]:
        ways.append(int(site.forward_ms[k] - home.forward_ms[k]))
    if home.backward_ms[k] >= 0 and home.along[k] >= site.along[k]:
        ways.append(int(home.backward_ms[k] - site.backward_ms[k]))
    return min(ways, default=-1)


def _search(network: Network, sites: _End, pair: int, work: Workspace, shift: int) -> int:
    nodes = np.where(sites.ms[pair] < 0, -1, sites.node[pair]).astype(np.int32)
    reached = start(work, nodes, sites.ms[pair].astype(np.int32), LAST_MS, shift)
    return settle(network.reverse, work, reached, reached, LAST_MS, shift)


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


def _nodes(work: Workspace, node: int) -> list[int]:
    nodes = [node]
    while work.label[node, LABEL] >= 0:
        node = int(work.label[node, LABEL])
        nodes.append(node)
    return nodes


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
    """Finds the fastest link from one junction to the next."""

    def __init__(self, network: Network) -> None:
        links, self.network = network.links, network
        self.tail = np.concatenate([links.start, links.end]).astype(np.int64)
        self.head = np.concatenate([links.end, links.start]).astype(np.int64)
        ms = np.concatenate([links.forward_ms, links.backward_ms])
        which = np.flatnonzero(ms >= 0)
        self.order = which[np.lexsort((ms[which], self.head[which], self.tail[which]))]
        self.size = len(network.junction_node)
        self.key = self.tail[self.order] * self.size + self.head[self.order]

    def hop(self, tail: int, head: int) -> tuple[int, Position, Position]:
        """Return the link, and where on it one begins and ends."""
        row = int(self.order[np.searchsorted(self.key, tail * self.size + head)])
        count = len(self.network.links.start)
        link, against = row % count, row >= count
        begin, end = _limit(self.network, link, 0), _limit(self.network, link, 1)
        return (link, end, begin) if against else (link, begin, end)
