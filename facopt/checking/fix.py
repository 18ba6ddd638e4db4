"""Cleaned copies of tables, where that is safe: nothing is guessed, no value changes its meaning, originals stay."""

from __future__ import annotations

import csv
import io
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from facopt.errors import DataError, Finding, Place
from facopt.inputs.findings import counted
from facopt.inputs.grids import decode, find_delimiter
from facopt.inputs.numbers import parse_number
from facopt.inputs.tables import TEXT_SUFFIXES, WORKBOOK_SUFFIXES, read_table
from facopt.scenario.schema import TableSource, TableTravel

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from facopt.inputs.tables import Table
    from facopt.scenario.schema import Scenario

NUMBER_FIELDS = frozenset(
    {"people", "lon", "lat", "x", "y", "capacity_people", "build_cost", "running_cost", "minutes", "km"}
)
DEGREE_SIGNS = frozenset("°º˚′″")
"""Degrees with minutes and seconds stay as they are written."""


@dataclass(frozen=True)
class Fixed:
    """What was done to one table."""

    key: str
    """Where the scenario names it, such as `demand.file`."""
    source: Path
    copy: Path | None
    """The cleaned copy; None where nothing was to be cleaned, or nothing could be."""
    changes: tuple[str, ...]

    def __str__(self) -> str:
        if self.copy is None:
            return f"{self.source.name}: {'; '.join(self.changes) or 'nothing to clean'}"
        return f"{self.source.name}: {'; '.join(self.changes)}; written to {self.copy}: state {self.key}: {self.copy}"

    def as_dict(self) -> dict[str, Any]:
        """Return plain values."""
        copy = None if self.copy is None else self.copy.as_posix()
        return {"key": self.key, "source": self.source.as_posix(), "copy": copy, "changes": list(self.changes)}


def write_fixed(scenarios: Iterable[Scenario], folder: Path) -> tuple[Fixed, ...]:
    """Write cleaned copies of all tables that the scenarios name, each table once.

    Cleaned are: encoding (UTF-8 with a byte order mark), blanks around cells, full-width digits in columns of numbers,
    rows that stand twice word for word, rows of totals and notes, blank rows, headings of two rows.

    Raises
    ------
    DataError
        When a copy would take the place of an original.
    """
    tables = {source: key for scenario in scenarios for key, source in _tables(scenario)}
    originals = {source.resolve() for source in tables}
    fixed, taken = [], set[str]()
    for source, key in sorted(tables.items(), key=lambda item: item[0].as_posix()):
        name = f"{source.stem}.csv"
        number = 2
        while name.casefold() in taken:
            name, number = f"{source.stem}-{number}.csv", number + 1
        taken.add(name.casefold())
        copy = folder / name
        if copy.resolve() in originals:
            what = "the cleaned copy would take the place of an original"
            raise DataError(Finding(what, "Name another folder for --fix", Place(copy)))
        fixed.append(_fix(key, source, copy))
    return tuple(fixed)


def _tables(scenario: Scenario) -> Iterator[tuple[str, Path]]:
    """Yield the tables of text that a scenario names, with their keys."""
    named: list[tuple[str, Any]] = [("demand", scenario.demand)]
    for key, value in (("facilities", scenario.facilities), ("candidates", scenario.candidates)):
        several = isinstance(value, tuple)
        named += [(f"{key}.{i}" if several else key, part) for i, part in enumerate(value if several else (value,))]  # type: ignore[arg-type]
    named += [(f"travel.{mode}", travel) for mode, travel in scenario.travel.items()]
    for key, part in named:
        is_table = isinstance(part, TableSource | TableTravel)
        if is_table and part.file.suffix.lower() in TEXT_SUFFIXES | WORKBOOK_SUFFIXES:
            yield f"{key}.file", part.file


def _fix(key: str, source: Path, copy: Path) -> Fixed:
    try:
        table = read_table(source)
        changes = _changes_of_text(source) if source.suffix.lower() in TEXT_SUFFIXES else ["written as CSV"]
    except DataError as error:
        return Fixed(key, source, None, (f"cannot be cleaned: {error.findings[0]}",))
    columns = {heading: texts.tolist() for heading, texts in table.raw.items()}
    digits = _plain_digits(table, columns)
    rows, repeated = _without_repeats(list(zip(*columns.values(), strict=True)))
    changes += [
        *([f"full-width digits in {counted(digits, 'cell')}"] if digits else []),
        *([f"{counted(repeated, 'row')} that stood twice word for word taken out"] if repeated else []),
        *([_skipped(table)] if table.recognised.skipped_lines else []),
    ]
    if not changes:
        return Fixed(key, source, None, ())
    copy.parent.mkdir(parents=True, exist_ok=True)
    with copy.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
    return Fixed(key, source, copy, tuple(changes))


def _changes_of_text(source: Path) -> list[str]:
    """Return what writing the text anew as comma-separated UTF-8 with a byte order mark changes."""
    text, encoding = decode(source)
    delimiter = find_delimiter(text)
    cells = [cell for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) for cell in row]
    blanks = sum(cell != cell.strip() for cell in cells)
    return [
        *([f"encoding {encoding} changed to UTF-8"] if encoding != "utf-8" else []),
        *([f"separator {delimiter!r} changed to ','"] if delimiter != "," else []),
        *([f"blanks around {counted(blanks, 'cell')}"] if blanks else []),
    ]


def _plain_digits(table: Table, columns: dict[str, list[str]]) -> int:
    """Write full-width digits in columns of numbers as plain ones, in place; return in how many cells."""
    changed = 0
    for name, column in table.recognised.columns.items():
        if name not in NUMBER_FIELDS and not name.startswith("people_"):
            continue
        cells = columns.get(column.heading, [])
        for row, cell in enumerate(cells):
            plain = unicodedata.normalize("NFKC", cell)
            is_number = parse_number(cell) == parse_number(cell)  # not NaN
            if plain != cell and is_number and not DEGREE_SIGNS & set(cell):
                cells[row] = plain
                changed += 1
    return changed


def _without_repeats(rows: list[tuple[str, ...]]) -> tuple[list[tuple[str, ...]], int]:
    kept = list(dict.fromkeys(rows))
    return kept, len(rows) - len(kept)


def _skipped(table: Table) -> str:
    lines = table.recognised.skipped_lines
    return f"{counted(len(lines), 'row')} of totals or notes taken out ({'line' if len(lines) == 1 else 'lines'} " + (
        f"{', '.join(map(str, lines[:5]))}{' and more' if len(lines) > 5 else ''})"
    )
