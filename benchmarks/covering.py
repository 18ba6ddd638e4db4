"""Covering at scale: facopt against spopt with CBC and against solvers without reductions, in one run.

    python benchmarks/covering.py            all rows
    python benchmarks/covering.py NAME...    some: spopt, forty-million, uniform, clustered, wide, set, set-large, bds

Times are wall seconds from the lists of which site covers whom (the same lists for everybody) to the proven plan;
computing the lists is stated apart. The peer spopt is installed into an environment of its own, below the cache folder
of the user, and is never a dependency. The first line tells how fast the machine is at the moment: seconds NumPy takes
to sort ten million random numbers.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
import instances
from instances import Instance

from facopt.location.covering.merging import merge_stream
from facopt.location.covering.problem import CoveringProblem, SiteRules
from facopt.location.covering.solve import CoveringResult, solve_covering
from facopt.location.solver import SolverSettings

if TYPE_CHECKING:
    from collections.abc import Callable

    from facopt.location.covering.incidence import Incidence

SEED = 3
SPOPT = "spopt==0.7.0"
BDS = Path(__file__).parents[1] / "../shared/data/bds"


class Solved(NamedTuple):
    """A plan and what it took."""

    result: CoveringResult
    seconds: float
    processor: float
    """Seconds of processor, both threads: what load of others does not lengthen much."""
    rows: Incidence


def most_people(lists: Any, site_count: int, at_most: int, limit: float) -> Solved:
    """Cover most with so many sites; merging is part of the time."""
    began, busy = time.perf_counter(), time.process_time()
    rows, weight, _ = merge_stream(lists, site_count)
    problem = CoveringProblem.of(rows, weight, SiteRules.count(site_count, at_most))
    left = limit - (time.perf_counter() - began)
    result = solve_covering(problem, SolverSettings(time_limit_seconds=left, gap=0.0))
    return Solved(result, time.perf_counter() - began, time.process_time() - busy, rows)


def fewest_sites(lists: Any, site_count: int, limit: float) -> Solved:
    """Cover everybody whom some site covers, with as few sites as possible."""
    began, busy = time.perf_counter(), time.process_time()
    rows, _, _ = merge_stream(lists, site_count)
    problem = CoveringProblem.of(
        rows, np.zeros(rows.row_count), SiteRules.none(site_count), required=np.ones(rows.row_count, dtype=bool),
        price=np.ones(site_count),
    )  # fmt: skip
    left = limit - (time.perf_counter() - began)
    result = solve_covering(problem, SolverSettings(time_limit_seconds=left, gap=0.0))
    return Solved(result, time.perf_counter() - began, time.process_time() - busy, rows)


def line(name: str, solved: Solved, goal: str) -> None:
    result = solved.result
    gap = abs(result.bound - result.value) / abs(result.value)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(
        f"{name:44} {solved.seconds:7.2f} s ({solved.processor:.2f} of processor)  {result.status.value:8} "
        f"value {result.value:12.0f} bound {result.bound:12.0f} gap {gap:8.4%}  {solved.rows.row_count} sets, "
        f"peak {memory:.2f} GB   goal: {goal}",
        flush=True,
    )


def lists_of(instance: Instance, radius: float) -> tuple[Any, float]:
    """Return all lists at once, and the seconds it took."""
    began = time.perf_counter()
    chunks = list(instances.coverage(instance, radius))
    return chunks, time.perf_counter() - began


# --- the rows ----------------------------------------------------------------------------------------------------


def against_spopt() -> None:
    """100 sites x 100,000 points: equal optimum, ratio of times."""
    instance = instances.uniform(100, 100_000, 1)
    python = _peer_python()
    for radius, limit in ((3.25, 900.0), (5.5, 900.0)):
        chunks, _ = lists_of(instance, radius)
        ours = most_people(iter(chunks), 100, 10, 60)
        line(f"100 x 100,000 radius {radius}", ours, "500 x spopt + CBC")
        peer = _run_peer(python, instance, radius, 10, limit)
        equal = "equal optimum" if peer["value"] == ours.result.value else f"its value {peer['value']}"
        ratio = peer["seconds"] / ours.seconds
        print(f"    spopt + CBC {peer['seconds']:.1f} s ({peer['status']}, {equal}): {ratio:.0f} x", flush=True)


PEER = """
import json, sys, time, numpy as np, pulp
from spopt.locate import MCLP
data = np.load(sys.argv[1]); limit = float(sys.argv[2])
sites, customers, demand = data["sites"], data["customers"], data["demand"]
began = time.perf_counter()
cost = np.hypot(customers[:, None, 0] - sites[None, :, 0], customers[:, None, 1] - sites[None, :, 1])
model = MCLP.from_cost_matrix(cost, demand, service_radius=float(data["radius"]), p_facilities=int(data["count"]))
model.solve(pulp.PULP_CBC_CMD(msg=False, timeLimit=limit), results=False)
seconds = time.perf_counter() - began
problem = model.problem
print(json.dumps({"seconds": seconds, "value": pulp.value(problem.objective), "status": pulp.LpStatus[problem.status]}))
"""


def _peer_python() -> Path:
    folder = (
        Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "facopt-benchmarks" / SPOPT.replace("==", "-")
    )
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not (folder / "ready").exists():
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", SPOPT, "pulp==3.3.2"], check=True)
        (folder / "ready").touch()
    return python


def _run_peer(python: Path, instance: Instance, radius: float, count: int, limit: float) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "instance.npz"
        np.savez(data, **instance._asdict(), radius=radius, count=count)
        command = [str(python), "-c", PEER, str(data), str(limit)]
        answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found: dict[str, Any] = json.loads(answer.strip().splitlines()[-1])
    return found


def forty_million() -> None:
    """100 sites x 40 million points; the lists are never held, so their time is part of it."""
    instance = instances.uniform(100, 40_000_000, SEED)
    for radius in (3.25, 4.0, 5.5, 6.25):
        solved = most_people(instances.coverage(instance, radius), 100, 10, 60)
        line(f"100 x 40 million radius {radius}, lists included", solved, "proven in 12 s, under 2 GB")


def _most(name: str, instance: Instance, radius: float, at_most: int, limit: float, goal: str) -> None:
    chunks, seconds = lists_of(instance, radius)
    line(name, most_people(iter(chunks), len(instance.sites), at_most, limit), goal)
    print(f"    lists {seconds:.2f} s")


def uniform() -> None:
    _most("5,000 x 1 million uniform, p=100", instances.uniform(5000, 1_000_000, SEED), 1.0, 100, 60, "proven in 10 s")


def clustered() -> None:
    _most(
        "1,000 x 1 million clustered, p=20", instances.clustered(1000, 1_000_000, SEED), 2.0, 20, 60, "proven in 25 s"
    )


def wide() -> None:
    _most(
        "5,000 x 1 million clustered, p=100",
        instances.clustered(5000, 1_000_000, SEED),
        0.5,
        100,
        60,
        "gap 1 % in 60 s",
    )


def set_covering() -> None:
    """50,000 x 1,000 against the same model given to CBC and HiGHS as it stands."""
    chunks, _ = lists_of(instances.clustered(1000, 50_000, 11), 2.0)
    ours = min((fewest_sites(iter(chunks), 1000, 60) for _ in range(3)), key=lambda solved: solved.seconds)
    line("set covering 50,000 x 1,000 radius 2", ours, "100 x PuLP + CBC raw, 40 x HiGHS raw")
    for name in ("cbc", "highs"):
        seconds, value = _raw_set_covering(chunks, 1000, name)
        print(f"    {name} raw {seconds:.1f} s, {value:.0f} sites: {seconds / ours.seconds:.0f} x", flush=True)


def set_covering_large() -> None:
    chunks, _ = lists_of(instances.clustered(5000, 50_000, 11), 1.0)
    for limit in (5.0, 30.0):
        line(
            f"set covering 50,000 x 5,000 radius 1, {limit:.0f} s",
            fewest_sites(iter(chunks), 5000, limit),
            "429 in 5 s",
        )


def _raw_set_covering(chunks: Any, site_count: int, name: str) -> tuple[float, float]:
    """One row per customer, as a planner would write it in PuLP."""
    import pulp

    began = time.perf_counter()
    problem = pulp.LpProblem("raw", pulp.LpMinimize)
    opened = [pulp.LpVariable(f"y{j}", 0, 1, pulp.LpInteger) for j in range(site_count)]
    problem.setObjective(pulp.LpAffineExpression([(column, 1.0) for column in opened]))
    number = 0
    for start, sites, _ in chunks:
        for first, last in zip(start[:-1].tolist(), start[1:].tolist(), strict=True):
            if last > first:
                terms = pulp.LpAffineExpression([(opened[j], 1.0) for j in sites[first:last].tolist()])
                problem.addConstraint(pulp.LpConstraint(terms, pulp.LpConstraintGE, f"c{number}", 1))
                number += 1
    solver = pulp.PULP_CBC_CMD(msg=False, timeLimit=300) if name == "cbc" else pulp.HiGHS(msg=False, timeLimit=300)
    problem.solve(solver)
    return time.perf_counter() - began, float(pulp.value(problem.objective))


def bds() -> None:
    """The published instances with 100 sites, at the radii and budgets of the literature."""
    for size in (10_000, 100_000):
        path = BDS / f"BDS{size}.txt"
        if not path.exists():
            print(f"    {path} is missing: left out")
            continue
        instance = instances.read_bds(path)
        for count in (10, 15):
            for radius in (3.25, 4.0, 5.5, 6.25):
                chunks, _ = lists_of(instance, radius)
                line(f"BDS{size} radius {radius} p={count}", most_people(iter(chunks), 100, count, 120), "proven")


ROWS: dict[str, Callable[[], None]] = {
    "bds": bds, "uniform": uniform, "clustered": clustered, "wide": wide, "set": set_covering,
    "set-large": set_covering_large, "forty-million": forty_million, "spopt": against_spopt,
}  # fmt: skip


def main(names: list[str]) -> None:
    unknown = set(names) - ROWS.keys()
    if unknown:
        sys.exit(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(ROWS)}")
    numbers = np.random.default_rng(0).random(10_000_000)
    began = time.perf_counter()
    np.sort(numbers)
    print(f"sorting ten million numbers takes {time.perf_counter() - began:.2f} s, load {_load()}", flush=True)
    _compile()
    for name in names or ROWS:
        ROWS[name]()
        print(f"    load {_load()}", flush=True)


def _load() -> str:
    """Return how many processes want the machine's cores, over the last minute."""
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"


def _compile() -> None:
    """Compile every kernel before anything is timed, at a size that takes the way of large problems."""
    most_people(instances.coverage(instances.clustered(300, 20_000), 2.0), 300, 10, 20)
    fewest_sites(instances.coverage(instances.clustered(700, 20_000), 2.0), 700, 4)


if __name__ == "__main__":
    main(sys.argv[1:])
