"""How coverage answers to its assumptions where people are assigned: the same sites, everybody assigned anew."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from facopt.location.planning.variants import Assumed, changed_standard, most_covered
from facopt.measures.sensitivity import CHANGE_PERCENT, COLUMNS, THRESHOLDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from facopt.location.planning.outcome import Outcome
    from facopt.location.planning.planned import Planned
    from facopt.location.planning.problem import PlanningProblem

AMOUNTS_PERCENT = 10.0
"""By which people and capacities are varied, down and up."""
SECONDS = 60.0
"""Most time for all variants together; those that do not fit have no figure."""

Stated = tuple[str, str, float, float, Assumed]


def planned_sensitivity_table(planned: Planned, cutoffs: Sequence[float], seconds: float = SECONDS) -> pd.DataFrame:
    """Return one row per variant, as `Report.sensitivity` names the columns, for the people of the last stage.

    The first row is the plan itself; in the others its sites, and today's, cover the most people they can. Variants of
    which nothing is known, or not within `seconds` for all of them, are left out.
    """
    ends = time.monotonic() + min(seconds, SECONDS)
    now, then = planned.estate_now, planned.solution.outcome
    people = float(now.problem.people[-1].sum())
    plan = np.nan if then is None else _covered(then)
    rows: list[tuple[object, ...]] = [("stated", "", "", np.nan, np.nan, people, _covered(now), plan)]
    for kind, tier, percent, minutes, assumed in _variants(now.problem):
        figures = [_most(one, assumed, cutoffs, ends) for one in (now, then)]
        if np.isfinite(figures).any():
            rows.append((kind, tier, "", percent, minutes, people * assumed.people_factor, *figures))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _covered(outcome: Outcome) -> float:
    last = outcome.problem.stage_count - 1
    return outcome.people_covered(None, outcome.problem.people[last], last)


def _most(outcome: Outcome | None, assumed: Assumed, cutoffs: Sequence[float], ends: float) -> float:
    if outcome is None:
        return np.nan
    most = most_covered(outcome, assumed, cutoffs, max(ends - time.monotonic(), 0.0))
    return np.nan if most is None else most


def _variants(problem: PlanningProblem) -> Iterator[Stated]:
    """Yield kind, tier, percent, minutes and what is assumed: thresholds, standards, speeds, people, capacities."""
    stated = [service.standard_minutes for service in problem.services]
    for minutes in THRESHOLDS:
        same = tuple(np.full(problem.demand_count, minutes) for _ in stated)
        yield "threshold", "", np.nan, minutes, Assumed(same)
    for k, service in enumerate(problem.services):
        for percent in (-CHANGE_PERCENT, CHANGE_PERCENT):
            other = changed_standard(stated[k], percent)
            found = np.unique(other[service.needed])
            minutes = float(found[0]) if len(found) == 1 else np.nan
            only = tuple(other if number == k else None for number in range(len(stated)))
            yield "standard", service.tier, percent, minutes, Assumed(only)
    if len(stated) > 1:
        for percent in (-CHANGE_PERCENT, CHANGE_PERCENT):
            every = tuple(changed_standard(one, percent) for one in stated)
            yield "speed", "", percent, np.nan, Assumed(every)
    yield from _amounts(problem)


def _amounts(problem: PlanningProblem) -> Iterator[Stated]:
    """Yield people and capacities, down and up; without capacities neither says anything."""
    if not any(option.open and np.isfinite(option.capacity) for option in problem.options):
        return
    for percent in (-AMOUNTS_PERCENT, AMOUNTS_PERCENT):
        yield "people", "", percent, np.nan, Assumed(people_factor=1 + percent / 100)
    for percent in (-AMOUNTS_PERCENT, AMOUNTS_PERCENT):
        yield "capacity", "", percent, np.nan, Assumed(room_factor=1 + percent / 100)
