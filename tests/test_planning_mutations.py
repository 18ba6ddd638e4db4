"""What the comparison with all plans would notice: a rule, or rows of the model, left out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from facopt.errors import RefereeError
from facopt.location.planning.limits import Budget
from facopt.location.planning.model import PlanModel
from facopt.location.planning.problem import LevelWish, Stated
from facopt.objectives import objective_classes
from facopt.rules.must_not_open import MustNotOpen
from facopt.rules.must_open import MustOpen
from tests.planning_cases import RULES, draw
from tests.planning_lp import two_tiers
from tests.test_planning_brute_force import difference

TRIES = 60
"""Problems looked at before a mistake counts as unnoticed."""
GROUPS = {
    "stays": "three_stages", "leave": "extend", "partner": "merge", "newcomer": "relocate", "set_covered": "coverage",
    "assigned": "split", "once": "split", "capacity": "split", "open_for": "split", "least_load": "least_load",
    "prefers": "nearest", "exact": "Gap", "everybody": "everybody",
    "travels": "travel", "travels_to": "travel", "honest": "need_travel", "credits": "gradual_coverage",
    "credits_to": "gradual_coverage", "keep": "coverage",
}  # fmt: skip
"""Groups of rows by the beginning of their names, and a family of problems that needs them. `somewhere` is implied."""


@pytest.mark.parametrize("name", sorted(set(RULES) - {"ApprovedException"}))
def test_a_rule_left_out_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the rows of a rule, and the referee silent on it, some answer differs from that of all plans."""
    kind = next(type(stated.rule) for stated in draw(0, name).rules if type(stated.rule).__name__ == name)
    monkeypatch.setattr(kind, "rows", lambda _self, _model: None)
    monkeypatch.setattr(kind, "broken", lambda _self, _outcome: iter(()))
    assert any(difference(draw(seed, name)) for seed in range(TRIES))


def test_a_forgotten_exception_is_noticed() -> None:
    """Where the solver asks for those who are excused, too, some answer differs."""
    problems = (draw(seed, "excused") for seed in range(TRIES))
    assert any(difference(one, one.replace(labels=replace(one.labels, excused=None))) for one in problems)


def _rules(problem, *rules):
    return problem.replace(rules=tuple(Stated(f"rules.{n}", rule) for n, rule in enumerate(rules)))


def _by_hand(group: str):
    """Two tiers: little money covers p1 alone; s3 open and s1 closed put the classes 100 points apart."""
    if group == "all":
        coverage = LevelWish(objective_classes()["coverage"]())
        return _rules(two_tiers(), Budget(50.0)).replace(levels=(coverage,))
    gap = two_tiers().rules[0].rule
    opened, closed = MustOpen(kind="must_open", sites=("s3",)), MustNotOpen(kind="must_not_open", sites=("s1",))
    return _rules(two_tiers(), gap, opened, closed)


@pytest.mark.parametrize("group", ["all", "least"])
def test_rows_of_several_tiers_left_out_are_noticed(group: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who needs two tiers is covered by both, no more and no less."""
    assert difference(_by_hand(group)) == ""
    _leave_out(group, monkeypatch)
    assert _noticed(_by_hand(group))


@pytest.mark.parametrize("group", sorted(GROUPS))
def test_rows_left_out_are_noticed(group: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a group of the model's own rows some answer differs, or the referee refuses the plan."""
    _leave_out(group, monkeypatch)
    first = 20 if group == "open_for" else 0
    assert any(_noticed(draw(seed, GROUPS[group])) for seed in range(first, first + TRIES))


def _leave_out(group: str, monkeypatch: pytest.MonkeyPatch) -> None:
    add = PlanModel.row

    def without(self, name: str, left, **bounds) -> None:
        if name.rstrip("_0123456789") != group and not _begins(name, group):
            add(self, name, left, **bounds)

    monkeypatch.setattr(PlanModel, "row", without)


def _begins(name: str, group: str) -> bool:
    """Whether a row is of a group: its name goes on with numbers only, but for levels kept."""
    return group == "keep" and name.startswith("keep_")


def _noticed(problem) -> bool:
    try:
        return bool(difference(problem))
    except RefereeError:
        return True


def test_a_plain_problem_shows_no_difference() -> None:
    """The comparison is silent where nothing is left out."""
    problem = draw(0, "coverage")
    assert difference(problem) == ""
    assert difference(problem.replace(levels=(replace(problem.levels[0], tolerance_percent=0.0),))) == ""
