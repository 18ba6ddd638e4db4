"""Why this place and that site: what one site more, one less, or another instead would change, for one plan.

All functions look at the plan as a set of open sites. What such a set does comes from an `Effect`, which the referee
computes anew for every set; nothing is added up from parts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from facopt.measures.marginal import people_lost_without

if TYPE_CHECKING:
    from facopt.inputs.study_area import FloatArray
    from facopt.location.problem import BoolArray, LocationProblem

LEAST = 1e-6
"""Shares of a demand point smaller than this are rounding."""


@dataclass(frozen=True)
class Effect:
    """What a set of open sites does."""

    share: FloatArray
    """(I,) share of each demand point's people who are covered by every tier that serves them."""
    cost: float
    person_minutes: float
    breaks: tuple[str, ...] = ()
    """Keys of the scenario whose statement it does not keep."""


Judge = Callable[["BoolArray"], Effect]
"""Returns what a set of open sites (J,) does."""


@dataclass(frozen=True)
class TierAtPlace:
    """One tier that serves a place."""

    tier: int
    standard_minutes: float
    nearest_open: int
    """Site; -1 where none is in reach."""
    minutes_open: float
    """Infinite where none is."""
    nearest_usable: int
    """Site that stands or could be built."""
    minutes_usable: float

    @property
    def within(self) -> bool:
        """Whether an open site lies within the standard."""
        return self.minutes_open <= self.standard_minutes


@dataclass(frozen=True)
class Change:
    """Another set of open sites against the plan."""

    removed: tuple[int, ...]
    added: tuple[int, ...]
    people_gained: float
    """Covered now and not in the plan."""
    people_lost: float
    """Covered in the plan and not now."""
    cost: float
    """More money than the plan; negative where it is less."""
    person_minutes: float
    """More people x minutes of those who count, those newly covered included."""
    gain_points: tuple[int, ...]
    """Demand points that gain, most people first."""
    loss_points: tuple[int, ...]
    """Demand points that lose, most people first."""
    breaks: tuple[str, ...]
    """Keys of statements that this set breaks and the plan keeps."""

    @property
    def net_people(self) -> float:
        """More people covered than in the plan; negative where it is fewer."""
        return self.people_gained - self.people_lost


@dataclass(frozen=True)
class Addition:
    """One site more: what it brings, and the best way to keep the limits with it."""

    site: int
    change: Change
    swap: Change | None = None
    """With the opened candidate given up that is missed least, all limits kept; None where none is needed or helps."""

    @property
    def cost_per_person(self) -> float | None:
        """Money per person newly covered; None where nobody is."""
        return self.change.cost / self.change.people_gained if self.change.people_gained > 0 else None


def tiers_at(problem: LocationProblem, open_sites: BoolArray, point: int) -> tuple[TierAtPlace, ...]:
    """Return each tier that serves a demand point, with its nearest open and nearest usable site."""
    found = []
    for k, service in enumerate(problem.services):
        if service.needed[point]:
            arcs = slice(*np.searchsorted(service.demand, [point, point + 1]))
            sites, minutes = service.site[arcs], service.minutes[arcs]
            usable = _nearest(sites, minutes, problem.usable | open_sites)
            found.append(TierAtPlace(k, float(service.limits[point]), *_nearest(sites, minutes, open_sites), *usable))
    return tuple(found)


def _nearest(sites: np.ndarray, minutes: FloatArray, among: BoolArray) -> tuple[int, float]:
    """Return (site, minutes) of the nearest among some sites; (-1, infinite) without any."""
    kept = np.flatnonzero(among[sites])
    if not len(kept):
        return -1, np.inf
    best = kept[np.argmin(minutes[kept])]
    return int(sites[best]), float(minutes[best])


def covering_sites(problem: LocationProblem, open_sites: BoolArray, point: int) -> list[int]:
    """Return the closed usable sites that lie within the standard of a tier the place lacks, nearest first."""
    near: dict[int, float] = {}
    for one in tiers_at(problem, open_sites, point):
        if not one.within:
            service = problem.services[one.tier]
            arcs = np.flatnonzero((service.demand == point) & service.within)
            for arc in arcs:
                j = int(service.site[arc])
                if problem.usable[j] and not open_sites[j]:
                    near[j] = min(near.get(j, np.inf), float(service.minutes[arc]))
    return sorted(near, key=lambda j: (near[j], j))


def change_of(plan: Effect, other: Effect, people: FloatArray, plan_open: BoolArray, other_open: BoolArray) -> Change:
    """Return what differs between the plan and another set of open sites.

    Parameters
    ----------
    plan, other
        What the two sets do.
    people
        (I,) people.
    plan_open, other_open
        (J,) the two sets.
    """
    difference = (other.share - plan.share) * people
    gain, loss = np.maximum(difference, 0.0), np.maximum(-difference, 0.0)
    gain[gain < LEAST], loss[loss < LEAST] = 0.0, 0.0
    return Change(
        removed=tuple(np.flatnonzero(plan_open & ~other_open).tolist()),
        added=tuple(np.flatnonzero(~plan_open & other_open).tolist()),
        people_gained=float(gain.sum()),
        people_lost=float(loss.sum()),
        cost=other.cost - plan.cost,
        person_minutes=other.person_minutes - plan.person_minutes,
        gain_points=_most_people_first(gain),
        loss_points=_most_people_first(loss),
        breaks=tuple(key for key in other.breaks if key not in plan.breaks),
    )


def _most_people_first(amount: FloatArray) -> tuple[int, ...]:
    order = np.lexsort((np.arange(len(amount)), -amount))
    return tuple(order[: int((amount > 0).sum())].tolist())


def with_change(
    judge: Judge, people: FloatArray, plan_open: BoolArray, *, add: tuple[int, ...] = (), remove: tuple[int, ...] = ()
) -> Change:
    """Return what a plan with some sites more and some fewer changes, both sets judged anew."""
    other = plan_open.copy()
    other[list(add)], other[list(remove)] = True, False
    return change_of(judge(plan_open), judge(other), people, plan_open, other)


def people_added_by(
    problem: LocationProblem, open_sites: BoolArray, covered_by_tier: tuple[BoolArray, ...]
) -> FloatArray:
    """Return (J,) the people whom each usable closed site alone would newly cover; NaN for the others.

    Capacities do not count here: a first look at all sites at once, of which the best are judged anew.
    """
    lacking = np.zeros(problem.demand_count, dtype=np.int64)
    for service, covered in zip(problem.services, covered_by_tier, strict=True):
        lacking += service.needed & ~covered
    pairs = []
    candidates = problem.usable & ~open_sites
    for service, covered in zip(problem.services, covered_by_tier, strict=True):
        arcs = service.within & candidates[service.site] & ~covered[service.demand]
        pairs.append(service.demand[arcs].astype(np.int64) * problem.site_count + service.site[arcs])
    pair, gives = np.unique(np.concatenate(pairs), return_counts=True)
    point, site = np.divmod(pair, problem.site_count)
    whole = gives == lacking[point]
    added = np.bincount(site[whole], weights=problem.people[point[whole]], minlength=problem.site_count)
    return np.where(candidates, added, np.nan)


def best_additions(
    problem: LocationProblem, judge: Judge, open_sites: BoolArray, covered_by_tier: tuple[BoolArray, ...], most: int
) -> tuple[Addition, ...]:
    """Return the sites that would newly cover the most people, most first; those that cover nobody are left out."""
    added = np.nan_to_num(people_added_by(problem, open_sites, covered_by_tier))
    order = np.lexsort((problem.cost, -added))[:most]
    found = [
        Addition(int(j), with_change(judge, problem.people, open_sites, add=(int(j),))) for j in order if added[j] > 0
    ]
    found = [one for one in found if one.change.people_gained > 0]
    return tuple(sorted(found, key=lambda one: (-one.change.people_gained, one.change.cost, one.site)))


def addition(
    problem: LocationProblem, judge: Judge, open_sites: BoolArray, covered: BoolArray, site: int, tries: int
) -> Addition:
    """Return what one site more brings; where it breaks a limit, with the best of some swaps that keep all limits.

    `covered` (I,) are the points covered by all their tiers in the plan. Given up are opened candidates, first those
    without which the fewest people lose cover; at most `tries` of them are judged.
    """
    change = with_change(judge, problem.people, open_sites, add=(site,))
    if not change.breaks:
        return Addition(site, change)
    lost = people_lost_without(problem, open_sites, covered)
    free = np.flatnonzero(open_sites & ~problem.existing & ~problem.must_open)
    order = free[np.argsort(lost[free], kind="stable")][:tries]
    swaps = [with_change(judge, problem.people, open_sites, add=(site,), remove=(int(j),)) for j in order]
    kept = [one for one in swaps if not one.breaks]
    return Addition(site, change, max(kept, key=lambda one: (one.net_people, -one.cost), default=None))


def rank_of(site: int, lost: FloatArray, open_sites: BoolArray) -> tuple[int, int]:
    """Return (rank, open sites) of a site by the people who would lose cover without it, the most being first."""
    values = lost[open_sites]
    return int((values > lost[site]).sum()) + 1, len(values)
