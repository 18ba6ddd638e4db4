"""Each tier on its own: states and people agree with the facts of the tiers, in plain plans and in every stage."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from facopt.measures.build import build_report
from facopt.measures.coverage import people_by_state
from tests.cli_runner import facopt
from tests.measures_cases import random_run
from tests.staged_county import SCENARIO, staged_county

if TYPE_CHECKING:
    from pathlib import Path

COVERED = {"covered", "newly_covered"}


@pytest.mark.parametrize("seed", range(20))
def test_people_of_a_tier_are_those_of_its_facts(seed: int) -> None:
    """Covered today and in the plan, served, and by state: the same people as the report's facts of the tier."""
    report = build_report(random_run(seed))
    people = report.points["people"].to_numpy()
    for tier, now, plan in zip(report.tiers, report.tier_cover_now, report.tier_cover, strict=True):
        assert now.people["covered"] == pytest.approx(tier.people_covered_now)
        assert plan.people["covered"] + plan.people["newly_covered"] == pytest.approx(tier.people_covered)
        for cover in (now, plan):
            assert sum(cover.people.values()) == pytest.approx(tier.people_served)
            assert people[cover.states != ""].sum() == pytest.approx(tier.people_served)
            for state, count in cover.people.items():
                assert count == pytest.approx(people[cover.states == state].sum())


@pytest.mark.parametrize("seed", range(5))
def test_who_is_covered_by_every_tier_is_covered(seed: int) -> None:
    """A settlement is covered where no tier that serves it leaves it out."""
    report = build_report(random_run(seed))
    for i, state in enumerate(report.points["state"]):
        alone = {cover.states[i] for cover in report.tier_cover} - {""}
        assert (state in COVERED) == (bool(alone) and alone <= COVERED)


def test_without_a_plan_there_is_today_only() -> None:
    """A contradiction has no cover in the plan."""
    report = build_report(random_run(0, planned=False))
    assert len(report.tier_cover_now) == len(report.tiers)
    assert report.tier_cover == ()


def test_every_stop_of_the_map_counts_a_tier_as_the_table_of_stages_does(tmp_path: Path) -> None:
    """With capacities: people covered by each tier at each stop are those of run.json's stages."""
    scenario = SCENARIO.replace("compare_orders: true", "compare_orders: false").replace("[cost, coverage]", "[cost]")
    called = facopt("run", staged_county(tmp_path, scenario), "--out", tmp_path / "maps")
    assert called.status == 0, called.err
    folder = tmp_path / "maps" / "staged"
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    data = re.search(r'id="data">(.*?)</script>', (folder / "map.html").read_text(encoding="utf-8"), re.DOTALL)
    assert data is not None
    drawn = json.loads(data[1])
    keys = [tier["key"] for tier in drawn["tiers"]]
    for stop, stage in zip(drawn["stops"], record["stages"], strict=True):
        for key, cover in zip(keys, stop["tiers"], strict=True):
            told = stage["by_tier"][key]
            assert cover["people"]["c"] + cover["people"]["n"] == pytest.approx(told["people_covered"])
            assert sum(cover["people"].values()) == pytest.approx(told["people"])
            assert len(cover["states"]) == len(drawn["points"]["id"])


def test_the_order_of_terms_is_nobodys_loss() -> None:
    """Sums that differ in their last digits are the same people; whole people who lose a place are lost."""
    now = np.array([0.1 + 0.2, 100.0, 50.0])
    points = pd.DataFrame({"people": [1.0, 100.0, 60.0], "covered_now": now, "covered": [0.3, 99.0, 50.0 + 1e-9]})
    points["state"] = ["uncovered", "uncovered", "uncovered"]
    found = people_by_state(points, planned=True)
    assert found["loses_cover"] == 1.0
    assert found["newly_covered"] == 0.0
    assert sum(found.values()) == pytest.approx(161.0)
