"""What a planning problem states: each statement can be left out, and some of its figures can be stated looser."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf
from typing import TYPE_CHECKING

import numpy as np

from facopt.location.planning.diagnosis.concessions import Concession
from facopt.location.planning.problem import Stated
from facopt.location.planning.protocols import Loosenable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from facopt.location.planning.problem import Option, PlanningProblem, PlanService

MOST_CAPACITY_PERCENT = 500.0
"""Larger clinics than this are other clinics."""


@dataclass(frozen=True)
class Way:
    """One figure of a statement that can be stated looser."""

    key: str
    concession: Concession
    change: Callable[[PlanningProblem, float], PlanningProblem]
    """Returns the problem with another value of the figure."""

    def loosest(self, problem: PlanningProblem) -> PlanningProblem:
        """Return the problem in which the figure asks for nothing any more."""
        return self.change(problem, self.concession.loosest)


@dataclass(frozen=True)
class Statement:
    """Something stated in a scenario that plans may conflict with."""

    key: str
    """Dotted key of the scenario."""
    left_out: Callable[[PlanningProblem], PlanningProblem]
    """Returns the problem without it."""
    ways: tuple[Way, ...] = ()

    @property
    def parts(self) -> tuple[Way, ...]:
        """The ways that speak of a single part that the scenario names, such as a zone, and can leave it out."""
        named = (way for way in self.ways if way.concession.part and way.concession.field)
        return tuple(way for way in named if np.isfinite(way.concession.loosest))


def statements(problem: PlanningProblem) -> tuple[Statement, ...]:
    """Return every statement that may be in conflict: rules in their order, then capacities and least loads by tier."""
    keys = dict.fromkeys(stated.key for stated in problem.rules)
    return (*(_rule(problem, key) for key in keys), *_core(problem))


def standards(problem: PlanningProblem) -> Iterator[Way]:
    """Yield that the standard of a tier may be longer, of each area class where they differ.

    Services with a rule of who goes where are left out: its blocked pairs are those within the stated standard.
    """
    for k, service in enumerate(problem.services):
        if len(service.blocked_arc):
            continue
        for part, who in _same_standard(problem, service):
            stated = float(service.standard_minutes[who].max())
            arcs = who[service.demand] & problem.usable[service.site]
            longest = float(np.ceil(service.minutes[arcs].max(initial=0.0)))
            if longest > stated:
                concession = Concession("standard_minutes", stated, longest, "minutes", 1.0, part)
                yield Way(f"tiers.{service.tier}", concession, _longer_standard(k, who))


def _same_standard(problem: PlanningProblem, service: PlanService) -> Iterator[tuple[str, np.ndarray]]:
    """Yield (area class, its people) for each standard of a tier; "" where all have the same."""
    if len(set(service.standard_minutes[service.needed].tolist())) <= 1:
        if service.needed.any():
            yield "", service.needed
        return
    for area_class in sorted(set(problem.labels.area_class[service.needed])):
        who = service.needed & (problem.labels.area_class == area_class)
        if len(set(service.standard_minutes[who].tolist())) == 1:
            yield str(area_class), who


def _longer_standard(tier: int, who: np.ndarray) -> Callable[[PlanningProblem, float], PlanningProblem]:
    def change(problem: PlanningProblem, minutes: float) -> PlanningProblem:
        service = problem.services[tier]
        longer = replace(service, standard_minutes=np.where(who, minutes, service.standard_minutes))
        return problem.replace(services=(*problem.services[:tier], longer, *problem.services[tier + 1 :]))

    return change


# --- rules -----------------------------------------------------------------------------------------------------------


def _rule(problem: PlanningProblem, key: str) -> Statement:
    """Return the statement of one key; a key may state several rules."""

    def left_out(changed: PlanningProblem) -> PlanningProblem:
        return changed.replace(rules=tuple(stated for stated in changed.rules if stated.key != key))

    ways = []
    for number, stated in enumerate(one for one in problem.rules if one.key == key):
        if isinstance(stated.rule, Loosenable):
            found = stated.rule.concessions(problem)
            ways += [Way(key, concession, _looser_rule(key, number, concession)) for concession in found]
    return Statement(key, left_out, tuple(way for way in ways if way.concession.stated != way.concession.loosest))


def _looser_rule(key: str, number: int, concession: Concession) -> Callable[[PlanningProblem, float], PlanningProblem]:
    def change(problem: PlanningProblem, value: float) -> PlanningProblem:
        rules, seen = [], 0
        for stated in problem.rules:
            if stated.key == key:
                if seen == number and isinstance(stated.rule, Loosenable):
                    stated = Stated(key, stated.rule.loosened(problem, concession, value))
                seen += 1
            rules.append(stated)
        return problem.replace(rules=tuple(rules))

    return change


# --- what is stated of sites -----------------------------------------------------------------------------------------


def _core(problem: PlanningProblem) -> Iterator[Statement]:
    """Yield capacities and least loads of each tier that has them, and that travel is for everybody."""
    for k, service in enumerate(problem.services):
        own = [option for option in problem.options if option.open and problem.site_tier[option.site] == k]
        if any(option.capacity < inf for option in own):
            concession = Concession("capacity", 100.0, MOST_CAPACITY_PERCENT, "capacity_percent", 1.0)
            key = capacity_key(problem, k)
            yield Statement(key, _no_capacity(k), (Way(key, concession, _larger(k)),))
        if any(option.least_load > 0 for option in own):
            concession = Concession("", 100.0, 0.0, "least_load_percent", 1.0)
            key = f"tiers.{service.tier}.smallest_load_percent"
            way = Way(key, concession, _smaller_load(k))
            yield Statement(key, _no_least_load(k), (way,))
    if problem.assigns_everybody:
        yield Statement("objective", lambda changed: changed.replace(assigns_everybody=False))


def capacity_key(problem: PlanningProblem, tier: int) -> str:
    """Return the key of the statement that limits the capacities of a tier's sites."""
    return f"tiers.{problem.services[tier].tier}.sizes"


def _no_capacity(tier: int) -> Callable[[PlanningProblem], PlanningProblem]:
    return lambda problem: without_assignment(
        _with_options(problem, tier, lambda option: replace(option, capacity=inf))
    )


def without_assignment(problem: PlanningProblem) -> PlanningProblem:
    """Return the problem with services covered by open sites alone where that means the same, which is far smaller.

    So it is where no site has too little room or needs a least load, nobody is kept from passing a site, and every rule
    depends on nothing but open sites.
    """
    if problem.assigns_everybody or not all(getattr(one.rule, "only_opens", False) for one in problem.rules):
        return problem
    bound = {option.site for option in problem.options if option.capacity < inf or option.least_load > 0}
    services = tuple(
        replace(one, assigned=one.assigned and (len(one.blocked_arc) > 0 or bool(bound & set(one.site.tolist()))))
        for one in problem.services
    )
    return problem.replace(services=services)


def _no_least_load(tier: int) -> Callable[[PlanningProblem], PlanningProblem]:
    return lambda problem: without_assignment(_smaller_load(tier)(problem, 0.0))


def _larger(tier: int) -> Callable[[PlanningProblem, float], PlanningProblem]:
    """Return the change to so many percent of the stated capacities, built and standing alike."""
    return lambda problem, percent: _with_options(
        problem, tier, lambda option: replace(option, capacity=option.capacity * percent / 100)
    )


def _smaller_load(tier: int) -> Callable[[PlanningProblem, float], PlanningProblem]:
    """Return the change to so many percent of the stated least loads."""
    return lambda problem, percent: _with_options(
        problem, tier, lambda option: replace(option, least_load=option.least_load * percent / 100)
    )


def _with_options(problem: PlanningProblem, tier: int, change: Callable[[Option], Option]) -> PlanningProblem:
    options = tuple(
        change(option) if option.open and problem.site_tier[option.site] == tier else option
        for option in problem.options
    )
    return problem.replace(options=options)
