"""The frontier against the best of all plans at each limit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from facopt.location.covering import frontier as frontier_of
from facopt.location.covering.curve import Frontier, FrontierPoint, places_along
from facopt.location.covering.frontier import coverage_frontier, covering_frontier
from facopt.location.covering.problem import SiteRules
from facopt.location.problem import LocationProblem, Service
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
    assert [point.value for point in found.points] == sorted(point.value for point in found.points)
    for point in found.points:
        assert np.all(point.open[problem.existing])
        assert evaluate(problem, point.open).people_covered == point.value
        assert point.new_sites == int((point.open & ~problem.existing).sum()) <= point.limit
        assert point.proven


@pytest.mark.parametrize("by", ["sites", "budget"])
def test_points_that_need_two_services_at_once(by: str) -> None:
    """Who needs two services is covered by both or not at all; each point is the best of all plans, proven."""
    bent = 0
    for seed in range(12):
        problem = two_services(seed)
        plans = [problem.must_open.copy() for _ in range(2 ** int(problem.free.sum()))]
        for number, plan in enumerate(plans):
            plan[np.flatnonzero(problem.free)] = (number >> np.arange(int(problem.free.sum()))) & 1
        found = coverage_frontier(problem, SETTINGS, by=by, points=5)  # type: ignore[arg-type]
        for point in found.points:
            new = [plan & ~problem.existing for plan in plans]
            used = [plan.sum() if by == "sites" else problem.cost[plan].sum() for plan in new]
            within = [plan for plan, amount in zip(plans, used, strict=True) if amount <= point.limit]
            best = max(evaluate(problem, plan).people_covered for plan in within)
            assert point.value == best == point.bound, (seed, point.limit)
            assert evaluate(problem, point.open).people_covered == best
            mine = point.open & ~problem.existing
            assert (point.new_sites, point.cost) == (mine.sum(), problem.cost[mine].sum())
        bent += len({point.value for point in found.points}) > 2
    assert bent > 6


def test_bounds_of_large_problems_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no point is solved, values and bounds still enclose the best of all plans, and bounds never rise again."""
    monkeypatch.setattr(frontier_of, "SOLVABLE_PAIRS", -1)
    enclosed = 0
    for seed in range(0, 160, 8):
        problem = replace(random_covering(seed), rules=SiteRules.none(random_covering(seed).site_count))
        found = covering_frontier(problem, np.ones(problem.site_count), SETTINGS, by="sites", points=4)
        for point in found:
            best = best_covering(replace(problem, rules=SiteRules.count(problem.site_count, int(point.limit))))
            assert best is not None
            assert point.value - 1e-9 <= best <= point.bound + 1e-9, (seed, point.limit)
            enclosed += 1
        assert [point.bound for point in found] == sorted(point.bound for point in found)
    assert enclosed > 40


def test_points_are_close_together_where_the_curve_bends() -> None:
    """Points lie at equal distances along the curve, at round numbers; its first and last limit are always there."""
    sites = np.arange(1001.0)
    places = places_along(sites, 1 - np.exp(-sites / 50), 11)
    assert places[0] == 0.0
    assert places[-1] == 1000.0
    assert sum(place <= 100 for place in places) >= 5
    assert all(place % 5 == 0 for place in places)
    assert places_along(np.array([0.0, 4.0]), np.array([0.0, 1.0]), 20) == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert places_along(np.array([0.0]), np.array([0.0]), 5) == [0.0]


def two_services(seed: int) -> LocationProblem:
    """Return 14 points that need one or both of two services, with seven free sites of two tiers, one fixed open."""
    rng = np.random.default_rng(seed)
    points, sites = 14, 9
    tier = np.arange(sites, dtype=np.int32) % 2
    minutes = 60 * np.linalg.norm(rng.random((points, 1, 2)) - rng.random((1, sites, 2)), axis=2)
    services = []
    for k in range(2):
        needed = rng.random(points) < 0.8
        demand, site = np.nonzero((minutes <= 40) & needed[:, None] & (tier == k)[None, :])
        services.append(
            Service(f"tier{k}", needed, 20.0, demand.astype(np.int32), site.astype(np.int32), minutes[demand, site])
        )
    existing = np.arange(sites) == 0
    must_open = existing | (np.arange(sites) == 1)
    return LocationProblem(
        people=rng.integers(0, 50, points).astype(float), site_tier=tier, existing=existing,
        usable=np.ones(sites, dtype=bool), must_open=must_open,
        cost=np.where(existing, 0, rng.integers(2, 9, sites)).astype(float), services=tuple(services),
        objective=("coverage",),
    )  # fmt: skip


def test_knee_is_where_the_curve_bends() -> None:
    """The knee is the point farthest above the straight line; a straight curve has none."""

    def curve(values: list[float]) -> Frontier:
        points = tuple(FrontierPoint(float(n), v, v, n, 0.0, np.zeros(0, bool)) for n, v in enumerate(values))
        return Frontier("sites", points, 100.0)

    assert curve([0, 50, 90, 95, 100]).knee == 2
    assert curve([0, 25, 50, 75, 100]).knee is None
    assert curve([0, 100]).knee is None
