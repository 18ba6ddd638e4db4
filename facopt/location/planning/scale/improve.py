"""The side that lowers the plan: plans made of what the master finds, exact windows."""

from __future__ import annotations

import time
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from facopt.location.planning.scale.arrays import FEASIBLE
from facopt.location.planning.scale.first import First
from facopt.location.planning.scale.state import Side, State
from facopt.location.planning.scale.windows import Search, Windows

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator

    from facopt.location.planning.scale.compact import Compact
    from facopt.location.planning.scale.master import Master
    from facopt.location.planning.scale.rounding import Rounding
    from facopt.location.planning.scale.windows import Places
    from facopt.location.problem import FloatArray

POLL_SECONDS = 0.2
NEAR = 0.06
"""Distance from the bound at which a solution of the master is worth making a plan of."""
WAITING = 0.5
"""Share of the time after which any solution of the master is."""
GIVING_UP = 0.25
"""Share of the time left up to which a plan in the making is given up for a solution of the master."""
MENDED_FROM = 0.01
"""Distance from which on a plan may as well be made anew of a better solution..."""
MENDING = 0.15
"""...in this share of the time left."""
FIRST_MENDING = 0.4
"""...and where there is no plan yet."""
MOST_CROSSED = 80
"""Sites in which a plan and a solution of the master are crossed."""
CROSSING_SECONDS, CROSSING_GAP = 15.0, 2e-4
"""For the best of what a plan and a solution of the master have between them."""


@dataclass
class Improve(Side):
    """The plan's side."""

    compact: Compact
    master: Master
    seed: int
    rounded: threading.Event
    rounding: Rounding
    places: Places
    begin: FloatArray | None = None
    """(N,) values of the compact model's states, to begin with."""
    descent: Descent | None = None

    def beside(self) -> None:
        """Help with windows, for a thread that has nothing else to do."""
        if self.descent is not None:
            self.descent.try_windows()

    def run(self) -> None:
        """Wait for the relaxation, then go down from it and from whatever the master finds."""
        state = self.state
        self.rounded.wait()
        if state.stop() or self.master.relaxed is None:
            return
        arrays = self.compact.arrays
        windows = Windows(self.master.tightened(arrays), self.places, self.seed, arrays.rows)
        first = First(windows, np.zeros(windows.arrays.rows), max(abs(self.master.relaxed.objective), 1.0))
        first.prices[self.master.own_of] = self.master.prices()[: self.master.own_rows]
        search = Search(windows, np.zeros(0), np.zeros(arrays.columns, dtype=bool))
        descent = self.descent = Descent(state, self.master, first, search, self.seed)
        if self.begin is not None:
            descent.begin_with(self.begin, "from the start")
        if state.values is None:
            descent.begin_with_rounded(self.rounding)
        descent.run()


@dataclass
class Descent:
    """The way down to better plans."""

    state: State
    master: Master
    first: First
    search: Search
    seed: int

    def __post_init__(self) -> None:
        self.windows_until = 0.0
        """Once there is a plan, windows have as long as what came before them took."""
        self.from_nothing = False
        self.ended = False

    @property
    def windows(self) -> Windows:
        """The exact model."""
        return self.first.windows

    def run(self) -> None:
        """Go down until nothing is left to do."""
        try:
            self._go_down()
        finally:
            self.ended = True

    def _go_down(self) -> None:
        """Follow the master's solutions and try windows in turn, until nothing is left to do."""
        state = self.state
        while not state.stop():
            hint = self._hint() if self._master_next() else None
            if hint is not None:
                with self._taking_turns():
                    self._follow(*hint)
            if state.values is not None and len(self.windows.movable):
                self._window(self.search)
            elif hint is None and not self._begin_from_nothing():
                time.sleep(POLL_SECONDS)
            if state.settled and state.hint is None and self._all_tried():
                return

    def _master_next(self) -> bool:
        """Return whether it is the master's turn, and not that of windows."""
        return self.state.values is None or time.monotonic() >= self.windows_until

    @contextmanager
    def _taking_turns(self) -> Iterator[None]:
        began = time.monotonic()
        yield
        now = time.monotonic()
        self.windows_until = now + (now - began)

    def begin_with(self, values: FloatArray, part: str) -> None:
        """Make a plan of openings (N,), whatever they break; given up soon where the master has something better."""
        state, began = self.state, time.monotonic()
        openings = np.where(self.windows.places.site >= 0, values, 0.0).round()

        def stop() -> bool:
            soon = time.monotonic() - began < GIVING_UP * (state.until - began)
            return state.stop() or (soon and self._near_hint())

        self._take(self.first.find(openings, state.until, stop), f"plan {part}")

    def try_windows(self) -> None:
        """Try windows beside `run`, until that ends."""
        state, windows = self.state, copy(self.windows)
        windows.seed = self.seed + 1
        search = Search(windows, np.zeros(0), np.zeros(windows.arrays.columns, dtype=bool))
        while not state.stop() and not self.ended and len(windows.movable):
            if state.values is None:
                time.sleep(POLL_SECONDS)
            else:
                self._window(search)

    def begin_with_rounded(self, rounding: Rounding) -> None:
        """Begin with openings near the linear relaxation, or with what it opens more than half of."""
        values, relaxed = np.zeros(self.windows.arrays.columns), self.master.relaxed
        if rounding.openings is not None:
            self.first.prices[self.master.own_of] = rounding.prices[: self.master.own_rows]
            values[self.master.kept] = rounding.openings
        elif relaxed is not None and relaxed.values is not None:
            values[self.master.kept] = relaxed.values
        self.begin_with(values, "from the relaxation")

    def _take(self, values: FloatArray | None, part: str) -> None:
        """Take a plan; one in which a solver sent people where its tolerances alone make room is completed anew."""
        if values is not None and self.windows.arrays.violation(values) > FEASIBLE / 2:
            values = self.first.complete(self._rounded(values), self._seconds(MENDING))
        if values is not None:
            self.state.lowered(self.windows.arrays.value(values), values, part)

    def _hint(self) -> tuple[float, FloatArray] | None:
        """Return the master's best solution if it is near enough to the bound, or late."""
        state = self.state
        return state.take_hint() if self._near_hint() or state.settled or self._late() else None

    def _near_hint(self) -> bool:
        hint, state = self.state.hint, self.state
        return hint is not None and hint[0] - state.bound <= NEAR * abs(hint[0])

    def _late(self) -> bool:
        state = self.state
        return time.monotonic() - state.began > WAITING * (state.until - state.began)

    def _begin_from_nothing(self) -> bool:
        """Begin with what stands where the master has nothing to say; returns whether that was tried now."""
        if self.from_nothing or not (self.state.settled or self._late()):
            return False
        self.from_nothing = True
        self.begin_with(np.zeros(self.windows.arrays.columns), "from what stands")
        return True

    def _all_tried(self) -> bool:
        search = self.search
        if self.state.values is None:
            return self.from_nothing
        return search.size >= len(self.windows.movable) and search.in_vain > 0

    def _follow(self, value: float, values: FloatArray) -> None:
        """Make a plan of the master's solution if all have a place, else remember who has none."""
        whole = self._whole(values)
        if self._breaks_rows(values):
            self._mend(whole)
            return
        if not self.master.hall.gaps(values).without:
            self._take(self.first.complete(whole, self._seconds(MENDING)), "plan of the master")
        self._cross(value, whole)
        if self.state.value - value > MENDED_FROM * abs(value):
            self._mend(whole)

    def _breaks_rows(self, values: FloatArray) -> bool:
        """Return whether a solution breaks rows of the master, as that of priced parts does."""
        return self.master.arrays.only_rows(np.arange(self.master.own_rows)).violation(values) > FEASIBLE

    def _whole(self, values: FloatArray) -> FloatArray:
        """Return values (N,) of the exact model for those of the master; nobody is assigned."""
        whole = np.zeros(self.windows.arrays.columns)
        whole[self.master.kept] = values
        return self._rounded(whole)

    def _rounded(self, values: FloatArray) -> FloatArray:
        """Return values (N,) whose whole columns are: what is all but closed has no room at all."""
        return np.where(self.windows.arrays.integer, values.round(), values)

    def _seconds(self, share: float) -> float:
        return max(share * (self.state.until - time.monotonic()), 1.0)

    def _mend(self, whole: FloatArray) -> None:
        """Make a plan of a solution that leaves people without a place, or of its openings."""
        state = self.state
        until = time.monotonic() + self._seconds(MENDING if state.values is not None else FIRST_MENDING)
        found = self.first.mend(whole, until, state.stop)
        self._take(found, "plan mended")
        if found is None and state.values is None:
            self.begin_with(whole, "from the master")

    def _cross(self, value: float, whole: FloatArray) -> None:
        """Look for the best between the plan and a better solution, all sites free that they differ in."""
        state = self.state
        if state.values is None or value >= state.value:
            return
        arrays, site = self.windows.arrays, self.windows.places.site
        differ = arrays.integer & (np.abs(state.values - whole) > 0.5)
        sites = np.unique(site[differ & (site >= 0)])
        if len(sites) > MOST_CROSSED:
            near = self.windows.around(int(self.search.rng.choice(sites)), len(self.windows.movable))
            sites = near[np.isin(near, sites)][:MOST_CROSSED]
            differ &= np.isin(site, sites)
        self.search.values = state.values
        free, seconds = self.windows.free(sites) | differ, min(CROSSING_SECONDS, self._seconds(MENDING))
        if self.search.improve(free, seconds, state.stop, CROSSING_GAP):
            self._take(self.search.values, f"plan crossed with the master, {len(sites)} sites")

    def _window(self, search: Search) -> None:
        """Try a window; what it changes is taken over where the other thread has found a better plan meanwhile."""
        state, begin = self.state, self.state.values
        assert begin is not None
        search.values = begin
        search.grow()
        if not search.step(search.draw(), state.stop):
            return
        now = state.values
        if now is not None and now is not begin:
            search.values = np.where(search.values == begin, now, search.values)
            if self.windows.arrays.violation(search.values) > FEASIBLE / 2:
                return
        self._take(search.values, f"window {search.tried}")
