"""The page of a comparison in a browser: language, layout on narrow screens, and silence on the network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from facopt.outputs.compare import compare_runs, write_comparison_html
from tests.county_case import county_report
from tests.run_cases import write_case
from tests.test_compare import RURAL
from tests.test_gallery_browser import ARGUMENTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser_page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A comparison of three runs, opened; fails the test on any error or request to the network."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright drives the browser tests")
    chromium = Path("/usr/bin/chromium")
    if not chromium.exists():
        pytest.skip("no chromium at /usr/bin/chromium")
    out = tmp_path_factory.mktemp("maps")
    more = county_report(
        name="more", title_zh="加预算", title_en="More money", build=("c00", "c02", "c04", "c06", "c08", "c09")
    )
    folders = [write_case(report, out) for report in (county_report(), county_report(RURAL), more)]
    write_comparison_html(compare_runs(folders), out / "compare.html")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(chromium), args=ARGUMENTS)
        page = browser.new_page()
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
        page.on(
            "request", lambda request: problems.append(request.url) if not request.url.startswith("file:") else None
        )
        page.goto((out / "compare.html").as_uri())
        yield page
        browser.close()
        assert problems == []


def test_only_one_language_shows(browser_page: Page) -> None:
    """The page opens in Chinese; English replaces every word of it and leaves the figures."""
    browser_page.click("[data-lang=zh-Hans]")
    chinese = browser_page.inner_text("body")
    assert "谁得到，谁失去" in chinese
    assert "Who gains" not in chinese
    browser_page.click("[data-lang=en]")
    english = browser_page.inner_text("body")
    assert "Who gains, who loses" in english
    assert "谁得到" not in english
    assert "17,336" in chinese
    assert "17,336" in english


@pytest.mark.parametrize("width", [1440, 800, 420])
def test_nothing_runs_out_of_the_window(browser_page: Page, width: int) -> None:
    """On wide and narrow screens the page itself never scrolls sideways."""
    browser_page.set_viewport_size({"width": width, "height": 800})
    assert browser_page.evaluate("document.documentElement.scrollWidth") <= width


def test_every_change_has_its_map(browser_page: Page) -> None:
    """Each run after the base has a map whose marks lie inside it."""
    browser_page.set_viewport_size({"width": 1440, "height": 900})
    maps = browser_page.query_selector_all(".mapfig > svg")
    assert len(maps) == 2
    for drawn in maps:
        outer, mark = drawn.bounding_box(), drawn.query_selector(".p-gain").bounding_box()
        assert outer["width"] > 400
        assert outer["x"] <= mark["x"]
        assert mark["x"] + mark["width"] <= outer["x"] + outer["width"]


VIEWS = (
    "() => Array.from(document.querySelector('.twin').querySelectorAll('svg.map')).map(m => m.getAttribute('viewBox'))"
)


def test_the_two_maps_move_together(browser_page: Page) -> None:
    """Buttons, keys, wheel and drag change both maps alike, and never beyond the ground."""
    browser_page.set_viewport_size({"width": 1440, "height": 900})
    whole = browser_page.evaluate(VIEWS)
    twin = browser_page.locator(".twin").first
    seen = []
    twin.locator("[data-twin=in]").click()
    seen.append(browser_page.evaluate(VIEWS))
    first, second = twin.locator("svg.map").nth(0), twin.locator("svg.map").nth(1)
    first.focus()
    browser_page.keyboard.press("ArrowRight")
    seen.append(browser_page.evaluate(VIEWS))
    box = second.bounding_box()
    browser_page.mouse.move(box["x"] + 200, box["y"] + 150)
    browser_page.mouse.down()
    browser_page.mouse.move(box["x"] + 150, box["y"] + 120, steps=4)
    browser_page.mouse.up()
    seen.append(browser_page.evaluate(VIEWS))
    browser_page.mouse.wheel(0, -300)
    browser_page.wait_for_function(
        "before => document.querySelector('.twin svg.map').getAttribute('viewBox') !== before", arg=seen[-1][0]
    )
    seen.append(browser_page.evaluate(VIEWS))
    for one, other in seen:
        assert one == other
    assert len({one for one, _ in [whole, *seen]}) == 5
    for _ in range(20):
        first.press("ArrowLeft")
        first.press("ArrowUp")
    assert browser_page.evaluate(VIEWS)[1].startswith("0 0 ")
    twin.locator("[data-twin=all]").click()
    assert browser_page.evaluate(VIEWS) == whole
