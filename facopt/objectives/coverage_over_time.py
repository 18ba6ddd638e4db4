"""Most person-years covered over all stages, so that early stages count as long as they last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from facopt.linear import total

if TYPE_CHECKING:
    from facopt.linear import Linear
    from facopt.location.planning.model import PlanModel
    from facopt.location.planning.outcome import Outcome


@dataclass(frozen=True)
class CoverageOverTime:
    """People covered x years, summed over the stages."""

    name: ClassVar[str] = "coverage_over_time"
    unit: ClassVar[str] = "person_years"
    maximise: ClassVar[bool] = True

    def expression(self, model: PlanModel) -> Linear:
        """Return the person-years covered."""
        problem = model.problem
        return total(
            model.people_covered(None, problem.people[t], t) * stage.years for t, stage in enumerate(problem.stages)
        )

    def value(self, outcome: Outcome) -> float:
        """Return the person-years covered."""
        problem = outcome.problem
        return sum(
            outcome.people_covered(None, problem.people[t], t) * stage.years for t, stage in enumerate(problem.stages)
        )
