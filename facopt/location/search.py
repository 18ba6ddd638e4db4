"""From a location problem to a solution: each objective in turn, the values before it kept, the referee after each."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from facopt.errors import Finding, RefereeError
from facopt.location.levels import OBJECTIVES, LevelResult, Search
from facopt.location.planning.diagnosis.ways_out import diagnose as why_no_plan
from facopt.location.planning.from_plain import planning_problem
from facopt.location.referee import Evaluation, evaluate
from facopt.location.solution import Effort, Level, Solution, Status
from facopt.location.solver import SolverSettings, solver_version

if TYPE_CHECKING:
    from collections.abc import Callable

    from facopt.location.formulation import Formulation
    from facopt.location.problem import BoolArray, LocationProblem

SOLVER_TOLERANCE = 1e-8
"""Relative distance of value and bound that a solver's own tolerances leave at an optimum."""


@dataclass
class _Chain:
    """The lexicographic list as far as it has been solved."""

    problem: LocationProblem
    settings: SolverSettings
    began: float = field(default_factory=time.monotonic)
    open: BoolArray | None = None
    evaluation: Evaluation | None = None
    kept: list[tuple[str, float]] = field(default_factory=list)
    bounds: list[float | None] = field(default_factory=list)
    results: list[LevelResult] = field(default_factory=list)

    def seconds_left(self) -> float:
        """Return what is left of the time limit."""
        return self.settings.time_limit_seconds - (time.monotonic() - self.began)

    def add_kept(self, formulation: Formulation) -> None:
        """Add the rows that keep the values of the levels before."""
        for name, value in self.kept:
            OBJECTIVES[name].keep(formulation, value)

    def level(self, name: str, tell: Callable[[str], None]) -> LevelResult:
        """Optimise one level and take its plan if the referee agrees with it."""
        tell(name)
        search = Search(self.settings, self.seconds_left, self.add_kept, self.open, tuple(self.kept))
        result = OBJECTIVES[name].optimise(self.problem, search)
        self.results.append(result)
        if result.open is not None:
            self._take(name, result.open)
        if self.evaluation is not None:
            self.kept.append((name, self.evaluation.value(name)))
            self.bounds.append(self._honest_bound(name, result.bound))
        return result

    def _take(self, name: str, opened: BoolArray) -> None:
        """Take a plan, unless the referee finds that it lost what the levels before had reached."""
        evaluation = evaluate(self.problem, opened)
        lost = [
            level
            for level, value in self.kept
            if not OBJECTIVES[level].kept(self.problem, value, evaluation.value(level))
        ]
        if self.evaluation is None and evaluation.violations:
            raise RefereeError(
                [Finding(f"the solver's plan for {name} breaks a rule: {text}") for text in evaluation.violations]
            )
        if lost or evaluation.violations or not self._better(name, evaluation):
            return
        self.open, self.evaluation = opened, evaluation

    def _better(self, name: str, evaluation: Evaluation) -> bool:
        if self.evaluation is None:
            return True
        before, now = self.evaluation.value(name), evaluation.value(name)
        return now >= before if OBJECTIVES[name].maximise else now <= before

    def _honest_bound(self, name: str, bound: float | None) -> float | None:
        """A bound that the plan itself passes by more than rounding shows a mistake in the formulation."""
        if bound is None or self.evaluation is None:
            return None
        value = self.evaluation.value(name)
        better = value - bound if OBJECTIVES[name].maximise else bound - value
        if better > 1e-6 * max(abs(value), 1.0):
            raise RefereeError(Finding(f"{name}: the plan's value {value!r} is better than its proven bound {bound!r}"))
        # What is left of a sum's rounding and of the rows that keep earlier levels is no gap between two plans.
        return value if better > -SOLVER_TOLERANCE * abs(value) else bound


def solve_location(
    problem: LocationProblem,
    settings: SolverSettings,
    tell: Callable[[str], None] = lambda _stage: None,
    *,
    diagnose: bool = True,
) -> Solution:
    """Solve the problem's objectives in order and return a plan with its proof, or why there is none.

    `tell` hears the name of each level as it begins; without `diagnose` nobody asks what would make a contradiction
    possible. Raises RefereeError where a plan does not stand up to recomputation, and SolverError where the solver
    fails.
    """
    chain = _Chain(problem, settings)
    for name in problem.objective:
        if chain.results and chain.seconds_left() <= 0:
            break
        if chain.level(name, tell).open is None and chain.open is None:
            break
    return _solution(chain, tell, diagnose)


def _solution(chain: _Chain, tell: Callable[[str], None], diagnose: bool) -> Solution:
    levels = tuple(_final_level(chain, index, name) for index, name in enumerate(chain.problem.objective))
    status = _status(chain, levels)
    effort = _effort(chain)
    if status is not Status.INFEASIBLE or not diagnose:
        return Solution(status, chain.open, levels, chain.evaluation, effort)
    tell("diagnosis")
    # Finding out why gets its own share of the time, however soon the contradiction was found.
    found = why_no_plan(planning_problem(chain.problem), chain.settings, chain.settings.time_limit_seconds / 2)
    return Solution(
        status, None, levels, None, effort, found.relaxations, found.conflict, found.is_smallest, found.parts
    )


def _final_level(chain: _Chain, index: int, name: str) -> Level:
    value = None if chain.evaluation is None else chain.evaluation.value(name)
    return Level(name, value, chain.bounds[index] if index < len(chain.bounds) else None)


def _status(chain: _Chain, levels: tuple[Level, ...]) -> Status:
    if chain.open is None:
        infeasible = chain.results[-1].status is Status.INFEASIBLE
        return Status.INFEASIBLE if infeasible else Status.NO_SOLUTION
    return Status.OPTIMAL if all(level.proven for level in levels) else Status.FEASIBLE


def _effort(chain: _Chain) -> Effort:
    return Effort(
        solver="highs" if chain.settings.name == "auto" else chain.settings.name,
        version=solver_version(chain.settings.name),
        seconds=time.monotonic() - chain.began,
        variables=max((result.variables for result in chain.results), default=0),
        rows=max((result.rows for result in chain.results), default=0),
        limit=next((result.limit for result in chain.results if result.limit), ""),
        log="".join(
            f"== {name} ==\n{result.log}\n"
            for name, result in zip(chain.problem.objective, chain.results, strict=False)
        ),
    )
