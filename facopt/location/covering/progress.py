"""Where the search stands: the problem as it shrinks, and the best plan and the bound as they meet."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from facopt.location.covering.greedy import rounded
from facopt.location.covering.reductions import reduce

if TYPE_CHECKING:
    from facopt.location.covering.dual import DualBound
    from facopt.location.covering.incidence import BoolArray, FloatArray
    from facopt.location.covering.problem import CoveringProblem
    from facopt.location.solver import SolverSettings

NOTHING = 1e-9
"""Relative distance of value and bound below which no better plan is looked for."""


def decided(dual: DualBound, value: float, step: float) -> tuple[BoolArray, BoolArray]:
    """Return the sites (F,) that every plan opens, and (F,) leaves closed, which is better than `value`."""
    least = value + step - 2 * dual.error
    closed = dual.bound - dual.choice.forced_in < least
    opened = dual.bound - dual.choice.forced_out < least
    if step == 0:
        closed, opened = closed & ~dual.choice.taken, opened & dual.choice.taken
    return opened, closed


@dataclass
class Progress:
    """The problem as it shrinks, and the best plan and bound as they meet."""

    original: CoveringProblem
    settings: SolverSettings
    current: CoveringProblem = field(init=False)
    began: float = field(default_factory=time.monotonic)
    best: BoolArray | None = None
    value: float = -np.inf
    bound: float = np.inf
    log: list[str] = field(default_factory=list)
    interrupted: bool = False
    solver_limit: str = ""
    """Why the solver ended, where it did not prove the core."""
    finished: bool = False
    """True where what is left over holds no better plan."""

    def __post_init__(self) -> None:
        self.current = self.original
        self.bound = self.original.ceiling

    # --- time ----------------------------------------------------------------------------------------------------

    def seconds_left(self) -> float:
        """Return what is left of the time limit."""
        return self.settings.time_limit_seconds - (time.monotonic() - self.began)

    def expired(self) -> bool:
        """Return whether the time is up or the user wants to stop."""
        if self.settings.stop is not None and self.settings.stop():
            self.interrupted = True
        return self.interrupted or self.seconds_left() <= 0

    @property
    def limit(self) -> str:
        """What ended the search before a proof: the user, the solver within the stated gap, or the time."""
        return "interrupted" if self.interrupted else self.solver_limit or "time"

    @property
    def closed(self) -> bool:
        """True where the best plan is proven, or there is none."""
        gap = self.bound - self.value
        met = self.best is not None and (gap < self.original.step or gap <= NOTHING * abs(self.value))
        return self.finished or met

    # --- plans and bounds ------------------------------------------------------------------------------------------

    def offer(self, opened: BoolArray) -> float:
        """Take a plan (F,) of the current problem if it is valid and better; return the value of the best."""
        return self.offer_plan(self.current.plan(opened, self.original.site_count))

    def offer_plan(self, plan: BoolArray) -> float:
        """Take a plan of the original problem if it is valid and better; return the value of the best."""
        if self.original.valid(plan):
            value = self.original.value(plan)
            if value > self.value:
                self.best, self.value = plan, value
                self._tell()
        return self.value

    def best_part(self) -> BoolArray:
        """Return (F,) the best plan's sites among those of the current problem, which may not be a plan of it."""
        if self.best is None:
            return np.zeros(self.current.site_count, dtype=bool)
        return self.current.part_of(self.best)

    def improve(self, score: FloatArray) -> float:
        """Make a plan of scores (F,) and offer it."""
        return self.offer(rounded(self.current, score))

    def learn(self, bound: float) -> None:
        """Take a bound on the current problem, which holds every plan better than the best."""
        bound = float(np.floor(bound)) if self.original.whole else bound
        if max(bound, self.value) < self.bound:
            self.bound = max(bound, self.value)
            self._tell()

    def shrink(self, dual: DualBound) -> None:
        """Fix sites by the bound and reduce."""
        self.learn(dual.bound)
        opened, closed = decided(dual, self.value if self.best is not None else -np.inf, self.original.step)
        self.current = replace(self.current, multiplier=dual.prices)
        if np.any(closed & opened):
            self.finished = True
        elif closed.any() or opened.any():
            self.current = reduce(self.current.decide(opened=opened, closed=closed))
            self.settle()
        self.note(f"fixed {int(opened.sum())} open, {int(closed.sum())} closed")

    def settle(self) -> None:
        """Finish where nothing is left to decide."""
        if self.current.impossible:
            self.finished = True
        elif self.current.rows.row_count == 0:
            self.offer(np.zeros(self.current.site_count, dtype=bool))
            self.finished = True
        if self.finished and self.best is not None:
            self.bound = self.value

    def note(self, what: str) -> None:
        """Write a line of the log."""
        rows = self.current.rows
        self.log.append(
            f"{what}: {rows.row_count} rows, {self.current.site_count} sites, {rows.size} pairs left; "
            f"value {self.value:.10g}, bound {self.bound:.10g}"
        )

    def _tell(self) -> None:
        if self.settings.progress is not None:
            known = np.isfinite(self.value)
            self.settings.progress(-self.value if known else None, -self.bound if np.isfinite(self.bound) else None)
