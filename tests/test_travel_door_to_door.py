"""Door-to-door times equal an independent reading of the same network, to the millisecond."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from facopt.errors import DataError
from facopt.inputs.roads import read_roads
from facopt.travel.door_to_door import cutoff_ms, road_travel_times
from facopt.travel.facts import access_findings
from facopt.travel.network import build_network
from facopt.travel.profiles import load_profile
from facopt.travel.snapping import RoadIndex
from tests.travel_cases import METRIC_CRS, door_to_door_ms, lonlat, road_table, shared_file

WALK_KMH = 5.0
PLAIN = {"speeds_kmh": {"primary": 60}, "off_road_kmh": WALK_KMH}


def _network(nodes, edges, **overrides):
    """Return a network at 60 km/h, so that a kilometre is a minute; an edge is (u, v, kilometres)."""
    graph_edges = [(u, v, {"highway": "primary", "length": km * 1000.0}) for u, v, km in edges]
    profile = load_profile("drive", {**PLAIN, **overrides})
    return build_network(road_table(nodes, graph_edges), profile, metric_crs=METRIC_CRS)


def _times(network, demand, sites, cutoff=np.inf, **more):
    return road_travel_times(
        network, mode="drive", demand_lonlat=lonlat(demand), site_lonlat=lonlat(sites), cutoff_minutes=cutoff, **more
    )


def _table(times):
    """Return arcs as {(demand point, site): milliseconds}."""
    rows = zip(times.demand.tolist(), times.site.tolist(), times.minutes.tolist(), strict=True)
    return {(i, j): round(minutes * 60_000) for i, j, minutes in rows}


def _both(*edges):
    return [way for u, v, km in edges for way in ((u, v, km), (v, u, km))]


SQUARE = [(0, 0), (2, 0), (2, 2), (0, 2)]
RING = [(0, 1, 2), (1, 2, 2), (2, 3, 2), (3, 0, 2)]
"""A one-way ring, counter-clockwise."""


def test_home_to_road_to_site():
    """A journey is the walk to the road, the road, the walk to the door and the terminal time."""
    network = _network([(0, 0), (10, 0)], _both((0, 1, 10)), terminal_minutes=2)
    times = _times(network, [(2, 0.1)], [(7, -0.5)])
    assert times.minutes[0] == pytest.approx(1.2 + 5 + 6 + 2, abs=1e-3)
    assert times.access.snap_metres[0] == pytest.approx(100, abs=0.1)


def test_people_travel_towards_the_site():
    """On a one-way road people reach a site ahead of them, not one behind them."""
    network = _network([(0, 0), (4, 0), (6, 0)], [*_both((0, 1, 4)), (1, 2, 2)])
    assert _table(_times(network, [(1, 0)], [(6, 0)])).keys() == {(0, 0)}
    assert _table(_times(network, [(6, 0)], [(1, 0)])) == {}
    trapped = _times(network, [(6, 0)], [(1, 0)])
    assert trapped.access.nearest_minutes[0] == np.inf
    assert trapped.access.connected[0]
    (finding,) = access_findings("drive", trapped.facts)
    assert "because of one-way roads" in str(finding)


def test_one_way_ring_goes_around():
    """Behind on a one-way edge means around the block; ahead means along it; both on one edge."""
    network = _network(SQUARE, RING)
    times = _table(_times(network, [(0.5, 0), (1.5, 0)], [(1.5, 0), (0.5, 0)]))
    assert times[0, 0] == pytest.approx(60_000, abs=30)
    assert times[1, 1] == pytest.approx(7 * 60_000, abs=30)
    assert times[0, 1] == times[1, 0] == 0


def test_both_ends_on_one_two_way_edge():
    """Two points on one two-way edge are joined along it, without a way over its ends."""
    network = _network([(0, 0), (10, 0)], _both((0, 1, 10)))
    times = _table(_times(network, [(2, 0), (8, 0)], [(3, 0)]))
    assert times == {(0, 0): pytest.approx(60_000, abs=30), (1, 0): pytest.approx(300_000, abs=30)}


def test_going_around_may_be_shorter_than_staying_on_the_edge():
    """On a slow winding edge whose ends a fast road joins, the way over the ends counts."""
    nodes = [(0, 0), (4, 0)]
    edges = [(u, v, {"highway": "track", "length": 12_000.0}) for u, v in ((0, 1), (1, 0))]
    edges += [(u, v, {"highway": "primary", "length": 4_000.0}) for u, v in ((0, 1), (1, 0))]
    profile = load_profile("drive", {**PLAIN, "class_factors": {"track": 0.5}})
    network = build_network(road_table(nodes, edges), profile, metric_crs=METRIC_CRS)
    index = RoadIndex(network)
    demand, site = index.snap(lonlat([(0, 0), (0.1, 0)])), index.snap(lonlat([(3.9, 0), (4, 0)]))
    times = road_travel_times(
        network, mode="drive", demand_lonlat=lonlat([(0, 0), (0.1, 0)]), site_lonlat=lonlat([(3.9, 0), (4, 0)]),
        cutoff_minutes=np.inf,
    )  # fmt: skip
    assert _table(times) == door_to_door_ms(network, demand, site)
    assert times.minutes.max() < 30


def test_point_on_a_junction_is_there_whatever_the_edge_it_snaps_to():
    """A home at the far end of a one-way edge leaves by the other roads of that junction."""
    network = _network(SQUARE, [*RING, (1, 0, 2)])
    times = _table(_times(network, [(2, 0)], [(0, 0), (2, 2)]))
    assert times == {(0, 0): 120_000, (0, 1): 120_000}


def test_zero_minutes_is_a_time():
    """A site where people live is listed at 0 minutes."""
    network = _network([(0, 0), (10, 0)], _both((0, 1, 10)))
    times = _times(network, [(0, 0), (3, 0)], [(3, 0), (0, 0)], cutoff=0.0)
    assert _table(times) == {(0, 1): 0, (1, 0): 0}


def test_cut_off_is_included_to_the_millisecond():
    """A pair at exactly the cut-off is listed, and not with a cut-off one millisecond below."""
    network = _network([(0, 0), (15, 0)], _both((0, 1, 15)))
    assert _table(_times(network, [(0, 0)], [(15, 0)], cutoff=15)) == {(0, 0): 900_000}
    assert _times(network, [(0, 0)], [(15, 0)], cutoff=15).within(15).minutes.tolist() == [15.0]
    assert _table(_times(network, [(0, 0)], [(15, 0)], cutoff=15 - 1 / 60_000)) == {}
    assert cutoff_ms(0.1) == 6_000
    with pytest.raises(ValueError, match="at least 0"):
        cutoff_ms(-1)


def test_island_paths_are_left_for_the_main_network():
    """A home beside an unconnected path joins the main network when that is within reach, and it is counted."""
    nodes = [(0, 0), (10, 0), (5, 1), (6, 1), (5, 8), (6, 8)]
    network = _network(nodes, _both((0, 1, 10), (2, 3, 1), (4, 5, 1)))
    times = _times(network, [(5.5, 0.9), (5.5, 7.9)], [(0, 0)])
    assert times.access.snap_metres == pytest.approx([900, 100], abs=1)
    assert times.access.connected.tolist() == [True, False]
    assert times.facts["demand"]["moved_from_islands"] == 1
    told = " ".join(str(finding) for finding in access_findings("walk", times.facts))
    assert "1 demand points hang on a part of the network without a usable site" in told
    assert sum(times.facts["demand"]["by_component"].values()) == 2
    assert times.facts["demand"]["by_component"]["0"] == 1


def test_points_beyond_the_snapping_limit_are_cut_off():
    """Farther from every road than the limit, a home is cut off; its distance is still told."""
    network = _network([(0, 0), (10, 0)], _both((0, 1, 10)), maximum_snap_metres=800)
    times = _times(network, [(5, 0.7), (5, 0.9)], [(0, 0), (5, 0.9)])
    assert _table(times).keys() == {(0, 0)}
    assert times.access.connected.tolist() == [True, False]
    assert times.access.snap_metres == pytest.approx([700, 900], abs=1)
    assert times.access.nearest_minutes[1] == np.inf
    assert (times.facts["demand"]["cut_off"], times.facts["sites"]["cut_off"]) == (1, 1)
    assert times.access.component.tolist() == [0, -1]
    told = [str(finding) for finding in access_findings("drive", times.facts)]
    assert len(told) == 2
    assert told[0].startswith("mode drive: 1 demand points lie beyond the snapping limit")


def test_no_home_is_joined_to_a_motorway():
    """Motorways are passed along but not got on between junctions."""
    edges = [(u, v, {"highway": "motorway", "length": 10_000.0}) for u, v in ((0, 1), (1, 0))]
    edges += [(u, v, {"highway": "primary", "length": 1_000.0}) for u, v in ((1, 2), (2, 1), (0, 3), (3, 0))]
    roads = road_table([(0, 0), (10, 0), (10, 1), (0, 1)], edges)
    network = build_network(roads, load_profile("drive"), metric_crs=METRIC_CRS)
    times = _times(network, [(1, 0.1)], [(10, 1)])
    assert times.access.snap_metres[0] == pytest.approx(1000, abs=1)
    assert times.minutes[0] == pytest.approx(12 + 0.1 + 6 + 1, abs=0.01)


def test_nearest_counts_usable_sites_beyond_the_cut_off():
    """The nearest site is known without a cut-off, among the usable ones, the first of equals."""
    network = _network([(0, 0), (20, 0)], _both((0, 1, 20)))
    sites = [(1, 0), (9, 0), (11, 0), (10, 0)]
    usable = np.array([True, True, True, False])
    times = _times(network, [(10, 0), (20, 0)], sites, cutoff=2, usable_sites=usable)
    assert times.access.nearest_minutes == pytest.approx([1, 9], abs=1e-3)
    assert times.access.nearest_site.tolist() in ([1, 2], [2, 2])
    none = _times(network, [(10, 0)], sites, cutoff=2, usable_sites=np.zeros(4, dtype=bool))
    assert none.access.nearest_minutes[0] == np.inf
    assert not none.access.connected[0]
    assert len(none) == 4 - 1


def test_no_sites_and_no_demand_points():
    """Empty tables give empty times."""
    network = _network([(0, 0), (10, 0)], _both((0, 1, 10)))
    assert len(_times(network, [(1, 0)], [])) == 0
    assert len(_times(network, [], [(1, 0)])) == 0


def test_points_without_coordinates_are_refused():
    """A point without coordinates is a data error rather than a point at sea."""
    network = _network([(0, 0), (10, 0)], _both((0, 1, 10)))
    with pytest.raises(DataError, match="1 points have no coordinates"):
        _times(network, [(1, 0), (np.nan, 0)], [(0, 0)])
    with pytest.raises(ValueError, match="shape"):
        road_travel_times(network, mode="m", demand_lonlat=[1.0], site_lonlat=lonlat([(0, 0)]), cutoff_minutes=1)


def test_very_long_journeys_do_not_overflow():
    """Roads that take weeks neither wrap around nor crash: they are out of reach; days are exact."""
    edges = _both((0, 1, 17_000), (1, 2, 12_000), (2, 3, 12_000), (0, 2, 9e9))
    network = _network([(0, 0), (1, 0), (2, 0), (3, 0)], edges)
    times = _table(_times(network, [(0, 0), (2, 0), (3, 0)], [(0, 0), (1, 0)]))
    assert times == {(0, 0): 0, (0, 1): 17_000 * 60_000, (1, 1): 12_000 * 60_000}


def test_result_does_not_depend_on_threads_and_progress_is_told():
    """One thread or four, the arcs are the same bytes; progress ascends to 1."""
    rng = np.random.default_rng(3)
    nodes = rng.random((80, 2)) * 20
    edges = _both(*((k, int(rng.integers(0, k)), float(rng.integers(1, 9))) for k in range(1, 80)))
    network = _network(nodes, edges)
    demand, sites = rng.random((300, 2)) * 20, rng.random((150, 2)) * 20
    told: list[float] = []
    one = _times(network, demand, sites, cutoff=20, threads=1, progress=told.append)
    four = _times(network, demand, sites, cutoff=20, threads=4)
    for name in ("demand", "site", "minutes"):
        assert getattr(one, name).tobytes() == getattr(four, name).tobytes()
    assert told == sorted(told)
    assert told[-1] == 1
    assert len(one) > 1000


cases = st.fixed_dictionaries(
    {
        "nodes": st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=2, max_size=8),
        "edges": st.lists(
            st.tuples(st.integers(0, 7), st.integers(0, 7), st.sampled_from([0, 0.001, 1, 2.5, 7]), st.booleans()),
            min_size=1, max_size=16,
        ),
        "points": st.lists(st.tuples(st.floats(-1, 7), st.floats(-1, 7)), min_size=2, max_size=9),
        "cutoff": st.sampled_from([0.0, 3.0, 12.5, np.inf]),
        "terminal": st.sampled_from([0.0, 1.5]),
    }
)  # fmt: skip


@given(cases)
@settings(max_examples=100, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
def test_any_multigraph_gives_the_times_of_networkx(case):
    """Parallel edges, loops, zero lengths, one-ways, components: all pairs and the nearest equal the oracle."""
    size = len(case["nodes"])
    edges = []
    for u, v, km, both in case["edges"]:
        edges += _both((u % size, v % size, km)) if both else [(u % size, v % size, km)]
    assume(any(u != v for u, v, _ in edges))
    network = _network(case["nodes"], edges, terminal_minutes=case["terminal"])
    points = case["points"] + [(float(x), float(y)) for x, y in case["nodes"][:2]]
    demand, sites = points[::2], points[1::2]
    index = RoadIndex(network)
    snaps = index.snap(lonlat(demand), leaving=True), index.snap(lonlat(sites), leaving=False)
    times = _times(network, demand, sites, cutoff=case["cutoff"])
    assert _table(times) == door_to_door_ms(network, *snaps, cutoff_ms=case["cutoff"] * 60_000)
    nearest = np.full(len(demand), np.inf)
    for (i, _), ms in door_to_door_ms(network, *snaps).items():
        nearest[i] = min(nearest[i], ms)
    np.testing.assert_allclose(times.access.nearest_minutes * 60_000, nearest, rtol=0, atol=1e-6)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "crs", "mode", "cutoff"),
    [
        ("vavuniya/vavuniya.osm.pbf", "EPSG:32644", "drive", 15),
        ("coxsbazar/coxsbazar.osm.pbf", "EPSG:32646", "walk", np.inf),
        ("porto_alegre/poa_osm.pbf", "EPSG:32722", "drive", 4),
        ("porto_alegre/poa_osm.pbf", "EPSG:32722", "cycle", 5),
        ("wuhan/roads_wgs84.parquet", "EPSG:32650", "drive", 4),
    ],
)
def test_real_networks_give_the_times_of_networkx(name, crs, mode, cutoff):
    """On real towns and counties every pair of 40 sites and 400 homes equals the oracle to the millisecond."""
    roads = read_roads(shared_file(name))
    network = build_network(roads, load_profile(mode, {"terminal_minutes": 1}), metric_crs=crs)
    rng = np.random.default_rng(7)
    near = rng.integers(0, len(roads.lon), 440)
    points = np.stack([roads.lon[near], roads.lat[near]], axis=1)
    points[::2] += rng.normal(0, 0.002, points[::2].shape)
    points[40:240] = points[rng.integers(0, 40, 200)] + rng.normal(0, 0.01, (200, 2))
    demand, sites = points[40:], points[:40]
    times = road_travel_times(network, mode=mode, demand_lonlat=demand, site_lonlat=sites, cutoff_minutes=cutoff)
    index = RoadIndex(network)
    homes, doors = index.snap(demand, leaving=True), index.snap(sites, leaving=False)
    expected = door_to_door_ms(network, homes, doors, cutoff_ms=cutoff * 60_000)
    assert _table(times) == expected
    assert len(expected) > 100
