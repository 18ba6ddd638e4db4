"""Ground on which nothing may be built."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from facopt.rules.base import Rule


class Exclusion(Rule):
    """Nothing is built inside the outlines of a file: flood plains, reserves, slopes."""

    kind: Literal["exclusion"]
    """Outlines inside which nothing may be built."""
    file: Path
    """Outlines (GeoJSON, GeoPackage, shapefile), relative to the scenario file that states it."""
