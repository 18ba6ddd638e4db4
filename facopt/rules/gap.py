"""A bound on how far two area classes may lie apart: town and countryside alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

import numpy as np
from pydantic import AfterValidator

from facopt.location.planning.diagnosis.concessions import Concession
from facopt.rules.base import Rule, too_many
from facopt.statement import AreaClass, Percent, Year, refuse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from facopt.location.planning.model import PlanModel
    from facopt.location.planning.outcome import Outcome
    from facopt.location.planning.problem import PlanningProblem
    from facopt.location.problem import FloatArray


def _two(classes: tuple[AreaClass, ...]) -> tuple[AreaClass, ...]:
    if len(set(classes)) != 2 or len(classes) != 2:
        refuse("does not name two area classes", "Write two different ones, as in [urban, rural]")
    return classes


class Gap(Rule):
    """The shares of people covered in two area classes differ by at most so many percentage points."""

    subject: ClassVar[tuple[str, str]] = ("{between}的覆盖率差距", "Gap between {between}")
    asks: ClassVar[tuple[str, str]] = (
        "{between}的覆盖率相差不超过 {at_most_points:g} 个百分点",
        "The shares covered in {between} differ by at most {at_most_points:g} points",
    )

    kind: Literal["gap"]
    """At most a difference between the shares of two area classes."""
    between: Annotated[tuple[AreaClass, ...], AfterValidator(_two)]
    """The two area classes: `[urban, rural]`."""
    at_most_points: Percent
    """Percentage points between the two shares of people covered, whichever is higher."""
    tier: str | None = None
    """The tier meant, which must serve both; without it, people covered by every tier that serves them."""
    by: Year | None = None
    """Due in the first stage of this year or later and all after it; without it in the last stage only."""

    def rows(self, model: PlanModel) -> None:
        """Add both differences of the two shares <= the gap."""
        problem = model.problem
        tier = None if self.tier is None else problem.tier_number(self.tier)
        for t in problem.due(self.by, otherwise="last"):
            people = [self._people(problem, tier, area_class, t) for area_class in self.between]
            if all(one.sum() > 0 for one in people):
                first, second = (
                    model.people_covered(tier, one, t, exact=True) * (100 / float(one.sum())) for one in people
                )
                name = f"gap_{'_'.join(self.between)}_{self.tier or 'all'}_{t}"
                points = self.at_most_points
                model.row(name, first - second, at_least=-points, at_most=points, per_unit=1.0)

    def concessions(self, problem: PlanningProblem) -> tuple[Concession, ...]:
        """Return that the shares may lie farther apart, in tenths of a point."""
        return (Concession("at_most_points", self.at_most_points, 100.0, "points", 0.1, measured=True),)

    def _people(self, problem: PlanningProblem, tier: int | None, area_class: str, stage: int) -> FloatArray:
        counted = problem.members(tier) & (problem.labels.area_class == area_class)
        return np.where(counted, problem.people[stage], 0.0)

    def broken(self, outcome: Outcome) -> Iterator[str]:
        """Yield where the shares lie farther apart."""
        problem = outcome.problem
        tier = None if self.tier is None else problem.tier_number(self.tier)
        for t in problem.due(self.by, otherwise="last"):
            people = [self._people(problem, tier, area_class, t) for area_class in self.between]
            if all(one.sum() > 0 for one in people):
                first, second = (100 * outcome.people_covered(tier, one, t) / float(one.sum()) for one in people)
                if too_many(abs(first - second), self.at_most_points):
                    yield f"{first:.15g} % and {second:.15g} % lie more than {self.at_most_points:g} points apart"
