"""What the files of a folder are: who lives where, what stands, roads, outlines, times; nothing is changed."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from facopt.drafting.metres import system_of_metres
from facopt.errors import DataError
from facopt.inputs.cells import DRIVERS
from facopt.inputs.facilities import CANDIDATE_WORDS, OSM_HEADINGS
from facopt.inputs.facility_names import kind_of_name
from facopt.inputs.findings import FindingLog, listed
from facopt.inputs.layers import PARQUET_SUFFIXES, VECTOR_SUFFIXES
from facopt.inputs.roads import GRAPH_ENDINGS, OSM_ENDINGS, read_roads
from facopt.inputs.tables import TEXT_SUFFIXES, WORKBOOK_SUFFIXES, Table, read_table

if TYPE_CHECKING:
    from pathlib import Path

_POINT, _LINE, _POLYGON = (0, 4), (1, 2, 5), (3, 6)
"""Type ids of shapely."""
_WATER = re.compile(r"water|river|lake|水|河|湖", re.IGNORECASE)
_EXCLUDED = re.compile(r"exclu|flood|reserve|禁建|保护|洪", re.IGNORECASE)
_BOUNDARY = re.compile(r"bound|county|border|outline|边界|县界|市界|区界", re.IGNORECASE)
_CANDIDATES = re.compile(r"candidate|备选|候选|拟建", re.IGNORECASE)
_ENOUGH_NAMES = 0.3
"""A table is a register where at least this share of its names tells a kind of facility."""


@dataclass(frozen=True)
class Found:
    """One file and what it was taken for."""

    file: Path
    role: str
    """`demand`, `polygons`, `raster`, `places` (without people), `totals` (people without places), `facilities`,
    `candidates`, `od`, `roads`, `boundary`, `zones`, `water`, `exclusions`, or "" for a file that is of no use."""
    note: str = ""
    """Why it was taken for that, or why it is of no use."""
    table: Table | None = None
    crs: str = ""
    """What the scenario must state; "" where the file says it itself or has no coordinates."""
    crs_note: str = ""
    """How the system was found out."""

    @property
    def size(self) -> int:
        """How many rows the file has."""
        return 0 if self.table is None else len(self.table)


def survey(folder: Path) -> tuple[Found, ...]:
    """Return what the files of a folder are, in alphabetical order; parts of shapefiles go with their .shp."""
    files = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith((".", "_", "~")))
    return tuple(found for path in files if (found := _look(path)) is not None)


def _look(path: Path) -> Found | None:
    """Return what one file is, None where its ending is no data file's."""
    name, suffix = path.name.lower(), path.suffix.lower()
    if name.endswith((*OSM_ENDINGS, *GRAPH_ENDINGS)):
        return Found(path, "roads", "roads by its ending")
    if suffix in DRIVERS:
        return Found(path, "raster", "a raster, taken for people per cell")
    if suffix not in TEXT_SUFFIXES | WORKBOOK_SUFFIXES | VECTOR_SUFFIXES | PARQUET_SUFFIXES:
        return None
    try:
        table = read_table(path)
    except DataError as error:
        return Found(path, "", f"cannot be read: {error.findings[0].what}")
    if not len(table):
        return Found(path, "", "has no rows")
    found = _of_geometry(path, table) if table.geometry is not None else _of_columns(path, table)
    return _with_system(replace(found, table=table)) if found.role else found


def _of_geometry(path: Path, table: Table) -> Found:
    """Tell a layer by its geometries first, then by its columns and its name."""
    import shapely

    kinds = shapely.get_type_id(table.geometry)
    if np.isin(kinds, _POINT).mean() > 0.5:
        return _of_columns(path, table)
    if np.isin(kinds, _LINE).mean() > 0.5:
        if _WATER.search(path.stem):
            return Found(path, "water", "lines of water by its name")
        return _of_lines(path)
    for role, pattern in (("water", _WATER), ("exclusions", _EXCLUDED)):
        if pattern.search(path.stem):
            return Found(path, role, "polygons, by the name of the file")
    if len(table) == 1 or (_BOUNDARY.search(path.stem) and "people" not in table):
        return Found(path, "boundary", "one polygon" if len(table) == 1 else "polygons, by the name of the file")
    return Found(path, "polygons" if "people" in table else "zones", "polygons")


def _of_lines(path: Path) -> Found:
    """Return lines as roads where they can be read as such."""
    try:
        read_roads(path)
    except DataError as error:
        finding = error.findings[0]
        return Found(path, "", f"lines that are no roads: {finding.what}. {finding.remedy}")
    return Found(path, "roads", "lines, taken for roads")


def _of_columns(path: Path, table: Table) -> Found:
    """Tell a table of rows or points by what its columns hold."""
    columns = table.recognised.columns
    if {"demand_id", "site_id", "minutes"} <= set(columns):
        return Found(path, "od", "times from demand points to sites")
    names = table.text("name")
    told = np.mean([kind_of_name(name) != "" for name in names]) if "name" in table else 0.0
    has_tier = "tier" in table or "status" in table or bool(OSM_HEADINGS & table.raw.keys())
    if "people" in table and not (has_tier and "capacity_people" in table) and told < _ENOUGH_NAMES:
        where = _has_place(table)
        return Found(path, "demand", "has people") if where else _without_place(path, table)
    if not _has_place(table):
        return Found(path, "", "has neither coordinates nor a use that its columns tell")
    if has_tier or told >= _ENOUGH_NAMES or "location" in table or "capacity_people" in table:
        planned = _CANDIDATES.search(path.stem) is not None or _all_candidates(table)
        return Found(path, "candidates" if planned else "facilities", "has kinds of facilities")
    if _CANDIDATES.search(path.stem):
        return Found(path, "candidates", "by the name of the file")
    if {"code", "class_code", "zone"} & set(table.columns):
        return Found(path, "places", "places without people")
    headings = f"its columns are {listed(list(table.raw), 12)}: call the one with people 'people'"
    return Found(path, "", f"points with neither people nor kinds of facilities; {headings}")


def _without_place(path: Path, table: Table) -> Found:
    named = {"zone", "id", "name"} & set(table.columns)
    return Found(path, "totals", "people by zone") if named else Found(path, "", "has people but no coordinates")


def _has_place(table: Table) -> bool:
    pairs = ({"lon", "lat"}, {"x", "y"}, {"location"})
    return table.geometry is not None or any(pair <= set(table.columns) for pair in pairs)


def _all_candidates(table: Table) -> bool:
    status = table.text("status")
    return bool((status != "").all()) and all(text.casefold() in CANDIDATE_WORDS for text in status)


# --- coordinate systems ----------------------------------------------------------------------------------------------


def _with_system(found: Found) -> Found:
    """Return a table of points with the system that its geometry, its columns or its numbers tell."""
    table = found.table
    assert table is not None
    columns = table.recognised.columns
    if table.geometry is not None and table.crs:
        return found
    if found.role not in ("demand", "places", "facilities", "candidates"):
        return found
    if table.recognised.maker_crs:
        return replace(found, crs=table.recognised.maker_crs, crs_note=f"columns of {table.recognised.maker}")
    if "lon" in columns:
        heading = columns["lon"].heading.casefold()
        for crs, word in (("gcj02", "gcj"), ("bd09", "bd"), ("wgs84", "wgs")):
            if word in heading:
                return replace(found, crs=crs, crs_note=f"column {columns['lon'].heading}")
        return replace(found, crs="wgs84", crs_note="")
    if "x" in columns:
        return _by_eastings(found, table)
    return replace(found, crs="wgs84", crs_note="")


def _by_eastings(found: Found, table: Table) -> Found:
    x = table.numbers("x", FindingLog())
    known = x[np.isfinite(x)]
    if len(known) and np.median(np.abs(known)) <= 180:
        return replace(found, crs="wgs84", crs_note="")
    crs, note = system_of_metres(found.file.stem, known)
    return replace(found, crs=crs, crs_note=note)
