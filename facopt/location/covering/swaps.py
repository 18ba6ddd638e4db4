"""A longer search for plans: random kicks, then the best swap of one open site for one closed until none helps.

For each closed site i and each open place q the table holds what i saves of the loss of q, so that the best of all
swaps is one look over the table, and a swap changes only what its rows touch (the idea of Resende & Werneck 2007,
doi 10.1016/j.ejor.2005.05.036, with coverage for distance).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from facopt.location.compiled import compiled
from facopt.location.covering.greedy import RELATIVE_GAIN

if TYPE_CHECKING:
    from collections.abc import Callable

    from facopt.location.covering.incidence import Array, BoolArray
    from facopt.location.covering.problem import CoveringProblem

LARGEST_TABLE = 8_000_000
"""Sites x open sites beyond which the table is not worth its memory: 64 MB."""
KICKS = (3, 5, 8, 2)
"""How many swaps are made at random, in turn."""
SWAPS_PER_KICK = 12
"""About how many swaps a kick and the climb after it take."""


def fits(problem: CoveringProblem, opened: BoolArray) -> bool:
    """Return whether the table for a plan (F,) is small enough, and there is anything to swap."""
    count = int(opened.sum())
    return 0 < count < problem.site_count and problem.site_count * count <= LARGEST_TABLE


def kick_visits(problem: CoveringProblem, opened: BoolArray) -> float:
    """Return about how many numbers a kick and the climb after it read: rows of the sites that move, and the table."""
    rows = problem.rows
    moved = 2.0 * rows.size**2 / max(problem.site_count * rows.row_count, 1)
    return SWAPS_PER_KICK * (moved + problem.site_count * float(opened.sum()))


class Swaps:
    """The search, which can be continued; optional rows only count with their weight, required ones with more."""

    def __init__(self, problem: CoveringProblem, opened: BoolArray, seed: int = 1) -> None:
        """Begin with a plan (F,) that keeps the rules."""
        self.problem = problem
        rows = problem.rows
        self.lists = rows.start.view(np.uint64), rows.sites.view(np.uint32), *rows.unsigned_columns
        self.weight = problem.effective_weight
        open_at = np.flatnonzero(opened).astype(np.int32)
        place = np.full(problem.site_count, -1, np.int32)
        left = problem.rules.budget - float(problem.rules.cost[open_at].sum())
        self.rules = problem.rules.group, problem.rules.cost, np.array([left])
        self.state = (
            place, open_at, np.zeros(rows.row_count, np.int32), np.zeros(rows.row_count, np.int64),
            np.zeros(problem.site_count), np.zeros((problem.site_count, len(open_at))),
        )  # fmt: skip
        self.dice = np.array([seed], np.int64)
        self.kicks = 0
        self.value = _begin(self.lists, self.weight, self.state)

    def run(self, kicks: int, stop: Callable[[], bool]) -> BoolArray:
        """Climb, then kick and climb so many more times, or until asked to stop; return the best plan so far, (F,).

        A plan no worse than the last takes its place, so that the search drifts over plateaus.
        """
        if self.kicks == 0:
            self.value = _climb(self.lists, self.weight, self.state, self.rules, self.value)
        for _ in range(kicks):
            if stop():
                break
            before, value = self.state[1].copy(), self.value
            kick = KICKS[self.kicks % len(KICKS)]
            self.kicks += 1
            self.value = _kick(self.lists, self.weight, self.state, self.rules, self.dice, kick, value)
            if self.value < value:
                self.value = _back(self.lists, self.weight, self.state, self.rules, self.value, before)
        plan = np.zeros(self.problem.site_count, dtype=bool)
        plan[self.state[1]] = True
        return plan


@compiled
def _begin(lists: Any, weight: Array, state: Any) -> float:
    start, sites, _, _ = lists
    place, open_at, _, _, gain, _ = state
    value = 0.0
    for k in range(weight.size):
        for t in range(start[k], start[k + 1]):
            gain[sites[t]] += weight[k]
    for q in range(open_at.size):
        place[open_at[q]] = q
        value += _come(lists, weight, state, open_at[q], q)
    return value


@compiled
def _come(lists: Any, weight: Array, state: Any, i: int, q: int) -> float:
    """Open site i at place q and return what it adds."""
    start, sites, begin, members = lists
    _, _, count, only, gain, saved = state
    added = 0.0
    for x in range(begin[i], begin[i + 1]):
        k = members[x]
        if count[k] == 0:
            added += weight[k]
            for t in range(start[k], start[k + 1]):
                gain[sites[t]] -= weight[k]
                saved[sites[t], q] += weight[k]
        elif count[k] == 1:
            before = only[k]
            for t in range(start[k], start[k + 1]):
                saved[sites[t], before] -= weight[k]
        count[k] += 1
        only[k] += q
    return added


@compiled
def _go(lists: Any, weight: Array, state: Any, j: int, q: int) -> float:
    """Close site j at place q and return what is lost."""
    start, sites, begin, members = lists
    _, _, count, only, gain, saved = state
    lost = 0.0
    for x in range(begin[j], begin[j + 1]):
        k = members[x]
        count[k] -= 1
        only[k] -= q
        if count[k] == 0:
            lost += weight[k]
            for t in range(start[k], start[k + 1]):
                gain[sites[t]] += weight[k]
                saved[sites[t], q] -= weight[k]
        elif count[k] == 1:
            left = only[k]
            for t in range(start[k], start[k + 1]):
                saved[sites[t], left] += weight[k]
    return lost


@compiled
def _best_swap(state: Any, rules: Any, enough: float) -> tuple[int, int]:
    """Return the site to open and the place it takes in the best swap that gains more than `enough`, or -1."""
    place, open_at, _, _, gain, saved = state
    group, cost, left = rules
    places = open_at.size
    loss = np.empty(places)
    for q in range(places):
        loss[q] = saved[open_at[q], q]
    least = np.min(loss)
    most, come, at = enough, -1, -1
    for i in range(place.size):
        if place[i] >= 0 or gain[i] + np.max(saved[i]) - least <= most:
            continue
        for q in range(places):
            change = gain[i] + saved[i, q] - loss[q]
            j = open_at[q]
            if change > most and group[i] == group[j] and cost[i] - cost[j] <= left[0]:
                most, come, at = change, i, q
    return come, at


@compiled
def _swap(lists: Any, weight: Array, state: Any, rules: Any, value: float, come: int, q: int) -> float:
    """Let a site take a place; return the value after."""
    place, open_at = state[0], state[1]
    go = open_at[q]
    value -= _go(lists, weight, state, go, q)
    place[go] = -1
    open_at[q] = come
    place[come] = q
    rules[2][0] += rules[1][go] - rules[1][come]
    return value + _come(lists, weight, state, come, q)


@compiled
def _climb(lists: Any, weight: Array, state: Any, rules: Any, value: float) -> float:
    """Make the best swap until none helps."""
    while True:
        come, q = _best_swap(state, rules, RELATIVE_GAIN * abs(value))
        if come < 0:
            return value
        value = _swap(lists, weight, state, rules, value, come, q)


@compiled
def _dice(counters: Array, sides: int) -> int:
    counters[0] = counters[0] * 6364136223846793005 + 1442695040888963407
    return int(((counters[0] >> 33) & 0x3FFFFFFF) % sides)


@compiled
def _kick(lists: Any, weight: Array, state: Any, rules: Any, counters: Array, kick: int, value: float) -> float:
    """Swap some sites at random, where the rules allow, then climb."""
    place, open_at = state[0], state[1]
    group, cost, left = rules
    for _ in range(kick):
        q = _dice(counters, open_at.size)
        i = _dice(counters, place.size)
        j = open_at[q]
        if place[i] < 0 and group[i] == group[j] and cost[i] - cost[j] <= left[0]:
            value = _swap(lists, weight, state, rules, value, i, q)
    return _climb(lists, weight, state, rules, value)


@compiled
def _back(lists: Any, weight: Array, state: Any, rules: Any, value: float, plan: Array) -> float:
    """Return to a plan, place by place; sites that stand at another place change places for nothing."""
    place, open_at = state[0], state[1]
    for q in range(plan.size):
        if open_at[q] != plan[q]:
            go = open_at[q]
            value -= _go(lists, weight, state, go, q)
            place[go] = -1
            rules[2][0] += rules[1][go]
            open_at[q] = -1
    for q in range(plan.size):
        if open_at[q] < 0:
            open_at[q] = plan[q]
            place[plan[q]] = q
            rules[2][0] -= rules[1][plan[q]]
            value += _come(lists, weight, state, plan[q], q)
    return value
