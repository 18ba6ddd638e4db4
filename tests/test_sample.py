"""The sample county: reproducible, exact in its totals, sound in its geometry and plainly synthetic."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree
from shapely import LineString, STRtree, contains_xy, make_valid, transform, union_all
from shapely.geometry import shape

from facopt.sample import write_sample
from facopt.sample.dice import Dice
from facopt.sample.plane import shared_out

DATA = Path(__file__).parents[1] / "data"
PLAIN_TEXT = (
    "README.md",
    "census/SOURCES.md",
    "census/county.geojson",
    "census/townships.csv",
    "census/townships.geojson",
    "census/villages.csv",
    "census/water.geojson",
    "facilities/SOURCES.md",
    "facilities/candidates.csv",
    "facilities/facilities.csv",
)
SCENARIOS = (
    "_county.yaml", "budget-60.yaml", "full-coverage.yaml", "schema.json", "three-stages.yaml", "today.yaml",
)  # fmt: skip
BINARY = ("census/population_100m.tif", "roads/county.osm.pbf")
DRIVABLE = {"trunk", "primary", "secondary", "tertiary", "unclassified", "residential", "track"}


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def outlines(name: str) -> list[dict[str, Any]]:
    return json.loads((DATA / name).read_text(encoding="utf-8"))["features"]


def read_pbf(
    path: Path,
) -> tuple[dict[int, tuple[float, float, dict[str, str]]], list[tuple[list[int], dict[str, str]]]]:
    import osmium

    nodes, ways = {}, []
    for item in osmium.FileProcessor(str(path)):
        if item.is_node():
            nodes[item.id] = item.location.lon, item.location.lat, dict(item.tags)
        else:
            ways.append(([node.ref for node in item.nodes], dict(item.tags)))
    return nodes, ways


def read_grid(path: Path) -> tuple[np.ndarray, str, tuple[float, ...], float]:
    import rasterio

    with rasterio.open(path) as grid:
        return grid.read(1), str(grid.crs), tuple(grid.transform), grid.nodata


@pytest.fixture(scope="module")
def roads() -> tuple[dict[int, tuple[float, float, dict[str, str]]], list[tuple[list[int], dict[str, str]]]]:
    return read_pbf(DATA / "roads" / "county.osm.pbf")


@pytest.fixture(scope="module")
def villages() -> list[dict[str, str]]:
    return rows("census/villages.csv")


@pytest.fixture(scope="module")
def townships() -> dict[str, Any]:
    return {unit["properties"]["code"]: shape(unit["geometry"]) for unit in outlines("census/townships.geojson")}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    files = write_sample(folder)
    data = [folder / "data" / name for name in PLAIN_TEXT + BINARY]
    assert files == tuple(sorted([*data, *(folder / "scenarios" / name for name in SCENARIOS)]))
    return folder / "data"


@pytest.mark.parametrize("name", PLAIN_TEXT)
def test_committed_text_is_what_the_generator_writes(written: Path, name: str) -> None:
    """Every committed text file equals the generator's, byte by byte."""
    assert (DATA / name).read_bytes() == (written / name).read_bytes()


@pytest.mark.parametrize("name", SCENARIOS)
def test_committed_scenarios_are_what_the_generator_writes(written: Path, name: str) -> None:
    """Every committed scenario equals the generator's; the order within the schema is up to pydantic."""
    committed, again = DATA.parent / "scenarios" / name, written.parent / "scenarios" / name
    if name.endswith(".json"):
        assert json.loads(committed.read_text(encoding="utf-8")) == json.loads(again.read_text(encoding="utf-8"))
    else:
        assert committed.read_bytes() == again.read_bytes()


def test_committed_roads_are_what_the_generator_writes(written: Path) -> None:
    """The committed roads hold the same nodes, ways and tags; compression may differ between builds of zlib."""
    name = "roads/county.osm.pbf"
    assert read_pbf(DATA / name) == read_pbf(written / name)


def test_committed_grid_is_what_the_generator_writes(written: Path) -> None:
    """The committed grid holds the same cells on the same ground."""
    name = "census/population_100m.tif"
    (cells, *ground), (again, *same) = read_grid(DATA / name), read_grid(written / name)
    assert ground == same
    np.testing.assert_array_equal(cells, again)


def test_sample_is_small() -> None:
    """All data files together stay under 5 MB."""
    assert sum((DATA / name).stat().st_size for name in PLAIN_TEXT + BINARY) < 5_000_000


@pytest.mark.parametrize("name", ["README.md", "census/SOURCES.md", "facilities/SOURCES.md"])
def test_sample_says_that_it_is_synthetic(name: str) -> None:
    """Every README beside the data says in its first line that it is synthetic, and names its licence."""
    text = (DATA / name).read_text(encoding="utf-8")
    assert "SYNTHETIC" in text.splitlines()[0]
    assert "CC0 1.0" in text


def test_people_add_up_to_the_published_totals(villages: list[dict[str, str]]) -> None:
    """People, age groups and the urban share equal the published figures to the person."""

    def total(column: str, *classes: str) -> int:
        return sum(int(row[column]) for row in villages if not classes or row["area_class"] in classes)

    assert total("people") == 1_158_640
    assert total("people_0_14") == round(0.1726 * 1_158_640)
    assert total("people_65_plus") == round(0.1796 * 1_158_640)
    assert total("people", "urban", "town") == round(0.4341 * 1_158_640)


def test_segments_are_parts_of_the_people(villages: list[dict[str, str]]) -> None:
    """Nobody is counted both young and old, and no demand point is empty or beyond the size of a neighbourhood."""
    for row in villages:
        people, young, old = (int(row[key]) for key in ("people", "people_0_14", "people_65_plus"))
        assert 40 <= people <= 6000
        assert young >= 0
        assert old >= 0
        assert young + old <= people


def test_villages_sum_to_their_townships(villages: list[dict[str, str]]) -> None:
    """Each township's control totals are the sums of its demand points."""
    for unit in rows("census/townships.csv"):
        members = [row for row in villages if row["zone"] == unit["code"]]
        for column in ("people", "people_0_14", "people_65_plus"):
            assert sum(int(row[column]) for row in members) == int(unit[column])
        urban = sum(int(row["people"]) for row in members if row["area_class"] != "rural")
        assert urban == int(unit["people_urban"])
        assert len({row["village"] for row in members if row["area_class"] == "rural"}) == int(unit["villages"])
        assert {row["zone_name"] for row in members} == {unit["name"]}


def test_county_has_its_units_and_villages(villages: list[dict[str, str]]) -> None:
    """There are 28 township-level units of four kinds and 850 administrative villages."""
    kinds = Counter(unit["class"] for unit in rows("census/townships.csv"))
    assert kinds == {"subdistrict": 4, "town": 20, "township": 3, "farm": 1}
    assert len({row["village"] for row in villages if row["area_class"] == "rural"}) == 850
    assert 1600 <= len(villages) <= 2400
    assert 150 <= sum(row["area_class"] == "urban" for row in villages) <= 250


def test_area_is_the_published_one(townships: dict[str, Any]) -> None:
    """The townships tile the county without gap or overlap, on 2,622 square kilometres within 1 %."""
    from pyproj import Transformer

    project = Transformer.from_crs("EPSG:4490", "EPSG:4547", always_xy=True).transform

    def flat(geometry: Any) -> Any:
        return transform(geometry, lambda degrees: np.column_stack(project(degrees[:, 0], degrees[:, 1])))

    units = [flat(unit) for unit in townships.values()]
    assert len(units) == 28
    assert all(unit.is_valid for unit in units)
    total = sum(unit.area for unit in units) / 1e6
    assert total == pytest.approx(2622, rel=0.01)
    whole = union_all(units)
    county = flat(shape(outlines("census/county.geojson")[0]["geometry"]))
    assert whole.area / 1e6 == pytest.approx(total, abs=0.01)
    assert whole.symmetric_difference(county).area / 1e6 < 0.01
    listed = {unit["code"]: float(unit["area_km2"]) for unit in rows("census/townships.csv")}
    for code, unit in zip(townships, units, strict=True):
        assert unit.area / 1e6 == pytest.approx(listed[code], rel=0.003)


@pytest.mark.parametrize("name", ["census/villages.csv", "facilities/facilities.csv", "facilities/candidates.csv"])
def test_points_lie_in_their_zone_and_on_dry_land(name: str, townships: dict[str, Any]) -> None:
    """Every demand point, facility and candidate lies within the outline of its zone and in no river or lake."""
    water = union_all([shape(item["geometry"]) for item in outlines("census/water.geojson")])
    for row in rows(name):
        place = float(row["lon"]), float(row["lat"])
        assert contains_xy(townships[row["zone"]], *place), row["id"]
        assert not contains_xy(water, *place), row["id"]


def test_ids_and_names(villages: list[dict[str, str]]) -> None:
    """Ids are unique texts of fixed form, names Chinese with pinyin, and no two villages share one."""
    assert all(re.fullmatch(r"990681\d{6}(-\d\d)?", row["id"]) for row in villages)
    estate = rows("facilities/facilities.csv") + rows("facilities/candidates.csv")
    for table in (villages, estate):
        assert len({row["id"] for row in table}) == len(table)
        assert all(re.fullmatch(r"[\u4e00-\u9fff]+\d*", row["name"]) for row in table)
        assert all(re.fullmatch(r"[A-Za-zü' \d]+", row["name_en"]) for row in table)
    names = {row["village"]: re.sub("村.*", "村", row["name"]) for row in villages}
    assert len(set(names.values())) == len(names)


def test_grid_holds_everybody() -> None:
    """The grid sums to the county's population to the person, with no people outside the county."""
    cells, crs, transform_, nodata = read_grid(DATA / "census/population_100m.tif")
    assert crs == "EPSG:4547"
    assert transform_[0] == 100
    assert nodata == 65535
    inside = cells != nodata
    assert int(cells[inside].astype(np.int64).sum()) == 1_158_640
    assert inside.sum() / 100 == pytest.approx(2622, rel=0.01)


def test_grid_and_points_agree_on_where_people_live(villages: list[dict[str, str]]) -> None:
    """The middle of the population is the same for points and grid within 30 m."""
    from pyproj import Transformer

    cells, _, ground, nodata = read_grid(DATA / "census/population_100m.tif")
    people = np.where(cells == nodata, 0, cells).astype(float)
    ys, xs = np.mgrid[: people.shape[0], : people.shape[1]]
    grid = (
        ground[2] + 100 * ((xs + 0.5) * people).sum() / people.sum(),
        ground[5] - 100 * ((ys + 0.5) * people).sum() / people.sum(),
    )
    project = Transformer.from_crs("EPSG:4490", "EPSG:4547", always_xy=True).transform
    east, north = project([float(row["lon"]) for row in villages], [float(row["lat"]) for row in villages])
    weights = [float(row["people"]) for row in villages]
    points = np.average(east, weights=weights), np.average(north, weights=weights)
    assert np.hypot(grid[0] - points[0], grid[1] - points[1]) < 30


def test_roads_look_like_an_extract(roads: Any) -> None:
    """The file has every class from expressway to track, one-ways, surfaces, bridges, a ferry, places and amenities."""
    nodes, ways = roads
    classes = Counter(tags.get("highway") for _, tags in ways)
    assert set(classes) == DRIVABLE | {"motorway", "motorway_link", "service", "footway", "path", None}
    one_way = [tags for _, tags in ways if tags.get("oneway") == "yes"]
    assert sum(tags["highway"] == "residential" for tags in one_way) > 20
    assert all(tags["foot"] == "no" for _, tags in ways if tags.get("highway") in ("motorway", "motorway_link"))
    assert {tags["surface"] for _, tags in ways if tags.get("highway") == "track"} == {"gravel", "unpaved", "dirt"}
    assert [tags["route"] for _, tags in ways if not tags.get("highway")] == ["ferry"]
    assert {tags.get("ref", "")[:1] for _, tags in ways} >= set("GSXYC")
    assert Counter(tags["place"] for *_, tags in nodes.values() if "place" in tags)["village"] == 850
    assert {tags["amenity"] for *_, tags in nodes.values() if "amenity" in tags} == {"hospital", "clinic", "doctors"}
    assert len(nodes) < 40_000
    assert all(len(line) > 1 and line[0] in nodes for line, _ in ways)


def test_roads_cross_water_on_bridges_only(roads: Any) -> None:
    """No way but a bridge or the ferry meets a river or lake, and the great river has few bridges."""
    nodes, ways = roads
    waters = [shape(item["geometry"]) for item in outlines("census/water.geojson")]
    assert all(water.is_valid for water in waters)
    lines = [LineString([nodes[node][:2] for node in line]) for line, _ in ways]
    _, wet = STRtree(lines).query(waters, predicate="intersects")
    for index in wet.tolist():
        tags = ways[index][1]
        assert tags.get("bridge") == "yes" or tags.get("route") == "ferry", tags
    great = make_valid(waters[0])
    over = [ways[index][1] for index in STRtree(lines).query(great, predicate="crosses").tolist()]
    assert len([tags for tags in over if tags.get("highway") != "motorway"]) == 4
    assert len([tags for tags in over if tags.get("route") == "ferry"]) == 1


def network(roads: Any, speeds: dict[str, float]) -> tuple[csr_array, np.ndarray]:
    """Return minutes between neighbouring nodes (both ways: the checks here are about reach) and places in metres."""
    nodes, ways = roads
    number: dict[int, int] = {}
    edges = []
    for line, tags in ways:
        kmh = speeds.get(tags.get("highway", ""))
        if not kmh or tags.get("access") == "private":
            continue
        for a, b in pairwise(line):
            i, j = number.setdefault(a, len(number)), number.setdefault(b, len(number))
            off = np.hypot(*(metres(*nodes[a][:2]) - metres(*nodes[b][:2])))
            edges.append((i, j, off / 1000 / kmh * 60))
    i, j, minutes = np.array(edges).T
    graph = csr_array((minutes, (i.astype(np.int32), j.astype(np.int32))), shape=(len(number), len(number)))
    return graph, np.array([metres(*nodes[node][:2]) for node in number])


def metres(lon: float, lat: float) -> np.ndarray:
    return np.array([(lon - 113.1) * 95_880, (lat - 30.62) * 110_863])


def places(table: list[dict[str, str]]) -> np.ndarray:
    return np.array([metres(float(row["lon"]), float(row["lat"])) for row in table])


def covered(roads: Any, speeds: dict[str, float], sites: np.ndarray, people: np.ndarray, minutes: float) -> np.ndarray:
    """Tell which people reach a site within the minutes, walking to and from the nearest node at 5 km/h."""
    graph, at = network(roads, speeds)
    piece = connected_components(graph, directed=False)[1]
    main = np.flatnonzero(piece == np.bincount(piece).argmax())
    tree = cKDTree(at[main])
    (from_site, site_node), (from_home, home_node) = tree.query(sites), tree.query(people)
    times = dijkstra(graph, directed=False, indices=main[site_node], limit=minutes)[:, main[home_node]]
    return ((times + (from_site[:, None] + from_home[None, :]) * 0.012) <= minutes).any(axis=0)


def share(table: list[dict[str, str]], chosen: np.ndarray) -> float:
    people = np.array([int(row["people"]) for row in table])
    return float(people[chosen].sum() / people.sum())


def test_town_is_partly_within_a_walk_today_and_wholly_with_the_candidates(roads: Any, villages: Any) -> None:
    """About three of five townspeople walk to a health centre in 15 minutes; the candidates could serve all."""
    walk = dict.fromkeys(DRIVABLE | {"footway"}, 5.0)
    urban = [row for row in villages if row["area_class"] == "urban"]
    tier = "community_health_centre"
    today = places([row for row in rows("facilities/facilities.csv") if row["tier"] == tier])
    sites = places([row for row in rows("facilities/candidates.csv") if row["tier"] == tier])
    assert 0.55 < share(urban, covered(roads, walk, today, places(urban), 15)) < 0.7
    assert covered(roads, walk, np.concatenate([today, sites]), places(urban), 15).all()


def test_country_is_partly_within_a_ride_today_and_nearly_wholly_with_the_candidates(roads: Any, villages: Any) -> None:
    """By e-bike, 80 to 92 % reach a township clinic in 30 minutes; the candidates leave few out."""
    ride = dict.fromkeys(DRIVABLE, 20.0) | {"track": 12.0}
    country = [row for row in villages if row["area_class"] != "urban"]
    tier = "township_clinic"
    today = places([row for row in rows("facilities/facilities.csv") if row["tier"] == tier])
    sites = places([row for row in rows("facilities/candidates.csv") if row["tier"] == tier])
    assert 0.8 < share(country, covered(roads, ride, today, places(country), 30)) < 0.92
    reached = covered(roads, ride, np.concatenate([today, sites]), places(country), 30)
    left_out = sum(int(row["people"]) for row, reach in zip(country, reached, strict=True) if not reach)
    assert 300 <= left_out <= 5000


def test_some_hamlets_have_no_road(roads: Any, villages: Any) -> None:
    """A handful of hamlets lie more than 2 km from any road, all others within 250 m."""
    _, at = network(roads, dict.fromkeys(DRIVABLE | {"path"}, 5.0))
    off = cKDTree(at).query(places(villages))[0]
    assert 4 <= (off > 2000).sum() <= 8
    assert ((off < 250) | (off > 2000)).all()


def test_streets_obey_one_ways_and_stay_connected(roads: Any) -> None:
    """Off the motorway every place can be driven to and from, one-ways obeyed; only a few loose ends are cut off."""
    nodes, ways = roads
    number: dict[int, int] = {}
    edges = []
    for line, tags in ways:
        if tags.get("highway") in DRIVABLE | {"service", "path"}:
            for a, b in pairwise(line):
                i, j = number.setdefault(a, len(number)), number.setdefault(b, len(number))
                edges += [(i, j)] if tags.get("oneway") == "yes" else [(i, j), (j, i)]
    i, j = np.array(edges).T
    graph = csr_array((np.ones(len(edges)), (i, j)), shape=(len(number), len(number)))
    sizes = np.bincount(connected_components(graph, directed=True, connection="strong")[1])
    assert len(nodes) > len(number)
    assert sorted(sizes)[-1] > 10_000
    assert len(sizes) == 5
    assert sorted(sizes)[-2] < 20


def test_estate_has_its_history() -> None:
    """One unit outside the county town has no township clinic, one has two; the rest have one, several too small."""
    today = rows("facilities/facilities.csv")
    units = [unit for unit in rows("census/townships.csv") if unit["class"] != "subdistrict"]
    clinics = Counter(row["zone"] for row in today if row["tier"] == "township_clinic")
    assert Counter(clinics[unit["code"]] for unit in units) == {1: 22, 0: 1, 2: 1}
    room = Counter({row["zone"]: int(row["capacity_people"]) for row in today if row["tier"] == "township_clinic"})
    assert sum(int(unit["people"]) > 1.1 * room[unit["code"]] > 0 for unit in units) >= 5
    tiers = Counter(row["tier"] for row in today)
    assert tiers["county_hospital"] == 2
    assert tiers["community_health_centre"] == 8
    assert tiers["village_clinic"] > 500
    assert tiers["private_clinic"] > 20
    assert {row["status"] for row in today} == {"existing"}


def test_candidates_state_their_cost() -> None:
    """Every candidate has a size, a capacity, a plausible building cost and a running cost."""
    candidates = rows("facilities/candidates.csv")
    assert {row["status"] for row in candidates} == {"candidate"}
    limits = {"community_health_centre": (4.5e6, 9e6), "township_clinic": (3e6, 7.5e6)}
    assert {row["tier"] for row in candidates} == set(limits)
    for row in candidates:
        low, high = limits[row["tier"]]
        assert low <= int(row["build_cost"]) <= high
        assert int(row["build_cost"]) % 10_000 == 0
        assert row["size"] in ("small", "standard", "large")
        assert int(row["capacity_people"]) >= 15_000
        assert int(row["running_cost"]) > 0


def test_dice_throw_the_same_everywhere() -> None:
    """The throws of a part are fixed for good: these were written down, not computed."""
    dice = Dice("test")
    assert [dice.below(1000) for _ in range(6)] == [882, 289, 694, 913, 744, 263]
    assert Dice("test").shuffled(range(8)) == [3, 1, 0, 6, 5, 4, 2, 7]


def test_sharing_out_keeps_the_total_and_the_order() -> None:
    """Shares sum to the total, respect the least, and differ from the exact share by less than one."""
    weights = [3.0, 1.0, 1.0, 0.5]
    parts = shared_out(101, weights, least=5)
    assert sum(parts) == 101
    assert min(parts) >= 5
    assert all(abs(part - 5 - 81 * weight / 5.5) < 1 for part, weight in zip(parts, weights, strict=True))
    assert shared_out(3, [1.0, 1.0, 1.0, 1.0]) == [1, 1, 1, 0]
