"""Final plan first, then the order of its actions: what many plans do, and what it costs against planning jointly."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from facopt.location.planning.limits import Budget, CoverageTarget
from facopt.location.planning.problem import Stated
from facopt.location.planning.search import PlanningSolution, solve_planning

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from facopt.location.planning.model import PlanModel
    from facopt.location.planning.outcome import Outcome
    from facopt.location.planning.problem import PlanningProblem
    from facopt.location.problem import IntArray
    from facopt.location.solver import SolverSettings


@dataclass(frozen=True)
class FinalState:
    """Every site ends in the option that the final plan gives it."""

    option: IntArray
    """(J,)"""

    def rows(self, model: PlanModel) -> None:
        """Add for each site that moves at all: in its option in the last stage."""
        for j, option in enumerate(self.option.tolist()):
            if model.problem.moves_of[j]:
                model.row(f"final_{j}", model.in_option(option, model.last), at_least=1.0)

    def broken(self, outcome: Outcome) -> Iterator[str]:
        """Yield the sites that end otherwise."""
        for j in (outcome.option[-1] != self.option).nonzero()[0]:
            yield f"{outcome.problem.labels.site[j]} does not end as the final plan has it"


def final_first(
    problem: PlanningProblem, settings: SolverSettings, tell: Callable[[str], None] = lambda _stage: None
) -> PlanningSolution:
    """Return the plan that has the best last stage, in the best order; half of the time for each.

    Each level's bound holds for plans that end this way, not for all plans.
    """
    half = replace(settings, time_limit_seconds=settings.time_limit_seconds / 2)
    final = solve_planning(last_stage_only(problem), half, tell)
    if final.outcome is None:
        return final
    state = Stated("stages.order", FinalState(final.outcome.option[-1]))
    return solve_planning(problem.replace(rules=(*problem.rules, state)), half, tell)


def last_stage_only(problem: PlanningProblem) -> PlanningProblem:
    """Return the problem of the last stage alone, as if everything were done at once; budgets of stages fall away."""
    last = problem.stage_count - 1
    rules = []
    for stated in problem.rules:
        rule = stated.rule
        if isinstance(rule, Budget) and rule.stage is not None:
            continue
        if isinstance(rule, CoverageTarget):
            if last not in rule.stages:
                continue
            rule = replace(rule, weights=rule.weights[last:], stages=range(1))
        rules.append(Stated(stated.key, rule))
    labels = replace(problem.labels, segments={n: people[last:] for n, people in problem.labels.segments.items()})
    return problem.replace(
        people=problem.people[last:], load=problem.load[last:], stages=problem.stages[last:], labels=labels,
        moves=tuple(replace(move, first_stage=0) for move in problem.moves if move.first_stage <= last),
        rules=tuple(rules), need=None if problem.need is None else problem.need[last:],
    )  # fmt: skip
