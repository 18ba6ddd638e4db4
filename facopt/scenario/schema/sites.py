"""What stands, and where something may be built: tables of sites, and places made by rules."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from facopt.scenario.schema.tables import TableSource
from facopt.statement import Number, Section


class SiteTable(TableSource):
    """Facilities or candidates from a table.

    Columns: `id, tier, lon, lat` (or `x, y`), optional `name, status, build_cost, running_cost, fixed, …`.
    """

    tiers: Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    """Tiers of the rows of a table without a column `tier`; each row is one site of each of them."""
    status: Literal["existing", "candidate"] | None = None
    """Status of rows that state none. Default: existing where the scenario has `candidates`, else candidate."""
    merge_within_metres: Annotated[Number, Field(gt=0, le=1000)] | None = None
    """Rows of one tier this near to each other with similar names are one facility: 150 for departments and gates.

    None are merged by default; `facopt check --classes FILE.csv` lists what was.
    """


def _one_or_several(value: Any) -> str:
    return "list" if isinstance(value, (list, tuple)) else "mapping"


Sites = Annotated[
    Annotated[SiteTable, Tag("mapping")] | Annotated[tuple[SiteTable, ...], Tag("list")],
    Discriminator(_one_or_several),
]


class CandidateRules(Section):
    """What places must be like to become candidates; ids of candidates made by rules are the same in every run."""

    tiers: Annotated[tuple[str, ...], Field(min_length=1)]
    """Tiers that may be built there; each place becomes one candidate for each of them."""
    minimum_people: Annotated[Number, Field(ge=0)] = 0.0
    """At least so many people live within `within_metres`."""
    within_metres: Annotated[Number, Field(ge=0)] = 0.0
    """How far around, in a straight line, people are counted; 0 counts those at the place itself."""
    only_within: Path | None = None
    """Outlines within which one may build; anywhere by default."""
    exclude: tuple[Path, ...] = ()
    """Outlines within which one may not build, besides `study_area.exclusions`."""
    water_at_least_metres: Annotated[Number, Field(ge=0)] = 0.0
    """At least so far from `study_area.water`."""
    roads_at_most_metres: Annotated[Number, Field(gt=0)] | None = None
    """At most so far from a road of the first road file under `travel`."""
    existing_at_least_metres: Annotated[Number, Field(ge=0)] = 0.0
    """At least so far from a standing facility of the same tier."""


class SettlementCandidates(CandidateRules):
    """Where people live: each demand point."""

    kind: Literal["settlements"]
    """The demand points themselves."""


class GridCandidates(CandidateRules):
    """The points of a square grid inside the boundary."""

    kind: Literal["grid"]
    """A square grid."""
    spacing_metres: Annotated[Number, Field(ge=50)]
    """Distance between neighbours."""


class CrossingCandidates(CandidateRules):
    """Where main roads meet."""

    kind: Literal["crossings"]
    """Junctions of the first road file under `travel`."""
    road_classes: Annotated[tuple[str, ...], Field(min_length=1)] = ("trunk", "primary", "secondary", "tertiary")
    """At least three roads of these classes must meet."""


Candidate = Annotated[
    SiteTable | SettlementCandidates | GridCandidates | CrossingCandidates, Field(discriminator="kind")
]
Candidates = Annotated[
    Annotated[Candidate, Tag("mapping")] | Annotated[tuple[Candidate, ...], Tag("list")],
    Discriminator(_one_or_several),
]
