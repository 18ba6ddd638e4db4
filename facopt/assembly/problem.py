"""From scenario, study area and travel times to the location problem: arrays that mean what the scenario says."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import numpy as np

from facopt.assembly.travel import givers
from facopt.errors import DataError, Finding, ScenarioError, Severity
from facopt.inputs.findings import counted
from facopt.location.problem import CoverageTarget, LocationProblem, Service, SiteLimit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from facopt.errors import Place
    from facopt.inputs.study_area import StudyArea
    from facopt.scenario.schema import CoverageTarget as StatedTarget
    from facopt.scenario.schema import Scenario, Tier
    from facopt.travel.times import TravelTimes

BoolArray = np.ndarray[Any, np.dtype[np.bool_]]


def location_problem(
    scenario: Scenario, area: StudyArea, times: Mapping[str, TravelTimes], *, place: Callable[[str], Place]
) -> tuple[LocationProblem, tuple[Finding, ...]]:
    """Return the problem and what is remarkable about it. Raises ScenarioError and DataError."""
    services = tuple(_service(scenario, area, name, times[tier.mode]) for name, tier in scenario.tiers.items())
    targets, target_findings = _targets(scenario, area, services, place)
    cost, cost_findings = _costs(scenario, area, place)
    usable = area.sites.fixed != "closed"
    tier_number = {name: number for number, name in enumerate(scenario.tiers)}
    problem = LocationProblem(
        people=area.demand.people,
        site_tier=np.array([tier_number[tier] for tier in area.sites.tier], dtype=np.int32),
        existing=area.sites.existing,
        usable=usable,
        must_open=usable & (area.sites.existing | (area.sites.fixed == "open")),
        cost=cost,
        services=services,
        objective=scenario.objectives_within,
        targets=targets,
        site_limits=_site_limits(scenario, tier_number),
        budget=scenario.limits.budget,
        area_class=area.demand.area_class.astype(object),
    )
    remarks = (*_not_served(area, problem), *_tiers_without_sites(scenario, area, place))
    return problem, (*target_findings, *cost_findings, *remarks)


def _service(scenario: Scenario, area: StudyArea, name: str, times: TravelTimes) -> Service:
    tier = scenario.tiers[name]
    needed = np.isin(area.demand.area_class.astype(str), tier.serves)
    gives = np.isin(area.sites.tier.astype(str), givers(scenario, name))
    arcs = times.demand, times.site, times.minutes
    if not (needed.all() and gives.all()):
        keep = needed[times.demand] & gives[times.site]
        arcs = times.demand[keep], times.site[keep], times.minutes[keep]
    by_point = None
    if tier.standard_minutes_by_class:
        stated = tier.standard_minutes_by_class
        by_point = np.array([stated.get(c, tier.standard_minutes) for c in area.demand.area_class], dtype=np.float64)
    return Service(name, needed, tier.standard_minutes, *arcs, by_point)


# --- money -------------------------------------------------------------------------------------------------------


def _costs(
    scenario: Scenario, area: StudyArea, place: Callable[[str], Place]
) -> tuple[np.ndarray[Any, np.dtype[np.float64]], tuple[Finding, ...]]:
    """Return (J,) what it takes to have each site open: 0 where it stands, else the table's cost or the tier's."""
    sites = area.sites
    by_tier = np.array([_tier_cost(scenario.tiers[tier]) for tier in sites.tier], dtype=np.float64)
    cost = np.where(sites.existing, 0.0, np.where(np.isnan(sites.build_cost), by_tier, sites.build_cost))
    unknown = np.flatnonzero(np.isnan(cost))
    if not len(unknown):
        return cost, ()
    examples = tuple(str(sites.id[j]) for j in unknown[:5])
    remedy = "Fill in the column build_cost, or state tiers.<tier>.build_cost"
    what = f"{counted(len(unknown), 'candidate has', 'candidates have')} no cost of building"
    if "cost" in scenario.objectives_within or scenario.limits.budget is not None:
        key = "limits.budget" if scenario.limits.budget is not None else "objective"
        raise DataError(
            Finding(f"{what}, and {key} needs it", remedy, place(key), count=len(unknown), examples=examples)
        )
    finding = Finding(
        f"{what}; {'it counts' if len(unknown) == 1 else 'they count'} as 0 in the plan's cost",
        remedy,
        place("facilities"),
        Severity.WARNING,
        len(unknown),
        examples,
    )
    return np.nan_to_num(cost, nan=0.0), (finding,)


def _tier_cost(tier: Tier) -> float:
    """Return what a tier's sites cost, of several sizes the smallest; NaN where it does not say."""
    smallest = next((size.build_cost for size in tier.sizes.values()), None)
    stated = tier.build_cost if smallest is None else smallest
    return np.nan if stated is None else stated


# --- targets and limits ---------------------------------------------------------------------------------------------


def _targets(
    scenario: Scenario, area: StudyArea, services: tuple[Service, ...], place: Callable[[str], Place]
) -> tuple[tuple[CoverageTarget, ...], tuple[Finding, ...]]:
    names = list(scenario.tiers)
    errors: list[Finding] = []
    warnings: list[Finding] = []
    targets = []
    for number, stated in enumerate(scenario.targets):
        key = f"targets.{number}"
        tier = None if stated.tier is None else names.index(stated.tier)
        members = _members(area, services, tier, stated)
        if stated.zone is not None and stated.zone not in set(area.demand.zone):
            errors.append(_unknown_zone(area, stated.zone, place(f"{key}.zone")))
        elif not members.any():
            what = f"{key} speaks of nobody, so it is met: no demand point of that area class or zone needs the tier"
            remedy = "Mend area_class, zone or the tier's `serves`, or leave the target out"
            warnings.append(Finding(what, remedy, place(key), Severity.WARNING))
        targets.append(CoverageTarget(key, tier, stated.at_least_percent or 0.0, members))
    if errors:
        raise ScenarioError(errors)
    return tuple(targets), tuple(warnings)


def _members(area: StudyArea, services: tuple[Service, ...], tier: int | None, stated: StatedTarget) -> BoolArray:
    members = np.any([service.needed for service in services], axis=0) if tier is None else services[tier].needed.copy()
    if stated.area_class is not None:
        members &= area.demand.area_class == stated.area_class
    if stated.zone is not None:
        members &= area.demand.zone == stated.zone
    return np.asarray(members, dtype=bool)


def _unknown_zone(area: StudyArea, zone: str, place: Place) -> Finding:
    zones = sorted({str(known) for known in area.demand.zone if known})
    near = get_close_matches(zone, zones, n=1)
    remedy = (
        f"Did you mean '{near[0]}'?"
        if near
        else f"Zones are: {', '.join(zones[:8]) or 'none, the demand has no zones'}"
    )
    return Finding(f"no demand point lies in zone '{zone}'", remedy.rstrip("?."), place)


def _site_limits(scenario: Scenario, tier_number: dict[str, int]) -> tuple[SiteLimit, ...]:
    limits = scenario.limits
    return (
        *(SiteLimit(f"limits.new_sites.{t}", tier_number[t], n, exact=False) for t, n in limits.new_sites.items()),
        *(SiteLimit(f"limits.sites.{t}", tier_number[t], n, exact=True) for t, n in limits.sites.items()),
    )


# --- what is remarkable ----------------------------------------------------------------------------------------------


def _not_served(area: StudyArea, problem: LocationProblem) -> tuple[Finding, ...]:
    left_out = ~problem.served
    if not left_out.any():
        return ()
    classes = sorted({str(name) for name in area.demand.area_class[left_out]})
    people = float(problem.people[left_out].sum())
    what = f"no tier serves area class {', '.join(classes)}: {people:,.0f} people count as not covered"
    remedy = "Add the class to `serves` of a tier, or leave these demand points out"
    return (Finding(what, remedy, severity=Severity.WARNING, count=int(left_out.sum())),)


def _tiers_without_sites(scenario: Scenario, area: StudyArea, place: Callable[[str], Place]) -> tuple[Finding, ...]:
    present = set(area.sites.tier)
    return tuple(
        Finding(
            f"tier {name} has no facility and no candidate: nobody can reach it",
            f"Add sites whose column tier says '{name}', or state other words for it under tiers.{name}.matches",
            place(f"tiers.{name}"),
            Severity.WARNING,
        )
        for name in scenario.tiers
        if not present & set(givers(scenario, name))
    )
