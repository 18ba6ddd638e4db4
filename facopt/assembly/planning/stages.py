"""The stages of a plan: their years, what money of then is worth, and the people and load of each."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from facopt.location.planning.problem import Stage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from facopt.inputs.study_area import DemandPoints
    from facopt.scenario.schema import Scenario

FloatArray = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class People:
    """People of each stage. T stages, I demand points."""

    people: FloatArray
    """(T, I)"""
    segments: Mapping[str, FloatArray]
    """(T, I) by name of the segment."""


def stages_of(scenario: Scenario) -> tuple[Stage, ...]:
    """Return the stages; one without a year where the scenario states none.

    A stage lasts until the next; the last one as long as the one before it, and a single one a year.
    """
    if scenario.stages is None:
        return (Stage(year=0),)
    years, base = scenario.stages.years, scenario.stages.base_year
    lengths = [later - earlier for earlier, later in pairwise(years)]
    lengths.append(lengths[-1] if lengths else 1)
    rate = 0.0 if scenario.finance is None else scenario.finance.discount_percent_per_year / 100
    return tuple(
        Stage(
            year=year,
            years=float(length),
            discount=(1 + rate) ** -(year - base),
            years_discounted=sum((1 + rate) ** -(year - base + n) for n in range(length)),
        )
        for year, length in zip(years, lengths, strict=True)
    )


def projected_years(scenario: Scenario, demand: DemandPoints) -> dict[int, str]:
    """Return the segment that states the people of a stage, by its year: the column people_2030."""
    years = () if scenario.stages is None else scenario.stages.years
    return {year: str(year) for year in years if str(year) in demand.segments}


def people_by_stage(scenario: Scenario, demand: DemandPoints) -> People:
    """Return the people and segments of each stage: grown from today's, or as a column states them.

    Counts that are whole stay whole.
    """
    stated = projected_years(scenario, demand)
    segments = {name: values for name, values in demand.segments.items() if name not in stated.values()}
    if scenario.stages is None:
        return People(demand.people[None, :], {name: values[None, :] for name, values in segments.items()})
    growth, base = scenario.stages.growth, scenario.stages.base_year
    by_zone = np.array([growth.zones.get(str(zone), growth.default) for zone in demand.zone])
    rows: list[FloatArray] = []
    rows_of: dict[str, list[FloatArray]] = {name: [] for name in segments}
    for year in scenario.stages.years:
        factor = (1 + by_zone / 100) ** (year - base)
        people = demand.segments[stated[year]] if year in stated else _grown(demand.people, factor)
        rows.append(people)
        for name, values in segments.items():
            own = growth.segments.get(name)
            rate = factor if own is None else np.full(len(factor), (1 + own / 100) ** (year - base))
            rows_of[name].append(np.minimum(_grown(values, rate), people))
    return People(np.array(rows), {name: np.array(values) for name, values in rows_of.items()})


def _grown(people: FloatArray, factor: FloatArray) -> FloatArray:
    grown = people * factor
    return np.round(grown) if np.all(people == np.round(people)) else grown


def load_of(scenario: Scenario, people: FloatArray, segments: Mapping[str, FloatArray]) -> FloatArray:
    """Return what people ask of capacities, in the units of the workload; arrays of any one shape."""
    workload = scenario.workload
    if workload is None:
        return people.astype(np.float64)
    return workload.per_person * weighted(people, segments, workload.segment_weights)


def weighted(people: FloatArray, segments: Mapping[str, FloatArray], weights: Mapping[str, float]) -> FloatArray:
    """Return people with those of each segment counting as often as its weight says; weights of a person add up."""
    total = people.astype(np.float64)
    for name, weight in weights.items():
        total = total + (weight - 1) * segments[name]
    return np.maximum(total, 0.0)
