"""A plan from a solution that breaks some rows: they may be violated at a price, and windows pay the violation off.

Two beginnings. Openings alone (of the priced parts, or of what stands), which say nothing of who is covered: whatever
they break costs its price, county-wide rows little more than in the relaxation. And a solution of the master, which
keeps all rows but those of assignment: it is completed as far as it goes, and only what is missing must be mended.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from facopt.location.planning.scale.arrays import FEASIBLE
from facopt.location.planning.scale.highs import Effort, solve_arrays
from facopt.location.planning.scale.windows import (
    PAID,
    Places,
    Search,
    Windows,
    elastic,
    rows_broken,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from facopt.location.planning.scale.arrays import IntArray
    from facopt.location.problem import BoolArray, FloatArray

FIRST_SECONDS, FIRST_GAP = 5.0, 1e-3
"""On the way to a first plan a window need not be exact, but one that is cut short builds far too much."""
NOBODY = 1e-7
"""Share of a demand point that nobody is in; what a solver's tolerance sends where there is no room."""
COUNTY_WINDOWS, DEARER = 5, 1.3
"""Where nothing but rows of the county is owed: windows anywhere after which their price rises, and by how much. In
small steps, so that what is missing is made up where that costs least."""
SEEN = 2.0
"""What is owed must be worth so many times what a window may stop short of."""
REGION = 0.25
"""Share of all sites up to which a row is one of a region, and windows that pay it off are drawn there."""
MOST_SWEEPS = 20
"""A first plan that is not there after so many sweeps of the county, prices doubled after each, is given up."""


@dataclass
class First:
    """The way to a first plan: windows over the elastic model until nothing is violated any more."""

    windows: Windows
    """Of the model without slack."""
    prices: FloatArray
    """(R,) of the linear relaxation, 0 where unknown."""
    scale: float
    """What the objective amounts to."""

    def find(self, moves: FloatArray, until: float, stop: Callable[[], bool]) -> FloatArray | None:
        """Return column values of a plan, from moves (N,) that need not keep the rules; None where none was found.

        `moves` is 0 for all columns but those of moves that are made.
        """
        arrays = self.windows.arrays
        broken = self._with_county(rows_broken(arrays, moves))
        search = self._search(moves, broken, self._penalties())
        search.improve(search.windows.places.site < 0, max(until - time.monotonic(), 0.1) / 2, stop)
        return self._pay(search, broken, until, stop)

    def complete(self, values: FloatArray, seconds: float) -> FloatArray | None:
        """Return column values of the best plan with the whole columns of `values` (N,); None where there is none."""
        arrays = self.windows.arrays
        free = ~arrays.integer
        if not free.any():
            return values if arrays.violation(values) <= FEASIBLE / 2 else None
        part = arrays.fixed(values, free, self.windows.by_column, widen=0.0)
        found = solve_arrays(part, Effort(seconds, tolerance=NOBODY / 100))
        if found.values is None:
            return None
        plan = values.copy()
        plan[free] = np.where(np.abs(found.values) < NOBODY, 0.0, found.values)
        return plan if arrays.violation(plan) <= FEASIBLE / 2 else None

    def mend(self, values: FloatArray, until: float, stop: Callable[[], bool]) -> FloatArray | None:
        """Return column values of a plan from a solution (N,) that keeps all rows but those of assignment.

        First as few people as possible are left without a place, then the sites near them may change.
        """
        arrays = self.windows.arrays
        lacking = rows_broken(arrays, values)
        soft = elastic(replace(arrays, cost=np.zeros(arrays.columns), offset=0.0), np.ones(arrays.rows), lacking)
        free = np.r_[~arrays.integer, np.ones(len(lacking), dtype=bool)]
        begin = np.r_[values, self._missing(values, lacking)]
        found = solve_arrays(soft.fixed(begin, free, sparse.csc_array(soft.matrix)), Effort(until - time.monotonic()))
        if found.values is None:
            return None
        begin[free] = found.values
        owed = self._with_county(lacking[begin[arrays.columns :] > PAID])
        return self._pay(self._search(begin[: arrays.columns], owed, self._penalties()), owed, until, stop)

    def _with_county(self, rows: IntArray) -> IntArray:
        """Return rows and those of the county: a budget spent elsewhere must not forbid what is missing here."""
        county = np.flatnonzero(~self.windows.local[: self.windows.own_rows])
        return np.union1d(rows, county)

    def _search(self, values: FloatArray, broken: IntArray, penalties: FloatArray) -> Search:
        """Return windows over the model in which some rows may be violated."""
        soft = elastic(self.windows.arrays, penalties, broken)
        pad = np.full(len(broken), -1)
        places = Places(np.r_[self.windows.places.site, pad], np.r_[self.windows.places.point, pad])
        windows = Windows(soft, places, self.windows.seed, self.windows.own_rows)
        for known in ("beside", "tied"):
            windows.__dict__[known] = getattr(self.windows, known)
        slack = np.arange(soft.columns) >= self.windows.arrays.columns
        begin = np.r_[values, self._missing(values, broken)]
        return Search(windows, begin, slack, seconds=FIRST_SECONDS, gap=FIRST_GAP)

    def _pay(self, search: Search, broken: IntArray, until: float, stop: Callable[[], bool]) -> FloatArray | None:
        """Return column values once nothing is violated any more; prices are doubled after each sweep."""
        columns = self.windows.arrays.columns
        sweep, county = 1 + 2 * len(self.windows.movable) // search.size, 0
        while time.monotonic() < until and not stop() and search.tried < MOST_SWEEPS * sweep:
            owed = search.values[columns:] > PAID * np.maximum(1.0, np.abs(self._bound(broken)))
            if not owed.any():
                return search.values[:columns]
            if not len(self.windows.movable):
                return None
            near = self._near(broken[owed])
            search.step(search.draw(near), stop)
            county = county + 1 if near is None else 0
            if search.tried % sweep == 0:
                self._raise_prices(search, owed, 2.0)
            elif county and county % COUNTY_WINDOWS == 0:
                self._raise_prices(search, owed, max(DEARER, self._seen_from(search, owed)))
        return None

    def _seen_from(self, search: Search, owed: BoolArray) -> float:
        """Return the factor by which prices must rise for windows to see what is owed, exact as they are."""
        arrays, columns = search.windows.arrays, self.windows.arrays.columns + np.flatnonzero(owed)
        worth = float(arrays.cost[columns] @ search.values[columns])
        return SEEN * search.gap * abs(arrays.value(search.values)) / max(worth, 1e-9)

    def _raise_prices(self, search: Search, owed: BoolArray, factor: float) -> None:
        """Make what is still owed dearer."""
        arrays = search.windows.arrays
        cost = arrays.cost.copy()
        cost[self.windows.arrays.columns + np.flatnonzero(owed)] *= factor
        search.windows.arrays = replace(arrays, cost=cost)

    def _near(self, rows: IntArray) -> IntArray | None:
        """Return the sites that rows of one region have to do with; None where only rows of the county are left."""
        most = REGION * len(self.windows.movable)
        found = [near for near in map(self._sites_of, rows.tolist()) if len(near) <= most]
        if not found:
            return None
        near = np.unique(np.concatenate(found))
        return near if len(near) else None

    def _sites_of(self, row: int) -> IntArray:
        """Return the sites of a row, or those that can serve whom it speaks of."""
        places, matrix = self.windows.places, self.windows.arrays.matrix
        columns = matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]]
        sites = np.unique(places.site[columns])
        if (sites >= 0).any():
            return sites[sites >= 0]
        served = np.zeros(self.windows.arrays.columns, dtype=bool)
        served[columns] = True
        sites = np.unique(places.site[self.windows.in_rows_of(served & (places.point >= 0))])
        return sites[sites >= 0]

    def _bound(self, rows: IntArray) -> FloatArray:
        arrays = self.windows.arrays
        low = arrays.row_lower[rows]
        return np.where(np.isfinite(low), low, arrays.row_upper[rows])

    def _missing(self, values: FloatArray, rows: IntArray) -> FloatArray:
        arrays = self.windows.arrays
        amount = arrays.matrix[rows] @ values
        missing: FloatArray = np.maximum(arrays.row_lower[rows] - amount, amount - arrays.row_upper[rows]).clip(0.0)
        return missing

    def _penalties(self) -> FloatArray:
        """Return (R,) a little more than the price for rows of the county, far more than anything for others."""
        arrays = self.windows.arrays
        every = np.arange(arrays.rows)
        steep = 10 * self.scale / np.maximum(1.0, np.abs(self._bound(every)))
        known = np.abs(self.prices)
        return np.where(~self.windows.local & (known > 0), 1.05 * known, np.maximum(steep, 2 * known))
