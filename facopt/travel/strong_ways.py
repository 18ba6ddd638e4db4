"""What one-way roads do to a network: junctions that its main part leads to, and those that lead to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from facopt.travel.network import Network

BoolArray = np.ndarray[Any, np.dtype[np.bool_]]
FloatArray = np.ndarray[Any, np.dtype[np.float64]]
IntArray = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True)
class StrongWays:
    """How junctions (N,) hang together with the main part of their component, its largest strongly connected part."""

    from_main: BoolArray
    """True where the main part leads there."""
    to_main: BoolArray
    """True where a way leads to the main part."""
    main_km: FloatArray
    """Length of the links within that main part, by junction (N,)."""


def has_one_way_roads(network: Network) -> bool:
    """Return whether any road of a network is open in one direction only."""
    return bool(((network.links.forward_ms < 0) != (network.links.backward_ms < 0)).any())


def strong_ways(network: Network) -> StrongWays:
    """Return which junctions the main part of each component leads to, and which lead to it.

    The largest strongly connected part (by junctions) of each component counts as its main part. (Tarjan 1972 finds the
    parts; two searches from them, along the roads and against them, do the rest.)
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components, dijkstra

    links, count = network.links, len(network.junction_node)
    forward, backward = links.forward_ms >= 0, links.backward_ms >= 0
    tail = np.concatenate((links.start[forward], links.end[backward]))
    head = np.concatenate((links.end[forward], links.start[backward]))
    graph = coo_array((np.ones(len(tail)), (tail, head)), shape=(count, count)).tocsr()
    _, weak = connected_components(graph, directed=False)
    _, strong = connected_components(graph, directed=True, connection="strong")
    main = _one_of_each(weak, np.bincount(strong)[strong])
    there, back = (dijkstra(way, indices=main, unweighted=True, min_only=True) for way in (graph, graph.T.tocsr()))
    inside = strong[links.start] == strong[links.end]
    km = np.bincount(strong[links.start], weights=links.length_m * inside, minlength=strong.max() + 1) / 1000
    return StrongWays(np.isfinite(there), np.isfinite(back), km[strong[main]][weak])


def _one_of_each(component: IntArray, size: IntArray) -> IntArray:
    """Return for each component the first of its junctions with the largest strongly connected part around it."""
    order = np.lexsort((np.arange(len(component)), -size, component))
    return order[np.unique(component[order], return_index=True)[1]]


def links_through(network: Network, *, leaving: bool) -> BoolArray:
    """Return which links (L,) lead to the main part of their component, or that it leads to if not `leaving`.

    Where a main part has less than the profile's `island_km` of roads, all links of its component count as such: it is
    no network that anybody must come to.
    """
    links = network.links
    if not has_one_way_roads(network):
        return np.ones(len(links.start), dtype=np.bool_)
    ways = strong_ways(network)
    joined = (ways.to_main if leaving else ways.from_main) | (ways.main_km < network.profile.island_km)
    with_link, against_link = (links.end, links.start) if leaving else (links.start, links.end)
    forward, backward = links.forward_ms >= 0, links.backward_ms >= 0
    return np.asarray((forward & joined[with_link]) | (backward & joined[against_link]))
