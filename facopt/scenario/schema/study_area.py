"""The ground: outlines of the county, and a place whose files are fetched."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from facopt.statement import Number, Section, Whole


class StudyAreaSection(Section):
    """The ground: outlines for the map, for tables by zone and for checks."""

    boundary: Path | None = None
    """Outline of the county (GeoJSON, GeoPackage, shapefile)."""
    zones: Path | None = None
    """Outlines of townships and subdistricts with `id`, optional `name` and `area_class`.

    Points without a zone get theirs from it.
    """
    water: Path | None = None
    """Rivers and lakes, drawn beneath everything."""
    exclusions: Path | None = None
    """Outlines within which nothing may be built (flood plains, reserves); candidates inside are warned about."""


class PlaceSection(Section):
    """A named place whose files come from OpenStreetMap; those that are missing are fetched before a run."""

    name: Annotated[str, Field(min_length=1, max_length=300)]
    """As OpenStreetMap finds it, from small to large: `Tianmen, Hubei, China`; or the id of its boundary: R123456."""
    folder: Path
    """Where its files are kept, relative to the scenario file that states it."""
    buffer_km: Annotated[Number, Field(ge=0, le=50)] = 5.0
    """Roads are fetched this far beyond the boundary."""
    people: Annotated[Whole, Field(gt=0)] | None = None
    """People of the whole place, shared out over settlements whose population OpenStreetMap does not know."""


PLACE_FILES = ("boundary.geojson", "roads.osm.pbf", "facilities.csv", "settlements.csv", "candidates.csv")
"""What is fetched of a place."""
