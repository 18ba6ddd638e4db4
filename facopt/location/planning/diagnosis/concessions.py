"""How the figures of statements give way: by how much, in which unit, in which steps a planner would state them."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, inf, isfinite, log10

ROUNDING = 1e-6
"""Of a step: what a solver's tolerances leave of a value that lies on one."""


@dataclass(frozen=True)
class Concession:
    """One figure of a statement that can be stated looser."""

    field: str
    """Its key below that of the statement; "" where the statement is the figure."""
    stated: float
    loosest: float
    """The last value that still means anything, on the side that loosens; infinite where there is none."""
    unit: str
    """percent, points, people, money, sites, staff, beds, minutes, metres, capacity_percent or listed."""
    step: float
    """Proposed values are multiples of this."""
    part: str = ""
    """The part of the statement it speaks of, such as one zone; "" for all of it."""
    measured: bool = False
    """Whether the statement's rows give way in proportion, so that the least change is a linear program's minimum;
    otherwise it is found by bisection."""

    @property
    def direction(self) -> float:
        """1 where a higher value is looser, -1 where a lower one is."""
        return 1.0 if self.loosest > self.stated else -1.0

    @property
    def count(self) -> int:
        """How many looser values there are to propose; only where the loosest is finite."""
        return max(ceil(abs(self.loosest - self.stated) / self.step - ROUNDING), 0)

    def value(self, number: int) -> float:
        """Return the n-th looser value to propose, from 1 to `count`."""
        if self.direction > 0:
            return min(_multiple(floor(self.stated / self.step + ROUNDING) + number, self.step), self.loosest)
        return max(_multiple(ceil(self.stated / self.step - ROUNDING) - number, self.step), self.loosest)

    def allowing(self, change: float) -> float:
        """Return the least change worth proposing that allows for a change of so many units."""
        exact = self.stated + self.direction * change
        if self.direction > 0:
            return min(_multiple(ceil(exact / self.step - ROUNDING), self.step), self.loosest)
        return max(_multiple(floor(exact / self.step + ROUNDING), self.step), self.loosest)

    def short_of(self, change: float) -> float | None:
        """Return the last value to propose that allows for less than a change of so many units; None without one."""
        if not isfinite(change):
            return None
        if self.direction > 0:
            value = _multiple(ceil((self.stated + change) / self.step - ROUNDING) - 1, self.step)
        else:
            value = _multiple(floor((self.stated - change) / self.step + ROUNDING) + 1, self.step)
        return value if self.direction * (value - self.stated) > 0 else None


def _multiple(number: int, step: float) -> float:
    """Return number x step without the dust of binary fractions."""
    return round(number * step, 9)


def round_step(stated: float, digits: int) -> float:
    """Return the step that leaves a figure so many significant digits; at least 1, and 1 for infinite figures."""
    if not isfinite(stated) or stated <= 0:
        return 1.0
    return 10.0 ** max(floor(log10(stated)) + 1 - digits, 0)


def at_least(field: str, stated: float, unit: str, step: float, part: str = "") -> Concession:
    """Return the concession of a measured figure that may fall, down to nothing."""
    return Concession(field, stated, 0.0, unit, step, part, measured=True)


def at_most(field: str, stated: float, unit: str, step: float) -> Concession:
    """Return the concession of a measured figure that may rise without end."""
    return Concession(field, stated, inf, unit, step, measured=True)


def percent_of_people(stated: float, field: str = "at_least_percent", part: str = "") -> Concession:
    """Return the concession of a share of people, in tenths of a percent."""
    return at_least(field, stated, "percent", 0.1, part)
