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


def test_raster_and_physicians_of_the_ahr_valley(tmp_path: Path) -> None:
    """There are no roads for the Ahr valley beside the flooded ones: straight lines, recomputed from the raster."""
    import rasterio

    raster, doctors = shared_file("ahr_valley/wpop_ahrvalley.tif"), shared_file("ahr_valley/physicians.gpkg")
    points = gpd.read_file(doctors).geometry
    rows = [(f"p{j}", "clinic", "existing", point.x, point.y) for j, point in enumerate(points)]
    _write(tmp_path / "sites.csv", "id tier status lon lat", rows)
    text = SCENARIO.format(name="ahr", roads="x", more="", standard=10, new=0)
    text = text.replace("{kind: table, file: demand.csv, crs: wgs84, area_class: rural}",
                        f"{{kind: raster, file: {raster.resolve().as_posix()}, area_class: rural}}")  # fmt: skip
    text = text.replace("{kind: roads, file: x, profile: walk}", "{kind: straight_line, speed_kmh: 30, detour: 1.5}")
    (tmp_path / "ahr.yaml").write_text(text, encoding="utf-8")
    called = facopt("run", tmp_path / "ahr.yaml", "--out", tmp_path / "maps", "--json")
    assert called.status == 0, called.err

    with rasterio.open(raster) as source:
        cells = source.read(1, masked=True).filled(0).astype(float)
        row, column = np.nonzero(cells > 0)
        lon, lat = source.xy(row, column)
    people = cells[row, column]
    lon_a, lat_a = np.radians(np.asarray(lon))[:, None], np.radians(np.asarray(lat))[:, None]
    lon_b, lat_b = np.radians(points.x.to_numpy())[None, :], np.radians(points.y.to_numpy())[None, :]
    cosine = np.sin(lat_a) * np.sin(lat_b) + np.cos(lat_a) * np.cos(lat_b) * np.cos(lon_a - lon_b)
    km = 6371.0088 * np.arccos(np.clip(cosine, -1, 1)).min(axis=1)
    record = called.json()
    assert record["people"] == pytest.approx(people.sum(), rel=1e-6)
    assert record["people_covered"] == pytest.approx(people[km * 1.5 / 30 * 60 <= 10].sum(), rel=1e-6)
