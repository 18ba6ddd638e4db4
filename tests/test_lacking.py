"""What the uncovered lack: the tier that fails, not the slowest, and its nearest site; users from other zones."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from facopt.location.referee import evaluate
from facopt.measures.build import build_report
from facopt.measures.coverage import situation
from facopt.measures.lacking import lacking_columns
from tests.measures_cases import area_of, problem_of, run_of, scenario_of, texts, times_of

TIERS = {
    "clinic": {"serves": ["rural"], "mode": "drive", "standard_minutes": 15},
    "hospital": {"serves": ["rural"], "mode": "bus", "standard_minutes": 60},
}
SITES = [("c0", "clinic", True, "", 0), ("c1", "clinic", True, "", 0), ("h0", "hospital", True, "", 0),
         ("c2", "clinic", False, "", 5.0)]  # fmt: skip
LON, LAT = [104.0, 104.1, 104.2, 104.05], [30.0, 30.0, 30.0, 30.0]
DRIVE = {(0, 0): 20.0, (0, 1): 24.0, (0, 3): 14.0, (1, 0): 16.0, (1, 1): 16.0, (2, 0): 10.0}
BUS = {(0, 2): 50.0, (1, 2): 75.0, (2, 2): 90.0}


def case():
    """Return scenario, area, times and problem: p0 and p1 lack a clinic, p1 and p2 a hospital, p3 everything."""
    scenario = scenario_of(TIERS, ["coverage"])
    area = area_of([10, 20, 30, 40], ["west", "east", "west", "west"], ["rural"] * 4, SITES)
    demand = replace(area.demand, lon=np.array([104.01, 104.02, 104.03, 104.19]), lat=np.full(4, 30.01))
    sites = replace(area.sites, lon=np.array(LON), lat=np.array(LAT), zone=texts(["west", "east", "", "west"]))
    area = area.replace(demand=demand, sites=sites)
    times = {"drive": times_of("drive", DRIVE, 4, 4), "bus": times_of("bus", BUS, 4, 4, cutoff=120.0)}
    return scenario, area, times, problem_of(scenario, area, times)


def lacking(routes=None):
    """Return the columns for what stands."""
    _, area, times, problem = case()
    today = situation(problem, problem.existing, evaluate(problem, problem.existing))
    return lacking_columns(area, problem, [times["drive"], times["bus"]], today, routes or {})


def test_the_tier_that_fails_is_named_and_not_the_slowest() -> None:
    """p0 is 50 minutes from the hospital, well within 60, and 20 from a clinic, beyond 15: the clinic is lacking."""
    table = lacking()
    assert table["lacking"].tolist() == ["clinic", "hospital clinic", "hospital", "clinic hospital"]
    assert table["lacking_site"].tolist()[:3] == ["c0", "h0", "h0"]
    assert table["lacking_minutes"].tolist()[:3] == [20.0, 75.0, 90.0]
    assert table["lacking_usable_minutes"].tolist()[:3] == [14.0, 75.0, 90.0]


def test_a_standard_of_nothing_is_missed_by_any_time() -> None:
    """Where the clinic has to be in the village itself, who is 20 minutes away misses that by more than any other."""
    _, area, times, problem = case()
    clinic, hospital = problem.services
    problem = problem.replace(
        services=(replace(clinic, standard_minutes=0.0), replace(hospital, standard_minutes=30.0))
    )
    today = situation(problem, problem.existing, evaluate(problem, problem.existing))
    table = lacking_columns(area, problem, [times["drive"], times["bus"]], today, {})
    assert table["lacking"].tolist()[:2] == ["clinic hospital"] * 2
    assert table["lacking_minutes"].tolist()[:2] == [20.0, 16.0]


def test_beyond_the_search_limit_the_nearest_in_a_straight_line_is_named() -> None:
    """p3 has no time to anything; c1 lies nearest as the crow flies, 8.7 km east, and no minutes are claimed."""
    last = lacking().iloc[3]
    assert last["lacking_site"] == "c1"
    assert math.isnan(last["lacking_minutes"])
    assert last["straight_km"] == pytest.approx(8.75, abs=0.02)


def test_kilometres_along_the_road_are_those_of_the_known_way() -> None:
    """A way of 0.1 degrees along the parallel of 30 is 9.65 km; who has none known has no road kilometres."""
    table = lacking({(0, 0): np.array([[104.0, 30.0], [104.05, 30.0], [104.1, 30.0]]), (0, 1): np.zeros((2, 2))})
    assert table["road_km"].iloc[0] == pytest.approx(9.65, abs=0.01)
    assert table["road_km"].iloc[1:].isna().all()
    assert (table["straight_km"] > 0).all()


def test_whoever_is_covered_lacks_nothing() -> None:
    """With the candidate c2 open and a hospital near enough p0 is covered: no tier, no site, no figures."""
    _, area, times, problem = case()
    opened = np.ones(4, dtype=bool)
    plan = situation(problem, opened, evaluate(problem, opened))
    first = lacking_columns(area, problem, [times["drive"], times["bus"]], plan, {}).iloc[0]
    assert (first["lacking"], first["lacking_site"]) == ("", "")
    assert first[["lacking_minutes", "lacking_usable_minutes", "straight_km", "road_km"]].isna().all()


def test_users_from_other_zones_are_counted_where_zones_are_known() -> None:
    """c0 in the west has p1 of the east among its people; the hospital has no zone and no figure."""
    scenario, area, times, _ = case()
    near = {(0, 0): 10.0, (1, 0): 12.0, (2, 0): 10.0, (3, 1): 14.0}
    bus = {(i, 2): 30.0 for i in range(4)}
    times = {"drive": times_of("drive", near, 4, 4), "bus": times_of("bus", bus, 4, 4, cutoff=120.0)}
    problem = problem_of(scenario, area, times)
    report = build_report(run_of(scenario, area, times, problem, problem.existing))
    assert report.sites["people_assigned"].tolist() == [60, 40, 100, 0]
    assert report.sites["people_from_elsewhere"].tolist()[:2] == [20, 40]
    assert math.isnan(report.sites["people_from_elsewhere"].iloc[2])
