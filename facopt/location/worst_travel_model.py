"""Least worst travel as a threshold: a plan in which nobody who travels needs more than T minutes, or none.

Rows, for each point i and tier k that travels, with N_i(T) the free sites within T
    (12) everybody     sum_{j in N_i(T)} y_j >= 1         where everybody is assigned, or a standing site covers i
    (13) the covered   y_j <= sum_{j' in N_i(T)} y_j'     for each free j that covers i from beyond T
and none where a site that must be open lies within T. The optimum is the least T among the distinct minutes for
which a plan exists (Minieka 1970; bisection as in Daskin 2013, Network and Discrete Location, chapter 5).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from facopt.location.problem import groups

if TYPE_CHECKING:
    from facopt.location.formulation import Formulation
    from facopt.location.problem import LocationProblem, Service


@dataclass(frozen=True)
class Thresholds:
    """The minutes among which the least worst travel lies."""

    minutes: np.ndarray
    """Distinct minutes, ascending."""
    least: float
    """No plan can do better than this."""


def thresholds(problem: LocationProblem, upper: float) -> Thresholds:
    """Return the distinct minutes of pairs that may decide, up to `upper`, and the bound known without solving."""
    least, values = 0.0, []
    for service in problem.services:
        keep = _counted_arcs(problem, service)
        minutes, demand = service.minutes[keep], service.demand[keep]
        values.append(minutes)
        nearest = np.full(problem.demand_count, np.inf)
        np.minimum.at(nearest, demand, minutes)
        certain = np.isfinite(nearest) if problem.assigns_everybody else _covered_by_standing(problem, service)
        if certain.any():
            least = max(least, float(nearest[certain].max()))
    distinct = np.unique(np.concatenate(values)) if values else np.zeros(0)
    return Thresholds(distinct[(distinct >= least) & (distinct <= upper)], least)


def add_threshold(formulation: Formulation, limit: float) -> None:
    """Add rows (12) and (13) for T = `limit` minutes."""
    for tier, service in enumerate(formulation.problem.services):
        _add_threshold_of_tier(formulation, tier, service, limit)


def _add_threshold_of_tier(formulation: Formulation, tier: int, service: Service, limit: float) -> None:
    problem = formulation.problem
    certain = _covered_by_standing(problem, service)
    seen: set[tuple[bytes, int]] = set()
    arcs = np.flatnonzero(_counted_arcs(problem, service))
    for point, positions in groups(service.demand[arcs], arcs):
        sites, near = service.site[positions], service.minutes[positions] <= limit
        if np.any(problem.must_open[sites[near]]):
            continue
        within, beyond = sites[near], sites[~near]
        if problem.assigns_everybody or certain[point]:
            beyond = np.array([-1])
        for j in beyond:
            if (key := (within.tobytes(), int(j))) in seen:
                continue
            seen.add(key)
            terms = formulation.sites_open(int(other) for other in within)
            if j < 0:
                formulation.model.add_row(f"within_{tier}_{point}", terms, at_least=1.0)
            else:
                terms.append((formulation.site_column[int(j)], -1.0))
                formulation.model.add_row(f"within_{tier}_{point}_{j}", terms, at_least=0.0)


def _counted_arcs(problem: LocationProblem, service: Service) -> np.ndarray:
    keep: np.ndarray = problem.usable[service.site]
    return keep if problem.assigns_everybody else keep & service.within


def _covered_by_standing(problem: LocationProblem, service: Service) -> np.ndarray:
    covered = np.zeros(problem.demand_count, dtype=bool)
    covered[service.demand[service.within & problem.must_open[service.site]]] = True
    return covered
