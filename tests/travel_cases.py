"""Road networks for tests, and an independent reading of door-to-door times by NetworkX."""

from __future__ import annotations

import math
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
import pyproj
import pytest

from facopt.inputs.roads import roads_from_graph
from facopt.travel.network import Network, to_networkx

if TYPE_CHECKING:
    from collections.abc import Iterator

    from facopt.inputs.roads import RoadTable
    from facopt.travel.snapping import Snap

SHARED = Path(__file__).parents[2] / "shared/data"
METRIC_CRS = "EPSG:32650"
ORIGIN = (500_000.0, 3_320_000.0)
"""Metres in METRIC_CRS, about 117 degrees east and 30 north."""


def shared_file(name: str) -> Path:
    """Return a file of the folder of real data beside the checkout, or skip the test."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"needs {name} in the folder of real data beside the checkout ({SHARED})")
    return path


def lonlat(points: Any) -> Any:
    """Return degrees of points given in kilometres east and north of ORIGIN, shape (K, 2); NaN stays NaN."""
    metres = np.asarray(points, dtype=float).reshape(-1, 2) * 1000 + ORIGIN
    transformer = pyproj.Transformer.from_crs(METRIC_CRS, "EPSG:4326", always_xy=True)
    degrees = np.stack(transformer.transform(metres[:, 0], metres[:, 1]), axis=1)
    return np.where(np.isfinite(metres), degrees, np.nan)


def road_table(nodes: Any, edges: Any) -> RoadTable:
    """Return roads between nodes (kilometres); each edge is (from, to, highway, oneway?) or with a dict of facts."""
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(crs="EPSG:4326")
    for node, (x, y) in enumerate(lonlat(nodes)):
        graph.add_node(node, x=float(x), y=float(y))
    for u, v, facts in edges:
        graph.add_edge(u, v, **facts)
    return roads_from_graph(graph)


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
