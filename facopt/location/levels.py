"""The objectives: how each is optimised as one level of a lexicographic list, and how its value is kept afterwards.

To add an objective, write a class with the four members of `Objective`, name it in OBJECTIVES, and teach the referee
to compute its value.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from facopt.location.covering.level import covering_level
from facopt.location.formulation import Expression, Formulation
from facopt.location.referee import evaluate
from facopt.location.solution import Status
from facopt.location.solver import MilpResult, SolverSettings, solve
from facopt.location.travel_model import TravelModel
from facopt.location.worst_travel_model import add_threshold, thresholds

if TYPE_CHECKING:
    from collections.abc import Callable

    from facopt.location.problem import BoolArray, LocationProblem

RELATIVE_SLACK = 1e-9
"""Keeps a value up to the rounding of its sum. More would let covered shares, which are continuous, give a little."""


@dataclass(frozen=True)
class LevelResult:
    """What optimising one level gave."""

    status: Status
    open: BoolArray | None
    bound: float | None
    limit: str
    log: str
    variables: int
    rows: int


@dataclass(frozen=True)
class Search:
    """What a level needs to know besides the problem."""

    settings: SolverSettings
    seconds_left: Callable[[], float]
    keep: Callable[[Formulation], None]
    """Adds the rows that keep the values of the levels before."""
    incumbent: BoolArray | None
    """(J,) a plan that keeps all rules and the levels before; None at the first level."""
    values_before: tuple[tuple[str, float], ...] = ()
    """Name and value of each level before."""

    def solve(self, formulation: Formulation, *, absolute_gap: float = 1e-6, relaxed: bool = False) -> MilpResult:
        """Minimise the formulation's model in the time that is left, from the incumbent where there is one."""
        settings = replace(self.settings, time_limit_seconds=self.seconds_left(), absolute_gap=absolute_gap)
        return solve(formulation.model, settings, self._start(formulation), relaxed=relaxed)

    def _start(self, formulation: Formulation) -> np.ndarray | None:
        if self.incumbent is None:
            return None
        start = np.full(len(formulation.model.column_names), np.nan)
        for j, column in formulation.site_column.items():
            start[column] = float(self.incumbent[j])
        return start


class Objective(Protocol):
    """One objective of the list."""

    @property
    def name(self) -> str:
        """Its name in scenarios."""

    @property
    def maximise(self) -> bool:
        """Whether more is better."""

    def optimise(self, problem: LocationProblem, search: Search) -> LevelResult:
        """Return the best plan for this level and a bound on its value."""

    def keep(self, formulation: Formulation, value: float) -> None:
        """Add rows that allow no plan worse than `value`."""

    def kept(self, problem: LocationProblem, value: float, now: float) -> bool:
        """Return whether `now` is as good as `value`, up to the slack of `keep`."""


@dataclass(frozen=True)
class _LinearObjective:
    """An objective that is one linear expression of the formulation."""

    name: str
    maximise: bool
    expression: Callable[[Formulation], Expression]
    whole: Callable[[LocationProblem], bool]
    """Whether the value is a whole number in every plan."""

    def optimise(self, problem: LocationProblem, search: Search) -> LevelResult:
        return covering_level(self.name, problem, search) or self._by_model(problem, search)

    def _by_model(self, problem: LocationProblem, search: Search) -> LevelResult:
        formulation = Formulation.of(problem)
        formulation.add_rules()
        search.keep(formulation)
        expression = self.expression(formulation)
        sign = -1.0 if self.maximise else 1.0
        formulation.model.objective = {column: sign * amount for column, amount in expression.terms}
        result = search.solve(formulation, absolute_gap=0.999 if self.whole(problem) else 1e-6)
        bound = None if result.bound is None else sign * result.bound + expression.constant
        return _level_result(formulation, result, self._rounded(problem, bound))

    def _rounded(self, problem: LocationProblem, bound: float | None) -> float | None:
        """No plan lies strictly between two whole numbers, so the bound may move to the next one."""
        if bound is None or not self.whole(problem):
            return bound
        return float(math.floor(bound + 1e-6) if self.maximise else math.ceil(bound - 1e-6))

    def keep(self, formulation: Formulation, value: float) -> None:
        expression = self.expression(formulation)
        slack = RELATIVE_SLACK * abs(value)
        if self.maximise:
            formulation.model.add_row(
                f"keep_{self.name}", expression.terms, at_least=value - expression.constant - slack
            )
        else:
            formulation.model.add_row(
                f"keep_{self.name}", expression.terms, at_most=value - expression.constant + slack
            )

    def kept(self, problem: LocationProblem, value: float, now: float) -> bool:
        slack = 2 * RELATIVE_SLACK * abs(value)
        return now >= value - slack if self.maximise else now <= value + slack


@dataclass(frozen=True)
class _Travel:
    """People x minutes; rankings of distances are deepened until no point of the best plan climbs off its end."""

    name: str = "travel"
    maximise: bool = False

    def optimise(self, problem: LocationProblem, search: Search) -> LevelResult:
        if problem.assigns_everybody:
            from facopt.location.median.travel_level import optimise_everybody

            result = optimise_everybody(problem, search)
            if result is not None:
                return result
        return self._optimise_by_rankings(problem, search)

    def _optimise_by_rankings(self, problem: LocationProblem, search: Search) -> LevelResult:
        depths: dict[tuple[int, int], int] = {}
        for relaxed in (True, False):
            while True:
                formulation, travel = self._formulate(problem, search, depths)
                result = search.solve(formulation, relaxed=relaxed)
                deeper = None if result.values is None else travel.deeper(result.values)
                if deeper is None or search.seconds_left() <= 0:
                    break
                depths = deeper
        bound = None if result.bound is None else result.bound + travel.people_minutes.constant
        return _level_result(formulation, result, bound)

    def _formulate(
        self, problem: LocationProblem, search: Search, depths: dict[tuple[int, int], int]
    ) -> tuple[Formulation, TravelModel]:
        formulation = Formulation.of(problem)
        formulation.add_rules()
        search.keep(formulation)
        travel = TravelModel(formulation, depths)
        for column, amount in travel.people_minutes.terms:
            formulation.model.objective[column] = formulation.model.objective.get(column, 0.0) + amount
        return formulation, travel

    def keep(self, formulation: Formulation, value: float) -> None:
        travel = TravelModel(formulation, {}, complete=True)
        expression = travel.people_minutes
        at_most = value - expression.constant + RELATIVE_SLACK * abs(value)
        formulation.model.add_row("keep_travel", expression.terms, at_most=at_most)

    def kept(self, problem: LocationProblem, value: float, now: float) -> bool:
        return now <= value + 2 * RELATIVE_SLACK * abs(value)


@dataclass(frozen=True)
class _WorstTravel:
    """Longest minutes, by bisection over the distinct minutes: each step asks whether a plan within T exists."""

    name: str = "worst_travel"
    maximise: bool = False

    def optimise(self, problem: LocationProblem, search: Search) -> LevelResult:
        if problem.assigns_everybody:
            from facopt.location.median.worst_travel_level import optimise_worst

            result = optimise_worst(problem, search)
            if result is not None:
                return result
        return self._optimise_by_probes(problem, search)

    def _optimise_by_probes(self, problem: LocationProblem, search: Search) -> LevelResult:
        first = self._probe(problem, search, math.inf)
        if first.open is None:
            return first
        plan = first.open if search.incumbent is None else search.incumbent
        best, last = replace(first, open=plan), first
        worst = self._worst(problem, plan)
        ladder = thresholds(problem, worst)
        log = [first.log]
        low, high = 0, int(np.searchsorted(ladder.minutes, worst))
        while low < high and search.seconds_left() > 0:
            middle = (low + high) // 2
            last = self._probe(problem, search, float(ladder.minutes[middle]))
            log.append(last.log)
            if last.open is not None:
                best = last
                high = min(middle, int(np.searchsorted(ladder.minutes, self._worst(problem, last.open))))
            elif last.status is Status.INFEASIBLE:
                low = middle + 1
            else:
                break
        bound = float(ladder.minutes[low]) if low < len(ladder.minutes) else worst
        limit = "" if low >= high else (last.limit or "time")
        status = Status.OPTIMAL if low >= high else Status.FEASIBLE
        return replace(best, status=status, bound=max(bound, ladder.least), limit=limit, log="".join(log))

    def _worst(self, problem: LocationProblem, opened: BoolArray) -> float:
        return evaluate(problem, opened).worst_travel

    def _probe(self, problem: LocationProblem, search: Search, limit: float) -> LevelResult:
        formulation = Formulation.of(problem)
        formulation.add_rules()
        search.keep(formulation)
        if math.isfinite(limit):
            add_threshold(formulation, limit)
        return _level_result(formulation, search.solve(formulation), None)

    def keep(self, formulation: Formulation, value: float) -> None:
        add_threshold(formulation, value)

    def kept(self, problem: LocationProblem, value: float, now: float) -> bool:
        return now <= value


def _level_result(formulation: Formulation, result: MilpResult, bound: float | None) -> LevelResult:
    opened = None if result.values is None else formulation.plan(result.values)
    model = formulation.model
    return LevelResult(
        result.status, opened, bound, result.limit, result.log, len(model.column_names), len(model.row_names)
    )


OBJECTIVES: dict[str, Objective] = {
    objective.name: objective
    for objective in (
        _LinearObjective(
            "coverage",
            maximise=True,
            expression=lambda formulation: formulation.people_covered(None, formulation.problem.served),
            whole=lambda problem: problem.whole_people,
        ),
        _LinearObjective(
            "cost", maximise=False, expression=Formulation.cost, whole=lambda problem: problem.whole_costs
        ),
        _LinearObjective("sites", maximise=False, expression=Formulation.open_sites, whole=lambda _problem: True),
        _Travel(),
        _WorstTravel(),
    )
}
