"""The study area as a whole: positions, ground, and doubts that only all files together raise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas
import numpy as np
import pytest
from pyproj import Transformer
from shapely.geometry import LineString, Point, box

from facopt.errors import DataError
from facopt.inputs.coordinates import gcj02_from_wgs84
from facopt.inputs.reader import read_study_area
from facopt.inputs.requests import DemandRequest, FacilitiesRequest, Source
from tests.inputs_cases import read, request, texts, warnings_of, write

if TYPE_CHECKING:
    from pathlib import Path

    from facopt.inputs.study_area import DemandPoints


def demand_of(folder: Path, text: str, crs: str, columns: dict[str, str] | None = None) -> DemandPoints:
    """Return the demand points of a table in some coordinate system."""
    source = Source(write(folder, "points.csv", text), crs, columns or {})
    return read_study_area(request(folder, demand=DemandRequest("table", source)))[0].demand


def layer(folder: Path, file: str, geometry: list, crs: str | None = "EPSG:4326", **columns) -> Source:
    """Write a layer and return its source."""
    geopandas.GeoDataFrame(columns, geometry=geometry, crs=crs).to_file(folder / file)
    return Source(folder / file)


def test_the_small_case(tmp_path: Path) -> None:
    """Two points, one clinic, no findings, metres in the UTM zone of the place."""
    area, findings, recognised = read_study_area(request(tmp_path))
    assert area.demand.id.tolist() == ["a", "b"]
    assert area.sites.id.tolist() == ["s"]
    assert area.metric_crs == "EPSG:32650"
    assert findings == ()
    assert recognised.people == 105
    assert recognised.as_dict()["tables"][0]["crs"] == "wgs84"


def test_english_names_come_along_where_the_tables_have_them(tmp_path: Path) -> None:
    """Demand points, sites, context and zones keep their second names; without such columns there are none."""
    demand = (
        "id,名称,name_en,zone,zone_name,zone_name_en,people,lon,lat,area_class\n"
        "a,甲村,Jia,z1,东镇,East Town,100,114.1,30.1,urban\nb,乙村,,z2,西镇,,5,114.2,30.2,rural\n"
    )
    sites = (
        "id,name,英文名称,tier,lon,lat,status\ns,卫生院,Clinic,clinic,114.1,30.1,existing\n"
        "h,医院,County Hospital,other_hospital,114.1,30.1,existing\n"
    )
    area = read(tmp_path, demand, sites)
    assert (area.demand.name.tolist(), area.demand.name_en.tolist()) == (["甲村", "乙村"], ["Jia", ""])
    assert (area.sites.name_en.tolist(), area.context.name_en.tolist()) == (["Clinic"], ["County Hospital"])
    assert (area.zone_names, area.zone_names_en) == ({"z1": "东镇", "z2": "西镇"}, {"z1": "East Town"})
    outlines = layer(
        tmp_path, "zones.geojson", [box(114, 30, 114.15, 31), box(114.15, 30, 115, 31)], id=["z1", "z2"],
        name=["东镇", "西镇"], name_en=["East", "West"],
    )  # fmt: skip
    assert read(tmp_path, demand, sites, zones=outlines).zone_names_en == {"z1": "East", "z2": "West"}
    plain = read(tmp_path)
    assert (plain.demand.name_en, plain.sites.name_en, plain.zone_names_en) == (None, None, {})


@pytest.mark.parametrize("headings", ["lon,lat", "x,y", "经度,纬度", "POINT_X,POINT_Y"])
def test_gcj02_tables_are_moved(tmp_path: Path, headings: str) -> None:
    """Points exported from AMap come back to where they are."""
    lon, lat = gcj02_from_wgs84(np.array([114.3]), np.array([30.6]))
    text = f"id,people,area_class,{headings}\na,1,urban,{lon[0]},{lat[0]}\n"
    demand = demand_of(tmp_path, text, "gcj02")
    assert (demand.lon[0], demand.lat[0]) == pytest.approx((114.3, 30.6), abs=1e-8)


def test_one_column_of_location(tmp_path: Path) -> None:
    """AMap writes "longitude,latitude" into one column."""
    demand = demand_of(tmp_path, 'id,people,area_class,location\na,1,urban,"114.3,30.6"\n', "wgs84")
    assert (demand.lon[0], demand.lat[0]) == (114.3, 30.6)
    with pytest.raises(DataError) as caught:
        demand_of(tmp_path, 'id,people,area_class,location\na,1,urban,"114.3"\n', "wgs84")
    assert texts(caught.value.findings, tmp_path) == [
        'points.csv:2: location: \'114.3\' is not "longitude,latitude". Write for example "114.305,30.593".'
    ]


def test_projected_columns(tmp_path: Path) -> None:
    """Eastings and northings of any EPSG code are brought to degrees."""
    x, y = Transformer.from_crs("EPSG:4326", "EPSG:4547", always_xy=True).transform(114.3, 30.6)
    demand = demand_of(tmp_path, f"id,people,area_class,x,y\na,1,urban,{x},{y}\n", "EPSG:4547")
    assert (demand.lon[0], demand.lat[0]) == pytest.approx((114.3, 30.6), abs=1e-8)


def test_of_degrees_and_metres_side_by_side_the_stated_kind_is_read(tmp_path: Path) -> None:
    """A table may have both; the crs says which of them it describes."""
    x, y = Transformer.from_crs("EPSG:4326", "EPSG:4547", always_xy=True).transform(114.3, 30.6)
    text = f"id,people,area_class,lon,lat,x,y\na,1,urban,110,20,{x},{y}\n"
    assert demand_of(tmp_path, text, "EPSG:4547").lon[0] == pytest.approx(114.3, abs=1e-8)
    assert demand_of(tmp_path, text, "wgs84").lon[0] == 110


def test_swapped_eastings_are_refused_with_the_remedy(tmp_path: Path) -> None:
    """In surveying x is often the northing."""
    x, y = Transformer.from_crs("EPSG:4326", "EPSG:4547", always_xy=True).transform(114.3, 30.6)
    for crs, east in (("EPSG:4547", x), ("cgcs2000", 38_000_000 + x)):
        with pytest.raises(DataError) as caught:
            demand_of(tmp_path, f"id,people,area_class,x,y\na,1,urban,{y},{east}\n", crs)
        assert "Easting and northing are swapped" in str(caught.value)
        assert "Exchange them: columns: {x: y, y: x}." in str(caught.value)


def test_an_easting_without_its_zone_is_refused(tmp_path: Path) -> None:
    """Nobody can know which of 21 zones is meant."""
    with pytest.raises(DataError) as caught:
        demand_of(tmp_path, "id,people,area_class,x,y\na,1,urban,512345,3400000\n", "cgcs2000")
    assert texts(caught.value.findings, tmp_path) == [
        "points.csv:2: x: the point 512345, 3400000 lies outside of where cgcs2000 is used. Eastings need their zone "
        "number in front (8 digits); without it state the zone as crs: EPSG:n."
    ]


def test_a_file_with_its_own_system_needs_none_and_may_not_contradict(tmp_path: Path) -> None:
    """A shapefile says where it lies; a scenario that says something else is stopped."""
    x, y = Transformer.from_crs("EPSG:4326", "EPSG:4547", always_xy=True).transform(114.3, 30.6)
    source = layer(tmp_path, "p.shp", [Point(x, y)], "EPSG:4547", id=["a"], people=[1], area_class=["urban"])
    area = read_study_area(request(tmp_path, demand=DemandRequest("table", source)))[0]
    assert (area.demand.lon[0], area.demand.lat[0]) == pytest.approx((114.3, 30.6), abs=1e-8)
    with pytest.raises(DataError) as caught:
        read_study_area(request(tmp_path, demand=DemandRequest("table", Source(source.file, "wgs84"))))
    assert texts(caught.value.findings, tmp_path) == [
        "p.shp: The scenario says crs wgs84, the file itself says EPSG:4547. "
        "Leave crs out of the scenario, or correct the file."
    ]


def test_a_geojson_may_hold_gcj02(tmp_path: Path) -> None:
    """GeoJSON cannot name GCJ-02, so the scenario may."""
    lon, lat = gcj02_from_wgs84(np.array([114.3]), np.array([30.6]))
    source = layer(tmp_path, "p.geojson", [Point(lon[0], lat[0])], id=["a"], people=[1], area_class=["urban"])
    asked = request(tmp_path, demand=DemandRequest("table", Source(source.file, "gcj02")))
    assert read_study_area(asked)[0].demand.lon[0] == pytest.approx(114.3, abs=1e-6)


def test_an_amap_export_that_is_called_wgs84_is_doubted(tmp_path: Path) -> None:
    """The columns give away where a table comes from."""
    text = "id,tier,typecode,pname,adcode,lon,lat,status\ns,clinic,090100,湖北,420100,114.1,30.1,existing\n"
    found, _ = warnings_of(tmp_path, sites_text=text)
    assert found == [
        "sites.csv: The columns look like an export of AMap, which uses gcj02, and the scenario says wgs84. "
        "Check on a map that clinics lie where they should."
    ]


def test_ground_is_read_in_any_system_into_wgs84(tmp_path: Path) -> None:
    """Boundary, zones and water come as WGS-84 geometries."""
    there = Transformer.from_crs("EPSG:4326", "EPSG:4547", always_xy=True)
    square = box(*there.transform(114, 30), *there.transform(114.5, 30.5))
    boundary = layer(tmp_path, "b.gpkg", [square], "EPSG:4547")
    water = layer(tmp_path, "w.geojson", [box(114.2, 30.2, 114.3, 30.3)])
    zones = layer(tmp_path, "z.shp", [box(114, 30, 115, 31)], name=["甲镇"])
    ground = read(tmp_path, boundary=boundary, water=water, zones=zones).ground
    assert ground.boundary.bounds == pytest.approx((114, 30, 114.5, 30.5), abs=0.01)
    assert ground.water.bounds == (114.2, 30.2, 114.3, 30.3)
    assert list(ground.zones) == ["甲镇"]


def test_zones_that_stand_twice_are_refused(tmp_path: Path) -> None:
    """A zone is one feature."""
    zones = layer(tmp_path, "z.geojson", [box(0, 0, 1, 1), box(1, 0, 2, 1)], id=["a", "a"])
    with pytest.raises(DataError, match=r"1 zone stands more than once in the file \(for example a\)"):
        read(tmp_path, zones=zones)


def test_a_boundary_without_system_or_outline_is_refused(tmp_path: Path) -> None:
    """A shapefile without .prj, and a table instead of a map."""
    square = [box(114, 30, 115, 31)]
    with pytest.warns(UserWarning, match="crs"):
        bare = layer(tmp_path, "bare.shp", square, None)
    with pytest.raises(DataError) as caught:
        read(tmp_path, boundary=bare, water=Source(write(tmp_path, "w.csv", "id\n1\n")))
    assert [str(item.what) for item in caught.value.findings] == [
        "The coordinate system is not stated", "This file has no outlines",
    ]  # fmt: skip


def test_what_lies_outside_of_the_boundary_is_counted(tmp_path: Path) -> None:
    """Demand points and facilities beyond the boundary are planned with, and said."""
    boundary = layer(tmp_path, "b.geojson", [box(114.15, 30, 115, 31)])
    found, _ = warnings_of(tmp_path, boundary=boundary)
    remedy = "They are planned with all the same; check crs and coordinates if this is not meant."
    assert found == [
        f"demand.csv: 1 demand point lies outside of the boundary (for example a). {remedy}",
        f"sites.csv: 1 facility lies outside of the boundary (for example s). {remedy}",
    ]


def test_facilities_far_from_all_people_are_doubted(tmp_path: Path) -> None:
    """A facility abroad has a wrong coordinate."""
    text = "id,tier,lon,lat,status\ns,clinic,114.1,30.1,existing\nt,clinic,14.1,30.1,existing\n"
    found, _ = warnings_of(tmp_path, sites_text=text)
    assert found == [
        "sites.csv: 1 facility lies more than 500 km away from nearly all people (for example t). "
        "Check their coordinates and crs."
    ]


def test_demand_points_far_from_the_others_are_doubted(tmp_path: Path) -> None:
    """One point in two hundred lies in another country."""
    rows = "".join(f"p{i},1,{114 + i / 1000:.3f},30.123,urban\n" for i in range(200))
    found, _ = warnings_of(tmp_path, f"id,people,lon,lat,area_class\n{rows}far,1,14.3,30.1,urban\n")
    assert found == [
        "demand.csv: 1 demand point lies more than 500 km away from nearly all people (for example far). "
        "Check their coordinates and crs."
    ]


def test_coordinates_without_decimals_to_speak_of_are_doubted(tmp_path: Path) -> None:
    """Two decimals of a degree are a kilometre; many points at one place are a township's."""
    rows = "".join(f"p{i},1,114.{i % 10},30.1,urban\n" for i in range(20))
    found, _ = warnings_of(tmp_path, f"id,people,lon,lat,area_class\n{rows}")
    assert found == [
        "demand.csv: All coordinates are rounded to two decimals, which is about 1 km. "
        "Use five decimals where you have them.",
        "demand.csv: 20 demand points lie at the same place as another (for example p0, p1, p2, p3, p4). "
        "Check whether their coordinates are those of the township rather than their own.",
    ]


def test_outlines_that_enclose_nothing_are_refused(tmp_path: Path) -> None:
    """A layer of lines is no boundary, a layer of points has no zones."""
    boundary = layer(tmp_path, "b.geojson", [LineString([(114, 30), (115, 31)])])
    zones = layer(tmp_path, "z.geojson", [Point(114, 30)], id=["z"])
    with pytest.raises(DataError) as caught:
        read(tmp_path, boundary=boundary, zones=zones)
    assert texts(caught.value.findings, tmp_path)[:2] == [
        "b.geojson: The boundary encloses nothing. Use a polygon layer.",
        "z.geojson: Some zones enclose nothing (for example z). Use a polygon layer.",
    ]


def test_tables_that_are_swapped_against_each_other_are_refused(tmp_path: Path) -> None:
    """Where both columns could be latitudes, the other table tells."""
    demand = "id,people,lon,lat,area_class\na,1,80.5,8.8,urban\n"
    with pytest.raises(DataError, match="one of the tables has them swapped"):
        read(tmp_path, demand, "id,tier,lon,lat,status\ns,clinic,8.8,80.5,existing\n")


def test_zones_that_do_not_add_up_to_the_census_are_said(tmp_path: Path) -> None:
    """Five per cent is tolerated; a zone that is missing altogether counts too."""
    demand = "id,people,zone,lon,lat,area_class\na,96,x,114,30,urban\nb,90,y,114,30,urban\n"
    totals = Source(write(tmp_path, "census.csv", "乡镇,七普人口\nx,100\ny,100\nz,10\n"))
    found, _ = warnings_of(tmp_path, demand, control_totals=totals)
    assert found == [
        "census.csv: 2 zones differ from the control totals by more than 5 % (for example y: 90 instead of 100, "
        "z: 0 instead of 10). Check year and kind of the population figures."
    ]


def test_the_zones_file_may_hold_the_control_totals(tmp_path: Path) -> None:
    """People of the zones file are compared with the sum of the points in each zone."""
    zones = layer(tmp_path, "z.geojson", [box(114, 30, 114.15, 31), box(114.15, 30, 115, 31)], id=["x", "y"],
                  people=[100, 50])  # fmt: skip
    found, _ = warnings_of(tmp_path, zones=zones)
    assert found == [
        "z.geojson: 1 zone differs from the control totals by more than 5 % (for example y: 5 instead of 50). "
        "Check year and kind of the population figures."
    ]


def test_reading_twice_gives_the_same(tmp_path: Path) -> None:
    """Same files, same bytes."""
    one, other = (read_study_area(request(tmp_path)) for _ in range(2))
    assert one[2].as_dict() == other[2].as_dict()
    for name in ("id", "people", "lon", "lat", "area_class"):
        assert getattr(one[0].demand, name).tolist() == getattr(other[0].demand, name).tolist()


def test_unused_requests_have_no_ground(tmp_path: Path) -> None:
    """Nothing is invented where the scenario names no files."""
    ground = read(tmp_path).ground
    assert (ground.boundary, ground.zones, ground.water) == (None, {}, None)


def test_a_register_may_hold_points_in_two_systems_in_two_files(tmp_path: Path) -> None:
    """Every file has its own system."""
    lon, lat = gcj02_from_wgs84(np.array([114.4]), np.array([30.2]))
    other = write(tmp_path, "amap.csv", f"id,tier,lon,lat,status\ng,clinic,{lon[0]},{lat[0]},existing\n")
    asked = request(tmp_path)
    both = (*asked.facilities, FacilitiesRequest(Source(other, "gcj02")))
    area = read_study_area(request(tmp_path, facilities=both))[0]
    assert area.sites.lon.tolist() == pytest.approx([114.1, 114.4], abs=1e-8)
