"""The planning problem: what each site can become, by which moves, for whom, in which stages, under which rules.

Plain arrays and small frozen records: no files, no geometry, no solver. I demand points, J sites, K services (one per
tier, in the order of the scenario), T stages, O options, S funding sources.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from math import inf
from typing import TYPE_CHECKING, Any

import numpy as np

from facopt.location.planning.weighted import optimises
from facopt.location.problem import groups

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from facopt.location.planning.protocols import Objective, Rule
    from facopt.location.problem import BoolArray, FloatArray, IntArray

TextArray = np.ndarray[Any, np.dtype[np.object_]]


@dataclass(frozen=True)
class Option:
    """One state that a site may be in: nothing there, closed, or open with a size."""

    site: int
    size: str = ""
    """Name of the size; "" where the tier has none, and where the site is not open."""
    open: bool = False
    """Whether the site gives its service."""
    capacity: float = inf
    """Load it can serve of each service it gives, in the units of the workload."""
    least_load: float = 0.0
    """Smallest useful load of its own tier's service while it is open."""
    running_cost: float = 0.0
    """Money per year."""
    staff: float = 0.0
    beds: float = 0.0
    floor_area: float = 0.0
    """Square metres."""


@dataclass(frozen=True)
class Move:
    """One action that takes a site from an option to another, at most once."""

    site: int
    start: int
    """Number of the option it leaves."""
    end: int
    """Number of the option it leads to."""
    action: str
    """build, extend, refurbish, relocate, close or merge."""
    cost: float
    """Capital. Negative only where it takes back part of what another move costs (relocation, against building)."""
    shares: tuple[float, ...] = ()
    """(S,) what each funding source pays of it; sums to 1."""
    first_stage: int = 0
    """Not before this stage: lead time."""
    partner: int = -1
    """Site that must be open from then on: where a relocated or merged site goes; -1 without."""
    brings: float = 0.0
    """Capacity that the partner gains."""


@dataclass(frozen=True)
class Stage:
    """A dated stage of the plan."""

    year: int
    years: float = 1.0
    """How many years it stands for, until the next stage."""
    discount: float = 1.0
    """Present value of one unit of money spent when it begins."""
    years_discounted: float = 1.0
    """Present value of one unit of money spent in each of its years."""


@dataclass(frozen=True)
class PlanService:
    """What one tier gives, to whom, and how it is decided who goes where."""

    tier: str
    needed: BoolArray
    """(I,) True where the tier serves the demand point."""
    standard_minutes: FloatArray
    """(I,) standard for the point's area class; the value itself is within."""
    demand: IntArray
    """(A,) demand point of each arc, ascending; only points that need the service."""
    site: IntArray
    """(A,) site of each arc, ascending within a demand point; only sites that give the service."""
    minutes: FloatArray
    """(A,) minutes; pairs that are not listed are out of reach."""
    assigned: bool = False
    """True where people are covered by being assigned within standard and capacity; False: by an open site."""
    single: bool = False
    """True where a demand point is served by one site only."""
    blocked_arc: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.int32))
    """(B,) arcs that may not be used..."""
    blocking_site: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.int32))
    """(B,) ...while this site is open: how a nearest or own-zone rule is said."""
    zero_at_minutes: FloatArray | None = None
    """(I,) for gradual coverage: full credit up to the standard, then falling in a straight line to nothing here."""

    @cached_property
    def within(self) -> BoolArray:
        """(A,) True for arcs within the standard."""
        return self.minutes <= self.standard_minutes[self.demand]

    @cached_property
    def credit(self) -> FloatArray:
        """(A,) gradual coverage: 1 within the standard, 0 from `zero_at_minutes` on (Berman and Krass 2002)."""
        if self.zero_at_minutes is None:
            return self.within.astype(np.float64)
        standard, zero = self.standard_minutes[self.demand], self.zero_at_minutes[self.demand]
        slope = (zero - self.minutes) / np.maximum(zero - standard, 1e-12)
        return np.where(self.within, 1.0, np.clip(slope, 0.0, 1.0))

    @cached_property
    def first_arc(self) -> np.ndarray[Any, np.dtype[np.int64]]:
        """(I+1,) where each demand point's arcs begin."""
        return np.searchsorted(self.demand, np.arange(len(self.needed) + 1))


@dataclass(frozen=True)
class Labels:
    """What rules speak of: ids and names of points, sites and areas."""

    point: TextArray
    """(I,) ids."""
    site: TextArray
    """(J,) ids."""
    zone: TextArray
    """(I,) zone of each demand point, "" where unknown."""
    site_zone: TextArray
    """(J,) zone of each site."""
    area_class: TextArray
    """(I,) urban, town or rural."""
    segments: Mapping[str, FloatArray] = field(default_factory=dict)
    """(T, I) people of a segment by its name; a part of the people."""
    metres: FloatArray = field(default_factory=lambda: np.zeros((0, 2)))
    """(J, 2) coordinates of the sites in metres; NaN where unknown."""
    zone_names: Mapping[str, str] = field(default_factory=dict)
    """Display name by zone, as far as there is one."""
    groups: Mapping[str, TextArray] = field(default_factory=dict)
    """(I,) other columns of the demand points that group them, by name."""
    excused: BoolArray | None = None
    """(I,) True for the people of the register of exceptions; None where nobody is."""
    excluded: BoolArray | None = None
    """(J,) True for sites on ground where nothing may be built; None where none is."""

    def parts(self, per: str) -> TextArray:
        """Return (I,) which zone, area class or group each demand point belongs to."""
        return {"zone": self.zone, "area_class": self.area_class, **self.groups}[per]


@dataclass(frozen=True)
class Stated:
    """A rule with the dotted key of the scenario that states it."""

    key: str
    rule: Rule


@dataclass(frozen=True)
class LevelWish:
    """One level of the lexicographic list."""

    objective: Objective
    tolerance_percent: float = 0.0
    """How much of its value later levels may give back."""


@dataclass(frozen=True)
class PlanningProblem:
    """Everything the planning model knows; validated on construction."""

    people: FloatArray
    """(T, I) people of each stage."""
    load: FloatArray
    """(T, I) what they ask of capacities, in the units of the workload."""
    stages: tuple[Stage, ...]
    site_tier: IntArray
    """(J,) index of the site's own tier."""
    options: tuple[Option, ...]
    start: IntArray
    """(J,) option each site is in before the first stage."""
    moves: tuple[Move, ...]
    services: tuple[PlanService, ...]
    labels: Labels
    levels: tuple[LevelWish, ...]
    rules: tuple[Stated, ...] = ()
    sources: tuple[str, ...] = ()
    """Names of the funding sources."""
    need: FloatArray | None = None
    """(T, I) people weighed by need; None where every person counts one."""
    assigns_everybody: bool = False
    """True where, in the last stage, travel is for everybody who has any pair, not only for the covered."""
    counts_running_cost: bool = False
    """True where the objective `cost` is the present value of capital and running cost; False: of capital alone."""

    def __post_init__(self) -> None:
        _require(self.people.shape == self.load.shape == (len(self.stages), len(self.labels.point)), "people and load")
        _require(
            bool(np.all(np.isfinite(self.people)) and np.all(self.people >= 0)), "people must be finite, at least 0"
        )
        _require(len(self.start) == len(self.site_tier) == len(self.labels.site), "sites differ in length")
        for number, option in enumerate(self.start):
            _require(self.options[option].site == number, "a site starts in an option of another")
        for move in self.moves:
            own = self.options[move.start].site == self.options[move.end].site == move.site
            _require(own, "a move leads from one site to another")
            _require(not self.sources or abs(sum(move.shares) - 1) < 1e-9, "funding shares must sum to 1")

    def replace(self, **changes: Any) -> PlanningProblem:
        """Return a copy with some fields changed, validated again."""
        return replace(self, **changes)

    @property
    def stage_count(self) -> int:
        """Number of stages, T."""
        return len(self.stages)

    @property
    def demand_count(self) -> int:
        """Number of demand points, I."""
        return len(self.labels.point)

    @property
    def site_count(self) -> int:
        """Number of sites, J."""
        return len(self.site_tier)

    @cached_property
    def options_of(self) -> tuple[tuple[int, ...], ...]:
        """(J times) numbers of each site's options."""
        lists: list[list[int]] = [[] for _ in range(self.site_count)]
        for number, option in enumerate(self.options):
            lists[option.site].append(number)
        return tuple(map(tuple, lists))

    @cached_property
    def moves_of(self) -> tuple[tuple[int, ...], ...]:
        """(J times) numbers of each site's moves."""
        lists: list[list[int]] = [[] for _ in range(self.site_count)]
        for number, move in enumerate(self.moves):
            lists[move.site].append(number)
        return tuple(map(tuple, lists))

    @cached_property
    def existing(self) -> BoolArray:
        """(J,) True where the site is open before the first stage."""
        return np.array([self.options[option].open for option in self.start], dtype=bool)

    @cached_property
    def usable(self) -> BoolArray:
        """(J,) True where the site can be open in the last stage."""
        usable = self.existing.copy()
        for move in self.moves:
            if self.options[move.end].open and move.first_stage < self.stage_count:
                usable[move.site] = True
        return usable

    @cached_property
    def always_open(self) -> BoolArray:
        """(J,) True where the site stands and no move closes it."""
        always = self.existing.copy()
        for move in self.moves:
            if not self.options[move.end].open:
                always[move.site] = False
        return always

    @cached_property
    def reachable(self) -> tuple[BoolArray, ...]:
        """(K times (I,)) True where a usable site of the service lies within the standard."""
        found = []
        for service in self.services:
            covered = np.zeros(self.demand_count, dtype=bool)
            covered[service.demand[service.within & self.usable[service.site]]] = True
            found.append(covered)
        return tuple(found)

    @cached_property
    def serves_beyond(self) -> bool:
        """True where assigned services may serve beyond the standard in the last stage: gradual coverage credits it."""
        return any(optimises(wish.objective, "gradual_coverage") for wish in self.levels)

    def arcs_in_use(self, tier: int, stage: int, *, beyond: bool) -> BoolArray:
        """Return (A,) arcs over which a service may serve somebody in a stage; `beyond` as in `serves_beyond`."""
        service, usable = self.services[tier], self.usable[self.services[tier].site]
        last = stage == self.stage_count - 1
        if last and self.assigns_everybody:
            return usable
        limit = service.credit > 0 if last and beyond and service.assigned else service.within
        in_use: BoolArray = usable & limit
        return in_use

    @cached_property
    def served(self) -> BoolArray:
        """(I,) True where at least one tier serves the demand point."""
        served: BoolArray = np.any([service.needed for service in self.services], axis=0)
        return served

    def members(self, tier: int | None) -> BoolArray:
        """Return (I,) whom a tier serves, or any tier (None)."""
        needed: BoolArray = self.served if tier is None else self.services[tier].needed
        return needed

    def can_be_reached(self, tier: int | None) -> BoolArray:
        """Return (I,) who has a usable site within the standard of a tier, or of every tier that serves them (None)."""
        if tier is not None:
            return self.reachable[tier]
        reached = self.served.copy()
        for service, found in zip(self.services, self.reachable, strict=True):
            reached &= found | ~service.needed
        return reached

    def due(self, year: int | None, *, otherwise: str) -> range:
        """Return the stages in which a rule holds: from a year on; without one in `every` or only in the `last`."""
        if year is None:
            return range(0 if otherwise == "every" else self.stage_count - 1, self.stage_count)
        return range(next(n for n, stage in enumerate(self.stages) if stage.year >= year), self.stage_count)

    def tier_number(self, name: str) -> int:
        """Return the index of a tier by its key."""
        return [service.tier for service in self.services].index(name)

    def arcs_by_point(self, tier: int, keep: BoolArray) -> Iterator[tuple[int, np.ndarray[Any, Any]]]:
        """Yield (demand point, numbers of its arcs) over the arcs (A,) to keep."""
        arcs = np.flatnonzero(keep)
        yield from groups(self.services[tier].demand[arcs], arcs)


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise ValueError(what)
