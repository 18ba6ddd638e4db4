"""Travel for everybody as one level: reduction first, then a MILP on what is left of the sites and the lists.

The counts of sites are part of the bound; a budget and kept costs or numbers of sites enter it with a price. All other
rules only make the set of plans smaller, so the bound and the fixing hold beside them, but a plan must keep them before
its travel is used. Where only the covered travel nothing here holds: a traveller may then stay at home.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from facopt.location.formulation import Formulation
from facopt.location.levels import LevelResult, Search
from facopt.location.median.branching import branch
from facopt.location.median.reduction import PROVEN, TravelReduction, Turns
from facopt.location.median.saddle import SideRows
from facopt.location.referee import evaluate
from facopt.location.solution import Status
from facopt.location.solver import POLISH_SECONDS
from facopt.location.travel_model import TravelModel, rank_lists

if TYPE_CHECKING:
    from collections.abc import Callable

    from facopt.location.median.fixing import Fixed
    from facopt.location.median.travellers import Travellers
    from facopt.location.problem import BoolArray, LocationProblem
    from facopt.location.solver import MilpResult

PRICED_ROWS = frozenset({"budget", "keep_cost", "keep_sites"})
"""Rows over sites that the bound puts a price on."""
COUNTED_ROWS = ("sites_", "new_sites_", "everybody_")
"""Beginnings of the names of rows that counts and lists keep by themselves."""
KEPT_ROWS = ("keep_", "within_")
"""Beginnings of the names of rows that keep values of earlier levels in ways the referee does not check."""
LARGEST_CORE = 400_000
"""Listed sites beyond which a MILP does not even find its first bound in minutes."""
DEEP_ENOUGH = 60_000
"""Listed sites up to which rankings are taken whole; longer ones are deepened as plans need it."""


def optimise_everybody(problem: LocationProblem, search: Search) -> LevelResult | None:
    """Return a plan of least travel with its bound, or None where the reduction has no plan to begin with."""
    rules = Formulation.of(problem)
    rules.add_rules()
    search.keep(rules)
    others = other_rows(rules)
    turns = Turns.begin(problem, side_rows(rules), search.incumbent, _acceptance(problem, others))
    if turns is None:
        return None
    patience = Patience(turns, search)
    turns.run(patience.seconds_left)
    if turns.plan is None:
        return None
    if turns.gap > PROVEN and not others:
        branch(turns, patience.seconds_left)
    reduction = turns.result()
    if turns.gap <= PROVEN or not others or patience.ended_by:
        return _outcome(reduction, None, patience.ended_by if turns.gap > PROVEN else "", rules)
    turns.end_lists()
    if len(turns.lists.site) > LARGEST_CORE:
        return _outcome(reduction, None, "time", rules)
    return _solve_core(problem, search, turns.result())


@dataclass
class Patience:
    """How long the search for everybody's travel may still take, and what ended it."""

    turns: Turns
    search: Search
    ended_by: str = ""
    _began: float | None = None
    _within_gap: float | None = None

    def seconds_left(self) -> float:
        """Return what is left of the time limit; 0 where the gap has been small for long enough, or the user stops."""
        settings, left = self.search.settings, self.search.seconds_left()
        if settings.progress is not None:
            settings.progress(self.turns.value, self.turns.bound)
        self._began = left if self._began is None else self._began
        if self.turns.gap <= settings.gap:
            self._within_gap = left if self._within_gap is None else self._within_gap
            if self._within_gap - left > max(POLISH_SECONDS, self._began - self._within_gap):
                self.ended_by = "gap"
        if settings.stop is not None and settings.stop():
            self.ended_by = "interrupted"
        if left <= 0:
            self.ended_by = "time"
        return 0.0 if self.ended_by else left


def side_rows(rules: Formulation) -> SideRows:
    """Return the priced rows of a formulation over all sites; a little slack takes up their rounding."""
    model, site_of = rules.model, {column: j for j, column in rules.site_column.items()}
    side, right = [], []
    for name, terms, high in zip(model.row_names, model.row_terms, model.row_upper, strict=True):
        if name in PRICED_ROWS and np.isfinite(high):
            amounts = np.zeros(rules.problem.site_count)
            for column, amount in terms:
                amounts[site_of[column]] = amount
            side.append(amounts)
            right.append(high + 1e-9 * (abs(high) + 1.0))
    return SideRows(np.array(side).reshape(len(side), rules.problem.site_count), np.array(right))


def other_rows(rules: Formulation) -> list[str]:
    """Return the names of the rows that neither the counts nor the priced rows nor the lists keep by themselves."""
    names = rules.model.row_names
    return [name for name in names if name not in PRICED_ROWS and not name.startswith(COUNTED_ROWS)]


def _acceptance(problem: LocationProblem, others: list[str]) -> Callable[[BoolArray], bool] | None:
    """Return what says whether a plan that keeps counts and priced rows keeps every rule; None where nothing can."""
    if any(name.startswith(KEPT_ROWS) for name in others):
        return None
    if not others and np.all(problem.people > 0):
        return lambda _plan: True
    return lambda plan: not evaluate(problem, plan).violations


def _solve_core(problem: LocationProblem, search: Search, reduction: TravelReduction) -> LevelResult:
    lists = reduction.lists
    rankings, gap = rank_lists(lists), 0.999 if reduction.whole else 1e-6
    depths = {} if len(lists.site) <= DEEP_ENOUGH else _first_depths(lists, reduction)
    while True:
        formulation = Formulation.of(problem)
        formulation.add_rules()
        search.keep(formulation)
        fix_columns(formulation, reduction.fixed)
        travel = TravelModel(formulation, depths, complete=not depths, rankings=rankings)
        for column, amount in travel.people_minutes.terms:
            formulation.model.objective[column] = formulation.model.objective.get(column, 0.0) + amount
        result = replace(search, incumbent=reduction.plan).solve(formulation, absolute_gap=gap)
        deeper = None if result.values is None else travel.deeper(result.values)
        if deeper is None or search.seconds_left() <= 0:
            return _outcome(reduction, result, result.limit, formulation, travel.people_minutes.constant)
        depths = deeper


def fix_columns(formulation: Formulation, fixed: Fixed) -> None:
    """Fix the columns of the sites whose state is proven."""
    for j, column in formulation.site_column.items():
        if fixed.closed[j]:
            formulation.model.upper[column] = 0.0
        if fixed.open[j]:
            formulation.model.lower[column] = 1.0


def _first_depths(lists: Travellers, reduction: TravelReduction) -> dict[tuple[int, int], int]:
    """Return depths that reach a little beyond what the bound makes each traveller pay."""
    depths = {}
    for n in range(len(lists.point)):
        costs = lists.cost[lists.first[n] : lists.first[n + 1]]
        depths[int(lists.tier[n]), int(lists.point[n])] = len(np.unique(costs[costs <= reduction.price[n]])) + 2
    return depths


def _outcome(
    reduction: TravelReduction, result: MilpResult | None, limit: str, formulation: Formulation, constant: float = 0.0
) -> LevelResult:
    """Join what the reduction and the MILP on its core have proven: plans left out travel at least as far."""
    plan, bound, log = reduction.plan, reduction.bound, reduction.log
    if result is not None:
        log += result.log
        if result.bound is not None:
            bound = max(bound, min(reduction.rounded(result.bound + constant), reduction.value))
        if result.values is not None:
            plan = formulation.plan(result.values)
    status = Status.OPTIMAL if bound >= reduction.value * (1 - 1e-9) else Status.FEASIBLE
    model = formulation.model
    return LevelResult(status, plan, bound, limit, log, len(model.column_names), len(model.row_names))
