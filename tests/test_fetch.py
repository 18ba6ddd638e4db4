"""Fetching a place: what comes out of the services' answers, and what happens when they fail.

The answers are constructed in the services' format, since recording real ones needs the internet (see
`tests/data/osm_cache`). A server on this machine gives them to OSMnx, which sends its real questions over HTTP and
stores the answers in its own cache, so all code between question and file is the one that planners run.
"""

from __future__ import annotations

import csv
import itertools
import json
import shutil
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
import osmnx
import pytest
import shapely
from typer.testing import CliRunner

from facopt.cli import app
from facopt.errors import DataError, ScenarioError
from facopt.fetch.errors import FetchError
from facopt.fetch.place import Fetched, fetch_place, wider
from facopt.fetch.request import PlaceRequest, Services, default_folder
from facopt.inputs.roads import read_roads
from facopt.scenario.schema import PLACE_FILES
from tests.osm_server import ANSWERS, OsmServer, osm_server

if TYPE_CHECKING:
    from collections.abc import Iterator

PLACE = "Yunkou, Hubei, China"
ALL_PARTS = ["place", "roads", "ferries", "facilities", "settlements"]
BROKEN_OFF = b'{"version": 0.6, "elements": [], "remark": "runtime error: Query timed out in \\"query\\" at line 1"}'


@pytest.fixture(scope="module", autouse=True)
def _no_pauses() -> Iterator[None]:
    """OSMnx pauses out of courtesy to the public servers; the one on this machine needs none."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("time.sleep", lambda _seconds: None)
        yield


@pytest.fixture
def server() -> Iterator[OsmServer]:
    with osm_server() as serving:
        yield serving


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object) -> NoReturn:
        pytest.fail("the network was touched")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)


def services(server: OsmServer) -> Services:
    return Services(server.overpass_url, server.nominatim_url)


def fetch(folder: Path, server: OsmServer, people: int | None = 30_000, *, refresh: bool = False) -> Fetched:
    request = PlaceRequest(PLACE, folder, people=people)
    return fetch_place(request, lambda _text: None, services(server), refresh=refresh)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, OsmServer]]:
    """The folder of the town as fetched once, and the server it came from."""
    folder = tmp_path_factory.mktemp("osm") / "yunkou"
    with osm_server() as serving:
        fetch(folder, serving)
        yield folder, serving


def rows(folder: Path, name: str) -> dict[str, dict[str, str]]:
    with (folder / name).open(encoding="utf-8-sig", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


# --- what the files hold ---------------------------------------------------------------------------------------------


def test_boundary_is_the_outline_not_the_more_important_point(town: tuple[Path, OsmServer]) -> None:
    """Of what Nominatim finds, the administrative outline is taken, and the file says which element it is."""
    (feature,) = json.loads((town[0] / "boundary.geojson").read_text(encoding="utf-8"))["features"]
    assert feature["properties"] == {"name": "Yunkou, Hubei, China", "osm": "relation/9001"}
    assert shapely.geometry.shape(feature["geometry"]).equals(shapely.box(112.95, 30.55, 113.10, 30.65))


def test_roads_keep_tags_ferries_islands_and_what_lies_beyond_the_boundary(town: tuple[Path, OsmServer]) -> None:
    """The road reader finds every way with its tags as OpenStreetMap has them, one-way and joined at shared nodes."""
    roads = read_roads(town[0] / "roads.osm.pbf")
    by_name = {roads.names[roads.name[e]]: roads.tags[roads.tag[e]] for e in range(len(roads))}
    assert set(by_name) == {
        "沿江大道", "北村路", "码头路", "南岸路", "环城街", "洲头小路", "东桥", "云口渡", "文昌路", "",
    }  # fmt: skip
    main = by_name["沿江大道"]
    assert (main.highway, main.maxspeed, main.surface) == ("primary", "60", "asphalt")
    assert (by_name["环城街"].oneway, by_name["环城街"].oneway_bicycle) == ("yes", "no")
    assert (by_name["南岸路"].tracktype, by_name["洲头小路"].foot) == ("grade2", "designated")
    assert (by_name["云口渡"].route, by_name["云口渡"].duration) == ("ferry", "00:06")
    assert (by_name[""].access, by_name[""].motor_vehicle) == ("private", "no")
    assert by_name["文昌路"].junction == "roundabout"
    assert roads.lon.max() > 113.10
    assert roads.length_m.sum() == pytest.approx(length_of_answers(), rel=1e-6)


def length_of_answers() -> float:
    """Add up the ways of the answers, segment by segment, on a sphere."""
    total = 0.0
    for name in ("roads", "ferries"):
        elements = json.loads((ANSWERS / f"{name}.json").read_text(encoding="utf-8"))["elements"]
        at = {one["id"]: (one["lat"], one["lon"]) for one in elements if one["type"] == "node"}
        for way in (one for one in elements if one["type"] == "way"):
            points = [at[number] for number in way["nodes"]]
            total += sum(osmnx.distance.great_circle(*a, *b) for a, b in itertools.pairwise(points))
    return total


def test_facilities_have_the_kind_of_their_name_or_else_of_their_tags(town: tuple[Path, OsmServer]) -> None:
    """Pharmacies, dentists, vets, what is gone, outside or mapped twice is left out and counted; tags stay columns."""
    facilities = rows(town[0], "facilities.csv")
    assert {id_: row["tier"] for id_, row in facilities.items()} == {
        "n2001": "county_hospital", "n2004": "community_health_centre", "n2008": "doctors", "n2012": "laboratory",
        "r9002": "county_hospital", "w2100": "central_township_clinic",
    }  # fmt: skip
    assert {row["status"] for row in facilities.values()} == {"existing"}
    assert facilities["n2001"]["osm:beds"] == "300"
    assert facilities["n2004"]["osm:opening_hours"] == "24/7"
    left_out = sources(town[0])["counts"]["facilities"]["left_out"]
    assert left_out == {"dental": 2, "mapped twice": 1, "pharmacy": 1, "veterinary": 1}


def test_areas_stand_at_a_point_inside_them(town: tuple[Path, OsmServer]) -> None:
    """A building, and a compound drawn in two ways, stand where they are."""
    facilities = rows(town[0], "facilities.csv")
    building, compound = (
        shapely.Point(float(facilities[id_]["lon"]), float(facilities[id_]["lat"])) for id_ in ("w2100", "r9002")
    )
    assert shapely.box(112.9600, 30.6002, 112.9606, 30.6006).contains(building)
    assert shapely.box(113.01, 30.601, 113.012, 30.603).contains(compound)


def test_settlements_have_tagged_people_or_a_share_of_the_rest(town: tuple[Path, OsmServer]) -> None:
    """People sum to those stated; a tag that counts the whole city, and one that is no number, are not used."""
    settlements = rows(town[0], "settlements.csv")
    people = {id_: int(row["people"]) for id_, row in settlements.items()}
    assert sum(people.values()) == 30_000
    assert [id_ for id_, row in settlements.items() if row["source_of_people"] == "tag"] == ["n1002"]
    rest = (30_000 - 12_000) / (10_000 + 5 * 1_000 + 150)
    weights = {"n1001": 10_000, "n1008": 150} | dict.fromkeys(("n1004", "n1005", "n1006", "n1007", "w1100"), 1_000)
    assert set(people) == {"n1002", *weights}
    for id_, weight in weights.items():
        assert abs(people[id_] - rest * weight) < 1
    assert [row["area_class"] for row in settlements.values()] == ["town", "urban", *["rural"] * 6]
    assert settlements["n1002"]["osm:population"] == "12,000"


def test_no_tag_is_taken_for_a_column_of_ours(town: tuple[Path, OsmServer]) -> None:
    """Tags called id or capacity stand under headings that mean nothing to the readers."""
    from facopt.inputs.tables import read_table

    for name in ("settlements.csv", "facilities.csv"):
        recognised = read_table(town[0] / name).recognised.columns
        assert not [column.heading for column in recognised.values() if column.heading.startswith("osm:")]
        assert "people_source" not in recognised
    assert rows(town[0], "settlements.csv")["n1007"]["osm:id"] == "n1"


def test_strange_text_stays_text(town: tuple[Path, OsmServer]) -> None:
    """Formulas are made harmless in every cell and heading, and every row is one line."""
    for name in ("facilities.csv", "settlements.csv", "candidates.csv"):
        with (town[0] / name).open(encoding="utf-8-sig", newline="") as file:
            lines = list(csv.reader(file))
            assert not [cell for line in lines for cell in line if cell[:1] in tuple("=+-@\t\r")]
        text = (town[0] / name).read_text(encoding="utf-8-sig")
        assert text.count("\n") == len(lines)
    assert rows(town[0], "settlements.csv")["n1007"]["name"] == '\'=HYPERLINK("http://example.invalid","领取补贴")'
    assert rows(town[0], "settlements.csv")["n1007"]["osm:note"] == "第一行 +第二行"


def test_candidates_are_settlements_with_the_tier_of_their_area_class(town: tuple[Path, OsmServer]) -> None:
    """A centre may be built where it is urban, a clinic elsewhere."""
    candidates, settlements = rows(town[0], "candidates.csv"), rows(town[0], "settlements.csv")
    assert list(candidates) == [f"new-{id_}" for id_ in settlements]
    for id_, row in settlements.items():
        wanted = "community_health_centre" if row["area_class"] == "urban" else "township_clinic"
        assert (candidates[f"new-{id_}"]["tier"], candidates[f"new-{id_}"]["status"]) == (wanted, "candidate")


def sources(folder: Path) -> dict[str, Any]:
    record: dict[str, Any] = json.loads((folder / "sources.json").read_text(encoding="utf-8"))
    return record


def test_sources_say_whence_when_and_what_is_estimated(town: tuple[Path, OsmServer]) -> None:
    """The record names place, licence, age of the data, counts, and every figure that is no fact of OpenStreetMap's."""
    record = sources(town[0])
    assert record["osm"] == "relation/9001"
    assert "ODbL" in record["licence"]
    assert record["osm_data_of"] == "2025-03-02T10:05:00Z"
    assert record["asked"].endswith("Z")
    assert record["counts"]["roads"] == {"ways": 10, "nodes": 24}
    assert record["counts"]["settlements"]["by_source_of_people"] == {"shared": 7, "tag": 1}
    assert record["counts"]["settlements"]["left_out"] == {"administrative divisions": 1, "mapped twice": 1}
    assert set(record["estimated"]) == {"facilities.csv", "settlements.csv", "candidates.csv"}
    assert [text.split(" ")[0] for text in record["warnings"]] == ["1", "The"]


# --- asking only once ------------------------------------------------------------------------------------------------


def test_first_call_asks_each_question_once(tmp_path: Path, server: OsmServer) -> None:
    """Five questions fetch a place, and the call reports what it wrote."""
    fetched = fetch(tmp_path / "town", server)
    assert server.asked == ALL_PARTS
    assert (fetched.written, fetched.kept) == (PLACE_FILES, ())
    assert sorted(contents(tmp_path / "town")) == sorted([*PLACE_FILES, "sources.json"])


@pytest.mark.usefixtures("no_network")
def test_second_call_changes_nothing_and_asks_nothing(town: tuple[Path, OsmServer]) -> None:
    """With all files there, the network is not touched."""
    before = contents(town[0])
    fetched = fetch(*town)
    assert (fetched.written, fetched.kept) == ((), PLACE_FILES)
    assert fetched.sources == sources(town[0])
    assert contents(town[0]) == before


@pytest.mark.usefixtures("no_network")
def test_files_come_again_from_the_cache(town: tuple[Path, OsmServer], tmp_path: Path) -> None:
    """Files that were deleted are made again from OSMnx's cache, byte for byte, without the network."""
    shutil.copytree(town[0] / ".cache", tmp_path / "again" / ".cache")
    fetch(tmp_path / "again", town[1])
    assert contents(tmp_path / "again") == contents(town[0])


@pytest.mark.usefixtures("no_network")
def test_a_table_put_in_by_hand_is_kept(town: tuple[Path, OsmServer], tmp_path: Path) -> None:
    """What the planner has replaced stays, and the rest is made around it."""
    shutil.copytree(town[0] / ".cache", tmp_path / "own" / ".cache")
    (tmp_path / "own" / "settlements.csv").write_text("id,people\n1,5\n", encoding="utf-8")
    fetched = fetch(tmp_path / "own", town[1])
    assert fetched.kept == ("settlements.csv",)
    assert (tmp_path / "own" / "settlements.csv").read_text(encoding="utf-8") == "id,people\n1,5\n"
    assert "settlements.csv" not in fetched.sources["estimated"]


@pytest.mark.parametrize(
    ("status", "content", "says"),
    [
        (200, BROKEN_OFF, "127.0.0.1:{port} broke off: runtime error: Query timed out"),
        (400, b"<html>bad</html>", "127.0.0.1:{port} refused to answer (400 Bad Request)"),
        (200, b"<html>please log in</html>", "127.0.0.1:{port} answered with a page instead of data"),
        (429, b"", "127.0.0.1:{port} is too busy to answer"),
    ],
)
def test_half_an_answer_is_none(tmp_path: Path, server: OsmServer, status: int, content: bytes, says: str) -> None:
    """What is no whole answer stops the call, which says why and leaves nothing behind."""
    server.replaced["place"] = (status, content)
    with pytest.raises(FetchError) as caught:
        fetch(tmp_path / "town", server)
    assert says.format(port=server.server_port) in str(caught.value)
    assert not (tmp_path / "town").exists()


def test_an_interrupted_call_goes_on_where_it_stopped(tmp_path: Path, server: OsmServer) -> None:
    """Nothing is written without all answers; those that came are not asked for again."""
    server.replaced["facilities"] = (200, BROKEN_OFF)
    with pytest.raises(FetchError, match="broke off"):
        fetch(tmp_path / "town", server)
    assert contents(tmp_path / "town") == {}
    assert set(server.asked) == set(ALL_PARTS) - {"settlements"}
    server.replaced.clear()
    server.asked.clear()
    fetch(tmp_path / "town", server)
    assert server.asked == ["facilities", "settlements"]


def test_an_answer_whose_writing_was_interrupted_is_asked_for_again(tmp_path: Path, server: OsmServer) -> None:
    """A truncated file in OSMnx's cache is no answer."""
    folder = tmp_path / "town"
    fetch(folder, server)
    whole = contents(folder)
    (cached,) = folder.glob(".cache/settlements-*/*.json")
    cached.write_bytes(cached.read_bytes()[:400])
    (folder / "settlements.csv").unlink()
    server.asked.clear()
    fetch(folder, server)
    assert server.asked == ["settlements"]
    assert (folder / "settlements.csv").read_bytes() == whole["settlements.csv"]
    assert sources(folder)["counts"] == json.loads(whole["sources.json"])["counts"]


def test_refresh_asks_anew_and_replaces(tmp_path: Path, server: OsmServer) -> None:
    """Newer answers take the place of files and cache."""
    folder = tmp_path / "town"
    fetch(folder, server)
    later = server.answer("settlements")[1].replace(b'"12,000"', b'"13,000"')
    server.replaced["settlements"] = (200, later)
    server.asked.clear()
    fetch(folder, server, refresh=True)
    assert server.asked == ALL_PARTS
    assert rows(folder, "settlements.csv")["n1002"]["people"] == "13000"
    assert [path.name for path in folder.glob(".cache*")] == [".cache"]


def test_refresh_that_fails_leaves_what_was_there(tmp_path: Path, server: OsmServer) -> None:
    """Files stay whole, a later call without --refresh finds them so, and the refresh can go on."""
    folder = tmp_path / "town"
    fetch(folder, server)
    before = contents(folder)
    server.replaced["settlements"] = (200, BROKEN_OFF)
    with pytest.raises(FetchError):
        fetch(folder, server, people=31_000, refresh=True)
    assert contents(folder) == before
    assert fetch(folder, server).written == ()
    server.replaced.clear()
    server.asked.clear()
    fetch(folder, server, people=31_000, refresh=True)
    assert server.asked == ["settlements"]
    assert sources(folder)["counts"]["settlements"]["people"] == 31_000


def test_other_request_into_the_same_folder_is_refused(town: tuple[Path, OsmServer]) -> None:
    """Files of one request are not taken for those of another, and the message gives the way out."""
    with pytest.raises(ScenarioError) as caught:
        fetch(*town, people=40_000)
    assert "were fetched for people 30000, not 40000" in str(caught.value)
    assert f'facopt fetch "{PLACE}"' in str(caught.value)
    assert "--refresh" in str(caught.value)


# --- what there is not -----------------------------------------------------------------------------------------------


def test_unknown_place_is_bad_input(tmp_path: Path, server: OsmServer) -> None:
    """A name that Nominatim does not know is named, and nothing is written."""
    with pytest.raises(ScenarioError, match="knows no place 'Nowhere'"):
        fetch_place(PlaceRequest("Nowhere", tmp_path / "x"), lambda _text: None, services(server))
    assert not (tmp_path / "x" / "boundary.geojson").exists()


def test_place_without_outline_is_bad_input(tmp_path: Path, server: OsmServer) -> None:
    """A place that is only a point cannot be fetched."""
    found = json.loads(server.answer("place")[1])[:1]
    server.replaced["place"] = (200, json.dumps(found).encode())
    with pytest.raises(ScenarioError, match="has no outline of 'Yunkou, Hubei, China'"):
        fetch(tmp_path / "x", server)


def test_place_by_id(tmp_path: Path, server: OsmServer) -> None:
    """Where names are ambiguous, the id of the boundary says which."""
    request = PlaceRequest("R9001", tmp_path / "x", people=30_000)
    assert fetch_place(request, lambda _text: None, services(server)).sources["osm"] == "relation/9001"


@pytest.mark.parametrize(("part", "says"), [("settlements", "no settlement"), ("roads", "no road")])
def test_a_place_with_nothing_to_plan_with(tmp_path: Path, server: OsmServer, part: str, says: str) -> None:
    """Without roads or settlements there is nothing to plan with; nothing is written."""
    for name in (part, "ferries"):
        server.replaced[name] = (200, b'{"version": 0.6, "elements": []}')
    with pytest.raises(DataError, match=says):
        fetch(tmp_path / "x", server)
    assert contents(tmp_path / "x") == {}


def test_a_place_without_facilities_has_an_empty_table(tmp_path: Path, server: OsmServer) -> None:
    """That nothing stands is an answer."""
    server.replaced["facilities"] = (200, b'{"version": 0.6, "elements": []}')
    fetch(tmp_path / "x", server)
    assert (tmp_path / "x" / "facilities.csv").read_text(encoding="utf-8-sig") == "id,name,lon,lat,tier,status\n"


def unreachable() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


def test_without_internet_nothing_is_left_behind(tmp_path: Path) -> None:
    """The command line says what to do, and ends with status 3."""
    urls = ["--nominatim-url", unreachable(), "--overpass-url", unreachable()]
    result = CliRunner().invoke(app, ["fetch", PLACE, "--to", str(tmp_path / "town"), *urls])
    assert result.exit_code == 3
    assert "error: OpenStreetMap could not be reached at 127.0.0.1" in result.stderr
    assert f'fetch on a machine with internet and copy the folder: facopt fetch "{PLACE}"' in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_osmnx_and_the_process_are_left_as_they_were(tmp_path: Path, server: OsmServer) -> None:
    """Settings of OSMnx and the resolver it replaces are put back, after failures too."""
    kept = ("cache_folder", "cache_only_mode", "overpass_url", "nominatim_url", "requests_kwargs", "http_user_agent")
    before = {name: getattr(osmnx.settings, name) for name in kept}
    resolver = socket.getaddrinfo
    fetch(tmp_path / "town", server)
    server.replaced["roads"] = (200, BROKEN_OFF)
    with pytest.raises(FetchError):
        fetch(tmp_path / "other", server)
    assert {name: getattr(osmnx.settings, name) for name in kept} == before
    assert socket.getaddrinfo is resolver
    assert not Path("cache").exists()


# --- the command ---------------------------------------------------------------------------------------------------


def test_command_prints_one_object_and_talks_on_standard_error(tmp_path: Path, server: OsmServer) -> None:
    """With --json standard output is one object; progress and the place that was found go to standard error."""
    arguments = ["fetch", PLACE, "--to", str(tmp_path / "town"), "--people", "30000", "--json"]
    urls = ["--nominatim-url", server.nominatim_url, "--overpass-url", server.overpass_url]
    result = CliRunner().invoke(app, [*arguments, *urls])
    assert result.exit_code == 0
    record = json.loads(result.stdout)
    assert record["written"] == list(PLACE_FILES)
    assert record["sources"]["counts"]["settlements"]["people"] == 30_000
    assert "found Yunkou, Hubei, China (relation 9001)" in result.stderr
    again = CliRunner().invoke(app, [*arguments[:-1]])
    assert again.exit_code == 0
    assert again.stdout.count("  kept  ") == 5
    assert "1 of 8 settlements have counted people" in again.stdout


def test_an_address_that_is_none_is_bad_input(tmp_path: Path) -> None:
    """Only addresses of the web are asked."""
    result = CliRunner().invoke(app, ["fetch", PLACE, "--to", str(tmp_path), "--overpass-url", "file:///etc"])
    assert result.exit_code == 2
    assert "'file:///etc' is no address of a server" in result.stderr


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("Tianmen, Hubei, China", "tianmen"),
        ("天门市, 湖北省", "天门市"),
        ("../../etc/passwd", "etc-passwd"),
        ("…", "place"),
    ],
)
def test_default_folder_is_a_plain_name(name: str, folder: str) -> None:
    """Whatever the place is called, its folder lies in data/osm."""
    assert default_folder(name) == Path("data/osm") / folder


def test_wider_outline_holds_all_within_the_distance() -> None:
    """The outline that is asked for loses nothing of the buffer and has few vertices."""
    angles = np.linspace(0, 2 * np.pi, 2_000, endpoint=False)
    ragged = shapely.Polygon(
        [(113 + (0.1 + 0.002 * (k % 2)) * np.cos(a), 30 + 0.1 * np.sin(a)) for k, a in enumerate(angles)]
    )
    around = wider(ragged, 5_000)
    north = shapely.Point(113, 30.1 + 5_000 / 110_852)
    assert around.contains(ragged)
    assert around.contains(north)
    assert not around.contains(shapely.Point(113, 30.1 + 5_400 / 110_852))
    assert shapely.get_num_coordinates(around) < 200
