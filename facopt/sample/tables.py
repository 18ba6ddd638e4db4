"""The county's tables and outlines as text files: CSV in UTF-8, GeoJSON in WGS-84."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

from facopt.sample import plan
from facopt.sample.people import DemandPoint, zone_codes
from facopt.sample.plane import Point, area, degrees

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from facopt.sample.county import County
    from facopt.sample.estate import Facility

VILLAGES = ("id", "name", "name_en", "village", "people", "people_0_14", "people_65_plus", "lon", "lat", "zone",
            "zone_name", "area_class")  # fmt: skip
TOWNSHIPS = ("code", "name", "name_en", "class", "people", "people_0_14", "people_65_plus", "people_urban", "villages",
             "area_km2")  # fmt: skip
FACILITIES = ("id", "name", "name_en", "tier", "status", "lon", "lat", "capacity_people", "size", "build_cost",
              "running_cost", "owner", "zone", "fixed")  # fmt: skip

Row = tuple[object, ...]


def write_table(path: Path, heading: tuple[str, ...], rows: Iterable[Row]) -> None:
    """Write a CSV file with plain line feeds on every platform."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(heading)
    writer.writerows(rows)
    path.write_bytes(text.getvalue().encode("utf-8"))


def _lon_lat(point: Point) -> tuple[str, str]:
    lon, lat = degrees(point)
    return f"{lon:.6f}", f"{lat:.6f}"


def village_rows(points: Iterable[DemandPoint]) -> list[Row]:
    """Return the rows of `villages.csv`."""
    codes = zone_codes()
    return [
        (point.id, *point.name, point.village, point.people, point.young, point.old, *_lon_lat(point.at),
         codes[point.seat], plan.SEATS[point.seat].name, point.area_class)
        for point in points
    ]  # fmt: skip


def township_rows(county: County) -> list[Row]:
    """Return the rows of `townships.csv`, the control totals of the villages."""
    rows: list[Row] = []
    for index, (code, seat) in enumerate(zip(zone_codes(), plan.SEATS, strict=True)):
        members = [point for point in county.points if point.seat == index]
        urban = sum(point.people for point in members if point.area_class != "rural")
        villages = len({point.village for point in members if point.area_class == "rural"})
        rows.append((
            code, seat.name, seat.name_en, seat.kind, sum(p.people for p in members), sum(p.young for p in members),
            sum(p.old for p in members), urban, villages, f"{area(county.land.townships[index]) / 1e6:.2f}",
        ))  # fmt: skip
    return rows


def facility_rows(county: County, facilities: Iterable[Facility]) -> list[Row]:
    """Return the rows of `facilities.csv` or `candidates.csv`."""
    from shapely import Point as Place
    from shapely import Polygon

    codes = zone_codes()
    units = [Polygon(ring) for ring in county.land.townships]

    def zone(facility: Facility) -> str:
        place = Place(facility.at)
        return codes[min(range(len(units)), key=lambda index: (units[index].distance(place), index))]

    return [
        (f.id, *f.name, f.tier, f.status, *_lon_lat(f.at), *map(_blank, (f.capacity_people, f.size, f.build_cost)),
         _blank(f.running_cost), f.owner, zone(f), f.fixed)
        for f in facilities
    ]  # fmt: skip


def _blank(value: object) -> object:
    return "" if value is None else value


def write_outlines(path: Path, features: Iterable[tuple[dict[str, str], list[tuple[Point, ...]]]]) -> None:
    """Write polygons (outer ring, then holes, in metres) as GeoJSON, one feature a line."""
    lines = [
        json.dumps({"type": "Feature", "properties": properties, "geometry": _polygon(rings)}, ensure_ascii=False)
        for properties, rings in features
    ]
    text = '{"type": "FeatureCollection", "features": [\n' + ",\n".join(lines) + "\n]}\n"
    path.write_bytes(text.encode("utf-8"))


def _polygon(rings: list[tuple[Point, ...]]) -> dict[str, object]:
    """Return a GeoJSON polygon; outer rings run anticlockwise and holes clockwise, as RFC 7946 asks."""
    wound = [ring if (_signed(ring) > 0) == (place == 0) else ring[::-1] for place, ring in enumerate(rings)]
    return {"type": "Polygon", "coordinates": [[degrees(point) for point in (*ring, ring[0])] for ring in wound]}


def _signed(ring: tuple[Point, ...]) -> float:
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, (*ring[1:], ring[0]), strict=True))


def write_county(county: County, folder: Path) -> None:
    """Write boundary, townships and water into a folder."""
    name = {"code": plan.COUNTY_CODE, "name": plan.COUNTY_NAME, "name_en": plan.COUNTY_NAME_EN, "note": "synthetic"}
    write_outlines(folder / "county.geojson", [(name, [county.land.boundary])])
    write_outlines(
        folder / "townships.geojson",
        [
            ({"code": code, "name": seat.name, "name_en": seat.name_en, "class": seat.kind}, [ring])
            for code, seat, ring in zip(zone_codes(), plan.SEATS, county.land.townships, strict=True)
        ],
    )
    write_outlines(
        folder / "water.geojson",
        [
            (
                {"name": water.name, "name_en": water.name_en, "kind": water.kind},
                [ring for ring in (water.shore, water.island) if ring],
            )
            for water in county.land.waters
        ],
    )
