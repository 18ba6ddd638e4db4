"""The least change of figures of a large model: soon some change that is enough, then a smaller one.

A relaxation with the plan's cost as its objective takes a second where one that minimises posts or people takes half a
minute. So the cheapest plan near the relaxation comes first, its sites with the least change that they allow. Only then
the change itself is minimised, and where that relaxation does not end in time, the change is halved again and again.
"""

from __future__ import annotations

import time
from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING

from facopt.linear import total
from facopt.location.planning.diagnosis.restricted import Found, near_relaxation, with_these_sites

if TYPE_CHECKING:
    from collections.abc import Mapping

    from facopt.location.planning.model import PlanModel
    from facopt.location.problem import FloatArray

GAP = 0.01
"""Relative, of a change: near enough to the least."""
LEAST_WEIGHT = 1e-6
"""Of a change beside the plan's cost: of equal plans the one with less of it."""
FIRST, MINIMISING, HALVING = 0.5, 0.5, 0.4
"""Of the time left: for some change, for the least at once, and for each smaller one."""


def least_near(model: PlanModel, seconds: float, seed: int) -> Found:
    """Return the best plan found for a model's objective, and what no plan can be below; the objective is a change."""
    until = time.monotonic() + seconds
    some = _cheapest(model, FIRST * seconds, seed)
    if some.bound == inf:
        return some
    if some.values is not None and len(model.linear.objective) > 1:
        return _halved(model, some.values, until, seed)
    least = near_relaxation(model, MINIMISING * (until - time.monotonic()), GAP, seed)
    if least.bound == inf:
        return least
    found = [values for values in (some.values, least.values) if values is not None]
    if not found:
        return least
    best = min(found, key=lambda values: _value(model, values))
    if least.bound > -inf and len(model.linear.objective) == 1:
        return Found(best, least.bound)
    return _halved(model, best, until, seed)


def _value(model: PlanModel, values: FloatArray) -> float:
    return sum(weight * float(values[column]) for column, weight in model.linear.objective.items())


def _cheapest(model: PlanModel, seconds: float, seed: int, most: Mapping[int, float] | None = None) -> Found:
    """Return a plan that costs little, its sites with the least change; the bound is infinite where there is none."""
    until = time.monotonic() + seconds
    change = model.linear.objective
    capital = dict(total(model.capital(t) for t in model.stages).terms)
    model.linear.objective = {column: LEAST_WEIGHT * weight for column, weight in change.items()} | capital
    found = near_relaxation(model, seconds, inf, seed, most)
    model.linear.objective = change
    if found.values is None:
        return replace(found, bound=inf if found.bound == inf else -inf)
    return Found(with_these_sites(model, found.values, until - time.monotonic(), most), -inf)


def _halved(model: PlanModel, best: FloatArray, until: float, seed: int) -> Found:
    """Return a plan with less of each change, one after the other, as far as time allows to look for one."""
    columns, shown = list(model.linear.objective), 0.0
    for number, column in enumerate(columns):
        now = time.monotonic()
        best, shown = _less_of(model, column, best, now + (until - now) / (len(columns) - number), seed)
    return Found(best, shown if shown > 0 and len(columns) == 1 else -inf)


def _less_of(model: PlanModel, column: int, best: FloatArray, until: float, seed: int) -> tuple[FloatArray, float]:
    """Return a plan with less of one change and no more of the others, and how much of it is shown not to be enough."""
    others = {other: float(best[other]) for other in model.linear.objective if other != column}
    shown = tried = took = 0.0
    high = float(best[column])
    middle = 0.0 if others else high / 2  # a change that can be spared is best left out
    while time.monotonic() + took < until and high - tried > GAP * high:
        began = time.monotonic()
        found = _cheapest(model, HALVING * (until - began), seed, others | {column: middle})
        if found.values is None:
            tried, shown = middle, middle if found.bound == inf else shown
        else:
            best, high = found.values, min(middle, float(found.values[column]))
        middle, took = (tried + high) / 2, time.monotonic() - began
    return best, shown
