"""What was asked for and what the plan gives: the tables of targets and limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from facopt.location.referee import RELATIVE_TOLERANCE, people_needed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from facopt.location.problem import CoverageTarget, LocationProblem, SiteLimit
    from facopt.location.referee import Evaluation
    from facopt.measures.coverage import BoolArray, Situation
    from facopt.scenario import schema

TARGET_COLUMNS = (
    "tier",
    "area_class",
    "zone",
    "at_least_percent",
    "people",
    "people_needed",
    "people_covered_now",
    "people_covered",
    "met",
)
LIMIT_COLUMNS = ("key", "limit", "used", "unit")


def targets_table(
    stated: Sequence[schema.CoverageTarget], problem: LocationProblem, today: Situation, plan: Situation | None
) -> pd.DataFrame:
    """Return one row per target of the scenario, as `Report.targets` names the columns.

    A target of 100 percent asks for everybody who can be reached; a lower one is of all the people it speaks of.
    """
    pairs = zip(stated, problem.targets, strict=True)
    rows = [_target_row(words, target, problem, today, plan) for words, target in pairs]
    return pd.DataFrame(rows, columns=list(TARGET_COLUMNS)).astype({"met": object})


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
    today: Situation,
    plan: Situation | None,
) -> dict[str, Any]:
    needed = people_needed(problem, target.tier, target.at_least_percent, target.members)
    covered = np.nan if plan is None else _covered(problem, target, plan.evaluation)
    return {
        "tier": words.tier or "",
        "area_class": words.area_class or "",
        "zone": words.zone or "",
        "at_least_percent": target.at_least_percent,
        "people": float(problem.people[target.members].sum()),
        "people_needed": needed,
        "people_covered_now": _covered(problem, target, today.evaluation),
        "people_covered": covered,
        "met": None if plan is None else bool(covered >= needed * (1 - RELATIVE_TOLERANCE)),
    }


def _covered(problem: LocationProblem, target: CoverageTarget, evaluation: Evaluation) -> float:
    covered = evaluation.covered if target.tier is None else evaluation.covered_by_tier[target.tier]
    return float(problem.people[target.members & covered].sum())
