"""The referee of the planning model: recomputes every figure and every rule from moves and assignments alone.

It shares no code with the formulation beyond the problem's arrays, so that a mistake there shows here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from facopt.location.planning.outcome import Outcome, Served, nearest_open
from facopt.location.planning.plan import options_by_stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from facopt.location.planning.plan import Assignment, Plan
    from facopt.location.planning.problem import PlanningProblem, PlanService
    from facopt.location.problem import BoolArray, FloatArray, IntArray

TOLERANCE = 1e-6
"""Relative slack of sums of people, load and money that a solver's own tolerances leave."""


def judge(problem: PlanningProblem, plan: Plan) -> Outcome:
    """Return all figures of a plan, with every rule it breaks listed rather than raised."""
    option = options_by_stage(problem, plan.made)
    is_open = np.array([one.open for one in problem.options], dtype=bool)[option]
    served = tuple(
        tuple(
            _served(problem, t, service, plan.assigned[t][k], is_open[t]) for k, service in enumerate(problem.services)
        )
        for t in range(problem.stage_count)
    )
    figures = Outcome(problem, plan, option, is_open, served, _capital(problem, plan))
    return Outcome(problem, plan, option, is_open, served, figures.capital, tuple(violations(figures)))


def _everybody(problem: PlanningProblem, stage: int) -> bool:
    return problem.assigns_everybody and stage == problem.stage_count - 1


def _served(
    problem: PlanningProblem, stage: int, service: PlanService, assignment: Assignment | None, open_sites: BoolArray
) -> Served:
    arc, minutes = nearest_open(service, open_sites, problem.demand_count)
    reached = service.needed & (minutes <= service.standard_minutes)
    if assignment is not None:
        # Where nobody lives nobody is assigned; an open site within the standard covers the place all the same.
        empty = problem.people[stage] == 0
        covered = np.where(empty, reached, _covered(service, assignment.arc, assignment.share))
        return Served(assignment.arc, assignment.share, covered)
    counted = service.needed & np.isfinite(minutes) if _everybody(problem, stage) else reached
    used = arc[counted]
    return Served(used, np.ones(len(used)), reached.astype(np.float64))


def _covered(service: PlanService, arc: IntArray, share: FloatArray) -> FloatArray:
    within = service.within[arc]
    sums = np.bincount(service.demand[arc[within]], weights=share[within], minlength=len(service.needed))
    return sums.astype(np.float64)


def _capital(problem: PlanningProblem, plan: Plan) -> FloatArray:
    spent = np.zeros((problem.stage_count, max(len(problem.sources), 1)))
    for number, stage in plan.made:
        move = problem.moves[number]
        spent[stage] += move.cost * np.array(move.shares if problem.sources else (1.0,))
    return spent


def violations(outcome: Outcome) -> Iterator[str]:
    """Yield in words whatever the plan breaks: legal moves, capacities, assignments, and every stated rule."""
    yield from _illegal_moves(outcome)
    for t in range(outcome.problem.stage_count):
        for k, service in enumerate(outcome.problem.services):
            if service.assigned:
                yield from _wrong_assignment(outcome, t, k)
            if _everybody(outcome.problem, t):
                yield from _left_out(outcome, t, k)
    for stated in outcome.problem.rules:
        for text in stated.rule.broken(outcome):
            yield f"{stated.key}: {text}"


def _illegal_moves(outcome: Outcome) -> Iterator[str]:
    """A site leaves the option it is in, once a stage, never too early and by each move once; partners stay open."""
    problem, name = outcome.problem, outcome.problem.labels.site
    at = problem.start.copy()
    made: set[int] = set()
    moved_in: set[tuple[int, int]] = set()
    relocated: set[int] = set()
    for number, stage in outcome.plan.made:
        move = problem.moves[number]
        if number in made:
            yield f"{name[move.site]}: {move.action} for the second time"
        if at[move.site] != move.start:
            yield f"{name[move.site]}: {move.action} from a state it is not in"
        if stage < move.first_stage:
            yield f"{name[move.site]}: {move.action} before its lead time has passed"
        if (move.site, stage) in moved_in:
            yield f"{name[move.site]}: two actions in one stage"
        made.add(number)
        moved_in.add((move.site, stage))
        at[move.site] = move.end
        if move.partner >= 0 and not outcome.open[stage:, move.partner].all():
            yield f"{name[move.site]}: {move.action} to {name[move.partner]}, which is not open"
        if move.action == "relocate":
            if move.partner in relocated:
                yield f"{name[move.partner]}: two facilities relocated to it"
            relocated.add(move.partner)


def _wrong_assignment(outcome: Outcome, stage: int, tier: int) -> Iterator[str]:
    """Shares are whole where they must be, add up to at most all, use open sites, and fit in capacity."""
    problem = outcome.problem
    service, served = problem.services[tier], outcome.served[stage][tier]
    where = f"{service.tier} in stage {stage}"
    if not np.all(served.share >= 0):
        yield f"{where}: a share below 0"
    if not np.all(outcome.open[stage][service.site[served.arc]]):
        yield f"{where}: people are assigned to a site that is not open"
    sums = np.bincount(service.demand[served.arc], weights=served.share, minlength=problem.demand_count)
    if np.any(sums > 1 + TOLERANCE):
        yield f"{where}: more people assigned than there are"
    if service.single and np.any(np.bincount(service.demand[served.arc], minlength=problem.demand_count) > 1):
        yield f"{where}: a demand point with two sites"
    if service.single and np.any(served.share < 1 - TOLERANCE):
        yield f"{where}: a demand point served in part"
    blocked = service.blocked_arc[outcome.open[stage][service.blocking_site]]
    if np.any(np.isin(served.arc, blocked)):
        yield f"{where}: people pass a site that the assignment rule prefers"
    yield from _load_out_of_bounds(outcome, stage, tier, where)


def _load_out_of_bounds(outcome: Outcome, stage: int, tier: int, where: str) -> Iterator[str]:
    problem = outcome.problem
    load, capacity = outcome.load_of(tier, stage), outcome.capacity(stage)
    for j in np.flatnonzero(load > capacity * (1 + TOLERANCE) + TOLERANCE):
        yield f"{where}: {problem.labels.site[j]} serves {load[j]:.15g}, its capacity is {capacity[j]:.15g}"
    least = np.array([problem.options[number].least_load for number in outcome.option[stage]])
    own = problem.site_tier == tier
    for j in np.flatnonzero(own & outcome.open[stage] & (load < least * (1 - TOLERANCE) - TOLERANCE)):
        yield f"{where}: {problem.labels.site[j]} serves {load[j]:.15g}, at least {least[j]:.15g} is asked"


def _left_out(outcome: Outcome, stage: int, tier: int) -> Iterator[str]:
    """Travel is for everybody who has any pair and people."""
    problem = outcome.problem
    service, served = problem.services[tier], outcome.served[stage][tier]
    sums = np.bincount(service.demand[served.arc], weights=served.share, minlength=problem.demand_count)
    who = _has_pair(problem, service)
    if service.assigned:
        who &= problem.people[stage] > 0
    if np.any(sums[who] < 1 - TOLERANCE):
        yield f"{service.tier}: somebody who could be assigned is not"


def _has_pair(problem: PlanningProblem, service: PlanService) -> BoolArray:
    listed = np.zeros(problem.demand_count, dtype=bool)
    listed[service.demand[problem.usable[service.site]]] = True
    return listed
