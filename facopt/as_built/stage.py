"""A stage of a plan and what stands by then: which sites are open, and how much room each of them has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from facopt.errors import DataError, Finding, Place
from facopt.inputs.findings import counted, shown
from facopt.location.planning.plan import Plan, no_assignment
from facopt.location.planning.referee import judge

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from facopt.as_built.register import Standing
    from facopt.inputs.as_built import AsBuiltTable
    from facopt.inputs.findings import FindingLog
    from facopt.location.planning.outcome import Outcome
    from facopt.location.planning.problem import Move, PlanningProblem
    from facopt.location.problem import BoolArray, FloatArray

TextArray = np.ndarray[Any, np.dtype[np.object_]]
IMPROVING = frozenset(("extend", "refurbish"))


@dataclass(frozen=True)
class Rooms:
    """What is open in a stage; arrays have shape (J,)."""

    open: BoolArray
    capacity: FloatArray
    """Load that each site can serve, in the units of the workload; 0 where it is not open, inf without limit."""
    size: TextArray
    """Name of its size; "" where it has none or is not open."""


@dataclass(frozen=True)
class StagePlan:
    """A stage of a plan with what is still to come; arrays have shape (J,)."""

    number: int
    """Of the stage, from 0."""
    outcome: Outcome
    """The plan's moves, nobody assigned."""
    start: Rooms
    """What stood when the plan was made."""
    planned: Rooms
    last: Rooms
    """What the plan ends with."""
    improved: BoolArray
    """Where the plan extends or refurbishes by this stage what stands."""
    cost: FloatArray
    """What the actions at each site cost by this stage."""
    cost_in_all: FloatArray
    """The same over all stages."""

    @property
    def moves(self) -> Iterator[Move]:
        """The moves that are made by this stage."""
        return (self.outcome.problem.moves[n] for n, made in self.outcome.plan.made if made <= self.number)

    @property
    def later(self) -> int:
        """How many actions are left to later stages."""
        return sum(made > self.number for _, made in self.outcome.plan.made)


def stage_begun(problem: PlanningProblem, as_of: str) -> int:
    """Return the last stage that has begun at a date, the first where none has; the last of all without a date."""
    if not as_of:
        return problem.stage_count - 1
    begun = [t for t, stage in enumerate(problem.stages) if stage.year <= int(as_of[:4])]
    return max(begun, default=0)


def stage_plan(problem: PlanningProblem, actions: list[Mapping[str, Any]], number: int, file: Path) -> StagePlan:
    """Return a stage of the plan that a record tells.

    Parameters
    ----------
    problem
        Computed again from the files that the plan was made from.
    actions
        `actions` of the run's record.
    number
        Of the stage.
    file
        The record, for messages.

    Raises
    ------
    DataError
        Where the record tells of actions that the problem does not know.
    """
    made = _made(problem, actions, file)
    outcome = judge(problem, Plan(made, no_assignment(problem)))
    cost = np.zeros((problem.stage_count, problem.site_count))
    improved = np.zeros(problem.site_count, dtype=np.bool_)
    for n, t in made:
        move = problem.moves[n]
        # What relocating costs beside the new building belongs to the place where it stands.
        cost[t, move.partner if move.action == "relocate" else move.site] += move.cost
        improved[move.site] |= move.action in IMPROVING and t <= number
    last = problem.stage_count - 1
    return StagePlan(
        number=number,
        outcome=outcome,
        start=_start(problem),
        planned=_rooms(outcome, number),
        last=_rooms(outcome, last),
        improved=improved & problem.existing,
        cost=cost[: number + 1].sum(axis=0),
        cost_in_all=cost.sum(axis=0),
    )


def _rooms(outcome: Outcome, t: int) -> Rooms:
    sizes = [outcome.problem.options[number].size for number in outcome.option[t]]
    return Rooms(outcome.open[t], outcome.capacity(t), np.array(sizes, dtype=object))


def _start(problem: PlanningProblem) -> Rooms:
    options = [problem.options[number] for number in problem.start]
    capacity = np.array([option.capacity if option.open else 0.0 for option in options])
    return Rooms(problem.existing, capacity, np.array([option.size for option in options], dtype=object))


def _made(problem: PlanningProblem, actions: list[Mapping[str, Any]], file: Path) -> tuple[tuple[int, int], ...]:
    """Return the moves (number, stage) that a record tells."""
    stages = {str(stage.year) if stage.year else "plan": t for t, stage in enumerate(problem.stages)}
    sites = {str(id_): j for j, id_ in enumerate(problem.labels.site)}
    at = problem.start.copy()
    made, unknown = [], []
    told = [action for action in actions if isinstance(action, dict)]
    for action in sorted(told, key=lambda one: stages.get(str(one.get("stage")), -1)):
        site, stage = sites.get(str(action.get("site_id")), -1), stages.get(str(action.get("stage")))
        number = _move_of(problem, site, int(at[site]), action) if site >= 0 else None
        if number is None or stage is None:
            unknown.append(str(action.get("site_id")))
            continue
        at[site] = problem.moves[number].end
        made.append((number, stage))
    if unknown or len(told) != len(actions):
        what = "Actions of the plan do not fit the files that it was made from"
        remedy = "Run the plan again with this version of facopt"
        raise DataError(Finding(what, remedy, Place(file), count=len(unknown), examples=shown(sorted(unknown))))
    return tuple(sorted(made, key=lambda one: (one[1], one[0])))


def _move_of(problem: PlanningProblem, site: int, start: int, told: Mapping[str, Any]) -> int | None:
    """Return the move at a site that a record tells of, from the option that the site is in."""
    partner = str(told.get("partner_id") or "")
    for number in problem.moves_of[site]:
        move = problem.moves[number]
        goes_to = str(problem.labels.site[move.partner]) if move.partner >= 0 else ""
        size = problem.options[move.end].size
        if (move.start, move.action, goes_to, size) == (start, told.get("action"), partner, told.get("to_size") or ""):
            return number
    return None


# --- what stands -----------------------------------------------------------------------------------------------------


def built_rooms(
    plan: StagePlan, register: AsBuiltTable, found: Standing, per_person: float, log: FindingLog
) -> Rooms:  # fmt: skip
    """Return what stands by the register, with the room that it tells.

    Where it tells neither size nor capacity, a planned new facility counts as large as planned, what stood before as
    large as it was, and one that nobody planned as the smallest of its tier.

    Parameters
    ----------
    plan
        The stage.
    register, found
        What stands.
    per_person
        Load that one person asks.
    log
        Takes errors for unknown sizes, and a warning for extensions that the register does not tell.
    """
    problem = plan.outcome.problem
    ids = problem.labels.site.tolist()
    stands = np.array([id_ in found.stands for id_ in ids], dtype=np.bool_)
    rows = {**{str(register.id[at]): at for at in found.unplanned}, **found.row}
    capacity, size, guessed = np.zeros(len(ids)), np.full(len(ids), "", dtype=object), []
    for j in np.flatnonzero(stands).tolist():
        at = rows[ids[j]]
        told = _told(plan, j, register, at, per_person, log)
        if told is None and plan.improved[j] and plan.planned.open[j]:
            guessed.append(ids[j])
        capacity[j], size[j] = told or _untold(plan, j)
    _add_what_merged_sites_brought(plan, stands, register, rows, capacity)
    _note_untold_extensions(register, guessed, log)
    return Rooms(stands, capacity, size)


def _told(
    plan: StagePlan, j: int, register: AsBuiltTable, at: int, per_person: float, log: FindingLog
) -> tuple[float, str] | None:  # fmt: skip
    """Return capacity and size as the register tells them; None where it tells neither."""
    problem, size = plan.outcome.problem, str(register.size[at])
    sizes = {problem.options[number].size: number for number in reversed(problem.options_of[j])}
    sizes.pop("", None)
    if size and sizes and size not in sizes:
        remedy = f"Write one of {', '.join(sorted(sizes))}, or leave it blank and fill in capacity_people"
        log.error(f"size: {size!r} is no size of its tier", remedy, place=register.table.place("size", at))
    room = float(register.capacity_people[at]) * per_person
    if np.isfinite(room):
        return room, size if size in sizes else ""
    if size not in sizes:
        return None
    for rooms in (plan.start, plan.planned, plan.last):
        if rooms.open[j] and rooms.size[j] == size:
            return float(rooms.capacity[j]), size
    return problem.options[sizes[size]].capacity, size


def _untold(plan: StagePlan, j: int) -> tuple[float, str]:
    for rooms in (plan.start, plan.planned, plan.last):
        if rooms.open[j]:
            return float(rooms.capacity[j]), str(rooms.size[j])
    problem = plan.outcome.problem
    smallest = next(problem.options[number] for number in problem.options_of[j] if problem.options[number].open)
    return smallest.capacity, smallest.size


def _add_what_merged_sites_brought(
    plan: StagePlan, stands: BoolArray, register: AsBuiltTable, rows: Mapping[str, int], capacity: FloatArray
) -> None:
    """Add the room that merging brings, where it is done and the register does not tell the room itself."""
    ids = plan.outcome.problem.labels.site
    for move in plan.moves:
        into = move.partner
        if move.brings and stands[into] and not stands[move.site] and plan.start.open[into]:
            known = np.isfinite(register.capacity_people[rows[str(ids[into])]])
            capacity[into] += 0.0 if known else move.brings


def _note_untold_extensions(register: AsBuiltTable, ids: list[str], log: FindingLog) -> None:
    if ids:
        log.warning(
            f"The register tells neither size nor capacity of {counted(len(ids), 'facility', 'facilities')} that the "
            "plan extends or refurbishes by then; they count as large as they were when the plan was made",
            "Fill in the column size or capacity_people of the register",
            place=Place(register.table.path),
            count=len(ids),
            examples=shown(ids),
        )
