"""Three scenarios without a plan: what is said of them, and that what is proposed leads to one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from facopt.outputs.terminal import run_summary
from facopt.pipeline import prepare, solve
from facopt.progress import QuietProgress
from facopt.scenario.load import load_scenario
from tests.cli_runner import facopt

if TYPE_CHECKING:
    from facopt.measures.report import Report

INFEASIBLE = Path(__file__).parent / "data/infeasible"


def solved(name: str, *changes: str) -> Report:
    """Return the report of one of the infeasible scenarios, with some values changed."""
    loaded = load_scenario(INFEASIBLE / f"{name}.yaml", changes)
    return solve(prepare(loaded, QuietProgress()))[0]


@pytest.mark.parametrize("name", ["budget", "floor-spacing", "capacity"])
def test_three_infeasible_scenarios_in_words(name: str) -> None:
    """The conflict with the line of each statement, and the ways out in planners' units, in both languages."""
    report = solved(name)
    for language in ("en", "zh"):
        told = run_summary(report, Path("maps"), (), language).split("\n\n")[0].replace("\\", "/") + "\n"
        assert told == (INFEASIBLE / f"{name}.{language}.txt").read_text(encoding="utf-8")


def test_an_infeasible_scenario_through_the_command_line(tmp_path: Path, monkeypatch) -> None:
    """What is printed, the status and the page say why there is no plan."""
    monkeypatch.chdir(INFEASIBLE)
    monkeypatch.setenv("FACOPT_LANG", "en")
    called = facopt("run", "capacity.yaml", "--out", tmp_path / "maps")
    assert called.status == 1, called.err
    assert called.out.startswith((INFEASIBLE / "capacity.en.txt").read_text(encoding="utf-8"))
    page = (tmp_path / "maps" / "capacity" / "report.html").read_text(encoding="utf-8")
    assert "These cannot hold together; without any one of them the others can:" in page


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("budget", "limits.budget=14800000"),
        ("budget", "tiers.clinic.standard_minutes=36"),
        ("budget", "targets.0.at_least_percent=91.8"),
        ("floor-spacing", "rules.1.at_least_metres=1650"),
        ("floor-spacing", "rules.0.at_least_percent_by_part.石河镇=83.6"),
        ("capacity", "tiers.clinic.sizes.small.capacity=2760"),
        ("capacity", "targets.0.at_least_percent=85.4"),
    ],
)
def test_what_a_way_out_proposes_can_be_stated(name: str, change: str) -> None:
    """Each change of the three scenarios, made in the scenario itself, leads to a plan."""
    assert solved(name, change).status == "optimal"
