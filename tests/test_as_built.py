"""A plan held against a register of what stands: every figure counted again by a plain loop over distances."""

from __future__ import annotations

import csv
import json
import math
import re
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from rich.cells import cell_len

from facopt.as_built import review_as_built
from facopt.errors import DataError
from facopt.outputs.as_built import as_built_json, as_built_text, write_as_built
from facopt.outputs.as_built.model import AS_PLANNED
from facopt.outputs.as_built.page import as_built_html
from facopt.outputs.as_built.workbook import write_as_built_workbook
from tests.cli_runner import facopt, run_record, write_table
from tests.test_gallery import EVIL, Page

if TYPE_CHECKING:
    from pathlib import Path

    from facopt.outputs.as_built import AsBuiltReview

WEST, SOUTH, STEP, REACH_KM = 113.0, 30.0, 0.05, 10.0
"""Settlements some 4.8 km apart on a line; a facility reaches two of them on each side."""
SCENARIO = """
name: line
demand: {kind: table, file: demand.csv, crs: wgs84}
facilities: {kind: table, file: sites.csv, crs: wgs84}
travel: {road: {kind: straight_line, speed_kmh: 30, detour: 1.0}}
tiers:
  centre: {serves: [urban], mode: road, standard_minutes: 20, build_cost: 5000000, name: 中心, name_en: centre}
  clinic: {serves: [rural], mode: road, standard_minutes: 20, build_cost: 1000000, name: 卫生院, name_en: clinic}
targets: [{kind: coverage, tier: clinic, at_least_percent: 60}]
objective: [coverage, cost]
limits: {new_sites: {centre: 2, clinic: 2}}
"""
POINTS = [
    (f"v{k:02d}", 100 + 10 * k, WEST + STEP * k, SOUTH, "urban" if k < 20 else "rural", f"z{k // 5}") for k in range(40)
]
SITES = [
    ("a", "centre", 2, "existing"), ("b", "centre", 7, "candidate"), ("c", "centre", 12, "candidate"),
    ("d", "centre", 17, "candidate"), ("e", "clinic", 22, "existing"), ("f", "clinic", 27, "candidate"),
    ("g", "clinic", 32, "candidate"), ("h", "clinic", 37, "candidate"),
]  # fmt: skip
PLAN = {"a", "c", "d", "e", "g", "h"}
"""The candidates with most people: later settlements are larger."""


def _made(folder: Path, scenario: str = SCENARIO) -> Path:
    """Write and run the scenario; returns the run folder."""
    folder.mkdir(exist_ok=True)
    write_table(folder / "demand.csv", "id people lon lat area_class zone", POINTS)
    rows = [(id_, f"{id_.upper()} 卫生院", tier, WEST + STEP * k, SOUTH, status) for id_, tier, k, status in SITES]
    write_table(folder / "sites.csv", "id name tier lon lat status", rows)
    record = run_record(folder, scenario)
    assert {site["site_id"] for site in record["opened"]} == PLAN
    return folder / "maps" / "line"


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the run."""
    return _made(tmp_path_factory.mktemp("line"))


def _covered(open_sites: dict[str, tuple[str, float]]) -> dict[str, bool]:
    """Who is covered by sites given as tier and longitude, by great-circle distance."""
    covered = {}
    for id_, _, lon, lat, area, _ in POINTS:
        tier = "centre" if area == "urban" else "clinic"
        away = [
            111.195 * abs(lon - at) * math.cos(math.radians(lat)) for kind, at in open_sites.values() if kind == tier
        ]
        covered[id_] = any(km <= REACH_KM for km in away)
    return covered


def _at(*ids: str) -> dict[str, tuple[str, float]]:
    return {id_: (tier, WEST + STEP * k) for id_, tier, k, _ in SITES if id_ in ids}


def _register(folder: Path, rows: list[tuple[Any, ...]], headings: str = "id tier status opened") -> Path:
    return write_table(folder / "register.csv", headings, rows)


STANDING = [
    ("a", "centre", "existing", ""),
    ("b", "centre", "existing", "2027-03-01"),
    ("c", "centre", "existing", "2027-05"),
    ("d", "centre", "building", ""),
    ("h", "clinic", "", "2028"),
]


@pytest.fixture(scope="module")
def review(plan: Path, tmp_path_factory: pytest.TempPathFactory) -> AsBuiltReview:
    """One planned centre and one clinic stand, one centre is unplanned, an old clinic is gone."""
    return review_as_built(plan, _register(tmp_path_factory.mktemp("register"), STANDING))


def test_coverage_then_planned_and_built_is_that_of_a_plain_loop(review: AsBuiltReview) -> None:
    """Everybody, tiers, area classes and units: people covered in each of the three situations, person by person."""
    situations = {
        "now": _covered(_at("a", "e")), "plan": _covered(_at(*PLAN)), "built": _covered(_at("a", "b", "c", "h"))
    }  # fmt: skip
    members = {
        ("all", ""): lambda _: True,
        ("tier", "centre"): lambda point: point[4] == "urban", ("tier", "clinic"): lambda point: point[4] == "rural",
        ("area_class", "urban"): lambda point: point[4] == "urban",
        ("area_class", "rural"): lambda point: point[4] == "rural",
        **{("zone", f"z{n}"): lambda point, n=n: point[5] == f"z{n}" for n in range(8)},
    }  # fmt: skip
    assert {(row.group, row.key) for row in review.coverage} == set(members)
    for row in review.coverage:
        people = [point for point in POINTS if members[row.group, row.key](point)]
        assert row.people == sum(point[1] for point in people)
        for figure, covered in situations.items():
            assert getattr(row, figure) == sum(point[1] for point in people if covered[point[0]]), (row.key, figure)
    zones = [row.change_points for row in review.coverage if row.group == "zone"]
    assert zones == sorted(zones)


def test_people_who_wait_who_lost_and_who_are_beyond_the_plan_are_told_apart(review: AsBuiltReview) -> None:
    """Newly covered by the plan, of these reached, lost since, and covered beyond the plan; they explain the net."""
    now, planned, built = (_covered(_at(*ids)) for ids in (("a", "e"), PLAN, ("a", "b", "c", "h")))
    people = {point[0]: point[1] for point in POINTS}
    count = {
        "newly_planned": sum(people[k] for k in people if planned[k] and not now[k]),
        "newly_reached": sum(people[k] for k in people if planned[k] and not now[k] and built[k]),
        "lost": sum(people[k] for k in people if planned[k] and now[k] and not built[k]),
        "beyond": sum(people[k] for k in people if built[k] and not planned[k]),
    }
    assert {key: getattr(review, key) for key in count} == count
    assert all(count.values()), "the case was meant to have everything"
    net = review.everybody.built - review.everybody.plan
    assert net == review.beyond - review.lost - review.waiting


def test_each_facility_is_told_for_what_it_is(review: AsBuiltReview) -> None:
    """Planned and standing, planned and missing, to stay and gone, standing and not planned; with its date."""
    kinds = {site.site_id: site.kind for site in review.sites}
    assert kinds == {
        "a": "kept", "b": "unplanned", "c": "built", "d": "not_built", "e": "gone", "g": "not_built", "h": "built"
    }  # fmt: skip
    opened = {site.site_id: site.opened for site in review.sites}
    assert (opened["b"], opened["c"], opened["h"], opened["d"]) == ("2027-03-01", "2027-05", "2028", "")
    built = _covered(_at("a", "b", "c", "h"))
    around_g = {point[0]: point[1] for point in POINTS if abs(point[2] - (WEST + STEP * 32)) < 2.5 * STEP}
    waiting = {site.site_id: site.people_waiting for site in review.sites}
    assert waiting["g"] == sum(people for id_, people in around_g.items() if not built[id_]) > 0
    assert waiting["c"] == waiting["h"] == 0


def test_targets_are_held_against_what_stands(review: AsBuiltReview) -> None:
    """A target that the plan reaches is missed as built, by as many people as are missing."""
    (target,) = review.targets
    clinic = next(row for row in review.coverage if row.key == "clinic")
    assert (target.plan, target.built, target.met) == (clinic.plan, clinic.built, False)
    assert target.needed == 0.6 * clinic.people


def test_the_plan_itself_is_as_planned(plan: Path, tmp_path: Path) -> None:
    """A register of just what the plan opens leaves nothing behind, with the figures of run.json."""
    found = review_as_built(plan, _register(tmp_path, [(id_,) for id_ in sorted(PLAN)], "id"))
    record = json.loads((plan / "run.json").read_text(encoding="utf-8"))
    assert found.everybody.built == found.everybody.plan == record["people_covered"]
    assert {site.kind for site in found.sites} == {"built", "kept"}
    assert found.waiting == found.lost == found.beyond == 0
    assert "Every facility is as the plan has it." in as_built_text(found, lang="en")
    assert all(difference in (None, 0) for row in found.comparison.measures for difference in row.differences)


def test_what_opened_after_the_date_does_not_count(plan: Path, tmp_path: Path) -> None:
    """A date is compared as exactly as both are given: 2027-05 is within 2027 and after 2027-04."""
    register = _register(tmp_path, STANDING)
    for day, standing in (("2027-04-30", {"a", "b"}), ("2027", {"a", "b", "c"}), ("2028-01-01", {"a", "b", "c", "h"})):
        found = review_as_built(plan, register, as_of=day)
        assert {site.site_id for site in found.sites if site.kind in ("kept", "built", "unplanned")} == standing
        assert found.everybody.built == sum(p[1] for p in POINTS if _covered(_at(*standing))[p[0]])
    with pytest.raises(DataError, match="--as-of soon is no date"):
        review_as_built(plan, register, as_of="soon")


def test_a_facility_that_nobody_planned_counts_where_it_says_where_it_stands(plan: Path, tmp_path: Path) -> None:
    """A new id with tier and coordinates is computed like any other site, and its cost is what the register says."""
    rows = [
        ("a", "centre", "", "", ""),
        ("e", "clinic", "", "", ""),
        ("n", "Clinic", WEST + STEP * 29, SOUTH, 2_000_000),
        ("k", "卫生室", WEST, SOUTH, ""),
    ]
    register = _register(tmp_path, rows, "id tier lon lat build_cost")
    found = review_as_built(plan, register, crs="wgs84")
    assert ["卫生室 1" in str(finding) for finding in found.findings] == [True]
    expected = _covered({**_at("a", "e"), "n": ("clinic", WEST + STEP * 29)})
    assert found.everybody.built == sum(point[1] for point in POINTS if expected[point[0]])
    new = next(site for site in found.sites if site.site_id == "n")
    assert (new.kind, new.cost, new.cost_actual) == ("unplanned", None, 2_000_000)
    assert new.people_built == found.everybody.built - found.everybody.now
    with pytest.raises(DataError, match="--crs") as caught:
        review_as_built(plan, register)
    assert caught.value.findings[0].place.line == 4


def test_every_row_that_is_wrong_is_told_with_its_line(plan: Path, tmp_path: Path) -> None:
    """Unknown, repeated and blank ids, another tier, an unknown status, a bad date: all at once, with their lines."""
    rows = [
        ("a", "centre", "existing", ""), ("A1", "centre", "existing", ""), ("c", "clinic", "existing", ""),
        ("d", "centre", "新建", ""), ("e", "clinic", "existing", "next year"), ("a", "centre", "existing", ""),
        ("", "clinic", "existing", ""), ("x", "village_clinic", "existing", ""),
    ]  # fmt: skip
    register = _register(tmp_path, rows)
    with pytest.raises(DataError) as caught:
        review_as_built(plan, register)
    told = {finding.place.line: finding.what for finding in caught.value.findings}
    assert "knows no facility or candidate 'A1'" in told[3]
    assert "stands as 'clinic', the plan has it as centre" in told[4]
    assert "新建" in told[5]
    assert "next year" in told[6]
    assert "earlier row" in told[7]
    assert "blank" in told[8]
    assert "left aside (village_clinic 1)" in told[9]
    assert all(str(finding.place).startswith(str(register)) for finding in caught.value.findings)


def test_changed_files_are_refused_unless_allowed(tmp_path: Path) -> None:
    """Where the people have changed since, nothing is computed without being asked for, and then both sides are new."""
    plan = _made(tmp_path / "case")
    register = _register(tmp_path, [(id_,) for id_ in sorted(PLAN)], "id")
    more = [(id_, people * 2, *rest) for id_, people, *rest in POINTS]
    write_table(tmp_path / "case" / "demand.csv", "id people lon lat area_class zone", more)
    with pytest.raises(DataError, match="have changed") as caught:
        review_as_built(plan, register)
    assert caught.value.findings[0].examples[0].endswith("demand.csv")
    found = review_as_built(plan, register, allow_changed=True)
    assert found.changed
    assert found.everybody.people == 2 * sum(point[1] for point in POINTS)
    assert found.everybody.plan == found.everybody.built
    assert "have changed" in as_built_text(found, lang="en")
    assert "已改动" in as_built_html(found)


def test_a_run_without_a_plan_is_refused(tmp_path: Path) -> None:
    """There is nothing to hold against a contradiction."""
    write_table(tmp_path / "demand.csv", "id people lon lat area_class zone", POINTS)
    write_table(tmp_path / "sites.csv", "id tier lon lat status", [("a", "clinic", WEST, SOUTH, "candidate")])
    scenario = SCENARIO.replace("60}", "99}").replace("objective: [coverage, cost]", "objective: [cost]")
    assert run_record(tmp_path, scenario)["status"] == "infeasible"
    with pytest.raises(DataError, match="no plan"):
        review_as_built(tmp_path / "maps" / "line", _register(tmp_path, [("a",)], "id"))


def test_page_workbook_terminal_and_json_say_the_same(review: AsBuiltReview, tmp_path: Path) -> None:
    """People, shares and counts are the same figures everywhere and in both languages."""
    write_as_built(review, tmp_path / "compare")
    record = json.loads((tmp_path / "compare" / "compare.json").read_text(encoding="utf-8"))
    page = (tmp_path / "compare" / "compare.html").read_text(encoding="utf-8")
    texts = [as_built_text(review, lang="zh"), as_built_text(review, lang="en"), page]
    everybody = record["everybody"]
    shares = [f"{everybody[f'people_covered_percent_{figure}']:.1f}%" for figure in ("now", "plan", "built")]
    for text in texts:
        for figure in (*shares, f"{record['waiting']:,.0f}", f"{record['lost']:,.0f}", f"{everybody['people']:,.0f}"):
            assert figure in text
    book = openpyxl.load_workbook(tmp_path / "compare" / "compare.xlsx")
    rows = list(book["覆盖"].iter_rows(min_row=2, values_only=True))
    assert rows[0][3:7] == tuple(everybody[key] for key in (
        "people", "people_covered_now", "people_covered_plan", "people_covered_built"))  # fmt: skip
    zones = {row[1]: row for row in rows if "unit" in row[0]}
    for key, zone in record["by_zone"].items():
        assert zones[key][6] == zone["people_covered_built"]
        assert zones[key][9] == pytest.approx(zone["people_covered_percent_built"] / 100)
    assert len(list(book["机构"].iter_rows(min_row=2))) == len(record["sites"]) == len(review.sites)
    waits = [row for row in book["未得到的居民点"].iter_rows(min_row=2, values_only=True) if "not as built" in row[6]]
    assert sum(row[5] for row in waits) == record["waiting"] + record["lost"]
    for sheet in book.worksheets[1:]:
        assert all(" / " in head for head in next(sheet.iter_rows(max_row=1, values_only=True)))


def test_command_writes_page_and_prints_within_eighty_columns(plan: Path, tmp_path: Path) -> None:
    """The command writes its folder beside the plan, lists it in the gallery, and its JSON is the file's."""
    register = _register(tmp_path, STANDING)
    called = facopt("compare", plan, "--as-built", register)
    assert called.status == 0, called.err
    assert "Of 4 new facilities planned, 2 stand and 2 do not." in called.out
    folder = plan.parent / "compare-line-as-built"
    assert max(map(cell_len, called.out.splitlines()[:-1])) <= 80
    assert "compare-line-as-built/compare.html" in (plan.parent / "index.html").read_text(encoding="utf-8")
    told = facopt("compare", plan, "--as-built", register, "--json").json()
    assert told == json.loads((folder / "compare.json").read_text(encoding="utf-8"))
    refused = facopt("compare", plan, plan, "--as-built", register)
    assert refused.status == 2
    assert "goes with one run" in refused.err


def test_page_is_whole_offline_harmless_and_the_same_each_time(plan: Path, tmp_path: Path) -> None:
    """Markup in a register stays text, nothing comes from outside, and two writings are the same bytes."""
    rows = [("a", "", "", "", ""), (EVIL, EVIL, "clinic", WEST + STEP * 29, SOUTH)]
    found = review_as_built(plan, _register(tmp_path, rows, "id name tier lon lat"), crs="wgs84")
    page = as_built_html(found)
    assert page == as_built_html(found)
    Page(page)
    assert EVIL not in page
    assert not re.search(r"<img|src=|https?://", page.split("</style>")[1].split("<script>")[0])
    for name in ("a.xlsx", "b.xlsx"):
        write_as_built_workbook(found, tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    cells = [cell for sheet in openpyxl.load_workbook(tmp_path / "a.xlsx") for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert json.dumps(as_built_json(found), allow_nan=False)


def test_a_register_with_chinese_headings_is_understood(plan: Path, tmp_path: Path) -> None:
    """Names, states, dates and money as an office writes them."""
    rows = [
        ("a", "A 中心", "centre", "在用", "", ""), ("c", "C 中心", "centre", "已建成", "2027年5月", "620"),
        ("d", "D 中心", "centre", "在建", "", ""), ("e", "E 卫生院", "clinic", "停用", "", ""),
    ]  # fmt: skip
    register = write_table(tmp_path / "名册.csv", "机构编码 机构名称 机构类别 建设状态 开业日期 实际投资(万元)", rows)
    sites = {site.site_id: site for site in review_as_built(plan, register).sites}
    assert {id_: site.kind for id_, site in sites.items()} == {
        "a": "kept", "c": "built", "d": "not_built", "e": "gone", "g": "not_built", "h": "not_built"
    }  # fmt: skip
    assert (sites["c"].opened, sites["c"].cost_actual) == ("2027-05", 6_200_000)


STAGED = """
name: staged
demand: {kind: table, file: demand.csv, crs: wgs84}
facilities: {kind: table, file: sites.csv, crs: wgs84}
stages: {base_year: 2026, years: [2027, 2030, 2035], growth_percent_per_year: {default: 1}}
travel: {road: {kind: straight_line, speed_kmh: 30, detour: 1.0}}
workload: {unit: visits, per_person: 2}
tiers:
  clinic:
    mode: road
    standard_minutes: 20
    name: 卫生院
    name_en: clinic
    sizes:
      small: {capacity: 800, build_cost: 2000000}
      large: {capacity: 3000, build_cost: 4000000}
    actions:
      extend: {cost: 100000}
      close: {cost: 50000}
targets:
  - {kind: coverage, tier: clinic, at_least_percent: 12, by: 2030}
  - {kind: coverage, tier: clinic, at_least_people: 2400}
rules:
  - {kind: must_open, sites: [n1], by: 2027}
  - {kind: must_not_open, sites: [n3]}
limits: {budget_by_stage: {2027: 4000000, 2030: 2200000}}
objective: [coverage, cost]
"""
STAGED_SITES = [
    ("old", "clinic", 2, "existing", "small"), ("n1", "clinic", 12, "candidate", ""),
    ("n2", "clinic", 22, "candidate", ""), ("n3", "clinic", 32, "candidate", ""),
]  # fmt: skip
"""Too far from each other to share people, so that each serves those around it up to its room."""


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a run with sizes, capacities and three stages."""
    folder = tmp_path_factory.mktemp("staged")
    write_table(folder / "demand.csv", "id people lon lat area_class zone", POINTS)
    rows = [(id_, id_, tier, WEST + STEP * k, SOUTH, status, size) for id_, tier, k, status, size in STAGED_SITES]
    write_table(folder / "sites.csv", "id name tier lon lat status size", rows)
    record = run_record(folder, STAGED)
    done = {(one["site_id"], one["action"]): one["stage"] for one in record["actions"]}
    assert done["n1", "build"] == "2027"
    assert "n2" in {site for site, _ in done}, "the case was meant to build in a later stage"
    assert ("old", "extend") in done, "the case was meant to extend"
    return folder / "maps" / "staged"


def _people_around(site: str, year: int) -> float:
    """People of a year within reach of a site, to whole numbers as the stages count them."""
    at = next(WEST + STEP * k for id_, _, k, _, _ in STAGED_SITES if id_ == site)
    return sum(
        round(point[1] * 1.01 ** (year - 2026))
        for point in POINTS
        if 111.195 * abs(point[2] - at) * math.cos(math.radians(SOUTH)) <= REACH_KM
    )


def _room(site: str, year: int, visits: float) -> float:
    return min(_people_around(site, year), visits / 2)


def _stage_record(folder: Path, year: int) -> dict[str, Any]:
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    return next(stage for stage in record["stages"] if stage["stage"] == str(year))


def test_a_plan_in_stages_is_held_to_the_last_stage_that_has_begun(staged: Path, tmp_path: Path) -> None:
    """The date picks the stage, its people and what is due; what stands serves as many as it has room for."""
    register = _register(tmp_path, [("old", ""), ("n1", "large")], "id size")
    for day, year in (("2026-06", 2027), ("2029-12-31", 2027), ("2030", 2030), ("", 2035)):
        found = review_as_built(staged, register, as_of=day)
        assert found.stage is not None
        assert (found.stage.name, found.stage.begun) == (str(year), not day.startswith("2026"))
        assert found.everybody.people == pytest.approx(_stage_record(staged, year)["people"])
        assert found.everybody.plan == pytest.approx(_stage_record(staged, year)["people_covered"], abs=1)
        assert found.everybody.now == pytest.approx(_room("old", year, 800), abs=1)
        expected = _room("old", year, 800) + _room("n1", year, 3000)
        assert found.everybody.built == pytest.approx(expected, abs=1)
        assert [bool(target.due) for target in found.targets] == [year < 2030, year < 2035]
        assert str(year) in as_built_text(found, lang="zh")
        assert str(year) in as_built_html(found)


def test_room_of_what_stands_is_what_the_register_tells(staged: Path, tmp_path: Path) -> None:
    """Size, capacity or neither: as told, as planned where it is new, as it was where it is to be extended."""
    final = json.loads((staged / "run.json").read_text(encoding="utf-8"))
    planned = {site["site_id"]: site["capacity"] for site in final["opened"]}
    assert planned["old"] == 3000
    for told, visits, kind in ((("", ""), 800, "not_extended"), (("large", ""), 3000, "extended"),
                               (("", 1500), 3000, "extended"), (("", 450), 900, "not_extended")):  # fmt: skip
        found = review_as_built(staged, _register(tmp_path, [("old", *told)], "id size capacity_people"))
        old = next(site for site in found.sites if site.site_id == "old")
        assert (old.kind, old.room, old.room_built) == (kind, 3000, visits)
        assert found.everybody.built == pytest.approx(_room("old", 2035, visits), abs=1)
        untold = [finding for finding in found.findings if "neither size nor capacity" in str(finding)]
        assert bool(untold) == (told == ("", ""))
    found = review_as_built(staged, _register(tmp_path, [("n1", ""), ("n2", "small")], "id size"))
    rooms = {site.site_id: (site.kind, site.room_built) for site in found.sites}
    assert rooms["n1"] == ("built", planned["n1"])
    assert rooms["n2"] == ("smaller" if planned["n2"] > 800 else "built", 800)
    with pytest.raises(DataError, match="'huge' is no size of its tier") as caught:
        review_as_built(staged, _register(tmp_path, [("old", "huge")], "id size"))
    assert caught.value.findings[0].place.line == 2


def test_what_stands_before_its_stage_is_early_and_what_is_not_due_is_not_missing(staged: Path, tmp_path: Path) -> None:
    """A facility of a later stage is neither unplanned nor missing, and one that nobody planned is unplanned."""
    early = review_as_built(staged, _register(tmp_path, [("old",), ("n1",), ("n2",), ("n3",)], "id"), as_of="2027-12")
    kinds = {site.site_id: site.kind for site in early.sites}
    assert kinds == {"old": "kept", "n1": "built", "n2": "early", "n3": "unplanned"}
    assert early.stage is not None
    assert early.stage.later > 0
    missing = review_as_built(staged, _register(tmp_path, [("old",)], "id"), as_of="2027-12")
    assert {site.site_id: site.kind for site in missing.sites} == {"old": "kept", "n1": "not_built"}
    text = as_built_text(missing, lang="en")
    assert "Held against the plan's stage of 2027" in text
    assert "belong to later stages" in text


def test_the_plan_itself_is_as_planned_in_every_stage(staged: Path, tmp_path: Path) -> None:
    """A register of just what a stage opens, with its sizes, leaves nothing behind, in page, workbook and JSON too."""
    with (staged / "tables" / "stage_sites.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for year in ("2027", "2030", "2035"):
        register = [(row["id"], row["size"]) for row in rows if row["stage"] == year]
        found = review_as_built(staged, _register(tmp_path, register, "id size"), as_of=year)
        assert {site.kind for site in found.sites} <= AS_PLANNED
        assert found.everybody.built == found.everybody.plan > found.everybody.now
        assert found.waiting == found.lost == found.beyond == 0
        assert all(difference in (None, 0) for row in found.comparison.measures for difference in row.differences)
    write_as_built(found, tmp_path / "compare")
    record = json.loads((tmp_path / "compare" / "compare.json").read_text(encoding="utf-8"))
    assert record["stage"]["name"] == "2035"
    assert [target["met"] for target in record["targets"]] == [True, True]
