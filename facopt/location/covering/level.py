"""Levels that are large covering problems go the way of `solve`; the rest is left to the plain model.

Imports nothing compiled before it is known to be worth it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from facopt.location.covering.translate import Translation
    from facopt.location.levels import LevelResult, Search
    from facopt.location.problem import BoolArray, LocationProblem

LEVELS = frozenset({"coverage", "cost", "sites"})
SMALL = 20_000
"""Problems with fewer pairs than this are solved in a moment as they stand."""


def covering_level(name: str, problem: LocationProblem, search: Search) -> LevelResult | None:
    """Optimise a level as a covering problem, or return None where it is small or is none."""
    if name not in LEVELS or sum(int(service.within.sum()) for service in problem.services) < SMALL:
        return None
    from facopt.location.covering.solve import solve_covering
    from facopt.location.covering.translate import translate
    from facopt.location.levels import LevelResult

    translation = translate(problem, name, search.values_before)
    if translation is None:
        from facopt.location.covering.target_level import target_level

        return target_level(name, problem, search)
    if translation.covering.rows.size < SMALL:
        return None
    settings = replace(search.settings, time_limit_seconds=search.seconds_left())
    start = None if search.incumbent is None else search.incumbent[translation.free]
    result = solve_covering(translation.covering, settings, start)
    opened = None if result.open is None else _plan(problem, translation, result.open)
    sign = 1.0 if name == "coverage" else -1.0
    return LevelResult(
        result.status, opened, sign * result.bound, result.limit, result.log, result.variables, result.rows
    )


def _plan(problem: LocationProblem, translation: Translation, chosen: BoolArray) -> BoolArray:
    """Return (J,) the plan; where a tier must have an exact number of sites, the first unused make it up."""
    opened = problem.must_open.copy()
    opened[translation.free[chosen]] = True
    for tier, count in translation.exactly.items():
        of_tier = problem.free & (problem.site_tier == tier)
        spare = np.flatnonzero(of_tier & ~opened)
        opened[spare[: count - int((of_tier & opened).sum())]] = True
    return opened
