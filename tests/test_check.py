"""`facopt check`: what was understood, which coordinate system is right, what stands in the way of a plan."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from facopt.inputs.coordinates import gcj02_from_wgs84
from tests.cli_runner import facopt, write_table
from tests.grid_county import SCENARIO, SIZE, SOUTH, STEP, WEST, box, county, grid_of_streets, villages
from tests.inputs_cases import SHARED

SAMPLE = Path(__file__).parents[1] / "data"


def test_a_check_shows_what_was_understood(tmp_path: Path) -> None:
    """Files, columns, systems, classes and kinds stand in the text and in the JSON."""
    file = county(tmp_path)
    called = facopt("check", file)
    assert called.status == 0, called.err
    for line in (
        "  demand.csv: 40 rows, csv, utf-8, wgs84",
        "    id; people; area_class; lon; lat",
        "  area classes by column area_class: 4,000 people in 40 rows",
        "  facilities: clinic 2",
    ):
        assert line in called.out.splitlines()
    record = facopt("check", file, "--json").json()
    assert [table["rows"] for table in record["recognised"]["tables"]] == [40, 2]
    assert record["recognised"]["tables"][0]["columns"]["lon"] == {"heading": "lon", "how": "name", "factor": 1.0}
    assert not (tmp_path / "maps").exists()


def test_a_run_keeps_what_was_understood(tmp_path: Path) -> None:
    """tables/recognised.csv names each file and column, the same bytes in every run."""
    file = county(tmp_path)
    texts = []
    for out in ("one", "two"):
        assert facopt("run", file, "--out", tmp_path / out).status == 0
        texts.append((tmp_path / out / "grid" / "tables" / "recognised.csv").read_bytes())
    assert texts[0] == texts[1]
    rows = list(csv.DictReader(texts[0].decode("utf-8-sig").splitlines()))
    assert {"file": "../../demand.csv", "subject": "column", "item": "people"}.items() <= rows[5].items()
    assert {row["item"]: row["rows"] for row in rows if row["subject"] == "facilities"} == {"clinic": "2"}


@pytest.mark.parametrize("truth", ["wgs84", "gcj02", "bd09"])
@pytest.mark.parametrize("stated", ["wgs84", "gcj02", "bd09", "cgcs2000"])
def test_the_roads_decide_which_system_is_right(tmp_path: Path, truth: str, stated: str) -> None:
    """Villages beside roads lie nearest to them in their own system; a wrong one is an error, whatever is stated."""
    called = facopt("check", county(tmp_path, truth, stated), "--json")
    record = called.json()
    test = record["coordinate_tests"][0]
    assert (test["layer"], test["against"], test["points"]) == ("demand", "roads", 40)
    assert min(test["median_metres"], key=test["median_metres"].get) == truth
    assert test["median_metres"][truth] < 30 < 100 < min(m for h, m in test["median_metres"].items() if h != truth)
    right = truth == {"cgcs2000": "wgs84"}.get(stated, stated)
    assert test["better"] == ("" if right else truth)
    assert called.status == (0 if right else 2)
    assert [error for error in record["errors"] if f"State crs: {truth}" in error] == (
        [] if right else record["errors"]
    )


def test_a_wrong_system_is_said_whole(tmp_path: Path) -> None:
    """The message names the better system, both medians and the file."""
    called = facopt("check", county(tmp_path, "gcj02", "wgs84"))
    (error,) = (line for line in called.out.splitlines() if line.startswith("error: "))
    assert error.replace(str(tmp_path), "").startswith(
        "error: /demand.csv: crs wgs84 is probably wrong: read as gcj02 the points lie nearer to the roads (median "
    )
    assert error.endswith("State crs: gcj02.")


def test_a_run_warns_of_a_wrong_system_and_goes_on(tmp_path: Path) -> None:
    """What the check calls an error is the first warning of a run, in the same words; a right system is not doubted."""
    file = county(tmp_path, "gcj02", "wgs84")
    (error,) = facopt("check", file, "--json").json()["errors"]
    for _ in range(2):  # the second time with kept travel times
        called = facopt("run", file, "--out", tmp_path / "maps", "--json")
        assert called.status == 0, called.err
        first, *others = called.json()["warnings"]
        assert error.endswith(first)
        assert first.startswith("demand.csv: crs wgs84 is probably wrong: read as gcj02 the points lie nearer")
        assert not any("probably wrong" in text for text in others)
    right = facopt("run", county(tmp_path, "gcj02", "gcj02"), "--out", tmp_path / "maps", "--json")
    assert not any("probably wrong" in text for text in right.json()["warnings"])


def test_without_roads_facilities_are_tested_against_people(tmp_path: Path) -> None:
    """Candidates in the villages are off by the shift where their table is in another system."""
    county(tmp_path)
    lon, lat = villages()
    x, y = gcj02_from_wgs84(lon, lat)
    rows = [(f"c{i}", "clinic", f"{x[i]:.6f}", f"{y[i]:.6f}", "candidate") for i in range(len(x))]
    write_table(tmp_path / "sites.csv", "id tier lon lat status", rows)
    straight = SCENARIO.replace("CRS", "wgs84").replace(
        "{kind: roads, file: roads.geojson, profile: drive}", "{kind: straight_line, speed_kmh: 25}"
    )
    file = tmp_path / "straight.yaml"
    file.write_text(straight, encoding="utf-8")
    called = facopt("check", file, "--json")
    assert called.status == 2
    (test,) = called.json()["coordinate_tests"]
    assert (test["against"], test["stated"], test["better"]) == ("demand", "wgs84", "gcj02")
    assert test["median_metres"]["gcj02"] < 1 < 400 < test["median_metres"]["wgs84"]
    assert "or that of the demand points if theirs is the wrong one" in called.json()["errors"][0]
    assert facopt("check", file, "--set", "facilities.crs=gcj02").status == 0


def test_the_sample_county_is_right_and_caught_when_shifted(tmp_path: Path) -> None:
    """Its villages pass as they are; moved to GCJ-02 by code and still called wgs84, they do not."""
    with (SAMPLE / "census" / "villages.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    lon, lat = (np.array([float(row[name]) for row in rows]) for name in ("lon", "lat"))
    x, y = gcj02_from_wgs84(lon, lat)
    for row, east, north in zip(rows, x, y, strict=True):
        row.update(lon=f"{east:.6f}", lat=f"{north:.6f}")
    moved = write_table(tmp_path / "villages.csv", " ".join(rows[0]), [tuple(row.values()) for row in rows])
    scenario = SAMPLE.parent / "scenarios" / "today.yaml"
    called = facopt("check", scenario, "--set", f"demand.file={moved.as_posix()}", "--json")
    assert called.status == 2
    by_file = {Path(test["file"]).name: test["better"] for test in called.json()["coordinate_tests"]}
    assert by_file == {"villages.csv": "gcj02", "facilities.csv": "", "candidates.csv": ""}


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="the folder of real data is not beside the checkout")
def test_shanghai_labelled_wgs84_is_caught(tmp_path: Path) -> None:
    """The export's columns give away AMap, whatever the scenario says; rightly labelled there is no error."""
    file = tmp_path / "shanghai.yaml"
    folder = SHARED.as_posix()
    file.write_text(f"""
name: shanghai
demand: {{kind: table, file: {folder}/shanghai/demand_3857.csv, crs: EPSG:3857, columns: {{id: grid_id, people: SUM}}}}
facilities: {{kind: table, file: {folder}/shanghai/poi_medical_point_xy.csv, crs: wgs84, status: existing}}
travel: {{walk: {{kind: straight_line, speed_kmh: 5}}}}
tiers: {{community_health_centre: {{serves: [urban], mode: walk, standard_minutes: 15}}}}
objective: [coverage]
""", encoding="utf-8")  # fmt: skip
    called = facopt("check", file, "--json")
    assert called.status == 2
    (error,) = called.json()["errors"]
    assert error.endswith(
        "poi_medical_point_xy.csv: crs wgs84 is probably wrong: columns like these are AMap's, which gives gcj02. "
        "State crs: gcj02, unless somebody has converted the coordinates."
    )
    assert facopt("check", file, "--set", "facilities.crs=gcj02").status == 0


FINDINGS = """
name: grid
study_area: {zones: zones.geojson, water: lake.geojson, exclusions: flood.geojson}
demand: {kind: table, file: demand.csv, crs: wgs84}
facilities: {kind: table, file: sites.csv, crs: wgs84}
travel: {drive: {kind: roads, file: roads.geojson, profile: drive, speeds_kmh: {primary: 180}}}
tiers: {clinic: {mode: drive, standard_minutes: 3, build_cost: 100}}
objective: [coverage]
limits: {budget: 99}
"""


def test_every_finding_of_the_list_comes_with_count_examples_and_remedy(tmp_path: Path) -> None:
    """Water, exclusion zone, far from roads, cut off, speed, capacity, zone without candidate, budget, threshold."""
    east = WEST + STEP * (SIZE - 1)
    grid_of_streets(
        tmp_path, [[WEST - 0.3, SOUTH], [WEST - 0.2, SOUTH]], [[east, SOUTH], [east + 0.05, SOUTH]]
    )  # an island road of another class, and a fast one
    roads = json.loads((tmp_path / "roads.geojson").read_text(encoding="utf-8"))
    roads["features"][-1]["properties"]["highway"] = "primary"
    (tmp_path / "roads.geojson").write_text(json.dumps(roads), encoding="utf-8")
    box(tmp_path, "zones.geojson", ("west", WEST - 1, SOUTH - 1, WEST + 0.1, SOUTH + 1), ("east", WEST + 0.1, SOUTH - 1,
        WEST + 1, SOUTH + 1))  # fmt: skip
    box(tmp_path, "lake.geojson", ("lake", WEST - 0.25, SOUTH - 0.001, WEST - 0.24, SOUTH + 0.001))
    box(tmp_path, "flood.geojson", ("flood", WEST + 0.079, SOUTH - 0.001, WEST + 0.081, SOUTH + 0.001))
    write_table(
        tmp_path / "demand.csv", "id people lon lat area_class",
        [("near", 100, WEST, SOUTH, "rural"), ("island", 50, WEST - 0.245, SOUTH, "rural"),
         ("hill", 30, WEST + 0.02, SOUTH + 0.0199, "rural"), ("far", 20, east, SOUTH + 0.1, "rural")],
    )  # fmt: skip
    write_table(
        tmp_path / "sites.csv", "id tier lon lat status capacity_people",
        [("s1", "clinic", WEST, SOUTH, "existing", 0), ("s2", "clinic", WEST + 0.08, SOUTH, "candidate", "")],
    )  # fmt: skip
    file = tmp_path / "grid.yaml"
    file.write_text(FINDINGS, encoding="utf-8")
    called = facopt("check", file, "--json")
    assert called.status == 0, called.err
    said = [text.replace(f"{tmp_path}/", "") for text in called.json()["warnings"]]
    for expected in (
        "demand.csv: 1 demand point lies in water (for example island). Check their coordinates and crs.",
        "sites.csv: 1 candidate lies inside an exclusion zone (for example s2). "
        "Take them out, or write closed in their column fixed.",
        "roads.geojson: mode drive: 1 road piece has a speed outside of 1 to 130 km/h "
        "(for example primary: 180.0 km/h). Check maxspeed in the road file and speeds_kmh in the scenario.",
        "roads.geojson: mode drive: 1 demand point is cut off from every facility and candidate (50 people) "
        "(for example island (50 people)). Add the missing road, bridge or ferry, or a candidate there.",
        "demand.csv: 1 zone has people that clinic serves, and neither a facility nor a candidate of it "
        "(for example east). Add a candidate there if each zone is to have its own.",
        "grid.yaml:9:18: limits.budget is 99, and the cheapest possible site costs 100, so nothing can be built "
        "(for example s2). Raise the budget, or check the costs and their unit.",
        "sites.csv: 1 open facility has a capacity of 0 (for example s1). "
        "Correct capacity_people, leave it blank where it is not known, or fix the facility closed.",
        "demand.csv: clinic: what stands has capacity for 0 of the 200 people it serves, 200 too few. "
        "Nothing to mend if that is what the plan is for; else check capacity_people.",
    ):
        assert expected in said
    (far,) = (text for text in said if "more than 1 km from any road" in text)
    assert far.startswith("roads.geojson: mode drive: 1 demand point lies more than 1 km from any road (30 people) "
                          "(for example hill: 1,9")  # fmt: skip
    (beyond,) = (text for text in said if "farther than 3 minutes" in text)
    assert beyond.startswith("demand.csv: clinic: 3 demand points with 100 people are farther than 3 minutes from "
                             "every facility and candidate (for example island (50 people, none in reach), hill "
                             "(30 people, nearest ")  # fmt: skip


def test_totals_that_are_only_compared_are_said_by_the_check(tmp_path: Path) -> None:
    """With rescale: false nobody is moved; zones off by more than 5 % and zones without a total are warnings."""
    grid_of_streets(tmp_path)
    write_table(
        tmp_path / "demand.csv", "id people zone lon lat area_class",
        [("a", 95, "东镇", WEST, SOUTH, "rural"), ("b", 94, "西镇", WEST, SOUTH, "rural"),
         ("c", 106, "南镇", WEST, SOUTH, "rural"), ("d", 12, "北镇", WEST, SOUTH, "rural")],
    )  # fmt: skip
    write_table(tmp_path / "sites.csv", "id tier lon lat status", [("s", "clinic", WEST, SOUTH, "existing")])
    write_table(tmp_path / "census.csv", "乡镇 常住人口", [("东镇", 100), ("西镇", 100), ("南镇", 100)])
    file = tmp_path / "grid.yaml"
    totals = "crs: wgs84, growth_percent_per_year: 10, years: 3, control_totals: {file: census.csv, rescale: false}"
    file.write_text(SCENARIO.replace("crs: CRS", totals), encoding="utf-8")
    called = facopt("check", file, "--json")
    assert called.status == 0, called.err
    record = called.json()
    assert record["people"] == pytest.approx(307 * 1.1**3)  # compared as they were counted, then projected
    said = [text.replace(f"{tmp_path}/", "") for text in record["warnings"] if "census.csv" in text]
    assert said == [
        "census.csv: 1 zone of the demand points without a control total; their 12 people are compared with nothing "
        "(for example 北镇). Add them to the file of totals, or correct the zones.",
        "census.csv: 2 zones differ from the control totals by more than 5 % (for example 南镇: 106 instead of 100, "
        "西镇: 94 instead of 100). Check year and kind of the population figures.",
    ]
    shown = facopt("check", file).out.splitlines()
    assert [line for line in shown if "census.csv" in line] == [f"note: {tmp_path}/{text}" for text in said]


def test_parts_are_passed_over_among_others_and_checked_alone(tmp_path: Path) -> None:
    """A shell's scenarios/*.yaml names parts that are no scenarios; check says that it leaves them out."""
    file = county(tmp_path)
    part = tmp_path / "_part.yaml"
    part.write_text("title: a part\n", encoding="utf-8")
    called = facopt("check", part, file)
    assert called.status == 0
    assert called.err.splitlines()[0] == (
        f"{part}: passed over, as its name begins with _: a part that other scenarios extend"
    )
    assert called.out.startswith("grid: ")
    assert facopt("check", part).status == 2
    assert facopt("check", tmp_path / "*.yaml").out.startswith("grid: ")


def test_fix_writes_cleaned_copies_and_leaves_the_originals(tmp_path: Path) -> None:
    """Encoding, blanks, full-width digits, repeated rows and totals are cleaned, and what was done is said."""
    file = county(tmp_path)
    dirty = (
        f"id;名称;常住人口;lon;lat;area_class\na; 东村 ;１２００;{WEST};{SOUTH};rural\n"
        f"b;西村;300;{WEST};{SOUTH + 0.04};rural\n"
        f"b;西村;300;{WEST};{SOUTH + 0.04};rural\n合计;;1500;;;\n"
    )
    (tmp_path / "demand.csv").write_bytes(dirty.encode("gb18030"))
    assert facopt("check", file).status == 2
    called = facopt("check", file, "--fix", tmp_path / "clean")
    assert called.status == 2
    copy = tmp_path / "clean" / "demand.csv"
    assert called.err.replace(str(tmp_path), "").splitlines()[:2] == [
        "fix: demand.csv: encoding gb18030 changed to UTF-8; separator ';' changed to ','; blanks around 1 cell; "
        "full-width digits in 1 cell; 1 row that stood twice word for word taken out; "
        "1 row of totals or notes taken out (line 5); written to /clean/demand.csv: "
        "state demand.file: /clean/demand.csv",
        "fix: sites.csv: nothing to clean",
    ]
    assert copy.read_text(encoding="utf-8-sig").splitlines() == [
        "id,名称,常住人口,lon,lat,area_class",
        f"a,东村,1200,{WEST},{SOUTH},rural",
        f"b,西村,300,{WEST},{SOUTH + 0.04},rural",
    ]
    assert copy.read_bytes().startswith(b"\xef\xbb\xbf")
    assert (tmp_path / "demand.csv").read_bytes() == dirty.encode("gb18030")
    assert not (tmp_path / "clean" / "sites.csv").exists()
    again = facopt("check", file, "--set", f"demand.file={copy.as_posix()}", "--json")
    assert again.status == 0
    assert again.json()["people"] == 1500


def test_fix_never_takes_the_place_of_an_original(tmp_path: Path) -> None:
    """Naming the folder of the data is refused."""
    file = county(tmp_path)
    before = (tmp_path / "demand.csv").read_bytes()
    called = facopt("check", file, "--fix", tmp_path)
    assert called.status == 2
    assert "the cleaned copy would take the place of an original. Name another folder for --fix." in called.err
    assert (tmp_path / "demand.csv").read_bytes() == before
