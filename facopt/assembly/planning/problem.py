"""From scenario, study area and travel times to the planning problem, and what stands today as a problem of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from facopt.assembly.planning.estate import estate_of
from facopt.assembly.planning.known import require_known
from facopt.assembly.planning.referral import referral_times
from facopt.assembly.planning.rules import stated_rules
from facopt.assembly.planning.services import plan_service
from facopt.assembly.planning.stages import load_of, people_by_stage, stages_of, weighted
from facopt.assembly.problem import location_problem
from facopt.inputs.ground import read_merged
from facopt.inputs.requests import Source
from facopt.location.planning.outside import outside_findings
from facopt.location.planning.planned import PlanningTask
from facopt.location.planning.problem import Labels, LevelWish, PlanningProblem, Stage
from facopt.location.planning.weighted import WeightedSum
from facopt.objectives import objective_classes

if TYPE_CHECKING:
    from collections.abc import Callable

    from shapely.geometry.base import BaseGeometry

    from facopt.assembly.planning.stages import People
    from facopt.assembly.travel import Travelled
    from facopt.errors import Finding, Place
    from facopt.inputs.study_area import StudyArea
    from facopt.location.problem import LocationProblem
    from facopt.scenario.schema import Scenario
    from facopt.scenario.schema.objectives import Level

FloatArray = np.ndarray[Any, np.dtype[np.float64]]
BoolArray = np.ndarray[Any, np.dtype[np.bool_]]


def planning_task(
    scenario: Scenario, area: StudyArea, travelled: Travelled, *, place: Callable[[str], Place]
) -> tuple[PlanningTask, StudyArea, LocationProblem, tuple[Finding, ...]]:
    """Return the planning problem, and its last stage as the plain model sees it: study area and problem.

    The plain problem has the last stage's people, services and stated targets, but no sizes: reach and reasons are told
    from it. The findings are what is remarkable. Raises ScenarioError and DataError.
    """
    require_known(scenario, area, place)
    forbidden = _forbidden(scenario)
    area = _with_exclusions(area, forbidden)
    people = people_by_stage(scenario, area.demand)
    last = _with_people(area, people)
    plain, findings = location_problem(scenario, last, travelled.times, place=place)
    stages = stages_of(scenario)
    metres = _metres(area)
    estate, estate_findings = estate_of(scenario, area.sites, metres, plain.cost, stages, place)
    beyond = "gradual_coverage" in scenario.objectives_within or plain.assigns_everybody
    problem = PlanningProblem(
        people=people.people,
        load=load_of(scenario, people.people, people.segments),
        stages=stages,
        site_tier=plain.site_tier,
        options=tuple(estate.options),
        start=np.array(estate.start, dtype=np.int32),
        moves=tuple(estate.moves),
        services=tuple(plan_service(scenario, area, one, estate.options, beyond=beyond) for one in plain.services),
        labels=_labels(scenario, area, people, metres, forbidden),
        levels=tuple(_wish(level) for level in scenario.levels),
        rules=stated_rules(scenario, area, plain, stages, people, referral_times(scenario, area.sites, travelled)),
        sources=() if scenario.finance is None else scenario.finance.sources,
        need=_need(scenario, people),
        assigns_everybody=plain.assigns_everybody,
        counts_running_cost=scenario.finance is not None and scenario.finance.count_running_cost,
    )
    task = PlanningTask(problem, _standing(problem, -1), _today(scenario, problem, area))
    if scenario.stages is not None:
        task = replace(task, order=scenario.stages.order, compare_orders=scenario.stages.compare_orders)
    return task, last, plain, (*findings, *estate_findings, *outside_findings(problem, place))


def _with_people(area: StudyArea, people: People) -> StudyArea:
    """Return the study area with the people of the last stage; columns of projected people are no segments."""
    segments = {name: values[-1] for name, values in people.segments.items()}
    return area.replace(demand=replace(area.demand, people=people.people[-1], segments=segments))


def _standing(problem: PlanningProblem, stage: int) -> PlanningProblem:
    """Return what stands today as a problem without moves and rules, for the people of one stage."""
    pick = slice(stage, stage + 1 if stage != -1 else None)
    labels = replace(problem.labels, segments={n: v[pick] for n, v in problem.labels.segments.items()})
    # Nobody has to be served badly because nothing can be changed: least loads are rules of the plan.
    options = tuple(replace(option, least_load=0.0) for option in problem.options)
    return problem.replace(
        people=problem.people[pick], load=problem.load[pick], stages=problem.stages[pick], moves=(), rules=(),
        labels=labels, options=options, need=None if problem.need is None else problem.need[pick],
        assigns_everybody=False,
    )  # fmt: skip


def _today(scenario: Scenario, problem: PlanningProblem, area: StudyArea) -> PlanningProblem:
    base = 0 if scenario.stages is None else scenario.stages.base_year
    standing = _standing(problem, 0)
    segments = {name: area.demand.segments[name][None, :] for name in problem.labels.segments}
    people = area.demand.people[None, :]
    return standing.replace(
        people=people, load=load_of(scenario, people, segments), stages=(Stage(year=base),),
        labels=replace(standing.labels, segments=segments), need=None,
    )  # fmt: skip


def _need(scenario: Scenario, people: People) -> FloatArray | None:
    weights = scenario.need.segment_weights
    return weighted(people.people, people.segments, weights) if weights else None


def _wish(level: Level) -> LevelWish:
    classes = objective_classes()
    if not level.weighted:
        return LevelWish(classes[level.name](), level.tolerance_percent)
    parts = tuple((classes[name](), weight) for name, weight in level.weights)
    return LevelWish(WeightedSum(parts), level.tolerance_percent)


def _labels(
    scenario: Scenario, area: StudyArea, people: People, metres: FloatArray, forbidden: BaseGeometry | None
) -> Labels:
    return Labels(
        point=area.demand.id,
        site=area.sites.id,
        zone=area.demand.zone,
        site_zone=area.sites.zone,
        area_class=area.demand.area_class,
        segments=people.segments,
        metres=metres,
        zone_names=area.zone_names,
        groups=area.demand.groups,
        excused=_excused(scenario, area),
        excluded=_excluded(forbidden, area),
    )


def _excused(scenario: Scenario, area: StudyArea) -> BoolArray | None:
    """Return (I,) the people of the register of exceptions."""
    excused = np.zeros(len(area.demand), dtype=bool)
    for rule in scenario.rules:
        if rule.kind == "exception":
            excused |= np.isin(area.demand.id.astype(str), rule.points)  # type: ignore[attr-defined]
            if rule.zone is not None:  # type: ignore[attr-defined]
                excused |= area.demand.zone == rule.zone  # type: ignore[attr-defined]
    return excused if excused.any() else None


def _forbidden(scenario: Scenario) -> BaseGeometry | None:
    """Return the outlines of the exclusion rules as one; None where there are none."""
    import shapely

    from facopt.inputs.findings import FindingLog

    log: FindingLog = FindingLog()
    files = {n: rule.file for n, rule in enumerate(scenario.rules) if rule.kind == "exclusion"}  # type: ignore[attr-defined]
    read = [read_merged(f"rules.{number}.file", Source(file), log) for number, file in files.items()]
    log.raise_errors()
    outlines = [outline for outline in read if outline is not None]
    return shapely.union_all(outlines) if outlines else None


def _with_exclusions(area: StudyArea, forbidden: BaseGeometry | None) -> StudyArea:
    """Return the study area whose ground shows the outlines of the exclusion rules too."""
    if forbidden is None:
        return area
    stated = area.ground.exclusions
    both = forbidden if stated is None else stated.union(forbidden)
    return area.replace(ground=replace(area.ground, exclusions=both))


def _excluded(forbidden: BaseGeometry | None, area: StudyArea) -> BoolArray | None:
    """Return (J,) the sites inside the outlines of the exclusion rules; None where none is."""
    import shapely

    if forbidden is None:
        return None
    shapely.prepare(forbidden)
    excluded = np.asarray(shapely.intersects_xy(forbidden, area.sites.lon, area.sites.lat), dtype=bool)
    return excluded if excluded.any() else None


def _metres(area: StudyArea) -> FloatArray:
    """Return (J, 2) coordinates of the sites in metres; NaN where unknown."""
    from pyproj import Transformer

    places = np.full((len(area.sites), 2), np.nan)
    known = np.isfinite(area.sites.lon) & np.isfinite(area.sites.lat)
    if area.metric_crs and known.any():
        transform = Transformer.from_crs("EPSG:4326", area.metric_crs, always_xy=True).transform
        places[known] = np.column_stack(transform(area.sites.lon[known], area.sites.lat[known]))
    return places
