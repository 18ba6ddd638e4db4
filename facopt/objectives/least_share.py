"""Highest least share: no zone left behind (max-min; Marsh and Schilling 1994)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from facopt.linear import column

if TYPE_CHECKING:
    from collections.abc import Iterator

    from facopt.linear import Linear
    from facopt.location.planning.model import PlanModel
    from facopt.location.planning.outcome import Outcome
    from facopt.location.planning.problem import PlanningProblem, TextArray
    from facopt.location.problem import BoolArray, FloatArray


@dataclass(frozen=True)
class LeastShare:
    """Least percent covered over all zones, of the people of a zone who can be reached, in the last stage.

    People in no zone are not counted.
    """

    name: ClassVar[str] = "least_share"
    unit: ClassVar[str] = "percent"
    maximise: ClassVar[bool] = True

    def by_part(self, problem: PlanningProblem) -> tuple[BoolArray, TextArray, str]:
        """Return (I,) who can be reached by every tier that serves them, and (I,) the zone of each demand point."""
        return problem.can_be_reached(None), problem.labels.zone, "zone"

    def expression(self, model: PlanModel) -> Linear:
        """Return a column that is at most each zone's share."""
        least = model.column("least_share", upper=100.0)
        for zone, people in self._people_by_zone(model.problem):
            covered = model.people_covered(None, people, model.last) * (100.0 / float(people.sum()))
            model.row(f"least_share_{zone}", covered - column(least), at_least=0.0)
        return column(least)

    def value(self, outcome: Outcome) -> float:
        """Return the least share in percent; 100 where no zone has anybody who can be reached."""
        last = outcome.problem.stage_count - 1
        shares = [
            100.0 * outcome.people_covered(None, people, last) / float(people.sum())
            for _, people in self._people_by_zone(outcome.problem)
        ]
        return min(shares, default=100.0)

    def _people_by_zone(self, problem: PlanningProblem) -> Iterator[tuple[int, FloatArray]]:
        """Yield (number of the zone, (I,) its people who can be reached)."""
        reachable, label, _ = self.by_part(problem)
        zones, number = np.unique(label.astype(str), return_inverse=True)
        for zone in np.flatnonzero(zones != "").tolist():
            people = np.where(reachable & (number == zone), problem.people[-1], 0.0)
            if people.sum() > 0:
                yield zone, people
