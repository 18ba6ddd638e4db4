"""Open sites of a tier keep apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from facopt.location.planning.diagnosis.concessions import Concession, round_step
from facopt.rules.base import Rule
from facopt.statement import Metres

if TYPE_CHECKING:
    from collections.abc import Iterator

    from facopt.location.planning.model import PlanModel
    from facopt.location.planning.outcome import Outcome
    from facopt.location.planning.problem import PlanningProblem


class Spacing(Rule):
    """Any two open sites of a tier stand at least so far apart, in every stage."""

    subject: ClassVar[tuple[str, str]] = ("{tier}的间距", "Spacing of {tier}")
    asks: ClassVar[tuple[str, str]] = (
        "{tier}彼此相距至少 {at_least_metres:g} 米",
        "Sites of {tier} stand at least {at_least_metres:g} m apart",
    )

    only_opens: ClassVar[bool] = True

    kind: Literal["spacing"]
    """A least distance between open sites of a tier."""
    tier: str
    """The tier meant."""
    at_least_metres: Metres
    """Distance in a straight line."""

    def rows(self, model: PlanModel) -> None:
        """Add for each pair that is too near: not both open. Pairs of which both stand today are left alone."""
        for a, b in self._pairs(model.problem):
            for t in model.stages:
                model.row(f"spacing_{a}_{b}_{t}", model.open(a, t) + model.open(b, t), at_most=1.0)

    def _pairs(self, problem: PlanningProblem) -> list[tuple[int, int]]:
        from scipy.spatial import KDTree

        where = problem.labels.metres
        placed = problem.site_tier == problem.tier_number(self.tier)
        own = np.flatnonzero(placed & np.isfinite(where).all(axis=1) & problem.usable)
        # The tree takes "at most"; sites exactly as far apart as stated are far enough.
        near = KDTree(where[own]).query_pairs(np.nextafter(self.at_least_metres, 0.0), output_type="ndarray")
        pairs = np.sort(own[near].reshape(-1, 2), axis=1)
        pairs = pairs[~(problem.existing[pairs[:, 0]] & problem.existing[pairs[:, 1]])]
        return sorted((int(a), int(b)) for a, b in pairs)

    def concessions(self, problem: PlanningProblem) -> tuple[Concession, ...]:
        """Return that sites may stand nearer to each other."""
        step = round_step(self.at_least_metres, 1) / 20 if self.at_least_metres >= 200 else 1.0
        return (Concession("at_least_metres", self.at_least_metres, step, "metres", step),)

    def broken(self, outcome: Outcome) -> Iterator[str]:
        """Yield the open sites that stand too near to each other."""
        problem, where = outcome.problem, outcome.problem.labels.metres
        own = problem.site_tier == problem.tier_number(self.tier)
        ever = np.flatnonzero(own & outcome.open.any(axis=0))
        for n, a in enumerate(ever):
            others = ever[n + 1 :]
            others = others[(outcome.open[:, others] & outcome.open[:, [a]]).any(axis=0)]
            others = others[~(problem.existing[others] & problem.existing[a])]
            metres = np.hypot(*(where[others] - where[a]).T)
            for b, apart in zip(others, metres, strict=True):
                if apart < self.at_least_metres:
                    yield f"{problem.labels.site[a]} and {problem.labels.site[b]} stand {apart:.0f} m apart"
