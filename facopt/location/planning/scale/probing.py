"""Sites that no plan can do without: closed by way of trial, the linear relaxation has no solution.

A site that serves nobody itself, such as a hospital that clinics refer to, stands open in part in the relaxation: half
of it beside every clinic is enough. A mixed-integer solver finds out late that the county cannot do without it, as so
much hangs on it. Here each such site is closed in a stage, the simplex goes on from its basis, and where it finds that
nothing is left it is open in every plan: its bounds say so from then on (probing, Savelsbergh 1994).
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from facopt.location.planning.scale.arrays import IntArray
    from facopt.location.planning.scale.master import Master
    from facopt.location.planning.scale.windows import Places
    from facopt.location.problem import BoolArray, FloatArray

WHOLE = 1e-6
"""Distance from a whole number at which a value is one."""


@dataclass
class Probing:
    """Trials of the columns of sites that serve nobody themselves."""

    master: Master
    places: Places
    """Of the master's columns."""
    opened: list[int] = field(default_factory=list)
    """Columns that are 1 in every plan."""

    def run(self, until: float, stop: Callable[[], bool]) -> bool:
        """Try what the relaxation opens in part, the most open first, until the time (monotonic) `until`.

        Returns False where the model has no solution.
        """
        alone, tried = serving_nobody(self.master, self.places), np.zeros(self.master.arrays.columns, dtype=bool)
        while not stop() and time.monotonic() < until:
            result = self.master.relaxed
            if result is None or result.values is None:
                break
            doubt = np.flatnonzero(alone & ~tried & in_between(result.values))
            if not len(doubt):
                break
            column = doubt[[np.argmax(result.values[doubt])]]
            tried[column] = True
            if self._needed(column, until):
                self.opened += column.tolist()
                self.master.fix(column, np.ones(1))
                if not self.master.relax(until):
                    return False
        return True

    def _needed(self, column: IntArray, until: float) -> bool:
        """Return whether there is no solution with a column (1,) at 0."""
        program, arrays = self.master.program, self.master.arrays
        if program is None:
            return False
        program.bound(column, arrays.lower[column], np.zeros(1))
        result = program.solve(until - time.monotonic())
        program.bound(column, arrays.lower[column], arrays.upper[column])
        return result is not None and result.infeasible


def serving_nobody(master: Master, places: Places) -> BoolArray:
    """Return (N,) whole columns of the master of sites that no demand point is assigned to."""
    serving = [np.zeros(0, dtype=np.int64), *(layer.arc_site for layer in master.hall.layers)]
    nobody: BoolArray = master.arrays.integer & (places.site >= 0) & ~np.isin(places.site, np.concatenate(serving))
    return nobody


def in_between(values: FloatArray) -> BoolArray:
    """Return (N,) values that are not whole."""
    return np.asarray(np.abs(values - values.round()) > WHOLE)
