"""The least value within which a plan exists, by bisection in which a question may stay open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

WIDE = 0.1
"""Share of the values in question below which neighbours of an open question are not asked."""
FIRST_SHARE = 0.1
"""Share of the time left that a question may take before its neighbours are asked."""


@dataclass
class Ladder:
    """Bisection in which a question may stay open: then the rungs below and above it are asked before it again."""

    rungs: np.ndarray
    """Distinct values, ascending: minutes, or money."""
    low: int
    """No plan exists within any rung before this."""
    high: int
    """A plan exists within this rung."""
    open_from: int = -1
    """First and last rung asked without an answer; -1 where there is none."""
    open_to: int = -1

    @property
    def closed(self) -> bool:
        """True where no rung is in question any more."""
        return self.low >= self.high

    def next_question(self) -> tuple[int, float]:
        """Return the rung to ask next, and the share of the time left that the answer may take."""
        if self.open_from < 0:
            return (self.low + self.high) // 2, FIRST_SHARE
        if self.wide(self.low, self.open_from):
            return (self.low + self.open_from) // 2, FIRST_SHARE
        if self.wide(self.open_to + 1, self.high):
            return (self.open_to + 1 + self.high) // 2, FIRST_SHARE
        return (self.open_from + self.open_to) // 2, 1.0

    def wide(self, first: int, last: int) -> bool:
        """Return whether rungs from `first` to before `last` are worth asking while others are open."""
        until, whole = self.rungs[last - 1], self.rungs[self.high - 1] - self.rungs[self.low]
        return first < last and bool(until - self.rungs[first] >= WIDE * whole)

    def answer(self, at: int, exists: bool | None) -> None:
        """Note what is known of rung `at`; None says that the time was over before an answer."""
        if exists is None:
            self.open_from = at if self.open_from < 0 else min(self.open_from, at)
            self.open_to = max(self.open_to, at)
        elif exists:
            self.high = at
        else:
            self.low = at + 1
        if not self.low <= self.open_from <= self.open_to < self.high:
            self.open_from = max(self.open_from, self.low)
            self.open_to = min(self.open_to, self.high - 1)
            if self.open_from > self.open_to or self.open_to < 0:
                self.open_from = self.open_to = -1

    def bound(self, worst: float) -> float:
        """Return what no plan goes below."""
        return float(self.rungs[self.low]) if self.low < len(self.rungs) else worst
