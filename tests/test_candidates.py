"""Candidates made by rules: settlements, grid points and crossings, each rule as a plain loop would apply it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from pyproj import Geod

from facopt.assembly.candidates import with_candidates
from facopt.assembly.study_area import study_area_request
from facopt.inputs.reader import read_study_area
from facopt.inputs.roads import read_roads
from facopt.scenario.load import load_scenario
from tests.cli_runner import facopt, write_table
from tests.grid_county import SIZE, SOUTH, STEP, WEST, box, grid_of_streets, villages

if TYPE_CHECKING:
    from pathlib import Path

    from facopt.inputs.road_table import RoadTable

EAST, NORTH = WEST + STEP * (SIZE - 1), SOUTH + STEP * (SIZE - 1)
GEOD = Geod(ellps="WGS84")
SCENARIO = """
name: rules
study_area: {boundary: county.geojson, water: lake.geojson, exclusions: flood.geojson}
demand: {kind: table, file: demand.csv, crs: wgs84}
facilities: {kind: table, file: sites.csv, crs: wgs84}
candidates: RULE
travel: {drive: {kind: roads, file: roads.geojson, profile: drive}}
tiers: {clinic: {mode: drive, standard_minutes: 20, build_cost: 100}, post: {mode: drive, standard_minutes: 30}}
objective: [coverage]
limits: {new_sites: {clinic: 1, post: 0}}
"""


def write_county(folder: Path, rule: str, scenario: str = SCENARIO) -> Path:
    """Write streets, 40 villages of 10 to 400 people, a lake, a flood plain and one clinic; return the scenario."""
    grid_of_streets(folder)
    lon, lat = villages()
    rows = [(f"v{i}", 10 * (i + 1), f"{lon[i]:.6f}", f"{lat[i]:.6f}", "rural", f"z{i % 3}") for i in range(len(lon))]
    write_table(folder / "demand.csv", "id people lon lat area_class zone", rows)
    write_table(
        folder / "sites.csv", "id tier lon lat status", [("s", "clinic", WEST + STEP, SOUTH + STEP, "existing")]
    )
    box(folder, "county.geojson", ("c", WEST - 0.01, SOUTH - 0.01, EAST + 0.01, NORTH + 0.01))
    box(folder, "lake.geojson", ("l", WEST + 0.05, SOUTH + 0.05, WEST + 0.07, SOUTH + 0.07))
    box(folder, "flood.geojson", ("f", WEST, NORTH - 0.03, WEST + 0.06, NORTH + 0.01))
    box(folder, "west.geojson", ("w", WEST - 0.01, SOUTH - 0.01, WEST + 0.1, NORTH + 0.01))
    file = folder / "rules.yaml"
    file.write_text(scenario.replace("RULE", rule), encoding="utf-8")
    return file


def made(folder: Path, rule: str):
    """Return the study area with the candidates of a rule, and what is told of them."""
    loaded = load_scenario(write_county(folder, rule))
    area, _, recognised = read_study_area(study_area_request(loaded.scenario))
    return with_candidates(loaded.scenario, area, recognised, loaded.place)


def kilometres(lon, lat, other_lon, other_lat) -> float:
    """Return the distance between two points."""
    return GEOD.inv(lon, lat, other_lon, other_lat)[2] / 1000


def test_settlements_with_enough_people_become_candidates_of_each_tier(tmp_path: Path) -> None:
    """Ids name the settlement and the tier; name, zone and place are the settlement's."""
    area, recognised = made(tmp_path, "{kind: settlements, tiers: [clinic, post], minimum_people: 380}")
    assert area.sites.id.tolist() == ["s", "v37-clinic", "v38-clinic", "v39-clinic", "v37-post", "v38-post", "v39-post"]
    assert area.sites.tier.tolist() == ["clinic"] * 4 + ["post"] * 3
    assert area.sites.zone.tolist()[1:4] == ["z1", "z2", "z0"]
    assert area.sites.lon[1] == area.demand.lon[37]
    assert not area.sites.existing[1:].any()
    (told,) = recognised.as_dict()["candidates_made"]
    dropped = {"with too few people": 37 - told["dropped"].get("in an exclusion zone", 0)}
    assert told["rule"] == "settlements"
    assert (told["places"], told["kept"]) == (40, 6)
    assert told["dropped"]["with too few people"] == 37 >= dropped["with too few people"]


def test_people_around_and_distance_to_what_stands_are_as_a_loop_says(tmp_path: Path) -> None:
    """People are counted in a circle; nothing is put near a standing facility of the tier."""
    rule = (
        "{kind: settlements, tiers: [clinic], minimum_people: 400, within_metres: 3000, existing_at_least_metres: 4000}"
    )
    area, _ = made(tmp_path, rule)
    demand = area.demand
    expected = []
    for i in range(len(demand)):
        around = sum(
            demand.people[j] for j in range(len(demand))
            if kilometres(demand.lon[i], demand.lat[i], demand.lon[j], demand.lat[j]) <= 3.0
        )  # fmt: skip
        far = kilometres(demand.lon[i], demand.lat[i], WEST + STEP, SOUTH + STEP) >= 4.0
        flood = WEST <= demand.lon[i] <= WEST + 0.06 and demand.lat[i] >= NORTH - 0.03
        if around >= 400 and far and not flood:
            expected.append(f"{demand.id[i]}-clinic")
    assert 0 < len(expected) < 40
    assert area.sites.id.tolist()[1:] == expected


def test_a_grid_fills_the_boundary_and_keeps_its_ids_when_the_boundary_changes(tmp_path: Path) -> None:
    """Neighbours are a spacing apart; a smaller county has a part of the same points under the same ids."""
    area, _ = made(tmp_path, "{kind: grid, tiers: [clinic], spacing_metres: 2000}")
    county = shapely.box(WEST - 0.01, SOUTH - 0.01, EAST + 0.01, NORTH + 0.01)
    lon, lat = area.sites.lon[1:], area.sites.lat[1:]
    assert shapely.contains_xy(county, lon, lat).all()
    square_km = abs(GEOD.geometry_area_perimeter(county)[0]) / 1e6
    in_flood = abs(GEOD.geometry_area_perimeter(shapely.box(WEST, NORTH - 0.03, WEST + 0.06, NORTH + 0.01))[0]) / 1e6
    assert len(lon) == pytest.approx((square_km - in_flood) / 4, rel=0.1)
    apart = [kilometres(lon[0], lat[0], lon[k], lat[k]) for k in range(1, len(lon))]
    assert min(apart) == pytest.approx(2.0, rel=1e-3)
    places = dict(zip(area.sites.id.tolist(), zip(area.sites.lon, area.sites.lat, strict=True), strict=True))
    box(tmp_path, "county.geojson", ("c", WEST + 0.02, SOUTH + 0.02, EAST, NORTH))
    loaded = load_scenario(tmp_path / "rules.yaml")
    smaller, _, recognised = read_study_area(study_area_request(loaded.scenario))
    smaller, _ = with_candidates(loaded.scenario, smaller, recognised, loaded.place)
    assert 0 < len(smaller.sites) < len(area.sites)
    for key, x, y in zip(smaller.sites.id[1:], smaller.sites.lon[1:], smaller.sites.lat[1:], strict=True):
        assert places[key] == pytest.approx((x, y), abs=1e-9)


def test_water_roads_outlines_and_exclusions_hold(tmp_path: Path) -> None:
    """Every kept grid point fits every rule, and each that does not is counted under a reason."""
    rule = (
        "{kind: grid, tiers: [clinic], spacing_metres: 500, only_within: west.geojson, exclude: [lake.geojson], "
        "water_at_least_metres: 1500, roads_at_most_metres: 400}"
    )
    area, recognised = made(tmp_path, rule)
    lon, lat = area.sites.lon[1:], area.sites.lat[1:]
    roads = json.loads((tmp_path / "roads.geojson").read_text(encoding="utf-8"))["features"]
    lines = [shapely.LineString(road["geometry"]["coordinates"]) for road in roads]
    lake = shapely.box(WEST + 0.05, SOUTH + 0.05, WEST + 0.07, SOUTH + 0.07)
    for x, y in zip(lon, lat, strict=True):
        assert x <= WEST + 0.1
        assert not (WEST <= x <= WEST + 0.06 and y >= NORTH - 0.03)
        point = shapely.Point(x, y)
        for outlines, low, high in (([lake], 1.49, np.inf), (lines, 0.0, 0.401)):
            ends = [shapely.ops.nearest_points(point, outline)[1] for outline in outlines]
            nearest = min(kilometres(x, y, end.x, end.y) for end in ends)
            assert low <= nearest <= high
    (told,) = recognised.as_dict()["candidates_made"]
    assert told["kept"] + sum(told["dropped"].values()) == told["places"]
    assert set(told["dropped"]) == {"not where one may build", "in an exclusion zone", "too near to water",
                                    "too far from roads"}  # fmt: skip


def test_crossings_are_where_three_roads_of_the_classes_meet(tmp_path: Path) -> None:
    """A square of streets has crossings everywhere but in its corners."""
    area, _ = made(tmp_path, "{kind: crossings, tiers: [clinic], road_classes: [secondary]}")
    expected = {
        (round(WEST + STEP * i, 5), round(SOUTH + STEP * j, 5)) for i in range(SIZE) for j in range(SIZE)
        if (i, j) not in {(0, 0), (0, SIZE - 1), (SIZE - 1, 0), (SIZE - 1, SIZE - 1)}
        and not (STEP * i <= 0.06 and STEP * j >= STEP * (SIZE - 1) - 0.03)
    }  # fmt: skip
    found = {(round(x, 5), round(y, 5)) for x, y in zip(area.sites.lon[1:], area.sites.lat[1:], strict=True)}
    assert found == expected
    assert area.sites.id[1] == f"x{area.sites.lon[1]:.5f}-{area.sites.lat[1]:.5f}-clinic"


def test_tables_and_rules_stand_side_by_side_and_the_plan_uses_them(tmp_path: Path) -> None:
    """A run with a table and a rule opens a candidate of the rule, twice with the same bytes."""
    write_table(tmp_path / "more.csv", "id tier lon lat", [("m", "post", WEST, SOUTH)])
    rule = "[{kind: table, file: more.csv, crs: wgs84}, {kind: settlements, tiers: [clinic]}]"
    file = write_county(tmp_path, rule)
    quick = ("--set", "tiers.clinic.standard_minutes=5", "--set", "limits.new_sites.post=1")
    records = [facopt("run", file, "--out", tmp_path / out, "--json", *quick).json() for out in ("one", "two")]
    opened = [site["site_id"] for site in records[0]["opened"] if site["action"] == "build"]
    assert len(opened) == 2
    assert [site.endswith("-clinic") or site == "m" for site in opened] == [True, True]
    assert records[0]["opened"] == records[1]["opened"]
    tables = [(tmp_path / out / "rules" / "tables" / "sites.csv").read_bytes() for out in ("one", "two")]
    assert tables[0] == tables[1]


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("{kind: grid, tiers: [clinic]}", "rules.yaml:6:1: candidates: the key 'spacing_metres' is missing. "
         "Add it: distance between neighbours."),
        ("{kind: net, tiers: [clinic]}", "rules.yaml:6:20: candidates.kind is 'net', not one of table, settlements, "
         "grid, crossings. Write one of these."),
        ("{kind: settlements, tiers: [hospital]}", "rules.yaml:6:41: candidates.tiers names 'hospital', which is not "
         "under tiers. Known under tiers: clinic, post."),
        ("{kind: table, file: sites.csv, tiers: [clinics]}", "rules.yaml:6:52: candidates.tiers names 'clinics', which "
         "is not under tiers. Perhaps 'clinic' is meant."),
        ("{kind: settlements, tiers: [clinic], minimum_people: 9999}", "rules.yaml:6:1: No candidate is left of 40 "
         "places (40 with too few people). Relax the rules."),
        ("{kind: grid, tiers: [clinic], spacing_metres: 50, only_within: sites.csv}",
         "sites.csv: This file has no outlines. Use a GeoJSON, a GeoPackage or a shapefile."),
        ("[{kind: settlements, tiers: [clinic]}, {kind: settlements, tiers: [clinic]}]",
         "rules.yaml:6:1: 40 candidates made by rules have ids that other sites have too (for example v0-clinic, "
         "v1-clinic, v10-clinic, v11-clinic, v12-clinic). Name each tier in one rule only, or change the ids in the "
         "tables."),
    ],
)  # fmt: skip
def test_a_rule_that_cannot_be_kept_is_said(tmp_path: Path, rule: str, said: str) -> None:
    """With the line of the scenario and how to mend it."""
    scenario = SCENARIO.replace(", exclusions: flood.geojson", "")
    called = facopt("check", write_county(tmp_path, rule, scenario))
    assert called.status == 2
    assert called.err.replace(f"{tmp_path}/", "").splitlines()[0] == said


def test_rules_say_which_part_of_the_scenario_they_lack(tmp_path: Path) -> None:
    """Roads, water and boundary are asked for only where a rule needs them."""
    bare = SCENARIO.replace(
        "study_area: {boundary: county.geojson, water: lake.geojson, exclusions: flood.geojson}", ""
    )
    straight = bare.replace(
        "{kind: roads, file: roads.geojson, profile: drive}", "{kind: straight_line, speed_kmh: 25}"
    )
    for scenario, rule, said in (
        (bare, "{kind: grid, tiers: [clinic], spacing_metres: 500}",
         "A grid of candidates needs a boundary. State study_area.boundary."),
        (bare, "{kind: settlements, tiers: [clinic], water_at_least_metres: 5}",
         "water_at_least_metres needs water. State study_area.water."),
        (straight, "{kind: crossings, tiers: [clinic]}",
         "Candidates at crossings, or near roads, need roads. State a mode of kind roads under travel."),
    ):  # fmt: skip
        called = facopt("check", write_county(tmp_path, rule, scenario))
        assert called.status == 2
        assert said in called.err


@pytest.mark.parametrize("kept", [True, False])
def test_roads_are_read_once_for_candidates_and_times(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: bool
) -> None:
    """Rules that need roads and the mode that travels on them share one reading, with a folder for the cache or not."""
    read = []

    def counting(file: Path, **how: object) -> RoadTable:
        read.append((file.name, how["layer"], how["crs"]))
        return read_roads(file, **how)

    monkeypatch.setattr("facopt.assembly.road_files.read_roads", counting)
    file = write_county(tmp_path, "{kind: crossings, tiers: [clinic], roads_at_most_metres: 100}")
    text = file.read_text(encoding="utf-8").replace("roads.geojson,", "roads.geojson, crs: wgs84,")
    file.write_text(text, encoding="utf-8")
    called = facopt("run", file, "--out", tmp_path / "maps", *([] if kept else ["--no-cache"]))
    assert called.status == 0, called.err
    assert read == [("roads.geojson", None, "wgs84")]
