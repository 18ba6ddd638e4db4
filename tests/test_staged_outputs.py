"""A plan in stages as planners see it: every stage's figures are the same figures in all outputs, in both languages."""

from __future__ import annotations

import csv
import json
import math
import re
import shutil
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import openpyxl
import pytest
from scipy.optimize import linprog

from facopt.outputs.compare import comparison_json, render_terminal
from facopt.outputs.compare.comparison import compare_runs
from facopt.outputs.compare.comparison_page import comparison_html
from facopt.outputs.run_files import read_run
from facopt.outputs.words import WORDS
from tests.cli_runner import facopt
from tests.printed_figures import Node, figures, says, tree
from tests.staged_county import SCENARIO, staged_county

if TYPE_CHECKING:
    from pathlib import Path

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
LANGUAGES = ("zh", "en")
STAGES = ("today", "2027", "2030", "2035")
VISITS = 1.7
"""Visits per person and year, as the scenario states them."""
Row = dict[str, str]


@dataclass(frozen=True)
class StagedRun:
    """The outputs of the run and what the terminal said."""

    folder: Path
    said: str

    @cached_property
    def record(self) -> dict[str, Any]:
        return json.loads((self.folder / "run.json").read_text(encoding="utf-8"))

    def table(self, key: str) -> list[Row]:
        """Rows of a table's file."""
        with (self.folder / "tables" / f"{key}.csv").open(encoding="utf-8-sig", newline="") as stream:
            return list(csv.DictReader(stream))

    @cached_property
    def report(self) -> Node:
        return tree((self.folder / "report.html").read_text(encoding="utf-8"))

    @cached_property
    def drawn(self) -> dict[str, Any]:
        """What the map's script draws."""
        page = (self.folder / "map.html").read_text(encoding="utf-8")
        found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
        assert found is not None
        return json.loads(found[1])


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> StagedRun:
    folder = tmp_path_factory.mktemp("staged")
    called = facopt("run", staged_county(folder), "--out", folder / "maps")
    assert called.status == 0, called.err
    return StagedRun(folder / "maps" / "staged", called.out)


def total(rows: list[Row], column: str) -> float:
    """Sum a column; missing figures are nothing."""
    return sum(float(row[column] or 0) for row in rows)


# --- the same figures ------------------------------------------------------------------------------------------------


def test_stages_of_run_json_are_the_tables(run: StagedRun) -> None:
    """People, people covered, sites, room, load and money of each stage in run.json are those of the tables' files."""
    rows = {(row["stage"], row["tier"]): row for row in run.table("stages")}
    money = {row["stage"]: row for row in run.table("stage_money")}
    assert [stage["stage"] for stage in run.record["stages"]] == list(STAGES)
    for stage in run.record["stages"]:
        for tier, share in {"": stage, **stage["by_tier"]}.items():
            row = rows[stage["stage"], tier]
            assert float(row["stage_people"]) == share["people"]
            assert float(row["stage_covered"]) == share["people_covered"]
            assert float(row["stage_covered_percent"]) == share["people_covered_percent"]
            assert float(row["stage_sites_open"]) == share["sites_open"]
            if row["capacity"]:
                assert (float(row["capacity"]), float(row["load"])) == (share["capacity"], share["load"])
        if stage["stage"] != "today":
            stated = money[stage["stage"]]
            for key in ("capital", "running_cost", "staff", "beds", "floor_area_m2"):
                assert float(stated[key]) == stage[key]
            for source, spent in stage["capital_by_source"].items():
                assert float(stated[f"capital_{source}"]) == spent


def test_the_last_stage_is_the_plan_and_nothing_else(run: StagedRun) -> None:
    """The headline figures of run.json are those of the last stage."""
    last = run.record["stages"][-1]
    for key in ("people", "people_covered", "people_covered_percent"):
        assert run.record[key] == last[key]
    assert run.record["cost"] == sum(stage["capital"] for stage in run.record["stages"][1:])
    assert len(run.record["opened"]) == last["sites_open"]


def test_every_table_of_the_report_has_the_figures_of_its_file(run: StagedRun) -> None:
    """Each line of each table on the page is a row of the table's file, exact in its marks and rounded in print."""
    names = {"facilities": "sites", "points": "demand_points"}
    tables = run.report.all(lambda node: "data-table" in node.attributes)
    keys = {table.attributes["data-table"] for table in tables}
    assert {"stages", "stage_money", "actions", "stage_segments", "rules", "exceptions", "orders", "projects"} <= keys
    for table in tables:
        key = table.attributes["data-table"]
        rows = run.table(names.get(key, key))
        for body in table.all(lambda node: node.tag == "tbody"):
            for line in body.all(lambda node: node.tag == "tr"):
                marked = figures(line)
                columns = [cell.attributes["data-figure"].removeprefix(f"{key}.") for cell in marked]
                shown = tuple(cell.attributes["data-value"] for cell in marked)
                stated = {tuple(repr(float(row[c])) if row[c] else "" for c in columns) for row in rows}
                assert shown in stated, (key, shown)
                _prints(table, line)


def _prints(table: Node, line: Node) -> None:
    """Compare what the cells of a line say with their marks, in both languages."""
    heads = table.all(lambda node: node.tag == "th")
    for place, cell in enumerate(line.all(lambda node: node.tag == "td")):
        value = cell.attributes.get("data-value", "")
        if "data-figure" not in cell.attributes:
            continue
        for lang in LANGUAGES:
            heading = heads[place].text(lang)
            unit = 1e4 if "万元" in heading else 1e6 if "million" in heading else 1.0
            up = cell.attributes["data-figure"].endswith("longest_minutes")
            exact = float(value) if value else None
            assert says(cell.text(lang), exact, unit=unit, rounded_up=up), (heading, cell.text(lang), value)


def test_every_sheet_has_the_figures_of_its_file(run: StagedRun) -> None:
    """Each table's sheet holds the same numbers as its file, in the unit its heading names."""
    book = openpyxl.load_workbook(run.folder / "report.xlsx")
    keys = ("stages", "stage_money", "actions", "stage_segments", "stage_sites", "referral", "orders", "exceptions")
    for key in keys:
        sheet, rows = book[WORDS[f"table.{key}"][0]], run.table(key)
        heads = [str(cell.value) for cell in next(sheet.iter_rows(max_row=1))]
        for line, row in zip(sheet.iter_rows(min_row=2), rows, strict=False):
            for cell, heading, text in zip(line, heads, row.values(), strict=True):
                if isinstance(cell.value, int | float):
                    scale = 100.0 if "%" in cell.number_format else 1e4 if "万元" in heading else 1.0
                    assert cell.value * scale == pytest.approx(float(text), rel=1e-12), (key, heading)


def test_stops_of_the_map_are_the_stages(run: StagedRun) -> None:
    """Each stop of the slider has its stage's people, people covered, sites and money; its states add up to them."""
    spent = 0.0
    assert [stop["key"] for stop in run.drawn["stops"]] == ["now", "2027", "2030", "2035"]
    for stop, stage in zip(run.drawn["stops"], run.record["stages"], strict=True):
        spent += stage.get("capital", 0.0)
        shown = stop["figures"]
        for key in ("people", "people_covered", "people_covered_percent", "sites_open", "sites_new"):
            assert float(shown[key]) == pytest.approx(stage[key], rel=1e-12), (stop["key"], key)
        assert float(shown["cost"]) == spent
        sums = stop["people"]
        assert sum(sums.values()) == pytest.approx(stage["people"], rel=1e-12)
        assert sums["c"] + sums["n"] == pytest.approx(stage["people_covered"], rel=1e-12)
        open_now = {"e", "k", "b", "x", "r"}
        assert sum(letter in open_now for letter in stop["sites"]) == stage["sites_open"]
        assert len(stop["open"]) == stage["sites_open"]
    rows = {(row["stage"], row["id"]): row for row in run.table("stage_sites")}
    for stop, stage in zip(run.drawn["stops"], STAGES, strict=True):
        for site, (size, people, load, _) in stop["open"].items():
            row = rows[stage, run.drawn["sites"]["id"][int(site)]]
            assert (size, people, load) == (row["size"], float(row["people_assigned"]), float(row["load"]))


def test_gis_layers_hold_the_stages_and_actions(run: StagedRun) -> None:
    """Sites, settlements, stages, actions and referral of the GeoPackage have the figures of the tables."""
    import pyogrio

    def layer(name: str) -> Any:
        return pyogrio.read_dataframe(run.folder / "plan.gpkg", layer=name, read_geometry=False)

    sites = {row["id"]: row for row in run.table("sites")}
    for row in layer("sites").to_dict("records"):
        stated = sites[row["id"]]
        assert (row["action"], row["stage"], row["size"]) == (stated["action"], stated["stage"], stated["size"])
        for column in ("capacity", "load", "action_cost"):
            assert (stated[column] == "" and row[column] != row[column]) or row[column] == float(stated[column])
    assert layer("demand_points")["covered"].sum() == pytest.approx(run.record["people_covered"], rel=1e-12)
    assert layer("stages")["people_covered"].tolist() == [float(row["stage_covered"]) for row in run.table("stages")]
    assert layer("actions")["cost"].sum() == run.record["cost"]
    assert len(layer("referral_links")) == len(run.table("referral"))


# --- sums ------------------------------------------------------------------------------------------------------------


def test_money_adds_up(run: StagedRun) -> None:
    """Actions add up to each stage's capital and funds, stages and projects to the cost of the plan."""
    actions, money = run.table("actions"), run.table("stage_money")
    for stage in money:
        mine = [row for row in actions if row["stage"] == stage["stage"]]
        assert total(mine, "action_cost") == pytest.approx(float(stage["capital"]), rel=1e-12)
        for source in ("county", "province"):
            assert total(mine, f"cost_{source}") == pytest.approx(float(stage[f"capital_{source}"]), rel=1e-12)
    for key, column in (("stage_money", "capital"), ("projects", "build_cost"), ("cost", "build_cost")):
        assert total(run.table(key), column) == run.record["cost"], key
    assert sum(site["action_cost"] for site in run.record["opened"] + run.record["closed"]) == run.record["cost"]


def test_people_add_up_where_capacities_cover_a_part(run: StagedRun) -> None:
    """Settlements add up to people covered, the uncovered list to the others, and each site's people are its load."""
    points, sites = run.table("demand_points"), run.table("sites")
    assert total(points, "covered") == pytest.approx(run.record["people_covered"], rel=1e-12)
    assert total(points, "covered_now") == pytest.approx(run.record["baseline"]["people_covered"], rel=1e-12)
    left = run.record["people"] - run.record["people_covered"]
    assert total(run.table("uncovered"), "people") == pytest.approx(left, rel=1e-12)
    assigned = Counter[str]()
    for row in run.table("assignment"):
        assigned[row["site_id"]] += float(row["people"])
    for site in sites:
        if site["capacity"]:
            assert VISITS * assigned[site["id"]] == pytest.approx(float(site["load"]), rel=1e-9)
            assert float(site["load"]) <= float(site["capacity"]) * (1 + 1e-6)
            used = 100 * float(site["load"]) / float(site["capacity"])
            assert float(site["use_percent"]) == pytest.approx(used, rel=1e-12)
    today = [row for row in run.table("stage_sites") if row["stage"] == "today" and row["capacity"]]
    assert any(float(row["use_percent"]) == pytest.approx(100) for row in today)


def test_losses_are_those_of_a_linear_program_over_the_files(run: StagedRun) -> None:
    """For each facility: who is covered at best without it, from people, places and room in the files alone."""
    points, sites = run.table("demand_points"), [row for row in run.table("sites") if row["action"] in OPEN]
    people = np.array([float(row["people"]) for row in points])
    clinics = [row for row in sites if row["tier"] == "township_clinic"]
    hospitals = [row for row in sites if row["tier"] == "county_hospital"]

    def most(without: str) -> float:
        near = [any(_minutes(one, h) <= 90 for h in hospitals if h["id"] != without) for one in points]
        pairs = [
            (i, j) for i, one in enumerate(points) for j, site in enumerate(clinics)
            if near[i] and site["id"] != without and _minutes(one, site) <= 20
        ]  # fmt: skip
        if not pairs:
            return 0.0
        place = np.zeros((len(points), len(pairs)))
        room = np.zeros((len(clinics), len(pairs)))
        for n, (i, j) in enumerate(pairs):
            place[i, n], room[j, n] = 1.0, 1.0
        limits = np.r_[people * VISITS, [float(site["capacity"]) for site in clinics]]
        found = linprog(-np.ones(len(pairs)), A_ub=np.vstack((place, room)), b_ub=limits)
        return -float(found.fun) / VISITS

    covered = run.record["people_covered"]
    assert most("") == pytest.approx(covered, abs=1e-3)
    assert {row["id"] for row in run.table("resilience")} == {site["id"] for site in sites}
    for table in ("sites", "resilience"):
        for row in run.table(table):
            if row["action"] in OPEN:
                expected = covered - most(row["id"])
                assert float(row["people_lost_without"]) == pytest.approx(expected, abs=1e-3), (table, row["id"])
    last = {row["id"]: row["people_lost_without"] for row in run.table("stage_sites") if row["stage"] == STAGES[-1]}
    assert last == {row["id"]: row["people_lost_without"] for row in sites}


OPEN = ("keep", "build", "extend", "refurbish")


def _minutes(one: Row, other: Row) -> float:
    """Return minutes in a straight line with a detour of 1.3 at 30 km/h, as the scenario states them."""
    lon, lat, lon2, lat2 = (math.radians(float(row[key])) for row in (one, other) for key in ("lon", "lat"))
    half = math.sin((lat2 - lat) / 2) ** 2 + math.cos(lat) * math.cos(lat2) * math.sin((lon2 - lon) / 2) ** 2
    return 2 * 6371.0088 * math.asin(math.sqrt(half)) * 1.3 / 30 * 60


def test_referral_minutes_lead_to_the_nearest_hospital(run: StagedRun) -> None:
    """Each clinic's way to the hospital is that of the coordinates, in both tables, and within the limit."""
    sites = {row["id"]: row for row in run.table("sites")}
    for row in run.table("referral"):
        way = _minutes(sites[row["id"]], sites[row["referred_id"]])
        assert float(row["referral_minutes"]) == pytest.approx(way, rel=1e-6)
        assert float(row["referral_minutes"]) <= float(row["referral_limit_minutes"]) == 90
    last = {row["id"]: row for row in run.table("referral") if row["stage"] == STAGES[-1]}
    assert set(last) == {
        key for key, row in sites.items() if row["action"] in OPEN and row["tier"] != "county_hospital"
    }
    for key, row in sites.items():
        stated = last.get(key, dict.fromkeys(("referred_to", "referral_minutes", "referral_limit_minutes"), ""))
        for column in ("referred_to", "referral_minutes", "referral_limit_minutes"):
            assert row[column] == stated[column]


def test_posts_and_beds_for_each_thousand_people(run: StagedRun) -> None:
    """They are those of the open sizes by the people of the stage, and of the unit."""
    people = {row["stage"]: float(row["stage_people"]) for row in run.table("stages") if not row["tier"]}
    for row in run.table("stage_money"):
        for key in ("staff", "beds"):
            each = 1000 * float(row[key]) / people[row["stage"]]
            assert float(row[f"{key}_per_1000"]) == pytest.approx(each, rel=1e-12)
    last = run.table("stage_money")[-1]
    for key in ("staff", "beds"):
        assert sum(float(row[key]) for row in run.table("zones")) == float(last[key]) > 0
    for row in run.table("zones"):
        inside = [site for site in run.table("sites") if site["zone_name"] == row["zone_name"]]
        assert float(row["beds_per_1000"]) == pytest.approx(1000 * total(inside, "beds") / float(row["people"]))


def test_area_classes_by_stage_and_the_years_of_the_indicators(run: StagedRun) -> None:
    """Classes add up to everybody in each stage, end at the plan, and monitoring has each stage's coverage."""
    stages = {(row["stage"], row["tier"]): row for row in run.table("stages")}
    for stage in STAGES:
        rows = [row for row in run.table("stage_classes") if row["stage"] == stage]
        for column in ("stage_people", "stage_covered"):
            assert total(rows, column) == pytest.approx(float(stages[stage, ""][column]), rel=1e-9)
    last = {row["area_class"]: row for row in run.table("stage_classes") if row["stage"] == STAGES[-1]}
    for row in run.table("area_classes"):
        assert float(last[row["area_class"]]["stage_covered_percent"]) == pytest.approx(float(row["covered_percent"]))
    for row in run.table("monitoring"):
        if row["indicator"] == "covered_percent" and not row["area_class"] and not row["zone_name"]:
            for stage in STAGES[:-1]:
                share = stages[stage, row["tier"]]["stage_covered_percent"]
                assert float(row[f"plan_{stage}"]) == pytest.approx(float(share), rel=1e-12)


def test_the_uncovered_list_counts_who_is_left(run: StagedRun) -> None:
    """People in the list add up to those not covered, each with the tier and the kilometres that are missing."""
    rows = run.table("uncovered")
    left = run.record["people"] - run.record["people_covered"]
    assert total(rows, "people") == pytest.approx(left, rel=1e-9)
    sites = {row["name"]: row for row in run.table("sites")}
    points = {row["id"]: row for row in run.table("demand_points")}
    for row in rows:
        assert row["lacking"].split()[0] in ("township_clinic", "county_hospital")
        km = _minutes(points[row["id"]], sites[row["nearest_site"]]) * 30 / 60 / 1.3
        assert float(row["straight_km"]) == pytest.approx(km, rel=0.006)
        assert not row["road_km"]


def test_sensitivity_counts_people_assigned_anew(run: StagedRun) -> None:
    """The plan stands first; more room or time covers no fewer of the same people, less no more."""
    rows = run.table("sensitivity")
    assert (rows[0]["variant"], float(rows[0]["covered"])) == ("stated", run.record["people_covered"])
    assert {row["variant"] for row in rows} == {"stated", "threshold", "standard", "speed", "people", "capacity"}
    plan = float(rows[0]["covered"])
    for row in rows[1:]:
        change = float(row["change_percent"] or 0)
        if row["covered"] and row["variant"] in ("standard", "speed", "capacity"):
            assert (float(row["covered"]) - plan) * change >= -1e-3, row
        assert float(row["people"]) == pytest.approx(
            run.record["people"] * (1 + (change / 100 if row["variant"] == "people" else 0))
        )


def test_actions_lead_from_what_stands_to_the_plan(run: StagedRun) -> None:
    """Facilities that stand, plus those built, less those closed, are the open ones of every stage."""
    standing = {row["id"] for row in run.table("sites") if row["status"] == "existing"}
    ids = {row["name"]: row["id"] for row in run.table("sites")}
    for stage in STAGES[1:]:
        for row in run.table("actions"):
            if row["stage"] == stage and row["action"] == "build":
                standing.add(row["id"])
            if row["stage"] == stage and row["action"] in ("close", "merge", "relocate"):
                standing.discard(row["id"])
            if row["stage"] == stage and row["action"] == "relocate":
                standing.add(ids[row["partner"]])
        assert standing == {row["id"] for row in run.table("stage_sites") if row["stage"] == stage}
    assert {row["action"] for row in run.table("actions")} >= {"build", "extend", "refurbish", "close"}


def test_relocating_is_one_project(tmp_path: Path) -> None:
    """A facility that moves stands once in lists and run.json, with the cost of closing and building; sums hold."""
    text = SCENARIO.replace("[c6], by: 2030", "[c4, c6], by: 2030").replace("orders: true", "orders: false")
    called = facopt("run", staged_county(tmp_path, text.replace("2027: 6000000", "2027: 9000000")), "--out", tmp_path)
    assert called.status == 0, called.err
    moved = StagedRun(tmp_path / "staged", called.out)
    (row,) = [row for row in moved.table("actions") if row["action"] == "relocate"]
    assert (row["id"], row["partner"], float(row["action_cost"])) == ("a5", "北川新院", 100_000 + 0.6 * 3_600_000)
    assert "c4" not in {row["id"] for row in moved.table("actions")}
    (told,) = [action for action in moved.record["actions"] if action["action"] == "relocate"]
    assert (told["site_id"], told["partner_id"], told["cost"]) == ("a5", "c4", 2_260_000)
    for key, column in (("actions", "action_cost"), ("projects", "build_cost"), ("sites", "action_cost")):
        assert total(moved.table(key), column) == pytest.approx(moved.record["cost"])
    assert all(float(row["action_cost"]) >= 0 for row in moved.table("sites"))
    for site in ("a5", "c4"):
        (step,) = moved.drawn["steps"][str(moved.drawn["sites"]["id"].index(site))]
        assert step[3] == 2_260_000
    assert "1 relocated" in called.out


# --- words -----------------------------------------------------------------------------------------------------------


def test_the_first_page_tells_coverage_of_every_stage_and_of_which_year_people_are(run: StagedRun) -> None:
    """The sentence goes from today through the years; what "now" means is said beside it."""
    said = {lang: run.report.text(lang) for lang in LANGUAGES}
    shares = [float(f"{stage['people_covered_percent']:.1f}") for stage in run.record["stages"]]
    zh = f"由现状 {shares[0]}% 提高到 2027 年 {shares[1]}%、2030 年 {shares[2]}%、2035 年 {shares[3]}%"
    assert zh in said["zh"]
    assert f"{shares[1]}% in 2027, {shares[2]}% in 2030 and {shares[3]}% in 2035" in said["en"]
    assert "“现状”一栏指今天的机构服务 2035 年的人口" in said["zh"]
    assert "within capacity" in said["en"]
    assert "2031 年通路" in said["zh"]
    assert "Nothing is built inside flood.geojson" in said["en"]


def test_the_terminal_has_a_line_for_each_stage(run: StagedRun) -> None:
    """After the sentences stands a small table: year, people, share covered, sites, money."""
    for stage in run.record["stages"][1:]:
        line = next(line for line in run.said.splitlines() if line.startswith(stage["stage"]))
        assert f"{stage['people']:,}" in line
        assert f"{stage['people_covered_percent']:.1f}%" in line
    assert "1 extended" in run.said


def test_the_gallery_shows_the_stages(run: StagedRun) -> None:
    """The card of the run has the share covered of today and of each stage."""
    card = tree((run.folder.parent / "index.html").read_text(encoding="utf-8")).text("en")
    for stage, year in zip(run.record["stages"], ("2026", *STAGES[1:]), strict=True):
        assert f"{year} {stage['people_covered_percent']:.1f}%" in card


# --- comparison ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def runs(run: StagedRun, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The run, the same question with a higher first target, and with more people."""
    found = {"staged": run.folder}
    changed = {
        "sooner": SCENARIO.replace("percent: 70", "percent: 84").replace("2027: 6000000", "2027: 9000000"),
        "grown": SCENARIO.replace("{default: 0.5", "{default: 0.7"),
    }
    for name, text in changed.items():
        folder = tmp_path_factory.mktemp(name)
        text = text.replace("compare_orders: true", "compare_orders: false").replace("name: staged", f"name: {name}")
        assert facopt("run", staged_county(folder, text), "--out", folder / "maps").status == 0
        found[name] = folder / "maps" / name
    return found


def test_comparison_names_budgets_of_stages_and_prints_them_as_money(runs: dict[str, Path]) -> None:
    """A budget that differs is named by its year, in the unit of money, in both languages."""
    page = tree(comparison_html(compare_runs([runs["staged"], runs["sooner"]])))
    for words in ("2027 年预算", "600\u2009万元", "900\u2009万元"):
        assert words in page.text("zh")
    for words in ("Budget of 2027", "¥6.00 million", "¥9.00 million"):
        assert words in page.text("en")


def test_comparison_has_rows_by_stage_and_counts_people_covered_in_part(runs: dict[str, Path]) -> None:
    """Coverage and capital of each stage stand side by side, gains less losses are the change, actions differ."""
    comparison = compare_runs([runs["staged"], runs["sooner"]])
    told = comparison_json(comparison)
    assert told["comparable"]
    rows = {row["key"]: row for row in told["measures"]}
    records = [json.loads((runs[name] / "run.json").read_text(encoding="utf-8")) for name in ("staged", "sooner")]
    for number, year in enumerate(STAGES[1:], 1):
        shares = [record["stages"][number]["people_covered_percent"] for record in records]
        assert rows[f"stage.{year}.people_covered_percent"]["values"] == shares
        assert rows[f"stage.{year}.people_covered_percent"]["differences"] == [shares[1] - shares[0]]
        assert rows[f"stage.{year}.capital"]["values"] == [record["stages"][number]["capital"] for record in records]
    people = told["changes"][0]["people"]
    change = records[1]["people_covered"] - records[0]["people_covered"]
    assert people["gain"]["people"] - people["lose"]["people"] == pytest.approx(change)
    parts = ("gain", "lose", "reassigned", "uncovered")
    assert sum(people[part]["people"] for part in parts) <= records[0]["people"] * (1 + 1e-9)
    page, text = tree(comparison_html(comparison)), render_terminal(comparison, lang="en")
    assert "2027 年人口覆盖率" in page.text("zh")
    assert "Open in both plans, done differently" in page.text("en")
    assert "Covered in 2030" in text


def test_comparison_refuses_other_people_of_the_last_stage(runs: dict[str, Path]) -> None:
    """Where growth differs nothing is subtracted, of no stage either."""
    comparison = compare_runs([runs["staged"], runs["grown"]])
    told = comparison_json(comparison)
    assert not told["comparable"]
    assert {row["kind"] for row in told["basis"]} == {"people"}
    assert all(row["differences"] == [None] for row in told["measures"])


def test_folders_of_earlier_runs_are_read(runs: dict[str, Path], tmp_path: Path) -> None:
    """Without the columns of people covered, states tell who is; without costs of actions, what is built."""
    folder = tmp_path / "old"
    shutil.copytree(runs["sooner"], folder)
    _without_columns(folder / "tables" / "demand_points.csv", ("covered", "covered_now"))
    _without_columns(folder / "tables" / "sites.csv", ("action_cost", "capacity", "load"))
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    states = _read(folder / "tables" / "demand_points.csv")
    covered = total([row for row in states if row["state"] in ("covered", "newly_covered")], "people")
    record["people_covered"] = covered
    (folder / "run.json").write_text(json.dumps(record), encoding="utf-8")
    old = read_run(folder)
    assert float(old.points["covered"].sum()) == covered
    built = old.sites[old.sites["action"] == "build"]
    assert (built["action_cost"] == built["build_cost"]).all()


def _read(file: Path) -> list[Row]:
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def _without_columns(file: Path, dropped: tuple[str, ...]) -> None:
    rows = _read(file)
    kept = [column for column in rows[0] if column not in dropped]
    with file.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, kept, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)


# --- browser ---------------------------------------------------------------------------------------------------------

_PANEL = """() => Array.from(document.querySelectorAll('#panel [data-figure]')).filter(e => e.offsetParent !== null)
  .map(e => [e.dataset.figure, e.dataset.value, e.textContent])"""


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_the_slider_moves_figures_symbols_and_loads(run: StagedRun) -> None:
    """Every stop shows its stage in panel, map and card, in both languages, without a network and without an error."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    trouble: list[str] = []
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on("console", lambda message: trouble.append(message.text) if message.type == "error" else None)
        page.on("request", lambda asked: trouble.append(asked.url) if not asked.url.startswith("file:") else None)
        page.goto((run.folder / "map.html").as_uri() + "#site=a1")
        for lang in LANGUAGES:
            page.click(f'button[data-lang="{lang}"]')
            for number, stage in enumerate(run.record["stages"]):
                page.click(f'button[data-stop="{number}"]')
                _panel_is(page.evaluate(_PANEL), stage)
                assert page.input_value("#stop") == str(number)
                size = "small" if stage["stage"] == "today" else "large"
                assert page.inner_text("#card dl").count(size) >= 1
        page.focus("#stop")
        page.keyboard.press("ArrowLeft")
        assert "stage=2030" in page.url
        assert page.locator('[data-site="c5"]').count() == 0
        page.keyboard.press("ArrowRight")
        assert page.locator('[data-site="c5"] use').get_attribute("href") == "#s0-b"
        assert page.locator('[data-site="a1"] use').get_attribute("href") == "#s0-x"
        assert page.locator('[data-site="a4"] use').get_attribute("href") == "#s0-d"
        before = page.locator(".leaflet-lines-pane path").count()
        page.click('[data-layer="referral"]')
        assert page.locator(".leaflet-lines-pane path").count() == before + 6
        browser.close()
    assert trouble == []


def _panel_is(marks: list[list[str]], stage: dict[str, Any]) -> None:
    shown = {name: value for name, value, _ in marks}
    for name in ("people", "people_covered", "people_covered_percent", "sites_open", "sites_new"):
        assert float(shown[name]) == pytest.approx(stage[name], rel=1e-12), (stage["stage"], name)
    assert float(shown["people_uncovered"]) == pytest.approx(stage["people"] - stage["people_covered"], rel=1e-9)
    for name in ("capital", "running_cost", "staff", "beds"):
        if stage["stage"] != "today":
            assert float(shown[f"stage_{name}"]) == stage[name]


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_the_first_page_with_stages_is_one_page_of_a4(run: StagedRun) -> None:
    """The summary with its chart of the stages fits one printed page, and no table is wider than it."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 680, "height": 994})
        page.goto((run.folder / "report.html").as_uri())
        for language in ("zh-Hans", "en"):
            page.emulate_media(media="screen")
            page.click(f'[data-lang="{language}"]')
            page.emulate_media(media="print")
            assert page.evaluate("document.getElementById('summary').offsetHeight") <= 994
            widths = page.evaluate("Array.from(document.querySelectorAll('table')).map(t => t.offsetWidth)")
            assert max(widths) <= 681
        browser.close()
