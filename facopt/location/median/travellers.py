"""Who travels, with the nearest sites of each in order: the lists that bounds and searches walk along.

A traveller is a demand point with people that needs one service; a point that needs two services travels twice. Lists
are cut: at the nearest site that is open in every plan, because nobody passes it, and after a number of sites that
bounds rarely look beyond. What lies beyond a cut is remembered as one number, so that nothing proven depends on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from facopt.location.compiled import compiled

if TYPE_CHECKING:
    from facopt.location.problem import BoolArray, FloatArray, IntArray, LocationProblem, Service


@dataclass(frozen=True)
class Travellers:
    """N travellers and their lists of L free sites in all, nearest first."""

    tier: IntArray
    """(N,) service each one needs."""
    point: IntArray
    """(N,) demand point, ascending within a tier."""
    people: FloatArray
    """(N,) more than 0."""
    first: np.ndarray
    """(N + 1,) int64; the list of traveller n is first[n]:first[n + 1]."""
    site: IntArray
    """(L,) free sites."""
    cost: FloatArray
    """(L,) people x minutes, ascending along each list."""
    beyond: FloatArray
    """(N,) people x minutes of the nearest site that is not in the list; infinite where there is none."""
    standing: BoolArray
    """(N,) True where `beyond` is that of a site which is open in every plan: nobody goes farther."""
    ended: BoolArray
    """(N,) True where nobody goes to a site beyond the list, save a standing one: there is none, or it is proven."""


def list_travellers(problem: LocationProblem, open_in_all: BoolArray, free: BoolArray, length: int) -> Travellers:
    """Return the travellers with lists of about `length` sites: equal distances are never torn apart.

    `open_in_all` and `free` (J,) are the sites that are open in every plan of interest, and those that may be.
    """
    parts = [_travellers_of(problem, k, s, open_in_all, free, length) for k, s in enumerate(problem.services)]
    counts = np.concatenate([np.zeros(1, dtype=np.int64), *(np.diff(part.first) for part in parts)])
    return Travellers(
        tier=np.concatenate([part.tier for part in parts]),
        point=np.concatenate([part.point for part in parts]),
        people=np.concatenate([part.people for part in parts]),
        first=np.cumsum(counts),
        site=np.concatenate([part.site for part in parts]),
        cost=np.concatenate([part.cost for part in parts]),
        beyond=np.concatenate([part.beyond for part in parts]),
        standing=np.concatenate([part.standing for part in parts]),
        ended=np.concatenate([part.ended for part in parts]),
    )


def _travellers_of(
    problem: LocationProblem, tier: int, service: Service, open_in_all: BoolArray, free: BoolArray, length: int
) -> Travellers:
    arc_first = np.searchsorted(service.demand, np.arange(problem.demand_count + 1)).astype(np.int64)
    role = np.where(open_in_all, _STANDING, np.where(free, _FREE, _CLOSED)).astype(np.int8)
    counts, last, beyond, standing, some = _measure(arc_first, service.site, service.minutes, role, length)
    travels = some & (problem.people > 0)
    point = np.flatnonzero(travels).astype(np.int32)
    first = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts[travels])])
    people = problem.people[point]
    site, minutes = _fill(arc_first, service.site, service.minutes, role, point, last, first)
    return Travellers(
        tier=np.full(len(point), tier, dtype=np.int32),
        point=point,
        people=people,
        first=first,
        site=site,
        cost=minutes * np.repeat(people, np.diff(first)),
        beyond=beyond[point] * people,
        standing=standing[point],
        ended=standing[point] | np.isinf(beyond[point]),
    )


_CLOSED, _FREE, _STANDING = 0, 1, 2


@compiled
def _nearest_of(
    wanted: int, begin: int, stop: int, arc_site: np.ndarray, arc_minutes: np.ndarray, role: np.ndarray
) -> float:
    nearest = np.inf
    for a in range(begin, stop):
        if role[arc_site[a]] == wanted and arc_minutes[a] < nearest:
            nearest = arc_minutes[a]
    return nearest


@compiled
def _measure(
    arc_first: np.ndarray, arc_site: np.ndarray, arc_minutes: np.ndarray, role: np.ndarray, length: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return by demand point: sites listed, minutes of the last, minutes beyond, whether that stands, any pair."""
    points = arc_first.size - 1
    counts = np.zeros(points, np.int64)
    last = np.full(points, -np.inf)
    beyond = np.full(points, np.inf)
    standing = np.zeros(points, np.bool_)
    some = np.zeros(points, np.bool_)
    buffer = np.empty(max(1, np.max(arc_first[1:] - arc_first[:-1])) if points else 1)
    for i in range(points):
        beyond[i] = _nearest_of(2, arc_first[i], arc_first[i + 1], arc_site, arc_minutes, role)
        standing[i] = beyond[i] < np.inf
        count = 0
        for a in range(arc_first[i], arc_first[i + 1]):
            if role[arc_site[a]] == 1 and arc_minutes[a] < beyond[i]:
                buffer[count] = arc_minutes[a]
                count += 1
        some[i] = standing[i] or count > 0
        if count == 0:
            continue
        last[i] = np.max(buffer[:count])
        if count > length:
            last[i] = np.partition(buffer[:count], length - 1)[length - 1]
        counts[i] = 0
        for t in range(count):
            if buffer[t] <= last[i]:
                counts[i] += 1
            elif buffer[t] < beyond[i]:
                beyond[i] = buffer[t]
                standing[i] = False
    return counts, last, beyond, standing, some


@compiled
def _fill(
    arc_first: np.ndarray, arc_site: np.ndarray, arc_minutes: np.ndarray, role: np.ndarray, point: np.ndarray,
    last: np.ndarray, first: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Return sites and minutes of the lists, by minutes and then by site."""
    site = np.empty(first[-1], np.int32)
    minutes = np.empty(first[-1])
    for n in range(point.size):
        i = point[n]
        begin, t = first[n], first[n]
        for a in range(arc_first[i], arc_first[i + 1]):
            if t < first[n + 1] and role[arc_site[a]] == 1 and arc_minutes[a] <= last[i]:
                site[t] = arc_site[a]
                minutes[t] = arc_minutes[a]
                t += 1
        order = np.argsort(minutes[begin:t], kind="mergesort")
        site[begin:t] = site[begin:t][order]
        minutes[begin:t] = minutes[begin:t][order]
    return site, minutes
