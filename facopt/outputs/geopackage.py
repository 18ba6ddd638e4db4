"""plan.gpkg: every layer of the plan for QGIS and other systems, with default styles inside."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from facopt.outputs.geopackage_styles import layer_style
from facopt.outputs.sketch import primitives
from facopt.outputs.tables.planning import projects_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

    from facopt.measures.planning import PlanningTables
    from facopt.measures.report import Report, Share

CRS = "EPSG:4326"
ASIDE = 4.2
"""Millimetres between the symbols of services at one place."""


def write_geopackage(report: Report, path: Path) -> None:
    """Write the report's points, sites, zones and ground as named layers of one GeoPackage, WGS-84.

    Layers: `demand_points`, `sites`, `zones`, `service_lines` (demand point to the site that serves it, straight),
    `boundary`, `water`, `water_lines`, `exclusions`, `roads`, `context`; of plans in stages also `referral_links` and
    the tables `stages`, `stage_money` and `actions`. Layers without content are left out; a report
    without coordinates gives the same layers as plain attribute tables. Two runs give the same bytes: the only dates
    inside are the report's.

    Parameters
    ----------
    report
        Results of one run.
    path
        File to write; an existing one is replaced.
    """
    path.unlink(missing_ok=True)
    with _without_waiting():
        spatial = [name for name, table, geometries in layers(report) if _write_layer(path, name, table, geometries)]
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA synchronous = OFF")
        _add_styles(database, spatial, report)
        _settle(database, report.generated)
    _reset_counters(path)


def layers(report: Report) -> Iterator[tuple[str, pd.DataFrame, Any]]:
    """Yield name, attributes and geometries (None for a plain table) in the order of drawing, ground first."""
    ground = report.ground
    yield from _ground_layers("boundary", ground.boundary)
    yield from _ground_layers("water", ground.water)
    yield from _ground_layers("exclusions", ground.exclusions)
    yield "zones", _zone_table(report.by_zone), _zone_outlines(report)
    if report.roads:
        lines = np.array([shapely.linestrings(way) for _, way in report.roads], dtype=object)
        yield "roads", pd.DataFrame({"class": [name for name, _ in report.roads]}), lines
    yield "service_lines", *_service_lines(report)
    if report.planning is not None:
        yield from _planning_layers(report, report.planning)
    yield "demand_points", report.points.drop(columns=["lon", "lat"]), _places(report.points)
    if len(report.context):
        yield "context", report.context.drop(columns=["lon", "lat"]), _places(report.context)
    yield "sites", report.sites.drop(columns=["lon", "lat"]), _places(report.sites)


def _ground_layers(name: str, geometry: BaseGeometry | None) -> Iterator[tuple[str, pd.DataFrame, Any]]:
    """Yield the polygons of a ground geometry under its name, and its lines, such as rivers, as their own layer."""
    for layer, dimension in ((name, 2), (f"{name}_lines", 1)):
        parts = [] if geometry is None else primitives(geometry, dimension)
        if parts:
            yield layer, pd.DataFrame({"part": np.arange(1, len(parts) + 1)}), np.array(parts, dtype=object)


def _places(table: pd.DataFrame) -> Any:
    """Points of a table with lon and lat; None where a row has no coordinates, None at all where no row has any."""
    lon, lat = table["lon"].to_numpy(dtype=float), table["lat"].to_numpy(dtype=float)
    known = np.isfinite(lon) & np.isfinite(lat)
    if not known.any():
        return None
    points = np.full(len(table), None, dtype=object)
    points[known] = shapely.points(lon[known], lat[known])
    return points


def _zone_table(shares: tuple[Share, ...]) -> pd.DataFrame:
    columns = ("key", "name", "area_class", "people", "covered_now", "covered", "unreachable")
    table = pd.DataFrame([[getattr(share, key) for key in columns] for share in shares], columns=["id", *columns[1:]])
    people = table["people"].astype(float)
    for key in ("covered_now", "covered"):
        table[f"{key}_percent"] = 100 * table[key].astype(float) / people.where(people > 0)
    for key in ("mean_minutes_now", "mean_minutes", "longest_minutes"):
        table[key] = pd.Series([getattr(share, key) for share in shares], dtype=float)
    return table.astype({"people": float, "covered_now": float, "covered": float, "unreachable": float})


def _zone_outlines(report: Report) -> Any:
    """Areas of the zones in the table's order, None where one has none; None at all where no zone has any."""
    outlines = np.full(len(report.by_zone), None, dtype=object)
    for row, share in enumerate(report.by_zone):
        outline = report.ground.zones.get(share.key)
        areas = primitives(outline, 2) if outline is not None else []
        outlines[row] = shapely.multipolygons(areas) if areas else None
    return outlines if any(outline is not None for outline in outlines) else None


def _service_lines(report: Report) -> tuple[pd.DataFrame, Any]:
    """One row per demand point, tier and site that serves people of it, with the line from home to site."""
    rows = report.assignment
    demand, site = rows["demand"].to_numpy(dtype=int), rows["site"].to_numpy(dtype=int)
    table = pd.DataFrame(
        {
            "demand_id": report.points["id"].to_numpy()[demand],
            "site_id": report.sites["id"].to_numpy()[site],
            "tier": rows["tier"].to_numpy(),
            "minutes": rows["minutes"].to_numpy(dtype=float),
            "within_standard": rows["within_standard"].to_numpy(dtype=bool),
            "people": report.points["people"].to_numpy(dtype=float)[demand] * rows["share"].to_numpy(dtype=float),
        }
    )
    ends = [frame[["lon", "lat"]].to_numpy(dtype=float) for frame in (report.points, report.sites)]
    pairs = np.stack([ends[0][demand], ends[1][site]], axis=1)
    return table, _lines(pairs)


def _lines(pairs: np.ndarray[Any, Any]) -> Any:
    """Return (N,) lines between the two ends of (N, 2, 2); None where an end is unknown or both are one place."""
    drawn = np.isfinite(pairs).all(axis=(1, 2)) & np.any(pairs[:, 0] != pairs[:, 1], axis=1)
    if not drawn.any():
        return None
    lines = np.full(len(pairs), None, dtype=object)
    lines[drawn] = shapely.linestrings(pairs[drawn])
    return lines


def _planning_layers(report: Report, planning: PlanningTables) -> Iterator[tuple[str, pd.DataFrame, Any]]:
    """Yield referral links as lines, and tables without geometry: stages, their money, and every action by site."""
    ids = report.sites["id"].to_numpy()
    links = planning.referral
    ends = links["site"].to_numpy(dtype=int), links["to"].to_numpy(dtype=int)
    if len(links):
        table = pd.DataFrame({"stage": links["stage"].to_numpy(), "site_id": ids[ends[0]], "to_id": ids[ends[1]]})
        places = report.sites[["lon", "lat"]].to_numpy(dtype=float)
        yield "referral_links", table, _lines(np.stack([places[ends[0]], places[ends[1]]], axis=1))
    yield "stages", planning.stages, None
    if len(planning.actions):
        actions = pd.DataFrame(projects_of(report))
        partner, site = (actions[key].to_numpy(dtype=int) for key in ("partner", "site"))
        told = actions.assign(site=ids[site], partner=np.where(partner >= 0, ids[partner], ""))
        yield "actions", told.rename(columns={"site": "site_id", "partner": "partner_id"}), None
        yield "stage_money", planning.money, None


@contextmanager
def _without_waiting() -> Iterator[None]:
    """Let GDAL write without waiting for the disk after each step: nobody reads the file before it is whole."""
    import pyogrio

    option = "OGR_SQLITE_SYNCHRONOUS"
    before = pyogrio.get_gdal_config_option(option)
    pyogrio.set_gdal_config_options({option: "OFF"})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({option: before})


def _write_layer(path: Path, name: str, table: pd.DataFrame, geometries: Any) -> bool:
    """Write one layer or table; returns whether it has geometries."""
    import geopandas
    import pyogrio

    table = plain_columns(table)
    if geometries is None:
        pyogrio.write_dataframe(table, path, layer=name, driver="GPKG", append=False)
        return False
    frame = geopandas.GeoDataFrame(table, geometry=geometries, crs=CRS)
    kind = next(geometry.geom_type for geometry in geometries if geometry is not None).removeprefix("Multi")
    multi = kind != "Point" and name not in ("service_lines", "referral_links")
    pyogrio.write_dataframe(
        frame, path, layer=name, driver="GPKG", geometry_type=f"Multi{kind}" if multi else kind,
        promote_to_multi=multi, use_arrow=True,
    )  # fmt: skip
    return True


def plain_columns(table: pd.DataFrame) -> pd.DataFrame:
    """Return mixed and text columns as text with None for what is absent, so that no row decides a column's type."""
    out = table.copy()
    for name in out.columns:
        if not pd.api.types.is_numeric_dtype(out[name].dtype):
            values: Any = out[name].to_numpy(dtype=object)  # strings of Arrow are slow to walk through
            if set(map(type, values)) != {str}:
                values = [None if value is None or value is pd.NA else str(value) for value in values]
            out[name] = pd.Series(values, index=out.index, dtype="string")  # text even where all of it is absent
    return out


STYLE_TABLE = """
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), f_table_schema TEXT(256),
  f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
  useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30), update_time DATETIME)
"""


def _add_styles(database: sqlite3.Connection, layers: list[str], report: Report) -> None:
    """Store a default style per layer in the table that QGIS reads when it opens a GeoPackage."""
    database.execute(STYLE_TABLE)
    database.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description) VALUES (?, 'attributes', ?, '')",
        ("layer_styles", "layer_styles"),
    )
    aside = _aside(report)
    columns = dict(database.execute("SELECT table_name, column_name FROM gpkg_geometry_columns"))
    for name in layers:
        database.execute(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName,"
            " styleQML, useAsDefault, description, update_time) VALUES ('', '', ?, ?, ?, ?, 1, 'facopt', ?)",
            (name, columns[name], name, layer_style(name, report.tiers, aside), f"{report.generated}T00:00:00.000Z"),
        )


def _aside(report: Report) -> dict[str, float]:
    """Return by tier how far to the right its sites are drawn, because they stand inside those of tiers before it."""
    taken: dict[tuple[float, float], int] = {}
    found = {}
    for tier in report.tiers:
        own = report.sites[report.sites["tier"] == tier.key]
        places = {(lon, lat) for lon, lat in zip(own["lon"], own["lat"], strict=True) if np.isfinite(lon + lat)}
        before = max((taken.get(place, 0) for place in places), default=0)
        found[tier.key] = ASIDE * before
        taken |= {place: before + 1 for place in places}
    return found


def _settle(database: sqlite3.Connection, day: str) -> None:
    """Replace every clock reading by the report's date and rewrite the file in one piece."""
    database.execute("UPDATE gpkg_contents SET last_change = ?", (f"{day}T00:00:00.000Z",))
    database.commit()
    database.execute("VACUUM")


def _reset_counters(path: Path) -> None:
    """Set SQLite's counts of past transactions to 1: how many it took to write the file is chance."""
    with path.open("r+b") as file:
        for offset in (24, 92):  # change counter; the counter for which the version number holds, equal to it
            file.seek(offset)
            file.write((1).to_bytes(4, "big"))
