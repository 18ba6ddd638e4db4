"""Who may go where: the services of the planning problem, with their assignment rules as pairs that exclude others."""

from __future__ import annotations

from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING, Any

import numpy as np

from facopt.location.planning.problem import PlanService
from facopt.location.problem import groups

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from facopt.inputs.study_area import StudyArea
    from facopt.location.planning.problem import Option
    from facopt.location.problem import Service
    from facopt.scenario.schema import Scenario
    from facopt.scenario.schema.assignment import Assignment

BoolArray = np.ndarray[Any, np.dtype[np.bool_]]


def plan_service(
    scenario: Scenario, area: StudyArea, service: Service, options: Sequence[Option], *, beyond: bool
) -> PlanService:
    """Return a service of the planning problem; `beyond` where people may be served farther than the standard."""
    tier = scenario.tiers[service.tier]
    plain = PlanService(
        tier=service.tier,
        needed=service.needed,
        standard_minutes=service.limits,
        demand=service.demand,
        site=service.site,
        minutes=service.minutes,
        assigned=is_assigned(scenario, service, options),
        single=tier.assignment is not None and tier.assignment.single,
        zero_at_minutes=_zero_at(scenario, service),
    )
    if tier.assignment is None or tier.assignment.rule == "optimised":
        return plain
    pairs = list(_blocked(plain, tier.assignment, area, beyond=beyond))
    arcs, sites = (np.array(column, dtype=np.int32) for column in zip(*pairs, strict=True)) if pairs else ([], [])
    return replace(plain, blocked_arc=np.asarray(arcs, np.int32), blocking_site=np.asarray(sites, np.int32))


def is_assigned(scenario: Scenario, service: Service, options: Sequence[Option]) -> bool:
    """Return whether people are covered by being assigned: capacities, least loads, or a rule that asks for it."""
    givers = set(np.unique(service.site).tolist())
    limited = any(o.site in givers and (o.capacity < inf or o.least_load > 0) for o in options)
    asked = any(rule.kind == "service_population" and rule.tier == service.tier for rule in scenario.rules)  # type: ignore[attr-defined]
    return limited or asked or scenario.tiers[service.tier].assignment is not None


def _zero_at(scenario: Scenario, service: Service) -> np.ndarray[Any, Any] | None:
    gradual = scenario.tiers[service.tier].gradual
    return None if gradual is None else np.full(len(service.needed), gradual.zero_at_minutes)


def _blocked(
    service: PlanService, assignment: Assignment, area: StudyArea, *, beyond: bool
) -> Iterator[tuple[int, int]]:
    """Yield (arc, site): the arc may not be used while the site is open."""
    arcs = np.arange(len(service.demand)) if beyond else np.flatnonzero(service.within)
    own = area.demand.zone[service.demand] == area.sites.zone[service.site]
    for _, candidates in groups(service.demand[arcs], arcs):
        for arc in candidates:
            for other in candidates:
                if arc != other and _excludes(service, assignment, own, int(arc), int(other)):
                    yield int(arc), int(service.site[other])


def _excludes(service: PlanService, assignment: Assignment, own: BoolArray, arc: int, other: int) -> bool:
    """Return whether people may not use an arc while the site of another arc of theirs is open."""
    minutes, others = service.minutes[arc], service.minutes[other]
    if assignment.rule == "nearest":
        return bool(others < minutes)
    if assignment.rule == "own_zone":
        return bool(own[other] and not own[arc])
    worse = assignment.unless_minutes_worse
    assert worse is not None
    if own[other] and not own[arc]:
        return bool(others <= minutes + worse)
    return bool(own[arc] and not own[other] and minutes > others + worse)
