"""The map page in a browser: it runs from a file without a network, and panel, list and map say the same."""

from __future__ import annotations

import base64
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest

from facopt.measures.coverage import people_by_state
from facopt.measures.tier_cover import TierCover
from facopt.outputs import numbers
from facopt.outputs.map import write_map

from .map_fixture import county
from .map_variants import hostile, one_point, with_english_names, without_coordinates, without_plan

if TYPE_CHECKING:
    from pathlib import Path

    from facopt.measures.report import Report

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
HOSTILE = '<script>alert(1)</script><img src=x onerror=alert(2)> "q" \'</script> {{7*7}} 😀' + "长" * 4000

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)

pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")]
Open = Callable[..., Any]


@pytest.fixture(scope="module")
def report() -> Report:
    return county()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Report], Path]:
    """Write the page of a report, once for each report."""
    known: dict[int, tuple[Report, Path]] = {}

    def write(report: Report) -> Path:
        if id(report) not in known:
            known[id(report)] = report, tmp_path_factory.mktemp("page") / "map.html"
            write_map(report, known[id(report)][1])
        return known[id(report)][1]

    return write


@pytest.fixture
def opened(browser: Any, written: Callable[[Report], Path]) -> Iterator[Open]:
    """Open the page of a report; at the end it must have asked for nothing outside its file, and nothing went wrong."""
    pages, trouble = [], []

    def open_(report: Report, address: str = "", width: int = 1280, height: int = 800) -> Any:
        home = written(report).as_uri()
        page = browser.new_page(viewport={"width": width, "height": height})
        page.on("request", lambda request: None if request.url.startswith(home) else trouble.append(request.url))
        page.on("console", lambda message: trouble.append(message.text))
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on("dialog", lambda dialog: (trouble.append(dialog.message), dialog.dismiss()))
        page.goto(home + address)
        pages.append(page)
        return page

    yield open_
    for page in pages:
        page.close()
    assert trouble == []


def value(page: Any, figure: str) -> float:
    return float(page.locator(f"[data-figure={figure}]").first.get_attribute("data-value"))


def marks(page: Any) -> int:
    return int(page.locator(".folium-map .leaflet-people-pane path").count())


# --- figures ---------------------------------------------------------------------------------------------------------


def test_panel_shows_the_figures_of_the_plan(opened: Open, report: Report) -> None:
    """Headline, counts and legend carry the report's figures, printed as the rest of facopt prints them."""
    page, everybody = opened(report), report.everybody
    assert everybody.covered is not None
    assert value(page, "people_covered_percent") == 100 * everybody.covered / everybody.people
    assert page.inner_text("#bigv") + "%" == numbers.share_percent(everybody.covered, everybody.people)
    assert page.inner_text("#headline [data-figure=people]") == numbers.people_headline(everybody.people, "zh")
    assert value(page, "sites_new") == (report.sites["action"] == "build").sum()
    assert value(page, "cost") == report.cost
    assert sum(value(page, f"people_state_{state}") for state in "cnux") == everybody.people


def test_stop_switch_changes_every_figure_and_symbol(opened: Open, report: Report) -> None:
    """At the stop of today nothing is new: figures, legend and marks are today's."""
    page = opened(report)
    page.click("[data-stop='0']")
    assert value(page, "people_covered") == report.everybody.covered_now
    assert value(page, "sites_new") == 0
    assert page.locator("[data-figure=people_state_n]").count() == 0
    assert page.locator(".folium-map .site[data-site]").count() == (report.sites["status"] == "existing").sum()
    page.fill("#stop", "1")
    assert value(page, "people_covered") == report.everybody.covered


def test_language_switches_without_reload(opened: Open, report: Report) -> None:
    """Every phrase changes, no figure does, and the address says which language it is."""
    page = opened(report)
    before = value(page, "people_covered_percent")
    page.click("[data-lang=en]")
    assert page.inner_text("h1.no-print") == report.title_en
    assert page.get_attribute("html", "lang") == "en"
    assert "Newly covered" in page.inner_text("#rowsP")
    assert value(page, "people_covered_percent") == before
    assert "lang=en" in page.evaluate("location.hash")


def test_english_pages_show_english_names(opened: Open, report: Report) -> None:
    """Card, list, search and names on the ground are English in English; what has no English name keeps its own."""
    page = opened(with_english_names(report), "#lang=en&site=S003")
    assert re.fullmatch(r"Clinic \d+", page.inner_text("#card h3"))
    assert "Township " in page.inner_text("#card .sub")
    assert "Township " in page.inner_text(".folium-map .leaflet-marker-pane")
    page.fill("#q", "village 7")
    assert "Village 7" in page.inner_text("#hits")
    page.fill("#q", report.points["name"][7])
    assert "Village 7" in page.inner_text("#hits")
    page.fill("#q", report.points["id"][0])
    assert report.points["name"][0] in page.inner_text("#hits")
    page.click("[data-lang=zh]")
    assert page.inner_text("#card h3") in set(report.sites["name"])


def test_script_prints_figures_as_the_other_outputs_do(browser: Any) -> None:
    """People, shares, minutes and money of the page's script agree with the common formatting in both languages."""
    amounts = [
        0,
        0.3,
        0.5,
        1.005,
        2.675,
        14.25,
        950,
        9_999.4,
        9_999.6,
        12_345,
        99_999,
        99_999.9,
        245_050,
        1_160_000.5,
        5.6e6,
        135_700_000,
        1.4e9,
    ]
    shares = [0, 1e-4, 0.04, 0.05, 0.25, 33.35, 89.95, 90.15, 99.94, 99.95, 99.9999, 100]
    format_ = files("facopt.outputs.map").joinpath("assets", "format.js").read_text(encoding="utf-8")
    script = """([amounts, shares, D]) => { FORMAT
        return ["zh", "en"].map(function (l) {
            lang = l;
            return [amounts.map(people), amounts.map(money), shares.map(percent),
                amounts.map(function (a) { return fixed(-a, 1); }), amounts.map(function (a) { return trimmed(a); })];
        });
    }"""
    page = browser.new_page()
    found = page.evaluate(script.replace("FORMAT", format_), [amounts, shares, {"words": {}, "currency": "CNY"}])
    page.close()
    for lang, texts in zip(numbers.LANGUAGES, found, strict=True):
        assert texts[0] == [numbers.people_headline(a, lang) for a in amounts]
        assert texts[1] == [numbers.money_headline(a, "CNY", lang) for a in amounts]
        assert texts[2] == [numbers.percent(s) for s in shares]
        assert texts[3] == [numbers.fixed(-a, 1) for a in amounts]
        assert texts[4] == [numbers.trimmed(a) for a in amounts]


def test_nearly_everybody_is_not_printed_as_everybody(opened: Open, report: Report) -> None:
    """100.0% is said only when every person is covered."""
    everybody = replace(report.everybody, people=1e6, covered=999_999.0)
    assert opened(replace(report, everybody=everybody)).inner_text("#bigv") == "99.9"


# --- layers, search, list and card -----------------------------------------------------------------------------------


def test_legend_rows_switch_their_layers(opened: Open, report: Report) -> None:
    """Unticking a state or an action takes its marks from the map, ticking brings them back."""
    page = opened(report)
    whole = marks(page)
    assert whole == len(report.points)
    page.uncheck("[data-layer=n]")
    assert marks(page) == whole - (report.points["state"] == "newly_covered").sum()
    page.check("[data-layer=n]")
    assert marks(page) == whole
    built = (report.sites["action"] == "build").sum()
    sites = page.locator(".folium-map .site[data-site]").count()
    page.uncheck("[data-layer=b]")
    assert page.locator(".folium-map .site[data-site]").count() == sites - built
    page.uncheck("[data-layer=roads]")
    assert page.locator(".folium-map .leaflet-roads-pane path").count() == 0


def test_a_tier_unticked_takes_its_facilities_from_the_map(opened: Open, report: Report) -> None:
    """Each tier has a box beside its shape; all its facilities go and come with it."""
    page = opened(report)
    drawn = page.locator(".folium-map .site[data-site]")
    whole, (first, second) = drawn.count(), [tier.key for tier in report.tiers]
    page.uncheck("[data-layer=t0]")
    tiers = dict(zip(report.sites["id"], report.sites["tier"], strict=True))
    assert {tiers[id_] for id_ in drawn.evaluate_all("all => all.map(e => e.dataset.site)")} == {second} != {first}
    page.check("[data-layer=t0]")
    assert drawn.count() == whole


def _tiers_alone(report: Report, *, now: bool) -> tuple[TierCover, ...]:
    """Return the cover of each tier where every settlement is served by one of them."""
    found = []
    for tier in report.tiers:
        served = report.points["area_class"].isin(tier.serves)
        states = report.points["state"].where(served, "").to_numpy(dtype=object)
        found.append(TierCover(states, people_by_state(report.points[served], planned=not now)))
    return tuple(found)


def test_cover_of_one_tier_is_drawn_on_its_own(opened: Open, report: Report) -> None:
    """Map and legend show whom one tier covers; the headline stays, the address keeps it, all tiers bring all back."""
    report = replace(report, tier_cover_now=_tiers_alone(report, now=True), tier_cover=_tiers_alone(report, now=False))
    page = opened(report)
    whole, share = marks(page), value(page, "people_covered_percent")
    for k, tier in enumerate(report.tiers):
        page.click(f"#tierseg [data-tier='{k}']")
        cover = report.tier_cover[k]
        assert marks(page) == sum(state != "" for state in cover.states) < whole
        told = page.locator("#rowsP [data-figure]").evaluate_all("all => all.map(e => +e.dataset.value)")
        assert sum(told) == pytest.approx(sum(cover.people.values()))
        assert sum(told) > 0
        assert value(page, "people_covered_percent") == share
        assert f"tier={tier.key}" in page.evaluate("location.hash")
    page.click("#tierseg [data-tier='-1']")
    assert marks(page) == whole


def test_facilities_at_one_place_stand_side_by_side(opened: Open, report: Report) -> None:
    """No symbol lies on another where a service is inside a facility; with one of them hidden the other is at home."""
    sites = report.sites.copy()
    one = sites.index[sites["action"] == "build"][0]
    other = sites.index[(sites["tier"] != sites["tier"][one]) & (sites["action"] == "keep")][0]
    sites.loc[other, ["lon", "lat"]] = sites.loc[one, ["lon", "lat"]].to_numpy()
    page = opened(replace(report, sites=sites))
    first, second = (f".folium-map .site[data-site='{sites['id'][row]}']" for row in (one, other))
    boxes = sorted((page.locator(where).bounding_box() for where in (first, second)), key=lambda box: box["x"])
    assert boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"] + 1
    middle = (boxes[0]["x"] + boxes[1]["x"] + boxes[1]["width"]) / 2
    page.uncheck("[data-layer=k]")
    alone = page.locator(first).bounding_box()
    assert alone["x"] + alone["width"] / 2 == pytest.approx(middle, abs=1.5)


def test_excluded_areas_are_drawn_dashed_and_can_be_taken_away(opened: Open, report: Report) -> None:
    """Where nothing may be built there is a dashed outline over the land, with a row of its own; none without any."""
    boundary = report.ground.boundary
    assert boundary is not None
    fenced = replace(report, ground=replace(report.ground, exclusions=boundary.centroid.buffer(0.02)))
    page = opened(fenced)
    drawn = page.locator('.folium-map path[stroke-dasharray="2 3"]')
    assert drawn.count() == 1
    row = page.locator('#rowsG [data-layer="excluded"]')
    row.uncheck()
    assert drawn.count() == 0
    row.check()
    assert drawn.count() == 1
    assert "不可选址的区域" in page.locator("#rowsG").inner_text()
    assert opened(report).locator('#rowsG [data-layer="excluded"]').count() == 0


def test_the_online_map_asks_for_nothing_until_it_is_ticked(
    browser: Any, written: Callable[[Report], Path], report: Report
) -> None:
    """Its row is there and off; ticked, pictures are asked for, the drawn land gives way and the credit shows."""
    asked: list[str] = []

    def answer(route: Any) -> None:
        asked.append(route.request.url)
        route.fulfill(status=200, content_type="image/png", body=PIXEL)

    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.route(re.compile("^https?:"), answer)
    page.goto(written(replace(report, base_map="osm")).as_uri() + "#lang=en")
    box, areas = page.locator("[data-layer=base]"), page.locator(".folium-map .leaflet-ground-pane path")
    before = areas.count()
    assert (box.is_checked(), asked) == (False, [])
    box.check()
    page.wait_for_function("document.querySelectorAll('.leaflet-tile-loaded').length > 0")
    assert asked
    assert all(url.startswith("https://tile.openstreetmap.org/") for url in asked)
    assert areas.count() == before - 1
    assert "© OpenStreetMap contributors" in page.inner_text("#mapnote")
    page.locator("[data-layer=base]").uncheck()
    assert areas.count() == before
    assert page.locator(".leaflet-tile").count() == 0
    assert "OpenStreetMap" not in page.inner_text("#mapnote")
    page.close()


def test_service_lines_of_today_are_those_of_today(opened: Open, report: Report) -> None:
    """At the stop of today a line leads from each covered settlement to its nearest existing facility."""
    page = opened(report, "#stage=now")
    page.check("[data-layer=service]")
    path = page.locator(".leaflet-lines-pane path").first.get_attribute("d")
    covered = report.points["state"].isin(("covered", "loses_cover"))
    assert path.count("M") == covered.sum()
    page.fill("#stop", "1")
    path = page.locator(".leaflet-lines-pane path").first.get_attribute("d")
    assert path.count("M") == report.assignment["within_standard"].sum()


def test_search_finds_zone_site_and_settlement(opened: Open, report: Report) -> None:
    """Names and ids are found, at most eight, and Enter opens the card of the first."""
    page = opened(report)
    page.fill("#q", "卫生院")
    assert page.locator("#hits li").count() == 8
    page.fill("#q", "p00007")
    assert report.points["name"][7] in page.inner_text("#hits")
    page.press("#q", "Enter")
    assert page.inner_text("#card h3") == report.points["name"][7]
    page.fill("#q", "摇光")
    page.locator("#hits button[data-zone]").first.click()
    assert page.inner_text("#card h3") == next(name for name in report.sites["zone_name"] if name.startswith("摇光"))
    page.fill("#q", "township clinic")
    assert page.locator("#hits button[data-j]").count() > 0
    page.fill("#q", "no such place")
    assert page.locator("#hits button").count() == 0
    assert page.inner_text("#hits")


def test_list_of_the_uncovered_is_linked_to_the_map(opened: Open, report: Report) -> None:
    """The largest uncovered settlement comes first; choosing it flies there, opens its card and draws its line."""
    page = opened(report)
    left = report.points[report.points["state"].isin(["uncovered", "unreachable", "loses_cover"])]
    largest = left.sort_values("people", ascending=False).iloc[0]
    assert value(page, "people_uncovered") == left["people"].sum()
    first = page.locator("#still button").first
    assert str(largest["name"]) in first.inner_text()
    before = page.locator(".leaflet-control-scale-line").inner_text()
    first.click()
    assert page.inner_text("#card h3") == largest["name"]
    names = {tier.key: tier.name_zh for tier in report.tiers}
    assert f"未达标层级\n{names[largest['lacking']]}" in page.inner_text("#card")
    assert page.locator(".leaflet-control-scale-line").inner_text() != before
    assert page.locator(".leaflet-lines-pane path").count() >= 2
    page.keyboard.press("Escape")
    assert page.locator("#card").is_hidden()


def test_a_site_opens_its_card_with_lines_to_its_people(opened: Open, report: Report) -> None:
    """The card of a new facility states its figures; a line goes to each settlement that is assigned to it."""
    row = int(report.sites["people_assigned"].where(report.sites["action"] == "build", -1).idxmax())
    page = opened(report)
    page.locator(f".folium-map .site[data-site={report.sites['id'][row]}]").focus()
    page.keyboard.press("Enter")
    card = page.inner_text("#card")
    assert report.sites["name"][row] in card
    assert numbers.people_headline(report.sites["people_assigned"][row], "zh") in card
    assert page.locator(".leaflet-lines-pane path").count() == (report.assignment["site"] == row).sum()
    assert f"site={report.sites['id'][row]}" in page.evaluate("location.hash")


def test_the_card_leaves_the_lines_of_its_facility_in_sight(opened: Open, report: Report) -> None:
    """A facility beneath the card is moved to its left together with the settlements it serves."""
    east = int(report.sites[report.sites["action"] == "build"]["lon"].idxmax())
    page = opened(report, f"#site={report.sites['id'][east]}", 1920, 1080)
    beneath = page.evaluate(
        """() => {
        const card = document.getElementById('card').getBoundingClientRect();
        const lines = Array.from(document.querySelectorAll('.leaflet-lines-pane path'));
        const boxes = lines.map(e => e.getBoundingClientRect());
        const under = boxes.filter(b => b.right > card.left && b.top < card.bottom && b.bottom > card.top);
        return [boxes.length, under.length];
        }"""
    )
    assert beneath[0] > 0
    assert beneath[1] == 0


def test_address_restores_language_stop_view_and_site(opened: Open, report: Report) -> None:
    """A link opens the page in the state it was copied from."""
    page = opened(report, "#lang=en&stage=now&view=urban&by=time&site=S003")
    assert page.inner_text("#card h3") == report.sites["name"][3]
    assert page.get_attribute("[data-view=urban]", "aria-pressed") == "true"
    assert page.get_attribute("[data-stop='0']", "aria-pressed") == "true"
    assert "Within 15 min" in page.inner_text("#rowsP")


def test_minutes_view_counts_people_by_band(opened: Open, report: Report) -> None:
    """By minutes, the legend holds the report's bands."""
    page = opened(report)
    page.click("[data-by=time]")
    found = [value(page, f"people_band_{k}") for k in range(len(report.bands))]
    assert found == pytest.approx([band.people for band in report.bands])
    whole = marks(page)
    page.uncheck("[data-layer=m0]")
    near = (report.points["minutes"] <= report.bands[0].up_to).sum()
    assert marks(page) == whole - near < whole


def test_inset_is_shown_while_zoomed_out_only(opened: Open, report: Report) -> None:
    """Zooming to the urban area hides the inset and its frame."""
    page = opened(report)
    assert page.locator("#inset").is_visible()
    page.click("[data-view=urban]")
    assert page.locator("#inset").is_hidden()


# --- awkward reports -------------------------------------------------------------------------------------------------


def test_hostile_and_endless_names_stay_text(opened: Open, report: Report) -> None:
    """Names with tags and 4,000 characters are shown as text; panel and card keep their width."""
    page = opened(hostile(report, HOSTILE), "#site=S003")
    assert page.inner_text("#card h3") == HOSTILE
    assert page.locator("img").count() == 0
    page.click("[data-lang=en]")
    page.fill("#q", "<script>")
    assert page.locator("#hits button").count() == 8
    assert page.evaluate(
        "document.getElementById('panel').scrollWidth <= 376 && document.getElementById('card').scrollWidth <= 316"
    )


def test_without_coordinates_the_page_is_tables(opened: Open, report: Report) -> None:
    """Panel and tables are there, and a sentence says why there is no map."""
    page = opened(without_coordinates(report))
    assert "坐标" in page.inner_text("#tables .lead")
    assert page.locator("#tables table").count() == 2
    assert page.locator(".folium-map").is_hidden()
    page.locator("#still button").first.click()
    assert page.locator("#card").is_visible()


@pytest.mark.parametrize(
    ("status", "said", "never"),
    [("infeasible", "无可行方案", "限时内无解"), ("no_solution", "限时内无解", "无可行方案")],
)
def test_without_a_plan_the_page_says_so(opened: Open, report: Report, status: str, said: str, never: str) -> None:
    """No coverage figure, the statement in its place, and today's marks on the map."""
    page = opened(without_plan(report, status))
    assert said in page.inner_text("#nohead")
    assert never not in page.inner_text("body")
    assert page.locator("#bigv").is_hidden()
    assert page.locator("#slider").is_hidden()
    assert marks(page) == len(report.points)
    if status == "infeasible":
        assert report_place(page) == "county.yaml:31"


def report_place(page: Any) -> str:
    return str(page.inner_text(".conflicts small"))


def test_one_settlement_alone_is_drawn(opened: Open, report: Report) -> None:
    """A report of one point without ground is a page that works."""
    page = opened(one_point(report))
    assert marks(page) == 1
    assert page.inner_text("#bigv") == "100.0"
    assert "全部居民点均已覆盖" in page.inner_text("#still")


def test_many_settlements_are_drawn_on_canvas(opened: Open) -> None:
    """Beyond 5,000 settlements marks are on a canvas, and the page still answers."""
    page = opened(county(villages=5000))
    assert page.locator(".folium-map .leaflet-people-pane canvas").count() == 1
    assert marks(page) == 0
    page.click("[data-stop='0']")
    page.click("[data-view=urban]")
    page.locator("#still button").first.click()
    assert page.locator("#card").is_visible()


# --- print -----------------------------------------------------------------------------------------------------------


def test_print_is_one_a3_sheet(opened: Open, report: Report, tmp_path: Path) -> None:
    """Printing gives one landscape A3 page, and the screen comes back as it was."""
    page = opened(report)
    page.pdf(path=tmp_path / "map.pdf", prefer_css_page_size=True, print_background=True)
    text = (tmp_path / "map.pdf").read_bytes()
    assert text.count(b"/Type /Page\n") + text.count(b"/Type /Page ") == 1
    width, height = (float(part) for part in text.split(b"/MediaBox [0 0 ")[1].split(b"]")[0].split())
    assert (width, height) == (pytest.approx(1191, abs=2), pytest.approx(842, abs=2))
    assert page.get_attribute("html", "class") in (None, "")


def test_sheet_holds_title_map_legend_and_author_box(opened: Open, report: Report) -> None:
    """The sheet shows what a printed plan must name, and nothing of it is cut off."""
    page = opened(report, "#sheet=1", 1512, 1047)
    assert page.locator("#sheethead h1").is_visible()
    assert page.locator("#box").is_visible()
    assert page.locator("#inset").is_visible()
    assert page.locator("[data-layer]").first.is_hidden()
    assert page.evaluate("(function(p){return p.scrollHeight<=p.clientHeight})(document.getElementById('panel'))")
