"""Minutes to the nearest of some sites for very many points; no pairs are kept, so that memory grows with points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from facopt.travel.door_to_door import Journey, cutoff_ms, nearest_of
from facopt.travel.doors import demand_doors, site_places
from facopt.travel.snapping import RoadIndex, Snap
from facopt.travel.straight_line import haversine_km, on_sphere

if TYPE_CHECKING:
    from collections.abc import Sequence

    from facopt.travel.network import Network

BoolArray = np.ndarray[Any, np.dtype[np.bool_]]
FloatArray = np.ndarray[Any, np.dtype[np.float64]]

SNAPPED_AT_ONCE = 100_000
"""Points that look for their road together; each takes a line of the road file into memory."""


def nearest_on_roads(
    network: Network, *, demand_lonlat: FloatArray, site_lonlat: FloatArray, groups: Sequence[BoolArray],
    cutoff_minutes: float,
) -> list[FloatArray]:  # fmt: skip
    """Return for each group of sites the minutes to its nearest one, door to door as `road_travel_times` has them.

    Parameters
    ----------
    network
        Roads as the mode travels them.
    demand_lonlat, site_lonlat
        WGS-84 degrees (I, 2) and (J, 2).
    groups
        Which sites are in each group (J,).
    cutoff_minutes
        Longer journeys, and points without a way, are infinite.

    Raises
    ------
    DataError
        If a point has no usable coordinates.
    """
    index = RoadIndex(network)
    doors = demand_doors(network, _snapped(index, demand_lonlat))
    journey = Journey(network, doors, site_places(network, index.snap(site_lonlat, leaving=False)), len(demand_lonlat))
    limit = cutoff_ms(cutoff_minutes)
    return [nearest_of(journey, np.flatnonzero(group).astype(np.int32), limit)[0] for group in groups]


def _snapped(index: RoadIndex, lonlat: FloatArray) -> Snap:
    """Return where points meet the roads, a part of them at a time."""
    starts = range(0, max(len(lonlat), 1), SNAPPED_AT_ONCE)
    parts = [index.snap(lonlat[start : start + SNAPPED_AT_ONCE], leaving=True) for start in starts]
    return Snap(**{name: np.concatenate([vars(part)[name] for part in parts]) for name in vars(parts[0])})


def nearest_straight(
    *, demand_lonlat: FloatArray, site_lonlat: FloatArray, groups: Sequence[BoolArray], speed_kmh: float,
    detour: float, cutoff_minutes: float,
) -> list[FloatArray]:  # fmt: skip
    """Return the same as `nearest_on_roads` for straight lines, as `straight_line_travel_times` has them."""
    from scipy.spatial import cKDTree

    points, places = on_sphere(demand_lonlat), on_sphere(site_lonlat)
    found = []
    for group in groups:
        minutes = np.full(len(points), np.inf)
        rows = np.flatnonzero(group)
        if len(rows):
            nearest = rows[cKDTree(places[rows]).query(points)[1]]
            minutes = haversine_km(demand_lonlat, site_lonlat[nearest]) * (detour * 60.0 / speed_kmh)
            minutes[minutes > cutoff_minutes] = np.inf
        found.append(minutes)
    return found
