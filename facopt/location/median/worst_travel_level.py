"""Least worst travel for everybody: is there a plan in which nobody goes farther than T, asked by bisection over T.

Whether all can be within T is itself a travel problem: a traveller costs 0 within T and 1 beyond, and the question is
whether a plan of cost 0 exists. So bound, swaps, fixing and branching answer it, with the known value one half: a bound
above 0 says no, and every site is fixed whose state would leave somebody beyond T.
"""

from __future__ import annotations

import functools
import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from facopt.location.covering.incidence import Incidence
from facopt.location.covering.problem import CoveringProblem, SiteRules
from facopt.location.covering.weighting import RowWeighting
from facopt.location.formulation import Formulation
from facopt.location.ladder import Ladder
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
    from collections.abc import Callable

    from facopt.location.median.saddle import SideRows
    from facopt.location.problem import BoolArray, LocationProblem

WEIGHTING_STEPS = 30_000
"""Steps of the search for a cover before a question is divided."""
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
    found = thresholds(problem, worst)
    ladder = Ladder(found.minutes, 0, int(np.searchsorted(found.minutes, worst)))
    log = [f"first plan: {worst:.10g} minutes\n"]
    while not ladder.closed and left() > 0:
        at, share = ladder.next_question()
        limit = float(ladder.rungs[at])
        exists, better = within(problem, rows, limit, search, seconds=max(1.0, share * left()))
        log.append(f"within {limit:.10g} minutes: {'not known' if exists is None else 'yes' if exists else 'no'}\n")
        if better is not None:
            plan, worst = better, evaluate(problem, better).worst_travel
            at = min(at, int(np.searchsorted(ladder.rungs, worst)))
        ladder.answer(at, exists)
    size = (len(rules.model.column_names), len(rules.model.row_names))
    status, limited_by = (Status.OPTIMAL, "") if ladder.closed else (Status.FEASIBLE, "time")
    bound = max(ladder.bound(worst), found.least)
    return LevelResult(status, plan, bound, limited_by, "".join(log), *size)


def within(
    problem: LocationProblem, rows: SideRows, limit: float, search: Search, *, seconds: float = math.inf
) -> tuple[bool | None, BoolArray | None]:
    """Return whether a plan within counts and rows leaves nobody beyond `limit` minutes, and such a plan.

    None says that the time, or the `seconds` for this question, were over before either was proven.
    """
    until = search.seconds_left() - seconds
    search = replace(search, seconds_left=functools.partial(_until, search.seconds_left, until))
    turns = Turns.of_lists(problem, count_groups(problem), rows, reach_lists(problem, limit), lambda _plan: True)
    turns.whole, turns.value = True, 0.5
    left = _Clock(search).seconds_left
    turns.run(left)
    if turns.undecided and (cover := _cover(turns, left)) is not None:
        return True, cover | problem.must_open
    if turns.undecided:
        branch(turns, left, most=MOST_NODES)
    if turns.plan is not None:
        return True, turns.plan | problem.must_open
    if not turns.undecided:
        return False, None
    return _within_by_solver(problem, limit, search, turns)


def _cover(turns: Turns, left: Callable[[], float]) -> BoolArray | None:
    """Return (J,) free sites that cover every list, found by weighing the lists that are hard to cover.

    Only where one count is all that limits the sites: the search knows of nothing else.
    """
    counts, lists = turns.counts, turns.lists
    if len(counts.most) != 1 or len(turns.rows.right):
        return None
    most = int(counts.most[0])
    lengths = np.diff(lists.first)
    waiting = lists.beyond > 0.5  # the others have a site that is fixed open within the limit
    if most == 0 or not waiting.any() or not lengths[waiting].all():
        return None
    start = np.cumsum([0, *lengths[waiting]], dtype=np.int64)
    rows = Incidence(start, lists.site[np.repeat(waiting, lengths)], len(counts.group))
    weighting = RowWeighting(CoveringProblem.of(rows, np.ones(rows.row_count), SiteRules.count(rows.site_count, most)))
    chosen = weighting.run(WEIGHTING_STEPS, lambda: left() <= 0, target=most).copy()
    missing = most - int(chosen.sum())
    if missing < 0:
        return None
    idle = counts.sites[~chosen[counts.sites]]
    chosen[idle[:missing]] = True
    return chosen | turns.fixed.open


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


def _until(seconds_left: Callable[[], float], until: float) -> float:
    return seconds_left() - max(until, 0.0)


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
