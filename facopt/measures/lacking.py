"""What somebody who is not covered lacks: which tiers, the worst first, and how far the nearest site of that one is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from facopt.location.problem import least_by_point
from facopt.measures.reasons import nearest_of_service

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from facopt.inputs.study_area import DemandPoints, FloatArray, Sites, StudyArea
    from facopt.location.problem import LocationProblem, Service
    from facopt.measures.coverage import BoolArray, Situation
    from facopt.travel.times import TravelTimes

IntArray = np.ndarray[Any, np.dtype[np.int64]]
WHOLLY = 1 - 1e-9
METRES_OF_A_KM = 1000.0
LEAST_STANDARD = 1e-6
"""Minutes: a standard of 0 is missed by any time, and by more the longer it is."""


def lacking_columns(
    area: StudyArea,
    problem: LocationProblem,
    times: Sequence[TravelTimes],
    reference: Situation,
    routes: Mapping[tuple[int, int], np.ndarray[Any, Any]],
) -> pd.DataFrame:
    """Return lacking, lacking_site, lacking_minutes, lacking_usable_minutes, straight_km and road_km of each point.

    Of a tier whose sites all lie beyond the search limit, the nearest is the one nearest in a straight line.

    Parameters
    ----------
    area
        Where people and sites are.
    problem
        Services with their arcs.
    times
        Travel times of each tier's mode, K of them.
    reference
        The plan, or today where there is none.
    routes
        Ways along the road by (demand point, site), (n, 2) lon and lat, as far as they are known.
    """
    excess, site, minutes = _excess(area, problem, reference)
    usable = np.array([nearest_of_service(problem, *pair) for pair in zip(problem.services, times, strict=True)])
    worst, everywhere = np.argmax(excess, axis=0), np.arange(problem.demand_count)
    lacks = excess[worst, everywhere] > -np.inf
    place = np.where(lacks, site[worst, everywhere], -1)
    return pd.DataFrame(
        {
            "lacking": _named([service.tier for service in problem.services], excess),
            "lacking_site": np.append(area.sites.id, "")[place],
            "lacking_minutes": _known(minutes[worst, everywhere], lacks),
            "lacking_usable_minutes": _known(usable[worst, everywhere], lacks),
            "straight_km": straight_km(area.demand, area.sites, place),
            "road_km": _road_km(routes, place),
        }
    )


def _known(values: FloatArray, who: BoolArray) -> FloatArray:
    return np.where(who & np.isfinite(values), values, np.nan)


def _excess(area: StudyArea, problem: LocationProblem, reference: Situation) -> tuple[FloatArray, IntArray, FloatArray]:
    """Return (K, I) minutes by standard where a tier is lacking (-inf elsewhere), nearest open site, and minutes."""
    found = [_nearest_open(problem, service, reference.open) for service in problem.services]
    excess = np.full((len(found), problem.demand_count), -np.inf)
    for k, (service, share) in enumerate(zip(problem.services, reference.evaluation.share_by_tier, strict=True)):
        lacks = service.needed & (share < WHOLLY)
        excess[k, lacks] = found[k][1][lacks] / np.maximum(service.limits[lacks], LEAST_STANDARD)
        far = np.flatnonzero(lacks & (found[k][0] < 0))
        found[k][0][far] = _nearest_in_a_line(area, problem, k, reference.open, far)
    return excess, np.array([site for site, _ in found]), np.array([minutes for _, minutes in found])


def _nearest_open(problem: LocationProblem, service: Service, open_sites: BoolArray) -> tuple[IntArray, FloatArray]:
    """Return (I,) the nearest open site, the first of equals, -1 without one, and (I,) minutes."""
    kept = open_sites[service.site]
    demand, site, times = service.demand[kept], service.site[kept], service.minutes[kept]
    minutes = least_by_point(demand, times, problem.demand_count)
    nearest = np.full(problem.demand_count, -1, dtype=np.int64)
    best = times == minutes[demand]
    nearest[demand[best][::-1]] = site[best][::-1]  # last to first, so that the first of equals stays
    return nearest, minutes


def _nearest_in_a_line(
    area: StudyArea, problem: LocationProblem, k: int, open_sites: BoolArray, points: IntArray
) -> IntArray:
    """Return the open site of a tier that lies nearest to each of some points; -1 where nobody knows."""
    from scipy.spatial import cKDTree

    places, sites = _on_the_globe(area.demand)[points], _on_the_globe(area.sites)
    gives = problem.site_tier == k
    gives[problem.services[k].site] = True
    some = np.flatnonzero(open_sites & gives & np.isfinite(sites[:, 0]))
    nearest = np.full(len(points), -1, dtype=np.int64)
    known = np.isfinite(places[:, 0])
    if len(some) and known.any():
        nearest[known] = some[cKDTree(sites[some]).query(places[known])[1]]
    return nearest


def _on_the_globe(places: DemandPoints | Sites) -> FloatArray:
    """Return (n, 3) places as unit vectors, so that the nearest are nearest everywhere; NaN where unknown."""
    lon, lat = np.radians(places.lon), np.radians(places.lat)
    return np.column_stack((np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)))


def straight_km(demand: DemandPoints, sites: Sites, site: IntArray) -> FloatArray:
    """Return (I,) kilometres from each point to its site (I,) on the ellipsoid; NaN without one or coordinates."""
    from pyproj import Geod

    lon, lat = np.append(sites.lon, np.nan)[site], np.append(sites.lat, np.nan)[site]
    km = np.full(len(site), np.nan)
    known = np.isfinite(lon) & np.isfinite(lat) & np.isfinite(demand.lon) & np.isfinite(demand.lat)
    _, _, metres = Geod(ellps="WGS84").inv(demand.lon[known], demand.lat[known], lon[known], lat[known])
    km[known] = np.asarray(metres, dtype=float) / METRES_OF_A_KM
    return km


def _road_km(routes: Mapping[tuple[int, int], np.ndarray[Any, Any]], site: IntArray) -> FloatArray:
    """Return (I,) kilometres along the known way from each point to its site; NaN where no way is known."""
    from pyproj import Geod

    globe, km = Geod(ellps="WGS84"), np.full(len(site), np.nan)
    for i in np.flatnonzero(site >= 0).tolist():
        way = routes.get((i, int(site[i])))
        if way is not None:
            km[i] = globe.line_length(way[:, 0], way[:, 1]) / METRES_OF_A_KM
    return km


def _named(tiers: list[str], excess: FloatArray) -> np.ndarray[Any, Any]:
    """Return (I,) the keys of the lacking tiers, the worst first, separated by spaces."""
    order = np.argsort(-excess, axis=0, kind="stable")
    names = np.full(excess.shape[1], "", dtype=object)
    for i in np.flatnonzero((excess > -np.inf).any(axis=0)).tolist():
        names[i] = " ".join(tiers[k] for k in order[:, i] if excess[k, i] > -np.inf)
    return names
