"""The whole frontier of a country: most people covered with each number of sites, every point with its bound.

    python benchmarks/frontier.py                186,719 candidates, 17 million pairs of candidate and cell
    python benchmarks/frontier.py --points 40    more points

The size is that of the largest instance that abw_maxcover reports (53 s for a curve of plans without bounds). Cells,
towns and candidates are made up; see `instances.country`.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
import instances

from facopt.location.covering.frontier import covering_frontier
from facopt.location.covering.merging import merge_stream
from facopt.location.covering.problem import CoveringProblem, SiteRules
from facopt.location.solver import SolverSettings

SITES, CELLS, RADIUS = 186_719, 617, 0.26
"""Cells along a side. Positions are in a square of side 30."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sites", type=int, default=SITES)
    parser.add_argument("--cells", type=int, default=CELLS, help="along a side")
    parser.add_argument("--radius", type=float, default=RADIUS)
    parser.add_argument("--points", type=int, default=12)
    parser.add_argument("--seconds", type=float, default=50.0)
    parser.add_argument("--by", choices=("sites", "budget"), default="sites")
    options = parser.parse_args()
    print(f"load {os.getloadavg()[0]:.1f}")
    curve(instances.country(2_000, 60), 0.5, 4, 5.0, "sites")  # compiles
    instance = instances.country(options.sites, options.cells)
    curve(instance, options.radius, options.points, options.seconds, options.by, tell=True)


def curve(
    instance: instances.Instance, radius: float, points: int, seconds: float, by: str, *, tell: bool = False
) -> None:
    sites = len(instance.sites)
    began = time.perf_counter()
    chunks = list(instances.coverage(instance, radius))
    pairs = sum(len(members) for _, members, _ in chunks)
    listed = time.perf_counter()
    rows, weight, _ = merge_stream(iter(chunks), sites)
    del chunks
    problem = CoveringProblem.of(rows, weight, SiteRules.none(sites))
    cost = np.random.default_rng(5).integers(5, 20, sites).astype(float)
    left = seconds - (time.perf_counter() - listed)
    found = covering_frontier(problem, cost, SolverSettings(time_limit_seconds=left, gap=0.0), by=by, points=points)
    took = time.perf_counter() - listed
    if not tell:
        return
    people = float(instance.demand.sum())
    for point in found:
        print(
            f"{point.limit:10.0f} {point.value:14.0f} {100 * point.value / people:7.2f} %  at most {point.bound:14.0f}"
            f"  gap {point.gap_percent:7.4f} %{'  proven' if point.proven else ''}"
        )
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(
        f"{sites} candidates, {pairs} pairs, {rows.row_count} sets: lists {listed - began:.1f} s, merging and frontier "
        f"{took:.1f} s, largest gap {max(point.gap_percent for point in found):.3f} %, peak {memory:.2f} GB, "
        f"load {os.getloadavg()[0]:.1f}"
    )


if __name__ == "__main__":
    main()
