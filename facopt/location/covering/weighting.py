"""Plans for set covering: local search that weighs the rows which are hard to cover.

Whenever the plan covers everything, its least useful site goes; then, with one site too few, sites are exchanged so
that the weight left uncovered falls, and rows that stay uncovered grow heavier until the search finds a way to them
(Gao et al. 2015, doi 10.1016/j.ejor.2015.05.038, there RWLS). With prices, usefulness is weight per money.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from facopt.location.compiled import compiled

if TYPE_CHECKING:
    from collections.abc import Callable

    from facopt.location.covering.incidence import Array, BoolArray, FloatArray
    from facopt.location.covering.problem import CoveringProblem

STEPS_BETWEEN_QUESTIONS = 500
SIZE, UNCOVERED, STEP, STATE, LAST_IN, BEST = range(6)
"""Places of the search's counters: open sites, uncovered rows, steps, dice, last site in, whether better."""


class RowWeighting:
    """The search, which can be continued; all rows count as required."""

    def __init__(self, problem: CoveringProblem, seed: int = 1) -> None:
        """Begin with the greedy plan."""
        rows, sites = problem.rows.row_count, problem.site_count
        self.problem = problem
        self.price = _prices(problem)
        self.lists = (problem.rows.start, problem.rows.sites, *problem.rows.columns)
        self.per_row = (
            np.zeros(rows, np.int32), np.ones(rows, np.int64), np.zeros(rows, np.int32), np.full(rows, -1, np.int32),
        )  # fmt: skip
        self.per_site = (
            np.full(sites, -1, np.int32), np.zeros(sites, np.int32), problem.rows.column_lengths.astype(np.int64),
            np.zeros(sites, np.int64), np.ones(sites, np.bool_),
        )  # fmt: skip
        self.numbers = np.zeros(6, np.int64)
        self.numbers[STATE] = seed
        self.best = np.zeros(sites, dtype=bool)
        self.best_price = np.inf
        _begin(self.lists, self.per_row, self.per_site, self.numbers, self.price)
        self._take_best()

    def run(self, steps: int, stop: Callable[[], bool], target: float = -np.inf) -> BoolArray:
        """Search for so many more steps, or until asked to stop or a plan of the target price is found."""
        end = int(self.numbers[STEP]) + steps
        while self.numbers[STEP] < end and self.best_price > target and not stop():
            until = min(end, int(self.numbers[STEP]) + STEPS_BETWEEN_QUESTIONS)
            _search(self.lists, self.per_row, self.per_site, self.numbers, self.price, until, self.best_price)
            if self.numbers[BEST]:
                self._take_best()
        return self.best

    def _take_best(self) -> None:
        opened = self.per_site[0] >= 0
        price = float(self.price[opened].sum())
        if price < self.best_price - 1e-9 * abs(price):
            self.best, self.best_price = opened.copy(), price


def _prices(problem: CoveringProblem) -> FloatArray:
    """Return (F,) what the search saves: the prices, or the money that is short, or else sites."""
    for prices, matters in ((problem.price, True), (problem.rules.cost, problem.rules.spending)):
        if matters and prices.any():
            positive: FloatArray = np.maximum(prices, 1e-6 * prices.max())
            return positive
    return np.ones(problem.site_count)


@compiled
def _begin(lists: Any, per_row: Any, per_site: Any, numbers: Array, price: Array) -> None:
    """Greedy by weight per price."""
    uncovered_at, place_of = per_row[2], per_row[3]
    for k in range(uncovered_at.size):
        uncovered_at[k] = k
        place_of[k] = k
    numbers[UNCOVERED] = uncovered_at.size
    numbers[LAST_IN] = -1
    place, score = per_site[0], per_site[2]
    while numbers[UNCOVERED] > 0:
        best = -1
        for j in range(place.size):
            if place[j] < 0 and (best < 0 or score[j] * price[best] > score[best] * price[j]):
                best = j
        _put_in(lists, per_row, per_site, numbers, best)


@compiled
def _search(
    lists: Any, per_row: Any, per_site: Any, numbers: Array, price: Array, until: int, best_price: float
) -> None:
    """Exchange until a plan cheaper than `best_price` is found (left in place, flagged) or the steps are done."""
    start, sites = lists[0], lists[1]
    uncovered_at = per_row[2]
    _, open_at, score, since, _ = per_site
    numbers[BEST] = 0
    total = 0.0
    for q in range(numbers[SIZE]):
        total += price[open_at[q]]
    while numbers[STEP] < until:
        while numbers[UNCOVERED] == 0:
            if total < best_price * (1 - 1e-9):
                numbers[BEST] = 1
                return
            out = _least_useful(per_site, numbers, price, -1)
            total -= price[out]
            _take_out(lists, per_row, per_site, numbers, out)
        out = _least_useful(per_site, numbers, price, numbers[LAST_IN])
        if out >= 0:
            total -= price[out]
            _take_out(lists, per_row, per_site, numbers, out)
        while numbers[UNCOVERED] > 0:
            numbers[STATE] = numbers[STATE] * 6364136223846793005 + 1442695040888963407
            dice = (numbers[STATE] >> 33) & 0x3FFFFFFF
            row = uncovered_at[dice % numbers[UNCOVERED]]
            best = _most_useful(sites[start[row] : start[row + 1]], per_site, price)
            if best < 0:
                best = sites[start[row] + dice % (start[row + 1] - start[row])]
            if total + price[best] >= best_price * (1 - 1e-9):
                break
            total += price[best]
            _put_in(lists, per_row, per_site, numbers, best)
            numbers[LAST_IN] = best
            since[best] = numbers[STEP]
        _weigh(lists, per_row, score, numbers[UNCOVERED])
        numbers[STEP] += 1


@compiled
def _weigh(lists: Any, per_row: Any, score: Array, uncovered: int) -> None:
    """Let uncovered rows grow heavier."""
    start, sites = lists[0], lists[1]
    weight, uncovered_at = per_row[1], per_row[2]
    for q in range(uncovered):
        k = uncovered_at[q]
        weight[k] += 1
        for t in range(start[k], start[k + 1]):
            score[sites[t]] += 1


@compiled
def _most_useful(sites: Array, per_site: Any, price: Array) -> int:
    """The site that wins most weight per price among those that may come; of equals the one that moved longest ago."""
    _, _, score, since, may_come = per_site
    best = -1
    for j in sites:
        if may_come[j]:
            ours, theirs = score[j] * price[best], score[best] * price[j]
            if best < 0 or ours > theirs or (ours == theirs and since[j] < since[best]):
                best = j
    return best


@compiled
def _least_useful(per_site: Any, numbers: Array, price: Array, spared: int) -> int:
    """The open site that loses least weight per price; of equals the one that moved longest ago."""
    _, open_at, score, since, _ = per_site
    best = -1
    for q in range(numbers[SIZE]):
        j = open_at[q]
        if j == spared:
            continue
        ours, theirs = score[j] * price[best], score[best] * price[j]
        if best < 0 or ours < theirs or (ours == theirs and since[j] < since[best]):
            best = j
    return best


@compiled
def _put_in(lists: Any, per_row: Any, per_site: Any, numbers: Array, i: int) -> None:
    start, sites, begin, members = lists
    count, weight, uncovered_at, place_of = per_row
    place, open_at, score, _, may_come = per_site
    open_at[numbers[SIZE]] = i
    place[i] = numbers[SIZE]
    numbers[SIZE] += 1
    lost = 0
    for t in range(begin[i], begin[i + 1]):
        k = members[t]
        count[k] += 1
        if count[k] == 1:
            lost += weight[k]
            numbers[UNCOVERED] -= 1
            last = uncovered_at[numbers[UNCOVERED]]
            uncovered_at[place_of[k]] = last
            place_of[last] = place_of[k]
            for x in range(start[k], start[k + 1]):
                score[sites[x]] -= weight[k]
                may_come[sites[x]] = True
        elif count[k] == 2:
            for x in range(start[k], start[k + 1]):
                j = sites[x]
                if j != i and place[j] >= 0:
                    score[j] -= weight[k]
                    break
    score[i] = lost


@compiled
def _take_out(lists: Any, per_row: Any, per_site: Any, numbers: Array, i: int) -> None:
    start, sites, begin, members = lists
    count, weight, uncovered_at, place_of = per_row
    place, open_at, score, since, may_come = per_site
    numbers[SIZE] -= 1
    last = open_at[numbers[SIZE]]
    open_at[place[i]] = last
    place[last] = place[i]
    place[i] = -1
    gained = 0
    for t in range(begin[i], begin[i + 1]):
        k = members[t]
        count[k] -= 1
        if count[k] == 0:
            gained += weight[k]
            uncovered_at[numbers[UNCOVERED]] = k
            place_of[k] = numbers[UNCOVERED]
            numbers[UNCOVERED] += 1
            for x in range(start[k], start[k + 1]):
                if sites[x] != i:
                    score[sites[x]] += weight[k]
                    may_come[sites[x]] = True
        elif count[k] == 1:
            for x in range(start[k], start[k + 1]):
                j = sites[x]
                if j != i and place[j] >= 0:
                    score[j] += weight[k]
                    break
    score[i] = gained
    may_come[i] = False
    since[i] = numbers[STEP]
