"""Demand points from tables, population rasters and polygons: nobody is lost and nobody counted twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas
import numpy as np
import pytest
import rasterio
from affine import Affine
from pyproj import Transformer
from shapely.geometry import Point, box

from facopt.errors import DataError
from facopt.inputs.reader import read_study_area
from facopt.inputs.requests import DemandRequest, Source, TierRequest
from tests.inputs_cases import read, request, texts, warnings_of, write

if TYPE_CHECKING:
    from pathlib import Path

    from facopt.inputs.study_area import DemandPoints

ALL = {"clinic": TierRequest(("urban", "town", "rural"))}
GRID = np.array([[1, 0, 3, 4], [5, np.nan, 7, 8], [-99, 10, 11, 12], [13, 14, 15, 16]], dtype=np.float32)
PEOPLE = 1 + 3 + 4 + 5 + 7 + 8 + 10 + 11 + 12 + 13 + 14 + 15 + 16


def raster(path: Path, values: np.ndarray = GRID, crs: str | None = "EPSG:32650", **options) -> Path:
    """Write a raster of 100 m cells near 117 E, 31 N; -99 is declared empty."""
    profile = {"driver": "GTiff", "width": values.shape[1], "height": values.shape[0], "count": 1, "dtype": "float32",
               "crs": crs, "transform": Affine(100, 0, 500_000, 0, -100, 3_430_400),
               "nodata": -99, **options}  # fmt: skip
    with rasterio.open(path, "w", **profile) as file:
        file.write(values, 1)
    return path


def read_raster(folder: Path, values: np.ndarray = GRID, **changes) -> DemandPoints:
    """Return demand points of a raster, everything else as it is in the small case."""
    options = {name: changes.pop(name) for name in ("cell_metres", "total_people") if name in changes}
    source = Source(raster(folder / "people.tif", values))
    asked = request(folder, demand=DemandRequest("raster", source, **options), tiers=ALL, **changes)
    return read_study_area(asked)[0].demand


def test_a_table_with_everything(tmp_path: Path) -> None:
    """Names, zones, classes and segments are read; a blank name is the id."""
    text = (
        "id,name,zone,people,people_65_plus,area_class,lon,lat\n"
        '001,东村,彭市镇,"1,200.5",200,rural,113.5,30.5\nNA,,彭市镇,0,0,镇区,113.6,30.6\n'
    )
    demand = read(tmp_path, text).demand
    assert demand.id.tolist() == ["001", "NA"]
    assert demand.name.tolist() == ["东村", "NA"]
    assert demand.zone.tolist() == ["彭市镇"] * 2
    assert demand.people.tolist() == [1200.5, 0.0]
    assert demand.area_class.tolist() == ["rural", "town"]
    assert demand.segments["65_plus"].tolist() == [200.0, 0.0]
    assert (demand.lon.tolist(), demand.lat.tolist()) == ([113.5, 113.6], [30.5, 30.6])


def test_other_columns_group_points(tmp_path: Path) -> None:
    """A column that is no field and says the same of several points is a grouping; blank cells and notes are none."""
    text = (
        "id,people,area_class,lon,lat,区划,note,gone\n"
        "a,10,rural,113.5,30.5,北片,first,\nb,20,rural,113.6,30.6,北片,second,\nc,30,rural,113.7,30.7,,,\n"
    )
    groups = read(tmp_path, text).demand.groups
    assert {heading: texts.tolist() for heading, texts in groups.items()} == {"区划": ["北片", "北片", ""]}


def test_points_without_people_and_segments_that_are_too_big_are_warned_of(tmp_path: Path) -> None:
    """Zero is a number of people, but worth a look."""
    text = "id,people,people_old,lon,lat,area_class\na,0,0,114,30,urban\nb,5,6,114,30,urban\n"
    found, _ = warnings_of(tmp_path, text)
    assert found == [
        "demand.csv:3: people_old: 1 row has more of them than people. Check the column.",
        "demand.csv: 1 demand point has no people (for example a).",
    ]


def test_codes_that_a_spreadsheet_has_rounded_are_warned_of(tmp_path: Path) -> None:
    """2.20202E+11 was once a village's code."""
    found, _ = warnings_of(tmp_path, "id,people,lon,lat,area_class\n2.20202E+11,5,114,30,urban\n")
    assert found == [
        "demand.csv:2: id: '2.20202E+11' looks like a code that a spreadsheet has rounded. "
        "Format the column as text before saving, and export again."
    ]


def test_a_zones_total_in_each_of_its_rows_is_noticed(tmp_path: Path) -> None:
    """A join often writes the township's population into every village."""
    rows = [
        f"{zone}{k},{zone},{people},114.{k},30.{people},urban\n"
        for zone, people in (("x", 50), ("y", 70), ("z", 90))
        for k in range(4)
    ]
    found, _ = warnings_of(tmp_path, "id,zone,people,lon,lat,area_class\n" + "".join(rows))
    assert found == [
        "demand.csv: All demand points of a zone have the same people: this looks like the zone's total in each of its "
        "rows, which would count people 4.0 times (for example x, y, z). Use a column with the people of each point, "
        "or share each total over its points: control_totals: {file: demand.csv}."
    ]


def test_every_inhabited_cell_of_a_raster_is_a_demand_point(tmp_path: Path) -> None:
    """Empty, undeclared and missing cells are none; cells lie at their middle."""
    demand = read_raster(tmp_path)
    assert demand.people.sum() == PEOPLE
    assert demand.id.tolist()[:3] == ["r0c0", "r0c2", "r0c3"]
    x, y = Transformer.from_crs("EPSG:4326", "EPSG:32650", always_xy=True).transform(demand.lon, demand.lat)
    assert x[:3] == pytest.approx([500_050, 500_250, 500_350], abs=0.01)
    assert y[:3] == pytest.approx([3_430_350] * 3, abs=0.01)


def test_cells_are_put_together_with_their_people(tmp_path: Path) -> None:
    """Blocks of two by two cells lie at the mean place of their people and keep the sum."""
    demand = read_raster(tmp_path, cell_metres=200)
    assert demand.people.tolist() == [6, 22, 37, 54]
    x, y = Transformer.from_crs("EPSG:4326", "EPSG:32650", always_xy=True).transform(demand.lon, demand.lat)
    assert x[0] == pytest.approx(500_050, abs=0.01)
    assert y[0] == pytest.approx(3_430_350 * 1 / 6 + 3_430_250 * 5 / 6, abs=0.01)


def test_blocks_do_not_mix_zones(tmp_path: Path) -> None:
    """Every zone keeps its people when cells are put together across its border."""
    lon = Transformer.from_crs("EPSG:32650", "EPSG:4326", always_xy=True).transform([500_100], [3_430_000])[0]
    zones = geopandas.GeoDataFrame(
        {"id": ["west", "east"]}, geometry=[box(116, 30, lon[0], 32), box(lon[0], 30, 118, 32)], crs="EPSG:4326"
    )
    zones.to_file(tmp_path / "zones.gpkg")
    fine = read_raster(tmp_path, zones=Source(tmp_path / "zones.gpkg"))
    coarse = read_raster(tmp_path, zones=Source(tmp_path / "zones.gpkg"), cell_metres=200)
    assert len(coarse) < len(fine)
    assert len(set(coarse.id)) == len(coarse)
    for zone in ("west", "east"):
        assert coarse.people[coarse.zone == zone].sum() == fine.people[fine.zone == zone].sum()
    assert fine.people[fine.zone == "west"].sum() == 1 + 5 + 13


def test_a_raster_is_cut_to_the_boundary_and_the_rest_is_said(tmp_path: Path) -> None:
    """People outside of the boundary are not planned for, and their number is shown."""
    lon = Transformer.from_crs("EPSG:32650", "EPSG:4326", always_xy=True).transform([500_200], [3_430_000])[0]
    geopandas.GeoDataFrame(geometry=[box(116, 30, lon[0], 32)], crs="EPSG:4326").to_file(tmp_path / "b.geojson")
    source = Source(raster(tmp_path / "people.tif"))
    area, findings, _ = read_study_area(
        request(tmp_path, demand=DemandRequest("raster", source), tiers=ALL, boundary=Source(tmp_path / "b.geojson"))
    )
    assert area.demand.people.sum() == 1 + 5 + 10 + 13 + 14
    assert texts(findings, tmp_path)[0] == "people.tif: The boundary cuts off 76 of the raster's 119 people."


def test_a_raster_is_rescaled_to_a_census(tmp_path: Path) -> None:
    """`total_people` keeps the pattern and sets the sum."""
    demand = read_raster(tmp_path, total_people=1190.0)
    assert demand.people.sum() == pytest.approx(1190)
    assert demand.people[0] == pytest.approx(10)


def test_a_raster_in_degrees_is_aggregated_by_metres_on_the_ground(tmp_path: Path) -> None:
    """At 60 degrees north a cell is half as wide as high: twice as many go side by side."""
    values = np.ones((8, 16), dtype=np.float32)
    path = raster(tmp_path / "p.tif", values, "EPSG:4326", transform=Affine(0.001, 0, 25, 0, -0.001, 60))
    sites = "id,tier,lon,lat,status\ns,clinic,25,60,existing\n"
    asked = request(
        tmp_path, sites_text=sites, demand=DemandRequest("raster", Source(path), cell_metres=222), tiers=ALL
    )
    assert read_study_area(asked)[0].demand.people.tolist() == [8.0] * 16


def test_negative_cells_that_are_not_declared_empty_are_said(tmp_path: Path) -> None:
    """-200 people is a gap that nobody declared."""
    source = Source(raster(tmp_path / "people.tif", nodata=None))
    _, findings, _ = read_study_area(request(tmp_path, demand=DemandRequest("raster", source), tiers=ALL))
    assert texts(findings, tmp_path)[0] == (
        "people.tif: 1 cell has negative values; taken as empty. Declare the value for gaps in the raster (nodata)."
    )


@pytest.mark.parametrize(
    ("options", "band", "message"),
    [
        ({"crs": None}, 1, "people.tif: The raster has no coordinate system. State it: crs: EPSG:n."),
        ({}, 2, "people.tif: There is no band 2. The raster has bands 1 to 1."),
        ({"values": np.zeros((2, 2), dtype=np.float32)}, 1,
         "people.tif: No cell of the raster has people. Check file and band."),
    ],
)  # fmt: skip
def test_rasters_that_cannot_be_used(tmp_path: Path, options: dict, band: int, message: str) -> None:
    """A raster without a system, a band or people is refused."""
    source = Source(raster(tmp_path / "people.tif", **options))
    with pytest.raises(DataError) as caught:
        read_study_area(request(tmp_path, demand=DemandRequest("raster", source, band=band), tiers=ALL))
    assert texts(caught.value.findings, tmp_path)[0] == message


def test_a_file_that_is_no_raster_is_refused(tmp_path: Path) -> None:
    """A CSV with kind raster is a mistake in the scenario."""
    source = Source(write(tmp_path, "people.tif", "id,people\n"))
    with pytest.raises(DataError, match=r"people\.tif: This file is no raster that can be read\. Use a GeoTIFF"):
        read_study_area(request(tmp_path, demand=DemandRequest("raster", source), tiers=ALL))


def test_a_virtual_raster_may_not_open_other_files(tmp_path: Path) -> None:
    """A file from a stranger reads itself and nothing else, whatever its ending."""
    raster(tmp_path / "secret.tif")
    virtual = (
        '<VRTDataset rasterXSize="4" rasterYSize="4"><VRTRasterBand dataType="Float32" band="1"><SimpleSource>'
        '<SourceFilename relativeToVRT="1">secret.tif</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>'
    )
    source = Source(write(tmp_path, "people.tif", virtual), "EPSG:32650")
    with pytest.raises(DataError, match="This file is no raster that can be read"):
        read_study_area(request(tmp_path, demand=DemandRequest("raster", source), tiers=ALL))


def polygons(folder: Path, crs: str = "EPSG:32650") -> Source:
    """Write three polygons of 1,000, 500 and 70 people: west and east half of the raster, and one far off it."""
    west, east = box(500_000, 3_430_000, 500_200, 3_430_400), box(500_200, 3_430_000, 500_400, 3_430_400)
    frame = geopandas.GeoDataFrame(
        {"id": ["w", "e", "far"], "people": [1000, 500, 70], "people_old": [100, 50, 7],
         "area_class": ["urban", "rural", "rural"], "side": ["near", "near", ""]},
        geometry=[west, east, Point(510_000, 3_430_000).buffer(100)], crs="EPSG:32650",
    )  # fmt: skip
    frame.to_crs(crs).to_file(folder / "polygons.gpkg")
    return Source(folder / "polygons.gpkg")


def test_polygons_become_points_inside_of_them(tmp_path: Path) -> None:
    """Without a raster each polygon is one point on it, with its people and attributes."""
    demand = read_study_area(request(tmp_path, demand=DemandRequest("polygons", polygons(tmp_path))))[0].demand
    assert demand.people.tolist() == [1000, 500, 70]
    assert demand.area_class.tolist() == ["urban", "rural", "rural"]
    x, _ = Transformer.from_crs("EPSG:4326", "EPSG:32650", always_xy=True).transform(demand.lon, demand.lat)
    assert 500_000 < x[0] < 500_200 < x[1] < 500_400


@pytest.mark.parametrize("cell_metres", [None, 200, 1000])
def test_people_of_polygons_are_spread_over_a_raster_and_kept(tmp_path: Path, cell_metres: float | None) -> None:
    """Each polygon's people follow the raster's pattern within it; a polygon without cells stays a point."""
    source, grid = polygons(tmp_path), Source(raster(tmp_path / "people.tif"))
    asked = request(tmp_path, demand=DemandRequest("polygons", source, raster=grid, cell_metres=cell_metres))
    area, findings, _ = read_study_area(asked)
    demand = area.demand
    for polygon, people, area_class in (("w", 1000, "urban"), ("e", 500, "rural"), ("far", 70, "rural")):
        rows = demand.zone == polygon
        assert demand.people[rows].sum() == pytest.approx(people)
        assert demand.segments["old"][rows].sum() == pytest.approx(people / 10)
        assert set(demand.area_class[rows]) == {area_class}
        assert set(demand.groups["side"][rows]) == {"" if polygon == "far" else "near"}
    if cell_metres is None:
        assert demand.people[demand.id == "w-r0c0"][0] == pytest.approx(1000 * 1 / (1 + 5 + 10 + 13 + 14))
    assert texts(findings, tmp_path) == [
        "polygons.gpkg: 1 polygon has no inhabited cell of the raster; their people stay in one point each (70 people) "
        "(for example far)."
    ]


def test_polygons_need_outlines(tmp_path: Path) -> None:
    """A plain table is not a polygon layer."""
    source = Source(write(tmp_path, "d.csv", "id,people,lon,lat,area_class\na,1,114,30,urban\n"), "wgs84")
    with pytest.raises(DataError) as caught:
        read_study_area(request(tmp_path, demand=DemandRequest("polygons", source)))
    assert texts(caught.value.findings, tmp_path) == [
        "d.csv: This file has no outlines. Use a GeoJSON, a GeoPackage or a shapefile, or kind: table."
    ]


def test_zones_by_name_or_id_become_ids_and_strangers_are_said(tmp_path: Path) -> None:
    """A table may name townships where the zones file has codes."""
    zones = geopandas.GeoDataFrame(
        {"id": ["z1", "z2"], "name": ["甲镇", "乙乡"]}, geometry=[box(114, 30, 115, 31), box(115, 30, 116, 31)],
        crs="EPSG:4326",
    )  # fmt: skip
    zones.to_file(tmp_path / "zones.geojson")
    text = "id,people,zone,lon,lat,area_class\na,1,甲镇,114.1,30.1,town\nb,1,丙乡,114.1,30.1,rural\n"
    area, findings, _ = read_study_area(request(tmp_path, text, zones=Source(tmp_path / "zones.geojson")))
    assert area.demand.zone.tolist() == ["z1", "丙乡"]
    assert sorted(area.ground.zones) == ["z1", "z2"]
    assert texts(findings, tmp_path) == [
        "demand.csv: 1 zone of the demand points not in the zones file (for example 丙乡). "
        "Use the ids or the names of the zones file."
    ]


def test_points_in_none_of_the_zones_are_said(tmp_path: Path) -> None:
    """A point beyond the outlines keeps a blank zone."""
    zones = geopandas.GeoDataFrame({"id": ["z1"]}, geometry=[box(114, 30, 114.15, 31)], crs="EPSG:4326")
    zones.to_file(tmp_path / "zones.geojson")
    area, findings, _ = read_study_area(request(tmp_path, zones=Source(tmp_path / "zones.geojson")))
    assert area.demand.zone.tolist() == ["z1", ""]
    assert texts(findings, tmp_path) == [
        "demand.csv: 1 demand point lies in none of the zones (5 people) (for example b). Check the zones file."
    ]
