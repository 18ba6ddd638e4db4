"""Linear expressions over the columns of a model: a constant and coefficients, added and scaled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class Linear:
    """constant + sum of coefficient x column; a column may be listed more than once."""

    terms: tuple[tuple[int, float], ...] = ()
    constant: float = 0.0

    def __add__(self, other: Linear) -> Linear:
        return Linear(self.terms + other.terms, self.constant + other.constant)

    def __sub__(self, other: Linear) -> Linear:
        return self + other * -1.0

    def __mul__(self, factor: float) -> Linear:
        return Linear(
            tuple((column, coefficient * factor) for column, coefficient in self.terms), self.constant * factor
        )

    def __neg__(self) -> Linear:
        return self * -1.0


def column(number: int, coefficient: float = 1.0) -> Linear:
    """Return the expression of one column."""
    return Linear(((number, coefficient),))


def constant(value: float) -> Linear:
    """Return the expression without columns."""
    return Linear((), value)


def total(parts: Iterable[Linear]) -> Linear:
    """Return the sum of many expressions, each column once, in the order of first appearance."""
    sums: dict[int, float] = {}
    value = 0.0
    for part in parts:
        value += part.constant
        for number, coefficient in part.terms:
            sums[number] = sums.get(number, 0.0) + coefficient
    return Linear(tuple((number, coefficient) for number, coefficient in sums.items() if coefficient != 0.0), value)
