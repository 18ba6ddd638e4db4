"""Any table a planner may hold, read as text, with its columns recognised; ids are never taken for numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from facopt.errors import DataError, Finding, Place
from facopt.inputs.characters import simplified
from facopt.inputs.damage import note_characters
from facopt.inputs.findings import FindingLog, counted, listed
from facopt.inputs.grids import Grid, read_csv_grid, read_workbook_grid
from facopt.inputs.headings import ALL_FIELDS, RecognisedColumn, maker_of, recognise
from facopt.inputs.layers import PARQUET_SUFFIXES, VECTOR_SUFFIXES, GeometryArray, Layer, read_layer, read_parquet
from facopt.inputs.numbers import BoolArray, parse_numbers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from facopt.inputs.study_area import FloatArray, TextArray

IntArray = np.ndarray[Any, np.dtype[np.int64]]

TEXT_SUFFIXES = frozenset({".csv", ".txt", ".tsv", ".tab"})
WORKBOOK_SUFFIXES = frozenset({".xlsx", ".xlsm"})

_HEADING_SEARCH_ROWS = 10
_TOTALS = frozenset({"合计", "小计", "总计", "共计", "总和", "累计", "total", "subtotal", "grandtotal", "sum"})
_NOTE = re.compile(r"(注|备注|说明|资料来源|数据来源|note|source)s?\s*[:：].*", re.IGNORECASE | re.DOTALL)
_TELLING = frozenset("合小总總共累注註备備说說资資数數tTsSgGnN")
"""What totals and notes begin with."""
_NUMERIC = re.compile(r"[-+]?[\d.,]+")


@dataclass(frozen=True)
class RecognisedTable:
    """What was understood of one file; shown to the planner and kept with the run."""

    path: Path
    format: str
    rows: int
    columns: dict[str, RecognisedColumn] = field(default_factory=dict)
    encoding: str = ""
    delimiter: str = ""
    layer: str = ""
    """Layer or sheet."""
    heading_line: int | None = None
    skipped_lines: tuple[int, ...] = ()
    """Totals and notes."""
    crs: str = ""
    """The coordinate system in use, as stated in the scenario or in the file."""
    maker: str = ""
    """Who exports tables with such columns, such as AMap; "" where they do not tell."""
    maker_crs: str = ""
    """The coordinate system that this maker uses."""

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for `run.json` and `check --json`."""
        columns = {
            name: {"heading": column.heading, "how": column.how, "factor": column.factor}
            for name, column in self.columns.items()
        }
        plain = {**vars(self), "path": self.path.as_posix(), "columns": columns}
        return {**plain, "skipped_lines": list(self.skipped_lines)}


@dataclass(frozen=True)
class Table:
    """Rows of text in named columns; arrays have shape (N,)."""

    path: Path
    columns: dict[str, TextArray]
    """By field where a column was recognised."""
    lines: IntArray
    """Line in the file, or number of the feature, counted from 1."""
    recognised: RecognisedTable
    raw: dict[str, TextArray]
    """All columns by their heading in the file."""
    geometry: GeometryArray | None = None
    crs: str = ""
    """Coordinate system of the geometry, as the file says it."""
    findings: tuple[Finding, ...] = ()

    def __len__(self) -> int:
        return len(self.lines)

    def __contains__(self, name: str) -> bool:
        return name in self.columns

    def select(self, rows: BoolArray | IntArray) -> Table:
        """Return some of the rows, by flags or by numbers."""
        return replace(
            self,
            columns={name: texts[rows] for name, texts in self.columns.items()},
            lines=self.lines[rows],
            raw={heading: texts[rows] for heading, texts in self.raw.items()},
            geometry=None if self.geometry is None else self.geometry[rows],
        )

    def text(self, name: str, default: str = "") -> TextArray:
        """Return a column; `default` in every row where the table has no such column."""
        if name in self.columns:
            return self.columns[name]
        return np.full(len(self), default, dtype=object)

    def numbers(self, name: str, log: FindingLog, *, least: float = -np.inf, required: bool = False) -> FloatArray:
        """Return a column as numbers in the field's unit, NaN for blank cells or where there is no such column.

        Cells that hold no number, lie below `least`, or are blank though `required`, are noted as errors.
        """
        if name not in self.columns:
            return np.full(len(self), np.nan)
        numbers = parse_numbers(self.columns[name])
        self.complain(name, numbers.bad, log, "is not a number", "Write plain digits with a point for decimals")
        if required:
            self.complain(name, numbers.blank, log, "is blank", "Fill the cell or take the row out")
        with np.errstate(invalid="ignore"):
            low = numbers.values < least
        self.complain(name, low, log, f"is below {least:g}", "Correct the value")
        return np.asarray(numbers.values * self.recognised.columns[name].factor)

    def complain(self, name: str, wrong: BoolArray, log: FindingLog, what: str, remedy: str) -> None:
        """Note one error for all rows in which a column is wrong, pointing to the first of them."""
        rows = np.flatnonzero(wrong)
        if not len(rows):
            return
        texts = self.columns[name]
        first = texts[rows[0]]
        more = f", and so in {counted(len(rows) - 1, 'more row')}" if len(rows) > 1 else ""
        cell = f": {first!r}" if first else ""
        log.error(
            f"{self.heading(name)}{cell} {what}{more}", remedy,
            place=self.place(name, int(rows[0])), count=len(rows),
            examples=(f"line {self.lines[row]}: {texts[row]!r}" for row in rows[1:]),
        )  # fmt: skip

    def heading(self, name: str) -> str:
        """Return the name of a field, with its heading in the file where that differs."""
        column = self.recognised.columns.get(name)
        return name if column is None or column.heading == name else f"{name} ({column.heading})"

    def place(self, name: str | None = None, row: int | None = None) -> Place:
        """Return where a cell, a column or the whole table stands in the file."""
        return Place(self.path, None if row is None else int(self.lines[row]), key=name)

    def require(self, names: Iterable[str], log: FindingLog) -> bool:
        """Note an error for each column that is missing; return whether all are there."""
        missing = [name for name in names if name not in self.columns]
        headings = list(self.raw)
        for name in missing:
            log.error(
                f"There is no column {name!r}",
                f"The file has {listed(headings) or 'no columns'}; name the right one: columns: {{{name}: <heading>}}",
                place=Place(self.path, self.recognised.heading_line, key=name),
            )
        return not missing


def read_table(
    path: Path,
    *,
    layer: str | None = None,
    sheet: str | None = None,
    columns: Mapping[str, str] | None = None,
    fields: Sequence[str] = ALL_FIELDS,
) -> Table:
    """Return a table of any supported format, its columns recognised among `fields`.

    `columns` gives the file's heading by field. Everything is text: "001" stays "001" and "NA" is an id. Rows of totals
    are left out with a warning. Raises a DataError where the file is missing, broken or of another format.
    """
    log = FindingLog()
    suffix = path.suffix.lower()
    if not path.is_file():
        raise DataError(Finding("There is no such file", "Paths are relative to the scenario file", Place(path)))
    if suffix in TEXT_SUFFIXES:
        return _from_grid(path, read_csv_grid(path, log), columns or {}, fields, log)
    if suffix in WORKBOOK_SUFFIXES:
        return _from_grid(path, read_workbook_grid(path, sheet, log), columns or {}, fields, log)
    if suffix in VECTOR_SUFFIXES:
        return _from_layer(path, read_layer(path, layer, log), columns or {}, fields, log)
    if suffix in PARQUET_SUFFIXES:
        return _from_layer(path, read_parquet(path), columns or {}, fields, log)
    raise DataError(
        Finding(
            f"Files ending in {suffix or 'nothing'!r} are not understood",
            "Use .csv, .xlsx, .gpkg, .parquet, .geojson or .shp",
            Place(path),
        )
    )


def _from_layer(path: Path, layer: Layer, columns: Mapping[str, str], fields: Sequence[str], log: FindingLog) -> Table:
    found = recognise(layer.headings, columns, fields, Place(path), log)
    log.raise_errors()
    raw = dict(zip(layer.headings, layer.columns, strict=True))
    lines = np.arange(1, len(layer) + 1, dtype=np.int64)
    note_characters(path, found, raw, lines, log)
    recognised = RecognisedTable(
        path, path.suffix.lower().lstrip("."), len(layer), found, layer.encoding, layer=layer.layer, crs=layer.crs
    )
    return Table(path, _by_field(found, raw, lines), lines, recognised, raw, layer.geometry, layer.crs, log.items)


def _from_grid(path: Path, grid: Grid, columns: Mapping[str, str], fields: Sequence[str], log: FindingLog) -> Table:
    if not grid.rows:
        raise DataError(Finding("The table is empty", "Check the file", Place(path)))
    first, height = _find_headings(grid, columns, fields)
    headings = _unique(_join_headings(grid.rows[first : first + height]))
    line = grid.lines[first + height - 1]
    found = recognise(headings, columns, fields, Place(path, line), log)
    log.raise_errors()
    rows, lines, skipped = _body(path, grid, first + height, headings, found, log)
    raw = dict(zip(headings, _transposed(rows, len(headings)), strict=True))
    numbers = np.asarray(lines, dtype=np.int64)
    note_characters(path, found, raw, numbers, log)
    recognised = RecognisedTable(
        path,
        path.suffix.lower().lstrip("."),
        len(rows),
        found,
        grid.encoding,
        grid.delimiter,
        grid.sheet,
        line,
        skipped,
        "",
        *maker_of(headings),
    )
    log.raise_errors()
    return Table(path, _by_field(found, raw, numbers), numbers, recognised, raw, findings=log.items)


def _by_field(
    found: Mapping[str, RecognisedColumn], raw: Mapping[str, TextArray], lines: IntArray
) -> dict[str, TextArray]:
    def column(heading: str) -> TextArray:
        return raw[heading] if heading in raw else lines.astype(str).astype(object)

    return {name: column(recognised.heading) for name, recognised in found.items()}


def _find_headings(grid: Grid, columns: Mapping[str, str], fields: Sequence[str]) -> tuple[int, int]:
    """Return the first row of headings and their number (1 or 2): those that name the most fields."""
    best, most = (0, 1), 0
    for first in range(min(_HEADING_SEARCH_ROWS, len(grid.rows))):
        for height in (1, 2):
            rows = grid.rows[first : first + height]
            if len(rows) == height and not (height == 2 and any(map(_NUMERIC.fullmatch, rows[1]))):
                score = _count_fields(_join_headings(rows), columns, fields)
                if score > most:
                    best, most = (first, height), score
    return best


def _count_fields(headings: list[str], columns: Mapping[str, str], fields: Sequence[str]) -> int:
    present = {name: heading for name, heading in columns.items() if heading in headings}
    return len(recognise(headings, present, fields, Place(), FindingLog()))


def _join_headings(rows: Sequence[list[str]]) -> list[str]:
    """Return one heading per column; of two rows "upper / lower", the upper one reaching over blank cells."""
    if len(rows) == 1:
        return [" ".join(text.split()) for text in rows[0]]
    width = max(map(len, rows))
    upper, lower = ([*row, *[""] * (width - len(row))] for row in rows)
    reach: Callable[[int], str] = lambda i: next((text for text in reversed(upper[: i + 1]) if text), "")  # noqa: E731
    joined = [
        lower[i] and (f"{reach(i)} / {lower[i]}" if reach(i) not in {"", lower[i]} else lower[i]) for i in range(width)
    ]
    return [" ".join((text or upper[i]).split()) for i, text in enumerate(joined)]


def _unique(headings: list[str]) -> list[str]:
    """Return headings made unique: the second "name" becomes "name (2)", a blank one "column 3"."""
    seen: dict[str, int] = {}
    result = []
    for number, heading in enumerate(headings, start=1):
        name = heading or f"column {number}"
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return result


def _body(
    path: Path, grid: Grid, start: int, headings: list[str], found: Mapping[str, RecognisedColumn], log: FindingLog
) -> tuple[list[list[str]], list[int], tuple[int, ...]]:
    """Return the rows below the headings, their lines, and the lines of totals and notes that were left out."""
    width = len(headings)
    labels = [headings.index(found[name].heading) for name in ("id", "name", "zone") if name in found
              and found[name].heading in headings]  # fmt: skip
    rows: list[list[str]] = []
    lines: list[int] = []
    skipped: list[int] = []
    ragged: list[int] = []
    for row, line in zip(grid.rows[start:], grid.lines[start:], strict=True):
        if _is_total(row, labels):
            skipped.append(line)
        elif len(row) != width and (len(row) < width or any(row[width:])):
            ragged.append(line)
        else:
            rows.append(row[:width])
            lines.append(line)
    _note_body(path, len(rows), width, ragged, skipped, log)
    return rows, lines, tuple(skipped)


def _note_body(path: Path, rows: int, width: int, ragged: list[int], skipped: list[int], log: FindingLog) -> None:
    if ragged:
        log.error(
            f"{counted(len(ragged), 'row')} {'has' if len(ragged) == 1 else 'have'} not the {counted(width, 'field')} "
            "of the heading",
            "Look for a missing or an extra separator, or one inside a text that is not quoted",
            place=Place(path, ragged[0]), count=len(ragged), examples=(f"line {line}" for line in ragged[1:]),
        )  # fmt: skip
    elif not rows:
        log.warning("The table has headings and no rows", "Check the file", place=Place(path))
    if skipped:
        log.warning(
            f"{counted(len(skipped), 'row')} of totals or notes left out", place=Place(path, skipped[0]),
            count=len(skipped), examples=(f"line {line}" for line in skipped[1:]),
        )  # fmt: skip


def _is_total(row: list[str], labels: list[int]) -> bool:
    first = next(filter(None, row), "")
    if first[:1] not in _TELLING and not any(row[i][:1] in _TELLING for i in labels if i < len(row)):
        return False  # nearly all rows, quickly
    texts = [simplified(text) for text in (first, *(row[i] for i in labels if i < len(row)))]
    if any("".join(text.split()).casefold() in _TOTALS for text in texts):
        return True
    return _NOTE.fullmatch(simplified(first)) is not None and len({text for text in row if text}) == 1


def _transposed(rows: list[list[str]], width: int) -> list[TextArray]:
    columns: list[TextArray] = []
    for values in zip(*rows, strict=True) if rows else [()] * width:
        column = np.empty(len(rows), dtype=object)
        column[:] = values
        columns.append(column)
    return columns
