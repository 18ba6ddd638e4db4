"""What was asked for and what the plan gives: the tables of targets and limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from facopt.inputs.study_area import FloatArray
    from facopt.location.problem import CoverageTarget, LocationProblem, SiteLimit
    from facopt.location.referee import Evaluation
    from facopt.measures.coverage import BoolArray, Situation
    from facopt.scenario import schema

MET_SLACK = 1e-6
"""Relative: what a solver's tolerances leave of a sum of people."""
TARGET_COLUMNS = (
    "tier",
    "area_class",
    "zone",
    "segment",
    "by",
    "at_least_percent",
    "people",
    "people_needed",
    "people_covered_now",
    "people_covered",
    "met",
)
LIMIT_COLUMNS = ("key", "limit", "used", "unit")


@dataclass(frozen=True)
class Counted:
    """Whose people targets count: arrays have shape (I,)."""

    segments: Mapping[str, FloatArray]
    """People by segment."""
    excused: BoolArray | None = None
    """People of the register of exceptions, whom targets of 100 percent do not ask for."""


def targets_table(
    stated: Sequence[schema.CoverageTarget],
    problem: LocationProblem,
    today: Situation,
    plan: Situation | None,
    counted: Counted,
) -> pd.DataFrame:
    """Return one row per target of the scenario, as `Report.targets` names the columns.

    A target of 100 percent asks for everybody who can be reached; a lower one is of all the people it speaks of.
    """
    pairs = zip(stated, problem.targets, strict=True)
    rows = [_target_row(words, target, problem, (today, plan), counted) for words, target in pairs]
    return pd.DataFrame(rows, columns=list(TARGET_COLUMNS)).astype({"met": object, "by": object})


def limits_table(problem: LocationProblem, plan: Situation | None, currency: str) -> pd.DataFrame:
    """Return one row per limit, as `Report.limits` names the columns; `used` is NaN where there is no plan."""
    rows: list[tuple[str, float, float, str]] = []
    if problem.budget is not None:
        rows.append(("limits.budget", problem.budget, np.nan if plan is None else plan.evaluation.cost, currency))
    rows += [
        (limit.key, float(limit.count), np.nan if plan is None else sites_used(problem, limit, plan.open), "sites")
        for limit in problem.site_limits
    ]
    return pd.DataFrame(rows, columns=list(LIMIT_COLUMNS))


def sites_used(problem: LocationProblem, limit: SiteLimit, open_sites: BoolArray) -> float:
    """Return how many open sites (J,) count towards a limit: all of its tier if it is exact, else opened candidates."""
    counted = open_sites & (problem.site_tier == limit.tier)
    return float(np.sum(counted if limit.exact else counted & ~problem.existing))


def _target_row(
    words: schema.CoverageTarget,
    target: CoverageTarget,
    problem: LocationProblem,
    situations: tuple[Situation, Situation | None],
    counted: Counted,
) -> dict[str, Any]:
    today, plan = situations
    people = problem.people if words.segment is None else counted.segments[words.segment]
    people = np.where(target.members, people, 0.0)
    needed = words.at_least_people or _people_needed(problem, target, people, counted.excused)
    covered = np.nan if plan is None else _covered(people, target, plan.evaluation)
    asked = covered
    if plan is not None and counted.excused is not None and target.at_least_percent >= 100:
        asked = _covered(np.where(counted.excused, 0.0, people), target, plan.evaluation)
    return {
        "tier": words.tier or "",
        "area_class": words.area_class or "",
        "zone": words.zone or "",
        "segment": words.segment or "",
        "by": "" if words.by is None else str(words.by),
        "at_least_percent": np.nan if words.at_least_percent is None else target.at_least_percent,
        "people": float(people.sum()),
        "people_needed": needed,
        "people_covered_now": _covered(people, target, today.evaluation),
        "people_covered": covered,
        "met": None if plan is None else bool(asked >= needed * (1 - MET_SLACK)),
    }


def _people_needed(
    problem: LocationProblem, target: CoverageTarget, people: FloatArray, excused: BoolArray | None
) -> float:
    """Return the people that a target asks for: of 100 percent those who can be reached and are not excused."""
    if target.at_least_percent < 100:
        return target.at_least_percent / 100 * float(people.sum())
    reachable = ~problem.unreachable if target.tier is None else problem.reachable[target.tier]
    asked = reachable if excused is None else reachable & ~excused
    return float(people[asked].sum())


def _covered(people: FloatArray, target: CoverageTarget, evaluation: Evaluation) -> float:
    share = evaluation.share if target.tier is None else evaluation.share_by_tier[target.tier]
    return float((people * share).sum())
