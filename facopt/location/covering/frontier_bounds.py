"""Bounds for all points of a large frontier at once: the point with the widest gap gets the next round.

The points differ only in what they allow of the sites, so prices found for one are tried on all, and a point begins
with the best prices that any has found. A round is a part of the primal-dual method, which goes on where it stood.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from facopt.location.covering.dual import Stop, Warmth, bounds_of, primal_dual, subgradient

if TYPE_CHECKING:
    from collections.abc import Callable

    from facopt.location.covering.dual import DualBound
    from facopt.location.covering.incidence import BoolArray, FloatArray
    from facopt.location.covering.problem import CoveringProblem

FIRST_STEPS = 60
"""Subgradient steps before the first round: they are cheaper, and good from any start."""
ROUND = 40
"""Iterations of a round."""
WORTHWHILE = 0.01
"""Share of its gap that a round must close; a point with PATIENCE rounds that did not gets no more."""
PATIENCE = 2


@dataclass(eq=False)
class BoundedPart:
    """A point of the frontier: its problem, its plan, and the best bound so far."""

    problem: CoveringProblem
    plan: BoolArray
    """(F,)"""
    value: float
    bound: float = field(init=False)
    prices: FloatArray | None = None
    """(R,) prices of the best bound."""
    warmth: Warmth | None = None
    idle: int = 0
    """Rounds that closed next to nothing."""

    def __post_init__(self) -> None:
        self.bound = self.problem.ceiling

    @property
    def gap(self) -> float:
        """Distance of value and bound, relative; 0 where no better plan can exist."""
        if self.bound < self.value + self.problem.step:
            return 0.0
        return (self.bound - self.value) / max(abs(self.value), 1e-9)

    def learn(self, dual: DualBound) -> None:
        """Take a bound, and its prices, if it is the best so far."""
        bound = float(np.floor(dual.bound)) if self.problem.whole else dual.bound
        if bound < self.bound:
            self.bound, self.prices = max(bound, self.value), dual.prices


def bound_all(parts: list[BoundedPart], expired: Callable[[], bool]) -> None:
    """Lower the bounds of all points until rounds stop paying or the time is up."""
    if parts and parts[0].problem.rows.row_count and not expired():
        _share(parts, _first_prices(max(parts, key=_by_gap), expired))
    while not expired():
        part = max(parts, key=_by_gap, default=None)
        if part is None or _by_gap(part) <= 0:
            return
        before = part.gap
        _share(parts, _round(part, parts, expired))
        part.idle += before - part.gap < WORTHWHILE * before


def _by_gap(part: BoundedPart) -> float:
    return part.gap if part.idle < PATIENCE and part.problem.rows.row_count else -1.0


def _share(parts: list[BoundedPart], dual: DualBound) -> None:
    for part, bound in zip(parts, bounds_of([part.problem for part in parts], dual.prices), strict=True):
        part.learn(bound)


def _first_prices(part: BoundedPart, expired: Callable[[], bool]) -> DualBound:
    stop = Stop(FIRST_STEPS, expired, part.problem.step)
    return subgradient(part.problem, part.value, stop, lambda _score: part.value)


def _round(part: BoundedPart, parts: list[BoundedPart], expired: Callable[[], bool]) -> DualBound:
    problem = replace(part.problem, multiplier=part.prices)
    stop = Stop(ROUND, expired, problem.step)
    dual, part.warmth = primal_dual(problem, part.value, stop, lambda _score: part.value, _warmth(part, parts))
    return dual


def _warmth(part: BoundedPart, parts: list[BoundedPart]) -> Warmth:
    """Return where the point's own method stands, or the plan with what the nearest other point has learnt."""
    if part.warmth is not None:
        return part.warmth
    at = parts.index(part)
    others = sorted((abs(number - at), number) for number, other in enumerate(parts) if other.warmth is not None)
    chosen = part.plan.astype(np.float64)
    if not others:
        return Warmth(chosen)
    known = parts[others[0][1]].warmth
    assert known is not None
    return replace(known, chosen=np.maximum(known.chosen, 0.3 * chosen))
