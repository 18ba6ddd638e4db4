"""Plans equal the best of all plans, found by looking at every one, on many small random problems."""

from __future__ import annotations

from dataclasses import replace

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
    """The conflict is impossible by itself and possible without any of its members; every way out leads to a plan."""
    verified = 0
    for seed in range(300):
        problem = finish(random_problem(seed))
        if best_by_enumeration(problem) is not None:
            continue
        solution = solve_location(problem, SETTINGS)
        conflict = set(solution.conflict)
        assert solution.conflict_is_smallest, seed
        assert best_by_enumeration(_only(problem, conflict)) is None, (seed, conflict)
        for key in conflict:
            assert best_by_enumeration(_only(problem, conflict - {key})) is not None, (seed, conflict, key)
        for one in solution.relaxations:
            if not one.together:
                verified += 1
                assert best_by_enumeration(_relaxed(problem, one)) is not None, (seed, one)
        if solution.relaxations and solution.relaxations[0].together:
            changed = problem
            for one in solution.relaxations:
                changed = _relaxed(changed, one)
            verified += 1
            assert best_by_enumeration(changed) is not None, seed
    assert verified > 20


def _only(problem, keys):
    """Return the problem with the statements of some keys alone."""
    return problem.replace(
        targets=tuple(target for target in problem.targets if target.key in keys),
        site_limits=tuple(limit for limit in problem.site_limits if limit.key in keys),
        budget=problem.budget if "limits.budget" in keys else None,
        must_open=problem.must_open if "facilities" in keys else problem.must_open & problem.existing,
        objective=problem.objective if "objective" in keys else ("cost",),
    )


def _relaxed(problem, one):
    """Return the problem with a way out taken."""
    if one.unit == "statement":
        known = {"limits.budget", "facilities", "objective"}
        stated = {target.key for target in problem.targets} | {limit.key for limit in problem.site_limits}
        return _only(problem, (known | stated) - {one.key})
    if one.key == "limits.budget":
        return problem.replace(budget=one.needed)
    if one.field == "standard_minutes":
        services = tuple(
            replace(service, standard_minutes=one.needed) if one.key == f"tiers.{service.tier}" else service
            for service in problem.services
        )
        return problem.replace(services=services)
    return problem.replace(
        targets=tuple(replace(t, at_least_percent=one.needed) if t.key == one.key else t for t in problem.targets),
        site_limits=tuple(replace(x, count=round(one.needed)) if x.key == one.key else x for x in problem.site_limits),
    )
