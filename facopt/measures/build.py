"""From all the stages' values to the report: every figure computed once, then checked against all others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from facopt.errors import Finding, RefereeError
from facopt.measures.backup import backup_table
from facopt.measures.bands import added_bands, all_bands
from facopt.measures.build_order import build_order_table
from facopt.measures.check import check_report
from facopt.measures.coverage import Situation, situation
from facopt.measures.fine_grid import fine_grid_facts
from facopt.measures.frontier import frontier_table
from facopt.measures.lacking import lacking_columns
from facopt.measures.names import ZoneNames, english_names
from facopt.measures.planned_sensitivity import planned_sensitivity_table
from facopt.measures.planning import planning_limits, planning_tables, stage_targets
from facopt.measures.points import points_table, reason_columns, state_columns
from facopt.measures.report import Objective, Proof, Report
from facopt.measures.rules import Counted, limits_table, targets_table
from facopt.measures.sensitivity import second_cover_table, sensitivity_table
from facopt.measures.shares import PointFigures, share_of_everybody, shares_by_area_class, shares_by_zone
from facopt.measures.sites import assignment_table, sites_table
from facopt.measures.stability import stability_runs_table, stability_sites_table
from facopt.measures.tier_cover import cover_of_tiers
from facopt.measures.tiers import all_tier_facts
from facopt.objectives import objective_classes

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

    from facopt.inputs.study_area import ContextFacilities, StudyArea
    from facopt.location.covering.curve import Frontier
    from facopt.location.planning.planned import Planned
    from facopt.location.planning.problem import PlanService
    from facopt.location.problem import LocationProblem
    from facopt.location.referee import Evaluation
    from facopt.location.solution import Effort, Solution
    from facopt.location.stability import SolvedAgain
    from facopt.measures.fine_grid import CellsCovered
    from facopt.measures.planning import PlanningTables
    from facopt.measures.report import Assumption, Clash, Conflict, Shortfall
    from facopt.scenario.schema import Scenario
    from facopt.travel.times import TravelTimes


@dataclass(frozen=True)
class RunResult:
    """What the stages of one run have found. Demand points and sites of all parts are in the same order."""

    scenario: Scenario
    area: StudyArea
    times: Mapping[str, TravelTimes]
    """By mode."""
    problem: LocationProblem
    """With one service per tier and one target per target of the scenario, in its order."""
    solution: Solution
    baseline: Evaluation
    """The referee's evaluation of today's sites: all existing ones, also those that the scenario fixes closed."""
    generated: str
    """Date of the run, YYYY-MM-DD."""
    version: str
    """Of facopt."""
    log_file: str = ""
    """Path of the solver's log, relative to the run folder."""
    zone_names: Mapping[str, str] | None = None
    """Display name by zone key; the key itself where there is none."""
    zone_names_en: Mapping[str, str] | None = None
    """English name by zone key."""
    findings: tuple[Finding, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    clashes: tuple[Clash, ...] = ()
    """Statements that cannot hold together, for infeasible scenarios."""
    shortfalls: tuple[Shortfall, ...] = ()
    roads: tuple[tuple[str, np.ndarray[Any, Any]], ...] = ()
    routes: Mapping[tuple[int, int], np.ndarray[Any, Any]] | None = None
    cells: CellsCovered | None = None
    """Who is covered on the raster's own cells; None where the demand points are no blocks of cells."""
    frontier: Frontier | None = None
    """Most people covered within growing limits; None where the scenario asks for none."""
    stability: tuple[SolvedAgain, ...] = ()
    """The plan and the question solved again under other assumptions; empty where that was not asked for."""
    planned: Planned | None = None
    """What the planning model found, of which `solution` is the last stage; None where the plain model answered."""
    sentences: Mapping[str, tuple[str, str]] | None = None
    """What each statement of a planning scenario asks for, in Chinese and English, by its key."""


def build_report(result: RunResult) -> Report:
    """Return all figures of a run.

    Raises
    ------
    RefereeError
        If the plan breaks a rule of the problem, or two tables of the report disagree.
    ValueError
        If the parts of the result do not fit each other.
    """
    _require_alike(result)
    report = _assemble(result)
    broken = result.solution.evaluation.violations if result.solution.evaluation is not None else ()
    disagreements = (*broken, *check_report(report))
    if disagreements:
        raise RefereeError([Finding(f"The report contradicts itself: {what}") for what in disagreements])
    return report


def _require_alike(result: RunResult) -> None:
    area, problem = result.area, result.problem
    if (len(area.demand), len(area.sites)) != (problem.demand_count, problem.site_count):
        msg = "study area and problem differ in their demand points or sites"
        raise ValueError(msg)
    if [service.tier for service in problem.services] != list(result.scenario.tiers):
        msg = "scenario and problem differ in their tiers"
        raise ValueError(msg)
    if (result.solution.open is None) != (result.solution.evaluation is None):
        msg = "a plan needs its open sites and its evaluation"
        raise ValueError(msg)


def _assemble(result: RunResult) -> Report:
    problem, scenario = result.problem, result.scenario
    today = situation(problem, problem.existing, result.baseline)
    plan = _plan(problem, result.solution)
    names = ZoneNames(result.zone_names or {}, result.zone_names_en or {})
    times = [result.times[tier.mode] for tier in scenario.tiers.values()]
    bands = all_bands(problem, today, plan)
    # Where capacities divide people, or classes have standards of their own, one threshold does not say who is covered.
    divided = any(service.assigned for service in _plan_services(result))
    divided |= any(service.standard_by_point is not None for service in problem.services)
    planning = _planning(result)
    return Report(
        **_head(result),
        **_shares(result, today, plan, names),
        objectives=objectives_of(scenario, result.solution),
        tiers=all_tier_facts(scenario.tiers, problem, today, plan),
        **_tier_cover(result),
        bands=added_bands(bands.values()),
        bands_by_tier=bands,
        cost=None if plan is None else plan.evaluation.cost,
        targets=_targets(result, today, plan, planning),
        limits=_limits(result, plan, planning),
        points=points_table(
            result.area,
            names,
            state_columns(result.area, problem, today, plan),
            reason_columns(result.area, problem, times, today, plan),
            lacking_columns(result.area, problem, times, plan or today, result.routes or {}),
        ),
        sites=sites_table(result.area.sites, problem, plan, names, result.planned, result.area.demand.zone),
        assignment=assignment_table(problem, plan),
        sensitivity=_sensitivity(result, today, plan, divided=divided),
        second_cover=None if divided else second_cover_table(problem, today, plan),
        planning=planning,
        frontier=frontier_table(result.frontier),
        stability_runs=stability_runs_table(result.stability) if result.stability else None,
        stability_sites=stability_sites_table(problem, result.stability) if result.stability else None,
        stability_left_out=result.planned is not None and result.scenario.outputs.stability,
        backup=None if divided else backup_table(problem, plan),
        # stages say themselves in which order to build, and actions cost what this does not know
        build_order=build_order_table(problem, plan) if result.planned is None else None,
        fine_grid=fine_grid_facts(problem, result.cells, today.evaluation, None if plan is None else plan.evaluation),
        **_surroundings(result),
        proof=proof_of(result.solution.effort, result.log_file),
    )


def _planning(result: RunResult) -> PlanningTables | None:
    if result.planned is None:
        return None
    return planning_tables(result.scenario, result.planned, result.problem.targets, result.sentences or {})


def _tier_cover(result: RunResult) -> dict[str, Any]:
    """Return each tier on its own, today and in the plan."""
    problem, plan = result.problem, result.solution.evaluation
    now = cover_of_tiers(problem.services, problem.people, problem.reachable, result.baseline, None)
    then = () if plan is None else cover_of_tiers(
        problem.services, problem.people, problem.reachable, result.baseline, plan
    )  # fmt: skip
    return {"tier_cover_now": now, "tier_cover": then}


def _targets(
    result: RunResult, today: Situation, plan: Situation | None, planning: PlanningTables | None
) -> pd.DataFrame:
    table = targets_table(result.scenario.targets, result.problem, today, plan, _counted(result))
    return table if planning is None else table.join(stage_targets(result.scenario, planning))


def _limits(result: RunResult, plan: Situation | None, planning: PlanningTables | None) -> pd.DataFrame:
    table = limits_table(result.problem, plan, result.scenario.currency)
    rows = [] if planning is None else planning_limits(result.scenario, planning.money)
    return pd.concat([table, pd.DataFrame(rows, columns=table.columns)], ignore_index=True) if rows else table


def _plan_services(result: RunResult) -> tuple[PlanService, ...]:
    return () if result.planned is None else result.planned.estate_now.problem.services


def _sensitivity(result: RunResult, today: Situation, plan: Situation | None, *, divided: bool) -> pd.DataFrame | None:
    cutoffs = [result.times[tier.mode].cutoff_minutes for tier in result.scenario.tiers.values()]
    if divided:
        seconds = result.scenario.solver.time_limit_seconds
        return None if result.planned is None else planned_sensitivity_table(result.planned, cutoffs, seconds)
    return sensitivity_table(result.problem, cutoffs, result.area.demand.segments, today, plan)


def _counted(result: RunResult) -> Counted:
    excused = None if result.planned is None else result.planned.estate_now.problem.labels.excused
    return Counted(result.area.demand.segments, excused)


def _plan(problem: LocationProblem, solution: Solution) -> Situation | None:
    if solution.open is None or solution.evaluation is None:
        return None
    return situation(problem, solution.open, solution.evaluation)


def _head(result: RunResult) -> dict[str, Any]:
    scenario = result.scenario
    return {
        "scenario": scenario.name,
        "title_zh": scenario.title or scenario.name,
        "title_en": scenario.title_en or scenario.name,
        "question": scenario.question or "",
        "question_en": scenario.question_en or "",
        "data_note": scenario.data_note or "",
        "data_note_en": scenario.data_note_en or "",
        "synthetic": scenario.synthetic,
        "currency": scenario.currency,
        "base_map": scenario.map.base or "",
        "base_map_key": scenario.map.tianditu_key or "",
        "status": result.solution.status.value,
        "generated": result.generated,
        "version": result.version,
    }


def _shares(result: RunResult, today: Situation, plan: Situation | None, names: ZoneNames) -> dict[str, Any]:
    figures = PointFigures(
        people=result.problem.people,
        unreachable=result.problem.unreachable,
        covered_now=today.share,
        minutes_now=today.nearest.minutes,
        covered=None if plan is None else plan.share,
        minutes=None if plan is None else plan.nearest.minutes,
    )
    demand = result.area.demand
    return {
        "everybody": share_of_everybody(figures),
        "by_area_class": shares_by_area_class(figures, demand),
        "by_zone": shares_by_zone(figures, demand, names),
    }


def _surroundings(result: RunResult) -> dict[str, Any]:
    """What the report passes on as the stages gave it."""
    return {
        "context": context_table(result.area.context),
        "ground": result.area.ground,
        "roads": result.roads,
        "routes": dict(result.routes or {}),
        "assumptions": result.assumptions,
        "findings": result.findings,
        "conflicts": result.conflicts,
        "clashes": result.clashes,
        "shortfalls": result.shortfalls,
        "clashes_are_all_needed": result.solution.conflict_is_smallest,
        "travel_facts": {mode: dict(times.facts) for mode, times in sorted(result.times.items())},
    }


def objectives_of(scenario: Scenario, solution: Solution) -> tuple[Objective, ...]:
    """Return the levels of the objective in the scenario's order; without values where the search did not get there."""
    levels = {level.name: level for level in solution.levels}
    classes = objective_classes()
    units = {name: str(one.unit) for name, one in classes.items()} | {"weighted": "weighted"}  # type: ignore[attr-defined]
    return tuple(
        Objective(
            name=name,
            value=levels[name].value if name in levels else None,
            bound=levels[name].bound if name in levels else None,
            gap_percent=levels[name].gap_percent if name in levels else None,
            unit=scenario.currency if units[name] == "money" else units[name],
        )
        for name in scenario.objective_names
    )


def proof_of(effort: Effort, log_file: str) -> Proof:
    """Return what the search took, with the path of its log in the run folder."""
    return Proof(
        solver=effort.solver,
        solver_version=effort.version,
        limit=effort.limit,
        seconds=effort.seconds,
        variables=effort.variables,
        rows=effort.rows,
        log_file=log_file,
    )


def context_table(context: ContextFacilities) -> pd.DataFrame:
    """Return the facilities that are drawn but not planned, as `Report.context` names the columns."""
    columns = {key: getattr(context, key) for key in ("id", "name", "kind", "lon", "lat")}
    table = pd.DataFrame(columns)
    table.insert(2, "name_en", english_names(context.name_en, len(context)))
    return table
