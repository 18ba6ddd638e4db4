"""Boundary, zones and water: the ground beneath people and facilities, in WGS-84."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from facopt.errors import DataError, Finding, Place
from facopt.inputs import coordinates
from facopt.inputs.findings import FindingLog, counted
from facopt.inputs.headings import ZONE_FIELDS
from facopt.inputs.study_area import FloatArray, Ground, TextArray
from facopt.inputs.tables import RecognisedTable, Table, read_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shapely.geometry.base import BaseGeometry

    from facopt.inputs.layers import GeometryArray
    from facopt.inputs.requests import Source, StudyAreaRequest


@dataclass(frozen=True)
class Zones:
    """Townships and subdistricts with their outlines, from the zones file; arrays have shape (Z,)."""

    table: Table
    id: TextArray
    name: TextArray
    outline: GeometryArray
    people: FloatArray | None = None
    """Control totals, where the file has them."""
    area_class: TextArray | None = None
    """As stated in the file, where it does."""
    name_en: TextArray | None = None
    """English name, "" for a zone without; None where the file has no such column."""

    def of(self, ids: TextArray, values: TextArray) -> TextArray:
        """Return for each zone id the value of that zone, "" for an id that is none; shape (N,)."""
        by_id = dict(zip(self.id.tolist(), values.tolist(), strict=True))
        result = np.empty(len(ids), dtype=object)
        result[:] = [by_id.get(id_, "") for id_ in ids]
        return result

    def keyed_by(self, texts: TextArray) -> TextArray:
        """Return the ids or the names, whichever more of `texts` are among."""
        used = set(texts.tolist())
        return max((self.id, self.name), key=lambda keys: len(used & set(keys.tolist())))

    def at(self, lon: FloatArray, lat: FloatArray) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """Return the index of the zone that each point lies in, the first of several, -1 for none; shape (N,)."""
        import shapely

        found = np.full(len(lon), -1, dtype=np.int64)
        points = shapely.points(np.nan_to_num(lon, nan=1e6), np.nan_to_num(lat, nan=1e6))
        rows, zones = shapely.STRtree(self.outline).query(points, predicate="intersects")
        order = np.lexsort((-zones, rows))
        found[rows[order]] = zones[order]
        return found


@dataclass(frozen=True)
class GroundFiles:
    """The ground and what was understood of its files."""

    ground: Ground
    zones: Zones | None
    recognised: tuple[RecognisedTable, ...] = field(default=())


def read_ground(request: StudyAreaRequest, log: FindingLog) -> GroundFiles:
    """Return boundary, zones and water as far as the request names them; findings are noted."""
    recognised: list[RecognisedTable] = []
    merged: Mapping[str, BaseGeometry | None] = {
        name: _merged(name, source, log, recognised) for name, source in _outlines(request)
    }
    zones = _read_zones(request.zones, log, recognised)
    outlines = {} if zones is None else dict(zip(zones.id.tolist(), zones.outline.tolist(), strict=True))
    return GroundFiles(
        Ground(merged["boundary"], outlines, merged["water"], merged["exclusions"]), zones, tuple(recognised)
    )


def _outlines(request: StudyAreaRequest) -> tuple[tuple[str, Source | None], ...]:
    return ("boundary", request.boundary), ("water", request.water), ("exclusions", request.exclusions)


def _merged(
    name: str, source: Source | None, log: FindingLog, recognised: list[RecognisedTable]
) -> BaseGeometry | None:
    """Return all geometries of a file as one."""
    import shapely

    if source is None:
        return None
    with log.keeping():
        table, geometry = _read_outlines(source, log)
        recognised.append(table.recognised)
        merged: BaseGeometry = shapely.union_all(geometry)
        if name == "boundary" and not merged.area > 0:
            log.error("The boundary encloses nothing", "Use a polygon layer", place=table.place())
        return merged
    return None


def _read_zones(source: Source | None, log: FindingLog, recognised: list[RecognisedTable]) -> Zones | None:
    import shapely

    if source is None:
        return None
    with log.keeping():
        table, geometry = _read_outlines(source, log)
        recognised.append(table.recognised)
        if "id" not in table and "name" not in table and not table.require(("id",), log):
            return None
        ids = table.text("id") if "id" in table else table.text("name")
        table.complain(
            "id" if "id" in table else "name", ids == "", log, "is blank", "Every zone needs an id or a name"
        )
        _note_twins(table, ids, log)
        if not (shapely.area(geometry) > 0).all():
            log.error("Some zones enclose nothing", "Use a polygon layer", place=table.place(),
                      examples=ids[~(shapely.area(geometry) > 0)])  # fmt: skip
        name = table.text("name") if "name" in table else ids
        people = table.numbers("people", log, least=0.0) if "people" in table else None
        name_en = table.columns.get("name_en")
        return Zones(table, ids, name, geometry, people, table.columns.get("area_class"), name_en)
    return None


def _note_twins(table: Table, ids: TextArray, log: FindingLog) -> None:
    names, counts = np.unique(ids.astype(str), return_counts=True)
    if (counts > 1).any():
        log.error(
            f"{counted(int((counts > 1).sum()), 'zone stands', 'zones stand')} more than once in the file",
            "Merge their parts into one feature each", place=table.place("id"), examples=names[counts > 1],
        )  # fmt: skip


def read_merged(name: str, source: Source, log: FindingLog) -> BaseGeometry | None:
    """Return all outlines of a file as one WGS-84 geometry; None where it cannot be read, which is noted."""
    return _merged(name, source, log, [])


def _read_outlines(source: Source, log: FindingLog) -> tuple[Table, GeometryArray]:
    """Return a layer's table and its valid geometries in WGS-84."""
    table = read_table(source.file, layer=source.layer, sheet=source.sheet, columns=source.columns, fields=ZONE_FIELDS)
    log.add(table.findings)
    place = table.place()
    if table.geometry is None:
        raise DataError(Finding("This file has no outlines", "Use a GeoJSON, a GeoPackage or a shapefile", place))
    crs = source.crs or table.crs
    if not crs:
        raise DataError(
            Finding(
                "The coordinate system is not stated", f"State crs: {coordinates.CHOICES}", Place(table.path, key="crs")
            )
        )
    return table, outlines_in_wgs84(table.geometry, crs)


def outlines_in_wgs84(geometry: GeometryArray, crs: str) -> GeometryArray:
    """Return geometries moved from `crs` to WGS-84 and made valid."""
    import shapely

    system = coordinates.system_of_file(crs)
    flat = shapely.force_2d(geometry)
    moved = shapely.transform(
        flat, lambda points: np.column_stack(coordinates.to_wgs84(points[:, 0].copy(), points[:, 1].copy(), system))
    )
    return np.asarray(shapely.make_valid(moved), dtype=object)
