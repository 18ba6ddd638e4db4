"""The study area: who lives where, what stands where, and which ground it all lies on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

AREA_CLASSES = ("urban", "town", "rural")

FloatArray = np.ndarray[Any, np.dtype[np.float64]]
IntArray = np.ndarray[Any, np.dtype[np.int64]]
TextArray = np.ndarray[Any, np.dtype[np.object_]]


@dataclass(frozen=True)
class DemandPoints:
    """Demand points i = 0..I-1; every array has shape (I,)."""

    id: TextArray
    """Unique text ids: "001" is not "1"."""
    name: TextArray
    """Display name; the id where the table has none."""
    people: FloatArray
    """Residents, finite and at least 0."""
    zone: TextArray
    """Id or name of the township or subdistrict; "" where the table has none."""
    area_class: TextArray
    """One of AREA_CLASSES."""
    lon: FloatArray
    """WGS-84 degrees; NaN where the table has no coordinates."""
    lat: FloatArray
    segments: dict[str, FloatArray] = field(default_factory=dict)
    """People of a segment (for example "65_plus") by segment name; a part of `people`."""
    name_en: TextArray | None = None
    """English name, "" where the table has none; None where it has no such column."""
    groups: dict[str, TextArray] = field(default_factory=dict)
    """What is written in other columns of the table, by heading, where it is the same in several rows."""

    def __len__(self) -> int:
        return len(self.id)


@dataclass(frozen=True)
class FineCells:
    """A raster's own cells, where the demand points are blocks of them; arrays have shape (C,), or (0,) if not kept."""

    count: int
    """How many inhabited cells there are."""
    people: FloatArray
    """After all that was done to the people of the demand points; the sums are the same."""
    lon: FloatArray
    """WGS-84 degrees of the middle of the cell."""
    lat: FloatArray
    point: IntArray
    """Demand point that stands for the cell."""

    @property
    def kept(self) -> bool:
        """Whether the cells are here; beyond a number that a computer holds well they are only counted."""
        return len(self.people) == self.count


@dataclass(frozen=True)
class Sites:
    """Facilities that stand and candidates, j = 0..J-1, all of a tier of the scenario; arrays have shape (J,)."""

    id: TextArray
    name: TextArray
    tier: TextArray
    existing: np.ndarray[Any, np.dtype[np.bool_]]
    """True where the facility stands today, False for a candidate."""
    fixed: TextArray
    """"open", "closed" or "" (free)."""
    build_cost: FloatArray
    """Money, in the scenario's currency; NaN where not stated. Existing sites cost nothing to keep."""
    running_cost: FloatArray
    """Money per year; NaN where not stated."""
    capacity_people: FloatArray
    """NaN where not stated."""
    lon: FloatArray
    """WGS-84 degrees; NaN where the table has no coordinates."""
    lat: FloatArray
    zone: TextArray
    size: TextArray
    owner: TextArray
    name_en: TextArray | None = None
    """English name, "" where the table has none; None where no table has such a column."""
    host: IntArray | None = None
    """Of a service inside another site: that site; -1 for sites of their own; None where there is no such service."""

    def __len__(self) -> int:
        return len(self.id)


@dataclass(frozen=True)
class ContextFacilities:
    """Facilities of the register that no tier of the scenario names; drawn on the map, not part of the model."""

    id: TextArray
    name: TextArray
    kind: TextArray
    lon: FloatArray
    lat: FloatArray
    name_en: TextArray | None = None
    """English name, "" where the table has none; None where no table has such a column."""

    def __len__(self) -> int:
        return len(self.id)


@dataclass(frozen=True)
class Ground:
    """What the map draws beneath people and facilities; WGS-84 geometries, any of them may be missing."""

    boundary: BaseGeometry | None = None
    zones: dict[str, BaseGeometry] = field(default_factory=dict)
    """Outline by zone id, where the scenario names a zones file."""
    water: BaseGeometry | None = None
    exclusions: BaseGeometry | None = None
    """Where nothing may be built."""


@dataclass(frozen=True)
class StudyArea:
    """Everything read from the planner's files, validated once."""

    demand: DemandPoints
    sites: Sites
    context: ContextFacilities
    ground: Ground
    metric_crs: str
    """The one projected system in which metres are measured, as "EPSG:n"; "" where no table has coordinates."""
    zone_names: dict[str, str] = field(default_factory=dict)
    """Display name by zone; a zone that is not listed is shown by its id."""
    zone_names_en: dict[str, str] = field(default_factory=dict)
    """English name by zone, as far as the files have one."""
    fine: FineCells | None = None
    """The raster's own cells, where the demand points are blocks of them."""

    def __post_init__(self) -> None:
        _require_one_length("demand", self.demand)
        _require_one_length("sites", self.sites)
        for name, ids in (("demand", self.demand.id), ("sites", self.sites.id)):
            if len(set(ids)) != len(ids):
                msg = f"{name}: ids are not unique"
                raise ValueError(msg)
        people = self.demand.people
        if not np.all(np.isfinite(people)) or (people.size and people.min() < 0):
            msg = "demand: people must be finite and at least 0"
            raise ValueError(msg)

    def replace(self, **changes: Any) -> StudyArea:
        """Return a copy with some fields changed, validated again."""
        return replace(self, **changes)


def _require_one_length(name: str, table: DemandPoints | Sites) -> None:
    size = len(table.id)
    for key, column in vars(table).items():
        columns = column.values() if isinstance(column, dict) else [column]
        if any(values is not None and len(values) != size for values in columns):
            msg = f"{name}.{key}: {size} values expected"
            raise ValueError(msg)
