"""Plans equal the best of all plans, found by looking at every one, on many small random problems."""

from __future__ import annotations

import numpy as np
import pytest

from facopt.location.referee import evaluate
from facopt.location.search import solve_location
from facopt.location.solution import Status
from facopt.location.solver import SolverSettings
from tests.location_cases import best_by_enumeration, finish, plan_values, random_problem

SETTINGS = SolverSettings(time_limit_seconds=60, gap=0.0)


@pytest.mark.parametrize("block", range(8))
def test_plans_equal_enumeration(block: int) -> None:
    """Each level's value is that of the best plan; where there is no plan, the answer is infeasible."""
    for seed in range(50 * block, 50 * (block + 1)):
        problem = finish(random_problem(seed))
        expected = best_by_enumeration(problem)
        solution = solve_location(problem, SETTINGS)
        if expected is None:
            assert solution.status is Status.INFEASIBLE, seed
            continue
        assert solution.status is Status.OPTIMAL, (seed, solution.levels)
        values = tuple(level.value for level in solution.levels)
        assert values == pytest.approx(expected, rel=1e-9, abs=1e-9), (seed, problem.objective)
        assert solution.evaluation is not None
        assert not solution.evaluation.violations


def test_referee_agrees_with_plain_python() -> None:
    """The referee's values of random plans, good or bad, are those of an independent recomputation in loops."""
    compared = 0
    for seed in range(400):
        problem = finish(random_problem(seed))
        rng = np.random.default_rng(seed)
        opened = problem.must_open | (problem.free & (rng.random(problem.site_count) < 0.5))
        expected = plan_values(problem, {int(j) for j in np.flatnonzero(opened)})
        evaluation = evaluate(problem, opened)
        assert (expected is None) == bool(evaluation.violations), (seed, evaluation.violations)
        if expected is not None:
            compared += 1
            assert {name: evaluation.value(name) for name in expected} == pytest.approx(expected), seed
    assert compared > 100


def test_ways_out_of_an_infeasible_problem_work() -> None:
    """A relaxation that is said to be enough alone gives a problem that has a plan, and a little less does not."""
    verified = 0
    for seed in range(300):
        problem = finish(random_problem(seed))
        if best_by_enumeration(problem) is not None:
            continue
        solution = solve_location(problem, SETTINGS)
        for relaxation in solution.relaxations:
            if not relaxation.together:
                verified += 1
                assert best_by_enumeration(_relaxed(problem, relaxation.key, relaxation.needed)) is not None, seed
        if solution.relaxations and solution.relaxations[0].together:
            changed = problem
            for relaxation in solution.relaxations:
                changed = _relaxed(changed, relaxation.key, relaxation.needed)
            verified += 1
            assert best_by_enumeration(changed) is not None, seed
    assert verified > 20


def _relaxed(problem, key, needed):
    if key == "limits.budget":
        return problem.replace(budget=needed)
    from dataclasses import replace

    return problem.replace(
        targets=tuple(replace(t, at_least_percent=needed) if t.key == key else t for t in problem.targets),
        site_limits=tuple(replace(x, count=round(needed)) if x.key == key else x for x in problem.site_limits),
    )
