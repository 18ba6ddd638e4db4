"""The smallest set of statements that cannot hold together.

A deletion filter that halves (Junker 2004, QuickXplain), over what an elastic filter of the linear relaxation has left
(Chinneck 2008, Feasibility and Infeasibility in Optimization, chapter 6). A set found so is infeasible by itself, and
feasible without any one of its members.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from facopt.location.solution import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from facopt.location.planning.diagnosis.statements import Statement, Way
    from facopt.location.planning.diagnosis.trial import Trial
    from facopt.location.planning.problem import PlanningProblem

Item = TypeVar("Item")
LACKS = 1e-6
"""Of a row's size: more than a solver's tolerance."""


def smallest_conflict(problem: PlanningProblem, stated: Sequence[Statement], trial: Trial) -> tuple[Statement, ...]:
    """Return the statements of a smallest conflict, in their order; those that planners can loosen are preferred."""
    candidates = sorted(stated, key=lambda one: (one.key.startswith(_CORE), not one.ways))
    rules = [one for one in candidates if not one.key.startswith(_CORE)]
    # Without the ground of capacities nobody need be assigned: a conflict of the rules alone is found much sooner.
    ground = _only(problem, stated, rules)
    if len(rules) < len(candidates) and trial.part(GROUND_SHARE).possible(ground) is False:
        problem, candidates = ground, rules
    seed = _elastic_filter(problem, trial.part(GROUND_SHARE))
    candidates = [one for one in candidates if seed is None or one.key in seed or one.key.startswith(_CORE)]

    def impossible(kept: Sequence[Statement]) -> bool:
        return trial.possible(_only(problem, stated, kept)) is False

    kept = minimal(candidates, impossible)
    return tuple(one for one in stated if one in kept)


GROUND_SHARE = 0.3
"""Of the time left: at most so much for finding out where to look."""


_CORE = ("tiers.", "objective")
"""Keys of what is stated of sites: tried last, as they are the ground on which the rules stand."""


def _only(problem: PlanningProblem, stated: Sequence[Statement], kept: Sequence[Statement]) -> PlanningProblem:
    for one in stated:
        if one not in kept:
            problem = one.left_out(problem)
    return problem


def parts_in_conflict(
    problem: PlanningProblem, stated: Sequence[Statement], conflict: Sequence[Statement], trial: Trial
) -> dict[str, tuple[Way, ...]]:
    """Return for each statement of a conflict which of its parts, such as zones of a floor, it needs."""
    base = _only(problem, stated, conflict)
    ways = [way for one in conflict for way in one.parts]

    def impossible(kept: Sequence[Way]) -> bool:
        changed = base
        for way in ways:
            if way not in kept:
                changed = way.loosest(changed)
        return trial.possible(changed) is False

    needed = minimal(ways, impossible)
    return {one.key: tuple(way for way in one.parts if way in needed) for one in conflict if one.parts}


def minimal(items: Sequence[Item], impossible: Callable[[Sequence[Item]], bool]) -> list[Item]:
    """Return a smallest part of the items that is impossible; all together they are. Earlier ones are preferred.

    An answer that stays open counts as possible, so that what comes back is impossible in any case.
    """
    if not items or impossible([]):
        return []
    return _minimal([], list(items), impossible)


def _minimal(ground: list[Item], items: list[Item], impossible: Callable[[Sequence[Item]], bool]) -> list[Item]:
    """Return what of the items is needed beside the ground, which is possible by itself."""
    if len(items) == 1:
        return items
    half = len(items) // 2
    first, second = items[:half], items[half:]
    of_second = [] if impossible([*ground, *first]) else _minimal([*ground, *first], second, impossible)
    if impossible([*ground, *of_second]):
        return of_second
    return [*_minimal([*ground, *of_second], first, impossible), *of_second]


def _elastic_filter(problem: PlanningProblem, trial: Trial) -> set[str] | None:
    """Return keys of rules that the linear relaxation shows to be in conflict; None where it shows none.

    Rows that lack something are made hard one after the other, until those that are hard cannot hold.
    """
    elastic = {stated.key for stated in problem.rules}
    hard: set[str] = set()
    while True:
        found = trial.bare_relaxation(problem, frozenset(elastic))
        if found is None:
            return None
        result, model = found
        if result.status is Status.INFEASIBLE:
            return hard
        if result.values is None:
            return None
        lacking = {key for key, slack, size in model.slacks if result.values[slack] > LACKS * size}
        if not lacking:
            return None
        hard |= lacking
        elastic -= lacking
