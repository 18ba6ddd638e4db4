"""Exact merging: demand points that the same free sites can cover are one row of the model.

Merging points with equal coverage sets leaves every optimum unchanged, because a plan covers all of them or none
(Church 1984; "isomorphic aggregation" in Lv et al. 2025, doi 10.1016/j.ejor.2025.06.009). Points that a site which
must stay covers anyway, and points that no usable site covers, never enter the model at all. Class, zone and people of
a point do not enter the set: rules that speak of them sum over the points of each set.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, overload

import numpy as np

from facopt.location.problem import groups, reach

if TYPE_CHECKING:
    from facopt.location.covering.incidence import Incidence
    from facopt.location.problem import IntArray, LocationProblem, Service

COVERED = -1
"""Set number of a point that a site which must be open covers."""
UNREACHABLE = -2
"""Set number of a point that no usable site covers."""
NOT_SERVED = -3
"""Set number of a point whose class the tier does not serve."""
FEW_ARCS = 50_000
"""Up to here a dictionary is faster than loading the compiled table."""


@dataclass(frozen=True)
class CoverSets:
    """Coverage sets N_ik over the free sites, each distinct set once."""

    sets: Sequence[tuple[int, ...]]
    """Sites of each set, ascending, never empty."""
    of_point: tuple[IntArray, ...]
    """K times (I,): number of the point's set, or COVERED, UNREACHABLE or NOT_SERVED."""


class _Numbering(Protocol):
    """Numbers distinct sets in the order of their first appearance."""

    @property
    def sets(self) -> Sequence[tuple[int, ...]]: ...

    def number(self, of_point: IntArray, demand: IntArray, site: IntArray) -> None:
        """Write into `of_point` (I,) the set numbers of the points of arcs (A,), (A,) sorted by demand point."""


def merge_cover_sets(problem: LocationProblem) -> CoverSets:
    """Return the distinct coverage sets of all services, numbered in the order of their first demand point."""
    few = sum(len(service.demand) for service in problem.services) <= FEW_ARCS
    numbering: _Numbering = _Dictionary() if few else _Table(problem.site_count)
    of_point = tuple(_number_points(problem, service, numbering) for service in problem.services)
    return CoverSets(numbering.sets, of_point)


def _number_points(problem: LocationProblem, service: Service, numbering: _Numbering) -> IntArray:
    of_point = np.full(problem.demand_count, UNREACHABLE, dtype=np.int32)
    of_point[~service.needed] = NOT_SERVED
    covered = reach(problem, service, problem.must_open)
    of_point[covered] = COVERED
    keep = service.within & problem.free[service.site] & ~covered[service.demand]
    numbering.number(of_point, service.demand[keep], service.site[keep])
    return of_point


class _Dictionary:
    """For small problems: needs nothing compiled."""

    def __init__(self) -> None:
        self._numbers: dict[bytes, int] = {}

    @property
    def sets(self) -> Sequence[tuple[int, ...]]:
        return tuple(tuple(int(j) for j in np.frombuffer(key, dtype=np.int32)) for key in self._numbers)

    def number(self, of_point: IntArray, demand: IntArray, site: IntArray) -> None:
        for point, sites in groups(demand, site):
            of_point[point] = self._numbers.setdefault(sites.tobytes(), len(self._numbers))


class _Table:
    """For large ones: compiled, and the sets stay in two arrays."""

    def __init__(self, site_count: int) -> None:
        from facopt.location.covering.merging import SetTable

        self._table = SetTable(site_count)

    @property
    def sets(self) -> Sequence[tuple[int, ...]]:
        return SetList(self._table.sets)

    def number(self, of_point: IntArray, demand: IntArray, site: IntArray) -> None:
        if not len(demand):
            return
        first = np.flatnonzero(np.r_[True, demand[1:] != demand[:-1]])
        of_point[demand[first]] = self._table.add(np.r_[first, len(demand)].astype(np.int64), site)


@dataclass(frozen=True)
class SetList(Sequence[tuple[int, ...]]):
    """Sets kept in two arrays that read like a tuple of tuples."""

    incidence: Incidence

    def __len__(self) -> int:
        return self.incidence.row_count

    @overload
    def __getitem__(self, number: int) -> tuple[int, ...]: ...
    @overload
    def __getitem__(self, number: slice) -> tuple[tuple[int, ...], ...]: ...
    def __getitem__(self, number: int | slice) -> tuple[int, ...] | tuple[tuple[int, ...], ...]:
        if isinstance(number, slice):
            return tuple(self[each] for each in range(*number.indices(len(self))))
        if not -len(self) <= number < len(self):
            raise IndexError(number)
        return tuple(self.incidence.row(number % len(self)).tolist())

    def __iter__(self) -> Iterator[tuple[int, ...]]:
        return (self[number] for number in range(len(self)))
