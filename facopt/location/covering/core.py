"""What bounds and fixing leave over, as a mixed-integer model for the solver."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from facopt.location.linear_model import LinearModel
from facopt.location.solver import SolverSettings, solve

if TYPE_CHECKING:
    from facopt.location.covering.incidence import BoolArray, IntArray
    from facopt.location.covering.problem import CoveringProblem
    from facopt.location.solution import Status

WHOLE_GAP = 0.999
"""Two whole numbers less than this apart are the same."""


@dataclass(frozen=True)
class CoreResult:
    """What the solver says about the core."""

    status: Status
    opened: BoolArray | None
    """(F,) open sites of the best plan found."""
    bound: float | None
    """No plan of the core is better; None where nothing is known."""
    limit: str
    log: str


def solve_core(problem: CoveringProblem, settings: SolverSettings, start: BoolArray | None) -> CoreResult:
    """Solve the problem as a mixed-integer model, beginning with the plan `start` (F,) where there is one."""
    model, substituted = core_model(problem)
    values = None if start is None else _start_values(problem, start, substituted)
    absolute_gap = WHOLE_GAP if problem.whole else 1e-6
    result = solve(model, replace(settings, absolute_gap=absolute_gap), values)
    opened = None if result.values is None else result.values[: problem.site_count] > 0.5
    # Weights of required rows are gained in every plan, so the model does not hold them.
    certain = problem.constant + float(problem.weight[problem.required].sum())
    bound = None if result.bound is None else certain - result.bound
    return CoreResult(result.status, opened, bound, result.limit, result.log)


def core_model(problem: CoveringProblem) -> tuple[LinearModel, IntArray]:
    """Return the model to minimise minus the objective, and the optional rows that have a column, in column order.

    An optional row of one site needs no column: its weight goes to that site.
    """
    model = LinearModel()
    rows = problem.rows
    gain = -problem.price
    alone = ~problem.required & (rows.lengths == 1)
    np.add.at(gain, rows.sites[rows.start[:-1][alone]], problem.weight[alone])
    for j, amount in enumerate(gain.tolist()):
        model.objective[model.add_column(f"open_{problem.sites[j]}", integer=True)] = -amount
    with_column = np.flatnonzero(~problem.required & ~alone).astype(np.int32)
    for k in with_column.tolist():
        column = model.add_column(f"cover_{k}")
        model.objective[column] = -float(problem.weight[k])
        model.add_row(f"covered_{k}", [*((j, 1.0) for j in rows.row(k).tolist()), (column, -1.0)], at_least=0.0)
    for k in np.flatnonzero(problem.required).tolist():
        model.add_row(f"required_{k}", [(j, 1.0) for j in rows.row(k).tolist()], at_least=1.0)
    _add_rules(model, problem)
    return model, with_column


def _add_rules(model: LinearModel, problem: CoveringProblem) -> None:
    rules = problem.rules
    for group in np.flatnonzero(rules.at_most < rules.group_sizes).tolist():
        members = np.flatnonzero(rules.group == group).tolist()
        model.add_row(f"sites_{group}", [(j, 1.0) for j in members], at_most=float(rules.at_most[group]))
    if rules.spending:
        model.add_row("budget", list(enumerate(rules.cost.tolist())), at_most=float(rules.budget))


def _start_values(problem: CoveringProblem, opened: BoolArray, with_column: IntArray) -> np.ndarray:
    covered = problem.rows.covered(opened)[with_column]
    return np.concatenate([opened, covered]).astype(np.float64)
