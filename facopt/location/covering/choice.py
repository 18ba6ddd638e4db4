"""The best choice of sites at given gains under the rules, and projection onto what the rules allow.

Both are what a dual bound needs of the site side: the rows are priced out, and what is left is to take the best sites
of each group within the budget.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from facopt.location.compiled import compiled

if TYPE_CHECKING:
    from facopt.location.covering.incidence import Array, BoolArray, FloatArray
    from facopt.location.covering.problem import SiteRules

BUDGET_STEPS = 40
"""Halvings of the interval in which the price of money lies. Any price gives a valid bound."""


@dataclass(frozen=True)
class Choice:
    """An upper bound on the sum of gains that the rules allow, and the sites that reach it where money is no matter."""

    bound: float
    taken: BoolArray
    """(F,) the best sites; with a budget they may overspend a little or leave some unspent."""
    forced_in: FloatArray
    """(F,) by how much the bound falls at least when the site must open; 0 for taken sites."""
    forced_out: FloatArray
    """(F,) by how much the bound falls at least when the site must not open; 0 for sites that are not taken."""


def best_choice(gain: FloatArray, rules: SiteRules) -> Choice:
    """Choose sites (F,) for the largest sum of gains (F,).

    A budget is priced: gains are lowered by a price of money times the cost, and the budget times the price is added.
    The price found is about the best; the bound holds for any.
    """
    if not rules.spending:
        return _best_of_groups(gain, rules, 0.0)
    low, high = 0.0, float(np.max(np.where(rules.cost > 0, gain / np.maximum(rules.cost, 1e-300), 0.0), initial=0.0))
    best = _best_of_groups(gain, rules, 0.0)
    if rules.cost[best.taken].sum() <= rules.budget:
        return best
    for _ in range(BUDGET_STEPS):
        price = (low + high) / 2
        choice = _best_of_groups(gain, rules, price)
        if choice.bound < best.bound:
            best = choice
        if rules.cost[choice.taken].sum() > rules.budget:
            low = price
        else:
            high = price
    return best


def _best_of_groups(gain: FloatArray, rules: SiteRules, price: float) -> Choice:
    worth = gain - price * rules.cost if price else gain
    bound = price * rules.budget if price else 0.0
    taken = np.zeros(len(gain), dtype=bool)
    last = np.zeros(len(rules.at_most))
    next_best = np.zeros(len(rules.at_most))
    for group in range(len(rules.at_most)):
        members = np.arange(len(gain)) if len(rules.at_most) == 1 else np.flatnonzero(rules.group == group)
        best, last[group], next_best[group] = _top(worth[members], int(rules.at_most[group]))
        taken[members[best]] = True
    bound += float(worth[taken].sum())
    forced_in = np.where(taken, 0.0, last[rules.group] - worth)
    forced_out = np.where(taken, worth - next_best[rules.group], 0.0)
    return Choice(bound, taken, forced_in, forced_out)


def _top(worth: FloatArray, count: int) -> tuple[BoolArray, float, float]:
    """Return the best `count` with positive worth, the least worth that a newcomer displaces, and the best left out."""
    best = np.zeros(len(worth), dtype=bool)
    if count <= 0 or not len(worth):
        return best, np.inf if count <= 0 else 0.0, 0.0
    if count >= len(worth):
        best[:] = worth > 0
        return best, 0.0, 0.0
    order = np.argpartition(-worth, [count - 1, count])
    best[order[:count]] = True
    last, following = float(worth[order[count - 1]]), float(worth[order[count]])
    best &= worth > 0
    return best, max(last, 0.0), max(following, 0.0)


def project(point: FloatArray, rules: SiteRules) -> FloatArray:
    """Return the nearest point (F,) with entries in [0, 1] whose sums keep the rules."""
    if not rules.spending:
        return _project_groups(point, rules.group, rules.at_most.astype(np.float64))
    return _project_budget(point, rules.group, rules.at_most.astype(np.float64), rules.cost, rules.budget)


@compiled
def _project_groups(point: Array, group: Array, at_most: Array) -> Array:
    """Shift each group by one number, found by halving, and clip."""
    groups = at_most.size
    total = np.zeros(groups)
    high = np.zeros(groups)
    for j in range(point.size):
        total[group[j]] += min(max(point[j], 0.0), 1.0)
        high[group[j]] = max(high[group[j]], point[j])
    low = np.zeros(groups)
    for g in range(groups):
        if total[g] <= at_most[g]:
            high[g] = 0.0
    for _ in range(50):
        if np.max(high - low) <= 1e-12:
            break
        total[:] = 0.0
        for j in range(point.size):
            g = group[j]
            total[g] += min(max(point[j] - 0.5 * (low[g] + high[g]), 0.0), 1.0)
        for g in range(groups):
            if total[g] > at_most[g]:
                low[g] = 0.5 * (low[g] + high[g])
            else:
                high[g] = 0.5 * (low[g] + high[g])
    result = np.empty(point.size)
    for j in range(point.size):
        result[j] = min(max(point[j] - high[group[j]], 0.0), 1.0)
    return result


@compiled
def _project_budget(point: Array, group: Array, at_most: Array, cost: Array, budget: float) -> Array:
    """Price the money by halving, projecting onto the groups at each price."""
    result = _project_groups(point, group, at_most)
    if np.sum(cost * result) <= budget:
        return result
    low, high = 0.0, 1.0
    while np.sum(cost * _project_groups(point - high * cost, group, at_most)) > budget:
        high *= 2.0
    for _ in range(40):
        middle = 0.5 * (low + high)
        result = _project_groups(point - middle * cost, group, at_most)
        if np.sum(cost * result) > budget:
            low = middle
        else:
            high = middle
    return _project_groups(point - high * cost, group, at_most)
