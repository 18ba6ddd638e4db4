"""A solved scenario to which questions can be put: what its plan does, and what another set of open sites would do."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from facopt.assembly.conflicts import Telling, conflicts
from facopt.assembly.names import names_of
from facopt.errors import Finding, ScenarioError
from facopt.location.referee import Evaluation, evaluate
from facopt.location.search import solve_location
from facopt.location.what_if import FORCED_KEY, solve_forced, without_travel
from facopt.measures.coverage import situation
from facopt.measures.explain import Effect, Judge, change_of
from facopt.measures.explained import Forced
from facopt.measures.reasons import reasons_of
from facopt.pipeline import solver_settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from facopt.inputs.study_area import TextArray
    from facopt.location.problem import BoolArray, FloatArray
    from facopt.location.solution import Relaxation
    from facopt.location.solver import SolverSettings
    from facopt.pipeline import Prepared

FORCED_SECONDS = 30.0
"""A question that takes longer to solve again is answered by the best plan found in this time."""


@dataclass(frozen=True)
class Case:
    """What the questions need to know of a plan."""

    prepared: Prepared
    open: BoolArray
    """(J,)"""
    evaluation: Evaluation
    """The last stage's, in the words of the plain model."""
    reasons: TextArray
    """(I,) why a point is not covered; "" for the covered."""
    judge: Judge
    force: Callable[..., Forced]
    """Called with open_sites, closed or covered: tuples of sites and demand points."""
    can_open: BoolArray
    """(J,) sites that stand or can be built."""

    @property
    def people(self) -> FloatArray:
        """(I,) people."""
        return self.prepared.problem.people


def telling_of(prepared: Prepared) -> Telling:
    """Return what sentences about statements need to know."""
    folder = prepared.loaded.file.resolve().parent
    return Telling(
        prepared.loaded.scenario, lambda key: prepared.loaded.place(key).seen_from(folder), names_of(prepared.area)
    )


def opened_in(folder: Path, prepared: Prepared) -> BoolArray:
    """Return (J,) the open sites that a run folder's plan has. Raises ScenarioError where there are none or unknown."""
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    if record["status"] not in {"optimal", "feasible"}:
        raise _no_plan()
    ids = prepared.area.sites.id.astype(str)
    opened = {str(site["site_id"]) for site in record["opened"]}
    if opened - set(ids):
        what = f"the plan in {folder} opens sites that its tables no longer have"
        raise ScenarioError(Finding(what, "Run the scenario again", examples=tuple(sorted(opened - set(ids))[:5])))
    return np.isin(ids, list(opened))


def plain_case(prepared: Prepared, opened: BoolArray | None) -> Case:
    """Return the case of a scenario of the plain model, solved unless the open sites are known."""
    problem, settings = prepared.problem, solver_settings(prepared.loaded.scenario)
    if opened is None:
        solution = solve_location(problem, settings, prepared.progress.note)
        if solution.open is None:
            raise _no_plan()
        opened = solution.open
    known = {target.key for target in problem.targets} | {limit.key for limit in problem.site_limits}
    known.add("limits.budget")

    def judge(open_sites: BoolArray) -> Effect:
        found = evaluate(problem, open_sites)
        keys = tuple(key for text in found.violations if (key := text.partition(":")[0]) in known)
        return Effect(found.share, found.cost, found.travel, keys)

    def force(**forced: tuple[int, ...]) -> Forced:
        solution = solve_forced(problem, _quick(settings), **forced)
        return _forced(prepared, opened, judge, solution.status.value, solution.open, solution.relaxations)

    evaluation = evaluate(problem, opened)
    reasons = _reasons(prepared, opened, evaluation)
    return Case(prepared, opened, evaluation, reasons, _once(judge), force, problem.usable)


def planning_case(prepared: Prepared) -> Case:
    """Return the case of a scenario of the planning model, solved anew: its last stage."""
    from facopt.location.planning.as_plain import stage_evaluation
    from facopt.location.planning.diagnosis.what_if import broken_keys, buildable, outcome_with
    from facopt.location.planning.limits import CoverageTarget, FixedOpen
    from facopt.location.planning.planned import solve_planned
    from facopt.location.planning.problem import Stated
    from facopt.location.planning.search import solve_planning
    from facopt.rules.must_not_open import MustNotOpen

    assert prepared.task is not None
    settings, task = solver_settings(prepared.loaded.scenario), prepared.task
    problem = task.problem
    plan = solve_planned(replace(task, compare_orders=False), settings, prepared.progress.note).solution.outcome
    if plan is None:
        raise _no_plan()
    last, opened = problem.stage_count - 1, plan.open[-1]
    wishes = [wish.objective.name for wish in problem.levels]

    def judge(open_sites: BoolArray) -> Effect:
        found = outcome_with(problem, plan, open_sites, settings)
        minutes = found.person_minutes(0, problem.people[last])
        return Effect(np.minimum(found.covered[0], 1.0), found.spent, minutes, broken_keys(problem, found))

    def force(open_sites: tuple[int, ...] = (), closed: tuple[int, ...] = (), covered: tuple[int, ...] = ()) -> Forced:
        rules = list(problem.rules)
        if open_sites:
            rules.append(Stated(FORCED_KEY, FixedOpen(open_sites)))
        if closed:
            ids = tuple(str(problem.labels.site[j]) for j in closed)
            rules.append(Stated(FORCED_KEY, MustNotOpen(kind="must_not_open", sites=ids)))
        if covered:
            weights = np.zeros_like(problem.people)
            weights[:, list(covered)] = problem.people[:, list(covered)]
            rules.append(Stated(FORCED_KEY, CoverageTarget(None, 100.0, weights, range(last, last + 1))))
        asked = problem.replace(rules=tuple(rules), levels=problem.levels[: without_travel(wishes)])
        found = solve_planning(asked, _quick(settings))
        if found.outcome is None:
            return _forced(prepared, opened, judge, found.status.value, None, found.relaxations)
        other = found.outcome
        minutes = other.person_minutes(last, problem.people[last])
        effect = Effect(np.minimum(other.covered[last], 1.0), other.spent, minutes)
        now = Effect(np.minimum(plan.covered[last], 1.0), plan.spent, plan.person_minutes(last, problem.people[last]))
        change = change_of(now, effect, problem.people[last], opened, other.open[-1])
        return Forced(found.status.value, change)

    evaluation = stage_evaluation(plan, last)
    reasons = _reasons(prepared, opened, evaluation)
    return Case(prepared, opened, evaluation, reasons, _once(judge), force, buildable(problem))


def _once(judge: Judge) -> Judge:
    """Return a judge that remembers: the plan itself is asked for again and again."""
    known: dict[bytes, Effect] = {}

    def remembered(open_sites: BoolArray) -> Effect:
        key = open_sites.tobytes()
        if key not in known:
            known[key] = judge(open_sites)
        return known[key]

    return remembered


def _quick(settings: SolverSettings) -> SolverSettings:
    return replace(settings, time_limit_seconds=min(settings.time_limit_seconds, FORCED_SECONDS))


def _reasons(prepared: Prepared, opened: BoolArray, evaluation: Evaluation) -> TextArray:
    problem, scenario = prepared.problem, prepared.loaded.scenario
    times = [prepared.travelled.times[tier.mode] for tier in scenario.tiers.values()]
    today = situation(problem, problem.existing, evaluate(problem, problem.existing))
    return reasons_of(problem, times, today, situation(problem, opened, evaluation))


def _forced(
    prepared: Prepared,
    opened: BoolArray,
    judge: Judge,
    status: str,
    found: BoolArray | None,
    relaxations: tuple[Relaxation, ...],
) -> Forced:
    if found is not None:
        people = prepared.problem.people
        return Forced(status, change_of(judge(opened), judge(found), people, opened, found))
    # Ways out that change what is asked here are no answer; the plain model says it with the sites fixed open.
    ways = tuple(one for one in relaxations if one.key not in {FORCED_KEY, "facilities"} and not one.together)
    told = conflicts(ways, telling_of(prepared))
    return Forced(status, None, tuple((f"{one.sentence_zh}", one.sentence_en) for one in told))


def _no_plan() -> ScenarioError:
    return ScenarioError(Finding("there is no plan to explain", "`facopt run` says why there is none"))
