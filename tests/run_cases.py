"""Run folders of the made-up county, written with everything that comparison and gallery read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from facopt.outputs.csv_tables import write_csv_tables
from facopt.outputs.geopackage import write_geopackage
from facopt.outputs.run_json import run_record, write_run_json

if TYPE_CHECKING:
    from pathlib import Path

    from facopt.measures.report import Report

SCENARIO = """\
name: {name}
objective: [coverage, cost]
demand: {{kind: table, file: demand.csv}}
limits: {{budget: {budget}}}
tiers:
  township_clinic: {{serves: [town, rural], mode: drive, standard_minutes: {minutes}}}
"""


def write_case(
    report: Report,
    out: Path,
    *,
    budget: int = 30_000_000,
    minutes: float = 30.0,
    inputs: dict[str, str] | None = None,
    finished: str = "",
) -> Path:
    """Write a run folder without its pages; returns it."""
    folder = out / report.scenario
    folder.mkdir(parents=True)
    write_csv_tables(report, folder / "tables")
    write_geopackage(report, folder / "plan.gpkg")
    text = SCENARIO.format(name=report.scenario, budget=budget, minutes=minutes)
    (folder / "scenario.yaml").write_text(text, encoding="utf-8")
    record = run_record(
        report,
        seconds={"solve": 1.5},
        peak_memory_mb=300.0,
        versions={"facopt": "0.1.0"},
        inputs=inputs if inputs is not None else {"demand.csv": "0" * 64},
        seed=1,
        finished=finished,
    )
    write_run_json(record, folder / "run.json")
    return folder
