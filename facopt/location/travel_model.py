"""Travel as linear rows: each demand point climbs its ranked distances only as far as the plan makes it.

Data
    D_0 < D_1 < ... < D_R distinct minutes from point i to the usable sites of a service; S_r the free sites at D_r;
    h_i = 1, or the column that says whether i is covered, where only the covered travel.
Variables
    u_r in [0, 1]      no open site within D_r, r = 0 .. depth-1
Rows
    (9) climb          u_r >= u_{r-1} - sum_{j in S_r} y_j          with u_{-1} = h_i
    (10) reached       0 >= u_{R-1} - sum_{j in S_R} y_j            where the ranking is complete
    (11) honest cover  h_i >= y_j                                   where somebody could be covered and not counted
Minutes of i = D_0 h_i + sum_r (D_{r+1} - D_r) u_r: as strong as assignment variables, with fewer of them
(Cornuejols, Nemhauser and Wolsey 1980; Garcia, Labbe and Marin 2011, doi 10.1287/ijoc.1100.0418). A ranking may be cut at a
depth: the minutes are then a lower bound, and exact for every point whose last u is 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from facopt.location.cover_sets import COVERED
from facopt.location.formulation import Expression, Formulation
from facopt.location.problem import groups

if TYPE_CHECKING:
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
    radii = np.unique(minutes[closer])
    at_radius = np.searchsorted(radii, minutes[closer])
    chosen = sites[closer]
    ranked = tuple(tuple(int(j) for j in chosen[at_radius == r]) for r in range(len(radii)))
    if np.isfinite(limit):
        radii, ranked = np.append(radii, limit), (*ranked, ())
    return Ranking(tier, point, float(problem.people[point]), radii, ranked, bool(np.isfinite(limit)))


class TravelModel:
    """Adds travel to a formulation and knows which points climbed off the end of their ranking."""

    def __init__(self, formulation: Formulation, depths: dict[tuple[int, int], int], *, complete: bool = False) -> None:
        """Add rows (9) to (11).

        `depths` has the number of u by (tier, demand point), FIRST_RADII where missing; `complete` takes every radius.
        """
        self.complete = complete
        self.formulation = formulation
        self.rankings = rank_distances(formulation.problem)
        self.depths = depths
        self.last_climb: dict[tuple[int, int], int] = {}
        """Column of the last u of rankings that were cut, by (tier, demand point)."""
        terms: list[tuple[int, float]] = []
        constant = 0.0
        for ranking in self.rankings:
            minutes = self._climb(ranking)
            terms += [(column, ranking.people * amount) for column, amount in minutes.terms]
            constant += ranking.people * minutes.constant
        self.people_minutes = Expression(terms, constant)
        if not formulation.problem.assigns_everybody and _several_tiers(formulation.problem):
            self._add_honest_cover()

    def _climb(self, ranking: Ranking) -> Expression:
        formulation, model = self.formulation, self.formulation.model
        head = self._head(ranking)
        if head is None:
            terms, constant = [], float(ranking.radii[0])
        else:
            terms, constant = [(head, float(ranking.radii[0]))], 0.0
        key = (ranking.tier, ranking.demand)
        steps = len(ranking.radii) - 1
        depth = steps if self.complete else min(self.depths.get(key, FIRST_RADII), steps)
        previous = head
        for r in range(depth):
            climbed = model.add_column(f"beyond_{ranking.tier}_{ranking.demand}_{r}")
            row = [(climbed, 1.0), *formulation.sites_open(ranking.sites[r])]
            self._at_least_previous(f"climb_{ranking.tier}_{ranking.demand}_{r}", row, previous)
            terms.append((climbed, float(ranking.radii[r + 1] - ranking.radii[r])))
            previous = climbed
        if depth < steps and previous is not None:
            self.last_climb[key] = previous
        elif not ranking.ends_at_standing:
            self._at_least_previous(
                f"reached_{ranking.tier}_{ranking.demand}", formulation.sites_open(ranking.sites[-1]), previous
            )
        return Expression(terms, constant)

    def _at_least_previous(self, name: str, terms: list[tuple[int, float]], previous: int | None) -> None:
        """Add `terms >= previous`, where no previous column means 1."""
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
