"""From a scenario and its study area to travel times, one set of arcs per mode."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from facopt.assembly.planning.layers import times_of_layers
from facopt.assembly.road_files import road_files, road_travels
from facopt.assembly.road_modes import RoadModes, road_mode_findings, road_modes
from facopt.assembly.study_area import needs_coordinates
from facopt.errors import DataError, Finding, ScenarioError
from facopt.inputs.od import read_od
from facopt.location.problem import assigns_everybody
from facopt.scenario.references import used_modes
from facopt.scenario.schema import FastestTravel, StraightLineTravel, TableTravel
from facopt.travel.cache import TravelCache
from facopt.travel.door_to_door import road_travel_times
from facopt.travel.fastest import fastest_of
from facopt.travel.straight_line import straight_line_travel_times
from facopt.travel.times import TravelTimes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from facopt.assembly.road_files import RoadFiles
    from facopt.errors import Place
    from facopt.inputs.study_area import DemandPoints, Sites, StudyArea
    from facopt.scenario.schema import Scenario, Tier
    from facopt.travel.profiles import Profile

Int32Array = np.ndarray[Any, np.dtype[np.int32]]
CUTOFF_OVER_STANDARD = 2.0
"""Trips are kept up to twice the longest standard, so that the report can say how far beyond it people are."""


@dataclass(frozen=True)
class Travelled:
    """Travel times of all modes, with what they were computed on."""

    times: Mapping[str, TravelTimes]
    """Of the modes that tiers use and those they are made of, by name, in the order of the scenario."""
    networks: RoadModes
    """Of the modes on roads; built when asked for, since kept times need none."""
    roads: RoadFiles
    """Each road file once; read when asked for."""
    profiles: Mapping[str, Profile]
    """Of the modes on roads."""
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class _Journeys:
    """What all modes are computed from."""

    scenario: Scenario
    area: StudyArea
    roads: RoadModes
    place: Callable[[str], Place]
    cache: TravelCache


def travel_times(
    scenario: Scenario,
    area: StudyArea,
    *,
    place: Callable[[str], Place],
    progress: Callable[[float], None],
    cache: TravelCache | None = None,
    roads: RoadFiles | None = None,
) -> Travelled:
    """Compute or read the travel times of every mode that a tier uses.

    Parameters
    ----------
    scenario, area
        The question, and who lives and what stands where.
    place
        Gives where a scenario key was written.
    progress
        Hears the share done, from 0 to 1.
    cache
        Roads and times of earlier runs; none by default.
    roads
        Road files of which some may have been read already; made anew by default.

    Raises
    ------
    ScenarioError
        If a cut-off is below a standard, or a profile cannot be what the scenario states.
    DataError
        If a file of roads, closures or times cannot be used.
    """
    _require_cutoffs(scenario, place)
    cache = cache or TravelCache(None)
    modes = used_modes(scenario)
    files = road_files(scenario, place, cache) if roads is None else roads
    networks, noticed = road_modes(road_travels(scenario), area.metric_crs, place, files)
    journeys = _Journeys(scenario, area, networks, place, cache)
    times: dict[str, TravelTimes] = {}
    findings = list(noticed)
    simple = [mode for mode in modes if not isinstance(scenario.travel[mode], FastestTravel)]
    for number, mode in enumerate(simple):
        times[mode], found = _times_of(journeys, mode, _part_of(progress, number, len(simple)))
        findings += found
        progress((number + 1) / len(simple))
    ordered = {mode: times[mode] if mode in times else _fastest(scenario, mode, times) for mode in modes}
    findings += _findings_of_files(networks)
    profiles = {name: mode.profile for name, mode in networks.modes.items()}
    return Travelled(ordered, networks, files, profiles, tuple(findings))


def _findings_of_files(roads: RoadModes) -> tuple[Finding, ...]:
    return tuple(finding for file in roads.files for finding in roads.files[file].findings)


def _part_of(progress: Callable[[float], None], number: int, count: int) -> Callable[[float], None]:
    """Return a progress that fills the share of one mode among `count`."""
    return lambda share: progress((number + share) / count)


def _fastest(scenario: Scenario, mode: str, times: Mapping[str, TravelTimes]) -> TravelTimes:
    travel = scenario.travel[mode]
    assert isinstance(travel, FastestTravel)
    everywhere = [isinstance(scenario.travel[part], StraightLineTravel) for part in travel.modes]
    return fastest_of(mode, [times[part] for part in travel.modes], cutoff_minutes(scenario, mode), everywhere)


def modes_served(scenario: Scenario, mode: str) -> tuple[str, ...]:
    """Return a mode and those that are the fastest of it and others."""
    mixed = (name for name, one in scenario.travel.items() if isinstance(one, FastestTravel) and mode in one.modes)
    return (mode, *mixed)


def cutoff_minutes(scenario: Scenario, mode: str) -> float:
    """Return the longest trip that is kept: as stated, or as far as standards and objectives look."""
    stated = scenario.travel[mode].cutoff_minutes
    if stated is not None:
        return stated
    if isinstance(scenario.travel[mode], TableTravel) or assigns_everybody(scenario.objectives_within):
        return math.inf
    standards = [longest_minutes(tier) for tier in scenario.tiers.values() if tier.mode == mode]
    mixed = [cutoff_minutes(scenario, name) for name in modes_served(scenario, mode)[1:]]
    return max([CUTOFF_OVER_STANDARD * standard for standard in standards] + mixed, default=0.0)


def longest_minutes(tier: Tier) -> float:
    """Return the longest standard of a tier, of its area classes and of gradual coverage."""
    fading = 0.0 if tier.gradual is None else tier.gradual.zero_at_minutes / CUTOFF_OVER_STANDARD
    return max(tier.standard_minutes, fading, *tier.standard_minutes_by_class.values())


def _require_cutoffs(scenario: Scenario, place: Callable[[str], Place]) -> None:
    findings = [
        Finding(
            f"travel.{tier.mode}.cutoff_minutes is below the standard of {name}, {tier.standard_minutes:g} minutes",
            f"State at least {tier.standard_minutes:g}, or leave it out",
            place(f"travel.{tier.mode}.cutoff_minutes"),
        )
        for name, tier in scenario.tiers.items()
        if (cutoff := scenario.travel[tier.mode].cutoff_minutes) is not None and cutoff < tier.standard_minutes
    ]
    if findings:
        raise ScenarioError(findings)


def _times_of(
    journeys: _Journeys, mode: str, progress: Callable[[float], None]
) -> tuple[TravelTimes, tuple[Finding, ...]]:
    scenario, area = journeys.scenario, journeys.area
    travel, sites = scenario.travel[mode], sites_of_mode(scenario, area.sites, mode)
    cutoff = cutoff_minutes(scenario, mode)
    if isinstance(travel, TableTravel):
        return _from_table(travel, area, mode, journeys.place, cutoff)
    if isinstance(travel, StraightLineTravel):
        times = straight_line_travel_times(
            mode=mode, demand_lonlat=lonlat(area.demand), site_lonlat=lonlat(area.sites)[sites],
            speed_kmh=travel.speed_kmh, detour=travel.detour, cutoff_minutes=cutoff,
        )  # fmt: skip
        return _for_all_sites(times, sites, len(area.sites)), ()
    times = _along_roads(journeys, mode, sites, cutoff, progress)
    return _for_all_sites(times, sites, len(area.sites)), road_mode_findings(journeys.roads.modes[mode], times)


def _along_roads(
    journeys: _Journeys, mode: str, sites: Int32Array, cutoff: float, progress: Callable[[float], None]
) -> TravelTimes:
    """Return times to some of the sites, kept ones where nothing has changed."""
    people, goals = lonlat(journeys.area.demand), lonlat(journeys.area.sites)[sites]
    usable = (journeys.area.sites.fixed != "closed")[sites]

    def compute() -> TravelTimes:
        return road_travel_times(
            journeys.roads[mode], mode=mode, demand_lonlat=people, site_lonlat=goals,
            cutoff_minutes=cutoff, usable_sites=usable, progress=progress,
        )  # fmt: skip

    key = journeys.roads.key(mode, people, goals, usable)
    times = journeys.cache.times(key, compute, cutoff_minutes=cutoff)
    return times if times.mode == mode else replace(times, mode=mode)


def _from_table(
    travel: TableTravel, area: StudyArea, mode: str, place: Callable[[str], Place], cutoff: float
) -> tuple[TravelTimes, tuple[Finding, ...]]:
    table, findings = read_od(
        travel.file,
        mode=mode,
        demand_ids=area.demand.id,
        site_ids=area.sites.id,
        columns=travel.columns,
        place=place(f"travel.{mode}.file"),
    )
    times = TravelTimes(
        mode=mode,
        demand_count=len(area.demand),
        site_count=len(area.sites),
        demand=table.demand,
        site=table.site,
        minutes=table.minutes,
        cutoff_minutes=math.inf,
        facts=table.facts,
    )
    times = times_of_layers(times, area.sites.host)
    return (times if math.isinf(cutoff) else times.within(cutoff)), findings


def sites_of_mode(scenario: Scenario, sites: Sites, mode: str) -> Int32Array:
    """Return the sites that give a service to which people travel in this mode, ascending."""
    served = modes_served(scenario, mode)
    wanted = {giver for name, tier in scenario.tiers.items() if tier.mode in served for giver in givers(scenario, name)}
    return np.flatnonzero(np.isin(sites.tier.astype(str), sorted(wanted))).astype(np.int32)


def givers(scenario: Scenario, service: str) -> tuple[str, ...]:
    """Return the tiers whose sites give the service of a tier: itself and those that provide it."""
    return tuple(name for name, tier in scenario.tiers.items() if name == service or service in tier.provides)


def lonlat(points: DemandPoints | Sites) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return (n, 2) WGS-84 degrees."""
    return np.column_stack((points.lon, points.lat))


def _for_all_sites(times: TravelTimes, sites: np.ndarray[Any, Any], site_count: int) -> TravelTimes:
    """Return the arcs with the numbers of all sites instead of those of a part; the order stays ascending."""
    if len(sites) == site_count == times.site_count:  # ascending, so these are all
        return times
    access = times.access
    if access is not None and access.nearest_site is not None:
        known = access.nearest_site >= 0
        nearest = np.full(len(access.nearest_site), -1, dtype=np.int32)
        nearest[known] = sites[access.nearest_site[known]]
        access = replace(access, nearest_site=nearest)
    return replace(times, site=sites[times.site].astype(np.int32), site_count=site_count, access=access)


def require_coordinates(scenario: Scenario, area: StudyArea) -> None:
    """Raise a DataError where a mode is computed from coordinates and some are missing."""
    if not needs_coordinates(scenario):
        return
    findings = []
    for label, points in (("demand", area.demand), ("facilities", area.sites)):
        missing = np.flatnonzero(~np.isfinite(points.lon) | ~np.isfinite(points.lat))
        if len(missing):
            examples = tuple(str(points.id[i]) for i in missing[:5])
            what = f"{label}: {len(missing)} rows have no coordinates, and travel times are computed from them"
            findings.append(Finding(what, "Fill in lon and lat, or give a table of travel times", examples=examples))
    if findings:
        raise DataError(findings)
