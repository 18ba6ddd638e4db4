"""All that the planning model finds for one scenario: the plan, what stands today, and the price of another order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from facopt.location.planning.diagnosis.ways_out import easier
from facopt.location.planning.estate import outcome_of_estate
from facopt.location.planning.missing import losses_by_stage
from facopt.location.planning.orders import final_first
from facopt.location.planning.search import solve_planning
from facopt.location.solution import Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from facopt.location.planning.outcome import Outcome
    from facopt.location.planning.problem import PlanningProblem
    from facopt.location.planning.search import PlanningSolution
    from facopt.location.problem import FloatArray
    from facopt.location.solver import SolverSettings

Order = Literal["jointly", "final_first"]
EASING_SHARE = 0.5
"""Of the time limit: for changes with which there is a plan, where time ended without one."""
LOSSES_SECONDS = 60.0
"""Most time for what the loss of each site would do; less where the scenario's own limit is shorter."""


@dataclass(frozen=True)
class PlanningTask:
    """A planning problem with what the report says of today, and how its stages are ordered."""

    problem: PlanningProblem
    estate_now: PlanningProblem
    """What stands today, for the people of the last stage: no moves, no rules."""
    today: PlanningProblem
    """What stands today, for the people of today."""
    order: Order = "jointly"
    compare_orders: bool = False


@dataclass(frozen=True)
class Planned:
    """What the planning model found."""

    solution: PlanningSolution
    estate_now: Outcome
    """What stands today does this for the people of the last stage."""
    today: Outcome
    """What stands today does this for the people of today."""
    order: Order = "jointly"
    other_order: PlanningSolution | None = None
    """The plan by the other way to order the stages, where the scenario compares them."""
    lost: tuple[FloatArray, ...] = ()
    """(T times (J,)) people who would lose cover without each open site; NaN elsewhere and where time was short. Empty
    without a plan."""


def solve_planned(task: PlanningTask, settings: SolverSettings, tell: Callable[[str], None]) -> Planned:
    """Solve a planning task. Raises RefereeError and SolverError as `solve_planning` does."""
    ways = {"jointly": solve_planning, "final_first": final_first}
    solution = ways[task.order](task.problem, settings, tell)
    if solution.status is Status.NO_SOLUTION and solution.effort.limit == "time" and task.order == "jointly":
        tell("diagnosis")
        relaxations = easier(task.problem, settings, EASING_SHARE * settings.time_limit_seconds)
        solution = replace(solution, relaxations=relaxations)
    other = None
    if task.compare_orders and task.problem.stage_count > 1:
        (name,) = set(ways) - {task.order}
        other = ways[name](task.problem, settings, tell)
    tell("estate")
    now, today = outcome_of_estate(task.estate_now, settings), outcome_of_estate(task.today, settings)
    lost: tuple[FloatArray, ...] = ()
    if solution.outcome is not None:
        tell("losses")
        lost = losses_by_stage(solution.outcome, min(LOSSES_SECONDS, settings.time_limit_seconds))
    return Planned(solution, now, today, task.order, other, lost)
