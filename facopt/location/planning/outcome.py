"""What a plan does, stage by stage: the figures that rules, objectives and reports read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from facopt.location.planning.plan import Plan
    from facopt.location.planning.problem import PlanningProblem, PlanService
    from facopt.location.problem import BoolArray, FloatArray, IntArray


@dataclass(frozen=True)
class Served:
    """One service in one stage."""

    arc: IntArray
    """(N,) arcs in use: those assigned, or to each demand point's nearest open site."""
    share: FloatArray
    """(N,) share of the demand point's people."""
    covered: FloatArray
    """(I,) share of the demand point's people who are served within the standard; 0 where not needed."""


@dataclass(frozen=True)
class Outcome:
    """All figures of a plan, computed by the referee."""

    problem: PlanningProblem
    plan: Plan
    option: IntArray
    """(T, J) option each site is in."""
    open: BoolArray
    """(T, J) open sites."""
    served: tuple[tuple[Served, ...], ...]
    """(T times K)."""
    capital: FloatArray
    """(T, S) capital spent in each stage by funding source; S is 1 without sources."""
    violations: tuple[str, ...] = ()
    """What the plan breaks, in words; empty for a valid plan."""

    @cached_property
    def covered(self) -> FloatArray:
        """(T, I) share of people covered by every tier that serves them; 0 where none does."""
        covered = np.zeros((self.problem.stage_count, self.problem.demand_count))
        for t, row in enumerate(self.served):
            least = np.ones(self.problem.demand_count)
            for service, served in zip(self.problem.services, row, strict=True):
                least = np.where(service.needed, np.minimum(least, served.covered), least)
            covered[t] = np.where(self.problem.served, least, 0.0)
        return covered

    def people_covered(self, tier: int | None, weights: FloatArray, stage: int) -> float:
        """Return the people covered by a tier, or by every tier that serves them (None); `weights` (I,) are people."""
        share = self.covered[stage] if tier is None else self.served[stage][tier].covered
        return float((weights * share).sum())

    @property
    def spent(self) -> float:
        """Capital of all stages, undiscounted."""
        return float(self.capital.sum())

    @property
    def present_capital(self) -> float:
        """Capital of all stages at its present value."""
        discounts = np.array([stage.discount for stage in self.problem.stages])
        return float((self.capital.sum(axis=1) * discounts).sum())

    def sum_of(self, figure: str, stage: int) -> float:
        """Return running_cost, staff, beds or floor_area over the open sites of a stage."""
        return float(sum(getattr(self.problem.options[number], figure) for number in self.option[stage]))

    @property
    def present_running(self) -> float:
        """Running cost of all years at its present value."""
        years = [stage.years_discounted for stage in self.problem.stages]
        return float(sum(self.sum_of("running_cost", t) * years[t] for t in range(len(years))))

    def capacity(self, stage: int) -> FloatArray:
        """Return (J,) load that each site can serve, with what merged sites brought; 0 where it is not open."""
        options = self.problem.options
        capacity = np.array([options[o].capacity if options[o].open else 0.0 for o in self.option[stage]])
        for number, made in self.plan.made:
            move = self.problem.moves[number]
            if made <= stage and move.brings:
                capacity[move.partner] += move.brings
        return capacity

    def load_of(self, tier: int, stage: int) -> FloatArray:
        """Return (J,) load of a service that each site serves, beyond the standard included where that is used."""
        return self._by_site(tier, stage, self.problem.load[stage])

    def people_of(self, tier: int, stage: int) -> FloatArray:
        """Return (J,) people whom each site serves with a service."""
        return self._by_site(tier, stage, self.problem.people[stage])

    def _by_site(self, tier: int, stage: int, amount: FloatArray) -> FloatArray:
        service, served = self.problem.services[tier], self.served[stage][tier]
        weights = amount[service.demand[served.arc]] * served.share
        sums = np.bincount(service.site[served.arc], weights=weights, minlength=self.problem.site_count)
        return sums.astype(np.float64)

    def person_minutes(self, stage: int, weights: FloatArray) -> float:
        """Return people x minutes over everybody who is served, all tiers; `weights` (I,) are people."""
        total = 0.0
        for service, served in zip(self.problem.services, self.served[stage], strict=True):
            total += float((weights[service.demand[served.arc]] * served.share * service.minutes[served.arc]).sum())
        return total

    def longest_minutes(self, stage: int) -> float:
        """Return the longest minutes of anybody who is served, points without people included; 0 where nobody is."""
        longest = [
            float(service.minutes[served.arc].max())
            for service, served in zip(self.problem.services, self.served[stage], strict=True)
            if len(served.arc)
        ]
        return max(longest, default=0.0)

    def credited_people(self, stage: int) -> float:
        """Return people weighed by gradual credit, summed over the tiers that serve them.

        Services that are not assigned credit everybody with the nearest open site, also beyond the standard.
        """
        total, people = 0.0, self.problem.people[stage]
        for service, served in zip(self.problem.services, self.served[stage], strict=True):
            arc, share = served.arc, served.share
            if not service.assigned:
                nearest, _ = nearest_open(service, self.open[stage], self.problem.demand_count)
                arc = nearest[nearest >= 0]
                share = np.ones(len(arc))
            total += float((people[service.demand[arc]] * share * service.credit[arc]).sum())
        return total


def nearest_open(service: PlanService, open_sites: BoolArray, count: int) -> tuple[IntArray, FloatArray]:
    """Return (I,) arc to each demand point's nearest open site, the first of equals, -1 without, and (I,) minutes."""
    arcs = np.flatnonzero(open_sites[service.site])
    order = arcs[np.lexsort((arcs, service.minutes[arcs], service.demand[arcs]))]
    first = np.r_[True, np.diff(service.demand[order]) > 0] if len(order) else np.zeros(0, dtype=bool)
    chosen = order[first]
    arc = np.full(count, -1, dtype=np.int32)
    arc[service.demand[chosen]] = chosen
    minutes: np.ndarray[Any, Any] = np.full(count, np.inf)
    minutes[service.demand[chosen]] = service.minutes[chosen]
    return arc, minutes
