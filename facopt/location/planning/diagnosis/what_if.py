"""A plan's last stage with some sites more and some fewer: who is served then, at what cost, against which rules."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from facopt.location.planning.estate import outcome_of_estate
from facopt.location.planning.orders import last_stage_only
from facopt.location.planning.plan import Plan
from facopt.location.planning.referee import judge

if TYPE_CHECKING:
    from facopt.location.planning.outcome import Outcome
    from facopt.location.planning.problem import Option, PlanningProblem
    from facopt.location.problem import BoolArray, IntArray
    from facopt.location.solver import SolverSettings


def outcome_with(problem: PlanningProblem, plan: Outcome, open_sites: BoolArray, settings: SolverSettings) -> Outcome:
    """Return the last stage of a plan with other sites open (J,), its people assigned anew by the shortest ways.

    Sites that the plan has keep what it makes of them. A site more is built with its largest size, or kept as it
    stands where the plan closes it; a site fewer is not built, or is closed without the cost of closing it.
    """
    last = last_stage_only(problem)
    option, made = _options(last, plan, open_sites)
    standing = last.replace(
        start=option, moves=(), rules=(), options=_with_brought(last, plan, option, open_sites),
        assigns_everybody=False,
    )  # fmt: skip
    assigned = outcome_of_estate(standing, settings).plan.assigned
    return judge(last.replace(start=_starts(last, option, made)), Plan(made, assigned))


def broken_keys(problem: PlanningProblem, outcome: Outcome) -> tuple[str, ...]:
    """Return the keys of the rules that an outcome breaks, in the order of the rules."""
    found = {text.partition(": ")[0] for text in outcome.violations}
    return tuple(dict.fromkeys(stated.key for stated in problem.rules if stated.key in found))


def _options(
    last: PlanningProblem, plan: Outcome, open_sites: BoolArray
) -> tuple[IntArray, tuple[tuple[int, int], ...]]:
    """Return (J,) the option of each site and the moves that lead there, all in the one stage."""
    option, made = plan.option[-1].copy(), []
    as_planned = open_sites == plan.open[-1]
    # Moves that take longer than the plan are not in the last stage's problem; no plan makes them.
    kept = [number for number, move in enumerate(plan.problem.moves) if move.first_stage < plan.problem.stage_count]
    place = {number: position for position, number in enumerate(kept)}
    made += [(place[number], 0) for number, _ in plan.plan.made if as_planned[plan.problem.moves[number].site]]
    for j in np.flatnonzero(~as_planned).tolist():
        if not open_sites[j]:
            option[j] = next(o for o in last.options_of[j] if not last.options[o].open)
        elif last.options[last.start[j]].open:
            option[j] = last.start[j]
        else:
            number = _largest_build(last, j)
            option[j] = last.moves[number].end
            made.append((number, 0))
    return option, tuple(made)


def _largest_build(last: PlanningProblem, site: int) -> int:
    """Return the move that builds a site with the most room, the cheapest of equals."""
    builds = [
        n for n in last.moves_of[site] if last.moves[n].action == "build" and last.moves[n].start == last.start[site]
    ]
    return min(builds, key=lambda n: (-last.options[last.moves[n].end].capacity, last.moves[n].cost, n))


def buildable(problem: PlanningProblem) -> BoolArray:
    """Return (J,) sites that stand or can be built."""
    found = problem.existing.copy()
    for move in problem.moves:
        if move.action == "build" and move.start == problem.start[move.site]:
            found[move.site] = True
    return found


def _with_brought(last: PlanningProblem, plan: Outcome, option: IntArray, open_sites: BoolArray) -> tuple[Option, ...]:
    """Return the options without least loads, with what merged sites bring where they stay merged."""
    options = [replace(one, least_load=0.0) for one in last.options]
    for number, _ in plan.plan.made:
        move = plan.problem.moves[number]
        if move.brings and not open_sites[move.site]:
            o = int(option[move.partner])
            options[o] = replace(options[o], capacity=options[o].capacity + move.brings)
    return tuple(options)


def _starts(last: PlanningProblem, option: IntArray, made: tuple[tuple[int, int], ...]) -> IntArray:
    """Return (J,) where sites start: standing ones that are closed without a move start closed."""
    moved = {last.moves[number].site for number, _ in made}
    start = last.start.copy()
    for j in np.flatnonzero(start != option).tolist():
        if j not in moved:
            start[j] = option[j]
    return start
