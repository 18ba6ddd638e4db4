"""A share of people covered in each part of the county: nobody's township is left behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from facopt.location.planning.diagnosis.concessions import percent_of_people
from facopt.rules.base import Rule, too_few
from facopt.statement import Percent, Year

if TYPE_CHECKING:
    from collections.abc import Iterator

    from facopt.location.planning.diagnosis.concessions import Concession
    from facopt.location.planning.model import PlanModel
    from facopt.location.planning.outcome import Outcome
    from facopt.location.planning.problem import PlanningProblem, TextArray
    from facopt.location.problem import BoolArray, FloatArray


class Floor(Rule):
    """In every zone, area class or group at least so many percent of the people are covered.

    People who are in none, such as those outside of every zone, are not asked for.
    """

    subject: ClassVar[tuple[str, str]] = ("{tier}的覆盖率下限", "Floor of {tier}")
    asks: ClassVar[tuple[str, str]] = (
        "每个{per}至少 {at_least_percent:g}% 的人被{tier}覆盖",
        "In each {per} at least {at_least_percent:g}% of the people are covered by {tier}",
    )

    only_opens: ClassVar[bool] = True

    kind: Literal["floor"]
    """At least a share of people covered, in each part."""
    tier: str | None = None
    """The tier meant; without it, people covered by every tier that serves them."""
    per: Annotated[str, Field(min_length=1)] = "zone"
    """The parts: `zone`, `area_class`, or the name of a column of the demand points that groups them."""
    at_least_percent: Percent
    """Percent of the people of each part whom the tier serves."""
    at_least_percent_by_part: dict[str, Percent] = {}
    """Parts for which another percentage holds: `{z07: 84}`."""
    of: Literal["all", "reachable"] = "all"
    """Percent of all people, or of those who have a usable site within the standard."""
    by: Year | None = None
    """Due in the first stage of this year or later and all after it; without it in the last stage only."""

    def rows(self, model: PlanModel) -> None:
        """Add for each part: people covered >= the share of its people."""
        for t in model.problem.due(self.by, otherwise="last"):
            parts = self._parts(model.problem, t, of_all=model.gives_way)
            for number, (part, people, needed, percent) in enumerate(parts):
                covered = model.people_covered(self._tier(model.problem), people, t)
                name = f"floor_{self.tier or 'all'}_{self.per}_{number}_{t}"
                model.row(name, covered, at_least=needed, part=part, per_unit=percent)

    def by_part(self, problem: PlanningProblem) -> tuple[BoolArray, TextArray, str]:
        """Return (I,) whom the tier serves, and (I,) the part that each demand point is in."""
        return problem.members(self._tier(problem)), problem.labels.parts(self.per), self.per.replace("_", " ")

    def _tier(self, problem: PlanningProblem) -> int | None:
        return None if self.tier is None else problem.tier_number(self.tier)

    def _parts(
        self, problem: PlanningProblem, stage: int, *, of_all: bool = False
    ) -> Iterator[tuple[str, FloatArray, float, float]]:
        """Yield (part, (I,) people counted, people needed, people of a percent) of each part with people, sorted.

        100 percent is of the reachable, less is of all, unless stated otherwise; with `of_all` 100 percent is as well.
        """
        counted, label, _ = self.by_part(problem)
        reachable = counted & problem.can_be_reached(self._tier(problem))
        for part in sorted(set(label[counted]) - {""}):
            stated = self.at_least_percent_by_part.get(str(part), self.at_least_percent)
            base = reachable if self.of == "reachable" or (stated >= 100 and not of_all) else counted
            people = np.where(counted & (label == part), problem.people[stage], 0.0)
            percent = float(people[base].sum()) / 100
            if stated * percent > 0:
                yield str(part), people, stated * percent, percent

    def concessions(self, problem: PlanningProblem) -> tuple[Concession, ...]:
        """Return that all parts may have a lower share, or one of them alone."""
        due = problem.due(self.by, otherwise="last")
        parts = sorted({part for t in due for part, _, _, _ in self._parts(problem, t)} - {""})
        stated = self.at_least_percent_by_part
        single = (percent_of_people(stated.get(p, self.at_least_percent), "at_least_percent_by_part", p) for p in parts)
        return (percent_of_people(self.at_least_percent), *single)

    def loosened(self, problem: PlanningProblem, concession: Concession, value: float) -> Floor:
        """Return the floor with another share, of one part alone where the concession is of one."""
        if not concession.part:
            return self.model_copy(update={"at_least_percent": value})
        by_part = {**self.at_least_percent_by_part, concession.part: value}
        return self.model_copy(update={"at_least_percent_by_part": by_part})

    def broken(self, outcome: Outcome) -> Iterator[str]:
        """Yield the parts below the floor."""
        problem = outcome.problem
        for t in problem.due(self.by, otherwise="last"):
            for part, people, needed, _ in self._parts(problem, t):
                covered = outcome.people_covered(self._tier(problem), people, t)
                if too_few(covered, needed):
                    yield f"{part}: {covered:.15g} people are covered, {needed:.15g} are asked for"
