"""The edge of the county is no cliff: roads and sites beyond the boundary count."""

from __future__ import annotations

import geopandas as gpd
import pytest
from shapely import LineString, Polygon

from facopt.pipeline import prepare
from facopt.progress import QuietProgress
from facopt.scenario.load import load_scenario
from tests.travel_cases import lonlat

SCENARIO = """\
name: edge
study_area: {boundary: county.geojson}
demand: {kind: table, file: demand.csv, crs: wgs84, area_class: rural}
facilities: {kind: table, file: sites.csv, crs: wgs84}
travel:
  drive: {kind: roads, file: roads.gpkg, speeds_kmh: {primary: 60}}
tiers:
  clinic: {mode: drive, standard_minutes: 12}
objective: [coverage]
"""


def _point(name, x, y, more):
    lon, lat = lonlat([(x, y)])[0].tolist()
    return f"{name},{more},{lon!r},{lat!r}\n"


def test_people_at_the_edge_use_roads_and_sites_beyond_it(tmp_path):
    """The only road from the village leads out of the county and back in, and the neighbour's clinic is the nearest."""
    boundary = Polygon(lonlat([(-1, -1), (5, -1), (5, 9), (-1, 9)]).tolist())
    gpd.GeoDataFrame(geometry=[boundary], crs="EPSG:4326").to_file(tmp_path / "county.geojson")
    road = LineString(lonlat([(4, 0), (7, 0), (7, 8), (4, 8)]))
    gpd.GeoDataFrame({"highway": ["primary"]}, geometry=[road], crs="EPSG:4326").to_file(tmp_path / "roads.gpkg")
    (tmp_path / "demand.csv").write_text("id,people,lon,lat\n" + _point("v", 4, 0, 10), encoding="utf-8")
    sites = _point("inside", 4, 8, "clinic") + _point("beyond", 7, 2, "clinic")
    (tmp_path / "sites.csv").write_text("id,tier,lon,lat\n" + sites, encoding="utf-8")
    (tmp_path / "edge.yaml").write_text(SCENARIO, encoding="utf-8")
    prepared = prepare(load_scenario(tmp_path / "edge.yaml"), QuietProgress())
    times = prepared.travelled.times["drive"]
    by_site = dict(zip(prepared.area.sites.id[times.site].tolist(), times.minutes.tolist(), strict=True))
    assert by_site == pytest.approx({"inside": 14, "beyond": 5}, abs=0.05)
    assert not prepared.problem.unreachable.any()
    assert any("beyond" in finding.examples for finding in prepared.findings)
