"""A province from YAML to map: `python benchmarks/province.py`.

500,000 road nodes, 100,000 cells, 5,000 sites, everybody within 30 minutes of one of 50 new sites who can be. Prints
seconds by stage, the proven gap, and the largest memory, of one run without any kept times.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.kept_times import run_province, write


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nodes", type=int, default=500_000)
    parser.add_argument("--demand", type=int, default=100_000)
    parser.add_argument("--sites", type=int, default=5_000)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--new-sites", type=int, default=50)
    parser.add_argument("--solver-seconds", type=float, default=60.0)
    parser.add_argument("--gap-percent", type=float, default=0.5, help="where the search may end")
    parser.add_argument("--keep", type=Path, help="an empty folder for the province and its results")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = options.keep or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        write(folder, options)
        _leave_one_standing(folder)
        _run(folder, options)


def _leave_one_standing(folder: Path) -> None:
    """Make candidates of all sites but one: with a hundred standing ones, fifty more cover everybody."""
    head, first, *others = (folder / "standing.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / "standing.csv").write_text(head + first, encoding="utf-8")
    with (folder / "sites.csv").open("a", encoding="utf-8") as file:
        file.writelines(others)


def _run(folder: Path, options: argparse.Namespace) -> None:
    changes = (
        f"tiers.clinic.standard_minutes={options.minutes}",
        f"limits.new_sites.clinic={options.new_sites}",
        f"solver.gap_percent={options.gap_percent}",
    )
    record, whole = run_province(folder, changes)
    (level,) = record["objective"]
    stages = ", ".join(f"{stage} {seconds:.1f}" for stage, seconds in record["seconds"].items())
    print(f"{whole:.1f} s from YAML to map ({stages}), peak memory {record['peak_memory_mb']:.0f} MB")
    print(
        f"{level['value']:.0f} people, at most {level['bound']:.0f}: gap {level['gap_percent']:.3f} %, "
        f"{record['people_covered_percent']:.2f} % covered, {record['status']}"
    )
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    print(f"{options.nodes} nodes, {options.demand} cells, {options.sites} sites; load {load}")


if __name__ == "__main__":
    main()
