"""What a comparison holds: frozen values that terminal, page, workbook and JSON all show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pandas as pd
    from shapely.geometry.base import BaseGeometry

Better = Literal["base", "other", "same", ""]
"""Which of two runs has the better figure; "" where neither direction is better or nothing was computed."""

POINT_CHANGES = ("gain", "lose", "reassigned", "covered", "uncovered")
"""Of a demand point: covered only in the other run; only in the base; in both, by another site; in both, by the same
site; in neither."""


@dataclass(frozen=True)
class RunSummary:
    """One compared run, as headings name it."""

    letter: str
    """A, B, C … in the order given; A is the base."""
    scenario: str
    title_zh: str
    title_en: str
    folder: str
    generated: str
    status: str
    gap_percent: float | None
    """Largest gap of the chain of objectives; None where nothing is proven."""
    planned: bool
    """Whether there is a plan to compare."""
    synthetic: bool
    unverified: int
    """Values the plan rests on that nobody has verified."""
    targets_missed: int
    people: float
    currency: str


@dataclass(frozen=True)
class BasisDifference:
    """Why figures of a run cannot simply be subtracted from the base's."""

    kind: Literal["people", "people_of_points", "demand_points", "area_class", "standard", "currency"]
    run: int
    """Number of the run that differs from the base."""
    subject: str
    """Tier key of a standard; "" otherwise."""
    base: tuple[str, str]
    """What the base has, in (Chinese, English); a count of demand points where single points differ."""
    other: tuple[str, str]


@dataclass(frozen=True)
class Difference:
    """A setting or an input file that is not the same in all runs."""

    key: str
    """Dotted scenario key, or path of a file."""
    values: tuple[str, ...]
    """Value or SHA-256 by run; "" where the run has none."""


@dataclass(frozen=True)
class Measure:
    """One figure of all runs, with its difference to the base."""

    key: str
    """Machine key, such as people_covered_percent, or by_area_class.urban.people_covered_percent."""
    name: tuple[str, str]
    """Chinese and English name of the area class or tier, for a row under a heading; ("", "") otherwise."""
    unit: str
    """percent, people, minutes, coefficient, money, money_per_person, sites or points."""
    values: tuple[float | None, ...]
    differences: tuple[float | None, ...]
    """Value minus the base's, by run after the base, unrounded; None where nothing may be subtracted."""
    better: tuple[Better, ...]
    within_gap: tuple[bool, ...]
    """True where the worse run, solved to the end, might still overtake: its bound reaches the better run's value."""


@dataclass(frozen=True)
class Count:
    """People of some demand points, and how many points they are."""

    people: float
    points: int


@dataclass(frozen=True)
class ZoneChange:
    """People of one zone who gain and who lose."""

    zone: str
    name: str
    people: float
    gain: float
    lose: float
    percent_base: float
    percent_other: float
    name_en: str = ""
    """"" where the runs have no English name."""

    @property
    def names(self) -> tuple[str, str]:
        """Name in Chinese and English; the one name for both where there is no other."""
        return self.name, self.name_en or self.name


@dataclass(frozen=True)
class SiteChange:
    """A site that stands in one of two plans only, or in both."""

    site_id: str
    name: str
    tier: str
    zone: str
    action: str
    """What the plan in which it stands does with it, one of OPEN_ACTIONS; the base where it stands in both."""
    action_other: str
    """Of a site in both plans: its action in the other one; "" otherwise."""
    stage: str
    stage_other: str
    cost: float | None
    people_assigned: float | None
    lon: float
    lat: float
    name_en: str = ""
    """"" where the run has no English name, as `zone_en`."""
    zone_en: str = ""
    size: str = ""
    """Name of its size; "" where it has none."""
    size_other: str = ""

    @property
    def names(self) -> tuple[str, str]:
        """Name in Chinese and English; the one name for both where there is no other."""
        return self.name, self.name_en or self.name

    @property
    def differs(self) -> bool:
        """Whether a site that stands in both plans is treated differently by them."""
        mine, theirs = (self.action, self.stage, self.size), (self.action_other, self.stage_other, self.size_other)
        return bool(self.action_other) and mine != theirs


@dataclass(frozen=True)
class People:
    """Who gains and who loses between two plans, never only the net."""

    gain: Count
    lose: Count
    reassigned: Count
    """Covered in both plans, by another site."""
    uncovered: Count
    """Covered in neither."""
    left_out: Count
    """Demand points that only one of the runs has; in none of the figures."""
    cost_per_gained_person: float | None
    """Additional cost by person gained; None where nobody gains, somebody loses, or the other plan costs no more."""
    zones: tuple[ZoneChange, ...]
    """Zones where somebody gains or loses, largest rise of the share covered first."""
    zones_unchanged: int
    points: pd.DataFrame
    """id, name, name_en, zone, zone_name, zone_name_en (English "" where not known), area_class, people, lon, lat,
    change (POINT_CHANGES), a column of people by each of
    POINT_CHANGES, sites_base, sites_other (ids, one per serving tier), minutes_base, minutes_other."""


@dataclass(frozen=True)
class Change:
    """What one run changes against the base."""

    run: int
    people: People | None
    """None where a run has no plan, or the basis differs and that was not allowed."""
    only_base: tuple[SiteChange, ...]
    only_other: tuple[SiteChange, ...]
    both: tuple[SiteChange, ...]


@dataclass(frozen=True)
class Ground:
    """Outlines beneath the map of gains and losses, of the first run that has them."""

    boundary: tuple[BaseGeometry, ...]
    zones: tuple[BaseGeometry, ...]
    water: tuple[BaseGeometry, ...]
    water_lines: tuple[BaseGeometry, ...]


@dataclass(frozen=True)
class Comparison:
    """Two or more runs side by side; the first is the base."""

    runs: tuple[RunSummary, ...]
    basis: tuple[BasisDifference, ...]
    """Empty where figures may be subtracted."""
    allowed: bool
    """Whether figures were subtracted in spite of a different basis."""
    settings: tuple[Difference, ...]
    settings_same: int
    inputs: tuple[Difference, ...]
    inputs_same: int
    measures: tuple[Measure, ...]
    changes: tuple[Change, ...]
    """One for each run after the base."""
    tiers: dict[str, tuple[str, str, str]]
    """Chinese name, English name and symbol by tier key."""
    ground: Ground

    def comparable(self, run: int) -> bool:
        """Tell whether a run rests on the same people and standards as the base."""
        return not any(difference.run == run for difference in self.basis)
