"""A plan made better part by part: some sites that lie together free, all others as they are, solved exactly.

Every row of the model stays, so whatever rules there are hold, and a window never makes a plan worse.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import dijkstra

from facopt.location.planning.scale.arrays import with_short_indices
from facopt.location.planning.scale.highs import Effort, solve_arrays

if TYPE_CHECKING:
    from collections.abc import Callable

    from facopt.location.planning.model import PlanModel
    from facopt.location.planning.scale.arrays import ArrayModel, IntArray
    from facopt.location.planning.scale.compact import Compact
    from facopt.location.problem import BoolArray, FloatArray

LONG = 400
"""Rows of more columns than this tie the county together; nothing lies beside anything else for being in one."""
MOST_TIED = 30
"""Sites of a row that says nothing of people up to which they come into a window together."""
TIED_AFTER = 4
"""Every so many windows in vain, what the site in the middle requires is in the next."""
GAP, LEAST_GAP, MOST_GAP = 3e-4, 1e-5, 3e-3
"""How exact windows are at first, relative to the value of the whole plan, and at most and least..."""
SOON, LATE, LOOSER = 0.15, 0.9, 1.3
"""...as they have needed less than this share of their time, or more: by so much each."""
PAID = 1e-6
"""Violation below which a row counts as kept, relative to its bound."""


@dataclass(frozen=True)
class Places:
    """Where each column of a model lies."""

    site: IntArray
    """(N,) site of a move, -1 of other columns."""
    point: IntArray
    """(N,) demand point of an assignment or its sum, one of them where twins are merged; -1 of other columns."""

    @classmethod
    def of(cls, model: PlanModel, compact: Compact) -> Places:
        """Return the places of the columns of a model's compact form."""
        services = model.problem.services
        known = [(x, services[k].demand[arc]) for (k, arc, _), x in model.flow.items() if services[k].assigned]
        known += [(z, i) for (_, i, _), z in model.covered_point.items()]
        column, demand = np.array(known, dtype=np.int64).reshape(-1, 2).T
        point = np.full(compact.arrays.columns, -1, dtype=np.int64)
        point[compact.column_of(column)] = demand
        return cls(compact.site, point)

    def of_columns(self, columns: IntArray) -> Places:
        """Return the places of some columns, numbered anew."""
        return Places(self.site[columns], self.point[columns])


@dataclass
class Windows:
    """The exact model with what lies beside what in it."""

    arrays: ArrayModel
    places: Places
    seed: int = 1
    own_rows: int | None = None
    """Rows after these follow from those before them, and only help the solver; None without any."""

    @cached_property
    def by_column(self) -> Any:
        """The matrix by columns."""
        return sparse.csc_array(self.arrays.matrix)

    @cached_property
    def local(self) -> BoolArray:
        """(R,) rows of the model that do not tie the county together."""
        local: BoolArray = np.diff(self.arrays.matrix.indptr) <= LONG
        local[len(local) if self.own_rows is None else self.own_rows :] = False
        return local

    @cached_property
    def movable(self) -> IntArray:
        """Sites that have moves, ascending."""
        return np.unique(self.places.site[self.places.site >= 0])

    @cached_property
    def beside(self) -> Any:
        """(J, J) CSR: one over the rows that two sites share."""
        rows = sparse.csr_array(self.arrays.matrix[np.flatnonzero(self.local)])
        entries = sparse.coo_array(rows)
        site = self.places.site[entries.col]
        moves = site >= 0
        count = int(self.places.site.max(initial=-1)) + 1
        inside = sparse.csr_array(
            (np.ones(int(moves.sum())), (entries.row[moves], site[moves])), shape=(rows.shape[0], count)
        )
        inside.data[:] = 1.0
        shared = sparse.csr_array(inside.T @ inside)
        shared.setdiag(0)
        shared.eliminate_zeros()
        shared.data = 1.0 / shared.data
        return shared

    @cached_property
    def tied(self) -> Any:
        """(R', J) CSR: the sites of each row that says nothing of people, such as what a site requires."""
        matrix, places = self.arrays.matrix, self.places
        row = np.repeat(np.arange(self.arrays.rows), np.diff(matrix.indptr))
        silent = self.local.copy()
        silent[row[places.point[matrix.indices] >= 0]] = False
        inside = silent[row] & (places.site[matrix.indices] >= 0)
        where = (row[inside], places.site[matrix.indices[inside]])
        shape = (self.arrays.rows, int(places.site.max(initial=-1)) + 1)
        return sparse.csr_array((np.ones(int(inside.sum())), where), shape=shape)

    @cached_property
    def _tied_by_site(self) -> Any:
        return sparse.csc_array(self.tied)

    def tied_to(self, site: int) -> IntArray:
        """Return the sites that stand with one in a row that says nothing of people."""
        by_site, first, sites = self._tied_by_site, self.tied.indptr, self.tied.indices
        rows = np.unique(by_site.indices[by_site.indptr[site] : by_site.indptr[site + 1]])
        found = [np.unique(sites[first[row] : first[row + 1]]) for row in rows]
        found = [one for one in found if 1 < len(one) <= MOST_TIED]
        tied: IntArray = np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *found]))
        return tied

    def around(self, site: int, count: int) -> IntArray:
        """Return the sites nearest to one by the rows they share."""
        away = dijkstra(with_short_indices(self.beside), indices=site)
        away[site] = -1.0
        order = self.movable[np.argsort(away[self.movable], kind="stable")]
        near: IntArray = order[np.isfinite(away[order])][:count]
        return near

    def free(self, sites: IntArray) -> BoolArray:
        """Return (N,) the columns of some sites: moves, all assignment of whom they can serve, and what follows."""
        arrays, places = self.arrays, self.places
        chosen = np.zeros(int(places.site.max(initial=-1)) + 2, dtype=bool)
        chosen[sites] = True
        found = chosen[places.site]
        found |= self.in_rows_of(found) & (places.site < 0)
        served = np.zeros(int(places.point.max(initial=-1)) + 2, dtype=bool)
        served[places.point[found & (places.point >= 0)]] = True
        found |= served[places.point] & (places.point >= 0)
        other = (places.site < 0) & (places.point < 0)
        found |= self.in_rows_of(found & ~arrays.integer | found & other) & other
        return found

    def in_rows_of(self, columns: BoolArray) -> BoolArray:
        """Return (N,) columns that share a local row with some."""
        rows = np.zeros(self.arrays.rows, dtype=bool)
        rows[entries_of(self.by_column.indptr, self.by_column.indices, np.flatnonzero(columns))] = True
        rows &= self.local
        found = np.zeros(self.arrays.columns, dtype=bool)
        matrix = self.arrays.matrix
        found[entries_of(matrix.indptr, matrix.indices, np.flatnonzero(rows))] = True
        return found


def entries_of(first: IntArray, indices: IntArray, chosen: IntArray) -> IntArray:
    """Return the indices of some rows (CSR) or columns (CSC), one after the other."""
    sizes = first[chosen + 1] - first[chosen]
    begin = np.repeat(first[chosen] - np.r_[0, np.cumsum(sizes)[:-1]], sizes) if len(chosen) else np.zeros(0, dtype=int)
    return indices[begin + np.arange(len(begin))]


@dataclass
class Search:
    """A plan's column values on their way to be better."""

    windows: Windows
    values: FloatArray
    extra: BoolArray
    """(N,) columns that are free in every window."""
    size: int = 20
    seconds: float = 4.0
    gap: float = GAP
    visits: dict[int, float] = field(default_factory=dict)
    tried: int = 0
    in_vain: int = 0
    """Windows one after the other that found nothing."""

    @cached_property
    def rng(self) -> np.random.Generator:
        """Draws the middle of each window."""
        return np.random.default_rng(self.windows.seed)

    def draw(self, among: IntArray | None = None) -> IntArray:
        """Return a window around a site, of all or `among` some, that was seldom in one.

        What the site requires comes along after some windows in vain: it is seldom what is wanted, and makes them slow.
        """
        movable = self.windows.movable if among is None else among
        seen = np.array([self.visits.get(int(j), 0.0) for j in movable])
        weight = 1.0 / (1.0 + seen) ** 3
        middle = int(self.rng.choice(movable, p=weight / weight.sum()))
        near = self.windows.around(middle, max(1, int(self.size * self.rng.uniform(0.6, 1.3))))
        alone = (self.in_vain + 1) % TIED_AFTER
        tied = near[:0] if alone else self.windows.tied_to(middle)
        sites: IntArray = np.r_[near, tied[~np.isin(tied, near)]]
        for n, j in enumerate(sites.tolist()):
            self.visits[j] = self.visits.get(j, 0.0) + max(0.0, 1.0 - n / len(sites))
        return sites

    def step(self, sites: IntArray, stop: Callable[[], bool] | None = None) -> bool:
        """Solve one window and keep what it finds; returns whether that is better."""
        self.tried += 1
        free, began = self.windows.free(sites) | self.extra, time.monotonic()
        better = self.improve(free, self.seconds, stop)
        took = (time.monotonic() - began) / self.seconds
        if took > LATE:
            self.gap = min(self.gap * LOOSER, MOST_GAP)
        elif took < SOON:
            self.gap = min(self.gap, max(self.gap / LOOSER, LEAST_GAP))
        self.in_vain = 0 if better else self.in_vain + 1
        return better

    def grow(self) -> None:
        """Take larger windows, with more time for each, once a sweep of the county has found nothing."""
        if self.in_vain * self.size > 1.5 * len(self.windows.movable):
            self.size, self.seconds, self.in_vain = int(1.4 * self.size) + 1, 1.6 * self.seconds, 0

    def improve(
        self, free: BoolArray, seconds: float, stop: Callable[[], bool] | None = None, gap: float | None = None
    ) -> bool:
        """Solve with some columns free (N,) and keep what is found; returns whether that is better."""
        part = self.windows.arrays.fixed(self.values, free, self.windows.by_column)
        effort = Effort(seconds, self.gap if gap is None else gap, seed=self.windows.seed, stop=stop)
        result = solve_arrays(part, effort, self.values[free])
        if result.values is None:
            return False
        before = part.value(self.values[free])
        if part.value(result.values) >= before - 1e-9 * max(1.0, abs(before)):
            return False
        self.values = self.values.copy()
        self.values[free] = result.values
        return True


def elastic(arrays: ArrayModel, prices: FloatArray, broken: IntArray) -> ArrayModel:
    """Return the model in which some rows may be violated, at `prices` (R,) for a unit: a column more for each."""
    below = np.isfinite(arrays.row_lower[broken])
    count = len(broken)
    signs = np.where(below, 1.0, -1.0)
    slack = sparse.csr_array((signs, (broken, np.arange(count))), shape=(arrays.rows, count))
    matrix = sparse.csr_array(sparse.hstack([arrays.matrix, slack], format="csr"))
    return replace(
        arrays, matrix=matrix, lower=np.r_[arrays.lower, np.zeros(count)],
        upper=np.r_[arrays.upper, np.full(count, np.inf)],
        cost=np.r_[arrays.cost, prices[broken]], integer=np.r_[arrays.integer, np.zeros(count, dtype=bool)],
    )  # fmt: skip


def rows_broken(arrays: ArrayModel, values: FloatArray) -> IntArray:
    """Return the rows that column values miss."""
    amount = arrays.matrix @ values
    scale = PAID * np.maximum(1.0, np.maximum(np.abs(_finite(arrays.row_lower)), np.abs(_finite(arrays.row_upper))))
    return np.flatnonzero((amount < arrays.row_lower - scale) | (amount > arrays.row_upper + scale))


def _finite(bounds: FloatArray) -> FloatArray:
    return np.where(np.isfinite(bounds), bounds, 0.0)
