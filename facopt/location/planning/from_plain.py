"""A problem of the plain model as one of the planning model, so that one diagnosis answers both: the same plans."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from facopt.location.planning.limits import Budget, CoverageTarget, FixedOpen, SiteCount
from facopt.location.planning.problem import Labels, Move, Option, PlanningProblem, PlanService, Stage, Stated

if TYPE_CHECKING:
    from collections.abc import Iterator

    from facopt.location.problem import LocationProblem, Service


def planning_problem(problem: LocationProblem) -> PlanningProblem:
    """Return the problem in one stage, with the same targets and limits under the same keys, and without objectives."""
    options: list[Option] = []
    moves: list[Move] = []
    start = np.zeros(problem.site_count, dtype=np.int32)
    for j in range(problem.site_count):
        start[j] = len(options)
        stands = bool(problem.existing[j] & problem.usable[j])
        options.append(Option(j, open=stands))
        if problem.usable[j] and not stands:
            options.append(Option(j, open=True))
            moves.append(Move(j, len(options) - 2, len(options) - 1, "build", float(problem.cost[j])))
    people = problem.people[None, :]
    return PlanningProblem(
        people=people, load=people, stages=(Stage(0),), site_tier=problem.site_tier, options=tuple(options),
        start=start, moves=tuple(moves), services=tuple(map(_service, problem.services)), labels=_labels(problem),
        levels=(), rules=tuple(_rules(problem)), assigns_everybody=problem.assigns_everybody,
    )  # fmt: skip


def _service(service: Service) -> PlanService:
    return PlanService(
        service.tier, service.needed, np.asarray(service.limits, dtype=np.float64), service.demand, service.site,
        service.minutes,
    )  # fmt: skip


def _labels(problem: LocationProblem) -> Labels:
    nameless = np.full(problem.demand_count, "", dtype=object)
    return Labels(
        point=np.array([str(i) for i in range(problem.demand_count)], dtype=object),
        site=np.array([str(j) for j in range(problem.site_count)], dtype=object),
        zone=nameless,
        site_zone=np.full(problem.site_count, "", dtype=object),
        area_class=nameless if problem.area_class is None else problem.area_class,
    )


def _rules(problem: LocationProblem) -> Iterator[Stated]:
    """Yield targets and limits; targets that speak of nobody ask for nothing."""
    for target in problem.targets:
        if problem.people[target.members].sum() > 0:
            weights = np.where(target.members, problem.people, 0.0)[None, :]
            yield Stated(target.key, CoverageTarget(target.tier, target.at_least_percent, weights, range(1)))
    if problem.budget is not None:
        yield Stated("limits.budget", Budget(problem.budget))
    for limit in problem.site_limits:
        yield Stated(limit.key, SiteCount(limit.tier, limit.count, limit.exact))
    fixed = np.flatnonzero(problem.must_open & ~problem.existing)
    if len(fixed):
        yield Stated("facilities", FixedOpen(tuple(fixed.tolist())))
