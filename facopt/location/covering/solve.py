"""The way of a large covering problem to its proof: reduce, plan, bound, fix, reduce again, and a solver for the rest.

Every step works on what the step before has left over. A site is fixed where the bound shows that no plan that decides
otherwise is better than the best plan known, so what is left over holds every better plan, if there is one.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from facopt.location.covering.branching import STEPS, TURNS, branch
from facopt.location.covering.core import solve_core
from facopt.location.covering.dual import Stop, Warmth, bound_of, primal_dual, subgradient
from facopt.location.covering.greedy import exchange, greedy, kicked
from facopt.location.covering.progress import Progress
from facopt.location.covering.reductions import components, reduce
from facopt.location.covering.swaps import Swaps, fits, kick_visits
from facopt.location.covering.weighting import RowWeighting
from facopt.location.solution import Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from facopt.location.covering.dual import DualBound
    from facopt.location.covering.incidence import BoolArray
    from facopt.location.covering.problem import CoveringProblem
    from facopt.location.solver import SolverSettings

SUBGRADIENT_STEPS = 250
PRIMAL_DUAL_ROUNDS = (300, 600, 1200, 2400, 4800)
"""Iterations of each round; between rounds sites are fixed and rows merged anew."""
WORTHWHILE = 2e-5
"""A round that neither shrinks the problem nor lowers the bound by this share is the last."""
SOLVABLE_PAIRS = 120_000
"""With fewer pairs the solver is worth more than another round, unless rounds still halve the problem."""
KICK_VISITS = 1_000_000_000
"""Work of the random exchanges, in pairs visited, about."""
KICKS_PER_ROUND = 10
"""With the table of swaps, which makes so many kicks in about the time of one round of exchanges."""
FEW_VISITS = 100_000_000
"""The same, for a longer look at small problems before they go to the solver."""
MANY_KICKS = 500
"""Rounds of that longer look at most."""
NODE_VISITS = 5_000_000_000
"""Work of branching before the solver, in pairs visited, about."""
NODE_PASSES = 2 * STEPS * TURNS
"""Passes over the pairs that a node of the tree takes, about."""
MOST_NODES = 1000
MOST_DIVIDED = 200
"""Sites up to which branching beats the solver: 40 nodes against 19 s; with 650 sites the solver is through in 2 s."""
CORE_PAIRS = 1_500_000
"""Cores with more pairs are not handed to the solver: branch and cut would not get through its first relaxation."""
WEIGHTING_STEPS_PER_PAIR = 0.3
"""Steps of the row weighting: on larger problems a step takes about as long, but more of them still help."""


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


def solve_covering(
    problem: CoveringProblem, settings: SolverSettings, start: BoolArray | None = None
) -> CoveringResult:
    """Return the best plan and a proven bound; `start` (F,) is a plan to begin with.

    The problem is maximised; its limits and prices are as stated in `problem`. Ends with the best plan so far when the
    time is up or `settings.stop` says so. Raises SolverError where the solver fails.
    """
    search = Progress(problem, settings)
    if start is not None:
        search.offer(start)
    search.current = reduce(problem.decide())
    search.settle()
    search.note("reduced")
    if not search.closed:
        _plan_and_bound(search)
    if not search.closed:
        _divide(search)
    if not search.closed:
        _solve_what_is_left(search)
    return _result(search)


def _result(search: Progress) -> CoveringResult:
    rows = search.original.rows.row_count
    text = "\n".join(search.log) + "\n"
    if search.best is None:
        status = Status.INFEASIBLE if search.finished else Status.NO_SOLUTION
        value, limit = None, "" if search.finished else search.limit
    else:
        status = Status.OPTIMAL if search.closed else Status.FEASIBLE
        value, limit = search.value, "" if search.closed else search.limit
        if search.finished or (search.closed and search.original.whole):
            search.bound = search.value
    return CoveringResult(status, search.best, value, search.bound, limit, text, search.original.site_count, rows)


# --- plans and bounds ---------------------------------------------------------------------------------------------


def _plan_and_bound(search: Progress) -> None:
    """Plans first; then bounds in rounds, with fixing in between, as long as a gap is left."""
    warmth = _cover_all(search) if search.current.required.all() else _cover_most(search)
    for iterations in PRIMAL_DUAL_ROUNDS:
        if search.closed or search.expired() or _small(search.current):
            return
        before, size = search.bound, search.current.rows.size
        dual, warmth = primal_dual(search.current, search.value, _stop(search, iterations), search.improve, warmth)
        warmth = _shrink(search, dual, warmth)
        shrunk = search.current.rows.size / size
        lowered = search.bound < before - WORTHWHILE * abs(before)
        if shrunk > (0.5 if size < SOLVABLE_PAIRS else 0.8) and not (lowered and size >= SOLVABLE_PAIRS):
            return
        _kick(search, iterations // 25)


def _shrink(search: Progress, dual: DualBound, warmth: Warmth) -> Warmth:
    """Fix and reduce; return the fractional choice over the sites that are left."""
    before = search.current.sites
    search.shrink(dual)
    return replace(warmth, chosen=warmth.chosen[np.searchsorted(before, search.current.sites)], norm=None)


def _kick(search: Progress, rounds: int, visits: int = KICK_VISITS) -> None:
    """Look for better plans by random exchanges among the sites that are left, in so many rounds or fewer."""
    if search.closed or search.best is None or search.current.required.all():
        return
    problem = search.current
    opened = exchange(problem, search.best_part())
    if fits(problem, opened):
        kicks = min(KICKS_PER_ROUND * rounds, int(visits / kick_visits(problem, opened)) + 3)
        found = Swaps(problem, opened, search.settings.seed).run(kicks, search.expired)
    else:
        rounds = min(rounds, visits // (8 * max(problem.rows.size, 1)) + 3)
        found = kicked(problem, opened, rounds, search.settings.seed, search.expired)
    search.offer(found)


def _small(problem: CoveringProblem) -> bool:
    """Return whether the solver is through sooner than another round of bounds."""
    return problem.rows.size < 20_000


def _stop(search: Progress, iterations: int) -> Stop:
    return Stop(iterations, search.expired, search.original.step)


def _cover_most(search: Progress) -> Warmth:
    """Greedy and exchanges, with a budget also by gain per money; then a first bound, and plans from its prices."""
    problem = search.current
    for by_cost in (False, True) if problem.rules.spending else (False,):
        opened = np.zeros(problem.site_count, dtype=bool)
        opened[greedy(problem, by_cost=by_cost).order] = True
        search.offer(opened)
        search.offer(exchange(problem, opened))
    _kick(search, 40)
    search.note("planned")
    dual = subgradient(problem, search.value, _stop(search, SUBGRADIENT_STEPS), search.improve)
    warmth = _shrink(search, dual, Warmth(search.best_part().astype(np.float64)))
    return _kick_and_fix(search, warmth)


def _kick_and_fix(search: Progress, warmth: Warmth) -> Warmth:
    """Look longer for a plan where that is cheap, and use a better one to fix more by the prices that are known."""
    before = search.value
    rounds = min(MANY_KICKS, FEW_VISITS // (8 * max(search.current.rows.size, 1)))
    _kick(search, rounds, FEW_VISITS)
    prices = search.current.multiplier
    if search.closed or search.value <= before or prices is None:
        return warmth
    return _shrink(search, bound_of(search.current, prices), warmth)


def _cover_all(search: Progress) -> Warmth:
    """Row weighting for plans and, in another thread, the dual bound: neither waits for the other."""
    problem = search.current
    steps = int(np.clip(problem.rows.size * WEIGHTING_STEPS_PER_PAIR, 2_000, 300_000))
    weighting = RowWeighting(problem, search.settings.seed)
    value = search.offer(weighting.best)
    warmth = Warmth(weighting.best.astype(np.float64))
    with ThreadPoolExecutor(1) as pool:
        plans = pool.submit(weighting.run, steps, search.expired)
        dual, warmth = primal_dual(problem, value, _stop(search, PRIMAL_DUAL_ROUNDS[0]), lambda _score: value, warmth)
        plans.result()
    search.offer(weighting.best)
    return _shrink(search, dual, warmth)


def _divide(search: Progress) -> None:
    """Branch on the dual bound, where the core has few sites, before the solver is asked.

    Not where rows are required: their relaxation is far from the optimum, and the solver's cuts are what closes it.
    """
    core = search.current
    if search.best is None or core.required.any() or core.site_count > MOST_DIVIDED:
        return
    nodes = min(MOST_NODES, NODE_VISITS // (NODE_PASSES * max(core.rows.size, 1)))
    branch(search, nodes)


# --- what is left ---------------------------------------------------------------------------------------------------


def _solve_what_is_left(search: Progress) -> None:
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
        search.solver_limit = search.solver_limit or result.limit
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


def _core_settings(search: Progress, part: CoveringProblem) -> SolverSettings:
    """The stated gap is of the whole plan; the solver sees only what the core adds to it."""
    size = max(part.weight.sum() + part.price.sum(), 1e-9)
    gap = search.settings.gap * max(1.0, abs(search.value) / size) if np.isfinite(search.value) else search.settings.gap
    left = max(search.seconds_left(), 0.1)
    return replace(search.settings, time_limit_seconds=left, gap=gap, progress=_heard(search, part))


def _heard(search: Progress, part: CoveringProblem) -> Callable[[float | None, float | None], None] | None:
    """Return what tells of the whole plan what the solver tells of the core; nothing where there are several parts."""
    tell = search.settings.progress
    if tell is None or part.site_count < search.current.site_count:
        return None
    certain = search.current.constant + float(part.weight[part.required].sum())
    return lambda value, bound: tell(
        None if value is None else value - certain, None if bound is None else bound - certain
    )


def _start(search: Progress, part: CoveringProblem) -> BoolArray | None:
    """Return the best plan's sites of a part where they keep its rules."""
    if search.best is None:
        return None
    opened = part.part_of(search.best)
    return opened if part.valid(opened) else None
