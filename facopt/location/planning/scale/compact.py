"""Each site's states as columns instead of its moves, and twins as one: the same plans in far fewer columns.

A site with n sizes over T stages has a column for every move and stage, though what matters to nearly every row is only
which size it has when. All ways a site can go are few, so they are listed, and

    (14) at least    y_njt = 1 where site j has at least its n-th option in stage t, options in the order of capacity

takes the place of the moves, with the rows y_a <= y_b, y_a + y_b <= 1, y_a + y_b >= 1 that hold on every way. Where
these rows allow more than the ways, y is a mean of ways instead: y = sum_w l_w y_w, sum_w l_w = 1, l_w in [0, 1]; as y
is whole, it is one of them. A site is rewritten only if every row and the objective, as they stand, are a sum of y and
a constant on every way; that is checked, whatever rules there are. Otherwise its moves stay as they are.

What is left is merged where demand points are twins (`twins.py`): then each column stands for those of all twins.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import combinations, product
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

from facopt.location.planning.scale.arrays import ArrayModel, one_label
from facopt.location.planning.scale.twins import Marks, Twins

if TYPE_CHECKING:
    from collections.abc import Iterator

    from facopt.location.planning.model import PlanModel
    from facopt.location.planning.scale.arrays import IntArray
    from facopt.location.problem import FloatArray

MOST_WAYS = 200
MOST_PARTIAL = 20_000
ZERO = 1e-9


@dataclass(frozen=True)
class Ways:
    """All ways of one site through the stages."""

    site: int
    moves: IntArray
    """(M,) columns of its moves."""
    made: FloatArray
    """(W, M) value of each move on each way."""
    states: FloatArray
    """(W, Y) value of each y on each way; no two columns alike, none constant."""
    stage: IntArray
    """(Y,)."""
    by_mean: bool = False
    """Whether y is said to be a mean of ways, as rows of pairs allow too much."""

    @property
    def means(self) -> int:
        """Number of columns l."""
        return len(self.states) if self.by_mean else 0

    @classmethod
    def of(cls, model: PlanModel, site: int) -> Ways | None:
        """Return the ways of a site; None where it cannot move, or in too many ways."""
        problem = model.problem
        columns = {
            (n, t): model.moved[n, t] for n in problem.moves_of[site] for t in model.stages if (n, t) in model.moved
        }
        ways = list(_ways(model, site, MOST_WAYS + 1))
        if not columns or not 1 < len(ways) <= MOST_WAYS:
            return None
        order = sorted(
            (o for o in problem.options_of[site] if problem.options[o].open),
            key=lambda o: (problem.options[o].capacity, problem.options[o].running_cost, o),
        )
        rank = {option: n + 1 for n, option in enumerate(order)}
        reached = np.array([[rank.get(option, 0) for option in options] for _, options in ways])
        states = (reached[:, :, None] > np.arange(len(order))).astype(float).reshape(len(ways), -1)
        _, first = np.unique(states, axis=1, return_index=True)
        first = np.sort(first[np.ptp(states, axis=0)[first] > 0])
        made = np.array([[float(number in way and way[number] <= t) for number, t in columns] for way, _ in ways])
        return cls(site, np.array(list(columns.values())), made, states[:, first], first // max(len(order), 1))

    def pairs(self) -> Iterator[tuple[int, int, float, float, float]]:
        """Yield (a, b, coefficient of a, coefficient of b, least): rows that hold on every way, none twice over."""
        least: np.ndarray[Any, Any] = np.all(self.states[:, :, None] <= self.states[:, None, :], axis=0)
        np.fill_diagonal(least, False)
        between = (least.astype(int) @ least.astype(int)) > 0
        for a, b in product(range(len(self.stage)), repeat=2):
            if least[a, b] and not between[a, b]:
                yield a, b, -1.0, 1.0, 0.0
        for a, b in combinations(range(len(self.stage)), 2):
            both = self.states[:, a] + self.states[:, b]
            if both.max() < 2:
                yield a, b, -1.0, -1.0, -1.0
            if both.min() > 0:
                yield a, b, 1.0, 1.0, 1.0

    def exact(self) -> bool:
        """Return whether the rows of `pairs` allow nothing but the ways; False where that takes too long to tell."""
        rows = list(self.pairs())
        allowed = np.zeros((1, 0))
        for n in range(len(self.stage)):
            values = np.repeat([0.0, 1.0], len(allowed))
            allowed = np.c_[np.tile(allowed, (2, 1)), values]
            for a, b, of_a, of_b, least in rows:
                if max(a, b) == n:
                    allowed = allowed[of_a * allowed[:, a] + of_b * allowed[:, b] >= least]
            if len(allowed) > MOST_PARTIAL:
                return False
        return len(allowed) == len(np.unique(self.states, axis=0))

    def key(self) -> tuple[Any, ...]:
        """Return what sites with the same ways share."""
        return self.made.shape, self.states.shape, self.made.tobytes(), self.states.tobytes()

    def in_states(self) -> FloatArray:
        """Return (M, Y + 1): what moves are in y and a constant, as far as they are."""
        inverse: FloatArray = self.made.T @ np.linalg.pinv(np.c_[self.states, np.ones(len(self.states))]).T
        inverse[np.abs(inverse) < ZERO] = 0.0
        return inverse


def _ways(model: PlanModel, site: int, most: int) -> Iterator[tuple[dict[int, int], list[int]]]:
    """Yield ({move: stage}, option in each stage) of every way of a site, at most so many."""
    problem = model.problem
    found: list[tuple[dict[int, int], list[int]]] = [({}, [])]
    for t in model.stages:
        after: list[tuple[dict[int, int], list[int]]] = []
        for way, options in found:
            now = options[-1] if options else int(problem.start[site])
            after.append((way, [*options, now]))
            for number in problem.moves_of[site]:
                move = problem.moves[number]
                if move.start == now and (number, t) in model.moved and number not in way:
                    after.append(({**way, number: t}, [*options, move.end]))
        found = after[:most]
    yield from found


@dataclass
class Compact:
    """A model with y in place of moves where that is the same, twins merged, and the way there and back."""

    arrays: ArrayModel
    own: IntArray
    """Columns of the first model that are not rewritten, in their order; y come after them, and then twins are one."""
    ways: list[Ways]
    """Of the sites that are rewritten."""
    twins: Twins
    """Which of these columns are one."""
    site: IntArray
    """(N,) site of each column that is a move or y; -1 of others."""
    rows: IntArray
    """Rows of the first model that stay, in their order."""
    columns: int
    """Columns of the first model."""
    _by: Any = field(repr=False, default=None)
    _constant: FloatArray = field(repr=False, default_factory=lambda: np.zeros(0))

    @classmethod
    def of(cls, model: PlanModel, arrays: ArrayModel) -> Compact:
        """Return the compact form of a model whose arrays are given."""
        site = np.full(arrays.columns, -1)
        for (number, _), column in model.moved.items():
            site[column] = model.problem.moves[number].site
        inner = _rows_of_one_site(arrays, site)
        tried = [one for one in (Ways.of(model, j) for j in range(model.problem.site_count)) if one is not None]
        ways = _same(arrays, tried, inner)
        gone = np.zeros(arrays.columns, dtype=bool)
        for one in ways:
            gone[one.moves] = True
        own = np.flatnonzero(~gone)
        by, constant = _change(arrays.columns, own, ways)
        rewritten = np.zeros(int(site.max(initial=0)) + 2, dtype=bool)
        rewritten[[one.site for one in ways]] = True
        rows = np.flatnonzero(~((inner >= 0) & rewritten[inner]))
        sites = np.array([one.site for one in ways], dtype=np.int64)
        places = [np.repeat(sites, counts) for counts in ([len(w.stage) for w in ways], [w.means for w in ways])]
        made = cls(
            arrays, own, ways, Twins.none(arrays), np.concatenate([site[own], *places]), rows, arrays.columns, by,
            constant,
        )  # fmt: skip
        made.arrays = made._rewritten(arrays)
        return made._merged(Twins.of(made.arrays, made._marks(Marks.of(model))))

    def _marks(self, marks: Marks) -> Marks:
        """Return the marks of the new columns and rows for those of the first model's."""
        states, more = self.arrays.columns - len(self.own), self.arrays.rows - len(self.rows)
        point, kind = (np.r_[one[self.own], np.full(states, -1)] for one in (marks.point, marks.kind))
        return Marks(point, kind, np.r_[marks.statement[self.rows], np.full(more, -1)])

    def _merged(self, twins: Twins) -> Compact:
        kept = twins.rows[twins.rows < len(self.rows)]
        return replace(
            self, arrays=twins.merged(self.arrays), twins=twins, site=self.site[twins.first], rows=self.rows[kept],
            _by=sparse.csr_array(self._by @ twins.by),
        )  # fmt: skip

    def _rewritten(self, arrays: ArrayModel) -> ArrayModel:
        kept = arrays.only_rows(self.rows)
        matrix, shift = self.over(kept.matrix)
        states = self._by.shape[1] - len(self.own)
        new = ArrayModel(
            matrix, kept.row_lower - shift, kept.row_upper - shift, np.r_[arrays.lower[self.own], np.zeros(states)],
            np.r_[arrays.upper[self.own], np.ones(states)], self._by.T @ arrays.cost,
            np.r_[arrays.integer[self.own], np.arange(states) < states - sum(one.means for one in self.ways)],
            arrays.offset + float(arrays.cost @ self._constant),
        )  # fmt: skip
        return new.with_rows(*_ways_rows(self.ways, len(self.own), new.columns))

    def over(self, matrix: Any) -> tuple[Any, FloatArray]:
        """Return rows (R, columns) of the first model over the new columns, and the constant (R,) that is apart."""
        changed = sparse.csr_array(matrix @ self._by)
        changed.data[np.abs(changed.data) < ZERO] = 0.0
        changed.eliminate_zeros()
        return changed, matrix @ self._constant

    def column_of(self, old: IntArray) -> IntArray:
        """Return the new numbers of columns that are not rewritten; twins have one."""
        return self.twins.group[np.searchsorted(self.own, old)]

    def expand(self, values: FloatArray) -> FloatArray:
        """Return values of the first model's columns."""
        values = self.twins.expand(values)
        found = np.zeros(self.columns)
        found[self.own] = values[: len(self.own)]
        begin = len(self.own)
        for one in self.ways:
            states = values[begin : begin + len(one.stage)]
            begin += len(one.stage)
            found[one.moves] = one.made[int(np.argmin(np.abs(one.states - states).sum(axis=1)))]
        return found

    def shrink(self, values: FloatArray) -> FloatArray:
        """Return values of the new columns for those of the first model's: of twins their mean."""
        parts, means = [values[self.own]], []
        for one in self.ways:
            way = int(np.argmin(np.abs(one.made - values[one.moves]).sum(axis=1)))
            parts.append(one.states[way])
            means.append((np.arange(one.means) == way).astype(np.float64))
        return self.twins.shrink(np.concatenate([*parts, *means]))


def _rows_of_one_site(arrays: ArrayModel, site: IntArray) -> IntArray:
    """Return (R,) the site whose moves alone a row speaks of, as (1) and (2) do; -1 for all others."""
    entries = sparse.coo_array(arrays.matrix)
    return one_label(entries.row, site[entries.col], arrays.rows)


def _same(arrays: ArrayModel, tried: list[Ways], inner: IntArray) -> list[Ways]:
    """Return the sites whose moves y can replace in every row and in the objective."""
    by_column = sparse.csc_array(arrays.matrix)
    exact: dict[tuple[Any, ...], tuple[bool, FloatArray]] = {}
    kept = []
    for one in tried:
        key = one.key()
        if key not in exact:
            exact[key] = (one.exact(), one.in_states())
        is_exact, inverse = exact[key]
        rows, have = dense_columns(by_column, one.moves)
        legal = inner[rows] == one.site
        amounts = np.r_[have[~legal], arrays.cost[None, one.moves]]
        said = amounts @ inverse @ np.c_[one.states, np.ones(len(one.states))].T
        if np.all(np.abs(said - amounts @ one.made.T) <= ZERO * np.maximum(1.0, np.abs(amounts).sum(axis=1))[:, None]):
            within = have[legal] @ one.made.T
            low, high = arrays.row_lower[rows[legal]], arrays.row_upper[rows[legal]]
            if np.all(within >= low[:, None] - ZERO) and np.all(within <= high[:, None] + ZERO):
                kept.append(one if is_exact else replace(one, by_mean=True))
    return kept


def dense_columns(matrix: Any, columns: IntArray) -> tuple[IntArray, FloatArray]:
    """Return the rows of a CSC matrix that some columns have entries in, and these entries (rows, columns)."""
    begin, end = matrix.indptr[columns], matrix.indptr[columns + 1]
    flat = np.concatenate([np.arange(a, b) for a, b in zip(begin, end, strict=True)])
    rows, place = np.unique(matrix.indices[flat], return_inverse=True)
    dense = np.zeros((len(rows), len(columns)))
    dense[place, np.repeat(np.arange(len(columns)), end - begin)] = matrix.data[flat]
    return rows.astype(np.int64), dense


def _change(columns: int, own: IntArray, ways: list[Ways]) -> tuple[Any, FloatArray]:
    """Return the matrix (old columns, new columns) and constants (old columns,) by which old columns are said."""
    row, column, value = [own], [np.arange(len(own))], [np.ones(len(own))]
    constant, begin = np.zeros(columns), len(own)
    for one in ways:
        inverse = one.in_states()
        a, b = np.nonzero(inverse[:, :-1])
        row.append(one.moves[a])
        column.append(begin + b)
        value.append(inverse[a, b])
        constant[one.moves] = inverse[:, -1]
        begin += len(one.stage)
    where = (np.concatenate(row), np.concatenate(column))
    wide = begin + sum(one.means for one in ways)
    return sparse.csr_array((np.concatenate(value), where), shape=(columns, wide)), constant


def _ways_rows(ways: list[Ways], begin: int, columns: int) -> tuple[Any, FloatArray, FloatArray]:
    """Return the rows that allow nothing but the ways: columns y from `begin` on, columns l after all y."""
    blocks: list[tuple[IntArray, FloatArray]] = []
    low: list[float] = []
    high: list[float] = []
    mean = begin + sum(len(one.stage) for one in ways)
    for one in ways:
        if one.by_mean:
            numbers = mean + np.arange(one.means)
            blocks.append((numbers, np.ones(one.means)))
            blocks += [(np.r_[begin + y, numbers], np.r_[-1.0, one.states[:, y]]) for y in range(len(one.stage))]
            low += [1.0, *[0.0] * len(one.stage)]
            high += [1.0, *[0.0] * len(one.stage)]
            mean += one.means
        else:
            for a, b, of_a, of_b, least in one.pairs():
                blocks.append((np.array([begin + a, begin + b]), np.array([of_a, of_b])))
                low.append(least)
                high.append(np.inf)
        begin += len(one.stage)
    first = np.cumsum([0, *(len(numbers) for numbers, _ in blocks)])
    flat = [np.concatenate([block[n] for block in blocks]) if blocks else np.zeros(0) for n in (0, 1)]
    matrix = sparse.csr_array((flat[1], flat[0].astype(np.int64), first), shape=(len(low), columns))
    return matrix, np.array(low), np.array(high)
