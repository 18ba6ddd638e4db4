"""What each site may become, and by which actions: options and moves from sizes and actions of its tier."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING, Any

import numpy as np

from facopt.errors import Finding, Severity
from facopt.location.planning.problem import Move, Option

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from facopt.errors import Place
    from facopt.inputs.study_area import Sites
    from facopt.location.planning.problem import Stage
    from facopt.scenario.schema import Scenario, Tier
    from facopt.scenario.schema.sizes import Size

FloatArray = np.ndarray[Any, np.dtype[np.float64]]


@dataclass
class Estate:
    """All sites with what they may become, as it grows."""

    scenario: Scenario
    sites: Sites
    metres: FloatArray
    """(J, 2) coordinates in metres; NaN where unknown."""
    build_cost: FloatArray
    """(J,) cost of building the smallest size, for candidates."""
    stages: tuple[Stage, ...]
    place: Callable[[str], Place]
    options: list[Option] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    start: list[int] = field(default_factory=list)
    closed: list[int] = field(default_factory=list)
    """Number of each site's closed option."""
    opened: list[list[int]] = field(default_factory=list)
    """Numbers of each site's open options, by size ascending."""
    unknown_size: list[str] = field(default_factory=list)
    """Ids of existing sites whose size no column tells."""

    def tier(self, j: int) -> Tier:
        """Return the tier of a site."""
        return self.scenario.tiers[str(self.sites.tier[j])]

    def first_stage(self, lead_years: float) -> int:
        """Return the first stage in which something that takes so long can be there; beyond the last if none."""
        if self.scenario.stages is None:
            return 0
        ready = self.scenario.stages.base_year + lead_years
        return next((t for t, stage in enumerate(self.stages) if stage.year >= ready), len(self.stages))

    def shares(self, tier: Tier) -> tuple[float, ...]:
        """Return what each funding source pays of an action of a tier."""
        finance = self.scenario.finance
        if finance is None or not finance.sources:
            return ()
        percent = tier.funding_percent or finance.funding_percent
        if not percent:
            return tuple(1.0 / len(finance.sources) for _ in finance.sources)
        return tuple(percent.get(source, 0.0) / 100 for source in finance.sources)

    def add_move(self, j: int, start: int, end: int, action: str, cost: float, lead: float, **more: Any) -> None:
        """Add a move unless its lead time is longer than the plan."""
        first = self.first_stage(lead)
        if first < len(self.stages):
            self.moves.append(Move(j, start, end, action, cost, self.shares(self.tier(j)), first, **more))


def estate_of(
    scenario: Scenario, sites: Sites, metres: FloatArray, build_cost: FloatArray, stages: tuple[Stage, ...],
    place: Callable[[str], Place],
) -> tuple[Estate, tuple[Finding, ...]]:  # fmt: skip
    """Return what every site may become, and what is remarkable about it."""
    estate = Estate(scenario, sites, metres, build_cost, stages, place)
    for j in range(len(sites)):
        _add_options(estate, j)
    for j in range(len(sites)):
        if sites.existing[j]:
            _add_actions(estate, j)
        elif estate.tier(j).may_open and sites.fixed[j] != "closed":
            _add_building(estate, j)
    return estate, tuple(_findings(estate))


# --- options ---------------------------------------------------------------------------------------------------------


def _add_options(estate: Estate, j: int) -> None:
    """Add the closed option of a site and its open ones, and where it starts."""
    sites = estate.sites
    estate.closed.append(len(estate.options))
    estate.options.append(Option(j))
    current = _current_size(estate, j) if sites.existing[j] else None
    numbers = []
    for name, size in _sizes(estate.tier(j)):
        numbers.append(len(estate.options))
        estate.options.append(_open_option(estate, j, name, size, standing=name == current))
    estate.opened.append(numbers)
    stands = sites.existing[j] and sites.fixed[j] != "closed"
    names = [estate.options[number].size for number in numbers]
    estate.start.append(numbers[names.index(current)] if stands and current is not None else estate.closed[j])


def _sizes(tier: Tier) -> Iterator[tuple[str, Size | None]]:
    yield from tier.sizes.items() if tier.sizes else [("", None)]


def _current_size(estate: Estate, j: int) -> str:
    """Return the size of a facility that stands: as stated, else by its capacity, else the smallest."""
    tier, stated = estate.tier(j), str(estate.sites.size[j])
    if not tier.sizes or stated in tier.sizes:
        return stated if tier.sizes else ""
    load = estate.sites.capacity_people[j] * _per_person(estate.scenario)
    if np.isfinite(load):
        return next((name for name, size in tier.sizes.items() if size.capacity >= load), list(tier.sizes)[-1])
    estate.unknown_size.append(str(estate.sites.id[j]))
    return next(iter(tier.sizes))


def _per_person(scenario: Scenario) -> float:
    return 1.0 if scenario.workload is None else scenario.workload.per_person


def _open_option(estate: Estate, j: int, name: str, size: Size | None, *, standing: bool) -> Option:
    """Return an open option; a facility that stands, or a site without sizes, has the capacity its row states."""
    sites, tier = estate.sites, estate.tier(j)
    capacity = inf if size is None else size.capacity
    own = sites.capacity_people[j] * _per_person(estate.scenario)
    # Without sizes capacities count only where the scenario states what people ask of them.
    counted = standing if size is not None else estate.scenario.workload is not None
    if np.isfinite(own) and counted:
        capacity = float(own)
    least = 0.0 if size is None or size.least_load is None else size.least_load
    if tier.smallest_load_percent is not None and (size is None or size.least_load is None) and capacity < inf:
        least = capacity * tier.smallest_load_percent / 100
    running = 0.0 if size is None else size.running_cost
    if np.isfinite(sites.running_cost[j]) and (standing or size is None):
        running = float(sites.running_cost[j])
    return Option(
        site=j,
        size=name,
        open=True,
        capacity=capacity,
        least_load=min(least, capacity),
        running_cost=running,
        staff=0.0 if size is None else size.staff,
        beds=0.0 if size is None else size.beds,
        floor_area=0.0 if size is None else size.floor_area_m2,
    )


# --- moves -----------------------------------------------------------------------------------------------------------


def _add_building(estate: Estate, j: int) -> None:
    """Add building a candidate at each size, and extending it later."""
    tier = estate.tier(j)
    build = tier.actions.build
    lead = 0.0 if build is None else build.lead_years
    for number in estate.opened[j]:
        estate.add_move(j, estate.closed[j], number, "build", building_cost(estate, j, number), lead)
    if tier.actions.extend is not None and (build is None or build.later_extension) and len(estate.stages) > 1:
        for place, number in enumerate(estate.opened[j]):
            _add_extensions(estate, j, number, estate.opened[j][place + 1 :], place)


def building_cost(estate: Estate, j: int, option: int) -> float:
    """Return the cost of building a site with the size of an option.

    Where the table states a cost for the candidate it is that of the smallest size; larger ones cost in proportion.
    """
    tier = estate.tier(j)
    stated = {name: size.build_cost for name, size in tier.sizes.items()}
    of_size = stated.get(estate.options[option].size)
    if of_size is None:
        return float(estate.build_cost[j])
    own, smallest = estate.sites.build_cost[j], next(iter(stated.values()))
    factor = own / smallest if np.isfinite(own) and smallest else 1.0
    return float(of_size * factor)


def _add_extensions(estate: Estate, j: int, start: int, larger: list[int], place: int) -> None:
    extend = estate.tier(j).actions.extend
    assert extend is not None
    base = building_cost(estate, j, estate.opened[j][place])
    for number in larger:
        difference = max(building_cost(estate, j, number) - base, 0.0)
        cost = extend.cost + extend.percent_of_difference / 100 * difference
        estate.add_move(j, start, number, "extend", cost, extend.lead_years)


def _add_actions(estate: Estate, j: int) -> None:
    """Add what may be done with a facility that stands."""
    start = estate.start[j]
    if not estate.options[start].open:
        return
    actions, place = estate.tier(j).actions, estate.opened[j].index(start)
    larger = estate.opened[j][place + 1 :]
    if actions.extend is not None:
        _add_extensions(estate, j, start, larger, place)
    if actions.refurbish is not None:
        better = _refurbished(estate, j, start)
        estate.add_move(j, start, better, "refurbish", actions.refurbish.cost, actions.refurbish.lead_years)
        if actions.extend is not None and len(estate.stages) > 1:
            _add_extensions(estate, j, better, larger, place)
    if estate.sites.fixed[j] == "open":
        return
    if actions.close is not None:
        estate.add_move(j, start, estate.closed[j], "close", actions.close.cost, 0.0)
    if actions.relocate is not None:
        _add_relocations(estate, j)
    if actions.merge is not None:
        _add_mergers(estate, j)


def _refurbished(estate: Estate, j: int, start: int) -> int:
    """Add the option of a refurbished facility and return its number."""
    from dataclasses import replace

    refurbish, option = estate.tier(j).actions.refurbish, estate.options[start]
    assert refurbish is not None
    better = replace(
        option,
        capacity=option.capacity * (1 + refurbish.capacity_percent / 100),
        running_cost=option.running_cost * (1 + refurbish.running_cost_percent / 100),
    )
    estate.options.append(better)
    return len(estate.options) - 1


def _add_relocations(estate: Estate, j: int) -> None:
    relocate = estate.tier(j).actions.relocate
    assert relocate is not None
    for other in _near(estate, j, relocate.within_metres, existing=False):
        if estate.tier(other).may_open and estate.sites.fixed[other] != "closed":
            saved = (1 - relocate.build_cost_percent / 100) * building_cost(estate, other, estate.opened[other][0])
            estate.add_move(
                j, estate.start[j], estate.closed[j], "relocate", relocate.cost - saved, relocate.lead_years,
                partner=other,
            )  # fmt: skip


def _add_mergers(estate: Estate, j: int) -> None:
    merge = estate.tier(j).actions.merge
    assert merge is not None
    capacity = estate.options[estate.start[j]].capacity
    for other in _near(estate, j, merge.within_metres, existing=True):
        brings = capacity * merge.capacity_percent / 100 if capacity < inf else 0.0
        if estate.options[estate.start[other]].open:
            estate.add_move(
                j, estate.start[j], estate.closed[j], "merge", merge.cost, 0.0, partner=other, brings=brings
            )


def _near(estate: Estate, j: int, metres: float, *, existing: bool) -> list[int]:
    """Return the other sites of the tier, standing or candidates, within a distance, nearest first."""
    sites = estate.sites
    apart = np.hypot(*(estate.metres - estate.metres[j]).T)
    same = (sites.tier == sites.tier[j]) & (sites.existing == existing) & (apart <= metres)
    same[j] = False
    found = np.flatnonzero(same)
    return [int(other) for other in found[np.argsort(apart[found], kind="stable")]]


def _findings(estate: Estate) -> Iterator[Finding]:
    if estate.unknown_size:
        yield Finding(
            f"{len(estate.unknown_size)} standing facilities state neither a size nor a capacity; "
            "they count as the smallest size of their tier",
            "Fill in the column size or capacity_people",
            estate.place("facilities"),
            Severity.WARNING,
            len(estate.unknown_size),
            tuple(estate.unknown_size[:5]),
        )
