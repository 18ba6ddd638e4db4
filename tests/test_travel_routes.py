"""Routes run from door to door along roads, and take as long as the travel times say."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from pyproj import Transformer
from shapely import LineString, STRtree

from facopt.inputs.roads import read_roads
from facopt.travel.door_to_door import road_travel_times, routes
from facopt.travel.network import build_network
from facopt.travel.profiles import load_profile
from tests.travel_cases import METRIC_CRS, lonlat, road_table, shared_file

DRIVE = load_profile("drive", {"speeds_kmh": {"primary": 60}})


def _network(nodes, edges):
    facts = [(u, v, {"highway": "primary", "length": km * 1000.0}) for u, v, km in edges]
    return build_network(road_table(nodes, facts), DRIVE, metric_crs=METRIC_CRS)


SQUARE = _network([(0, 0), (2, 0), (2, 2), (0, 2)], [(0, 1, 2), (1, 2, 2), (2, 3, 2), (3, 0, 2)])
"""A one-way ring, counter-clockwise."""


def _km(points):
    """Return a route in kilometres of the test's plane."""
    x, y = Transformer.from_crs("EPSG:4326", METRIC_CRS, always_xy=True).transform(points[:, 0], points[:, 1])
    return np.round(np.stack([x - 500_000, y - 3_320_000], axis=1) / 1000, 3).tolist()


def _route(network, home, site):
    return routes(network, [lonlat([home, site])])[0]


def test_route_stays_on_one_edge_where_it_can():
    """Ahead on a one-way edge, the route leads straight along it."""
    assert _km(_route(SQUARE, (0.5, 0.1), (1.5, -0.1))) == [[0.5, 0.1], [0.5, 0], [1.5, 0], [1.5, -0.1]]


def test_route_goes_around_where_it_must():
    """Behind on a one-way edge, the route leads around the block in the direction of travel."""
    assert _km(_route(SQUARE, (1.5, 0), (0.5, 0))) == [[1.5, 0], [2, 0], [2, 2], [0, 2], [0, 0], [0.5, 0]]


def test_route_that_does_not_exist_is_empty():
    """Where there is no way, or an end is cut off, there are no coordinates."""
    network = _network([(0, 0), (4, 0), (0, 9), (4, 9)], [(0, 1, 4), (2, 3, 4), (3, 2, 4)])
    assert _route(network, (3, 0), (1, 0)).shape == (0, 2)
    assert _route(network, (3, 0), (1, 9)).shape == (0, 2)
    assert _route(network, (3, 0), (100, 100)).shape == (0, 2)
    assert routes(network, []) == []


@pytest.mark.shared
def test_routes_in_a_real_district_lie_on_roads_and_take_the_stated_time():
    """Each route begins and ends at the doors, runs on roads, and is no shorter than its time allows."""
    roads = read_roads(shared_file("vavuniya/vavuniya.osm.pbf"))
    network = build_network(roads, load_profile("walk"), metric_crs="EPSG:32644")
    rng = np.random.default_rng(2)
    near = rng.integers(0, len(roads.lon), 20)
    points = np.stack([roads.lon[near], roads.lat[near]], axis=1) + rng.normal(0, 0.001, (20, 2))
    pairs = np.stack([points[:10], points[10:]], axis=1)
    found = routes(network, pairs)
    times = road_travel_times(
        network, mode="walk", demand_lonlat=points[:10], site_lonlat=points[10:], cutoff_minutes=np.inf
    )
    minutes = {(i, j): m for i, j, m in zip(times.demand, times.site, times.minutes, strict=True)}
    transformer = Transformer.from_crs("EPSG:4326", "EPSG:32644", always_xy=True)

    def metric(degrees):
        return LineString(np.stack(transformer.transform(degrees[:, 0], degrees[:, 1]), axis=1))

    edges = np.split(np.stack([roads.lon, roads.lat], axis=1), roads.vertex_start[1:-1])
    ground = STRtree([metric(edge) for edge in edges])
    for k, way in enumerate(found):
        np.testing.assert_array_equal(way[[0, -1]], pairs[k])
        line = metric(way)
        assert line.length / 1000 / 5 * 60 == pytest.approx(minutes[k, k], rel=6e-3)
        inner = metric(way[1:-1])
        along = shapely.points(shapely.get_coordinates(inner.segmentize(20.0)))
        assert ground.query_nearest(along, return_distance=True, all_matches=False)[1].max() < 0.5
