"""Whether facopt works on this machine: versions, solvers, memory, and a small solve."""

from __future__ import annotations

import os
from typing import Any

from facopt.provenance import package_versions

WANTED_SOLVERS = ("highs", "cbc")


def diagnose() -> dict[str, Any]:
    """Return versions, processors, what each solver answers to a small problem, and whether facopt is usable."""
    solvers = {name: _try_solver(name) for name in WANTED_SOLVERS}
    return {
        "versions": package_versions(),
        "processors": os.cpu_count(),
        "solvers": solvers,
        "usable": any(answer == "works" for answer in solvers.values()),
    }


def doctor_text(found: dict[str, Any]) -> str:
    """Return the findings as lines."""
    lines = [f"{name:<12} {version}" for name, version in found["versions"].items()]
    lines.append(f"{'processors':<12} {found['processors']}")
    lines += [f"solver {name:<5} {answer}" for name, answer in found["solvers"].items()]
    lines.append(
        "facopt can solve here" if found["usable"] else "no solver works here: reinstall the packages of the lock file"
    )
    return "\n".join(lines)


def _try_solver(name: str) -> str:
    """Ask for the least of two columns that must sum to 1, the dearer of which is cheaper by constraint."""
    from facopt.errors import SolverError
    from facopt.location.linear_model import LinearModel
    from facopt.location.solver import SolverSettings, solve

    model = LinearModel()
    columns = [model.add_column(f"open_{j}", integer=True) for j in range(3)]
    model.add_row("two_of_three", [(column, 1.0) for column in columns], at_least=2.0)
    model.objective = {column: float(cost) for column, cost in zip(columns, (3, 1, 2), strict=True)}
    try:
        result = solve(model, SolverSettings(name=name, time_limit_seconds=20))
    except SolverError as error:
        return str(error)
    return "works" if result.objective == 3.0 else f"wrong answer: {result.objective}"
