"""The page of all runs in a browser: filter, sort, language, and the comparison of ticked runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from facopt.outputs.gallery import write_gallery
from tests.county_case import county_report
from tests.run_cases import write_case

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
]  # fmt: skip


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A gallery of three runs, one without a plan."""
    out = tmp_path_factory.mktemp("maps")
    (write_case(county_report(), out, finished="2026-11-21 09:00") / "map.html").write_text("map", encoding="utf-8")
    write_case(
        county_report(name="small one", title_zh="小预算", title_en="Small", build=("c04",)),
        out,
        finished="2026-11-21 10:00",
    )
    write_case(
        county_report(name="none", title_zh="全覆盖", title_en="Full", planned=False, status="infeasible"),
        out,
        finished="2026-11-21 08:00",
    )
    return write_gallery(out).as_uri()


@pytest.fixture(scope="module")
def browser_page(address: str) -> Iterator[Page]:
    """A page that fails the test on any error or request to the network."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright drives the browser tests")
    chromium = Path("/usr/bin/chromium")
    if not chromium.exists():
        pytest.skip("no chromium at /usr/bin/chromium")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(chromium), args=ARGUMENTS)
        page = browser.new_page()
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
        page.on(
            "request", lambda request: problems.append(request.url) if not request.url.startswith("file:") else None
        )
        page.goto(address)
        yield page
        browser.close()
        assert problems == []


def _shown(page: Page) -> list[str]:
    return page.eval_on_selector_all(
        ".card[data-folder]", "cards => cards.filter(c => c.offsetParent).map(c => c.dataset.folder)"
    )


def test_filter_by_words_of_both_languages(browser_page: Page) -> None:
    """The filter takes any words of name and titles; without a hit a sentence says so."""
    browser_page.fill("#filter", "小预算")
    assert _shown(browser_page) == ["small one"]
    browser_page.fill("#filter", "BASE plan")
    assert _shown(browser_page) == ["base"]
    browser_page.fill("#filter", "xyz")
    assert _shown(browser_page) == []
    assert browser_page.is_visible("#none")
    browser_page.fill("#filter", "")
    assert _shown(browser_page) == ["small one", "base", "none"]
    assert not browser_page.is_visible("#none")


def test_sort_by_coverage_cost_and_name(browser_page: Page) -> None:
    """Highest coverage and least cost come first; runs without a plan come last either way."""
    orders = {}
    for key in ("coverage", "cost", "name", "order"):
        browser_page.select_option("#sort", key)
        orders[key] = _shown(browser_page)
    assert orders == {
        "coverage": ["base", "small one", "none"], "cost": ["small one", "base", "none"],
        "name": ["base", "none", "small one"], "order": ["small one", "base", "none"],
    }  # fmt: skip


def test_language_switch(browser_page: Page) -> None:
    """English hides Chinese, renames the tools and leads on to English pages."""
    browser_page.click("[data-lang=en]")
    assert browser_page.is_visible("text=All runs")
    assert not browser_page.is_visible("h1 >> text=全部方案")
    assert browser_page.get_attribute("#filter", "placeholder") == "Filter"
    assert browser_page.inner_text("#sort option >> nth=1") == "coverage"
    assert browser_page.get_attribute(".card[data-folder=base] h2 a", "href") == "base/map.html#lang=en"
    browser_page.click("[data-lang=zh-Hans]")
    assert browser_page.is_visible("h1 >> text=全部方案")
    assert browser_page.get_attribute(".card[data-folder=base] h2 a", "href") == "base/map.html"


def test_ticked_runs_give_the_command_that_compares_them(browser_page: Page) -> None:
    """Two ticks enable the button, which shows the command, odd names quoted; a run without a plan has no tick."""
    assert browser_page.is_disabled("#compare")
    assert browser_page.query_selector(".card[data-folder=none] .pick") is None
    for box in browser_page.query_selector_all(".pick input"):
        box.check()
    browser_page.click("#compare")
    assert browser_page.inner_text("#command code") == 'facopt compare "small one" base'
    browser_page.uncheck(".card[data-folder=base] .pick input")
    assert not browser_page.is_visible("#command")
    assert browser_page.is_disabled("#compare")
