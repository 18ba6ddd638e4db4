"""The smallest set of statements that cannot hold together.

Where the linear relaxation has a conflict, one of its smallest is taken, and plans are looked for without each of its
members. Otherwise a deletion filter that halves (Junker 2004, QuickXplain) asks a solver. A set found so is infeasible
by itself, and feasible without any one of its members.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from facopt.location.planning.diagnosis.elastic import ElasticRelaxation
    from facopt.location.planning.diagnosis.statements import Statement, Way
    from facopt.location.planning.diagnosis.trial import Trial
    from facopt.location.planning.problem import PlanningProblem

Item = TypeVar("Item")


@dataclass(frozen=True)
class SmallestConflict:
    """Statements that cannot hold together."""

    statements: tuple[Statement, ...]
    """In the order of the scenario."""
    parts: dict[str, tuple[Way, ...]]
    """By key: which parts of a statement, such as zones of a floor, it needs; of statements that have any."""


def smallest_conflict(
    problem: PlanningProblem, stated: Sequence[Statement], trial: Trial, relaxation: ElasticRelaxation | None
) -> SmallestConflict:
    """Return the smallest conflict as far as time allows; statements of one figure are preferred."""
    preferred = sorted(stated, key=_preference)
    shown = None if relaxation is None else relaxation.smallest([one.key for one in preferred])
    if shown is None:
        kept = _by_solver(problem, stated, preferred, trial)
        conflict = tuple(one for one in stated if one in kept)
        return SmallestConflict(conflict, {} if trial.cut_short else _parts(problem, stated, conflict, trial))
    keys = {key for key, _ in shown}
    conflict = tuple(one for one in stated if one.key in keys)
    needed = _needed(problem, stated, conflict, trial)
    if needed != conflict:
        return SmallestConflict(needed, {} if trial.cut_short else _parts(problem, stated, needed, trial))
    parts = {one.key: tuple(way for way in one.parts if (way.key, way.concession.part) in shown) for one in conflict}
    return SmallestConflict(conflict, {key: ways for key, ways in parts.items() if ways})


def _preference(one: Statement) -> tuple[bool, bool, bool, bool]:
    """Return what statements are sorted by: limits first, which most conflicts are with, then targets, then rules."""
    return one.key.startswith(_CORE), not one.ways, bool(one.parts), not one.key.startswith("limits.")


def _needed(
    problem: PlanningProblem, stated: Sequence[Statement], conflict: tuple[Statement, ...], trial: Trial
) -> tuple[Statement, ...]:
    """Return a conflict without those of its statements that it does not need."""
    for number, one in reversed([*enumerate(conflict)]):
        rest = tuple(other for other in conflict if other is not one)
        asked = trial.part(1 / (number + 1))
        if asked.possible(only_these(problem, stated, rest)) is False:
            conflict = rest
        trial.cut_short |= asked.cut_short
    return conflict


def _by_solver(
    problem: PlanningProblem, stated: Sequence[Statement], candidates: list[Statement], trial: Trial
) -> list[Statement]:
    """Return a smallest conflict that the relaxation does not show."""
    rules = [one for one in candidates if not one.key.startswith(_CORE)]
    # Without the ground of capacities nobody need be assigned: a conflict of the rules alone is found much sooner.
    ground = only_these(problem, stated, rules)
    if len(rules) < len(candidates) and trial.part(GROUND_SHARE).possible(ground) is False:
        problem, candidates = ground, rules

    def impossible(kept: Sequence[Statement]) -> bool:
        return trial.possible(only_these(problem, stated, kept)) is False

    return minimal(candidates, impossible)


GROUND_SHARE = 0.3
"""Of the time left: at most so much for finding out where to look."""


_CORE = ("tiers.", "objective")
"""Keys of what is stated of sites: tried last, as they are the ground on which the rules stand."""


def only_these(problem: PlanningProblem, stated: Sequence[Statement], kept: Sequence[Statement]) -> PlanningProblem:
    """Return the problem with some of its statements alone."""
    for one in stated:
        if one not in kept:
            problem = one.left_out(problem)
    return problem


def _parts(
    problem: PlanningProblem, stated: Sequence[Statement], conflict: Sequence[Statement], trial: Trial
) -> dict[str, tuple[Way, ...]]:
    """Return for each statement of a conflict which of its parts, such as zones of a floor, it needs."""
    base = only_these(problem, stated, conflict)
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
