"""Coordinate systems of Chinese and other tables, and the way from each of them to WGS-84 degrees.

GCJ-02 (AMap, Tencent) and BD-09 (Baidu) are shifted by a public formula; its inverse has no closed form and is found by
iteration. CGCS2000 and WGS-84 differ by decimetres, which is nothing to a service radius, and are taken as one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from facopt.errors import DataError, Finding, Place
from facopt.inputs.findings import NOWHERE
from facopt.inputs.study_area import FloatArray

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyproj import CRS

CHOICES = "wgs84 (GPS, OpenStreetMap), gcj02 (AMap, Tencent), bd09 (Baidu), cgcs2000 (surveying, Tianditu) or EPSG:n"
SHIFTED = ("gcj02", "bd09")
NAMED = ("wgs84", *SHIFTED, "cgcs2000")

_SHIFT_LON = (72.004, 137.8347)
_SHIFT_LAT = (0.8293, 55.8271)
"""The shift is defined inside these degrees only, as in the common code."""

_KRASOVSKY_AXIS = 6378245.0
_KRASOVSKY_E2 = 0.00669342162296594323
_BAIDU_TURN = np.pi * 3000.0 / 180.0
_TOLERANCE_DEGREES = 1e-10
_MOST_STEPS = 30

Pair = tuple[FloatArray, FloatArray]


def canonical_crs(name: str, place: Place = NOWHERE) -> str:
    """Return `wgs84`, `gcj02`, `bd09`, `cgcs2000` or `EPSG:n` for a system as people write it.

    Raises a DataError for a system that is unknown, or one that needs parameters nobody publishes.
    """
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    plain = re.sub(r"[\s_\-]", "", name).casefold()
    aliases = {"epsg:4326": "wgs84", "ogc:crs84": "wgs84", "epsg:4490": "cgcs2000", "bd09ll": "bd09", "gcj": "gcj02"}
    plain = aliases.get(plain, plain)
    if plain in NAMED:
        return plain
    if re.fullmatch(r"(epsg|esri|iau\d*):\d+", plain):
        try:
            CRS.from_user_input(plain.upper())
        except CRSError as error:
            raise DataError(Finding(f"There is no coordinate system {name!r}", f"Use {CHOICES}", place)) from error
        return plain.upper()
    if re.search(r"xi.?an80|beijing54|西安80|北京54", plain):
        raise DataError(
            Finding(
                f"Coordinates in {name} cannot be placed without parameters that are not public",
                "Ask the surveying office for CGCS2000, or state the EPSG code of the zone and accept up to 100 m",
                place,
            )
        )
    raise DataError(Finding(f"The coordinate system {name!r} is not understood", f"Use {CHOICES}", place))


def system_of_file(crs: str) -> str:
    """Return a file's own system by its short name where it has one, otherwise as it stands (WKT for example)."""
    try:
        return canonical_crs(crs)
    except DataError:
        return crs


def to_wgs84(x: FloatArray, y: FloatArray, crs: str) -> Pair:
    """Return WGS-84 longitudes and latitudes of points whose x is east (or longitude) in the given system.

    NaN stays NaN; points that the system cannot place become NaN.
    """
    if crs == "wgs84":
        return x, y
    if crs == "gcj02":
        return wgs84_from_gcj02(x, y)
    if crs == "bd09":
        return wgs84_from_gcj02(*gcj02_from_bd09(x, y))
    if crs == "cgcs2000":
        return _from_cgcs2000(x, y)
    return _from_projection(x, y, crs)


def _from_projection(x: FloatArray, y: FloatArray, crs: str) -> Pair:
    from pyproj import Transformer

    lon, lat = Transformer.from_crs(crs, "EPSG:4326", always_xy=True).transform(x, y)
    lon, lat = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    lost = ~(np.isfinite(lon) & np.isfinite(lat))
    return np.where(lost, np.nan, lon), np.where(lost, np.nan, lat)


def _from_cgcs2000(x: FloatArray, y: FloatArray) -> Pair:
    """Degrees stay as they are; eastings with the zone number in front are projected back zone by zone."""
    lon, lat = x.copy(), y.copy()
    zones = zone_prefixes(x)
    for zone in np.unique(zones[zones > 0]):
        rows = zones == zone
        lon[rows], lat[rows] = _from_projection(x[rows], y[rows], _zone_crs(int(zone)))
    lost = (zones == 0) & ((np.abs(x) > 180) | (np.abs(y) > 90))
    return np.where(lost, np.nan, lon), np.where(lost, np.nan, lat)


def zone_prefixes(x: FloatArray) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return the Gauss-Krüger zone number in front of each easting, 0 where there is none."""
    with np.errstate(invalid="ignore"):
        prefixes = np.nan_to_num(x // 1e6).astype(np.int64)
    known = ((prefixes >= 13) & (prefixes <= 23)) | ((prefixes >= 25) & (prefixes <= 45))
    return np.where(known, prefixes, 0)


def _zone_crs(zone: int) -> str:
    """Return the EPSG code of a CGCS2000 zone: 13-23 are 6 degrees wide, 25-45 are 3 degrees wide."""
    return f"EPSG:{4491 + zone - 13}" if zone <= 23 else f"EPSG:{4513 + zone - 25}"


def gcj02_from_wgs84(lon: FloatArray, lat: FloatArray) -> Pair:
    """Return GCJ-02 degrees by the public formula; outside its rectangle nothing is shifted."""
    inside = _inside(lon, lat)
    x, y = lon - 105.0, lat - 35.0
    ripple = (20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)) * 2.0 / 3.0
    root = np.sqrt(np.abs(x))
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + ripple
    north += (20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    north += (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + ripple
    east += (20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    east += (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    radians = np.radians(lat)
    curve = 1.0 - _KRASOVSKY_E2 * np.sin(radians) ** 2
    north = np.degrees(north * curve * np.sqrt(curve) / (_KRASOVSKY_AXIS * (1.0 - _KRASOVSKY_E2)))
    east = np.degrees(east * np.sqrt(curve) / (_KRASOVSKY_AXIS * np.cos(radians)))
    return np.where(inside, lon + east, lon), np.where(inside, lat + north, lat)


def wgs84_from_gcj02(lon: FloatArray, lat: FloatArray) -> Pair:
    """Return WGS-84 degrees of GCJ-02 points, to well below a centimetre."""
    return _inverse(gcj02_from_wgs84, lon, lat)


def bd09_from_gcj02(lon: FloatArray, lat: FloatArray) -> Pair:
    """Return BD-09 degrees by the public formula; outside the rectangle of GCJ-02 nothing is shifted."""
    inside = _inside(lon, lat)
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BAIDU_TURN)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BAIDU_TURN)
    return (
        np.where(inside, radius * np.cos(angle) + 0.0065, lon),
        np.where(inside, radius * np.sin(angle) + 0.006, lat),
    )


def gcj02_from_bd09(lon: FloatArray, lat: FloatArray) -> Pair:
    """Return GCJ-02 degrees of BD-09 points, to well below a centimetre."""
    return _inverse(bd09_from_gcj02, lon, lat)


def _inverse(forward: Callable[[FloatArray, FloatArray], Pair], lon: FloatArray, lat: FloatArray) -> Pair:
    """Return the points that `forward` moves to the given ones: step back by what is still missing."""
    inside = _inside(lon, lat)
    guess_lon, guess_lat = lon.astype(np.float64), lat.astype(np.float64)
    for _ in range(_MOST_STEPS):
        moved_lon, moved_lat = forward(guess_lon, guess_lat)
        step_lon = np.where(inside, lon - moved_lon, 0.0)
        step_lat = np.where(inside, lat - moved_lat, 0.0)
        guess_lon, guess_lat = guess_lon + step_lon, guess_lat + step_lat
        if max(np.abs(step_lon).max(initial=0.0), np.abs(step_lat).max(initial=0.0)) < _TOLERANCE_DEGREES:
            break
    return guess_lon, guess_lat


def _inside(lon: FloatArray, lat: FloatArray) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    with np.errstate(invalid="ignore"):
        return (lon >= _SHIFT_LON[0]) & (lon <= _SHIFT_LON[1]) & (lat >= _SHIFT_LAT[0]) & (lat <= _SHIFT_LAT[1])


def metric_crs_for(lon: FloatArray, lat: FloatArray) -> str:
    """Return the UTM zone of the median point as "EPSG:n"; "" where no point has coordinates."""
    known = np.isfinite(lon) & np.isfinite(lat)
    if not known.any():
        return ""
    zone = int((np.median(lon[known]) + 180.0) // 6.0) % 60 + 1
    return f"EPSG:{(32600 if np.median(lat[known]) >= 0 else 32700) + zone}"


def to_metres(lon: FloatArray, lat: FloatArray, metric_crs: str) -> FloatArray:
    """Return points in a metric system as an array of shape (N, 2)."""
    from pyproj import Transformer

    transformer = Transformer.from_crs("EPSG:4326", metric_crs, always_xy=True)
    return np.column_stack(transformer.transform(lon, lat))


@dataclass(frozen=True)
class Extent:
    """Where a projected system is meant to be used, in degrees."""

    west: float
    south: float
    east: float
    north: float
    name: str


def extent_of(crs: str) -> Extent | None:
    """Return the area of use of a system, None where it is everywhere or not recorded."""
    area = None if crs in NAMED else _crs(crs).area_of_use
    return None if area is None else Extent(area.west, area.south, area.east, area.north, area.name)


def is_geographic(crs: str) -> bool:
    """Return whether coordinates are degrees; for CGCS2000 they may be either."""
    return crs in NAMED or bool(_crs(crs).is_geographic)


def has_uncertain_datum(crs: str) -> bool:
    """Return whether the way to WGS-84 is unknown and points may be off by up to 100 m."""
    if crs in NAMED:
        return False
    datum = _crs(crs).datum
    return datum is not None and re.search(r"Xi.?an.1980|Beijing.1954", datum.name) is not None


def same_system(one: str, other: str) -> bool:
    """Return whether two systems, however they are written, are the same for the purpose of placing clinics."""
    one, other = system_of_file(one), system_of_file(other)
    degrees = {"wgs84", "cgcs2000"}
    if one in degrees and other in degrees:
        return True
    named = {one, other} & set(NAMED)
    return one == other or (not named and bool(_crs(one).equals(_crs(other), ignore_axis_order=True)))


def _crs(name: str) -> CRS:
    from pyproj import CRS

    return CRS.from_user_input(name)
