"""Where the rows of a table lie: from its columns or its geometry to WGS-84 degrees, doubts said aloud."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from facopt.errors import DataError, Place
from facopt.inputs import coordinates
from facopt.inputs.coordinates import CHOICES, Pair
from facopt.inputs.findings import FindingLog, counted
from facopt.inputs.numbers import BoolArray, parse_numbers

if TYPE_CHECKING:
    from facopt.inputs.layers import GeometryArray
    from facopt.inputs.study_area import FloatArray, TextArray
    from facopt.inputs.tables import Table

_FAR_DEGREES = 2.0
"""A point this far outside the area of use of its system is misplaced."""
_ENOUGH_TO_TELL = 20


def locate(table: Table, stated_crs: str, *, required: bool, log: FindingLog, gaps: bool = False) -> tuple[Pair, str]:
    """Return the WGS-84 longitudes and latitudes of a table's rows, shape (N,) each, and the system they came from.

    Rows without coordinates are NaN. With `required`, missing coordinates and a missing system are errors; without,
    they are warnings at most and the points are simply not placed. With `gaps`, rows may lack coordinates silently.
    """
    nowhere = np.full(len(table), np.nan)
    pair = _pair(table, stated_crs)
    if pair is None and table.geometry is None:
        if required and not gaps:
            table.require(("lon", "lat"), log)
        return (nowhere, nowhere.copy()), ""
    crs = _system(table, stated_crs, pair, required=required, log=log)
    if not crs:
        return (nowhere, nowhere.copy()), ""
    inner = FindingLog()
    places = _from_columns(table, pair, crs, inner) if pair else _from_geometry(table, crs, inner)
    if not gaps:
        _check_missing(table, places, required=required, log=inner)
    if required or not inner.has_errors:
        log.add(inner.items)
        return places, crs
    first = inner.items[0]
    log.warning(f"The coordinates are not used, and the map lacks these points: {first.what}", first.remedy,
                place=first.place, count=first.count)  # fmt: skip
    return (nowhere, nowhere.copy()), ""


def _pair(table: Table, stated: str) -> tuple[str, ...] | None:
    """Return the columns that hold coordinates; a geometry goes before columns that nobody asked for.

    Of degrees and metres side by side, those are meant whose kind the stated system is.
    """
    pairs = [pair for pair in (("lon", "lat"), ("x", "y"), ("location",)) if all(name in table for name in pair)]
    if _is_projected(stated):
        pairs.sort(key=lambda pair: pair != ("x", "y"))
    if table.geometry is not None:
        pairs = [pair for pair in pairs if table.recognised.columns[pair[0]].how == "columns"]
    return pairs[0] if pairs else None


def _is_projected(stated: str) -> bool:
    try:
        return bool(stated) and not coordinates.is_geographic(coordinates.canonical_crs(stated))
    except DataError:  # said where the system is looked at
        return False


def _system(table: Table, stated: str, pair: tuple[str, ...] | None, *, required: bool, log: FindingLog) -> str:
    """Return the coordinate system in use, "" where it is not known (noted where that matters)."""
    own = "" if pair else table.crs
    try:
        stated = stated and coordinates.canonical_crs(stated, Place(table.path, key="crs"))
        own = own and coordinates.system_of_file(own)
    except DataError as error:
        log.add(error.findings)
        return ""
    if not stated and not own:
        _note_missing_system(table, pair, required=required, log=log)
        return ""
    shifted = stated in coordinates.SHIFTED and bool(own) and coordinates.is_geographic(own)
    if stated and own and not shifted and not coordinates.same_system(stated, own):
        log.error(
            f"The scenario says crs {stated}, the file itself says {own}",
            "Leave crs out of the scenario, or correct the file", place=table.place("crs"),
        )  # fmt: skip
        return ""
    _note_doubts(table, stated or own, log)
    return stated or own


def _note_missing_system(table: Table, pair: tuple[str, ...] | None, *, required: bool, log: FindingLog) -> None:
    hint = _hint(table)
    remedy = f"State crs: {CHOICES}; the wrong one shifts points by up to 1.3 km{hint and '. ' + hint}"
    if required:
        log.error("The coordinate system is not stated", remedy, place=table.place("crs"))
    elif pair:
        log.warning("The coordinate system is not stated, so these points are not drawn", remedy,
                    place=table.place("crs"))  # fmt: skip


def _hint(table: Table) -> str:
    made = table.recognised
    return f"The columns look like an export of {made.maker}, which uses {made.maker_crs}" if made.maker else ""


def _note_doubts(table: Table, crs: str, log: FindingLog) -> None:
    if table.recognised.maker_crs not in {"", crs} and crs in coordinates.NAMED:
        log.warning(
            f"{_hint(table)}, and the scenario says {crs}",
            "Check on a map that clinics lie where they should", place=table.place("crs"),
        )  # fmt: skip
    if coordinates.has_uncertain_datum(crs):
        log.warning(
            f"The way from {crs} to WGS-84 is not public, so points may be off by up to 100 m",
            "Ask for the data in CGCS2000", place=table.place("crs"),
        )  # fmt: skip


def _from_columns(table: Table, pair: tuple[str, ...], crs: str, log: FindingLog) -> Pair:
    if pair == ("location",):
        x, y = _split_location(table, log)
    else:
        x, y = (table.numbers(name, log) for name in pair)
    if log.has_errors or _note_swapped(table, pair, x, y, crs, log):
        return x, y
    lon, lat = coordinates.to_wgs84(x, y, crs)
    _check_placed(table, pair, (x, y), (lon, lat), crs, log)
    if coordinates.is_geographic(crs):
        _note_rounded(table, pair, x, y, log)
    return lon, lat


def _note_rounded(table: Table, pair: tuple[str, ...], x: FloatArray, y: FloatArray, log: FindingLog) -> None:
    """Note degrees with two decimals at most, which place a point no better than within a kilometre."""
    known = np.isfinite(x) & np.isfinite(y)
    rounded = (np.round(x[known], 2) == x[known]) & (np.round(y[known], 2) == y[known])
    if known.sum() >= _ENOUGH_TO_TELL and rounded.all():
        log.warning(
            "All coordinates are rounded to two decimals, which is about 1 km", "Use five decimals where you have them",
            place=table.place(pair[0]),
        )  # fmt: skip


def _split_location(table: Table, log: FindingLog) -> Pair:
    """Return the two numbers of a column like "114.31,30.59" (longitude first, as AMap writes it)."""
    texts = table.columns["location"]
    parts = [text.replace("\uff0c", ",").split(",") if text else ["", ""] for text in texts]
    wrong = np.array([len(part) != 2 for part in parts], dtype=np.bool_)
    halves: list[TextArray] = []
    for side in (0, 1):
        half = np.empty(len(parts), dtype=object)
        half[:] = [part[side] if len(part) == 2 else "" for part in parts]
        halves.append(half)
    numbers = [parse_numbers(half) for half in halves]
    wrong |= numbers[0].bad | numbers[1].bad
    table.complain("location", wrong, log, 'is not "longitude,latitude"', 'Write for example "114.305,30.593"')
    return numbers[0].values, numbers[1].values


def _note_swapped(table: Table, pair: tuple[str, ...], x: FloatArray, y: FloatArray, crs: str, log: FindingLog) -> bool:
    """Note an error where longitude and latitude, or easting and northing, plainly stand in each other's place."""
    known = np.isfinite(x) & np.isfinite(y)
    if not known.any():
        return False
    a, b = x[known], y[known]
    degrees = coordinates.is_geographic(crs) and not (crs == "cgcs2000" and np.median(np.abs(a)) > 180)
    if degrees:
        swapped = bool(np.mean((np.abs(b) > 90) & (np.abs(a) <= 90)) > 0.5)
    elif crs == "cgcs2000":
        swapped = bool(np.mean((coordinates.zone_prefixes(b) > 0) & (coordinates.zone_prefixes(a) == 0)) > 0.5)
    else:
        swapped = _fits(b, a, crs) and not _fits(a, b, crs)
    if swapped:
        log.error(
            f"{'Longitude and latitude' if degrees else 'Easting and northing'} are swapped", _swap_remedy(table, pair),
            place=table.place(pair[0], int(np.flatnonzero(known)[0])), count=int(known.sum()),
            examples=[f"{pair[0]} = {a[0]:g}, {pair[-1]} = {b[0]:g}"],
        )  # fmt: skip
    return swapped


def _swap_remedy(table: Table, pair: tuple[str, ...]) -> str:
    if pair == ("location",):
        return 'Write the column as "longitude,latitude"'
    first, second = (table.recognised.columns[name].heading for name in pair)
    return f"Exchange them: columns: {{{pair[0]}: {second}, {pair[1]}: {first}}}"


def _fits(x: FloatArray, y: FloatArray, crs: str) -> bool:
    extent = coordinates.extent_of(crs)
    if extent is None:
        return True
    lon, lat = coordinates.to_wgs84(x, y, crs)
    return bool(np.mean(~_outside(lon, lat, extent)) > 0.5)


def _outside(lon: FloatArray, lat: FloatArray, extent: coordinates.Extent) -> BoolArray:
    west, east = extent.west - _FAR_DEGREES, extent.east + _FAR_DEGREES
    across = (lon >= west) & (lon <= east) if extent.west <= extent.east else (lon >= west) | (lon <= east)
    inside = across & (lat >= extent.south - _FAR_DEGREES) & (lat <= extent.north + _FAR_DEGREES)
    return np.asarray(~inside)


def _check_placed(table: Table, pair: tuple[str, ...], raw: Pair, placed: Pair, crs: str, log: FindingLog) -> None:
    known = np.isfinite(raw[0]) & np.isfinite(raw[1])
    with np.errstate(invalid="ignore"):
        off = known & ~((np.abs(placed[0]) <= 180) & (np.abs(placed[1]) <= 90))
        origin = known & (raw[0] == 0) & (raw[1] == 0)
    extent = coordinates.extent_of(crs)
    if extent is not None:
        off |= known & _outside(placed[0], placed[1], extent)
    remedy = "Check the crs and the two columns"
    if crs == "cgcs2000":
        remedy = "Eastings need their zone number in front (8 digits); without it state the zone as crs: EPSG:n"
    _complain_of_point(table, pair, off & ~origin, raw, f"lies outside of where {crs} is used", remedy, log)
    _complain_of_point(table, pair, origin, raw, "is no place", "Fill in the coordinates or take the row out", log)


def _complain_of_point(
    table: Table, pair: tuple[str, ...], wrong: BoolArray, raw: Pair, what: str, remedy: str, log: FindingLog
) -> None:  # fmt: skip
    rows = np.flatnonzero(wrong)
    if not len(rows):
        return
    first = rows[0]
    more = (
        f", and so {'does' if 'lies' in what else 'is'} {counted(len(rows) - 1, 'more point')}" if len(rows) > 1 else ""
    )
    log.error(
        f"{pair[0]}: the point {raw[0][first]:.15g}, {raw[1][first]:.15g} {what}{more}", remedy,
        place=table.place(pair[0], int(first)), count=len(rows),
        examples=(f"line {table.lines[row]}" for row in rows[1:]),
    )  # fmt: skip


def _from_geometry(table: Table, crs: str, log: FindingLog) -> Pair:
    x, y = representative_points(table.geometry if table.geometry is not None else np.empty(0, dtype=object))
    lon, lat = coordinates.to_wgs84(x, y, crs)
    _check_placed(table, ("geometry",), (x, y), (lon, lat), crs, log)
    return lon, lat


def representative_points(geometry: GeometryArray) -> Pair:
    """Return a point on each geometry, NaN where it is missing or empty."""
    import shapely

    crooked = ~shapely.is_valid(geometry)
    geometry = geometry.copy()
    geometry[crooked] = shapely.make_valid(geometry[crooked])
    points = shapely.point_on_surface(geometry)
    return shapely.get_x(points), shapely.get_y(points)


def _check_missing(table: Table, places: Pair, *, required: bool, log: FindingLog) -> None:
    if log.has_errors:
        return
    rows = np.flatnonzero(~(np.isfinite(places[0]) & np.isfinite(places[1])))
    if not len(rows):
        return
    note = log.error if required else log.warning
    note(
        f"{counted(len(rows), 'row has', 'rows have')} no coordinates",
        "Fill them in or take the rows out" if required else "", place=table.place("lon", int(rows[0])),
        count=len(rows), examples=(f"line {table.lines[row]}" for row in rows[1:]),
    )  # fmt: skip
