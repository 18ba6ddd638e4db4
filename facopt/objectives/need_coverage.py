"""Most people covered, each weighed by need, in the last stage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from facopt.linear import Linear
    from facopt.location.planning.model import PlanModel
    from facopt.location.planning.outcome import Outcome


@dataclass(frozen=True)
class NeedCoverage:
    """People covered, a person of a segment counting as often as `need.segment_weights` says."""

    name: ClassVar[str] = "need_coverage"
    unit: ClassVar[str] = "weighted_people"
    maximise: ClassVar[bool] = True

    def expression(self, model: PlanModel) -> Linear:
        """Return the weighed people covered in the last stage."""
        problem = model.problem
        weights = problem.people if problem.need is None else problem.need
        return model.people_covered(None, weights[model.last], model.last)

    def value(self, outcome: Outcome) -> float:
        """Return the weighed people covered in the last stage."""
        problem, last = outcome.problem, outcome.problem.stage_count - 1
        weights = problem.people if problem.need is None else problem.need
        return outcome.people_covered(None, weights[last], last)
