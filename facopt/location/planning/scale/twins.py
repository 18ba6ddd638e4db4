"""Demand points that are alike as one: the same optimum and the same plans in far fewer columns.

Neighbours in a town are often served by the same sites, live in the same zone, and stand in every row that they share
with others (capacity, targets, floors, ...) with coefficients in proportion to their weights w_p, such as their people:
twins. Their columns become one, and of the rows that speak of one twin alone, which are alike, one stays:

    (16) merged    x_pa = x_a for all twins p

A plan of the merged model is a plan of the model, in which each twin gets the same share. And the mean of any plan over
twins, x_a = sum_p w_p x_pa / sum_p w_p, is a plan of the merged model at the same cost: rows of one twin hold for each
of them, so for their mean, and a shared row's sum_p w_p g x_pa is (sum_p w_p) g x_a. So the optimum is the same, also
that of every relaxation that drops rows or integers (Grohe, Kersting, Mladenov, Selman 2014, Dimension Reduction via
Colour Refinement: equitable partitions; here with weights, and with rows that stay as they are).

With E the columns said by merged ones, S the means of columns and T the means of rows that are alike, all this is

    A E is the same in rows that are alike, and so are their bounds;  A E S = T A in the rows that stay;  c E S = c

with no whole column merged. That is checked for the matrix as it stands, whatever rules there are. What to merge is
proposed by colour refinement; where the check fails, nothing is merged.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from facopt.location.planning.scale.arrays import ArrayModel, one_label, with_short_indices

if TYPE_CHECKING:
    from facopt.location.planning.model import PlanModel
    from facopt.location.planning.scale.arrays import IntArray
    from facopt.location.problem import BoolArray, FloatArray

ALIKE = 1e-8
"""Relative: coefficients in proportion up to this count as proportional..."""
EXACT = 3e-8
"""...and what the check, of sums of them, lets pass."""

Colours = np.ndarray[Any, np.dtype[np.uint64]]


@dataclass(frozen=True)
class Twins:
    """Which columns become one and which rows stay."""

    group: IntArray
    """(N,) merged column of each column."""
    first: IntArray
    """(M,) first column of each merged column, ascending."""
    share: FloatArray
    """(N,) of each column in the mean over those that are merged with it."""
    rows: IntArray
    """(R',) rows that stay, the first of those that are alike, ascending."""
    row_group: IntArray
    """(R,) position in `rows` of the row that stays for each row."""
    row_share: FloatArray
    """(R,) of each row in the mean over those that are alike."""

    @classmethod
    def none(cls, arrays: ArrayModel) -> Twins:
        """Return that nothing is merged."""
        columns, rows = np.arange(arrays.columns), np.arange(arrays.rows)
        return cls(columns, columns, np.ones(arrays.columns), rows, rows, np.ones(arrays.rows))

    @classmethod
    def of(cls, arrays: ArrayModel, marks: Marks) -> Twins:
        """Return what can be merged in a model."""
        found = cls.proposed(arrays, marks)
        merges = len(found.first) < arrays.columns
        return found if merges and found.holds(arrays) else cls.none(arrays)

    @classmethod
    def proposed(cls, arrays: ArrayModel, marks: Marks) -> Twins:
        """Return what looks as if it could be merged."""
        coarse = _Blocks.of(arrays, marks)
        column_colour, row_colour = coarse.refined(arrays, marks)
        group, first = _numbered(column_colour)
        row_group, rows = _numbered(row_colour)
        share, row_share = _shares(group, coarse.weight), _shares(row_group, coarse.row_weight)
        return cls(group, first, share, rows, row_group, row_share)

    @cached_property
    def by(self) -> Any:
        """E: (N, M) CSR, columns said by merged ones."""
        count = len(self.group)
        return sparse.csr_array((np.ones(count), self.group, np.arange(count + 1)), shape=(count, len(self.first)))

    def merged(self, arrays: ArrayModel) -> ArrayModel:
        """Return the merged model."""
        first, rows = self.first, self.rows
        return ArrayModel(
            sparse.csr_array(arrays.matrix[rows] @ self.by), arrays.row_lower[rows], arrays.row_upper[rows],
            arrays.lower[first], arrays.upper[first], self._summed(arrays.cost), arrays.integer[first], arrays.offset,
        )  # fmt: skip

    def expand(self, values: FloatArray) -> FloatArray:
        """Return values (N,) of the columns for those (M,) of the merged ones."""
        return values[self.group]

    def shrink(self, values: FloatArray) -> FloatArray:
        """Return the means (M,) of values (N,) over what is merged."""
        return self._summed(self.share * values)

    def _summed(self, amounts: FloatArray) -> FloatArray:
        return np.bincount(self.group, amounts, len(self.first)).astype(np.float64)

    def holds(self, arrays: ArrayModel) -> bool:
        """Return whether plans of the merged model are plans of the model, and means of plans are plans of it."""
        return self._are_means(arrays) and self._same_bounds(arrays) and self._same_rows(arrays)

    def _are_means(self, arrays: ArrayModel) -> bool:
        """Whether shares are those of means, and whole columns are alone."""
        alone = np.bincount(self.group)[self.group] == 1
        sums = np.r_[np.bincount(self.group, self.share), np.bincount(self.row_group, self.row_share)]
        least = min(self.share.min(initial=0.0), self.row_share.min(initial=0.0))
        return bool(np.all(alone | ~arrays.integer) and np.all(np.abs(sums - 1) <= ALIKE) and least >= 0)

    def _same_bounds(self, arrays: ArrayModel) -> bool:
        stays, row_stays = self.first[self.group], self.rows[self.row_group]
        bounds = ((arrays.lower, stays), (arrays.upper, stays))
        row_bounds = ((arrays.row_lower, row_stays), (arrays.row_upper, row_stays))
        return all(np.array_equal(bound, bound[one]) for bound, one in (*bounds, *row_bounds))

    def _same_rows(self, arrays: ArrayModel) -> bool:
        merged = sparse.csr_array(arrays.matrix @ self.by)
        stay = merged[self.rows]
        mean = sparse.csr_array(self.by.multiply(self.share[:, None]).T)
        row_mean = sparse.csr_array(
            (self.row_share, (self.row_group, np.arange(arrays.rows))), shape=(len(self.rows), arrays.rows)
        )
        cost = self._summed(arrays.cost)[self.group] * self.share
        return (
            bool(np.all(np.abs(cost - arrays.cost) <= EXACT * np.abs(arrays.cost)))
            and _equal(stay[self.row_group], merged)
            and _equal(stay @ mean, row_mean @ arrays.matrix)
        )


@dataclass(frozen=True)
class Marks:
    """What is known of columns and rows beyond their coefficients."""

    point: IntArray
    """(N,) demand point that a column is of; -1 of others, which are never merged."""
    kind: IntArray
    """(N,) columns of different kinds are never merged."""
    statement: IntArray
    """(R,) rows of different statements are never alike: each can be left out for itself."""

    @classmethod
    def of(cls, model: PlanModel) -> Marks:
        """Return the marks of a model's columns and rows."""
        point, kind = (np.full(len(model.linear.column_names), -1) for _ in range(2))
        kinds: dict[tuple[object, ...], int] = {}
        for (k, arc, t), x in model.flow.items():
            point[x], kind[x] = model.problem.services[k].demand[arc], kinds.setdefault(("flow", k, t), len(kinds))
        for (k, i, t), z in model.covered_point.items():
            point[z], kind[z] = i, kinds.setdefault(("covered", k, t), len(kinds))
        for parts, v in model.covered_all.items():
            of_parts = {int(point[part]) for part in parts} - {-1}
            if len(of_parts) == 1:
                point[v], kind[v] = of_parts.pop(), kinds.setdefault(("all",), len(kinds))
        stated: dict[tuple[str, str], int] = {}
        keys = zip(model.row_keys, model.row_parts, strict=True)
        statement = np.array([stated.setdefault(one, len(stated)) for one in keys], dtype=np.int64)
        return cls(point, kind, statement)


@dataclass(frozen=True)
class _Blocks:
    """Columns of one demand point that its own rows tie together, with the weight of their entries elsewhere."""

    row: IntArray
    """(E,) of each entry that is not 0..."""
    column: IntArray
    value: FloatArray
    owned: BoolArray
    """(N,) columns that may be merged: of a demand point, not whole."""
    own: BoolArray
    """(R,) rows that speak of the columns of one demand point alone."""
    weight: FloatArray
    """(N,) of the block of a column; 1 of others."""
    row_weight: FloatArray
    """(R,) of the block of a row; 1 of others."""

    @classmethod
    def of(cls, arrays: ArrayModel, marks: Marks) -> _Blocks:
        """Return the blocks of a model."""
        entries = sparse.coo_array(arrays.matrix)
        there = entries.data != 0
        row, column = (one[there].astype(np.int64) for one in (entries.row, entries.col))
        value = entries.data[there]
        point = np.where(arrays.integer, -1, marks.point)
        owned = point >= 0
        of_point = owned[column]
        own = one_label(row[of_point], point[column[of_point]], arrays.rows) >= 0
        label = _connected(own, owned, row, column)
        shared, amount = ~own[row] & owned[column], np.zeros(len(label))
        np.add.at(amount, label[column[shared]], np.abs(value[shared]))
        np.add.at(amount, label[: arrays.columns], np.abs(arrays.cost) * owned)
        amount[amount == 0] = 1.0
        weight = np.where(owned, amount[label[: arrays.columns]], 1.0)
        return cls(row, column, value, owned, own, weight, np.where(own, amount[label[arrays.columns :]], 1.0))

    def refined(self, arrays: ArrayModel, marks: Marks) -> tuple[Colours, Colours]:
        """Return the colours of columns and rows: those of one colour look as if they could be merged.

        From what each is by itself, to what those are that it stands with, until nothing more can be told apart.
        """
        colour, row_start = self._column_start(arrays, marks), self._row_start(arrays, marks)
        inside = self.own[self.row]
        row, column, bits = self.row[inside], self.column[inside], _mixed(_bits(self.value[inside]))
        into = self.owned[column]
        known = -1
        while True:
            row_colour = row_start.copy()
            np.add.at(row_colour, row, _mixed(colour[column] ^ bits))
            row_colour = _mixed(row_colour)
            found = len(np.unique(colour[self.owned]))
            if found <= known:
                return colour, row_colour
            known, colour = found, colour.copy()
            np.add.at(colour, column[into], _mixed(row_colour[row[into]] ^ bits[into]))
            colour = np.where(self.owned, _mixed(colour), colour)

    def _column_start(self, arrays: ArrayModel, marks: Marks) -> Colours:
        """Return (N,) colours by kind, bounds, cost and shared rows; each column that is not merged has its own."""
        count = arrays.columns
        colour = _chained(_bits(marks.kind), _bits(arrays.lower), _bits(arrays.upper))
        shared = np.flatnonzero(~self.own[self.row] & self.owned[self.column])
        costs = np.flatnonzero((arrays.cost != 0) & self.owned)
        column = np.r_[self.column[shared], costs]
        where = np.r_[self.row[shared], np.full(len(costs), arrays.rows)]
        amount = np.r_[self.value[shared], arrays.cost[costs]]
        np.add.at(colour, column, _chained(_bits(where), _proportion(amount, self.weight[column])))
        return np.where(self.owned, _mixed(colour), _chained(_bits(np.arange(count)), _bits(np.full(count, -1))))

    def _row_start(self, arrays: ArrayModel, marks: Marks) -> Colours:
        """Return (R,) colours by statement and bounds; each row that is not one point's alone has its own."""
        number = np.where(self.own, -1, np.arange(arrays.rows))
        return _chained(_bits(number), _bits(marks.statement), _bits(arrays.row_lower), _bits(arrays.row_upper))


def _connected(own: BoolArray, owned: BoolArray, row: IntArray, column: IntArray) -> IntArray:
    """Return (N + R,) the block of columns that may be merged and of own rows; each other is its own."""
    inside = own[row] & owned[column]
    size = len(owned) + len(own)
    graph = sparse.csr_array((np.ones(int(inside.sum())), (column[inside], len(owned) + row[inside])), (size, size))
    label: IntArray = connected_components(with_short_indices(graph), directed=False)[1]
    return label


def _numbered(colour: Colours) -> tuple[IntArray, IntArray]:
    """Return the number of each one's colour, in the order of first appearance, and the first one of each colour."""
    _, first, group = np.unique(colour, return_index=True, return_inverse=True)
    order = np.argsort(first)
    number = np.empty(len(order), dtype=np.int64)
    number[order] = np.arange(len(order))
    return number[group], first[order]


def _shares(group: IntArray, weight: FloatArray) -> FloatArray:
    return weight / np.bincount(group, weight)[group]


def _equal(found: Any, expected: Any) -> bool:
    """Return whether two sparse matrices have the same entries, up to rounding."""
    apart = abs(sparse.csr_array(found) - sparse.csr_array(expected)) - EXACT * abs(sparse.csr_array(expected))
    return bool(np.all(apart.data <= 0))


# --- colours: words of 64 bits ---------------------------------------------------------------------------------------


def _bits(values: np.ndarray[Any, Any]) -> Colours:
    """Return the bits of whole numbers or of numbers as they are."""
    wide = values.astype(np.int64) if values.dtype.kind in "iu" else values.astype(np.float64) + 0.0
    return np.ascontiguousarray(wide).view(np.uint64)


def _mixed(words: Colours) -> Colours:
    """Return words without any likeness left between those that differ in a bit (Steele, Lea, Flood 2014, SplitMix)."""
    words = words + np.uint64(0x9E3779B97F4A7C15)
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return words ^ (words >> np.uint64(31))


def _chained(*words: Colours) -> Colours:
    """Return one word for several."""
    found = np.zeros_like(words[0])
    for one in words:
        found = _mixed(found ^ one)
    return found


def _proportion(amount: FloatArray, weight: FloatArray) -> Colours:
    """Return a word for each amount in proportion to a weight, rounded."""
    steps = np.rint(np.log(np.abs(amount) / weight) / ALIKE).astype(np.int64)
    return _bits(2 * steps + (amount > 0))
