"""Several statements that must give way together, where none alone is enough."""

from __future__ import annotations

from typing import TYPE_CHECKING

from facopt.location.solution import Relaxation

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from facopt.location.planning.problem import PlanningProblem
    from facopt.location.planning.statements import Statement, Way
    from facopt.location.planning.trial import Trial


def together(problem: PlanningProblem, stated: Sequence[Statement], trial: Trial) -> tuple[Relaxation, ...]:
    """Return changes that are enough together, none of which can be spared.

    Figures without a measure are stated as loosely as needed first, then the least sum of relative changes of the
    measured ones is found, then what turns out not to be needed is taken back.
    """
    measured = tuple(way for one in stated for way in one.ways if way.concession.measured and not way.concession.part)
    steps = [way for one in stated for way in one.ways if _by_steps(way)]
    base = problem
    for way in steps:
        base = way.loosest(base)
    changes = {way: way.concession.loosest for way in steps}
    if measured:
        answer = trial.least_changes(base, measured)
        if answer is None:
            return ()
        changes.update(zip(measured, answer[0], strict=True))
    elif not trial.possible(base):
        return ()
    least = _taken_back(problem, changes, trial)
    return tuple(_relaxation(way, value) for way, value in least.items())


def _by_steps(way: Way) -> bool:
    concession = way.concession
    return not concession.measured and not (concession.part and concession.unit != "listed")


def _taken_back(problem: PlanningProblem, changes: dict[Way, float], trial: Trial) -> dict[Way, float]:
    """Return the changes with each brought back as far towards what is stated as the others allow."""
    changes = {way: value for way, value in changes.items() if value != way.concession.stated}
    for way in list(changes):
        others = {other: value for other, value in changes.items() if other != way}
        if trial.possible(_changed(problem, others)):
            changes = others
        elif not way.concession.measured:
            changes[way] = _nearest(problem, way, others, trial)
    return changes


def _nearest(problem: PlanningProblem, way: Way, others: dict[Way, float], trial: Trial) -> float:
    low, high = 0, way.concession.count
    while low + 1 < high:
        middle = (low + high) // 2
        changed = way.change(_changed(problem, others), way.concession.value(middle))
        low, high = (low, middle) if trial.possible(changed) else (middle, high)
    return way.concession.value(high)


def _changed(problem: PlanningProblem, changes: dict[Way, float]) -> PlanningProblem:
    for way, value in changes.items():
        problem = way.change(problem, value)
    return problem


def _relaxations(changes: dict[Way, float]) -> Iterator[Relaxation]:
    for way, value in changes.items():
        yield _relaxation(way, value)


def _relaxation(way: Way, value: float) -> Relaxation:
    one = way.concession
    return Relaxation(way.key, one.stated, value, one.unit, True, one.part, one.field, False)
