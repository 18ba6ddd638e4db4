"""Most people by gradual coverage: full credit within the standard, falling to nothing (Berman and Krass 2002)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from facopt.linear import Linear, column, total

if TYPE_CHECKING:
    from facopt.location.planning.model import PlanModel
    from facopt.location.planning.outcome import Outcome


@dataclass(frozen=True)
class GradualCoverage:
    """People x credit of their minutes, summed over the tiers that serve them, in the last stage."""

    name: ClassVar[str] = "gradual_coverage"
    unit: ClassVar[str] = "credited_people"
    maximise: ClassVar[bool] = True

    def expression(self, model: PlanModel) -> Linear:
        """Return credited people; services that are not assigned take each point's best open site."""
        problem, parts = model.problem, []
        for k, service in enumerate(problem.services):
            amount = problem.people[model.last][service.demand] * service.credit
            parts += [column(x, float(amount[arc])) for arc, x in model.credit_flow(k).items()]
        return total(parts)

    def value(self, outcome: Outcome) -> float:
        """Return credited people in the last stage."""
        return outcome.credited_people(outcome.problem.stage_count - 1)
