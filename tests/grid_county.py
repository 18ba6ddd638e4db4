"""A county of square streets with villages beside them, in any coordinate system, for checks and candidates."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

from facopt.inputs.coordinates import bd09_from_gcj02, gcj02_from_wgs84
from tests.cli_runner import write_table

if TYPE_CHECKING:
    from pathlib import Path

WEST, SOUTH, STEP = 113.0, 30.5, 0.04
SIZE = 6
"""Streets each way, some 4 km apart."""

SCENARIO = """
name: grid
demand: {kind: table, file: demand.csv, crs: CRS}
facilities: {kind: table, file: sites.csv, crs: wgs84}
travel: {drive: {kind: roads, file: roads.geojson, profile: drive}}
tiers: {clinic: {mode: drive, standard_minutes: 20, build_cost: 100}}
objective: [coverage]
limits: {new_sites: {clinic: 1}}
"""


def shifted(lon, lat, crs):
    """Return WGS-84 degrees as a table in another system states them."""
    if crs == "wgs84":
        return lon, lat
    moved = gcj02_from_wgs84(lon, lat)
    return moved if crs == "gcj02" else bd09_from_gcj02(*moved)


def grid_of_streets(folder: Path, *extra: list[list[float]]) -> None:
    """Write a square of streets as GeoJSON."""
    far = STEP * (SIZE - 1)
    lines = [[[WEST, SOUTH + STEP * k], [WEST + far, SOUTH + STEP * k]] for k in range(SIZE)]
    lines += [[[WEST + STEP * k, SOUTH], [WEST + STEP * k, SOUTH + far]] for k in range(SIZE)]
    # cut at every crossing, as a road file is
    pieces = []
    for (x0, y0), (x1, y1) in lines:
        xs, ys = np.linspace(x0, x1, SIZE).round(6), np.linspace(y0, y1, SIZE).round(6)
        pieces += [[[xs[k], ys[k]], [xs[k + 1], ys[k + 1]]] for k in range(SIZE - 1)]
    features = [
        {
            "type": "Feature",
            "properties": {"highway": "secondary"},
            "geometry": {"type": "LineString", "coordinates": c},
        }
        for c in [*pieces, *extra]
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features})
    (folder / "roads.geojson").write_text(text, encoding="utf-8")


def villages(count: int = 40) -> tuple[np.ndarray, np.ndarray]:
    """Return places some ten metres beside the streets."""
    dice = np.random.default_rng(1)
    along, street = dice.uniform(0, STEP * (SIZE - 1), count), dice.integers(0, SIZE, count) * STEP
    beside, turned = dice.normal(0, 2e-4, count), np.arange(count) % 2 == 0
    return WEST + np.where(turned, along, street + beside), SOUTH + np.where(turned, street + beside, along)


def county(folder: Path, truth: str = "wgs84", stated: str = "wgs84", scenario: str = SCENARIO) -> Path:
    """Write a scenario whose villages are given in one system and stated in another; return its file."""
    grid_of_streets(folder)
    lon, lat = villages()
    x, y = shifted(lon, lat, truth)
    rows = [(f"v{i}", 100, f"{x[i]:.6f}", f"{y[i]:.6f}", "rural") for i in range(len(x))]
    write_table(folder / "demand.csv", "id people lon lat area_class", rows)
    sites = [
        ("s1", "clinic", WEST, SOUTH, "existing"),
        ("s2", "clinic", WEST + 3 * STEP, SOUTH + 3 * STEP, "candidate"),
    ]
    write_table(folder / "sites.csv", "id tier lon lat status", sites)
    file = folder / "grid.yaml"
    file.write_text(scenario.replace("CRS", stated), encoding="utf-8")
    return file


def box(folder: Path, name: str, *squares: tuple[str, float, float, float, float]) -> None:
    """Write rectangles (id, west, south, east, north) as GeoJSON."""
    features = [
        {"type": "Feature", "properties": {"id": key},
         "geometry": {"type": "Polygon", "coordinates": [[[w, s], [e, s], [e, n], [w, n], [w, s]]]}}
        for key, w, s, e, n in squares
    ]  # fmt: skip
    (folder / name).write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
