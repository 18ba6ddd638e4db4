"""The location problem: people, sites, services and rules as plain arrays; no files, no geometry, no solver."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

FloatArray = np.ndarray[Any, np.dtype[np.float64]]
IntArray = np.ndarray[Any, np.dtype[np.int32]]
BoolArray = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True)
class Service:
    """What one tier k gives: whom it must reach, and who reaches which site that gives it in how many minutes."""

    tier: str
    needed: BoolArray
    """(I,) True where the tier serves the demand point's area class."""
    standard_minutes: float
    """Covered means at most this, the value itself included."""
    demand: IntArray
    """(A,) demand point of each arc, ascending; only points that need the service."""
    site: IntArray
    """(A,) site of each arc, ascending within a demand point; only sites of the tier or of a tier that provides it."""
    minutes: FloatArray
    """(A,) minutes of each arc; pairs that are not listed are out of reach."""
    standard_by_point: FloatArray | None = None
    """(I,) standards of demand points, where area classes have their own; None where all have `standard_minutes`."""

    @cached_property
    def limits(self) -> FloatArray:
        """(I,) the standard of each demand point."""
        if self.standard_by_point is not None:
            return self.standard_by_point
        return np.full(len(self.needed), self.standard_minutes)

    @cached_property
    def within(self) -> BoolArray:
        """(A,) True for arcs within the standard."""
        if self.standard_by_point is None:
            return self.minutes <= self.standard_minutes
        return self.minutes <= self.standard_by_point[self.demand]


@dataclass(frozen=True)
class CoverageTarget:
    """At least so many percent of the people in `members` covered by `tier` (None: by every tier that serves them)."""

    key: str
    """Dotted key of the statement in the scenario, for diagnosis."""
    tier: int | None
    at_least_percent: float
    members: BoolArray
    """(I,) the people it speaks of: those whom the tier serves, in the zone or area class named."""


@dataclass(frozen=True)
class SiteLimit:
    """A number of sites of one tier: at most so many opened candidates, or exactly so many open sites."""

    key: str
    tier: int
    count: int
    exact: bool
    """True: open sites, existing ones included, are exactly `count`; False: opened candidates are at most `count`."""


@dataclass(frozen=True)
class LocationProblem:
    """Everything the optimiser knows. I demand points, J sites, K tiers; validated on construction."""

    people: FloatArray
    """(I,) people, finite and at least 0."""
    site_tier: IntArray
    """(J,) index of the site's own tier."""
    existing: BoolArray
    """(J,) True where a facility stands today."""
    usable: BoolArray
    """(J,) False where the scenario fixes the site closed."""
    must_open: BoolArray
    """(J,) True for existing usable sites, which stay, and for sites fixed open."""
    cost: FloatArray
    """(J,) money it takes to have the site open in the plan: 0 for existing ones."""
    services: tuple[Service, ...]
    """One per tier, in the order of the scenario."""
    objective: tuple[str, ...]
    """Names of the levels, most important first."""
    targets: tuple[CoverageTarget, ...] = ()
    site_limits: tuple[SiteLimit, ...] = ()
    budget: float | None = None
    area_class: np.ndarray[Any, np.dtype[np.object_]] | None = None
    """(I,) urban, town or rural, for what a diagnosis says of standards; None where nobody knows."""

    def __post_init__(self) -> None:
        if np.any(self.must_open & ~self.usable):
            msg = "a site cannot be fixed both open and closed"
            raise ValueError(msg)
        if not np.all(np.isfinite(self.people)) or np.any(self.people < 0):
            msg = "people must be finite and at least 0"
            raise ValueError(msg)
        if not np.all(np.isfinite(self.cost)) or np.any(self.cost < 0):
            msg = "costs must be finite and at least 0"
            raise ValueError(msg)
        for service in self.services:
            _check_arcs(service, len(self.people), len(self.site_tier))

    def replace(self, **changes: Any) -> LocationProblem:
        """Return a copy with some fields changed, validated again."""
        return replace(self, **changes)

    @property
    def demand_count(self) -> int:
        """Number of demand points, I."""
        return len(self.people)

    @property
    def site_count(self) -> int:
        """Number of sites, J."""
        return len(self.site_tier)

    @property
    def free(self) -> BoolArray:
        """(J,) sites about which the plan decides."""
        return self.usable & ~self.must_open

    @cached_property
    def served(self) -> BoolArray:
        """(I,) True where at least one tier serves the demand point."""
        served = np.zeros(self.demand_count, dtype=bool)
        for service in self.services:
            served |= service.needed
        return served

    @property
    def assigns_everybody(self) -> bool:
        """True where travel is optimised for everybody who has any pair, not only for the covered.

        Travel after coverage sums over the covered; without coverage before it, everybody is assigned.
        """
        return assigns_everybody(self.objective)

    @cached_property
    def reachable(self) -> tuple[BoolArray, ...]:
        """(K times (I,)) True where a usable site of the service lies within the standard."""
        return tuple(reach(self, service, self.usable) for service in self.services)

    @cached_property
    def unreachable(self) -> BoolArray:
        """(I,) True where some serving tier has no usable site within its standard."""
        missing = np.zeros(self.demand_count, dtype=bool)
        for service, reachable in zip(self.services, self.reachable, strict=True):
            missing |= service.needed & ~reachable
        return missing

    @cached_property
    def whole_people(self) -> bool:
        """True where every demand point has a whole number of people, so that coverage is a whole number."""
        return bool(np.all(self.people == np.round(self.people)))

    @cached_property
    def whole_costs(self) -> bool:
        """True where every cost is a whole number, so that the cost of a plan is one."""
        return bool(np.all(self.cost == np.round(self.cost)))


COVERING = frozenset({"coverage", "need_coverage", "coverage_over_time"})
"""Objectives that count people within the standard."""
TRAVELLING = frozenset({"travel", "need_travel", "worst_travel"})
"""Objectives that count minutes."""


def assigns_everybody(objective: tuple[str, ...]) -> bool:
    """Return whether travel is optimised before any coverage, and so for everybody who has any pair."""
    for name in objective:
        if name in COVERING:
            return False
        if name in TRAVELLING:
            return True
    return False


def reach(problem: LocationProblem, service: Service, sites: BoolArray) -> BoolArray:
    """Return (I,) which demand points have one of `sites` (J,) within the standard of the service."""
    covered = np.zeros(problem.demand_count, dtype=bool)
    covered[service.demand[service.within & sites[service.site]]] = True
    return covered


def least_by_point(demand: IntArray, values: FloatArray, count: int) -> FloatArray:
    """Return (count,) the least of the values (A,) of each demand point, infinite without any; `demand` ascends."""
    least = np.full(count, np.inf)
    if len(demand):
        first = np.flatnonzero(np.concatenate([[True], demand[1:] != demand[:-1]]))
        least[demand[first]] = np.minimum.reduceat(values, first)
    return least


def groups(demand: IntArray, values: np.ndarray[Any, Any]) -> Iterator[tuple[int, np.ndarray[Any, Any]]]:
    """Yield (demand point, its values) over two arrays (A,) sorted by demand point."""
    if not len(demand):
        return
    first = np.flatnonzero(np.r_[True, demand[1:] != demand[:-1]])
    for start, stop in zip(first, np.r_[first[1:], len(demand)], strict=True):
        yield int(demand[start]), values[start:stop]


def _check_arcs(service: Service, demand_count: int, site_count: int) -> None:
    order = service.demand.astype(np.int64) * max(site_count, 1) + service.site
    if np.any(np.diff(order) <= 0):
        msg = f"arcs of {service.tier} must be sorted by demand point and site, each pair once"
        raise ValueError(msg)
    if len(order) and (service.demand.max() >= demand_count or service.site.max() >= site_count):
        msg = f"arcs of {service.tier}: index out of range"
        raise ValueError(msg)
    if not np.all(service.needed[service.demand]):
        msg = f"arcs of {service.tier} must start at demand points that the tier serves"
        raise ValueError(msg)
