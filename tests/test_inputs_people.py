"""People: totals of zones kept to the person, growth, and places that nobody knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from facopt.inputs.cells import Cells, aggregate, aggregation_error
from facopt.inputs.people import whole_people
from facopt.inputs.reader import read_study_area
from facopt.inputs.requests import DemandRequest, FacilitiesRequest, Source, TierRequest
from facopt.scenario.load import load_scenario
from tests.cli_runner import facopt
from tests.grid_county import box
from tests.inputs_cases import SHARED, request, texts, write

if TYPE_CHECKING:
    from pathlib import Path

VILLAGES = """id,people,zone,lon,lat,area_class,people_65_plus
a,100,1001,114.1,30.1,rural,20
b,200,1001,114.2,30.1,rural,20
c,50,1002,114.1,30.2,rural,5
d,0,1003,114.2,30.2,rural,0
e,0,1003,114.2,30.3,rural,0
f,7,9,114.3,30.3,rural,1
"""


def demand(folder: Path, totals: str, villages: str = VILLAGES, **changes):
    """Return demand points, warnings and what was recognised for villages with control totals."""
    source = Source(write(folder, "villages.csv", villages), "wgs84")
    part = DemandRequest("table", source, totals=Source(write(folder, "totals.csv", totals)), **changes)
    area, findings, recognised = read_study_area(request(folder, demand=part))
    told = [text for text in texts(findings, folder) if text.startswith("totals.csv")]
    return area.demand, told, recognised


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=60))
def test_whole_people_keep_their_sum(people: list[float]) -> None:
    """Rounding moves nobody's count by one or more, and the sum is the rounded sum."""
    values = np.array(people)
    rounded = whole_people(values)
    assert rounded.sum() == round(float(values.sum()))
    assert np.abs(rounded - values).max() < 1 + 1e-6
    assert (rounded == np.round(rounded)).all()


def test_each_zone_sums_to_its_total_to_the_person(tmp_path: Path) -> None:
    """In proportion to the people in the table, evenly where it has none; segments go along."""
    points, told, recognised = demand(tmp_path, "zone,people\n1001,1000\n1002,33\n1003,5\n")
    assert points.people.tolist() == [333, 667, 33, 3, 2, 7]
    assert points.segments["65_plus"] == pytest.approx([66.6, 66.7, 3.3, 0, 0, 1])
    assert told == [
        "totals.csv: 1 zone of the demand points without a control total; their 7 people stay as they are "
        "(for example 9). Add them to the file of totals, or correct the zones."
    ]
    assert recognised.people_steps == ("rescaled to the totals of 3 zones: 357 -> 1,045 people",)


@pytest.mark.parametrize("share", [False, True])
def test_zones_without_points_are_left_out_or_shared_in_their_region(tmp_path: Path, share: bool) -> None:
    """Codes of one region share its people; other regions get none of them."""
    villages = "id,people,zone,lon,lat,area_class\na,1,220202,114.1,30.1,rural\nb,3,220203,114.2,30.1,rural\n" \
        "c,5,429006,114.2,30.2,rural\n"  # fmt: skip
    totals = "CODE,POPU\n220202,100\n220203,300\n220271,41\n429006,50\n"
    source = Source(write(tmp_path, "villages.csv", villages), "wgs84")
    told = Source(write(tmp_path, "totals.csv", totals), columns={"people": "POPU"})
    part = DemandRequest("table", source, totals=told, share_rest=share)
    area, findings, _ = read_study_area(request(tmp_path, demand=part))
    assert area.demand.people.tolist() == ([110, 331, 50] if share else [100, 300, 50])
    shared = "are shared over the zones of the same region (for example 220271: 41). Add their demand points."
    left = "are left out (for example 220271: 41). Add their demand points, or state zones_without_points: share."
    said = shared if share else left
    assert f"totals.csv: 1 zone of the control totals has no demand point; their 41 people {said}" in texts(
        findings, tmp_path
    )


def test_totals_are_shared_evenly_where_the_table_has_no_people(tmp_path: Path) -> None:
    """A list of villages and a census of townships are enough, by ids or by names."""
    villages = "id,zone,lon,lat,area_class\na,东镇,114.1,30.1,rural\nb,东镇,114.2,30.1,rural\nc,西镇,114.1,30.2,rural\n"
    points, told, _ = demand(tmp_path, "id,name,people\n1,东镇,101\n2,西镇,50\n", villages)
    assert points.people.tolist() == [51, 50, 50]
    assert told == []


def test_people_grow_and_segments_with_them(tmp_path: Path) -> None:
    """Compound growth, after the totals, told with what was recognised."""
    points, _, recognised = demand(tmp_path, "zone,people\n1001,1000\n1002,33\n1003,5\n9,2\n", growth=1.02**10)
    assert points.people.sum() == pytest.approx(1040 * 1.02**10)
    assert points.segments["65_plus"][0] == pytest.approx(66.6 * 1.02**10)
    assert recognised.people_steps[1] == "projected by a factor of 1.21899: 1,040 -> 1,268 people"


def test_totals_may_only_be_compared(tmp_path: Path) -> None:
    """Without rescaling nothing changes and zones off by more than 5 % are named."""
    totals = Source(write(tmp_path, "totals.csv", "zone,people\n1001,300\n1002,60\n"))
    source = Source(write(tmp_path, "villages.csv", VILLAGES), "wgs84")
    asked = request(tmp_path, demand=DemandRequest("table", source), control_totals=totals)
    area, findings, _ = read_study_area(asked)
    assert area.demand.people.sum() == 357
    assert (
        "totals.csv: 1 zone differs from the control totals by more than 5 % (for example 1002: 50 instead of 60). "
        "Check year and kind of the population figures."
    ) in texts(findings, tmp_path)


def test_a_scenario_states_totals_growth_and_places(tmp_path: Path) -> None:
    """The keys of the scenario reach the readers, the report's assumptions and the check."""
    write(tmp_path, "villages.csv", "id,zone,lon,lat,area_class\na,w,114.1,30.1,rural\nb,w,,,rural\nc,e,,,rural\n")
    write(tmp_path, "totals.csv", "zone,people\nw,300\ne,70\n")
    write(tmp_path, "sites.csv", "id,tier,lon,lat,status\ns,clinic,114.1,30.1,existing\n")
    box(tmp_path, "zones.geojson", ("w", 114.0, 30.0, 114.2, 30.2), ("e", 114.2, 30.0, 114.4, 30.2))
    file = tmp_path / "plan.yaml"
    file.write_text(
        "name: plan\nstudy_area: {zones: zones.geojson}\ndemand:\n  kind: table\n  file: villages.csv\n  crs: wgs84\n"
        "  place_missing: true\n  control_totals: {file: totals.csv}\n  growth_percent_per_year: -1\n  years: 2\n"
        "facilities: {kind: table, file: sites.csv, crs: wgs84}\n"
        "travel: {drive: {kind: straight_line, speed_kmh: 25}}\n"
        "tiers: {clinic: {mode: drive, standard_minutes: 60}}\nobjective: [coverage]\n"
        "limits: {new_sites: {clinic: 0}}\n",
        encoding="utf-8",
    )
    called = facopt("check", file, "--json")
    assert called.status == 0, called.err
    record = called.json()
    assert record["people"] == pytest.approx(370 * 0.99**2)
    assert (
        f"{tmp_path / 'villages.csv'}:3: 2 rows without coordinates placed evenly inside of zones (for example b, c). "
        "Their places are made up: fill in coordinates before deciding anything near them."
    ) in record["warnings"]
    run = facopt("run", file, "--out", tmp_path / "maps")
    assert run.status == 0, run.err
    report = (tmp_path / "maps/plan/report.html").read_text(encoding="utf-8")
    assert "-1 % a year for 2 years" in report
    assert load_scenario(tmp_path / "maps/plan/scenario.yaml").scenario.demand.years == 2


def test_a_row_without_coordinates_and_zone_cannot_be_placed(tmp_path: Path) -> None:
    """It is named, and so is a missing file of zones."""
    villages = "id,people,zone,lon,lat,area_class\na,1,w,114.1,30.1,rural\nb,1,x,,,rural\n"
    part = DemandRequest("table", Source(write(tmp_path, "villages.csv", villages), "wgs84"), place_missing=True)
    box(tmp_path, "zones.geojson", ("w", 114.0, 30.0, 114.2, 30.2))
    for zones, said in (
        (Source(tmp_path / "zones.geojson"), "villages.csv:3: 1 row has neither coordinates nor a zone with an outline."
         " Fill in coordinates, or a zone of the zones file."),
        (None, "villages.csv: Rows without coordinates can be placed in their zones only where there is a file of "
         "zones. State study_area.zones."),
    ):  # fmt: skip
        with pytest.raises(ValueError, match="coordinates") as caught:
            read_study_area(request(tmp_path, demand=part, zones=zones))
        assert said in texts(caught.value.findings, tmp_path)


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="the folder of real data is not beside the checkout")
def test_jilin_and_tianmen_sum_to_the_census_to_the_person(tmp_path: Path) -> None:
    """2,686 places share the census of their counties; three development zones have neither places nor an outline."""
    folder = SHARED / "jilin_tianmen"
    source = Source(folder / "towns_villages.csv", "wgs84", {"zone": "adcode"})
    totals = Source(folder / "census2020_county.csv", columns={"people": "POPU"})
    for share, jilin in ((False, 3_623_713 - 255_303), (True, 3_623_713)):
        part = DemandRequest("table", source, totals=totals, share_rest=share, place_missing=True)
        sites = write(tmp_path, "s.csv", "id,tier,lon,lat,status\ns,clinic,126.5,43.8,existing\n")
        asked = request(
            tmp_path,
            demand=part,
            zones=Source(folder / "counties.geojson"),
            facilities=(FacilitiesRequest(Source(sites, "wgs84")),),
            tiers={"clinic": TierRequest(("urban",))},
        )
        area, findings, recognised = read_study_area(asked)
        points = area.demand
        in_jilin = np.array([zone.startswith("2202") for zone in points.zone])
        assert len(points) == 2686
        assert points.people[in_jilin].sum() == jilin
        assert points.people[~in_jilin].sum() == 1_158_640
        assert (points.people == np.round(points.people)).all()
        said = texts(findings, folder)
        verb = "are shared over the zones of the same region" if share else "are left out"
        assert any(
            f"3 zones of the control totals have no demand point; their 255,303 people {verb} (for example "
            "220271: 55,692, 220272: 162,447, 220273: 37,164)" in text for text in said
        )  # fmt: skip
        assert any("2,386 rows without coordinates placed evenly inside of zones" in text for text in said)
    for key, outline in area.ground.zones.items():
        rows = np.flatnonzero(points.zone == key)
        made_up = rows[shapely.distance(outline, shapely.points(points.lon[rows], points.lat[rows])) > 0.05]
        assert len(made_up) == 0
    assert {rule.rule for rule in recognised.class_rules} == {"class code", "division code"}


def test_putting_cells_together_says_how_far_people_are_moved() -> None:
    """The mean is weighed by people, and as a plain loop over the cells gives it; nobody is lost."""
    dice = np.random.default_rng(5)
    row, column = (part.ravel() for part in np.indices((12, 12)))
    lon, lat, people = 114 + column * 0.001, 30 - row * 0.0009, dice.uniform(0, 50, 144)
    cells = Cells(row, column, lon, lat, people, (96.0, 100.0))
    blocks, _, block_of = aggregate(cells, 400, np.full(144, -1))
    assert len(blocks) == 9
    assert blocks.people.sum() == pytest.approx(people.sum())
    geod = Geod(ellps="WGS84")
    far = [geod.inv(lon[k], lat[k], blocks.lon[block_of[k]], blocks.lat[block_of[k]])[2] for k in range(144)]
    mean, most = aggregation_error(cells, blocks, block_of)
    assert mean == pytest.approx(sum(f * p for f, p in zip(far, people, strict=True)) / people.sum())
    within = sum(p for f, p in zip(far, people, strict=True) if f <= most)
    assert within >= 0.95 * people.sum() > within - people.max()


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="the folder of real data is not beside the checkout")
def test_tashkent_in_kilometres_says_its_error(tmp_path: Path) -> None:
    """Cells of 250 m in blocks of a kilometre move people by a few hundred metres; as they are, by nothing."""
    sites = write(tmp_path, "s.csv", "id,tier,lon,lat,status\ns,clinic,69.25,41.3,existing\n")
    raster = Source(SHARED / "tashkent/tashkent_ghsl2015_pop_250m.tif")
    told = {}
    for metres in (None, 1000):
        part = DemandRequest("raster", raster, cell_metres=metres)
        asked = request(tmp_path, demand=part, facilities=(FacilitiesRequest(Source(sites, "wgs84")),),
                        tiers={"clinic": TierRequest(("urban",))})  # fmt: skip
        told[metres] = read_study_area(asked)[2].people_steps
    assert told[None] == ()
    (step,) = told[1000]
    assert step.startswith("put together from 5,246 cells to ")
    mean = float(step.split("they live ")[1].split(" m ")[0])
    assert 250 < mean < 500


def test_totals_that_stand_in_each_row_of_their_zone_count_once(tmp_path: Path) -> None:
    """A join has written each township's people into its cells: shared over them, with what does not agree said."""
    rows = "".join(
        f"{zone}{k},{zone},{people},114.{k},30.{k},rural\n"
        for zone, people in (("a", 40), ("b", 50), ("c", 61), ("d", 70), ("e", 80), ("f", 90), ("g", 1), ("h", 2),
                             ("i", 3), ("j", 4), ("k", 5))
        for k in range(4)
    ).replace("k0,k,5,", "k0,k,7,")  # fmt: skip
    villages = write(tmp_path, "cells.csv", f"id,zone,people,lon,lat,area_class\n{rows}")
    part = DemandRequest("table", Source(villages, "wgs84"), totals=Source(villages))
    area, findings, _ = read_study_area(request(tmp_path, demand=part))
    assert area.demand.people.sum() == 40 + 50 + 61 + 70 + 80 + 90 + 1 + 2 + 3 + 4 + 7
    assert sorted(area.demand.people[area.demand.zone == "c"]) == [15, 15, 15, 16]
    said = [text for text in texts(findings, tmp_path) if "total" in text]
    assert said == [
        "cells.csv: The totals stand in each row of their zone, and are counted once: 11 zones with 408 people. "
        "Nothing to mend if each row holds the people of its whole zone.",
        "cells.csv: 1 zone has several totals; the first is taken (for example k: 7 and 5). Correct them.",
    ]
