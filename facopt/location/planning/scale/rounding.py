"""Openings near the linear relaxation: the sites in doubt are decided place by place, all others as they are relaxed.

Relax and fix, on the master with the rows that tie the county together at their prices. Sites that serve nobody
themselves are decided first, by diving: what others require would otherwise stand half open beside all of them. Then
windows around sites in doubt, whole within, relaxed values outside. A window has no assignment, so it takes a fraction
of a second; and as few sites are in doubt in the relaxation, all of them together take little. What comes out need
keep none of the priced rows, and may lack room for some: it is where to begin.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from facopt.location.planning.scale.highs import Effort, solve_arrays
from facopt.location.planning.scale.prices import lawful, priced
from facopt.location.planning.scale.probing import in_between, serving_nobody
from facopt.location.planning.scale.windows import Places, Windows

if TYPE_CHECKING:
    from collections.abc import Callable

    from facopt.location.planning.scale.arrays import IntArray
    from facopt.location.planning.scale.highs import Result
    from facopt.location.planning.scale.master import Master
    from facopt.location.problem import BoolArray, FloatArray

UP = 0.6
"""In a dive everything from this on is opened at once, else the one nearest to it."""
SIZE, SECONDS, GAP = 20, 3.0, 4e-4
"""Sites in a window; what it may take, and how near its optimum it must come, relative to the whole."""


@dataclass
class Rounding:
    """Values of the master on their way to be whole."""

    master: Master
    places: Places
    """Of the master's columns."""
    seed: int
    openings: FloatArray | None = None
    """(N,) columns of the master with whole openings; None where none were found."""
    values: FloatArray = field(default_factory=lambda: np.zeros(0))
    """(N,) on their way there."""
    prices: FloatArray = field(default_factory=lambda: np.zeros(0))
    """(R,) of the master's rows, with sites decided that serve nobody themselves."""

    def find(self, tying: BoolArray, until: float, stop: Callable[[], bool]) -> None:
        """Look for openings until the time (monotonic) `until`, with the tying rows (R,) at their price."""
        result = self._dive(until, stop)
        if result is None or result.values is None:
            return
        self.values = result.values
        self.prices = self.master.prices(result)
        windows, tried = self._windows(tying), np.zeros(0, dtype=np.int64)
        while not stop() and time.monotonic() < until:
            sites = self._in_doubt(windows)
            sites = sites[~np.isin(sites, tried)]
            if not len(sites):
                self.openings = self.values
                return
            self._decide(windows, int(sites[0]), stop)
            tried = np.append(tried, sites[0])

    def _dive(self, until: float, stop: Callable[[], bool]) -> Result | None:
        """Return the relaxation with all sites decided that serve nobody themselves; None where it has no solution."""
        master, program, result = self.master, self.master.program, self.master.relaxed
        alone = serving_nobody(master, self.places)
        while result is not None and result.values is not None and program is not None and not stop():
            doubt = np.flatnonzero(alone & in_between(result.values))
            if not len(doubt):
                return result
            value = result.values[doubt]
            chosen = doubt[value >= min(UP, value.max())]
            program.bound(chosen, master.arrays.upper[chosen], master.arrays.upper[chosen])
            result = program.solve(until - time.monotonic())
        return None

    def _windows(self, tying: BoolArray) -> Windows:
        """Return windows over the master with the rows that tie the county together at their prices."""
        arrays = self.master.arrays
        prices = np.where(tying, lawful(arrays, self.prices), 0.0)
        loose = replace(priced(arrays, prices), integer=arrays.integer & (self.places.site >= 0))
        own = int((~tying[: self.master.own_rows]).sum())
        return Windows(loose.only_rows(np.flatnonzero(~tying)), self.places, self.seed, own)

    def _in_doubt(self, windows: Windows) -> IntArray:
        """Return the sites with values that are not whole, those with most first."""
        columns = np.flatnonzero(windows.arrays.integer & in_between(self.values))
        sites, counts = np.unique(self.places.site[columns], return_counts=True)
        return sites[np.argsort(-counts, kind="stable")]

    def _decide(self, windows: Windows, site: int, stop: Callable[[], bool]) -> None:
        """Solve the window around a site; what is outside stays, whole or not."""
        free = windows.free(windows.around(site, SIZE))
        part = windows.arrays.fixed(self.values, free, windows.by_column)
        found = solve_arrays(part, Effort(SECONDS, GAP, seed=self.seed, stop=stop))
        if found.values is not None:
            self.values = self.values.copy()
            self.values[free] = found.values
