"""Everything facopt says when something is wrong: findings with a place, what is wrong, and how to mend it."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import PurePath, PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Severity(Enum):
    """How much a finding matters."""

    ERROR = "error"
    """The run cannot go on; nothing is written."""
    WARNING = "warning"
    """The run goes on; the finding is shown in the terminal and in the report."""


@dataclass(frozen=True)
class Place:
    """Where in the user's files a finding points to; line and column count from 1."""

    file: PurePath | None = None
    line: int | None = None
    column: int | None = None
    key: str | None = None
    """Dotted path of a scenario key, or the name of a column."""

    def seen_from(self, folder: PurePath) -> Place:
        """Return the place with its file relative to a folder, where both are on one drive; `/` between folders."""
        if self.file is None or not self.file.is_absolute():
            return self
        try:
            relative = os.path.relpath(self.file, folder)
        except ValueError:  # another drive on Windows
            return self
        return replace(self, file=PurePosixPath(relative.replace(os.sep, "/")))

    def __str__(self) -> str:
        parts = [str(part) for part in (self.file, self.line, self.column) if part is not None]
        return ":".join(parts) if parts else (self.key or "")


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong or remarkable, shown as `file:line:column: what. How to mend.`."""

    what: str
    """A sentence without its full stop."""
    remedy: str = ""
    """How to mend it, a sentence without its full stop; empty only where nothing can be done."""
    place: Place = Place()
    severity: Severity = Severity.ERROR
    count: int | None = None
    """How many rows, points or pairs are concerned, where that can be counted."""
    examples: tuple[str, ...] = ()
    """A few ids or values, at most five."""

    def seen_from(self, folder: PurePath) -> Finding:
        """Return the finding with its file relative to a folder, so that no path of this machine is shown."""
        return replace(self, place=self.place.seen_from(folder))

    def seen_below(self, folder: PurePath) -> Finding:
        """Return the finding with its file relative to a folder that it lies below, and as it is where it does not."""
        nearer = self.seen_from(folder)
        return self if str(nearer.place).startswith("..") else nearer

    def __str__(self) -> str:
        where = f"{self.place}: " if str(self.place) else ""
        shown = f" (for example {', '.join(self.examples)})" if self.examples else ""
        remedy = f" {self.remedy}." if self.remedy else ""
        return f"{where}{self.what}{shown}.{remedy}"


class FacoptError(Exception):
    """Base of facopt's own errors; carries all findings of the phase that failed, never only the first."""

    def __init__(self, findings: Finding | str | Iterable[Finding]) -> None:
        if isinstance(findings, str):
            findings = Finding(findings)
        self.findings: tuple[Finding, ...] = (findings,) if isinstance(findings, Finding) else tuple(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))


class ScenarioError(FacoptError, ValueError):
    """The scenario's text cannot be used (exit status 2)."""


class DataError(FacoptError, ValueError):
    """A data file that the scenario names cannot be used (exit status 2)."""


class RefereeError(FacoptError, RuntimeError):
    """The independent recomputation disagrees with the solver's plan; the plan is not written (exit status 3)."""


class SolverError(FacoptError, RuntimeError):
    """The solver is missing or failed in a way that is no statement about the model (exit status 3)."""
