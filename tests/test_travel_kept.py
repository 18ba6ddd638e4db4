"""What a run keeps besides times: networks, distances to roads, the drawn roads; a run asked again gives the same."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from facopt.assembly import drawing, road_modes
from facopt.travel.cache import Form, TravelCache
from facopt.travel.closures import Closure
from facopt.travel.kept_network import network_as_arrays, network_from_arrays
from facopt.travel.network import build_network
from facopt.travel.profiles import load_profile
from tests.cli_runner import facopt, write_table
from tests.travel_cases import road_table

if TYPE_CHECKING:
    from pathlib import Path

    from facopt.travel.network import Network

METRIC = "EPSG:32650"
SCENARIO = """\
name: street
demand:     {{kind: table, file: demand.csv, crs: wgs84, area_class: rural}}
facilities: {{kind: table, file: sites.csv, crs: wgs84}}
travel:
  drive: {{kind: roads, file: roads.geojson, profile: drive, cutoff_minutes: 60}}
tiers:
  clinic: {{mode: drive, standard_minutes: {standard}}}
objective: [coverage]
limits: {{new_sites: {{clinic: 1}}}}
"""


def _network() -> Network:
    places = [(0, 0), (1, 0), (2, 0), (2, 1), (5, 5), (6, 5), (6, 6)]
    edges = [(0, 1, {"highway": "primary"}), (1, 2, {"highway": "primary", "oneway": "yes"}),
             (2, 3, {"highway": "residential"}), (1, 3, {"highway": "tertiary"}), (4, 5, {"highway": "residential"}),
             (5, 6, {"highway": "residential"})]  # fmt: skip
    from shapely import Point

    roads = road_table(places, edges)
    closure = Closure(np.array([Point(float(roads.node_lon[6]), float(roads.node_lat[6]))]), 0.5, 30.0, name="slow")
    return build_network(roads, load_profile("drive"), metric_crs=METRIC, closures=[closure])


def _flat(network: Network) -> dict[str, Any]:
    return {key: value for key, value in network_as_arrays(network).items() if key != "head"}


def test_a_kept_network_comes_back_the_same(tmp_path: Path) -> None:
    """Every array with its type, the longest time and what closures do."""
    network = _network()

    def form(known: Network) -> Form[Network]:
        return Form(network_as_arrays, lambda arrays: network_from_arrays(arrays, known.roads, known.profile, METRIC))

    cache = TravelCache(tmp_path)
    assert cache.kept("network-k", lambda: network, form(network)) is network
    cache.write()
    kept = TravelCache(tmp_path).kept("network-k", lambda: pytest.fail("built again"), form(network))
    assert (kept.longest_ms, kept.closed, kept.metric_crs) == (network.longest_ms, network.closed, METRIC)
    assert kept.closed[0].edges == 1
    for key, value in _flat(network).items():
        assert _flat(kept)[key].dtype == value.dtype
        np.testing.assert_array_equal(_flat(kept)[key], value)


@pytest.mark.parametrize("key", sorted(_flat(_network()).keys() - {
    "component_km", "pieces.forward_ms", "pieces.backward_ms", "place_in_link.against", "place_in_link.rank",
    "place_in_link.offset_forward_ms", "place_in_link.offset_backward_ms", "links.forward_ms", "links.backward_ms",
    "links.length_m", "chains.reversed",
}))  # fmt: skip
def test_a_network_that_points_beyond_itself_is_not_trusted(key: str) -> None:
    """An index out of range in any of the arrays that are followed is refused, and so is a missing row."""
    network = _network()
    arrays = network_as_arrays(network)
    beyond = arrays[key].copy()
    beyond[(-1, 0) if beyond.ndim == 2 else -1] += 1_000
    for wrong in (beyond, arrays[key][:-1]):
        with pytest.raises(ValueError, match="damaged"):
            network_from_arrays({**arrays, key: wrong}, network.roads, network.profile, METRIC)


def test_drawn_roads_come_back_the_same() -> None:
    """Classes and lines, also where nothing is drawn; lines that do not add up are refused."""
    lines = (("primary", np.array([[1.0, 2.0], [3.0, 4.0]])), ("tertiary", np.array([[5.0, 6.0], [7, 8], [9, 1]])))
    for drawn in (lines, ()):
        arrays = drawing._as_arrays(drawn)
        again = drawing._from_arrays(arrays)
        assert [name for name, _ in again] == [name for name, _ in drawn]
        for (_, a), (_, b) in zip(again, drawn, strict=True):
            np.testing.assert_array_equal(a, b)
    with pytest.raises(ValueError, match="damaged"):
        drawing._from_arrays({**drawing._as_arrays(lines), "sizes": np.array([2, 9])})


def _write(folder: Path) -> None:
    """Write a street of ten homes in Jilin with a clinic at one end, a candidate at the other, and one on an island."""
    import json

    lon, lat = 126.5, 43.8
    street = [[lon + 0.01 * k, lat] for k in range(11)]
    lines = [*pairwise(street), ([lon, lat + 0.3], [lon + 0.01, lat + 0.3])]
    features = [
        {
            "type": "Feature",
            "properties": {"highway": "tertiary"},
            "geometry": {"type": "LineString", "coordinates": line},
        }
        for line in lines
    ]
    roads = {"type": "FeatureCollection", "features": features}
    (folder / "roads.geojson").write_text(json.dumps(roads), encoding="utf-8")
    homes = [(f"d{k}", 100 + k, lon + 0.01 * k + 0.003, lat + 0.001) for k in range(10)]
    write_table(folder / "demand.csv", "id people lon lat", [*homes, ("island", 7, lon, lat + 0.301)])
    sites = [("a", "clinic", "existing", lon, lat), ("b", "clinic", "candidate", lon + 0.1, lat)]
    write_table(folder / "sites.csv", "id tier status lon lat", sites)


def _run(folder: Path, out: str, standard: float, *more: object) -> dict[str, bytes]:
    """Run the scenario; return the files that hold no clock reading."""
    (folder / "street.yaml").write_text(SCENARIO.format(standard=standard), encoding="utf-8")
    called = facopt("run", folder / "street.yaml", "--out", folder / out, *more)
    assert called.status == 0, called.err
    run = folder / out / "street"
    files = [*sorted((run / "tables").glob("*.csv")), run / "map.html", run / "plan.gpkg", run / "report.xlsx"]
    return {path.name: path.read_bytes() for path in files if path.name != "recognised.csv"}


def test_a_run_asked_again_builds_no_network_and_writes_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With kept files no roads are read and no network is built; another standard gives what a new run gives."""
    _write(tmp_path)
    first = _run(tmp_path, "kept", 5)
    fresh = _run(tmp_path, "fresh", 8, "--no-cache")
    monkeypatch.setattr(road_modes, "build_network", lambda *_args, **_more: pytest.fail("built again"))
    monkeypatch.setattr("facopt.assembly.road_files.read_roads", lambda *_args, **_more: pytest.fail("read again"))
    monkeypatch.setattr(drawing, "roads_to_draw", lambda *_args: pytest.fail("drawn again"))
    assert _run(tmp_path, "kept", 5) == first
    again = _run(tmp_path, "kept", 8)
    assert again == fresh
    assert again != first
    kinds = {path.name.split("-")[0] for path in (tmp_path / "kept/.cache").iterdir()}
    assert kinds == {"travel", "roads", "network", "metres", "drawn"}


def test_distances_to_roads_are_kept_by_what_they_are_asked_for(tmp_path: Path) -> None:
    """Sites elsewhere have distances of their own; the homes keep theirs."""
    _write(tmp_path)
    sites = tmp_path / "sites.csv"
    rows = [f"x{k},clinic,candidate,{126.5 + 0.01 * k},43.8" for k in range(8)]
    sites.write_text(sites.read_text(encoding="utf-8") + "\n".join(rows), encoding="utf-8")
    found = []
    for lat in ("43.8", "43.8001"):
        sites.write_text(sites.read_text(encoding="utf-8").replace("43.8\n", f"{lat}\n"), encoding="utf-8")
        _run(tmp_path, "kept", 5)
        found.append({path.name for path in (tmp_path / "kept/.cache").glob("metres-*.npz")})
    assert len(found[0]) == 2
    assert len(found[1] - found[0]) == 1
