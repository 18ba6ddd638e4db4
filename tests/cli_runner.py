"""Runs the command line in this process, as a user's shell would see it."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from typer.testing import CliRunner

from facopt.cli import app

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Called:
    """What a command printed and how it left."""

    status: int
    out: str
    err: str

    def json(self) -> dict[str, Any]:
        """Return the one JSON object on standard output."""
        return json.loads(self.out)


def facopt(*arguments: object) -> Called:
    """Run `facopt ARGUMENTS`."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    return Called(result.exit_code, result.stdout, result.stderr)


def write_table(path: Path, headings: str, rows: list[tuple[Any, ...]]) -> Path:
    """Write a CSV file from rows of values; headings are separated by spaces."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(headings.split())
        writer.writerows(rows)
    return path


def run_record(folder: Path, scenario: str, *arguments: object) -> dict[str, Any]:
    """Write a scenario beside its tables, run it, and return its run.json."""
    file = folder / "scenario.yaml"
    file.write_text(scenario, encoding="utf-8")
    called = facopt("run", file, "--out", folder / "maps", "--json", *arguments)
    assert called.status in {0, 1}, called.err
    return called.json()
