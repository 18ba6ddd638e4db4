"""Choices for the map page."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator

from facopt.scenario.names import checked_access_key
from facopt.statement import Section


class MapSection(Section):
    """Choices for the map page."""

    base: Literal["osm", "tianditu"] | None = None
    """An online map that readers may switch on beneath the plan: osm (OpenStreetMap) or tianditu. Without it the page
    holds no web address."""
    tianditu_key: Annotated[str, AfterValidator(checked_access_key)] | None = None
    """Your key for Tianditu's browser service; everybody who has the page can read it."""
