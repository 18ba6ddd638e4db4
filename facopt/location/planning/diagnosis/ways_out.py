"""Why there is no plan: the smallest set of statements in conflict, and the cheapest ways out of it.

For each statement of the conflict, and for the parts of it that are needed, the least change is found with which a plan
exists while everything else in the scenario is kept: by minimising what a measured figure lacks, or by bisection over
values for the others. Every way out is verified: its plan stands before the referee with the changed statement.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING

from facopt.location.planning.diagnosis import trial as trials
from facopt.location.planning.diagnosis.conflict import only_these, smallest_conflict
from facopt.location.planning.diagnosis.statements import standards, statements
from facopt.location.planning.diagnosis.together import together
from facopt.location.planning.diagnosis.trial import Changes, Trial
from facopt.location.solution import Relaxation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from facopt.location.planning.diagnosis.conflict import SmallestConflict
    from facopt.location.planning.diagnosis.elastic import ElasticRelaxation
    from facopt.location.planning.diagnosis.statements import Statement, Way
    from facopt.location.planning.problem import PlanningProblem
    from facopt.location.solver import SolverSettings

CONFLICT_SHARE = 0.4
"""Of the time: for the conflict; the rest is for the ways out."""
MOST_TRIED = 6
"""Statements of a conflict of which each is tried alone although some of them may be spared."""
MOST_OPEN = 10
"""Figures of which it is said that nothing is known of them."""
SCREENING_SHARE = 0.2
"""Of the time left: for what the relaxation says of which figures may help at all."""
STEP_SHARE = 0.5
"""Of the time left for a figure of a large problem: for one value of it."""
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


@dataclass(frozen=True)
class Search:
    """What is known of a problem without a plan when ways out are looked for."""

    problem: PlanningProblem
    conflict: PlanningProblem
    """The problem with nothing stated but the conflict."""
    relaxation: ElasticRelaxation | None
    """Of the problem; None where there was no time for it."""

    @property
    def is_large(self) -> bool:
        """Return whether whole problems take long to solve, so that they are asked as rarely as can be."""
        return self.relaxation is not None and self.relaxation.columns >= trials.LARGE

    def may_help(self, key: str, part: str, until: float) -> bool:
        """Return whether a plan may exist without a statement or a part of it: False is proven by the relaxation."""
        if self.relaxation is None:
            return True
        self.relaxation.until = until
        return self.relaxation.may_help(key, part)


def diagnose(problem: PlanningProblem, settings: SolverSettings, seconds: float) -> Diagnosis:
    """Return what is known, within so many seconds, of why no plan exists."""
    trial = Trial(settings, seconds)
    stated = statements(problem)
    finding = trial.part(CONFLICT_SHARE)
    relaxation = finding.relaxation(problem)
    found = smallest_conflict(problem, stated, finding, relaxation)
    search = Search(problem, only_these(problem, stated, found.statements), relaxation)
    ways = _worth_trying(search, found, trial)
    # Where it is not known which statements matter, trying each alone would leave none of them enough time.
    tried = not finding.cut_short or len({way.key for way in ways}) <= MOST_TRIED
    alone = list(_alone(search, ways, trial)) if tried else _left_open(ways)
    if tried and not any(one.verified for one in alone):
        alone += _left_out(search, found.statements, trial)
    enough = [one for one in alone if one.verified] or list(together(problem, stated, trial))
    return Diagnosis(
        conflict=tuple(one.key for one in found.statements),
        parts={key: tuple(way.concession.part for way in needed) for key, needed in found.parts.items() if needed},
        relaxations=(*_ranked(enough), *_ranked([one for one in alone if not one.verified])),
        is_smallest=not finding.cut_short,
    )


def easier(problem: PlanningProblem, settings: SolverSettings, seconds: float) -> tuple[Relaxation, ...]:
    """Return changes that have a plan together, of a problem of which it is not known whether it has one."""
    return _ranked(list(together(problem, statements(problem), Trial(settings, seconds))))


def _worth_trying(search: Search, found: SmallestConflict, trial: Trial) -> list[Way]:
    """Return the ways that may help alone: of parts that are in conflict, then of all of a statement, then standards.

    Figures that are found by one minimisation come first.
    """
    until = time.monotonic() + SCREENING_SHARE * trial.left()
    ways = [way for one in found.statements for way in _of_conflict(one, found.parts)]
    # The first relaxation of a minimisation says the same, and sooner where costs lead the way.
    ways = [way for way in ways if _minimised(way) or search.may_help(way.key, way.concession.part, until)]
    longer = [way for way in standards(search.problem) if _standard_may_help(search.conflict, way, trial)]
    return [*sorted(ways, key=lambda way: not _minimised(way)), *longer]


def _minimised(way: Way) -> bool:
    """Return whether a way is of all of a statement and found by minimising."""
    return way.concession.measured and not (way.concession.part and way.concession.field)


def _of_conflict(statement: Statement, parts: dict[str, tuple[Way, ...]]) -> Iterable[Way]:
    """Yield the ways of a statement: of parts that are in conflict, then of all of it."""
    yield from parts.get(statement.key, ())
    yield from (way for way in statement.ways if way not in statement.parts)


def _standard_may_help(conflict: PlanningProblem, way: Way, trial: Trial) -> bool:
    """Return whether a figure that is no part of a conflict, stated as loosely as can be, might resolve it."""
    return trial.part(MAY_HELP_SHARE).possible(way.loosest(conflict)) is not False


def _alone(search: Search, ways: Sequence[Way], trial: Trial) -> Iterable[Relaxation]:
    """Yield the least change of each figure that makes all else possible, and figures of which time told nothing."""
    for number, way in enumerate(ways):
        asked = trial.part(1 / (len(ways) - number))
        found = least_change(search, way, asked)
        if found is not None:
            yield relaxation(way, found)
        elif asked.cut_short:
            yield relaxation(way, Changes(None))


def _left_open(ways: Iterable[Way]) -> list[Relaxation]:
    """Return figures of which nothing is known, one of each statement: of all of it where it has such a figure."""
    in_parts = sorted(ways, key=lambda way: bool(way.concession.part and way.concession.field))
    first = {way.key: way for way in reversed(in_parts)}
    return [relaxation(first[key], Changes(None)) for key in dict.fromkeys(way.key for way in ways)][:MOST_OPEN]


def relaxation(way: Way, found: Changes) -> Relaxation:
    """Return a way out as the report takes it; where nothing is known of the figure, it stays as it is stated."""
    one = way.concession
    known = one.stated if found.not_enough is None else found.not_enough
    return Relaxation(
        way.key, one.stated, known if found.values is None else found.values[0], one.unit, False, one.part, one.field,
        found.least, found.not_enough, found.values is not None,
    )  # fmt: skip


def least_change(search: Search, way: Way, trial: Trial) -> Changes | None:
    """Return the value nearest to what is stated at which a plan exists, or how near it cannot be; None for neither."""
    if way.concession.measured:
        return trial.least_changes(search.problem, (way,))
    if not isfinite(way.concession.loosest):
        return None
    return _climbed(search, way, trial) if search.is_large else _bisected(search.problem, way, trial)


def _bisected(problem: PlanningProblem, way: Way, trial: Trial) -> Changes | None:
    """Bisect over the values to propose, of which the last must do."""

    def enough(number: int) -> bool | None:
        return trial.possible(way.change(problem, way.concession.value(number)))

    answer = trial.part(LOOSEST_SHARE).possible(way.loosest(problem))
    if answer is False:
        return None
    shown, high = (0, way.concession.count) if answer else _bracket(enough, 0, way.concession.count)
    return _between(way, enough, shown, high)


def _climbed(search: Search, way: Way, trial: Trial) -> Changes | None:
    """Try values from the first on that the relaxation of the conflict alone does not rule out."""

    def enough(number: int) -> bool | None:
        asked = trial.part(STEP_SHARE)
        answer = asked.possible(way.change(search.problem, way.concession.value(number)))
        trial.cut_short |= asked.cut_short
        return answer

    if trial.ruled_out(way.loosest(search.problem)):
        return None
    shown, high = _bracket(enough, _ruled_out(search.conflict, way, trial.part(LOOSEST_SHARE)), way.concession.count)
    return None if shown == way.concession.count else _between(way, enough, shown, high)


def _ruled_out(conflict: PlanningProblem, way: Way, trial: Trial) -> int:
    """Return the last number that the relaxation of a conflict shows not to be enough."""
    low, high = 0, way.concession.count + 1
    while low + 1 < high:
        middle = (low + high) // 2
        no = trial.ruled_out(way.change(conflict, way.concession.value(middle)))
        low, high = (middle, high) if no else (low, middle)
    return low


def _between(way: Way, enough: Callable[[int], bool | None], shown: int, high: int | None) -> Changes | None:
    """Bisect between a number shown not to be enough and one that is; None for the latter where there is none."""
    concession = way.concession
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


def _bracket(enough: Callable[[int], bool | None], shown: int, count: int) -> tuple[int, int | None]:
    """Return the last number shown not to be enough and one that is, None where none was found.

    In longer and longer steps, as small changes make small problems.
    """
    tried, step = shown, 1
    while tried < count:
        tried, step = min(tried + step, count), 2 * step
        answer = enough(tried)
        if answer:
            return shown, tried
        shown = tried if answer is False else shown
    return shown, None


def _left_out(search: Search, conflict: Iterable[Statement], trial: Trial) -> Iterable[Relaxation]:
    """Yield the statements of the conflict without which a plan exists, and those without a figure that stay open."""
    until = time.monotonic() + SCREENING_SHARE * trial.left()
    may_help = [statement for statement in conflict if search.may_help(statement.key, "", until)]
    for number, statement in enumerate(may_help):
        answer = trial.part(1 / (len(may_help) + 1 - number)).possible(statement.left_out(search.problem))
        if answer:
            yield Relaxation(statement.key, 1.0, 0.0, "statement", together=False)
        elif answer is None and not statement.ways:
            yield Relaxation(statement.key, 1.0, 1.0, "statement", together=False, least=False, verified=False)


def _ranked(found: list[Relaxation]) -> tuple[Relaxation, ...]:
    """Return the ways out by relative change, without changes of a whole statement that one of its parts saves."""
    single = {(one.key, one.needed) for one in found if one.part}
    worth = [one for one in found if one.part or (one.key, one.needed) not in single]
    last = {"listed", "statement"}
    return tuple(sorted(worth, key=lambda one: (one.unit in last or one.needed == one.stated, relative_change(one))))


def relative_change(one: Relaxation) -> float:
    """Return a change relative to what is stated; changes in percent of what is stated are that already."""
    change = abs(one.needed - one.stated)
    if one.unit in {"capacity_percent", "least_load_percent"}:
        return change / 100
    return change / max(abs(one.stated), 1.0)
