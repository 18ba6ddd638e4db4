"""Where people live, and how many they are."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from facopt.scenario.schema.tables import TableSource
from facopt.statement import AreaClass, Number, Section, YesNo


class ControlTotals(Section):
    """People by zone, counted by somebody else: a census of townships."""

    file: Path
    """Table with one row per zone: `id` or `name` of the zone, and `people`."""
    columns: dict[str, str] = {}
    """Names of columns where they differ."""
    sheet: str | None = None
    """Sheet of a workbook; the first one by default."""
    rescale: YesNo = True
    """Rescale people so that each zone sums to its total, to the person; false only compares, and warns beyond 5 %."""
    zones_without_points: Literal["leave_out", "share"] = "leave_out"
    """What to do with people of zones that no demand point is in: leave them out, or share them over their region.

    Without a column `people` in the demand table, totals are shared evenly over the points of their zone.
    """


class PeopleRules(Section):
    """How many people there are: totals that hold, and growth since they were counted."""

    control_totals: ControlTotals | None = None
    """People by zone that the demand points must add up to."""
    growth_percent_per_year: Annotated[Number, Field(gt=-50, lt=50)] = 0.0
    """Growth of all people and segments, after rescaling; negative where people leave."""
    years: Annotated[Number, Field(ge=0, le=100)] = 0.0
    """How many years of growth."""


class DemandTable(TableSource, PeopleRules):
    """Demand points from a table.

    Columns: `id, people, lon, lat` (or `x, y`), optional `name, zone, area_class, people_<segment>`.
    """

    area_class: AreaClass | None = None
    """One area class for all points, where the table has none."""
    place_missing: YesNo = False
    """Put rows without coordinates inside the outline of their zone (`study_area.zones`), spread evenly over it."""


class DemandRaster(PeopleRules):
    """Demand points from a population raster (GeoTIFF in any coordinate system): one point per inhabited cell."""

    kind: Literal["raster"]
    """A GeoTIFF of people per cell."""
    file: Path
    """Path of the raster, relative to the scenario file that states it."""
    cell_metres: Annotated[Number, Field(gt=0)] | None = None
    """Cells are added up to about this size; as they are by default."""
    area_class: AreaClass | None = None
    """One area class for all points; by default it comes from the zones file."""
    total_people: Annotated[Number, Field(gt=0)] | None = None
    """Rescale the cells so that they sum to this many people."""


class DemandPolygons(TableSource, PeopleRules):
    """Demand points from census polygons with `people`; one point inside each, or spread over a raster."""

    kind: Literal["polygons"]  # type: ignore[assignment]
    """Polygons with people."""
    spread_by: Path | None = None
    """Population raster by which each polygon's people are spread over the cells inside it; sums are kept."""
    area_class: AreaClass | None = None
    """One area class for all points, where the polygons have none."""


Demand = Annotated[DemandTable | DemandRaster | DemandPolygons, Field(discriminator="kind")]
