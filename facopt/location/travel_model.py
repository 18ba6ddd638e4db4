"""Travel as linear rows: each demand point climbs its ranked distances only as far as the plan makes it.

Data
    D_0 < D_1 < ... < D_R distinct minutes from point i to the usable sites of a service; S_r the free sites at D_r;
    h_i = 1, or the column that says whether i is covered, where only the covered travel.
Variables
    u_r in [0, 1]      no open site within D_r, r = 0 .. depth-1; one variable for all points with the same h
                       that have the same sites within some D_r, in whatever order
Rows
    (9) climb          u_r >= u_{r-1} - sum_{j in S_r} y_j          with u_{-1} = h_i
    (10) reached       0 >= u_{R-1} - sum_{j in S_R} y_j            where the ranking is complete
    (11) honest cover  h_i >= y_j                                   where somebody could be covered and not counted
Minutes of i = D_0 h_i + sum_r (D_{r+1} - D_r) u_r: as strong as assignment variables, with fewer of them
(Cornuejols, Nemhauser and Wolsey 1980; Garcia, Labbe and Marin 2011, doi 10.1287/ijoc.1100.0418). A ranking may be cut
at a depth: the minutes are then a lower bound, and exact for every point whose last u is 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from facopt.location.cover_sets import COVERED
from facopt.location.formulation import Expression, Formulation
from facopt.location.linear_model import collect
from facopt.location.problem import groups

if TYPE_CHECKING:
    from facopt.location.median.travellers import Travellers
    from facopt.location.problem import FloatArray, LocationProblem, Service

FIRST_RADII = 6
"""Depth at which a ranking starts; it doubles where the plan needs more."""


@dataclass(frozen=True)
class Ranking:
    """The distances of one demand point to the usable sites of one service, nearest first."""

    tier: int
    demand: int
    people: float
    radii: FloatArray
    """(R+1,) distinct minutes, ascending; the last is that of a site which must be open, if there is one."""
    sites: tuple[tuple[int, ...], ...]
    """Free sites at each radius; empty only at the last."""
    ends_at_standing: bool
    """True where the last radius is that of a site which must be open: nobody travels farther."""


def rank_distances(problem: LocationProblem) -> list[Ranking]:
    """Return a ranking for each demand point with people and service that travels, in the order of tiers and points."""
    rankings: list[Ranking] = []
    for tier, service in enumerate(problem.services):
        keep = problem.usable[service.site] & (problem.people[service.demand] > 0)
        if not problem.assigns_everybody:
            keep &= service.within
        arcs = np.flatnonzero(keep)
        rankings += [
            _rank(problem, service, tier, point, positions) for point, positions in groups(service.demand[arcs], arcs)
        ]
    return rankings


def _rank(problem: LocationProblem, service: Service, tier: int, point: int, arcs: np.ndarray) -> Ranking:
    sites, minutes = service.site[arcs], service.minutes[arcs]
    standing = problem.must_open[sites]
    limit = float(minutes[standing].min(initial=np.inf))
    closer = ~standing & (minutes < limit)
    order = np.argsort(minutes[closer], kind="stable")
    radii, ranked = _tied(minutes[closer][order], sites[closer][order])
    people = float(problem.people[point])
    return Ranking(tier, point, people, *_ending(radii, ranked, limit), ends_at_standing=bool(np.isfinite(limit)))


def rank_lists(lists: Travellers) -> list[Ranking]:
    """Return a ranking of costs for each traveller, of one person each: what their lists still hold."""
    rankings: list[Ranking] = []
    for n in range(len(lists.point)):
        part = slice(lists.first[n], lists.first[n + 1])
        radii, ranked = _tied(lists.cost[part], lists.site[part])
        limit = float(lists.beyond[n]) if lists.standing[n] else np.inf
        tier, point, stands = int(lists.tier[n]), int(lists.point[n]), bool(lists.standing[n])
        rankings.append(Ranking(tier, point, 1.0, *_ending(radii, ranked, limit), ends_at_standing=stands))
    return rankings


def _tied(ascending: np.ndarray, sites: np.ndarray) -> tuple[np.ndarray, tuple[tuple[int, ...], ...]]:
    """Return the distinct values of an ascending array and the sites at each."""
    radii, first = np.unique(ascending, return_index=True)
    return radii, tuple(tuple(sorted(part.tolist())) for part in np.split(sites, first[1:]) if len(part))


def _ending(
    radii: np.ndarray, ranked: tuple[tuple[int, ...], ...], limit: float
) -> tuple[np.ndarray, tuple[tuple[int, ...], ...]]:
    """Return radii and sites with the standing site at `limit`, where there is one, as the last."""
    return (np.append(radii, limit), (*ranked, ())) if np.isfinite(limit) else (radii, ranked)


class TravelModel:
    """Adds travel to a formulation and knows which points climbed off the end of their ranking."""

    def __init__(
        self,
        formulation: Formulation,
        depths: dict[tuple[int, int], int],
        *,
        complete: bool = False,
        rankings: list[Ranking] | None = None,
    ) -> None:
        """Add rows (9) to (11).

        `depths` has the number of u by (tier, demand point), FIRST_RADII where missing; `complete` takes every radius.
        `rankings` are those of the problem unless some of their sites and radii have been ruled out.
        """
        self.formulation = formulation
        self.depths = depths
        self.complete = complete
        self.column: dict[tuple[int | None, frozenset[int]], int] = {}
        """Column of u by (column h, sites that are closed)."""
        self.last_climb: dict[tuple[int, int], int] = {}
        """Column of the last u of rankings that were cut, by (tier, demand point)."""
        self._rows: set[tuple[int | None, tuple[int, ...], int | None]] = set()
        terms: list[tuple[int, float]] = []
        constant = 0.0
        for ranking in rank_distances(formulation.problem) if rankings is None else rankings:
            minutes = self._climb(ranking)
            terms += [(column, ranking.people * amount) for column, amount in minutes.terms]
            constant += ranking.people * minutes.constant
        self.people_minutes = Expression(collect(terms), constant)
        if not formulation.problem.assigns_everybody and _several_tiers(formulation.problem):
            self._add_honest_cover()

    def _climb(self, ranking: Ranking) -> Expression:
        head = self._head(ranking)
        first = float(ranking.radii[0])
        terms, constant = ([], first) if head is None else ([(head, first)], 0.0)
        key = (ranking.tier, ranking.demand)
        steps = len(ranking.radii) - 1
        depth = steps if self.complete else min(self.depths.get(key, FIRST_RADII), steps)
        previous, closed = head, frozenset[int]()
        for r in range(depth):
            closed = closed.union(ranking.sites[r])
            climbed = self._beyond(head, closed)
            self._add_climb(climbed, ranking.sites[r], previous)
            terms.append((climbed, float(ranking.radii[r + 1] - ranking.radii[r])))
            previous = climbed
        if depth < steps and previous is not None:
            self.last_climb[key] = previous
        elif not ranking.ends_at_standing:
            self._add_climb(None, ranking.sites[-1], previous)
        return Expression(terms, constant)

    def _beyond(self, head: int | None, closed: frozenset[int]) -> int:
        """Return the column u that says that all these sites are closed; points of one head share it."""
        if (head, closed) not in self.column:
            name = f"beyond_{len(self.column)}"
            self.column[head, closed] = self.formulation.model.add_column(name)
        return self.column[head, closed]

    def _add_climb(self, climbed: int | None, sites: tuple[int, ...], previous: int | None) -> None:
        """Add row (9), or (10) where nothing is climbed to, once."""
        if (climbed, sites, previous) in self._rows:
            return
        self._rows.add((climbed, sites, previous))
        terms = self.formulation.sites_open(sites)
        if climbed is not None:
            terms.append((climbed, 1.0))
        name = f"{'reached' if climbed is None else 'climb'}_{len(self._rows)}"
        if previous is None:
            self.formulation.model.add_row(name, terms, at_least=1.0)
        else:
            self.formulation.model.add_row(name, [*terms, (previous, -1.0)], at_least=0.0)

    def _head(self, ranking: Ranking) -> int | None:
        """Return the column h_i, or None where the point travels in every plan."""
        if self.formulation.problem.assigns_everybody:
            return None
        number = int(self.formulation.sets.of_point[ranking.tier][ranking.demand])
        return None if number == COVERED else self.formulation.set_covered(number)

    def _add_honest_cover(self) -> None:
        """Add rows (11): a point that needs several tiers may be covered by one tier without counting for coverage."""
        for number, column in sorted(self.formulation.set_column.items()):
            sites = self.formulation.sets.sets[number]
            if len(sites) > 1:
                for j in sites:
                    terms = [(column, 1.0), (self.formulation.site_column[j], -1.0)]
                    self.formulation.model.add_row(f"honest_{number}_{j}", terms, at_least=0.0)

    def deeper(self, values: np.ndarray, *, tolerance: float = 1e-6) -> dict[tuple[int, int], int] | None:
        """Return depths doubled where `values` climb off a cut ranking, or None where no point does."""
        short = [key for key, column in self.last_climb.items() if values[column] > tolerance]
        if not short:
            return None
        return {**self.depths, **{key: 2 * self.depths.get(key, FIRST_RADII) for key in short}}


def _several_tiers(problem: LocationProblem) -> bool:
    """Return whether some demand point needs more than one tier."""
    needs = np.zeros(problem.demand_count, dtype=np.int32)
    for service in problem.services:
        needs += service.needed
    return bool(np.any(needs > 1))
