"""Random small problems with the arrays and the optimum of their first level, for what large models are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from facopt.linear import total
from facopt.location.planning.model import PlanModel
from facopt.location.planning.problem import LevelWish
from facopt.location.planning.scale.arrays import ArrayModel
from facopt.location.planning.scale.highs import Effort, solve_arrays
from facopt.location.planning.threshold import ThresholdObjective
from facopt.objectives.cost import Cost
from tests.planning_cases import ACTIONS, FEATURES, OBJECTIVES, RULES, draw

if TYPE_CHECKING:
    from facopt.location.planning.scale.master import Master

FAMILIES = (*RULES, *OBJECTIVES, *ACTIONS, *FEATURES)
SEEDS = range(900, 905)
EXACT = Effort(30.0, gap=0.0)


class Case:
    """A problem's first level as arrays, with its optimum."""

    def __init__(self, problem) -> None:
        self.problem = problem
        self.objective = problem.levels[0].objective
        self.model = PlanModel.of(problem)
        value = self.objective.expression(self.model)
        sign = -1.0 if self.objective.maximise else 1.0
        self.model.linear.objective = dict(total([value * sign]).terms)
        self.arrays = ArrayModel.of(self.model.linear)
        self.best = solve_arrays(self.arrays, EXACT)
        self.optimum = self.best.objective

    @property
    def slack(self) -> float:
        """What rounding may take from a comparison."""
        return 1e-5 * max(1.0, abs(self.optimum)) if np.isfinite(self.optimum) else 0.0


def cases(family: str, seeds: range = SEEDS, change=lambda problem, _seed: problem):
    """Yield (seed, case) of a family, each problem changed first; those of a longest time are left out."""
    for seed in seeds:
        problem = change(draw(seed, family), seed)
        if not isinstance(problem.levels[0].objective, ThresholdObjective):
            yield seed, Case(problem)


def plainly_split(seed: int):
    """Return a case without anything that asks more of assignment than standard and capacity."""
    problem = draw(seed, "split")
    options = tuple(type(one)(**{**one.__dict__, "least_load": 0.0}) for one in problem.options)
    services = tuple(_all_rules_of_assignment_off(service) for service in problem.services)
    keep = tuple(one for one in problem.rules if type(one.rule).__name__ != "ServicePopulation")
    levels = tuple(wish for wish in problem.levels if wish.objective.name in {"cost", "coverage", "sites"})
    levels = levels or (LevelWish(Cost()),)
    return problem.replace(options=options, services=services, rules=keep, assigns_everybody=False, levels=levels)


def _all_rules_of_assignment_off(service):
    none = np.zeros(0, dtype=np.int32)
    return type(service)(
        service.tier, service.needed, service.standard_minutes, service.demand, service.site, service.minutes,
        assigned=service.assigned, single=False, blocked_arc=none, blocking_site=none,
    )  # fmt: skip


def with_all_rows(master: Master) -> float:
    arrays, seen = master.arrays, set(master.seen)
    while True:
        found = solve_arrays(arrays, EXACT)
        assert found.values is not None
        matrix, low = master.hall.rows(master.hall.broken(found.values, whole=True), seen)
        if not len(low):
            return found.objective
        arrays = arrays.with_rows(matrix, low, np.full(len(low), np.inf))
