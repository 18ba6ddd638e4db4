"""HiGHS on sparse arrays, for models that are too many or too large to be written out row by row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import highspy
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from facopt.location.planning.scale.arrays import ArrayModel, IntArray
    from facopt.location.problem import FloatArray


@dataclass(frozen=True)
class Result:
    """What HiGHS says about a minimisation."""

    values: FloatArray | None
    """(N,) the best solution; None without one."""
    objective: float
    """Its value; infinite without one."""
    bound: float
    """No solution can be below this."""
    infeasible: bool = False
    duals: FloatArray | None = None
    """(R,) prices of the rows, of linear programs."""


@dataclass(frozen=True)
class Effort:
    """How much a solve may take."""

    seconds: float
    gap: float = 1e-3
    """Relative to the value..."""
    absolute_gap: float = 1e-6
    """...or in its units: the search stops at either."""
    tolerance: float = 1e-7
    """By which rows of a linear program may be missed."""
    seed: int = 1
    stop: Callable[[], bool] | None = None
    """Asked now and then."""
    improved: Callable[[float, FloatArray], None] | None = None
    """Told the value and columns (N,) of every better solution as it is found."""


def solve_arrays(model: ArrayModel, effort: Effort, start: FloatArray | None = None) -> Result:
    """Minimise a mixed-integer model, from a solution `start` (N,) if there is one."""
    highs = _highs(model, effort, relaxed=False)
    highs.setOptionValue("mip_rel_gap", effort.gap)
    highs.setOptionValue("mip_abs_gap", effort.absolute_gap)
    if start is not None:
        solution = highspy.HighsSolution()
        solution.col_value = start.tolist()
        solution.value_valid = True
        highs.setSolution(solution)
    if effort.stop is not None or effort.improved is not None:
        highs.setCallback(_Watcher(effort), None)
        highs.startCallback(highspy.cb.HighsCallbackType.kCallbackMipInterrupt)
        highs.startCallback(highspy.cb.HighsCallbackType.kCallbackMipImprovingSolution)
    highs.run()
    info = highs.getInfo()
    if highs.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
        return Result(None, np.inf, np.inf, infeasible=True)
    bound = float(info.mip_dual_bound)
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return Result(None, np.inf, bound)
    values = np.array(highs.getSolution().col_value)
    values[model.integer] = np.round(values[model.integer])
    return Result(values, float(info.objective_function_value), min(bound, float(info.objective_function_value)))


class GrowingProgram:
    """A linear program that grows rows and changes bounds and costs; each solve goes on from the basis before."""

    def __init__(self, model: ArrayModel, seed: int = 1) -> None:
        self._highs = _highs(model, Effort(1.0, seed=seed), relaxed=True)

    def add(self, matrix: Any, row_lower: FloatArray, row_upper: FloatArray) -> None:
        """Add rows, `matrix` (R', N) CSR."""
        first = matrix.indptr[:-1].astype(np.int32)
        self._highs.addRows(
            len(row_lower), row_lower, row_upper, matrix.nnz, first, matrix.indices.astype(np.int32), matrix.data
        )

    def bound(self, columns: IntArray, lower: FloatArray, upper: FloatArray) -> None:
        """Give some columns other bounds."""
        self._highs.changeColsBounds(len(columns), columns.astype(np.int32), lower, upper)

    def price(self, columns: IntArray, cost: FloatArray) -> None:
        """Give some columns other costs."""
        self._highs.changeColsCost(len(columns), columns.astype(np.int32), cost)

    def afresh(self) -> None:
        """Forget the basis: where much has changed, a solve from nothing is soon faster than one from there."""
        self._highs.clearSolver()

    def solve(self, seconds: float) -> Result | None:
        """Return the optimum, or None where the time did not suffice: an unfinished program proves nothing."""
        self._highs.setOptionValue("time_limit", self._highs.getRunTime() + max(seconds, 0.1))
        self._highs.run()
        status = self._highs.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            return Result(None, np.inf, np.inf, infeasible=True)
        if status != highspy.HighsModelStatus.kOptimal:
            return None
        solution, value = self._highs.getSolution(), float(self._highs.getInfo().objective_function_value)
        return Result(np.array(solution.col_value), value, value, duals=np.array(solution.row_dual))


class _Watcher:
    """Passes on what HiGHS says between its steps."""

    def __init__(self, effort: Effort) -> None:
        self.effort = effort

    def __call__(self, kind: Any, _message: str, data_out: Any, data_in: Any, _user: Any) -> None:
        if kind == highspy.cb.HighsCallbackType.kCallbackMipImprovingSolution:
            solution = np.array(data_out.mip_solution)
            # Older versions of HiGHS say that there is a better solution, and not which.
            if self.effort.improved is not None and solution.ndim == 1:
                self.effort.improved(float(data_out.objective_function_value), solution)
        elif self.effort.stop is not None and self.effort.stop():
            data_in.user_interrupt = True


def _highs(model: ArrayModel, effort: Effort, *, relaxed: bool) -> Any:
    highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    options = {
        "output_flag": False,
        "threads": 1,
        "random_seed": effort.seed,
        "time_limit": max(effort.seconds, 0.1),
        "primal_feasibility_tolerance": effort.tolerance,
    }
    for name, value in options.items():
        highs.setOptionValue(name, value)
    program, matrix = highspy.HighsLp(), model.matrix
    program.num_col_, program.num_row_ = model.columns, model.rows
    program.col_cost_, program.col_lower_, program.col_upper_ = model.cost, model.lower, model.upper
    program.row_lower_, program.row_upper_, program.offset_ = model.row_lower, model.row_upper, model.offset
    program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    program.a_matrix_.start_, program.a_matrix_.index_ = matrix.indptr, matrix.indices
    program.a_matrix_.value_ = matrix.data
    if not relaxed:
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        program.integrality_ = [kinds[int(whole)] for whole in model.integer]
    highs.passModel(program)
    return highs
