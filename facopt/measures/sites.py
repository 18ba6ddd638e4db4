"""The sites: what is done with each, whom it serves, and which demand point goes where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from facopt.measures.marginal import people_lost_without
from facopt.measures.names import english_names
from facopt.measures.planning import site_columns
from facopt.measures.shares import group_maxima, weighted_means

if TYPE_CHECKING:
    from facopt.inputs.study_area import FloatArray, Sites, TextArray
    from facopt.location.planning.planned import Planned
    from facopt.location.problem import LocationProblem
    from facopt.measures.coverage import BoolArray, Situation
    from facopt.measures.names import ZoneNames

FIGURES = ("people_assigned", "points_assigned", "mean_minutes", "longest_minutes")
ASSIGNMENT_COLUMNS = ("demand", "site", "tier", "minutes", "within_standard", "share", "counted")


def site_actions(existing: BoolArray, open_sites: BoolArray | None) -> TextArray:
    """Return (J,) what the plan does with each site, one of `SITE_ACTIONS`; without a plan what stands is kept."""
    stays = existing if open_sites is None else open_sites
    actions = np.where(existing, "close", "none").astype(object)
    actions[existing & stays] = "keep"
    actions[~existing & stays] = "build"
    return actions


def sites_table(
    sites: Sites,
    problem: LocationProblem,
    plan: Situation | None,
    zone_names: ZoneNames,
    planned: Planned | None = None,
    demand_zone: TextArray | None = None,
) -> pd.DataFrame:
    """Return one row per site, as `Report.sites` names the columns; `demand_zone` (I,) says where people live."""
    action = site_actions(sites.existing, None if plan is None else plan.open)
    # The problem also knows the costs that a tier states for all its candidates.
    build_cost = np.where(problem.cost > 0, problem.cost, sites.build_cost)
    columns: dict[str, Any] = {
        "id": sites.id,
        "name": sites.name,
        "name_en": english_names(sites.name_en, len(sites)),
        "tier": sites.tier,
        "status": np.where(sites.existing, "existing", "candidate").astype(object),
        "action": action,
        "lon": sites.lon,
        "lat": sites.lat,
        "zone": sites.zone,
        "zone_name": zone_names.of(sites.zone),
        "zone_name_en": zone_names.english_of(sites.zone),
        "build_cost": build_cost,
        "action_cost": np.where(action == "build", np.nan_to_num(build_cost, nan=0.0), 0.0),
        "capacity_people": sites.capacity_people,
        "size": sites.size,
        "owner": sites.owner,
        **_figures(problem, plan),
        "people_from_elsewhere": _from_elsewhere(problem, plan, sites.zone, demand_zone),
        "people_lost_without": _lost(problem, plan, planned),
        "stage": np.full(len(sites), "", dtype=object),
        "fixed": sites.fixed,
    }
    if planned is not None:
        columns |= site_columns(sites, planned)
    return pd.DataFrame(columns)


def assignment_table(problem: LocationProblem, plan: Situation | None) -> pd.DataFrame:
    """Return who goes where: one row per demand point and serving tier that has an open site in reach, sorted so."""
    rows = [_assignment_of_tier(problem, plan, k) for k in range(len(problem.services))] if plan is not None else []
    if not rows:
        return pd.DataFrame({column: [] for column in ASSIGNMENT_COLUMNS}).astype(
            {
                "demand": np.int32,
                "site": np.int32,
                "tier": object,
                "minutes": np.float64,
                "within_standard": bool,
                "share": np.float64,
                "counted": bool,
            }
        )
    return pd.concat(rows, ignore_index=True).sort_values("demand", kind="stable", ignore_index=True)


def _assignment_of_tier(problem: LocationProblem, plan: Situation, k: int) -> pd.DataFrame:
    flow, service = plan.evaluation.flow(k), problem.services[k]
    return pd.DataFrame(
        {
            "demand": flow.demand,
            "site": flow.site,
            "tier": np.full(len(flow.demand), service.tier, dtype=object),
            "minutes": flow.minutes,
            "within_standard": flow.minutes <= service.limits[flow.demand],
            "share": flow.share,
            "counted": flow.counted,
        }
    )


def _figures(problem: LocationProblem, plan: Situation | None) -> dict[str, Any]:
    """Figures of the plan by site; who finds several services at one site counts there once per service."""
    if plan is None:
        return {name: np.full(problem.site_count, np.nan) for name in FIGURES}
    count, found = problem.site_count, plan.evaluation
    flows = [found.flow(k) for k in range(len(problem.services))]
    site = np.concatenate([flow.site[flow.counted] for flow in flows])
    minutes = np.concatenate([flow.minutes[flow.counted] for flow in flows])
    people = np.concatenate([(problem.people[flow.demand] * flow.share)[flow.counted] for flow in flows])
    return {
        "people_assigned": np.bincount(site, weights=people, minlength=count),
        "points_assigned": np.bincount(site, minlength=count),
        "mean_minutes": weighted_means(site, minutes, people, count),
        "longest_minutes": group_maxima(site, minutes, count),
    }


def _from_elsewhere(
    problem: LocationProblem, plan: Situation | None, site_zone: TextArray, demand_zone: TextArray | None
) -> FloatArray:
    """Return (J,) the assigned people of another zone than the site's; NaN where any of the zones is not known."""
    if plan is None or demand_zone is None:
        return np.full(problem.site_count, np.nan)
    elsewhere, unknown = np.zeros(problem.site_count), site_zone == ""
    for k in range(len(problem.services)):
        flow = plan.evaluation.flow(k)
        people = problem.people[flow.demand] * flow.share * flow.counted
        away = demand_zone[flow.demand] != site_zone[flow.site]
        elsewhere += np.bincount(flow.site, weights=people * away, minlength=problem.site_count)
        unknown[flow.site[(demand_zone[flow.demand] == "") & (people > 0)]] = True
    return np.where(unknown, np.nan, elsewhere)


def _lost(problem: LocationProblem, plan: Situation | None, planned: Planned | None) -> FloatArray:
    """Return (J,) who would lose cover without each open site; of the planning model in its last stage."""
    if plan is None:
        return np.full(problem.site_count, np.nan)
    # Where capacities divide people, who loses cover is a matter of who finds room elsewhere.
    return people_lost_without(problem, plan.open, plan.covered) if planned is None else planned.lost[-1]
