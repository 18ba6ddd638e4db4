"""The map page as text: nothing leaves the file, nothing in a name is obeyed, the same report gives the same bytes."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from html.parser import HTMLParser
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from shapely.geometry import LineString, MultiPolygon, box

from facopt.outputs import numbers as figures
from facopt.outputs.map import geometry, leaflet, write_map
from facopt.outputs.map.facts import facts_of
from facopt.outputs.map.payload import payload_of
from facopt.outputs.map.thinning import thinned
from facopt.outputs.map.values import dumped, exact, number, times

from .map_fixture import county
from .map_variants import hostile, one_point, without_coordinates, without_plan

if TYPE_CHECKING:
    from pathlib import Path

    from facopt.measures.report import Report

HOSTILE = "<script>alert(1)</script> </script> \"quoted\" 'single' {{ 7*7 }} {% raise %} $percent & 😀 \u2028 \\ ${x}"
SCRIPTS = sorted(
    path.name for path in files("facopt.outputs.map").joinpath("assets").iterdir() if path.name.endswith(".js")
)


@pytest.fixture(scope="module")
def report() -> Report:
    return county()


def written(report: Report, folder: Path) -> str:
    write_map(report, folder / "map.html")
    return (folder / "map.html").read_text(encoding="utf-8")


def data_of(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


class _Attributes(HTMLParser):
    """Collects the elements of a page with their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


# --- the file --------------------------------------------------------------------------------------------------------


def test_nothing_in_the_page_points_outside_it(report: Report, tmp_path: Path) -> None:
    """No attribute, style rule or script names a web address; the name of the SVG language is no address."""
    page = written(report, tmp_path)
    for tag, attributes in _Attributes(page).found:
        assert tag not in {"link", "img", "iframe", "object", "embed", "base"}
        assert "src" not in attributes
        assert (attributes.get("href") or "#").startswith("#")
    assert not re.search(r"url\((?!#)", page)
    assert "sourceMappingURL" not in page
    assert set(re.findall(r"(?:https?:)?//[\w.-]+\.[a-z]{2,}[^\s\"'<)]*", page)) <= {"http://www.w3.org/2000/svg"}


def test_only_the_online_map_that_is_asked_for_has_its_address_in_the_page(report: Report, tmp_path: Path) -> None:
    """Without one there is none; Tianditu's carries the planner's key, OpenStreetMap's none."""
    assert data_of(written(report, tmp_path))["base"] is None
    found = {}
    for name in ("osm", "tianditu"):
        page = written(replace(report, base_map=name, base_map_key="abc123"), tmp_path)
        found[name] = set(re.findall(r"https://[^/\"]*", page))
        assert ("tk=abc123" in page) == (name == "tianditu")
    assert found == {"osm": {"https://tile.openstreetmap.org"}, "tianditu": {"https://t{s}.tianditu.gov.cn"}}


def test_the_page_is_made_by_folium_with_its_one_map(report: Report, tmp_path: Path) -> None:
    """The map's element is Folium's, and the script starts on the map that Folium makes in it."""
    page = written(report, tmp_path)
    found = [attributes["id"] for tag, attributes in _Attributes(page).found if attributes.get("class") == "folium-map"]
    assert len(found) == 1
    assert f"facoptMap({found[0]}, " in page
    assert f'var {found[0]} = L.map("{found[0]}"' in page


def test_same_report_gives_the_same_bytes(report: Report, tmp_path: Path) -> None:
    """Two pages of one report are equal to the byte: no clock, no random ids."""
    write_map(report, tmp_path / "first.html")
    write_map(county(), tmp_path / "second.html")
    assert (tmp_path / "first.html").read_bytes() == (tmp_path / "second.html").read_bytes()


def test_making_a_page_leaves_folium_as_it_was(report: Report, tmp_path: Path) -> None:
    """A map that somebody else makes afterwards has its own random id and its own links."""
    import folium

    before = list(folium.Map.default_js)
    written(report, tmp_path)
    assert list(folium.Map.default_js) == before
    assert folium.Map().get_name() != folium.Map().get_name()


def test_a_county_of_twenty_thousand_cells_stays_under_fifteen_megabytes(tmp_path: Path) -> None:
    """Size grows by far less than a kilobyte a settlement."""
    write_map(county(villages=4000), tmp_path / "large.html")
    write_map(county(villages=400), tmp_path / "small.html")
    sizes = [(tmp_path / name).stat().st_size for name in ("small.html", "large.html")]
    each = (sizes[1] - sizes[0]) / 3600
    assert sizes[0] + 20_000 * each < 10e6


@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts_are_plain_es5(name: str) -> None:
    """Old browsers run the page: no arrows, templates, let, const, class, spread, optional chaining or `??`."""
    text = files("facopt.outputs.map").joinpath("assets", name).read_text(encoding="utf-8")
    code = re.sub(r"'(?:\\.|[^'\\\n])*'|/\*.*?\*/|/(?![*/ ])(?:\\.|[^/\\\n])+/[gi]*", "''", text, flags=re.DOTALL)
    for newer in ("=>", "`", "?.", "??", "..."):
        assert newer not in code
    assert not re.search(r"\b(let|const|class|async|await|import|export)\s", code)


@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts_write_text_only_as_text(name: str) -> None:
    """Nothing in the page's own scripts parses HTML or evaluates text."""
    text = files("facopt.outputs.map").joinpath("assets", name).read_text(encoding="utf-8")
    for risky in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"):
        assert risky not in text


def test_style_sheet_needs_no_new_browser() -> None:
    """The style sheet has no rule that Chromium 69 does not know and the layout would need."""
    text = files("facopt.outputs.map").joinpath("assets", "map.css").read_text(encoding="utf-8")
    for newer in (":has(", "aspect-ratio", "color-mix", "inset:", "min(", "max(", "clamp(", ":is(", ":where("):
        assert newer not in text.replace("minmax(", "")
    assert not re.search(r"[;{]\s*(?:row-|column-)?gap:", text)


def test_leaflet_keeps_its_licence_and_loses_its_images() -> None:
    """The notice stands; rules that load pictures and links to the project's page are gone."""
    assert "Vladimir Agafonkin" in leaflet.script()[:300]
    assert "leafletjs.com" not in leaflet.script()
    assert "url(" not in leaflet.style()
    assert ".leaflet-container" in leaflet.style()


# --- names -----------------------------------------------------------------------------------------------------------


def test_hostile_names_open_no_element_and_are_no_template(report: Report, tmp_path: Path) -> None:
    """A name with tags, quotes, braces and emoji is in the page once as JSON text, and starts nothing."""
    page = written(hostile(report, HOSTILE), tmp_path)
    plain = written(report, tmp_path)
    assert [tag for tag, _ in _Attributes(page).found] == [tag for tag, _ in _Attributes(plain).found]
    data = data_of(page)
    assert set(data["points"]["name"]) == {HOSTILE}
    assert data["title"] == [HOSTILE, HOSTILE]


def test_lone_surrogates_do_not_stop_the_page(report: Report, tmp_path: Path) -> None:
    """Text that is no Unicode, as a broken file may hold, is written in some readable form."""
    page = written(replace(report, title_zh="坏\ud800字", title_en="bad\udfff"), tmp_path)
    assert "坏" in page


def test_dumped_text_cannot_end_its_script_element() -> None:
    """No `<`, `>` or `&` is left in the JSON, and it reads back as it was."""
    text = dumped({"name": "</script><!-- & ]]>\u2028"})
    assert not set("<>&\u2028") & set(text)
    assert json.loads(text) == {"name": "</script><!-- & ]]>\u2028"}


# --- figures ---------------------------------------------------------------------------------------------------------


def test_headline_figures_stand_in_the_page_with_their_exact_value(report: Report, tmp_path: Path) -> None:
    """The figures can be read without running the script, to the last bit."""
    found = {
        a["data-figure"]: a["data-value"] for _, a in _Attributes(written(report, tmp_path)).found if "data-figure" in a
    }
    everybody = report.everybody
    assert everybody.covered is not None
    assert float(found["people_covered"] or "") == everybody.covered
    assert float(found["people"] or "") == everybody.people
    assert float(found["people_covered_percent"] or "") == 100 * everybody.covered / everybody.people


def test_people_of_the_legend_add_up_to_everybody(report: Report) -> None:
    """At each stop the people by state, and the people by time band, sum to the people of the report."""
    for stop in payload_of(report)["stops"]:
        assert sum(stop["people"].values()) == pytest.approx(report.everybody.people, rel=1e-12)
        assert sum(stop["bands"]) == pytest.approx(report.everybody.people, rel=1e-12)


def test_each_stop_counts_as_covered_whom_the_report_counts(report: Report) -> None:
    """Covered people of the two stops are the report's, today and in the plan."""
    now, plan = payload_of(report)["stops"]
    assert now["people"]["c"] == pytest.approx(report.everybody.covered_now)
    assert plan["people"]["c"] + plan["people"]["n"] == pytest.approx(report.everybody.covered)
    assert now["people"]["n"] == now["people"]["l"] == 0


def test_time_bands_of_the_plan_are_those_of_the_report(report: Report) -> None:
    """Where each person has one serving tier the page's bands equal the report's."""
    plan = payload_of(report)["stops"][1]
    assert plan["bands"][:-1] == pytest.approx([band.people for band in report.bands])


def test_without_a_plan_there_is_one_stop_and_no_coverage_figure(report: Report, tmp_path: Path) -> None:
    """An infeasible run shows today only; the headline carries no value and nothing is called covered in a plan."""
    page = written(without_plan(report, "infeasible"), tmp_path)
    found = {a["data-figure"]: a["data-value"] for _, a in _Attributes(page).found if "data-figure" in a}
    assert found["people_covered_percent"] == ""
    assert [stop["key"] for stop in data_of(page)["stops"]] == ["now"]


def test_words_of_other_outcomes_are_not_in_the_page(report: Report, tmp_path: Path) -> None:
    """A feasible plan's page never says optimal; a run out of time never says infeasible."""
    level = replace(report.objectives[0], gap_percent=0.8)
    page = written(replace(report, status="feasible", objectives=(level,)), tmp_path)
    assert "最优" not in page
    assert "proven" not in page
    assert "0.8%" in json.dumps(data_of(page)["chip"])
    late = written(without_plan(report, "no_solution"), tmp_path)
    assert "无可行方案" not in late
    assert "infeasible" not in re.sub(r"D\.status|'infeasible'", "", late.lower())


def test_target_tick_stands_only_for_a_target_of_everybody(report: Report, tmp_path: Path) -> None:
    """A target of one tier or class is listed, not drawn on the bar of everybody."""
    assert data_of(written(report, tmp_path))["tick"] == {
        "percent": 90,
        "needed": number(0.9 * report.everybody.people),
        "met": True,
    }
    narrow = replace(report, targets=report.targets.assign(area_class="urban"))
    assert data_of(written(narrow, tmp_path))["tick"] is None


# --- awkward reports -------------------------------------------------------------------------------------------------


def test_missing_ground_roads_and_coordinates_are_no_error(report: Report, tmp_path: Path) -> None:
    """Pages come out without zones, without roads, without any coordinates, and for one settlement."""
    bare = replace(report, ground=replace(report.ground, boundary=None, zones={}, water=None), roads=())
    assert data_of(written(bare, tmp_path))["view"] is not None
    assert data_of(written(without_coordinates(report), tmp_path))["view"] is None
    assert data_of(written(one_point(report), tmp_path))["urban"] is None


def test_points_without_coordinates_keep_their_figures(report: Report, tmp_path: Path) -> None:
    """A settlement without a place counts in all sums and has no place on the map."""
    lon = report.points["lon"].where(report.points.index != 3, math.nan)
    data = data_of(written(replace(report, points=report.points.assign(lon=lon)), tmp_path))
    assert data["points"]["lonlat"][6:8] == [None, None]
    assert sum(data["stops"][1]["people"].values()) == pytest.approx(report.everybody.people)


def test_the_inset_holds_nearly_all_urban_people_and_is_small(report: Report) -> None:
    """The dense box covers the urban settlements on at most half of each side of the map."""
    payload = payload_of(report)
    (south, west), (north, east) = payload["urban"]
    urban = report.points[report.points["area_class"] == "urban"]
    inside = urban["lon"].between(west, east) & urban["lat"].between(south, north)
    assert urban["people"][inside].sum() >= 0.9 * urban["people"].sum()
    (low, left), (high, right) = payload["view"]
    assert north - south < 0.62 * (high - low)
    assert east - west < 0.62 * (right - left)


def test_merging_settlements_keeps_every_sum(report: Report) -> None:
    """Fewer settlements, the same people by state, by band, by zone and by site, today and in the plan."""
    few, merged = thinned(report, most=150)
    assert merged
    assert len(few.points) < len(report.points)
    whole, less = (payload_of(found)["stops"] for found in (report, few))
    for before, after in zip(whole, less, strict=True):
        assert after["people"] == pytest.approx(before["people"])
        assert after["bands"] == pytest.approx(before["bands"])
    for column in ("zone", "area_class", "site", "site_now", "reason"):
        before, after = (found.points.groupby(column)["people"].sum() for found in (report, few))
        assert after.to_dict() == pytest.approx(before.to_dict())
    assert few.points["lon"].between(report.points["lon"].min(), report.points["lon"].max()).all()
    names = few.points["id"].to_numpy()[few.assignment["demand"]]
    links = set(zip(names, few.assignment["site"], strict=True))
    assert links <= set(zip(report.points["id"], report.assignment["site"], strict=True))


def test_few_settlements_are_not_merged(report: Report) -> None:
    """A report of ordinary size is drawn as it is."""
    found, merged = thinned(report)
    assert found is report
    assert not merged


# --- values and shapes -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expected"),
    [(3.0, 3), (0.1, 0.1), (math.nan, None), (math.inf, None), (None, None), (np.float64(2.5), 2.5)],
)
def test_numbers_are_short_and_never_nan(value: Any, expected: Any) -> None:
    """Whole floats lose their point; what is no number becomes null."""
    found = number(value)
    assert found == expected
    assert isinstance(found, type(expected))


def test_short_minutes_print_and_fall_into_bands_as_the_unrounded_ones() -> None:
    """Times near a change of print or near a standard keep their digits; all others are short."""
    given = [18.44996, 15.00004, 14.99996, 18.446, 0.0, 7.123456789, float("nan"), None]
    short = times(given)
    assert short == [18.44996, 15.00004, 14.99996, 18.446, 0, 7.1235, None, None]
    for one, other in zip(given[:6], short[:6], strict=True):
        assert figures.minutes(one) == figures.minutes(other)
        assert figures.minutes_longest(one) == figures.minutes_longest(other)
        assert [one <= edge for edge in (5, 15, 30)] == [other <= edge for edge in (5, 15, 30)]


def test_exact_text_reads_back_as_the_same_float() -> None:
    """The text of a figure is the float, not a rounding of it."""
    assert float(exact(0.1 + 0.2) or "") == 0.1 + 0.2
    assert exact(math.nan) is None


def test_steps_add_up_to_the_line_to_five_decimals() -> None:
    """Delta coding does not let errors grow along a line."""
    line = np.column_stack([np.linspace(100, 101, 977), np.linspace(30, 30.3, 977)])
    steps = np.array(geometry.quantised(line)).reshape(-1, 2)
    assert np.abs(steps.cumsum(axis=0) / geometry.SCALE - line).max() <= 0.5000001 / geometry.SCALE


def test_polygons_keep_holes_and_parts() -> None:
    """A polygon with a hole has two rings; a multipolygon has its parts."""
    ring = box(0, 0, 1, 1).difference(box(0.4, 0.4, 0.6, 0.6))
    found = geometry.polygons(MultiPolygon([ring, box(2, 2, 3, 3)]), 0.001)
    assert sorted(len(polygon) for polygon in found) == [1, 2]
    assert geometry.polygons(None, 0.001) == []
    assert geometry.lines(LineString([(0, 0), (1, 1)]), 0.001) == [[0, 0, 100_000, 100_000]]


def test_roads_are_joined_and_sorted_into_levels() -> None:
    """Two pieces end to end become one line; classes decide the level; a road of one point is left out."""
    pieces = [
        ("primary", np.array([[0.0, 0.0], [0.1, 0.0]])),
        ("primary_link", np.array([[0.1, 0.0], [0.2, 0.1]])),
        ("tertiary", np.array([[0.0, 1.0], [0.1, 1.0]])),
        ("residential", np.array([[0.0, 2.0]])),
    ]
    found = geometry.roads_by_level(pieces, 1e-5)
    assert {level: len(lines) for level, lines in found.items()} == {"main": 1, "minor": 1}


# --- words -----------------------------------------------------------------------------------------------------------


def test_every_phrase_of_panel_and_scripts_is_in_both_languages(report: Report) -> None:
    """Each key that a template or script names whole has a Chinese and an English text in the page."""
    folder = files("facopt.outputs.map").joinpath("assets")
    sources = "".join(path.read_text(encoding="utf-8") for path in folder.iterdir() if not path.name.endswith(".css"))
    named = set(re.findall(r"""['"](map\.[a-z_.0-9]*[a-z_0-9])['"](?!\s*\+)""", sources))
    words = facts_of(report)["words"]
    assert len(named) > 40
    assert {key for key in named if not all(words.get(key, ("", "")))} == set()
