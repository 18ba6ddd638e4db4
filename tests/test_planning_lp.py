"""The rows of each rule and objective on a county that fits on a sheet of paper, read by eye and kept as LP text.

`python -m tests.test_planning_lp` writes the files anew; read what changed before keeping it.
"""

from __future__ import annotations

import inspect
import re
from math import inf
from pathlib import Path

import pytest

from facopt.location.planning import limits, model
from facopt.location.solver import SolverSettings, solve
from facopt.objectives import objective_classes
from facopt.rules import rule_classes
from tests.planning_lp import (
    WORST_TRAVEL_LIMIT,
    core_examples,
    lp_text,
    objective_examples,
    rule_examples,
    stated_model,
)
from tests.planning_oracle import best_values, candidates

GOLDEN = Path(__file__).parent / "golden" / "lp"
PAGE = Path(__file__).parents[1] / "docs" / "planning.md"
EXAMPLES = {
    **{f"rule_{name}": one for name, one in rule_examples().items()},
    **{f"objective_{name}": one for name, one in objective_examples().items()},
    **{f"model_{name}": one for name, one in core_examples().items()},
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_lp_is_as_it_was_read(name: str) -> None:
    """The rows are those that were read by eye, to the byte."""
    assert lp_text(EXAMPLES[name]) == (GOLDEN / f"{name}.lp").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", EXAMPLES)
def test_lp_text_has_the_answer_of_all_plans(name: str) -> None:
    """HiGHS reads the text, and its optimum is that of the best of all plans in plain Python."""
    import highspy

    problem = EXAMPLES[name]
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    assert highs.readModel(str(GOLDEN / f"{name}.lp")) == highspy.HighsStatus.kOk
    highs.run()
    read = highs.getInfo().objective_function_value
    built, _ = stated_model(problem)
    solved = solve(built.linear, SolverSettings())
    expected = _expected(problem)
    if expected is None:
        assert highs.getModelStatus() == highspy.HighsModelStatus.kInfeasible
        assert solved.values is None
    else:
        assert solved.objective == pytest.approx(read)
        assert _value(problem, read) == pytest.approx(expected)


def _expected(problem) -> float | None:
    """The best value of the only level; for worst_travel the least money within its limit."""
    if problem.levels[0].objective.name == "worst_travel":
        kept = [("worst_travel", WORST_TRAVEL_LIMIT)]
        return min((one.best("cost", kept) for one in candidates(problem) if one.best("cost", kept) is not None),
                   default=None)  # fmt: skip
    values = best_values(problem)
    return None if values is None else values[0]


def _value(problem, minimum: float) -> float:
    """The objective of a minimum: its sign turned back, and what does not depend on the plan added."""
    objective = problem.levels[0].objective
    if objective.name == "worst_travel":
        return minimum
    built, _ = stated_model(problem)
    return (-minimum if objective.maximise else minimum) + objective.expression(built).constant


def test_every_rule_and_objective_has_its_text() -> None:
    """A rule, limit or objective without an example, and a file without either, are found by name."""
    limit_names = {name for name, one in inspect.getmembers(limits, inspect.isclass)
                   if one.__module__ == limits.__name__ and hasattr(one, "broken")}  # fmt: skip
    assert set(rule_examples()) == {one.__name__ for one in rule_classes()} | limit_names
    assert set(objective_examples()) == set(objective_classes())
    assert {path.stem for path in GOLDEN.glob("*.lp")} == set(EXAMPLES)


def test_rows_of_the_page_are_those_of_the_model() -> None:
    """docs/planning.md has the numbered rows of the model's own text, word for word, blanks aside."""
    text = inspect.getdoc(model) or ""
    rows = _numbered(text[text.index("Rows\n") : text.index("Rules and objectives add rows")])
    page = PAGE.read_text(encoding="utf-8")
    start = page.index("## Rows of the model")
    assert rows == _numbered(page[start : page.index("\n## ", start + 1)])
    assert list(rows) == [str(n) for n in range(1, len(rows) + 1)]


def _numbered(text: str) -> dict[str, str]:
    """The text of each row by its number, every run of blanks one."""
    found = re.findall(r"^\s*\((\d+)\) (.*?)(?=^\s*\(\d+\) |\Z)", text, flags=re.MULTILINE | re.DOTALL)
    return {number: " ".join(row.replace("```", "").split()) for number, row in found}


def test_page_has_each_rule_and_objective() -> None:
    """docs/planning.md says the rows of every rule and the value of every objective."""
    page = PAGE.read_text(encoding="utf-8")
    assert inf > len(page) > 0
    for name in [*rule_examples(), *objective_examples()]:
        assert f"| `{name}` |" in page, name


def write_all() -> None:
    """Write every file anew."""
    GOLDEN.mkdir(parents=True, exist_ok=True)
    for name, problem in EXAMPLES.items():
        (GOLDEN / f"{name}.lp").write_text(lp_text(problem), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write_all()
