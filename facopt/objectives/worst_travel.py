"""Least longest minutes in the last stage, not weighed by people (p-center)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from facopt.linear import total

if TYPE_CHECKING:
    from facopt.location.planning.model import PlanModel
    from facopt.location.planning.outcome import Outcome
    from facopt.location.planning.problem import PlanningProblem
    from facopt.location.problem import FloatArray


@dataclass(frozen=True)
class WorstTravel:
    """Longest minutes of anybody who is served."""

    name: ClassVar[str] = "worst_travel"
    unit: ClassVar[str] = "minutes"
    maximise: ClassVar[bool] = False

    def thresholds(self, problem: PlanningProblem) -> FloatArray:
        """Return 0 and the distinct minutes of all usable pairs."""
        found = [np.zeros(1)]
        for service in problem.services:
            keep = problem.usable[service.site]
            found.append(service.minutes[keep if problem.assigns_everybody else keep & service.within])
        return np.unique(np.concatenate(found))

    def restrict(self, model: PlanModel, limit: float) -> None:
        """Add rows: nobody is served from farther than `limit`, and nobody who is covered has to go farther."""
        problem, t = model.problem, model.last
        for k, service in enumerate(problem.services):
            if service.assigned:
                for (tier, arc, stage), x in model.flow.items():
                    if tier == k and stage == t and service.minutes[arc] > limit:
                        model.linear.upper[x] = 0.0
                continue
            keep = problem.usable[service.site]
            for _, arcs in problem.arcs_by_point(k, keep if problem.assigns_everybody else keep & service.within):
                near = total(model.open(int(j), t) for j in service.site[arcs[service.minutes[arcs] <= limit]])
                for arc in arcs[service.minutes[arcs] > limit]:
                    left = near - model.open(int(service.site[arc]), t)
                    model.row(f"within_{k}_{arc}_{len(model.row_keys)}", left, at_least=0.0)

    def value(self, outcome: Outcome) -> float:
        """Return the longest minutes in the last stage; 0 where nobody is served."""
        return outcome.longest_minutes(outcome.problem.stage_count - 1)
