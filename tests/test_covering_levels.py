"""Location problems whose levels go the way of large covering problems, against every plan of small ones."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from facopt.location.covering import level
from facopt.location.covering.solve import solve_covering
from facopt.location.covering.translate import translate
from facopt.location.referee import evaluate
from facopt.location.search import solve_location
from facopt.location.solution import Status
from facopt.location.solver import SolverSettings
from tests.location_cases import best_by_enumeration, finish, random_problem

SETTINGS = SolverSettings(time_limit_seconds=60, gap=0.0)


@pytest.fixture
def large_from_the_first_pair(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every problem count as large."""
    monkeypatch.setattr(level, "SMALL", 0)


@pytest.mark.parametrize("block", range(4))
@pytest.mark.usefixtures("large_from_the_first_pair")
def test_plans_equal_enumeration(block: int) -> None:
    """Each level's value is that of the best plan, whatever the rules; without a plan the answer is infeasible."""
    for seed in range(150 * block, 150 * (block + 1)):
        problem = finish(random_problem(seed))
        if not {"coverage", "cost", "sites"} & set(problem.objective):
            continue
        expected = best_by_enumeration(problem)
        solution = solve_location(problem, SETTINGS)
        if expected is None:
            assert solution.status is Status.INFEASIBLE, seed
            continue
        assert solution.status is Status.OPTIMAL, (seed, solution.levels)
        values = tuple(each.value for each in solution.levels)
        assert values == pytest.approx(expected, rel=1e-9, abs=1e-9), (seed, problem.objective)
        assert solution.evaluation is not None
        assert not solution.evaluation.violations


def test_first_levels_translate() -> None:
    """Most first levels are covering problems with the location problem's optimum and valid plans."""
    kinds: Counter[str] = Counter()
    for seed in range(1500):
        problem = finish(random_problem(seed))
        name = problem.objective[0]
        translation = translate(problem, name, ()) if name in level.LEVELS else None
        if translation is None:
            continue
        expected = best_by_enumeration(problem.replace(objective=(name,)) if not problem.assigns_everybody else problem)
        result = solve_covering(translation.covering, SETTINGS)
        kinds[f"{name}, {'plan' if expected else 'none'}"] += 1
        if expected is None:
            assert result.status is Status.INFEASIBLE, seed
            continue
        sign = 1 if name == "coverage" else -1
        assert sign * result.value == pytest.approx(expected[0], rel=1e-9, abs=1e-9), seed
        plan = level._plan(problem, translation, result.open)
        assert not evaluate(problem, plan).violations, seed
    assert min(kinds[f"{name}, plan"] for name in level.LEVELS) > 40, kinds
    assert sum(count for kind, count in kinds.items() if "none" in kind) > 40, kinds


def test_small_problems_stay_with_the_plain_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small problem never meets the machinery of large ones."""

    def fail(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr("facopt.location.covering.solve.solve_covering", fail)
    problem = finish(random_problem(0)).replace(objective=("coverage",))
    assert level.covering_level("coverage", problem, None) is None  # type: ignore[arg-type]


def test_medium_problems_agree_with_the_plain_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """On problems of a few hundred points both ways prove the same values, level by level."""
    from tests.covering_cases import medium_location

    for seed in range(6):
        problem = medium_location(seed)
        plain = solve_location(problem, SETTINGS)
        monkeypatch.setattr(level, "SMALL", 0)
        large = solve_location(problem, SETTINGS)
        monkeypatch.undo()
        assert large.status is plain.status is Status.OPTIMAL
        assert [each.value for each in large.levels] == pytest.approx([each.value for each in plain.levels])


@pytest.mark.usefixtures("large_from_the_first_pair")
def test_same_seed_same_plan() -> None:
    """Two searches with the same seed open the same sites."""
    from tests.covering_cases import medium_location

    for seed in range(3):
        problem = medium_location(seed)
        first, second = (solve_location(problem, SETTINGS) for _ in range(2))
        assert first.open is not None
        assert np.array_equal(first.open, second.open)


@pytest.mark.usefixtures("large_from_the_first_pair")
def test_without_time_the_gap_is_honest() -> None:
    """Stopped at once, the plan comes with a bound that the optimum keeps to, and is never called optimal."""
    from dataclasses import replace

    from tests.covering_cases import medium_location

    problem = medium_location(0)
    best = solve_location(problem, SETTINGS).levels[0].value
    stopped = solve_location(problem, replace(SETTINGS, stop=lambda: True))
    assert stopped.status is Status.FEASIBLE
    assert stopped.effort.limit == "interrupted"
    assert stopped.levels[0].value <= best <= stopped.levels[0].bound
