"""Least longest minutes in the last stage, not weighed by people (p-center)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from facopt.linear import column, total

if TYPE_CHECKING:
    from collections.abc import Iterator

    from facopt.linear import Linear
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
        """Return 0 and the distinct minutes of all pairs that may be used in the last stage."""
        last, beyond = problem.stage_count - 1, problem.serves_beyond
        used = [problem.arcs_in_use(k, last, beyond=beyond) for k in range(len(problem.services))]
        found = (service.minutes[arcs] for service, arcs in zip(problem.services, used, strict=True))
        return np.unique(np.concatenate([np.zeros(1), *found]))

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

    def expression(self, model: PlanModel) -> Linear:
        """Return the longest minutes, for weighted sums: a step between minutes that occur is taken from beyond it.

        As a level of its own the limit is found by bisection, whose models are far smaller.
        """
        ladder = self.thresholds(model.problem)
        steps = [model.column(f"longest_above_{low:g}", integer=True) for low in ladder[:-1]]
        for n, (near, far) in enumerate(pairwise(steps)):
            model.row(f"longest_steps_{n}", column(near) - column(far), at_least=0.0)
        for name, minutes, served in self._served(model):
            step = int(np.searchsorted(ladder, minutes)) - 1
            if step >= 0:
                model.row(name, column(steps[step]) - served, at_least=0.0)
        return total(column(step, float(high - low)) for step, (low, high) in zip(steps, pairwise(ladder), strict=True))

    def _served(self, model: PlanModel) -> Iterator[tuple[str, float, Linear]]:
        """Yield (name, minutes, what is above 0 only where somebody is served over the arc) of each arc."""
        problem, t = model.problem, model.last
        for k, service in enumerate(problem.services):
            if service.assigned:
                for arc, x in model.travel_flow(k).items():
                    yield f"longest_{k}_{arc}", float(service.minutes[arc]), column(x)
                continue
            keep = problem.usable[service.site]
            for _, arcs in problem.arcs_by_point(k, keep if problem.assigns_everybody else keep & service.within):
                for arc in arcs:
                    nearer = arcs[service.minutes[arcs] < service.minutes[arc]]
                    open_nearer = total(model.open(int(j), t) for j in service.site[nearer])
                    served = model.open(int(service.site[arc]), t) - open_nearer
                    yield f"longest_{k}_{arc}", float(service.minutes[arc]), served

    def value(self, outcome: Outcome) -> float:
        """Return the longest minutes in the last stage; 0 where nobody is served."""
        return outcome.longest_minutes(outcome.problem.stage_count - 1)
