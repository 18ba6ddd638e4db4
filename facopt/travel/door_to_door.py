"""Travel times from door to door: home to the road, along the road, to the site."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from facopt.travel.doors import DemandDoors, demand_doors, site_places
from facopt.travel.facts import road_facts
from facopt.travel.kernels import (
    LANES,
    LAST_MS,
    UNREACHED,
    SitePlaces,
    bucket_shift,
    nearest_sites,
    new_workspace,
)
from facopt.travel.lanes import Found, search_group
from facopt.travel.pairs import Arcs, FromSite, sorted_arcs
from facopt.travel.routes import routes
from facopt.travel.snapping import RoadIndex, Snap
from facopt.travel.straight_line import straight_line_travel_times
from facopt.travel.threads import thread_count
from facopt.travel.times import Access, TravelTimes

if TYPE_CHECKING:
    from collections.abc import Callable

    from facopt.travel.network import Network

__all__ = ["cutoff_ms", "road_travel_times", "routes", "straight_line_travel_times"]

BoolArray = np.ndarray[Any, np.dtype[np.bool_]]
Int32Array = np.ndarray[Any, np.dtype[np.int32]]
Int64Array = np.ndarray[Any, np.dtype[np.int64]]
FloatArray = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Journey:
    """Everything the searches need of demand points and sites."""

    network: Network
    demand: DemandDoors
    sites: SitePlaces
    demand_count: int


def cutoff_ms(cutoff_minutes: float) -> int:
    """Return a cut-off in whole milliseconds; infinite ones as the longest time there is."""
    if math.isnan(cutoff_minutes) or cutoff_minutes < 0:
        msg = f"the cut-off must be at least 0 minutes, not {cutoff_minutes}"
        raise ValueError(msg)
    return int(min(cutoff_minutes * 60_000 + 1e-6, LAST_MS))


def road_travel_times(
    network: Network,
    *,
    mode: str,
    demand_lonlat: FloatArray,
    site_lonlat: FloatArray,
    cutoff_minutes: float,
    usable_sites: BoolArray | None = None,
    threads: int | None = None,
    progress: Callable[[float], None] | None = None,
) -> TravelTimes:
    """Return who reaches which site within a cut-off, in integer milliseconds expressed as minutes.

    Parameters
    ----------
    network
        Roads as the mode travels them.
    mode
        Name of the mode, for reports.
    demand_lonlat
        WGS-84 degrees of the demand points (I, 2).
    site_lonlat
        WGS-84 degrees of the sites (J, 2).
    cutoff_minutes
        Pairs up to and including this time are listed; may be infinite. Journeys above 298 hours never are.
    usable_sites
        Sites that count for the nearest one (J,); all by default.
    threads
        Searches at the same time; as many as the machine has processors by default. The result does not depend on it.
    progress
        Called with the share done, from 0 to 1, in ascending order.

    Raises
    ------
    DataError
        If a point has no usable coordinates.
    """
    demand_lonlat, site_lonlat = _points(demand_lonlat), _points(site_lonlat)
    limit = cutoff_ms(cutoff_minutes)
    usable = np.ones(len(site_lonlat), dtype=bool) if usable_sites is None else np.asarray(usable_sites, dtype=bool)
    index = RoadIndex(network)
    demand_snap, site_snap = index.snap(demand_lonlat, leaving=True), index.snap(site_lonlat, leaving=False)
    journey = Journey(network, demand_doors(network, demand_snap), site_places(network, site_snap), len(demand_lonlat))
    demand, site, minutes = _arcs(journey, limit, thread_count(threads), progress or _ignore)
    nearest_minutes, nearest_site = nearest_of(journey, np.flatnonzero(usable).astype(np.int32))
    access = Access(
        snap_metres=demand_snap.metres, connected=_connected(network, demand_snap, site_snap, usable),
        nearest_minutes=nearest_minutes, nearest_site=nearest_site,
        component=_components(network, demand_snap),
    )  # fmt: skip
    return TravelTimes(
        mode=mode, demand_count=len(demand_lonlat), site_count=len(site_lonlat), demand=demand, site=site,
        minutes=minutes, cutoff_minutes=cutoff_minutes, access=access,
        facts=road_facts(network, demand_snap, site_snap, access),
    )  # fmt: skip


def _points(lonlat: FloatArray) -> FloatArray:
    points = np.asarray(lonlat, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] != 2:
        msg = f"points must have shape (K, 2), not {points.shape}"
        raise ValueError(msg)
    return points


def _ignore(_share: float) -> None:
    """Take a report of progress that nobody asked for."""


def _arcs(journey: Journey, limit: int, threads: int, progress: Callable[[float], None]) -> Arcs:
    """Return what searches from all sites find, sorted by demand point and site."""
    found = found_by_site(journey, limit, threads, progress)
    return sorted_arcs(found, journey.demand.place, journey.demand_count, threads)


def found_by_site(journey: Journey, limit: int, threads: int, progress: Callable[[float], None]) -> list[FromSite]:
    """Search from all sites at once, neighbours together; return what each found within a limit in milliseconds."""
    sites, network = journey.sites, journey.network
    order = np.argsort(sites.link, kind="stable").astype(np.int32)
    tasks = [order[k : k + LANES] for k in range(0, len(order), LANES)]
    shift, buckets = _buckets(journey)
    spare: list[Any] = []

    def search(group: Int32Array) -> Found:
        work = spare.pop() if spare else new_workspace(network.reverse, buckets, journey.demand.doors)
        found = search_group(network.reverse, journey.demand.doors, sites, group, limit, shift, work)
        spare.append(work)
        return found

    found = []
    with ThreadPoolExecutor(max_workers=threads) as pool:
        for done, result in enumerate(pool.map(search, tasks), start=1):
            found.append(result)
            progress(done / len(tasks))
    return _by_site(len(sites.link), tasks, found)


def _buckets(journey: Journey) -> tuple[int, int]:
    """Return the logarithm of the buckets' width and their number; all that waits at once must fit into the circle."""
    sites = journey.sites
    longest_start = int(sites.node_ms.max(initial=0)) + int(sites.own_ms.max(initial=0))
    return bucket_shift(max(journey.network.longest_ms, longest_start))


def _by_site(site_count: int, tasks: list[Int32Array], found: list[Found]) -> list[FromSite]:
    """Return what each site found, in the order of the sites."""
    parts: list[FromSite | None] = [None] * site_count
    for group, (where, points, ms, _) in zip(tasks, found, strict=True):
        for site, begin, size in zip(group.tolist(), *where.tolist(), strict=True):
            parts[site] = FromSite(site, points[begin : begin + size], ms[begin : begin + size])
    return [part for part in parts if part is not None and len(part.ms)]


def nearest_of(journey: Journey, usable: Int32Array, limit: int = LAST_MS) -> tuple[FloatArray, Int32Array]:
    """Return minutes to and index of the nearest usable site within a limit in milliseconds; infinite, -1 if none."""
    minutes = np.full(journey.demand_count, np.inf)
    nearest = np.full(journey.demand_count, -1, dtype=np.int32)
    demand, sites, network = journey.demand, journey.sites, journey.network
    if not len(usable) or not len(demand.place):
        return minutes, nearest
    shift, buckets = _buckets(journey)
    work = new_workspace(network.reverse, buckets)
    ms, site = nearest_sites(network.reverse, demand.doors, sites, usable, limit, shift, work)
    minutes[demand.place] = np.where(ms == UNREACHED, np.inf, ms / 60_000)
    nearest[demand.place] = site
    return minutes, nearest


def _components(network: Network, snap: Snap) -> Int32Array:
    """Return the component that each point hangs on, -1 where cut off."""
    component = network.piece_component()[np.maximum(snap.piece, 0)]
    return np.where(snap.piece < 0, -1, component).astype(np.int32)


def _connected(network: Network, demand: Snap, sites: Snap, usable: BoolArray) -> BoolArray:
    """Return which demand points hang on a piece of the network that a usable site hangs on."""
    component = network.piece_component()
    served = np.zeros(len(network.component_km), dtype=bool)
    served[component[sites.piece[usable & (sites.piece >= 0)]]] = True
    return np.asarray((demand.piece >= 0) & served[component[np.maximum(demand.piece, 0)]])
