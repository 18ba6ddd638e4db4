"""What is kept of a level, which plans are taken, and when a level counts as proven."""

from __future__ import annotations

from dataclasses import replace

import pytest

from facopt.errors import RefereeError
from facopt.location.planning.limits import Budget, CoverageTarget
from facopt.location.planning.plan import Plan, no_assignment
from facopt.location.planning.problem import LevelWish, Stated
from facopt.location.planning.search import Chain, Kept, solve_planning
from facopt.location.solution import Level, Status
from facopt.location.solver import SolverSettings
from facopt.objectives import objective_classes
from tests.planning_lp import PEOPLE, county

BUILD_S2, BUILD_S3, CLOSE_S1 = 0, 1, 2


def wish(name: str, tolerance: float = 0.0) -> LevelWish:
    """A level by the name of its objective."""
    return LevelWish(objective_classes()[name](), tolerance)


def test_kept_values_give_back_their_tolerance() -> None:
    """Of 200, 10 percent may be given back: down to 180 where more is better, up to 220 where less is."""
    most, least = Kept(wish("coverage", 10.0), 200.0), Kept(wish("cost", 10.0), 200.0)
    assert most.limit == pytest.approx(180.0)
    assert least.limit == pytest.approx(220.0)
    assert [most.holds(180.0), most.holds(179.9)] == [True, False]
    assert [least.holds(220.0), least.holds(220.1)] == [True, False]


@pytest.mark.parametrize(
    ("value", "bound", "tolerance", "proven"),
    [
        (80.0, 100.0, 20.0, True),
        (79.9, 100.0, 20.0, False),
        (120.0, 100.0, 20.0, True),
        (121.0, 100.0, 20.0, False),
        (100.0, 100.00001, 0.0, True),
        (100.0, 101.0, 0.0, False),
        (0.0, 0.0, 0.0, True),
        (100.0, None, 50.0, False),
        (None, 100.0, 50.0, False),
    ],
)
def test_a_tolerance_is_a_share_of_the_best_value(value, bound, tolerance: float, proven: bool) -> None:
    """A level is proven where no more was given back than its tolerance of the proven bound."""
    assert Level("coverage", value, bound, tolerance).proven is proven


def test_a_tolerance_is_used_by_the_next_level() -> None:
    """All 65 people cost 135 with s3; where half and a little more may be left, s2 for 90 will do; of 12, nothing."""
    found = []
    for tolerance in (0.0, 51.0, 82.0):
        problem = county().replace(levels=(wish("coverage", tolerance), wish("cost")))
        solution = solve_planning(problem, SolverSettings())
        assert solution.status is Status.OPTIMAL
        found.append([level.value for level in solution.levels])
    assert found == [pytest.approx([65, 135]), pytest.approx([32, 90]), pytest.approx([12, 0])]


def test_a_first_plan_that_breaks_a_rule_is_an_error() -> None:
    """Where the solver's first plan breaks a rule there is a mistake in the formulation, and it is said."""
    chain = Chain(county().replace(rules=(Stated("limits.budget", Budget(90.0)),)), SolverSettings())
    with pytest.raises(RefereeError, match=r"limits\.budget: 100 is spent, 90 is allowed"):
        chain.take(wish("cost"), Plan(((BUILD_S2, 0),), no_assignment(chain.problem)))


def test_later_plans_are_taken_only_where_they_lose_nothing() -> None:
    """A plan that breaks a rule, loses what is kept or is worse at its level is left; a better one is taken."""
    chain = Chain(county().replace(rules=(Stated("limits.budget", Budget(160.0)),)), SolverSettings())

    def take(name: str, *made: tuple[int, int]) -> bool:
        return chain.take(wish(name), Plan(made, no_assignment(chain.problem)))

    assert take("cost", (BUILD_S2, 1))
    assert not take("coverage", (BUILD_S2, 0), (BUILD_S3, 1))
    assert not take("cost", (BUILD_S3, 1))
    chain.kept.append(Kept(wish("coverage"), 32.0))
    assert not take("cost")
    assert chain.outcome is not None
    assert chain.outcome.plan.made == ((BUILD_S2, 1),)
    assert take("coverage", (BUILD_S3, 1))


def test_a_plan_without_moves_is_proven() -> None:
    """Where nothing may be built and people only have to be assigned, the answer is a linear program's, and proven."""
    problem = county(assigned=True, stages=1).replace(levels=(wish("travel"),), moves=(), assigns_everybody=True)
    options = tuple(replace(one, capacity=60.0) if one.open else one for one in problem.options)
    solution = solve_planning(problem.replace(options=options), SolverSettings())
    assert solution.status is Status.OPTIMAL
    assert [(level.value, level.bound) for level in solution.levels] == [(10 * 5 + 30 * 28, 10 * 5 + 30 * 28)]


def test_no_plan_is_said_and_why() -> None:
    """Everybody covered for 90 cannot be; the answer names both statements."""
    rules = (
        Stated("limits.budget", Budget(90.0)),
        Stated("targets.0", CoverageTarget(0, 100.0, PEOPLE, range(1, 2))),
    )
    solution = solve_planning(county().replace(rules=rules), SolverSettings())
    assert solution.status is Status.INFEASIBLE
    assert solution.outcome is None
    assert solution.plan is None
    assert set(solution.conflict) == {"limits.budget", "targets.0"}


def test_the_names_of_levels_are_told_as_they_begin() -> None:
    """Who listens hears each level and the last step."""
    heard: list[str] = []
    solve_planning(county().replace(levels=(wish("coverage"), wish("sites"))), SolverSettings(), heard.append)
    assert heard == ["coverage", "sites", "assignment"]
