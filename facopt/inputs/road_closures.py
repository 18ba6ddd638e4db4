"""Geometries of closures: flooded areas, flooded roads, bridges that are out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from facopt.errors import DataError, Finding, Place, Severity
from facopt.inputs.coordinates import CHOICES
from facopt.inputs.findings import FindingLog
from facopt.inputs.ground import outlines_in_wgs84
from facopt.inputs.layers import PARQUET_SUFFIXES, VECTOR_SUFFIXES, read_layer, read_parquet

if TYPE_CHECKING:
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry


def read_closure(
    path: Path, *, place: Place, layer: str | None = None, crs: str = ""
) -> tuple[tuple[BaseGeometry, ...], tuple[Finding, ...]]:
    """Return the areas, lines and points of a file in WGS-84, and what is remarkable about it.

    `crs` counts where the file states no system, or was drawn over a shifted map.

    Raises
    ------
    DataError
        If the file cannot be read, has no geometries, or no coordinate system is known.
    """
    import shapely

    suffix = path.suffix.lower()
    if suffix not in VECTOR_SUFFIXES | PARQUET_SUFFIXES:
        known = ", ".join(sorted(VECTOR_SUFFIXES | PARQUET_SUFFIXES))
        raise DataError(
            Finding(f"{path.name} is not a file of closures that can be read", f"Use one of {known}", place)
        )
    log = FindingLog()
    table = read_parquet(path) if suffix in PARQUET_SUFFIXES else read_layer(path, layer, log)
    if table.geometry is None or not len(table.geometry):
        raise DataError(Finding(f"{path.name} has no geometries", "Draw the closed areas or roads in it", place))
    if not (crs or table.crs):
        raise DataError(Finding(f"{path.name} states no coordinate system", f"State crs: {CHOICES}", place))
    drawn = ~(shapely.is_missing(table.geometry) | shapely.is_empty(table.geometry))
    if not drawn.all():
        blank = int(np.count_nonzero(~drawn))
        log.add(
            [Finding(f"{blank} rows of {path.name} have no geometry", "Draw or delete them", place, Severity.WARNING)]
        )
    return tuple(outlines_in_wgs84(table.geometry[drawn], crs or table.crs)), log.items
