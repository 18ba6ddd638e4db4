"""Published optima through the command line: 205 tracts of San Francisco and 16 sites, as spopt (PySAL) documents them.

Road metres are given as minutes, 100 to the minute, so that 5 km are 50 minutes.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.cli_runner import run_record, write_table

FOLDER = Path(__file__).parents[1] / "../shared/data/sf205"
pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not FOLDER.exists(), reason=f"real data not found in {FOLDER}"),
]
METRES_PER_MINUTE = 100

SCENARIO = """\
name: sf205
demand: {kind: table, file: tracts.csv}
facilities: {kind: table, file: stores.csv}
travel: {road: {kind: table, file: od.csv}}
tiers: {store: {mode: road, standard_minutes: 50}}
"""


@pytest.fixture
def tracts(tmp_path: Path) -> Path:
    """Write the distances as the tables of a scenario."""
    with next(FOLDER.glob("*network_distance*.csv")).open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    people = {row["DestinationName"]: row["demand"] for row in rows}
    sites = list(dict.fromkeys(row["name"] for row in rows))
    assert (len(people), len(sites)) == (205, 16)
    write_table(tmp_path / "tracts.csv", "id people", list(people.items()))
    write_table(tmp_path / "stores.csv", "id tier status", [(site, "store", "candidate") for site in sites])
    od = [(row["DestinationName"], row["name"], repr(float(row["distance"]) / METRES_PER_MINUTE)) for row in rows]
    write_table(tmp_path / "od.csv", "demand_id site_id minutes", od)
    return tmp_path


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("targets: [{kind: coverage, at_least_percent: 100}]\nobjective: [sites]\n", 8),
        ("objective: [coverage]\nlimits: {sites: {store: 4}}\n", 875_247),
        ("objective: [travel]\nlimits: {sites: {store: 4}}\n", 2_848_268_129.7145 / METRES_PER_MINUTE),
        ("objective: [worst_travel]\nlimits: {sites: {store: 4}}\n", 7403.06 / METRES_PER_MINUTE),
    ],
    ids=["set covering", "maximal covering", "p-median", "p-center"],
)
@pytest.mark.parametrize("solver", ["highs", "cbc"])
def test_published_optimum(tracts: Path, question: str, expected: float, solver: str) -> None:
    """The optimum is the published one with either solver, and proven."""
    record = run_record(tracts, SCENARIO + question + f"solver: {{name: {solver}}}\n")
    (level,) = record["objective"]
    assert record["status"] == "optimal"
    assert level["value"] == pytest.approx(expected, rel=1e-6)
