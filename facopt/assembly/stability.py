"""Which assumptions are varied when a scenario asks how stable its choice of sites is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from facopt.location.stability import Variant

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from facopt.inputs.study_area import StudyArea
    from facopt.location.problem import BoolArray, LocationProblem, Service

CHANGE_PERCENT = 20.0
"""By which standards, speeds and the people of the countryside are varied."""
PRIVATE_WORDS = ("private", "民营", "民办", "私营", "私立", "个体", "社会办", "社会力量")


def stability_variants(area: StudyArea, problem: LocationProblem, cutoffs: Sequence[float]) -> tuple[Variant, ...]:
    """Return the variants that can be solved, each with one assumption changed.

    Standards of each tier and all speeds, 20 percent down and up (travelling 20 percent faster reaches just what 20
    percent more minutes would); a fifth of the rural people gone; only the people of each segment; private facilities
    not counted. Variants that would need times beyond the cut-off are left out, and so are those that change nothing.

    Parameters
    ----------
    area
        Area classes, segments and owners.
    problem
        The problem as stated.
    cutoffs
        (K,) minutes up to which times of each tier's mode are known.
    """
    return (*_standards(problem, cutoffs), *_rural(area, problem), *_segments(area, problem), *_private(area, problem))


def _standards(problem: LocationProblem, cutoffs: Sequence[float]) -> Iterator[Variant]:
    services = problem.services
    for percent in (-CHANGE_PERCENT, CHANGE_PERCENT):
        varied = [_with_standard(service, percent) for service in services]
        known = [bool(one.limits.max() <= cutoff) for one, cutoff in zip(varied, cutoffs, strict=True)]
        for k, service in enumerate(services):
            if known[k]:
                changed = (*services[:k], varied[k], *services[k + 1 :])
                yield Variant("standard", problem.replace(services=changed), service.tier, percent)
        if len(services) > 1 and all(known):
            yield Variant("speed", problem.replace(services=tuple(varied)), "", percent)


def _with_standard(service: Service, percent: float) -> Service:
    """Return a service with another standard; rounded, so that a time of just so many minutes counts as within it."""
    factor = (100.0 + percent) / 100.0
    by_point = service.standard_by_point
    return replace(
        service,
        standard_minutes=round(service.standard_minutes * factor, 9),
        standard_by_point=None if by_point is None else np.round(by_point * factor, 9),
    )


def _rural(area: StudyArea, problem: LocationProblem) -> Iterator[Variant]:
    """Yield the countryside with a fifth fewer people, where there is a town too."""
    rural = area.demand.area_class == "rural"
    if rural.any() and not rural.all():
        people = np.where(rural, np.round(problem.people * (100 - CHANGE_PERCENT) / 100), problem.people)
        yield Variant("people", problem.replace(people=people), "rural", -CHANGE_PERCENT)


def _segments(area: StudyArea, problem: LocationProblem) -> Iterator[Variant]:
    for name, people in sorted(area.demand.segments.items()):
        if people.any():
            yield Variant("segment", problem.replace(people=people.astype(np.float64)), name)


def _private(area: StudyArea, problem: LocationProblem) -> Iterator[Variant]:
    """Yield the problem without private facilities, where any of the planned tiers stands."""
    private = problem.existing & problem.usable & _is_private(area)
    if private.any():
        yield Variant(
            "without_private",
            problem.replace(usable=problem.usable & ~private, must_open=problem.must_open & ~private),
        )


def _is_private(area: StudyArea) -> BoolArray:
    owners = [str(owner).casefold() for owner in area.sites.owner]
    return np.array([any(word in owner for word in PRIVATE_WORDS) for owner in owners], dtype=np.bool_)
