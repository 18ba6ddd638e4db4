"""Whole milliseconds equal those of NetworkX: more sites than are searched together, and all sites of real networks."""

from __future__ import annotations

import os

import numpy as np
import pytest

from facopt.inputs.roads import read_roads
from facopt.travel.door_to_door import road_travel_times
from facopt.travel.kernels import LANES
from facopt.travel.network import build_network
from facopt.travel.profiles import load_profile
from facopt.travel.snapping import RoadIndex
from tests.travel_cases import METRIC_CRS, door_to_door_ms, lonlat, road_table, shared_file

CHUNK = 2_000
"""Sites that NetworkX takes together: its graph is made anew for each chunk."""


def _same(network, demand, sites, cutoff_minutes):
    """Compare all pairs chunk by chunk of sites; return how many there are."""
    times = road_travel_times(network, mode="m", demand_lonlat=demand, site_lonlat=sites, cutoff_minutes=cutoff_minutes)
    index = RoadIndex(network)
    homes = index.snap(demand, leaving=True)
    pairs = 0
    for first in range(0, len(sites), CHUNK):
        here = (times.site >= first) & (times.site < first + CHUNK)
        rows = zip(times.demand[here], times.site[here] - first, times.minutes[here] * 60_000, strict=True)
        found = {(int(i), int(j)): round(ms) for i, j, ms in rows}
        snapped = index.snap(sites[first : first + CHUNK], leaving=False)
        assert found == door_to_door_ms(network, homes, snapped, cutoff_ms=cutoff_minutes * 60_000)
        pairs += len(found)
    return pairs


@pytest.mark.parametrize("cutoff", [3.0, 25.0, np.inf])
@pytest.mark.parametrize("count", [LANES - 1, LANES, 3 * LANES + 5])
def test_groups_of_sites_give_the_times_of_single_ones(count, cutoff):
    """Sites near and far, several on one link, some cut off: any number of them, groups full or not."""
    rng = np.random.default_rng(count)
    nodes = rng.random((120, 2)) * 12
    edges = []
    for k in range(1, 120):
        near = int(np.linalg.norm(nodes[:k] - nodes[k], axis=1).argmin())
        for other in (near, int(rng.integers(0, k))):
            facts = {"highway": "primary", "length": float(rng.choice([0.0, 300.0, 1700.0, 2500.5]))}
            edges.append((k, other, facts))
            edges += [(other, k, facts)] if rng.random() < 0.8 else []
    network = build_network(road_table(nodes, edges), load_profile("drive"), metric_crs=METRIC_CRS)
    sites = rng.random((count, 2)) * 12
    sites[: count // 3] = nodes[3] + rng.normal(0, 0.2, (count // 3, 2))
    sites[-1] = (500, 500)
    demand = np.concatenate([rng.random((60, 2)) * 12, sites[:10] + 0.001])
    assert _same(network, lonlat(demand), lonlat(sites), cutoff) > 50


def _homes_and_sites(network, step):
    """Return a home near every hundredth vertex, and a site at every `step`-th junction and in the fields beside it."""
    roads, rng = network.roads, np.random.default_rng(1)
    at = network.junction_node[::step]
    on_road = np.stack([roads.node_lon[at], roads.node_lat[at]], axis=1)
    homes = np.stack([roads.lon[::100], roads.lat[::100]], axis=1)
    return homes + rng.normal(0, 0.001, homes.shape), np.concatenate(
        [on_road, on_road + rng.normal(0, 0.002, on_road.shape)]
    )


REAL = {
    "vavuniya": ("vavuniya/vavuniya.osm.pbf", "EPSG:32644", np.inf),
    "coxsbazar": ("coxsbazar/coxsbazar.osm.pbf", "EPSG:32646", np.inf),
    "porto_alegre": ("porto_alegre/poa_osm.pbf", "EPSG:32722", 5.0),
    "wuhan": ("wuhan/roads_wgs84.parquet", "EPSG:32650", 4.0),
}


@pytest.mark.shared
@pytest.mark.skipif(not os.environ.get("FACOPT_SLOW"), reason="takes a quarter of an hour; FACOPT_SLOW=1 runs it")
@pytest.mark.parametrize("name", REAL)
def test_all_sites_of_real_networks(name, record_property):
    """A site at every junction, and as many in the fields beside them: every pair to the millisecond."""
    file, crs, cutoff = REAL[name]
    network = build_network(read_roads(shared_file(file)), load_profile("drive"), metric_crs=crs)
    homes, sites = _homes_and_sites(network, step=1)
    pairs = _same(network, homes, sites, cutoff)
    record_property("sites", len(sites))
    record_property("pairs", pairs)
    assert pairs > 20 * len(sites)


@pytest.mark.shared
@pytest.mark.parametrize("name", ["vavuniya", "coxsbazar"])
def test_a_sample_of_the_sites_of_real_networks(name):
    """The same for every hundredth junction, at once."""
    file, crs, cutoff = REAL[name]
    network = build_network(read_roads(shared_file(file)), load_profile("drive"), metric_crs=crs)
    homes, sites = _homes_and_sites(network, step=100)
    assert _same(network, homes, sites, cutoff) > 50 * len(sites)
