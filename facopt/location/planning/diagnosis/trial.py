"""Solves of changed problems within one time limit: can it be, and by how little must something give way."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from math import inf, isfinite
from typing import TYPE_CHECKING

from facopt.linear import total
from facopt.location.planning.diagnosis.elastic import ElasticRelaxation
from facopt.location.planning.diagnosis.least import least_near
from facopt.location.planning.diagnosis.restricted import Found, near_relaxation
from facopt.location.planning.model import PlanModel
from facopt.location.planning.referee import judge
from facopt.location.planning.scale.arrays import ArrayModel
from facopt.location.planning.scale.compact import Compact
from facopt.location.planning.scale.large import is_large, solve_large
from facopt.location.planning.scale.master import Master
from facopt.location.solution import Status
from facopt.location.solver import MilpResult, SolverSettings, solve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from facopt.location.planning.diagnosis.statements import Way
    from facopt.location.planning.problem import PlanningProblem
    from facopt.location.problem import FloatArray

SLACK_STEP = 0.01
"""Of a concession's step: a change proven least up to this is the least to propose."""
LARGE = 10_000
"""Columns from which on plans are first looked for near the relaxation."""
NEAR_SHARE = 0.6
"""Of the time of a question whether a plan exists: at most so much for looking there."""


def changed(problem: PlanningProblem, ways: Sequence[Way], values: Sequence[float]) -> PlanningProblem:
    """Return the problem with other values of some figures; a number that may rise or fall has a way for each."""
    for way, value in zip(ways, values, strict=True):
        if value != way.concession.stated:
            problem = way.change(problem, value)
    return problem


@dataclass(frozen=True)
class Changes:
    """What is known of the least change of some figures."""

    values: tuple[float, ...] | None
    """Values with which the referee has accepted a plan; None where none was found in time."""
    least: bool = False
    """Whether no smaller change is enough."""
    not_enough: float | None = None
    """Of one figure: a value between what is stated and what is needed, shown not to be enough."""


@dataclass
class Trial:
    """A time limit shared by many small solves."""

    settings: SolverSettings
    seconds: float
    """All solves together."""
    began: float = field(default_factory=time.monotonic)
    cut_short: bool = False
    """Whether some question stayed open because time ended."""

    def left(self) -> float:
        """Return the seconds that are left."""
        return self.seconds - (time.monotonic() - self.began)

    def _is_over(self) -> bool:
        """Return whether time has ended; a question is then left open."""
        over = self.left() <= 0
        self.cut_short |= over
        return over

    def part(self, share: float) -> Trial:
        """Return a trial with a share of the time that is left."""
        return Trial(self.settings, share * max(self.left(), 0.0))

    def relaxation(self, problem: PlanningProblem) -> ElasticRelaxation | None:
        """Return the linear relaxation of a problem, to be asked within this time; None where that has ended."""
        return None if self._is_over() else ElasticRelaxation.of(problem, time.monotonic() + self.left())

    def ruled_out(self, problem: PlanningProblem) -> bool:
        """Return whether the linear relaxation proves that there is no plan."""
        if self._is_over():
            return False
        model = PlanModel.of(problem)
        compact = Compact.of(model, ArrayModel.of(model.linear))
        return not Master.of(model, compact).relax(time.monotonic() + self.left())

    def possible(self, problem: PlanningProblem) -> bool | None:
        """Return whether a plan exists, verified by the referee; None where the time ended first."""
        if self._is_over():
            return None
        model = PlanModel.of(problem)
        if self._is_over():
            return None
        answer = self._possible_near(model) if self._looks_near(model) else None
        if answer is not None:
            return answer
        result = self._solve(model)
        if result is None:
            return None
        if result.values is not None and not judge(problem, model.plan(result.values)).violations:
            return True
        self.cut_short |= result.status is not Status.INFEASIBLE
        return False if result.status is Status.INFEASIBLE else None

    def _possible_near(self, model: PlanModel) -> bool | None:
        """Return what the relaxation and a search near it say: the cheapest plan opens few sites."""
        model.linear.objective = dict(total(model.capital(t) for t in model.stages).terms)
        near = near_relaxation(model, NEAR_SHARE * self.left(), inf, self.settings.seed)
        model.linear.objective = {}
        if near.bound == inf:
            return False
        found = near.values is not None and not judge(model.problem, model.plan(near.values)).violations
        return True if found else None

    def least_changes(self, problem: PlanningProblem, ways: tuple[Way, ...]) -> Changes | None:
        """Return values of measured figures at which a plan exists, and what is proven of the least change.

        The sum of changes is minimised, each relative to what is stated; the referee judges the plan with the values
        rounded. None where no change is enough, or nothing is known.
        """
        if self._is_over():
            return None
        model = _giving_way(problem, ways)
        if self._is_over():
            return None
        scales = [1.0 if len(ways) == 1 else max(abs(way.concession.stated), 1.0) for way in ways]
        columns = [model.giving[way.key, way.concession.part] for way in ways]
        model.linear.objective = {column: 1 / scale for column, scale in zip(columns, scales, strict=True)}
        gap = SLACK_STEP * min(way.concession.step / scale for way, scale in zip(ways, scales, strict=True))
        found = self._minimised(model, gap)
        if found is None or found.bound == inf:
            return None
        not_enough = ways[0].concession.short_of(found.bound) if len(ways) == 1 else None
        values = None if found.values is None else _accepted(problem, ways, model, found.values)
        if values is None:
            self.cut_short = True
            return None if not_enough is None else Changes(None, not_enough=not_enough)
        nearest = len(ways) == 1 and ways[0].concession.allowing(max(found.bound, 0.0)) == values[0]
        least = found.optimal or nearest
        return Changes(values, least, None if least else not_enough)

    def _minimised(self, model: PlanModel, gap: float) -> Found | None:
        """Return the best plan found for a model's objective, and what no plan can be below."""
        near = None
        if self._looks_near(model):
            near = least_near(model, self.left(), self.settings.seed)
            if near.values is not None or near.bound == inf:
                return near
        result = self._solve(model, absolute_gap=gap)
        if result is None:
            return near
        if result.status is Status.INFEASIBLE:
            return Found(None, inf)
        bounds = [-inf if result.bound is None else result.bound, -inf if near is None else near.bound]
        return Found(result.values, max(bounds), optimal=result.status is Status.OPTIMAL)

    def is_large(self, problem: PlanningProblem) -> bool:
        """Return whether plans of a problem are first looked for near the relaxation."""
        return self._looks_near(PlanModel.of(problem))

    def _looks_near(self, model: PlanModel) -> bool:
        return self.settings.is_highs and len(model.linear.column_names) >= LARGE

    def _solve(self, model: PlanModel, *, absolute_gap: float | None = None) -> MilpResult | None:
        if self._is_over():
            return None
        gap = self.settings.absolute_gap if absolute_gap is None or not isfinite(absolute_gap) else absolute_gap
        settings = replace(self.settings, time_limit_seconds=self.left(), absolute_gap=gap, progress=None)
        if self.settings.is_highs and is_large(model):
            return solve_large(model, settings)
        return solve(model.linear, settings)


def _giving_way(problem: PlanningProblem, ways: tuple[Way, ...]) -> PlanModel:
    """Return the model in which measured figures give way as far as they can."""
    model = PlanModel.of(problem, rules=False)
    for way in ways:
        concession = way.concession
        upper = abs(concession.loosest - concession.stated)
        model.giving[way.key, concession.part] = model.column(f"gives_{len(model.giving)}", upper=upper)
    model.add_rules()
    return model


def _accepted(
    problem: PlanningProblem, ways: tuple[Way, ...], model: PlanModel, columns: FloatArray
) -> tuple[float, ...] | None:
    """Return the values worth proposing that allow a plan, which the referee has accepted with them."""
    changes = [float(columns[model.giving[way.key, way.concession.part]]) for way in ways]
    plan = model.plan(columns)
    # Rounding may leave a value a hair short; the next one on the scale is then far enough.
    for steps in (0, 1):
        values = tuple(
            way.concession.allowing(change + steps * way.concession.step)
            for way, change in zip(ways, changes, strict=True)
        )
        if not judge(changed(problem, ways, values), plan).violations:
            return values
    return None
