"""What each open site is worth where people are assigned: who could still be covered if it alone were missing.

The other sites of the plan stay as they are, with their capacities; everybody is assigned anew, by the same rules, so
that the most people are covered by every tier that serves them. For one stage and the sites R that are missing:

    maximise    sum_i a_i v_i
    subject to  v_i <= sum_j x_ijk           over the open sites j within the standard, for each assigned tier k of i
                sum_j x_ijk <= 1
                sum_i d_i x_ijk <= q_j       for each tier k and site j with a capacity
                x_ijk = 0                    for j in R, and while an open site outside R is preferred by i
                v_i = 0                      where a tier that is not assigned has no open site within the standard

Where a place has one site for all its people, x is 0 or 1. One program is solved for all sites in turn, each from the
basis of the one before. Least loads and what else a plan has to keep are left out: they do not hold on the day on which
a site fails.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

from facopt.location.planning.scale.arrays import ArrayModel, with_short_indices
from facopt.location.planning.scale.highs import Effort, GrowingProgram, solve_arrays

if TYPE_CHECKING:
    from facopt.location.planning.outcome import Outcome
    from facopt.location.planning.problem import PlanningProblem, PlanService
    from facopt.location.problem import BoolArray, FloatArray

IntArray = np.ndarray[Any, np.dtype[np.int64]]
WHOLE = 1e-4
"""People by which a solver's tolerances may miss a whole number."""


def people_lost_without(outcome: Outcome, stage: int, seconds: float) -> FloatArray:
    """Return (J,) by how many people coverage by every serving tier falls if one open site alone is missing.

    Against what the plan covers in that stage; nobody loses where others take over, or where a full site only kept
    people from others. Services inside the site are missing with it.

    Parameters
    ----------
    outcome
        The plan.
    stage
        Which stage.
    seconds
        Time for all sites together; the ones that most people go to come first.

    Returns
    -------
    array of float
        NaN for sites that are not open, and where the time did not suffice.
    """
    ends = time.monotonic() + seconds
    lost = np.full(outcome.problem.site_count, np.nan)
    covered = outcome.people_covered(None, outcome.problem.people[stage], stage)
    serving = Serving(outcome, stage)
    used = sum(outcome.people_of(k, stage) for k in range(len(outcome.problem.services)))
    order = np.lexsort((np.arange(len(lost)), -np.asarray(used)))
    for j in order[outcome.open[stage][order]].tolist():
        most = serving.most_without(guests_of(outcome.problem, j), ends)
        if most is not None:
            lost[j] = _whole(max(covered - most, 0.0))
    return lost


def losses_by_stage(outcome: Outcome, seconds: float) -> tuple[FloatArray, ...]:
    """Return `people_lost_without` of every stage (T times (J,)), in that time for all of them, the last one first."""
    ends = time.monotonic() + seconds
    stages = reversed(range(outcome.problem.stage_count))
    found = [people_lost_without(outcome, t, max(ends - time.monotonic(), 0.0)) for t in stages]
    return tuple(reversed(found))


def guests_of(problem: PlanningProblem, site: int) -> tuple[int, ...]:
    """Return a site and the service layers inside it."""
    inside = [
        guest
        for stated in problem.rules
        if stated.key.endswith(".hosted_by")
        for guest, hosts in getattr(stated.rule, "any_of", ())
        if hosts == (site,)
    ]
    return (site, *inside)


def _whole(people: float) -> float:
    nearest = round(people)
    return float(nearest) if abs(people - nearest) < WHOLE else people


@dataclass(frozen=True)
class Columns:
    """The shares x of one assigned service; arrays have one entry per column."""

    tier: int
    demand: IntArray
    site: IntArray
    arc: IntArray


@dataclass(frozen=True)
class Serving:
    """Who can be served in one stage of a plan, with the plan's sites or with some missing."""

    outcome: Outcome
    stage: int

    @cached_property
    def open(self) -> BoolArray:
        """(J,) open sites."""
        is_open: BoolArray = self.outcome.open[self.stage]
        return is_open

    @cached_property
    def people(self) -> FloatArray:
        """(I,) people who are served by any tier."""
        return np.where(self.outcome.problem.served, self.outcome.problem.people[self.stage], 0.0)

    @cached_property
    def assigned(self) -> list[int]:
        """Numbers of the services that are assigned."""
        return [k for k, service in enumerate(self.outcome.problem.services) if service.assigned]

    @cached_property
    def parts(self) -> list[Columns]:
        """The shares of each assigned service, to open sites within the standard."""
        return [self._columns(k) for k in self.assigned]

    def _columns(self, k: int) -> Columns:
        service = self.outcome.problem.services[k]
        arc = np.flatnonzero(service.within & self.open[service.site] & (self.people[service.demand] > 0))
        return Columns(k, service.demand[arc].astype(np.int64), service.site[arc].astype(np.int64), arc)

    @cached_property
    def needs_assigning(self) -> BoolArray:
        """(I,) True where an assigned service serves the demand point."""
        found = np.zeros(len(self.people), dtype=bool)
        for k in self.assigned:
            found |= self.outcome.problem.services[k].needed
        return found

    # --- the program -------------------------------------------------------------------------------------------------

    @cached_property
    def model(self) -> ArrayModel:
        """The program with all sites: first v of each demand point, then x of each service."""
        count, width = len(self.people), len(self.people) + sum(len(part.arc) for part in self.parts)
        blocks, uppers, first = [], [], count
        for part in self.parts:
            for matrix, upper in self._rows(part, first, width):
                blocks.append(matrix)
                uppers.append(upper)
            first += len(part.arc)
        upper = np.concatenate(uppers) if uppers else np.zeros(0)
        matrix = sparse.vstack(blocks, format="csr") if blocks else sparse.csr_array((0, width))
        cost = np.zeros(width)
        cost[:count] = -self.people
        single = [np.full(len(p.arc), self.outcome.problem.services[p.tier].single) for p in self.parts]
        low, high = np.full(len(upper), -np.inf), self.upper(())
        whole = np.concatenate([np.zeros(count, dtype=bool), *single])
        return ArrayModel(with_short_indices(sparse.csr_array(matrix)), low, upper, np.zeros(width), high, cost, whole)

    def _rows(self, part: Columns, first: int, width: int) -> list[tuple[Any, FloatArray]]:
        """Return rows and their upper bounds: v <= sum x, sum x <= 1, load <= capacity."""
        problem, size = self.outcome.problem, len(part.arc)
        service, column = problem.services[part.tier], first + np.arange(size)
        who = np.flatnonzero(service.needed & (self.people > 0))
        row_of = np.full(len(self.people), -1)
        row_of[who] = np.arange(len(who))
        ones, at = np.ones(size), row_of[part.demand]
        once = sparse.csr_array((ones, (at, column)), shape=(len(who), width))
        v = sparse.csr_array((np.ones(len(who)), (np.arange(len(who)), who)), shape=(len(who), width))
        capacity = self.outcome.capacity(self.stage)
        load = problem.load[self.stage][part.demand]
        limited = np.flatnonzero(np.isfinite(capacity))
        place = np.full(problem.site_count, -1)
        place[limited] = np.arange(len(limited))
        held = place[part.site] >= 0
        room = sparse.csr_array((load[held], (place[part.site[held]], column[held])), shape=(len(limited), width))
        return [(v - once, np.zeros(len(who))), (once, np.ones(len(who))), (room, capacity[limited])]

    def upper(self, missing: tuple[int, ...]) -> FloatArray:
        """Return (N,) upper bounds of the columns where some sites are missing."""
        gone = np.zeros(self.outcome.problem.site_count, dtype=bool)
        gone[list(missing)] = True
        shares = [self._usable(part, gone).astype(np.float64) for part in self.parts]
        return np.concatenate([(self.reached(gone) & self.needs_assigning).astype(np.float64), *shares])

    def _usable(self, part: Columns, gone: BoolArray) -> BoolArray:
        """Return the columns whose site is there, and from which no preferred site keeps people away."""
        service = self.outcome.problem.services[part.tier]
        blocked = np.zeros(len(service.demand), dtype=bool)
        blocked[service.blocked_arc[(self.open & ~gone)[service.blocking_site]]] = True
        usable: BoolArray = ~gone[part.site] & ~blocked[part.arc]
        return usable

    def reached(self, gone: BoolArray) -> BoolArray:
        """Return (I,) who has an open site within the standard of every tier that is not assigned."""
        reached = self.outcome.problem.served.copy()
        for service in self.outcome.problem.services:
            if not service.assigned:
                reached &= ~service.needed | _near(service, self.open & ~gone)
        return reached

    # --- solving -----------------------------------------------------------------------------------------------------

    @cached_property
    def program(self) -> GrowingProgram:
        """The program without whole shares, whose bounds change from site to site."""
        return GrowingProgram(self.model)

    def most_without(self, missing: tuple[int, ...], ends: float) -> float | None:
        """Return the most people who can be covered by all their tiers without some sites; None where time ends."""
        gone = np.zeros(self.outcome.problem.site_count, dtype=bool)
        gone[list(missing)] = True
        plainly = float(self.people[self.reached(gone) & ~self.needs_assigning].sum())
        if not self.parts:
            return plainly
        left, upper = ends - time.monotonic(), self.upper(missing)
        if left <= 0:
            return None
        self.program.bound(np.arange(len(upper)), np.zeros(len(upper)), upper)
        found = self.program.solve(left)
        if found is None or found.values is None:
            return None
        if self._is_whole(found.values):
            return plainly - found.objective
        return self._in_whole_places(upper, plainly, ends)

    def _is_whole(self, values: FloatArray) -> bool:
        must = values[self.model.integer]
        return bool(np.all(np.abs(must - np.round(must)) < 1e-9))

    def _in_whole_places(self, upper: FloatArray, plainly: float, ends: float) -> float | None:
        """Return the same where places have one site for all their people; None without a proof."""
        effort = Effort(max(ends - time.monotonic(), 0.1), gap=0.0, absolute_gap=WHOLE / 10)
        found = solve_arrays(replace(self.model, upper=upper), effort)
        proven = found.values is not None and found.objective - found.bound <= WHOLE
        return plainly - found.objective if proven else None


def _near(service: PlanService, open_sites: BoolArray) -> BoolArray:
    """Return (I,) who has one of some sites (J,) within the standard."""
    near = np.zeros(len(service.needed), dtype=bool)
    near[service.demand[service.within & open_sites[service.site]]] = True
    return near
