"""What stands today, without any plan: who its capacities serve."""

from __future__ import annotations

from typing import TYPE_CHECKING

from facopt.location.planning.plan import Plan, no_assignment
from facopt.location.planning.polish import polished
from facopt.location.planning.referee import judge
from facopt.location.planning.search import Chain

if TYPE_CHECKING:
    from facopt.location.planning.outcome import Outcome
    from facopt.location.planning.problem import PlanningProblem
    from facopt.location.solver import SolverSettings


def outcome_of_estate(standing: PlanningProblem, settings: SolverSettings) -> Outcome:
    """Return what the sites of a problem without moves do: most people served, by the shortest ways."""
    chain = Chain(standing, settings)
    chain.outcome = judge(standing, Plan((), no_assignment(standing)))
    plan = polished(chain)
    return chain.outcome if plan is None else judge(standing, plan)
