"""The way of a large covering problem to its proof: reduce, plan, bound, fix, reduce again, and a solver for the rest.

Every step works on what the step before has left over. A site is fixed where the bound shows that no plan that decides
otherwise is better than the best plan known, so what is left over holds every better plan, if there is one.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from facopt.location.covering.core import solve_core
from facopt.location.covering.dual import DualBound, Stop, primal_dual, subgradient
from facopt.location.covering.greedy import exchange, greedy, rounded
from facopt.location.covering.problem import CoveringProblem
from facopt.location.covering.reductions import components, reduce
from facopt.location.covering.weighting import RowWeighting
from facopt.location.solution import Status

if TYPE_CHECKING:
    from facopt.location.covering.incidence import BoolArray, FloatArray
    from facopt.location.solver import SolverSettings

NOTHING = 1e-9
"""Relative distance of value and bound below which no better plan is looked for."""
SUBGRADIENT_STEPS = 250
PRIMAL_DUAL_ROUNDS = (600, 1200, 2400, 4800)
"""Iterations of each round; between rounds sites are fixed and rows merged anew."""
CORE_PAIRS = 1_500_000
"""Cores with more pairs are not handed to the solver: branch and cut would not get through its first relaxation."""
WEIGHTING_VISITS = 1_500_000_000
"""Work of the row weighting, in pairs visited, about; what it amounts to in steps depends on the problem."""


@dataclass(frozen=True)
class CoveringResult:
    """What is known at the end."""

    status: Status
    open: BoolArray | None
    """(sites of the original problem,) the best plan; None without one."""
    value: float | None
    bound: float
    """No plan is better."""
    limit: str
    """"time" or "interrupted" where that ended the search, "" otherwise."""
    log: str
    variables: int
    rows: int


@dataclass
class _Search:
    """The problem as it shrinks, and the best plan and bound as they meet."""

    original: CoveringProblem
    settings: SolverSettings
    current: CoveringProblem = field(init=False)
    began: float = field(default_factory=time.monotonic)
    best: BoolArray | None = None
    value: float = -np.inf
    bound: float = np.inf
    log: list[str] = field(default_factory=list)
    interrupted: bool = False
    finished: bool = False
    """True where what is left over holds no better plan."""

    def __post_init__(self) -> None:
        self.current = self.original
        self.bound = self.original.ceiling

    # --- time ----------------------------------------------------------------------------------------------------

    def seconds_left(self) -> float:
        return self.settings.time_limit_seconds - (time.monotonic() - self.began)

    def expired(self) -> bool:
        if self.settings.stop is not None and self.settings.stop():
            self.interrupted = True
        return self.interrupted or self.seconds_left() <= 0

    @property
    def closed(self) -> bool:
        """True where the best plan is proven, or there is none."""
        gap = self.bound - self.value
        met = self.best is not None and (gap < self.original.step or gap <= NOTHING * abs(self.value))
        return self.finished or met

    # --- plans and bounds ------------------------------------------------------------------------------------------

    def offer(self, opened: BoolArray) -> float:
        """Take a plan (F,) of the current problem if it is valid and better; return the value of the best."""
        plan = self.current.plan(opened, self.original.site_count)
        if self.original.valid(plan):
            value = self.original.value(plan)
            if value > self.value:
                self.best, self.value = plan, value
                self._tell()
        return self.value

    def improve(self, score: FloatArray) -> float:
        """Make a plan of scores (F,) and offer it."""
        return self.offer(rounded(self.current, score))

    def learn(self, bound: float) -> None:
        """Take a bound on the current problem, which holds every plan better than the best."""
        bound = float(np.floor(bound)) if self.original.whole else bound
        if max(bound, self.value) < self.bound:
            self.bound = max(bound, self.value)
            self._tell()

    def shrink(self, dual: DualBound) -> bool:
        """Fix sites by the bound and reduce; return whether much was gained."""
        before = self.current.rows.size
        self.learn(dual.bound)
        least = self.value + self.original.step - 2 * dual.error if self.best is not None else -np.inf
        closed = dual.bound - dual.choice.forced_in < least
        opened = dual.bound - dual.choice.forced_out < least
        if self.original.step == 0:
            closed, opened = closed & ~dual.choice.taken, opened & dual.choice.taken
        self.current = replace(self.current, multiplier=dual.prices)
        if np.any(closed & opened):
            self.finished = True
        elif closed.any() or opened.any():
            self.current = reduce(self.current.decide(opened=opened, closed=closed))
            self.settle()
        self.note(f"fixed {int(opened.sum())} open, {int(closed.sum())} closed")
        return self.current.rows.size < 0.8 * before

    def settle(self) -> None:
        """Finish where nothing is left to decide."""
        if self.current.impossible:
            self.finished = True
        elif self.current.rows.row_count == 0:
            self.offer(np.zeros(self.current.site_count, dtype=bool))
            self.finished = True
        if self.finished and self.best is not None:
            self.bound = self.value

    def note(self, what: str) -> None:
        rows = self.current.rows
        self.log.append(
            f"{what}: {rows.row_count} rows, {self.current.site_count} sites, {rows.size} pairs left; "
            f"value {self.value:.10g}, bound {self.bound:.10g}"
        )

    def _tell(self) -> None:
        if self.settings.progress is not None:
            known = np.isfinite(self.value)
            self.settings.progress(-self.value if known else None, -self.bound if np.isfinite(self.bound) else None)


def solve_covering(
    problem: CoveringProblem, settings: SolverSettings, start: BoolArray | None = None
) -> CoveringResult:
    """Return the best plan and a proven bound; `start` (F,) is a plan to begin with.

    The problem is maximised; its limits and prices are as stated in `problem`. Ends with the best plan so far when the
    time is up or `settings.stop` says so. Raises SolverError where the solver fails.
    """
    search = _Search(problem, settings)
    if start is not None:
        search.offer(start)
    search.current = reduce(problem.decide())
    search.settle()
    search.note("reduced")
    if not search.closed:
        _plan_and_bound(search)
    if not search.closed:
        _solve_what_is_left(search)
    return _result(search)


def _result(search: _Search) -> CoveringResult:
    rows = search.original.rows.row_count
    text = "\n".join(search.log) + "\n"
    if search.best is None:
        status = Status.INFEASIBLE if search.finished else Status.NO_SOLUTION
        value, limit = None, "" if search.finished else search_limit(search)
    else:
        status = Status.OPTIMAL if search.closed else Status.FEASIBLE
        value, limit = search.value, "" if search.closed else search_limit(search)
        if search.finished or (search.closed and problem_is_whole(search)):
            search.bound = search.value
    return CoveringResult(status, search.best, value, search.bound, limit, text, search.original.site_count, rows)


def problem_is_whole(search: _Search) -> bool:
    """Return whether a bound less than one above the value is the value."""
    return search.original.whole


def search_limit(search: _Search) -> str:
    """Return what ended the search before a proof."""
    return "interrupted" if search.interrupted else "time"


# --- plans and bounds ---------------------------------------------------------------------------------------------


def _plan_and_bound(search: _Search) -> None:
    """Plans first; then bounds in rounds, with fixing in between, as long as a gap is left."""
    if search.current.required.all():
        _cover_all(search)
    else:
        _cover_most(search)
        if search.expired():
            return
        dual = subgradient(search.current, search.value, _stop(search, SUBGRADIENT_STEPS), search.improve)
        search.shrink(dual)
    for iterations in PRIMAL_DUAL_ROUNDS:
        if search.closed or search.expired() or _small(search.current):
            return
        chosen = np.zeros(search.current.site_count)
        if search.best is not None:
            chosen = search.current.part_of(search.best).astype(np.float64)
        dual = primal_dual(search.current, search.value, _stop(search, iterations), search.improve, chosen)
        before = search.bound
        if not search.shrink(dual) and search.bound > before - 1e-5 * abs(before):
            return


def _small(problem: CoveringProblem) -> bool:
    """Return whether the solver is through sooner than another round of bounds."""
    return problem.rows.size < 20_000


def _stop(search: _Search, iterations: int) -> Stop:
    return Stop(iterations, search.expired, search.original.step)


def _cover_most(search: _Search) -> None:
    """Greedy and exchanges; with a budget also by gain per money."""
    problem = search.current
    for by_cost in (False, True) if problem.rules.spending else (False,):
        opened = np.zeros(problem.site_count, dtype=bool)
        opened[greedy(problem, by_cost=by_cost).order] = True
        search.offer(opened)
        search.offer(exchange(problem, opened))
    search.note("planned")


def _cover_all(search: _Search) -> None:
    """Row weighting for plans and, in another thread, the dual bound: neither waits for the other."""
    problem = search.current
    steps = 3_000 if _small(problem) else max(2_000, min(100_000, WEIGHTING_VISITS // max(problem.rows.size, 1)))
    weighting = RowWeighting(problem, search.settings.seed)
    search.offer(weighting.best)
    chosen = weighting.best.astype(np.float64)
    value = search.value
    with ThreadPoolExecutor(1) as pool:
        plans = pool.submit(weighting.run, steps, search.expired)
        dual = primal_dual(problem, value, _stop(search, PRIMAL_DUAL_ROUNDS[0]), lambda _score: value, chosen)
        plans.result()
    search.offer(weighting.best)
    search.shrink(dual)


# --- what is left ---------------------------------------------------------------------------------------------------


def _solve_what_is_left(search: _Search) -> None:
    """Hand the core to the solver, part by part where parts share nothing, smallest first."""
    if search.expired() or search.current.rows.size > CORE_PAIRS:
        return
    problem = search.current
    opened = np.zeros(problem.site_count, dtype=bool)
    bound, complete = problem.constant, True
    parts = sorted(components(problem), key=lambda part: int(part[0].sum()))
    for rows, sites in parts:
        part = _part(problem, rows, sites)
        result = solve_core(part, _core_settings(search, part), _start(search, part))
        search.log.append(result.log.rstrip("\n"))
        if result.status is Status.INFEASIBLE:
            search.finished = True
            search.settle()
            return
        bound += part.ceiling if result.bound is None else result.bound
        complete = complete and result.opened is not None
        if result.opened is not None:
            opened[np.flatnonzero(sites)[result.opened]] = True
        search.interrupted = search.interrupted or result.limit == "interrupted"
    if complete:
        search.offer(opened)
    search.learn(bound)
    search.note("solved")


def _part(problem: CoveringProblem, rows: BoolArray, sites: BoolArray) -> CoveringProblem:
    """Return some rows and sites as a problem of their own, with nothing gained yet."""
    none = np.zeros(problem.site_count, dtype=bool)
    return replace(
        problem,
        rows=problem.rows.select(rows, sites),
        weight=problem.weight[rows],
        required=problem.required[rows],
        multiplier=None,
        price=problem.price[sites],
        rules=problem.rules.after(none, sites),
        sites=problem.sites[sites],
        constant=0.0,
        opened=problem.opened[:0],
    )


def _core_settings(search: _Search, part: CoveringProblem) -> SolverSettings:
    """The stated gap is of the whole plan; the solver sees only what the core adds to it."""
    size = max(part.weight.sum() + part.price.sum(), 1e-9)
    gap = search.settings.gap * max(1.0, abs(search.value) / size) if np.isfinite(search.value) else search.settings.gap
    return replace(search.settings, time_limit_seconds=max(search.seconds_left(), 0.1), gap=gap)


def _start(search: _Search, part: CoveringProblem) -> BoolArray | None:
    """Return the best plan's sites of a part where they keep its rules."""
    if search.best is None:
        return None
    opened = part.part_of(search.best)
    return opened if part.valid(opened) else None
