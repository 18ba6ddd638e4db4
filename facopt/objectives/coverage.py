"""Most people covered by every tier that serves them, in the last stage (Church and ReVelle 1974)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from facopt.linear import Linear
    from facopt.location.planning.model import PlanModel
    from facopt.location.planning.outcome import Outcome


@dataclass(frozen=True)
class Coverage:
    """People covered."""

    name: ClassVar[str] = "coverage"
    unit: ClassVar[str] = "people"
    maximise: ClassVar[bool] = True

    def expression(self, model: PlanModel) -> Linear:
        """Return the people covered in the last stage."""
        return model.people_covered(None, model.problem.people[model.last], model.last)

    def value(self, outcome: Outcome) -> float:
        """Return the people covered in the last stage."""
        last = outcome.problem.stage_count - 1
        return outcome.people_covered(None, outcome.problem.people[last], last)
