"""Coverage sets of the planning model: demand points that the same sites can cover share one column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

if TYPE_CHECKING:
    from facopt.location.planning.problem import PlanningProblem
    from facopt.location.problem import IntArray


@dataclass(frozen=True)
class StageSets:
    """Coverage sets N_ik over the usable sites, each distinct set once for all services and stages."""

    ALWAYS: ClassVar[int] = -1
    """Number of a point that a site which always stands covers."""
    NEVER: ClassVar[int] = -2
    """Number of a point that no usable site covers, or that does not need the service."""

    sites: tuple[tuple[int, ...], ...]
    of_point: tuple[IntArray, ...]
    """(K times (I,)) number of the point's set, ALWAYS or NEVER."""


def stage_sets(problem: PlanningProblem) -> StageSets:
    """Return the distinct coverage sets, numbered in the order of their first service and demand point."""
    numbers: dict[tuple[int, ...], int] = {}
    of_point = []
    for k, service in enumerate(problem.services):
        found = np.full(problem.demand_count, StageSets.NEVER, dtype=np.int32)
        for i, arcs in problem.arcs_by_point(k, service.within & problem.usable[service.site]):
            sites = service.site[arcs]
            if problem.always_open[sites].any():
                found[i] = StageSets.ALWAYS
            else:
                found[i] = numbers.setdefault(tuple(sites.tolist()), len(numbers))
        of_point.append(found)
    return StageSets(tuple(numbers), tuple(of_point))
