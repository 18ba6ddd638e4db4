"""A scenario of a named place whose files have not been fetched yet: a check says which, and how to get them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from facopt.errors import Finding, Place, Severity
from facopt.fetch.on_demand import missing_files, place_request
from facopt.inputs.findings import counted

if TYPE_CHECKING:
    from facopt.scenario.load import LoadedScenario


@dataclass(frozen=True)
class Unfetched:
    """What can be said of a scenario without its data."""

    scenario: str
    finding: Finding
    files: tuple[Path, ...]
    loading: tuple[Finding, ...] = ()
    """Warnings about the scenario's text."""

    @property
    def has_errors(self) -> bool:
        """Never: the text is right, and the files can be had."""
        return False

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is missing, then warnings about the text."""
        return (self.finding, *self.loading)

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for `check --json`."""
        return {
            "scenario": self.scenario,
            "missing": [path.as_posix() for path in self.files],
            "errors": [],
            "warnings": [str(finding) for finding in self.findings],
        }


def unfetched(loaded: LoadedScenario) -> Unfetched | None:
    """Return what a scenario's place lacks and the command that fetches it; None where nothing is missing."""
    files, place = missing_files(loaded.scenario), loaded.scenario.place
    if not files or place is None:
        return None
    near = Place(place.folder.resolve()).seen_from(Path.cwd()).file
    folder = place.folder if near is None or near.parts[:1] == ("..",) else Path(near)
    command = replace(place_request(place), folder=folder).command()
    finding = Finding(
        f"{counted(len(files), 'file')} of {place.name} {'is' if len(files) == 1 else 'are'} not there yet "
        f"({', '.join(path.name for path in files)}), so that the data cannot be checked",
        f"Fetch them from OpenStreetMap: {command}; a run fetches them by itself", loaded.place("place"),
        Severity.WARNING, len(files),
    )  # fmt: skip
    return Unfetched(loaded.scenario.name, finding, files, loaded.warnings)
