"""Plans for maximal covering: lazy greedy, then exchanges of one site for another.

Greedy takes the site that adds most each time; gains only fall as sites open, so a stored gain is an upper bound and
few need to be computed anew (Minoux 1978). Exchanges take out the open site that is missed least when another comes in
(Teitz & Bart 1968), with the losses kept up to date.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from facopt.location.compiled import compiled

if TYPE_CHECKING:
    from collections.abc import Callable

    from facopt.location.covering.incidence import Array, BoolArray, FloatArray, IntArray
    from facopt.location.covering.problem import CoveringProblem

KICKS = (3, 5, 10, 2)
"""How many sites are exchanged at random, in turn."""
FEW_OPEN = 256
"""Up to so many open sites all are looked at for one to close; of more, those missed least and those that the newcomer
stands in for."""
MOVES_BETWEEN_LOOKS = 64
"""Exchanges after which the sites missed least are looked up anew."""
RELATIVE_GAIN = 1e-9
"""An exchange must gain more than this share of the plan's value: less may be rounding."""


@dataclass(frozen=True)
class Sequence:
    """Sites in the order in which greedy opened them."""

    order: IntArray
    gains: FloatArray
    """What each added when it opened."""


def greedy(problem: CoveringProblem, *, by_cost: bool = False) -> Sequence:
    """Open the best site that the rules still allow until none adds anything; `by_cost` divides gains by costs."""
    rows, rules = problem.rows, problem.rules
    start, members = rows.columns
    divisor = np.maximum(rules.cost, 1e-12) if by_cost else np.ones(problem.site_count)
    order, gains = _greedy(
        start, members, problem.effective_weight, divisor, rules.group, rules.at_most, rules.cost, rules.budget
    )
    return Sequence(order, gains)


def exchange(
    problem: CoveringProblem,
    opened: BoolArray,
    candidates: IntArray | None = None,
    passes: int = 20,
    stop: Callable[[], bool] | None = None,
) -> BoolArray:
    """Return (F,) the open sites after exchanges with the candidates, in their order, until none helps.

    `stop` is asked between passes over the candidates.
    """
    rows, rules = problem.rows, problem.rules
    start, members = rows.unsigned_columns
    candidates = np.arange(problem.site_count, dtype=np.int32) if candidates is None else candidates
    limits = rules.group, rules.at_most, rules.cost, float(rules.budget)
    chosen = np.flatnonzero(opened).astype(np.int32)
    turns, each = (passes, 1) if stop is not None else (1, passes)
    for _ in range(turns):
        if stop is not None and stop():
            break
        chosen, moves = _exchange(
            start, members, problem.effective_weight, chosen, candidates.astype(np.int32), limits, each
        )
        if moves == 0:
            break
    improved = np.zeros(problem.site_count, dtype=bool)
    improved[chosen] = True
    return improved


def rounded(problem: CoveringProblem, score: FloatArray, passes: int = 2) -> BoolArray:
    """Return (F,) a plan near the best scores (F,): the best the rules allow, then exchanges with the next best."""
    ranking = np.argsort(-score, kind="stable").astype(np.int32)
    opened = _take(ranking, problem.rules.group, problem.rules.at_most.copy(), problem.rules.cost, problem.rules.budget)
    return exchange(problem, opened, ranking[: 6 * int(opened.sum()) + 50], passes)


def kicked(problem: CoveringProblem, opened: BoolArray, rounds: int, seed: int, stop: Callable[[], bool]) -> BoolArray:
    """Return (F,) the best plan of several: a few sites are exchanged at random, then exchanges go on while they help.

    A plan no worse than the last takes its place, so that the search drifts over plateaus.
    """
    dice = np.random.default_rng(seed)
    weight, rules = problem.effective_weight, problem.rules
    value = float(weight[problem.rows.covered(opened)].sum())
    for turn in range(rounds):
        if stop() or not opened.any():
            break
        score = dice.random(problem.site_count)
        score[opened] = 2.0
        score[
            dice.choice(np.flatnonzero(opened), min(KICKS[turn % len(KICKS)], int(opened.sum())), replace=False)
        ] = -1.0
        ranking = np.argsort(-score, kind="stable").astype(np.int32)
        plan = _take(ranking, rules.group, rules.at_most.copy(), rules.cost, rules.budget)
        plan = exchange(problem, plan, dice.permutation(problem.site_count).astype(np.int32))
        now = float(weight[problem.rows.covered(plan)].sum())
        if now >= value:
            opened, value = plan, now
    return opened


@compiled
def _take(ranking: Array, group: Array, left: Array, cost: Array, budget: float) -> Array:
    opened = np.zeros(group.size, np.bool_)
    for j in ranking:
        if left[group[j]] > 0 and cost[j] <= budget:
            opened[j] = True
            left[group[j]] -= 1
            budget -= cost[j]
    return opened


@compiled
def _gain(start: Array, members: Array, weight: Array, covered: Array, j: int) -> float:
    gain = 0.0
    for t in range(start[j], start[j + 1]):
        if not covered[members[t]]:
            gain += weight[members[t]]
    return gain


@compiled
def _greedy(
    start: Array,
    members: Array,
    weight: Array,
    divisor: Array,
    group: Array,
    at_most: Array,
    cost: Array,
    budget: float,
) -> tuple[Array, Array]:
    covered = np.zeros(weight.size, np.bool_)
    left = at_most.copy()
    # Sites by gain, best first; of equal ones the first in the table.
    heap = [(-_gain(start, members, weight, covered, j) / divisor[j], j) for j in range(start.size - 1)]
    heapq.heapify(heap)
    order = np.empty(start.size - 1, np.int32)
    gains = np.empty(start.size - 1)
    count = 0
    while heap:
        j = heapq.heappop(heap)[1]
        if left[group[j]] <= 0 or cost[j] > budget:
            continue
        gain = _gain(start, members, weight, covered, j)
        if gain <= 0:
            continue
        if heap and (-gain / divisor[j], j) > heap[0]:
            heapq.heappush(heap, (-gain / divisor[j], j))
            continue
        order[count], gains[count] = j, gain
        count += 1
        left[group[j]] -= 1
        budget -= cost[j]
        for t in range(start[j], start[j + 1]):
            covered[members[t]] = True
    return order[:count].copy(), gains[:count].copy()


@compiled
def _exchange(
    start: Array, members: Array, weight: Array, chosen: Array, candidates: Array, rules: Any, passes: int
) -> tuple[Array, int]:
    """Exchange or add sites while it helps; also count the moves.

    `only` is the sum of the places of a row's open sites.
    """
    group, at_most, cost, budget = rules
    room = chosen.size + np.sum(np.minimum(at_most, start.size)) + 1
    place = np.full(start.size - 1, -1, np.int32)
    state = (
        place, np.full(room, -1, np.int32), np.zeros(weight.size, np.int32), np.zeros(weight.size, np.int64),
        np.zeros(room),
    )  # fmt: skip
    saved = np.zeros(room)
    touched = np.empty(room, np.int32)
    left = at_most.copy()
    value = 0.0
    size, moves = 0, 0
    for j in chosen:
        value = _open(start, members, weight, j, size, state, value)
        left[group[j]] -= 1
        budget -= cost[j]
        size += 1
    likely, look_again = np.arange(room), 0
    for _ in range(passes):
        before = moves
        for i in candidates:
            if place[i] >= 0:
                continue
            gain, hit = _saves(start, members, weight, i, state, saved, touched)
            if size > FEW_OPEN and moves >= look_again:
                likely[:FEW_OPEN] = np.argsort(state[4][:size])[:FEW_OPEN]
                look_again = moves + MOVES_BETWEEN_LOOKS
            known = size if size <= FEW_OPEN else FEW_OPEN
            places = likely, known, touched, 0 if known == size else hit
            out = _way_in(i, gain - RELATIVE_GAIN * value, size, places, state, saved, (group, left, cost, budget))
            for x in range(hit):
                saved[touched[x]] = 0.0
            if out < 0:
                continue
            moves += 1
            if out == size:
                size += 1
            else:
                j = state[1][out]
                value = _close(start, members, weight, j, state, value)
                left[group[j]] += 1
                budget += cost[j]
            value = _open(start, members, weight, i, out, state, value)
            left[group[i]] -= 1
            budget -= cost[i]
        if moves == before:
            break
    return state[1][:size].copy(), moves


@compiled
def _saves(
    start: Array, members: Array, weight: Array, i: int, state: Any, saved: Array, touched: Array
) -> tuple[float, int]:
    """Return what site i adds, and how many open sites it would save from being missed; `saved` says how much."""
    _, _, count, only, _ = state
    gain = 0.0
    hit = 0
    for t in range(start[i], start[i + 1]):
        k = members[t]
        if count[k] == 0:
            gain += weight[k]
        elif count[k] == 1:
            if saved[only[k]] == 0.0:
                touched[hit] = only[k]
                hit += 1
            saved[only[k]] += weight[k]
    return gain, hit


@compiled
def _way_in(i: int, gain: float, size: int, places: Any, state: Any, saved: Array, rules: Any) -> int:
    """Return the place that site i takes: a new one, that among `places` missed least, or -1 where none is worth it."""
    group, left, cost, budget = rules
    likely, known, touched, hit = places
    _, open_at, _, _, loss = state
    if gain > 0 and left[group[i]] > 0 and cost[i] <= budget:
        return size
    out = -1
    for x in range(known + hit):
        q = likely[x] if x < known else touched[x - known]
        j = open_at[q]
        fits = left[group[i]] > 0 or group[i] == group[j]
        if fits and cost[i] - cost[j] <= budget and loss[q] - saved[q] < gain:
            gain = loss[q] - saved[q]
            out = q
    return out


@compiled
def _open(start: Array, members: Array, weight: Array, j: int, q: int, state: Any, value: float) -> float:
    place, open_at, count, only, loss = state
    place[j], open_at[q], loss[q] = q, j, 0.0
    for t in range(start[j], start[j + 1]):
        k = members[t]
        if count[k] == 0:
            value += weight[k]
            loss[q] += weight[k]
        elif count[k] == 1:
            loss[only[k]] -= weight[k]
        count[k] += 1
        only[k] += q
    return value


@compiled
def _close(start: Array, members: Array, weight: Array, j: int, state: Any, value: float) -> float:
    place, _, count, only, loss = state
    q = place[j]
    place[j] = -1
    for t in range(start[j], start[j + 1]):
        k = members[t]
        count[k] -= 1
        only[k] -= q
        if count[k] == 0:
            value -= weight[k]
        elif count[k] == 1:
            loss[only[k]] += weight[k]
    loss[q] = 0.0
    return value
