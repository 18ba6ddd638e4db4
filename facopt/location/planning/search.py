"""From a planning problem to a plan: each objective in turn, the values before it kept, the referee after each."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from facopt.errors import Finding, RefereeError, SolverError
from facopt.linear import total
from facopt.location.planning.diagnosis.ways_out import diagnose
from facopt.location.planning.model import PlanModel
from facopt.location.planning.polish import polished
from facopt.location.planning.referee import judge
from facopt.location.planning.scale.large import is_large, solve_large
from facopt.location.planning.threshold import ThresholdObjective, least_threshold
from facopt.location.solution import Effort, Level, Relaxation, Status
from facopt.location.solver import MilpResult, SolverSettings, solve, solver_version

if TYPE_CHECKING:
    from collections.abc import Callable

    from facopt.location.planning.outcome import Outcome
    from facopt.location.planning.plan import Plan
    from facopt.location.planning.problem import LevelWish, PlanningProblem
    from facopt.location.problem import FloatArray

DIAGNOSIS_SHARE = 0.8
"""Of the time limit: the least that is spent on finding out why there is no plan."""
LAST_SECONDS = 5.0
"""What is left of the time limit when a solver's error is taken for its end."""
KEPT_SLACK = 1e-7
"""Relative: keeps a value up to what a solver's own tolerances leave of it."""
TAKEN_SLACK = 5e-7
"""Relative: what a solver's plan may fall short of a kept value, as shares that are rounding are left out of it; with
the slack above still less than what counts as proven."""
NOTHING = 1e-5
"""Of a person, a minute, a percent or money: an optimum below this is what the slack of kept levels lets through."""
LAST_STEP_SECONDS = 8e-5
"""What the last step of a large plan is given, for each column of its model."""


@dataclass(frozen=True)
class PlanningSolution:
    """A plan over all stages, or the statement that there is none."""

    status: Status
    outcome: Outcome | None
    """The referee's recomputation of the plan; None without a plan."""
    levels: tuple[Level, ...]
    effort: Effort
    conflict: tuple[str, ...] = ()
    """For infeasible problems: keys of the smallest set of statements that cannot hold together."""
    conflict_parts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By key: the parts in conflict of a statement that has parts, such as zones of a floor."""
    conflict_is_smallest: bool = True
    """False where time ended before the conflict was as small as it can be."""
    relaxations: tuple[Relaxation, ...] = ()
    """For infeasible problems: what would help, the smallest relative change first, each verified by a solve. Where
    time ended without a plan: changes that have one together."""

    @property
    def plan(self) -> Plan | None:
        """The plan itself."""
        return None if self.outcome is None else self.outcome.plan


@dataclass(frozen=True)
class Kept:
    """A level that later ones may not spoil."""

    wish: LevelWish
    value: float

    @property
    def limit(self) -> float:
        """The worst value that is still allowed."""
        sign = -1.0 if self.wish.objective.maximise else 1.0
        return self.value + sign * abs(self.value) * (self.wish.tolerance_percent / 100 + KEPT_SLACK)

    def holds(self, value: float, leeway: float = KEPT_SLACK) -> bool:
        """Return whether a value is as good, up to rounding."""
        slack = max(leeway * abs(self.value), KEPT_SLACK)
        return value >= self.limit - slack if self.wish.objective.maximise else value <= self.limit + slack


@dataclass
class Chain:
    """The lexicographic list as far as it has been solved."""

    problem: PlanningProblem
    settings: SolverSettings
    began: float = field(default_factory=time.monotonic)
    outcome: Outcome | None = None
    kept: list[Kept] = field(default_factory=list)
    bounds: list[float | None] = field(default_factory=list)
    results: list[MilpResult] = field(default_factory=list)
    size: tuple[int, int] = (0, 0)

    def seconds_left(self) -> float:
        """Return what is left of the time limit."""
        return self.settings.time_limit_seconds - (time.monotonic() - self.began)

    def model(self) -> PlanModel:
        """Return the model with all rules and the values kept so far."""
        model = PlanModel.of(self.problem)
        for kept in self.kept:
            keep(model, kept)
        return model

    def solve(self, model: PlanModel, constant: float = 0.0) -> MilpResult:
        """Minimise a model in the time that is left, from the best plan so far; gaps are relative with the constant."""
        start = None if self.outcome is None else model.start(self.outcome.plan)
        if self.settings.is_highs and is_large(model):
            settings = replace(self.settings, time_limit_seconds=self._seconds_for_large(model))
            patience = 0.0 if start is not None else self.seconds_left() - settings.time_limit_seconds
            result = solve_large(model, settings, start, constant, max(patience, 0.0))
        else:
            result = self._solve_as_it_stands(model, start)
        self.results.append(result)
        self.size = max(self.size, (len(model.linear.column_names), len(model.linear.row_names)))
        return result

    def _solve_as_it_stands(self, model: PlanModel, start: FloatArray | None) -> MilpResult:
        """Hand the model to the solver; one that gives up in the last seconds does not take the plan with it."""
        settings = replace(self.settings, time_limit_seconds=max(self.seconds_left(), 0.1))
        try:
            return solve(model.linear, settings, start)
        except SolverError as error:
            if self.outcome is None or self.seconds_left() > LAST_SECONDS:
                raise
            return MilpResult(Status.NO_SOLUTION, None, None, None, "time", f"{error}\n")

    def _seconds_for_large(self, model: PlanModel) -> float:
        """Return a share of the time left: something for the levels that follow, and for the last step."""
        last_step = LAST_STEP_SECONDS * len(model.linear.column_names)
        more = len(self.problem.levels) - len(self.kept) > 1
        return max((self.seconds_left() - last_step) * (0.6 if more else 1.0), 0.1)

    def level(self, wish: LevelWish) -> MilpResult:
        """Optimise one level and take its plan if the referee agrees with it."""
        objective = wish.objective
        if isinstance(objective, ThresholdObjective):
            result, bound, plan = least_threshold(self, objective)
        else:
            model = self.model()
            value = objective.expression(model)
            sign = -1.0 if objective.maximise else 1.0
            model.linear.objective = dict(total([value * sign]).terms)
            result = self.solve(model, sign * value.constant)
            bound = None if result.bound is None else sign * result.bound + value.constant
            plan = None if result.values is None else model.plan(result.values)
        if plan is not None:
            self.take(wish, plan)
        if self.outcome is not None:
            value_now = objective.value(self.outcome)
            self.kept.append(Kept(wish, value_now))
            self.bounds.append(_honest(wish, value_now, bound))
        return result

    def take(self, wish: LevelWish | None, plan: Plan) -> bool:
        """Take a plan unless it loses what earlier levels had reached, or is no better at this one."""
        outcome = judge(self.problem, plan)
        if self.outcome is None and outcome.violations:
            raise RefereeError([Finding(f"the solver's plan breaks a rule: {text}") for text in outcome.violations])
        if outcome.violations or not self._kept_by(outcome):
            return False
        if wish is not None and self.outcome is not None:
            now, before = wish.objective.value(outcome), wish.objective.value(self.outcome)
            if now < before if wish.objective.maximise else now > before:
                return False
        self.outcome = outcome
        return True

    def _kept_by(self, outcome: Outcome) -> bool:
        return all(kept.holds(kept.wish.objective.value(outcome), TAKEN_SLACK) for kept in self.kept)


def keep(model: PlanModel, kept: Kept) -> None:
    """Add the rows that allow no plan worse than a kept value."""
    objective = kept.wish.objective
    if isinstance(objective, ThresholdObjective):
        objective.restrict(model, kept.limit)
        return
    value = objective.expression(model)
    name = f"keep_{objective.name}_{len(model.row_keys)}"
    if objective.maximise:
        model.row(name, value, at_least=kept.limit)
    else:
        model.row(name, value, at_most=kept.limit)


def solve_planning(
    problem: PlanningProblem, settings: SolverSettings, tell: Callable[[str], None] = lambda _stage: None
) -> PlanningSolution:
    """Solve the problem's levels in order and return a plan with its proof, or that there is none.

    `tell` hears the name of each level as it begins. Raises RefereeError where a plan does not stand up to
    recomputation, and SolverError where the solver fails.
    """
    chain = Chain(problem, settings)
    for wish in problem.levels:
        if chain.results and chain.seconds_left() <= 0:
            break
        tell(wish.objective.name)
        chain.level(wish)
        if chain.outcome is None:
            break
    if chain.outcome is not None:
        tell("assignment")
        better = polished(chain)
        if better is not None:
            chain.take(None, better)
    solution = _solution(chain)
    return _diagnosed(chain, solution, tell) if solution.status is Status.INFEASIBLE else solution


def _diagnosed(chain: Chain, solution: PlanningSolution, tell: Callable[[str], None]) -> PlanningSolution:
    """Add why there is no plan, in the time that is left and at least a share of all of it."""
    tell("diagnosis")
    limit = chain.settings.time_limit_seconds
    found = diagnose(chain.problem, chain.settings, max(chain.seconds_left(), DIAGNOSIS_SHARE * limit))
    return replace(
        solution, conflict=found.conflict, conflict_parts=found.parts, relaxations=found.relaxations,
        conflict_is_smallest=found.is_smallest,
    )  # fmt: skip


def _honest(wish: LevelWish, value: float, bound: float | None) -> float | None:
    """The bound, or the value where both agree up to rounding. A plan that passes it shows a mistake in the rows."""
    if bound is None or not np.isfinite(bound):
        return None
    better = value - bound if wish.objective.maximise else bound - value
    if better > 1e-5 * max(abs(value), 1.0):
        name = wish.objective.name
        raise RefereeError(Finding(f"{name}: the plan's value {value!r} is better than its proven bound {bound!r}"))
    agree = better > -1e-7 * max(abs(value), 1.0) or max(abs(value), abs(bound)) < NOTHING
    return value if agree else bound


def _solution(chain: Chain) -> PlanningSolution:
    levels = tuple(_level(chain, number, wish) for number, wish in enumerate(chain.problem.levels))
    if chain.outcome is None:
        infeasible = chain.results[-1].status is Status.INFEASIBLE
        status = Status.INFEASIBLE if infeasible else Status.NO_SOLUTION
    else:
        status = Status.OPTIMAL if all(level.proven for level in levels) else Status.FEASIBLE
    return PlanningSolution(status, chain.outcome, levels, _effort(chain))


def _level(chain: Chain, number: int, wish: LevelWish) -> Level:
    value = None if chain.outcome is None else wish.objective.value(chain.outcome)
    bound = chain.bounds[number] if number < len(chain.bounds) else None
    return Level(wish.objective.name, value, bound, wish.tolerance_percent)


def _effort(chain: Chain) -> Effort:
    return Effort(
        solver="highs" if chain.settings.name == "auto" else chain.settings.name,
        version=solver_version(chain.settings.name),
        seconds=time.monotonic() - chain.began,
        variables=chain.size[0],
        rows=chain.size[1],
        limit=next((result.limit for result in chain.results if result.limit), ""),
        log="".join(result.log for result in chain.results),
    )
