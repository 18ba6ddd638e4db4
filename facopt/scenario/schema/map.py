"""Choices for the map page."""

from __future__ import annotations

from typing import Literal

from facopt.scenario.names import AccessKey
from facopt.statement import Section


class MapSection(Section):
    """Choices for the map page."""

    base: Literal["osm", "tianditu"] | None = None
    """An online map that readers may switch on beneath the plan: osm (OpenStreetMap) or tianditu. Without it the page
    holds no web address."""
    tianditu_key: AccessKey | None = None
    """Your key for Tianditu's browser service; everybody who has the page can read it."""
