"""The GeoPackage: layers, attributes and styles that other systems open, and the same bytes for the same report."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import geopandas
import pandas as pd
import pyogrio
import pytest
import shapely

from facopt.inputs.study_area import Ground
from facopt.outputs.geopackage import write_geopackage
from tests.county_case import ZONES, county_report
from tests.report_fixture import hostile_report, infeasible_report, report_without_coordinates, small_report

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The made-up county's GeoPackage."""
    path = tmp_path_factory.mktemp("gpkg") / "plan.gpkg"
    write_geopackage(county_report(), path)
    return path


def _layers(path: Path) -> dict[str, str | None]:
    return dict(pyogrio.list_layers(path).tolist())


def test_layers_have_the_geometry_they_promise(county: Path) -> None:
    """Each layer is there under its name, in WGS-84."""
    layers = _layers(county)
    layers.pop("layer_styles")
    assert layers == {
        "boundary": "MultiPolygon", "water": "MultiPolygon", "zones": "MultiPolygon", "roads": "MultiLineString",
        "service_lines": "LineString", "demand_points": "Point", "context": "Point", "sites": "Point",
    }  # fmt: skip
    assert all(pyogrio.read_info(county, layer=name)["crs"] == "EPSG:4326" for name in layers)


def test_attributes_are_the_reports(county: Path) -> None:
    """Points, sites and zones carry the report's figures, ids as text."""
    report = county_report()
    points = geopandas.read_file(county, layer="demand_points")
    assert points["id"].tolist() == report.points["id"].tolist()
    assert points["people"].sum() == report.everybody.people
    assert points.geometry.x.tolist() == report.points["lon"].tolist()
    zones = geopandas.read_file(county, layer="zones")
    assert zones["people"].sum() == report.everybody.people
    assert zones.set_index("id")["covered"].to_dict() == {share.key: share.covered for share in report.by_zone}
    sites = geopandas.read_file(county, layer="sites")
    assert sites["action"].tolist() == report.sites["action"].tolist()


def test_service_lines_lead_from_home_to_site(county: Path) -> None:
    """A line per demand point and serving tier begins at the point and ends at the site that serves it."""
    report = county_report()
    lines = geopandas.read_file(county, layer="service_lines")
    assert len(lines) == len(report.assignment)
    homes = report.points.set_index("id")
    sites = report.sites.set_index("id")
    for row in lines.itertuples():
        start, end = row.geometry.coords
        assert start == (homes.lon[row.demand_id], homes.lat[row.demand_id])
        assert end == (sites.lon[row.site_id], sites.lat[row.site_id])


@pytest.mark.parametrize("maker", [county_report, report_without_coordinates, hostile_report, infeasible_report])
def test_two_writings_are_the_same_bytes(tmp_path: Path, maker) -> None:  # type: ignore[no-untyped-def]
    """No clock reading is left inside, and a file that stands is replaced."""
    first, second = tmp_path / "a.gpkg", tmp_path / "b.gpkg"
    write_geopackage(maker(), first)
    second.write_bytes(b"no database")
    write_geopackage(maker(), second)
    assert first.read_bytes() == second.read_bytes()
    with closing(sqlite3.connect(first)) as database:
        changed = {row[0] for row in database.execute("SELECT last_change FROM gpkg_contents")}
        assert changed == {f"{maker().generated}T00:00:00.000Z"}
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_without_coordinates_there_are_tables(tmp_path: Path) -> None:
    """A report without coordinates gives plain attribute tables and invents no places."""
    write_geopackage(report_without_coordinates(), tmp_path / "a.gpkg")
    layers = _layers(tmp_path / "a.gpkg")
    assert set(layers) >= {"demand_points", "sites", "zones", "service_lines"}
    assert set(layers.values()) == {None}


def test_points_without_a_place_are_kept(tmp_path: Path) -> None:
    """A row without coordinates among others is there with no geometry."""
    report = small_report()
    points = report.points.copy()
    points.loc[0, ["lon", "lat"]] = float("nan")
    write_geopackage(replace(report, points=points), tmp_path / "a.gpkg")
    read = geopandas.read_file(tmp_path / "a.gpkg", layer="demand_points")
    assert len(read) == len(points)
    assert [n for n, geometry in enumerate(read.geometry) if geometry is None] == [0]


def test_rivers_and_lakes_become_lines_and_areas(tmp_path: Path) -> None:
    """Water of mixed geometry is split, so that every layer holds one kind."""
    lake, river = shapely.box(112.1, 30.1, 112.2, 30.2), shapely.LineString([(112, 30), (113, 31)])
    ground = Ground(
        shapely.box(112, 30, 113, 31), {}, shapely.GeometryCollection([lake, shapely.MultiLineString([river])])
    )
    write_geopackage(replace(county_report(), ground=ground), tmp_path / "a.gpkg")
    layers = _layers(tmp_path / "a.gpkg")
    assert layers["water"] == "MultiPolygon"
    assert layers["water_lines"] == "MultiLineString"


def test_styles_are_well_formed_and_name_every_spatial_layer(county: Path) -> None:
    """QGIS finds one default style per spatial layer, as XML it can parse, with a rule for every state."""
    with closing(sqlite3.connect(county)) as database:
        styles = {
            name: (ElementTree.fromstring(qml), default, column)
            for name, qml, default, column in database.execute(
                "SELECT f_table_name, styleQML, useAsDefault, f_geometry_column FROM layer_styles"
            )
        }
        geometry = dict(database.execute("SELECT table_name, column_name FROM gpkg_geometry_columns"))
    assert set(styles) == {name for name, kind in _layers(county).items() if kind}
    assert all(default == 1 and geometry[name] == column for name, (_, default, column) in styles.items())
    rules = [rule.get("filter") for rule in styles["demand_points"][0].find("renderer-v2").iter("rule")]
    assert rules == [
        f"\"state\" = '{s}'" for s in ("covered", "newly_covered", "uncovered", "loses_cover", "unreachable")
    ]
    marks = [rule.get("filter") for rule in styles["sites"][0].find("renderer-v2").iter("rule")]
    assert len(marks) == 2 * 5
    assert len(list(styles["sites"][0].iter("symbol"))) == len(marks)
    named = {name: style.find(".//text-style") for name, (style, _, _) in styles.items()}
    assert {name for name, text in named.items() if text is not None} == {"sites", "zones", "demand_points"}
    assert all(text is None or text.get("fieldName") == "name" for text in named.values())
    assert all(
        (style.get("labelsEnabled") == "1") == (named[name] is not None) for name, (style, _, _) in styles.items()
    )


def test_services_at_one_place_are_drawn_beside_each_other(tmp_path: Path) -> None:
    """A tier whose sites stand inside those of another is moved aside by its style; without such sites none is."""
    report = county_report()
    inside = report.sites.assign(tier=report.tiers[1].key, id=[f"{id_}:in" for id_ in report.sites["id"]])
    both = replace(report, sites=pd.concat([report.sites.assign(tier=report.tiers[0].key), inside], ignore_index=True))
    for name, shown, apart in (("a.gpkg", report, {"0.0,0"}), ("b.gpkg", both, {"0.0,0", "4.2,0"})):
        write_geopackage(shown, tmp_path / name)
        with closing(sqlite3.connect(tmp_path / name)) as database:
            (qml,) = database.execute("SELECT styleQML FROM layer_styles WHERE f_table_name = 'sites'").fetchone()
        options = ElementTree.fromstring(qml).iter("Option")
        assert {option.get("value") for option in options if option.get("name") == "offset"} == apart


def test_no_line_leads_from_a_place_to_itself(tmp_path: Path) -> None:
    """Somebody who lives at the site has a row and no line, which would be no valid geometry."""
    report = county_report()
    points, row = report.points.copy(), report.assignment.iloc[0]
    points.loc[row["demand"], ["lon", "lat"]] = report.sites.loc[row["site"], ["lon", "lat"]].to_numpy()
    write_geopackage(replace(report, points=points), tmp_path / "a.gpkg")
    lines = geopandas.read_file(tmp_path / "a.gpkg", layer="service_lines")
    assert len(lines) == len(report.assignment)
    assert lines.geometry.isna().sum() >= 1
    assert lines.geometry.dropna().is_valid.all()


def test_tier_keys_cannot_break_a_style(tmp_path: Path) -> None:
    """Quotes and angle brackets in a tier's key and name stay inside the rule."""
    report = county_report()
    tiers = (replace(report.tiers[0], key="o'<&\"", name_zh='<b>"&'), *report.tiers[1:])
    write_geopackage(replace(report, tiers=tiers), tmp_path / "a.gpkg")
    with closing(sqlite3.connect(tmp_path / "a.gpkg")) as database:
        (qml,) = database.execute("SELECT styleQML FROM layer_styles WHERE f_table_name = 'sites'").fetchone()
    rule = next(ElementTree.fromstring(qml).iter("rule"))
    assert rule.get("filter") == "\"action\" = 'build' AND \"tier\" = 'o''<&\"'"


def test_zones_without_outline_are_rows(tmp_path: Path) -> None:
    """Every zone of the report is a row of the layer, drawn or not."""
    report = county_report()
    zones = dict(list(report.ground.zones.items())[:3])
    ground = Ground(report.ground.boundary, zones, None)
    write_geopackage(replace(report, ground=ground), tmp_path / "a.gpkg")
    read = geopandas.read_file(tmp_path / "a.gpkg", layer="zones")
    assert len(read) == len(ZONES)
    assert read.geometry.notna().sum() == 3


def test_excluded_areas_are_a_layer_with_a_style(tmp_path: Path) -> None:
    """Where nothing may be built can be seen in other systems too; without such areas there is no layer."""
    report = county_report()
    write_geopackage(report, tmp_path / "without.gpkg")
    assert "exclusions" not in _layers(tmp_path / "without.gpkg")
    fenced = replace(report, ground=replace(report.ground, exclusions=shapely.box(113.1, 30.1, 113.2, 30.2)))
    write_geopackage(fenced, tmp_path / "plan.gpkg")
    found = geopandas.read_file(tmp_path / "plan.gpkg", layer="exclusions")
    assert shapely.area(found.geometry.to_numpy()).sum() == pytest.approx(0.01)
    with closing(sqlite3.connect(tmp_path / "plan.gpkg")) as database:
        styles = dict(database.execute("SELECT f_table_name, styleQML FROM layer_styles"))
    assert "dot" in styles["exclusions"]
