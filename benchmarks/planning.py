"""Planning with sizes, stages, referral, backup and budgets on synthetic counties: bound, plan and gap over time.

    python benchmarks/planning.py                  the county of 900 x 250, seeds 1 to 3, and the one of 10,000 x 1,000
    python benchmarks/planning.py small            900 x 250, three stages, seeds 1 to 3, 300 s each
    python benchmarks/planning.py stage            900 x 250, one stage, seeds 1 to 3, 300 s each
    python benchmarks/planning.py plain            900 x 250, the same rules without sizes
    python benchmarks/planning.py large            10,000 x 1,000, 300 s
    python benchmarks/planning.py milp             900 x 250 handed to HiGHS as it stands, beside the others
    python benchmarks/planning.py sample           the sample county in three stages, for cost alone
    python benchmarks/planning.py sample-stage     the same rules for 2035 alone
    python benchmarks/planning.py sample-plain     in three stages, without sizes
    --seconds N   another limit; --seeds 1 2 3     other counties

Two threads are busy throughout. Each line of the log says when the plan or the bound became better, and by what.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from unittest.mock import patch

from planning_instances import Features, county, planning_problem

from facopt.location.planning import search
from facopt.location.planning.search import solve_planning
from facopt.location.solver import SolverSettings
from facopt.pipeline import prepare
from facopt.progress import QuietProgress
from facopt.scenario.load import load_scenario
from facopt.travel.cache import TravelCache

if TYPE_CHECKING:
    from facopt.location.planning.problem import PlanningProblem


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

SCENARIO = Path(__file__).parents[1] / "scenarios" / "three-stages.yaml"
LAST_STAGE = (
    "stages.years=[2035]",
    "limits.budget_by_stage=null",
    "limits.budget=300000000",
    "targets=[{kind: coverage, tier: community_health_centre, at_least_percent: 98},"
    " {kind: coverage, tier: township_clinic, at_least_percent: 98}]",
    "rules=[{kind: floor, tier: township_clinic, per: zone, at_least_percent: 90, of: reachable},"
    " {kind: sites_per_zone, tier: township_clinic, at_least: 1},"
    " {kind: backup, tier: community_health_centre, at_least_percent: 30},"
    " {kind: backup, tier: township_clinic, at_least_percent: 30}]",
)
WITHOUT_SIZES = tuple(
    f"tiers.{tier}.{key}"
    for tier, cost in (("community_health_centre", 7_500_000), ("township_clinic", 4_900_000))
    for key in ("sizes=null", f"build_cost={cost}", "actions.extend=null", "actions.refurbish=null")
)
SAMPLE: dict[str, tuple[str, ...]] = {"sample": (), "sample-stage": LAST_STAGE, "sample-plain": WITHOUT_SIZES}


def sample_problem(changes: tuple[str, ...]) -> PlanningProblem:
    """Return the problem of the sample scenario with some values changed, cost alone to be minimised."""
    with tempfile.TemporaryDirectory() as folder:
        loaded = load_scenario(SCENARIO, ("objective=[cost]", *changes))
        return prepare(loaded, QuietProgress(), TravelCache(Path(folder))).task.problem


def measure(name: str, problem: PlanningProblem, seconds: float, *, whole: bool = False) -> None:
    settings = SolverSettings(time_limit_seconds=seconds)
    began, busy = time.monotonic(), time.process_time()
    if whole:
        with patch.object(search, "is_large", lambda _model: False):
            found = solve_planning(problem, settings)
    else:
        found = solve_planning(problem, settings)
    took, busy = time.monotonic() - began, time.process_time() - busy
    level = found.levels[0]
    if not whole:
        print(found.effort.log)
    known = (level.value, level.bound, level.gap_percent)
    value, bound, gap = ("none" if one is None else f"{one:.6g}" for one in known)
    print(
        f"{name}: {found.status.value}, cost {value}, bound {bound}, "
        f"gap {gap} %, "
        f"{found.effort.variables} columns, {found.effort.rows} rows, {took:.0f} s, {busy:.0f} s of processor time",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", nargs="*", choices=[*ROWS, *SAMPLE, []], default=["small", "large"])
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--seeds", type=int, nargs="*")
    asked = parser.parse_args()
    for name in asked.rows:
        if name in SAMPLE:
            measure(name, sample_problem(SAMPLE[name]), asked.seconds)
            continue
        row = ROWS[name]
        for seed in asked.seeds or row.seeds:
            problem = planning_problem(county(row.points, row.sites, seed), row.features)
            measure(f"{name} {row.points} x {row.sites} seed {seed}", problem, asked.seconds, whole=row.whole)


if __name__ == "__main__":
    sys.exit(main())
