"""Least cost, or fewest sites, that covers a share of the people: asked as most people within each cost.

A target below 100 percent couples all its rows, so the level is no covering problem of its own. But a plan of cost c
that reaches the target exists exactly where the most people within cost c are enough; so the bounds of maximal covering
answer: too few within c proves that every plan that reaches the target costs more. Bisection over the costs ends with a
plan and a bound; where a question takes too long, those around it are asked (`Ladder`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from facopt.location.covering.greedy import greedy
from facopt.location.covering.problem import RELATIVE_TOLERANCE
from facopt.location.covering.solve import solve_covering
from facopt.location.covering.translate import Translation, translate
from facopt.location.ladder import Ladder
from facopt.location.levels import LevelResult, Search
from facopt.location.referee import people_needed
from facopt.location.solution import Status

if TYPE_CHECKING:
    from facopt.location.problem import BoolArray, CoverageTarget, FloatArray, LocationProblem

RUNGS = 10_000
"""Costs that are asked for at most: the answer is as near to the best as one part in so many."""


def target_level(name: str, problem: LocationProblem, search: Search) -> LevelResult | None:
    """Optimise cost or sites under one target below 100 percent, or return None where other rules stand beside it.

    Limits of new sites and a budget may; everything else goes to the plain model.
    """
    target = _only_target(problem)
    if name not in {"cost", "sites"} or target is None or search.values_before:
        return None
    asked = _Question.of(name, problem, target)
    return None if asked is None else asked.answer(search)


def _only_target(problem: LocationProblem) -> CoverageTarget | None:
    alone = len(problem.targets) == 1 and not problem.assigns_everybody
    if not alone or any(limit.exact for limit in problem.site_limits):
        return None
    return problem.targets[0] if problem.targets[0].at_least_percent < 100 else None


@dataclass
class _Question:
    """How many people within a cost, and how many are needed."""

    name: str
    problem: LocationProblem
    counted: LocationProblem
    """The same sites and limits, with only the people of the target and the tier it speaks of."""
    needed: float
    money: FloatArray
    """(J,) what each site costs, or 1."""
    size: tuple[int, int]
    best: BoolArray | None = None
    log: str = ""

    @classmethod
    def of(cls, name: str, problem: LocationProblem, target: CoverageTarget) -> _Question | None:
        """Return the question, or None where people would have to be covered by two services at once."""
        services = problem.services if target.tier is None else (problem.services[target.tier],)
        counted = problem.replace(
            people=np.where(target.members, problem.people, 0.0), services=services, targets=(), objective=("coverage",)
        )
        needed = people_needed(problem, target.tier, target.at_least_percent, target.members)
        money = problem.cost if name == "cost" else np.ones(problem.site_count)
        found = cls(name, problem, counted, needed * (1 - RELATIVE_TOLERANCE), money, (0, 0))
        within = found.within(float(money.sum()))
        if within is None:
            return None
        found.size = within.covering.site_count, within.covering.rows.row_count
        return found

    def within(self, cost: float) -> Translation | None:
        """Return the problem of covering most people within a cost."""
        if self.name == "sites":
            return translate(self.counted, "coverage", (("sites", cost),))
        budget = cost if self.counted.budget is None else min(cost, self.counted.budget)
        return translate(self.counted.replace(budget=budget), "coverage", ())

    def answer(self, search: Search) -> LevelResult:
        """Return the best plan and the least cost not ruled out."""
        least = float(self.money[self.problem.must_open].sum())
        self._first_plan()
        if self.best is None and self.reaches(float(self.money[self.problem.usable].sum()), search, 0.5) is False:
            return LevelResult(Status.INFEASIBLE, None, None, "", self.log, *self.size)
        if self.best is None:
            return LevelResult(Status.NO_SOLUTION, None, None, "time", self.log, *self.size)
        rungs = self._rungs(least)
        ladder = Ladder(rungs, 0, len(rungs) - 1)
        while not ladder.closed and search.seconds_left() > 0 and not _stopped(search):
            at, share = ladder.next_question()
            exists = self.reaches(float(rungs[at]), search, share)
            if exists:
                at = min(at, int(np.searchsorted(rungs, self.cost(), side="left")))
            ladder.answer(at, exists)
        value = self.cost()
        bound = min(float(rungs[ladder.low]) if ladder.low == 0 or self._whole else float(rungs[ladder.low - 1]), value)
        proven = bound >= value * (1 - RELATIVE_TOLERANCE)
        limit = "" if proven else "gap" if ladder.closed else "interrupted" if _stopped(search) else "time"
        return LevelResult(Status.OPTIMAL if proven else Status.FEASIBLE, self.best, bound, limit, self.log, *self.size)

    def _first_plan(self) -> None:
        """Open what covers most per money until enough are covered, if the limits allow it."""
        asked = self.within(float(self.money.sum()))
        if asked is None:
            return
        covering = asked.covering
        sequence = greedy(covering, by_cost=self.name == "cost")
        enough = int(np.searchsorted(covering.constant + np.cumsum(sequence.gains), self.needed)) + 1
        chosen = np.zeros(covering.site_count, dtype=bool)
        chosen[sequence.order[: 0 if covering.constant >= self.needed else enough]] = True
        if covering.value(chosen) >= self.needed and covering.rules.allow(chosen):
            self.best = self.problem.must_open.copy()
            self.best[asked.free[chosen]] = True

    @property
    def _whole(self) -> bool:
        """Whether every cost between is a rung."""
        return bool(np.all(self.money == np.round(self.money))) and self._span <= RUNGS

    @property
    def _span(self) -> float:
        return self.cost() - float(self.money[self.problem.must_open].sum())

    def _rungs(self, least: float) -> FloatArray:
        """Return costs to ask for, ascending; the last is that of the plan at hand."""
        steps = int(self._span) if self._whole else RUNGS
        rungs: FloatArray = np.linspace(least, self.cost(), steps + 1)
        return np.round(rungs) if self._whole else rungs

    def cost(self) -> float:
        """Return the cost of the best plan."""
        assert self.best is not None
        return float(self.money[self.best].sum())

    def reaches(self, cost: float, search: Search, share: float) -> bool | None:
        """Return whether a plan within the cost reaches the target, and keep it where it is the cheapest so far.

        None where neither is proven within a share of the time that is left.
        """
        asked = self.within(cost)
        if asked is None:
            return None
        watch = _Watch(self.needed, search)
        settings = replace(
            search.settings, time_limit_seconds=max(share * search.seconds_left(), 0.1), gap=0.0,
            progress=watch.hear, stop=watch.enough,
        )  # fmt: skip
        result = solve_covering(asked.covering, settings)
        self.log += f"within {cost:.10g}: {result.value} to {result.bound:.10g} people, needed {self.needed:.10g}\n"
        if result.open is not None and result.value is not None and result.value >= self.needed:
            plan = self.problem.must_open.copy()
            plan[asked.free[result.open]] = True
            if self.best is None or float(self.money[plan].sum()) < self.cost():
                self.best = plan
            return True
        return False if result.bound < self.needed or result.status is Status.INFEASIBLE else None


@dataclass
class _Watch:
    """Ends a search as soon as it has answered: a plan of enough people, or a bound of too few."""

    needed: float
    search: Search
    answered: bool = False

    def hear(self, value: float | None, bound: float | None) -> None:
        """Take value and bound of the minimisation, which are those of the people with the sign changed."""
        enough = value is not None and -value >= self.needed
        too_few = bound is not None and -bound < self.needed
        self.answered = self.answered or enough or too_few

    def enough(self) -> bool:
        """Return whether nothing more is to be learnt, or the user wants to stop."""
        return self.answered or _stopped(self.search)


def _stopped(search: Search) -> bool:
    return search.settings.stop is not None and search.settings.stop()
