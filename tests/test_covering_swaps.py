"""The table of swaps: what it says is what a recount says, and its plans keep the rules and never get worse."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from facopt.location.covering import swaps
from facopt.location.covering.greedy import greedy
from facopt.location.covering.incidence import from_pairs
from facopt.location.covering.problem import CoveringProblem, SiteRules
from tests.covering_cases import best_covering


def covering(seed: int) -> CoveringProblem:
    """Return 40 rows and 12 sites in two groups, in half the cases with a budget."""
    rng = np.random.default_rng(seed)
    row, site = np.nonzero(rng.random((40, 12)) < 0.25)
    rows = from_pairs(row.astype(np.int32), site.astype(np.int32), 40, 12)
    problem = CoveringProblem.of(rows, rng.integers(1, 40, 40).astype(float), SiteRules.count(12, 4))
    group = rng.integers(0, 2, 12).astype(np.int32)
    rules = replace(problem.rules, group=group, at_most=np.array([2, 2], dtype=np.int64))
    if seed % 2:
        rules = replace(rules, cost=rng.integers(1, 9, 12).astype(float), budget=16.0)
    return replace(problem, rules=rules)


def begun(problem: CoveringProblem) -> np.ndarray:
    opened = np.zeros(problem.site_count, dtype=bool)
    opened[greedy(problem).order] = True
    return opened


@pytest.mark.parametrize("seed", range(12))
def test_the_table_says_what_a_recount_says(seed: int) -> None:
    """After any number of kicks, gains, what sites save each other, and the value are those counted from the plan."""
    problem = covering(seed)
    search = swaps.Swaps(problem, begun(problem), seed)
    for _ in range(6):
        search.run(3, lambda: False)
        _, open_at, count, _, gain, saved = search.state
        matrix = np.zeros((problem.rows.row_count, problem.site_count), dtype=bool)
        for k in range(problem.rows.row_count):
            matrix[k, problem.rows.row(k)] = True
        covered_by = matrix[:, open_at].sum(axis=1)
        assert np.array_equal(count, covered_by)
        assert np.array_equal(gain, problem.weight @ (matrix & (covered_by == 0)[:, None]))
        for q, site in enumerate(open_at):
            alone = matrix[:, site] & (covered_by == 1)
            assert np.array_equal(saved[:, q], problem.weight @ (matrix & alone[:, None]))
        assert search.value == problem.weight[covered_by > 0].sum()


def test_plans_keep_the_rules_and_end_near_the_best() -> None:
    """Every plan keeps groups and budget, none is worse than the start, and most are the best of all."""
    best = 0
    for seed in range(30):
        problem = covering(seed)
        opened = begun(problem)
        found = swaps.Swaps(problem, opened, 1).run(60, lambda: False)
        assert problem.rules.allow(found), seed
        assert problem.value(found) >= problem.value(opened)
        best += problem.value(found) == best_covering(problem)
    assert best > 15


def test_the_same_seed_gives_the_same_plan_in_parts_or_at_once() -> None:
    """Kicks made in several calls are those made in one; another seed may find another plan."""
    problem = covering(4)
    at_once = swaps.Swaps(problem, begun(problem), 7).run(20, lambda: False)
    parts = swaps.Swaps(problem, begun(problem), 7)
    for _ in range(4):
        plan = parts.run(5, lambda: False)
    assert np.array_equal(at_once, plan)


def test_only_tables_that_pay_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing open, everything open, or too many pairs of closed and open site: no table."""
    problem = covering(0)
    none, every = np.zeros(12, dtype=bool), np.ones(12, dtype=bool)
    assert not swaps.fits(problem, none)
    assert not swaps.fits(problem, every)
    assert swaps.fits(problem, begun(problem))
    monkeypatch.setattr(swaps, "LARGEST_TABLE", 12)
    assert not swaps.fits(problem, begun(problem))
