"""A road table and a profile become a network: integer milliseconds, chains joined, components known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from facopt.errors import DataError, Finding
from facopt.travel.chains import LONGEST_MS, Chains, Pieces, find_chains
from facopt.travel.closures import ClosedRoads, Closure, closed_edges, closure_factors
from facopt.travel.kernels import SearchGraph
from facopt.travel.rules import travel_on
from facopt.travel.space_curve import hilbert_order

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import networkx as nx

    from facopt.inputs.road_table import RoadTable
    from facopt.travel.profiles import Profile

BoolArray = np.ndarray[Any, np.dtype[np.bool_]]
Int32Array = np.ndarray[Any, np.dtype[np.int32]]
Int64Array = np.ndarray[Any, np.dtype[np.int64]]
FloatArray = np.ndarray[Any, np.dtype[np.float64]]

MS_PER_HOUR = 3_600_000


class Links(NamedTuple):
    """Chains of pieces between junctions (L,); milliseconds in and against their direction, -1 where closed."""

    start: Int32Array
    end: Int32Array
    forward_ms: Int32Array
    backward_ms: Int32Array
    length_m: FloatArray


class PieceInLink(NamedTuple):
    """Where a piece lies in its link, measured from the link's start to the piece's nearer end (P,)."""

    link: Int32Array
    against: BoolArray
    """True where the piece points against its link."""
    offset_forward_ms: Int32Array
    """From the link's start to the piece, travelling with the link."""
    offset_backward_ms: Int32Array
    """From the piece to the link's start, travelling against the link."""
    rank: Int32Array
    """How many pieces of the link lie before this one."""


@dataclass(frozen=True)
class Network:
    """Roads as one profile travels them: P pieces (edges of the road table) in L links between N junctions."""

    profile: Profile
    metric_crs: str
    roads: RoadTable
    piece_edge: Int32Array
    """Edge of the road table that each piece is (P,)."""
    pieces: Pieces
    """Between nodes of the road table."""
    place_in_link: PieceInLink
    links: Links
    """Between junctions."""
    chains: Chains
    junction_node: Int32Array
    """Node of the road table that each junction is (N,); junctions are numbered along a space-filling curve."""
    component: Int32Array
    """Connected piece of the network, one-way rules aside, that each link belongs to; 0 is the longest (L,)."""
    component_km: FloatArray
    """Length of each component, the longest first (K,)."""
    reverse: SearchGraph
    """Arcs against the direction of travel: searches run from the sites towards the people."""
    longest_ms: int
    """Longest time of any arc."""
    closed: tuple[ClosedRoads, ...] = ()
    """What each closure does, in their order."""

    @property
    def forward(self) -> SearchGraph:
        """Arcs in the direction of travel."""
        return _search_graph(self.links, len(self.junction_node), reverse=False)

    def piece_component(self) -> Int32Array:
        """Return the component of every piece, shape (P,)."""
        return self.component[self.place_in_link.link]

    def length_km_by_class(self) -> dict[str, float]:
        """Return kilometres that the profile can use, by road class."""
        tag = self.roads.tag[self.piece_edge]
        km = np.bincount(tag, weights=self.roads.length_m[self.piece_edge], minlength=len(self.roads.tags)) / 1000
        used = np.bincount(tag, minlength=len(self.roads.tags)) > 0
        by_class: dict[str, float] = {}
        for number in np.flatnonzero(used).tolist():
            name = self.roads.tags[number].road_class
            by_class[name] = by_class.get(name, 0.0) + float(km[number])
        return {name: round(by_class[name], 3) for name in sorted(by_class)}

    def pieces_of(self, classes: Collection[str]) -> BoolArray:
        """Return which pieces are of one of some road classes, shape (P,)."""
        wanted = np.array([tags.road_class in classes for tags in self.roads.tags], dtype=np.bool_)
        return wanted[self.roads.tag[self.piece_edge]]


def build_network(roads: RoadTable, profile: Profile, *, metric_crs: str, closures: Sequence[Closure] = ()) -> Network:
    """Build the network that a profile can travel.

    Parameters
    ----------
    roads
        Roads with their tags.
    profile
        Speeds and permissions.
    metric_crs
        Projected system in which distances to the road are measured, as "EPSG:n".
    closures
        Areas where roads are closed or slower.

    Raises
    ------
    DataError
        If the profile can use none of the roads.
    """
    hit = closed_edges(roads, closures)
    forward, backward = _edge_milliseconds(roads, profile, closure_factors(roads, closures, hit))
    kept = np.flatnonzero((forward >= 0) | (backward >= 0)).astype(np.int32)
    if not len(kept):
        what = f"none of the {len(roads)} roads can be used with profile {profile.name}"
        raise DataError(Finding(what, "Check the road classes of the file, or give their speeds under speeds_kmh"))
    pieces = Pieces(roads.start[kept], roads.end[kept], forward[kept], backward[kept])
    chains = find_chains(pieces, len(roads.node_id))
    network = _assemble(roads, profile, metric_crs, kept, pieces, chains)
    return replace(network, closed=_closed_roads(roads, profile, closures, hit))


def _closed_roads(
    roads: RoadTable, profile: Profile, closures: Sequence[Closure], hit: Sequence[Int64Array]
) -> tuple[ClosedRoads, ...]:
    """Return what closures do to the roads that the profile could use without them."""
    if not closures:
        return ()
    forward, backward = _edge_milliseconds(roads, profile, np.ones(len(roads)))
    usable = (forward >= 0) | (backward >= 0)
    concerned = [edges[usable[edges]] for edges in hit]
    return tuple(
        ClosedRoads(closure.name, closure.factor, len(edges), round(float(roads.length_m[edges].sum()) / 1000, 3))
        for closure, edges in zip(closures, concerned, strict=True)
    )


def _edge_milliseconds(roads: RoadTable, profile: Profile, factors: FloatArray) -> tuple[Int32Array, Int32Array]:
    """Return milliseconds along every edge in and against its direction, -1 where closed, shape (E,) each."""
    travel = np.array([travel_on(tags, profile) for tags in roads.tags], dtype=np.float64)[roads.tag]
    whole = roads.way_length_m()
    share = np.divide(roads.length_m, whole, out=np.zeros(len(roads)), where=whole > 0)
    extra_ms = travel[:, 2] * 60_000 * share
    forward, backward = (np.where(factors > 0, travel[:, way], 0.0) * factors for way in (0, 1))
    return _milliseconds(roads.length_m, forward, extra_ms), _milliseconds(roads.length_m, backward, extra_ms)


def _milliseconds(length_m: FloatArray, kmh: FloatArray, extra_ms: FloatArray) -> Int32Array:
    open_ = kmh > 0
    hours = np.divide(length_m / 1000, kmh, out=np.zeros(len(kmh)), where=open_)
    rounded = np.floor(hours * MS_PER_HOUR + extra_ms + 0.5)
    return np.where(open_ & (rounded <= LONGEST_MS), rounded, -1).astype(np.int32)


def _assemble(
    roads: RoadTable, profile: Profile, metric_crs: str, kept: Int32Array, pieces: Pieces, chains: Chains
) -> Network:
    chains = _along_space_curve(roads, pieces, chains)
    length_m = roads.length_m[kept]
    place_in_link, links = _links(pieces, chains, length_m)
    junctions, renumbered = _number_junctions(roads, links)
    component, component_km = _components(renumbered, len(junctions))
    return Network(
        profile=profile, metric_crs=metric_crs, roads=roads, piece_edge=kept, pieces=pieces,
        place_in_link=place_in_link, links=renumbered, chains=chains, junction_node=junctions,
        component=component, component_km=component_km,
        reverse=_search_graph(renumbered, len(junctions), reverse=True),
        longest_ms=int(max(renumbered.forward_ms.max(), renumbered.backward_ms.max(), 0)),
    )  # fmt: skip


def _along_space_curve(roads: RoadTable, pieces: Pieces, chains: Chains) -> Chains:
    """Sort the chains by where they begin, so that what is near in space is near in memory."""
    head = chains.order[chains.first[:-1]]
    node = np.where(chains.reversed[head], pieces.end[head], pieces.start[head])
    sizes = np.diff(chains.first)
    by_place = hilbert_order(roads.node_lon[node], roads.node_lat[node])
    first = np.concatenate([[0], np.cumsum(sizes[by_place])])
    gather = np.arange(first[-1]) + np.repeat(chains.first[:-1][by_place] - first[:-1], sizes[by_place])
    return Chains(chains.order[gather], first.astype(np.int32), chains.reversed)


def _links(pieces: Pieces, chains: Chains, length_m: FloatArray) -> tuple[PieceInLink, Links]:
    order, first = chains.order, chains.first
    against = chains.reversed[order]
    sizes = np.diff(first)
    link_of = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
    with_ms = np.where(against, pieces.backward_ms[order], pieces.forward_ms[order])
    against_ms = np.where(against, pieces.forward_ms[order], pieces.backward_ms[order])
    forward_offset, forward_total = _running_total(with_ms, first)
    backward_offset, backward_total = _running_total(against_ms, first)

    def by_piece(values: np.ndarray[Any, Any]) -> Int32Array:
        placed: Int32Array = np.empty(len(order), dtype=np.int32)
        placed[order] = values
        return placed

    place = PieceInLink(
        link=by_piece(link_of), against=chains.reversed,
        offset_forward_ms=by_piece(forward_offset), offset_backward_ms=by_piece(backward_offset),
        rank=by_piece(np.arange(len(order)) - np.repeat(first[:-1], sizes)),
    )  # fmt: skip
    head, tail = order[first[:-1]], order[first[1:] - 1]
    links = Links(
        start=np.where(chains.reversed[head], pieces.end[head], pieces.start[head]).astype(np.int32),
        end=np.where(chains.reversed[tail], pieces.start[tail], pieces.end[tail]).astype(np.int32),
        forward_ms=np.where(with_ms[first[:-1]] < 0, -1, forward_total).astype(np.int32),
        backward_ms=np.where(against_ms[first[:-1]] < 0, -1, backward_total).astype(np.int32),
        length_m=np.add.reduceat(length_m[order], first[:-1]),
    )  # fmt: skip
    return place, links


def _running_total(ms: Int32Array, first: Int32Array) -> tuple[Int64Array, Int64Array]:
    """Return sums before each piece within its chain, and the sum of each chain; closed (-1) counts as 0."""
    open_ms = np.maximum(ms, 0).astype(np.int64)
    before = np.cumsum(open_ms) - open_ms
    before -= np.repeat(before[first[:-1]], np.diff(first))
    return before, np.add.reduceat(open_ms, first[:-1])


def _number_junctions(roads: RoadTable, links: Links) -> tuple[Int32Array, Links]:
    nodes = np.unique(np.concatenate([links.start, links.end]))
    nodes = nodes[hilbert_order(roads.node_lon[nodes], roads.node_lat[nodes])]
    number = np.full(len(roads.node_id), -1, dtype=np.int32)
    number[nodes] = np.arange(len(nodes), dtype=np.int32)
    return nodes.astype(np.int32), links._replace(start=number[links.start], end=number[links.end])


def _components(links: Links, junction_count: int) -> tuple[Int32Array, FloatArray]:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    ones = np.ones(len(links.start), dtype=np.int8)
    graph = coo_array((ones, (links.start, links.end)), shape=(junction_count, junction_count))
    _, label = connected_components(graph.tocsr(), directed=False)
    of_link = label[links.start]
    km = np.bincount(of_link, weights=links.length_m, minlength=label.max() + 1) / 1000
    by_length = np.argsort(-km, kind="stable")
    rank = np.empty(len(km), dtype=np.int32)
    rank[by_length] = np.arange(len(km), dtype=np.int32)
    return rank[of_link], km[by_length]


def _search_graph(links: Links, junction_count: int, *, reverse: bool) -> SearchGraph:
    forward, backward = links.forward_ms >= 0, links.backward_ms >= 0
    tail = np.concatenate([links.start[forward], links.end[backward]])
    head = np.concatenate([links.end[forward], links.start[backward]])
    ms = np.concatenate([links.forward_ms[forward], links.backward_ms[backward]])
    if reverse:
        tail, head = head, tail
    order = np.lexsort((ms, head, tail))
    first = np.concatenate([[0], np.cumsum(np.bincount(tail, minlength=junction_count))]).astype(np.int32)
    dead_end = np.bincount(np.concatenate([links.start, links.end]), minlength=junction_count) == 1
    shown = np.where(dead_end[head], ~head, head)
    arcs = np.stack([shown[order], ms[order]], axis=1).astype(np.int32)
    return SearchGraph(first_arc=first, arc=np.ascontiguousarray(arcs))


def to_networkx(network: Network) -> nx.MultiDiGraph[int]:
    """Return the network with every node of the road table, for checks by other software.

    Nodes carry `lon` and `lat`; edges `ms` (integer milliseconds, also as `weight`), `piece`, `length_m` and `highway`.
    """
    import networkx as nx

    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph()
    roads, pieces = network.roads, network.pieces
    for node in np.unique(np.concatenate([pieces.start, pieces.end])).tolist():
        graph.add_node(node, lon=float(roads.node_lon[node]), lat=float(roads.node_lat[node]))
    classes = roads.column("road_class")
    columns = (pieces.start, pieces.end, pieces.forward_ms, pieces.backward_ms, network.piece_edge)
    for piece, (start, end, forward, backward, edge) in enumerate(zip(*(c.tolist() for c in columns), strict=True)):
        facts = {"piece": piece, "length_m": float(roads.length_m[edge]), "highway": classes[edge]}
        if forward >= 0:
            graph.add_edge(start, end, ms=forward, weight=forward, **facts)
        if backward >= 0:
            graph.add_edge(end, start, ms=backward, weight=backward, **facts)
    return graph
