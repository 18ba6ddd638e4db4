"""Travel times as arcs: who reaches which site in how many minutes; an absent pair is out of reach."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

BoolArray = np.ndarray[Any, np.dtype[np.bool_]]
Int64Array = np.ndarray[Any, np.dtype[np.int64]]
Int32Array = np.ndarray[Any, np.dtype[np.int32]]
FloatArray = np.ndarray[Any, np.dtype[np.float64]]

STRETCH = 1 << 15


@dataclass(frozen=True)
class Access:
    """How the demand points of one mode reach the road network; arrays have shape (I,)."""

    snap_metres: FloatArray
    """Straight line from home to the road; NaN where the mode has no roads (tables, straight lines)."""
    connected: np.ndarray[Any, np.dtype[np.bool_]]
    """False where the point hangs on a piece of road that no site hangs on, or on none within the snapping limit."""
    nearest_minutes: FloatArray
    """Minutes to the nearest usable site, beyond the cut-off too; infinite where there is none."""
    nearest_site: Int32Array | None = None
    """Index of that site, -1 where there is none."""
    component: Int32Array | None = None
    """Connected piece of the road network that the point hangs on, 0 the longest; -1 where cut off."""


@dataclass(frozen=True)
class TravelTimes:
    """Arcs (demand point, site, minutes) of one mode, sorted by demand point and then site; arrays have shape (A,).

    A pair that is not listed is beyond the cut-off or cannot be travelled; a time of 0 is a time.
    """

    mode: str
    demand_count: int
    site_count: int
    demand: Int32Array
    site: Int32Array
    minutes: FloatArray
    cutoff_minutes: float
    """Pairs up to and including this time are listed; infinite where all are."""
    access: Access | None = None
    """Known for modes on roads; None for imported tables and straight lines."""
    facts: dict[str, Any] = field(default_factory=dict)
    """Figures for report and check: nodes, edges, components, snap distances, speeds and their sources."""

    def __post_init__(self) -> None:
        if not len(self.demand) == len(self.site) == len(self.minutes):
            msg = f"travel times of mode {self.mode}: arc arrays differ in length"
            raise ValueError(msg)
        if len(self.demand):
            _require_valid_arcs(self)

    def __len__(self) -> int:
        return len(self.demand)

    def pair_keys(self) -> Int64Array:
        """Return demand x number of sites + site of every arc, ascending (A,)."""
        return np.asarray(self.demand.astype(np.int64) * max(self.site_count, 1) + self.site)

    def minutes_of(self, demand: Int64Array, site: Int64Array) -> FloatArray:
        """Return the minutes of some pairs (K,), infinite where they are not listed."""
        minutes = np.full(len(demand), np.inf)
        first = np.concatenate([[0], np.cumsum(np.bincount(self.demand, minlength=self.demand_count))])
        for k, (i, j) in enumerate(zip(np.asarray(demand).tolist(), np.asarray(site).tolist(), strict=True)):
            row = slice(first[i], first[i + 1])
            at = first[i] + int(np.searchsorted(self.site[row], j))
            if at < first[i + 1] and self.site[at] == j:
                minutes[k] = self.minutes[at]
        return minutes

    def has_arcs(self) -> BoolArray:
        """Return which demand points have any arc (I,)."""
        has = np.zeros(self.demand_count, dtype=np.bool_)
        has[self.demand] = True
        return has

    def within(self, minutes: FloatArray | float) -> TravelTimes:
        """Return the arcs with at most `minutes` (one value, or one per demand point), that value itself included."""
        limit = np.broadcast_to(np.asarray(minutes, dtype=np.float64), (self.demand_count,))
        keep = self.minutes <= limit[self.demand]
        return TravelTimes(
            mode=self.mode, demand_count=self.demand_count, site_count=self.site_count,
            demand=self.demand[keep], site=self.site[keep], minutes=self.minutes[keep],
            cutoff_minutes=float(min(self.cutoff_minutes, limit.max(initial=0.0))),
            access=self.access, facts=self.facts,
        )  # fmt: skip


def _require_valid_arcs(times: TravelTimes) -> None:
    """Look at the arcs in stretches that fit the processor's cache, each with the last arc of the one before."""
    for begin in range(0, len(times), STRETCH):
        whole = slice(max(begin - 1, 0), begin + STRETCH)
        what = _flaw(times, times.demand[whole], times.site[whole], times.minutes[whole])
        if what:
            msg = f"travel times of mode {times.mode}: {what}"
            raise ValueError(msg)


def _flaw(times: TravelTimes, demand: Int32Array, site: Int32Array, minutes: FloatArray) -> str:
    """Return what is wrong with some arcs in a row, "" if nothing is."""
    if demand.min() < 0 or demand.max() >= times.demand_count:
        return "demand index out of range"
    if site.min() < 0 or site.max() >= times.site_count:
        return "site index out of range"
    if not (minutes.min() >= 0 and minutes.max() < np.inf):
        return "minutes must be finite and at least 0"
    same, ascending = demand[1:] == demand[:-1], site[1:] > site[:-1]
    if np.any((demand[1:] < demand[:-1]) | (same & ~ascending)):
        return "arcs must be sorted by demand point and site, each pair once"
    return ""
