"""Who is covered today and in the plan, and how far the nearest open site is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from facopt.inputs.study_area import FloatArray, TextArray
    from facopt.location.planning.problem import PlanService
    from facopt.location.problem import IntArray, LocationProblem, Service
    from facopt.location.referee import Evaluation

BoolArray = np.ndarray[Any, np.dtype[np.bool_]]

SAME_PEOPLE, SAME_SHARE = 1e-6, 1e-9
"""People, and share of a point's, by which sums of the same may differ: nobody gains or loses by the order of terms."""


@dataclass(frozen=True)
class Nearest:
    """The nearest open site of the serving tier that is worst off; arrays have shape (I,)."""

    minutes: FloatArray
    """NaN where that tier has no open site in reach, or where no tier serves the point."""
    site: IntArray
    """-1 where `minutes` is NaN."""
    tier: IntArray
    """Index of that tier, the first of equals; -1 where no tier serves the point."""


@dataclass(frozen=True)
class Situation:
    """What a set of open sites does: today's, or the plan's."""

    open: BoolArray
    """(J,) open sites."""
    evaluation: Evaluation
    nearest: Nearest

    @property
    def covered(self) -> BoolArray:
        """(I,) all people of the point covered by every tier that serves it."""
        return self.evaluation.covered

    @property
    def share(self) -> FloatArray:
        """(I,) share of the point's people covered by every tier that serves it."""
        return self.evaluation.share


def situation(problem: LocationProblem, open_sites: BoolArray, evaluation: Evaluation) -> Situation:
    """Return the situation with some open sites (J,), from the referee's evaluation of them."""
    return Situation(open_sites, evaluation, worst_nearest(problem, evaluation))


def worst_nearest(problem: LocationProblem, evaluation: Evaluation) -> Nearest:
    """Return, for each demand point, the largest of its serving tiers' times to their nearest open site.

    A person needs every tier that serves them, so the slowest of them decides whether the standard is met.
    """
    return worst_nearest_of(problem.services, evaluation)


def worst_nearest_of(services: Sequence[Service | PlanService], evaluation: Evaluation) -> Nearest:
    """Return the same from the services alone."""
    count = len(evaluation.covered)
    minutes = np.full(count, -np.inf)
    site = np.full(count, -1, dtype=np.int32)
    tier = np.full(count, -1, dtype=np.int32)
    for k, service in enumerate(services):
        worse = service.needed & (evaluation.minutes[k] > minutes)
        minutes[worse] = evaluation.minutes[k][worse]
        site[worse] = evaluation.nearest[k][worse]
        tier[worse] = k
    minutes[~np.isfinite(minutes)] = np.nan
    return Nearest(minutes, site, tier)


def point_states(covered_now: BoolArray, covered: BoolArray | None, unreachable: BoolArray) -> TextArray:
    """Return (I,) the state of each demand point, one of `POINT_STATES`.

    Parameters
    ----------
    covered_now, covered
        (I,) covered by every serving tier, today and in the plan; None where there is no plan, which gives today's
        states.
    unreachable
        (I,) some serving tier has no usable site within its standard.
    """
    after = covered_now if covered is None else covered
    states = np.where(unreachable, "unreachable", "uncovered").astype(object)
    states[covered_now & ~after] = "loses_cover"
    states[~covered_now & after] = "newly_covered"
    states[covered_now & after] = "covered"
    return states


def people_by_state(points: pd.DataFrame, *, planned: bool) -> dict[str, float]:
    """Return the people of each of `POINT_STATES`; they add up to all people.

    Where capacities cover a part of a point's people, that part counts as covered and the rest as not. What
    sums differ by for the order of their terms is nobody's gain or loss.

    Parameters
    ----------
    points
        `Report.points`.
    planned
        Whether there is a plan; without one these are today's states.
    """
    people, now = points["people"].to_numpy(dtype=float), points["covered_now"].to_numpy(dtype=float)
    plan = points["covered"].to_numpy(dtype=float) if planned else now
    plan = np.where(np.abs(plan - now) < SAME_PEOPLE, now, plan)
    lost, left = np.maximum(now - plan, 0.0), people - np.maximum(now, plan)
    unreachable = (points["state"] == "unreachable").to_numpy()
    return {
        "covered": float(np.minimum(now, plan).sum()),
        "newly_covered": float(np.maximum(plan - now, 0.0).sum()),
        "loses_cover": float(lost.sum()),
        "uncovered": float(left[~unreachable].sum()),
        "unreachable": float(left[unreachable].sum()),
    }
