"""A share of people covered in each part of the county: nobody's township is left behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from pydantic import Field

from facopt.rules.base import Rule, too_few
from facopt.statement import Percent, Year

if TYPE_CHECKING:
    from collections.abc import Iterator

    from facopt.location.planning.model import PlanModel
    from facopt.location.planning.outcome import Outcome
    from facopt.location.planning.problem import PlanningProblem
    from facopt.location.problem import FloatArray


class Floor(Rule):
    """In every zone, area class or group at least so many percent of the people are covered."""

    kind: Literal["floor"]
    """At least a share of people covered, in each part."""
    tier: str | None = None
    """The tier meant; without it, people covered by every tier that serves them."""
    per: Annotated[str, Field(min_length=1)] = "zone"
    """The parts: `zone`, `area_class`, or the name of a column of the demand points that groups them."""
    at_least_percent: Percent
    """Percent of the people of each part whom the tier serves."""
    of: Literal["all", "reachable"] = "all"
    """Percent of all people, or of those who have a usable site within the standard."""
    by: Year | None = None
    """Due in the first stage of this year or later and all after it; without it in the last stage only."""

    def rows(self, model: PlanModel) -> None:
        """Add for each part: people covered >= the share of its people."""
        for t in model.problem.due(self.by, otherwise="last"):
            for number, (_, people, needed) in enumerate(self._parts(model.problem, t)):
                covered = model.people_covered(self._tier(model.problem), people, t)
                model.row(f"floor_{self.tier or 'all'}_{self.per}_{number}_{t}", covered, at_least=needed)

    def _tier(self, problem: PlanningProblem) -> int | None:
        return None if self.tier is None else problem.tier_number(self.tier)

    def _parts(self, problem: PlanningProblem, stage: int) -> Iterator[tuple[str, FloatArray, float]]:
        """Yield (part, (I,) people counted, people needed) of each part with people, sorted; of 100 % the reachable."""
        tier = self._tier(problem)
        counted = problem.members(tier)
        base = (
            counted & problem.can_be_reached(tier)
            if self.of == "reachable" or self.at_least_percent >= 100
            else counted
        )
        label = problem.labels.parts(self.per)
        for part in sorted(set(label[counted])):
            people = np.where(counted & (label == part), problem.people[stage], 0.0)
            needed = self.at_least_percent / 100 * float(people[base].sum())
            if needed > 0:
                yield str(part), people, needed

    def broken(self, outcome: Outcome) -> Iterator[str]:
        """Yield the parts below the floor."""
        problem = outcome.problem
        for t in problem.due(self.by, otherwise="last"):
            for part, people, needed in self._parts(problem, t):
                covered = outcome.people_covered(self._tier(problem), people, t)
                if too_few(covered, needed):
                    yield f"{part}: {covered:.15g} people are covered, {needed:.15g} are asked for"
