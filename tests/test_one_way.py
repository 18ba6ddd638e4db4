"""One-way roads that lead into a place but not out of it, or out of it but not into it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import pytest

from facopt.travel.network import build_network, to_networkx
from facopt.travel.profiles import load_profile
from facopt.travel.strong_ways import strong_ways
from tests.cli_runner import facopt, write_table
from tests.grid_county import SOUTH, STEP, WEST, county, grid_of_streets
from tests.travel_cases import METRIC_CRS, road_table

if TYPE_CHECKING:
    from pathlib import Path

REMEDY = (
    "Check oneway and the direction of the roads there, and add the missing way; at the edge of an extract cut it "
    "wider."
)


def with_one_way_spurs(folder: Path) -> Path:
    """Write the county of streets with two one-way spurs west of it, one leading away and one leading here."""
    file = county(folder)
    away = [[WEST, SOUTH], [WEST - 0.03, SOUTH]]
    here = [[WEST - 0.03, SOUTH + STEP], [WEST, SOUTH + STEP]]
    grid_of_streets(folder, away, here)
    roads = json.loads((folder / "roads.geojson").read_text(encoding="utf-8"))
    for feature in roads["features"]:
        feature["properties"]["oneway"] = "no"
    for feature in roads["features"][-2:]:
        feature["properties"]["oneway"] = "yes"
    (folder / "roads.geojson").write_text(json.dumps(roads), encoding="utf-8")
    write_table(
        folder / "demand.csv", "id people lon lat area_class",
        [("town", 900, WEST + STEP, SOUTH, "rural"), ("trap", 70, WEST - 0.01, SOUTH, "rural"),
         ("end", 30, WEST - 0.03, SOUTH, "rural"), ("source", 20, WEST - 0.02, SOUTH + STEP, "rural")],
    )  # fmt: skip
    write_table(
        folder / "sites.csv", "id tier lon lat status",
        [("s1", "clinic", WEST, SOUTH, "existing"), ("s2", "clinic", WEST - 0.02, SOUTH, "candidate")],
    )  # fmt: skip
    return file


def test_one_way_errors_are_warned_of_with_people_and_sites(tmp_path: Path) -> None:
    """Whoever can be driven to but cannot leave, and the other way round, is named; the town is not."""
    called = facopt("check", with_one_way_spurs(tmp_path), "--json")
    assert called.status == 0, called.err
    said = [text.replace(f"{tmp_path}/", "") for text in called.json()["warnings"] if "one-way" in text]
    assert said == [
        "grid.yaml:5:37: mode drive: 1 demand points lie on one-way roads that lead nowhere and were joined to the "
        "next road. Check the one-way roads there; at the edge of an extract they lead out of it, so cut it wider.",
        "roads.geojson: mode drive: 2 demand points (100 people) and 1 site lie where one-way roads lead into but not "
        f"out of (for example s2 (site), trap (70 people), end (30 people)). {REMEDY}",
        "roads.geojson: mode drive: 1 demand point (20 people) lies where one-way roads lead out of but not into "
        f"(for example source (20 people)). {REMEDY}",
    ]


def test_streets_open_both_ways_raise_no_doubt(tmp_path: Path) -> None:
    """Without one-way roads nothing is said of them."""
    assert "one-way" not in facopt("check", county(tmp_path)).out


@pytest.mark.parametrize("seed", range(8))
def test_ways_there_and_back_are_those_networkx_finds(seed: int) -> None:
    """A junction is joined to the largest strongly connected part of its component just if a path exists."""
    dice = np.random.default_rng(seed)
    pairs = dice.integers(0, 60, (85, 2))
    edges = [(int(a), int(b), {"highway": "secondary"}) for a, b in pairs if a != b]
    edges += [(b, a, facts) for a, b, facts in edges if dice.random() < 0.4]
    network = build_network(road_table(dice.random((60, 2)) * 10, edges), load_profile("drive"), metric_crs=METRIC_CRS)
    graph = nx.DiGraph(to_networkx(network))
    ways = strong_ways(network)
    number = {node: k for k, node in enumerate(network.junction_node.tolist())}
    for component in nx.weakly_connected_components(graph):
        parts = nx.strongly_connected_components(graph.subgraph(component))
        sizes = {frozenset(part & number.keys()): len(part & number.keys()) for part in parts}
        largest = [part for part, size in sizes.items() if size == max(sizes.values())]
        chosen = min(largest, key=lambda part: min(number[node] for node in part))
        start = next(iter(chosen))
        for node in component & number.keys():
            assert ways.from_main[number[node]] == nx.has_path(graph, start, node)
            assert ways.to_main[number[node]] == nx.has_path(graph, node, start)
    assert np.any(ways.from_main & ways.to_main)
