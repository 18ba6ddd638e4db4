"""Exact merging: demand points that the same free sites can cover are one row of the model.

Merging points with equal coverage sets leaves every optimum unchanged, because a plan covers all of them or none
(Church 1984; "isomorphic aggregation" in Lv et al. 2025, doi 10.1016/j.ejor.2025.06.009). Points that a site which
must stay covers anyway, and points that no usable site covers, never enter the model at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from facopt.location.problem import groups, reach

if TYPE_CHECKING:
    from facopt.location.problem import IntArray, LocationProblem, Service

COVERED = -1
"""Set number of a point that a site which must be open covers."""
UNREACHABLE = -2
"""Set number of a point that no usable site covers."""
NOT_SERVED = -3
"""Set number of a point whose class the tier does not serve."""


@dataclass(frozen=True)
class CoverSets:
    """Coverage sets N_ik over the free sites, each distinct set once."""

    sets: tuple[tuple[int, ...], ...]
    """Sites of each set, ascending, never empty."""
    of_point: tuple[IntArray, ...]
    """K times (I,): number of the point's set, or COVERED, UNREACHABLE or NOT_SERVED."""


def merge_cover_sets(problem: LocationProblem) -> CoverSets:
    """Return the distinct coverage sets of all services, numbered in the order of their first demand point."""
    numbers: dict[bytes, int] = {}
    of_point = tuple(_number_points(problem, service, numbers) for service in problem.services)
    sets = tuple(tuple(int(j) for j in np.frombuffer(key, dtype=np.int32)) for key in numbers)
    return CoverSets(sets, of_point)


def _number_points(problem: LocationProblem, service: Service, numbers: dict[bytes, int]) -> IntArray:
    of_point = np.full(problem.demand_count, UNREACHABLE, dtype=np.int32)
    of_point[~service.needed] = NOT_SERVED
    covered = reach(problem, service, problem.must_open)
    of_point[covered] = COVERED
    keep = service.within & problem.free[service.site] & ~covered[service.demand]
    for point, sites in groups(service.demand[keep], service.site[keep]):
        of_point[point] = numbers.setdefault(sites.tobytes(), len(numbers))
    return of_point
