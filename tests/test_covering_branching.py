"""Branch and bound on the dual bound: the same optimum as looking at every plan, and a bound wherever it is stopped."""

from __future__ import annotations

import numpy as np
import pytest

from facopt.location.covering.branching import branch
from facopt.location.covering.problem import CoveringProblem, SiteRules
from facopt.location.covering.progress import Progress
from facopt.location.solver import SolverSettings
from tests.covering_cases import best_covering, random_covering


def begun(problem: CoveringProblem, seconds: float = 60.0) -> Progress:
    """Return a search that knows nothing but the empty plan, nothing reduced."""
    search = Progress(problem, SolverSettings(time_limit_seconds=seconds, gap=0.0))
    search.offer(np.zeros(problem.site_count, dtype=bool))
    return search


def test_branching_alone_finds_the_best_of_all_plans() -> None:
    """Under counts, groups, budgets and prices branching alone ends with the best of all plans, proven."""
    divided = 0
    for seed in range(800):
        problem = random_covering(seed)
        search = begun(problem)
        if search.best is None or problem.rows.row_count == 0:
            continue  # rows are required: the empty plan is none
        branch(search, 10_000)
        assert search.closed, seed
        assert search.value == pytest.approx(best_covering(problem)), seed
        assert search.best is not None
        assert problem.value(search.best) == pytest.approx(search.value)
        divided += ", 0 left" in search.log[-1] and not search.log[-1].startswith("1 nodes")
    assert divided > 30


def test_a_stopped_tree_still_bounds_the_best_plan() -> None:
    """Stopped after any number of nodes, the best plan lies between value and bound, and more nodes never loosen it."""
    enclosed = 0
    for seed in range(12):
        rng = np.random.default_rng(seed)
        matrix = rng.random((60, 14)) < 0.2
        row, site = np.nonzero(matrix)
        start = np.searchsorted(row, np.arange(61)).astype(np.int64)
        rows = type(random_covering(0).rows)(start, site.astype(np.int32), 14)
        problem = CoveringProblem.of(rows, rng.integers(1, 50, 60).astype(float), SiteRules.count(14, 4))
        best = best_covering(problem)
        assert best is not None
        bounds = []
        for nodes in (1, 3, 9, 10_000):
            search = begun(problem)
            branch(search, nodes)
            bounds.append(search.bound)
            assert search.value - 1e-9 <= best <= search.bound + 1e-9, (seed, nodes)
            enclosed += search.bound > search.value
        assert bounds == sorted(bounds, reverse=True)
        assert bounds[-1] == pytest.approx(best)
    assert enclosed > 5


def test_no_time_means_no_proof() -> None:
    """Where the time is over before it begins, nothing is claimed that is not known."""
    problem = random_covering(0)
    search = begun(problem, seconds=-1.0)
    branch(search, 100)
    assert search.bound >= (best_covering(problem) or 0.0)
