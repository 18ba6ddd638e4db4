"""People by time band, today and in the plan."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from facopt.measures.report import Band

if TYPE_CHECKING:
    from collections.abc import Iterable

    from facopt.inputs.study_area import FloatArray
    from facopt.location.problem import LocationProblem, Service
    from facopt.location.referee import Flow
    from facopt.measures.coverage import Situation

USUAL_EDGES = (0.0, 5.0, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0, 90.0)
"""Minutes at which planners read cumulative shares."""


def band_edges(standards: Iterable[float]) -> FloatArray:
    """Return the edges of the bands, from 0 to infinity: the usual ones and every standard.

    With the standards among the edges, the people up to a tier's standard are exactly the people it covers; a standard
    of 0 minutes gets a band of its own.
    """
    stated = set(standards)
    return np.array([0.0] * (0.0 in stated) + sorted({*USUAL_EDGES, *stated, np.inf}))


def bands_of_tier(
    people: FloatArray, service: Service, *, now: Flow, plan: Flow | None, edges: FloatArray
) -> tuple[Band, ...]:
    """Return the bands over the people whom one tier serves.

    Parameters
    ----------
    people
        (I,) people.
    service
        What the tier gives, and whom it serves.
    now, plan
        Who goes where; None where there is no plan. Whoever goes nowhere is in the last band.
    edges
        (B + 1,) rising from 0 to infinity.
    """
    served = np.where(service.needed, people, 0.0)
    counts_now = _people_by_band(served, now, edges)
    counts = None if plan is None else _people_by_band(served, plan, edges)
    return tuple(
        Band(float(above), float(up_to), float(counts_now[b]), None if counts is None else float(counts[b]))
        for b, (above, up_to) in enumerate(pairwise(edges))
    )


def all_bands(problem: LocationProblem, today: Situation, plan: Situation | None) -> dict[str, tuple[Band, ...]]:
    """Return the bands by key of the tier, all with the same edges."""
    edges = band_edges(minutes for service in problem.services for minutes in np.unique(service.limits).tolist())
    return {
        service.tier: bands_of_tier(
            problem.people,
            service,
            now=today.evaluation.flow(k),
            plan=None if plan is None else plan.evaluation.flow(k),
            edges=edges,
        )
        for k, service in enumerate(problem.services)
    }


def added_bands(by_tier: Iterable[tuple[Band, ...]]) -> tuple[Band, ...]:
    """Return the sum of several tiers' bands: a person counts once per tier that serves them."""
    return tuple(
        Band(
            above=same[0].above,
            up_to=same[0].up_to,
            people_now=sum(band.people_now for band in same),
            people=None if same[0].people is None else sum(band.people or 0.0 for band in same),
        )
        for same in zip(*by_tier, strict=True)
    )


def _people_by_band(people: FloatArray, flow: Flow, edges: FloatArray) -> FloatArray:
    # side="left" puts a time that equals an edge below it: the standard itself is within the standard.
    band = np.searchsorted(edges[1:], flow.minutes, side="left")
    going = people[flow.demand] * flow.share
    counts = np.bincount(band, weights=going, minlength=len(edges) - 1).astype(np.float64)
    there = np.bincount(flow.demand, weights=flow.share, minlength=len(people))
    counts[-1] += float((people * np.maximum(1.0 - there, 0.0)).sum())
    return counts
