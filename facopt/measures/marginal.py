"""What each open site is worth: who would lose cover without it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from facopt.inputs.study_area import FloatArray
    from facopt.location.problem import LocationProblem, Service
    from facopt.measures.coverage import BoolArray

PairArray = np.ndarray[Any, np.dtype[np.int64]]


def people_lost_without(problem: LocationProblem, open_sites: BoolArray, covered: BoolArray) -> FloatArray:
    """Return (J,) the people who would no longer be covered by all their tiers if one open site alone were missing.

    A site is critical for a demand point where it is the only open one within the standard of a service the point
    needs; so one count per point and service replaces J recomputations of the plan.

    Parameters
    ----------
    problem
        People and travel times.
    open_sites
        (J,) open sites of the plan.
    covered
        (I,) points covered by every serving tier in the plan; the others have no cover to lose.

    Returns
    -------
    array of float
        NaN for sites that are not open. The sum over sites is no total: a point may hang on several sites, or on none.
    """
    # A pair is one number, so that a point that needs two services of the same site is lost once.
    critical = [_critical(problem, service, open_sites, covered) for service in problem.services]
    pairs = np.unique(np.concatenate(critical))
    point, site = np.divmod(pairs, problem.site_count)
    lost = np.bincount(site, weights=problem.people[point], minlength=problem.site_count)
    return np.where(open_sites, lost, np.nan)


def _critical(problem: LocationProblem, service: Service, open_sites: BoolArray, covered: BoolArray) -> PairArray:
    """Pairs of demand point and site, as point x J + site, where the site is the only open one within the standard."""
    arcs = service.within & open_sites[service.site] & covered[service.demand]
    demand, site = service.demand[arcs].astype(np.int64), service.site[arcs]
    alone = np.bincount(demand, minlength=problem.demand_count)[demand] == 1
    pairs: PairArray = demand[alone] * problem.site_count + site[alone]
    return pairs
