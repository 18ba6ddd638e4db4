"""A plan before and after a flood on a network in hundreds of pieces: Cox's Bazar, each figure checked by a script.

The script (`tests/plain_roads.py`) shares no code with facopt: NetworkX knows the distances, Shapely the nearest road,
and the best plan is the best of all choices of three sites, counted one by one.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import osmium
import pytest
import shapely

from tests.cli_runner import facopt, write_table
from tests.plain_roads import Walk, read_edges
from tests.travel_cases import shared_file

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.shared

SCENARIO = """\
name: {name}
demand:     {{kind: table, file: demand.csv, crs: wgs84, area_class: rural}}
facilities: {{kind: table, file: sites.csv, crs: wgs84}}
travel:
  walk: {{kind: roads, file: {roads}, profile: walk, closures: [{closures}]}}
tiers:
  clinic: {{mode: walk, standard_minutes: 60}}
objective: [coverage]
limits: {{new_sites: {{clinic: 3}}}}
solver: {{gap_percent: 0}}
"""
CLOSURES = "{file: flood.gpkg, name: flood}, {file: bridges.gpkg, within_metres: 0, name: lost bridges}"
METRIC = "EPSG:32646"
STANDARD = 60
FLOOD = shapely.box(91.90, 21.440, 92.30, 21.455)
"""The lower Bakkhali out of its bed, across the whole district."""
LOST_BRIDGES = shapely.MultiLineString(
    [[(92.02530, 21.56506), (92.02545, 21.56625)], [(92.10058, 21.47141), (92.09967, 21.47064)]]
)
"""Along the river below two bridges: one that some hamlets hang on, and one of the highway."""


@dataclass(frozen=True)
class District:
    """Who lives where, and where sites stand (the first ones) or may be built."""

    homes: list[tuple[float, float]]
    people: np.ndarray[Any, Any]
    sites: list[tuple[float, float]]
    standing: int


@dataclass(frozen=True)
class Counted:
    """What the script finds; arrays by home, `reach` by home and site."""

    minutes: np.ndarray[Any, Any]
    component: np.ndarray[Any, Any]
    connected: np.ndarray[Any, Any]
    best: int

    @property
    def reach(self) -> np.ndarray[Any, Any]:
        return self.minutes <= STANDARD

    def covered(self, sites: list[int]) -> np.ndarray[Any, Any]:
        return self.reach[:, sites].any(axis=1)

    def reasons(self, covered: np.ndarray[Any, Any]) -> list[str]:
        """Return why each home is not covered, "" where it is."""
        told = np.where(
            self.reach.any(axis=1), "limits", np.where(self.connected, "no_site_within_standard", "cut_off")
        )
        return np.where(covered, "", told).tolist()


def _district(walk: Walk) -> District:
    """Return homes on a grid of about 1 km, within 1.5 km of a road; villages and one home in 16 as candidates."""
    grid = [(round(91.84 + 0.01 * i, 2), round(21.34 + 0.01 * j, 2)) for i in range(36) for j in range(28)]
    homes = [point for point in grid if (met := walk.meet(*point)) is not None and met[2] < 1500]
    register = gpd.read_file(shared_file("coxsbazar/health_cxb_lged.shp")).to_crs("EPSG:4326").geometry
    standing = [(point.x, point.y) for point in register]
    villages = [
        (one.lon, one.lat)
        for one in osmium.FileProcessor(str(shared_file("coxsbazar/coxsbazar.osm.pbf")))
        if one.is_node() and one.tags.get("place") in ("hamlet", "village", "town")
    ]
    fields = [home for home in homes if round(home[0] * 100) % 4 == 2 and round(home[1] * 100) % 4 == 0]
    people = np.array([100 + i % 37 for i in range(len(homes))])
    return District(homes, people, standing + villages + fields, len(standing))


def _counted(walk: Walk, district: District) -> Counted:
    minutes = walk.minutes(district.homes, district.sites)
    assert np.abs(minutes[np.isfinite(minutes)] - STANDARD).min() > 0.001, "nobody lives on the edge of the standard"
    component = np.array([walk.component_of(*home) for home in district.homes])
    served = sorted({walk.component_of(*site) for site in district.sites})
    reach, first = minutes <= STANDARD, range(district.standing)
    now = reach[:, list(first)].any(axis=1)
    choices = combinations(range(district.standing, len(district.sites)), 3)
    best = max(int(district.people[now | reach[:, a] | reach[:, b] | reach[:, c]].sum()) for a, b, c in choices)
    return Counted(minutes, component, np.isin(component, served), best)


def _write(folder: Path, district: District, roads: Path) -> None:
    homes = [(f"d{i}", district.people[i], *home) for i, home in enumerate(district.homes)]
    write_table(folder / "demand.csv", "id people lon lat", homes)
    status = ["existing" if j < district.standing else "candidate" for j in range(len(district.sites))]
    sites = [(f"s{j}", "clinic", status[j], *site) for j, site in enumerate(district.sites)]
    write_table(folder / "sites.csv", "id tier status lon lat", sites)
    for file, shape in (("flood", FLOOD), ("bridges", LOST_BRIDGES)):
        gpd.GeoDataFrame(geometry=[shape], crs="EPSG:4326").to_file(folder / f"{file}.gpkg")
    for name, closures in (("before", ""), ("after", CLOSURES)):
        text = SCENARIO.format(name=name, roads=roads.resolve().as_posix(), closures=closures)
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")


def _points(run: Path) -> list[dict[str, str]]:
    with (run / "tables/demand_points.csv").open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def _sums(component: np.ndarray[Any, Any], people: Any) -> dict[int, float]:
    return {rank: float(np.sum(np.asarray(people)[component == rank])) for rank in np.unique(component).tolist()}


def _check(run: Path, record: dict[str, Any], district: District, counted: Counted) -> np.ndarray[Any, Any]:
    """Compare a run with the script, figure by figure; return who is covered by its plan."""
    people, standing = district.people, list(range(district.standing))
    built = [int(one["site_id"][1:]) for one in record["opened"] if one["action"] == "build"]
    now, plan = counted.covered(standing), counted.covered(standing + built)
    assert record["status"] == "optimal"
    assert len(built) == 3
    assert record["people_covered"] == people[plan].sum() == counted.best
    assert record["baseline"]["people_covered"] == people[now].sum()
    assert record["unreachable_people"] == people[~counted.reach.any(axis=1)].sum()

    points = _points(run)
    columns = {key: np.array([float(row[key] or "nan") for row in points]) for key in ("covered_now", "covered")}
    for key, covered in (("covered_now", now), ("covered", plan)):
        assert columns[key].tolist() == np.where(covered, people, 0).tolist()
        assert _sums(counted.component, columns[key]) == _sums(counted.component, np.where(covered, people, 0))
    assert [row["reason"] for row in points] == counted.reasons(plan)
    nearest = counted.minutes[:, standing + built].min(axis=1)
    listed = np.array([float(row["minutes"] or "inf") for row in points])
    known = np.isfinite(listed)
    assert known[nearest <= 2 * STANDARD].all()
    assert np.abs(listed[known] - nearest[known]).max() < 0.001
    return plan


def test_a_flood_and_lost_bridges_change_the_plan_of_coxs_bazar(tmp_path: Path) -> None:
    """Three new clinics before and after: the best of all plans; who is covered and why not, home by home."""
    roads = shared_file("coxsbazar/coxsbazar.osm.pbf")
    whole = Walk(read_edges(roads, METRIC), METRIC)
    broken = Walk(read_edges(roads, METRIC, shapely.union_all([FLOOD, LOST_BRIDGES])), METRIC)
    district = _district(whole)
    _write(tmp_path, district, roads)
    checked = facopt("check", tmp_path / "before.yaml", tmp_path / "after.yaml")
    assert checked.status == 0, checked.err

    plans, scripts = [], []
    for name, walk in (("before", whole), ("after", broken)):
        called = facopt("run", tmp_path / f"{name}.yaml", "--out", tmp_path / "maps", "--json")
        assert called.status == 0, called.err
        scripts.append(_counted(walk, district))
        plans.append(_check(tmp_path / "maps" / name, called.json(), district, scripts[-1]))

    # The figures that docs/travel.md tells.
    assert (len(district.homes), district.people.sum(), whole.component_count) == (645, 75_942, 236)
    assert [len(set(one.component.tolist())) for one in scripts] == [14, 21]
    assert [district.people[one.covered(list(range(21)))].sum() for one in scripts] == [9_641, 8_450]
    assert [one.best for one in scripts] == [19_096, 16_870]
    assert [np.count_nonzero(~one.connected) for one in scripts] == [16, 27]
    compared = facopt("compare", tmp_path / "maps/before", tmp_path / "maps/after", "--json").json()
    told = compared["changes"][0]["people"]
    assert told["gain"]["people"] == district.people[plans[1] & ~plans[0]].sum()
    assert told["lose"]["people"] == district.people[plans[0] & ~plans[1]].sum()
