"""The master with assignment for some demand points only: between the master and the model itself.

A solution of the master may open sites that its Hall rows do not yet know to be too small. To say who goes where for
the demand points of the rows it breaks, and for nobody else, costs few columns and is worth the Hall rows of all sets
of these points at once. Whoever is left out of a row can only make it easier to keep: columns that are never negative
are dropped from rows "at most" where they add, from rows "at least" where they take away, and with any other sign the
row is dropped. So the bound remains one of the model, and with everybody in it this is the model.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

from facopt.location.planning.scale.master import Master, slack_hall_rows

if TYPE_CHECKING:
    from facopt.location.planning.model import PlanModel
    from facopt.location.planning.scale.arrays import ArrayModel, IntArray
    from facopt.location.planning.scale.compact import Compact
    from facopt.location.planning.scale.hall import HallSet
    from facopt.location.problem import BoolArray, FloatArray


@dataclass(frozen=True)
class Detail:
    """A master with some assignment."""

    arrays: ArrayModel
    columns: IntArray
    """Column of the compact model for each of its columns, ascending."""
    of_master: IntArray
    """Its column for each of the master's."""


@dataclass
class Details:
    """The master, and all assignment that can be added to it."""

    exact: ArrayModel
    """The compact model."""
    master: Master
    flow: IntArray
    """(F,) columns of assignment in the compact model, ascending."""
    column: IntArray
    """(A,) position in `flow` of each assignment of a demand point to a site; twins share it..."""
    service: IntArray
    """(A,) ...its service..."""
    point: IntArray
    """(A,) ...its demand point..."""
    site: IntArray
    """(A,) ...and its site."""

    @classmethod
    def of(cls, model: PlanModel, compact: Compact, master: Master) -> Details:
        """Return what can be added to a master."""
        assigned = [one for one in model.flow.items() if model.problem.services[one[0][0]].assigned]
        service = np.array([k for (k, _, _), _ in assigned], dtype=np.int64)
        point = np.array([model.problem.services[k].demand[arc] for (k, arc, _), _ in assigned], dtype=np.int64)
        site = np.array([model.problem.services[k].site[arc] for (k, arc, _), _ in assigned], dtype=np.int64)
        columns = compact.column_of(np.array([column for _, column in assigned], dtype=np.int64))
        flow, column = np.unique(columns, return_inverse=True)
        return cls(compact.arrays, master, flow, column, service, point, site)

    def nobody(self) -> BoolArray:
        """Return (K, I) demand points by service, none of them wanted."""
        shape = (int(self.service.max(initial=-1)) + 1, int(self.point.max(initial=-1)) + 1)
        return np.zeros(shape, dtype=bool)

    def more(self, wanted: BoolArray, sets: list[HallSet]) -> BoolArray:
        """Return those wanted (K, I) and the demand points of some sets.

        Where all are wanted already, those they share a site with as well.
        """
        new = self.nobody()
        for number, members in sets:
            layer = self.master.hall.layers[number]
            new[layer.service, layer.point[members]] = True
        if sets and not (new & ~wanted).any():
            new |= self._beside(new)
        return wanted | new

    def _beside(self, members: BoolArray) -> BoolArray:
        """Return (K, I) who shares a site with some (K, I)."""
        found = self.nobody()
        for service in range(len(found)):
            sites = self.site[(self.service == service) & members[self.service, self.point]]
            near = (self.service == service) & np.isin(self.site, sites)
            found[service, self.point[near]] = True
        return found

    def columns(self, wanted: BoolArray) -> int:
        """Return the number of columns of the master with the assignment of those wanted (K, I)."""
        return len(self.master.kept) + int(self._here(wanted).sum())

    def share(self, wanted: BoolArray) -> float:
        """Return the share of all assignment that is wanted."""
        return float(self._here(wanted).mean()) if len(self.flow) else 1.0

    def _here(self, wanted: BoolArray) -> BoolArray:
        """Return (F,) the assignment of those wanted (K, I), and of their twins."""
        here = np.zeros(len(self.flow), dtype=bool)
        here[self.column[wanted[self.service, self.point]]] = True
        return here

    @cached_property
    def _outside(self) -> tuple[IntArray, Any]:
        """Rows that the master lacks, and their entries."""
        lacking = np.ones(self.exact.rows, dtype=bool)
        lacking[self.master.own_of] = False
        rows = np.flatnonzero(lacking)
        return rows, sparse.csr_array(self.exact.matrix[rows])

    def detail(self, wanted: BoolArray, sets: list[HallSet]) -> Detail:
        """Return the master with the assignment of those wanted (K, I) and with the Hall rows of some more sets."""
        here = self._here(wanted)
        columns = np.sort(np.r_[self.master.kept, self.flow[here]])
        of_master = np.searchsorted(columns, self.master.kept)
        own = self.exact.only_rows(self.master.own_of).only_columns(columns, self.exact.offset + self._least(here))
        lower, upper = own.lower.copy(), own.upper.copy()
        lower[of_master], upper[of_master] = self.master.arrays.lower, self.master.arrays.upper
        arrays = replace(own, lower=lower, upper=upper).with_rows(*self._rows(columns, here))
        for matrix, low in (self._tight, self.master.hall.rows(sets, set())):
            entries = sparse.coo_array(matrix)
            where = (entries.row, of_master[entries.col])
            over = sparse.csr_array((entries.data, where), shape=(len(low), len(columns)))
            arrays = arrays.with_rows(over, low, np.full(len(low), np.inf))
        return Detail(arrays, columns, of_master)

    @cached_property
    def _tight(self) -> tuple[Any, FloatArray]:
        """Hall rows of the master with little room in its relaxation."""
        tight = ~slack_hall_rows(self.master)
        tight[: self.master.own_rows] = False
        rows = np.flatnonzero(tight)
        return sparse.csr_array(self.master.arrays.matrix[rows]), self.master.arrays.row_lower[rows]

    def _least(self, here: BoolArray) -> float:
        """Return what the assignment that is left out costs at least."""
        gone, exact = self.flow[~here], self.exact
        return float(np.minimum(exact.cost[gone] * exact.lower[gone], exact.cost[gone] * exact.upper[gone]).sum())

    def _rows(self, columns: IntArray, here: BoolArray) -> tuple[Any, Any, Any]:
        """Return the rows of the model over its assignment, as far as they hold without the rest of it."""
        outside, matrix = self._outside
        gone = sparse.csr_array(matrix[:, self.flow[~here]])
        adds = gone.max(axis=1).toarray().ravel() > 0 if gone.shape[1] else np.zeros(len(outside), dtype=bool)
        takes = gone.min(axis=1).toarray().ravel() < 0 if gone.shape[1] else np.zeros(len(outside), dtype=bool)
        low = np.where(adds, -np.inf, self.exact.row_lower[outside])
        high = np.where(takes, np.inf, self.exact.row_upper[outside])
        says = np.diff(sparse.csr_array(matrix[:, self.flow[here]]).indptr) > 0
        rows = np.flatnonzero(says & (np.isfinite(low) | np.isfinite(high)))
        return sparse.csr_array(matrix[rows][:, columns]), low[rows], high[rows]
