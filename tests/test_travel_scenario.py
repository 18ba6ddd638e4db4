"""What a scenario says about roads reaches the travel times, with places for what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
from shapely import LineString, Point

from facopt.errors import DataError, ScenarioError
from facopt.pipeline import Prepared, prepare
from facopt.progress import QuietProgress
from facopt.scenario.load import load_scenario
from facopt.travel.cache import TravelCache
from tests.travel_cases import lonlat

if TYPE_CHECKING:
    from facopt.assembly.travel import Travelled

SCENARIO = """\
name: keys
demand: {{kind: table, file: demand.csv, crs: wgs84, area_class: rural}}
facilities: {{kind: table, file: sites.csv, crs: wgs84}}
travel:
{travel}
tiers:
  clinic: {{mode: {mode}, standard_minutes: 20}}
objective: [coverage]
limits: {{sites: {{clinic: 1}}}}
"""
LINES = (("primary", [(0, 0), (3, 0)]), ("track", [(0, 0), (0, 1), (3, 1), (3, 0)]))
"""Three kilometres of main road, and a track around it that is five long."""


@pytest.fixture
def county(tmp_path):
    """Write roads, two homes at the west end and by the track, and a site at the east end."""
    shapes = [LineString(lonlat(points)) for _, points in LINES]
    roads = gpd.GeoDataFrame({"highway": [name for name, _ in LINES]}, geometry=shapes, crs="EPSG:4326")
    roads.to_file(tmp_path / "roads.gpkg")
    flood = gpd.GeoDataFrame(geometry=[Point(lonlat([(1.5, 0)])[0])], crs="EPSG:4326")
    flood.to_file(tmp_path / "flood.gpkg")
    (homes, (site,)) = lonlat([(0, 0), (1.5, 1)]), lonlat([(3, 0)])
    rows = "\n".join(f"{name},10,{lon!r},{lat!r}" for name, (lon, lat) in zip("ab", homes.tolist(), strict=True))
    (tmp_path / "demand.csv").write_text(f"id,people,lon,lat\n{rows}\n", encoding="utf-8")
    text = f"id,tier,lon,lat\ns,clinic,{float(site[0])!r},{float(site[1])!r}\n"
    (tmp_path / "sites.csv").write_text(text, encoding="utf-8")
    (tmp_path / "od.csv").write_text("demand_id,site_id,minutes\na,s,2\n", encoding="utf-8")
    return tmp_path


def _prepare(folder, travel, mode="drive", cache=None) -> Prepared:
    (folder / "s.yaml").write_text(SCENARIO.format(travel=travel, mode=mode), encoding="utf-8")
    return prepare(load_scenario(folder / "s.yaml"), QuietProgress(), cache)


def _travelled(folder, keys, *, cache=None) -> Travelled:
    return _prepare(folder, f"  drive: {{kind: roads, file: roads.gpkg, {keys}}}", cache=cache).travelled


def _minutes(folder, keys):
    times = _travelled(folder, keys).times["drive"]
    return {int(i): round(float(m), 2) for i, m in zip(times.demand, times.minutes, strict=True)}


@pytest.mark.parametrize(
    ("keys", "first", "second"),
    [
        ("profile: drive", 3, 7.5),
        ("factor: 0.5", 6, 15),
        ("class_factors: {primary: 0.5}", 6, 7.5),
        ("class_factors: {primary: 0.5, default: 0.25}", 6, 30),
        ("class_factors: {primary: 0}", 15, 7.5),
        ("terrain: mountain", 4.62, 11.54),
        ("terrain: mountain, speeds_kmh: {primary: 60}", 3, 11.54),
        ("closures: [{file: flood.gpkg, within_metres: 50}]", 15, 7.5),
        ("closures: [{file: flood.gpkg, within_metres: 50, factor: 0.5}]", 6, 7.5),
        ("closures: [{file: flood.gpkg, within_metres: 50, classes: [track]}]", 3, 7.5),
        ("terminal_minutes: 2", 5, 9.5),
    ],
)
def test_keys_change_the_minutes(county, keys, first, second):
    """Factors, terrain and closures give the minutes that one computes by hand."""
    assert _minutes(county, keys) == pytest.approx({0: first, 1: second}, abs=0.02)


def test_report_names_what_was_changed(county):
    """Closures with their kilometres, terrain and factors stand among the assumptions, speeds as they are driven."""
    from facopt.assembly.assumptions import assumptions

    keys = "terrain: hills, class_factors: {track: 0.5}, closures: [{file: flood.gpkg, name: ice, within_metres: 9}]"
    prepared = _prepare(county, f"  drive: {{kind: roads, file: roads.gpkg, {keys}}}")
    rows = {one.key: one.value for one in assumptions(prepared.loaded.scenario, prepared.travelled)}
    assert rows["travel.drive.closures.0"] == "ice: 3.0 km closed"
    assert rows["travel.drive.terrain"] == "hills"
    assert rows["travel.drive.class_factors"] == "track x 0.5"
    assert rows["travel.drive.speeds_kmh.track"] == "8 km/h"


@pytest.mark.parametrize(
    ("keys", "said", "line"),
    [
        ("class_factors: {tertiery: 0.5}", "no road and no profile has the class 'tertiery'. Perhaps 'tertiary'", 5),
        ("closures: [{file: flood.gpkg, name: far, classes: [path]}]", "closure 'far' concerns no road", 5),
    ],
)
def test_what_has_no_effect_is_said(county, keys, said, line):
    """A class nobody has and a closure that meets no road are warnings at their line."""
    findings = [one for one in _travelled(county, keys).findings if said in str(one)]
    assert [one.place.line for one in findings] == [line]


def test_wrong_keys_are_refused_at_their_line(county):
    """An unknown profile, one road file read in two ways, and a missing file of closures each point to their line."""
    with pytest.raises(ScenarioError, match=r"s\.yaml:5:\d+: there is no travel profile 'car'"):
        _travelled(county, "profile: car")
    with pytest.raises(ScenarioError, match=r"s\.yaml:5:.*nowhere\.gpkg"):
        _travelled(county, "closures: [{file: nowhere.gpkg}]")
    with pytest.raises(DataError, match=r"s\.yaml:5:\d+: none of the 2 roads"):
        _travelled(county, "class_factors: {default: 0}")
    two = "  drive: {kind: roads, file: roads.gpkg}\n  walk: {kind: roads, file: roads.gpkg, layer: roads}"
    text = SCENARIO.format(travel=two, mode="drive")
    text = text.replace("tiers:", "tiers:\n  post: {mode: walk, standard_minutes: 5}")
    (county / "s.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError, match="with different layer or crs"):
        prepare(load_scenario(county / "s.yaml"), QuietProgress())


def test_kept_times_are_used_again_and_nothing_is_read(county, monkeypatch):
    """A second run with another standard builds no network; another factor is computed anew."""
    kept = county / "kept"

    def run(keys):
        cache = TravelCache(kept)
        travelled = _travelled(county, keys, cache=cache)
        cache.write()
        return travelled

    first = run("cutoff_minutes: 60")
    monkeypatch.setattr("facopt.assembly.road_modes.build_network", lambda *_, **__: pytest.fail("built again"))
    monkeypatch.setattr("facopt.assembly.road_files.read_roads", lambda *_, **__: pytest.fail("read again"))
    again = run("cutoff_minutes: 40")
    np.testing.assert_array_equal(again.times["drive"].minutes, first.times["drive"].minutes)
    assert again.times["drive"].cutoff_minutes == 40
    with pytest.raises(pytest.fail.Exception, match="built again"):
        run("cutoff_minutes: 60, factor: 0.9")


def test_fastest_of_several_modes(county):
    """Each pair takes its fastest mode; a part's own cut-off limits it; nobody is cut off whom any part takes."""
    parts = (
        "  walk: {kind: roads, file: roads.gpkg, profile: walk, cutoff_minutes: 35}\n"
        "  bus: {kind: table, file: od.csv}\n  any: {kind: fastest_of, modes: [walk, bus]}"
    )
    prepared = _prepare(county, parts, mode="any")
    times = prepared.travelled.times
    assert list(times) == ["walk", "bus", "any"]
    assert times["walk"].minutes.tolist() == pytest.approx([30], abs=0.1)
    assert times["any"].minutes.tolist() == pytest.approx([2, 30], abs=0.1)
    assert times["any"].cutoff_minutes == 40
    assert times["any"].facts["pairs_by_mode"] == {"walk": 1, "bus": 1}
    assert times["any"].access.connected.all()
    assert list(prepared.travelled.networks) == ["walk"]


@pytest.mark.parametrize(
    ("modes", "said"),
    [("[walk, car]", "names 'car'"), ("[walk, any]", "is itself the fastest"), ("[walk, walk]", "twice")],
)
def test_fastest_of_names_other_modes(county, modes, said):
    """Unknown modes, circles and repetitions are refused."""
    parts = f"  walk: {{kind: roads, file: roads.gpkg}}\n  any: {{kind: fastest_of, modes: {modes}}}"
    with pytest.raises(ScenarioError, match=said):
        _prepare(county, parts, mode="any")


def _routes(folder, travel, mode="drive"):
    from facopt.assembly.routes import routes_to_draw
    from facopt.location.referee import evaluate

    prepared = _prepare(folder, travel, mode)
    problem = prepared.problem
    plan, today = evaluate(problem, np.array([True])), evaluate(problem, np.array([False]))
    scenario = prepared.loaded.scenario
    return routes_to_draw(scenario, prepared.area, prepared.travelled, problem, plan, today)


def test_ways_of_the_plan_follow_the_roads(county):
    """Each home has its way to the site it goes to, along the road and not across the fields, short in numbers."""
    ways = _routes(county, "  drive: {kind: roads, file: roads.gpkg}")
    assert list(ways) == [(0, 0), (1, 0)]
    np.testing.assert_allclose(ways[1, 0], lonlat([(1.5, 1), (3, 1), (3, 0)]), atol=1.1e-5)
    np.testing.assert_array_equal(ways[1, 0], np.round(ways[1, 0], 5))


def test_ways_of_a_mix_are_those_of_the_faster_mode(county):
    """Only the pair that goes by road has a way; the one from a table has none."""
    mix = (
        "  drive: {kind: roads, file: roads.gpkg}\n  bus: {kind: table, file: od.csv}\n"
        "  any: {kind: fastest_of, modes: [drive, bus]}"
    )
    assert list(_routes(county, mix, "any")) == [(1, 0)]


def test_ways_are_few(county, monkeypatch):
    """Where there are more pairs than a map bears, those who gain cover come first; vertices are bounded too."""
    monkeypatch.setattr("facopt.assembly.routes.MOST_ROUTES", 1)
    assert list(_routes(county, "  drive: {kind: roads, file: roads.gpkg}")) == [(0, 0)]
    monkeypatch.setattr("facopt.assembly.routes.MOST_VERTICES", 1)
    assert _routes(county, "  drive: {kind: roads, file: roads.gpkg}") == {}
