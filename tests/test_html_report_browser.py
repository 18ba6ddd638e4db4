"""report.html in a browser: offline, silent, in two languages, sortable, and fit for A4."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest

from facopt.outputs.html_report import write_html_report
from facopt.outputs.tables.summary import headline
from tests.report_fixture import VARIANTS, many_uncovered_report, small_report

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

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
A4_WIDTH, A4_HEIGHT = 680, 994
"""Pixels inside the page's margins (180 x 263 mm at 96 per inch)."""

PAPER = 680
"""Pixels of 180 mm."""
pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the page of every variant."""
    made = tmp_path_factory.mktemp("reports")
    for name, make in VARIANTS.items():
        write_html_report(make(), made / f"{name}.html")
    return made


class Watched:
    """A page that remembers what it asked for and what it complained about."""

    def __init__(self, browser: Any, path: Path, width: int = 1280, fragment: str = "", **options: Any) -> None:
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page = browser.new_page(viewport={"width": width, "height": 900}, **options)
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(path.as_uri() + fragment)

    def __enter__(self) -> Any:
        return self.page

    def __exit__(self, *_: object) -> None:
        self.page.close()
        assert [url for url in self.requests if not url.startswith("file:")] == []
        assert len(self.requests) == 1
        assert self.complaints == []


@pytest.mark.parametrize("name", VARIANTS)
def test_every_variant_opens_silently_without_a_network(browser: Any, folder: Path, name: str) -> None:
    """One request for the file itself, no error, no dialog of hostile names, no sideways scrolling."""
    with Watched(browser, folder / f"{name}.html") as page:
        assert page.locator("section").count() >= 10
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("width", [700, 1280, 1920])
@pytest.mark.parametrize("language", ["zh-Hans", "en"])
def test_tables_fit_their_column(browser: Any, folder: Path, width: int, language: str) -> None:
    """On usual screens no table is cut at the right; on small ones it scrolls inside its own frame."""
    with Watched(browser, folder / "small.html", width) as page:
        page.click(f'[data-lang="{language}"]')
        cut = page.evaluate(
            "Array.prototype.filter.call(document.querySelectorAll('.tbl'),"
            " function (t) { return t.scrollWidth > t.clientWidth + 1; }).length"
        )
        assert width < 1280 or cut == 0
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("language", ["zh-Hans", "en"])
@pytest.mark.parametrize("name", ["small", "many_uncovered"])
def test_tables_fit_a_sheet_of_a4(browser: Any, folder: Path, name: str, language: str) -> None:
    """On paper, 180 mm between the margins, no table is cut at the right."""
    page = browser.new_page(viewport={"width": PAPER, "height": 900})
    page.emulate_media(media="print")
    page.goto((folder / f"{name}.html").as_uri())
    page.evaluate(f"document.documentElement.lang = '{language}'")
    wide = "t => t.getBoundingClientRect().right > innerWidth + 1 || t.offsetWidth > t.parentNode.clientWidth + 1"
    found = f"[].slice.call(document.querySelectorAll('table')).filter({wide}).map(t => t.dataset.table)"
    assert page.evaluate(found) == []
    page.close()


def test_the_language_switches_all_words_and_no_figure(browser: Any, folder: Path) -> None:
    """Chinese shows first; the button and the address switch to English; figures stay the same."""
    figures = (
        "Array.prototype.map.call(document.querySelectorAll('[data-value]'), function (x) { return x.dataset.value; })"
    )
    with Watched(browser, folder / "small.html") as page:
        assert "提高到" in page.inner_text("main")
        assert "rises from" not in page.inner_text("main")
        before = page.evaluate(figures)
        page.click("[data-lang=en]")
        assert page.evaluate("document.documentElement.lang") == "en"
        assert page.get_attribute("[data-lang=en]", "aria-pressed") == "true"
        assert "rises from" in page.inner_text("main")
        assert "提高到" not in page.inner_text("main")
        assert page.evaluate(figures) == before
        assert len(before) > 100


def test_an_address_can_ask_for_english(browser: Any, folder: Path) -> None:
    """A link with #lang=en opens the page in English."""
    with Watched(browser, folder / "small.html", fragment="#lang=en") as page:
        assert "rises from" in page.inner_text("main")
        assert "提高到" not in page.inner_text("main")


def test_without_script_one_language_can_be_read(browser: Any, folder: Path) -> None:
    """The page needs no script: Chinese is there, English is hidden."""
    with Watched(browser, folder / "small.html", java_script_enabled=False) as page:
        assert page.locator("p.lead[lang=zh]").is_visible()
        assert not page.locator("p.lead[lang=en]").is_visible()


def column(page: Any, table: str, heading: str) -> tuple[Any, list[str]]:
    """Return a heading of a table and the values of its column as the page holds them."""
    headings = page.locator(f'[data-table="{table}"] th')
    place = next(i for i in range(headings.count()) if heading in headings.nth(i).inner_text())
    values = page.evaluate(
        "([table, place]) => Array.from(document.querySelectorAll('[data-table=' + table + '] tbody tr'))"
        ".map((row) => row.cells[place].dataset.value || row.cells[place].innerText)",
        [table, place],
    )
    return headings.nth(place), values


def test_a_click_on_a_heading_sorts_by_exact_values(browser: Any, folder: Path) -> None:
    """Numbers sort by value in both directions, and the heading says which; the total row stays last."""
    with Watched(browser, folder / "small.html") as page:
        heading, before = column(page, "zones", "人口")
        heading.click()
        _, values = column(page, "zones", "人口")
        assert [float(v) for v in values] == sorted(float(v) for v in before)
        assert heading.get_attribute("aria-sort") == "ascending"
        heading.locator("button").focus()
        page.keyboard.press("Enter")
        _, values = column(page, "zones", "人口")
        assert [float(v) for v in values] == sorted((float(v) for v in before), reverse=True)
        assert heading.get_attribute("aria-sort") == "descending"
        assert page.locator('[data-table="zones"] tfoot tr').count() == 1
        name, names = column(page, "zones", "乡镇")
        name.click()
        assert page.locator('[data-table="zones"] th[aria-sort]').count() == 1
        assert sorted(column(page, "zones", "乡镇")[1]) == sorted(names)


def test_missing_values_sort_last_both_ways(browser: Any, folder: Path) -> None:
    """Settlements that no facility can be reached from stay at the end, whichever way the minutes are sorted."""
    with Watched(browser, folder / "small.html") as page:
        for _ in range(2):
            heading, _ = column(page, "uncovered", "可用站点")
            heading.click()
            values = column(page, "uncovered", "可用站点")[1]
            assert [value for value in values[-2:] if value != "–"] == []
            assert "–" not in values[:-2]


def test_long_lists_open_and_keep_fifty_rows_shown_when_sorted(browser: Any, folder: Path) -> None:
    """Fifty rows are visible until the box is ticked, then all; sorting works across the fold."""
    states = many_uncovered_report().points["state"]
    rows = int((~states.isin(["covered", "newly_covered"])).sum())
    visible = (
        "Array.from(document.querySelectorAll('[data-table=uncovered] tbody tr'))"
        ".filter((row) => row.offsetParent !== null).length"
    )
    with Watched(browser, folder / "many_uncovered.html") as page:
        assert page.evaluate(visible) == 50
        heading, before = column(page, "uncovered", "人口")
        heading.click()
        assert page.evaluate(visible) == 50
        assert [float(v) for v in column(page, "uncovered", "人口")[1]] == sorted(float(v) for v in before)
        page.locator("label[for=fold-uncovered]").click()
        assert page.evaluate(visible) == rows


def test_headline_figures_are_seen_as_the_report_has_them(browser: Any, folder: Path) -> None:
    """What the reader sees in the four figures is the exact value, rounded."""
    h = headline(small_report())
    with Watched(browser, folder / "small.html") as page:
        shown = {
            key: page.locator(f'.four [data-figure="{key}"]').inner_text().replace("\u2009", "")
            for key in ("people_covered_percent", "people_newly_covered", "cost", "people_uncovered")
        }
        assert float(shown["people_covered_percent"].removesuffix("%")) == round(h.covered_percent or 0.0, 1)
        assert float(shown["people_newly_covered"].removesuffix("万人")) == round((h.newly_covered or 0.0) / 1e4, 2)
        assert float(shown["cost"].removesuffix("万元").replace(",", "")) == (h.cost or 0.0) / 1e4
        assert float(shown["people_uncovered"].removesuffix("万人")) == round(h.uncovered / 1e4, 2)


@pytest.mark.parametrize("name", ["small", "feasible", "infeasible", "no_solution"])
@pytest.mark.parametrize("language", ["zh-Hans", "en"])
def test_the_first_section_is_one_page_of_a4(browser: Any, folder: Path, name: str, language: str) -> None:
    """In print the summary fits one page and stands there alone; contents and buttons are not printed."""
    with Watched(browser, folder / f"{name}.html", A4_WIDTH) as page:
        page.click(f'[data-lang="{language}"]')
        page.emulate_media(media="print")
        assert page.evaluate("document.getElementById('summary').offsetHeight") <= A4_HEIGHT
        assert page.evaluate("getComputedStyle(document.getElementById('summary')).breakAfter") == "page"
        assert not page.locator("nav").is_visible()
        assert not page.locator("[data-lang=en]").is_visible()
        widest = page.evaluate(
            "Math.max.apply(null, Array.from(document.querySelectorAll('table')).map((t) => t.offsetWidth))"
        )
        assert widest <= A4_WIDTH + 1


def test_it_prints_to_pdf(browser: Any, folder: Path) -> None:
    """Printing gives a PDF of several A4 pages, by the page's own size."""
    with Watched(browser, folder / "small.html") as page:
        printed = page.pdf(prefer_css_page_size=True, print_background=True)
    assert printed.startswith(b"%PDF-")
    assert printed.count(b"/Type /Page\n") >= 6
    assert b"/MediaBox [0 0 594.95996 841.91998]" in printed or b"/MediaBox [0 0 595" in printed
