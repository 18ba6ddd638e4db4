"""In which order to build: each next site the one that covers most people more, for its money."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from facopt.inputs.study_area import FloatArray
    from facopt.location.problem import LocationProblem
    from facopt.measures.coverage import BoolArray, Situation

COLUMNS = ("site", "people_added", "people_covered", "cost")
IntArray = np.ndarray[Any, np.dtype[np.int64]]


def build_order_table(problem: LocationProblem, plan: Situation | None) -> pd.DataFrame:
    """Return the plan's new sites in an order of building, as `Report.build_order` names the columns.

    Starting with what stays, each step takes the site that newly covers most people per money, or most people where a
    site has no cost; where nobody would gain, the one of least cost. The order is greedy: it says what each next site
    adds to those before it, and the sum is what the plan adds to what stays.
    """
    if plan is None:
        return pd.DataFrame(columns=list(COLUMNS))
    new = np.flatnonzero(plan.open & ~problem.existing)
    state = _State(problem, plan.open & problem.existing, new)
    rows, left, spent = [], list(range(len(new))), 0.0
    cost = problem.cost[new]
    while left:
        gains = state.gains()[left]
        best = left.pop(_best(gains, cost[left]))
        added = state.add(best)
        spent += float(cost[best])
        rows.append((int(new[best]), added, state.people_covered(), spent))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _best(gains: FloatArray, cost: FloatArray) -> int:
    """Return the place of the best next site: most gain for its money, then least cost, then the first."""
    worth = gains / cost if np.all(cost > 0) else gains
    return int(np.lexsort((np.arange(len(gains)), cost, -gains, -worth))[0])


class _State:
    """Who is covered so far, by tier, and the arcs of the sites still to come."""

    def __init__(self, problem: LocationProblem, standing: BoolArray, new: IntArray) -> None:
        self.problem = problem
        self.count = len(new)
        place = np.full(problem.site_count, -1, dtype=np.int64)
        place[new] = np.arange(len(new))
        self.reached: list[BoolArray] = []
        self.arcs: list[tuple[IntArray, IntArray]] = []
        for service in problem.services:
            arcs = np.flatnonzero((standing | (place >= 0))[service.site])  # few of many
            arcs = arcs[service.within[arcs]]
            demand, site = service.demand[arcs], service.site[arcs]
            reached = ~service.needed
            reached[demand[standing[site]]] = True
            coming = place[site] >= 0
            self.reached.append(reached)
            self.arcs.append((demand[coming].astype(np.int64), place[site[coming]]))

    def covered(self) -> BoolArray:
        """(I,) who has an open site of every tier that serves them."""
        covered = self.problem.served.copy()
        for reached in self.reached:
            covered &= reached
        return covered

    def people_covered(self) -> float:
        """Return the people covered so far."""
        return float(self.problem.people[self.covered()].sum())

    def gains(self) -> FloatArray:
        """Return (N,) people whom each site still to come would newly cover alone."""
        missing = np.sum([~reached for reached in self.reached], axis=0)
        given = np.concatenate([demand * self.count + site for demand, site in self._useful(missing)])
        # a site that gives a point two services counts for it once, and only where these are all it lacks
        pairs, services = np.unique(given, return_counts=True)
        demand, site = np.divmod(pairs, self.count)
        enough = services == missing[demand]
        people = self.problem.people[demand[enough]]
        return np.bincount(site[enough], weights=people, minlength=self.count).astype(np.float64)

    def _useful(self, missing: IntArray) -> list[tuple[IntArray, IntArray]]:
        """Arcs of each tier to points that lack that tier and are served at all."""
        found = []
        for reached, (demand, site) in zip(self.reached, self.arcs, strict=True):
            useful = ~reached[demand] & (missing[demand] > 0)
            found.append((demand[useful], site[useful]))
        return found

    def add(self, place: int) -> float:
        """Open a site; return how many people that newly covers."""
        before = self.people_covered()
        for reached, (demand, site) in zip(self.reached, self.arcs, strict=True):
            reached[demand[site == place]] = True
        return self.people_covered() - before
