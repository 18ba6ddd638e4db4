"""The one place where PuLP objects are built; works with PuLP 3.3 and with PuLP 4."""

from __future__ import annotations

import re
from math import inf, isinf
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from facopt.location.linear_model import LinearModel


def build(model: LinearModel, name: str = "facopt") -> tuple[Any, list[Any]]:
    """Return (pulp.LpProblem, its variables in column order) that states the model as a minimisation."""
    import pulp

    problem = pulp.LpProblem(_plain(name), pulp.LpMinimize)
    columns = [
        problem.add_variable(
            _plain(label), low, None if isinf(high) else high, pulp.LpInteger if whole else pulp.LpContinuous
        )
        for label, low, high, whole in zip(model.column_names, model.lower, model.upper, model.integer, strict=True)
    ]
    problem.setObjective(_linear([(columns[i], amount) for i, amount in model.objective.items()]))
    for label, terms, low, high in zip(model.row_names, model.row_terms, model.row_lower, model.row_upper, strict=True):
        if not terms:
            continue  # LinearModel.contradiction has looked at these
        expression = [(columns[i], amount) for i, amount in terms]
        for suffix, sense, right in _sides(low, high):
            problem.addConstraint(_constraint(expression, sense, right, _plain(label) + suffix))
    return problem, columns


def write_lp(model: LinearModel, path: Path) -> None:
    """Write the model in the LP format that every solver reads."""
    build(model)[0].writeLP(str(path))


def _sides(low: float, high: float) -> list[tuple[str, int, float]]:
    import pulp

    if low == high:
        return [("", pulp.LpConstraintEQ, low)]
    sides = []
    if low > -inf:
        sides.append(("" if isinf(high) else "_low", pulp.LpConstraintGE, low))
    if high < inf:
        sides.append(("" if isinf(low) else "_high", pulp.LpConstraintLE, high))
    return sides


def _linear(terms: list[tuple[Any, float]]) -> Any:
    import pulp

    expression = pulp.LpAffineExpression
    return expression.from_list(terms) if hasattr(expression, "from_list") else expression(terms)


def _constraint(terms: list[tuple[Any, float]], sense: int, right: float, name: str) -> Any:
    """PuLP 3 takes the name in the constraint; PuLP 4 makes constraints by comparing, and names them on adding."""
    import pulp

    if not hasattr(pulp.LpAffineExpression, "from_list"):
        return pulp.LpConstraint(pulp.LpAffineExpression(terms), sense, name, right)
    expression = _linear(terms)
    if sense == pulp.LpConstraintEQ:
        constraint = expression == right
    else:
        constraint = expression >= right if sense == pulp.LpConstraintGE else expression <= right
    constraint.name = name
    return constraint


def _plain(label: str) -> str:
    """Return a name that the LP format allows."""
    return re.sub(r"[^A-Za-z0-9_]", "_", label)
