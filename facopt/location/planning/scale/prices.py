"""A bound from parts: the rows that tie the county together get a price, and each part is solved for itself.

For any prices of any rows (not negative where a row says "at least", not positive where it says "at most"), the minimum
of cost minus price x row, plus price x what the row asks for, is at most the minimum of the whole: Lagrange. So every
row may be priced, whatever rule states it; the prices of the linear relaxation are near the best. Without the priced
rows the model falls into parts that have no row in common, and the sum of their bounds is a bound of the whole.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from facopt.location.planning.scale.arrays import with_short_indices
from facopt.location.planning.scale.highs import Effort, solve_arrays
from facopt.location.planning.scale.master import Master, slack_hall_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from facopt.location.planning.scale.arrays import ArrayModel, IntArray
    from facopt.location.planning.scale.hall import HallSet
    from facopt.location.problem import BoolArray, FloatArray

LARGE_ROW = 0.01
"""A stated row with this share of all columns may tie the county together."""
SMALL_PART = 300
"""Parts with fewer columns than this are solved together."""


@dataclass
class Component:
    """A part of the master that shares no row with any other."""

    columns: IntArray
    model: ArrayModel
    bound: float = -np.inf
    values: FloatArray | None = None
    proven: bool = False
    """Whether its solution breaks no Hall row of a neighbourhood."""
    seen: set[tuple[int, bytes]] = field(default_factory=set)


def tying_rows(master: Master) -> BoolArray:
    """Return (R,) stated rows that tie parts together which nothing else does."""
    arrays = master.arrays
    sizes = np.diff(arrays.matrix.indptr)
    stated = np.array([key != "" for key in master.keys], dtype=bool)
    large = stated & (sizes > max(30.0, LARGE_ROW * arrays.columns))
    label = parts_without(arrays, large)
    tying = np.zeros(arrays.rows, dtype=bool)
    for row in np.flatnonzero(large):
        columns = arrays.matrix.indices[arrays.matrix.indptr[row] : arrays.matrix.indptr[row + 1]]
        tying[row] = len(np.unique(label[columns])) > 1
    return tying


def parts_without(arrays: ArrayModel, rows: BoolArray) -> IntArray:
    """Return (N,) the part of each column when some rows (R,) are gone."""
    matrix = sparse.csr_array(arrays.matrix[np.flatnonzero(~rows)])
    left, columns = matrix.shape
    entries = sparse.coo_array(matrix)
    shape = (columns + left,) * 2
    graph = sparse.csr_array((np.ones(len(entries.col)), (entries.col, columns + entries.row)), shape=shape)
    label: IntArray = connected_components(with_short_indices(graph), directed=False)[1][:columns]
    return label


def lawful(arrays: ArrayModel, prices: FloatArray) -> FloatArray:
    """Return prices that have the sign a bound needs: 0 where a row has no bound on that side."""
    asks = np.where(prices > 0, arrays.row_lower, np.where(prices < 0, arrays.row_upper, 0.0))
    return np.where(np.isfinite(asks), prices, 0.0)


def priced(arrays: ArrayModel, prices: FloatArray) -> ArrayModel:
    """Return a model with some rows (R,) at lawful prices in its objective; they still stand as rows."""
    asks = np.where(prices > 0, arrays.row_lower, np.where(prices < 0, arrays.row_upper, 0.0))
    cost = arrays.cost - arrays.matrix.T @ prices
    return replace(arrays, cost=cost, offset=arrays.offset + float(prices @ asks))


@dataclass
class Parts:
    """The master with some rows priced, in its parts."""

    master: Master
    constant: float
    components: list[Component] = field(default_factory=list)
    found: list[HallSet] = field(default_factory=list)
    """Sets whose rows solutions of parts broke."""

    @classmethod
    def of(cls, master: Master, rows: BoolArray, prices: FloatArray) -> Parts:
        """Return the parts with some rows (R,) at their prices (R,), those of the linear relaxation or any others."""
        arrays = master.arrays
        prices = np.where(rows, lawful(arrays, prices), 0.0)
        whole = priced(arrays, prices)
        made = cls(master, whole.offset)
        kept = whole.only_rows(np.flatnonzero(~rows & ~slack_hall_rows(master)))
        sizes = np.diff(kept.matrix.indptr)
        label = parts_without(arrays, rows)
        row_label = np.full(kept.rows, -1)
        row_label[sizes > 0] = label[kept.matrix.indices[kept.matrix.indptr[:-1][sizes > 0]]]
        group = _grouped(label)
        for number in np.unique(group):
            columns = np.flatnonzero(group == number)
            inside = np.flatnonzero((row_label >= 0) & (group[np.maximum(_first_of(label)[row_label], 0)] == number))
            made.components.append(Component(columns, kept.only_rows(inside).only_columns(columns, 0.0)))
        made.components.sort(key=lambda part: (len(part.columns), int(part.columns[0])))
        return made

    @property
    def bound(self) -> float:
        """What is proven for the whole."""
        return self.constant + sum(part.bound for part in self.components)

    @property
    def values(self) -> FloatArray | None:
        """(N,) columns of the master as the parts would have them; None before all have a solution."""
        values = np.zeros(self.master.arrays.columns)
        for part in self.components:
            if part.values is None:
                return None
            values[part.columns] = part.values
        return values

    def solve(self, until: float, stop: Callable[[], bool], gap: float, rounds: int = 3) -> None:
        """Solve all parts, small ones first, each with what its size makes it worth of the time left.

        `gap` is relative to the bound of the whole, and shared out by columns.
        """
        gap *= abs(self.master.relaxed.objective if self.master.relaxed else 1.0) / self.master.arrays.columns
        for number, part in enumerate(self.components):
            weight = sum(int(other.model.integer.sum()) + 1 for other in self.components[number:])
            share = (int(part.model.integer.sum()) + 1) / weight
            ends = time.monotonic() + max(until - time.monotonic(), 0.0) * share
            self._solve(part, ends, stop, gap, rounds)

    def _solve(self, part: Component, ends: float, stop: Callable[[], bool], gap: float, rounds: int) -> None:
        """Solve a part; add the Hall rows its solution breaks and solve again while there is time."""
        for _ in range(rounds):
            left = ends - time.monotonic()
            if (left <= 0.5 and part.values is not None) or stop():
                return
            result = solve_arrays(part.model, Effort(max(left, 1.0), 0.0, gap * len(part.columns), stop=stop))
            part.bound = max(part.bound, result.bound)
            if result.values is None:
                return
            part.values = result.values
            matrix, low = self._broken(part)
            part.proven = not len(low)
            if part.proven:
                return
            part.model = part.model.with_rows(matrix, low, np.full(len(low), np.inf))

    def _broken(self, part: Component) -> tuple[sparse.csr_array, FloatArray]:
        """Return the Hall rows that a part's solution breaks."""
        whole = np.zeros(self.master.arrays.columns)
        assert part.values is not None
        whole[part.columns] = part.values
        sets = self.master.hall.broken(whole, whole=True)
        self.found += sets
        matrix, low = self.master.hall.rows(sets, part.seen)
        inside = np.zeros(self.master.arrays.columns, dtype=bool)
        inside[part.columns] = True
        outside = np.diff(sparse.csr_array(matrix[:, np.flatnonzero(~inside)]).indptr) > 0
        kept = np.flatnonzero(~outside)
        return sparse.csr_array(matrix[kept][:, part.columns]), low[kept]


def _first_of(label: IntArray) -> IntArray:
    """Return the first column of each part."""
    return np.unique(label, return_index=True)[1]


def _grouped(label: IntArray) -> IntArray:
    """Return (N,) the part of each column, small parts as one."""
    group = label.copy()
    group[np.bincount(label)[label] < SMALL_PART] = int(label.max()) + 1
    return group
