"""The side that raises the bound: linear relaxation, priced parts, the master with its integers, the model itself."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from facopt.location.planning.scale.highs import Effort, solve_arrays
from facopt.location.planning.scale.prices import tying_rows
from facopt.location.planning.scale.probing import Probing
from facopt.location.planning.scale.refinement import Refinement
from facopt.location.planning.scale.state import Side

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from facopt.location.planning.scale.detail import Details
    from facopt.location.planning.scale.master import Master
    from facopt.location.planning.scale.rounding import Rounding

RELAXING = 0.25
"""Share of the time that the linear relaxation may take."""
PROBING = 0.08
"""Share of the time left for trying what the relaxation opens in part."""
ROUNDING = 0.15
"""Share of the time left for whole openings near the relaxation."""


@dataclass
class Bound(Side):
    """The bound's side."""

    master: Master
    details: Details
    seed: int
    rounded: threading.Event
    rounding: Rounding
    afterwards: Callable[[], None]
    """What to do when nothing is left to do here."""

    def ended(self) -> None:
        """Say that there is nothing more to wait for, also where the relaxation failed."""
        self.rounded.set()

    def run(self) -> None:
        """Relax, probe and round, then refine the master until it says what the model does."""
        state, master = self.state, self.master
        feasible = master.relax(self._until(RELAXING))
        state.infeasible = not feasible
        if master.relaxed is None or state.stop():
            return
        state.raised(master.relaxed.objective, f"linear relaxation, {master.arrays.rows - master.own_rows} Hall rows")
        probing = Probing(master, self.rounding.places)
        state.infeasible = not probing.run(self._until(PROBING), state.stop)
        if probing.opened:
            state.raised(master.relaxed.objective, f"{len(probing.opened)} states that every plan has")
        tying = tying_rows(master)
        self.rounding.find(tying, self._until(ROUNDING), state.stop)
        self.rounded.set()
        if not state.stop() and Refinement.of(state, self.details, tying, self.seed).run():
            self._exact()
        state.settled = True
        self.afterwards()

    def _until(self, share: float) -> float:
        """Return when a share of the time left will be over."""
        now = time.monotonic()
        return now + share * (self.state.until - now)

    def _exact(self) -> None:
        """Solve the model itself: the master is solved, but rules it does not know may ask for more."""
        state = self.state
        if state.stop():
            return
        left = state.until - time.monotonic()
        start = state.values
        result = solve_arrays(self.details.exact, Effort(left, 0.0, seed=self.seed, stop=state.stop), start)
        state.infeasible = result.infeasible
        if result.values is not None:
            state.lowered(result.objective, result.values, "the model itself")
        state.raised(result.bound, "the model itself")
