"""A good plan by swapping one open site for one closed site as long as that lowers travel, the best swap first.

The gain of every swap comes from one walk along the lists (Whitaker 1983; Resende and Werneck 2007,
doi 10.1016/j.ejor.2005.05.036): gain_j of opening j, loss_q of closing position q, and the correction of both together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from facopt.location.compiled import compiled
from facopt.location.median.saddle import SLICE, never

if TYPE_CHECKING:
    from collections.abc import Callable

    from facopt.location.median.counts import SiteCounts
    from facopt.location.median.saddle import SideRows
    from facopt.location.median.travellers import Travellers
    from facopt.location.problem import BoolArray, FloatArray

MOST_SWAPS = 10_000
LARGEST_TABLE = 40_000_000
"""Sites x open sites beyond which swaps would take too much memory."""


@compiled
def _nearest_two(
    begin: int, stop: int, site: np.ndarray, cost: np.ndarray, end: float, position: np.ndarray
) -> tuple[float, float, int]:
    """Return the costs of the nearest two open sites of a list, and the position of the nearest; -1 beyond the end."""
    near, q = end, -1
    for t in range(begin, stop):
        if position[site[t]] >= 0:
            if q >= 0:
                return near, cost[t], q
            near, q = cost[t], position[site[t]]
    return near, end, q


@compiled
def _value_swaps(
    lists: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray], position: np.ndarray, gain: np.ndarray,
    loss: np.ndarray, both: np.ndarray,
) -> None:  # fmt: skip
    """Fill gain (J,), loss (P,) and correction (J, P) for the plan with `position` (J,) of open sites, -1 closed."""
    first, site, cost, end = lists
    gain[:] = 0.0
    loss[:] = 0.0
    both[:] = 0.0
    for n in range(end.size):
        near, second, q = _nearest_two(first[n], first[n + 1], site, cost, end[n], position)
        if q >= 0:
            loss[q] += second - near
        for t in range(first[n], first[n + 1]):
            if cost[t] >= second:
                break
            j = site[t]
            if position[j] >= 0:
                continue
            if cost[t] < near:
                gain[j] += near - cost[t]
            if q >= 0:
                both[j, q] += second - max(near, cost[t])


@compiled
def _best_swap(
    plan: np.ndarray, position: np.ndarray, group: np.ndarray, rows: tuple[np.ndarray, np.ndarray],
    gain: np.ndarray, loss: np.ndarray, both: np.ndarray,
) -> tuple[float, int, int]:  # fmt: skip
    """Return (what travel falls by, site to open, position to close) of the best swap within a group and the rows."""
    side, slack = rows
    least_loss = np.min(loss)
    most, opened, closed = 0.0, -1, -1
    for j in range(group.size):
        if group[j] < 0 or position[j] >= 0 or gain[j] + np.max(both[j]) - least_loss <= most:
            continue
        for q in range(plan.size):
            falls = gain[j] - loss[q] + both[j, q]
            if falls <= most or group[plan[q]] != group[j]:
                continue
            fits = True
            for r in range(slack.size):
                change = side[r, j] - side[r, plan[q]]
                fits = fits and (change <= 0.0 or change <= slack[r])
            if fits:
                most, opened, closed = falls, j, q
    return most, opened, closed


@compiled
def _swap(
    lists: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray], plan: np.ndarray, group: np.ndarray,
    rows: tuple[np.ndarray, np.ndarray], enough: float, rounds: int,
) -> bool:  # fmt: skip
    """Make the best swap so many times or until none helps; return whether more may."""
    position = np.full(group.size, -1, np.int32)
    for q in range(plan.size):
        position[plan[q]] = q
    gain, loss, both = np.zeros(group.size), np.zeros(plan.size), np.zeros((group.size, plan.size))
    for _ in range(rounds):
        _value_swaps(lists, position, gain, loss, both)
        falls, opened, closed = _best_swap(plan, position, group, rows, gain, loss, both)
        if opened < 0 or falls <= enough:
            return False
        for r in range(rows[1].size):
            rows[1][r] -= rows[0][r, opened] - rows[0][r, plan[closed]]
        position[plan[closed]] = -1
        position[opened] = closed
        plan[closed] = opened
    return True


@compiled
def _travel(lists: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray], position: np.ndarray) -> float:
    first, site, cost, end = lists
    total = 0.0
    for n in range(end.size):
        near = end[n]
        for t in range(first[n], first[n + 1]):
            if position[site[t]] >= 0:
                near = cost[t]
                break
        total += near
    return total


def swap(
    lists: Travellers, counts: SiteCounts, rows: SideRows, opened: BoolArray, stop: Callable[[], bool] = never
) -> BoolArray:
    """Return (J,) a plan that no swap improves, or as far as swaps from `opened` (J,) came before `stop` said so.

    `opened` keeps counts and rows.
    """
    plan = np.flatnonzero(opened & (counts.group >= 0)).astype(np.int32)
    if len(plan) and len(counts.group) * len(plan) <= LARGEST_TABLE:
        served = np.where(np.isfinite(lists.beyond), lists.beyond, _far(lists))
        slack = rows.right - rows.side[:, plan].sum(axis=1)
        before = travel_of(lists, opened)
        enough = 1e-9 * (before if np.isfinite(before) else float(served.sum()))
        walk = lists.first, lists.site, lists.cost, served
        some = max(1, SLICE // (2 * len(lists.site) + len(counts.group) * len(plan) + 1))
        for _ in range(0, MOST_SWAPS, some):
            if stop() or not _swap(walk, plan, counts.group, (rows.side, slack), enough, some):
                break
    chosen = np.zeros(len(counts.group), dtype=bool)
    chosen[plan] = True
    return chosen


def travel_of(lists: Travellers, opened: BoolArray) -> float:
    """Return what a plan of free sites travels, rounded up; infinite where a list ends before it meets an open site."""
    position = np.where(opened, 0, -1).astype(np.int32)
    end = np.where(lists.standing, lists.beyond, np.inf)
    total = _travel((lists.first, lists.site, lists.cost, end), position)
    return float(total * (1.0 + (len(end) + 4) * np.finfo(float).eps))


def _far(lists: Travellers) -> FloatArray:
    """Return (N,) what being without a site costs: more than all others together could ever save."""
    ends = np.append(lists.cost, 0.0)[lists.first[1:] - 1]
    longest = np.where(np.diff(lists.first) > 0, ends, 0.0) + np.where(lists.standing, lists.beyond, 0.0)
    return np.full(len(lists.point), float(longest.sum()) + 1.0)
