"""What is asked of the readers, in plain fields, so that they know nothing of scenarios."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True)
class Source:
    """One file and how to read it."""

    file: Path
    crs: str = ""
    """`wgs84 | gcj02 | bd09 | cgcs2000 | EPSG:n`; "" where the scenario says none."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Heading in the file by field."""
    layer: str | None = None
    sheet: str | None = None


@dataclass(frozen=True)
class DemandRequest:
    """Where people live."""

    kind: str
    """`table`, `raster` or `polygons`."""
    source: Source
    area_class: str = ""
    """One class for all demand points."""
    zone: str = ""
    """One zone for all demand points."""
    cell_metres: float | None = None
    """Raster cells are put together to cells of about this size."""
    band: int = 1
    total_people: float | None = None
    """Raster cells are rescaled to sum to this."""
    totals: Source | None = None
    """People by zone that the demand points are rescaled to."""
    share_rest: bool = False
    """Whether people of zones without demand points are shared over the others of their region, or left out."""
    growth: float = 1.0
    """People are multiplied by this, after rescaling."""
    place_missing: bool = False
    """Whether rows without coordinates are put inside the outline of their zone."""
    raster: Source | None = None
    """For `polygons`: a raster after which the people of each polygon are spread."""


@dataclass(frozen=True)
class FacilitiesRequest:
    """One register of facilities, candidates or both."""

    source: Source
    tiers: tuple[str, ...] = ()
    """Tiers of all rows, where the table has no such column; each row is one site of each of them."""
    default_status: str = "existing"
    """For rows that do not say: `existing` or `candidate`."""
    status_stated: bool = False
    """Whether the scenario states `default_status`, so that no warning is due."""
    merge_within_metres: float | None = None
    """Rows of one tier this near to each other with similar names are one facility."""


@dataclass(frozen=True)
class TierRequest:
    """What the readers must know of a tier."""

    serves: tuple[str, ...]
    """Area classes."""
    matches: tuple[str, ...] = ()
    """What the registers call it."""


@dataclass(frozen=True)
class StudyAreaRequest:
    """All files of a study area."""

    demand: DemandRequest
    facilities: tuple[FacilitiesRequest, ...]
    tiers: Mapping[str, TierRequest]
    boundary: Source | None = None
    zones: Source | None = None
    water: Source | None = None
    exclusions: Source | None = None
    """Outlines within which nothing may be built."""
    control_totals: Source | None = None
    """Table of people by zone that the demand points are checked against."""
    coordinates_required: bool = True
    """False where every mode has a table of travel times."""
    more_sites_follow: bool = False
    """True where candidates are made by rules later, so that the registers may hold no site."""
