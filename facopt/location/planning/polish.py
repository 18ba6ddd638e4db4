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
from facopt.location.solver import solve

if TYPE_CHECKING:
    from facopt.location.planning.model import PlanModel
    from facopt.location.planning.problem import PlanningProblem
    from facopt.location.planning.search import Chain

ROUNDINGS = (0.02, 1e-4)
"""People by which a solver's tolerances may miss a whole number; the first that capacities bear is used."""
SECONDS = 60.0
"""At most this for each of the two steps: they are linear programs unless demand points must not be split."""


def polished(chain: Chain) -> Plan | None:
    """Return the chain's plan with all served who can be, by the shortest ways; None where nothing is assigned."""
    problem = chain.problem
    if chain.outcome is None or not any(service.assigned for service in problem.services):
        return None
    plan = chain.outcome.plan
    most: float | None = None
    for shortest in (False, True):
        model = chain.model()
        _fix_moves(model, plan)
        covered = _people_covered(model)
        if shortest:
            if most is None:
                break
            model.row("keep_served", covered, at_least=most * (1 - 1e-9) - 1e-6)
        wish = _person_minutes(model) if shortest else -covered
        model.linear.objective = dict(wish.terms)
        result = solve(model.linear, replace(chain.settings, time_limit_seconds=SECONDS))
        if result.values is None:
            break
        most = _value(covered, result.values)
        plan = model.plan(result.values)
    return _as_whole_as_it_may_be(chain, plan)


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
