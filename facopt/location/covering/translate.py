"""From a location problem to a covering problem, for the levels and rules where the two are the same.

| in the location problem                         | in the covering problem                                        |
|-------------------------------------------------|----------------------------------------------------------------|
| coverage, each point short of one service       | weights of rows                                                |
| coverage, points short of two services          | none: both must be covered, so rows are not independent        |
| cost, sites                                     | prices of sites                                                |
| target of 100 percent                           | required rows                                                  |
| lower target, or coverage kept from before      | required rows, where no row can be missed or the rest is       |
|                                                 | reached anyway; else none: the target couples its rows         |
| everybody has a site in reach                   | required rows of all pairs                                     |
| at most n new sites of a tier                   | limit of a group                                               |
| exactly n sites of a tier                       | the same for coverage without money, which never falls as      |
|                                                 | sites open; else none                                          |
| budget, cost kept from before                   | budget                                                         |
| number of sites kept from before                | limit of one group, where no tier has its own; else none       |
| travel kept from before                         | none                                                           |

"None" means that the level is solved by the plain model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from facopt.location.cover_sets import UNREACHABLE, CoverSets, SetList, merge_cover_sets
from facopt.location.covering.incidence import Incidence
from facopt.location.covering.problem import RELATIVE_TOLERANCE, CoveringProblem, SiteRules
from facopt.location.referee import people_needed

if TYPE_CHECKING:
    from facopt.location.problem import BoolArray, FloatArray, IntArray, LocationProblem

Kept = Sequence[tuple[str, float]]
"""Names and values of the levels before."""


@dataclass(frozen=True)
class Translation:
    """A covering problem over the free sites of a location problem."""

    covering: CoveringProblem
    free: np.ndarray
    """(F,) site of the location problem of each site of the covering problem."""
    exactly: dict[int, int]
    """How many free sites of a tier must be open exactly, by tier."""


class _NotACoveringProblemError(Exception):
    """Some rule has no counterpart; caught in `translate`."""


def translate(problem: LocationProblem, name: str, kept: Kept) -> Translation | None:
    """Return the level `name` of the problem as a covering problem, or None where it is none."""
    try:
        rules, exactly = _rules(problem, name, kept)
        sets = merge_cover_sets(problem)
        weight, constant = _weights(problem, sets) if name == "coverage" else (np.zeros(len(sets.sets)), 0.0)
        required = _required(problem, sets, kept)
    except _NotACoveringProblemError:
        return None
    free = np.flatnonzero(problem.free)
    rows, weight, required = _rows(problem, sets, weight, required)
    covering = CoveringProblem.of(rows, weight, rules, required=required, price=_prices(problem, name)[free])
    constant -= float(_prices(problem, name)[problem.must_open].sum())
    whole = covering.whole and constant == round(constant)
    return Translation(replace(covering, constant=constant, whole=whole), free, exactly)


def _prices(problem: LocationProblem, name: str) -> FloatArray:
    return {
        "coverage": np.zeros(problem.site_count), "cost": problem.cost, "sites": np.ones(problem.site_count)
    }[name]  # fmt: skip


# --- rules ----------------------------------------------------------------------------------------------------------


def _rules(problem: LocationProblem, name: str, kept: Kept) -> tuple[SiteRules, dict[int, int]]:
    """Return the rules over the free sites, and the exact numbers that are left to make up."""
    values = dict(kept)
    if not values.keys() <= {"coverage", "cost", "sites"}:
        raise _NotACoveringProblemError
    at_most, exactly = _tier_limits(problem)
    money = problem.budget is not None or "cost" in values
    if exactly and (name != "coverage" or money or "sites" in values):
        raise _NotACoveringProblemError
    group = problem.site_tier[problem.free].astype(np.int32)
    if "sites" in values:
        if at_most:
            raise _NotACoveringProblemError
        group, at_most = np.zeros_like(group), {0: round(values["sites"]) - int(problem.must_open.sum())}
    limits = np.bincount(group, minlength=int(group.max(initial=0)) + 1).astype(np.int64)
    for number, count in at_most.items():
        if number < len(limits):
            limits[number] = min(limits[number], count)
        elif count < 0:
            raise _NotACoveringProblemError
    budget = _budget(problem, values)
    cost = problem.cost[problem.free] if money else np.zeros(len(group))
    return SiteRules(group, limits, cost, budget), exactly


def _budget(problem: LocationProblem, values: dict[str, float]) -> float:
    """Return the money left for free sites: the least of the budget and the cost kept from before."""
    limits = [problem.budget] if problem.budget is not None else []
    if "cost" in values:
        limits.append(values["cost"] + RELATIVE_TOLERANCE * abs(values["cost"]))
    if not limits:
        return np.inf
    left = min(limits) - float(problem.cost[problem.must_open].sum())
    return max(left, 0.0) if left >= -RELATIVE_TOLERANCE * abs(min(limits)) else left


def _tier_limits(problem: LocationProblem) -> tuple[dict[int, int], dict[int, int]]:
    """Return how many free sites of each limited tier may open at most, and for some of them exactly."""
    at_most: dict[int, int] = {}
    exactly: dict[int, int] = {}
    for limit in problem.site_limits:
        of_tier = problem.site_tier == limit.tier
        counted = of_tier if limit.exact else of_tier & ~problem.existing
        left = limit.count - int((counted & problem.must_open).sum())
        at_most[limit.tier] = min(left, at_most.get(limit.tier, left))
        if limit.exact:
            if left != exactly.get(limit.tier, left) or not 0 <= left <= int((of_tier & problem.free).sum()):
                raise _NotACoveringProblemError
            exactly[limit.tier] = left
    if any(count > at_most[tier] for tier, count in exactly.items()):
        raise _NotACoveringProblemError
    return at_most, exactly


# --- rows -------------------------------------------------------------------------------------------------------------


def _weights(problem: LocationProblem, sets: CoverSets) -> tuple[FloatArray, float]:
    """Return the people of each set, and those covered anyway; raise where a point is short of two services."""
    missing, lost = _missing(problem, sets, None, problem.served)
    people = np.bincount(missing.set, weights=problem.people[missing.point], minlength=len(sets.sets))
    if np.any(np.bincount(missing.point, minlength=problem.demand_count) > 1):
        raise _NotACoveringProblemError
    anyway = problem.served & ~lost
    anyway[missing.point] = False
    return people.astype(np.float64), float(problem.people[anyway].sum())


@dataclass(frozen=True)
class _Missing:
    """Which sets which points still need, each pair once."""

    point: IntArray
    set: IntArray


def _missing(
    problem: LocationProblem, sets: CoverSets, tier: int | None, members: BoolArray
) -> tuple[_Missing, BoolArray]:
    """Return the sets that points with people among `members` (I,) need, and (I,) who can never be covered.

    Those who cannot be covered are left out of the pairs.
    """
    counted = members & problem.served & (problem.people > 0)
    tiers = range(len(problem.services)) if tier is None else (tier,)
    lost = ~counted
    for k in tiers:
        lost |= sets.of_point[k] == UNREACHABLE
    if tier is not None:
        lost |= ~problem.services[tier].needed
    pairs = [np.flatnonzero(~lost & (sets.of_point[k] >= 0)) for k in tiers]
    point = np.concatenate(pairs)
    number = np.concatenate([sets.of_point[k][who] for k, who in zip(tiers, pairs, strict=True)])
    if len(pairs) > 1:
        code = np.unique(point * np.int64(max(len(sets.sets), 1)) + number)
        point, number = np.divmod(code, max(len(sets.sets), 1))
    return _Missing(point.astype(np.int32), number.astype(np.int32)), lost


def _required(problem: LocationProblem, sets: CoverSets, kept: Kept) -> BoolArray:
    """Return which sets must be covered; raise where a target leaves a choice."""
    required = np.zeros(len(sets.sets), dtype=bool)
    for target in problem.targets:
        missing, lost = _missing(problem, sets, target.tier, target.members)
        if target.at_least_percent >= 100:
            required[missing.set] = True
        else:
            needed = people_needed(problem, target.tier, target.at_least_percent, target.members)
            _require_part(problem, missing, target.members & ~lost, needed * (1 - RELATIVE_TOLERANCE), required)
    for name, value in kept:
        if name == "coverage":
            missing, lost = _missing(problem, sets, None, problem.served)
            _require_part(problem, missing, ~lost, value - RELATIVE_TOLERANCE * abs(value), required)
    return required


def _require_part(
    problem: LocationProblem, missing: _Missing, possible: BoolArray, needed: float, required: BoolArray
) -> None:
    """Require the sets without whose people `needed` cannot be reached; raise where others still are a choice."""
    people = problem.people[missing.point]
    of_set = np.bincount(missing.set, weights=people, minlength=len(required))
    spare = float(problem.people[possible].sum()) - needed
    indispensable = of_set > max(spare, 0.0)
    short = missing.point[~indispensable[missing.set]]
    surely = possible.copy()
    surely[short] = False
    if float(problem.people[surely].sum()) < needed:
        raise _NotACoveringProblemError
    if spare < 0:  # out of reach altogether: the plain model says so, and why
        raise _NotACoveringProblemError
    needless = float(problem.people[possible].sum()) - float(np.sum(of_set)) >= needed
    if not needless:
        required |= indispensable


def _rows(
    problem: LocationProblem, sets: CoverSets, weight: FloatArray, required: BoolArray
) -> tuple[Incidence, FloatArray, BoolArray]:
    """Return the sets that matter as rows over the free sites, with those that everybody needs at the end."""
    rows = _incidence(problem, sets)
    matter = required | (weight > 0)
    rows = rows.select(matter, np.ones(rows.site_count, dtype=bool))
    weight, required = weight[matter], required[matter]
    if problem.assigns_everybody:
        anywhere = tuple(replace(service, standard_minutes=np.inf) for service in problem.services)
        more = _incidence(problem, merge_cover_sets(problem.replace(services=anywhere)))
        start = np.concatenate([rows.start, rows.size + more.start[1:]])
        rows = Incidence(start, np.concatenate([rows.sites, more.sites]), rows.site_count)
        weight = np.concatenate([weight, np.zeros(more.row_count)])
        required = np.concatenate([required, np.ones(more.row_count, dtype=bool)])
    return rows, weight, required


def _incidence(problem: LocationProblem, sets: CoverSets) -> Incidence:
    """Return the sets as rows, sites renumbered among the free ones."""
    number = (np.cumsum(problem.free) - 1).astype(np.int32)
    if isinstance(sets.sets, SetList):
        start, sites = sets.sets.incidence.start, sets.sets.incidence.sites
    else:
        start = np.zeros(len(sets.sets) + 1, dtype=np.int64)
        np.cumsum([len(members) for members in sets.sets], out=start[1:])
        sites = np.array([j for members in sets.sets for j in members], dtype=np.int32)
    return Incidence(start, number[sites], int(problem.free.sum()))
