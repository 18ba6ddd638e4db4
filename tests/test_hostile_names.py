"""Names from strangers in a plan of stages: every page, file and answer shows them as text and keeps its shape."""

from __future__ import annotations

import csv
import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import openpyxl
import pyogrio
import pytest

from tests.cli_runner import facopt, write_table
from tests.staged_county import SCENARIO, staged_county

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
LONG = "长" * 4000
NAMES = (
    "<script>window.hacked=1</script>", "</script><script>window.hacked=2</script>", '"><img src=x onerror=hacked=3>',
    "'\"`&amp;&lt;b&gt;", "=cmd|'/C calc'!A0", "+1+1", "@SUM(1)", "-2+3", "😀👩‍⚕️", "\u202eRTL override",
    "مستوصف القرية", LONG, "x" * 4000, "{{7*7}} ${7*7} {people}", "javascript:alert(1)", "\u2066iso\u200b", "]]><!--",
    "%s%n**bold**",
)  # fmt: skip
FORMULAS = ("=", "+", "-", "@", "\t", "\r")
TURNING = "\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069"
PLANS = ("staged", "second")


@dataclass(frozen=True)
class Hostile:
    """Two runs, their comparison and a review of what stands."""

    out: Path
    said: tuple[str, ...]
    """What the terminal said of each."""
    scenario: Path

    @property
    def pages(self) -> list[Path]:
        """All pages, the gallery first."""
        return [self.out / "index.html", *sorted(self.out.glob("*/*.html"))]


def _quoted(text: str) -> str:
    return json.dumps(text)


def _scenario() -> str:
    replaced = {
        "title: 云岭县 · 三期规划": f"title: {_quoted(NAMES[1] + NAMES[2])}",
        "title_en: Yunling County in three stages": f"title_en: {_quoted(NAMES[1] + LONG)}",
        "question: 分三期怎样建成有容量保障的网络？": f"question: {_quoted(NAMES[1] + NAMES[12])}",
        "question_en: How is a network with room for everybody built in three stages?":
            f"question_en: {_quoted(NAMES[9] + NAMES[2])}",
        "name: 县医院, name_en: County hospital": f"name: {_quoted(NAMES[2])}, name_en: {_quoted(NAMES[12])}",
        "reason: 2031 年通路": f"reason: {_quoted(NAMES[1] + NAMES[9])}",
        "small:": f"{'规模_' * 20}:", "large:": f"{'big_' * 15}:", "compare_orders: true": "compare_orders: false",
        # fewer ways to do the same, for speed
        "      relocate: {cost: 100000, build_cost_percent: 60, within_metres: 6000}\n": "",
        "      merge: {cost: 80000, within_metres: 7000, capacity_percent: 60, minutes_worse_at_most: 15}\n": "",
        "[cost, coverage]": "[cost]",
    }  # fmt: skip
    text = SCENARIO
    for plain, hostile in replaced.items():
        assert plain in text
        text = text.replace(plain, hostile)
    return text


def _rename(file: Path, columns: tuple[str, ...], ids: int) -> list[dict[str, str]]:
    """Give the rows of a table hostile names, and the first `ids` of them hostile ids."""
    with file.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for k, row in enumerate(rows):
        for n, column in enumerate(columns):
            row[column] = NAMES[(k + 5 * n) % len(NAMES)]
        plain = "".join(letter for letter in NAMES[k % len(NAMES)][:50] if letter not in TURNING)
        row["id"] = f"{plain}#{k}" if k < ids else row["id"]
        if "size" in row:
            row["size"] = {"small": "规模_" * 20, "large": "big_" * 15}.get(row["size"], "")
    write_table(file, " ".join(rows[0]), [tuple(row.values()) for row in rows])
    return rows


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Hostile:
    """Everything that a planner may make of a county with such names."""
    folder = tmp_path_factory.mktemp("hostile")
    scenario = staged_county(folder, _scenario())
    _rename(folder / "villages.csv", ("name", "name_en"), 8)
    sites = _rename(folder / "sites.csv", ("name", "name_en"), 10)
    zones = json.loads((folder / "zones.geojson").read_text(encoding="utf-8"))
    for k, feature in enumerate(zones["features"]):
        feature["properties"] |= {"name": NAMES[k + 10], "name_en": NAMES[k] + LONG}
    (folder / "zones.geojson").write_text(json.dumps(zones), encoding="utf-8")
    register = write_table(folder / "register.csv", "id name tier", [
        (site["id"], site["name"], site["tier"]) for site in (*sites[:7], sites[-1])
    ])  # fmt: skip
    out = folder / "maps"
    calls = [
        ("run", scenario, "--out", out),
        ("run", scenario, "--out", out, "--set", "name=second", "--set", "limits.staff=150"),
        ("compare", out / "staged", out / "second"),
        ("compare", out / "staged", "--as-built", register, "--as-of", "2030"),
        ("explain", scenario, "--place", "v36"),
        ("explain", scenario, "--site", "c6"),
    ]
    said = []
    for call in calls:
        called = facopt(*call)
        assert called.status in (0, 1), called.err
        said.append(called.out)
    return Hostile(out, tuple(said), scenario)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A browser."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


@pytest.mark.browser
@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_page_runs_or_asks_for_what_a_name_says(hostile: Hostile, browser: Any, language: str) -> None:
    """No script of a name runs, no image is asked for, no dialog opens, and nothing is pushed out of the window."""
    assert len(hostile.pages) == 1 + 2 * len(PLANS) + 2
    for file in hostile.pages:
        trouble: list[str] = []
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.on("console", lambda message, trouble=trouble: trouble.append(message.text))
        page.on("pageerror", lambda error, trouble=trouble: trouble.append(str(error)))
        page.on("dialog", lambda dialog, trouble=trouble: (trouble.append(dialog.message), dialog.dismiss()))
        home = file.as_uri()
        page.on("request", lambda sent, trouble=trouble, home=home: (
            None if sent.url.startswith(home) else trouble.append(sent.url)))  # fmt: skip
        page.goto(f"{home}#lang={language}")
        page.click(f"[data-lang^={language}]")
        if file.name == "map.html":
            _walk(page)
        page.evaluate("document.querySelectorAll('details').forEach(function (e) { e.open = true; })")
        assert page.evaluate("[window.hacked === undefined, document.images.length]") == [True, 0], file
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, file
        assert page.evaluate("document.documentElement.scrollHeight") < 25_000, file
        assert not set(TURNING) & set(page.inner_text("body")), file
        assert trouble == [], file
        page.close()


def _walk(page: Any) -> None:
    """Go through the stages, open cards of facilities and settlements, and search for markup."""
    for stop in range(4):
        page.click(f"[data-stop='{stop}']")
    sites = page.locator(".folium-map .site[data-site]")
    for k in range(sites.count()):
        sites.nth(k).dispatch_event("click")
        assert page.evaluate("document.getElementById('card').scrollWidth") <= 316
    page.fill("#q", "</script>")
    assert page.locator("#hits button").count() >= 2
    assert "</script><script>" in page.inner_text("#hits")
    assert page.evaluate("document.getElementById('panel').scrollWidth") <= 376


def test_terminal_keeps_names_short(hostile: Hostile) -> None:
    """No name of 4,000 letters fills the screen, and none turns the direction of the text around."""
    for text in hostile.said:
        assert not set(TURNING) & set(text)
        assert all(len(line) < 400 for line in text.splitlines())
        assert LONG[:200] not in text.replace("\n", "")


def test_spreadsheets_compute_nothing_and_keep_names_whole(hostile: Hostile) -> None:
    """No cell of a workbook is a formula, no text of a CSV starts one, and long names are there to the last letter."""
    for file in sorted(hostile.out.glob("*/*.xlsx")):
        cells = [cell for sheet in openpyxl.load_workbook(file) for row in sheet.iter_rows() for cell in row]
        assert not [cell for cell in cells if cell.data_type == "f"]
    cells = [cell for sheet in openpyxl.load_workbook(hostile.out / "staged" / "report.xlsx") for row in
             sheet.iter_rows(values_only=True) for cell in row]  # fmt: skip
    assert {NAMES[0], NAMES[4], "+1+1"} <= {cell for cell in cells if isinstance(cell, str)}
    for file in sorted((hostile.out / "staged" / "tables").glob("*.csv")):
        with file.open(encoding="utf-8-sig", newline="") as stream:
            texts = [cell for row in csv.reader(stream) for cell in row]
        assert not [text for text in texts if text.startswith(FORMULAS) and not _is_number(text)], file
    points = (hostile.out / "staged" / "tables" / "demand_points.csv").read_text(encoding="utf-8-sig")
    assert LONG in points


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def test_geopackage_holds_every_name_as_it_is(hostile: Hostile) -> None:
    """Names of the layers' rows are those of the tables, to the last letter."""
    for layer, table in (("demand_points", "villages.csv"), ("sites", "sites.csv")):
        frame = pyogrio.read_dataframe(hostile.out / "staged" / "plan.gpkg", layer=layer)
        with (hostile.scenario.parent / table).open(encoding="utf-8", newline="") as stream:
            stated = {row["id"]: row["name"] for row in csv.DictReader(stream)}
        assert dict(zip(frame["id"], frame["name"], strict=True)) == stated


def test_json_keeps_every_name_and_is_json(hostile: Hostile) -> None:
    """run.json and compare.json are read back, titles as the scenario has them."""
    record = json.loads((hostile.out / "staged" / "run.json").read_text(encoding="utf-8"))
    assert record["title_en"] == NAMES[1] + LONG
    for file in sorted(hostile.out.glob("compare-*/compare.json")):
        assert json.loads(file.read_text(encoding="utf-8"))
