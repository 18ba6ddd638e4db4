"""The side that raises the bound: linear relaxation, priced parts, the master with its integers, the model itself."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from facopt.location.planning.scale.highs import Effort, solve_arrays
from facopt.location.planning.scale.master import Master, slack_hall_rows
from facopt.location.planning.scale.prices import Parts, tying_rows
from facopt.location.planning.scale.state import PROVEN, Side

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from facopt.location.planning.scale.arrays import ArrayModel
    from facopt.location.planning.scale.hall import HallSet
    from facopt.location.planning.scale.rounding import Rounding

LARGEST_WHOLE = 25_000
"""Columns of the master up to which it is solved as one."""
RELAXING = 0.25
"""Share of the time that the linear relaxation may take."""
PARTS_FIRST = 0.1
PARTS_ONLY = 0.6
"""Shares of the time left that the priced parts may take, where the master is solved as one after them or not."""
ROUNDING = 0.15
"""Share of the time left for whole openings near the relaxation."""
RAISING = 0.35
"""Share of the time left that the first solve of the master may take; the second has the Hall rows it lacked."""


@dataclass
class Bound(Side):
    """The bound's side."""

    master: Master
    exact: ArrayModel
    seed: int
    rounded: threading.Event
    rounding: Rounding
    afterwards: Callable[[], None]
    """What to do when nothing is left to do here."""

    def ended(self) -> None:
        """Say that there is nothing more to wait for, also where the relaxation failed."""
        self.rounded.set()

    def run(self) -> None:
        """Relax and round, then solve the master again and again with the Hall rows its solutions broke."""
        state, master = self.state, self.master
        feasible = master.relax(self._until(RELAXING))
        state.infeasible = not feasible
        if master.relaxed is None or state.stop():
            return
        state.raised(master.relaxed.objective, f"linear relaxation, {master.arrays.rows - master.own_rows} Hall rows")
        self.rounding.find(self._until(ROUNDING), state.stop)
        self.rounded.set()
        whole = master.arrays.columns <= LARGEST_WHOLE
        found = self._parts(PARTS_FIRST if whole else PARTS_ONLY)
        if whole and self._whole(found):
            self._exact()
        state.settled = True
        self.afterwards()

    def _until(self, share: float) -> float:
        """Return when a share of the time left will be over."""
        now = time.monotonic()
        return now + share * (self.state.until - now)

    def _parts(self, share: float) -> list[HallSet]:
        """Solve the priced parts: near what a plan looks like long before the master as one is."""
        state = self.state
        parts = Parts.of(self.master, tying_rows(self.master), self.master.prices())
        parts.solve(self._until(share), state.stop, 1e-3, rounds=2)
        if parts.values is not None:
            state.hinted(parts.bound, parts.values)
        state.raised(parts.bound, f"{len(parts.components)} priced parts")
        return parts.found

    def _whole(self, found: list[HallSet]) -> bool:
        """Solve the master as one, the best plan a solution to begin with; returns whether it has no more to say."""
        state, master = self.state, self.master
        seen: set[tuple[int, bytes]] = set()
        matrix, low = master.hall.rows(found, seen)
        arrays = master.arrays.only_rows(np.flatnonzero(~slack_hall_rows(master)))
        arrays = arrays.with_rows(matrix, low, np.full(len(low), np.inf))
        share = RAISING
        while not state.stop():
            left = state.until - time.monotonic()
            seconds = left if left < 20 else max(10.0, share * left)
            start = None if state.values is None else state.values[master.kept]
            effort = Effort(seconds, 0.0, seed=self.seed, stop=state.stop, improved=state.hinted)
            result = solve_arrays(arrays, effort, start)
            if result.infeasible:
                state.infeasible = True
                return False
            state.raised(result.bound, f"master, {arrays.rows} rows")
            if result.values is None:
                continue
            matrix, low = master.hall.rows(master.hall.gaps(result.values).sets, seen)
            if not len(low) and result.objective - result.bound <= PROVEN * abs(result.objective):
                return True
            share = 1.0
            arrays = arrays.with_rows(matrix, low, np.full(len(low), np.inf))
        return False

    def _exact(self) -> None:
        """Solve the model itself: the master is solved, but rules it does not know may ask for more."""
        state = self.state
        if state.stop():
            return
        left = state.until - time.monotonic()
        start = state.values
        result = solve_arrays(self.exact, Effort(left, 0.0, seed=self.seed, stop=state.stop), start)
        state.infeasible = result.infeasible
        if result.values is not None:
            state.lowered(result.objective, result.values, "the model itself")
        state.raised(result.bound, "the model itself")
