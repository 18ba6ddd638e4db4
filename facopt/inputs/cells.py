"""Population rasters as cells with people: read strip by strip, placed in WGS-84, summed without losing anybody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from facopt.errors import DataError, Finding, Place
from facopt.inputs import coordinates
from facopt.inputs.findings import FindingLog, counted
from facopt.inputs.study_area import FineCells
from facopt.inputs.tables import RecognisedTable

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from facopt.inputs.requests import Source
    from facopt.inputs.study_area import FloatArray, TextArray

IntArray = np.ndarray[Any, np.dtype[np.int64]]

_STRIP_ROWS = 1024
MOST_FINE_CELLS = 2_000_000
"""More cells than this are not kept beside the points they are put together to: a province of 100 m cells has ten
times as many, and each would take the way to its road."""
DRIVERS = {".tif": "GTiff", ".tiff": "GTiff", ".asc": "AAIGrid", ".img": "HFA"}
"""Formats that hold their own cells; a virtual raster would open other files on its author's behalf."""


@dataclass(frozen=True)
class Cells:
    """Raster cells in which people live; arrays have shape (C,)."""

    row: IntArray
    column: IntArray
    lon: FloatArray
    lat: FloatArray
    people: FloatArray
    metres: tuple[float, float]
    """Size of a cell on the ground in the middle of the raster, east-west and north-south."""

    def __len__(self) -> int:
        return len(self.people)

    def keep(self, rows: np.ndarray[Any, Any]) -> Cells:
        """Return some of the cells."""
        return Cells(self.row[rows], self.column[rows], self.lon[rows], self.lat[rows], self.people[rows], self.metres)

    def ids(self) -> TextArray:
        """Return ids like "r12c7", counted from the raster's north-western corner."""
        result = np.empty(len(self), dtype=object)
        result[:] = [f"r{row}c{column}" for row, column in zip(self.row, self.column, strict=True)]
        return result


def read_cells(source: Source, band: int, log: FindingLog) -> tuple[Cells, RecognisedTable]:
    """Return all cells of a raster in which people live.

    Raises a DataError where the file is no raster, has no such band or no coordinate system.
    """
    import rasterio
    from rasterio.errors import RasterioIOError

    path = source.file
    if not path.is_file():
        raise DataError(Finding("There is no such file", "Paths are relative to the scenario file", Place(path)))
    driver = DRIVERS.get(path.suffix.lower())
    if driver is None:
        raise DataError(Finding(f"Rasters ending in {path.suffix!r} are not understood", "Use a GeoTIFF", Place(path)))
    try:
        with rasterio.open(path, driver=driver) as raster:
            crs = _system(raster, source)
            if not 1 <= band <= raster.count:
                raise DataError(
                    Finding(f"There is no band {band}", f"The raster has bands 1 to {raster.count}", Place(path))
                )
            row, column, people = _people(raster, band, source, log)
            x, y = _middle(raster, row, column)
            lon, lat = coordinates.to_wgs84(x, y, crs)
            metres = _cell_metres(raster, crs)
    except RasterioIOError as error:
        raise DataError(Finding("This file is no raster that can be read", "Use a GeoTIFF", Place(path))) from error
    cells = Cells(row, column, lon, lat, people, metres)
    if not len(cells):
        log.error("No cell of the raster has people", "Check file and band", place=Place(path))
    return cells, RecognisedTable(path, "raster", len(cells), layer=f"band {band}", crs=crs)


def _middle(raster: Any, row: IntArray, column: IntArray) -> tuple[FloatArray, FloatArray]:
    """Return the middle of cells in the raster's own system."""
    to = raster.transform
    across, down = column + 0.5, row + 0.5
    return to.a * across + to.b * down + to.c, to.d * across + to.e * down + to.f


def _system(raster: Any, source: Source) -> str:
    place = Place(source.file, key="crs")
    own = "" if raster.crs is None else str(raster.crs.to_string())
    stated = source.crs and coordinates.canonical_crs(source.crs, place)
    if not own and not stated:
        raise DataError(Finding("The raster has no coordinate system", "State it: crs: EPSG:n", place))
    if own and stated and not coordinates.same_system(stated, coordinates.system_of_file(own)):
        what = f"The scenario says crs {stated}, the file itself says {own}"
        raise DataError(Finding(what, "Leave crs out of the scenario, or correct the file", place))
    return own or stated


def _people(raster: Any, band: int, source: Source, log: FindingLog) -> tuple[IntArray, IntArray, FloatArray]:
    """Return rows, columns and people of the inhabited cells; declared gaps and NaN are empty."""
    from rasterio.windows import Window

    rows, columns, people = [], [], []
    negative = 0
    for top in range(0, raster.height, _STRIP_ROWS):
        height = min(_STRIP_ROWS, raster.height - top)
        strip = raster.read(band, window=Window(0, top, raster.width, height), masked=True)
        values = np.asarray(strip.filled(0), dtype=np.float64)
        negative += int((values < 0).sum())
        row, column = np.nonzero(np.isfinite(values) & (values > 0))
        rows.append(row + top)
        columns.append(column)
        people.append(values[row, column])
    if negative:
        log.warning(
            f"{counted(negative, 'cell has', 'cells have')} negative values; taken as empty",
            "Declare the value for gaps in the raster (nodata)", place=Place(source.file), count=negative,
        )  # fmt: skip
    return np.concatenate(rows), np.concatenate(columns), np.concatenate(people)


def _cell_metres(raster: Any, crs: str) -> tuple[float, float]:
    from pyproj import Geod

    row, column = raster.height // 2, raster.width // 2
    x, y = _middle(raster, np.array([row, row, row + 1]), np.array([column, column + 1, column]))
    lon, lat = coordinates.to_wgs84(x, y, crs)
    geod = Geod(ellps="WGS84")
    east = geod.inv(lon[0], lat[0], lon[1], lat[1])[2]
    south = geod.inv(lon[0], lat[0], lon[2], lat[2])[2]
    return float(east), float(south)


def inside(cells: Cells, boundary: BaseGeometry | None) -> Cells:
    """Return the cells whose middle lies in the boundary; all of them where there is none."""
    import shapely

    if boundary is None:
        return cells
    shapely.prepare(boundary)
    return cells.keep(np.flatnonzero(shapely.intersects_xy(boundary, cells.lon, cells.lat)))


def aggregate(cells: Cells, cell_metres: float | None, group: IntArray) -> tuple[Cells, IntArray, IntArray]:
    """Return blocks of cells of about the wished size, the group of each block, and the block of each cell.

    A block never mixes groups.

    Blocks lie at the mean place of their people, and people are summed, so every group keeps its total.
    """
    factors = [max(1, round((cell_metres or 0.0) / size)) for size in cells.metres]
    column, row = cells.column // factors[0], cells.row // factors[1]
    shape = (int(group.max(initial=-1)) + 2, int(row.max(initial=0)) + 1, int(column.max(initial=0)) + 1)
    key = np.ravel_multi_index((group + 1, row, column), shape)
    blocks, block_of = np.unique(key, return_inverse=True)
    block_group, block_row, block_column = np.unravel_index(blocks, shape)
    people: FloatArray = np.bincount(block_of, weights=cells.people, minlength=len(blocks)).astype(np.float64)
    lon = np.bincount(block_of, weights=cells.lon * cells.people, minlength=len(blocks)) / people
    lat = np.bincount(block_of, weights=cells.lat * cells.people, minlength=len(blocks)) / people
    metres = (cells.metres[0] * factors[0], cells.metres[1] * factors[1])
    return Cells(block_row, block_column, lon, lat, people, metres), block_group - 1, block_of.reshape(-1)


def fine_cells(cells: Cells, blocks: Cells, block_of: IntArray, people: FloatArray) -> FineCells | None:
    """Return the cells that blocks are made of, with the blocks' final people (B,); None where no cells were joined."""
    if len(blocks) == len(cells):
        return None
    kept = cells if len(cells) <= MOST_FINE_CELLS else cells.keep(np.empty(0, dtype=np.int64))
    point = block_of[: len(kept)]
    return FineCells(len(cells), kept.people * (people / blocks.people)[point], kept.lon, kept.lat, point)


def aggregation_error(cells: Cells, blocks: Cells, block_of: IntArray) -> tuple[float, float]:
    """Return how far people live from the point that stands for their block, in metres: the mean, and 95 % of them."""
    from pyproj import Geod

    metres = Geod(ellps="WGS84").inv(cells.lon, cells.lat, blocks.lon[block_of], blocks.lat[block_of])[2]
    order = np.argsort(metres, kind="stable")
    reached = np.cumsum(cells.people[order])
    most = metres[order][np.searchsorted(reached, 0.95 * reached[-1])]
    return float(np.average(metres, weights=cells.people)), float(most)
