"""What a review of a plan holds: frozen values that terminal, page, workbook and JSON all show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from facopt.errors import Finding
    from facopt.outputs.compare.model import Comparison

SiteKind = Literal[
    "not_built", "gone", "smaller", "not_extended", "unplanned", "early", "still_open", "built", "extended", "closed",
    "kept",
]  # fmt: skip
SITE_KINDS: tuple[SiteKind, ...] = (
    "not_built", "gone", "smaller", "not_extended", "unplanned", "early", "still_open", "built", "extended", "closed",
    "kept",
)  # fmt: skip
"""Of a facility: planned new and does not stand; was to stay and does not stand; stands with less room than planned;
stands without its extension; stands and was not planned; stands and was planned for a later stage; was to close and
stands; planned new and stands; extended as planned; was to close and does not stand; was to stay and stands."""
AS_PLANNED = frozenset({"built", "extended", "closed", "kept"})


@dataclass(frozen=True)
class Coverage:
    """People covered in three situations: when the plan was made, in the plan, as built."""

    group: Literal["all", "tier", "area_class", "zone"]
    key: str
    """Of the tier, area class or zone; "" for everybody."""
    name: tuple[str, str]
    people: float
    """Whom the tiers serve; the denominator of all three shares."""
    now: float
    plan: float
    built: float

    def percent(self, figure: Literal["now", "plan", "built"]) -> float | None:
        """Return a share in percent; None where nobody lives."""
        return 100 * float(getattr(self, figure)) / self.people if self.people > 0 else None

    @property
    def change_points(self) -> float | None:
        """As built minus plan, in percentage points."""
        return 100 * (self.built - self.plan) / self.people if self.people > 0 else None


@dataclass(frozen=True)
class SiteCheck:
    """A facility of the plan, or one that stands though the plan leaves it out."""

    site_id: str
    name: tuple[str, str]
    tier: str
    zone: tuple[str, str]
    kind: SiteKind
    stage: str
    """At which stage the plan opens it; "" where the plan has no stages."""
    opened: str
    """Date from the register; "" where it tells none."""
    cost: float | None
    """What building it costs in the plan; None where that is not known, 0 for what stood already."""
    cost_actual: float | None
    """What it did cost by the register; None where it tells nothing."""
    people_planned: float
    """Whom it serves in the plan."""
    people_built: float
    """Whom it serves as built."""
    people_waiting: float
    """Of the people it serves in the plan, those who are covered there and not as built."""
    size: str = ""
    """Name of its size in the plan; "" where it has none or is not open."""
    size_built: str = ""
    room: float | None = None
    """Load it can serve in the plan; None where it is not open or nothing limits it."""
    room_built: float | None = None
    new: bool = False
    """Whether the plan builds it by now."""


@dataclass(frozen=True)
class TargetCheck:
    """A target of the plan, as built."""

    tier: str
    area_class: str
    zone: tuple[str, str]
    segment: str
    """Whose people it counts; "" for everybody."""
    at_least_percent: float | None
    """None where it asks for a number of people."""
    people: float
    needed: float
    plan: float
    built: float
    met: bool
    due: str = ""
    """Year in which it is due; "" where it is due by now."""


@dataclass(frozen=True)
class StageCompared:
    """Which stage of a plan is held against what stands."""

    name: str
    """Its year; "" for a plan without stages."""
    begun: bool
    """Whether it has begun at the date of the register."""
    last: bool
    """Whether it is the plan's last."""
    later: int
    """How many actions the plan leaves to later stages."""
    unit: str
    """What room is counted in: people, visits or panel."""


@dataclass(frozen=True)
class AsBuiltReview:
    """A plan held against what stands."""

    comparison: Comparison
    """Of the plan (A) with what stands (B)."""
    file: str
    """Name of the register, without its folders."""
    digest: str
    """SHA-256 of the register."""
    as_of: str
    """Facilities that opened later do not count; "" where no date was given."""
    changed: bool
    """Whether the plan's data files have changed since, and both sides were computed from the files as they are."""
    coverage: tuple[Coverage, ...]
    """Everybody, tiers, area classes, then zones, furthest behind the plan first."""
    sites: tuple[SiteCheck, ...]
    """In the order of SITE_KINDS, most people waiting first."""
    targets: tuple[TargetCheck, ...]
    newly_planned: float
    """People whom the plan covers and who were not covered when it was made."""
    newly_reached: float
    """Of these, people covered as built."""
    lost: float
    """People covered when the plan was made and in the plan, not as built."""
    beyond: float
    """People covered as built whom the plan leaves out."""
    findings: tuple[Finding, ...]
    stage: StageCompared | None = None
    """None for a plan without stages, sizes, actions and rules."""

    def of_kind(self, *kinds: SiteKind) -> tuple[SiteCheck, ...]:
        """Return the facilities of some kinds."""
        return tuple(site for site in self.sites if site.kind in kinds)

    @property
    def projects(self) -> tuple[SiteCheck, ...]:
        """The facilities that the plan builds by now, standing or not."""
        return tuple(site for site in self.sites if site.new)

    @property
    def everybody(self) -> Coverage:
        """Coverage of all people."""
        return self.coverage[0]

    @property
    def waiting(self) -> float:
        """People whom the plan newly covers and who are not covered as built."""
        return self.newly_planned - self.newly_reached
