"""Every road file format gives the same road table; broken files are said to be broken."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
from shapely import LineString, MultiLineString

from facopt.errors import DataError, Severity
from facopt.inputs.road_classes import osm_class, osm_surface
from facopt.inputs.roads import great_circle_metres, read_roads, roads_from_graph
from facopt.travel.network import build_network
from facopt.travel.profiles import load_profile
from tests.travel_cases import shared_file

if TYPE_CHECKING:
    from pathlib import Path

OSM = """<?xml version="1.0" encoding="UTF-8"?>
<osm version="0.6">
  <node id="1" lon="116.00" lat="30.00"/><node id="2" lon="116.01" lat="30.00"/><node id="3" lon="116.02" lat="30.00"/>
  <node id="4" lon="116.01" lat="30.01"/><node id="5" lon="116.01" lat="30.02"/>
  <way id="10"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="primary"/><tag k="name" v="长江路"/></way>
  <way id="11"><nd ref="2"/><nd ref="4"/><nd ref="5"/><tag k="highway" v="residential"/><tag k="oneway" v="-1"/></way>
  <way id="12"><nd ref="5"/><nd ref="99"/><nd ref="3"/><nd ref="1"/><tag k="highway" v="track"/></way>
  <way id="13"><nd ref="1"/><nd ref="5"/><tag k="route" v="ferry"/><tag k="duration" v="0:30"/></way>
  <way id="14"><nd ref="1"/><nd ref="4"/><tag k="building" v="yes"/></way>
  <way id="15"><nd ref="1"/><nd ref="4"/><tag k="route" v="bus"/></way>
</osm>
"""


def _edges(roads):
    """Return the edges as a sorted list of (start coordinates, end coordinates, class)."""
    at = [(round(x, 6), round(y, 6)) for x, y in zip(roads.node_lon, roads.node_lat, strict=True)]
    classes = roads.column("road_class")
    return sorted((at[a], at[b], c) for a, b, c in zip(roads.start, roads.end, classes, strict=True))


@pytest.fixture
def osm_file(tmp_path: Path) -> Path:
    path = tmp_path / "county.osm"
    path.write_text(OSM, encoding="utf-8")
    return path


def test_osm_ways_are_cut_where_they_meet(osm_file):
    """Ways are cut at shared nodes and ends only; ferries come along, buildings and bus lines do not."""
    roads = read_roads(osm_file)
    a, b, c, e = (116.0, 30.0), (116.01, 30.0), (116.02, 30.0), (116.01, 30.02)
    assert _edges(roads) == sorted(
        [(a, b, "primary"), (b, c, "primary"), (b, e, "residential"), (c, a, "track"), (a, e, "ferry")]
    )
    assert "长江路" in roads.names
    one = int(np.flatnonzero(roads.column("highway") == "residential")[0])
    assert roads.vertex_start[one + 1] - roads.vertex_start[one] == 3
    expected = great_circle_metres(*(np.array([v]) for v in (116.01, 30.0, 116.01, 30.02)))[0]
    assert roads.length_m[one] == pytest.approx(expected)
    assert {t.oneway for t in roads.tags} == {"", "-1"}


def test_missing_nodes_break_a_road_with_a_warning(osm_file):
    """A node that the extract lacks breaks the road there, and the reader says so."""
    roads = read_roads(osm_file)
    (finding,) = roads.findings
    assert finding.severity is Severity.WARNING
    assert finding.count == 1
    assert ((116.01, 30.02), (116.02, 30.0), "track") not in _edges(roads)


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("a.osm.pbf", b"not a pbf", "cannot be read"),
        ("a.osm", b"<osm><way", "cannot be read"),
        ("a.osm", b'<osm version="0.6"/>', "no way with a highway tag"),
        ("a.graphml", b"<graphml", "cannot be read"),
        ("a.gpkg", b"SQLite", "cannot be read"),
        ("a.parquet", b"PAR1", "cannot be read"),
        ("a.txt", b"", "not a road file"),
    ],
)
def test_unusable_files_are_named(tmp_path, name, content, word):
    """A damaged, empty or foreign file is a data error that names the file."""
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DataError, match=word) as caught:
        read_roads(path)
    assert str(path) in str(caught.value)


def test_missing_file_is_a_data_error(tmp_path):
    """A file that does not exist is said not to exist."""
    with pytest.raises(DataError, match="does not exist"):
        read_roads(tmp_path / "none.osm.pbf")


@pytest.mark.shared
def test_truncated_pbf_is_a_data_error(tmp_path):
    """A download cut short is refused instead of giving half the roads."""
    path = tmp_path / "half.osm.pbf"
    content = shared_file("vavuniya/vavuniya.osm.pbf").read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(DataError, match="cannot be read"):
        read_roads(path)


def _graph() -> nx.MultiDiGraph:
    graph = nx.MultiDiGraph(crs="EPSG:4326")
    for node, (x, y) in {1: (116.0, 30.0), 2: (116.01, 30.0), 3: (116.02, 30.0)}.items():
        graph.add_node(node, x=x, y=y)
    for u, v in ((1, 2), (2, 1)):
        graph.add_edge(u, v, length=1000.0, highway="primary", oneway=False, reversed=u == 2, name="长江路")
    curve = LineString([(116.01, 30.0), (116.015, 30.005), (116.02, 30.0)])
    graph.add_edge(2, 3, length=1500.0, highway=["secondary", "tertiary"], oneway=True, geometry=curve, maxspeed="50")
    graph.add_edge(2, 3, length=900.0, highway="tertiary", oneway=True)
    return graph


def test_graph_edges_in_both_directions_are_one_road():
    """Opposite edges of one length are one two-way road; a lone edge is a one-way road."""
    roads = roads_from_graph(_graph())
    assert sorted(zip(roads.column("highway"), roads.column("oneway"), roads.length_m, strict=True)) == [
        ("primary", "no", 1000.0), ("secondary", "yes", 1500.0), ("tertiary", "yes", 900.0),
    ]  # fmt: skip
    assert roads.column("maxspeed").tolist().count("50") == 1
    assert len(roads.lon) == 7


def test_graphml_as_osmnx_writes_it_gives_the_same_roads(tmp_path):
    """A graph saved by OSMnx and read back has the roads of the graph, curves and lists of classes included."""
    import osmnx

    graph = _graph()
    osmnx.save_graphml(graph, tmp_path / "g.graphml")
    here, there = roads_from_graph(graph), read_roads(tmp_path / "g.graphml")
    assert _edges(here) == _edges(there)
    assert sorted(here.length_m) == sorted(there.length_m)
    np.testing.assert_allclose(np.sort(here.lon), np.sort(there.lon))


@pytest.mark.parametrize("directed", [False, True])
def test_geopackage_as_osmnx_writes_it_gives_the_same_roads(tmp_path, directed):
    """OSMnx's GeoPackage with layers nodes and edges is read from its edges, parallel ones included."""
    import osmnx

    graph = _graph()
    for number, (_, _, data) in enumerate(graph.edges(data=True)):
        data.setdefault("reversed", False)
        data["osmid"] = number // 2
    osmnx.save_graph_geopackage(graph, tmp_path / "g.gpkg", directed=directed)
    roads = read_roads(tmp_path / "g.gpkg")
    assert sorted(zip(roads.column("highway"), roads.column("oneway"), roads.length_m.round(3), strict=True)) == [
        ("primary", "false", 1000.0), ("secondary", "true", 1500.0), ("tertiary", "true", 900.0),
    ]  # fmt: skip
    assert len(roads.node_id) == 3


def test_projected_graph_is_brought_to_degrees():
    """A graph in a projected system gives the same coordinates as in degrees."""
    import osmnx

    graph = _graph()
    graph.graph["simplified"] = True  # OSMnx 2.0 projects the geometry of edges only then
    projected = roads_from_graph(osmnx.project_graph(graph, to_crs="EPSG:32650"))
    plain = roads_from_graph(graph)
    np.testing.assert_allclose(np.sort(projected.lon), np.sort(plain.lon), atol=1e-9)
    np.testing.assert_allclose(np.sort(projected.node_lat), np.sort(plain.node_lat), atol=1e-9)


def test_graph_without_coordinates_is_refused():
    """A graph whose nodes have no place cannot be used."""
    with pytest.raises(DataError, match="no coordinates"):
        roads_from_graph(nx.MultiDiGraph([(1, 2)]))
    with pytest.raises(DataError, match="no edges"):
        roads_from_graph(nx.MultiDiGraph())


LAYER = gpd.GeoDataFrame(
    {"道路等级": ["国道", "县道", "420400"], "道路名称": ["G207", None, "乡一路"], "单行": [None, "是", "否"]},
    geometry=[
        LineString([(116.0, 30.0), (116.01, 30.0), (116.02, 30.0)]),
        LineString([(116.01, 30.0), (116.01, 30.01)]),
        MultiLineString([[(116.01, 30.01), (116.02, 30.01)], [(116.02, 30.0), (116.03, 30.0)]]),
    ],
    crs="EPSG:4490",
)
JOINED = sorted(
    [
        ((116.0, 30.0), (116.01, 30.0), "trunk"), ((116.01, 30.0), (116.02, 30.0), "trunk"),
        ((116.01, 30.0), (116.01, 30.01), "secondary"), ((116.01, 30.01), (116.02, 30.01), "tertiary"),
        ((116.02, 30.0), (116.03, 30.0), "tertiary"),
    ]
)  # fmt: skip


@pytest.mark.parametrize("name", ["roads.gpkg", "roads.parquet", "roads.geojson"])
def test_lines_join_where_ends_meet_and_chinese_classes_are_known(tmp_path, name):
    """Lines of any layer are cut where another one ends on a vertex; Chinese headings, classes and codes count."""
    path = tmp_path / name
    layer = LAYER if name != "roads.geojson" else LAYER.to_crs("EPSG:4326")
    layer.to_parquet(path) if name.endswith("parquet") else layer.to_file(path)
    roads = read_roads(path)
    assert _edges(roads) == JOINED
    assert len(roads.node_id) == 6
    assert set(zip(roads.column("highway"), roads.column("oneway"), strict=True)) == {
        ("trunk", ""), ("secondary", "yes"), ("tertiary", "no"),
    }  # fmt: skip
    assert "G207" in roads.names


def test_shapefile_in_a_projected_system(tmp_path):
    """A shapefile in a Gauss-Krueger zone is brought to degrees, and its numeric codes are classes."""
    layer = LAYER.rename(columns={"道路等级": "CODE"})[["CODE", "geometry"]].assign(CODE=[420100, 420300, 420400])
    layer.to_crs("EPSG:4547").to_file(tmp_path / "roads.shp")
    assert _edges(read_roads(tmp_path / "roads.shp")) == JOINED


def test_motorways_without_a_oneway_column_are_open_both_ways(tmp_path):
    """A centre line drawn once for both carriageways is not taken for a one-way road."""
    LAYER.assign(highway="motorway").drop(columns=["道路等级", "单行"]).to_file(tmp_path / "roads.gpkg")
    assert set(read_roads(tmp_path / "roads.gpkg").column("oneway")) == {"no"}


def test_length_column_counts_only_if_it_is_metres(tmp_path):
    """A length in metres replaces the drawn one, shared out over the cut parts; one in kilometres is ignored aloud."""
    drawn = read_lengths(tmp_path, LAYER)
    metres = LAYER.to_crs("EPSG:32650").length * 1.1
    surveyed = read_lengths(tmp_path, LAYER.assign(length=metres))
    assert surveyed.length_m.sum() == pytest.approx(metres.sum(), rel=1e-9)
    assert surveyed.findings == ()
    wrong = read_lengths(tmp_path, LAYER.assign(length=metres / 1000))
    np.testing.assert_allclose(wrong.length_m, drawn.length_m)
    assert wrong.findings[0].severity is Severity.WARNING


def read_lengths(folder, layer):
    path = folder / "roads.gpkg"
    path.unlink(missing_ok=True)
    layer.to_file(path)
    return read_roads(path)


def test_layers_without_system_or_class_are_refused(tmp_path):
    """A layer without coordinate system, or without a class column, is refused with the way to mend it."""
    LAYER.drop(columns="道路等级").to_file(tmp_path / "a.gpkg")
    with pytest.raises(DataError, match="no column with the class"):
        read_roads(tmp_path / "a.gpkg")
    LAYER.set_crs(None, allow_override=True).to_parquet(tmp_path / "b.parquet")
    with pytest.raises(DataError, match="no coordinate system"):
        read_roads(tmp_path / "b.parquet")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("国道", "trunk"), ("420100", "trunk"), ("420201", "primary"), ("420300.0", "secondary"), ("乡道", "tertiary"),
        ("村道", "unclassified"), ("430000", "residential"), ("440000", "unclassified"), ("城市主干道", "primary"),
        ("三级县道", "secondary"), ("Primary", "primary"), ("高速公路", "motorway"), ("别的", "别的"),
        ("999999", "999999"),
    ],
)  # fmt: skip
def test_road_classes(value, expected):
    """Chinese names, survey codes and OpenStreetMap's own words give OpenStreetMap's class."""
    assert osm_class(value) == expected


def test_surfaces():
    """Chinese surfaces give OpenStreetMap's."""
    assert [osm_surface(s) for s in ("沥青混凝土", "水泥路面", "砂石", "Gravel")] == [
        "asphalt", "concrete", "gravel", "gravel",
    ]  # fmt: skip


@pytest.mark.shared
def test_wuhan_lines_keep_their_nodes():
    """The line layer with columns u and v has the nodes and the length that its makers state."""
    roads = read_roads(shared_file("wuhan/roads_wgs84.parquet"))
    assert len(roads) == 92_667
    assert roads.length_m.sum() / 1000 == pytest.approx(7_185, abs=1)


@pytest.mark.shared
def test_vavuniya_has_the_length_its_makers_state():
    """The OpenStreetMap extract gives the kilometres and ways that its makers counted."""
    roads = read_roads(shared_file("vavuniya/vavuniya.osm.pbf"))
    network = build_network(roads, load_profile("drive"), metric_crs="EPSG:32644")
    assert sum(network.length_km_by_class().values()) == pytest.approx(1_171, abs=1.5)
    assert len(network.component_km) == 48
    assert roads.way.max() + 1 == 2_501
