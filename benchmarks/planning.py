"""Planning with sizes, stages, referral, backup and budgets on synthetic counties: bound, plan and gap over time.

    python benchmarks/planning.py                  the county of 900 x 250, seeds 1 to 3, and the one of 10,000 x 1,000
    python benchmarks/planning.py small            900 x 250, three stages, seeds 1 to 3, 300 s each
    python benchmarks/planning.py stage            900 x 250, one stage, seeds 1 to 3, 300 s each
    python benchmarks/planning.py plain            900 x 250, the same rules without sizes
    python benchmarks/planning.py large            10,000 x 1,000, 300 s
    python benchmarks/planning.py milp             900 x 250 handed to HiGHS as it stands, beside the others
    --seconds N   another limit; --seeds 1 2 3     other counties

Two threads are busy throughout. Each line of the log says when the plan or the bound became better, and by what.
"""

from __future__ import annotations

import argparse
import sys
import time
from typing import NamedTuple
from unittest.mock import patch

from planning_instances import Features, county, planning_problem

from facopt.location.planning import search
from facopt.location.planning.search import solve_planning
from facopt.location.solver import SolverSettings


class Row(NamedTuple):
    """One kind of measurement."""

    points: int
    sites: int
    features: Features
    seeds: tuple[int, ...]
    whole: bool = False


ROWS = {
    "small": Row(900, 250, Features(), (1, 2, 3)),
    "stage": Row(900, 250, Features(stages=1), (1, 2, 3)),
    "plain": Row(900, 250, Features(sizes=False), (1, 2, 3)),
    "large": Row(10_000, 1_000, Features(), (1,)),
    "milp": Row(900, 250, Features(), (1,), whole=True),
}
SECONDS = 300.0


def measure(name: str, row: Row, seed: int, seconds: float) -> None:
    problem = planning_problem(county(row.points, row.sites, seed), row.features)
    settings = SolverSettings(time_limit_seconds=seconds)
    began, busy = time.monotonic(), time.process_time()
    if row.whole:
        with patch.object(search, "is_large", lambda _model: False):
            found = solve_planning(problem, settings)
    else:
        found = solve_planning(problem, settings)
    took, busy = time.monotonic() - began, time.process_time() - busy
    level = found.levels[0]
    if not row.whole:
        print(found.effort.log)
    known = (level.value, level.bound, level.gap_percent)
    value, bound, gap = ("none" if one is None else f"{one:.6g}" for one in known)
    print(
        f"{name} {row.points} x {row.sites} seed {seed}: {found.status.value}, cost {value}, bound {bound}, "
        f"gap {gap} %, "
        f"{found.effort.variables} columns, {found.effort.rows} rows, {took:.0f} s, {busy:.0f} s of processor time",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", nargs="*", choices=[*ROWS, []], default=["small", "large"])
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--seeds", type=int, nargs="*")
    asked = parser.parse_args()
    for name in asked.rows:
        for seed in asked.seeds or ROWS[name].seeds:
            measure(name, ROWS[name], seed, asked.seconds)


if __name__ == "__main__":
    sys.exit(main())
