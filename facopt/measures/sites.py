"""The sites: what is done with each, whom it serves, and which demand point goes where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from facopt.measures.marginal import people_lost_without
from facopt.measures.names import english_names
from facopt.measures.shares import group_maxima, weighted_means

if TYPE_CHECKING:
    from facopt.inputs.study_area import Sites, TextArray
    from facopt.location.problem import LocationProblem
    from facopt.measures.coverage import BoolArray, Situation
    from facopt.measures.names import ZoneNames

FIGURES = ("people_assigned", "points_assigned", "mean_minutes", "longest_minutes", "people_lost_without")
ASSIGNMENT_COLUMNS = ("demand", "site", "tier", "minutes", "within_standard")


def site_actions(existing: BoolArray, open_sites: BoolArray | None) -> TextArray:
    """Return (J,) what the plan does with each site, one of `SITE_ACTIONS`; without a plan what stands is kept."""
    stays = existing if open_sites is None else open_sites
    actions = np.where(existing, "close", "none").astype(object)
    actions[existing & stays] = "keep"
    actions[~existing & stays] = "build"
    return actions


def sites_table(sites: Sites, problem: LocationProblem, plan: Situation | None, zone_names: ZoneNames) -> pd.DataFrame:
    """Return one row per site, as `Report.sites` names the columns."""
    return pd.DataFrame(
        {
            "id": sites.id,
            "name": sites.name,
            "name_en": english_names(sites.name_en, len(sites)),
            "tier": sites.tier,
            "status": np.where(sites.existing, "existing", "candidate").astype(object),
            "action": site_actions(sites.existing, None if plan is None else plan.open),
            "lon": sites.lon,
            "lat": sites.lat,
            "zone": sites.zone,
            "zone_name": zone_names.of(sites.zone),
            "zone_name_en": zone_names.english_of(sites.zone),
            # The problem also knows the costs that a tier states for all its candidates.
            "build_cost": np.where(problem.cost > 0, problem.cost, sites.build_cost),
            "capacity_people": sites.capacity_people,
            "size": sites.size,
            "owner": sites.owner,
            **_figures(problem, plan),
            "stage": np.full(len(sites), "", dtype=object),
            "fixed": sites.fixed,
        }
    )


def assignment_table(problem: LocationProblem, plan: Situation | None) -> pd.DataFrame:
    """Return who goes where: one row per demand point and serving tier that has an open site in reach, sorted so."""
    rows = [_assignment_of_tier(problem, plan, k) for k in range(len(problem.services))] if plan is not None else []
    if not rows:
        return pd.DataFrame({column: [] for column in ASSIGNMENT_COLUMNS}).astype(
            {"demand": np.int32, "site": np.int32, "tier": object, "minutes": np.float64, "within_standard": bool}
        )
    return pd.concat(rows, ignore_index=True).sort_values("demand", kind="stable", ignore_index=True)


def _assignment_of_tier(problem: LocationProblem, plan: Situation, k: int) -> pd.DataFrame:
    found = plan.evaluation
    demand = np.flatnonzero(found.nearest[k] >= 0).astype(np.int32)
    return pd.DataFrame(
        {
            "demand": demand,
            "site": found.nearest[k][demand],
            "tier": np.full(len(demand), problem.services[k].tier, dtype=object),
            "minutes": found.minutes[k][demand],
            "within_standard": found.covered_by_tier[k][demand],
        }
    )


def _figures(problem: LocationProblem, plan: Situation | None) -> dict[str, Any]:
    """Figures of the plan by site; who finds several services at one site counts there once per service."""
    if plan is None:
        return {name: np.full(problem.site_count, np.nan) for name in FIGURES}
    count, found = problem.site_count, plan.evaluation
    who = [np.flatnonzero(assigned) for assigned in found.assigned]
    site = np.concatenate([found.nearest[k][points] for k, points in enumerate(who)])
    minutes = np.concatenate([found.minutes[k][points] for k, points in enumerate(who)])
    people = problem.people[np.concatenate(who)]
    return {
        "people_assigned": np.bincount(site, weights=people, minlength=count),
        "points_assigned": np.bincount(site, minlength=count),
        "mean_minutes": weighted_means(site, minutes, people, count),
        "longest_minutes": group_maxima(site, minutes, count),
        "people_lost_without": people_lost_without(problem, plan.open, plan.covered),
    }
