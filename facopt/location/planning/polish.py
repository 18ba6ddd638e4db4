"""The last step of a plan: openings fixed, the most people are served with what is open, then by the shortest ways.

A solver that minimises cost may leave a place empty beside people who need it; no planner would.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from facopt.linear import Linear, column, total
from facopt.location.planning.plan import Assignment, Plan
from facopt.location.planning.referee import judge
from facopt.location.planning.scale.arrays import ArrayModel
from facopt.location.planning.scale.highs import Effort, solve_arrays
from facopt.location.solver import solve

if TYPE_CHECKING:
    from facopt.location.planning.model import PlanModel
    from facopt.location.planning.problem import PlanningProblem
    from facopt.location.planning.search import Chain
    from facopt.location.problem import FloatArray

ROUNDINGS = (0.02, 1e-4)
"""People by which a solver's tolerances may miss a whole number; the first that capacities bear is used."""
SECONDS = 60.0
"""At most this for each of the two steps: they are linear programs unless demand points must not be split."""
TOLERANCE = 1e-9
"""By which their rows may be missed."""
LOST = 1e-6
"""People that shorter ways may cost: far fewer than what is made whole again."""


def polished(chain: Chain) -> Plan | None:
    """Return the chain's plan with all served who can be, by the shortest ways; None where nothing is assigned."""
    problem = chain.problem
    if chain.outcome is None or not any(service.assigned for service in problem.services):
        return None
    plan, model = chain.outcome.plan, chain.model()
    _fix_moves(model, plan)
    covered = _people_covered(model)
    values = _least(chain, model, -covered)
    if values is not None:
        model.row("keep_served", covered, at_least=_value(covered, values) - LOST)
        nearer = _least(chain, model, _person_minutes(model))
        plan = model.plan(values if nearer is None else nearer)
    return _as_whole_as_it_may_be(chain, plan)


def _least(chain: Chain, model: PlanModel, wish: Linear) -> FloatArray | None:
    """Return column values that make an expression least; None where the time did not suffice."""
    model.linear.objective = dict(wish.terms)
    if chain.settings.is_highs:
        effort = Effort(SECONDS, 0.0, tolerance=TOLERANCE, seed=chain.settings.seed)
        return solve_arrays(ArrayModel.of(model.linear), effort).values
    return solve(model.linear, replace(chain.settings, time_limit_seconds=SECONDS)).values


def _as_whole_as_it_may_be(chain: Chain, plan: Plan) -> Plan:
    """Return the plan with people made whole, as it is where that would break a rule or lose what levels reached."""
    for rounding in ROUNDINGS:
        whole = whole_people(chain.problem, plan, rounding)
        outcome = judge(chain.problem, whole)
        if not outcome.violations and all(kept.holds(kept.wish.objective.value(outcome)) for kept in chain.kept):
            return whole
    return plan


def _fix_moves(model: PlanModel, plan: Plan) -> None:
    made = dict(plan.made)
    for (number, t), now in model.moved.items():
        value = float(number in made and made[number] <= t)
        model.linear.lower[now] = model.linear.upper[now] = value


def _people_covered(model: PlanModel) -> Linear:
    """The people covered, of each assigned service and of all tiers together, in all stages."""
    people = model.problem.people
    tiers = [None, *(k for k, service in enumerate(model.problem.services) if service.assigned)]
    return total(model.people_covered(tier, people[t], t) for t in model.stages for tier in tiers)


def _person_minutes(model: PlanModel) -> Linear:
    problem, parts = model.problem, []
    for (k, arc, t), x in model.flow.items():
        service = problem.services[k]
        if service.assigned:
            parts.append(column(x, float(problem.people[t][service.demand[arc]] * service.minutes[arc])))
    return total(parts)


def _value(expression: Linear, values: np.ndarray) -> float:
    return expression.constant + float(sum(amount * values[number] for number, amount in expression.terms))


def whole_people(problem: PlanningProblem, plan: Plan, rounding: float) -> Plan:
    """Return the plan with assigned people who miss whole numbers by less than `rounding` made exactly whole."""
    rows = []
    for t, row in enumerate(plan.assigned):
        rows.append(
            tuple(
                None if one is None else _whole(one, problem.people[t][problem.services[k].demand[one.arc]], rounding)
                for k, one in enumerate(row)
            )
        )
    return Plan(plan.made, tuple(rows))


def _whole(assignment: Assignment, people: np.ndarray, rounding: float) -> Assignment:
    served = assignment.share * people
    nearest = np.round(served)
    served = np.where(np.abs(served - nearest) < rounding, nearest, served)
    share = np.divide(served, people, out=assignment.share.copy(), where=people > 0)
    used = share > 0
    return Assignment(assignment.arc[used], share[used])
