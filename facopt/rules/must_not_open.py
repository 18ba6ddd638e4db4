"""Sites that are ruled out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from facopt.location.planning.diagnosis.concessions import Concession
from facopt.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from facopt.location.planning.model import PlanModel
    from facopt.location.planning.outcome import Outcome
    from facopt.location.planning.problem import PlanningProblem


class MustNotOpen(Rule):
    """Named sites are not open in any stage."""

    subject: ClassVar[tuple[str, str]] = ("不得开放的机构", "Sites that must not be open")
    asks: ClassVar[tuple[str, str]] = (
        "不得开放：{sites}",
        "These are not open: {sites}",
    )

    only_opens: ClassVar[bool] = True

    kind: Literal["must_not_open"]
    """Sites that must not be open."""
    sites: Annotated[tuple[str, ...], Field(min_length=1)]
    """Ids of the sites, as their tables have them."""

    def rows(self, model: PlanModel) -> None:
        """Add: closed in every stage."""
        for j in _numbers(model.problem, self.sites):
            for t in model.stages:
                part = str(model.problem.labels.site[j])
                model.row(f"must_not_open_{j}_{t}", model.open(j, t), at_most=0.0, part=part)

    def broken(self, outcome: Outcome) -> Iterator[str]:
        """Yield the sites that are open."""
        for j in _numbers(outcome.problem, self.sites):
            if outcome.open[:, j].any():
                yield f"{outcome.problem.labels.site[j]} is open"

    def concessions(self, problem: PlanningProblem) -> tuple[Concession, ...]:
        """Return that each of the sites may be left out of the list."""
        return tuple(Concession("sites", 1.0, 0.0, "listed", 1.0, site) for site in self.sites)

    def loosened(self, problem: PlanningProblem, concession: Concession, value: float) -> MustNotOpen:
        """Return the rule without the site."""
        left = tuple(site for site in self.sites if site != concession.part)
        return self.model_copy(update={"sites": left})


def _numbers(problem: PlanningProblem, ids: tuple[str, ...]) -> list[int]:
    return [int(j) for j in np.flatnonzero(np.isin(problem.labels.site.astype(str), ids))]
