"""A stage of a plan in the words of the plain model, which report and map start from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from facopt.location.planning.outcome import nearest_open
from facopt.location.referee import Evaluation, Flow
from facopt.location.solution import Solution

if TYPE_CHECKING:
    from facopt.location.planning.outcome import Outcome
    from facopt.location.planning.search import PlanningSolution

WHOLLY = 1 - 1e-9
"""A demand point counts as covered where this share of its people is."""


def plain_solution(found: PlanningSolution) -> Solution:
    """Return the last stage as a solution of the plain model."""
    outcome = found.outcome
    opened = None if outcome is None else outcome.open[-1]
    evaluation = None if outcome is None else stage_evaluation(outcome, outcome.problem.stage_count - 1)
    return Solution(
        found.status, opened, found.levels, evaluation, found.effort,
        found.relaxations, found.conflict, found.conflict_is_smallest, found.conflict_parts,
    )  # fmt: skip


def stage_evaluation(outcome: Outcome, stage: int) -> Evaluation:
    """Return a stage as the referee of the plain model would describe it, with shares of people covered.

    The cost is that of all stages up to this one.
    """
    problem = outcome.problem
    people, count = problem.people[stage], problem.demand_count
    nearest, minutes, assigned = [], [], []
    for service, served in zip(problem.services, outcome.served[stage], strict=True):
        arc, away = nearest_open(service, outcome.open[stage], count)
        used = np.bincount(service.demand[served.arc], weights=served.share, minlength=count) > 0
        if service.assigned:
            # Who is assigned goes where most of the point's people go; the others have their nearest open site.
            order = np.lexsort((served.share, service.demand[served.arc]))
            arc[service.demand[served.arc[order]]] = served.arc[order]
            away = np.where(arc >= 0, service.minutes[arc], np.inf)
        nearest.append(np.where(arc >= 0, service.site[arc], -1).astype(np.int32))
        minutes.append(away)
        assigned.append(used)
    shares = tuple(np.minimum(served.covered, 1.0) for served in outcome.served[stage])
    share = np.minimum(outcome.covered[stage], 1.0)
    return Evaluation(
        covered_by_tier=tuple(one >= WHOLLY for one in shares),
        covered=share >= WHOLLY,
        nearest=tuple(nearest),
        minutes=tuple(minutes),
        assigned=tuple(assigned),
        people_covered=float((people * share).sum()),
        cost=float(outcome.capital[: stage + 1].sum()),
        open_sites=int(outcome.open[stage].sum()),
        travel=outcome.person_minutes(stage, people),
        worst_travel=outcome.longest_minutes(stage),
        violations=outcome.violations,
        share_by_tier=shares,
        share=share,
        flows=tuple(_flow(outcome, k, stage) for k in range(len(problem.services))),
    )


def _flow(outcome: Outcome, tier: int, stage: int) -> Flow:
    """Return who is assigned where; for a service that is not assigned, everybody to the nearest open site."""
    problem = outcome.problem
    service, served = problem.services[tier], outcome.served[stage][tier]
    if service.assigned:
        arc, share, counted = served.arc, served.share, np.ones(len(served.arc), dtype=bool)
    else:
        nearest, _ = nearest_open(service, outcome.open[stage], problem.demand_count)
        arc = nearest[nearest >= 0]
        share, counted = np.ones(len(arc)), np.isin(arc, served.arc)
    return Flow(service.demand[arc], service.site[arc], service.minutes[arc], share, counted)
