"""Demand points from a table, a population raster or polygons with people."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from facopt.errors import DataError, Finding, Place
from facopt.inputs import cells as rasters
from facopt.inputs.area_class import ClassEvidence, RuleCount, classify
from facopt.inputs.findings import FindingLog, counted
from facopt.inputs.ground import GroundFiles, Zones, outlines_in_wgs84
from facopt.inputs.headings import DEMAND_FIELDS, SEGMENT_PREFIX
from facopt.inputs.people import adjusted_people, place_in_zones
from facopt.inputs.positions import locate
from facopt.inputs.study_area import DemandPoints, FineCells, FloatArray, TextArray
from facopt.inputs.tables import RecognisedTable, Table, read_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from facopt.inputs.requests import DemandRequest, StudyAreaRequest

YEAR = re.compile(r"(19|20|21)\d\d")


@dataclass(frozen=True)
class DemandFiles:
    """Demand points and what was understood of the files."""

    demand: DemandPoints
    recognised: tuple[RecognisedTable, ...]
    class_rules: tuple[RuleCount, ...] = ()
    """How many people each rule of area classes classified."""
    zone_names: Mapping[str, str] = field(default_factory=dict)
    """Display name by zone, as far as the table has one."""
    zone_names_en: Mapping[str, str] = field(default_factory=dict)
    """English name by zone, as far as the table has one."""
    people_steps: tuple[str, ...] = ()
    """What was done to the people: rescaled, projected."""
    fine: FineCells | None = None
    """The raster's own cells, where the demand points are blocks of them."""


@dataclass(frozen=True)
class _Points:
    """What is known of demand points before their area class; arrays have shape (I,)."""

    people: FloatArray
    lon: FloatArray
    lat: FloatArray
    zone: TextArray


def read_demand(request: StudyAreaRequest, ground: GroundFiles, log: FindingLog) -> DemandFiles | None:
    """Return the demand points; None where the file cannot be read, findings are noted."""
    with log.keeping():
        if request.demand.kind == "raster":
            return _from_raster(request, ground, log)
        files = _from_table(request, ground, log)
        if request.demand.kind == "polygons" and files[1].geometry is None:
            _refuse_without_outlines(files[1])
        if request.demand.raster is not None and not log.has_errors:
            return _spread(request.demand, files, ground, log)
        return files[0]
    return None


def _from_table(request: StudyAreaRequest, ground: GroundFiles, log: FindingLog) -> tuple[DemandFiles, Table]:
    """Return one demand point per row, and the table itself."""
    part, source = request.demand, request.demand.source
    table = read_table(
        source.file, layer=source.layer, sheet=source.sheet, columns=source.columns, fields=DEMAND_FIELDS
    )
    log.add(table.findings)
    shared_evenly = part.totals is not None and "people" not in table
    table.require(("id",) if shared_evenly else ("id", "people"), log)
    _check_ids(table, log)
    stated = np.ones(len(table)) if shared_evenly else table.numbers("people", log, least=0.0, required=True)
    at, crs = locate(table, source.crs, required=request.coordinates_required, log=log, gaps=part.place_missing)
    zone = _zone(table, part, ground.zones, at, stated, log)
    people = adjusted_people(stated, zone, part, log, whole=True, evenly=shared_evenly)
    points = _Points(people.count, *_filled_in(table, request, ground.zones, at, zone, log), zone)
    area_class, rules = _area_class(table, request, ground.zones, points, log)
    ids = table.text("id")
    names = table.text("name")
    demand = DemandPoints(
        id=ids, name=np.where(names == "", ids, names).astype(object), people=points.people, zone=zone,
        area_class=area_class, lon=points.lon, lat=points.lat, segments=_segments(table, stated, points.people, log),
        name_en=table.text("name_en") if "name_en" in table else None, groups=_groups(table),
    )  # fmt: skip
    recognised = replace(table.recognised, crs=crs)
    zone_names, zone_names_en = (_names_of_zones(table, zone, key) for key in ("zone_name", "zone_name_en"))
    return DemandFiles(demand, (recognised,), rules, zone_names, zone_names_en, people.steps), table


def _filled_in(
    table: Table, request: StudyAreaRequest, zones: Zones | None, at: tuple[FloatArray, FloatArray], zone: TextArray,
    log: FindingLog,
) -> tuple[FloatArray, FloatArray]:  # fmt: skip
    """Return coordinates in which rows without any lie inside their zone, where the scenario asks for it."""
    if not request.demand.place_missing:
        return at
    if zones is None:
        log.error("Rows without coordinates can be placed in their zones only where there is a file of zones",
                  "State study_area.zones", place=table.place("lon"))  # fmt: skip
        return at
    placed = place_in_zones(*at, zone, zones)
    if len(placed.rows):
        log.warning(
            f"{counted(len(placed.rows), 'row')} without coordinates placed evenly inside of zones",
            "Their places are made up: fill in coordinates before deciding anything near them",
            place=table.place("lon", int(placed.rows[0])), count=len(placed.rows),
            examples=table.text("name" if "name" in table else "id")[placed.rows],
        )  # fmt: skip
    lost = np.flatnonzero(~np.isfinite(placed.lon))
    if len(lost) and request.coordinates_required:
        log.error(
            f"{counted(len(lost), 'row has', 'rows have')} neither coordinates nor a zone with an outline",
            "Fill in coordinates, or a zone of the zones file", place=table.place("lon", int(lost[0])), count=len(lost),
            examples=(f"line {table.lines[row]}" for row in lost[1:]),
        )  # fmt: skip
    return placed.lon, placed.lat


def _names_of_zones(table: Table, zone: TextArray, field: str) -> dict[str, str]:
    """Return the first name that a column of the table gives each zone."""
    names: dict[str, str] = {}
    for key, name in zip(zone.tolist(), table.text(field).tolist(), strict=True):
        if key and name:
            names.setdefault(key, name)
    return names


def _refuse_without_outlines(table: Table) -> None:
    remedy = "Use a GeoJSON, a GeoPackage or a shapefile, or kind: table"
    raise DataError(Finding("This file has no outlines", remedy, table.place()))


def _check_ids(table: Table, log: FindingLog) -> None:
    """Note blank ids, ids that stand twice, and codes that a spreadsheet has rounded."""
    ids = table.text("id", "?")
    if "id" not in table:
        return
    table.complain("id", ids == "", log, "is blank", "Give every row an id")
    again = pd.Series(ids, dtype=object).duplicated().to_numpy() & (ids != "")
    table.complain("id", again, log, "stands in an earlier row too", "Every row needs an id of its own")
    rounded = np.array(["+" in text and _is_rounded(text) for text in ids], dtype=np.bool_)
    if rounded.any():
        log.warning(
            f"id: {ids[np.flatnonzero(rounded)[0]]!r} looks like a code that a spreadsheet has rounded",
            "Format the column as text before saving, and export again",
            place=table.place("id", int(np.flatnonzero(rounded)[0])), count=int(rounded.sum()),
        )  # fmt: skip


def _is_rounded(text: str) -> bool:
    mantissa, mark, exponent = text.upper().partition("E+")
    return bool(mark) and exponent.isdigit() and mantissa.replace(".", "", 1).isdigit()


def _zone(
    table: Table, part: DemandRequest, zones: Zones | None, at: tuple[FloatArray, FloatArray], people: FloatArray,
    log: FindingLog,
) -> TextArray:  # fmt: skip
    """Return the zone of each row: as stated, else by the outline that the point lies in."""
    if part.zone:
        return np.full(len(table), part.zone, dtype=object)
    stated = table.text("zone" if "zone" in table else "zone_name")
    if zones is None:
        return stated
    if (stated != "").all():
        return _zone_ids(table, stated, zones, log)
    found = zones.at(*at)
    lost = (found < 0) & (stated == "")
    if lost.any():
        log.warning(
            f"{counted(int(lost.sum()), 'demand point lies', 'demand points lie')} in none of the zones "
            f"({np.nansum(people[lost]):,.0f} people)", "Check the zones file",
            place=table.place("zone"), count=int(lost.sum()), examples=table.text("id")[lost],
        )  # fmt: skip
    by_place = np.where(found < 0, "", zones.id[found]).astype(object)
    return np.where(stated != "", stated, by_place).astype(object)


def _zone_ids(table: Table, stated: TextArray, zones: Zones, log: FindingLog) -> TextArray:
    """Return the zones' ids where the table names them by id or by name; other texts stay."""
    keys = zones.keyed_by(stated)
    ids = dict(zip(keys.tolist(), zones.id.tolist(), strict=True))
    unknown = sorted({text for text in stated if text not in ids})
    if unknown:
        log.warning(
            f"{counted(len(unknown), 'zone')} of the demand points not in the zones file",
            "Use the ids or the names of the zones file", place=table.place("zone"), count=len(unknown),
            examples=unknown,
        )  # fmt: skip
    result = np.empty(len(stated), dtype=object)
    result[:] = [ids.get(text, text) for text in stated]
    return result


def _area_class(
    table: Table, request: StudyAreaRequest, zones: Zones | None, points: _Points, log: FindingLog
) -> tuple[TextArray, tuple[RuleCount, ...]]:
    chinese = _may_be_chinese(points)
    zone_class = None if zones is None or zones.area_class is None else zones.of(points.zone, zones.area_class)
    evidence = ClassEvidence(
        constant=request.demand.area_class,
        stated=table.columns.get("area_class"),
        zone_class=zone_class,
        class_code=table.columns.get("class_code") if chinese else None,
        division_code=table.columns.get("code", table.columns.get("id")) if chinese else None,
        zone=points.zone if zones is None else _zone_names(points.zone, zones),
    )
    return classify(table, evidence, points.people, [tier.serves for tier in request.tiers.values()], log)


def _may_be_chinese(points: _Points) -> bool:
    """Return whether codes may be Chinese division codes: other countries' codes have 9 or 12 digits too."""
    known = np.isfinite(points.lon)
    if not known.any():
        return True
    lon, lat = np.median(points.lon[known]), np.median(points.lat[known])
    return bool(73 <= lon <= 136 and 3 <= lat <= 54)


def _zone_names(zone: TextArray, zones: Zones) -> TextArray:
    names = zones.of(zone, zones.name)
    return np.where(names == "", zone, names).astype(object)


def _segments(table: Table, people: FloatArray, adjusted: FloatArray, log: FindingLog) -> dict[str, FloatArray]:
    """Return the people of each segment, rescaled and projected as all people are.

    A column named by a year, people_2030, is no segment but the people of then, as it stands.
    """
    segments = {}
    factor = np.divide(adjusted, people, out=np.ones(len(people)), where=people > 0)
    for name in sorted(name for name in table.columns if name.startswith(SEGMENT_PREFIX)):
        values = table.numbers(name, log, least=0.0, required=True)
        if YEAR.fullmatch(name.removeprefix(SEGMENT_PREFIX)):
            segments[name.removeprefix(SEGMENT_PREFIX)] = values
            continue
        with np.errstate(invalid="ignore"):
            more = values > people * (1 + 1e-9)
        if more.any():
            log.warning(
                f"{table.heading(name)}: {counted(int(more.sum()), 'row has', 'rows have')} more of them than people",
                "Check the column", place=table.place(name, int(np.flatnonzero(more)[0])), count=int(more.sum()),
            )  # fmt: skip
        segments[name.removeprefix(SEGMENT_PREFIX)] = np.nan_to_num(values * factor)
    return segments


def _groups(table: Table) -> dict[str, TextArray]:
    """Return the columns that are no field of demand points and put several of them together, by heading."""
    fields = {column.heading for column in table.recognised.columns.values()}
    others = ((heading, texts) for heading, texts in table.raw.items() if heading not in fields)
    return {heading: texts for heading, texts in others if len(set(texts.tolist()) - {""}) < np.count_nonzero(texts)}


def _from_raster(request: StudyAreaRequest, ground: GroundFiles, log: FindingLog) -> DemandFiles:
    """Return one demand point per inhabited cell, or per block of cells within one zone."""
    part = request.demand
    cells, recognised = rasters.read_cells(part.source, part.band, log)
    before = cells.people.sum()
    cells = rasters.inside(cells, ground.ground.boundary)
    log.raise_errors()
    if not len(cells):
        log.error("No inhabited cell lies within the boundary", "Check both files", place=Place(part.source.file))
        log.raise_errors()
    if cells.people.sum() < before:
        log.warning(
            f"The boundary cuts off {before - cells.people.sum():,.0f} of the raster's {before:,.0f} people",
            place=Place(part.source.file),
        )  # fmt: skip
    zones = ground.zones
    group = zones.at(cells.lon, cells.lat) if zones is not None else np.full(len(cells), -1, dtype=np.int64)
    if part.total_people is not None:
        cells = replace(cells, people=cells.people * (part.total_people / cells.people.sum()))
    blocks, group, block_of = rasters.aggregate(cells, part.cell_metres, group)
    steps = _aggregation(cells, blocks, block_of)
    table = _table_of_cells(blocks, group, zones, recognised)
    zone = _zone(table, part, zones, (blocks.lon, blocks.lat), blocks.people, log)
    people = adjusted_people(blocks.people, zone, part, log, whole=False)
    points = _Points(people.count, blocks.lon, blocks.lat, zone)
    area_class, rules = _area_class(table, request, zones, points, log)
    ids = table.text("id")
    demand = DemandPoints(ids, ids, people.count, zone, area_class, blocks.lon, blocks.lat)
    fine = rasters.fine_cells(cells, blocks, block_of, people.count)
    return DemandFiles(demand, (recognised,), rules, people_steps=(*steps, *people.steps), fine=fine)


def _aggregation(cells: rasters.Cells, blocks: rasters.Cells, block_of: rasters.IntArray) -> tuple[str, ...]:
    """Return what putting cells together costs in exactness, in words; nothing where they stay as they are."""
    if len(blocks) == len(cells):
        return ()
    mean, most = rasters.aggregation_error(cells, blocks, block_of)
    return (
        f"put together from {len(cells):,} cells to {len(blocks):,} points: they live {mean:,.0f} m from their point "
        f"on average, 95 % of them within {most:,.0f} m",
    )


def _table_of_cells(
    blocks: rasters.Cells, group: rasters.IntArray, zones: Zones | None, recognised: RecognisedTable
) -> Table:
    """Return blocks as a table, so that zones and area classes are found as for any other table."""
    ids = blocks.ids()
    columns = {"id": ids}
    if zones is not None:
        columns["zone"] = np.where(group < 0, "", zones.id[group]).astype(object)
        split = _standing_twice(ids)
        ids[split] = ids[split] + "-" + columns["zone"][split]
    lines = np.arange(1, len(blocks) + 1, dtype=np.int64)
    return Table(recognised.path, columns, lines, recognised, columns)


def _standing_twice(ids: TextArray) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    _, inverse, counts = np.unique(ids.astype(str), return_inverse=True, return_counts=True)
    return np.asarray(counts[inverse.reshape(-1)] > 1)


def _spread(part: DemandRequest, files: tuple[DemandFiles, Table], ground: GroundFiles, log: FindingLog) -> DemandFiles:
    """Return the people of each polygon spread over the inhabited cells of a raster; every polygon keeps its people."""
    polygons, table = files
    if part.raster is None or table.geometry is None:
        return polygons
    cells, recognised = rasters.read_cells(part.raster, part.band, log)
    log.raise_errors()
    demand = polygons.demand
    outline = outlines_in_wgs84(table.geometry, part.source.crs or table.crs)
    owner = Zones(table, demand.id, demand.name, outline).at(cells.lon, cells.lat)
    cells, owner = cells.keep(np.flatnonzero(owner >= 0)), owner[owner >= 0]
    blocks, owner, block_of = rasters.aggregate(cells, part.cell_metres, owner)
    weight = np.bincount(owner, weights=blocks.people, minlength=len(demand))
    empty = np.flatnonzero(weight == 0)
    if len(empty):
        log.warning(
            f"{counted(len(empty), 'polygon has', 'polygons have')} no inhabited cell of the raster; their people stay "
            f"in one point each ({demand.people[empty].sum():,.0f} people)", place=table.place(),
            count=len(empty), examples=demand.id[empty],
        )  # fmt: skip
    share = np.concatenate((blocks.people / weight[owner], np.ones(len(empty))))
    row = np.concatenate((owner, empty))
    cell_ids = np.concatenate((blocks.ids(), np.full(len(empty), "all", dtype=object)))
    spread = DemandPoints(
        id=demand.id[row] + "-" + cell_ids, name=demand.name[row], people=demand.people[row] * share,
        zone=np.where(demand.zone[row] == "", demand.id[row], demand.zone[row]).astype(object),
        area_class=demand.area_class[row], lon=np.concatenate((blocks.lon, demand.lon[empty])),
        lat=np.concatenate((blocks.lat, demand.lat[empty])),
        segments={name: values[row] * share for name, values in demand.segments.items()},
        name_en=None if demand.name_en is None else demand.name_en[row],
        groups={heading: texts[row] for heading, texts in demand.groups.items()},
    )  # fmt: skip
    return DemandFiles(
        spread,
        (*polygons.recognised, recognised),
        polygons.class_rules,
        people_steps=(*polygons.people_steps, *_aggregation(cells, blocks, block_of)),
    )
