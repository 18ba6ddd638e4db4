"""Comparing runs: what was assumed differently first, then figures, then who gains and who loses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from facopt.errors import DataError, FacoptError, Finding, Place
from facopt.outputs.brevity import TITLE, brief, brief_pair
from facopt.outputs.compare.basis import basis_differences, input_differences, setting_differences
from facopt.outputs.compare.changes import change_between
from facopt.outputs.compare.measures import measures_of
from facopt.outputs.compare.model import Comparison, Ground, RunSummary
from facopt.outputs.run_files import RunFiles, read_outlines, read_run

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def compare_runs(folders: Sequence[Path], *, allow_different_basis: bool = False) -> Comparison:
    """Compare runs from their folders; the first is the base that the others are set against.

    Parameters
    ----------
    folders
        Two to 26 run folders.
    allow_different_basis
        Subtract figures also where people, demand points or standards differ. The comparison says so in `basis`.

    Returns
    -------
    Comparison
        Where the basis differs and that is not allowed, figures stand side by side and no difference is computed.

    Raises
    ------
    DataError
        When there are too few or too many folders, or one cannot be read; all of them are told at once.
    """
    if not 2 <= len(folders) <= len(LETTERS):
        raise DataError(Finding(f"{len(folders)} runs were given to compare", f"Name 2 to {len(LETTERS)} run folders"))
    return comparison_of(_read(folders), allow_different_basis=allow_different_basis)


def comparison_of(runs: Sequence[RunFiles], *, allow_different_basis: bool = False) -> Comparison:
    """Compare runs that have been read; the first is the base."""
    basis = tuple(difference for number in range(1, len(runs)) for difference in basis_differences(runs, number))
    different = {difference.run for difference in basis}
    subtract = [allow_different_basis or number not in different for number in range(1, len(runs))]
    settings, settings_same = setting_differences(runs)
    inputs, inputs_same = input_differences(runs)
    return Comparison(
        runs=tuple(_summary(run, letter) for run, letter in zip(runs, LETTERS, strict=False)),
        basis=basis,
        allowed=allow_different_basis,
        settings=settings,
        settings_same=settings_same,
        inputs=inputs,
        inputs_same=inputs_same,
        measures=measures_of(runs, subtract),
        changes=tuple(change_between(runs, number, subtract[number - 1]) for number in range(1, len(runs))),
        tiers=_tiers(runs),
        ground=_ground([run.folder for run in runs]),
    )


def _read(folders: Sequence[Path]) -> list[RunFiles]:
    runs: list[RunFiles] = []
    findings: list[Finding] = []
    for folder in folders:
        try:
            runs.append(read_run(folder))
        except FacoptError as error:
            findings.extend(error.findings)
    places = [folder.resolve() for folder in folders]
    twice = sorted({folder for folder in places if places.count(folder) > 1})
    findings += [Finding("This run is named twice", "Name each run once", Place(folder)) for folder in twice]
    if findings:
        raise DataError(findings)
    return runs


def _summary(run: RunFiles, letter: str) -> RunSummary:
    record = run.record
    gaps = [level.get("gap_percent") for level in record["objective"]]
    scenario = record["scenario"]
    return RunSummary(
        letter=letter,
        scenario=scenario,
        title_zh=brief(str(record.get("title_zh") or scenario), TITLE),
        title_en=brief(str(record.get("title_en") or scenario), TITLE),
        folder=str(run.folder),
        generated=str(record.get("finished") or record.get("generated") or ""),
        status=record["status"],
        gap_percent=max((float(gap) for gap in gaps), default=None) if None not in gaps else None,
        planned=run.planned,
        synthetic=bool(record.get("synthetic")),
        unverified=int(record.get("assumptions_unverified") or 0),
        targets_missed=sum(target.get("met") is False for target in record.get("targets", [])),
        people=float(record["people"]),
        currency=str(record.get("currency", "")),
    )


def _tiers(runs: Sequence[RunFiles]) -> dict[str, tuple[str, str, str]]:
    return {
        key: (*brief_pair(_names_of(key, tier)), str(tier.get("symbol", "circle")))
        for run in reversed(runs)
        for key, tier in run.record["standards"].items()
    }


def _names_of(key: str, tier: Mapping[str, Any]) -> tuple[str, str]:
    return str(tier.get("name_zh", key)), str(tier.get("name_en", key))


def _ground(folders: Sequence[Path]) -> Ground:
    """Outlines of the first run that has a boundary or zones; empty where none has."""
    for folder in folders:
        layers = [tuple(read_outlines(folder, layer)) for layer in ("boundary", "zones", "water", "water_lines")]
        if layers[0] or layers[1]:
            return Ground(*layers)
    return Ground((), (), (), ())
