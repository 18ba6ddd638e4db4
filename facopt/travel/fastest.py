"""The fastest of several modes for each pair of demand point and site."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from facopt.travel.times import Access, TravelTimes

if TYPE_CHECKING:
    from collections.abc import Sequence

FloatArray = np.ndarray[Any, np.dtype[np.float64]]
Int64Array = np.ndarray[Any, np.dtype[np.int64]]
BoolArray = np.ndarray[Any, np.dtype[np.bool_]]


def fastest_of(
    mode: str, parts: Sequence[TravelTimes], cutoff_minutes: float, everywhere: Sequence[bool] = ()
) -> TravelTimes:
    """Return the least time of each pair over several modes, up to and including a cut-off.

    Parameters
    ----------
    mode
        Name of the mode, for reports.
    parts
        Times of the modes it is made of, over the same demand points and sites. A pair that a mode does not list, be it
        beyond that mode's own cut-off, is not travelled in that mode.
    cutoff_minutes
        Pairs up to and including this time are listed.
    everywhere
        For each part whether it goes anywhere without roads (straight lines), so that nobody is cut off.

    Returns
    -------
    TravelTimes
        With access where one of the parts has it: connected where any part is, nearest site over the parts that know.
        The facts count the pairs by the part that gives the time, the first of equally fast ones.
    """
    _require_alike(mode, parts)
    key, minutes, fastest = _merged(parts)
    keep = minutes <= cutoff_minutes
    sites = max(parts[0].site_count, 1)
    counts = np.bincount(fastest[keep], minlength=len(parts))
    return TravelTimes(
        mode=mode, demand_count=parts[0].demand_count, site_count=parts[0].site_count,
        demand=(key[keep] // sites).astype(np.int32), site=(key[keep] % sites).astype(np.int32),
        minutes=minutes[keep], cutoff_minutes=cutoff_minutes, access=_access(parts, everywhere or [False] * len(parts)),
        facts={
            "fastest_of": [part.mode for part in parts],
            "pairs_by_mode": {part.mode: int(n) for part, n in zip(parts, counts, strict=True)},
        },
    )  # fmt: skip


def fastest_part(parts: Sequence[TravelTimes], demand: Int64Array, site: Int64Array) -> Int64Array:
    """Return which part gives the least time of each pair (K,), the first of equally fast ones, -1 where none does."""
    best = np.full(len(demand), np.inf)
    which = np.full(len(demand), -1, dtype=np.int64)
    for number, part in enumerate(parts):
        minutes = part.minutes_of(demand, site)
        better = minutes < best
        best[better], which[better] = minutes[better], number
    return which


def _require_alike(mode: str, parts: Sequence[TravelTimes]) -> None:
    shapes = {(part.demand_count, part.site_count) for part in parts}
    if len(shapes) != 1:
        msg = f"mode {mode}: the modes it is made of have different demand points or sites"
        raise ValueError(msg)


def _merged(parts: Sequence[TravelTimes]) -> tuple[Int64Array, FloatArray, Int64Array]:
    """Return pairs as one ascending number each, their least minutes, and the part that gives it."""
    key, minutes = parts[0].pair_keys(), parts[0].minutes.copy()
    which = np.zeros(len(key), dtype=np.int64)
    for number, part in enumerate(parts[1:], start=1):
        other = part.pair_keys()
        at = np.minimum(np.searchsorted(key, other), max(len(key) - 1, 0))
        known = key[at] == other if len(key) else np.zeros(len(other), dtype=bool)
        row = at[known]
        better = part.minutes[known] < minutes[row]
        minutes[row[better]], which[row[better]] = part.minutes[known][better], number
        key = np.concatenate([key, other[~known]])
        order = np.argsort(key, kind="stable")
        minutes = np.concatenate([minutes, part.minutes[~known]])[order]
        which = np.concatenate([which, np.full(np.count_nonzero(~known), number)])[order]
        key = key[order]
    return key, minutes, which


def _access(parts: Sequence[TravelTimes], everywhere: Sequence[bool]) -> Access | None:
    known = [part.access for part in parts if part.access is not None]
    if not known:
        return None
    connected = np.any([_connected(part, free) for part, free in zip(parts, everywhere, strict=True)], axis=0)
    nearest = [_nearest(part) for part in parts]
    minutes = np.stack([one[0] for one in nearest])
    best = minutes.argmin(axis=0)
    row = np.arange(len(connected))
    snaps = np.stack([np.nan_to_num(access.snap_metres, nan=np.inf) for access in known]).min(axis=0)
    component = next((access.component for access in known if access.component is not None), None)
    return Access(
        snap_metres=np.where(np.isinf(snaps), np.nan, snaps), connected=connected,
        nearest_minutes=minutes[best, row], nearest_site=np.stack([one[1] for one in nearest])[best, row],
        component=component,
    )  # fmt: skip


def _connected(part: TravelTimes, everywhere: bool) -> BoolArray:
    if part.access is not None:
        return part.access.connected
    return np.ones(part.demand_count, dtype=bool) if everywhere else part.has_arcs()


def _nearest(part: TravelTimes) -> tuple[FloatArray, Any]:
    """Return minutes to and index of the nearest site of one part; without access only within its cut-off."""
    if part.access is not None and part.access.nearest_site is not None:
        return part.access.nearest_minutes, part.access.nearest_site
    minutes = np.full(part.demand_count, np.inf)
    site = np.full(part.demand_count, -1, dtype=np.int32)
    order = np.lexsort((part.site, part.minutes, part.demand))
    points, first = np.unique(part.demand[order], return_index=True)
    minutes[points], site[points] = part.minutes[order][first], part.site[order][first]
    return minutes, site
