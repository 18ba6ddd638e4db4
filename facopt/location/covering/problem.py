"""A covering problem: which rows to cover with which sites, stated once for maximal and for set covering.

    maximise    constant + sum_k w_k z_k - sum_j f_j y_j
    subject to  z_k <= sum_{j in N_k} y_j           each row k with weight w_k (people) is gained when covered
                sum_{j in N_k} y_j >= 1             for required rows
                sum_{j in group g} y_j <= n_g       at most so many sites of each group
                sum_j c_j y_j <= B                  budget
                y_j in {0, 1},  z_k in [0, 1]

Maximal covering has prices f = 0; set covering has every row required and weights 0. Rows and sites that reductions
have decided are kept as a constant and as a list of opened sites.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from facopt.location.covering.incidence import BoolArray, FloatArray, Incidence, IntArray, LongArray

RELATIVE_TOLERANCE = 1e-9
"""Slack of the budget: rounding of its sum, as the referee allows."""


@dataclass(frozen=True)
class SiteRules:
    """What limits the choice of sites."""

    group: IntArray
    """(F,) group of each site."""
    at_most: LongArray
    """(G,) how many sites of each group may open."""
    cost: FloatArray
    """(F,) money that counts against the budget."""
    budget: float = np.inf

    @classmethod
    def none(cls, site_count: int) -> SiteRules:
        """Return rules that forbid nothing."""
        return cls.count(site_count, site_count)

    @classmethod
    def count(cls, site_count: int, at_most: int) -> SiteRules:
        """Return the rule that at most so many of all sites open."""
        return cls(np.zeros(site_count, dtype=np.int32), np.array([at_most], dtype=np.int64), np.zeros(site_count))

    @cached_property
    def group_sizes(self) -> LongArray:
        """(G,) sites in each group."""
        return np.bincount(self.group, minlength=len(self.at_most)).astype(np.int64)

    @cached_property
    def counting(self) -> bool:
        """True where a group has more sites than may open."""
        return bool(np.any(self.at_most < self.group_sizes))

    @cached_property
    def spending(self) -> bool:
        """True where not all sites can be paid for."""
        return bool(self.cost.sum() > self.budget)

    @property
    def free(self) -> bool:
        """True where every choice of sites is allowed: then rows are all that couples sites."""
        return not self.counting and not self.spending

    def allow(self, opened: BoolArray) -> bool:
        """Return whether the open sites (F,) keep the rules."""
        counts = np.bincount(self.group[opened], minlength=len(self.at_most))
        within = self.cost[opened].sum() <= self.budget + RELATIVE_TOLERANCE * abs(self.budget)
        return bool(within and np.all(counts <= self.at_most))

    def after(self, opened: BoolArray, kept: BoolArray) -> SiteRules:
        """Return the rules over the kept sites (F,) once some (F,) are open."""
        return SiteRules(
            self.group[kept],
            self.at_most - np.bincount(self.group[opened], minlength=len(self.at_most)),
            self.cost[kept],
            self.budget - float(self.cost[opened].sum()),
        )


@dataclass(frozen=True)
class CoveringProblem:
    """See the module's head for the model."""

    rows: Incidence
    weight: FloatArray
    """(R,) what covering a row gains, at least 0."""
    required: BoolArray
    """(R,) rows that must be covered."""
    price: FloatArray
    """(F,) what opening a site takes from the objective, at least 0."""
    rules: SiteRules
    sites: IntArray
    """(F,) number of each site in the original problem."""
    opened: IntArray
    """Sites of the original problem that are open already."""
    constant: float = 0.0
    whole: bool = False
    """True where the objective of every plan is a whole number."""
    impossible: bool = False
    """True where a reduction has shown that no plan keeps the rules."""
    multiplier: FloatArray | None = None
    """(R,) prices of a bound found before the last reductions, summed as weights are; None where none was."""

    @classmethod
    def of(
        cls, rows: Incidence, weight: FloatArray, rules: SiteRules, *, required: BoolArray | None = None,
        price: FloatArray | None = None,
    ) -> CoveringProblem:  # fmt: skip
        """Return the problem over all sites of `rows`, as yet unreduced."""
        price = np.zeros(rows.site_count) if price is None else price
        required = np.zeros(rows.row_count, dtype=bool) if required is None else required
        whole = bool(np.all(weight == np.round(weight)) and np.all(price == np.round(price)))
        sites = np.arange(rows.site_count, dtype=np.int32)
        return cls(rows, weight, required, price, rules, sites, np.zeros(0, dtype=np.int32), whole=whole)

    @property
    def site_count(self) -> int:
        """Number of sites still to decide, F."""
        return len(self.sites)

    @cached_property
    def ceiling(self) -> float:
        """The objective with every row covered and nothing paid: no plan is better."""
        return self.constant + float(self.weight.sum())

    @cached_property
    def effective_weight(self) -> FloatArray:
        """(R,) weights in which one required row outweighs all that can be gained or paid otherwise."""
        most = float(self.weight.sum() + self.price.sum()) + 1.0
        return np.where(self.required, self.weight + most, self.weight)

    @property
    def step(self) -> float:
        """By how much a better plan is better at least; 0 where unknown."""
        return 1.0 if self.whole else 0.0

    def value(self, opened: BoolArray) -> float:
        """Return the objective of the open sites (F,)."""
        gained = float(self.weight[self.rows.covered(opened)].sum())
        return self.constant + gained - float(self.price[opened].sum())

    def valid(self, opened: BoolArray) -> bool:
        """Return whether the open sites (F,) keep all rules."""
        return self.rules.allow(opened) and bool(np.all(self.rows.covered(opened)[self.required]))

    def plan(self, opened: BoolArray, site_count: int) -> BoolArray:
        """Return (site_count,) the open sites of the original problem."""
        plan = np.zeros(site_count, dtype=bool)
        plan[self.opened] = True
        plan[self.sites[opened]] = True
        return plan

    def part_of(self, plan: BoolArray) -> BoolArray:
        """Return (F,) which sites still to decide are open in a plan of the original problem."""
        return plan[self.sites]

    def decide(
        self, *, opened: BoolArray | None = None, closed: BoolArray | None = None, settled: BoolArray | None = None
    ) -> CoveringProblem:
        """Return the problem with some sites (F,) open, some closed, and some rows (R,) counted as covered anyway.

        Rows that no site is left for are dropped; a required one among them makes the problem impossible.
        """
        nothing = np.zeros(self.site_count, dtype=bool)
        opened = nothing if opened is None else opened
        kept = ~opened if closed is None else ~(opened | closed)
        covered = self.rows.covered(opened) if opened.any() else np.zeros(self.rows.row_count, dtype=bool)
        if settled is not None:
            covered |= settled
        rows = self.rows.select(~covered, kept)
        left = rows.lengths > 0
        required = self.required[~covered]
        rules = self.rules.after(opened, kept)
        lost = bool(np.any(required & ~left))
        return replace(
            self,
            rows=rows if left.all() else rows.select(left, np.ones(rows.site_count, dtype=bool)),
            weight=self.weight[~covered][left],
            required=required[left],
            multiplier=None if self.multiplier is None else self.multiplier[~covered][left],
            price=self.price[kept],
            rules=rules,
            sites=self.sites[kept],
            opened=np.sort(np.concatenate([self.opened, self.sites[opened]])),
            constant=self.constant + float(self.weight[covered].sum()) - float(self.price[opened].sum()),
            impossible=self.impossible or lost or bool(np.any(rules.at_most < 0)) or _overspent(rules, self.rules),
        )


def _overspent(rules: SiteRules, before: SiteRules) -> bool:
    return rules.budget < -RELATIVE_TOLERANCE * abs(before.budget) if np.isfinite(before.budget) else False
