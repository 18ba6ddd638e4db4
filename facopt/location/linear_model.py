"""A mixed-integer linear model as columns and rows, before any solver sees it."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass
class LinearModel:
    """Minimise `objective` over the columns, subject to the rows; grows row by row, in a deterministic order."""

    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    integer: list[bool] = field(default_factory=list)
    column_names: list[str] = field(default_factory=list)
    row_names: list[str] = field(default_factory=list)
    row_terms: list[list[tuple[int, float]]] = field(default_factory=list)
    """(column, coefficient) of each row; a column at most once in a row."""
    row_lower: list[float] = field(default_factory=list)
    row_upper: list[float] = field(default_factory=list)
    objective: dict[int, float] = field(default_factory=dict)

    def add_column(self, name: str, *, lower: float = 0.0, upper: float = 1.0, integer: bool = False) -> int:
        """Add a variable and return its number."""
        self.column_names.append(name)
        self.lower.append(lower)
        self.upper.append(upper)
        self.integer.append(integer)
        return len(self.column_names) - 1

    def add_row(
        self, name: str, terms: Iterable[tuple[int, float]], *, at_least: float = -inf, at_most: float = inf
    ) -> None:
        """Add `at_least <= sum of terms <= at_most`; terms of one column are added up, zeros dropped."""
        self.row_names.append(name)
        self.row_terms.append(collect(terms))
        self.row_lower.append(at_least)
        self.row_upper.append(at_most)

    def copy(self) -> LinearModel:
        """Return a model that can grow without changing this one."""
        return LinearModel(
            lower=list(self.lower), upper=list(self.upper), integer=list(self.integer),
            column_names=list(self.column_names), row_names=list(self.row_names), row_terms=list(self.row_terms),
            row_lower=list(self.row_lower), row_upper=list(self.row_upper), objective=dict(self.objective),
        )  # fmt: skip

    @property
    def contradiction(self) -> str | None:
        """Name of a row that can never hold because it has no columns left, if there is one."""
        for name, terms, low, high in zip(self.row_names, self.row_terms, self.row_lower, self.row_upper, strict=True):
            if not terms and (low > EMPTY_ROW_TOLERANCE or high < -EMPTY_ROW_TOLERANCE):
                return name
        return None


EMPTY_ROW_TOLERANCE = 1e-6


def collect(terms: Iterable[tuple[int, float]]) -> list[tuple[int, float]]:
    """Return the terms with those of one column added up, in the order of first appearance, without zeros."""
    total: dict[int, float] = {}
    for column, coefficient in terms:
        total[column] = total.get(column, 0.0) + coefficient
    return [(column, coefficient) for column, coefficient in total.items() if coefficient != 0.0]
