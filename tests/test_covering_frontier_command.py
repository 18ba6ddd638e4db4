"""`facopt frontier` from a scenario to its curve."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np
import pytest

from facopt.location.covering.curve import Frontier, FrontierPoint
from facopt.outputs.frontier import write_frontier
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
limits: {new_sites: {clinic: 1}}
"""


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    """Three candidates that add 60, 30 and 5 people to the 10 of the existing site."""
    write_table(tmp_path / "demand.csv", "id people", [("a", 10), ("b", 60), ("c", 30), ("d", 5), ("e", 7)])
    sites = [("old", "clinic", "existing", 0), ("=x", "clinic", "candidate", 9), ("y", "clinic", "candidate", 2)]
    write_table(tmp_path / "sites.csv", "id tier status build_cost", [*sites, ("z", "clinic", "candidate", 1)])
    od = [("a", "old", 5), ("b", "=x", 5), ("c", "y", 30), ("d", "z", 5), ("e", "z", 31)]
    write_table(tmp_path / "od.csv", "demand_id site_id minutes", od)
    file = tmp_path / "scenario.yaml"
    file.write_text(SCENARIO, encoding="utf-8")
    return file


def test_curve_by_sites(scenario: Path) -> None:
    """Each further site adds the most people left; the scenario's own limit is left out, everything is proven."""
    called = facopt("frontier", scenario, "--out", scenario.parent / "maps", "--points", 4, "--json")
    assert called.status == 0, called.err
    record = called.json()
    assert [point["people_covered"] for point in record["points"]] == [10, 70, 100, 105]
    assert [point["limit"] for point in record["points"]] == [0, 1, 2, 3]
    assert all(point["proven"] and point["bound"] == point["people_covered"] for point in record["points"])
    assert record["people"] == 112
    assert record["points"][2]["opened"] == ["old", "=x", "y"]
    assert [point["knee"] for point in record["points"]].count(True) == 1


def test_curve_by_budget_and_its_files(scenario: Path) -> None:
    """With money the cheap sites come first; table and page are written, and the page asks for nothing from outside."""
    called = facopt("frontier", scenario, "--out", scenario.parent / "maps", "--by", "budget", "--points", 5)
    assert called.status == 0, called.err
    folder = scenario.parent / "maps" / "curve"
    with (folder / "frontier.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["limit"]) for row in rows] == [0, 3, 6, 9, 12]
    assert [float(row["people_covered"]) for row in rows] == [10, 45, 45, 70, 105]
    page = (folder / "frontier.html").read_text(encoding="utf-8")
    assert "http:" not in page.replace("http-equiv", "")
    assert "https:" not in page
    assert "proven" in called.out


def test_words_of_the_scenario_are_escaped(tmp_path: Path) -> None:
    """A name with markup in it stays a name on the page."""
    point = FrontierPoint(0.0, 1.0, 1.0, 0, 0.0, np.zeros(1, dtype=bool))
    write_frontier(Frontier("sites", (point,), 1.0), "<script>x</script>", tmp_path)
    assert "<script>" not in (tmp_path / "frontier.html").read_text(encoding="utf-8")
