"""A time beyond which nobody is left who need not be."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from facopt.location.planning.diagnosis.concessions import Concession
from facopt.rules.base import Rule
from facopt.statement import Minutes, Year

if TYPE_CHECKING:
    from collections.abc import Iterator

    from facopt.location.planning.model import PlanModel
    from facopt.location.planning.outcome import Outcome
    from facopt.location.planning.problem import PlanningProblem
    from facopt.location.problem import BoolArray


class WorstMinutes(Rule):
    """An open site of a tier's service lies within so many minutes of everybody who has a usable one within them."""

    subject: ClassVar[tuple[str, str]] = ("到{tier}的最长时间", "Longest time to {tier}")
    asks: ClassVar[tuple[str, str]] = (
        "任何人到最近{tier}不超过 {at_most_minutes:g} 分钟",
        "Nobody is farther than {at_most_minutes:g} minutes from the nearest {tier}",
    )

    only_opens: ClassVar[bool] = True

    kind: Literal["worst_minutes"]
    """A longest time to the nearest open site, for everybody."""
    tier: str
    """The tier meant."""
    at_most_minutes: Minutes
    """Minutes to the nearest open site, in the tier's mode; the standard does not matter here."""
    by: Year | None = None
    """Due in the first stage of this year or later and all after it; without it in every stage."""

    def rows(self, model: PlanModel) -> None:
        """Add for each demand point with people: an open site among those within the minutes."""
        problem, tier = model.problem, model.problem.tier_number(self.tier)
        service = problem.services[tier]
        for t in problem.due(self.by, otherwise="every"):
            seen: set[tuple[int, ...]] = set()
            for i, arcs in problem.arcs_by_point(tier, self._near(problem, tier, t)):
                sites = tuple(service.site[arcs].tolist())
                if sites not in seen and not problem.always_open[list(sites)].any():
                    seen.add(sites)
                    model.row(f"worst_minutes_{tier}_{i}_{t}", model.any_open(sites, t), at_least=1.0)

    def _near(self, problem: PlanningProblem, tier: int, stage: int) -> BoolArray:
        """Return (A,) arcs within the minutes to usable sites, from people who are not excused."""
        service, excused = problem.services[tier], problem.labels.excused
        asked = problem.people[stage] > 0
        if excused is not None:
            asked = asked & ~excused
        near: BoolArray = (
            problem.usable[service.site] & asked[service.demand] & (service.minutes <= self.at_most_minutes)
        )
        return near

    def concessions(self, problem: PlanningProblem) -> tuple[Concession, ...]:
        """Return that the time may be longer."""
        longest = problem.services[problem.tier_number(self.tier)].minutes.max(initial=0.0)
        if longest <= self.at_most_minutes:
            return ()
        return (Concession("at_most_minutes", self.at_most_minutes, float(np.ceil(longest)), "minutes", 1.0),)

    def broken(self, outcome: Outcome) -> Iterator[str]:
        """Yield the demand points that are left farther away than they need be."""
        problem, tier = outcome.problem, outcome.problem.tier_number(self.tier)
        service = problem.services[tier]
        for t in problem.due(self.by, otherwise="every"):
            near = self._near(problem, tier, t)
            could = np.zeros(problem.demand_count, dtype=bool)
            could[service.demand[near]] = True
            has = np.zeros(problem.demand_count, dtype=bool)
            has[service.demand[near & outcome.open[t][service.site]]] = True
            for i in np.flatnonzero(could & ~has):
                yield f"{problem.labels.point[i]} has no open site within {self.at_most_minutes:g} minutes"
