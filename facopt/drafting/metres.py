"""Which projected system the x and y of a table are in: its name may tell, or the files that it lies together with."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from facopt.errors import DataError
from facopt.inputs import coordinates
from facopt.inputs.findings import FindingLog
from facopt.inputs.ground import outlines_in_wgs84
from facopt.inputs.positions import locate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from facopt.drafting.survey import Found
    from facopt.inputs.study_area import FloatArray
    from facopt.inputs.tables import Table

UNTOLD = "x and y are metres in a system that nothing tells: state crs: EPSG:n"
WEB_MERCATOR = "EPSG:3857"
_CERTAIN_ZONES = range(16, 46)
"""Zone numbers in front of eastings; 13 to 15 could be Web Mercator as well, which has such eastings in China."""
_EPSG_IN_NAME = re.compile(r"(?<!\d)(3857|4549|45[0-5]\d|23[2-9]\d|24[0-4]\d|32[67]\d\d|900913)(?!\d)")
_NEAR_DEGREES = 1.0


def system_of_metres(path_stem: str, x: FloatArray) -> tuple[str, str]:
    """Return the system of eastings (N,) and how it was told, by the name of the file or by zone numbers, "" if not."""
    named = _EPSG_IN_NAME.search(path_stem)
    if named is not None:
        return WEB_MERCATOR if named[1] == "900913" else f"EPSG:{named[1]}", "the name of the file"
    zones = coordinates.zone_prefixes(x)
    if len(zones) and np.isin(zones, _CERTAIN_ZONES).mean() > 0.5:
        return "cgcs2000", "eastings begin with their zone number"
    return "", UNTOLD


def with_systems_of_neighbours(found: Sequence[Found]) -> tuple[Found, ...]:
    """Return the files with a system for tables in metres: the one in which they lie where the other files lie."""
    anchors = [(one, place) for one in found if one.crs_note != UNTOLD and (place := _extent(one)) is not None]
    return tuple(_beside(one, found, anchors) if one.crs_note == UNTOLD else one for one in found)


def _beside(one: Found, found: Sequence[Found], anchors: list[tuple[Found, FloatArray]]) -> Found:
    assert one.table is not None
    x, y = (one.table.numbers(name, FindingLog()) for name in ("x", "y"))
    for crs in _hypotheses(found):
        lon, lat = _middle(x, y, crs)
        for other, (west, south, east, north) in anchors:
            near = _NEAR_DEGREES
            if west - near <= lon <= east + near and south - near <= lat <= north + near:
                return replace(one, crs=crs, crs_note=f"read so it lies where {other.file.name} lies")
    return one


def _hypotheses(found: Sequence[Found]) -> Iterator[str]:
    """Yield the systems that the other files are in, then the usual ones."""
    own = [coordinates.system_of_file(one.table.crs) for one in found if one.table is not None and one.table.crs]
    yield from dict.fromkeys([*own, *(one.crs for one in found if one.crs), "cgcs2000", WEB_MERCATOR])


def _middle(x: FloatArray, y: FloatArray, crs: str) -> tuple[float, float]:
    """Return the median longitude and latitude of points read in a system, NaN where it cannot hold them."""
    with np.errstate(invalid="ignore"):
        try:
            lon, lat = coordinates.to_wgs84(x, y, crs)
        except DataError:
            return np.nan, np.nan
    held = np.isfinite(lon) & np.isfinite(lat) & (np.abs(lat) <= 90)
    return (float(np.median(lon[held])), float(np.median(lat[held]))) if held.any() else (np.nan, np.nan)


def _extent(one: Found) -> FloatArray | None:
    """Return west, south, east and north of a file whose system is known."""
    table = one.table
    if table is None or one.role not in ("demand", "polygons", "facilities", "candidates", "zones", "boundary"):
        return None
    if table.geometry is not None:
        return _extent_of_layer(table)
    if not one.crs:
        return None
    (lon, lat), _ = locate(table, one.crs, required=False, log=FindingLog())
    known = np.isfinite(lon) & np.isfinite(lat)
    return np.array([lon[known].min(), lat[known].min(), lon[known].max(), lat[known].max()]) if known.any() else None


def _extent_of_layer(table: Table) -> FloatArray | None:
    import shapely

    if table.geometry is None or not table.crs:
        return None
    bounds = np.asarray(shapely.total_bounds(outlines_in_wgs84(table.geometry, table.crs)))
    return bounds if np.isfinite(bounds).all() else None
