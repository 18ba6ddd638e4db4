"""The rules that come from other parts of a scenario: targets, limits, referral, hosts, and the guard when closing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from facopt.linear import Linear, column, total
from facopt.location.planning.diagnosis.concessions import Concession, at_least, at_most, percent_of_people, round_step
from facopt.location.planning.referee import TOLERANCE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from facopt.location.planning.model import PlanModel
    from facopt.location.planning.outcome import Outcome
    from facopt.location.planning.problem import PlanningProblem
    from facopt.location.problem import BoolArray, FloatArray


@dataclass(frozen=True)
class CoverageTarget:
    """At least so many percent, or people, of some covered by a tier, or by every tier that serves them (None).

    100 percent asks for everybody who can be reached and is not excused; less is a share of all.
    """

    only_opens: ClassVar[bool] = True
    tier: int | None
    at_least_percent: float
    weights: FloatArray
    """(T, I) people counted, of a segment or all; 0 for those it does not speak of."""
    stages: range
    at_least_people: float | None = None

    def needed(self, problem: PlanningProblem, stage: int) -> float:
        """Return the people that must be covered."""
        if self.at_least_people is not None:
            return self.at_least_people
        counted = self._asked(problem, stage) if self.at_least_percent >= 100 else problem.members(self.tier)
        return self.at_least_percent / 100 * float(self.weights[stage][counted].sum())

    def _asked(self, problem: PlanningProblem, stage: int) -> BoolArray:
        """Return (I,) who must be covered under 100 percent."""
        asked: BoolArray = problem.members(self.tier) & problem.can_be_reached(self.tier) & (self.weights[stage] > 0)
        return asked if problem.labels.excused is None else asked & ~problem.labels.excused

    def rows(self, model: PlanModel) -> None:
        """Add one row over all people, or under 100 percent one for each share that must be whole."""
        for t in self.stages:
            name = f"target_{len(model.row_keys)}"
            if self.at_least_people is not None:
                covered = model.people_covered(self.tier, self.weights[t], t)
                model.row(name, covered, at_least=self.at_least_people, per_unit=1.0)
                continue
            if self.at_least_percent < 100 or model.gives_way:
                covered = model.people_covered(self.tier, self.weights[t], t)
                percent = float(self.weights[t][model.problem.members(self.tier)].sum()) / 100
                model.row(name, covered, at_least=self.at_least_percent * percent, per_unit=percent)
                continue
            whole: dict[int, None] = {}
            for i in np.flatnonzero(self._asked(model.problem, t)).tolist():
                whole.update(dict.fromkeys(model.shares_covered(i, self.tier, t) or ()))
            for number in whole:
                model.row(f"{name}_{number}", column(number), at_least=1.0)

    def broken(self, outcome: Outcome) -> Iterator[str]:
        """Yield the stages with too few people covered."""
        for t in self.stages:
            needed = self.needed(outcome.problem, t)
            counted = self.weights[t]
            if self.at_least_percent >= 100 and self.at_least_people is None:
                counted = np.where(self._asked(outcome.problem, t), counted, 0.0)
            covered = outcome.people_covered(self.tier, counted, t)
            if covered < needed - TOLERANCE * max(needed, 1.0):
                yield f"{covered:.15g} people are covered, {needed:.15g} are asked for"

    def concessions(self, problem: PlanningProblem) -> tuple[Concession, ...]:
        """Return that it may ask for fewer people; a share of less than 100 percent is one of all of them."""
        if self.at_least_people is not None:
            step = round_step(self.at_least_people, 3)
            return (at_least("at_least_people", self.at_least_people, "people", step),)
        return (percent_of_people(self.at_least_percent),)

    def loosened(self, problem: PlanningProblem, concession: Concession, value: float) -> CoverageTarget:
        """Return the target with another share or number."""
        if concession.field == "at_least_people":
            return replace(self, at_least_people=value)
        return replace(self, at_least_percent=value)


@dataclass(frozen=True)
class Budget:
    """At most so much capital: of one stage or of all (None), from one funding source or from all (None)."""

    only_opens: ClassVar[bool] = True
    at_most: float
    stage: int | None = None
    source: int | None = None

    def rows(self, model: PlanModel) -> None:
        """Add: capital <= the budget."""
        stages = model.stages if self.stage is None else [self.stage]
        spent = total(model.capital(t, self.source) for t in stages)
        model.row(f"budget_{len(model.row_keys)}", spent, at_most=self.at_most, per_unit=1.0)

    def spent(self, outcome: Outcome) -> float:
        """Return the capital that counts."""
        capital = outcome.capital if self.stage is None else outcome.capital[[self.stage]]
        return float((capital if self.source is None else capital[:, [self.source]]).sum())

    def broken(self, outcome: Outcome) -> Iterator[str]:
        """Yield what is spent where it is too much."""
        spent = self.spent(outcome)
        if spent > self.at_most * (1 + TOLERANCE) + TOLERANCE:
            yield f"{spent:.15g} is spent, {self.at_most:.15g} is allowed"

    def concessions(self, problem: PlanningProblem) -> tuple[Concession, ...]:
        """Return that more may be spent, in round sums."""
        return (at_most("", self.at_most, "money", round_step(self.at_most, 4)),)

    def loosened(self, problem: PlanningProblem, concession: Concession, value: float) -> Budget:
        """Return the budget with another sum."""
        return replace(self, at_most=value)


@dataclass(frozen=True)
class FigureLimit:
    """At most so much running_cost, staff or beds over all open sites, in every stage."""

    only_opens: ClassVar[bool] = True
    figure: str
    at_most: float

    def rows(self, model: PlanModel) -> None:
        """Add for each stage: sum over the open sites <= the limit."""
        for t in model.stages:
            model.row(f"{self.figure}_{t}", model.figure(self.figure, t), at_most=self.at_most, per_unit=1.0)

    def broken(self, outcome: Outcome) -> Iterator[str]:
        """Yield the stages with more."""
        for t in range(outcome.problem.stage_count):
            found = outcome.sum_of(self.figure, t)
            if found > self.at_most * (1 + TOLERANCE) + TOLERANCE:
                yield f"{found:.15g} {self.figure} in stage {t}, {self.at_most:.15g} is allowed"

    def concessions(self, problem: PlanningProblem) -> tuple[Concession, ...]:
        """Return that there may be more of it."""
        if self.figure == "running_cost":
            return (at_most("", self.at_most, "money", round_step(self.at_most, 4)),)
        return (at_most("", self.at_most, self.figure, 1.0),)

    def loosened(self, problem: PlanningProblem, concession: Concession, value: float) -> FigureLimit:
        """Return the limit with another amount."""
        return replace(self, at_most=value)


@dataclass(frozen=True)
class SiteCount:
    """A number of sites of a tier in the last stage: at most so many new ones, or exactly so many open ones."""

    only_opens: ClassVar[bool] = True
    tier: int
    count: int
    exact: bool

    def _counted(self, problem: PlanningProblem) -> BoolArray:
        of_tier: BoolArray = problem.site_tier == self.tier
        return of_tier if self.exact else of_tier & ~problem.existing

    def rows(self, model: PlanModel) -> None:
        """Add: the number of open sites."""
        sites = total(model.open(int(j), model.last) for j in np.flatnonzero(self._counted(model.problem)))
        name = f"sites_{self.tier}_{len(model.row_keys)}"
        model.row(name, sites, at_most=float(self.count), part="more", per_unit=1.0)
        if self.exact:
            model.row(f"{name}_exact", sites, at_least=float(self.count), part="fewer", per_unit=1.0)

    def broken(self, outcome: Outcome) -> Iterator[str]:
        """Yield a number that differs, or exceeds the limit."""
        found = int((outcome.open[-1] & self._counted(outcome.problem)).sum())
        if found != self.count if self.exact else found > self.count:
            yield f"{found} sites, {self.count} stated"

    def concessions(self, problem: PlanningProblem) -> tuple[Concession, ...]:
        """Return that there may be more sites; an exact number may also be lower."""
        more = Concession("", self.count, inf, "sites", 1.0, "more", measured=True)
        return (more, at_least("", self.count, "sites", 1.0, "fewer")) if self.exact else (more,)

    def loosened(self, problem: PlanningProblem, concession: Concession, value: float) -> SiteCount:
        """Return the count with another number."""
        return replace(self, count=round(value))


@dataclass(frozen=True)
class Requires:
    """A site is open only where another is: referral within reach, or the host of a service layer."""

    only_opens: ClassVar[bool] = True
    any_of: tuple[tuple[int, tuple[int, ...]], ...]
    """(site, the sites of which one must be open)."""
    minutes: tuple[tuple[float, ...], ...] = ()
    """Minutes to each of these sites, as `any_of` lists them, where they have been travelled; for reports alone."""

    def rows(self, model: PlanModel) -> None:
        """Add for each site and stage: open <= sum of the others' open."""
        for j, others in self.any_of:
            for t in model.stages:
                need: Linear = model.any_open(others, t) - model.open(j, t)
                if need.terms or need.constant < 0:
                    model.row(f"requires_{j}_{t}_{len(model.row_keys)}", need, at_least=0.0)

    def broken(self, outcome: Outcome) -> Iterator[str]:
        """Yield the sites that lack what they require."""
        for j, others in self.any_of:
            if (outcome.open[:, j] & ~outcome.open[:, list(others)].any(axis=1)).any():
                yield f"{outcome.problem.labels.site[j]} is open without a site it needs"


@dataclass(frozen=True)
class FixedOpen:
    """Sites that the tables fix open: they are open in the last stage, when every lead time has passed."""

    only_opens: ClassVar[bool] = True
    sites: tuple[int, ...]

    def rows(self, model: PlanModel) -> None:
        """Add for each site: open in the last stage."""
        for j in self.sites:
            model.row(f"fixed_open_{j}", model.open(j, model.last), at_least=1.0)

    def broken(self, outcome: Outcome) -> Iterator[str]:
        """Yield the sites that are not open in the end."""
        for j in self.sites:
            if not outcome.open[-1, j]:
                yield f"{outcome.problem.labels.site[j]} is fixed open and is not open"


@dataclass(frozen=True)
class Guard:
    """Nobody who could have an open site within so many minutes lacks one: what closing may do to people."""

    only_opens: ClassVar[bool] = True
    tier: int
    latest: FloatArray
    """(I,) minutes, infinite where nothing is guarded."""

    def _near(self, problem: PlanningProblem) -> BoolArray:
        service = problem.services[self.tier]
        near: BoolArray = problem.usable[service.site] & (service.minutes <= self.latest[service.demand])
        return near

    def rows(self, model: PlanModel) -> None:
        """Add for each guarded demand point and stage: an open site within its minutes."""
        problem, service = model.problem, model.problem.services[self.tier]
        seen: set[tuple[int, ...]] = set()
        guarded = np.isfinite(self.latest)
        for i, arcs in problem.arcs_by_point(self.tier, self._near(problem) & guarded[service.demand]):
            sites = tuple(service.site[arcs].tolist())
            if sites not in seen and not problem.always_open[list(sites)].any():
                seen.add(sites)
                for t in model.stages:
                    model.row(f"guard_{self.tier}_{i}_{t}", model.any_open(sites, t), at_least=1.0)

    def broken(self, outcome: Outcome) -> Iterator[str]:
        """Yield the demand points whose nearest open site is farther."""
        problem, service = outcome.problem, outcome.problem.services[self.tier]
        for t in range(problem.stage_count):
            nearest = np.full(problem.demand_count, np.inf)
            arcs = outcome.open[t][service.site]
            np.minimum.at(nearest, service.demand[arcs], service.minutes[arcs])
            could = np.zeros(problem.demand_count, dtype=bool)
            could[service.demand[self._near(problem)]] = True
            for i in np.flatnonzero(np.isfinite(self.latest) & could & (nearest > self.latest)):
                yield f"{problem.labels.point[i]} has {nearest[i]:g} minutes, at most {self.latest[i]:g}"

    def concessions(self, problem: PlanningProblem) -> tuple[Concession, ...]:
        """Return that people's time may rise by more minutes than stated, counted from there."""
        longest = problem.services[self.tier].minutes.max(initial=0.0)
        return (Concession("", 0.0, float(np.ceil(longest)), "more_minutes", 1.0),)

    def loosened(self, problem: PlanningProblem, concession: Concession, value: float) -> Guard:
        """Return the guard with so many minutes more."""
        return replace(self, latest=self.latest + value)
