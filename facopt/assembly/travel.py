"""From a scenario and its study area to travel times, one set of arcs per mode."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from facopt.assembly.study_area import needs_coordinates
from facopt.errors import DataError, Finding, ScenarioError
from facopt.inputs.od import read_od
from facopt.inputs.roads import read_roads
from facopt.scenario.schema import RoadTravel, StraightLineTravel, TableTravel
from facopt.travel.door_to_door import road_travel_times
from facopt.travel.network import Network, build_network
from facopt.travel.profiles import load_profile
from facopt.travel.straight_line import straight_line_travel_times
from facopt.travel.times import TravelTimes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from facopt.errors import Place
    from facopt.inputs.road_table import RoadTable
    from facopt.inputs.study_area import DemandPoints, Sites, StudyArea
    from facopt.scenario.schema import Scenario

CUTOFF_OVER_STANDARD = 2.0
"""Trips are kept up to twice the longest standard, so that the report can say how far beyond it people are."""


@dataclass(frozen=True)
class Travelled:
    """Travel times of all modes, with what they were computed on."""

    times: dict[str, TravelTimes]
    networks: dict[str, Network]
    """Of the modes on roads."""
    roads: dict[Path, RoadTable]
    """Each road file once."""
    findings: tuple[Finding, ...]


def travel_times(
    scenario: Scenario, area: StudyArea, *, place: Callable[[str], Place], progress: Callable[[float], None]
) -> Travelled:
    """Compute or read the travel times of every mode that a tier uses.

    `place` gives where a scenario key was written; `progress` hears the share done, from 0 to 1.
    Raises ScenarioError and DataError.
    """
    _require_cutoffs(scenario, place)
    travelled = Travelled({}, {}, {}, ())
    used = [mode for mode in scenario.travel if any(tier.mode == mode for tier in scenario.tiers.values())]
    for number, mode in enumerate(used):
        travelled = _add_mode(
            travelled, scenario, area, mode, place,
            _part_of(progress, number, len(used)),
        )  # fmt: skip
        progress((number + 1) / len(used))
    return travelled


def _part_of(progress: Callable[[float], None], number: int, count: int) -> Callable[[float], None]:
    """Return a progress that fills the share of one mode among `count`."""
    return lambda share: progress((number + share) / count)


def cutoff_minutes(scenario: Scenario, mode: str) -> float:
    """Return the longest trip that is kept: as stated, or as far as standards and objectives look."""
    stated = scenario.travel[mode].cutoff_minutes
    if stated is not None:
        return stated
    if isinstance(scenario.travel[mode], TableTravel) or _assigns_everybody(scenario):
        return math.inf
    return CUTOFF_OVER_STANDARD * max(tier.standard_minutes for tier in scenario.tiers.values() if tier.mode == mode)


def _assigns_everybody(scenario: Scenario) -> bool:
    before = (
        scenario.objective[: scenario.objective.index("coverage")]
        if "coverage" in scenario.objective
        else scenario.objective
    )
    return "travel" in before or "worst_travel" in before


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


def _add_mode(
    travelled: Travelled, scenario: Scenario, area: StudyArea, mode: str,
    place: Callable[[str], Place], progress: Callable[[float], None],
) -> Travelled:  # fmt: skip
    travel, sites = scenario.travel[mode], sites_of_mode(scenario, area.sites, mode)
    cutoff = cutoff_minutes(scenario, mode)
    if isinstance(travel, TableTravel):
        times, findings = _from_table(travel, area, mode, place, cutoff)
        return _with(travelled, mode, times, findings)
    if isinstance(travel, StraightLineTravel):
        times = straight_line_travel_times(
            mode=mode, demand_lonlat=lonlat(area.demand), site_lonlat=lonlat(area.sites)[sites],
            speed_kmh=travel.speed_kmh, detour=travel.detour, cutoff_minutes=cutoff,
        )  # fmt: skip
        return _with(travelled, mode, _for_all_sites(times, sites, len(area.sites)))
    roads = travelled.roads.get(travel.file) or read_roads(travel.file, place=place(f"travel.{mode}.file"))
    network = build_network(roads, load_profile(travel.profile, _overrides(travel)), metric_crs=area.metric_crs)
    times = road_travel_times(
        network, mode=mode, demand_lonlat=lonlat(area.demand), site_lonlat=lonlat(area.sites)[sites],
        cutoff_minutes=cutoff, usable_sites=(area.sites.fixed != "closed")[sites], progress=progress,
    )  # fmt: skip
    found = roads.findings if travel.file not in travelled.roads else ()
    travelled = _with(travelled, mode, _for_all_sites(times, sites, len(area.sites)), found)
    return replace(
        travelled,
        networks={**travelled.networks, mode: network},
        roads={**travelled.roads, travel.file: roads},
    )


def _with(travelled: Travelled, mode: str, times: TravelTimes, findings: tuple[Finding, ...] = ()) -> Travelled:
    return replace(travelled, times={**travelled.times, mode: times}, findings=(*travelled.findings, *findings))


def _overrides(travel: RoadTravel) -> dict[str, Any]:
    """Return what the scenario changes of the profile."""
    stated = {
        "speeds_kmh": dict(travel.speeds_kmh) or None,
        "factor": travel.factor if travel.factor != 1.0 else None,
        "off_road_kmh": travel.off_road_kmh,
        "terminal_minutes": travel.terminal_minutes,
        "maximum_snap_metres": travel.maximum_snap_metres,
    }
    return {key: value for key, value in stated.items() if value is not None}


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
    return (times if math.isinf(cutoff) else times.within(cutoff)), findings


def sites_of_mode(scenario: Scenario, sites: Sites, mode: str) -> np.ndarray[Any, np.dtype[np.int32]]:
    """Return the sites that give a service to which people travel in this mode, ascending."""
    wanted = {giver for name, tier in scenario.tiers.items() if tier.mode == mode for giver in givers(scenario, name)}
    return np.flatnonzero(np.isin(sites.tier.astype(str), sorted(wanted))).astype(np.int32)


def givers(scenario: Scenario, service: str) -> tuple[str, ...]:
    """Return the tiers whose sites give the service of a tier: itself and those that provide it."""
    return tuple(name for name, tier in scenario.tiers.items() if name == service or service in tier.provides)


def lonlat(points: DemandPoints | Sites) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return (n, 2) WGS-84 degrees."""
    return np.column_stack((points.lon, points.lat))


def _for_all_sites(times: TravelTimes, sites: np.ndarray[Any, Any], site_count: int) -> TravelTimes:
    """Return the arcs with the numbers of all sites instead of those of a part; the order stays ascending."""
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
