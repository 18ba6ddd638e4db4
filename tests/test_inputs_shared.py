"""Real files of others: sums, codes and places come out as their makers state them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from pyproj import Geod

from facopt.errors import DataError
from facopt.inputs.coordinates import gcj02_from_wgs84, wgs84_from_gcj02
from facopt.inputs.findings import FindingLog
from facopt.inputs.headings import DEMAND_FIELDS, FACILITY_FIELDS
from facopt.inputs.od import read_od
from facopt.inputs.positions import locate
from facopt.inputs.reader import read_study_area
from facopt.inputs.requests import DemandRequest, FacilitiesRequest, Source, StudyAreaRequest, TierRequest
from facopt.inputs.tables import read_table
from tests.inputs_cases import ONE_TIER, SHARED

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not SHARED.is_dir(), reason="the folder of real data is not beside the checkout"),
]


def raster_area(path: str, lon: float, lat: float, folder, **options):
    """Return the study area of a shared raster and one clinic at a place."""
    sites = folder / "sites.csv"
    sites.write_text(f"id,tier,lon,lat,status\ns,clinic,{lon},{lat},existing\n", encoding="utf-8")
    tiers = {"clinic": TierRequest(("urban",))}
    demand = DemandRequest("raster", Source(SHARED / path), **options)
    return read_study_area(StudyAreaRequest(demand, (FacilitiesRequest(Source(sites, "wgs84")),), tiers))[0]


@pytest.mark.parametrize("cell_metres", [None, 1000])
def test_tashkent_in_mollweide_keeps_everybody(tmp_path, cell_metres) -> None:
    """The raster's people are all there, in Tashkent, as cells and as kilometre blocks."""
    area = raster_area("tashkent/tashkent_ghsl2015_pop_250m.tif", 69.25, 41.3, tmp_path, cell_metres=cell_metres)
    assert area.demand.people.sum() == pytest.approx(2_370_381, abs=1)
    assert len(area.demand) == 5246 if cell_metres is None else len(area.demand) < 500
    assert area.metric_crs == "EPSG:32642"
    assert 69.1 < np.average(area.demand.lon, weights=area.demand.people) < 69.4
    assert 41.2 < np.average(area.demand.lat, weights=area.demand.people) < 41.4


def test_ahr_valley_keeps_everybody(tmp_path) -> None:
    """A WorldPop raster with declared gaps."""
    area = raster_area("ahr_valley/wpop_ahrvalley.tif", 7.0, 50.5, tmp_path)
    assert area.demand.people.sum() == pytest.approx(191_420, abs=1)
    assert len(area.demand) == 23_054


def test_zhengzhou_sums_over_its_townships() -> None:
    """70 townships have 5,784,500 people by the first cell of each; four have cells of a second number."""
    table = read_table(SHARED / "zhengzhou/Demand-1312.shp", columns={"zone": "gml_id", "id": "TARGET_FID"})
    people = table.numbers("people", FindingLog(), required=True)
    townships: dict[str, float] = {}
    for zone, number in zip(table.text("zone").tolist(), people.tolist(), strict=True):
        townships.setdefault(zone, number)
    assert len(table) == 1312
    assert len(townships) == 70
    assert sum(townships.values()) == 5_784_500
    assert set(table.text("code")) >= {"410108101000"}


def test_zhengzhous_repeated_totals_are_noticed() -> None:
    """Taken as they stand, its cells would count everybody some 20 times."""
    demand = DemandRequest(
        "table", Source(SHARED / "zhengzhou/Demand-1312.shp", columns={"zone": "gml_id", "id": "TARGET_FID"})
    )
    sites = FacilitiesRequest(
        Source(SHARED / "zhengzhou/Candidate.csv", "EPSG:2382"), tiers=("community_health_centre",),
        default_status="candidate", status_stated=True,
    )  # fmt: skip
    area, findings, _ = read_study_area(StudyAreaRequest(demand, (sites,), ONE_TIER))
    assert area.demand.people.sum() > 100e6
    assert any("All demand points of a zone have the same people" in finding.what for finding in findings)
    assert 113.4 < np.median(area.sites.lon) < 113.9
    assert 34.6 < np.median(area.sites.lat) < 34.9


def test_shanghais_clinics_are_told_by_name_and_moved_to_where_they_are() -> None:
    """8,910 places of AMap: each row is a site, context or dropped; none is lost, all are moved by the shift."""
    demand = DemandRequest(
        "table", Source(SHARED / "shanghai/demand_3857.csv", "EPSG:3857", {"id": "grid_id", "people": "SUM"})
    )
    path = SHARED / "shanghai/poi_medical_point_xy.csv"
    asked = StudyAreaRequest(demand, (FacilitiesRequest(Source(path, "gcj02")),), ONE_TIER)
    area, _, recognised = read_study_area(asked)
    plain = pd.read_csv(path, dtype=str, keep_default_na=False).set_index("id")
    assert sum(recognised.facility_kinds.values()) == len(plain) == 8910
    dropped = sum(recognised.facility_kinds[kind] for kind in ("veterinary", "pharmacy", "dental", "beauty", "office"))
    assert len(area.sites) + len(area.context) + dropped == 8910
    names = plain.loc[area.sites.id.tolist(), "name"]
    assert names.str.contains("卫生服务中心|卫生服务.*分中心|社区卫生中心").all()
    assert not names.str.contains("卫生服务站").any()
    raw = plain.loc[area.sites.id.tolist(), ["POINT_X", "POINT_Y"]].astype(float).to_numpy()
    metres = Geod(ellps="WGS84").inv(raw[:, 0], raw[:, 1], area.sites.lon, area.sites.lat)[2]
    assert 400 < metres.min() < metres.max() < 600
    assert area.demand.people.sum() == pytest.approx(pd.read_csv(demand.source.file)["SUM"].sum())
    assert np.median(area.demand.lon) == pytest.approx(121.68, abs=0.01)


def test_shanghais_export_without_a_system_is_refused_with_a_hint() -> None:
    """The columns give away AMap."""
    log = FindingLog()
    table = read_table(SHARED / "shanghai/poi_medical_point_xy.csv", fields=FACILITY_FIELDS)
    locate(table, "", required=True, log=log)
    assert str(log.items[0]).endswith("The columns look like an export of AMap, which uses gcj02.")


def test_jilin_and_tianmen_keep_their_codes_and_tell_their_classes() -> None:
    """2,686 codes of 12 digits stay text; class codes and division codes agree with the names of streets and towns."""
    table = read_table(SHARED / "jilin_tianmen/towns_villages.csv", columns={"zone": "town"}, fields=DEMAND_FIELDS)
    ids = table.text("id")
    assert len(ids) == len(set(ids)) == 2686
    assert {len(id_) for id_ in ids} == {12}
    assert all(id_.isdigit() for id_ in ids)


def test_the_gcj02_columns_of_jilin_come_back_to_its_wgs84_columns() -> None:
    """300 places are given in both systems by somebody else's code."""
    frame = pd.read_csv(SHARED / "jilin_tianmen/towns_villages.csv", dtype=str).dropna(subset=["lon", "lon_gcj"])
    given = frame[["lon", "lat", "lon_gcj", "lat_gcj"]].astype(float).to_numpy()
    lon, lat = wgs84_from_gcj02(given[:, 2], given[:, 3])
    assert len(given) == 300
    geod = Geod(ellps="WGS84")
    assert (
        geod.inv(lon, lat, given[:, 0], given[:, 1])[2].max() < 3.0
    )  # their single step of the inverse is that far off
    forward = gcj02_from_wgs84(given[:, 2], given[:, 3])
    single_step = 2 * given[:, 2] - forward[0], 2 * given[:, 3] - forward[1]
    assert geod.inv(*single_step, given[:, 0], given[:, 1])[2].max() < 1e-6


def test_a_county_without_people_and_places_says_all_that_is_missing() -> None:
    """The table of townships has no people, and most of its places are unknown."""
    asked = StudyAreaRequest(
        DemandRequest("table", Source(SHARED / "jilin_tianmen/towns_villages.csv", "wgs84")),
        (FacilitiesRequest(Source(SHARED / "shanghai/poi_medical_point_xy.csv", "gcj02")),), ONE_TIER,
        boundary=Source(SHARED / "jilin_tianmen/counties.geojson"),
    )  # fmt: skip
    with pytest.raises(DataError) as caught:
        read_study_area(asked)
    said = [finding.what for finding in caught.value.findings]
    assert said[:2] == ["There is no column 'people'", "2,386 rows have no coordinates"]


def test_san_franciscos_tables_are_mapped() -> None:
    """Tract numbers with points stay text, and so does the road distance of each pair once it is called minutes."""
    folder = SHARED / "sf205"
    demand = Source(
        folder / "SF_demand_205_centroid_uniform_weight.csv", "wgs84",
        {"id": "NAME", "people": "POP2000", "lon": "long", "lat": "lat"},
    )  # fmt: skip
    sites = FacilitiesRequest(
        Source(folder / "SF_store_site_16_longlat.csv", "wgs84", {"id": "NAME", "lon": "long"}), tiers=("clinic",),
        default_status="candidate", status_stated=True,
    )  # fmt: skip
    tiers = {"clinic": TierRequest(("urban",))}
    area, _, _ = read_study_area(StudyAreaRequest(DemandRequest("table", demand, area_class="urban"), (sites,), tiers))
    assert len(area.demand) == 205
    assert "060750479.01" in set(area.demand.id)
    path = folder / "SF_network_distance_candidateStore_16_censusTract_205_new.csv"
    columns = {"demand_id": "DestinationName", "site_id": "name", "minutes": "distance"}
    times, findings = read_od(path, mode="road", demand_ids=area.demand.id, site_ids=area.sites.id, columns=columns)
    plain = pd.read_csv(path, dtype={"DestinationName": str})
    assert findings == ()
    assert len(times.minutes) == 205 * 16 == times.facts["possible_pairs"]
    assert times.minutes.sum() == pytest.approx(plain["distance"].sum())
    nearest = plain.groupby("DestinationName")["distance"].min().reindex(area.demand.id.tolist()).to_numpy()
    assert np.minimum.reduceat(times.minutes, np.arange(0, len(times.minutes), 16)) == pytest.approx(nearest)


def test_wuhans_places_lie_in_their_counties() -> None:
    """Points of one maker fall into the polygons of another, by our columns and our outlines."""
    path = SHARED / "wuhan/towns_communities_wgs84.csv"
    table = read_table(path, fields=DEMAND_FIELDS)
    (lon, lat), crs = locate(table, "wgs84", required=True, log=FindingLog())
    counties = pyogrio.read_dataframe(SHARED / "wuhan/counties.geojson")
    city = shapely.union_all(counties.geometry.to_numpy())
    assert crs == "wgs84"
    assert shapely.intersects_xy(city, lon, lat).mean() > 0.99


def test_the_health_facilities_of_coxs_bazar_need_a_name_for_their_rows() -> None:
    """A shapefile without ids: its rows are numbered where the scenario says so."""
    path = SHARED / "coxsbazar/health_cxb_lged.shp"
    table = read_table(path, columns={"id": "row_number", "tier": "FType"}, fields=FACILITY_FIELDS)
    (lon, lat), _ = locate(table, "", required=True, log=FindingLog())
    assert table.text("id").tolist() == [str(number) for number in range(1, 22)]
    assert {"Hospital", "Family Welfare Centre"} <= set(table.text("tier"))
    assert ((lon > 91.5) & (lon < 92.6) & (lat > 20.5) & (lat < 22.5)).all()
