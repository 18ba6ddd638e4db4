"""Why there is no plan: which targets and limits cannot hold together, and the least change of each that would help.

For each statement in turn the problem is solved with that statement left out and its own measure optimised: the least
budget, the fewest sites, the highest coverage that all the others allow. What comes back is a plan, so the proposed
change is verified, not estimated. Where no single change is enough, the least sum of relative changes is found in an
elastic model (Chinneck 2008, Feasibility and Infeasibility in Optimization, chapter 6).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from facopt.location.formulation import Expression, Formulation
from facopt.location.referee import evaluate
from facopt.location.solution import Relaxation, Status
from facopt.location.solver import SolverSettings, solve

if TYPE_CHECKING:
    from facopt.location.problem import BoolArray, CoverageTarget, LocationProblem, SiteLimit


@dataclass(frozen=True)
class _Statement:
    """A target or limit that may be relaxed: its measure must be at least or at most what is stated."""

    key: str
    stated: float
    unit: str

    def measure(self, formulation: Formulation) -> Expression:
        raise NotImplementedError

    def needed(self, problem: LocationProblem, plan: BoolArray) -> float:
        """Return the value that `plan` would keep."""
        raise NotImplementedError


@dataclass(frozen=True)
class _Budget(_Statement):
    def measure(self, formulation: Formulation) -> Expression:
        return formulation.cost()

    def needed(self, problem: LocationProblem, plan: BoolArray) -> float:
        return float(problem.cost[plan].sum())


@dataclass(frozen=True)
class _Sites(_Statement):
    limit: SiteLimit

    def measure(self, formulation: Formulation) -> Expression:
        return formulation.site_limit(self.limit)

    def needed(self, problem: LocationProblem, plan: BoolArray) -> float:
        of_tier = plan & (problem.site_tier == self.limit.tier)
        return float((of_tier if self.limit.exact else of_tier & ~problem.existing).sum())


@dataclass(frozen=True)
class _Target(_Statement):
    target: CoverageTarget

    def measure(self, formulation: Formulation) -> Expression:
        covered = formulation.people_covered(self.target.tier, self.target.members)
        return Expression([(column, -amount) for column, amount in covered.terms], -covered.constant)

    def needed(self, problem: LocationProblem, plan: BoolArray) -> float:
        evaluation = evaluate(problem, plan)
        tier = self.target.tier
        reached = evaluation.covered if tier is None else evaluation.covered_by_tier[tier]
        share = float(problem.people[self.target.members & reached].sum() / problem.people[self.target.members].sum())
        # Rounded down to a tenth of a percent, so that what is proposed can be kept.
        return math.floor(1000 * share + 1e-9) / 10


def relaxations(problem: LocationProblem, settings: SolverSettings) -> tuple[Relaxation, ...]:
    """Return the verified ways out of an infeasible problem, the smallest relative change first; empty if none."""
    statements = _statements(problem)
    share = replace(settings, time_limit_seconds=settings.time_limit_seconds / (len(statements) + 1))
    alone = [found for statement in statements if (found := _alone(problem, statement, share)) is not None]
    if alone:
        return tuple(sorted(alone, key=_relative_change))
    return _together(problem, statements, share)


def _relative_change(relaxation: Relaxation) -> float:
    return abs(relaxation.needed - relaxation.stated) / max(abs(relaxation.stated), 1.0)


def _statements(problem: LocationProblem) -> list[_Statement]:
    statements: list[_Statement] = [
        _Target(target.key, target.at_least_percent, "percent", target)
        for target in problem.targets
        if problem.people[target.members].sum() > 0
    ]
    if problem.budget is not None:
        statements.append(_Budget("limits.budget", problem.budget, "money"))
    statements += [_Sites(limit.key, limit.count, "sites", limit) for limit in problem.site_limits]
    return statements


def _alone(problem: LocationProblem, statement: _Statement, settings: SolverSettings) -> Relaxation | None:
    """Return the least change of one statement that makes all the others possible, or None where none does."""
    formulation = Formulation.of(problem)
    formulation.add_rules(without=frozenset([statement.key]))
    measure = statement.measure(formulation)
    if isinstance(statement, _Sites) and statement.limit.exact:
        measure = _distance(formulation, measure, statement.stated)
    formulation.model.objective = dict(measure.terms)
    result = solve(formulation.model, settings)
    if result.values is None:
        return None
    needed = statement.needed(problem, formulation.plan(result.values))
    return Relaxation(statement.key, statement.stated, needed, statement.unit, together=False)


def _distance(formulation: Formulation, measure: Expression, stated: float) -> Expression:
    """Return |measure - stated| as a new column held down by two rows."""
    column = formulation.model.add_column("distance", upper=math.inf)
    right = stated - measure.constant
    formulation.model.add_row("distance_above", [(column, 1.0), *((c, -a) for c, a in measure.terms)], at_least=-right)
    formulation.model.add_row("distance_below", [(column, 1.0), *measure.terms], at_least=right)
    return Expression([(column, 1.0)], 0.0)


def _together(
    problem: LocationProblem, statements: list[_Statement], settings: SolverSettings
) -> tuple[Relaxation, ...]:
    """Return the statements that must give way together, with the least sum of relative changes."""
    formulation = Formulation.of(problem)
    formulation.add_rules(without=frozenset(statement.key for statement in statements))
    for statement in statements:
        column, _ = _elastic_row(formulation, statement)
        formulation.model.objective[column] = 1.0
    result = solve(formulation.model, settings)
    if result.values is None or result.status is Status.INFEASIBLE:
        return ()
    plan = formulation.plan(result.values)
    changed = []
    for statement in statements:
        needed = statement.needed(problem, plan)
        if not _holds(statement, needed):
            changed.append(Relaxation(statement.key, statement.stated, needed, statement.unit, together=True))
    return tuple(changed)


def _elastic_row(formulation: Formulation, statement: _Statement) -> tuple[int, Expression]:
    """Add measure <= right + scale x slack and return the slack's column."""
    measure = statement.measure(formulation)
    slack = formulation.model.add_column(f"slack_{statement.key}", upper=math.inf)
    right, scale = _right_hand_side(formulation.problem, statement)
    terms = [*measure.terms, (slack, -scale)]
    formulation.model.add_row(f"elastic_{statement.key}", terms, at_most=right - measure.constant)
    if isinstance(statement, _Sites) and statement.limit.exact:
        terms = [*measure.terms, (slack, scale)]
        formulation.model.add_row(f"elastic_{statement.key}_low", terms, at_least=right - measure.constant)
    return slack, measure


def _right_hand_side(problem: LocationProblem, statement: _Statement) -> tuple[float, float]:
    """Return the right-hand side in the unit of the measure, and the size that counts as a change of one whole."""
    if isinstance(statement, _Target):
        from facopt.location.referee import people_needed

        target = statement.target
        people = people_needed(problem, target.tier, target.at_least_percent, target.members)
        return -people, max(people, 1.0)
    return statement.stated, max(statement.stated, 1.0)


def _holds(statement: _Statement, needed: float) -> bool:
    if isinstance(statement, _Target):
        return needed >= statement.stated
    if isinstance(statement, _Sites) and statement.limit.exact:
        return needed == statement.stated
    return needed <= statement.stated * (1 + 1e-9)
