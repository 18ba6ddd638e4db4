"""What is proven before any MILP: a plan, a bound on travel, and what every plan at least as good has in common.

Bound, swaps and fixing take turns. Each turn leaves fewer sites and shorter lists, so that the next is faster; it ends
when bound and plan meet, when turns stop paying, or with its share of the time.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from facopt.location.median.counts import SiteCounts, count_groups
from facopt.location.median.fixing import Fixed, allowance, fix_counts, fix_lists, fix_rows, fix_sites
from facopt.location.median.saddle import Saddle, SideRows, prove
from facopt.location.median.swap import swap, travel_of
from facopt.location.median.travellers import Travellers, list_travellers
from facopt.location.referee import evaluate

if TYPE_CHECKING:
    from collections.abc import Callable

    from facopt.location.problem import BoolArray, FloatArray, LocationProblem

SHORTEST_LIST = 100
"""Sites listed for each traveller at least."""
LIST_SHARE = 12
"""Sites listed for each traveller, in multiples of what one open site stands for."""
STEPS = 200
"""Steps of the primal-dual method between restarts."""
PROVEN = 1e-9
"""Relative gap at which nothing is left to do."""
PATIENCE = 6
"""Turns that may bring next to nothing before the rest is left to the MILP."""
WORTHWHILE = 0.03
"""Share of the gap that a turn must close, or of the sites that it must fix, to count as bringing something."""


@dataclass(frozen=True)
class TravelReduction:
    """What holds for every plan that travels no more than `value`; without a plan, for every plan."""

    plan: BoolArray | None
    """(J,) open sites of the known plan, standing ones included; None where none was found."""
    value: float
    """What it travels; infinite without a plan."""
    bound: float
    """No plan travels less."""
    fixed: Fixed
    lists: Travellers
    """The travellers with the sites that are still in question: each ends where nobody goes farther."""
    price: FloatArray
    """(N,) people x minutes that the bound puts on each traveller; where their list is worth looking at first."""
    whole: bool
    """True where every plan travels a whole number of people x minutes."""
    log: str

    def rounded(self, bound: float) -> float:
        """Return the least value that a plan with this bound may have."""
        return round_up(bound, whole=self.whole)


def round_up(bound: float, *, whole: bool) -> float:
    """Return the next whole number where every plan travels one, the bound itself otherwise."""
    return float(math.ceil(bound - 1e-6)) if whole and math.isfinite(bound) else bound


@dataclass
class Turns:
    """The reduction as far as it has come."""

    problem: LocationProblem
    counts: SiteCounts
    rows: SideRows
    lists: Travellers
    saddle: Saddle
    accepts: Callable[[BoolArray], bool] | None
    fixed: Fixed
    whole: bool
    """True where every plan travels a whole number of people x minutes."""
    plan: BoolArray | None = None
    value: float = math.inf
    highest: float = -math.inf
    count: int = 0
    tried: set[bytes] = field(default_factory=set)
    log: list[str] = field(default_factory=list)

    @classmethod
    def begin(
        cls,
        problem: LocationProblem,
        rows: SideRows,
        incumbent: BoolArray | None,
        accepts: Callable[[BoolArray], bool] | None,
    ) -> Turns | None:
        """Start from prices at which each traveller sees about one open site; None where counts rule out every plan.

        `rows` are limits that every plan of interest keeps besides the counts. `incumbent` (J,) is a plan that keeps
        every rule. `accepts` says of other plans (J,) that keep counts and rows whether they keep the other rules too;
        without it none are looked for.
        """
        counts = count_groups(problem)
        if not counts.possible:
            return None
        share = max(len(counts.sites), 1) / max(int(counts.most.sum()) + int(problem.must_open.sum()), 1)
        lists = list_travellers(problem, problem.must_open, problem.free, int(max(SHORTEST_LIST, LIST_SHARE * share)))
        if not len(lists.point):
            return None
        turns = cls.of_lists(problem, counts, rows, lists, accepts)
        turns.whole = _whole_travel(problem)
        if incumbent is not None:
            turns.plan = incumbent & problem.free
            turns.value = evaluate(problem, incumbent).travel
        return turns

    @classmethod
    def of_lists(
        cls,
        problem: LocationProblem,
        counts: SiteCounts,
        rows: SideRows,
        lists: Travellers,
        accepts: Callable[[BoolArray], bool] | None,
    ) -> Turns:
        """Start from prices between the ends of the lists and the sites at which each sees about one open site."""
        share = len(counts.sites) / max(int(counts.most.sum()) + int(problem.must_open.sum()), 1)
        price = _costs_at(lists, int(share))
        price = np.where(price > 0, price, 0.5 * np.where(np.isfinite(lists.beyond), lists.beyond, 0.0))
        saddle = Saddle(lists, counts, rows, np.zeros(problem.site_count), price, np.zeros(len(rows.right)))
        none = np.zeros(problem.site_count, dtype=bool)
        turns = cls(problem, counts, rows, lists, saddle, accepts, Fixed(none, none.copy()), whole=False)
        turns.highest = saddle.best.bound
        return turns

    @property
    def bound(self) -> float:
        """No plan of interest travels less; between two whole numbers there is none."""
        return self.rounded(self.highest)

    @property
    def gap(self) -> float:
        """What is left between plan and bound, relative."""
        return (self.value - self.bound) / max(abs(self.value), 1e-9) if np.isfinite(self.value) else math.inf

    @property
    def undecided(self) -> bool:
        """True where a better plan than the known value may exist."""
        return self.gap > PROVEN

    def run(self, seconds_left: Callable[[], float], *, most: int | None = None) -> None:
        """Take turns until they stop paying, `most` turns where stated."""
        idle = 0
        while idle < PATIENCE and self.undecided and len(self.counts.sites) and self.count != most:
            if self.count and seconds_left() <= 0:
                break
            before, sites = self.value - self.bound, len(self.counts.sites)
            self.count += 1
            self.saddle.advance(STEPS, lambda: seconds_left() <= 0)
            self.highest = max(self.highest, self.saddle.best.bound)
            if self.accepts is not None:
                self.look_for_plan(self.saddle.y, self.saddle.best.reduced, lambda: seconds_left() <= 0)
            self.fix()
            self.log.append(
                f"turn {self.count}: bound {self.highest:.10g}, plan {self.value:.10g}, "
                f"{len(self.counts.sites)} sites and {len(self.lists.site)} pairs left\n"
            )
            after = self.value - self.bound
            pays = math.isfinite(after) and (math.isinf(before) or before - after > WORTHWHILE * before)
            idle = 0 if pays or sites - len(self.counts.sites) > WORTHWHILE * sites else idle + 1

    def rounded(self, bound: float) -> float:
        """Return the least value that a plan with this bound may have."""
        return round_up(bound, whole=self.whole)

    def look_for_plan(self, y: FloatArray, reduced: FloatArray, stop: Callable[[], bool]) -> None:
        """Open the sites with the largest shares y (J,) and swap from there until no swap helps or `stop` says so."""
        opened = round_shares(self.counts, self.rows, y, reduced)
        if opened is None or (key := opened.tobytes()) in self.tried:
            return
        self.tried.add(key)
        self.take(swap(self.lists, self.counts, self.rows, opened, stop))

    def take(self, opened: BoolArray) -> None:
        """Keep the plan that opens these free sites (J,) beside those fixed, if it is valid and the best so far."""
        if np.any(self.rows.side @ opened > self.rows.right):
            return
        travel, plan = travel_of(self.lists, opened), opened | self.fixed.open
        if travel < self.value and self.accepts is not None and self.accepts(plan | self.problem.must_open):
            self.plan, self.value = plan, travel

    def fix(self) -> None:
        """Fix what the bound and the plan prove, and go on with what is left."""
        best = self.saddle.best
        room = allowance(best, self.value)
        if not np.isfinite(room):
            return
        fixed = fix_sites(self.counts, best, self.value)
        if not np.any(fixed.closed | fixed.open) and self.count % 5:
            return
        self.fixed = Fixed(self.fixed.closed | fixed.closed, self.fixed.open | fixed.open)
        self.counts, self.rows = fix_counts(self.counts, fixed), fix_rows(self.rows, fixed)
        self.lists = fix_lists(self.lists, fixed, best.price, room)
        old = self.saddle
        y = np.where(self.counts.group >= 0, old.y, 0.0)
        self.saddle = Saddle(self.lists, self.counts, self.rows, y, old.price, old.weight, old.balance)
        again = prove(self.lists, self.counts, self.rows, best.price, best.weight)
        if again.bound > self.saddle.best.bound:
            self.saddle.best = again

    def end_lists(self) -> None:
        """List anew what was cut by number, as far as anybody may go: only then is every plan in question measured."""
        if self.lists.ended.all():
            return
        open_in_all = self.problem.must_open | self.fixed.open
        free = self.problem.free & ~self.fixed.open & ~self.fixed.closed
        everything = list_travellers(self.problem, open_in_all, free, self.problem.site_count)
        none, old = np.zeros(self.problem.site_count, dtype=bool), self.saddle
        self.lists = fix_lists(everything, Fixed(none, none), old.best.price, allowance(old.best, self.value))
        self.saddle = Saddle(self.lists, self.counts, self.rows, old.y, old.best.price, old.best.weight, old.balance)

    def result(self) -> TravelReduction:
        """Return what has been proven."""
        plan = None if self.plan is None else self.plan | self.problem.must_open
        bound = min(self.bound, self.value)
        price = self.saddle.best.price
        return TravelReduction(plan, self.value, bound, self.fixed, self.lists, price, self.whole, "".join(self.log))


def _costs_at(lists: Travellers, place: int) -> FloatArray:
    """Return (N,) the cost of the site at a place of each list, or of its end where it is shorter."""
    at = np.minimum(lists.first[:-1] + place, lists.first[1:] - 1)
    costs = np.append(lists.cost, 0.0)[at]
    return np.where(np.diff(lists.first) > 0, costs, lists.beyond)


def _whole_travel(problem: LocationProblem) -> bool:
    """Return whether people and minutes are whole numbers, and few enough for sums of them to be exact."""
    whole = problem.whole_people and all(np.all(s.minutes == np.floor(s.minutes)) for s in problem.services)
    most = sum(float(service.minutes.max(initial=0.0)) for service in problem.services) * float(problem.people.sum())
    return bool(whole and most < 2.0**52)


def round_shares(counts: SiteCounts, rows: SideRows, y: FloatArray, reduced: FloatArray) -> BoolArray | None:
    """Return (J,) a plan that opens the largest shares as counts and rows allow, or None where too few fit."""
    opened = np.zeros(len(counts.group), dtype=bool)
    slack = rows.right.copy()
    for g in range(len(counts.most)):
        members = counts.sites[counts.first[g] : counts.first[g + 1]]
        left = int(counts.most[g])
        for j in members[np.lexsort((members, reduced[members], -y[members]))]:
            if left == 0:
                break
            if np.all(rows.side[:, j] <= slack):
                opened[j] = True
                slack -= rows.side[:, j]
                left -= 1
        if counts.most[g] - left < counts.fewest[g]:
            return None
    return opened
