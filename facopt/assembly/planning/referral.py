"""Minutes from site to site, for referral."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from facopt.scenario.schema import FastestTravel, RoadTravel, StraightLineTravel
from facopt.travel.times import TravelTimes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from facopt.assembly.travel import Travelled
    from facopt.inputs.study_area import Sites
    from facopt.scenario.schema import Scenario
    from facopt.scenario.schema.assignment import Referral

IntArray = np.ndarray[Any, np.dtype[np.int64]]


def referral_times(scenario: Scenario, sites: Sites, travelled: Travelled) -> Mapping[str, TravelTimes]:
    """Return by tier the minutes from its sites (as demand points, numbered as sites) to those it refers to."""
    found = {}
    for name, tier in scenario.tiers.items():
        if tier.referral is not None:
            own, higher = np.flatnonzero(sites.tier == name), np.flatnonzero(sites.tier == tier.referral.tier)
            found[name] = _between(scenario, sites, travelled, tier.referral, tier.referral.mode, own, higher)
    return found


def _between(
    scenario: Scenario, sites: Sites, travelled: Travelled, referral: Referral, mode: str, own: IntArray,
    higher: IntArray,
) -> TravelTimes:  # fmt: skip
    from facopt.travel.fastest import fastest_of

    travel = scenario.travel[mode]
    if isinstance(travel, FastestTravel):
        parts = [_between(scenario, sites, travelled, referral, part, own, higher) for part in travel.modes]
        everywhere = [isinstance(scenario.travel[part], StraightLineTravel) for part in travel.modes]
        return fastest_of(mode, parts, referral.within_minutes, everywhere)
    places = np.column_stack((sites.lon, sites.lat))
    if isinstance(travel, StraightLineTravel):
        from facopt.travel.straight_line import straight_line_travel_times

        times = straight_line_travel_times(
            mode=mode, demand_lonlat=places[own], site_lonlat=places[higher], speed_kmh=travel.speed_kmh,
            detour=travel.detour, cutoff_minutes=referral.within_minutes,
        )  # fmt: skip
    else:
        assert isinstance(travel, RoadTravel)
        from facopt.travel.door_to_door import road_travel_times

        times = road_travel_times(
            travelled.networks[mode], mode=mode, demand_lonlat=places[own], site_lonlat=places[higher],
            cutoff_minutes=referral.within_minutes,
        )  # fmt: skip
    count = len(sites)
    return TravelTimes(
        mode=mode, demand_count=count, site_count=count, demand=own[times.demand].astype(np.int32),
        site=higher[times.site].astype(np.int32), minutes=times.minutes, cutoff_minutes=referral.within_minutes,
    )  # fmt: skip
