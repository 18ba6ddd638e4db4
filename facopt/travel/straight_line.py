"""Travel times without roads: the straight line with a detour."""

from __future__ import annotations

from typing import Any

import numpy as np

from facopt.errors import DataError, Finding
from facopt.travel.times import TravelTimes

EARTH_RADIUS_KM = 6371.0088
CHUNK_PAIRS = 4_000_000

Int32Array = np.ndarray[Any, np.dtype[np.int32]]
FloatArray = np.ndarray[Any, np.dtype[np.float64]]


def straight_line_travel_times(
    *,
    mode: str,
    demand_lonlat: FloatArray,
    site_lonlat: FloatArray,
    speed_kmh: float,
    detour: float,
    cutoff_minutes: float,
) -> TravelTimes:
    """Return great-circle distance x detour / speed for all pairs up to and including the cut-off.

    The haversine distance on a sphere of 6371.0088 km; demand and site points are WGS-84 degrees, (I, 2) and (J, 2).

    Raises
    ------
    DataError
        If a point has no coordinates.
    ValueError
        If speed or detour is not above 0.
    """
    if not (speed_kmh > 0 and detour > 0 and cutoff_minutes >= 0):
        msg = "speed and detour must be above 0, the cut-off at least 0"
        raise ValueError(msg)
    demand_lonlat, site_lonlat = np.asarray(demand_lonlat, dtype=float), np.asarray(site_lonlat, dtype=float)
    _require_coordinates(mode, demand_lonlat, site_lonlat)
    minutes_per_km = detour * 60.0 / speed_kmh
    demand, site, minutes = [], [], []
    for first, last in _chunks(demand_lonlat, site_lonlat):
        row, column, km = _pairs(demand_lonlat[first:last], site_lonlat, cutoff_minutes / minutes_per_km)
        time = km * minutes_per_km
        within = time <= cutoff_minutes
        demand.append((row[within] + first).astype(np.int32))
        site.append(column[within].astype(np.int32))
        minutes.append(time[within])
    return TravelTimes(
        mode=mode, demand_count=len(demand_lonlat), site_count=len(site_lonlat),
        demand=_joined(demand, np.int32), site=_joined(site, np.int32), minutes=_joined(minutes, np.float64),
        cutoff_minutes=cutoff_minutes, facts={"speed_kmh": speed_kmh, "detour": detour},
    )  # fmt: skip


def _joined(parts: list[Any], kind: type) -> Any:
    return np.concatenate(parts) if parts else np.empty(0, dtype=kind)


def _require_coordinates(mode: str, *tables: FloatArray) -> None:
    missing = sum(int(np.count_nonzero(~np.isfinite(points).all(axis=1))) for points in tables)
    if missing:
        what = f"{missing} points have no coordinates, which mode {mode} needs"
        raise DataError(Finding(what, "Give longitude and latitude, or use an OD table for this mode", count=missing))


def _chunks(demand: FloatArray, sites: FloatArray) -> list[tuple[int, int]]:
    size = max(1, CHUNK_PAIRS // max(1, len(sites)))
    return [(first, min(first + size, len(demand))) for first in range(0, len(demand), size)] if len(sites) else []


def _pairs(demand: FloatArray, sites: FloatArray, reach_km: float) -> tuple[Int32Array, Int32Array, FloatArray]:
    """Return all pairs that may lie within reach, sorted by demand point and site, with their distance in km."""
    from scipy.spatial import cKDTree

    if reach_km >= 0.4 * np.pi * EARTH_RADIUS_KM:
        row, column = np.indices((len(demand), len(sites)), dtype=np.int32).reshape(2, -1)
    else:
        # The chord, widened by a little so that rounding never loses a pair on the boundary.
        chord = 2 * np.sin(reach_km / EARTH_RADIUS_KM / 2) * (1 + 1e-9) + 1e-9
        found = cKDTree(on_sphere(demand)).query_ball_tree(cKDTree(on_sphere(sites)), chord)
        counts = np.array([len(near) for near in found], dtype=np.int64)
        row = np.repeat(np.arange(len(demand), dtype=np.int32), counts)
        column = np.fromiter((j for near in found for j in sorted(near)), dtype=np.int32, count=int(counts.sum()))
    return row, column, haversine_km(demand[row], sites[column])


def on_sphere(lonlat: FloatArray) -> FloatArray:
    """Return points on a sphere of radius 1 (K, 3), whose distances grow with those on the ground."""
    lon, lat = np.radians(lonlat).T
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)


def haversine_km(a: FloatArray, b: FloatArray) -> FloatArray:
    """Return great-circle kilometres between points in degrees, row by row (K, 2)."""
    lon_a, lat_a = np.radians(a).T
    lon_b, lat_b = np.radians(b).T
    h = np.sin((lat_b - lat_a) / 2) ** 2 + np.cos(lat_a) * np.cos(lat_b) * np.sin((lon_b - lon_a) / 2) ** 2
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(h, 0.0, 1.0))))
