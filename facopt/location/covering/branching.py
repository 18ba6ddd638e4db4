"""Branch and bound on the dual bound, for cores of few sites: where its gap is small, this is over before a solver
has solved its first relaxations.

Each node decides some sites, starts from the prices of its parent, and fixes what its own bound then decides. The node
with the highest bound is divided first, so that the highest bound among those left bounds the whole.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from facopt.location.covering.dual import Stop, subgradient
from facopt.location.covering.progress import NOTHING, decided
from facopt.location.covering.reductions import reduce

if TYPE_CHECKING:
    from facopt.location.covering.dual import DualBound
    from facopt.location.covering.problem import CoveringProblem
    from facopt.location.covering.progress import Progress

STEPS = 60
"""Subgradient steps between looks at what they decide."""
TURNS = 3
"""Looks at a node before it is divided."""


@dataclass(order=True)
class _Node:
    worth: float
    """Minus its bound: the best node comes first."""
    number: int
    problem: CoveringProblem = field(compare=False)
    site: int = field(compare=False)
    """The site to divide by, among those of the problem."""


def branch(search: Progress, most: int) -> None:
    """Divide the core of the search until it is proven, the time is over, or `most` nodes have been looked at.

    Takes better plans on the way; without an end to it the bound is that of the nodes still open.
    """
    tree = _Tree(search)
    heap = [node for node in [tree.node(search.current)] if node is not None]
    while heap and tree.count < most and not search.expired():
        node = heapq.heappop(heap)
        if -node.worth < tree.least:
            heap = []
            break
        for opens in (True, False):
            child = tree.node(_divided(node, opens=opens), -node.worth)
            if child is not None:
                heapq.heappush(heap, child)
    search.note(f"{tree.count} nodes, {len(heap)} left")
    if not heap:
        search.finished = True
        search.settle()
    else:
        search.learn(-heap[0].worth)


def _divided(node: _Node, *, opens: bool) -> CoveringProblem:
    one = np.zeros(node.problem.site_count, dtype=bool)
    one[node.site] = True
    return reduce(node.problem.decide(opened=one if opens else None, closed=None if opens else one))


@dataclass
class _Tree:
    search: Progress
    count: int = 0

    @property
    def least(self) -> float:
        """A node with a bound below this holds no better plan."""
        value = self.search.value
        return value + (self.search.original.step or NOTHING * abs(value))

    def node(self, problem: CoveringProblem, bound: float = np.inf) -> _Node | None:
        """Return the node of a problem with its bound lowered as far as a few turns take it; None where done."""
        self.count += 1
        shares = None
        for _ in range(TURNS):
            if problem.impossible or min(bound, problem.ceiling) < self.least:
                return None
            if not problem.rows.row_count:
                self._take(problem, np.zeros(problem.site_count, dtype=bool))
                return None
            dual = self._bounded(problem)
            bound = min(bound, dual.bound)
            if dual.bound < self.least:
                return None
            self._take(problem, dual.choice.taken)
            problem, shares = self._fixed(problem, dual)
        if not problem.rows.row_count or shares is None:
            return self.node(problem, bound)
        return _Node(-bound, self.count, problem, int(np.argmin(np.abs(shares - 0.5))))

    def _bounded(self, problem: CoveringProblem) -> DualBound:
        stop = Stop(STEPS, self.search.expired, self.search.original.step)
        return subgradient(problem, self.search.value, stop, lambda _score: self.search.value)

    def _fixed(self, problem: CoveringProblem, dual: DualBound) -> tuple[CoveringProblem, np.ndarray | None]:
        """Return the problem without the sites that the bound decides, and the shares of those left."""
        problem = replace(problem, multiplier=dual.prices)
        opened, closed = decided(dual, self.search.value, self.search.original.step)
        if not (opened.any() or closed.any()):
            return problem, dual.shares
        smaller = replace(problem, impossible=True) if np.any(opened & closed) else problem
        if smaller.impossible:
            return smaller, dual.shares
        smaller = reduce(problem.decide(opened=opened, closed=closed))
        kept = np.isin(problem.sites, smaller.sites)
        return smaller, None if dual.shares is None else dual.shares[kept]

    def _take(self, problem: CoveringProblem, taken: np.ndarray) -> None:
        """Offer the sites that the prices choose."""
        plan = problem.plan(taken, self.search.original.site_count)
        self.search.offer_plan(plan)
