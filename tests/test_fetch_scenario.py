"""A scenario of a named place: fetched before its first run, never again, and solved like any other.

The answers are constructed in the services' format, since recording real ones needs the internet.
"""

from __future__ import annotations

import csv
import json
import shutil
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from typer.testing import CliRunner

from facopt.cli import app
from facopt.fetch.place import fetch_place
from facopt.fetch.request import PlaceRequest, Services
from facopt.scenario.load import load_scenario
from facopt.scenario.schema import PLACE_FILES
from tests.osm_server import osm_server

if TYPE_CHECKING:
    from click.testing import Result

SHIPPED = Path(__file__).parents[1] / "scenarios" / "osm-place.yaml"
CHC, CLINIC = "community_health_centre", "township_clinic"


@dataclass(frozen=True)
class Bench:
    """A folder with the shipped scenario pointed at the town of the recorded answers, and the cache of these."""

    scenario: Path
    folder: Path

    def run(self, *arguments: str) -> Result:
        return CliRunner().invoke(app, ["run", str(self.scenario), "--out", str(self.results.parent), *arguments])

    @property
    def results(self) -> Path:
        return self.scenario.parent / "maps" / "osm-place"

    def record(self) -> dict[str, Any]:
        record: dict[str, Any] = json.loads((self.results / "run.json").read_text(encoding="utf-8"))
        return record


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Services]:
    """A cache that OSMnx has filled, and the services it belongs to, which are no longer there."""
    folder = tmp_path_factory.mktemp("answered")
    with pytest.MonkeyPatch.context() as patch, osm_server() as server:
        patch.setattr("time.sleep", lambda _seconds: None)
        services = Services(server.overpass_url, server.nominatim_url)
        fetch_place(PlaceRequest("Yunkou, Hubei, China", folder, people=30_000), lambda _text: None, services)
    return folder / ".cache", services


@pytest.fixture
def bench(tmp_path: Path, answered: tuple[Path, Services], monkeypatch: pytest.MonkeyPatch) -> Bench:
    """The scenario with a cache and no files; whoever touches the network fails."""
    cache, services = answered
    folder = tmp_path / "data" / "osm" / "tianmen"
    shutil.copytree(cache, folder / ".cache")
    text = SHIPPED.read_text(encoding="utf-8").replace("Tianmen, Hubei, China  ", "Yunkou, Hubei, China  ")
    text = text.replace("people: 1158640", "people: 30000")
    text = text.replace(f"{{{CHC}: 10, {CLINIC}: 10}}", f"{{{CHC}: 0, {CLINIC}: 1}}")
    scenario = tmp_path / "scenarios" / "osm-place.yaml"
    scenario.parent.mkdir()
    scenario.write_text(text, encoding="utf-8")
    monkeypatch.setattr("facopt.fetch.place.Services", lambda: services)

    def refuse(*_args: object) -> NoReturn:
        pytest.fail("the network was touched")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)
    return Bench(scenario, folder)


def test_shipped_scenario_needs_no_files_to_be_loaded() -> None:
    """What is missing of a place is no error, as it will be fetched."""
    loaded = load_scenario(SHIPPED)
    assert loaded.warnings == ()
    assert loaded.scenario.place is not None
    assert loaded.scenario.place.folder.parts[-3:] == ("data", "osm", "tianmen")


def test_first_run_fetches_and_solves(bench: Bench) -> None:
    """From a place's name to figures: with one new clinic, all but the people of the island are covered.

    Today: the clinic in the west covers west, town, north and middle (11,881 + 3 x 1,188) within 30 minutes; the east
    lies 11.5 km away and the south beyond a ferry. A clinic in the town adds both; the island would need its own.
    """
    result = bench.run()
    assert result.exit_code == 0, result.stderr
    assert "fetching Yunkou, Hubei, China from OpenStreetMap into" in result.stderr
    assert "(5 missing)" in result.stderr
    assert "the people of 7 of 8 settlements are estimates by kind of place, not counted" in result.stdout
    record = bench.record()
    assert record["status"] == "optimal"
    assert (record["people"], record["people_covered"]) == (30_000, 30_000 - 179)
    assert record["by_tier"][CHC]["people_covered"] == 12_000
    assert record["by_tier"][CLINIC]["people"] == 18_000
    assert record["unreachable_people"] == 0
    opened = {one["site_id"]: (one["tier"], one["action"]) for one in record["opened"]}
    assert opened == {"n2004": (CHC, "keep"), "w2100": (CLINIC, "keep"), "new-n1001": (CLINIC, "build")}
    assert {Path(name).name for name in record["inputs"]} == {*PLACE_FILES, "osm-place.yaml"}
    with (bench.results / "tables" / "demand_points.csv").open(encoding="utf-8-sig", newline="") as file:
        points = {row["id"]: row for row in csv.DictReader(file)}
    west_to_east = 0.1197 * 111.195 * 0.8607 / 20 * 60  # degrees of longitude at 30.6 degrees, on a 20 km/h e-bike
    off_road = 0.0004 * 111.195 / 5 * 60  # from the main road to the clinic's door
    assert float(points["n1004"]["minutes_now"]) == pytest.approx(west_to_east + off_road, abs=0.1)
    assert points["n1008"]["state"] == "uncovered"


def test_second_run_is_the_same_and_silent_about_fetching(bench: Bench) -> None:
    """With its files there, a scenario of a place is like any other, and its resolved text runs again."""
    assert bench.run().exit_code == 0
    first = bench.record()
    again = bench.run()
    assert again.exit_code == 0
    assert again.stderr == ""
    assert load_scenario(bench.results / "scenario.yaml").scenario == load_scenario(bench.scenario).scenario
    for key in ("status", "people_covered", "opened", "inputs"):
        assert bench.record()[key] == first[key]


def test_counted_people_end_the_warning(bench: Bench) -> None:
    """A table of census figures in the place of the fetched one is used as it is, without a word of estimates."""
    (bench.folder / "settlements.csv").write_text(
        "id,people,lon,lat,area_class\n1,5000,113.0,30.6,town\n", encoding="utf-8"
    )
    result = bench.run("--json")
    assert json.loads(result.stdout)["people"] == 5_000
    assert "(4 missing)" in result.stderr
    assert "estimates" not in (bench.results / "report.html").read_text(encoding="utf-8")


def test_check_says_what_is_missing_and_fetches_nothing(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A check names the files and the command that fetches them, on the terminal and in JSON; other scenarios go on."""
    monkeypatch.chdir(bench.scenario.parents[1])
    result = CliRunner().invoke(app, ["check", "scenarios/osm-place.yaml"])
    assert result.exit_code == 0
    line = 1 + bench.scenario.read_text(encoding="utf-8").split("\nplace:")[0].count("\n") + 1
    (said,) = (text for text in result.stdout.splitlines() if "not there yet" in text)
    assert said == (
        f"  note: scenarios/osm-place.yaml:{line}:1: 5 files of Yunkou, Hubei, China are not there yet "
        "(boundary.geojson, settlements.csv, facilities.csv, candidates.csv, roads.osm.pbf), so that the data cannot "
        'be checked. Fetch them from OpenStreetMap: facopt fetch "Yunkou, Hubei, China" --to "data/osm/tianmen" '
        "--buffer-km 5 --people 30000; "
        "a run fetches them by itself."
    )
    record = json.loads(CliRunner().invoke(app, ["check", str(bench.scenario), "--json"]).stdout)
    assert [Path(path).name for path in record["missing"]] == [
        "boundary.geojson", "settlements.csv", "facilities.csv", "candidates.csv", "roads.osm.pbf",
    ]  # fmt: skip
    assert record["errors"] == []
    assert [path.name for path in bench.folder.iterdir()] == [".cache"]


def test_check_of_fetched_files_reads_them(bench: Bench) -> None:
    """With its files there, a scenario of a place is checked like any other."""
    fetch_place(PlaceRequest("Yunkou, Hubei, China", bench.folder, people=30_000), lambda _text: None)
    result = CliRunner().invoke(app, ["check", str(bench.scenario), "--json"])
    assert result.exit_code == 0
    assert json.loads(result.stdout)["people"] == 30_000


def test_show_fetches_nothing(bench: Bench) -> None:
    """Showing a scenario reads no data."""
    result = CliRunner().invoke(app, ["show", str(bench.scenario)])
    assert result.exit_code == 0
    assert [path.name for path in bench.folder.iterdir()] == [".cache"]


def test_changed_people_are_not_ignored(bench: Bench) -> None:
    """Files that were fetched for other people than the scenario states are refused, at the scenario's line."""
    fetch_place(PlaceRequest("Yunkou, Hubei, China", bench.folder, people=30_000), lambda _text: None)
    result = bench.run("--set", "place.people=40000")
    assert result.exit_code == 2
    assert "were fetched for people 30000, not 40000" in result.stderr
    assert "osm-place.yaml:" in result.stderr


def test_a_file_that_is_never_fetched_is_missed(bench: Bench) -> None:
    """Only the files of a place may be missing in its folder."""
    result = bench.run("--set", f"demand.file={bench.folder / 'people.csv'}")
    assert result.exit_code == 2
    assert "demand.file: 'people.csv' is no file of a place" in result.stderr
    assert "Of a place, these are fetched: boundary.geojson, roads.osm.pbf" in result.stderr


def test_unknown_place_points_to_its_line(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message stands at the name in the scenario."""
    monkeypatch.undo()
    text = bench.scenario.read_text(encoding="utf-8").replace("Yunkou, Hubei, China  ", "Nowhere at all  ")
    bench.scenario.write_text(text, encoding="utf-8")
    with osm_server() as server, pytest.MonkeyPatch.context() as patch:
        patch.setattr("time.sleep", lambda _seconds: None)
        patch.setattr("facopt.fetch.place.Services", lambda: Services(server.overpass_url, server.nominatim_url))
        result = bench.run()
    line = 1 + text[: text.index("Nowhere")].count("\n")
    assert result.exit_code == 2
    assert f"osm-place.yaml:{line}:" in result.stderr
    assert "OpenStreetMap knows no place 'Nowhere at all'" in result.stderr


def test_without_internet_the_run_says_so_and_writes_nothing(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Status 3, what to do, and no results."""
    monkeypatch.undo()
    shutil.rmtree(bench.folder)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{probe.getsockname()[1]}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("facopt.fetch.place.Services", lambda: Services(nowhere, nowhere))
        result = bench.run()
    assert result.exit_code == 3
    assert "OpenStreetMap could not be reached" in result.stderr
    assert "fetch on a machine with internet" in result.stderr
    assert not bench.results.parent.exists()
    assert not bench.folder.exists()
