"""Sites that are decided already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from facopt.location.planning.diagnosis.concessions import Concession
from facopt.rules.base import Rule
from facopt.statement import Year

if TYPE_CHECKING:
    from collections.abc import Iterator

    from facopt.location.planning.model import PlanModel
    from facopt.location.planning.outcome import Outcome
    from facopt.location.planning.problem import PlanningProblem


class MustOpen(Rule):
    """Named sites are open, whatever they cost."""

    subject: ClassVar[tuple[str, str]] = ("必须开放的机构", "Sites that must be open")
    asks: ClassVar[tuple[str, str]] = (
        "必须开放：{sites}",
        "These are open: {sites}",
    )

    only_opens: ClassVar[bool] = True

    kind: Literal["must_open"]
    """Sites that must be open."""
    sites: Annotated[tuple[str, ...], Field(min_length=1)]
    """Ids of the sites, as their tables have them."""
    by: Year | None = None
    """Open in the first stage of this year or later and all after it; without it in every stage."""

    def rows(self, model: PlanModel) -> None:
        """Add: open in every stage from the year on."""
        for j in self._numbers(model.problem):
            for t in model.problem.due(self.by, otherwise="every"):
                model.row(f"must_open_{j}_{t}", model.open(j, t), at_least=1.0, part=str(model.problem.labels.site[j]))

    def _numbers(self, problem: PlanningProblem) -> list[int]:
        return [int(j) for j in np.flatnonzero(np.isin(problem.labels.site.astype(str), self.sites))]

    def broken(self, outcome: Outcome) -> Iterator[str]:
        """Yield the sites that are not open."""
        for j in self._numbers(outcome.problem):
            if not outcome.open[outcome.problem.due(self.by, otherwise="every"), j].all():
                yield f"{outcome.problem.labels.site[j]} is not open"

    def concessions(self, problem: PlanningProblem) -> tuple[Concession, ...]:
        """Return that each of the sites may be left out of the list."""
        return tuple(Concession("sites", 1.0, 0.0, "listed", 1.0, site) for site in self.sites)

    def loosened(self, problem: PlanningProblem, concession: Concession, value: float) -> MustOpen:
        """Return the rule without the site."""
        left = tuple(site for site in self.sites if site != concession.part)
        return self.model_copy(update={"sites": left})
