"""Tables of any kind that planners bring."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from facopt.scenario.names import CrsName
from facopt.statement import Section


class TableSource(Section):
    """A table: CSV (UTF-8 or GB18030), xlsx, GeoPackage, GeoParquet, GeoJSON or shapefile."""

    kind: Literal["table"]
    """A table with one row per demand point or site."""
    file: Path
    """Path of the table, relative to the scenario file that states it."""
    crs: CrsName | None = None
    """Coordinate system of the table: wgs84, gcj02 (AMap, Tencent), bd09 (Baidu), cgcs2000 or EPSG:n. No default."""
    layer: str | None = None
    """Layer of a GeoPackage."""
    sheet: str | None = None
    """Sheet of a workbook; the first one by default."""
    columns: dict[str, str] = {}
    """Names of columns where they differ: `{people: 常住人口}`; the key is facopt's name, the value the file's."""
