"""A bound from parts: the rows that tie the county together get a price, and each part is solved for itself.

For any prices of any rows (not negative where a row says "at least", not positive where it says "at most"), the minimum
of cost minus price x row, plus price x what the row asks for, is at most the minimum of the whole: Lagrange. So every
row may be priced, whatever rule states it; the prices of the linear relaxation are near the best. Without the priced
rows the model falls into parts that have no row in common, and the sum of their bounds is a bound of the whole.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from facopt.location.planning.scale.arrays import FEASIBLE, with_short_indices

if TYPE_CHECKING:
    from facopt.location.planning.scale.arrays import ArrayModel, IntArray
    from facopt.location.planning.scale.master import Master
    from facopt.location.problem import BoolArray, FloatArray

LARGE_ROW = 0.01
"""A stated row with this share of all columns may tie the county together."""
JOINED = 0.3
"""A row is not worth a price where what it ties together has no more than this share of all columns."""
SMALL_PART = 300
"""Parts with fewer columns than this are solved together."""


@dataclass
class Component:
    """A part of a model that shares no row with any other."""

    columns: IntArray
    model: ArrayModel
    bound: float = -np.inf
    values: FloatArray | None = None

    @property
    def distance(self) -> float:
        """How far its solution is from what is proven; infinite without one."""
        return np.inf if self.values is None else self.model.value(self.values) - self.bound

    @property
    def weight(self) -> int:
        """What it is worth of the time."""
        return int(self.model.integer.sum()) + 1


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


def worth_a_price(arrays: ArrayModel, tying: BoolArray) -> BoolArray:
    """Return (R,) the tying rows but for those that tie little together: what has few columns is better solved as one.

    At its price a row may be kept by half a site; where the urban tier is a tenth of the model, its targets as rows
    are worth far more than parts of it.
    """
    label = parts_without(arrays, tying)
    size, group = np.bincount(label), np.arange(int(label.max(initial=-1)) + 1)
    rows = np.flatnonzero(tying).tolist()
    first = arrays.matrix.indptr
    touched = {row: np.unique(label[arrays.matrix.indices[first[row] : first[row + 1]]]) for row in rows}
    priced_rows = tying.copy()
    while rows:
        joined = {row: np.unique(group[touched[row]]) for row in rows}
        row = min(rows, key=lambda one: int(size[joined[one]].sum()))
        together = joined[row]
        if len(together) > 1 and size[together].sum() > JOINED * arrays.columns:
            break
        rows.remove(row)
        priced_rows[row] = False
        size[together[0]] = size[together].sum()
        group[np.isin(group, together)] = together[0]
    return priced_rows


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
    """A model with some rows priced, in its parts."""

    arrays: ArrayModel
    priced: BoolArray
    """(R,) rows at their prices."""
    constant: float
    components: list[Component] = field(default_factory=list)

    @classmethod
    def of(cls, arrays: ArrayModel, rows: BoolArray, prices: FloatArray) -> Parts:
        """Return the parts with some rows (R,) at their prices (R,), those of the linear relaxation or any others."""
        whole = priced(arrays, np.where(rows, lawful(arrays, prices), 0.0))
        made = cls(arrays, rows, whole.offset)
        kept = whole.only_rows(np.flatnonzero(~rows))
        sizes = np.diff(kept.matrix.indptr)
        label = parts_without(arrays, rows)
        group = _grouped(label)
        row_group = np.full(kept.rows, -1)
        row_group[sizes > 0] = group[kept.matrix.indices[kept.matrix.indptr[:-1][sizes > 0]]]
        for number in np.unique(group):
            columns = np.flatnonzero(group == number)
            inside = kept.only_rows(np.flatnonzero(row_group == number))
            made.components.append(Component(columns, inside.only_columns(columns, 0.0)))
        made.components.sort(key=lambda part: (len(part.columns), int(part.columns[0])))
        return made

    @property
    def bound(self) -> float:
        """What is proven for the whole."""
        return self.constant + sum(part.bound for part in self.components)

    @property
    def values(self) -> FloatArray | None:
        """(N,) columns as the parts would have them; None before all have a solution."""
        values = np.zeros(self.arrays.columns)
        for part in self.components:
            if part.values is None:
                return None
            values[part.columns] = part.values
        return values

    def unproven(self) -> float:
        """Return how far the parts together are from what is proven of them, relative."""
        missing = sum(part.distance for part in self.components)
        return missing / max(abs(self.bound), 1.0) if np.isfinite(missing) else np.inf

    def distance(self) -> float:
        """Return how far the bound may be from the optimum for the prices' sake, relative; infinite where unknown.

        Where the parts together keep the priced rows and these cost what they should, prices lose nothing (everybody's
        best is the best for all); else there is a duality gap.
        """
        values = self.values
        if values is None or self.arrays.only_rows(np.flatnonzero(self.priced)).violation(values) > FEASIBLE:
            return np.inf
        value = self.arrays.value(values)
        return (value - self.bound) / max(abs(value), 1e-9)


def _grouped(label: IntArray) -> IntArray:
    """Return (N,) the part of each column, small parts as one."""
    group = label.copy()
    group[np.bincount(label)[label] < SMALL_PART] = int(label.max()) + 1
    return group
