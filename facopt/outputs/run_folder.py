"""The folder of a run: everything is written beside it first and takes its place only when all of it is there."""

from __future__ import annotations

import os
import shutil
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from facopt.outputs.run_json import run_record, write_run_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from facopt.measures.report import Report


LAYERS = "layers"
"""Folder of the GeoParquet files."""


@dataclass(frozen=True)
class RunFacts:
    """What run.json tells of a run besides its report."""

    seconds: Mapping[str, float]
    """Wall time by stage; `write_run` adds its own as `outputs`."""
    peak_memory_mb: float
    versions: Mapping[str, str]
    inputs: Mapping[str, str]
    """SHA-256 by path; relative paths count from the run folder or the folder of the call."""
    seed: int
    finished: str = ""
    """Local time at which the run ended, as `2026-11-21 09:12`; "" where it is not told."""


OPTIONAL = frozenset({LAYERS})
"""What only some runs write; an earlier run's does not outlive a run without it."""


def write_run(
    report: Report,
    folder: Path,
    write_scenario: Callable[[Path], None],
    facts: RunFacts,
    *,
    geoparquet: bool = False,
) -> Path:
    """Write map, report, workbook, tables, GeoPackage, resolved scenario and run.json, then the page of all runs.

    All files are written into `.<name>.partial` beside the folder, which then takes the folder's place. Where writing
    fails or is interrupted, the folder stays as it was. Files in an earlier folder that no run writes are kept.

    Parameters
    ----------
    report
        Results of the run.
    folder
        The run folder, `<out>/<scenario>`.
    write_scenario
        Writes the resolved scenario to the path it is given.
    facts
        What run.json holds besides.
    geoparquet
        Whether to write the layers of the GeoPackage as GeoParquet files too.

    Returns
    -------
    Path
        The page of all runs, `<out>/index.html`.
    """
    from facopt.outputs.gallery import write_gallery

    started = time.perf_counter()
    partial = folder.with_name(f".{folder.name}.partial")
    folder.parent.mkdir(parents=True, exist_ok=True)
    _recover(folder)
    _remove(partial)
    try:
        partial.mkdir()
        _write_files(report, partial)
        if geoparquet:
            _write_layers(report, partial / LAYERS)
        write_scenario(partial / "scenario.yaml")
        seconds = {**facts.seconds, "outputs": round(time.perf_counter() - started, 3)}
        write_run_json(run_record(report, **{**vars(facts), "seconds": seconds}), partial / "run.json")
        _swap(partial, folder)
    finally:
        _remove(partial)
    return write_gallery(folder.parent)


def _write_files(report: Report, folder: Path) -> None:
    from facopt.outputs.csv_tables import write_csv_tables
    from facopt.outputs.geopackage import write_geopackage
    from facopt.outputs.html_report import write_html_report
    from facopt.outputs.map import write_map
    from facopt.outputs.tables import report_tables
    from facopt.outputs.workbook import write_workbook

    tables = report_tables(report)
    write_map(report, folder / "map.html")
    write_html_report(report, folder / "report.html", beside=("map.html", "report.xlsx", "../index.html"))
    write_workbook(report, folder / "report.xlsx", tables)
    write_geopackage(report, folder / "plan.gpkg")
    write_csv_tables(report, folder / "tables", tables)


def _write_layers(report: Report, folder: Path) -> None:
    from facopt.outputs.geoparquet import write_geoparquet

    write_geoparquet(report, folder)


def _previous(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.previous")


def _recover(folder: Path) -> None:
    """Put an earlier folder back that a killed run had moved aside without replacing it."""
    previous = _previous(folder)
    if previous.exists() and not folder.exists():
        os.replace(previous, folder)
    _remove(previous)


def _swap(partial: Path, folder: Path) -> None:
    """Put the new folder in place of the old one, with the old one's other files; the old one returns if that fails."""
    previous = _previous(folder)
    if not folder.exists():
        os.replace(partial, folder)
        return
    os.replace(folder, previous)
    try:
        os.replace(partial, folder)
    except BaseException:
        os.replace(previous, folder)
        raise
    for entry in sorted(previous.iterdir()):
        if entry.name not in OPTIONAL and not (folder / entry.name).exists():
            os.replace(entry, folder / entry.name)
    _remove(previous)


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
