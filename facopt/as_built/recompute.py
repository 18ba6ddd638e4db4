"""Today, plan and what stands, each evaluated anew: by the referee, or in a stage of a plan with room for so many."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from facopt.as_built.stage import built_rooms, stage_begun, stage_plan
from facopt.errors import DataError, Finding, Place
from facopt.inputs.findings import shown
from facopt.location.planning.as_plain import stage_evaluation
from facopt.location.planning.estate import outcome_of_estate
from facopt.location.planning.problem import Option
from facopt.location.referee import evaluate
from facopt.measures.coverage import situation
from facopt.measures.report import OPEN_ACTIONS
from facopt.measures.rules import Counted, targets_table
from facopt.outputs.as_built.compose import Recomputed, Staged
from facopt.pipeline import solver_settings

if TYPE_CHECKING:
    from facopt.as_built.register import Standing
    from facopt.as_built.stage import Rooms, StagePlan
    from facopt.inputs.as_built import AsBuiltTable
    from facopt.inputs.findings import FindingLog
    from facopt.inputs.study_area import StudyArea
    from facopt.location.planning.problem import PlanningProblem
    from facopt.location.problem import BoolArray, FloatArray, LocationProblem
    from facopt.measures.coverage import Situation
    from facopt.outputs.run_files import RunFiles
    from facopt.pipeline import Prepared


def recomputed(run: RunFiles, prepared: Prepared, found: Standing, changed: bool) -> Recomputed:
    """Return today, a plan without stages and sizes, and what stands, as the referee sees them."""
    problem, ids = prepared.problem, prepared.area.sites.id
    planned = set(run.sites.loc[run.sites["action"].isin(OPEN_ACTIONS), "id"])
    missing = sorted(planned - set(ids.tolist()))
    if missing:
        what = "Facilities of the plan are not in its files any more"
        raise DataError(
            Finding(what, "Run the plan again", Place(run.folder), count=len(missing), examples=shown(missing))
        )
    today, plan, built = (
        situation(problem, open_sites, evaluate(problem, open_sites))
        for open_sites in (problem.existing, _among(ids, planned), _among(ids, found.stands))
    )
    told, counted = float(run.record["people_covered"]), plan.evaluation.people_covered
    if not changed and not math.isclose(told, counted, rel_tol=1e-9, abs_tol=1e-6):
        what = f"The plan covers {told:,.0f} people by run.json and {counted:,.0f} computed again"
        raise DataError(Finding(what, "Run the plan again with this version of facopt", Place(run.folder / "run.json")))
    return _with_targets(prepared, Recomputed(prepared.area, problem, today, plan, built, changed))


def _among(ids: np.ndarray[tuple[int], np.dtype[np.object_]], chosen: set[str] | frozenset[str]) -> BoolArray:
    return np.array([id_ in chosen for id_ in ids.tolist()], dtype=np.bool_)


def _with_targets(prepared: Prepared, found: Recomputed, excused: BoolArray | None = None) -> Recomputed:
    stated, people = prepared.loaded.scenario.targets, Counted(found.area.demand.segments, excused)
    plan, built = (targets_table(stated, found.problem, found.today, one, people) for one in (found.plan, found.built))
    return replace(found, targets_plan=plan, targets_built=built)


# --- plans with stages, sizes, actions or rules ----------------------------------------------------------------------


def recomputed_stage(
    run: RunFiles, prepared: Prepared, register: AsBuiltTable, found: Standing, *, as_of: str, changed: bool,
    log: FindingLog,
) -> Recomputed:  # fmt: skip
    """Return today, a stage of the plan, and what stands, all for the people of that stage.

    The stage is the last that has begun at the date, the last of all without a date. In each of the three the sites
    serve as many people within the standard as they have room for, by the shortest ways.
    """
    assert prepared.task is not None
    problem = prepared.task.problem
    number = stage_begun(problem, as_of)
    plan = stage_plan(problem, run.record.get("actions") or [], number, run.folder / "run.json")
    workload = prepared.loaded.scenario.workload
    built = built_rooms(plan, register, found, 1.0 if workload is None else workload.per_person, log)
    log.raise_errors()
    area, plain = _people_of(prepared, number)
    today, planned, standing = (
        _situation(prepared, plain, problem, number, rooms, cost)
        for rooms, cost in (
            (plan.start, 0.0), (plan.planned, float(plan.cost.sum())), (built, float(_built_cost(plan, built).sum())),
        )
    )  # fmt: skip
    _note_other_figures(run, problem, number, planned, changed, log)
    staged = _staged(prepared, plan, built, as_of)
    made_anew = Recomputed(area, plain, today, planned, standing, changed, staged=staged)
    return _with_targets(prepared, made_anew, problem.labels.excused)


def _people_of(prepared: Prepared, number: int) -> tuple[StudyArea, LocationProblem]:
    """Return study area and plain problem with the people of a stage."""
    assert prepared.task is not None
    problem = prepared.task.problem
    people = problem.people[number]
    segments = {name: values[number] for name, values in problem.labels.segments.items()}
    area = prepared.area.replace(demand=replace(prepared.area.demand, people=people, segments=segments))
    return area, prepared.problem.replace(people=people)


def _situation(
    prepared: Prepared, plain: LocationProblem, problem: PlanningProblem, number: int, rooms: Rooms, cost: float
) -> Situation:  # fmt: skip
    outcome = outcome_of_estate(_standing(problem, number, rooms), solver_settings(prepared.loaded.scenario))
    return situation(plain, rooms.open, replace(stage_evaluation(outcome, 0), cost=cost))


def _standing(problem: PlanningProblem, number: int, rooms: Rooms) -> PlanningProblem:
    """Return a problem in which the sites are what they are, for the people of one stage."""
    pick = slice(number, number + 1)
    options = zip(rooms.size.tolist(), rooms.open.tolist(), rooms.capacity.tolist(), strict=True)
    labels = replace(problem.labels, segments={name: people[pick] for name, people in problem.labels.segments.items()})
    return problem.replace(
        people=problem.people[pick], load=problem.load[pick], stages=problem.stages[pick], moves=(), rules=(),
        options=tuple(Option(j, size, open_, capacity) for j, (size, open_, capacity) in enumerate(options)),
        start=np.arange(problem.site_count, dtype=np.int32), labels=labels,
        need=None if problem.need is None else problem.need[pick], assigns_everybody=False,
    )  # fmt: skip


def _built_cost(plan: StagePlan, built: Rooms) -> FloatArray:
    """Return (J,) what the actions of the plan that are done cost in it; building what nobody planned costs nothing."""
    new = built.open & ~plan.start.open
    gone = ~built.open & plan.start.open & ~plan.planned.open
    improved = built.open & plan.improved & (built.capacity >= plan.planned.capacity)
    done = np.where(new & plan.planned.open | gone | improved, plan.cost, 0.0)
    early = new & ~plan.planned.open & plan.last.open
    cost: FloatArray = np.where(early, plan.cost_in_all, done)
    return cost


def _note_other_figures(
    run: RunFiles, problem: PlanningProblem, number: int, planned: Situation, changed: bool, log: FindingLog
) -> None:
    """Warn where the stage covers other people by the plan's record: rules may leave room unused."""
    name = str(problem.stages[number].year) if problem.stages[number].year else "plan"
    stages = [stage for stage in run.record.get("stages") or [] if isinstance(stage, dict)]
    told = next((stage.get("people_covered") for stage in stages if stage.get("stage") == name), None)
    counted = planned.evaluation.people_covered
    if changed or not isinstance(told, int | float) or math.isclose(told, counted, rel_tol=1e-6, abs_tol=1.0):
        return
    log.warning(
        f"The plan covers {told:,.0f} people in this stage by its report, and {counted:,.0f} where each of its sites "
        "serves as many as it has room for, as the register's sites are computed too",
        "Nothing to mend where the plan's rules or objectives leave room unused; otherwise run the plan again",
        place=Place(run.folder / "run.json"),
    )


def _staged(prepared: Prepared, plan: StagePlan, built: Rooms, as_of: str) -> Staged:
    scenario, problem = prepared.loaded.scenario, plan.outcome.problem
    year = problem.stages[plan.number].year
    years = [stage.year for stage in problem.stages]
    dues = [
        years[-1] if target.by is None else next((due for due in years if due >= target.by), 0)
        for target in scenario.targets
    ]
    return Staged(
        stage=str(year) if year else "",
        begun=not as_of or year <= int(as_of[:4]),
        last=plan.number == problem.stage_count - 1,
        later=plan.later,
        unit="people" if scenario.workload is None else scenario.workload.unit,
        improved=plan.improved & plan.planned.open,
        early=plan.last.open & ~plan.planned.open & ~plan.start.open,
        cost=plan.cost_in_all,
        size_planned=plan.planned.size,
        size_built=built.size,
        room_planned=plan.planned.capacity,
        room_built=built.capacity,
        targets_due=tuple(str(due) if due > year else "" for due in dues),
    )
