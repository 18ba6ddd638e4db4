"""`facopt new`: a first scenario from a folder of files or from a preset; what it writes passes its check."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import numpy as np
import pytest
import yaml
from pyproj import Transformer

from facopt.inputs.coordinates import gcj02_from_wgs84
from facopt.presets.library import preset_names
from facopt.scenario.load import load_scenario
from tests.cli_runner import facopt, write_table
from tests.grid_county import SOUTH, WEST, box, grid_of_streets, villages
from tests.inputs_cases import SHARED

if TYPE_CHECKING:
    from pathlib import Path


def office(folder: Path) -> Path:
    """Write what an office has: villages and clinics in GCJ-02 that nobody says so of, streets, outlines; return it."""
    folder.mkdir()
    grid_of_streets(folder)
    lon, lat = villages()
    x, y = gcj02_from_wgs84(lon, lat)
    rows = [(f"v{i}", f"{i}村", 100 + i, f"{x[i]:.6f}", f"{y[i]:.6f}", f"{'东西'[i % 2]}镇") for i in range(len(x))]
    write_table(folder / "各村人口.csv", "编号 村名 常住人口 经度 纬度 乡镇", rows)
    clinics = [(k, f"{name}卫生院", f"{x[k]:.6f}", f"{y[k]:.6f}") for k, name in enumerate("东西南北中上下前后左")]
    write_table(folder / "卫生院.csv", "编号 机构名称 经度 纬度", clinics)
    box(folder, "县界.geojson", ("c", WEST - 0.1, SOUTH - 0.1, WEST + 0.4, SOUTH + 0.4))
    (folder / "notes.txt").write_text("说明：没有表格\n", encoding="utf-8")
    return folder


def test_a_folder_of_files_becomes_a_scenario_that_passes_its_check(tmp_path: Path) -> None:
    """Each file is told by its content; the roads tell the coordinate system; nothing has to be asked."""
    folder = office(tmp_path / "云汀")
    called = facopt("new", folder)
    assert called.status == 0, called.err
    draft = load_scenario(folder / "scenario.yaml").scenario
    assert draft.name == "云汀"
    assert (draft.demand.file.name, draft.demand.crs) == ("各村人口.csv", "gcj02")
    assert (draft.facilities.file.name, draft.facilities.crs) == ("卫生院.csv", "gcj02")
    assert draft.study_area.boundary.name == "县界.geojson"
    assert draft.travel["drive"].file.name == "roads.geojson"
    assert list(draft.tiers) == ["township_clinic"]
    assert (draft.tiers["township_clinic"].standard_minutes, draft.tiers["township_clinic"].standard_verified) == (
        30,
        False,
    )
    assert draft.candidates.kind == "settlements"
    text = (folder / "scenario.yaml").read_text(encoding="utf-8")
    assert "# the roads say so: median distance read as wgs84 " in text
    assert (
        "# recognised, change under columns: {id: 编号, name: 村名, people: 常住人口, zone: 乡镇, lon: 经度, lat: 纬度}"
        in text
    )
    assert "# not used: notes.txt (" in text
    checked = facopt("check", folder / "scenario.yaml", "--json")
    assert checked.status == 0, checked.err
    assert checked.json()["people"] == sum(100 + i for i in range(40))
    assert facopt("run", folder / "scenario.yaml", "--out", tmp_path / "maps").status == 0


def test_a_draft_does_not_take_the_place_of_a_scenario(tmp_path: Path) -> None:
    """A second call is refused and changes nothing."""
    folder = office(tmp_path / "county")
    assert facopt("new", folder).status == 0
    (folder / "scenario.yaml").write_text("name: mine\n", encoding="utf-8")
    called = facopt("new", folder)
    assert called.status == 2
    assert called.err.replace(f"{tmp_path}/", "") == (
        "county/scenario.yaml: there is a scenario already, and it is not overwritten. "
        "Rename it, or name another folder.\n"
    )
    assert (folder / "scenario.yaml").read_text(encoding="utf-8") == "name: mine\n"


def test_a_preset_gives_the_tiers_of_a_draft(tmp_path: Path) -> None:
    """With --preset the draft states the preset and leaves its values where they are."""
    folder = office(tmp_path / "county")
    assert facopt("new", folder, "--preset", "cn_rural").status == 0
    plain = yaml.safe_load((folder / "scenario.yaml").read_text(encoding="utf-8"))
    assert plain["preset"] == "cn_rural"
    assert plain["tiers"] == {"township_clinic": {}}
    assert facopt("check", folder / "scenario.yaml").status == 0


def test_what_is_missing_is_made_up_for_and_said(tmp_path: Path) -> None:
    """Without roads straight lines serve; without classes and ids a comment says what was assumed."""
    folder = tmp_path / "far"
    folder.mkdir()
    write_table(folder / "people.csv", "village pop lon lat", [(f"p{i}", 50, 36.8 + i / 50, -1.2) for i in range(5)])
    facilities = [("f1", "Health Post", 36.8, -1.2), ("f2", "Health Post", 36.9, -1.2), ("f3", "Hospital", 36.9, -1.2)]
    with (folder / "register.csv").open("w", encoding="utf-8") as file:
        file.write("id,facility type,lon,lat\n" + "".join(",".join(map(str, row)) + "\n" for row in facilities))
    called = facopt("new", folder)
    assert called.status == 0, called.err
    draft = load_scenario(folder / "scenario.yaml").scenario
    assert draft.travel["drive"].kind == "straight_line"
    assert draft.demand.columns == {"id": "row_number"}
    assert list(draft.tiers) == ["Health_Post"]
    assert draft.tiers["Health_Post"].matches == ("Health Post",)
    assert "please confirm" in (folder / "scenario.yaml").read_text(encoding="utf-8")
    assert facopt("check", folder / "scenario.yaml").status == 0


def test_a_table_of_times_serves_where_there_is_one(tmp_path: Path) -> None:
    """Times made elsewhere go before straight lines."""
    folder = tmp_path / "times"
    folder.mkdir()
    write_table(folder / "a.csv", "id people lon lat area_class", [("a", 5, 112.0, 30.0, "rural")])
    sites = [("s", "township_clinic", "existing", 112.0, 30.0), ("t", "township_clinic", "candidate", 112.1, 30.0)]
    write_table(folder / "b.csv", "id tier status lon lat", sites)
    write_table(folder / "c.csv", "demand_id site_id minutes", [("a", "s", 40), ("a", "t", 10)])
    assert facopt("new", folder).status == 0
    draft = load_scenario(folder / "scenario.yaml").scenario
    assert draft.travel["drive"].kind == "table"
    assert draft.candidates is None
    record = facopt("run", folder / "scenario.yaml", "--out", tmp_path / "maps", "--json").json()
    assert record["people_covered"] == 5


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_has_a_template_that_runs_once_its_tables_are_filled(tmp_path: Path, name: str) -> None:
    """Written with comments; empty tables are named by the check; filled ones pass it."""
    folder = tmp_path / "start"
    called = facopt("new", folder, "--preset", name)
    assert called.status == 0
    assert [path.name for path in sorted(folder.iterdir())] == ["facilities.csv", "people.csv", "scenario.yaml"]
    text = (folder / "scenario.yaml").read_text(encoding="utf-8")
    assert ("; not verified)" in text) == (name != "jo_moh")
    assert "None" not in text
    empty = facopt("check", folder / "scenario.yaml")
    assert empty.status == 2
    assert f"{folder / 'people.csv'}: The table has headings and no rows. Check the file." in empty.err.splitlines()
    tiers = list(load_scenario(folder / "scenario.yaml").scenario.tiers)
    classes = ("urban", "town", "rural")
    with (folder / "people.csv").open("a", encoding="utf-8") as file:
        file.writelines(f"p{k},,10,z,{kind},112.0,30.0,1\n" for k, kind in enumerate(classes))
    with (folder / "facilities.csv").open("a", encoding="utf-8") as file:
        file.writelines(f"s-{tier},,{tier},existing,112.0,30.0,,\n" for tier in tiers)
    assert facopt("check", folder / "scenario.yaml").status == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "nothing: there are no files to start from. Name a folder with your files, or say --preset cn_rural, or "
         "--sample for the sample county."),
        (("--preset", "cn_rurall"), "--preset: there is no preset 'cn_rurall'. Perhaps 'cn_rural' is meant."),
    ],
)  # fmt: skip
def test_nothing_to_start_from_is_said(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    """With what could be named instead."""
    called = facopt("new", tmp_path / "nothing", *arguments)
    assert called.status == 2
    assert called.err.replace(f"{tmp_path}/", "") == said + "\n"
    assert not (tmp_path / "nothing").exists()


def test_a_folder_without_people_says_what_each_file_lacks(tmp_path: Path) -> None:
    """What is missing comes first, then why the files that are there do not serve."""
    folder = office(tmp_path / "county")
    (folder / "各村人口.csv").unlink()
    shutil.copy(folder / "卫生院.csv", folder / "notes2.csv")
    (folder / "notes2.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    called = facopt("new", folder)
    assert called.status == 2
    lines = called.err.replace(f"{tmp_path}/", "").splitlines()
    assert lines[0] == (
        "county: no file in this folder says where people live. "
        "Add a table with id, people, lon, lat, or a population raster."
    )
    assert "county: notes2.csv is of no use: has neither coordinates nor a use that its columns tell." in lines
    assert not (folder / "scenario.yaml").exists()


def test_metres_are_placed_by_the_name_of_the_file_or_beside_the_others(tmp_path: Path) -> None:
    """Web Mercator looks like Gauss-Krüger zone 13: the name tells, or where the other files lie."""
    dice = np.random.default_rng(2)
    lon, lat = 121.4 + dice.uniform(0, 0.2, 20), 31.1 + dice.uniform(0, 0.2, 20)
    x, y = Transformer.from_crs("EPSG:4326", "EPSG:3857", always_xy=True).transform(lon, lat)
    rows = [("0", 10, round(a, 2), round(b, 2)) for a, b in zip(x, y, strict=True)]
    write_table(tmp_path / "people_3857.csv", "id people x y", rows)
    plots = write_table(tmp_path / "candidates.csv", "OBJ x y", [(f"c{k}", *row[2:]) for k, row in enumerate(rows)])
    write_table(tmp_path / "clinics.csv", "id name tier lon lat", [("k", "K", "clinic", 121.5, 31.2)])
    said = facopt("new", tmp_path).out
    assert "  people_3857.csv: demand (has people, 20 rows, crs EPSG:3857 (the name of the file))\n" in said
    beside = "(by the name of the file, 20 rows, crs EPSG:3857 (read so it lies where clinics.csv lies))"
    assert f"  candidates.csv: candidates {beside}\n" in said
    text = (tmp_path / "scenario.yaml").read_text(encoding="utf-8")
    assert "  columns: {id: row_number}          # id is not unique; rows are numbered\n" in text
    assert "  tiers: [clinic]          # the table does not say; each row serves for each\n" in text
    record = facopt("check", tmp_path / "scenario.yaml", "--json").json()
    assert (record["people"], record["sites"], record["errors"]) == (200, 21, [])
    alone = tmp_path / "alone"
    alone.mkdir()
    write_table(alone / "people.csv", "id people x y", [(k, 10, *row[2:]) for k, row in enumerate(rows)])
    plots.rename(alone / "candidates.csv")
    said = facopt("new", alone).out
    assert "x and y are metres in a system that nothing tells: state crs: EPSG:n" in said
    assert "still to be mended:" in said
    assert "  # crs: EPSG:n          # x and y are" in (alone / "scenario.yaml").read_text(encoding="utf-8")


def test_an_export_of_a_map_service_is_drafted_with_its_parts_merged(tmp_path: Path) -> None:
    """Departments and gates are expected there."""
    write_table(tmp_path / "people.csv", "id people lon lat", [("a", 5, 121.5, 31.2)])
    write_table(
        tmp_path / "poi.csv", "id name typecode pname adcode lon lat",
        [("1", "东镇社区卫生服务中心", "090000", "上海市", "310114", 121.5, 31.2)],
    )  # fmt: skip
    facopt("new", tmp_path)
    text = (tmp_path / "scenario.yaml").read_text(encoding="utf-8")
    assert "  merge_within_metres: 150          # departments" in text


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="the folder of real data is not beside the checkout")
def test_zhengzhou_is_drafted_with_its_people(tmp_path: Path) -> None:
    """1,312 cells that repeat the people of their townships, and candidates in metres: found out without a question."""
    folder = tmp_path / "zhengzhou"
    shutil.copytree(SHARED / "zhengzhou", folder)
    assert "Candidate.csv: candidates (by the name of the file, 465 rows, crs EPSG:2382 (read so it lies where" in (
        facopt("new", folder).out
    )
    record = facopt("check", folder / "scenario.yaml", "--json").json()
    assert (record["demand_points"], record["people"], record["sites"]) == (1312, 5_784_500, 465)
    assert record["recognised"]["people_steps"] == [
        "rescaled to the totals of 70 zones: 112,386,685 -> 5,784,500 people"
    ]
    assert any("4 zones have several totals; the first is taken" in text for text in record["warnings"])


def test_lines_without_a_class_are_no_roads(tmp_path: Path) -> None:
    """Flooded stretches, say, are lines too; a draft does not travel on them and says why."""
    folder = office(tmp_path / "office")
    roads = json.loads((folder / "roads.geojson").read_text(encoding="utf-8"))
    for feature in roads["features"]:
        feature["properties"] = {"flooded": 1}
    (folder / "roads.geojson").write_text(json.dumps(roads), encoding="utf-8")
    said = facopt("new", folder).out
    assert (
        "  roads.geojson: not used (lines that are no roads: no column with the class of the road among flooded. "
        "Name it highway (primary, 县道, 420300, ...))"
    ) in said
    assert "kind: straight_line" in (folder / "scenario.yaml").read_text(encoding="utf-8")


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="the folder of real data is not beside the checkout")
def test_jilin_and_tianmen_are_drafted_with_their_people(tmp_path: Path) -> None:
    """Places without people, most of them without coordinates, and a census by county: found to belong together."""
    folder = tmp_path / "jilin"
    shutil.copytree(SHARED / "jilin_tianmen", folder)
    write_table(folder / "clinics.csv", "id name tier lon lat", [("1", "东卫生院", "township_clinic", 126.5, 43.8)])
    said = facopt("new", folder).out
    assert "  census2020_county.csv: totals (people by zone, 13 rows)\n" in said
    assert "  towns_villages.csv: places (places without people, 2,686 rows, crs wgs84 (please confirm))\n" in said
    record = facopt("check", folder / "scenario.yaml", "--json").json()
    assert (record["demand_points"], record["people"], record["errors"]) == (2686, 3_623_713 + 1_158_640, [])
    assert record["recognised"]["people_steps"] == ["shared evenly by zone: 4,782,353 people over 2,686 demand points"]
    assert any("2,386 rows without coordinates placed evenly inside of zones" in text for text in record["warnings"])
    assert any("their 255,303 people are shared over the zones of the same region" in t for t in record["warnings"])


def test_a_census_by_zone_is_compared_with_people_that_are_counted(tmp_path: Path) -> None:
    """Where the places have people of their own, the draft only compares; a blank cell of people is no obstacle."""
    folder = office(tmp_path / "office")
    write_table(folder / "七普.csv", "乡镇 常住人口", [("东镇", 2380), ("西镇", 2400)])
    assert "  七普.csv: totals (people by zone, 2 rows)\n" in facopt("new", folder).out
    text = (folder / "scenario.yaml").read_text(encoding="utf-8")
    assert '  control_totals: {file: "七普.csv", rescale: false}          # compares only; without rescale' in text
    assert load_scenario(folder / "scenario.yaml").scenario.demand.columns == {"zone": "乡镇"}
    record = facopt("check", folder / "scenario.yaml", "--json").json()
    assert record["people"] == sum(100 + k for k in range(40))
    assert not any("control total" in text for text in record["warnings"])
    lines = (folder / "各村人口.csv").read_text(encoding="utf-8").replace(",139,", ",,")
    (folder / "各村人口.csv").write_text(lines, encoding="utf-8")
    (folder / "scenario.yaml").unlink()
    assert "still to be mended:" in facopt("new", folder).out
