"""The referee: recomputes coverage, travel, cost and every rule from the open sites alone, trusting no solver.

It shares no code with the formulations beyond the problem's arrays, so that a mistake there shows here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from facopt.location.problem import BoolArray, FloatArray, IntArray, LocationProblem, Service

RELATIVE_TOLERANCE = 1e-9
"""Slack allowed when comparing sums of people or money with a stated limit: rounding of the sum, nothing more."""


@dataclass(frozen=True)
class Flow:
    """Who goes where for one tier; arrays have shape (N,), sorted by demand point."""

    demand: IntArray
    site: IntArray
    minutes: FloatArray
    share: FloatArray
    """Share of the demand point's people; below 1 where capacities divide or leave out some."""
    counted: BoolArray
    """Whether they count as assigned: within the standard, or anywhere where travel is for everybody."""


@dataclass(frozen=True)
class Evaluation:
    """What a set of open sites does. I demand points, K tiers."""

    covered_by_tier: tuple[BoolArray, ...]
    """K times (I,): an open site that gives the service lies within the standard."""
    covered: BoolArray
    """(I,) covered by every tier that serves the point; False where none serves it."""
    nearest: tuple[IntArray, ...]
    """K times (I,): nearest open site that gives the service, the first of equals; -1 where none is in reach."""
    minutes: tuple[FloatArray, ...]
    """K times (I,): minutes to it; infinite where none is in reach."""
    assigned: tuple[BoolArray, ...]
    """K times (I,): people who count as going to their nearest site: the covered, or all who have any pair
    where travel is optimised for everybody."""
    people_covered: float
    cost: float
    open_sites: int
    travel: float
    """People x minutes over the assigned, all tiers."""
    worst_travel: float
    """Longest minutes over the assigned, not weighed by people; 0 where nobody is assigned."""
    violations: tuple[str, ...]
    """Rules of the problem that the plan breaks, in words; empty for a valid plan."""
    share_by_tier: tuple[FloatArray, ...] = ()
    """K times (I,): share of the point's people who are covered; between 0 and 1 where capacities divide them."""
    share: FloatArray = field(default_factory=lambda: np.zeros(0))
    """(I,) share covered by every tier that serves the point."""
    flows: tuple[Flow, ...] = ()
    """K flows where people are assigned by the plan; empty where everybody goes to the nearest open site."""

    def flow(self, tier: int) -> Flow:
        """Return who goes where: as assigned, else everybody who has an open site in reach to the nearest."""
        if self.flows:
            return self.flows[tier]
        demand = np.flatnonzero(self.nearest[tier] >= 0).astype(np.int32)
        share, counted = np.ones(len(demand)), self.assigned[tier][demand]
        return Flow(demand, self.nearest[tier][demand], self.minutes[tier][demand], share, counted)

    def value(self, objective: str) -> float:
        """Return the value of an objective by its name."""
        return {
            "coverage": self.people_covered,
            "cost": self.cost,
            "sites": float(self.open_sites),
            "travel": self.travel,
            "worst_travel": self.worst_travel,
        }[objective]


def evaluate(problem: LocationProblem, open_sites: BoolArray) -> Evaluation:
    """Recompute everything from the open sites (J,); rules that are broken are listed, not raised."""
    pairs = [_nearest(problem, service, open_sites) for service in problem.services]
    nearest = tuple(site for site, _ in pairs)
    minutes = tuple(time for _, time in pairs)
    covered_by_tier = tuple(
        service.needed & (time <= service.limits) for service, time in zip(problem.services, minutes, strict=True)
    )
    assigned = tuple(
        np.isfinite(time) if problem.assigns_everybody else covered
        for time, covered in zip(minutes, covered_by_tier, strict=True)
    )
    covered = _covered_by_all(problem, covered_by_tier)
    return Evaluation(
        covered_by_tier=covered_by_tier,
        covered=covered,
        nearest=nearest,
        minutes=minutes,
        assigned=assigned,
        people_covered=float(problem.people[covered].sum()),
        cost=float(problem.cost[open_sites].sum()),
        open_sites=int(open_sites.sum()),
        travel=float(
            sum((problem.people[who] * time[who]).sum() for who, time in zip(assigned, minutes, strict=True)),
        ),
        worst_travel=max(
            (float(time[who].max()) for who, time in zip(assigned, minutes, strict=True) if who.any()), default=0.0
        ),
        violations=tuple(_violations(problem, open_sites, covered_by_tier, covered, minutes)),
        share_by_tier=tuple(by_tier.astype(np.float64) for by_tier in covered_by_tier),
        share=covered.astype(np.float64),
    )


def _nearest(problem: LocationProblem, service: Service, open_sites: BoolArray) -> tuple[IntArray, FloatArray]:
    """Return (I,) nearest open site, the first of equals since arcs are sorted by site, and (I,) minutes."""
    keep = open_sites[service.site]
    demand, site, minutes = service.demand[keep], service.site[keep], service.minutes[keep]
    best = np.full(problem.demand_count, np.inf)
    np.minimum.at(best, demand, minutes)
    nearest = np.full(problem.demand_count, -1, dtype=np.int32)
    is_best = minutes == best[demand]
    # Written last to first, so that the first site of a tie stays.
    nearest[demand[is_best][::-1]] = site[is_best][::-1]
    return nearest, best


def _covered_by_all(problem: LocationProblem, covered_by_tier: tuple[BoolArray, ...]) -> BoolArray:
    covered = problem.served.copy()
    for service, by_tier in zip(problem.services, covered_by_tier, strict=True):
        covered &= by_tier | ~service.needed
    return covered


def _violations(
    problem: LocationProblem,
    open_sites: BoolArray,
    covered_by_tier: tuple[BoolArray, ...],
    covered: BoolArray,
    minutes: tuple[FloatArray, ...],
) -> list[str]:
    broken = []
    if np.any(problem.must_open & ~open_sites):
        broken.append("a site that must stay open is closed")
    if np.any(open_sites & ~problem.usable):
        broken.append("a site that is fixed closed is open")
    broken += _broken_limits(problem, open_sites)
    broken += _broken_targets(problem, covered_by_tier, covered)
    if problem.assigns_everybody:
        broken += [
            f"{service.tier}: somebody who could be assigned is not"
            for service, time in zip(problem.services, minutes, strict=True)
            if np.any(np.isinf(time) & has_pair(problem, service))
        ]
    return broken


def has_pair(problem: LocationProblem, service: Service) -> BoolArray:
    """Return (I,) which demand points have any usable site of the service, however far."""
    listed = np.zeros(problem.demand_count, dtype=bool)
    listed[service.demand[problem.usable[service.site]]] = True
    return listed


def _broken_limits(problem: LocationProblem, open_sites: BoolArray) -> list[str]:
    broken = []
    cost = float(problem.cost[open_sites].sum())
    if problem.budget is not None and cost > problem.budget * (1 + RELATIVE_TOLERANCE):
        broken.append(f"limits.budget: {cost:g} is spent, {problem.budget:g} is allowed")
    for limit in problem.site_limits:
        of_tier = open_sites & (problem.site_tier == limit.tier)
        count = int(of_tier.sum() if limit.exact else (of_tier & ~problem.existing).sum())
        if count != limit.count if limit.exact else count > limit.count:
            broken.append(f"{limit.key}: {count} sites, {limit.count} stated")
    return broken


def _broken_targets(problem: LocationProblem, covered_by_tier: tuple[BoolArray, ...], covered: BoolArray) -> list[str]:
    broken = []
    for target in problem.targets:
        reached = covered if target.tier is None else covered_by_tier[target.tier]
        people = float(problem.people[target.members & reached].sum())
        needed = people_needed(problem, target.tier, target.at_least_percent, target.members)
        if people < needed * (1 - RELATIVE_TOLERANCE):
            broken.append(f"{target.key}: {people:g} people covered, {needed:g} needed")
    return broken


def people_needed(problem: LocationProblem, tier: int | None, at_least_percent: float, members: BoolArray) -> float:
    """Return how many of `members` (I,) a target asks for.

    100 percent asks for everybody who can be reached; a lower percentage is of everybody it speaks of.
    """
    if at_least_percent < 100:
        return float(problem.people[members].sum()) * at_least_percent / 100
    reachable = problem.served & ~problem.unreachable if tier is None else problem.reachable[tier]
    return float(problem.people[members & reachable].sum())
