"""The county's people as a grid: the same people as the demand points, spread over the cells around them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from shapely import contains_xy, prepare

from facopt.sample.dice import Dice
from facopt.sample.plane import (  # fmt: skip
    LON_SHRINK,
    METRES_PER_DEGREE_LAT,
    METRES_PER_DEGREE_LON,
    MIDDLE_LAT,
    MIDDLE_LON,
    degrees,
    shared_out,
)

if TYPE_CHECKING:
    from pathlib import Path

    from facopt.sample.county import County
    from facopt.sample.people import DemandPoint

CRS = "EPSG:4547"
"""CGCS2000, three-degree zone with the middle at 114 E."""
CELL = 100
NODATA = 65535
"""Outside the county."""

IntArray = np.ndarray[Any, np.dtype[np.int64]]


def write_raster(county: County, path: Path) -> None:
    """Write people per cell of 100 m as a GeoTIFF of whole numbers."""
    import rasterio

    people, left, top = people_grid(county)
    profile = {
        "driver": "GTiff", "height": people.shape[0], "width": people.shape[1], "count": 1, "dtype": "uint16",
        "crs": CRS, "transform": rasterio.Affine(CELL, 0, left, 0, -CELL, top), "nodata": NODATA, "compress": "deflate",
        "predictor": 2, "tiled": True, "blockxsize": 256, "blockysize": 256,
    }  # fmt: skip
    with rasterio.open(path, "w", **profile) as grid:
        grid.write(people.astype("uint16"), 1)


def people_grid(county: County) -> tuple[IntArray, float, float]:
    """Return people per cell (north up, NODATA outside the county), and the grid's left and top edge in metres."""
    from pyproj import Transformer

    project = Transformer.from_crs("EPSG:4490", CRS, always_xy=True)
    lon, lat = zip(*(degrees(point) for point in county.land.boundary), strict=True)
    xs, ys = project.transform(lon, lat)
    left, top = (min(xs) // 1000 - 1) * 1000, (max(ys) // 1000 + 2) * 1000
    shape = int((top - min(ys)) // 1000 + 2) * 10, int((max(xs) - left) // 1000 + 2) * 10
    inside, dry = _masks(county, shape, left, top)
    grid = np.where(inside, 0, NODATA).astype(np.int64)
    _spread(county.points, grid, inside & dry, project.transform, (left, top))
    return grid, left, top


def _masks(county: County, shape: tuple[int, int], left: float, top: float) -> tuple[Any, Any]:
    """Return which cells lie in the county and which are dry, judged by their middles."""
    from pyproj import Transformer

    columns, rows = np.meshgrid(np.arange(shape[1]), np.arange(shape[0]))
    back = Transformer.from_crs(CRS, "EPSG:4490", always_xy=True)
    lon, lat = back.transform(left + (columns + 0.5) * CELL, top - (rows + 0.5) * CELL)
    north = np.asarray(lat) - MIDDLE_LAT
    x = (np.asarray(lon) - MIDDLE_LON) * (METRES_PER_DEGREE_LON - LON_SHRINK * north)
    y = north * METRES_PER_DEGREE_LAT
    ground, water = county.land.county(), county.land.water()
    prepare(ground)
    prepare(water)
    return contains_xy(ground, x, y), ~contains_xy(water, x, y)


def _spread(
    points: tuple[DemandPoint, ...], grid: IntArray, free: Any, project: Any, corner: tuple[float, float]
) -> None:
    """Add the people of each demand point to free cells around it, the more the nearer."""
    dice = Dice("grid")
    for point in points:
        x, y = project(*degrees(point.at))
        column, row = int((x - corner[0]) // CELL), int((corner[1] - y) // CELL)
        reach = 1 if point.area_class != "rural" else 2
        cells = [
            (row + dy, column + dx)
            for dy in range(-reach, reach + 1)
            for dx in range(-reach, reach + 1)
            if free[row + dy, column + dx] and dice.chance(1.0 if (dx, dy) == (0, 0) else 0.75 / (abs(dx) + abs(dy)))
        ] or [(row, column)]
        weights = [dice.between(0.5, 1.5) / (1 + abs(r - row) + abs(c - column)) for r, c in cells]
        for cell, part in zip(cells, shared_out(point.people, weights), strict=True):
            grid[cell] += part
