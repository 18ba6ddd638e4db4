"""Broken networks: who is cut off and why, and what a flood does to a plan; figures checked by a plain script."""

from __future__ import annotations

import csv
from itertools import combinations
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from tests.cli_runner import facopt
from tests.plain_roads import Walk, read_edges
from tests.travel_cases import shared_file
from tests.vavuniya_case import read_extract

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.shared

SCENARIO = """\
name: {name}
demand:     {{kind: table, file: demand.csv, crs: wgs84, area_class: rural}}
facilities: {{kind: table, file: sites.csv, crs: wgs84}}
travel:
  walk: {{kind: roads, file: {roads}, profile: walk{more}}}
tiers:
  clinic: {{mode: walk, standard_minutes: {standard}}}
objective: [coverage]
limits: {{new_sites: {{clinic: {new}}}}}
"""


def _write(path: Path, head: str, rows: list[tuple[Any, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([head.split(), *rows])


def _run(folder: Path, **facts: Any) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """Run a scenario; return its record and its table of demand points."""
    file = folder / f"{facts['name']}.yaml"
    file.write_text(SCENARIO.format(**{"more": "", **facts}), encoding="utf-8")
    called = facopt("run", file, "--out", folder / "maps", "--json")
    assert called.status == 0, called.err
    table = folder / "maps" / facts["name"] / "tables" / "demand_points.csv"
    with table.open(encoding="utf-8-sig", newline="") as stream:
        return called.json(), list(csv.DictReader(stream))


def test_who_is_cut_off_in_a_broken_network(tmp_path: Path) -> None:
    """In Cox's Bazar, people on pieces of road without a facility are cut off, exactly those that the script names."""
    roads = shared_file("coxsbazar/coxsbazar.osm.pbf")
    register = gpd.read_file(shared_file("coxsbazar/health_cxb_lged.shp")).to_crs("EPSG:4326").geometry
    sites = [(point.x, point.y) for point in register]
    west, south, east, north = 91.85, 20.75, 92.35, 21.95
    grid = [(west + 0.02 * i, south + 0.02 * j) for i in range(26) for j in range(61)]
    walk = Walk(read_edges(roads, "EPSG:32646"), "EPSG:32646")
    homes = [point for point in grid if (met := walk.meet(*point)) is not None and met[2] < 2500]
    homes = [point for point in homes if west < point[0] < east and south < point[1] < north]
    _write(tmp_path / "demand.csv", "id people lon lat", [(f"d{i}", 100 + i % 7, *p) for i, p in enumerate(homes)])
    rows = [(f"s{j}", "clinic", "existing", *p) for j, p in enumerate(sites)]
    _write(tmp_path / "sites.csv", "id tier status lon lat", rows)
    record, points = _run(tmp_path, name="coxsbazar", roads=roads.resolve().as_posix(), standard=60, new=0)

    minutes = walk.minutes(homes, sites)
    people = np.array([100 + i % 7 for i in range(len(homes))])
    component = np.array([walk.component_of(*point) for point in homes])
    served = {walk.component_of(*site) for site in sites}
    cut_off = np.array([rank not in served for rank in component])
    covered = minutes.min(axis=1) <= 60
    assert np.abs(minutes[np.isfinite(minutes)] - 60).min() > 0.001, "nobody lives on the very edge of the standard"
    assert record["people_covered"] == people[covered].sum()
    assert record["unreachable_people"] == people[~covered].sum()
    assert [row["reason"] == "cut_off" for row in points] == cut_off.tolist()
    assert 0 < cut_off.sum() < len(homes) / 2
    assert not np.isfinite(minutes[cut_off]).any()
    assert len(set(component[cut_off].tolist())) > 3, "they live on several pieces"
    assert walk.component_count > 100


def _flood() -> shapely.Polygon:
    """A flooded band across Vavuniya district, north of the town."""
    return shapely.box(80.30, 8.765, 80.70, 8.78)


def test_a_flood_changes_the_plan_in_vavuniya(tmp_path: Path) -> None:
    """With two more clinics, before and after a flood the plan is the best of all pairs, counted by the script."""
    roads = shared_file("vavuniya/vavuniya.osm.pbf")
    extract = read_extract(roads)
    homes = [(lon, lat) for _, lon, lat in sorted(extract.buildings)[::25]]
    standing = [(lon, lat) for _, _, lon, lat in extract.standing]
    villages = [(lon, lat) for kind, _, lon, lat in extract.places if kind != "city"]
    people = np.array([200 + i % 11 for i in range(len(homes))])
    _write(tmp_path / "demand.csv", "id people lon lat", [(f"d{i}", people[i], *p) for i, p in enumerate(homes)])
    rows = [(f"s{j}", "clinic", "existing", *p) for j, p in enumerate(standing)]
    rows += [(f"v{j}", "clinic", "candidate", *p) for j, p in enumerate(villages)]
    _write(tmp_path / "sites.csv", "id tier status lon lat", rows)
    gpd.GeoDataFrame(geometry=[_flood()], crs="EPSG:4326").to_file(tmp_path / "flood.gpkg")
    known = {"roads": roads.resolve().as_posix(), "standard": 60, "new": 2}
    before, _ = _run(tmp_path, name="before", **known)
    after, _ = _run(tmp_path, name="after", more=", closures: [{file: flood.gpkg, name: flood}]", **known)

    found = []
    for record, closed in ((before, None), (after, _flood())):
        walk = Walk(read_edges(roads, "EPSG:32644", closed), "EPSG:32644")
        minutes = walk.minutes(homes, standing + villages)
        assert np.abs(minutes[np.isfinite(minutes)] - 60).min() > 0.0005, "nobody lives on the very edge"
        reach = minutes <= 60
        now = reach[:, : len(standing)].any(axis=1)
        best = max(
            int(people[now | reach[:, len(standing) + a] | reach[:, len(standing) + b]].sum())
            for a, b in combinations(range(len(villages)), 2)
        )
        opened = [int(one["site_id"][1:]) for one in record["opened"] if one["action"] == "build"]
        own = people[now | reach[:, [len(standing) + j for j in opened]].any(axis=1)].sum()
        assert record["status"] == "optimal"
        assert record["people_covered"] == own == best
        assert record["baseline"]["people_covered"] == people[now].sum()
        found.append(best)
    assert found[1] < found[0]


def test_flooded_roads_of_the_ahr_valley_are_read(tmp_path: Path) -> None:
    """The 404 flooded roads are closures: on the flooded roads themselves as a network, all of them close."""
    from facopt.errors import DataError, Place
    from facopt.inputs.road_closures import read_closure
    from facopt.inputs.roads import read_roads
    from facopt.travel.closures import Closure, closed_edges
    from facopt.travel.network import build_network
    from facopt.travel.profiles import load_profile

    file = shared_file("ahr_valley/affected_roads.gpkg")
    shapes, findings = read_closure(file, place=Place())
    assert (len(shapes), findings) == (404, ())
    gpd.read_file(file).assign(highway="residential").to_file(tmp_path / "roads.gpkg")
    roads = read_roads(tmp_path / "roads.gpkg")
    flood = Closure(shapes, within_metres=5)
    assert len(closed_edges(roads, [flood])[0]) == len(roads)
    with pytest.raises(DataError, match="none of the"):
        build_network(roads, load_profile("drive"), metric_crs="EPSG:25832", closures=[flood])
    build_network(roads, load_profile("drive"), metric_crs="EPSG:25832")


AHR = """\
name: {name}
demand:     {{kind: raster, file: {raster}, area_class: rural}}
facilities: {{kind: table, file: {name}.csv, crs: wgs84}}
travel:
  drive: {{kind: straight_line, speed_kmh: 30, detour: 1.5}}
tiers:
  clinic: {{mode: drive, standard_minutes: 10}}
objective: [coverage]
limits: {{new_sites: {{clinic: 2}}}}
solver: {{gap_percent: 0}}
"""
LOST_METRES = 400
"""From a flooded road, about the floor of the valley: whoever practised there could not, and nothing is built there."""


def _ahr_sites() -> tuple[list[tuple[str, str, float, float]], np.ndarray[Any, Any]]:
    """Return physicians (existing) and villages (candidates) with their places, and which of them the flood took."""
    rows, metres = [], []
    roads = gpd.read_file(shared_file("ahr_valley/affected_roads.gpkg")).to_crs("EPSG:25832").union_all()
    for name, status, letter in (("physicians", "existing", "p"), ("affected_places", "candidate", "v")):
        points = gpd.read_file(shared_file(f"ahr_valley/{name}.gpkg"))
        metres += points.to_crs("EPSG:25832").distance(roads).tolist()
        rows += [(f"{letter}{j}", status, point.x, point.y) for j, point in enumerate(points.geometry)]
    return rows, np.array(metres) <= LOST_METRES


def _ahr_people(raster: Path) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return people and degrees of the cells where anybody lives."""
    import rasterio

    with rasterio.open(raster) as source:
        cells = source.read(1, masked=True).filled(0).astype(float)
        row, column = np.nonzero(cells > 0)
        lon, lat = source.xy(row, column)
    return cells[row, column], np.asarray(lon), np.asarray(lat)


def _ahr_minutes(lon: Any, lat: Any, sites: list[tuple[str, str, float, float]]) -> np.ndarray[Any, Any]:
    """Return minutes from cells to sites: the great circle by the law of cosines, half as long again, at 30 km/h."""
    x, y = (np.radians([site[k] for site in sites])[None, :] for k in (2, 3))
    lon, lat = np.radians(lon)[:, None], np.radians(lat)[:, None]
    cosine = np.sin(lat) * np.sin(y) + np.cos(lat) * np.cos(y) * np.cos(lon - x)
    return 6371.0088 * np.arccos(np.clip(cosine, -1, 1)) * 1.5 / 30 * 60


def test_the_flood_changes_the_plan_of_the_ahr_valley(tmp_path: Path) -> None:
    """Two more physicians before the flood and after it, which took six of twenty: the best of all pairs, both times.

    The data hold no roads but the flooded ones, 24 km in 152 pieces: people travel in straight lines.
    """
    raster = shared_file("ahr_valley/wpop_ahrvalley.tif")
    sites, lost = _ahr_sites()
    people, lon, lat = _ahr_people(raster)
    minutes = _ahr_minutes(lon, lat, sites)
    assert np.abs(minutes - 10).min() > 1e-5, "nobody lives on the very edge of the standard"
    standing = np.array([status == "existing" for _, status, _, _ in sites])
    assert (np.count_nonzero(standing & lost), np.count_nonzero(standing)) == (6, 20)
    reach = minutes <= 10
    today = people[reach[:, standing].any(axis=1)].sum()
    covered = []
    for name, usable in (("before", np.ones(len(sites), bool)), ("after", ~lost)):
        rows = [
            (i, "clinic", s, "" if there else "closed", *p) for (i, s, *p), there in zip(sites, usable, strict=True)
        ]
        _write(tmp_path / f"{name}.csv", "id tier status fixed lon lat", rows)
        text = AHR.format(name=name, raster=raster.resolve().as_posix())
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
        called = facopt("run", tmp_path / f"{name}.yaml", "--out", tmp_path / "maps", "--json")
        assert called.status == 0, called.err
        record = called.json()

        now = reach[:, standing & usable].any(axis=1)
        pairs = combinations(np.flatnonzero(~standing & usable).tolist(), 2)
        best = max(float(people[now | reach[:, a] | reach[:, b]].sum()) for a, b in pairs)
        built = [one["site_id"] for one in record["opened"] if one["action"] == "build"]
        rows_built = [j for j, (site, *_) in enumerate(sites) if site in built]
        own = people[now | reach[:, rows_built].any(axis=1)].sum()
        assert record["status"] == "optimal"
        assert len(built) == 2
        assert not lost[rows_built].any() or name == "before"
        assert record["people"] == pytest.approx(people.sum(), rel=1e-6)
        assert record["baseline"]["people_covered"] == pytest.approx(today, rel=1e-6), "what stood before the flood"
        assert record["people_covered"] == pytest.approx(own, rel=1e-6)
        assert record["people_covered"] == pytest.approx(best, rel=1e-6)
        covered.append((float(people[now].sum()), best))
    assert covered[1][0] < covered[0][0]
    assert covered[1][1] < covered[0][1]
