"""Networks keep every time when chains are joined, know their components, and heed closures."""

from __future__ import annotations

from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box

from facopt.errors import DataError
from facopt.travel.chains import Pieces, find_chains
from facopt.travel.closures import Closure
from facopt.travel.network import build_network, to_networkx
from facopt.travel.profiles import load_profile
from facopt.travel.space_curve import hilbert_order
from tests.travel_cases import METRIC_CRS, lonlat, road_table

DRIVE = load_profile("drive")
ROAD = {"highway": "primary", "length": 1000.0}


def _two_way(u, v, **facts):
    return [(u, v, {**ROAD, **facts}), (v, u, {**ROAD, **facts})]


def test_milliseconds_are_length_over_speed():
    """A kilometre at 60 km/h is 60,000 ms; a slower class and a lower limit take longer."""
    edges = [*_two_way(0, 1), *_two_way(1, 2, highway="track"), (2, 0, {**ROAD, "maxspeed": "30"})]
    network = build_network(road_table([(0, 0), (1, 0), (1, 1)], edges), DRIVE, metric_crs=METRIC_CRS)
    graph = to_networkx(network)
    assert sorted(ms for _, _, ms in graph.edges(data="ms")) == [60_000, 60_000, 120_000, 180_000, 180_000]
    assert network.length_km_by_class() == {"primary": 2.0, "track": 1.0}


pieces = st.lists(
    st.tuples(st.integers(0, 7), st.integers(0, 7), st.integers(-1, 9), st.integers(-1, 9)).filter(
        lambda p: p[2] >= 0 or p[3] >= 0
    ),
    min_size=1,
    max_size=14,
)


@given(pieces)
@settings(max_examples=150, deadline=None)
def test_chains_hold_every_piece_once_and_connect(found):
    """Each piece lies in one chain, head to tail, and a chain is open in a direction all along or not at all."""
    columns = np.array(found, dtype=np.int32).T
    parts = Pieces(*(np.ascontiguousarray(column) for column in columns))
    chains = find_chains(parts, 8)
    assert sorted(chains.order.tolist()) == list(range(len(found)))
    for first, last in zip(chains.first[:-1], chains.first[1:], strict=True):
        row = chains.order[first:last]
        ends = [(p[0], p[1]) if not chains.reversed[k] else (p[1], p[0]) for k, p in ((k, found[k]) for k in row)]
        assert all(a[1] == b[0] for a, b in pairwise(ends))
        ways = {
            (found[k][2] >= 0, found[k][3] >= 0) if not chains.reversed[k] else (found[k][3] >= 0, found[k][2] >= 0)
            for k in row
        }
        assert len(ways) == 1


def test_joined_chains_keep_all_times():
    """Times between junctions are those of the unsimplified graph, and nodes inside chains are gone."""
    rng = np.random.default_rng(5)
    nodes = rng.random((60, 2)) * 10
    edges = []
    for node in range(1, 60):
        edges += _two_way(int(rng.integers(max(0, node - 2), node)), node, length=float(rng.integers(1, 3000)))
    edges += [(int(u), int(v), {**ROAD, "length": 500.0}) for u, v in rng.integers(0, 60, (10, 2))]
    network = build_network(road_table(nodes, edges), DRIVE, metric_crs=METRIC_CRS)
    assert len(network.junction_node) < 60
    graph = to_networkx(network)
    joined = nx.MultiDiGraph()
    links = network.links
    for start, end, forward, backward in zip(links.start, links.end, links.forward_ms, links.backward_ms, strict=True):
        joined.add_weighted_edges_from([(start, end, forward)] if forward >= 0 else [])
        joined.add_weighted_edges_from([(end, start, backward)] if backward >= 0 else [])
    node_of = network.junction_node
    for junction in joined.nodes:
        whole = nx.single_source_dijkstra_path_length(graph, node_of[junction], weight="ms")
        short = nx.single_source_dijkstra_path_length(joined, junction)
        assert {node_of[k]: int(v) for k, v in short.items()} == {
            k: v for k, v in whole.items() if k in set(node_of[list(joined.nodes)])
        }


def test_components_are_numbered_by_length():
    """The longest connected piece is component 0, one-way rules aside."""
    edges = [*_two_way(0, 1, length=100.0), (2, 3, {**ROAD, "length": 700.0})]
    network = build_network(road_table([(0, 0), (1, 0), (5, 5), (6, 5)], edges), DRIVE, metric_crs=METRIC_CRS)
    assert network.component_km.tolist() == [0.7, 0.1]
    by_length = dict(zip(network.links.length_m.tolist(), network.component.tolist(), strict=True))
    assert by_length == {700.0: 0, 100.0: 1}


def test_closures_close_and_slow_the_roads_they_touch():
    """A flooded area closes its roads, a snowed-in one slows the classes it names, others stay."""
    roads = road_table([(0, 0), (1, 0), (2, 0), (3, 0)], [*_two_way(0, 1), *_two_way(1, 2), *_two_way(2, 3)])
    flooded = Closure((box(*lonlat([(1.2, -0.1)])[0], *lonlat([(1.4, 0.1)])[0]),))
    snow = Closure((box(*lonlat([(2.2, -0.1)])[0], *lonlat([(2.4, 0.1)])[0]),), factor=0.5)
    others = Closure((box(*lonlat([(0.2, -0.1)])[0], *lonlat([(0.4, 0.1)])[0]),), classes=frozenset({"track"}))
    network = build_network(roads, DRIVE, metric_crs=METRIC_CRS, closures=[flooded, snow, others])
    assert sorted(ms for _, _, ms in to_networkx(network).edges(data="ms")) == [60_000, 60_000, 120_000, 120_000]
    with pytest.raises(ValueError, match="at least 0"):
        Closure((), factor=-1)


def test_profile_that_can_use_nothing_is_refused():
    """Roads of classes the profile does not know are a data error, not an empty map."""
    roads = road_table([(0, 0), (1, 0)], _two_way(0, 1, highway="别的"))
    with pytest.raises(DataError, match="none of the 1 roads"):
        build_network(roads, DRIVE, metric_crs=METRIC_CRS)


def test_space_curve_keeps_neighbours_together():
    """Along the curve one walks far less than in the order of a random shuffle."""
    points = np.random.default_rng(1).random((4000, 2))
    order = hilbert_order(points[:, 0], points[:, 1])
    assert sorted(order.tolist()) == list(range(4000))

    def walked(p):
        return np.linalg.norm(np.diff(p, axis=0), axis=1).sum()

    assert walked(points[order]) < walked(points) / 20
    assert hilbert_order(np.ones(3), np.ones(3)).tolist() == [0, 1, 2]
