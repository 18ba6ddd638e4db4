"""The page of all runs: every run a card, damaged ones a line, nothing from strangers becomes markup."""

from __future__ import annotations

import hashlib
import json
import shutil
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest

from facopt.outputs.gallery import write_gallery
from facopt.outputs.gallery.cards import card
from facopt.outputs.gallery.inputs import InputFiles
from facopt.outputs.gallery.thumbnail import thumbnail_svg
from facopt.outputs.run_files import read_record
from tests.county_case import county_report
from tests.run_cases import write_case

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EVIL = "<script>alert(1)</script>\"'&"


class Page(HTMLParser):
    """Texts, attributes and balance of a page's elements."""

    VOID = frozenset({"meta", "input", "br"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.stack: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)
        assert self.stack == [], "elements are left open"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.stack.pop() == tag, f"</{tag}> closes something else"

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def with_class(self, name: str) -> list[dict[str, str | None]]:
        return [attrs for _, attrs in self.elements if name in (attrs.get("class") or "").split()]


def _edit(folder: Path, **changes: Any) -> None:
    record = read_record(folder)
    (folder / "run.json").write_text(json.dumps({**record, **changes}), encoding="utf-8")


def _page(out: Path) -> Page:
    return Page(write_gallery(out).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a proven, an unproven and an infeasible run; read only."""
    folder = tmp_path_factory.mktemp("runs")
    write_case(county_report(), folder, finished="2026-11-21 09:12")
    feasible = county_report(name="small", title_zh="小预算", build=("c04",), status="feasible", gap_percent=0.8)
    write_case(feasible, folder, finished="2026-11-21 10:00")
    write_case(county_report(name="none", planned=False, status="infeasible"), folder)
    return folder


@pytest.fixture
def out(runs: Path, tmp_path: Path) -> Path:
    """The records of these runs in a folder that a test may change."""
    for record in runs.glob("*/run.json"):
        (tmp_path / record.parent.name).mkdir()
        shutil.copy(record, tmp_path / record.parent.name)
    return tmp_path


def test_every_run_is_a_card_newest_first(out: Path) -> None:
    """Cards stand in the order of their time, the run without one last on its day."""
    page = _page(out)
    folders = [attrs["data-folder"] for attrs in page.with_class("card") if "data-folder" in attrs]
    assert folders == ["small", "base", "none"]


def test_status_words_are_honest(out: Path) -> None:
    """Only a proven run is called optimal; the gap stands beside the other; no plan has no coverage figure."""
    page = _page(out)
    chips = [attrs["class"] for attrs in page.with_class("chip")]
    assert chips == ["chip feasible", "chip optimal", "chip infeasible"]
    text = "".join(page.texts)
    assert "◐ 可行，差距 0.8%" in text
    assert text.count("✓ proven optimal") == 1
    assert len(page.with_class("fig")) == 2
    assert "A budget of ¥1 million is not enough" in text


def test_only_files_that_exist_are_linked(out: Path) -> None:
    """Links lead to the run's own files, and to none that is absent."""
    (out / "base" / "map.html").write_text("x", encoding="utf-8")
    page = _page(out)
    links = {attrs["href"] for tag, attrs in page.elements if tag == "a"}
    assert links == {"base/map.html"}


def test_names_with_odd_characters_are_linked_and_shown(tmp_path: Path) -> None:
    """Folder names with spaces, hashes and percent signs give working addresses."""
    folder = write_case(county_report(name="a b#c%20", title_zh="标题"), tmp_path)
    (folder / "map.html").write_text("x", encoding="utf-8")
    links = {attrs["href"] for tag, attrs in _page(tmp_path).elements if tag == "a"}
    assert links == {"a%20b%23c%2520/map.html"}


def test_damaged_folders_are_lines_and_stop_nobody(out: Path) -> None:
    """Broken records are told by name; the other runs are shown; folders of no run are passed over."""
    for name, text in (
        ("broken", "{"), ("list", "[]"), ("nan", '{"people": NaN}'), ("binary", "\x00"), ("odd", '{"scenario": 3}'),
        ("deep", "[" * 100_000),
    ):  # fmt: skip
        (out / name).mkdir()
        (out / name / "run.json").write_text(text, encoding="utf-8")
    (out / "no-run").mkdir()
    (out / ".hidden.partial").mkdir()
    (out / ".hidden.partial" / "run.json").write_text("{", encoding="utf-8")
    page = _page(out)
    assert len([1 for attrs in page.with_class("card") if "data-folder" in attrs]) == 3
    lines = [
        text
        for text in page.texts
        if text in ("broken", "list", "nan", "binary", "odd", "deep", "no-run", ".hidden.partial")
    ]
    assert lines == ["binary", "broken", "deep", "list", "nan", "odd"]


@pytest.mark.parametrize(
    "changes",
    [
        {"targets": 5, "conflicts": "x", "closed": None, "opened": [3], "currency": 1, "cost": "much", "thumbnail": 1},
        {"targets": [{"met": False}], "title_zh": None, "generated": 7, "thumbnail": {"outline": "x"}, "baseline": 4},
        {"objective": [None], "people_covered_percent": "high"},
        {"assumptions_unverified": "many", "synthetic": "yes", "finished": [1]},
    ],
)
def test_strange_values_do_not_break_the_page(out: Path, changes: dict[str, Any]) -> None:
    """A record with all needed keys but odd values elsewhere still gives a whole page."""
    _edit(out / "base", **changes)
    assert len(_page(out).with_class("card")) == 4


def test_text_from_strangers_is_text(out: Path) -> None:
    """Names, titles and sentences of a record never become markup."""
    _edit(
        out / "none",
        scenario=EVIL,
        title_zh=EVIL,
        title_en=EVIL,
        generated=EVIL,
        conflicts=[{"sentence_zh": EVIL, "sentence_en": EVIL}],
    )
    _edit(out / "base", scenario=EVIL, title_zh=EVIL, question=EVIL)
    page = _page(out)
    assert sum(tag == "script" for tag, _ in page.elements) == 1
    assert any(EVIL in text for text in page.texts)


def test_thumbnails_draw_numbers_only() -> None:
    """A thumbnail with anything but numbers draws nothing."""
    whole = {
        "outline": [],
        "zones": [],
        "uncovered": [[1, 2]],
        "loses_cover": [],
        "unreachable": [],
        "new": [[1, 2, "square"]],
    }
    assert "M1.0 0.0" in thumbnail_svg(whole)
    assert "<script" not in thumbnail_svg({**whole, "new": [[1, 2, "<script>"]]})
    for wrong in ({**whole, "uncovered": [["<b>", 2]]}, {**whole, "zones": [[["a", 1]]]}, {"new": []}, [], 3, None):
        assert "path" not in thumbnail_svg(wrong)


def test_the_page_stands_alone(out: Path) -> None:
    """Nothing is loaded from outside the file, and the style is there once."""
    page = _page(out)
    assert not [tag for tag, _ in page.elements if tag in ("link", "img", "iframe", "object")]
    text = (out / "index.html").read_text(encoding="utf-8")
    assert "http://" not in text.replace("http-equiv", "")
    assert "https://" not in text
    assert "url(" not in text


def test_the_same_runs_give_the_same_bytes(out: Path) -> None:
    """Writing twice changes nothing."""
    first = write_gallery(out).read_bytes()
    assert write_gallery(out).read_bytes() == first


def test_no_runs_give_one_plain_card(tmp_path: Path) -> None:
    """An empty folder says so and tells the next step."""
    page = _page(tmp_path / "maps")
    assert len(page.with_class("card")) == 1
    assert "还没有方案" in page.texts
    assert not [1 for tag, attrs in page.elements if attrs.get("id") == "filter"]


def test_scripts_are_plain_es5() -> None:
    """The scripts use nothing that a browser of 2018 lacks."""
    from facopt.outputs.page import asset

    for package, name in (("facopt.outputs", "page.js"), ("facopt.outputs.gallery", "script.js")):
        script = asset(package, name)
        assert script
        assert not [word for word in ("=>", "let ", "const ", "`", "?.", "??", "...", "class ") if word in script]


@pytest.fixture
def inputs(tmp_path: Path) -> Iterator[tuple[InputFiles, Path, dict[str, str]]]:
    """A run folder beside the two files it was made from."""
    folder = tmp_path / "maps" / "base"
    folder.mkdir(parents=True)
    digests = {}
    for name in ("people.csv", "sites.csv"):
        (tmp_path / name).write_text(name, encoding="utf-8")
        digests[f"../../{name}"] = hashlib.sha256(name.encode()).hexdigest()
    return InputFiles(), folder, digests


def test_unchanged_inputs(inputs: tuple[InputFiles, Path, dict[str, str]]) -> None:
    """Files with the same content are the same, also by absolute path."""
    checked, folder, digests = inputs
    assert checked.state(digests, folder) == "same"
    absolute = {str((folder / path).resolve()): digest for path, digest in digests.items()}
    assert checked.state(absolute, folder.parent) == "same"


def test_changed_and_absent_inputs(inputs: tuple[InputFiles, Path, dict[str, str]]) -> None:
    """A changed file outweighs an absent one; folders and odd digests count as absent."""
    checked, folder, digests = inputs
    assert checked.state({**digests, "gone.csv": "0" * 64}, folder) == "absent"
    assert checked.state({**digests, "..": "0" * 64, "\x00": "0" * 64}, folder) == "absent"
    assert checked.state({"../../people.csv": "unknown"}, folder) == "absent"
    (folder.parent.parent / "sites.csv").write_text("other", encoding="utf-8")
    assert InputFiles().state({**digests, "gone.csv": "0" * 64}, folder) == "changed"
    assert checked.state({}, folder) == ""


def test_changed_inputs_are_told_on_the_card(out: Path) -> None:
    """A card says that its input files have changed."""
    (out / "demand.csv").write_text("new", encoding="utf-8")
    record = {**read_record(out / "base"), "inputs": {"../demand.csv": "0" * 64}}
    assert "已变动" in card(out / "base", record, InputFiles().state(record["inputs"], out / "base"), 0)
