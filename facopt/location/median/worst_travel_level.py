"""Least worst travel for everybody: is there a plan in which nobody goes farther than T, asked by bisection over T.

Whether all can be within T is itself a travel problem: a traveller costs 0 within T and 1 beyond, and the question is
whether a plan of cost 0 exists. So bound, swaps, fixing and branching answer it, with the known value one half: a bound
above 0 says no, and every site is fixed whose state would leave somebody beyond T.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from facopt.location.formulation import Formulation
from facopt.location.levels import LevelResult, Search
from facopt.location.median.branching import branch
from facopt.location.median.counts import count_groups
from facopt.location.median.reduction import Turns
from facopt.location.median.travel_level import fix_columns, other_rows, side_rows
from facopt.location.median.travellers import Travellers
from facopt.location.referee import evaluate
from facopt.location.solution import Status
from facopt.location.worst_travel_model import add_threshold, thresholds

if TYPE_CHECKING:
    from facopt.location.median.saddle import SideRows
    from facopt.location.problem import BoolArray, LocationProblem

MOST_NODES = 30
"""Nodes after which a question goes to the MILP, which is better at finding the last few covers."""


def optimise_worst(problem: LocationProblem, search: Search) -> LevelResult | None:
    """Return a plan of least worst travel with its bound, or None where there are more rules than counts and costs."""
    rules = Formulation.of(problem)
    rules.add_rules()
    search.keep(rules)
    if other_rows(rules):
        return None
    rows, left = side_rows(rules), search.seconds_left
    plan = search.incumbent if search.incumbent is not None else _first_plan(problem, rows, search)
    if plan is None:
        return None
    worst = evaluate(problem, plan).worst_travel
    ladder = thresholds(problem, worst)
    low, high, log = 0, int(np.searchsorted(ladder.minutes, worst)), [f"first plan: {worst:.10g} minutes\n"]
    while low < high and left() > 0:
        middle = (low + high) // 2
        limit = float(ladder.minutes[middle])
        exists, found = within(problem, rows, limit, search)
        log.append(f"within {limit:.10g} minutes: {'not known' if exists is None else 'yes' if exists else 'no'}\n")
        if found is not None:
            plan, worst = found, evaluate(problem, found).worst_travel
            high = min(middle, int(np.searchsorted(ladder.minutes, worst)))
        elif exists is None:
            break
        else:
            low = middle + 1
    bound = float(ladder.minutes[low]) if low < len(ladder.minutes) else worst
    size = (len(rules.model.column_names), len(rules.model.row_names))
    status, limited_by = (Status.OPTIMAL, "") if low >= high else (Status.FEASIBLE, "time")
    return LevelResult(status, plan, max(bound, ladder.least), limited_by, "".join(log), *size)


def within(
    problem: LocationProblem, rows: SideRows, limit: float, search: Search
) -> tuple[bool | None, BoolArray | None]:
    """Return whether a plan within counts and rows leaves nobody beyond `limit` minutes, and such a plan.

    None says that the time was over before either was proven.
    """
    turns = Turns.of_lists(problem, count_groups(problem), rows, reach_lists(problem, limit), lambda _plan: True)
    turns.whole, turns.value = True, 0.5
    left = _Clock(search).seconds_left
    turns.run(left)
    if turns.undecided:
        branch(turns, left, most=MOST_NODES)
    if turns.plan is not None:
        return True, turns.plan | problem.must_open
    if not turns.undecided:
        return False, None
    return _within_by_solver(problem, limit, search, turns)


def _within_by_solver(
    problem: LocationProblem, limit: float, search: Search, turns: Turns
) -> tuple[bool | None, BoolArray | None]:
    """Answer the same by a MILP in which the sites that are fixed already are fixed."""
    if search.seconds_left() <= 0:
        return None, None
    formulation = Formulation.of(problem)
    formulation.add_rules()
    search.keep(formulation)
    add_threshold(formulation, limit)
    fix_columns(formulation, turns.fixed)
    result = search.solve(formulation)
    if result.values is not None:
        return True, formulation.plan(result.values)
    return (False if result.status is Status.INFEASIBLE else None), None


class _Clock:
    """The time left, none once the user has asked to stop."""

    def __init__(self, search: Search) -> None:
        self.search = search

    def seconds_left(self) -> float:
        """Return the seconds."""
        stop = self.search.settings.stop
        return 0.0 if stop is not None and stop() else self.search.seconds_left()


def _first_plan(problem: LocationProblem, rows: SideRows, search: Search) -> BoolArray | None:
    """Return a plan of little travel, each demand point counting the same, or None where none is found at once."""
    alike = problem.replace(people=np.ones(problem.demand_count))
    turns = Turns.begin(alike, rows, None, lambda _plan: True)
    if turns is None:
        return None
    turns.run(search.seconds_left, most=3)
    return None if turns.plan is None else turns.plan | problem.must_open


def reach_lists(problem: LocationProblem, limit: float) -> Travellers:
    """Return everybody who has a usable site, with the free sites within `limit`: 0 there, 1 beyond.

    Demand points that a standing site has within the limit are left out; those with the same sites are listed once.
    """
    tiers, points, sites = [], [], []
    for tier, service in enumerate(problem.services):
        usable = problem.usable[service.site]
        near = usable & (service.minutes <= limit)
        done = np.zeros(problem.demand_count, dtype=bool)
        done[service.demand[near & problem.must_open[service.site]]] = True
        some = np.zeros(problem.demand_count, dtype=bool)
        some[service.demand[usable]] = True
        asked = np.flatnonzero(some & ~done)
        arcs = np.flatnonzero(near & ~done[service.demand])
        parts = np.split(service.site[arcs], np.searchsorted(service.demand[arcs], asked[1:]))
        tiers += [tier] * len(asked)
        points += asked.tolist()
        sites += parts[: len(asked)]
    return _zero_one(tiers, points, sites)


def _zero_one(tiers: list[int], points: list[int], sites: list[np.ndarray]) -> Travellers:
    distinct = {part.tobytes(): n for n, part in reversed(list(enumerate(sites)))}
    keep = sorted(distinct.values())
    lists = [sites[n] for n in keep]
    count = len(keep)
    return Travellers(
        tier=np.array([tiers[n] for n in keep], dtype=np.int32),
        point=np.array([points[n] for n in keep], dtype=np.int32),
        people=np.ones(count),
        first=np.cumsum([0, *(len(part) for part in lists)], dtype=np.int64),
        site=np.concatenate([np.zeros(0, dtype=np.int32), *lists]).astype(np.int32),
        cost=np.zeros(sum(len(part) for part in lists)),
        beyond=np.ones(count),
        standing=np.ones(count, dtype=bool),
        ended=np.ones(count, dtype=bool),
    )
