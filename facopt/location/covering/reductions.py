"""Exact reductions: what can be decided about rows and sites before any search, and where each is valid.

| reduction       | what it does                                           | valid where                         |
|-----------------|--------------------------------------------------------|-------------------------------------|
| equal rows      | rows with the same sites become one, weights summed    | always; a required one makes it so  |
| covered rows    | a row that contains a required row is covered anyway   | always: its weight becomes constant |
| essential sites | the only site of a required row opens                  | always                              |
| idle sites      | a site that covers nothing closes                      | limits are at most, prices not      |
|                 |                                                        | negative                            |
| dominated sites | a site whose rows another site covers too, at no       | limits are at most, and the other   |
|                 | higher price and cost, closes                          | has the same limit or none          |
| components      | parts that share no site are solved apart              | no limit couples sites              |

What would break: with *exactly* n sites a dominated site may be needed to make up the number, so exact numbers never
reach this module (see `translate`, which restates them as at most where that is the same); a row that contains an
optional row is not covered anyway; a dominated site of another group may be the only one its limit allows; components
under one budget compete for it. Targets below 100 percent couple all their rows and stay in the plain model.

All passes do bounded work: column dominance costs the sum of all overlaps, so it stops after a number of comparisons
that depends on the problem alone. Stopping early leaves the problem larger, never wrong.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from facopt.location.compiled import compiled
from facopt.location.covering.merging import merge_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from facopt.location.covering.incidence import Array, BoolArray, Incidence, LongArray
    from facopt.location.covering.problem import CoveringProblem

COMPARISONS = 200_000_000
"""Work allowed to each pass of dominance, in visited pairs: about half a second."""
ROUNDS = 30


def reduce(problem: CoveringProblem, comparisons: int = COMPARISONS) -> CoveringProblem:
    """Apply all reductions until none helps, or the work allowed is done."""
    problem = equal_rows(problem)
    for _ in range(ROUNDS):
        before = problem.rows.row_count, problem.site_count
        problem = covered_rows(problem, comparisons)
        problem = dominated_sites(problem, comparisons)
        problem = essential_sites(problem)
        problem = equal_rows(problem)
        if problem.impossible or (problem.rows.row_count, problem.site_count) == before:
            break
    return problem


def equal_rows(problem: CoveringProblem) -> CoveringProblem:
    """Merge rows with the same sites."""
    rows, number = merge_rows(problem.rows)
    if rows.row_count == problem.rows.row_count:
        return problem
    weight = np.bincount(number, weights=problem.weight, minlength=rows.row_count).astype(np.float64)
    prices = problem.multiplier
    if prices is not None:
        prices = np.bincount(number, weights=prices, minlength=rows.row_count).astype(np.float64)
    required = np.zeros(rows.row_count, dtype=bool)
    required[number[problem.required]] = True
    return replace(problem, rows=rows, weight=weight, required=required, multiplier=prices)


def covered_rows(problem: CoveringProblem, comparisons: int = COMPARISONS) -> CoveringProblem:
    """Count rows that contain a required row as covered."""
    if not problem.required.any():
        return problem
    rows = problem.rows
    order = np.argsort(rows.lengths, kind="stable")
    order = order[problem.required[order]]
    start, members = rows.columns
    settled = _supersets(rows.start, rows.sites, start, members, order, comparisons)
    return problem.decide(settled=settled) if settled.any() else problem


def essential_sites(problem: CoveringProblem) -> CoveringProblem:
    """Open the only site of each required row that has only one."""
    only = np.flatnonzero(problem.required & (problem.rows.lengths == 1))
    if not len(only):
        return problem
    opened = np.zeros(problem.site_count, dtype=bool)
    opened[problem.rows.sites[problem.rows.start[only]]] = True
    return problem.decide(opened=opened)


def dominated_sites(problem: CoveringProblem, comparisons: int = COMPARISONS) -> CoveringProblem:
    """Close sites that cover nothing, and sites that another covers for at no higher price, cost and limit."""
    rows, rules = problem.rows, problem.rules
    order = np.lexsort((-problem.price, rows.column_lengths))
    start, members = rows.columns
    limited = rules.at_most < rules.group_sizes
    group = np.where(limited[rules.group], rules.group, -1).astype(np.int32)
    spent = rules.cost if rules.spending else np.zeros(problem.site_count)
    closed = _dominated(
        (rows.start, rows.sites, rows.lengths), (start, members), order, problem.price, spent, group, comparisons
    )
    return problem.decide(closed=closed) if closed.any() else problem


def components(problem: CoveringProblem) -> Iterator[tuple[BoolArray, BoolArray]]:
    """Yield ((R,) rows, (F,) sites) of each part that shares nothing with the others; all at once under limits."""
    if not problem.rules.free or problem.rows.row_count == 0:
        yield np.ones(problem.rows.row_count, dtype=bool), np.ones(problem.site_count, dtype=bool)
        return
    of_site = _component_of_site(problem.rows)
    of_row = of_site[problem.rows.sites[problem.rows.start[:-1]]]
    for number in np.unique(of_row):
        yield of_row == number, of_site == number


def _component_of_site(rows: Incidence) -> LongArray:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    first = np.repeat(rows.sites[rows.start[:-1]], rows.lengths)
    links = coo_array(
        (np.ones(rows.size, dtype=np.int8), (first, rows.sites)), shape=(rows.site_count, rows.site_count)
    )
    labels: LongArray = connected_components(links, directed=False)[1].astype(np.int64)
    return labels


@compiled
def _contained(mark: Array, owner: int, members: Array, first: int, last: int, length: int) -> tuple[bool, int]:
    """Return whether all `length` places that carry the owner's mark are among the members, and how many were read."""
    missing = length
    x = first
    while x < last and missing > 0 and last - x >= missing:
        missing -= mark[members[x]] == owner
        x += 1
    return missing == 0, x - first


@compiled
def _supersets(start: Array, sites: Array, begin: Array, members: Array, order: Array, comparisons: int) -> Array:
    """Mark rows that contain an earlier row of `order` (the required rows, shortest first)."""
    settled = np.zeros(start.size - 1, np.bool_)
    mark = np.full(begin.size - 1, -1, np.int64)
    work = 0
    for k in order:
        if settled[k]:
            continue
        length = start[k + 1] - start[k]
        rarest = sites[start[k]]
        for t in range(start[k], start[k + 1]):
            mark[sites[t]] = k
            if begin[sites[t] + 1] - begin[sites[t]] < begin[rarest + 1] - begin[rarest]:
                rarest = sites[t]
        for t in range(begin[rarest], begin[rarest + 1]):
            q = members[t]
            if q == k or settled[q] or start[q + 1] - start[q] < length:
                continue
            contained, looked_at = _contained(mark, k, sites, start[q], start[q + 1], length)
            work += looked_at
            settled[q] = contained
        if work > comparisons:
            break
    return settled


@compiled
def _dominated(
    by_row: Any, by_site: Any, order: Array, price: Array, spent: Array, group: Array, comparisons: int
) -> Array:
    """Mark sites that another site, itself not marked, can stand in for; the dearest of the smallest first."""
    start, sites, lengths = by_row
    begin, members = by_site
    closed = np.zeros(begin.size - 1, np.bool_)
    mark = np.full(start.size - 1, -1, np.int64)
    work = 0
    for i in order:
        length = begin[i + 1] - begin[i]
        if length == 0:
            closed[i] = True
            continue
        shortest = members[begin[i]]
        for t in range(begin[i], begin[i + 1]):
            mark[members[t]] = i
            if lengths[members[t]] < lengths[shortest]:
                shortest = members[t]
        for t in range(start[shortest], start[shortest + 1]):
            j = sites[t]
            if j == i or closed[j] or begin[j + 1] - begin[j] < length or price[j] > price[i] or spent[j] > spent[i]:
                continue
            if group[j] >= 0 and group[j] != group[i]:
                continue
            closed[i], looked_at = _contained(mark, i, members, begin[j], begin[j + 1], length)
            work += looked_at
            if closed[i]:
                break
        if work > comparisons:
            break
    return closed
