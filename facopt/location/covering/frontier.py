"""The frontier: how many people the best plan covers with each number of new sites, or with each sum of money.

Each point is a problem of maximal covering and is solved with a proof where the time allows; where it does not, a bound
is still given. Prices that bound one point bound all of them, because the limit stands only on the side of the sites:
with n sites, D_n(u) = constant + sum_k (w_k - u_k) + the n best sums of prices. So every point is held against the
prices of all the others, too. Points that need several services at once go to the plain model (`frontier_model.py`).
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from facopt.location.covering.curve import By, Frontier, FrontierPoint, hold_against_each_other, places_along
from facopt.location.covering.dual import DualBound, Stop, bounds_of, subgradient
from facopt.location.covering.frontier_bounds import BoundedPart, bound_all
from facopt.location.covering.greedy import Sequence, exchange, greedy
from facopt.location.covering.problem import SiteRules
from facopt.location.covering.reductions import reduce
from facopt.location.covering.solve import solve_covering
from facopt.location.covering.translate import translate

if TYPE_CHECKING:
    from collections.abc import Callable

    from facopt.location.covering.incidence import BoolArray, FloatArray
    from facopt.location.covering.problem import CoveringProblem
    from facopt.location.problem import LocationProblem
    from facopt.location.solver import SolverSettings

SOLVABLE_PAIRS = 3_000_000
"""Problems with more pairs get plans and bounds, but no proof of single points."""
STEPS = 60
"""Subgradient steps of a point; its prices begin where those of the point before ended."""


def coverage_frontier(
    problem: LocationProblem, settings: SolverSettings, *, by: By = "sites", points: int = 20
) -> Frontier:
    """Return the frontier of a location problem.

    Targets and limits of the problem are left out: the frontier shows what they could be. Existing sites stay, and
    what the scenario fixes open is part of every limit. The time limit of the settings is for all points together.
    """
    plain = problem.replace(objective=("coverage",), targets=(), site_limits=(), budget=None)
    translation = translate(plain, "coverage", ())
    if translation is None:
        from facopt.location.covering.frontier_model import model_frontier

        found = model_frontier(plain, settings, by=by, points=points)
    else:
        cost = plain.cost[translation.free]
        found = [
            replace(point, open=_with_fixed(plain, translation.free[point.open]))
            for point in covering_frontier(translation.covering, cost, settings, by=by, points=points)
        ]
    fixed = plain.must_open & ~plain.existing
    sites, money = int(fixed.sum()), float(plain.cost[fixed].sum())
    more = float(sites) if by == "sites" else money
    whole = [
        replace(point, limit=point.limit + more, new_sites=point.new_sites + sites, cost=point.cost + money)
        for point in found
    ]
    return Frontier(by, tuple(whole), float(problem.people[problem.served].sum()))


def _with_fixed(problem: LocationProblem, chosen: np.ndarray) -> BoolArray:
    opened = problem.must_open.copy()
    opened[chosen] = True
    return opened


def covering_frontier(
    problem: CoveringProblem, cost: FloatArray, settings: SolverSettings, *, by: By, points: int
) -> list[FrontierPoint]:
    """Return up to `points` points from no site to all that add anybody; `cost` (F,) is the money of each site.

    `open` of each point is (F,) here. The time limit of the settings is for all points together.
    """
    curve = _Curve(problem, cost, settings, by)
    limits = curve.limits(points)
    if curve.problem.rows.size > SOLVABLE_PAIRS:
        return hold_against_each_other(curve.large_points(limits), [])
    found = [curve.point(limit, len(limits) - number) for number, limit in enumerate(limits)]
    return hold_against_each_other(found, [curve.bounds(prices, limits) for prices in curve.prices])


def _after(end: float) -> Callable[[], bool]:
    return lambda: time.monotonic() > end


class _Curve:
    """What the points share: the greedy order, the last plan and the prices found so far."""

    def __init__(self, problem: CoveringProblem, cost: FloatArray, settings: SolverSettings, by: By) -> None:
        self.original, self.cost, self.settings, self.by = problem, cost, settings, by
        self.until = time.monotonic() + settings.time_limit_seconds
        # Reduced once, under a limit that is one for every point: what one limit allows to close, all do.
        tightest = replace(problem, rules=self._rules(np.arange(problem.site_count), float(min(cost.sum(), 1.0)) / 2))
        self.problem = replace(reduce(tightest.decide()), rules=problem.rules)
        self.money = cost[self.problem.sites] if by == "budget" else np.ones(self.problem.site_count)
        self.order: Sequence = greedy(self._within(np.inf), by_cost=by == "budget")
        self.plan = np.zeros(self.problem.site_count, dtype=bool)
        self.prices: list[DualBound] = []

    def limits(self, points: int) -> list[float]:
        """Return limits from 0 to what greedy needs to cover everybody it can, along the curve as greedy draws it."""
        money, people = np.cumsum(self.money[self.order.order]), np.cumsum(self.order.gains)
        return places_along(np.r_[0.0, np.ceil(money)], np.r_[0.0, people], points)

    def point(self, limit: float, left: int) -> FrontierPoint:
        """Solve one point in its share of the time."""
        end = time.monotonic() + max((self.until - time.monotonic()) / left, 0.1)
        problem = self._within(limit)
        problem = replace(problem, multiplier=self.prices[-1].prices if self.prices else None)
        self.plan = self._start(problem, limit)
        value, bound = problem.value(self.plan), problem.ceiling
        if problem.rows.row_count and limit > 0:
            value, bound = self._bounded(problem, value, end)
        elif limit == 0:
            bound = value
        return self._found(problem, limit, self.plan, value, bound)

    def _found(
        self, problem: CoveringProblem, limit: float, plan: BoolArray, value: float, bound: float
    ) -> FrontierPoint:
        opened = problem.plan(plan, self.original.site_count)
        bound = max(min(bound, problem.ceiling), value)
        return FrontierPoint(limit, value, bound, int(plan.sum()), float(self.cost[opened].sum()), opened)

    def _bounded(self, problem: CoveringProblem, value: float, end: float) -> tuple[float, float]:
        dual = subgradient(problem, value, Stop(STEPS, _after(end), problem.step), lambda _score: value)
        self.prices.append(dual)
        if dual.bound < value + problem.step:
            return value, float(np.floor(dual.bound)) if problem.whole else dual.bound
        settings = replace(self.settings, time_limit_seconds=max(end - time.monotonic(), 0.1))
        local = replace(problem, sites=np.arange(problem.site_count, dtype=np.int32), opened=problem.opened[:0])
        result = solve_covering(local, settings, self.plan)
        if result.open is not None and result.value is not None:
            self.plan, value = result.open, result.value
        return value, min(result.bound, dual.bound)

    def large_points(self, limits: list[float]) -> list[FrontierPoint]:
        """Make all plans first, each from the one before; then bounds for as long as the time allows."""
        expired = _after(self.until)
        parts: list[BoundedPart] = []
        for limit in limits:
            problem = self._within(limit)
            plans = exchange(problem, self.plan, stop=expired), self._greedy_part(limit)
            self.plan = max(plans, key=problem.value)
            parts.append(BoundedPart(problem, self.plan, problem.value(self.plan)))
        bound_all([part for part, limit in zip(parts, limits, strict=True) if limit > 0], expired)
        return [
            self._found(part.problem, limit, part.plan, part.value, part.bound if limit > 0 else part.value)
            for part, limit in zip(parts, limits, strict=True)
        ]

    def bounds(self, prices: DualBound, limits: list[float]) -> FloatArray:
        """Return the bound of each limit that prices found for another give."""
        return np.array([each.bound for each in bounds_of([self._within(limit) for limit in limits], prices.prices)])

    def _start(self, problem: CoveringProblem, limit: float) -> BoolArray:
        """Return the better of greedy and the plan of the limit before filled up, after exchanges."""
        return max([exchange(problem, plan) for plan in (self._greedy_part(limit), self.plan)], key=problem.value)

    def _greedy_part(self, limit: float) -> BoolArray:
        plan = np.zeros(self.problem.site_count, dtype=bool)
        plan[self.order.order[np.cumsum(self.money[self.order.order]) <= limit]] = True
        return plan

    def _within(self, limit: float) -> CoveringProblem:
        return replace(self.problem, rules=self._rules(self.problem.sites, limit))

    def _rules(self, sites: np.ndarray, limit: float) -> SiteRules:
        if self.by == "sites":
            return SiteRules.count(len(sites), len(sites) if np.isinf(limit) else int(limit))
        return replace(SiteRules.none(len(sites)), cost=self.cost[sites], budget=limit)
