"""The same question with something forced: sites that must or may not be open, places that must be covered."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from facopt.location.problem import CoverageTarget
from facopt.location.search import solve_location

if TYPE_CHECKING:
    from collections.abc import Sequence

    from facopt.location.problem import LocationProblem
    from facopt.location.solution import Solution
    from facopt.location.solver import SolverSettings

FORCED_KEY = "explain"
"""Key of what is forced, beside those of the scenario."""


def without_travel(names: Sequence[str]) -> int:
    """Return how many levels of an objective decide which sites are open, before travel only tells equals apart.

    Where travel is among the first it decides, and all levels count.
    """
    travel = [number for number, name in enumerate(names) if "travel" in name]
    return travel[0] if travel and "coverage" in names[: travel[0]] else len(names)


def solve_forced(
    problem: LocationProblem,
    settings: SolverSettings,
    *,
    open_sites: tuple[int, ...] = (),
    closed: tuple[int, ...] = (),
    covered: tuple[int, ...] = (),
) -> Solution:
    """Solve the problem with some sites open, others closed, and some demand points covered by all their tiers.

    Levels of travel after coverage are left out: an answer is wanted soon.
    A target of 100 percent no longer asks for people whom only closed sites could reach.
    """
    must_open, usable = problem.must_open.copy(), problem.usable.copy()
    must_open[list(open_sites)] = True
    must_open[list(closed)] = usable[list(closed)] = False
    targets = problem.targets
    if covered:
        members = np.zeros(problem.demand_count, dtype=bool)
        members[list(covered)] = True
        targets = (*targets, CoverageTarget(FORCED_KEY, None, 100.0, members))
    objective = problem.objective[: without_travel(problem.objective)]
    forced = replace(problem, must_open=must_open, usable=usable, targets=targets, objective=objective)
    return solve_location(forced, settings)
