"""Planning models that are too large to be handed to a solver whole: a bound and a plan, found side by side.

One thread raises the bound: linear relaxation with Hall rows, then the master with its integers, as one or in priced
parts, Hall rows added where its solutions ask for too much. The other lowers the plan: what the master would do, made
to keep every row, then exact windows. Each tells the other what it has found. HiGHS runs without the interpreter's
lock, so two cores are used. How far both come depends on the time: the same seed gives the same plan only where no
limit of time was hit.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from facopt.location.planning.scale.arrays import ArrayModel
from facopt.location.planning.scale.compact import Compact
from facopt.location.planning.scale.highs import Effort, solve_arrays
from facopt.location.planning.scale.master import Master, slack_hall_rows
from facopt.location.planning.scale.prices import Parts, tying_rows
from facopt.location.planning.scale.windows import First, Places, Search, Windows, rows_broken
from facopt.location.solution import Status
from facopt.location.solver import POLISH_SECONDS, MilpResult

if TYPE_CHECKING:
    from facopt.location.planning.model import PlanModel
    from facopt.location.planning.scale.hall import HallSet
    from facopt.location.problem import FloatArray
    from facopt.location.solver import SolverSettings

LEAST_ASSIGNMENT = 3_000
"""Columns of assignment from which on a model goes this way."""
LARGEST_WHOLE = 25_000
"""Columns of the master up to which it is solved as one."""
RELAXING = 0.25
"""Share of the time that the linear relaxation may take."""
PARTS_FIRST = 0.1
PARTS_ONLY = 0.65
"""Shares of the time left that the priced parts may take, where the master is solved as one after them or not."""
RAISING = 0.35
"""Share of the time left that the first solve of the master may take; the second has the Hall rows it lacked."""
CLEARLY = 0.1
"""Share by which the master's next solution must be better for the plan from the one before to be given up."""
HANDED_WHOLE = 150_000
"""Columns up to which the model as it stands is tried for a first plan."""
FIRST_PLAN = 0.5
"""Share of the time left that this may take."""
NEAR = 0.06
"""Distance from the bound at which a plan is good enough for windows."""
POLL_SECONDS = 0.2
PROVEN = 1e-7
"""Relative gap at which a plan is optimal."""


def is_large(model: PlanModel) -> bool:
    """Return whether a model is for `solve_large`: much assignment, and an objective that does not look at it."""
    served = {x for (k, _, _), x in model.flow.items() if model.problem.services[k].assigned}
    return len(served) >= LEAST_ASSIGNMENT and not served & model.linear.objective.keys()


@dataclass
class State:
    """What both sides know; plain attributes that one thread writes and the other reads."""

    began: float
    soon: float
    """When the search ends that has a plan."""
    late: float
    """When it ends without one."""
    gap: float
    value: float = np.inf
    values: FloatArray | None = None
    """Of the compact model."""
    bound: float = -np.inf
    hint: tuple[float, FloatArray] | None = None
    """Best solution of the master that no plan was made of yet, with its value."""
    infeasible: bool = False
    settled: bool = False
    """Whether the bound's side has nothing left to do."""
    failed: BaseException | None = None
    over: bool = False
    close_at: float | None = None
    """When the gap asked for was reached."""
    log: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def until(self) -> float:
        """When the search ends as things stand: whoever has no plan yet may look longer."""
        return self.late if self.values is None else self.soon

    def stop(self) -> bool:
        """Return whether both sides should end: at the gap asked for they go on a little to prove the optimum."""
        now = time.monotonic()
        if self.close(self.gap) and self.close_at is None:
            self.close_at = now
        polished = self.close_at is not None and now >= self.close_at + max(POLISH_SECONDS, self.close_at - self.began)
        return self.over or self.infeasible or polished or self.close(PROVEN) or now >= self.until

    def close(self, gap: float) -> bool:
        """Return whether value and bound are so near, relative to the value."""
        return self.values is not None and self.value - self.bound <= gap * max(abs(self.value), 1e-9)

    def hinted(self, value: float, values: FloatArray) -> None:
        """Take a solution of the master, unless it cannot lead to a better plan."""
        with self.lock:
            if value < self.value and (self.hint is None or value < self.hint[0]):
                self.hint = (value, values)

    def take_hint(self) -> tuple[float, FloatArray] | None:
        """Return what the master would do, once; None where it has nothing better than the plan."""
        with self.lock:
            taken, self.hint = self.hint, None
        return taken if taken is not None and taken[0] < self.value else None

    def raised(self, bound: float, part: str) -> None:
        """Take a bound."""
        with self.lock:
            self.bound = max(self.bound, bound)
            self._note(part)

    def lowered(self, value: float, values: FloatArray, part: str) -> None:
        """Take a plan if it is the best."""
        with self.lock:
            if value < self.value:
                self.value, self.values = value, values
                self._note(part)

    def _note(self, part: str) -> None:
        gap = 100 * (self.value - self.bound) / max(abs(self.value), 1e-9) if self.values is not None else np.inf
        seconds = time.monotonic() - self.began
        self.log.append(f"{seconds:7.1f} s  plan {self.value:.10g}  bound {self.bound:.10g}  gap {gap:.3f} %  {part}\n")


def solve_large(
    model: PlanModel,
    settings: SolverSettings,
    start: FloatArray | None = None,
    constant: float = 0.0,
    patience_seconds: float = 0.0,
) -> MilpResult:
    """Minimise a model's objective plus a constant, to a gap relative to both.

    Where the time ends without a plan, the search goes on for up to `patience_seconds` until there is one.

    `start` (N,) holds the moves of a plan to begin with, NaN where unknown. The values of the result are without the
    constant, as those of every solver are.
    """
    began = time.monotonic()
    soon = began + settings.time_limit_seconds
    state = State(began, soon, soon + patience_seconds, settings.gap)
    compact = Compact.of(model, replace(ArrayModel.of(model.linear), offset=constant))
    master = Master.of(model, compact)
    relaxed = threading.Event()
    sides = (
        Bound(state, master, compact.arrays, settings.seed, relaxed),
        Improve(state, model, compact, master, settings.seed, relaxed),
    )
    if start is not None:
        sides[1].begin = compact.shrink(np.nan_to_num(start))
    threads = [threading.Thread(target=side.guarded, daemon=True) for side in sides]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        threads[0].join(POLL_SECONDS)
        threads[1].join(POLL_SECONDS)
        if settings.progress is not None:
            known = state.value if state.values is not None else None
            settings.progress(known, state.bound if np.isfinite(state.bound) else None)
        if settings.stop is not None and settings.stop():
            state.over = True
    if state.failed is not None:
        raise state.failed
    return _result(state, compact, constant, interrupted=state.over)


def _result(state: State, compact: Compact, constant: float, *, interrupted: bool) -> MilpResult:
    log = "".join(state.log)
    bound = float(state.bound) - constant if np.isfinite(state.bound) else None
    if state.infeasible:
        return MilpResult(Status.INFEASIBLE, None, None, None, "", log)
    optimal = state.close(PROVEN)
    limit = "" if optimal else "interrupted" if interrupted else "gap" if state.close(state.gap) else "time"
    if state.values is None:
        return MilpResult(Status.NO_SOLUTION, None, None, bound, limit, log)
    status = Status.OPTIMAL if optimal else Status.FEASIBLE
    return MilpResult(status, compact.expand(state.values), float(state.value) - constant, bound, limit, log)


@dataclass
class Side:
    """One of the two threads."""

    state: State

    def guarded(self) -> None:
        """Run, and end the other side too where something fails."""
        try:
            self.run()
        except BaseException as error:
            self.state.failed = error
            self.state.over = True
        finally:
            self.ended()

    def ended(self) -> None:
        """Let nobody wait for this side any longer."""

    def run(self) -> None:
        """Do the side's work until the state says stop."""
        raise NotImplementedError


@dataclass
class Bound(Side):
    """The bound's side."""

    master: Master
    exact: ArrayModel
    seed: int
    relaxed: threading.Event

    def ended(self) -> None:
        """Say that there is nothing more to wait for, also where the relaxation failed."""
        self.relaxed.set()

    def run(self) -> None:
        """Relax, then solve the master again and again with the Hall rows its solutions broke."""
        state, master = self.state, self.master
        feasible = master.relax(time.monotonic() + RELAXING * (state.until - time.monotonic()))
        state.infeasible = not feasible
        self.relaxed.set()
        if master.relaxed is None or state.stop():
            return
        state.raised(master.relaxed.objective, f"linear relaxation, {master.arrays.rows - master.own_rows} Hall rows")
        whole = master.arrays.columns <= LARGEST_WHOLE
        found = self._parts(PARTS_FIRST if whole else PARTS_ONLY)
        if self._whole(found):
            self._exact()
        state.settled = True

    def _parts(self, share: float) -> list[HallSet]:
        """Solve the priced parts: near what a plan looks like long before the master as one is."""
        state = self.state
        parts = Parts.of(self.master, tying_rows(self.master), self.master.prices())
        until = time.monotonic() + share * (state.until - time.monotonic())
        parts.solve(until, state.stop, 1e-3, rounds=2)
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
            matrix, low = master.hall.rows(master.hall.broken(result.values, whole=True), seen)
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


@dataclass
class Improve(Side):
    """The plan's side."""

    model: PlanModel
    compact: Compact
    master: Master
    seed: int
    relaxed: threading.Event
    begin: FloatArray | None = None
    """(N,) values of the compact model's states, to begin with."""

    def run(self) -> None:
        """Find a first plan, then windows; whenever the master has a new solution, try to make a plan of it."""
        state = self.state
        places = Places.of(self.model, self.compact)
        self.relaxed.wait()
        if state.stop() or self.master.relaxed is None:
            return
        arrays = self.compact.arrays
        windows = Windows(self.master.tightened(arrays), places, self.seed, arrays.rows)
        prices = np.zeros(windows.arrays.rows)
        prices[self.master.own_of] = self.master.prices()[: len(self.master.own_of)]
        first = First(windows, prices, max(abs(self.master.relaxed.objective), 1.0))
        if self.begin is None:
            self._as_it_stands(windows)
        if state.values is None:
            begin = self.begin if self.begin is not None else self.compact.shrink(np.zeros(self.compact.columns))
            self._first(first, np.inf, begin, "from the start" if self.begin is not None else "from what stands")
        self._windows(first, windows)

    def _as_it_stands(self, windows: Windows) -> None:
        """Hand the model as it stands to the solver until it has a plan that windows can go on from.

        Where capacities bind few places its search around the relaxation finds a plan that no repair comes near.
        """
        state, model = self.state, self.model
        if len(model.linear.column_names) > HANDED_WHOLE:
            return

        def improved(_value: float, values: FloatArray) -> None:
            found = self.compact.shrink(values)
            found[windows.arrays.integer] = np.round(found[windows.arrays.integer])
            if not len(rows_broken(windows.arrays, found)):
                state.lowered(windows.arrays.value(found), found, "plan of the model as it stands")

        def stop() -> bool:
            near = state.values is not None and state.value - state.bound <= NEAR * abs(state.value)
            return state.stop() or near

        seconds = FIRST_PLAN * (state.until - time.monotonic())
        effort = Effort(seconds, state.gap, seed=self.seed, stop=stop, improved=improved)
        result = solve_arrays(ArrayModel.of(model.linear), effort)
        if result.values is not None:
            improved(result.objective, result.values)

    def _first(self, first: First, worth: float, hint: FloatArray, part: str) -> None:
        """Make a plan of a hint that would be worth so much, unless a clearly better one comes."""
        state = self.state
        states = np.where(first.windows.places.site >= 0, hint, 0.0)

        def stop() -> bool:
            newer = state.hint
            return state.stop() or (newer is not None and worth - newer[0] > CLEARLY * abs(newer[0]))

        until = state.until if state.values is None else time.monotonic() + 0.15 * (state.until - time.monotonic())
        values = first.find(states.round(), until, stop)
        if values is not None:
            state.lowered(first.windows.arrays.value(values), values, f"plan {part}")

    def _windows(self, first: First, windows: Windows) -> None:
        """Improve the plan window by window, and make a plan of whatever better the master finds."""
        state = self.state
        search = Search(windows, np.zeros(0), np.zeros(windows.arrays.columns, dtype=bool))
        while not state.stop():
            hint = state.take_hint()
            if hint is not None:
                values = np.zeros(windows.arrays.columns)
                values[self.master.kept] = hint[1]
                self._first(first, hint[0], values, "from the master")
            elif state.values is None:
                time.sleep(POLL_SECONDS)
            if state.values is not None and len(windows.movable):
                self._window(search)
            everything = state.values is None or (search.size >= len(windows.movable) and search.in_vain > 0)
            if state.settled and state.hint is None and everything:
                return

    def _window(self, search: Search) -> None:
        state, arrays = self.state, search.windows.arrays
        assert state.values is not None
        search.values = state.values
        search.grow()
        if search.step(search.draw(), state.stop):
            state.lowered(arrays.value(search.values), search.values, f"window {search.tried}")
