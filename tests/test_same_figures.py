"""One run of the sample through the command line: every figure is the same figure wherever it stands.

The tables (CSV, unrounded) are compared with run.json, workbook, report, map, GIS layers and gallery, and with sums and
losses that are computed here anew from the travel times in plain Python.
"""

from __future__ import annotations

import csv
import json
import math
import re
import shutil
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from facopt.outputs import numbers
from facopt.outputs.plain_text import restored
from facopt.outputs.words import WORDS
from facopt.pipeline import prepare
from facopt.progress import QuietProgress
from facopt.scenario.load import load_scenario
from tests.cli_runner import facopt
from tests.printed_figures import Node, figures, says, tree

ROOT = Path(__file__).parents[1]
SCENARIO = ROOT / "scenarios" / "budget-60.yaml"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
KEYS = {"demand_points": "points", "sites": "facilities"}
LANGUAGES = ("zh", "en")
COVERED = ("covered", "newly_covered")
LETTERS = {"c": "covered", "n": "newly_covered", "l": "loses_cover", "u": "uncovered", "x": "unreachable"}
Row = dict[str, str]


@dataclass(frozen=True)
class RunFolder:
    """The outputs of the run."""

    folder: Path
    told: dict[str, Any]
    """What the command printed with --json."""

    @cached_property
    def record(self) -> dict[str, Any]:
        return json.loads((self.folder / "run.json").read_text(encoding="utf-8"))

    @cached_property
    def tables(self) -> dict[str, list[Row]]:
        """Every table of the report by key, as text."""
        return {KEYS.get(file.stem, file.stem): _rows(file) for file in sorted((self.folder / "tables").glob("*.csv"))}

    @cached_property
    def headings(self) -> dict[str, list[str]]:
        """Columns by table."""
        return {KEYS.get(file.stem, file.stem): _heads(file) for file in sorted((self.folder / "tables").glob("*.csv"))}

    @cached_property
    def report(self) -> Node:
        return tree((self.folder / "report.html").read_text(encoding="utf-8"))

    @cached_property
    def map(self) -> str:
        return (self.folder / "map.html").read_text(encoding="utf-8")

    @cached_property
    def drawn(self) -> dict[str, Any]:
        """What the map's script draws."""
        found = re.search(r'<script type="application/json" id="data">(.*?)</script>', self.map, re.DOTALL)
        assert found is not None
        return json.loads(found[1])

    def people(self, table: str = "points", **cells: str) -> float:
        """Sum the people of the rows with these cells."""
        rows = [row for row in self.tables[table] if all(row[key] == value for key, value in cells.items())]
        return sum(float(row["people"]) for row in rows)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    out = tmp_path_factory.mktemp("maps")
    called = facopt("run", SCENARIO, "--out", out, "--json")
    assert called.status == 0, called.err
    return RunFolder(out / "budget-60", called.json())


def _heads(file: Path) -> list[str]:
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return next(csv.reader(stream))


def _rows(file: Path) -> list[Row]:
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return [{key: restored(cell) for key, cell in row.items()} for row in csv.DictReader(stream)]


def _number(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None


def _same(one: float | None, other: float | None) -> bool:
    """Tell whether two figures are one, up to the last bits of a division."""
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=1e-12, abs_tol=1e-12)


# --- run.json --------------------------------------------------------------------------------------------------------


def headline_of_tables(run: RunFolder) -> dict[str, float | None]:
    """Count the headline figures of run.json from the tables of settlements and sites."""
    people, covered = run.people(), sum(run.people(state=state) for state in COVERED)
    built = [row for row in run.tables["facilities"] if row["action"] == "build"]
    now = run.people(state="covered") + run.people(state="loses_cover")
    return {
        "people": people,
        "people_covered": covered,
        "people_covered_percent": 100 * covered / people,
        "newly_covered_people": run.people(state="newly_covered"),
        "lost_people": run.people(state="loses_cover"),
        "unreachable_people": run.people(state="unreachable"),
        "cost": sum(float(row["build_cost"]) for row in built),
        "baseline.people_covered": now,
        "baseline.people_covered_percent": 100 * now / people,
        "sites_new": float(len(built)),
        "sites_closed": float(sum(row["action"] == "close" for row in run.tables["facilities"])),
        "sites_open": float(sum(row["action"] in ("keep", "build") for row in run.tables["facilities"])),
    }


def headline_of_record(record: dict[str, Any]) -> dict[str, float | None]:
    """Return the same figures as run.json states them."""
    flat = {key: record[key] for key in ("people", "people_covered", "people_covered_percent", "newly_covered_people")}
    flat |= {key: record[key] for key in ("lost_people", "unreachable_people", "cost")}
    flat |= {f"baseline.{key}": record["baseline"][key] for key in ("people_covered", "people_covered_percent")}
    built = [site for site in record["opened"] if site["action"] == "build"]
    counts = {"sites_new": len(built), "sites_closed": len(record["closed"]), "sites_open": len(record["opened"])}
    return {key: float(value) for key, value in (flat | counts).items()}


def test_headline_figures_are_the_sums_of_the_tables(run: RunFolder) -> None:
    """run.json says what settlements and sites add up to, and the command prints just that file."""
    counted, stated = headline_of_tables(run), headline_of_record(run.record)
    assert counted.keys() == stated.keys()
    for key, value in counted.items():
        assert _same(value, stated[key]), key
    assert run.told == run.record


def test_the_summary_holds_the_headline_figures(run: RunFolder) -> None:
    """The summary table repeats run.json to the last digit."""
    summary = {row["figure"]: row for row in run.tables["summary"]}
    names = {
        "people": ("people", "people"),
        "covered": ("baseline.people_covered", "people_covered"),
        "covered_percent": ("baseline.people_covered_percent", "people_covered_percent"),
        "newly_covered": (None, "newly_covered_people"),
        "loses_cover": (None, "lost_people"),
        "unreachable": ("unreachable_people", "unreachable_people"),
        "sites_open": (None, "sites_open"),
        "sites_new": (None, "sites_new"),
        "sites_closed": (None, "sites_closed"),
        "cost": (None, "cost"),
    }
    stated = headline_of_record(run.record)
    for figure, (now, plan) in names.items():
        assert now is None or float(summary[figure]["now"]) == stated[now], figure
        assert float(summary[figure]["plan"]) == stated[plan], figure
    assert float(summary["mean_minutes"]["plan"]) == run.record["mean_minutes"]
    assert float(summary["cost_per_newly_covered"]["plan"]) == stated["cost"] / stated["newly_covered_people"]


def test_parts_of_run_json_are_the_tables(run: RunFolder) -> None:
    """Tiers, area classes, zones, targets, limits and objectives of run.json are the rows of their tables."""
    for part, table, key in (
        ("by_tier", "tiers", "tier"),
        ("by_area_class", "area_classes", "area_class"),
        ("by_zone", "zones", "zone"),
    ):
        rows = {row[key]: row for row in run.tables[table]}
        assert rows.keys() == run.record[part].keys()
        for name, stated in run.record[part].items():
            people = "people_served" if part == "by_tier" else "people"
            assert float(rows[name][people]) == stated["people"]
            assert float(rows[name]["covered"]) == stated["people_covered"]
            assert float(rows[name]["covered_percent"]) == stated["people_covered_percent"]
    for level, row in zip(run.record["objective"], run.tables["objective"], strict=True):
        assert (level["value"], level["bound"]) == (float(row["value"]), float(row["bound"]))
    for limit, row in zip(run.record["limits"], run.tables["limits"], strict=True):
        assert (limit["limit"], limit["used"]) == (float(row["limit"]), float(row["used"]))


# --- sums across tables ----------------------------------------------------------------------------------------------


def test_sums_agree_across_tables(run: RunFolder) -> None:
    """Zones, classes, tiers and time bands each add up to the settlements; sites to the cost and to the covered."""
    points, stated = run.tables["points"], headline_of_record(run.record)
    for table in ("zones", "area_classes"):
        for column in ("people", "covered", "covered_now", "unreachable"):
            whole = {"covered": "people_covered", "covered_now": "baseline.people_covered"}
            key = whole.get(column, "unreachable_people" if column == "unreachable" else "people")
            assert sum(float(row[column]) for row in run.tables[table]) == stated[key], (table, column)
    for part in ("people_0_14", "people_65_plus"):
        assert sum(float(row[part]) for row in points) == sum(float(row[part]) for row in run.tables["zones"])
    for tier in run.tables["tiers"]:
        bands = [row for row in run.tables["time_bands"] if row["tier"] == tier["tier"]]
        standard = run.record["standards"][tier["tier"]]["minutes"]
        inside = [row for row in bands if row["up_to_minutes"] and float(row["up_to_minutes"]) <= standard]
        assert sum(float(row["people_plan"]) for row in bands) == float(tier["people_served"])
        assert sum(float(row["people_plan"]) for row in inside) == float(tier["covered"])
        assert sum(float(row["people_now"]) for row in inside) == float(tier["covered_now"])
        sites = [row for row in run.tables["facilities"] if row["tier"] == tier["tier"] and row["people_assigned"]]
        assert sum(float(row["people_assigned"]) for row in sites) == float(tier["covered"])
    for table in ("cost", "projects", "benefit"):
        assert sum(float(row["build_cost"]) for row in run.tables[table]) == stated["cost"], table


def test_people_by_site_are_the_sums_of_the_assignment(run: RunFolder) -> None:
    """Each site's people, settlements and longest minutes are those of the settlements that go there."""
    for site in run.tables["facilities"]:
        mine = [row for row in run.tables["assignment"] if row["site_id"] == site["id"]]
        mine = [row for row in mine if row["within_standard"] == "true"]
        if site["people_assigned"]:
            assert sum(float(row["people"]) for row in mine) == float(site["people_assigned"])
            assert len(mine) == float(site["points_assigned"])
            assert max((float(row["minutes"]) for row in mine), default=None) == _number(site["longest_minutes"])
        else:
            assert mine == []


def test_the_uncovered_list_adds_up_to_the_people_not_covered(run: RunFolder) -> None:
    """Everybody who is not covered stands in the list, once, with a reason; nobody else does."""
    listed, stated = run.tables["uncovered"], headline_of_record(run.record)
    left = {row["id"]: row for row in run.tables["points"] if row["state"] not in COVERED}
    assert len(listed) == len(left)
    assert {row["id"] for row in listed} == set(left)
    assert sum(float(row["people"]) for row in listed) == stated["people"] - stated["people_covered"]
    for row in listed:
        assert (row["reason"], row["people"]) == (left[row["id"]]["reason"], left[row["id"]]["people"])
        assert row["reason"]
        assert row["remedy"]


# --- computed anew ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def minutes() -> dict[str, dict[str, dict[str, float]]]:
    """Minutes by tier, demand point and site, with the tier's standard under the key "" of no demand point."""
    prepared = prepare(load_scenario(SCENARIO), QuietProgress())
    points, sites = prepared.area.demand.id.tolist(), prepared.area.sites.id.tolist()
    found: dict[str, dict[str, dict[str, float]]] = {}
    for service in prepared.problem.services:
        pairs = found.setdefault(service.tier, {points[i]: {} for i in service.needed.nonzero()[0]})
        arcs = zip(service.demand.tolist(), service.site.tolist(), service.minutes.tolist(), strict=True)
        for demand, site, time in arcs:
            pairs[points[demand]][sites[site]] = time
    return found


def test_leave_one_out_is_what_closing_the_site_does(
    run: RunFolder, minutes: dict[str, dict[str, dict[str, float]]]
) -> None:
    """For every open site: close it, count again who is covered, and find the loss that all tables state."""
    people = {row["id"]: float(row["people"]) for row in run.tables["points"]}
    standards = {tier: one["minutes"] for tier, one in run.record["standards"].items()}
    opened = {row["id"] for row in run.tables["facilities"] if row["action"] in ("keep", "build")}
    near = {
        (tier, point): {site for site, time in pairs.items() if site in opened and time <= standards[tier]}
        for tier, points in minutes.items()
        for point, pairs in points.items()
    }
    served = {point for _, point in near}

    def covered(without: str) -> float:
        missed = {point for (_, point), sites in near.items() if not sites - {without}}
        return sum(people[point] for point in served - missed)

    assert covered("") == run.record["people_covered"]
    lost = {site: covered("") - covered(site) for site in sorted(opened)}
    for table in ("facilities", "resilience", "benefit", "projects"):
        stated = {row["id"]: _number(row["people_lost_without"]) for row in run.tables[table]}
        assert stated == {site: lost.get(site) for site in stated}, table
    assert {row["id"] for row in run.tables["resilience"]} == opened
    for row in run.tables["resilience"]:
        assert _same(float(row["covered_percent_without"]), 100 * covered(row["id"]) / run.record["people"])


def test_sensitivity_and_second_cover_are_what_the_minutes_say(
    run: RunFolder, minutes: dict[str, dict[str, dict[str, float]]]
) -> None:
    """Every variant and everybody with two facilities in reach, counted again over all settlements and open sites."""
    people = {row["id"]: float(row["people"]) for row in run.tables["points"]}
    stated = {tier: float(one["minutes"]) for tier, one in run.record["standards"].items()}
    opened = {row["id"] for row in run.tables["facilities"] if row["action"] in ("keep", "build")}

    def covered(limits: dict[str, float], least: int = 1) -> float:
        missed = {
            point
            for tier, points in minutes.items()
            for point, pairs in points.items()
            if sum(site in opened and time <= limits[tier] for site, time in pairs.items()) < least
        }
        return sum(people[point] for points in minutes.values() for point in points if point not in missed)

    for row in run.tables["sensitivity"]:
        factor = 1 + float(row["change_percent"] or 0) / 100
        limits = {
            "stated": stated,
            "threshold": dict.fromkeys(stated, _number(row["standard_minutes"]) or 0.0),
            "standard": stated | {row["tier"]: factor * stated.get(row["tier"], 0.0)},
            "speed": {tier: factor * limit for tier, limit in stated.items()},
        }
        if row["variant"] != "segment":
            assert float(row["covered"]) == covered(limits[row["variant"]]), row
        else:
            sums = [float(p[f"people_{row['segment']}"]) for p in run.tables["points"] if p["state"] in COVERED]
            assert float(row["covered"]) == sum(sums), row
    (twice,) = [row for row in run.tables["second_cover"] if row["tier"] == ""]
    assert float(twice["covered_twice"]) == covered(stated, 2)


def test_minutes_and_sites_of_settlements_are_the_shortest(
    run: RunFolder, minutes: dict[str, dict[str, dict[str, float]]]
) -> None:
    """Each settlement's time, today and in the plan, is the shortest to an open site, of its slowest tier."""
    sites = run.tables["facilities"]
    opened = {
        "minutes": {row["id"] for row in sites if row["action"] in ("keep", "build")},
        "minutes_now": {row["id"] for row in sites if row["status"] == "existing"},
    }
    for row in run.tables["points"]:
        for column, there in opened.items():
            mine = [pairs[row["id"]] for pairs in minutes.values() if row["id"] in pairs]
            times = [min((time for site, time in pairs.items() if site in there), default=None) for pairs in mine]
            expected = None if None in times or not times else max(times)
            assert _number(row[column]) == expected, (row["id"], column)


def test_the_uncovered_list_names_the_tiers_that_are_missed(
    run: RunFolder, minutes: dict[str, dict[str, dict[str, float]]]
) -> None:
    """Tiers, nearest open site, minutes, kilometres, and nearest usable site, found again in plain Python."""
    standards = {tier: one["minutes"] for tier, one in run.record["standards"].items()}
    sites = {row["id"]: row for row in run.tables["facilities"]}
    points = {row["id"]: row for row in run.tables["points"]}
    names = {row["name"]: row["id"] for row in sites.values()}
    assert len(names) == len(sites)
    told = 0
    for row in run.tables["uncovered"]:
        found = []
        for tier, pairs in minutes.items():
            near = pairs.get(row["id"])
            if near is not None:
                times = [(time, site) for site, time in near.items() if sites[site]["action"] in ("keep", "build")]
                time, site = min(times, default=(math.inf, ""))
                if time > standards[tier]:
                    found.append((-time / standards[tier], tier, time, site, min(near.values(), default=math.inf)))
        found.sort(key=lambda one: one[0])
        assert row["lacking"].split() == points[row["id"]]["lacking"].split() == [tier for _, tier, *_ in found]
        _, tier, time, site, usable = found[0]
        assert float(row["standard_minutes"]) == standards[tier]
        if math.isfinite(time):
            told += 1
            assert (names[row["nearest_site"]], float(row["nearest_minutes"])) == (site, time)
            assert _number(row["usable_minutes"]) == usable
        straight = _kilometres(points[row["id"]], sites[names[row["nearest_site"]]])
        assert float(row["straight_km"]) == pytest.approx(straight, rel=0.006)
        if row["road_km"]:
            assert float(row["straight_km"]) * 0.99 <= float(row["road_km"]) <= 80 * float(row["nearest_minutes"]) / 60
    assert told > 10
    assert any(row["road_km"] for row in run.tables["uncovered"])


def _kilometres(one: Row, other: Row) -> float:
    """Return the great-circle distance of two rows on a sphere."""
    lon, lat, lon2, lat2 = (math.radians(float(row[key])) for row in (one, other) for key in ("lon", "lat"))
    half = math.sin((lat2 - lat) / 2) ** 2 + math.cos(lat) * math.cos(lat2) * math.sin((lon2 - lon) / 2) ** 2
    return 2 * 6371.0088 * math.asin(math.sqrt(half))


def test_users_from_other_units_are_those_of_the_assignment(run: RunFolder) -> None:
    """Who goes to a facility outside the own unit is counted again, and the page says the share of all together."""
    unit = {row["id"]: row["zone_name"] for row in run.tables["points"]}
    away = people = 0.0
    for site in run.tables["facilities"]:
        mine = [r for r in run.tables["assignment"] if r["site_id"] == site["id"] and r["within_standard"] == "true"]
        elsewhere = sum(float(row["people"]) for row in mine if unit[row["demand_id"]] != site["zone_name"])
        assert float(site["people_from_elsewhere"] or 0) == elsewhere
        if site["from_elsewhere_percent"]:
            assert _same(float(site["from_elsewhere_percent"]), 100 * elsewhere / float(site["people_assigned"]))
        away, people = away + elsewhere, people + float(site["people_assigned"] or 0)
    assert 0 < away < people
    for lang in LANGUAGES:
        assert numbers.share_percent(away, people) in run.report.text(lang)


# --- workbook --------------------------------------------------------------------------------------------------------


def test_every_table_of_the_workbook_is_the_table_of_the_files(run: RunFolder) -> None:
    """Each sheet has its table's rows; figures to the last digit in the unit that format and heading name."""
    book = openpyxl.load_workbook(run.folder / "report.xlsx")
    seen = set()
    for key, rows in run.tables.items():
        if key == "recognised":
            continue
        sheet = book[WORDS[f"table.{key}"][0]]
        seen.add(sheet.title)
        body = list(sheet.iter_rows(min_row=2))
        assert len(body) >= len(rows), key
        headings = [str(cell.value) for cell in next(sheet.iter_rows(max_row=1))]
        assert len(headings) == len(run.headings[key]), key
        for place, column in enumerate(run.headings[key]):
            cells = [row[place] for row in body[: len(rows)]]
            _same_column(key, column, headings[place], cells, rows)
    assert seen == set(book.sheetnames[1:])


def _same_column(key: str, column: str, heading: str, cells: list[Any], rows: list[Row]) -> None:
    words: dict[str, str] = {}
    for cell, row in zip(cells, rows, strict=True):
        text, where = row[column], (key, column, row)
        if isinstance(cell.value, int | float) and not isinstance(cell.value, bool):
            scale = 100.0 if "%" in cell.number_format else 1e4 if "万元" in heading else 1.0
            assert _same(cell.value * scale, float(text)), where
        else:
            # names stand as they are; a coded value has its words in both languages, the same each time
            shown = "" if cell.value is None else str(cell.value)
            assert words.setdefault(text, shown) == shown, where
            assert bool(shown) == bool(text) or text == "", where
    told = [shown for text, shown in words.items() if text]
    assert len(set(told)) == len(told), (key, column)


# --- report ----------------------------------------------------------------------------------------------------------


def _shown(run: RunFolder, key: str) -> list[Row]:
    rows = run.tables[key]
    if key == "facilities":
        return [row for row in rows if row["action"] != "none"]
    return [row for row in rows if row["tier"] == ""] if key == "time_bands" else rows


def test_every_table_of_the_report_is_the_table_of_the_files(run: RunFolder) -> None:
    """Each table of the page has the rows of its file; each figure is exact in the mark and rounded in print."""
    tables = run.report.all(lambda node: "data-table" in node.attributes)
    keys = {table.attributes["data-table"] for table in tables}
    assert keys == {key for key, rows in run.tables.items() if rows} - {"points", "assignment", "summary", "recognised"}
    for table in tables:
        key = table.attributes["data-table"]
        bodies = [row for body in table.all(lambda node: node.tag == "tbody") for row in _lines(body)]
        for line, row in zip(bodies, _shown(run, key), strict=True):
            _same_line(table, line, row)
        for foot in table.all(lambda node: node.tag == "tfoot"):
            _same_total(run, key, foot)


def _lines(body: Node) -> list[Node]:
    return body.all(lambda node: node.tag == "tr")


def _same_line(table: Node, line: Node, row: Row) -> None:
    heads = table.all(lambda node: node.tag == "th")
    key = table.attributes["data-table"]
    for place, cell in enumerate(line.all(lambda node: node.tag == "td")):
        name = cell.attributes.get("data-figure")
        if name is None:
            _same_names(heads[place], cell, row)
            continue
        column = name.removeprefix(f"{key}.")
        exact = _number(cell.attributes["data-value"])
        assert exact == _number(row[column]), (name, row)
        for lang in LANGUAGES:
            assert _says(cell.text(lang), exact, heads[place].text(lang), column, row), (name, lang, cell.text(lang))


def _same_names(head: Node, cell: Node, row: Row) -> None:
    """Compare names with the file's in both languages."""
    for column in ("name", "zone_name", "nearest_site"):
        if head.text("zh") == WORDS[f"column.{column}"][0] and row.get(column):
            assert (cell.plain("zh"), cell.plain("en")) == (row[column], row[f"{column}_en"])
            assert row[column] != row[f"{column}_en"]
            if column == "name" and cell.small("zh"):
                assert (cell.small("zh"), cell.small("en")) == (row["zone_name"], row["zone_name_en"])


def _says(text: str, value: float | None, heading: str, column: str, row: Row) -> bool:
    unit = 1e4 if "万元" in heading else 1e6 if "million" in heading else 1.0
    if column == "longest_minutes":
        return says(text, value, rounded_up=True)
    return says(text, value, unit=unit)


def _same_total(run: RunFolder, key: str, foot: Node) -> None:
    """Compare a total row with the sum of its column, or with the figure of everybody where it is no sum."""
    summary = {row["figure"]: row for row in run.tables["summary"]}
    of_everybody = {
        "covered_now_percent": float(summary["covered_percent"]["now"]),
        "covered_percent": float(summary["covered_percent"]["plan"]),
        "change_points": float(summary["covered_percent"]["difference"]),
        "mean_minutes_now": float(summary["mean_minutes"]["now"]),
        "mean_minutes": float(summary["mean_minutes"]["plan"]),
        "longest_minutes": max(float(row["minutes"]) for row in run.tables["points"] if row["minutes"]),
    }
    for cell in figures(foot):
        column = cell.attributes["data-figure"].removeprefix(f"{key}.")
        known = [float(row[column]) for row in _shown(run, key) if row[column]]
        expected = of_everybody.get(column, sum(known))
        assert _same(float(cell.attributes["data-value"]), expected), (key, column)


def expected_figures(run: RunFolder) -> dict[str, float | None]:
    """Return every figure that map and report may carry in the plan, by the name they give it."""
    stated = headline_of_record(run.record)
    by_state = {state: run.people(state=state) for state in LETTERS.values()}
    by_reason = {row["reason"]: run.people("uncovered", reason=row["reason"]) for row in run.tables["uncovered"]}
    return {
        **stated,
        "people_newly_covered": stated["newly_covered_people"],
        "people_losing_cover": stated["lost_people"],
        "people_uncovered": stated["people"] - stated["people_covered"],
        "gap_percent": max(level["gap_percent"] for level in run.record["objective"]),
        **{f"people_by_state.{state}": people for state, people in by_state.items()},
        **{f"people_state_{letter}": by_state[state] for letter, state in LETTERS.items()},
        **{f"people_uncovered_by_reason.{reason}": people for reason, people in by_reason.items()},
        "sites_b": stated["sites_new"],
        "sites_k": float(sum(row["action"] == "keep" for row in run.tables["facilities"])),
        "sites_n": float(sum(row["action"] == "none" for row in run.tables["facilities"])),
    }


def test_headline_figures_of_the_report_are_those_of_run_json(run: RunFolder) -> None:
    """Outside its tables the page carries figures of run.json or sums of the tables, in both languages."""
    known, found = expected_figures(run), set()
    for element in figures(run.report):
        name = element.attributes["data-figure"]
        if "." in name and name.partition(".")[0] in run.tables:
            continue
        found.add(name)
        exact = float(element.attributes["data-value"])
        assert _same(exact, known[name]), name
        for lang in LANGUAGES:
            assert says(element.text(lang), exact), (name, element.text(lang))
    assert {"people_covered_percent", "people_newly_covered", "cost", "people_uncovered"} <= found


# --- map -------------------------------------------------------------------------------------------------------------


def test_the_map_draws_the_rows_of_the_tables(run: RunFolder) -> None:
    """Settlements, sites, links and zones of the map are the tables' rows, and minutes print alike."""
    drawn, points, sites = run.drawn, run.tables["points"], run.tables["facilities"]
    of_site = {row["id"]: row for row in sites}
    plan = drawn["stops"][-1]
    assert drawn["points"]["id"] == [row["id"] for row in points]
    assert drawn["points"]["name"] == [row["name"] for row in points]
    assert drawn["points"]["name_en"] == [row["name_en"] for row in points]
    assert drawn["points"]["people"] == [float(row["people"]) for row in points]
    assert [LETTERS[letter] for letter in plan["states"]] == [row["state"] for row in points]
    assert _close(plan["minutes"], [row["minutes"] for row in points])
    assert _close(drawn["stops"][0]["minutes"], [row["minutes_now"] for row in points])
    assert set(drawn["sites"]["id"]) == set(of_site)
    for column in ("people_assigned", "build_cost", "people_lost_without", "mean_minutes", "longest_minutes"):
        assert _close(drawn["sites"][column], [of_site[key][column] for key in drawn["sites"]["id"]]), column
    pairs = [
        (drawn["points"]["id"][point], drawn["sites"]["id"][site], within == "1")
        for point, site, within in zip(*(drawn["assignment"][key] for key in ("point", "site", "within")), strict=True)
    ]
    stated = [(row["demand_id"], row["site_id"], row["within_standard"] == "true") for row in run.tables["assignment"]]
    assert pairs == stated
    assert _close(drawn["assignment"]["minutes"], [row["minutes"] for row in run.tables["assignment"]])
    zones = {row["zone"]: row for row in run.tables["zones"]}
    for zone in drawn["zones"]:
        row, share = zones[zone["key"]], zone["share"]
        assert zone["name"] == [row["zone_name"], row["zone_name_en"]]
        stated = [float(row[column]) for column in ("people", "covered_now", "covered")]
        assert [share["people"], *share["covered"]] == stated


def _close(drawn: list[float | None], stated: list[str]) -> bool:
    """Tell whether the map's short figures are the stated ones: off by less than is printed, and printed alike."""
    return all(
        (one is None and not other)
        or (one is not None and abs(one - float(other)) <= 1e-3 and _printed(one) == _printed(float(other)))
        for one, other in zip(drawn, stated, strict=True)
    )


def _printed(minutes: float) -> tuple[str, str]:
    return numbers.minutes(minutes), numbers.minutes_longest(minutes)


def test_headline_figures_stand_in_the_map_before_its_script_runs(run: RunFolder) -> None:
    """The panel can be read without the script, with the figures of run.json."""
    known, panel = expected_figures(run), re.search(r'<aside id="panel">.*?</aside>', run.map, re.DOTALL)
    assert panel is not None
    found = figures(tree(panel[0]))
    assert len(found) == 3
    for element in found:
        exact = float(element.attributes["data-value"])
        assert exact == known[element.attributes["data-figure"]]
        assert says(element.text("zh"), exact)


_MARKS = """() => Array.from(document.querySelectorAll('#panel [data-figure]')).map(e =>
  [e.dataset.figure, e.dataset.value, e.textContent, e.offsetParent !== null])"""


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_the_panel_shows_the_figures_of_run_json(run: RunFolder) -> None:
    """In both languages and at both stops each figure of the panel is run.json's, exact and as printed."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    plan, now = expected_figures(run), _figures_of_today(run)
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        shown: dict[tuple[str, str], list[list[Any]]] = {}
        for lang in LANGUAGES:
            for stop in ("now", "plan"):
                page.goto("about:blank")
                page.goto(f"{(run.folder / 'map.html').as_uri()}#lang={lang}&stage={stop}")
                shown[lang, stop] = [mark for mark in page.evaluate(_MARKS) if mark[3]]
        browser.close()
    for (lang, stop), marks in shown.items():
        known = plan if stop == "plan" else now
        names = {name for name, *_ in marks}
        assert {"people", "people_covered", "people_covered_percent", "sites_new", "cost", "people_uncovered"} <= names
        for name, value, text, _ in marks:
            assert _same(float(value), known[name]), (lang, stop, name)
            assert _panel_says(name, text, float(value), lang), (lang, stop, name, text)
    assert [(n, v) for n, v, *_ in shown["zh", "plan"]] == [(n, v) for n, v, *_ in shown["en", "plan"]]


def _panel_says(name: str, text: str, value: float, lang: str) -> bool:
    if name.startswith("sites_") and "+" in text:
        return sum(int(part.replace(",", "")) for part in text.split("+")) == value
    if name == "gap_percent":
        return says(re.split(r"[ \u2009，]", text)[-1].removeprefix("差距"), value)
    return says(text, value, unit={"zh": 1e4, "en": 1e6}[lang] if name == "cost" else 1.0)


def _figures_of_today(run: RunFolder) -> dict[str, float | None]:
    record, covered = run.record, float(run.record["baseline"]["people_covered"])
    existing = float(sum(row["status"] == "existing" for row in run.tables["facilities"]))
    return {
        "people": float(record["people"]),
        "people_covered": covered,
        "people_covered_percent": record["baseline"]["people_covered_percent"],
        "people_uncovered": record["people"] - covered,
        "people_state_c": covered,
        "people_state_u": record["people"] - covered - record["unreachable_people"],
        "people_state_x": float(record["unreachable_people"]),
        "gap_percent": max(level["gap_percent"] for level in record["objective"]),
        "sites_new": 0.0,
        "sites_closed": 0.0,
        "sites_open": existing,
        "sites_e": existing,
        "sites_n": float(len(run.tables["facilities"])) - existing,
        "cost": 0.0,
    }


# --- GIS and gallery -------------------------------------------------------------------------------------------------


def test_gis_layers_hold_the_tables(run: RunFolder) -> None:
    """Settlements, sites, zones and service lines of the GeoPackage have the figures of the tables."""
    import pyogrio

    layers = {
        "demand_points": ("points", "id", ("people", "minutes", "minutes_now", "people_65_plus")),
        "sites": ("facilities", "id", ("people_assigned", "build_cost", "people_lost_without", "mean_minutes")),
        "zones": ("zones", "zone", ("people", "covered", "covered_percent", "mean_minutes", "longest_minutes")),
    }
    for layer, (table, key, columns) in layers.items():
        frame = pyogrio.read_dataframe(run.folder / "plan.gpkg", layer=layer, read_geometry=False)
        rows = {row[key]: row for row in run.tables[table]}
        assert set(frame["id"]) == set(rows)
        for column in columns:
            for name, value in zip(frame["id"], frame[column].tolist(), strict=True):
                stated = _number(rows[name][column])
                assert _same(None if math.isnan(value) else value, stated), (layer, column, name)
    lines = pyogrio.read_dataframe(run.folder / "plan.gpkg", layer="service_lines", read_geometry=False)
    assert [f"{minutes}" for minutes in lines["minutes"]] == [
        f"{float(row['minutes'])}" for row in run.tables["assignment"]
    ]


def test_the_gallery_shows_the_figures_of_run_json(run: RunFolder) -> None:
    """The card of the run carries coverage and cost, exact in the mark and rounded in print."""
    page = tree((run.folder.parent / "index.html").read_text(encoding="utf-8"))
    (card,) = page.all(lambda node: node.attributes.get("data-folder") == "budget-60")
    assert float(card.attributes["data-coverage"]) == run.record["people_covered_percent"]
    assert float(card.attributes["data-cost"]) == run.record["cost"]
    (big,) = card.all(lambda node: node.tag == "b" and bool(node.all(lambda inner: inner.tag == "u")))
    for lang in LANGUAGES:
        assert says(big.text(lang), run.record["people_covered_percent"])
