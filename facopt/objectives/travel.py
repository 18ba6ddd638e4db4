"""Least people x minutes in the last stage: of the covered, or of everybody where coverage is no earlier level."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from facopt.linear import Linear, column, total

if TYPE_CHECKING:
    from facopt.location.planning.model import PlanModel
    from facopt.location.planning.outcome import Outcome
    from facopt.location.problem import FloatArray


def person_minutes(model: PlanModel, weights: FloatArray) -> Linear:
    """Return `weights` (I,) x minutes over everybody who is served in the last stage, all tiers."""
    parts = []
    for k, service in enumerate(model.problem.services):
        amount = weights[service.demand] * service.minutes
        parts += [column(x, float(amount[arc])) for arc, x in model.travel_flow(k).items()]
    return total(parts)


@dataclass(frozen=True)
class Travel:
    """People x minutes (Hakimi 1964: the p-median)."""

    name: ClassVar[str] = "travel"
    unit: ClassVar[str] = "people_minutes"
    maximise: ClassVar[bool] = False

    def expression(self, model: PlanModel) -> Linear:
        """Return people x minutes in the last stage."""
        return person_minutes(model, model.problem.people[model.last])

    def value(self, outcome: Outcome) -> float:
        """Return people x minutes in the last stage."""
        last = outcome.problem.stage_count - 1
        return outcome.person_minutes(last, outcome.problem.people[last])
