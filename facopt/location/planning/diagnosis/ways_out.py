"""Why there is no plan: the smallest set of statements in conflict, and the cheapest ways out of it.

For each statement of the conflict, and for the parts of it that are needed, the least change is found with which a plan
exists while everything else in the scenario is kept: by minimising what a measured figure lacks, or by bisection over
values for the others. Every way out is verified: its plan stands before the referee with the changed statement.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

from facopt.location.planning.diagnosis.conflict import parts_in_conflict, smallest_conflict
from facopt.location.planning.diagnosis.statements import standards, statements
from facopt.location.planning.diagnosis.together import together
from facopt.location.planning.diagnosis.trial import Trial
from facopt.location.solution import Relaxation

if TYPE_CHECKING:
    from collections.abc import Iterable

    from facopt.location.planning.diagnosis.statements import Statement, Way
    from facopt.location.planning.problem import PlanningProblem
    from facopt.location.solver import SolverSettings

CONFLICT_SHARE = 0.4
"""Of the time: for the conflict; the rest is for the ways out."""


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
    conflict = smallest_conflict(problem, stated, search)
    parts = {} if search.cut_short else parts_in_conflict(problem, stated, conflict, search)
    ways = [way for one in conflict for way in _worth_trying(one, parts)]
    # Where it is not known which statements matter, trying each alone would leave none of them enough time.
    found = [] if search.cut_short else list(_alone(problem, [*ways, *standards(problem)], trial))
    if not found:
        left_out = [] if search.cut_short else list(_left_out(problem, conflict, trial))
        found = left_out or list(together(problem, stated, trial))
    return Diagnosis(
        conflict=tuple(one.key for one in conflict),
        parts={key: tuple(way.concession.part for way in needed) for key, needed in parts.items() if needed},
        relaxations=_ranked(found),
        is_smallest=not search.cut_short,
    )


def _worth_trying(statement: Statement, parts: dict[str, tuple[Way, ...]]) -> Iterable[Way]:
    """Yield the ways of a statement: of parts that are in conflict, then of all of it."""
    yield from parts.get(statement.key, ())
    yield from (way for way in statement.ways if way not in statement.parts)


def _alone(problem: PlanningProblem, ways: Iterable[Way], trial: Trial) -> Iterable[Relaxation]:
    """Yield the least change of each figure that makes all else possible, where there is one."""
    ways = list(ways)
    for number, way in enumerate(ways):
        value = least_change(problem, way, trial.part(1 / (len(ways) - number)))
        if value is not None:
            yield relaxation(way, value[0], least=value[1])


def relaxation(way: Way, needed: float, *, least: bool, among_others: bool = False) -> Relaxation:
    """Return a way out as the report takes it."""
    one = way.concession
    return Relaxation(way.key, one.stated, needed, one.unit, among_others, one.part, one.field, least)


def least_change(problem: PlanningProblem, way: Way, trial: Trial) -> tuple[float, bool] | None:
    """Return the value nearest to what is stated at which a plan exists, and whether no nearer one does."""
    return _measured(problem, way, trial) if way.concession.measured else _bisected(problem, way, trial)


def _measured(problem: PlanningProblem, way: Way, trial: Trial) -> tuple[float, bool] | None:
    answer = trial.least_changes(problem, (way,))
    if answer is None:
        return None
    (value,), least = answer
    return value, least


def _bisected(problem: PlanningProblem, way: Way, trial: Trial) -> tuple[float, bool] | None:
    """Bisect over the values to propose, of which the last must do."""
    concession = way.concession
    if concession.loosest in (inf, -inf) or not trial.possible(way.loosest(problem)):
        return None
    low, high, least = 0, concession.count, True
    while low + 1 < high:
        middle = (low + high) // 2
        answer = trial.possible(way.change(problem, concession.value(middle)))
        if answer:
            high = middle
        else:
            low, least = middle, least and answer is not None
    return concession.value(high), least


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
