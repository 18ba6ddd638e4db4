"""Branch and bound on the Lagrangian bound: where bound and plan do not meet, sites are decided one by one.

Each node fixes some sites open and some closed, starts from the prices of its parent, and needs only a few steps of the
primal-dual method on lists that have become short. The node with the least bound is looked at first, so that the least
bound among those left is always a bound on the whole.
"""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from facopt.location.median.fixing import Fixed, fix_counts, fix_lists, fix_rows, fix_sites
from facopt.location.median.reduction import PROVEN, Turns
from facopt.location.median.saddle import Saddle

if TYPE_CHECKING:
    from collections.abc import Callable

    from facopt.location.problem import FloatArray

NODE_STEPS = 60
"""Steps between looks at a node's bound."""
NODE_TURNS = 4
"""Looks at a node before it is divided."""


@dataclass(order=True)
class _Node:
    bound: float
    number: int
    fixed: Fixed = field(compare=False)
    price: FloatArray = field(compare=False)
    weight: FloatArray = field(compare=False)
    y: FloatArray = field(compare=False)
    balance: float = field(compare=False)
    branch_on: int = field(compare=False)


def branch(turns: Turns, seconds_left: Callable[[], float], *, most: int | None = None) -> None:
    """Divide until the plan is proven, the time is over, or `most` nodes have been looked at.

    Raises the bound and improves the plan of `turns` in place.
    """
    if seconds_left() <= 0:
        return
    turns.end_lists()
    search, limit = _Search(turns, lambda: seconds_left() <= 0), math.inf if most is None else most
    root = search.open_node(Fixed(np.zeros_like(turns.fixed.open), np.zeros_like(turns.fixed.open)), _seed(turns))
    heap = [] if root is None else [root]
    while heap and turns.undecided and search.count < limit and seconds_left() > 0:
        node = heapq.heappop(heap)
        if search.hopeless(node.bound):
            heap = []
            break
        for opens in (True, False):
            child = search.open_node(_decide(node.fixed, node.branch_on, opens=opens), node)
            if child is not None:
                heapq.heappush(heap, child)
        turns.highest = max(turns.highest, min([turns.value, *(heap[0].bound for _ in heap[:1])]))
    if not heap:
        turns.highest = max(turns.highest, turns.value)
    turns.log.append(f"{search.count} nodes: bound {turns.highest:.10g}, plan {turns.value:.10g}\n")


def _seed(turns: Turns) -> _Node:
    at = turns.saddle
    return _Node(turns.highest, 0, turns.fixed, at.best.price, at.best.weight, at.y, at.balance, -1)


def _decide(fixed: Fixed, site: int, *, opens: bool) -> Fixed:
    closed, opened = fixed.closed.copy(), fixed.open.copy()
    (opened if opens else closed)[site] = True
    return Fixed(closed, opened)


@dataclass
class _Search:
    turns: Turns
    stop: Callable[[], bool]
    count: int = 0

    def hopeless(self, bound: float) -> bool:
        """Return whether no plan with this bound is better than the known one."""
        return self.turns.rounded(bound) >= self.turns.value * (1 - PROVEN)

    def open_node(self, fixed: Fixed, parent: _Node) -> _Node | None:
        """Return the node with these sites fixed, its bound raised as far as a few turns take it; None where done.

        Once the time is over the node is returned as it stands: its bound is then that of its parent at least.
        """
        root = self.turns
        self.count += 1
        y, price, weight, balance, bound = parent.y, parent.price, parent.weight, parent.balance, parent.bound
        for _ in range(NODE_TURNS):
            if self.stop():
                return _Node(bound, self.count, fixed, price, weight, y, balance, -1)
            counts, rows = fix_counts(root.counts, fixed), fix_rows(root.rows, fixed)
            if not counts.possible:
                return None
            lists = fix_lists(root.lists, fixed, price, np.inf)
            saddle = Saddle(lists, counts, rows, np.where(counts.group >= 0, y, 0.0), price, weight, balance)
            if not len(counts.sites):
                root.take(fixed.open)
                return None
            saddle.advance(NODE_STEPS, self.stop)
            bound = max(bound, saddle.best.bound)
            if self.hopeless(bound):
                return None
            y, price, weight, balance = saddle.y, saddle.best.price, saddle.best.weight, saddle.balance
            more = fix_sites(counts, saddle.best, root.value)
            fixed = Fixed(fixed.closed | more.closed, fixed.open | more.open)
        left = counts.sites[~(fixed.closed | fixed.open)[counts.sites]]
        if not len(left):
            return self.open_node(fixed, _Node(bound, 0, fixed, price, weight, y, balance, -1))
        if self.count % 8 == 1:
            root.look_for_plan(y + fixed.open, np.where(fixed.open, -np.inf, saddle.best.reduced), self.stop)
        on = int(left[np.argmin(np.abs(y[left] - 0.5))])
        return _Node(bound, self.count, fixed, price, weight, y, balance, on)
