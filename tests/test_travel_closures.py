"""Closures of areas, lines and points concern the roads they should, and no others."""

from __future__ import annotations

import geopandas as gpd
import pytest
from shapely import LineString, MultiLineString, Point, Polygon

from facopt.errors import DataError, Place
from facopt.inputs.road_closures import read_closure
from facopt.inputs.roads import read_roads
from facopt.travel.closures import Closure, closed_edges
from facopt.travel.network import build_network
from facopt.travel.profiles import load_profile
from tests.travel_cases import METRIC_CRS, lonlat, road_table

NAMES = ("west", "east", "north", "far")
ROADS = road_table(
    [(0, 0), (1, 0), (2, 0), (1, 1), (0, 0.5), (2, 0.5)],
    [(0, 1, {"highway": "primary"}), (1, 2, {"highway": "primary"}), (1, 3, {"highway": "track"}),
     (4, 5, {"highway": "track"})],
)  # fmt: skip
"""A main road west to east with a track to the north at its middle, and a track above that crosses it on a bridge."""


def _shape(kind, points):
    return kind([tuple(p) for p in lonlat(points)])


def _closed(shape, **facts):
    return {NAMES[ROADS.way[edge]] for edge in closed_edges(ROADS, [Closure((shape,), **facts)])[0]}


def test_area_closes_every_road_it_touches():
    """A flooded area closes the roads within, whatever their class unless classes are named."""
    flood = _shape(Polygon, [(0.8, -0.1), (1.2, -0.1), (1.2, 0.6), (0.8, 0.6)])
    assert _closed(flood) == {"west", "east", "north", "far"}
    assert _closed(flood, classes=frozenset({"track"})) == {"north", "far"}
    assert _closed(_shape(Polygon, [(0.2, 0.1), (0.3, 0.1), (0.3, 0.2)]), within_metres=150) == {"west"}


def test_line_on_a_road_leaves_side_roads_open():
    """A line drawn from the road itself closes it and not the track that begins there."""
    assert _closed(_shape(LineString, [(0, 0), (1, 0), (2, 0)])) == {"west", "east"}
    assert _closed(_shape(LineString, [(0.4, 0), (0.6, 0)])) == {"west"}


def test_line_across_a_road_takes_the_bridge_out():
    """A short line drawn across closes the road it crosses."""
    assert _closed(_shape(LineString, [(0.5, -0.1), (0.5, 0.1)])) == {"west"}


def test_line_beside_a_road_closes_what_runs_along():
    """A line of another survey, 15 m beside the road, closes the road and neither the track that joins nor crosses."""
    beside = _shape(LineString, [(0.1, 0.015), (1.9, 0.015)])
    assert _closed(beside) == {"north"}
    assert _closed(beside, within_metres=30) == {"west", "east"}
    pieces = MultiLineString([lonlat([(k / 10, 0.015), (k / 10 + 0.03, 0.015)]).tolist() for k in range(5)])
    assert _closed(pieces, within_metres=30) == {"west"}


@pytest.mark.parametrize(("east", "found"), [(0.09, {"west"}), (0.11, set())])
def test_distance_is_metres_in_every_direction(east, found):
    """A washed-out place 100 m around closes what lies so near east or north of it, and nothing beyond."""
    assert _closed(Point(*lonlat([(-east, 0)])[0]), within_metres=100) == found
    assert _closed(Point(*lonlat([(0.3, -east)])[0]), within_metres=100) == found


def test_network_tells_what_a_closure_does():
    """Edges and kilometres are those that the profile could use."""
    line = _shape(LineString, [(0, 0), (2, 0)])
    network = build_network(
        ROADS, load_profile("drive"), metric_crs=METRIC_CRS, closures=[Closure((line,), 0.5, name="ice"), Closure(())]
    )
    assert [(one.name, one.factor, one.edges) for one in network.closed] == [("ice", 0.5, 2), ("", 0.0, 0)]
    assert network.closed[0].km == pytest.approx(2.0, rel=2e-3)


def test_files_of_closures_are_read_in_their_system(tmp_path):
    """Any system becomes WGS-84; one that is missing is asked for, an empty file refused, blank rows are told."""
    line = _shape(LineString, [(0, 0), (1, 0)])
    gpd.GeoDataFrame(geometry=[line, None], crs="EPSG:4326").to_crs(METRIC_CRS).to_file(tmp_path / "a.gpkg")
    (shape,), findings = read_closure(tmp_path / "a.gpkg", place=Place())
    assert shape.equals_exact(line, 1e-9)
    assert "1 rows" in findings[0].what
    gpd.GeoDataFrame(geometry=[line], crs="EPSG:4326").to_file(tmp_path / "b.shp")
    (tmp_path / "b.prj").unlink()
    with pytest.raises(DataError, match="State crs: wgs84"):
        read_closure(tmp_path / "b.shp", place=Place())
    assert read_closure(tmp_path / "b.shp", place=Place(), crs="wgs84")[0][0].equals_exact(line, 1e-9)
    (tmp_path / "c.txt").write_text("", encoding="utf-8")
    with pytest.raises(DataError, match="Use one of"):
        read_closure(tmp_path / "c.txt", place=Place())


def test_roads_over_a_shifted_map_come_back(tmp_path):
    """Lines drawn over a Chinese web map lie some 500 m off until their system is stated."""
    from facopt.inputs.coordinates import gcj02_from_wgs84

    true = lonlat([(0, 0), (1, 0)])
    shifted = list(zip(*gcj02_from_wgs84(true[:, 0], true[:, 1]), strict=True))
    drawn = gpd.GeoDataFrame({"highway": ["primary"]}, geometry=[LineString(shifted)], crs="EPSG:4326")
    drawn.to_file(tmp_path / "a.shp")
    (tmp_path / "a.prj").unlink()
    with pytest.raises(DataError, match="State crs"):
        read_roads(tmp_path / "a.shp")
    roads = read_roads(tmp_path / "a.shp", crs="gcj02")
    assert roads.lon.tolist() == pytest.approx(true[:, 0].tolist(), abs=1e-7)
    gpd.GeoDataFrame({"highway": ["primary"]}, geometry=[LineString(true)], crs=METRIC_CRS).to_file(tmp_path / "b.gpkg")
    with pytest.raises(DataError, match="the scenario states EPSG:4547"):
        read_roads(tmp_path / "b.gpkg", crs="EPSG:4547")
