"""Objectives that are a longest time: the least limit within which a plan exists, found by bisection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np

from facopt.location.solution import Status

if TYPE_CHECKING:
    from facopt.location.planning.model import PlanModel
    from facopt.location.planning.outcome import Outcome
    from facopt.location.planning.plan import Plan
    from facopt.location.planning.problem import PlanningProblem
    from facopt.location.planning.search import Chain
    from facopt.location.problem import FloatArray
    from facopt.location.solver import MilpResult


@runtime_checkable
class ThresholdObjective(Protocol):
    """An objective whose value is one of a list of thresholds, and which a model can be restricted to."""

    @property
    def name(self) -> str:
        """Its name in scenarios."""

    @property
    def maximise(self) -> bool:
        """Always False."""

    def thresholds(self, problem: PlanningProblem) -> FloatArray:
        """Return the values it can have, ascending."""

    def restrict(self, model: PlanModel, limit: float) -> None:
        """Add rows that allow only plans of at most this value."""

    def value(self, outcome: Outcome) -> float:
        """Return its value for a plan."""


def least_threshold(chain: Chain, objective: ThresholdObjective) -> tuple[MilpResult, float | None, Plan | None]:
    """Return the last solver's result, the least value proven possible, and the best plan found."""
    first = result = chain.solve(chain.model())
    if first.values is None and chain.outcome is None:
        return first, None, None
    best = chain.outcome
    if best is None:
        assert first.values is not None
        best = _judged(chain, chain.model().plan(first.values))
    ladder = objective.thresholds(chain.problem)
    low, high = 0, int(np.searchsorted(ladder, objective.value(best)))
    while low < high and chain.seconds_left() > 0:
        middle = (low + high) // 2
        model = chain.model()
        objective.restrict(model, float(ladder[middle]))
        result = chain.solve(model)
        if result.values is not None:
            best = _judged(chain, model.plan(result.values))
            high = min(middle, int(np.searchsorted(ladder, objective.value(best))))
        elif result.status is Status.INFEASIBLE:
            low = middle + 1
        else:
            break
    bound = float(ladder[low]) if low < len(ladder) else objective.value(best)
    return result, min(bound, objective.value(best)), best.plan


def _judged(chain: Chain, plan: Plan) -> Outcome:
    from facopt.location.planning.referee import judge

    return judge(chain.problem, plan)
