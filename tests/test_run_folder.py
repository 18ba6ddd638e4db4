"""The run folder: everything is there, a failure loses nothing, and what others put there stays."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import facopt.outputs.workbook
from facopt.outputs import run_folder
from facopt.outputs.run_folder import RunFacts, write_run
from tests.county_case import county_report

FACTS = RunFacts(
    seconds={"solve": 1.0},
    peak_memory_mb=300.0,
    versions={"facopt": "0.1.0"},
    inputs={},
    seed=1,
    finished="2026-11-21 09:12",
)
FILES = {"map.html", "report.html", "report.xlsx", "plan.gpkg", "tables", "scenario.yaml", "run.json"}


def _scenario(path: Path) -> None:
    path.write_text("name: base\n", encoding="utf-8")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run folder, written once; read only."""
    folder = tmp_path_factory.mktemp("maps") / "base"
    write_run(county_report(), folder, _scenario, FACTS)
    return folder


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Writing that is only one small file, for tests of what happens around it."""

    def write_files(report: object, folder: Path) -> None:
        (folder / "map.html").write_text("new", encoding="utf-8")

    monkeypatch.setattr(run_folder, "_write_files", write_files)


def _names(folder: Path) -> set[str]:
    return {entry.name for entry in folder.iterdir()}


def test_everything_of_the_contract_is_there(written: Path) -> None:
    """All files of a run folder and the page of all runs are written, and nothing else is left behind."""
    assert _names(written) == FILES
    assert _names(written.parent) == {"base", "index.html"}
    record = json.loads((written / "run.json").read_text(encoding="utf-8"))
    assert record["seconds"]["solve"] == 1
    assert record["seconds"]["outputs"] > 0
    assert "base/map.html" in (written.parent / "index.html").read_text(encoding="utf-8")


def test_two_runs_write_the_same_bytes_times_aside(written: Path, tmp_path: Path) -> None:
    """Every file is the same a second time; of run.json all but the seconds."""
    again = tmp_path / "base"
    write_run(county_report(), again, _scenario, FACTS)
    files = [file.relative_to(written) for file in written.rglob("*") if file.is_file()]
    for file in files:
        if file.name != "run.json":
            assert (written / file).read_bytes() == (again / file).read_bytes(), file
    records = [json.loads((folder / "run.json").read_text(encoding="utf-8")) for folder in (written, again)]
    for record in records:
        record.pop("seconds")
    assert records[0] == records[1]


@pytest.mark.parametrize("error", [OSError("disk full"), KeyboardInterrupt()])
def test_a_failure_leaves_the_earlier_run_as_it_was(
    tmp_path: Path, quick: None, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    """When writing fails or is interrupted half way, the old folder stands untouched and no partial one is left."""
    folder = tmp_path / "base"
    write_run(county_report(), folder, _scenario, FACTS)
    before = {name: (folder / name).read_bytes() for name in _names(folder)}

    def fail(path: Path) -> None:
        raise error

    with pytest.raises(type(error)):
        write_run(county_report(), folder, fail, FACTS)
    assert {name: (folder / name).read_bytes() for name in _names(folder)} == before
    assert _names(tmp_path) == {"base", "index.html"}


def test_a_failure_of_a_real_writer_leaves_nothing_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A first run that fails in the workbook leaves no folder at all."""

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(facopt.outputs.workbook, "write_workbook", fail)
    with pytest.raises(OSError, match="disk full"):
        write_run(county_report(), tmp_path / "base", _scenario, FACTS)
    assert _names(tmp_path) == set()


def test_old_files_are_replaced_and_foreign_ones_kept(tmp_path: Path, quick: None) -> None:
    """A planner's own notes stay in the folder; what a run writes is new."""
    folder = tmp_path / "base"
    write_run(county_report(), folder, _scenario, FACTS)
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    (folder / "photos").mkdir()
    (folder / "photos" / "site.jpg").write_text("x", encoding="utf-8")
    (folder / "map.html").write_text("old", encoding="utf-8")
    write_run(county_report(), folder, _scenario, FACTS)
    assert (folder / "notes.txt").read_text(encoding="utf-8") == "mine"
    assert (folder / "photos" / "site.jpg").exists()
    assert (folder / "map.html").read_text(encoding="utf-8") == "new"
    assert _names(tmp_path) == {"base", "index.html"}


def test_leftovers_of_a_killed_run_are_cleared(tmp_path: Path, quick: None) -> None:
    """A partial folder of a killed run is replaced, and a folder it had moved aside returns with its files."""
    partial, previous = tmp_path / ".base.partial", tmp_path / ".base.previous"
    partial.mkdir()
    (partial / "half.html").write_text("x", encoding="utf-8")
    previous.mkdir()
    (previous / "notes.txt").write_text("mine", encoding="utf-8")
    write_run(county_report(), tmp_path / "base", _scenario, FACTS)
    assert _names(tmp_path) == {"base", "index.html"}
    assert _names(tmp_path / "base") == {"map.html", "scenario.yaml", "run.json", "notes.txt"}


def test_the_old_folder_returns_when_it_cannot_be_replaced(
    tmp_path: Path, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the last step itself fails, the old folder is put back."""
    folder = tmp_path / "base"
    write_run(county_report(), folder, _scenario, FACTS)
    (folder / "map.html").write_text("old", encoding="utf-8")
    replace = run_folder.os.replace

    def stubborn(source: Path, target: Path) -> None:
        if Path(source).name == ".base.partial":
            raise PermissionError("in use")
        replace(source, target)

    monkeypatch.setattr(run_folder.os, "replace", stubborn)
    with pytest.raises(PermissionError):
        write_run(county_report(), folder, _scenario, FACTS)
    assert (folder / "map.html").read_text(encoding="utf-8") == "old"
    assert ".base.partial" not in _names(tmp_path)
