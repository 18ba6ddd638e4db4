"""The frontier where demand points need several services at once: each point goes to the plain model.

Coverage is then no matter of independent rows, so no prices are shared. What is: a plan within one limit keeps every
larger one, and is where the search for it begins; and no plan within a limit covers more than any within a larger one.
"""

from __future__ import annotations

import functools
import time
from typing import TYPE_CHECKING

import numpy as np

from facopt.location.covering.curve import By, FrontierPoint, hold_against_each_other, places_along
from facopt.location.levels import OBJECTIVES, Search
from facopt.location.problem import CoverageTarget
from facopt.location.referee import evaluate

if TYPE_CHECKING:
    from facopt.location.formulation import Formulation
    from facopt.location.problem import BoolArray, LocationProblem
    from facopt.location.solver import SolverSettings

SHARE_FOR_ALL = 0.2
"""Share of the time in which the least that covers everybody is looked for: the last limit of the curve."""


def model_frontier(problem: LocationProblem, settings: SolverSettings, *, by: By, points: int) -> list[FrontierPoint]:
    """Return up to `points` points from nothing to what covers everybody who can be; limits count free sites only.

    `open` of each point is (J,). The time limit of the settings is for all points together.
    """
    until = time.monotonic() + settings.time_limit_seconds
    money = problem.cost if by == "budget" else np.ones(problem.site_count)
    most = _least_for_all(problem, settings, by, money)
    limits = places_along(np.array([0.0, most]), np.array([0.0, 1.0]), points)
    found: list[FrontierPoint] = []
    for number, limit in enumerate(limits):
        seconds = max((until - time.monotonic()) / (len(limits) - number), 0.1)
        before = found[-1].open if found else problem.must_open
        found.append(_point(problem, settings, by, limit, before, seconds))
    return hold_against_each_other(found, [])


def _search(settings: SolverSettings, seconds: float, plan: BoolArray | None, kept: dict[str, float]) -> Search:
    def keep(formulation: Formulation) -> None:
        for name, value in kept.items():
            OBJECTIVES[name].keep(formulation, value)

    left = functools.partial(_seconds_left, time.monotonic() + seconds)
    return Search(settings, left, keep, plan, tuple(kept.items()))


def _seconds_left(until: float) -> float:
    return until - time.monotonic()


def _least_for_all(problem: LocationProblem, settings: SolverSettings, by: By, money: np.ndarray) -> float:
    """Return the money or number of free sites of a plan that covers everybody who can be covered."""
    everybody = tuple(
        CoverageTarget(f"frontier.{k}", k, 100.0, service.needed) for k, service in enumerate(problem.services)
    )
    name = "cost" if by == "budget" else "sites"
    seconds = SHARE_FOR_ALL * settings.time_limit_seconds
    found = OBJECTIVES[name].optimise(problem.replace(targets=everybody), _search(settings, seconds, None, {}))
    opened = problem.usable if found.open is None else found.open
    return float(np.ceil(money[opened & problem.free].sum()))


def _point(
    problem: LocationProblem, settings: SolverSettings, by: By, limit: float, before: BoolArray, seconds: float
) -> FrontierPoint:
    kept, standing = {}, problem.must_open
    limited = problem
    if by == "budget":
        limited = problem.replace(budget=limit + float(problem.cost[standing].sum()))
    else:
        kept["sites"] = limit + float(standing.sum())
    result = OBJECTIVES["coverage"].optimise(limited, _search(settings, seconds, before, kept))
    plans = [plan for plan in (result.open, before) if plan is not None]
    plan = max(plans, key=lambda each: evaluate(problem, each).people_covered)
    value = evaluate(problem, plan).people_covered
    bound = float(problem.people[problem.served & ~problem.unreachable].sum())
    bound = bound if result.bound is None else min(bound, result.bound)
    new = plan & problem.free
    return FrontierPoint(limit, value, max(bound, value), int(new.sum()), float(problem.cost[new].sum()), plan)
