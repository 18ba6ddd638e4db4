"""What the comparison with all plans would notice: a rule, or rows of the model, left out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from facopt.errors import RefereeError
from facopt.location.planning.model import PlanModel
from tests.planning_cases import RULES, draw
from tests.test_planning_brute_force import difference

TRIES = 60
"""Problems looked at before a mistake counts as unnoticed."""
GROUPS = {
    "stays": "three_stages", "leave": "extend", "partner": "merge", "newcomer": "relocate", "set_covered": "coverage",
    "assigned": "split", "once": "split", "capacity": "split", "open_for": "split", "least_load": "least_load",
    "prefers": "nearest", "all": "coverage", "exact": "Gap", "least": "nested", "everybody": "everybody",
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


@pytest.mark.parametrize("group", sorted(GROUPS))
def test_rows_left_out_are_noticed(group: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a group of the model's own rows some answer differs, or the referee refuses the plan."""
    add = PlanModel.row

    def without(self, name: str, left, **bounds) -> None:
        if name.rstrip("_0123456789") != group and not _begins(name, group):
            add(self, name, left, **bounds)

    monkeypatch.setattr(PlanModel, "row", without)
    first = 20 if group == "open_for" else 0
    assert any(_noticed(draw(seed, GROUPS[group])) for seed in range(first, first + TRIES))


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
