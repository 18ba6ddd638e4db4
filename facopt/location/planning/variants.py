"""The sites of a plan under other assumptions: how many people they can cover with other standards, people or room.

Nothing is solved again about the sites; who goes where is, so that the most people are covered (see `missing`).
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from math import inf
from typing import TYPE_CHECKING

import numpy as np

from facopt.location.planning.missing import Serving

if TYPE_CHECKING:
    from collections.abc import Sequence

    from facopt.location.planning.outcome import Outcome
    from facopt.location.planning.problem import PlanningProblem
    from facopt.location.problem import FloatArray


@dataclass(frozen=True)
class Assumed:
    """What is assumed otherwise."""

    standards: tuple[FloatArray | None, ...] | None = None
    """K times (I,) minutes; None for those that stay, and where all do."""
    people_factor: float = 1.0
    room_factor: float = 1.0
    """Of capacities, those that merged sites bring included."""


def most_covered(outcome: Outcome, assumed: Assumed, cutoffs: Sequence[float], seconds: float) -> float | None:
    """Return the most people whom the sites of the last stage can cover by all their tiers.

    Parameters
    ----------
    outcome
        A plan, or what stands today.
    assumed
        What is otherwise than the plan has it.
    cutoffs
        (K,) minutes up to which times are known.
    seconds
        At most so long.

    Returns
    -------
    float or None
        None where it cannot be told: times are not known that far, the rule of who goes where would have to be stated
        anew for other standards, or time is short.
    """
    problem = _with(outcome.problem, assumed)
    if not _is_known(problem, assumed, cutoffs):
        return None
    serving = Serving(replace(outcome, problem=problem), problem.stage_count - 1)
    return serving.most_without((), time.monotonic() + seconds)


def _is_known(problem: PlanningProblem, assumed: Assumed, cutoffs: Sequence[float]) -> bool:
    for service, standard, cutoff in zip(problem.services, assumed.standards or (), cutoffs, strict=False):
        if standard is not None and (len(service.blocked_arc) or (standard[service.needed] > cutoff).any()):
            return False
    return True


def _with(problem: PlanningProblem, assumed: Assumed) -> PlanningProblem:
    """Return the problem with what is assumed."""
    services = list(problem.services)
    for k, standard in enumerate(assumed.standards or ()):
        if standard is not None:
            services[k] = replace(services[k], standard_minutes=standard)
    factor = assumed.room_factor
    options = tuple(
        replace(one, capacity=one.capacity * factor) if one.capacity < inf else one for one in problem.options
    )
    moves = tuple(replace(move, brings=move.brings * factor) for move in problem.moves)
    return problem.replace(
        services=tuple(services), options=options, moves=moves, people=problem.people * assumed.people_factor,
        load=problem.load * assumed.people_factor, rules=(),
    )  # fmt: skip


def changed_standard(standard: FloatArray, percent: float) -> FloatArray:
    """Return standards changed by so many percent, rounded so that just so many minutes count as within them."""
    changed: FloatArray = np.round(standard * (100.0 + percent) / 100.0, 9)
    return changed
