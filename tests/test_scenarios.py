"""The shipped scenarios: each is proven optimal, with the figures that the README quotes."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path

import pytest

from tests.cli_runner import facopt

FOLDER = Path(__file__).parents[1] / "scenarios"
GOLDEN = {
    # name: (people covered, cost in yuan, new sites)
    "today": (971_297, 0, 0),
    "full-coverage": (1_156_532, 161_600_000, 36),
    "budget-60": (1_141_644, 96_910_000, 20),
}


@pytest.mark.parametrize("name", GOLDEN)
def test_shipped_scenario(name: str, tmp_path: Path) -> None:
    """A shipped scenario runs through the command line and gives its golden figures."""
    called = facopt("run", FOLDER / f"{name}.yaml", "--out", tmp_path, "--json")
    assert called.status == 0, called.err
    record = called.json()
    built = sum(one["action"] == "build" for one in record["opened"])
    assert record["status"] == "optimal"
    assert (record["people_covered"], record["cost"], built) == GOLDEN[name]
    assert record["people"] == 1_158_640
    assert record["synthetic"] is True


def test_six_tenths_of_the_money_is_six_tenths_of_the_least_cost() -> None:
    """The budget of the third scenario is 60 % of what the second one costs."""
    text = (FOLDER / "budget-60.yaml").read_text(encoding="utf-8")
    assert f"budget: {GOLDEN['full-coverage'][1] * 6 // 10}" in text


def test_every_scenario_that_can_run_is_tested() -> None:
    """A scenario added to the folder needs figures here; files that begin with _ are parts of others."""
    names = {path.stem for path in FOLDER.glob("[!_]*.yaml")}
    assert names - {"osm-place", "three-stages"} == set(GOLDEN)


def test_three_stages_read_as_they_are_stated() -> None:
    """The scenario in stages passes the check of its text, its references and its data."""
    called = facopt("check", FOLDER / "three-stages.yaml")
    assert called.status == 0, called.err


@pytest.mark.skipif(not os.environ.get("FACOPT_SLOW"), reason="takes minutes; FACOPT_SLOW=1 runs it")
def test_three_stages_give_a_plan_that_keeps_everything(tmp_path: Path) -> None:
    """Within its five minutes there is a plan that keeps every rule, with its gap."""
    called = facopt("run", FOLDER / "three-stages.yaml", "--out", tmp_path, "--json")
    assert called.status == 0, called.err
    record = called.json()
    assert record["status"] in {"optimal", "feasible"}
    assert record["objective"][0]["gap_percent"] is not None
    assert all(rule["kept"] for rule in record["rules"])
    stages = [row for row in record["stages"] if row["stage"] != "today"]
    assert [row["stage"] for row in stages] == ["2027", "2030", "2035"]
    assert [row["capital"] <= row["budget"] for row in stages] == [True] * 3
    assert all(later["people_covered"] > earlier["people_covered"] for earlier, later in pairwise(stages))
