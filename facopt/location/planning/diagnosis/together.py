"""Several statements that must give way together, where none alone is enough."""

from __future__ import annotations

from typing import TYPE_CHECKING

from facopt.location.solution import Relaxation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from facopt.location.planning.diagnosis.statements import Statement, Way
    from facopt.location.planning.diagnosis.trial import Trial
    from facopt.location.planning.problem import PlanningProblem


LIMITS_SHARE = 0.7
"""Of the time left: for changes of limits alone."""


def together(problem: PlanningProblem, stated: Sequence[Statement], trial: Trial) -> tuple[Relaxation, ...]:
    """Return changes that are enough together, none of which can be spared, as far as time allows to try.

    First the least sum of relative changes of the measured figures alone; of large problems, where the first changes
    found are far from the least, those of the limits before those of targets. Where that is not enough, the others are
    stated as loosely as can be beside them, and what turns out not to be needed is taken back.
    """
    measured = tuple(way for one in stated for way in one.ways if _measured_whole(way))
    limits = tuple(way for way in measured if way.key.startswith("limits.")) if trial.is_large(problem) else ()
    answer = _measured(problem, limits, trial.part(LIMITS_SHARE)) if limits else None
    answer = answer or _measured(problem, measured, trial)
    if answer is not None:
        changes, proven = answer
    else:
        steps = [way for one in stated for way in one.ways if _by_steps(way)]
        base = _changed(problem, {way: way.concession.loosest for way in steps})
        found = _measured(base, measured, trial)
        if found is None:
            return ()
        changes, proven = {way: way.concession.loosest for way in steps} | found[0], False
    kept = _taken_back(problem, changes, trial)
    several = len(kept) > 1
    return tuple(_relaxation(way, value, proven, together=several) for way, value in kept.items())


def _measured_whole(way: Way) -> bool:
    """Return whether a way is measured and speaks of all of its statement."""
    return way.concession.measured and not (way.concession.part and way.concession.field)


def _measured(problem: PlanningProblem, ways: tuple[Way, ...], trial: Trial) -> tuple[dict[Way, float], bool] | None:
    """Return values of measured figures at which a plan exists, and whether they are proven least; None without any."""
    if not ways:
        return ({}, True) if trial.possible(problem) else None
    answer = trial.least_changes(problem, ways)
    if answer is None or answer.values is None:
        return None
    return dict(zip(ways, answer.values, strict=True)), answer.least


def _by_steps(way: Way) -> bool:
    concession = way.concession
    return not concession.measured and not (concession.part and concession.unit != "listed")


def _taken_back(problem: PlanningProblem, changes: dict[Way, float], trial: Trial) -> dict[Way, float]:
    """Return the changes with each brought back as far towards what is stated as the others allow."""
    changes = {way: value for way, value in changes.items() if value != way.concession.stated}
    for way in list(changes):
        others = {other: value for other, value in changes.items() if other != way}
        # Without any change there is none, or none that was found in the time of the search itself.
        if others and trial.possible(_changed(problem, others)):
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


def _relaxation(way: Way, value: float, least: bool, *, together: bool) -> Relaxation:
    one = way.concession
    return Relaxation(way.key, one.stated, value, one.unit, together, one.part, one.field, least)
