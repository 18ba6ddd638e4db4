"""Least people x minutes, each person weighed by need, in the last stage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from facopt.objectives.travel import person_minutes

if TYPE_CHECKING:
    from facopt.linear import Linear
    from facopt.location.planning.model import PlanModel
    from facopt.location.planning.outcome import Outcome


@dataclass(frozen=True)
class NeedTravel:
    """Weighed people x minutes."""

    name: ClassVar[str] = "need_travel"
    unit: ClassVar[str] = "weighted_people_minutes"
    maximise: ClassVar[bool] = False

    def expression(self, model: PlanModel) -> Linear:
        """Return weighed people x minutes in the last stage."""
        problem = model.problem
        return person_minutes(model, (problem.people if problem.need is None else problem.need)[model.last])

    def value(self, outcome: Outcome) -> float:
        """Return weighed people x minutes in the last stage."""
        problem, last = outcome.problem, outcome.problem.stage_count - 1
        return outcome.person_minutes(last, (problem.people if problem.need is None else problem.need)[last])
