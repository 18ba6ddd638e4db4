"""A mixed-integer model as sparse arrays: cut out, fixed, priced and extended without a Python object for each row."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

if TYPE_CHECKING:
    from facopt.location.linear_model import LinearModel
    from facopt.location.problem import BoolArray, FloatArray

IntArray = np.ndarray[Any, np.dtype[np.signedinteger[Any]]]

FEASIBLE = 1e-6
"""Relative: how far a row may be from its bound, of what the sum's parts amount to."""


@dataclass(frozen=True)
class ArrayModel:
    """Minimise cost x + offset over lower <= x <= upper, row_lower <= matrix x <= row_upper, some x integer."""

    matrix: Any
    """(R, N) scipy CSR array."""
    row_lower: FloatArray
    row_upper: FloatArray
    lower: FloatArray
    upper: FloatArray
    cost: FloatArray
    integer: BoolArray
    offset: float = 0.0

    @classmethod
    def of(cls, model: LinearModel) -> ArrayModel:
        """Return the arrays of a linear model."""
        sizes = np.fromiter(map(len, model.row_terms), dtype=np.int64, count=len(model.row_terms))
        terms = np.array([term for terms in model.row_terms for term in terms], dtype=np.float64).reshape(-1, 2)
        shape = (len(sizes), len(model.column_names))
        first = np.r_[0, np.cumsum(sizes)]
        matrix = sparse.csr_array(
            (terms[:, 1].copy(), terms[:, 0].astype(np.int32), first.astype(np.int32)), shape=shape
        )
        cost = np.zeros(shape[1])
        for number, coefficient in model.objective.items():
            cost[number] = coefficient
        low, high, lower, upper = (
            np.array(one, dtype=np.float64) for one in (model.row_lower, model.row_upper, model.lower, model.upper)
        )
        return cls(matrix, low, high, lower, upper, cost, np.array(model.integer, dtype=bool))

    @property
    def columns(self) -> int:
        """Number of columns."""
        return len(self.cost)

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.row_lower)

    def value(self, values: FloatArray) -> float:
        """Return the objective of column values (N,)."""
        return float(self.cost @ values) + self.offset

    def only_rows(self, keep: BoolArray | IntArray) -> ArrayModel:
        """Return the model with some of its rows: a relaxation."""
        return replace(self, matrix=self.matrix[keep], row_lower=self.row_lower[keep], row_upper=self.row_upper[keep])

    def with_rows(self, matrix: Any, row_lower: FloatArray, row_upper: FloatArray) -> ArrayModel:
        """Return the model with rows added, `matrix` (R', N)."""
        stacked = sparse.vstack([self.matrix, matrix], format="csr")
        lows, highs = np.r_[self.row_lower, row_lower], np.r_[self.row_upper, row_upper]
        return replace(self, matrix=stacked, row_lower=lows, row_upper=highs)

    def only_columns(self, keep: IntArray, offset: float) -> ArrayModel:
        """Return the model of some columns, numbered anew; for rows that have no others."""
        return ArrayModel(
            sparse.csr_array(self.matrix[:, keep]), self.row_lower, self.row_upper, self.lower[keep], self.upper[keep],
            self.cost[keep], self.integer[keep], offset,
        )  # fmt: skip

    def fixed(self, values: FloatArray, free: BoolArray, by_column: Any, widen: float = FEASIBLE) -> ArrayModel:
        """Return the model in which only `free` (N,) columns can differ from `values`; `by_column` is the CSC matrix.

        Rows that `values` misses by rounding, up to `widen`, are widened so far that the values stay feasible.
        """
        columns = np.flatnonzero(free)
        part = sparse.csr_array(by_column[:, columns])
        touched = np.flatnonzero(np.diff(part.indptr) > 0)
        part = part[touched]
        rest = self.matrix[touched] @ np.where(free, 0.0, values)
        now = part @ values[columns]
        low, high = self.row_lower[touched] - rest, self.row_upper[touched] - rest
        slack = widen * np.maximum(1.0, np.abs(rest))
        low = np.where(now < low, np.maximum(now, low - slack), low)
        high = np.where(now > high, np.minimum(now, high + slack), high)
        offset = self.offset + float(self.cost @ np.where(free, 0.0, values))
        return ArrayModel(
            part, low, high, self.lower[columns], self.upper[columns], self.cost[columns], self.integer[columns], offset
        )

    def violation(self, values: FloatArray) -> float:
        """Return by how much the worst row is missed, relative to the sizes of its parts."""
        amount = self.matrix @ values
        scale = np.maximum(1.0, abs(self.matrix) @ np.abs(values))
        missed = np.maximum(self.row_lower - amount, amount - self.row_upper) / scale
        outside = np.maximum(self.lower - values, values - self.upper)
        return float(max(missed.max(initial=0.0), outside.max(initial=0.0)))


def one_label(row: IntArray, label: IntArray, rows: int) -> IntArray:
    """Return (rows,) the label that all entries of a row have, each in `row` with its `label`; -1 where they differ."""
    low, high = np.full(rows, np.iinfo(np.int64).max), np.full(rows, -1)
    np.minimum.at(low, row, label)
    np.maximum.at(high, row, label)
    return np.where(low == high, high, -1)


def with_short_indices(matrix: Any) -> Any:
    """Return a sparse CSR matrix with 32-bit indices, which older graph routines ask for."""
    if matrix.indices.dtype == np.int32 and matrix.indptr.dtype == np.int32:
        return matrix
    matrix = matrix.copy()
    matrix.indices, matrix.indptr = matrix.indices.astype(np.int32), matrix.indptr.astype(np.int32)
    return matrix
