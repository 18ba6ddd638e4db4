"""How coverage answers to its assumptions: the same sites under other minutes, speeds and for parts of the people.

Nothing is solved again. The time to the nearest open site decides who is covered under any threshold, so every variant
is a comparison of known minutes with other limits; times beyond the cut-off are unknown, and variants that would need
them have no figure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from facopt.inputs.study_area import FloatArray
    from facopt.location.problem import LocationProblem, Service
    from facopt.location.referee import Evaluation
    from facopt.measures.coverage import BoolArray, Situation

    IntArray = np.ndarray[tuple[int], np.dtype[np.int64]]
    Counts = Sequence[tuple[Service, IntArray]]

THRESHOLDS = (10.0, 15.0, 20.0, 30.0)
"""Minutes that planners ask about, the same for every tier."""
CHANGE_PERCENT = 20.0
"""By which standards and speeds are varied, down and up."""
COLUMNS = (
    "kind", "tier", "segment", "change_percent", "minutes", "people", "people_covered_now", "people_covered",
)  # fmt: skip


@dataclass(frozen=True)
class Variant:
    """Other limits for the same sites."""

    kind: str
    """stated, threshold, standard or speed."""
    limits: tuple[float, ...]
    """(K,) minutes within which each tier counts as reached; times are compared with them as they are."""
    tier: str = ""
    """Key of the tier whose standard is varied; "" for all."""
    change_percent: float = np.nan
    minutes: float = np.nan
    """The threshold or standard of the variant; NaN where tiers differ."""


def variants(problem: LocationProblem) -> tuple[Variant, ...]:
    """Return the variants in the order of the table: as stated, thresholds, each tier's standard, all speeds.

    Travelling 20 percent faster reaches just what 20 percent more minutes would, so a change of one mode's speed is a
    change of the standards of its tiers; the speed is varied for all modes together, where there are several tiers.
    """
    stated = tuple(service.standard_minutes for service in problem.services)
    found = [Variant("stated", stated)]
    found += [Variant("threshold", (minutes,) * len(stated), minutes=minutes) for minutes in THRESHOLDS]
    for k, service in enumerate(problem.services):
        for percent in (-CHANGE_PERCENT, CHANGE_PERCENT):
            minutes = _changed(stated[k], percent)
            limits = (*stated[:k], minutes, *stated[k + 1 :])
            found.append(Variant("standard", limits, service.tier, percent, minutes))
    if len(stated) > 1:
        for percent in (-CHANGE_PERCENT, CHANGE_PERCENT):
            limits = tuple(_changed(minutes, percent) for minutes in stated)
            found.append(Variant("speed", limits, change_percent=percent))
    return tuple(found)


def covered_within(problem: LocationProblem, evaluation: Evaluation, limits: Sequence[float]) -> BoolArray:
    """Return (I,) who would be covered by every serving tier if each tier's standard were its limit."""
    covered = problem.served.copy()
    for service, minutes, limit in zip(problem.services, evaluation.minutes, limits, strict=True):
        covered &= ~service.needed | (minutes <= limit)
    return covered


def sensitivity_table(
    problem: LocationProblem,
    cutoffs: Sequence[float],
    segments: Mapping[str, FloatArray],
    today: Situation,
    plan: Situation | None,
) -> pd.DataFrame:
    """Return one row per variant and then per segment of the people, as `Report.sensitivity` names the columns.

    Parameters
    ----------
    problem
        People, tiers and their standards.
    cutoffs
        (K,) minutes up to which times of each tier's mode are known.
    segments
        (I,) people of each segment.
    today, plan
        The open sites; None where there is no plan.
    """
    rows = [_row_of_variant(problem, variant, cutoffs, today, plan) for variant in variants(problem)]
    rows += [_row_of_segment(name, people, today, plan) for name, people in sorted(segments.items())]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def covered_by_sites(
    problem: LocationProblem, services: Sequence[Service], open_sites: BoolArray, least: int
) -> BoolArray:
    """Return (I,) who has at least so many open sites within the standard of each of some services that they need.

    With 2, these are just the people who stay covered whichever single site is missing.
    """
    return _enough(problem, [(service, _sites_in_reach(problem, service, open_sites)) for service in services], least)


def _sites_in_reach(problem: LocationProblem, service: Service, open_sites: BoolArray) -> IntArray:
    """Return (I,) how many open sites lie within the standard."""
    arcs = np.flatnonzero(open_sites[service.site])
    arcs = arcs[service.within[arcs]]
    return np.bincount(service.demand[arcs], minlength=problem.demand_count)


def _enough(problem: LocationProblem, counts: Counts, least: int) -> BoolArray:
    enough, served = np.ones(problem.demand_count, dtype=bool), np.zeros(problem.demand_count, dtype=bool)
    for service, sites in counts:
        enough &= ~service.needed | (sites >= least)
        served |= service.needed
    return enough & served


def second_cover_table(problem: LocationProblem, today: Situation, plan: Situation | None) -> pd.DataFrame:
    """Return people covered and covered twice, of everybody and of each tier, as `Report.second_cover` has them."""
    now, then = (
        None
        if one is None
        else [(service, _sites_in_reach(problem, service, one.open)) for service in problem.services]
        for one in (today, plan)
    )
    rows = [_row_of_cover(problem, "", now, then)]
    for k, service in enumerate(problem.services):
        of_tier = (None if counts is None else counts[k : k + 1] for counts in (now, then))
        rows.append(_row_of_cover(problem, service.tier, *of_tier))
    return pd.DataFrame(rows)


def _changed(minutes: float, percent: float) -> float:
    # Rounded, so that a time of just so many minutes counts as within them: 1.1 x 30 is 33.000000000000004 in binary.
    return round(minutes * (100.0 + percent) / 100.0, 9)


def _row_of_variant(
    problem: LocationProblem, variant: Variant, cutoffs: Sequence[float], today: Situation, plan: Situation | None
) -> dict[str, Any]:
    known = all(limit <= cutoff for limit, cutoff in zip(variant.limits, cutoffs, strict=True))

    def covered(situation: Situation | None) -> float:
        if situation is None or not known:
            return np.nan
        return float(problem.people[covered_within(problem, situation.evaluation, variant.limits)].sum())

    return {
        "kind": variant.kind,
        "tier": variant.tier,
        "segment": "",
        "change_percent": variant.change_percent,
        "minutes": variant.minutes,
        "people": float(problem.people.sum()),
        "people_covered_now": covered(today),
        "people_covered": covered(plan),
    }


def _row_of_segment(name: str, people: FloatArray, today: Situation, plan: Situation | None) -> dict[str, Any]:
    return {
        "kind": "segment",
        "tier": "",
        "segment": name,
        "change_percent": np.nan,
        "minutes": np.nan,
        "people": float(people.sum()),
        "people_covered_now": float(people[today.covered].sum()),
        "people_covered": np.nan if plan is None else float(people[plan.covered].sum()),
    }


def _row_of_cover(problem: LocationProblem, tier: str, today: Counts | None, plan: Counts | None) -> dict[str, Any]:
    def people(counts: Counts | None, least: int) -> float:
        return np.nan if counts is None else float(problem.people[_enough(problem, counts, least)].sum())

    needed = [service.needed for service in problem.services if service.tier == tier]
    return {
        "tier": tier,
        "people": float(problem.people[needed[0] if tier else slice(None)].sum()),
        "people_covered_now": people(today, 1),
        "people_covered_twice_now": people(today, 2),
        "people_covered": people(plan, 1),
        "people_covered_twice": people(plan, 2),
    }
