"""The rules of the planning problem: targets, stated rules, limits, referral, hosts, and the guard when closing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from facopt.location.planning.limits import Budget, CoverageTarget, FigureLimit, FixedOpen, Guard, Requires, SiteCount
from facopt.location.planning.problem import Stated

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from facopt.assembly.planning.stages import People
    from facopt.inputs.study_area import StudyArea
    from facopt.location.planning.problem import Stage
    from facopt.location.problem import LocationProblem
    from facopt.scenario.schema import Scenario
    from facopt.travel.times import TravelTimes

FloatArray = np.ndarray[Any, np.dtype[np.float64]]


def stated_rules(
    scenario: Scenario,
    area: StudyArea,
    problem: LocationProblem,
    stages: tuple[Stage, ...],
    people: People,
    referral: Mapping[str, TravelTimes],
) -> tuple[Stated, ...]:
    """Return every rule with the key that states it; `referral` has minutes between sites by tier."""
    return (
        *_targets(scenario, problem, stages, people),
        *(Stated(f"rules.{n}", rule) for n, rule in enumerate(scenario.rules)),
        *_limits(scenario, stages),
        *_required(scenario, area, referral),
        *_guards(scenario, problem),
        *_fixed_open(area),
    )


def _due(stages: tuple[Stage, ...], year: int | None) -> range:
    first = len(stages) - 1 if year is None else next(t for t, stage in enumerate(stages) if stage.year >= year)
    return range(first, len(stages))


def _targets(
    scenario: Scenario, problem: LocationProblem, stages: tuple[Stage, ...], people: People
) -> Iterator[Stated]:
    names = list(scenario.tiers)
    for number, stated in enumerate(scenario.targets):
        counted = people.people if stated.segment is None else people.segments[stated.segment]
        weights = np.where(problem.targets[number].members, counted, 0.0)
        tier = None if stated.tier is None else names.index(stated.tier)
        due, key = _due(stages, stated.by), f"targets.{number}"
        if stated.at_least_percent is not None:
            yield Stated(key, CoverageTarget(tier, stated.at_least_percent, weights, due))
        if stated.at_least_people is not None:
            yield Stated(key, CoverageTarget(tier, 0.0, weights, due, stated.at_least_people))


def _limits(scenario: Scenario, stages: tuple[Stage, ...]) -> Iterator[Stated]:
    limits, names = scenario.limits, list(scenario.tiers)
    sources = () if scenario.finance is None else scenario.finance.sources
    years = [stage.year for stage in stages]
    if limits.budget is not None:
        yield Stated("limits.budget", Budget(limits.budget))
    for year, money in limits.budget_by_stage.items():
        yield Stated(f"limits.budget_by_stage.{year}", Budget(money, stage=years.index(year)))
    for source, money in limits.budget_by_source.items():
        yield Stated(f"limits.budget_by_source.{source}", Budget(money, source=sources.index(source)))
    for key, figure in (("running_cost_per_year", "running_cost"), ("staff", "staff"), ("beds", "beds")):
        at_most = getattr(limits, key)
        if at_most is not None:
            yield Stated(f"limits.{key}", FigureLimit(figure, at_most))
    for tier, count in limits.new_sites.items():
        yield Stated(f"limits.new_sites.{tier}", SiteCount(names.index(tier), count, exact=False))
    for tier, count in limits.sites.items():
        yield Stated(f"limits.sites.{tier}", SiteCount(names.index(tier), count, exact=True))


def _required(scenario: Scenario, area: StudyArea, referral: Mapping[str, TravelTimes]) -> Iterator[Stated]:
    """Yield referral (higher sites within its minutes, nearest first) and hosts (the site a service layer is in)."""
    tiers = area.sites.tier
    for name, tier in scenario.tiers.items():
        if tier.referral is not None:
            times = referral[name]
            higher = (tiers[times.site] == tier.referral.tier) & (times.minutes <= tier.referral.within_minutes)
            nearest = np.lexsort((times.site, times.minutes))
            nearest = nearest[higher[nearest]]
            own = np.flatnonzero(tiers == name)
            found = [nearest[times.demand[nearest] == j] for j in own]
            reached = tuple((int(j), tuple(times.site[arcs].tolist())) for j, arcs in zip(own, found, strict=True))
            minutes = tuple(tuple(times.minutes[arcs].tolist()) for arcs in found)
            yield Stated(f"tiers.{name}.referral", Requires(reached, minutes))
        if tier.hosted_by and area.sites.host is not None:
            layer = np.flatnonzero(tiers == name)
            hosts = tuple((int(j), (int(area.sites.host[j]),)) for j in layer)
            yield Stated(f"tiers.{name}.hosted_by", Requires(hosts))


def _guards(scenario: Scenario, problem: LocationProblem) -> Iterator[Stated]:
    """Yield for each tier that may close sites with a guard: nobody's way to what stands grows by more."""
    for k, (name, tier) in enumerate(scenario.tiers.items()):
        actions = {"close": tier.actions.close, "merge": tier.actions.merge}
        stated = {key: action.minutes_worse_at_most for key, action in actions.items() if action is not None}
        worse = {key: minutes for key, minutes in stated.items() if minutes is not None}
        if worse:
            service = problem.services[k]
            now = np.full(problem.demand_count, np.inf)
            standing = (problem.existing & problem.usable)[service.site]
            np.minimum.at(now, service.demand[standing], service.minutes[standing])
            key = min(worse, key=lambda action: worse[action])
            yield Stated(f"tiers.{name}.actions.{key}.minutes_worse_at_most", Guard(k, now + worse[key]))


def _fixed_open(area: StudyArea) -> Iterator[Stated]:
    """Yield a rule for candidates that their table fixes open."""
    fixed = np.flatnonzero((area.sites.fixed == "open") & ~area.sites.existing)
    if len(fixed):
        yield Stated("facilities", FixedOpen(tuple(fixed.tolist())))
