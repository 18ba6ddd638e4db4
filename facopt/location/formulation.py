"""From a location problem to a mixed-integer model: the variables, the expressions of people covered, and the rules.

Data
    i in I demand points with people a_i, j in J sites with cost c_j, k in K tiers; N_ik = sites of tier k (or of a tier
    that provides it) within the standard of tier k of point i; F free sites; the others stand or are fixed open.
Variables
    y_j in {0, 1}      site j in F is open
    w_s in [0, 1]      coverage set s has an open site; 1 where a site that must be open covers the point
    z_t in [0, 1]      points that need several tiers: all their coverage sets have an open site
Rows
    (1) set covered    w_s <= sum_{j in s} y_j                     for each distinct coverage set s that is counted
    (2) all tiers      z_t <= w_s                                  for each set s of combination t
    (3) target 100     sum_{j in s} y_j >= 1                       for each set s of a reachable point with people
    (4) target x       sum_s A_s w_s >= x/100 A - (covered anyway) A_s people of the target's members with set s
    (5) budget         sum_j c_j y_j <= B - (fixed open)
    (6) new sites      sum_{candidates j of k} y_j <= n_k - (fixed open)
    (7) all sites      sum_{j of k} y_j = p_k - (standing, fixed open)
    (8) everybody      sum_{j: (i,j) has a time} y_j >= 1          where travel is optimised for everybody
w and z may be continuous: at binary y the largest feasible value of each is 0 or 1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from facopt.location.cover_sets import COVERED, NOT_SERVED, UNREACHABLE, CoverSets, merge_cover_sets
from facopt.location.linear_model import LinearModel
from facopt.location.problem import groups
from facopt.location.referee import has_pair, people_needed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from facopt.location.problem import BoolArray, CoverageTarget, LocationProblem, SiteLimit

Terms = list[tuple[int, float]]


@dataclass(frozen=True)
class Expression:
    """A linear expression: constant + sum of coefficient x column."""

    terms: Terms
    constant: float


@dataclass
class Formulation:
    """A model of one problem, with what its columns stand for. Expressions create the columns they need."""

    problem: LocationProblem
    sets: CoverSets
    model: LinearModel = field(default_factory=LinearModel)
    site_column: dict[int, int] = field(default_factory=dict)
    """Column of y_j by site, free sites only."""
    set_column: dict[int, int] = field(default_factory=dict)
    """Column of w_s by set."""
    combination_column: dict[tuple[int, ...], int] = field(default_factory=dict)
    """Column of z_t by combination of sets."""
    required_sets: set[int] = field(default_factory=set)
    """Sets that row (3) holds already."""

    @classmethod
    def of(cls, problem: LocationProblem) -> Formulation:
        """Return the formulation with y and without any rule."""
        formulation = cls(problem, merge_cover_sets(problem))
        for j in np.flatnonzero(problem.free):
            formulation.site_column[int(j)] = formulation.model.add_column(f"open_{j}", integer=True)
        return formulation

    # --- expressions -----------------------------------------------------------------------------------------------

    def sites_open(self, sites: Iterable[int]) -> Terms:
        """Return sum of y_j over the free ones among `sites`."""
        return [(self.site_column[j], 1.0) for j in sites if j in self.site_column]

    def set_covered(self, number: int) -> int:
        """Return the column of w_s, adding row (1) at its first use; a set of one site is that site's y."""
        if number not in self.set_column:
            sites = self.sets.sets[number]
            if len(sites) == 1:
                self.set_column[number] = self.site_column[sites[0]]
            else:
                column = self.model.add_column(f"cover_{number}")
                self.model.add_row(f"set_covered_{number}", [*self.sites_open(sites), (column, -1.0)], at_least=0.0)
                self.set_column[number] = column
        return self.set_column[number]

    def all_covered(self, numbers: tuple[int, ...]) -> int:
        """Return the column that says that all sets of a combination are covered, adding rows (2) at its first use."""
        if len(numbers) == 1:
            return self.set_covered(numbers[0])
        if numbers not in self.combination_column:
            column = self.model.add_column(f"all_{'_'.join(map(str, numbers))}")
            for number in numbers:
                terms = [(self.set_covered(number), 1.0), (column, -1.0)]
                self.model.add_row(f"all_tiers_{'_'.join(map(str, numbers))}_{number}", terms, at_least=0.0)
            self.combination_column[numbers] = column
        return self.combination_column[numbers]

    def people_covered(self, tier: int | None, members: BoolArray) -> Expression:
        """Return the people among `members` (I,) covered by a tier, or by every tier that serves them (None)."""
        constant, amounts = 0.0, {}
        for combination, people in self._people_by_combination(tier, members):
            if combination:
                amounts[combination] = people
            else:
                constant += people
        terms = [(self.all_covered(combination), people) for combination, people in amounts.items()]
        return Expression(terms, constant)

    def _people_by_combination(self, tier: int | None, members: BoolArray) -> Iterator[tuple[tuple[int, ...], float]]:
        """Yield (sets still to be covered, people); the empty combination is covered anyway."""
        tiers = range(len(self.problem.services)) if tier is None else (tier,)
        counted = members & self.problem.served & (self.problem.people > 0)
        numbers = np.stack([self.sets.of_point[k][counted] for k in tiers])
        people = self.problem.people[counted]
        possible = ~np.any(numbers == UNREACHABLE, axis=0)
        if tier is not None:
            possible &= numbers[0] != NOT_SERVED
        combinations, inverse = np.unique(numbers[:, possible], axis=1, return_inverse=True)
        sums = np.bincount(inverse.reshape(-1), weights=people[possible], minlength=combinations.shape[1])
        total: dict[tuple[int, ...], float] = {}
        for column, amount in zip(combinations.T, sums, strict=True):
            key = tuple(sorted({int(number) for number in column if number not in (COVERED, NOT_SERVED)}))
            total[key] = total.get(key, 0.0) + float(amount)
        yield from total.items()

    def cost(self) -> Expression:
        """Return the money the plan takes."""
        terms = [(column, float(self.problem.cost[j])) for j, column in self.site_column.items()]
        return Expression(terms, float(self.problem.cost[self.problem.must_open].sum()))

    def open_sites(self) -> Expression:
        """Return the number of open sites, standing ones included."""
        return Expression([(column, 1.0) for column in self.site_column.values()], float(self.problem.must_open.sum()))

    # --- rules -------------------------------------------------------------------------------------------------------

    def add_rules(self, *, without: frozenset[str] = frozenset()) -> None:
        """Add every target and limit of the problem, except those whose key is in `without`."""
        for target in self.problem.targets:
            if target.key not in without:
                self.add_target(target)
        if self.problem.budget is not None and "limits.budget" not in without:
            spent = self.cost()
            self.model.add_row("budget", spent.terms, at_most=self.problem.budget - spent.constant)
        for limit in self.problem.site_limits:
            if limit.key not in without:
                self.add_site_limit(limit)
        if self.problem.assigns_everybody:
            self.add_everybody()

    def add_target(self, target: CoverageTarget) -> None:
        """Add rows (3) for a target of 100 percent, row (4) otherwise."""
        if target.at_least_percent >= 100:
            for combination, _ in self._people_by_combination(target.tier, target.members):
                for number in combination:
                    self.add_required_set(number)
            return
        covered = self.people_covered(target.tier, target.members)
        needed = people_needed(self.problem, target.tier, target.at_least_percent, target.members)
        self.model.add_row(f"target_{target.key}", covered.terms, at_least=needed - covered.constant)

    def add_required_set(self, number: int) -> None:
        """Add row (3) for one set, once."""
        if number not in self.required_sets:
            self.required_sets.add(number)
            self.model.add_row(f"required_{number}", self.sites_open(self.sets.sets[number]), at_least=1.0)

    def site_limit(self, limit: SiteLimit) -> Expression:
        """Return what a limit counts: open sites of a tier, or opened candidates of a tier."""
        of_tier = self.problem.site_tier == limit.tier
        counted = of_tier if limit.exact else of_tier & ~self.problem.existing
        terms = self.sites_open(int(j) for j in np.flatnonzero(counted))
        return Expression(terms, float((counted & self.problem.must_open).sum()))

    def add_site_limit(self, limit: SiteLimit) -> None:
        """Add row (6) or (7)."""
        counted = self.site_limit(limit)
        right = limit.count - counted.constant
        if limit.exact:
            self.model.add_row(f"sites_{limit.tier}", counted.terms, at_least=right, at_most=right)
        else:
            self.model.add_row(f"new_sites_{limit.tier}", counted.terms, at_most=right)

    def add_everybody(self) -> None:
        """Add rows (8), each distinct set of sites once."""
        seen: set[bytes] = set()
        for k, service in enumerate(self.problem.services):
            assigned = has_pair(self.problem, service)
            standing = np.zeros(self.problem.demand_count, dtype=bool)
            standing[service.demand[self.problem.must_open[service.site]]] = True
            keep = self.problem.free[service.site] & (assigned & ~standing)[service.demand]
            for i, sites in groups(service.demand[keep], service.site[keep]):
                if (key := sites.tobytes()) not in seen:
                    seen.add(key)
                    self.model.add_row(f"everybody_{k}_{i}", self.sites_open(int(j) for j in sites), at_least=1.0)

    # --- reading a plan ----------------------------------------------------------------------------------------------

    def plan(self, values: np.ndarray) -> BoolArray:
        """Return (J,) the open sites of a vector of column values."""
        opened = self.problem.must_open.copy()
        for j, column in self.site_column.items():
            opened[j] = values[column] > 0.5
        return opened
