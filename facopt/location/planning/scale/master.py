"""The model without its assignment: Hall rows instead, and its linear relaxation, from which all else is steered."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from facopt.location.planning.scale.hall import HallRows
from facopt.location.planning.scale.highs import GrowingProgram, Result

if TYPE_CHECKING:
    from facopt.location.planning.model import PlanModel
    from facopt.location.planning.scale.arrays import ArrayModel, IntArray
    from facopt.location.planning.scale.compact import Compact
    from facopt.location.problem import BoolArray, FloatArray

LEAST_GAIN = 1e-4
"""Rounds of rows end when one lifts the bound by less than this, relative."""
SLACK_ROW = 0.03
"""Hall rows with more room than this, of their largest coefficient, are left out of a part."""
GOOD_ROUNDS = 2
"""...so many times one after the other."""


@dataclass
class Master:
    """A relaxation of a planning model: all its rows that say nothing of assignment, and Hall rows.

    Leaving rows out can only make a minimum smaller, and Hall rows hold for every plan; so its bound is the model's.
    """

    arrays: ArrayModel
    kept: IntArray
    """Column of the compact model for each of its columns."""
    keys: tuple[str, ...]
    """Key of the scenario that states each row; "" for rows of the model itself and for Hall rows."""
    hall: HallRows
    own_rows: int
    """Rows before the Hall rows."""
    own_of: IntArray
    """Row of the compact model for each of the first rows."""
    relaxed: Result | None = None
    """Optimum of the linear relaxation over the rows so far, with prices."""
    program: GrowingProgram | None = None
    """What solved it, for whoever wants to go on from there."""
    seen: set[tuple[int, bytes]] = field(default_factory=set)
    """Sets that have a row."""
    rounds: list[tuple[float, float, int]] = field(default_factory=list)
    """(seconds, value, rows) after each round."""

    @classmethod
    def of(cls, model: PlanModel, compact: Compact) -> Master:
        """Return the master of a model in its compact form."""
        arrays = compact.arrays
        serves = np.zeros(arrays.columns, dtype=bool)
        serves[compact.column_of(_assignment(model))] = True
        kept = np.flatnonzero(~serves)
        silent = np.flatnonzero(np.diff(sparse.csr_array(arrays.matrix[:, np.flatnonzero(serves)]).indptr) == 0)
        least = np.minimum(arrays.cost * arrays.lower, arrays.cost * arrays.upper)[serves].sum()
        own = arrays.only_rows(silent).only_columns(kept, arrays.offset + float(least))
        hall = HallRows.of(model).over(compact, kept)
        stated = [model.row_keys[row] for row in compact.rows] + [""] * (arrays.rows - len(compact.rows))
        master = cls(own, kept, tuple(stated[row] for row in silent), hall, own.rows, silent)
        master._add(*hall.rows(hall.begin(), master.seen))
        return master

    def _add(self, matrix: object, low: FloatArray) -> None:
        self.arrays = self.arrays.with_rows(matrix, low, np.full(len(low), np.inf))
        self.keys += ("",) * len(low)

    def relax(self, until: float) -> bool:
        """Solve the linear relaxation, adding Hall rows round by round until the time (monotonic) `until`.

        A second call goes on from the first. Returns False where it has no solution: then the model has none. Without a
        first optimum `relaxed` stays None.
        """
        if self.program is None:
            self.program = GrowingProgram(self.arrays)
        program = self.program
        began, small = time.monotonic(), 0
        while True:
            result = program.solve(until - time.monotonic())
            if result is None or result.values is None:
                return result is None
            small = small + 1 if self._gain(result) < LEAST_GAIN else 0
            self.relaxed = result
            self.rounds.append((time.monotonic() - began, result.objective, self.arrays.rows))
            if small >= GOOD_ROUNDS or time.monotonic() >= until:
                return True
            matrix, low = self.hall.rows(self.hall.broken(result.values), self.seen)
            if not len(low):
                return True
            self._add(matrix, low)
            program.add(matrix, low, np.full(len(low), np.inf))

    def fix(self, columns: IntArray, values: FloatArray) -> None:
        """Give some columns a value that they have in every plan."""
        lower, upper = self.arrays.lower.copy(), self.arrays.upper.copy()
        lower[columns] = upper[columns] = values
        self.arrays = replace(self.arrays, lower=lower, upper=upper)
        if self.program is not None:
            self.program.bound(columns, values, values)

    def _gain(self, result: Result) -> float:
        if self.relaxed is None:
            return np.inf
        return (result.objective - self.relaxed.objective) / max(abs(result.objective), 1e-9)

    def tightened(self, arrays: ArrayModel) -> ArrayModel:
        """Return the compact model with the Hall rows that are tight in the relaxation: the same plans, nearer."""
        loose = slack_hall_rows(self)
        loose[: self.own_rows] = True
        rows = np.flatnonzero(~loose)
        entries = sparse.coo_array(self.arrays.matrix[rows])
        where = (entries.row, self.kept[entries.col])
        matrix = sparse.csr_array((entries.data, where), shape=(len(rows), arrays.columns))
        return arrays.with_rows(matrix, self.arrays.row_lower[rows], self.arrays.row_upper[rows])

    def prices(self, optimum: Result | None = None) -> FloatArray:
        """Return (R,) the price of each row in an optimum, by default the last; 0 for rows added after it."""
        prices, optimum = np.zeros(self.arrays.rows), optimum or self.relaxed
        if optimum is not None and optimum.duals is not None:
            prices[: len(optimum.duals)] = optimum.duals
        return prices


def _assignment(model: PlanModel) -> IntArray:
    """Return the columns x of assigned services."""
    found = [x for (k, _, _), x in model.flow.items() if model.problem.services[k].assigned]
    return np.array(sorted(found), dtype=np.int64)


def slack_hall_rows(master: Master) -> BoolArray:
    """Return (R,) Hall rows that the linear relaxation leaves much room in: leaving them out keeps the bound valid."""
    arrays = master.arrays
    slack = np.zeros(arrays.rows, dtype=bool)
    if master.relaxed is None or master.relaxed.values is None:
        return slack
    largest = abs(arrays.matrix).max(axis=1).toarray().ravel()
    room = arrays.matrix @ master.relaxed.values - arrays.row_lower
    slack[master.own_rows :] = room[master.own_rows :] > SLACK_ROW * largest[master.own_rows :]
    return slack
