"""The side that lowers the plan: the master looked at more closely, plans made of what it finds, exact windows."""

from __future__ import annotations

import time
from copy import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from facopt.location.planning.scale.arrays import FEASIBLE
from facopt.location.planning.scale.detail import Details
from facopt.location.planning.scale.first import First
from facopt.location.planning.scale.hall import Gaps
from facopt.location.planning.scale.highs import Effort, solve_arrays
from facopt.location.planning.scale.state import Side, State
from facopt.location.planning.scale.windows import Search, Windows

if TYPE_CHECKING:
    import threading

    from facopt.location.planning.model import PlanModel
    from facopt.location.planning.scale.compact import Compact
    from facopt.location.planning.scale.detail import Detail
    from facopt.location.planning.scale.hall import HallSet
    from facopt.location.planning.scale.master import Master
    from facopt.location.planning.scale.rounding import Rounding
    from facopt.location.planning.scale.windows import Places
    from facopt.location.problem import FloatArray

POLL_SECONDS = 0.2
NEAR = 0.06
"""Distance from the bound at which a solution of the master is worth a closer look, or a plan."""
WAITING = 0.5
"""Share of the time after which any solution of the master is."""
LARGEST_DETAIL = 50_000
"""Columns up to which the master with some assignment is solved."""
LOOKING = 0.25
"""Share of the time left that one look may take..."""
LEAST_CALM, CALM = 4.0, 0.25
"""...and for how long nothing better may come, in seconds and of the time it has taken so far, before people without a
place are looked at as well."""
GIVING_UP = 0.25
"""Share of the time left up to which a plan in the making is given up for a solution of the master."""
MENDING = 0.15
"""Share of the time left for making a plan of a solution."""
FIRST_MENDING = 0.4
"""...and where there is no plan yet."""
MOST_CROSSED = 80
"""Sites in which a plan and a solution of the master are crossed."""
CROSSING_SECONDS, CROSSING_GAP = 15.0, 2e-4
"""For the best of what a plan and a solution of the master have between them."""


@dataclass
class Look:
    """What a solve of the master with some assignment has found so far."""

    began: float
    best: float = np.inf
    values: FloatArray | None = None
    """(N,) of the exact model: the best solution that leaves people without a place."""
    gaps: Gaps[HallSet] = field(default_factory=lambda: Gaps([], []))
    at: float = np.inf

    def calm(self) -> bool:
        """Return whether a solution that leaves people without a place has stood for long enough."""
        now = time.monotonic()
        return now - self.at > max(LEAST_CALM, CALM * (now - self.began))


@dataclass
class Improve(Side):
    """The plan's side."""

    model: PlanModel
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
        details = Details.of(self.model, self.compact, self.master)
        self.rounded.wait()
        if state.stop() or self.master.relaxed is None:
            return
        arrays = self.compact.arrays
        windows = Windows(self.master.tightened(arrays), self.places, self.seed, arrays.rows)
        first = First(windows, np.zeros(windows.arrays.rows), max(abs(self.master.relaxed.objective), 1.0))
        first.prices[self.master.own_of] = self.master.prices()[: self.master.own_rows]
        search = Search(windows, np.zeros(0), np.zeros(arrays.columns, dtype=bool))
        descent = self.descent = Descent(state, self.master, details, first, search, self.seed)
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
    details: Details
    first: First
    search: Search
    seed: int

    def __post_init__(self) -> None:
        self.wanted = self.details.nobody()
        self.sets: list[HallSet] = []
        """Sets whose Hall rows solutions broke."""
        self.looked_at = (0, 0)
        """How many demand points were wanted, and how many sets there were, at the last look."""
        self.look_from = 0.0
        """When the next look may begin: windows have as long as the last look took."""
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
        """Follow the master's solutions, look closer where they fail, try windows; until nothing is left to do."""
        state = self.state
        while not state.stop():
            hint = self._hint()
            if hint is not None:
                self._follow(*hint)
            if self._to_look_at() and (state.values is None or time.monotonic() >= self.look_from):
                self._look()
            elif state.values is not None and len(self.windows.movable):
                self._window(self.search)
            elif hint is None and not self._begin_from_nothing():
                time.sleep(POLL_SECONDS)
            if state.settled and state.hint is None and not self._to_look_at() and self._all_tried():
                return

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
        gaps = self.master.hall.gaps(values)
        if self.looked_at == (0, 0):
            self._remember(gaps)
        if not gaps.without:
            self._take(self.first.complete(whole, self._seconds(MENDING)), "plan of the master")
        has_plan = self.state.values is not None
        self._cross(value, whole)
        if value < self.state.value and (has_plan or not self._to_look_at()):
            self._mend(whole)

    def _remember(self, gaps: Gaps[HallSet]) -> None:
        """Want those without a place, and the rows that a solution of the master breaks, at the next look."""
        wanted = self.details.more(self.wanted, gaps.without)
        if self.details.columns(wanted) <= LARGEST_DETAIL:
            self.wanted = wanted
        self.sets += gaps.sets

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

    def _to_look_at(self) -> bool:
        """Return whether more is known than at the last look of people without a place."""
        return (int(self.wanted.sum()), len(self.sets)) != self.looked_at

    def _look(self) -> None:
        """Solve the master with the assignment of all who were found without a place, until others are."""
        state = self.state
        self.looked_at = (int(self.wanted.sum()), len(self.sets))
        detail = self.details.detail(self.wanted, self.sets)
        look = Look(time.monotonic())

        def improved(value: float, values: FloatArray) -> None:
            self._seen(look, detail, value, values)

        effort = Effort(
            self._seconds(LOOKING), state.gap, seed=self.seed, stop=lambda: state.stop() or look.calm(),
            improved=improved,
        )  # fmt: skip
        result = solve_arrays(detail.arrays, effort, None if state.values is None else state.values[detail.columns])
        if result.infeasible:
            state.infeasible = True
            return
        if result.values is not None and result.objective < look.best:
            improved(result.objective, result.values)
        now = time.monotonic()
        self.look_from = now + (now - look.began)
        state.raised(result.bound, f"master with {100 * self.details.share(self.wanted):.0f} % of the assignment")
        self._remember(look.gaps)
        if look.values is not None and look.best < state.value:
            if state.values is None:
                self._mend(look.values)
            else:
                self._cross(look.best, look.values)

    def _seen(self, look: Look, detail: Detail, value: float, values: FloatArray) -> None:
        """Take a better solution of the master with some assignment: a plan of it where everybody has a place."""
        state = self.state
        if value >= state.value or (value - state.bound > NEAR * abs(value) and not self._late()):
            return
        whole = np.zeros(self.windows.arrays.columns)
        whole[detail.columns] = values
        whole = self._rounded(whole)
        gaps = self.master.hall.gaps(whole[self.master.kept])
        found = None if gaps.without else self.first.complete(whole, self._seconds(MENDING))
        if found is not None:
            self._take(found, "plan of the master with some assignment")
        else:
            look.best, look.values, look.gaps, look.at = value, whole, gaps, time.monotonic()

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
