"""run.json: the contract's keys, figures that agree with the report, and nothing JSON cannot hold."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from facopt.outputs.run_json import plain, run_record, write_run_json
from tests.county_case import county_report
from tests.report_fixture import (
    feasible_report,
    infeasible_report,
    no_solution_report,
    report_without_coordinates,
    small_report,
)

if TYPE_CHECKING:
    from pathlib import Path

    from facopt.measures.report import Report

CONTRACT = {
    "scenario", "status", "objective", "people", "people_covered", "people_covered_percent", "by_tier", "by_area_class",
    "by_zone", "unreachable_people", "cost", "opened", "seconds", "peak_memory_mb", "solver", "versions", "inputs",
    "seed", "baseline", "title_zh", "title_en", "synthetic", "generated", "assumptions_unverified", "standards",
}  # fmt: skip


def _record(report: Report) -> dict[str, Any]:
    return run_record(
        report,
        seconds={"solve": 2.0},
        peak_memory_mb=512.0,
        versions={"facopt": "0.1.0"},
        inputs={"b": "1", "a": "2"},
        seed=7,
    )


@pytest.mark.parametrize(
    "maker",
    [small_report, feasible_report, infeasible_report, no_solution_report, report_without_coordinates, county_report],
)
def test_every_report_gives_strict_json_with_the_contracts_keys(maker) -> None:  # type: ignore[no-untyped-def]
    """All keys are there for every status, and JSON without NaN or infinity holds the record unchanged."""
    record = _record(maker())
    assert set(record) >= CONTRACT
    assert json.loads(json.dumps(record, allow_nan=False)) == record


def test_figures_are_the_reports() -> None:
    """Totals and the parts by tier, area class and zone are the report's, whole people as integers."""
    report = county_report()
    record = _record(report)
    assert record["people"] == report.everybody.people
    assert isinstance(record["people"], int)
    assert report.everybody.covered is not None
    assert record["people_covered_percent"] == 100 * report.everybody.covered / report.everybody.people
    for key, shares in (("by_zone", report.by_zone), ("by_area_class", report.by_area_class)):
        assert {k: v["people_covered"] for k, v in record[key].items()} == {s.key: s.covered for s in shares}
        assert sum(part["people"] for part in record[key].values()) == record["people"]
    for tier in report.tiers:
        assert record["by_tier"][tier.key]["people_covered"] == tier.people_covered
        assert record["standards"][tier.key]["minutes"] == tier.standard_minutes
    assert record["baseline"]["people_covered"] == report.everybody.covered_now
    assert (
        record["people_covered"]
        == record["baseline"]["people_covered"] + record["newly_covered_people"] - record["lost_people"]
    )


def test_opened_holds_what_stands_and_stays_and_what_is_built() -> None:
    """Opened sites are those the plan keeps or builds; closed ones are listed apart."""
    report = county_report(close=("e11",))
    record = _record(report)
    actions = report.sites.set_index("id")["action"]
    assert {site["site_id"]: site["action"] for site in record["opened"]} == actions[
        actions.isin(("keep", "build"))
    ].to_dict()
    assert [site["site_id"] for site in record["closed"]] == ["e11"]
    assert set(record["opened"][0]) >= {"site_id", "tier", "action", "size", "stage", "people_assigned"}


def test_without_a_plan_nothing_is_opened_or_covered() -> None:
    """An infeasible run tells no coverage, no cost and no sites, but its conflicts."""
    record = _record(county_report(planned=False, status="infeasible"))
    assert record["people_covered"] is None
    assert record["cost"] is None
    assert record["opened"] == record["closed"] == []
    assert record["conflicts"][0]["key"] == "limits.budget"


def test_inputs_and_versions_are_sorted() -> None:
    """Mappings that come in any order are written in one order."""
    assert list(_record(small_report())["inputs"]) == ["a", "b"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3.0, 3), (0.1, 0.1), (math.nan, None), (math.inf, None), (np.float64(2.5), 2.5), (np.int64(4), 4),
        (np.bool_(True), True), (pd.NA, None), (pd.NaT, None), ((1.0, [np.nan]), [1, [None]]),
        (np.array([1.0, 2.5]), [1, 2.5]),
        ({"a": {1: -0.0}}, {"a": {"1": 0}}), (True, True), ("x", "x"), (None, None),
    ],
)  # fmt: skip
def test_plain_values(value: object, expected: object) -> None:
    """Whole numbers become int, what is not finite or not there becomes None, arrays become lists."""
    result = plain(value)
    assert result == expected
    assert type(result) is type(expected)


def test_what_json_cannot_hold_is_refused(tmp_path: Path) -> None:
    """An object that is no value of a report raises instead of being written as its name."""
    with pytest.raises(TypeError, match="not JSON serializable"):
        write_run_json(plain({"a": object()}), tmp_path / "run.json")


def test_thumbnail_lies_in_its_window() -> None:
    """All marks of the thumbnail stand inside 400 x 190 pixels, at most one per cell and state."""
    thumbnail = _record(county_report())["thumbnail"]
    places = [place for state in ("uncovered", "loses_cover", "unreachable") for place in thumbnail[state]]
    assert places
    assert all(0 <= x <= 400 and 0 <= y <= 190 for x, y, *_ in places + thumbnail["new"])
    assert len(thumbnail["new"]) == 4
    assert {symbol for _, _, symbol in thumbnail["new"]} == {"circle", "square"}
    assert _record(report_without_coordinates())["thumbnail"] is None
