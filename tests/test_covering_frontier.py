"""The frontier against the best of all plans at each limit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from facopt.location.covering.frontier import Frontier, FrontierPoint, coverage_frontier, covering_frontier
from facopt.location.covering.problem import SiteRules
from facopt.location.referee import evaluate
from facopt.location.solver import SolverSettings
from tests.covering_cases import best_covering, medium_location, random_covering

SETTINGS = SolverSettings(time_limit_seconds=60, gap=0.0)


@pytest.mark.parametrize("by", ["sites", "budget"])
def test_points_are_the_best_of_all_plans(by: str) -> None:
    """Each point of small problems has the best value that its limit allows, proven, with a plan that keeps it."""
    compared = 0
    for seed in range(0, 400, 8):
        problem = replace(random_covering(seed), rules=SiteRules.none(random_covering(seed).site_count))
        cost = np.random.default_rng(seed).integers(1, 9, problem.site_count).astype(float)
        for point in covering_frontier(problem, cost, SETTINGS, by=by, points=6):
            rules = problem.rules
            if by == "sites":
                limited = replace(problem, rules=replace(rules, at_most=np.array([int(point.limit)])))
            else:
                limited = replace(problem, rules=replace(rules, cost=cost, budget=point.limit))
            assert point.value == pytest.approx(best_covering(limited)), (seed, point.limit)
            assert point.value <= point.bound <= point.value * (1 + 1e-6) + 1e-6, (seed, point.limit)
            assert limited.rules.allow(point.open)
            assert problem.value(point.open) == pytest.approx(point.value)
            compared += 1
    assert compared > 100


def test_location_frontier_counts_people() -> None:
    """Values are people the referee counts for the plan; existing sites stay, limits and targets are left out."""
    problem = medium_location(1)
    found = coverage_frontier(problem, SETTINGS, by="sites", points=5)
    assert found is not None
    assert [point.value for point in found.points] == sorted(point.value for point in found.points)
    for point in found.points:
        assert np.all(point.open[problem.existing])
        assert evaluate(problem, point.open).people_covered == point.value
        assert point.new_sites == int((point.open & ~problem.existing).sum()) <= point.limit
        assert point.proven


def test_knee_is_where_the_curve_bends() -> None:
    """The knee is the point farthest above the straight line; a straight curve has none."""

    def curve(values: list[float]) -> Frontier:
        points = tuple(FrontierPoint(float(n), v, v, n, 0.0, np.zeros(0, bool)) for n, v in enumerate(values))
        return Frontier("sites", points, 100.0)

    assert curve([0, 50, 90, 95, 100]).knee == 2
    assert curve([0, 25, 50, 75, 100]).knee is None
    assert curve([0, 100]).knee is None
