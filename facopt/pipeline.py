"""The spine: from a scenario to its run folder, one line for each stage. Read this first."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from facopt.assembly.assumptions import assumptions
from facopt.assembly.candidates import with_candidates
from facopt.assembly.conflicts import Telling, clashes, conflicts, shortfalls
from facopt.assembly.drawing import kept_roads_to_draw
from facopt.assembly.fine_grid import cells_covered
from facopt.assembly.names import names_of
from facopt.assembly.planning.layers import with_layers
from facopt.assembly.planning.problem import planning_task
from facopt.assembly.problem import location_problem
from facopt.assembly.road_files import road_files
from facopt.assembly.routes import routes_to_draw
from facopt.assembly.stability import stability_variants
from facopt.assembly.statement_words import asked
from facopt.assembly.study_area import study_area_request
from facopt.assembly.systems import stated_systems
from facopt.assembly.travel import require_coordinates, travel_times
from facopt.fetch.on_demand import fetch_missing
from facopt.inputs.reader import read_study_area
from facopt.location.planning.as_plain import plain_solution, stage_evaluation
from facopt.location.planning.planned import solve_planned
from facopt.location.referee import evaluate
from facopt.location.search import solve_location
from facopt.location.solver import SolverSettings
from facopt.location.stability import solve_variants, stated_run
from facopt.measures.build import RunResult, build_report
from facopt.outputs.recognised import write_recognised
from facopt.outputs.run_folder import RunFacts, write_run
from facopt.outputs.terminal import run_summary
from facopt.progress import QuietProgress
from facopt.provenance import hash_inputs, input_files, package_versions, peak_memory_mb
from facopt.scenario.write import write_resolved
from facopt.travel.cache import TravelCache

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from facopt.assembly.systems import SystemTest
    from facopt.assembly.travel import Travelled
    from facopt.errors import Finding
    from facopt.inputs.reader import Recognised
    from facopt.inputs.study_area import StudyArea
    from facopt.location.covering.curve import Frontier
    from facopt.location.planning.planned import Planned, PlanningTask
    from facopt.location.problem import LocationProblem
    from facopt.location.referee import Evaluation
    from facopt.location.solution import Solution
    from facopt.location.stability import SolvedAgain
    from facopt.measures.report import Report
    from facopt.scenario.load import LoadedScenario
    from facopt.scenario.schema import Scenario

SOLVER_LOG = "solver.log"
CACHE = ".cache"
"""Folder beside the results where roads and travel times are kept for the next run."""


@dataclass(frozen=True)
class Run:
    """A run as it ended."""

    report: Report
    folder: Path
    findings: tuple[Finding, ...] = ()
    """Warnings, with their files as the call named them."""

    @property
    def summary(self) -> str:
        """What the terminal shows."""
        return run_summary(self.report, self.folder, [finding.seen_below(Path.cwd()) for finding in self.findings])

    @property
    def record(self) -> dict[str, Any]:
        """What `run.json` holds."""
        record: dict[str, Any] = json.loads((self.folder / "run.json").read_text(encoding="utf-8"))
        return record

    @property
    def exit_status(self) -> int:
        """0 where the plan keeps its targets, 1 where it misses them or there is none."""
        met = self.report.status in {"optimal", "feasible"} and not (self.report.targets["met"] == False).any()  # noqa: E712
        return 0 if met else 1


@dataclass(frozen=True)
class Prepared:
    """A scenario whose files have been read: everything a bad input can spoil is behind it."""

    loaded: LoadedScenario
    area: StudyArea
    travelled: Travelled
    problem: LocationProblem
    findings: tuple[Finding, ...]
    recognised: Recognised
    """What was understood of the files."""
    progress: QuietProgress
    system_tests: tuple[SystemTest, ...] = ()
    """Of the stated coordinate systems, as far as roads or people can tell."""
    system_doubts: tuple[Finding, ...] = ()
    """Those of the findings that say a stated system is probably wrong."""
    task: PlanningTask | None = None
    """What the planning model is asked; None where the plain model answers the scenario."""


def run(loaded: LoadedScenario, out: Path, progress: QuietProgress | None = None, *, cache: bool = True) -> Run:
    """Solve a scenario and write its run folder under `out`; roads and travel times are kept there for the next run.

    Raises ScenarioError and DataError for bad input, before anything is written; SolverError and RefereeError for
    failures that are not the planner's.
    """
    kept = TravelCache(out / CACHE if cache else None)
    prepared = prepare(loaded, progress or QuietProgress(), kept)
    kept.write()
    report, log = solve(prepared)
    kept.write()  # what only drawing needed
    return write(prepared, report, log, out)


def run_all(
    scenarios: Sequence[LoadedScenario],
    out: Path,
    new_progress: Callable[[], QuietProgress] = QuietProgress,
    *,
    cache: bool = True,
) -> list[Run]:
    """Run several scenarios; all files of all of them are read before the first is solved and written."""
    kept = TravelCache(out / CACHE if cache else None)
    prepared = []
    for loaded in scenarios:
        with new_progress() as progress:
            prepared.append(prepare(loaded, progress, kept))
    kept.write()
    runs = []
    for one in prepared:
        with one.progress:
            report, log = solve(one)
            kept.write()
            runs.append(write(one, report, log, out))
    return runs


def prepare(loaded: LoadedScenario, progress: QuietProgress, kept: TravelCache | None = None) -> Prepared:
    """Read the files of a scenario and compute its travel times, or take kept ones; nothing is written."""
    scenario = loaded.scenario
    with progress.stage("inputs"):
        place_findings = fetch_missing(loaded, progress.note)
        area, input_findings, recognised = read_study_area(study_area_request(scenario))
        require_coordinates(scenario, area)
        roads = road_files(scenario, loaded.place, kept)
        area, recognised = with_candidates(scenario, area, recognised, loaded.place, roads)
    with progress.stage("travel"):
        area = with_layers(scenario, area, loaded.place)
        travelled = travel_times(scenario, area, place=loaded.place, progress=progress.share, cache=kept, roads=roads)
        if scenario.planning:
            task, area, problem, problem_findings = planning_task(scenario, area, travelled, place=loaded.place)
        else:
            task = None
            problem, problem_findings = location_problem(scenario, area, travelled.times, place=loaded.place)
        tests, doubts = stated_systems(area, recognised, travelled)
    findings = (*doubts, *loaded.warnings, *place_findings, *input_findings, *travelled.findings, *problem_findings)
    return Prepared(loaded, area, travelled, problem, findings, recognised, progress, tests, doubts, task)


def solve(prepared: Prepared) -> tuple[Report, str]:
    """Choose the sites and compute every figure; return the report and the solver's log."""
    loaded, area, travelled, problem = prepared.loaded, prepared.area, prepared.travelled, prepared.problem
    scenario, progress = loaded.scenario, prepared.progress
    folder = loaded.file.resolve().parent  # pages name files as seen from the scenario
    with progress.stage("location"):
        planned = None
        if prepared.task is None:
            solution = solve_location(problem, solver_settings(scenario), progress.note)
        else:
            planned = solve_planned(prepared.task, solver_settings(scenario), progress.note)
            solution = plain_solution(planned.solution)
        frontier = _frontier(scenario, problem, progress)
    telling = Telling(scenario, lambda key: loaded.place(key).seen_from(folder), names_of(area))
    with progress.stage("measures"):
        baseline = _baseline(problem, planned)
        result = RunResult(
            scenario=scenario,
            area=area,
            times=travelled.times,
            problem=problem,
            solution=solution,
            baseline=baseline,
            generated=date.today().isoformat(),
            version=version("facopt"),
            log_file=SOLVER_LOG,
            zone_names=area.zone_names,
            zone_names_en=area.zone_names_en,
            findings=tuple(finding.seen_from(folder) for finding in prepared.findings),
            assumptions=assumptions(scenario, travelled),
            conflicts=conflicts(solution.relaxations, telling),
            clashes=clashes(solution.conflict, solution.conflict_parts, telling),
            shortfalls=shortfalls(solution.relaxations, telling),
            roads=kept_roads_to_draw(travelled.roads),
            routes=routes_to_draw(scenario, area, travelled, problem, solution.evaluation, baseline),
            cells=cells_covered(scenario, area, travelled, problem.existing, solution.open),
            frontier=frontier,
            stability=_stability(prepared, solution),
            planned=planned,
            sentences=None if prepared.task is None else _sentences(prepared.task, scenario),
        )
        report = build_report(result)
    return report, solution.effort.log


def _sentences(task: PlanningTask, scenario: Scenario) -> dict[str, tuple[str, str]]:
    """Return what each statement of a planning scenario asks for, by its key."""
    rules = [one for one in task.problem.rules if getattr(one.rule, "kind", "") != "exception"]  # they have a register
    return {stated.key: asked(stated.key, scenario) for stated in rules}


def _stability(prepared: Prepared, solution: Solution) -> tuple[SolvedAgain, ...]:
    """Return the question solved again under other assumptions, where the scenario asks for it and there is a plan."""
    asked = prepared.loaded.scenario.outputs
    if not asked.stability or solution.open is None or prepared.task is not None:
        return ()
    scenario, problem = prepared.loaded.scenario, prepared.problem
    cutoffs = [prepared.travelled.times[tier.mode].cutoff_minutes for tier in scenario.tiers.values()]
    variants = stability_variants(prepared.area, problem, cutoffs)
    again = solve_variants(variants, solver_settings(scenario), asked.stability_seconds, prepared.progress.note)
    return (stated_run(problem, solution), *again)


def _baseline(problem: LocationProblem, planned: Planned | None) -> Evaluation:
    """Return what stands today, with today's capacities where the planning model has any."""
    return evaluate(problem, problem.existing) if planned is None else stage_evaluation(planned.estate_now, 0)


def _frontier(scenario: Scenario, problem: LocationProblem, progress: QuietProgress) -> Frontier | None:
    """Return the curve that the scenario asks for in its report."""
    if scenario.frontier is None:
        return None
    from facopt.location.covering.frontier import coverage_frontier

    progress.note("frontier")
    asked = scenario.frontier
    return coverage_frontier(problem, solver_settings(scenario), by=asked.by, points=asked.points)


def write(prepared: Prepared, report: Report, log: str, out: Path) -> Run:
    """Write the run folder and the gallery of all runs beside it."""
    loaded, progress = prepared.loaded, prepared.progress
    folder = out / loaded.scenario.name

    def write_scenario(path: Path) -> None:
        write_resolved(loaded, path)
        path.with_name(SOLVER_LOG).write_text(log, encoding="utf-8", newline="\n")
        write_recognised(prepared.recognised.as_dict(), path.parent / "tables" / "recognised.csv", path.parent)

    facts = RunFacts(
        seconds=progress.seconds,
        peak_memory_mb=peak_memory_mb(),
        versions=package_versions(),
        inputs=hash_inputs(input_files(loaded), folder),
        seed=loaded.scenario.solver.seed,
        finished=datetime.now().strftime("%Y-%m-%d %H:%M"),
    )
    progress.note("write")
    write_run(report, folder, write_scenario, facts, geoparquet=loaded.scenario.outputs.geoparquet)
    return Run(report, folder, prepared.findings)


def coverage_curve(
    loaded: LoadedScenario, by: Literal["sites", "budget"], points: int, progress: QuietProgress
) -> tuple[Frontier, list[str]]:
    """Return the most people covered with each limit on new sites or money, and the ids of all sites."""
    from facopt.location.covering.frontier import coverage_frontier

    prepared = prepare(loaded, progress)
    with progress.stage("location"):
        found = coverage_frontier(prepared.problem, solver_settings(loaded.scenario), by=by, points=points)
    return found, [str(site) for site in prepared.area.sites.id]


def solver_settings(scenario: Scenario) -> SolverSettings:
    """Return how the scenario wants to be solved."""
    solver = scenario.solver
    return SolverSettings(
        name=solver.name,
        time_limit_seconds=solver.time_limit_seconds,
        gap=solver.gap_percent / 100,
        seed=solver.seed,
        threads=solver.threads,
    )
