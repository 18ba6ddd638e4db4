"""A plan as a solver proposes it: which moves are made when, and who is assigned where. Nothing in it is trusted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from facopt.location.planning.problem import PlanningProblem
    from facopt.location.problem import FloatArray, IntArray


@dataclass(frozen=True)
class Assignment:
    """Who goes where for one service in one stage."""

    arc: IntArray
    """(N,) arcs of the service that are used, ascending."""
    share: FloatArray
    """(N,) share of the demand point's people who use it, above 0."""


@dataclass(frozen=True)
class Plan:
    """Moves and assignments over all stages."""

    made: tuple[tuple[int, int], ...]
    """(move, stage in which it is made), sorted by stage and move."""
    assigned: tuple[tuple[Assignment | None, ...], ...]
    """(T times K) for services that are decided by assignment; None for the others."""


def options_by_stage(problem: PlanningProblem, made: tuple[tuple[int, int], ...]) -> IntArray:
    """Return (T, J) the option each site is in, following its moves; illegal ones are left to the referee to find."""
    option = np.tile(problem.start.astype(np.int32), (problem.stage_count, 1))
    for number, stage in sorted(made, key=lambda pair: (pair[1], pair[0])):
        move = problem.moves[number]
        option[stage:, move.site] = move.end
    return option


def no_assignment(problem: PlanningProblem) -> tuple[tuple[Assignment | None, ...], ...]:
    """Return the assignment of nobody to anywhere."""
    nobody = Assignment(np.zeros(0, dtype=np.int32), np.zeros(0))
    row = tuple(nobody if service.assigned else None for service in problem.services)
    return tuple(row for _ in problem.stages)
