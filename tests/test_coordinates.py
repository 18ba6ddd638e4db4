"""Coordinates of every system come to WGS-84, checked against independent formulas."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod, Transformer

from facopt.errors import DataError
from facopt.inputs import coordinates
from facopt.inputs.coordinates import canonical_crs, metric_crs_for, to_wgs84

GEOD = Geod(ellps="WGS84")


def gcj02_by_the_published_formula(lon: float, lat: float) -> tuple[float, float]:
    """Return GCJ-02 of one WGS-84 point, written after the public code, point by point and apart from facopt's."""
    a, ee, pi = 6378245.0, 0.00669342162296594323, math.pi
    x, y = lon - 105.0, lat - 35.0
    dlat = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
    dlat += (20.0 * math.sin(6.0 * x * pi) + 20.0 * math.sin(2.0 * x * pi)) * 2.0 / 3.0
    dlat += (20.0 * math.sin(y * pi) + 40.0 * math.sin(y / 3.0 * pi)) * 2.0 / 3.0
    dlat += (160.0 * math.sin(y / 12.0 * pi) + 320 * math.sin(y * pi / 30.0)) * 2.0 / 3.0
    dlon = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
    dlon += (20.0 * math.sin(6.0 * x * pi) + 20.0 * math.sin(2.0 * x * pi)) * 2.0 / 3.0
    dlon += (20.0 * math.sin(x * pi) + 40.0 * math.sin(x / 3.0 * pi)) * 2.0 / 3.0
    dlon += (150.0 * math.sin(x / 12.0 * pi) + 300.0 * math.sin(x / 30.0 * pi)) * 2.0 / 3.0
    magic = math.sin(lat / 180.0 * pi)
    magic = 1 - ee * magic * magic
    root = math.sqrt(magic)
    dlat = dlat * 180.0 / ((a * (1 - ee)) / (magic * root) * pi)
    dlon = dlon * 180.0 / (a / root * math.cos(lat / 180.0 * pi) * pi)
    return lon + dlon, lat + dlat


def bd09_by_the_published_formula(lon: float, lat: float) -> tuple[float, float]:
    """Return BD-09 of one GCJ-02 point, after the public code."""
    turn = math.pi * 3000.0 / 180.0
    z = math.sqrt(lon * lon + lat * lat) + 0.00002 * math.sin(lat * turn)
    theta = math.atan2(lat, lon) + 0.000003 * math.cos(lon * turn)
    return z * math.cos(theta) + 0.0065, z * math.sin(theta) + 0.006


def china() -> tuple[np.ndarray, np.ndarray]:
    """Return a grid of points over China, half a degree apart."""
    lon, lat = np.meshgrid(np.arange(73.5, 135.0, 0.5), np.arange(3.5, 54.0, 0.5))
    return lon.ravel(), lat.ravel()


def metres_apart(one: tuple[np.ndarray, np.ndarray], other: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """Return distances on the ellipsoid."""
    return np.asarray(GEOD.inv(*one, *other)[2])


def test_gcj02_agrees_with_the_published_formula() -> None:
    """The vectorised formula gives what the public one gives, point by point over China."""
    lon, lat = china()
    expected = np.array([gcj02_by_the_published_formula(*point) for point in zip(lon, lat, strict=True)]).T
    assert metres_apart(coordinates.gcj02_from_wgs84(lon, lat), (expected[0], expected[1])).max() < 1e-6


def test_bd09_agrees_with_the_published_formula() -> None:
    """So does BD-09."""
    lon, lat = china()
    expected = np.array([bd09_by_the_published_formula(*point) for point in zip(lon, lat, strict=True)]).T
    assert metres_apart(coordinates.bd09_from_gcj02(lon, lat), (expected[0], expected[1])).max() < 1e-6


def test_the_shift_is_hundreds_of_metres() -> None:
    """Taken raw, GCJ-02 is off by 0.3 to 0.7 km in these cities, and BD-09 by up to 1.3 km."""
    lon, lat = np.array([121.47, 114.31, 126.55, 113.16]), np.array([31.23, 30.59, 43.84, 30.66])
    gcj02 = coordinates.gcj02_from_wgs84(lon, lat)
    shift = metres_apart((lon, lat), gcj02)
    assert ((shift > 300) & (shift < 700)).all()
    assert metres_apart((lon, lat), coordinates.bd09_from_gcj02(*gcj02)).max() < 1400


@pytest.mark.parametrize("crs", ["gcj02", "bd09"])
def test_the_inverse_is_exact_to_a_centimetre_all_over_china(crs: str) -> None:
    """There and back again ends where it began."""
    lon, lat = china()
    moved = coordinates.gcj02_from_wgs84(lon, lat)
    if crs == "bd09":
        moved = coordinates.bd09_from_gcj02(*moved)
    assert metres_apart(to_wgs84(*moved, crs), (lon, lat)).max() < 0.01


@settings(max_examples=200, deadline=None)
@given(st.floats(73.5, 135.0), st.floats(3.5, 53.5))
def test_the_inverse_is_exact_wherever_it_is_tried(lon: float, lat: float) -> None:
    """The inverse holds between the points of any grid."""
    point = np.array([lon]), np.array([lat])
    there = coordinates.bd09_from_gcj02(*coordinates.gcj02_from_wgs84(*point))
    assert metres_apart(to_wgs84(*there, "bd09"), point).max() < 0.01


@pytest.mark.parametrize(("lon", "lat"), [(71.9, 30.0), (138.0, 35.0), (100.0, 0.5), (100.0, 56.0), (-58.4, -34.6)])
def test_nothing_is_shifted_outside_of_the_rectangle(lon: float, lat: float) -> None:
    """Abroad, GCJ-02 and BD-09 are WGS-84, in both directions."""
    point = np.array([lon]), np.array([lat])
    for crs in ("gcj02", "bd09"):
        assert [*map(float, np.concatenate(to_wgs84(*point, crs)))] == [lon, lat]
    assert [*map(float, np.concatenate(coordinates.gcj02_from_wgs84(*point)))] == [lon, lat]


def test_missing_coordinates_stay_missing() -> None:
    """NaN goes through every system, and its neighbours are not disturbed."""
    for crs in ("wgs84", "gcj02", "bd09", "cgcs2000", "EPSG:4547", "EPSG:3857"):
        x, y = np.array([np.nan, 114.0]), np.array([np.nan, 30.0])
        lon, lat = to_wgs84(x, y, crs)
        assert np.isnan(lon[0])
        assert np.isnan(lat[0])
        assert np.isfinite(lon[1])
        assert np.isfinite(lat[1])


@pytest.mark.parametrize(
    ("zone", "meridian", "width"), [(38, 114, 3), (42, 126, 3), (19, 111, 6), (20, 117, 6), (25, 75, 3), (45, 135, 3)]
)
def test_cgcs2000_eastings_with_their_zone_number(zone: int, meridian: int, width: int) -> None:
    """The zone in front of the easting decides the central meridian, for 3 and for 6 degree zones."""
    plane = f"+proj=tmerc +lat_0=0 +lon_0={meridian} +k=1 +x_0={zone}500000 +y_0=0 +ellps=GRS80 +units=m"
    lon, lat = np.array([meridian + width / 4]), np.array([31.5])
    x, y = Transformer.from_crs("EPSG:4326", plane, always_xy=True).transform(lon, lat)
    assert metres_apart(to_wgs84(x, y, "cgcs2000"), (lon, lat)).max() < 0.01


def test_cgcs2000_degrees_stay_and_eastings_without_a_zone_are_lost() -> None:
    """Degrees are taken as WGS-84; an easting whose zone nobody knows is placed nowhere."""
    lon, lat = to_wgs84(np.array([114.3, 512_345.0]), np.array([30.5, 3_400_000.0]), "cgcs2000")
    assert lon[0] == 114.3
    assert np.isnan(lon[1])
    assert np.isnan(lat[1])


@pytest.mark.parametrize(
    ("name", "canonical"),
    [("wgs84", "wgs84"), ("WGS-84", "wgs84"), ("WGS 84", "wgs84"), ("GCJ-02", "gcj02"), ("BD09", "bd09"),
     ("bd-09", "bd09"),
     ("CGCS2000", "cgcs2000"), ("epsg:4547", "EPSG:4547"), ("EPSG:4326", "wgs84"), ("EPSG:4490", "cgcs2000")],
)  # fmt: skip
def test_names_of_systems_as_people_write_them(name: str, canonical: str) -> None:
    """Case, hyphens and blanks do not matter."""
    assert canonical_crs(name) == canonical


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("mars", "The coordinate system 'mars' is not understood. Use wgs84 (GPS, OpenStreetMap), "
         "gcj02 (AMap, Tencent), bd09 (Baidu), cgcs2000 (surveying, Tianditu) or EPSG:n."),
        ("EPSG:999999", "There is no coordinate system 'EPSG:999999'. Use wgs84 (GPS, OpenStreetMap), "
         "gcj02 (AMap, Tencent), bd09 (Baidu), cgcs2000 (surveying, Tianditu) or EPSG:n."),
        ("Xian80", "Coordinates in Xian80 cannot be placed without parameters that are not public. Ask the surveying "
         "office for CGCS2000, or state the EPSG code of the zone and accept up to 100 m."),
        ("北京54", "Coordinates in 北京54 cannot be placed without parameters that are not public. Ask the surveying "
         "office for CGCS2000, or state the EPSG code of the zone and accept up to 100 m."),
    ],
)  # fmt: skip
def test_systems_that_cannot_be_used_are_refused(name: str, message: str) -> None:
    """An unknown system says which there are; an old datum says what to ask for."""
    with pytest.raises(DataError) as caught:
        canonical_crs(name)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("lon", "lat", "epsg"),
    [(114.3, 30.6, 32650), (80.5, 8.8, 32644), (-51.2, -30.0, 32722), (179.9, 10.0, 32660), (-180.0, 10.0, 32601),
     (180.0, 10.0, 32601), (6.0, 50.0, 32632)],
)  # fmt: skip
def test_metres_are_measured_in_the_utm_zone_of_the_median(lon: float, lat: float, epsg: int) -> None:
    """North and south have zones of their own; points without coordinates do not count."""
    points = np.array([lon, lon, np.nan]), np.array([lat, lat, np.nan])
    assert metric_crs_for(*points) == f"EPSG:{epsg}"


def test_without_coordinates_there_is_no_metric_system() -> None:
    """Tables without coordinates have no metres."""
    assert metric_crs_for(np.array([np.nan]), np.array([np.nan])) == ""
    assert metric_crs_for(np.array([]), np.array([])) == ""
