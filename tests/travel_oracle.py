"""An independent reading of door-to-door times: NetworkX on a graph into which every snapped point is inserted."""

from __future__ import annotations

import math
from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import networkx as nx

from facopt.travel.network import Network, to_networkx

if TYPE_CHECKING:
    from collections.abc import Iterator

    from facopt.travel.snapping import Snap


def door_to_door_ms(
    network: Network, demand: Snap, sites: Snap, cutoff_ms: float = math.inf
) -> dict[tuple[int, int], int]:
    """Return milliseconds of every pair within a cut-off, by a textbook Dijkstra from each site."""
    graph = to_networkx(network)
    _insert(graph, network, [("demand", demand), ("site", sites)])
    reverse = graph.reverse(copy=False)
    per_km = 3_600_000 / network.profile.off_road_kmh
    home_walk = [math.floor(m / 1000 * per_km + 0.5) for m in demand.metres]
    site_walk = [math.floor(m / 1000 * per_km + 0.5) for m in sites.metres]
    terminal = math.floor(network.profile.terminal_minutes * 60_000 + 0.5)
    found = {}
    for j in range(len(sites)):
        if sites.piece[j] < 0:
            continue
        times = nx.single_source_dijkstra_path_length(reverse, ("site", j), cutoff=min(cutoff_ms, 10**12), weight="ms")
        for i in range(len(demand)):
            if ("demand", i) in times:
                total = times["demand", i] + home_walk[i] + site_walk[j] + terminal
                if total <= cutoff_ms:
                    found[i, j] = total
    return found


def _insert(graph: Any, network: Network, snaps: list[tuple[str, Snap]]) -> None:
    """Add a node for each snapped point, with the parts of its piece before, behind and between points on one piece."""
    on_piece = defaultdict(list)
    for kind, snap in snaps:
        for k, (piece, fraction) in enumerate(zip(snap.piece.tolist(), snap.fraction.tolist(), strict=True)):
            if piece >= 0:
                on_piece[piece].append((fraction, (kind, k)))
    for piece, points in on_piece.items():
        for tail, head, ms in _parts(network, piece, sorted(points)):
            graph.add_edge(tail, head, ms=ms)


def _parts(network: Network, piece: int, points: list[tuple[float, tuple[str, int]]]) -> Iterator[tuple[Any, Any, int]]:
    start, end = int(network.pieces.start[piece]), int(network.pieces.end[piece])
    row = [(0.0, start), *points, (1.0, end)]
    for ms, forward in ((int(network.pieces.forward_ms[piece]), True), (int(network.pieces.backward_ms[piece]), False)):
        for (a, tail), (b, head) in pairwise(row):
            if a == b and not (tail == start and head == end):
                yield tail, head, 0
                yield head, tail, 0
            elif ms >= 0:
                part = math.floor(ms * b + 0.5) - math.floor(ms * a + 0.5)
                yield (tail, head, part) if forward else (head, tail, part)
