"""A plan held against a register of what stands: everything computed anew from the files the plan was made from."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from facopt.as_built.recompute import recomputed, recomputed_stage
from facopt.as_built.register import standing, write_unplanned
from facopt.assembly.study_area import study_area_request
from facopt.errors import DataError, Finding, Place
from facopt.inputs.as_built import AsBuiltTable, as_date, read_as_built
from facopt.inputs.findings import FindingLog, shown
from facopt.outputs.as_built.compose import as_built_review
from facopt.outputs.gallery.inputs import InputFiles
from facopt.outputs.run_files import RunFiles, read_run
from facopt.pipeline import CACHE, Prepared, prepare
from facopt.progress import QuietProgress
from facopt.scenario.load import load_scenario
from facopt.scenario.schema import SiteTable, TableTravel
from facopt.travel.cache import TravelCache, file_sha256

if TYPE_CHECKING:
    from facopt.as_built.register import Standing
    from facopt.outputs.as_built.model import AsBuiltReview
    from facopt.scenario.load import LoadedScenario
    from facopt.scenario.schema import Scenario

SCENARIO_FILES = (".yaml", ".yml")


def review_as_built(
    folder: Path,
    file: Path,
    *,
    crs: str = "",
    as_of: str = "",
    allow_changed: bool = False,
    progress: QuietProgress | None = None,
) -> AsBuiltReview:
    """Hold a run's plan against a register of what stands.

    The register lists all facilities of the planned tiers that stand: one that it leaves out counts as not standing.
    A plan with stages is held to the last stage that has begun at the date, with the people of that stage.

    Parameters
    ----------
    folder
        Folder of a run with a plan.
    file
        The register.
    crs
        Coordinate system of facilities that the plan does not know.
    as_of
        Facilities that opened later do not count; "" counts all that stand, and the last stage of the plan is due.
    allow_changed
        Go on although the data files have changed since the plan; plan and register are then both computed from the
        files as they are.
    progress
        Shows what is being done.

    Raises
    ------
    DataError
        Where the run or the register cannot be used, with file and line; where files have changed.
    """
    date = _date(as_of)
    run = _planned_run(folder)
    changed = _changed_inputs(run, allow_changed)
    loaded = load_scenario(folder / "scenario.yaml")
    log = FindingLog()
    register = read_as_built(file, study_area_request(loaded.scenario).tiers, date, log)
    kept = TravelCache(folder.resolve().parent / CACHE)
    prepared = prepare(loaded, progress or QuietProgress(), kept)
    found = standing(register, prepared.area.sites, prepared.recognised.classes, log)
    if found.unplanned:
        prepared = _with_unplanned(prepared, register, found, crs, log, kept)
    log.raise_errors()
    kept.write()
    if prepared.task is None:
        figures = recomputed(run, prepared, found, changed)
    else:
        figures = recomputed_stage(run, prepared, register, found, as_of=date, changed=changed, log=log)
    return as_built_review(
        run, figures, register, found.row, file=file, digest=file_sha256(file), as_of=date, findings=log.items
    )


def _date(as_of: str) -> str:
    date = as_date(as_of) if as_of else ""
    if date is None:
        raise DataError(Finding(f"--as-of {as_of} is no date", "Write 2027-12-31, 2027-12 or 2027"))
    return date


def _planned_run(folder: Path) -> RunFiles:
    run = read_run(folder)
    if not run.planned:
        what, remedy = "This run has no plan, so nothing can be held against it", "Name the folder of a run with a plan"
        raise DataError(Finding(what, remedy, Place(folder / "run.json")))
    return run


def _changed_inputs(run: RunFiles, allowed: bool) -> bool:
    """Return whether data files have changed since the plan was made; refuse that where it is not allowed."""
    digests = {path: digest for path, digest in run.record["inputs"].items() if not path.endswith(SCENARIO_FILES)}
    files = InputFiles()
    changed = [path for path, digest in digests.items() if files.state({path: digest}, run.folder) == "changed"]
    if changed and not allowed:
        raise DataError(
            Finding(
                "Files that the plan was made from have changed, so its figures cannot be computed again",
                "Put the files back or run the plan again; --allow-different-basis takes them as they are",
                Place(run.folder / "run.json"), count=len(changed), examples=shown(changed),
            )
        )  # fmt: skip
    return bool(changed)


def _with_unplanned(
    prepared: Prepared, register: AsBuiltTable, found: Standing, crs: str, log: FindingLog, kept: TravelCache
) -> Prepared:
    """Return the plan's problem with the facilities that it does not know as further candidates."""
    _require_times(prepared.loaded.scenario, register, found, log)
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "unplanned.csv"
        write_unplanned(register, found, crs, table, log)
        log.raise_errors()
        try:
            return prepare(_with_table(prepared.loaded, table), prepared.progress, kept)
        except DataError as error:
            lines = register.table.lines[list(found.unplanned)].tolist()
            raise DataError([_seen_in(finding, table, register, lines) for finding in error.findings]) from None


def _require_times(scenario: Scenario, register: AsBuiltTable, found: Standing, log: FindingLog) -> None:
    """Note an error where times come from a table, which cannot have those of places that were not planned."""
    for at in found.unplanned:
        mode = scenario.tiers[register.tier[at]].mode
        if isinstance(scenario.travel[mode], TableTravel):
            log.error(
                f"{register.id[at]} was not planned, and the table of times for mode {mode} does not have it",
                "Plan again with the facility as a candidate and its times in the table",
                place=register.table.place("id", at),
            )
    log.raise_errors()


def _with_table(loaded: LoadedScenario, table: Path) -> LoadedScenario:
    """Return the scenario with one more table of candidates; `facilities` then states status for each of its tables."""
    scenario = loaded.scenario
    stated = scenario.facilities if isinstance(scenario.facilities, tuple) else (scenario.facilities,)
    added = SiteTable(kind="table", file=table, crs="wgs84", status="candidate")
    return replace(loaded, scenario=scenario.replace(facilities=(*stated, added)))


def _seen_in(finding: Finding, table: Path, register: AsBuiltTable, lines: list[int]) -> Finding:
    """Return a finding of the written table as one of the register it was written from."""
    if finding.place.file != table:
        return finding
    line = finding.place.line
    known = line is not None and 2 <= line < len(lines) + 2
    place = replace(finding.place, file=register.table.path, line=lines[line - 2] if known and line else None)
    return replace(finding, place=place)
