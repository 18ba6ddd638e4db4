"""Published optima of the p-median graphs of the OR-Library, as p-median and as p-center.

The first ten go through the command line. The larger ones are solved directly, since reading 160,000 travel times and
writing maps and reports takes far longer there than the plan.

Beasley 1985, doi 10.1016/0377-2217(85)90040-2. Edge lengths are given as minutes.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse.csgraph import shortest_path

from facopt.location.problem import LocationProblem, Service, SiteLimit
from facopt.location.search import solve_location
from facopt.location.solution import Status
from facopt.location.solver import SolverSettings
from tests.cli_runner import run_record, write_table

FOLDER = Path(__file__).parents[1] / "../shared/data/pmed"
pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not FOLDER.exists(), reason=f"published graphs not found in {FOLDER}"),
]
QUESTIONS = {"travel": "p_median_optimum", "worst_travel": "p_center_optimum"}

SCENARIO = """\
name: pmed
demand: {{kind: table, file: points.csv}}
facilities: {{kind: table, file: sites.csv}}
travel: {{road: {{kind: table, file: od.csv}}}}
tiers: {{clinic: {{mode: road, standard_minutes: 60}}}}
objective: [{objective}]
limits: {{sites: {{clinic: {count}}}}}
"""


def read_graph(number: int) -> tuple[np.ndarray, int]:
    """Return (n, n) shortest distances and the number of sites; a later copy of an edge replaces an earlier one."""
    values = [int(word) for word in (FOLDER / f"pmed{number}.txt").read_text(encoding="ascii").split()]
    points, edges, count = values[:3]
    length = np.full((points, points), np.inf)
    for first, second, minutes in np.array(values[3 : 3 + 3 * edges]).reshape(-1, 3):
        length[first - 1, second - 1] = length[second - 1, first - 1] = minutes
    np.fill_diagonal(length, 0)
    return shortest_path(length, method="D"), count


def optimum(number: int, column: str) -> float:
    """Return the published optimum of an instance."""
    with (FOLDER / "optima.csv").open(encoding="utf-8", newline="") as stream:
        return next(float(row[column]) for row in csv.DictReader(stream) if row["instance"] == f"pmed{number}")


@pytest.mark.parametrize("number", range(1, 11))
def test_published_optimum_through_the_command_line(tmp_path: Path, number: int) -> None:
    """Travel and worst travel are the published optima, and proven."""
    minutes, count = read_graph(number)
    names = [f"v{i}" for i in range(len(minutes))]
    write_table(tmp_path / "points.csv", "id people", [(name, 1) for name in names])
    write_table(tmp_path / "sites.csv", "id tier status", [(name, "clinic", "candidate") for name in names])
    od = [(a, b, int(minutes[i, j])) for i, a in enumerate(names) for j, b in enumerate(names)]
    write_table(tmp_path / "od.csv", "demand_id site_id minutes", od)
    for objective, column in QUESTIONS.items():
        record = run_record(tmp_path, SCENARIO.format(objective=objective, count=count))
        (level,) = record["objective"]
        assert record["status"] == "optimal"
        assert (level["value"], level["bound"]) == pytest.approx((optimum(number, column),) * 2)


@pytest.mark.parametrize("number", range(11, 21))
def test_published_optimum_of_larger_graphs(number: int) -> None:
    """Travel and worst travel of 300 and 400 points are the published optima, and proven."""
    minutes, count = read_graph(number)
    points = len(minutes)
    index, everybody = np.arange(points, dtype=np.int32), np.ones(points, dtype=bool)
    service = Service(
        "clinic",
        everybody,
        60.0,
        np.repeat(index, points),
        np.tile(index, points),
        np.ascontiguousarray(minutes).ravel(),
    )
    problem = LocationProblem(
        people=np.ones(points), site_tier=np.zeros(points, dtype=np.int32), existing=~everybody, usable=everybody,
        must_open=~everybody, cost=np.zeros(points), services=(service,), objective=("travel",),
        site_limits=(SiteLimit("limits.sites.clinic", 0, count, exact=True),),
    )  # fmt: skip
    for objective, column in QUESTIONS.items():
        solution = solve_location(problem.replace(objective=(objective,)), SolverSettings())
        assert solution.status is Status.OPTIMAL
        assert solution.levels[0].value == pytest.approx(optimum(number, column))
