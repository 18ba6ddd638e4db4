"""The frontier: how many people the best plan covers with each number of new sites, or with each sum of money.

Each point is a problem of maximal covering and is solved with a proof where the time allows; where it does not, a bound
is still given. Prices that bound one point bound all of them, because the limit stands only on the side of the sites:
with n sites, D_n(u) = constant + sum_k (w_k - u_k) + the n best sums of prices. So every point is held against the
prices of all the others, too.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from facopt.location.covering.dual import DualBound, Stop, bound_of, subgradient
from facopt.location.covering.greedy import Sequence, exchange, greedy
from facopt.location.covering.problem import SiteRules
from facopt.location.covering.reductions import reduce
from facopt.location.covering.solve import solve_covering
from facopt.location.covering.translate import translate

if TYPE_CHECKING:
    from facopt.location.covering.incidence import BoolArray, FloatArray
    from facopt.location.covering.problem import CoveringProblem
    from facopt.location.problem import LocationProblem
    from facopt.location.solver import SolverSettings

By = Literal["sites", "budget"]
SOLVABLE_PAIRS = 3_000_000
"""Problems with more pairs get plans and bounds, but no proof of single points."""
STEPS = 60
"""Subgradient steps of a point of a large problem; its prices begin where those of the point before ended."""


@dataclass(frozen=True)
class FrontierPoint:
    """The best plan known within a limit."""

    limit: float
    """New sites or money allowed."""
    value: float
    """People covered."""
    bound: float
    """No plan within the limit covers more."""
    new_sites: int
    cost: float
    """Money of the plan, new sites only."""
    open: BoolArray
    """(J,) open sites of the location problem."""

    @property
    def gap_percent(self) -> float:
        """Distance of value and bound in percent of the value."""
        return 0.0 if self.bound == self.value else 100.0 * (self.bound - self.value) / max(abs(self.value), 1e-9)

    @property
    def proven(self) -> bool:
        """True where no plan within the limit covers more people."""
        return self.gap_percent <= 1e-4


@dataclass(frozen=True)
class Frontier:
    """Points with growing limits; values never fall."""

    by: By
    points: tuple[FrontierPoint, ...]
    people: float
    """Everybody whom some tier serves."""

    @property
    def knee(self) -> int | None:
        """Number of the point where more begins to pay less: farthest above the line from first to last."""
        if len(self.points) < 3:
            return None
        limit = np.array([point.limit for point in self.points])
        value = np.array([point.value for point in self.points])
        across, up = limit[-1] - limit[0], value[-1] - value[0]
        above = (value - value[0]) * across - (limit - limit[0]) * up
        return int(np.argmax(above)) if above.max() > 0 else None


def coverage_frontier(
    problem: LocationProblem, settings: SolverSettings, *, by: By = "sites", points: int = 20
) -> Frontier | None:
    """Return the frontier of a location problem, or None where a point needs several services at once.

    Targets and limits of the problem are left out: the frontier shows what they could be. Existing sites stay.
    """
    plain = problem.replace(objective=("coverage",), targets=(), site_limits=(), budget=None)
    translation = translate(plain, "coverage", ())
    if translation is None:
        return None
    cost = plain.cost[translation.free]
    found = covering_frontier(translation.covering, cost, settings, by=by, points=points)

    def located(point: FrontierPoint) -> FrontierPoint:
        opened = plain.must_open.copy()
        opened[translation.free[point.open]] = True
        return replace(point, open=opened)

    return Frontier(by, tuple(located(point) for point in found), float(problem.people[problem.served].sum()))


def covering_frontier(
    problem: CoveringProblem, cost: FloatArray, settings: SolverSettings, *, by: By, points: int
) -> list[FrontierPoint]:
    """Return up to `points` points from no site to all that add anybody; `cost` (F,) is the money of each site.

    `open` of each point is (F,) here. The time limit of the settings is for all points together.
    """
    curve = _Curve(problem, cost, settings, by)
    limits = curve.limits(points)
    found = [curve.point(limit, len(limits) - number) for number, limit in enumerate(limits)]
    return _hold_against_each_other(found, [curve.bounds(prices, limits) for prices in curve.prices])


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
        """Return limits from 0 to what greedy needs to cover everybody it can, evenly spaced."""
        most = float(self.money[self.order.order].sum())
        limits = np.unique(np.ceil(np.linspace(0.0, most, max(points, 2))))
        return [float(limit) for limit in limits]

    def point(self, limit: float, left: int) -> FrontierPoint:
        """Solve one point in its share of the time."""
        problem = self._within(limit)
        problem = replace(problem, multiplier=self.prices[-1].prices if self.prices else None)
        self.plan = self._start(problem, limit)
        value, bound = problem.value(self.plan), problem.ceiling
        if problem.rows.row_count and limit > 0:
            share = max((self.until - time.monotonic()) / left, 0.1)
            value, bound = self._bounded(problem, value, share)
        elif limit == 0:
            bound = value
        opened = problem.plan(self.plan, self.original.site_count)
        return FrontierPoint(
            limit, value, max(bound, value), int(self.plan.sum()), float(self.cost[opened].sum()), opened
        )

    def _bounded(self, problem: CoveringProblem, value: float, share: float) -> tuple[float, float]:
        end = time.monotonic() + share
        stop = Stop(STEPS, lambda: time.monotonic() > end, problem.step)
        dual = subgradient(problem, value, stop, lambda _score: value)
        self.prices.append(dual)
        if dual.bound < value + problem.step or problem.rows.size > SOLVABLE_PAIRS:
            return value, float(np.floor(dual.bound)) if problem.whole else dual.bound
        settings = replace(self.settings, time_limit_seconds=max(end - time.monotonic(), 0.1))
        local = replace(problem, sites=np.arange(problem.site_count, dtype=np.int32), opened=problem.opened[:0])
        result = solve_covering(local, settings, self.plan)
        if result.open is not None and result.value is not None:
            self.plan, value = result.open, result.value
        return value, min(result.bound, dual.bound)

    def bounds(self, prices: DualBound, limits: list[float]) -> FloatArray:
        """Return the bound of each limit that prices found for another give."""
        return np.array([bound_of(self._within(limit), prices.prices).bound for limit in limits])

    def _start(self, problem: CoveringProblem, limit: float) -> BoolArray:
        """Return the better of greedy and the plan of the limit before filled up, after exchanges."""
        first = np.zeros(problem.site_count, dtype=bool)
        first[self.order.order[np.cumsum(self.money[self.order.order]) <= limit]] = True
        plans = [exchange(problem, plan) for plan in (first, self.plan)]
        return max(plans, key=problem.value)

    def _within(self, limit: float) -> CoveringProblem:
        return replace(self.problem, rules=self._rules(self.problem.sites, limit))

    def _rules(self, sites: np.ndarray, limit: float) -> SiteRules:
        if self.by == "sites":
            return SiteRules.count(len(sites), len(sites) if np.isinf(limit) else int(limit))
        return replace(SiteRules.none(len(sites)), cost=self.cost[sites], budget=limit)


def _hold_against_each_other(points: list[FrontierPoint], bounds: list[FloatArray]) -> list[FrontierPoint]:
    """Lower bounds by the prices of all points and by larger limits; raise values by plans of smaller limits."""
    lowest = np.array([point.bound for point in points])
    for each in bounds:
        lowest = np.minimum(lowest, each)
    lowest = np.minimum.accumulate(lowest[::-1])[::-1]
    result: list[FrontierPoint] = []
    for point, bound in zip(points, lowest.tolist(), strict=True):
        better = point if not result or point.value >= result[-1].value else replace(result[-1], limit=point.limit)
        result.append(replace(better, bound=max(bound, better.value)))
    return result
