"""A province asked again: `python benchmarks/kept_times.py` runs `facopt run` on 500,000 road nodes several times.

The first run reads the roads and computes all times; the others change standard, target or limits and take the kept
ones. Prints the seconds of each stage by the clock, and of processor time for the whole call. The solver has
`--solver-seconds`; its time is not what is shown here.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.road_networks import as_road_table, people_and_sites, province, write_pbf

SCENARIO = """\
name: province
demand: {{kind: table, file: demand.csv, crs: wgs84, area_class: rural}}
candidates: {{kind: table, file: sites.csv, crs: wgs84, status: candidate}}
facilities: {{kind: table, file: standing.csv, crs: wgs84, status: existing}}
travel:
  drive: {{kind: roads, file: roads.osm.pbf, profile: drive, cutoff_minutes: {minutes}}}
tiers:
  clinic: {{mode: drive, standard_minutes: 15, build_cost: 1000000}}
objective: [coverage]
limits: {{new_sites: {{clinic: 50}}}}
solver: {{time_limit_seconds: {seconds}, gap_percent: 5}}
"""
CHANGES = {
    "the first run": (),
    "the same again": (),
    "another standard": ("tiers.clinic.standard_minutes=20",),
    "another limit": ("limits.new_sites.clinic=100",),
    "a target": ("targets=[{kind: coverage, at_least_percent: 50}]",),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=500_000)
    parser.add_argument("--demand", type=int, default=100_000)
    parser.add_argument("--sites", type=int, default=5_000)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--solver-seconds", type=float, default=10.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, options)
        for what, changes in CHANGES.items():
            _run(folder, what, changes)


def write(folder: Path, options: argparse.Namespace) -> None:
    """Write roads, people, sites and scenario of a province."""
    plane = province(options.nodes)
    write_pbf(plane, folder / "roads.osm.pbf")
    demand, sites = people_and_sites(as_road_table(plane), options.demand, options.sites)
    people = np.random.default_rng(3).integers(20, 400, len(demand))
    rows = (f"d{i},{n},{lon:.6f},{lat:.6f}\n" for i, (n, (lon, lat)) in enumerate(zip(people, demand, strict=True)))
    (folder / "demand.csv").write_text("id,people,lon,lat\n" + "".join(rows), encoding="utf-8")
    for file, standing in (("standing.csv", True), ("sites.csv", False)):
        chosen = [j for j in range(len(sites)) if (j % 50 == 0) == standing]
        lines = (f"s{j},clinic,{sites[j, 0]:.6f},{sites[j, 1]:.6f}\n" for j in chosen)
        (folder / file).write_text("id,tier,lon,lat\n" + "".join(lines), encoding="utf-8")
    text = SCENARIO.format(minutes=options.minutes, seconds=options.solver_seconds)
    (folder / "province.yaml").write_text(text, encoding="utf-8")


def run_province(folder: Path, changes: tuple[str, ...]) -> tuple[dict[str, Any], float]:
    """Run the province with some settings changed; return its run.json and the seconds of the whole call."""
    command = [sys.executable, "-m", "facopt", "run", folder / "province.yaml", "--out", folder / "maps", "--json"]
    for change in changes:
        command += ["--set", change]
    begin = time.perf_counter()
    called = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[1])
    whole = time.perf_counter() - begin
    if called.returncode not in (0, 1):
        sys.exit(called.stderr)
    return json.loads(called.stdout), whole


def _processor_seconds() -> float:
    """Return what finished child processes took so far; 0 on systems that do not count it."""
    times = os.times()
    return times.children_user + times.children_system


def _run(folder: Path, what: str, changes: tuple[str, ...]) -> None:
    before = _processor_seconds()
    record, whole = run_province(folder, changes)
    processor = _processor_seconds() - before
    stages = ", ".join(f"{stage} {seconds:.1f}" for stage, seconds in record["seconds"].items())
    kept = sum(file.stat().st_size for file in (folder / "maps/.cache").iterdir()) / 2**20
    print(
        f"{what}: {whole:.1f} s, {processor:.1f} s of processor ({stages}), "
        f"{record['people_covered_percent']:.1f} % covered, "
        f"peak memory {record['peak_memory_mb']:.0f} MB, {kept:.0f} MB kept", flush=True,
    )  # fmt: skip


if __name__ == "__main__":
    main()
