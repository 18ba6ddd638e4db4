"""Planning models that are too large to be handed to a solver whole: a bound and a plan, found side by side.

One thread raises the bound: linear relaxation with Hall rows, whole openings near it, then the master with its
integers, as one or in priced parts, Hall rows added where its solutions ask for too much. The other lowers the plan:
these openings, or what the master would do, made to keep every row, then exact windows. Each tells the other what it
has found. HiGHS runs without the interpreter's lock, so two cores are used. When each hears of the other, and how exact
a window can be, depends on the machine: two runs of one seed may end with different plans, each within its stated gap.
"""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from facopt.location.planning.scale.arrays import ArrayModel
from facopt.location.planning.scale.bound import Bound
from facopt.location.planning.scale.compact import Compact
from facopt.location.planning.scale.detail import Details
from facopt.location.planning.scale.improve import Improve
from facopt.location.planning.scale.master import Master
from facopt.location.planning.scale.rounding import Rounding
from facopt.location.planning.scale.state import PROVEN, State
from facopt.location.planning.scale.windows import Places
from facopt.location.solution import Status
from facopt.location.solver import MilpResult

if TYPE_CHECKING:
    from facopt.location.planning.model import PlanModel
    from facopt.location.problem import FloatArray
    from facopt.location.solver import SolverSettings

LEAST_ASSIGNMENT = 3_000
"""Columns of assignment from which on a model goes this way."""
POLL_SECONDS = 0.2


def is_large(model: PlanModel) -> bool:
    """Return whether a model is for `solve_large`: much assignment, and an objective that does not look at it."""
    served = {x for (k, _, _), x in model.flow.items() if model.problem.services[k].assigned}
    return len(served) >= LEAST_ASSIGNMENT and not served & model.linear.objective.keys()


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
    places, rounded = Places.of(model, compact), threading.Event()
    rounding = Rounding(master, places.of_columns(master.kept), settings.seed)
    details = Details.of(model, compact, master)
    improve = Improve(state, compact, master, settings.seed, rounded, rounding, places)
    if start is not None:
        improve.begin = compact.shrink(np.nan_to_num(start))
    sides = (Bound(state, master, details, settings.seed, rounded, rounding, improve.beside), improve)
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
