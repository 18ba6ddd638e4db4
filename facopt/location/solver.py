"""The one place where solvers run: HiGHS in this process, CBC and any other solver that PuLP knows by name.

PuLP calls a plan that a time limit stopped "Optimal" (coin-or/pulp issues 517 and 649). Nothing here believes that
word: a result is optimal only if the solver's own bound meets its value.
"""

from __future__ import annotations

import re
import tempfile
import time
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from facopt.errors import Finding, SolverError
from facopt.location.pulp_model import build
from facopt.location.solution import Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from facopt.location.linear_model import LinearModel

INTEGRALITY_TOLERANCE = 1e-9
"""Times a million people this is far below one person; HiGHS's own default of 1e-6 is not."""
POLISH_SECONDS = 5.0
"""A plan within the stated gap is still improved for this long, or for as long as it took to get there."""


@dataclass(frozen=True)
class SolverSettings:
    """How one model is solved."""

    name: str = "auto"
    time_limit_seconds: float = 300.0
    gap: float = 1e-4
    """Relative gap at which the search may stop; it goes on a little to prove the optimum."""
    seed: int = 1
    threads: int | None = None
    absolute_gap: float = 1e-6
    """Below 1 where values are whole numbers: then a smaller distance to the bound is a proof."""
    progress: Callable[[float | None, float | None], None] | None = field(default=None, compare=False)
    """Called with (value, bound) of the minimisation now and then; None where there is none yet."""
    stop: Callable[[], bool] | None = field(default=None, compare=False)
    """Asked now and then whether the user wants to stop with the best plan so far."""

    @property
    def is_highs(self) -> bool:
        """Whether HiGHS solves, by name or as nothing else was asked for."""
        return self.name.lower() in {"auto", "highs"}


@dataclass(frozen=True)
class MilpResult:
    """What a solver says about a minimisation."""

    status: Status
    values: np.ndarray | None
    """(columns,) values of the best solution; None without one."""
    objective: float | None
    bound: float | None
    """No solution can be below this; None where nothing is known."""
    limit: str
    log: str


def solver_version(name: str) -> str:
    """Return the version of the solver's package, such as "1.15.1" for HiGHS; CBC comes with PuLP."""
    package = {"auto": "highspy", "highs": "highspy"}.get(name.lower(), "pulp")
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"


def solve(
    model: LinearModel, settings: SolverSettings, start: np.ndarray | None = None, *, relaxed: bool = False
) -> MilpResult:
    """Minimise the model.

    `start` (columns,) holds a solution to begin with, NaN where unknown. With `relaxed` integrality is dropped.
    Raises SolverError when the solver is missing or fails.
    """
    if model.contradiction is not None:
        return MilpResult(Status.INFEASIBLE, None, None, None, "", f"row {model.contradiction} has no columns left\n")
    if not model.column_names:
        return MilpResult(Status.OPTIMAL, np.zeros(0), 0.0, 0.0, "", "nothing to decide\n")
    if settings.is_highs:
        return _solve_with_highs(model, settings, start, relaxed=relaxed)
    return _solve_by_name(model, settings, relaxed=relaxed)


# --- HiGHS ------------------------------------------------------------------------------------------------------------


def _solve_with_highs(
    model: LinearModel, settings: SolverSettings, start: np.ndarray | None, *, relaxed: bool
) -> MilpResult:
    import pulp

    problem, columns = build(model)
    with tempfile.TemporaryDirectory(prefix="facopt-") as folder:
        log = Path(folder) / "highs.log"
        options: dict[str, Any] = {
            "log_to_console": False,
            "log_file": str(log),
            "random_seed": settings.seed,
            "mip_feasibility_tolerance": INTEGRALITY_TOLERANCE,
        }
        runner = _highs_class()(
            mip=not relaxed, msg=True, gapRel=0.0, gapAbs=settings.absolute_gap, threads=settings.threads,
            timeLimit=max(settings.time_limit_seconds, 0.1), **options,
        )  # fmt: skip
        runner.prepare(settings, columns, start, watch=not relaxed)
        try:
            problem.solve(runner)
        except pulp.PulpSolverError as error:
            raise SolverError(Finding(f"HiGHS failed: {error}", "Try `solver: {name: cbc}`")) from error
        outcome = runner.outcome
        text = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
        del problem, columns, runner  # HiGHS holds the log open, and Windows cannot delete an open file
    return _read_highs(outcome, settings, text)


@dataclass(frozen=True)
class _HighsOutcome:
    model_status: str
    has_solution: bool
    values: np.ndarray
    objective: float
    bound: float
    interrupted_by: str


def _highs_class() -> Any:
    """Return a PuLP solver that runs HiGHS with a start, watches the gap, and keeps HiGHS's own words."""
    import highspy
    import pulp

    class Highs(pulp.HiGHS):  # type: ignore[misc]
        def prepare(
            self, settings: SolverSettings, columns: list[Any], start: np.ndarray | None, *, watch: bool
        ) -> None:
            self.facopt_settings, self.facopt_start, self.facopt_watch = settings, start, watch
            self.facopt_columns = {column.name: number for number, column in enumerate(columns)}

        def callSolver(self, lp: Any) -> None:
            highs = lp.solverModel
            # PuLP sorts variables by name, may leave out those in no row, and adds one to an empty objective.
            passed = lp.exported_variables() if hasattr(lp, "exported_variables") else lp.variables()
            order = np.array([self.facopt_columns.get(variable.name, -1) for variable in passed], dtype=np.int64)
            ours = order >= 0
            if self.facopt_start is not None:
                start = np.where(ours, self.facopt_start[order], np.nan)
                known = np.flatnonzero(np.isfinite(start)).astype(np.int32)
                highs.setSolution(len(known), known, start[known])
            watcher = _GapWatcher(self.facopt_settings)
            if self.facopt_watch:
                highs.setCallback(watcher, None)
                highs.startCallback(highspy.cb.HighsCallbackType.kCallbackMipInterrupt)
            highs.run()
            info, solution = highs.getInfo(), highs.getSolution()
            bound = float(info.mip_dual_bound if self.facopt_watch else info.objective_function_value)
            if self.facopt_watch and not any(variable.cat == pulp.LpInteger for variable in passed):
                # Without whole columns HiGHS solves a linear program, and its bound of a search means nothing.
                proven = highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
                bound = float(info.objective_function_value) if proven else -np.inf
            values = np.zeros(len(self.facopt_columns))
            values[order[ours]] = np.array(solution.col_value)[ours]
            self.outcome = _HighsOutcome(
                model_status=highs.modelStatusToString(highs.getModelStatus()),
                has_solution=info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible,
                values=values,
                objective=float(info.objective_function_value),
                bound=bound,
                interrupted_by=watcher.reason,
            )

    return Highs


class _GapWatcher:
    """Stops HiGHS when the gap is small enough and polishing it further has taken its share, or when the user asks."""

    def __init__(self, settings: SolverSettings) -> None:
        self.settings = settings
        self.began = time.monotonic()
        self.within_gap_at: float | None = None
        self.reason = ""

    def __call__(self, _kind: Any, _message: str, data_out: Any, data_in: Any, _user: Any) -> None:
        """HiGHS calls this between steps of the search."""
        now = time.monotonic() - self.began
        value, bound = float(data_out.mip_primal_bound), float(data_out.mip_dual_bound)
        known = np.isfinite(value) and np.isfinite(bound)
        if self.settings.progress is not None:
            self.settings.progress(value if np.isfinite(value) else None, bound if np.isfinite(bound) else None)
        if known and abs(value - bound) <= self.settings.gap * max(abs(value), 1e-9):
            if self.within_gap_at is None:
                self.within_gap_at = now
            if now >= self.within_gap_at + max(POLISH_SECONDS, self.within_gap_at):
                self.reason = "gap"
        if self.settings.stop is not None and self.settings.stop():
            self.reason = "interrupted"
        if self.reason:
            data_in.user_interrupt = True


def _read_highs(outcome: _HighsOutcome, settings: SolverSettings, log: str) -> MilpResult:
    infeasible = {"Infeasible", "Primal infeasible or unbounded"}
    if outcome.model_status in infeasible:
        return MilpResult(Status.INFEASIBLE, None, None, None, "", log)
    limits = {"Time limit reached": "time", "Interrupted by user": outcome.interrupted_by or "interrupted"}
    limit = limits.get(outcome.model_status, "")
    if outcome.model_status != "Optimal" and not limit:
        raise SolverError(Finding(f"HiGHS ended with '{outcome.model_status}'", "Try `solver: {name: cbc}`"))
    bound = outcome.bound if np.isfinite(outcome.bound) else None
    if not outcome.has_solution:
        return MilpResult(Status.NO_SOLUTION, None, None, bound, limit, log)
    if limit == "":
        bound = outcome.objective if bound is None else min(bound, outcome.objective)
    optimal = (
        limit == ""
        and bound is not None
        and outcome.objective - bound <= settings.absolute_gap + 1e-6 * abs(outcome.objective)
    )
    return MilpResult(
        Status.OPTIMAL if optimal else Status.FEASIBLE, outcome.values, outcome.objective, bound, limit, log
    )


# --- CBC and others --------------------------------------------------------------------------------------------------


def _solve_by_name(model: LinearModel, settings: SolverSettings, *, relaxed: bool) -> MilpResult:
    import pulp

    problem, columns = build(model)
    with tempfile.TemporaryDirectory(prefix="facopt-") as folder:
        log_path = Path(folder) / "solver.log"
        solver = _named_solver(settings, str(log_path), relaxed=relaxed)
        began = time.monotonic()
        try:
            problem.solve(solver)
        except pulp.PulpSolverError as error:
            raise SolverError(Finding(f"{settings.name} failed: {error}", "Try `solver: {name: highs}`")) from error
        seconds = time.monotonic() - began
        log = log_path.read_text(encoding="utf-8", errors="replace") if log_path.exists() else ""
    values = np.array([np.nan if column.varValue is None else column.varValue for column in columns], dtype=np.float64)
    return _read_named(model, settings, values, log, timed_out=seconds >= settings.time_limit_seconds)


def _named_solver(settings: SolverSettings, log_path: str, *, relaxed: bool) -> Any:
    import pulp

    limit = max(settings.time_limit_seconds, 0.1)
    options: dict[str, Any] = {"mip": not relaxed, "msg": False, "timeLimit": limit, "logPath": log_path}
    if settings.name.lower() == "cbc":
        solver = pulp.COIN_CMD(
            path=_bundled_cbc(), gapRel=0.0, gapAbs=settings.absolute_gap, threads=settings.threads,
            options=[f"randomCbcSeed {settings.seed}", f"randomSeed {settings.seed}"], **options,
        )  # fmt: skip
        if solver.available():
            return solver
    available = pulp.listSolvers(onlyAvailable=True)
    if settings.name in available:
        return pulp.getSolver(settings.name, **options)
    known = ", ".join(["auto", "highs", "cbc", *sorted(available)])
    raise SolverError(Finding(f"solver '{settings.name}' is not installed", f"Use one of: {known}"))


def _bundled_cbc() -> str | None:
    """Return the CBC that PuLP 3 carries; PuLP 4 finds the one of its `cbc` extra by itself."""
    import pulp

    bundled = getattr(pulp, "PULP_CBC_CMD", None)
    return None if bundled is None else str(bundled.pulp_cbc_path)


def _read_named(
    model: LinearModel, settings: SolverSettings, values: np.ndarray, log: str, *, timed_out: bool
) -> MilpResult:
    """Judge by the values and by the bound in the log, never by PuLP's status."""
    objective = _objective_if_feasible(model, values)
    proven = bool(re.search(r"Result - Optimal solution found|Optimal objective|Optimal - objective value", log))
    if re.search(
        r"(?i)problem (is|proven) infeasible|Result - Problem proven infeasible|no feasible solution - returning", log
    ):
        return MilpResult(Status.INFEASIBLE, None, None, None, "", log)
    limit = "" if proven and not timed_out else "time"
    stated = re.search(r"(?i)(?:lower bound|best possible)[:=]?\s+(-?[\d.]+(?:e[+-]?\d+)?)", log)
    bound = float(stated.group(1)) if stated and limit else None
    if objective is None:
        return MilpResult(Status.NO_SOLUTION, None, None, bound, limit or "time", log)
    if limit == "":
        return MilpResult(
            Status.OPTIMAL,
            values,
            objective,
            objective - settings.absolute_gap if settings.absolute_gap >= 0.5 else objective,
            "",
            log,
        )
    return MilpResult(Status.FEASIBLE, values, objective, bound, limit, log)


def _objective_if_feasible(model: LinearModel, values: np.ndarray, tolerance: float = 1e-5) -> float | None:
    """Return the objective of `values`, or None where they are no solution, as an unfinished CBC leaves behind."""
    if np.any(np.isnan(values)):
        return None
    whole = np.array(model.integer)
    if np.any(np.abs(values[whole] - np.round(values[whole])) > tolerance):
        return None
    for terms, low, high in zip(model.row_terms, model.row_lower, model.row_upper, strict=True):
        amount = sum(coefficient * values[column] for column, coefficient in terms)
        slack = tolerance * (1 + sum(abs(coefficient) for _, coefficient in terms))
        if amount < low - slack or amount > high + slack:
            return None
    return float(sum(coefficient * values[column] for column, coefficient in model.objective.items()))
