"""Sizes in order, as columns of their own: a site has at least the n-th size or it has not.

The model's own columns are moves, several for each site, and branching on one of them says little. Here a site's open
options stand in the order of their capacity, and

    (15) at least    y_njt = sum_{o of rank >= n} u_ojt,  y_njt in {0, 1}

takes the place of the moves wherever a row speaks of options only. The moves stay, without their integrality: once the
options of all stages are whole, so are the moves between them, but for moves that no row tells apart. Any solution of
the model is one here with the same value, so a bound on this is a bound on the model.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

if TYPE_CHECKING:
    from facopt.location.planning.arrays import ArrayModel
    from facopt.location.planning.model import PlanModel
    from facopt.location.problem import FloatArray, IntArray

ZERO = 1e-9


@dataclass(frozen=True)
class Modules:
    """One site in one stage: its moves, and what its columns y are of them."""

    site: int
    stage: int
    moves: IntArray
    """(M,) columns of the moves, of the model."""
    sums: FloatArray
    """(Y, M) coefficients of the moves in each y..."""
    constant: FloatArray
    """(Y,) ...and the rest."""

    def over(self, kept: IntArray) -> Modules:
        """Return the same over some of the model's columns, ascending, numbered anew."""
        return replace(self, moves=np.searchsorted(kept, self.moves))


def modules_of(model: PlanModel) -> list[Modules]:
    """Return the modules of every site that can change, stage by stage."""
    problem, found = model.problem, []
    for j in range(problem.site_count):
        if not problem.moves_of[j]:
            continue
        options = [o for o in problem.options_of[j] if problem.options[o].open]
        options.sort(key=lambda o: (problem.options[o].capacity, problem.options[o].running_cost, o))
        for t in model.stages:
            columns = [model.moved[number, t] for number in problem.moves_of[j] if (number, t) in model.moved]
            if not columns:
                continue
            place = {column: n for n, column in enumerate(columns)}
            states, constants = np.zeros((len(options), len(columns))), np.zeros(len(options))
            for n, option in enumerate(options):
                used = model.in_option(option, t)
                constants[n] = used.constant
                for column, coefficient in used.terms:
                    states[n, place[column]] += coefficient
            sums, rest = np.cumsum(states[::-1], axis=0)[::-1], np.cumsum(constants[::-1])[::-1]
            varies = np.abs(sums).any(axis=1)
            found.append(Modules(j, t, np.array(columns), sums[varies], rest[varies]))
    return found


def replaced(matrix: Any, modules: list[Modules]) -> tuple[Any, FloatArray]:
    """Return rows (R, N) in which y (columns after N) stand for moves wherever that is shorter, and what to add to bounds."""
    rows_count, columns = matrix.shape
    first = np.cumsum([0, *(len(one.constant) for one in modules)])
    by_column = sparse.csc_array(matrix)
    shift, less, more = np.zeros(rows_count), _Triples(), _Triples()
    inverses: dict[bytes, FloatArray] = {}
    for one, begin in zip(modules, first, strict=False):
        rows, have = _dense_columns(by_column, one.moves)
        if not len(rows):
            continue
        key = one.sums.tobytes() + bytes(str(one.sums.shape), "ascii")
        if key not in inverses:
            inverses[key] = np.linalg.pinv(one.sums)
        share = have @ inverses[key]
        share[np.abs(share) < ZERO * np.abs(have).max(initial=1.0)] = 0.0
        said = share @ one.sums
        same = np.abs(said - have).max(axis=1, initial=0.0) <= ZERO * np.abs(have).max(axis=1, initial=1.0)
        same &= (share != 0).sum(axis=1) < (have != 0).sum(axis=1)
        less.add(rows[same], one.moves, have[same])
        more.add(rows[same], begin + np.arange(len(one.constant)), share[same])
        np.add.at(shift, rows[same], share[same] @ one.constant)
    left = sparse.csr_array(by_column - less.matrix((rows_count, columns)))
    left.eliminate_zeros()
    both = sparse.hstack([left, more.matrix((rows_count, int(first[-1])))], format="csr")
    return sparse.csr_array(both), shift


def _dense_columns(matrix: Any, columns: IntArray) -> tuple[IntArray, FloatArray]:
    """Return the rows of a CSC matrix that some columns have entries in, and these entries (rows, columns)."""
    begin, end = matrix.indptr[columns], matrix.indptr[columns + 1]
    flat = np.concatenate([np.arange(a, b) for a, b in zip(begin, end, strict=True)])
    rows, place = np.unique(matrix.indices[flat], return_inverse=True)
    dense = np.zeros((len(rows), len(columns)))
    dense[place, np.repeat(np.arange(len(columns)), end - begin)] = matrix.data[flat]
    return rows.astype(np.int64), dense


def in_modules(arrays: ArrayModel, modules: list[Modules]) -> ArrayModel:
    """Return the model with columns y at its end, in the rows' places of the moves; `moves` are columns of `arrays`."""
    if not modules:
        return arrays
    matrix, shift = replaced(arrays.matrix, modules)
    count = matrix.shape[1] - arrays.columns
    wide = replace(
        arrays, matrix=matrix, row_lower=arrays.row_lower + shift, row_upper=arrays.row_upper + shift,
        lower=np.r_[arrays.lower, np.zeros(count)], upper=np.r_[arrays.upper, np.ones(count)],
        cost=np.r_[arrays.cost, np.zeros(count)], integer=_integer(arrays, modules, count),
    )  # fmt: skip
    return wide.with_rows(*definitions(modules, arrays.columns, count))


def definitions(modules: list[Modules], columns: int, count: int) -> tuple[Any, FloatArray, FloatArray]:
    """Return rows (15): y - sum of moves = constant."""
    sums, row = _Triples(), 0
    for one in modules:
        rows = row + np.arange(len(one.constant))
        sums.add(rows, one.moves, -one.sums)
        row += len(one.constant)
    matrix = sparse.hstack([sums.matrix((count, columns)), sparse.eye_array(count)], format="csr")
    constant = np.concatenate([one.constant for one in modules])
    return sparse.csr_array(matrix), constant, constant


def _integer(arrays: ArrayModel, modules: list[Modules], count: int) -> np.ndarray[Any, np.dtype[np.bool_]]:
    whole = arrays.integer.copy()
    for one in modules:
        whole[one.moves] = False
    return np.r_[whole, np.ones(count, dtype=bool)]


class _Triples:
    """A sparse matrix that grows block by block."""

    def __init__(self) -> None:
        self.row: list[IntArray] = []
        self.column: list[IntArray] = []
        self.value: list[FloatArray] = []

    def add(self, rows: IntArray, columns: IntArray, block: FloatArray) -> None:
        """Add a dense block (rows, columns)."""
        a, b = np.nonzero(block)
        self.row.append(rows[a])
        self.column.append(columns[b])
        self.value.append(block[a, b])

    def matrix(self, shape: tuple[int, int]) -> Any:
        """Return it."""
        if not self.row:
            return sparse.csr_array(shape)
        where = (np.concatenate(self.row), np.concatenate(self.column))
        return sparse.csr_array((np.concatenate(self.value), where), shape=shape)
