"""Least cost for a share of the people, by most people within each cost, against the plain model."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from facopt.location.covering import level, target_level
from facopt.location.problem import CoverageTarget, LocationProblem, SiteLimit
from facopt.location.referee import evaluate
from facopt.location.search import solve_location
from facopt.location.solution import Status
from facopt.location.solver import SolverSettings
from tests.covering_cases import medium_location

SETTINGS = SolverSettings(time_limit_seconds=60, gap=0.0)


def with_target(seed: int, objective: str, percent: float) -> LocationProblem:
    """Return 400 points and 40 sites with one target; the seed says which other limits stand beside it."""
    problem = medium_location(seed)
    members = np.ones(problem.demand_count, dtype=bool) if seed % 2 else np.arange(problem.demand_count) % 3 > 0
    limits = (SiteLimit("limits.new_sites.clinic", 0, 30, exact=False),) if seed % 3 == 0 else ()
    return problem.replace(
        objective=(objective,), targets=(CoverageTarget("targets.0", 0 if seed % 4 else None, percent, members),),
        site_limits=limits if objective == "cost" else (), budget=1500.0 if seed % 3 == 1 else None,
    )  # fmt: skip


@pytest.mark.parametrize("objective", ["cost", "sites"])
@pytest.mark.parametrize("seed", range(6))
def test_the_same_least_as_the_plain_model(objective: str, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Values, proofs and what the referee says are those of the plain model, for targets near and far."""
    for percent in (40.0, 75.0):
        problem = with_target(seed, objective, percent)
        monkeypatch.setattr(level, "SMALL", 10**9)
        plain = solve_location(problem, SETTINGS)
        monkeypatch.setattr(level, "SMALL", 0)
        asked = solve_location(problem, SETTINGS)
        assert plain.status is asked.status is Status.OPTIMAL, (seed, percent)
        assert asked.levels[0].value == plain.levels[0].value
        assert asked.levels[0].bound == asked.levels[0].value
        assert "within" in asked.effort.log
        assert asked.open is not None
        assert not evaluate(problem, asked.open).violations


def test_out_of_reach_is_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    """A target that the limits do not allow is infeasible, as in the plain model."""
    problem = with_target(1, "cost", 75.0).replace(budget=100.0)
    for small in (10**9, 0):
        monkeypatch.setattr(level, "SMALL", small)
        assert solve_location(problem, SETTINGS).status is Status.INFEASIBLE


def test_dear_costs_end_with_a_bound_below(monkeypatch: pytest.MonkeyPatch) -> None:
    """With more costs than rungs, value and bound enclose the optimum, a rung apart at most."""
    monkeypatch.setattr(target_level, "RUNGS", 16)
    for seed in range(4):
        problem = with_target(seed, "cost", 60.0).replace(site_limits=(), budget=None)
        monkeypatch.setattr(level, "SMALL", 10**9)
        best = solve_location(problem, SETTINGS).levels[0].value
        monkeypatch.setattr(level, "SMALL", 0)
        found = solve_location(problem, SETTINGS).levels[0]
        assert best is not None
        assert found.value is not None
        assert found.bound is not None
        assert found.bound <= best <= found.value
        assert found.value - found.bound <= 0.2 * found.value


def test_other_rules_beside_it_are_left_to_the_plain_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two targets, exact numbers of sites, or levels before it: none of them is answered by costs alone."""
    monkeypatch.setattr(level, "SMALL", 0)
    problem = with_target(1, "cost", 60.0)
    two = (*problem.targets, replace(problem.targets[0], key="targets.1", at_least_percent=50.0))
    exact = (SiteLimit("limits.sites.clinic", 0, 30, exact=True),)
    for other in (problem.replace(targets=two), problem.replace(site_limits=exact)):
        solution = solve_location(other, SETTINGS)
        assert "needed" not in solution.effort.log
        assert solution.status is Status.OPTIMAL


def test_without_time_nothing_is_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan made before the time was over stands, with a bound that holds."""
    monkeypatch.setattr(level, "SMALL", 0)
    problem = with_target(2, "cost", 60.0)
    best = solve_location(problem, SETTINGS).levels[0].value
    hurried = solve_location(problem, replace(SETTINGS, time_limit_seconds=1e-9)).levels[0]
    assert best is not None
    if hurried.value is not None and hurried.bound is not None:
        assert hurried.bound <= best <= hurried.value
