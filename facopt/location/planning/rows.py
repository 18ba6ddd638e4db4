"""How rows and columns come into a planning model: each with a name of its own, and the statement that asks for it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from math import inf
from typing import TYPE_CHECKING

import numpy as np

from facopt.location.linear_model import LinearModel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from facopt.linear import Linear


@dataclass(kw_only=True)
class Rows:
    """A linear model that grows, whose rows know which statement they are of and may give way for a diagnosis."""

    linear: LinearModel = field(default_factory=LinearModel)
    row_keys: list[str] = field(default_factory=list)
    """Scenario key that states each row; "" for rows of the model itself."""
    row_parts: list[str] = field(default_factory=list)
    """Part of that statement that each row is of, such as a zone; "" where it is of all of it."""
    giving: dict[tuple[str, str], int] = field(default_factory=dict)
    """Column by (key, part of the statement) of how far its stated figure gives way, in the figure's unit."""
    _stating: str = ""

    @contextmanager
    def stating(self, key: str) -> Iterator[None]:
        """Mark the rows added within as stated by a key of the scenario."""
        before, self._stating = self._stating, key
        yield
        self._stating = before

    def row(
        self, name: str, left: Linear, *, at_least: float = -inf, at_most: float = inf, part: str = "",
        per_unit: float = 0.0,
    ) -> None:  # fmt: skip
        """Add `at_least <= left <= at_most`.

        `part` names the part of the statement that the row is of, such as a zone. `per_unit` is what one unit of the
        stated figure is worth in the row: by so much it gives way for each unit by which the figure does.
        """
        given = self._gives(part) if per_unit else None
        if given is None:
            self._add_row(name, list(left.terms), at_least - left.constant, at_most - left.constant, part)
            return
        for side, sense, bound in (("low", 1.0, at_least), ("high", -1.0, at_most)):
            if np.isfinite(bound):
                low, high = (bound, inf) if sense > 0 else (-inf, bound)
                terms = [*left.terms, (given, sense * per_unit)]
                self._add_row(f"{name}_{side}", terms, low - left.constant, high - left.constant, part)

    def _add_row(self, name: str, terms: list[tuple[int, float]], low: float, high: float, part: str) -> None:
        self.row_keys.append(self._stating)
        self.row_parts.append(part)
        self.linear.add_row(self._unused(name), terms, at_least=low, at_most=high)

    def _gives(self, part: str) -> int | None:
        """Return the column by which a part of the statement being added gives way, or all of it."""
        found = self.giving.get((self._stating, part))
        return self.giving.get((self._stating, "")) if found is None else found

    @property
    def gives_way(self) -> bool:
        """Whether the statement being added gives way: it is then added in the form that can."""
        return any(key == self._stating for key, _ in self.giving)

    def column(self, name: str, *, upper: float = 1.0, integer: bool = False) -> int:
        """Add a variable from 0 to `upper` and return its number."""
        return self.linear.add_column(self._unused(name), upper=upper, integer=integer)

    def _unused(self, name: str) -> str:
        """Return the name, marked where a row or column has it already: two statements may ask for the same twice."""
        used = self._names.get(name, 0)
        self._names[name] = used + 1
        return f"{name}_again_{used}" if used else name

    @cached_property
    def _names(self) -> dict[str, int]:
        return {}
