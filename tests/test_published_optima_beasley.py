"""Published optima of the OR-Library (Beasley 1990) through the command line: p-median, p-center and set covering.

FACOPT_SLOW=1 runs all twenty networks and four coverings; otherwise some of each.
"""

from __future__ import annotations

import csv
import os
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import shortest_path

from tests.cli_runner import run_record, write_table

DATA = Path(__file__).parents[1] / "../shared/data"
PMED, SCP = DATA / "pmed", DATA / "scp"
pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not (PMED.exists() and SCP.exists()), reason=f"real data not found in {PMED} and {SCP}"),
]
ALL = bool(os.environ.get("FACOPT_SLOW"))
NETWORKS = range(1, 21) if ALL else (1, 2, 5, 8)
COVERINGS = {"scp41": 429, "scp42": 512, "scp51": 253, "scp52": 302} if ALL else {"scp41": 429, "scp51": 253}

MEDIAN = """\
name: pmed
demand: {kind: table, file: nodes.csv}
facilities: {kind: table, file: sites.csv}
travel: {road: {kind: table, file: od.csv}}
tiers: {site: {mode: road, standard_minutes: 0}}
"""
COVERING = """\
name: covering
demand: {kind: table, file: rows.csv}
facilities: {kind: table, file: columns.csv}
travel: {link: {kind: table, file: od.csv}}
tiers: {column: {mode: link, standard_minutes: 1}}
targets: [{kind: coverage, tier: column, at_least_percent: 100}]
objective: [cost]
"""


def network(folder: Path, number: int) -> int:
    """Write the distances between all nodes of a network as the tables of a scenario and return p."""
    lines = [line.split() for line in (PMED / f"pmed{number}.txt").read_text().splitlines() if line.strip()]
    count, _, p = map(int, lines[0])
    # A later edge between the same nodes replaces an earlier one.
    edges = {tuple(sorted((int(a) - 1, int(b) - 1))): float(length) for a, b, length in lines[1:]}
    ends = np.array(list(edges)).T
    graph = csr_matrix((list(edges.values()), (ends[0], ends[1])), shape=(count, count))
    distance = shortest_path(graph, directed=False)
    write_table(folder / "nodes.csv", "id people", [(f"n{i}", 1) for i in range(count)])
    write_table(folder / "sites.csv", "id tier status", [(f"s{j}", "site", "candidate") for j in range(count)])
    pairs = [(f"n{i}", f"s{j}", f"{distance[i, j]:g}") for i in range(count) for j in range(count)]
    write_table(folder / "od.csv", "demand_id site_id minutes", pairs)
    return p


def optima() -> dict[int, tuple[float, float]]:
    """Return the published p-median and p-center value of each network."""
    with (PMED / "optima.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return {
        int(row["instance"].removeprefix("pmed")): (float(row["p_median_optimum"]), float(row["p_center_optimum"]))
        for row in rows
    }


@pytest.mark.parametrize("number", NETWORKS)
def test_networks_have_the_published_p_median_and_p_center(tmp_path: Path, number: int) -> None:
    """Both values of a network are the published ones, and proven."""
    p, published = network(tmp_path, number), optima()[number]
    for objective, expected in zip(("travel", "worst_travel"), published, strict=True):
        question = f"objective: [{objective}]\nlimits: {{sites: {{site: {p}}}}}\n"
        record = run_record(tmp_path, MEDIAN + question)
        assert (record["status"], record["objective"][0]["value"]) == ("optimal", expected)


@pytest.mark.parametrize("name", COVERINGS)
def test_set_coverings_have_the_published_cost(tmp_path: Path, name: str) -> None:
    """The least cost of covering all rows is the published one, and proven."""
    numbers = iter((SCP / f"{name}.txt").read_text().split())
    rows, columns = int(next(numbers)), int(next(numbers))
    costs = [int(next(numbers)) for _ in range(columns)]
    pairs = [(f"r{i}", f"c{int(next(numbers))}", 1) for i in range(rows) for _ in range(int(next(numbers)))]
    write_table(tmp_path / "rows.csv", "id people", [(f"r{i}", 1) for i in range(rows)])
    sites = [(f"c{j + 1}", "column", "candidate", cost) for j, cost in enumerate(costs)]
    write_table(tmp_path / "columns.csv", "id tier status build_cost", sites)
    write_table(tmp_path / "od.csv", "demand_id site_id minutes", pairs)
    record = run_record(tmp_path, COVERING)
    assert (record["status"], record["cost"]) == ("optimal", COVERINGS[name])
