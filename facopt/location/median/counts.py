"""How many free sites a plan may open, group by group: what count limits say, and nothing else.

Only limits per tier are read. Targets, budgets and values kept from earlier levels make the set of plans smaller, so
whatever holds for every plan within these counts holds for every plan of the problem.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from facopt.location.problem import IntArray, LocationProblem


@dataclass(frozen=True)
class SiteCounts:
    """Groups of free sites, each with the fewest and the most that a plan may open; disjoint, all free sites."""

    group: IntArray
    """(J,) group of each free site, -1 for the others."""
    first: np.ndarray
    """(G + 1,) int64; the sites of group g are sites[first[g]:first[g + 1]]."""
    sites: IntArray
    """Free sites by group, ascending within a group."""
    fewest: np.ndarray
    """(G,) int64."""
    most: np.ndarray
    """(G,) int64."""

    stated_possible: bool = True
    """False where a limit leaves fewer than no free sites, or asks for more than there are."""

    @property
    def possible(self) -> bool:
        """False where a limit cannot hold, or a group must open more sites than it has or may."""
        return self.stated_possible and bool(np.all(self.fewest <= np.minimum(self.most, np.diff(self.first))))


def count_groups(problem: LocationProblem) -> SiteCounts:
    """Return the groups of the problem's free sites: by tier, existing ones apart where only new ones count."""
    group = np.full(problem.site_count, -1, dtype=np.int32)
    fewest: list[int] = []
    most: list[int] = []
    possible = True
    for tier in sorted({*problem.site_tier.tolist(), *(limit.tier for limit in problem.site_limits)}):
        members = problem.free & (problem.site_tier == tier)
        exact, at_most = _limits_of(problem, tier)
        possible &= min(exact or 0, at_most or 0) >= 0 and (exact or 0) <= int(members.sum())
        counted = members if exact is not None else members & ~problem.existing
        for chosen, low, high in ((counted, exact, at_most), (members & ~counted, None, None)):
            size = int(chosen.sum())
            if size:
                group[chosen] = len(fewest)
                fewest.append(0 if low is None else low)
                most.append(min(size, *(limit for limit in (low, high) if limit is not None), size))
    sites = np.flatnonzero(group >= 0).astype(np.int32)
    sites = sites[np.argsort(group[sites], kind="stable")]
    first = np.searchsorted(group[sites], np.arange(len(fewest) + 1)).astype(np.int64)
    return SiteCounts(group, first, sites, np.array(fewest, dtype=np.int64), np.array(most, dtype=np.int64), possible)


def _limits_of(problem: LocationProblem, tier: int) -> tuple[int | None, int | None]:
    """Return (exactly so many free sites, at most so many free candidates) of a tier, None where nothing is said."""
    of_tier = problem.site_tier == tier
    exact: int | None = None
    at_most: int | None = None
    for limit in problem.site_limits:
        if limit.tier != tier:
            continue
        counted = of_tier if limit.exact else of_tier & ~problem.existing
        left = limit.count - int((counted & problem.must_open).sum())
        if limit.exact:
            exact = left if exact is None else max(exact, left)
        else:
            at_most = left if at_most is None else min(at_most, left)
    return exact, at_most
