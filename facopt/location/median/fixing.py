"""What a bound proves about every plan that travels no more than a known one: sites open or closed, lists cut.

With prices that prove L, and a plan that travels U:
    opening j beyond the cheapest m of its group costs at least L + q_j - q_(m)       more than U: j is closed
    closing a site j that is among them costs at least L + q_(m+1) - q_j              more than U: j is open
    traveller n going c_nj costs at least L + c_nj - l_n                              more than U: n never goes that far
All three keep every plan that travels at most U, so the known plan itself stays among those left.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from facopt.location.compiled import compiled
from facopt.location.median.counts import SiteCounts

if TYPE_CHECKING:
    from facopt.location.median.saddle import Prices, SideRows
    from facopt.location.median.travellers import Travellers
    from facopt.location.problem import BoolArray, FloatArray


@dataclass(frozen=True)
class Fixed:
    """Sites whose state is proven, for plans that travel no more than the known one."""

    closed: BoolArray
    """(J,)"""
    open: BoolArray
    """(J,)"""


def fix_sites(counts: SiteCounts, prices: Prices, travel: float) -> Fixed:
    """Return the free sites that are closed or open in every plan that travels at most `travel`."""
    closed = np.zeros(len(counts.group), dtype=bool)
    opened = np.zeros(len(counts.group), dtype=bool)
    room = allowance(prices, travel)
    for g in range(len(counts.most)):
        members = counts.sites[counts.first[g] : counts.first[g + 1]]
        fewest, most = int(counts.fewest[g]), int(counts.most[g])
        value = prices.reduced[members]
        order = np.argsort(value, kind="stable")
        taken = max(fewest, min(most, int((value < 0).sum())))
        chosen = np.zeros(len(members), dtype=bool)
        chosen[order[:taken]] = True
        # The least another site must give way for, and the least that may take the place of one that closes.
        leaves = value[order[taken - 1]] if taken > 0 else 0.0
        leaves = leaves if taken == most else max(leaves, 0.0)
        comes = value[order[taken]] if taken < len(members) else np.inf
        comes = comes if taken == fewest else min(comes, 0.0)
        closed[members] = ~chosen & (value - leaves > room) if most > 0 else True
        opened[members] = chosen & (comes - value > room)
    return Fixed(closed, opened)


def allowance(prices: Prices, travel: float) -> float:
    """Return what a plan that travels at most `travel` may add to the bound, rounding included; infinite if unknown."""
    return max(travel - prices.bound, 0.0) + 1e-9 * abs(travel)


def fix_counts(counts: SiteCounts, fixed: Fixed) -> SiteCounts:
    """Return the groups without the sites that are fixed; those fixed open are counted off."""
    group = np.where(fixed.closed | fixed.open, -1, counts.group).astype(np.int32)
    taken = np.bincount(counts.group[fixed.open], minlength=len(counts.most)).astype(np.int64)
    sites = counts.sites[group[counts.sites] >= 0]
    first = np.searchsorted(group[sites], np.arange(len(counts.most) + 1)).astype(np.int64)
    most = np.minimum(np.maximum(counts.most - taken, 0), np.diff(first))
    return SiteCounts(group, first, sites, np.maximum(counts.fewest - taken, 0), most)


def fix_rows(rows: SideRows, fixed: Fixed) -> SideRows:
    """Return the side rows with what the sites fixed open use taken off."""
    used = rows.side[:, fixed.open].sum(axis=1)
    return replace(rows, right=rows.right - used + 1e-12 * (np.abs(rows.right) + np.abs(used)))


def fix_lists(lists: Travellers, fixed: Fixed, price: FloatArray, room: float) -> Travellers:
    """Return the lists without closed sites, cut at the first open one and where nobody goes any more.

    `room` is how far above its price a traveller may go; infinite where nothing is known.
    """
    state = np.where(fixed.open, 2, np.where(fixed.closed, 0, 1)).astype(np.int8)
    limit = price + room * (1.0 + 1e-9) if np.isfinite(room) else np.full(len(price), np.inf)
    counts, beyond, standing, cut = _recount(
        lists.first, lists.site, lists.cost, state, limit, lists.beyond, lists.standing
    )
    ended = lists.ended | standing | cut | (beyond > limit)
    first = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts)])
    site, cost = _recopy(lists.first, lists.site, lists.cost, state, first)
    return replace(lists, first=first, site=site, cost=cost, beyond=beyond, standing=standing, ended=ended)


@compiled
def _recount(
    first: np.ndarray, site: np.ndarray, cost: np.ndarray, state: np.ndarray, limit: np.ndarray,
    beyond: np.ndarray, standing: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:  # fmt: skip
    """Return by traveller: sites left, cost beyond them, whether that is a standing site, whether the list was cut."""
    counts = np.zeros(limit.size, np.int64)
    ends, stands, cut = beyond.copy(), standing.copy(), np.zeros(limit.size, np.bool_)
    for n in range(limit.size):
        for t in range(first[n], first[n + 1]):
            if state[site[t]] == 2 or cost[t] > limit[n]:
                ends[n] = cost[t]
                stands[n] = state[site[t]] == 2
                cut[n] = True
                break
            if state[site[t]] == 1:
                counts[n] += 1
    return counts, ends, stands, cut


@compiled
def _recopy(
    first: np.ndarray, site: np.ndarray, cost: np.ndarray, state: np.ndarray, new_first: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    new_site = np.empty(new_first[-1], np.int32)
    new_cost = np.empty(new_first[-1])
    for n in range(new_first.size - 1):
        t = first[n]
        for at in range(new_first[n], new_first[n + 1]):
            while state[site[t]] != 1:
                t += 1
            new_site[at] = site[t]
            new_cost[at] = cost[t]
            t += 1
    return new_site, new_cost
