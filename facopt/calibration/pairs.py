"""Timed trips, as a map service or a driver with a watch gives them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from facopt.errors import DataError, Finding, Place
from facopt.inputs.coordinates import to_wgs84
from facopt.inputs.findings import FindingLog
from facopt.inputs.tables import read_table

if TYPE_CHECKING:
    from pathlib import Path

    from facopt.inputs.study_area import StudyArea, TextArray
    from facopt.inputs.tables import Table

FloatArray = np.ndarray[Any, np.dtype[np.float64]]
FIELDS = ("demand_id", "site_id", "minutes", "lon", "lat")
FEWEST = 5
"""Of fewer trips one learns nothing that would hold for others."""


@dataclass(frozen=True)
class TimedTrips:
    """Trips (K,) with the time that each took."""

    home: FloatArray
    """WGS-84 degrees (K, 2)."""
    site: FloatArray
    """WGS-84 degrees (K, 2)."""
    minutes: FloatArray

    def __len__(self) -> int:
        return len(self.minutes)


def read_trips(path: Path, area: StudyArea, crs: str = "wgs84") -> TimedTrips:
    """Read timed trips: `site_id, minutes`, and where they begin as `demand_id` or as `lon, lat` in the system `crs`.

    Raises
    ------
    DataError
        With everything that is wrong: unknown ids, minutes that are none, too few trips.
    """
    if not path.is_file():
        raise DataError(Finding(f"there is no file {path}", "Check the path of the timed trips", Place(path)))
    log = FindingLog()
    table = read_table(path, fields=FIELDS)
    table.require(("site_id", "minutes"), log)
    table.require(("demand_id",) if "lon" not in table else ("lon", "lat"), log)
    log.raise_errors()
    minutes = table.numbers("minutes", log, required=True)
    with np.errstate(invalid="ignore"):
        table.complain("minutes", minutes <= 0, log, "is not above 0", "State how long the trip took")
    home = _homes(table, area, crs, log)
    site = _known(table, "site_id", area.sites.id, np.column_stack((area.sites.lon, area.sites.lat)), log)
    if len(table) < FEWEST:
        remedy = f"Time at least {FEWEST}, better 20 to 50"
        log.error(f"{len(table)} timed trips are too few", remedy, place=Place(path))
    log.raise_errors()
    return TimedTrips(home, site, minutes)


def _homes(table: Table, area: StudyArea, crs: str, log: FindingLog) -> FloatArray:
    if "lon" in table:
        lon, lat = (table.numbers(name, log, required=True) for name in ("lon", "lat"))
        return np.column_stack(to_wgs84(lon, lat, crs))
    points = np.column_stack((area.demand.lon, area.demand.lat))
    return _known(table, "demand_id", area.demand.id, points, log)


def _known(table: Table, name: str, ids: TextArray, points: FloatArray, log: FindingLog) -> FloatArray:
    """Return the coordinates of ids, noting those that the scenario does not know or that have none."""
    row = {str(one): k for k, one in enumerate(ids)}
    at = np.array([row.get(str(text), -1) for text in table.text(name)], dtype=np.int64)
    table.complain(name, at < 0, log, "is not among the ids of the scenario", "Correct the id or take the row out")
    found = points[at]
    table.complain(name, (at >= 0) & ~np.isfinite(found).all(axis=1), log, "has no coordinates", "Add them")
    return np.asarray(found)
