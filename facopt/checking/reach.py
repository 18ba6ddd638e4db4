"""What stands in the way of a plan before anything is solved: reach, candidates, money, capacity."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from facopt.assembly.travel import givers
from facopt.errors import Finding, Place, Severity
from facopt.inputs.findings import counted, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from facopt.inputs.study_area import FloatArray, StudyArea, TextArray
    from facopt.location.problem import LocationProblem
    from facopt.pipeline import Prepared
    from facopt.scenario.schema import Scenario
    from facopt.travel.times import TravelTimes

BoolArray = np.ndarray[Any, np.dtype[np.bool_]]


def reach_findings(prepared: Prepared) -> Iterator[Finding]:
    """Yield warnings about who cannot be reached, zones without a place to build, money and capacity."""
    scenario, area, problem = prepared.loaded.scenario, prepared.area, prepared.problem
    place = Place(scenario.demand.file)
    for name in scenario.tiers:
        yield from _beyond(scenario, area, problem, prepared.travelled.times, name, place)
    yield from _zones_without_candidate(prepared)
    yield from _budget(prepared)
    yield from _capacity(scenario, area, place)


def _beyond(
    scenario: Scenario, area: StudyArea, problem: LocationProblem, times: Mapping[str, TravelTimes], name: str,
    place: Place,
) -> Iterator[Finding]:  # fmt: skip
    """Warn of demand points whose nearest usable site is farther away than the standard, the farthest first."""
    tier = scenario.tiers[name]
    service = next(service for service in problem.services if service.tier == name)
    usable = problem.usable[service.site]
    nearest = np.full(problem.demand_count, np.inf)
    np.minimum.at(nearest, service.demand[usable], service.minutes[usable])
    beyond = np.flatnonzero(service.needed & ~(nearest <= tier.standard_minutes) & (area.demand.people > 0))
    if not len(beyond):
        return
    known = _nearest_any(scenario, times[tier.mode], name, nearest)[beyond]
    order = np.lexsort((beyond, -area.demand.people[beyond]))
    examples = shown(
        f"{area.demand.name[i]} ({area.demand.people[i]:,.0f} people, {_minutes_text(minutes)})"
        for i, minutes in zip(beyond[order], known[order], strict=True)
    )
    yield Finding(
        f"{name}: {counted(len(beyond), 'demand point')} with {area.demand.people[beyond].sum():,.0f} people "
        f"{'is' if len(beyond) == 1 else 'are'} farther than {tier.standard_minutes:g} minutes from every facility and "
        "candidate",
        "Add candidates near them, mend the roads, or accept that they are reported as unreachable",
        place, Severity.WARNING, len(beyond), examples,
    )  # fmt: skip


def _nearest_any(scenario: Scenario, times: TravelTimes, name: str, nearest: FloatArray) -> FloatArray:
    """Return minutes to the nearest usable site, beyond the cut-off too where the mode leads to this tier alone."""
    alone = all(other == name or tier.mode != times.mode for other, tier in scenario.tiers.items())
    if times.access is None or not alone:
        return nearest
    return np.where(np.isfinite(nearest), nearest, times.access.nearest_minutes)


def _minutes_text(minutes: float) -> str:
    return f"nearest {minutes:.0f} min" if np.isfinite(minutes) else "none in reach"


def _zones_without_candidate(prepared: Prepared) -> Iterator[Finding]:
    """Warn, for each tier, of zones with people it serves and neither a facility nor a candidate of it."""
    scenario, area = prepared.loaded.scenario, prepared.area
    zone_of_site = _zones_of_sites(area)
    if not (zone_of_site != "").any() or not (area.demand.zone != "").any():
        return
    for name, tier in scenario.tiers.items():
        needed = np.isin(area.demand.area_class.astype(str), tier.serves) & (area.demand.zone != "")
        gives = np.isin(area.sites.tier.astype(str), givers(scenario, name)) & (area.sites.fixed != "closed")
        without = sorted(set(area.demand.zone[needed]) - set(zone_of_site[gives]))
        if without:
            yield Finding(
                f"{counted(len(without), 'zone has', 'zones have')} people that {name} serves, and neither a facility "
                "nor a candidate of it",
                "Add a candidate there if each zone is to have its own", Place(scenario.demand.file),
                Severity.WARNING, len(without), shown(area.zone_names.get(zone, zone) for zone in without),
            )  # fmt: skip


def _zones_of_sites(area: StudyArea) -> TextArray:
    """Return the zone of each site: as stated (by id or by name), else by outline."""
    ids = {name: key for key, name in area.zone_names.items()}
    zones = np.array([ids.get(zone, zone) for zone in area.sites.zone], dtype=object)
    missing = np.flatnonzero((zones == "") & np.isfinite(area.sites.lon))
    if not area.ground.zones or not len(missing):
        return zones
    import shapely

    keys = list(area.ground.zones)
    points = shapely.points(area.sites.lon[missing], area.sites.lat[missing])
    rows, found = shapely.STRtree(list(area.ground.zones.values())).query(points, predicate="intersects")
    for row, zone in zip(rows[::-1], found[::-1], strict=True):
        zones[missing[row]] = keys[zone]
    return zones


def _budget(prepared: Prepared) -> Iterator[Finding]:
    problem, budget = prepared.problem, prepared.loaded.scenario.limits.budget
    free = problem.usable & ~problem.existing
    if budget is None or not free.any():
        return
    cheapest = int(np.flatnonzero(free)[np.argmin(problem.cost[free])])
    if problem.cost[cheapest] > budget:
        yield Finding(
            f"limits.budget is {budget:,.0f}, and the cheapest possible site costs {problem.cost[cheapest]:,.0f}, so "
            "nothing can be built",
            "Raise the budget, or check the costs and their unit", prepared.loaded.place("limits.budget"),
            Severity.WARNING, examples=(str(prepared.area.sites.id[cheapest]),),
        )  # fmt: skip


def _capacity(scenario: Scenario, area: StudyArea, place: Place) -> Iterator[Finding]:
    """Warn of open facilities without capacity, and of tiers whose capacity is less than the people they serve."""
    sites = area.sites
    open_now = sites.existing & (sites.fixed != "closed")
    none = np.flatnonzero(open_now & (sites.capacity_people == 0))
    if len(none):
        yield Finding(
            f"{counted(len(none), 'open facility has', 'open facilities have')} a capacity of 0",
            "Correct capacity_people, leave it blank where it is not known, or fix the facility closed",
            Place(_first_table(scenario)), Severity.WARNING, len(none), shown(sites.id[none]),
        )  # fmt: skip
    for name, tier in scenario.tiers.items():
        gives = open_now & np.isin(sites.tier.astype(str), givers(scenario, name))
        if not gives.any() or np.isnan(sites.capacity_people[gives]).any():
            continue
        people = float(area.demand.people[np.isin(area.demand.area_class.astype(str), tier.serves)].sum())
        total = float(sites.capacity_people[gives].sum())
        if total < people:
            yield Finding(
                f"{name}: what stands has capacity for {total:,.0f} of the {people:,.0f} people it serves, "
                f"{people - total:,.0f} too few",
                "Nothing to mend if that is what the plan is for; else check capacity_people", place, Severity.WARNING,
            )  # fmt: skip


def _first_table(scenario: Scenario) -> Any:
    tables = scenario.facilities
    return tables[0].file if isinstance(tables, tuple) else tables.file
