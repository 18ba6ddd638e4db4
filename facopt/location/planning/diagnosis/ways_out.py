"""Why there is no plan: the smallest set of statements in conflict, and the cheapest ways out of it.

For each statement of the conflict, and for the parts of it that are needed, the least change is found with which a plan
exists while everything else in the scenario is kept: by minimising what a measured figure lacks, or by bisection over
values for the others. Every way out is verified: its plan stands before the referee with the changed statement.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

from facopt.location.planning.diagnosis.conflict import only_these, smallest_conflict
from facopt.location.planning.diagnosis.statements import standards, statements
from facopt.location.planning.diagnosis.together import together
from facopt.location.planning.diagnosis.trial import Changes, Trial
from facopt.location.solution import Relaxation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from facopt.location.planning.diagnosis.statements import Statement, Way
    from facopt.location.planning.problem import PlanningProblem
    from facopt.location.solver import SolverSettings

CONFLICT_SHARE = 0.4
"""Of the time: for the conflict; the rest is for the ways out."""
MOST_TRIED = 6
"""Statements of a conflict of which each is tried alone although some of them may be spared."""
MAY_HELP_SHARE = 0.1
"""Of the time left: to find out whether a standard has to do with the conflict."""
LOOSEST_SHARE = 0.3
"""Of the time for a figure: to find out whether stating it as loosely as can be is enough."""


@dataclass(frozen=True)
class Diagnosis:
    """What cannot hold together, and what would help."""

    conflict: tuple[str, ...]
    """Keys of the scenario; without any one of them the others can hold together."""
    parts: dict[str, tuple[str, ...]]
    """By key: the parts of a statement that are in conflict, such as one zone of a floor, where they are not all."""
    relaxations: tuple[Relaxation, ...]
    """The smallest relative change first."""
    is_smallest: bool
    """Whether each of the conflict was shown to be needed for it; False where time ended first."""


def diagnose(problem: PlanningProblem, settings: SolverSettings, seconds: float) -> Diagnosis:
    """Return what is known, within so many seconds, of why no plan exists."""
    trial = Trial(settings, seconds)
    stated = statements(problem)
    search = trial.part(CONFLICT_SHARE)
    found = smallest_conflict(problem, stated, search)
    # Where it is not known which statements matter, trying each alone would leave none of them enough time.
    tried = not search.cut_short or len(found.statements) <= MOST_TRIED
    ways = [way for one in found.statements for way in _worth_trying(one, found.parts)]
    by_itself = only_these(problem, stated, found.statements)
    longer = [way for way in standards(problem) if tried and _may_help(by_itself, way, trial)]
    alone = list(_alone(problem, [*ways, *longer], trial)) if tried else []
    enough = [one for one in alone if one.verified]
    if tried and not enough:
        enough = list(_left_out(problem, found.statements, trial))
    if not enough:
        enough = list(together(problem, stated, trial))
    return Diagnosis(
        conflict=tuple(one.key for one in found.statements),
        parts={key: tuple(way.concession.part for way in needed) for key, needed in found.parts.items() if needed},
        relaxations=(*_ranked(enough), *_ranked([one for one in alone if not one.verified])),
        is_smallest=not search.cut_short,
    )


def _may_help(conflict: PlanningProblem, way: Way, trial: Trial) -> bool:
    """Return whether a figure that is no part of a conflict, stated as loosely as can be, might resolve it."""
    return trial.part(MAY_HELP_SHARE).possible(way.loosest(conflict)) is not False


def _worth_trying(statement: Statement, parts: dict[str, tuple[Way, ...]]) -> Iterable[Way]:
    """Yield the ways of a statement: of parts that are in conflict, then of all of it."""
    yield from parts.get(statement.key, ())
    yield from (way for way in statement.ways if way not in statement.parts)


def _alone(problem: PlanningProblem, ways: Iterable[Way], trial: Trial) -> Iterable[Relaxation]:
    """Yield the least change of each figure that makes all else possible, where there is one."""
    ways = list(ways)
    for number, way in enumerate(ways):
        found = least_change(problem, way, trial.part(1 / (len(ways) - number)))
        if found is not None:
            yield relaxation(way, found)


def relaxation(way: Way, found: Changes) -> Relaxation:
    """Return a way out as the report takes it."""
    one = way.concession
    needed = found.not_enough if found.values is None else found.values[0]
    assert needed is not None
    return Relaxation(
        way.key, one.stated, needed, one.unit, False, one.part, one.field, found.least, found.not_enough,
        found.values is not None,
    )  # fmt: skip


def least_change(problem: PlanningProblem, way: Way, trial: Trial) -> Changes | None:
    """Return the value nearest to what is stated at which a plan exists, or how near it cannot be; None for neither."""
    if way.concession.measured:
        return trial.least_changes(problem, (way,))
    return _bisected(problem, way, trial)


def _bisected(problem: PlanningProblem, way: Way, trial: Trial) -> Changes | None:
    """Bisect over the values to propose, of which the last must do."""
    concession = way.concession
    if concession.loosest in (inf, -inf):
        return None

    def enough(number: int) -> bool | None:
        return trial.possible(way.change(problem, concession.value(number)))

    answer = trial.part(LOOSEST_SHARE).possible(way.loosest(problem))
    if answer is False:
        return None
    shown, high = (0, concession.count) if answer else _bracket(enough, concession.count)
    if high is None:
        return Changes(None, not_enough=concession.value(shown)) if shown else None
    low = shown
    while low + 1 < high:
        middle = (low + high) // 2
        answer = enough(middle)
        if answer:
            high = middle
        else:
            low, shown = middle, middle if answer is False else shown
    least = shown + 1 == high
    return Changes((concession.value(high),), least, concession.value(shown) if shown and not least else None)


def _bracket(enough: Callable[[int], bool | None], count: int) -> tuple[int, int | None]:
    """Return the last number shown not to be enough and one that is, None where there is none, in longer and longer
    steps: small changes make small problems.
    """
    shown, number = 0, 1
    while number <= count:
        answer = enough(number)
        if answer is not False:
            return shown, number if answer else None
        shown, number = number, 2 * number
    return shown, None


def _left_out(problem: PlanningProblem, conflict: Iterable[Statement], trial: Trial) -> Iterable[Relaxation]:
    """Yield the statements of the conflict without which a plan exists, for those that have no figure to change."""
    for statement in conflict:
        if trial.possible(statement.left_out(problem)):
            yield Relaxation(statement.key, 1.0, 0.0, "statement", together=False)


def _ranked(found: list[Relaxation]) -> tuple[Relaxation, ...]:
    """Return the ways out by relative change, without changes of a whole statement that one of its parts saves."""
    single = {(one.key, one.needed) for one in found if one.part}
    worth = [one for one in found if one.part or (one.key, one.needed) not in single]
    return tuple(sorted(worth, key=lambda one: (one.unit in {"listed", "statement"}, relative_change(one))))


def relative_change(one: Relaxation) -> float:
    """Return a change relative to what is stated; changes in percent of what is stated are that already."""
    change = abs(one.needed - one.stated)
    if one.unit in {"capacity_percent", "least_load_percent"}:
        return change / 100
    return change / max(abs(one.stated), 1.0)
