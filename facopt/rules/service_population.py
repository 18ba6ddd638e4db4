"""How many people one site may serve: neither an empty clinic nor a crowded one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field, model_validator

from facopt.location.planning.diagnosis.concessions import Concession, round_step
from facopt.rules.base import Rule, too_few, too_many
from facopt.statement import Amount, Number, Year, refuse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from facopt.location.planning.model import PlanModel
    from facopt.location.planning.outcome import Outcome
    from facopt.location.planning.problem import PlanningProblem


class ServicePopulation(Rule):
    """The people assigned to each open site of a tier are neither fewer nor more than stated."""

    subject: ClassVar[tuple[str, str]] = ("每处{tier}的服务人口", "People served by each site of {tier}")
    asks: ClassVar[tuple[str, str]] = (
        "每处{tier}的服务人口在 {at_least} 与 {at_most} 之间",
        "Each site of {tier} serves between {at_least} and {at_most} people",
    )

    kind: Literal["service_population"]
    """Bounds on the people that each open site serves."""
    tier: str
    """The tier meant."""
    at_least: Amount | None = None
    """No open site of the tier serves fewer people."""
    at_most: Annotated[Number, Field(gt=0)] | None = None
    """No open site of the tier serves more people."""
    by: Year | None = None
    """Due in the first stage of this year or later and all after it; without it in every stage."""

    @model_validator(mode="after")
    def _bounded(self) -> ServicePopulation:
        if self.at_least is None and self.at_most is None:
            refuse("states neither at_least nor at_most", "State one of them, in people")
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            refuse("has at_least above at_most, so no site may be open", "Exchange the two")
        return self

    def rows(self, model: PlanModel) -> None:
        """Add for each site of the tier: at_least x open <= people served <= at_most x open."""
        problem, tier = model.problem, model.problem.tier_number(self.tier)
        for j in np.flatnonzero(problem.site_tier == tier).tolist():
            for t in problem.due(self.by, otherwise="every"):
                served, is_open = model.people_served(tier, j, t), model.open(j, t)
                if self.at_least is not None and (is_open.terms or is_open.constant):
                    model.row(f"serves_least_{j}_{t}", served - is_open * self.at_least, at_least=0.0)
                if self.at_most is not None and served.terms:
                    model.row(f"serves_most_{j}_{t}", served - is_open * self.at_most, at_most=0.0)

    def concessions(self, problem: PlanningProblem) -> tuple[Concession, ...]:
        """Return that sites may serve fewer people, or more, than stated."""
        everybody = float(problem.people.sum(axis=1).max())
        found = []
        if self.at_least:
            found.append(Concession("at_least", self.at_least, 0.0, "people", round_step(self.at_least, 2)))
        if self.at_most is not None and self.at_most < everybody:
            found.append(Concession("at_most", self.at_most, everybody, "people", round_step(self.at_most, 2)))
        return tuple(found)

    def broken(self, outcome: Outcome) -> Iterator[str]:
        """Yield the sites that serve fewer or more people."""
        problem, tier = outcome.problem, outcome.problem.tier_number(self.tier)
        for t in problem.due(self.by, otherwise="every"):
            served = outcome.people_of(tier, t)
            for j in np.flatnonzero((problem.site_tier == tier) & outcome.open[t]):
                if self.at_least is not None and too_few(served[j], self.at_least):
                    yield f"{problem.labels.site[j]} serves {served[j]:.15g} people, at least {self.at_least:.15g}"
                if self.at_most is not None and too_many(served[j], self.at_most):
                    yield f"{problem.labels.site[j]} serves {served[j]:.15g} people, at most {self.at_most:.15g}"
