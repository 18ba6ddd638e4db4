"""Travel and worst travel for everybody: the published graphs, larger squares, and a plain MILP beside them.

    python benchmarks/median.py              everything, a few minutes
    python benchmarks/median.py --quick      the published graphs alone

Squares: points drawn evenly from 1000 x 1000, people 1 to 100, every point a site, straight-line minutes; the seed is
n + p. The plain MILP is the assignment formulation (Balinski 1965) in PuLP with HiGHS, given 120 s.
"""

from __future__ import annotations

import argparse
import csv
import time
from pathlib import Path

import numpy as np
from scipy.sparse.csgraph import shortest_path
from scipy.spatial.distance import cdist

from facopt.location.problem import LocationProblem, Service, SiteLimit
from facopt.location.search import solve_location
from facopt.location.solver import SolverSettings

PMED = Path(__file__).parents[1] / "../shared/data/pmed"
SQUARES = ((1000, 50, 60), (1000, 100, 60), (2000, 50, 60), (2000, 200, 60), (5000, 20, 18), (5000, 50, 18),
           (5000, 100, 18), (5000, 500, 18))  # fmt: skip
PLAIN = {1, 6, 11}
PLAIN_SECONDS = 120


def problem_of(minutes: np.ndarray, people: np.ndarray, count: int, objective: str) -> LocationProblem:
    """Return the problem in which every point is a site and exactly `count` open; `minutes` (n, n)."""
    points = len(minutes)
    index = np.arange(points, dtype=np.int32)
    everybody = np.ones(points, dtype=bool)
    service = Service(
        "clinic",
        everybody,
        60.0,
        np.repeat(index, points),
        np.tile(index, points),
        np.ascontiguousarray(minutes).ravel(),
    )
    return LocationProblem(
        people=people, site_tier=np.zeros(points, dtype=np.int32), existing=~everybody, usable=everybody,
        must_open=~everybody, cost=np.zeros(points), services=(service,), objective=(objective,),
        site_limits=(SiteLimit("limits.sites.clinic", 0, count, exact=True),),
    )  # fmt: skip


def read_pmed(number: int) -> tuple[np.ndarray, int]:
    """Return (n, n) shortest distances and the number of sites to open."""
    values = [int(word) for word in (PMED / f"pmed{number}.txt").read_text(encoding="ascii").split()]
    points, edges, count = values[:3]
    length = np.full((points, points), np.inf)
    for first, second, minutes in np.array(values[3 : 3 + 3 * edges]).reshape(-1, 3):
        length[first - 1, second - 1] = length[second - 1, first - 1] = minutes
    np.fill_diagonal(length, 0)
    return shortest_path(length, method="D"), count


def square(points: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return (n, n) minutes and (n,) people."""
    rng = np.random.default_rng(points + count)
    place = rng.random((points, 2)) * 1000
    people = rng.integers(1, 101, points).astype(float)
    return cdist(place, place), people


def solve(problem: LocationProblem, seconds: float) -> tuple[float, str]:
    """Return the seconds taken and a line of value, bound, gap and status."""
    began = time.perf_counter()
    solution = solve_location(problem, SolverSettings(time_limit_seconds=seconds))
    took = time.perf_counter() - began
    level = solution.levels[0]
    return (
        took,
        f"{level.value:>14.3f} {level.bound:>14.3f} {level.gap_percent:>9.4f} % {took:>8.2f} s"
        f"  {solution.status.value}",
    )


def plain_milp(minutes: np.ndarray, count: int) -> tuple[float, float | None]:
    """Return the seconds and the value (None: not finished) of the assignment formulation."""
    import pulp

    began, points = time.perf_counter(), range(len(minutes))
    model = pulp.LpProblem("plain", pulp.LpMinimize)
    y = [pulp.LpVariable(f"y{j}", cat="Binary") for j in points]
    x = [[pulp.LpVariable(f"x{i}_{j}", 0, 1) for j in points] for i in points]
    model += pulp.LpAffineExpression([(x[i][j], float(minutes[i, j])) for i in points for j in points])
    model += pulp.lpSum(y) == count
    for i in points:
        model += pulp.lpSum(x[i]) == 1
        for j in points:
            model += x[i][j] <= y[j]
    model.solve(pulp.HiGHS(msg=False, timeLimit=PLAIN_SECONDS))
    took = time.perf_counter() - began
    return took, pulp.value(model.objective) if took < PLAIN_SECONDS else None


def published() -> None:
    if not PMED.exists():
        print(f"published graphs not found in {PMED}")
        return
    with (PMED / "optima.csv").open(encoding="utf-8", newline="") as stream:
        optima = {row["instance"]: row for row in csv.DictReader(stream)}
    for objective, column in (("travel", "p_median_optimum"), ("worst_travel", "p_center_optimum")):
        total = 0.0
        for number in range(1, 21):
            minutes, count = read_pmed(number)
            took, line = solve(problem_of(minutes, np.ones(len(minutes)), count, objective), 300)
            total += took
            known, ratio = optima[f"pmed{number}"][column], beside(number, objective, minutes, count, took)
            print(f"pmed{number:<3} {objective:<13}{line}, published {known}{ratio}", flush=True)
        print(f"all twenty, {objective}: {total:.1f} s\n")


def beside(number: int, objective: str, minutes: np.ndarray, count: int, took: float) -> str:
    """Return how the plain MILP compares, for the few graphs on which it is run."""
    if number not in PLAIN or objective != "travel":
        return ""
    seconds, value = plain_milp(minutes, count)
    ended = f"not done in {PLAIN_SECONDS} s: more than" if value is None else f"{value:.0f} in {seconds:.1f} s:"
    return f"; plain MILP {ended} {seconds / took:.0f} x"


def squares() -> None:
    for points, count, seconds in SQUARES:
        minutes, people = square(points, count)
        for objective in ("travel", "worst_travel") if points <= 1000 else ("travel",):
            _, line = solve(problem_of(minutes, people, count, objective), seconds)
            print(f"n={points:<5} p={count:<4} {objective:<13}{line}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="the published graphs alone")
    quick = parser.parse_args().quick
    numbers = np.random.default_rng(0).random(10_000_000)
    began = time.perf_counter()
    np.sort(numbers)
    print(f"machine: {time.perf_counter() - began:.2f} s to sort 10 million numbers")
    solve(problem_of(*square(60, 5), 5, "travel"), 60)  # loads the compiled kernels
    solve(problem_of(*square(60, 5), 5, "worst_travel"), 60)
    published()
    if not quick:
        squares()


if __name__ == "__main__":
    main()
