"""Solves of changed problems within one time limit: can it be, and by how little must something give way."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from math import isfinite
from typing import TYPE_CHECKING

from facopt.location.planning.model import PlanModel
from facopt.location.planning.referee import judge
from facopt.location.solution import Status
from facopt.location.solver import MilpResult, SolverSettings, solve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from facopt.location.planning.diagnosis.statements import Way
    from facopt.location.planning.problem import PlanningProblem

SLACK_STEP = 0.01
"""Of a concession's step: a change proven least up to this is the least to propose."""


def changed(problem: PlanningProblem, ways: Sequence[Way], values: Sequence[float]) -> PlanningProblem:
    """Return the problem with other values of some figures."""
    for way, value in zip(ways, values, strict=True):
        problem = way.change(problem, value)
    return problem


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
        """Return a trial that may take a share of the time that is left."""
        return Trial(self.settings, share * max(self.left(), 0.0))

    def possible(self, problem: PlanningProblem) -> bool | None:
        """Return whether a plan exists, verified by the referee; None where the time ended first."""
        if self._is_over():
            return None
        model = PlanModel.of(problem)
        result = self._solve(model)
        if result is None:
            return None
        if result.values is not None and not judge(problem, model.plan(result.values)).violations:
            return True
        self.cut_short |= result.status is not Status.INFEASIBLE
        return False if result.status is Status.INFEASIBLE else None

    def least_changes(self, problem: PlanningProblem, ways: tuple[Way, ...]) -> tuple[tuple[float, ...], bool] | None:
        """Return values of measured figures at which a plan exists, and whether their change is proven least.

        The sum of changes is minimised, each relative to what is stated; the referee judges the plan with the values
        rounded. None where no plan exists, or none was found.
        """
        if self._is_over():
            return None
        model = PlanModel.of(problem, rules=False)
        for way in ways:
            concession = way.concession
            upper = abs(concession.loosest - concession.stated)
            model.giving[way.key, concession.part] = model.column(f"gives_{len(model.giving)}", upper=upper)
        model.add_rules()
        columns = [model.giving[way.key, way.concession.part] for way in ways]
        scales = [1.0 if len(ways) == 1 else max(abs(way.concession.stated), 1.0) for way in ways]
        model.linear.objective = {column: 1 / scale for column, scale in zip(columns, scales, strict=True)}
        gap = SLACK_STEP * min(way.concession.step / scale for way, scale in zip(ways, scales, strict=True))
        result = self._solve(model, absolute_gap=gap)
        if result is None or result.values is None:
            self.cut_short |= result is not None and result.status is not Status.INFEASIBLE
            return None
        changes = [float(result.values[column]) for column in columns]
        plan = model.plan(result.values)
        # Rounding may leave a value a hair short; the next one on the scale is then far enough.
        for steps in (0, 1):
            values = tuple(
                way.concession.allowing(change + steps * way.concession.step)
                for way, change in zip(ways, changes, strict=True)
            )
            if not judge(changed(problem, ways, values), plan).violations:
                return values, result.status is Status.OPTIMAL
        return None

    def bare_relaxation(self, problem: PlanningProblem, elastic: frozenset[str]) -> tuple[MilpResult, PlanModel] | None:
        """Solve the linear relaxation with rows of some keys elastic, for the least sum of what they lack."""
        if self._is_over():
            return None
        model = PlanModel.of(problem, rules=False)
        model.elastic = elastic
        model.add_rules()
        model.linear.objective = {slack: 1 / size for _, slack, size in model.slacks}
        result = self._solve(model, relaxed=True)
        return None if result is None else (result, model)

    def _solve(
        self, model: PlanModel, *, absolute_gap: float | None = None, relaxed: bool = False
    ) -> MilpResult | None:
        if self._is_over():
            return None
        gap = self.settings.absolute_gap if absolute_gap is None or not isfinite(absolute_gap) else absolute_gap
        settings = replace(self.settings, time_limit_seconds=self.left(), absolute_gap=gap, progress=None)
        return solve(model.linear, settings, relaxed=relaxed)
