"""A weighted sum of objectives, minimised; those of which more is better count negative."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from facopt.linear import Linear, total

if TYPE_CHECKING:
    from facopt.location.planning.model import PlanModel
    from facopt.location.planning.outcome import Outcome
    from facopt.location.planning.protocols import Objective


@dataclass(frozen=True)
class WeightedSum:
    """Sum of weight x value over several objectives, each in its own units."""

    parts: tuple[tuple[Objective, float], ...]
    name: ClassVar[str] = "weighted"
    unit: ClassVar[str] = "weighted"
    maximise: ClassVar[bool] = False

    def expression(self, model: PlanModel) -> Linear:
        """Return the sum as an expression of the model."""
        return total(one.expression(model) * (-weight if one.maximise else weight) for one, weight in self.parts)

    def value(self, outcome: Outcome) -> float:
        """Return the sum for a plan."""
        return sum((-weight if one.maximise else weight) * one.value(outcome) for one, weight in self.parts)


def optimises(objective: Objective, name: str) -> bool:
    """Return whether an objective is the one of this name, or a sum that has it among its parts."""
    if isinstance(objective, WeightedSum):
        return any(one.name == name for one, _ in objective.parts)
    return objective.name == name
