"""The cost and budget curve in a run: report, table and record tell the same, and only where it was asked for."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import pytest

from tests.cli_runner import facopt, write_table

if TYPE_CHECKING:
    from pathlib import Path

SCENARIO = """\
name: curve
demand: {kind: table, file: demand.csv}
facilities: {kind: table, file: sites.csv}
travel: {road: {kind: table, file: od.csv}}
tiers: {clinic: {mode: road, standard_minutes: 30}}
objective: [coverage]
limits: {budget: 12}
"""


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    """Three candidates that add 60, 30 and 5 people to the 10 of the existing site, for 9, 2 and 1."""
    write_table(tmp_path / "demand.csv", "id people", [("a", 10), ("b", 60), ("c", 30), ("d", 5), ("e", 7)])
    sites = [("old", "clinic", "existing", 0), ("x", "clinic", "candidate", 9), ("y", "clinic", "candidate", 2)]
    write_table(tmp_path / "sites.csv", "id tier status build_cost", [*sites, ("z", "clinic", "candidate", 1)])
    od = [("a", "old", 5), ("b", "x", 5), ("c", "y", 30), ("d", "z", 5), ("e", "z", 31)]
    write_table(tmp_path / "od.csv", "demand_id site_id minutes", od)
    file = tmp_path / "scenario.yaml"
    file.write_text(SCENARIO, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("budget", {0: 10, 2: 40, 3: 45, 9: 70, 11: 100, 12: 105}),
        ("sites", {0: 10, 1: 70, 2: 100, 3: 105}),
    ],
)
def test_the_curve_in_the_run_folder(scenario: Path, by: str, expected: dict[int, int]) -> None:
    """Each limit covers what the best choice within it covers; page, table and record agree and mark one knee."""
    out = scenario.parent / "maps"
    called = facopt("run", scenario, "--out", out, "--set", f"frontier={{by: {by}, points: 40}}")
    assert called.status == 0, called.err
    folder = out / "curve"
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))["frontier"]
    with (folder / "tables" / "frontier.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["covered"]) for row in rows] == [point["people_covered"] for point in record]
    best = {point["limit"]: point["people_covered"] for point in record}
    assert best.items() >= expected.items() if by == "sites" else all(best.get(k, v) == v for k, v in expected.items())
    assert best[max(best)] == 105
    assert all(point["proven"] and point["people_at_most"] == point["people_covered"] for point in record)
    assert sum(point["knee"] for point in record) == 1
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert '<section id="frontier">' in page
    assert "Cost and budget curve" in page
    assert "投资与覆盖曲线" in page
    assert 'class="d1"' in page.split('<section id="frontier">')[1].split("</section>")[0]


def test_no_curve_unless_asked_for(scenario: Path) -> None:
    """Without the section there is no curve: no section, an empty table, nothing in the record."""
    called = facopt("run", scenario, "--out", scenario.parent / "maps")
    assert called.status == 0, called.err
    folder = scenario.parent / "maps" / "curve"
    assert json.loads((folder / "run.json").read_text(encoding="utf-8"))["frontier"] is None
    assert len((folder / "tables" / "frontier.csv").read_text(encoding="utf-8-sig").splitlines()) == 1
    assert 'id="frontier"' not in (folder / "report.html").read_text(encoding="utf-8")


def test_a_curve_that_makes_no_sense_is_refused(scenario: Path) -> None:
    """An unknown axis or a single point is bad input."""
    for wrong in ("{by: people}", "{points: 1}"):
        called = facopt("run", scenario, "--out", scenario.parent / "maps", "--set", f"frontier={wrong}")
        assert called.status == 2
        assert "frontier" in called.err
