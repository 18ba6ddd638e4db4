"""A second site within reach, for when the first is closed or full."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from facopt.linear import Linear, column, constant, total
from facopt.location.planning.diagnosis.concessions import percent_of_people
from facopt.rules.base import Rule, too_few
from facopt.statement import Percent, Year

if TYPE_CHECKING:
    from collections.abc import Iterator

    from facopt.location.planning.diagnosis.concessions import Concession
    from facopt.location.planning.model import PlanModel
    from facopt.location.planning.outcome import Outcome
    from facopt.location.planning.problem import PlanningProblem


class Backup(Rule):
    """At least so many percent of the people have two open sites of a tier's service within the standard."""

    subject: ClassVar[tuple[str, str]] = ("{tier}双重覆盖的人口比例", "Share of people with two sites of {tier}")
    asks: ClassVar[tuple[str, str]] = (
        "至少 {at_least_percent:g}% 的人在标准时间内有两处{tier}",
        "At least {at_least_percent:g}% of the people have two sites of {tier} within the standard",
    )

    only_opens: ClassVar[bool] = True

    kind: Literal["backup"]
    """A share of people with two open sites within the standard."""
    tier: str
    """The tier meant."""
    at_least_percent: Percent
    """Percent of the people whom the tier serves."""
    by: Year | None = None
    """Due in the first stage of this year or later and all after it; without it in the last stage only."""

    def rows(self, model: PlanModel) -> None:
        """Add b = 1 only with two open sites: (2 - standing) b <= the others that are open; b is binary where it is 2.

        Continuous b would count half of everybody with one open site (Hogan and ReVelle 1986 have b binary).
        """
        problem, tier = model.problem, model.problem.tier_number(self.tier)
        service = problem.services[tier]
        for t in problem.due(self.by, otherwise="last"):
            people: dict[tuple[int, ...], float] = {}
            for i, arcs in problem.arcs_by_point(tier, service.within & problem.usable[service.site]):
                sites = tuple(service.site[arcs].tolist())
                people[sites] = people.get(sites, 0.0) + float(problem.people[t][i])
            counted = [
                self._second(model, sites, t, number) * amount
                for number, (sites, amount) in enumerate(people.items())
                if amount > 0
            ]
            needed, percent = self._needed(model.problem, tier, t), self._people(model.problem, tier, t) / 100
            model.row(f"backup_{tier}_{t}", total(counted), at_least=needed, per_unit=percent)

    def _second(self, model: PlanModel, sites: tuple[int, ...], stage: int, number: int) -> Linear:
        others = [j for j in sites if not model.problem.always_open[j]]
        missing = 2 - (len(sites) - len(others))
        if missing <= 0:
            return constant(1.0)
        b = model.column(f"backup_{self.tier}_{number}_{stage}", integer=missing == 2)
        left = model.any_open(tuple(others), stage) - column(b, float(missing))
        model.row(f"second_{self.tier}_{number}_{stage}", left, at_least=0.0)
        return column(b)

    def _needed(self, problem: PlanningProblem, tier: int, stage: int) -> float:
        return self.at_least_percent / 100 * self._people(problem, tier, stage)

    def _people(self, problem: PlanningProblem, tier: int, stage: int) -> float:
        return float(problem.people[stage][problem.services[tier].needed].sum())

    def concessions(self, problem: PlanningProblem) -> tuple[Concession, ...]:
        """Return that the share may be lower."""
        return (percent_of_people(self.at_least_percent),)

    def broken(self, outcome: Outcome) -> Iterator[str]:
        """Yield where fewer people than stated have two open sites within the standard."""
        problem, tier = outcome.problem, outcome.problem.tier_number(self.tier)
        service = problem.services[tier]
        for t in problem.due(self.by, otherwise="last"):
            near = service.within & outcome.open[t][service.site]
            twice = np.bincount(service.demand[near], minlength=problem.demand_count) >= 2
            people, needed = float(problem.people[t][twice].sum()), self._needed(problem, tier, t)
            if too_few(people, needed):
                yield f"{people:.15g} people have two sites of {self.tier}, {needed:.15g} are asked for"
