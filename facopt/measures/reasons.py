"""Why somebody stays uncovered, how far the nearest usable site is, and what it would take."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from facopt.location.problem import least_by_point, reach
from facopt.location.referee import RELATIVE_TOLERANCE
from facopt.measures.rules import sites_used

if TYPE_CHECKING:
    from collections.abc import Sequence

    from facopt.inputs.study_area import FloatArray, TextArray
    from facopt.location.problem import LocationProblem, Service
    from facopt.measures.coverage import BoolArray, Situation
    from facopt.travel.times import TravelTimes

REMEDY_OF = {
    "no_site_within_standard": "new_candidate_site",
    "cut_off": "road",
    "no_room": "more_room",
    "limits": "raise_limits",
    "not_chosen": "raise_target",
    "not_served": "add_tier",
}


def nearest_usable_minutes(problem: LocationProblem, times: Sequence[TravelTimes]) -> FloatArray:
    """Return (I,) minutes to the nearest usable site, existing or candidate, of the serving tier that is worst off.

    Parameters
    ----------
    problem
        Services with their arcs.
    times
        Travel times of each tier's mode, K of them.

    Returns
    -------
    array of float
        NaN where no tier serves the point, where a serving tier has no site that can be travelled to, and where all
        its sites lie beyond the cut-off and the mode does not know how far.
    """
    worst = np.full(problem.demand_count, -np.inf)
    for service, mode in zip(problem.services, times, strict=True):
        nearest = nearest_of_service(problem, service, mode)
        worst[service.needed] = np.maximum(worst[service.needed], nearest[service.needed])
    return np.where(np.isfinite(worst), worst, np.nan)


def reasons_of(
    problem: LocationProblem, times: Sequence[TravelTimes], today: Situation, plan: Situation | None
) -> TextArray:
    """Return (I,) why a point is not covered, one of `REASONS`; "" for those whom the plan covers (without one: today).

    Without a plan nobody knows what limits allow: reachable points have no reason then.

    Parameters
    ----------
    problem
        Services, limits and who can be reached at all.
    times
        Travel times of each tier's mode, K of them.
    today, plan
        The situation today and in the plan; None where there is no plan.
    """
    reasons = np.full(problem.demand_count, "", dtype=object)
    if plan is not None:
        reasons[:] = np.where(_could_be_added(problem, plan), "not_chosen", "limits")
        reasons[_full(problem, plan)] = "no_room"
    reasons[problem.unreachable] = "no_site_within_standard"
    reasons[_cut_off(problem, times)] = "cut_off"
    reasons[~problem.served] = "not_served"
    reasons[(plan or today).covered] = ""
    return reasons


def cost_alone(problem: LocationProblem, reference: Situation) -> FloatArray:
    """Return (I,) what covering a point on its own would cost: the cheapest site in reach of each lacking tier.

    NaN for whoever is covered, and where a lacking tier has no usable site within the standard.
    """
    cost = np.zeros(problem.demand_count)
    could_open = problem.usable & ~reference.open
    for service, covered in zip(problem.services, reference.evaluation.covered_by_tier, strict=True):
        lacking = service.needed & ~covered
        arcs = np.flatnonzero(lacking[service.demand])  # few of many: the rest is asked of these alone
        arcs = arcs[service.within[arcs] & could_open[service.site[arcs]]]
        cheapest = least_by_point(service.demand[arcs], problem.cost[service.site[arcs]], problem.demand_count)
        cost[lacking] += cheapest[lacking]
    cost[reference.covered | ~problem.served | ~np.isfinite(cost)] = np.nan
    return cost


def remedies_of(reasons: TextArray, people: FloatArray, zone: TextArray, smallest_site: float) -> TextArray:
    """Return (I,) what it would take, one of `REMEDIES`; "" where there is no reason.

    Where no site lies within the standard, a new one is the answer, unless all such people of the zone (of the point
    itself where it states no zone) are fewer than the smallest open site covers: then a mobile round is.

    Parameters
    ----------
    reasons, people, zone
        (I,) reason, people and zone of each point.
    smallest_site
        Fewest people whom an open site covers; 0 where that is not known.
    """
    remedies = pd.Series(reasons).map(REMEDY_OF).fillna("").to_numpy(dtype=object)
    lacking = reasons == "no_site_within_standard"
    group = np.where(zone == "", np.arange(len(zone)) + len(zone), pd.factorize(zone)[0])
    around = pd.Series(people * lacking).groupby(group).transform("sum").to_numpy()
    remedies[lacking & (around < smallest_site)] = "mobile_round"
    return remedies


def nearest_of_service(problem: LocationProblem, service: Service, mode: TravelTimes) -> FloatArray:
    """Return (I,) minutes to the nearest usable site of a service; infinite where none is known."""
    usable = slice(None) if problem.usable.all() else problem.usable[service.site]
    nearest = least_by_point(service.demand[usable], service.minutes[usable], problem.demand_count)
    if mode.access is None:
        return nearest
    # A shorter time than the cut-off would be an arc, so here it belongs to a site of another tier of this mode.
    beyond = np.where(mode.access.nearest_minutes > mode.cutoff_minutes, mode.access.nearest_minutes, np.inf)
    np.minimum(nearest, beyond, out=nearest)
    return nearest


def _cut_off(problem: LocationProblem, times: Sequence[TravelTimes]) -> BoolArray:
    """(I,) points that a serving tier cannot reach because its roads do not lead there."""
    cut_off = np.zeros(problem.demand_count, dtype=bool)
    for service, reachable, mode in zip(problem.services, problem.reachable, times, strict=True):
        if mode.access is not None:
            cut_off |= service.needed & ~reachable & ~mode.access.connected
    return cut_off


def _full(problem: LocationProblem, plan: Situation) -> BoolArray:
    """(I,) points with an open site within the standard of every tier that does not have room for all of them."""
    full = problem.served.copy()
    for service, share in zip(problem.services, plan.evaluation.share_by_tier, strict=True):
        full &= ~service.needed | (share >= 1) | reach(problem, service, plan.open)
    return full


def _could_be_added(problem: LocationProblem, plan: Situation) -> BoolArray:
    """(I,) points that one more site per lacking tier would cover, each of which alone keeps all limits."""
    addable = _addable(problem, plan)
    possible = np.ones(problem.demand_count, dtype=bool)
    for service, covered in zip(problem.services, plan.evaluation.covered_by_tier, strict=True):
        possible &= ~service.needed | covered | reach(problem, service, addable)
    return possible


def _addable(problem: LocationProblem, plan: Situation) -> BoolArray:
    addable = problem.usable & ~plan.open
    if problem.budget is not None:
        addable &= plan.evaluation.cost + problem.cost <= problem.budget * (1 + RELATIVE_TOLERANCE)
    for limit in problem.site_limits:
        # A plan has exactly as many sites as `limits.sites` states, so those tiers are always full.
        if sites_used(problem, limit, plan.open) >= limit.count:
            addable &= problem.site_tier != limit.tier
    return addable
