"""Text files and workbooks as grids of text: encodings, delimiters, merged cells; nothing is guessed to be a number."""

from __future__ import annotations

import csv
import io
import re
import warnings
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from facopt.errors import DataError, Finding, Place
from facopt.inputs.findings import FindingLog, listed

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

_DELIMITERS = ",;\t|"
_SAMPLE_ROWS = 20
_WORKBOOK = b"PK\x03\x04"
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True)
class Grid:
    """Rows of text as they stand in a file, blank rows left out."""

    rows: list[list[str]]
    lines: list[int]
    """Line (or sheet row) on which each row starts, counted from 1."""
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""


def read_csv_grid(path: Path, log: FindingLog) -> Grid:
    """Return the rows of a text table in UTF-8, UTF-16 with a byte order mark, or GB18030."""
    text, encoding = decode(path)
    if "\ufffd" in text:
        line = text.count("\n", 0, text.index("\ufffd")) + 1
        log.warning(
            "Some characters were lost when this file was saved (shown as \ufffd)",
            "Export it again from the original as UTF-8", place=Place(path, line),
        )  # fmt: skip
    delimiter = find_delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[list[str]] = []
    lines: list[int] = []
    start = 1
    try:
        for row in reader:
            if any(cell and not cell.isspace() for cell in row):
                rows.append([cell.strip() for cell in row])
                lines.append(start)
            start = reader.line_num + 1
    except csv.Error as error:
        raise DataError(
            Finding(f"This row is not valid CSV ({error})", "Look for a quotation mark that is not closed",
                    Place(path, start))
        ) from error  # fmt: skip
    return Grid(rows, lines, encoding=encoding, delimiter=delimiter)


def decode(path: Path) -> tuple[str, str]:
    """Return the text of a file and the name of its encoding."""
    data = path.read_bytes()
    _refuse_disguised(path, data)
    encoding = "utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        return data.decode(encoding), encoding.removesuffix("-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
    try:
        if not _is_damaged_utf8(data):
            return data.decode("gb18030"), "gb18030"
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
    raise DataError(
        Finding("This is neither UTF-8 nor GB18030 text", "Save the file as `CSV UTF-8`", Place(path, line))
    )


def _is_damaged_utf8(data: bytes) -> bool:
    """Return whether most characters beyond ASCII are UTF-8, so that GB18030 would only give other, wrong ones."""
    text = data.decode("utf-8", errors="replace")
    beyond = len(text) - len(text.encode("ascii", errors="ignore"))
    return text.count("\ufffd") < 0.2 * beyond


def _refuse_disguised(path: Path, data: bytes) -> None:
    if data.startswith(_WORKBOOK):
        raise DataError(Finding("This is a workbook, not text", "Give the file the ending .xlsx", Place(path)))
    if data.startswith(_OLD_WORKBOOK):
        raise DataError(Finding("This is an old .xls workbook, not text", "Save it as .xlsx or as CSV", Place(path)))


def find_delimiter(text: str) -> str:
    """Return the delimiter that splits the first lines into the most columns, equally often in most lines."""
    lines = [line for line in text[:20000].splitlines() if line.strip()][:_SAMPLE_ROWS]
    best, best_score = ",", (0, 0)
    for delimiter in _DELIMITERS:
        widths = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter))
        width, often = max(widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
        if width > 1 and (often, width) > best_score:
            best, best_score = delimiter, (often, width)
    return best


def read_workbook_grid(path: Path, sheet: str | None, log: FindingLog) -> Grid:
    """Return the rows of one sheet of an .xlsx workbook; merged cells hold their text in every cell they span."""
    import openpyxl

    try:
        with warnings.catch_warnings():  # about drop-down lists and styles that openpyxl does not keep
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(path, data_only=True)
    except Exception as error:  # openpyxl raises whatever the broken part of the file makes it raise
        raise DataError(
            Finding("This workbook cannot be opened", "Open it in Excel or WPS and save it as .xlsx again", Place(path))
        ) from error
    page = _choose_sheet(path, book, sheet, log)
    spread = _merged_text(page)
    rows: list[list[str]] = []
    lines: list[int] = []
    for number, cells in enumerate(page.iter_rows(), start=1):
        row = [spread.get((number, cell.column), "") or cell_text(cell) for cell in cells]
        if any(row):
            rows.append(row)
            lines.append(number)
    return Grid(rows, lines, sheet=page.title)


def _choose_sheet(path: Path, book: Any, sheet: str | None, log: FindingLog) -> Worksheet:
    """Return the named sheet, or the first one that holds anything."""
    if sheet is not None:
        if sheet not in book.sheetnames:
            raise DataError(
                Finding(f"There is no sheet {sheet!r}", f"The workbook has {listed(book.sheetnames)}", Place(path))
            )
        page: Worksheet = book[sheet]
        return page
    filled = [page for page in book.worksheets if page.max_row > 1 or page["A1"].value is not None]
    if not filled:
        raise DataError(Finding("The workbook is empty", "Check the file", Place(path)))
    if len(filled) > 1:
        log.warning(
            f"The workbook has several sheets; {filled[0].title!r} is read",
            f"State one under `sheet`: {listed(book.sheetnames)}",
            place=Place(path),
        )
    first: Worksheet = filled[0]
    return first


def _merged_text(page: Worksheet) -> dict[tuple[int, int], str]:
    """Return the text of merged cells by (row, column); merged numbers stay in their first cell alone.

    A township's name merged over its villages belongs to each of them; a number merged over three villages would be
    counted three times.
    """
    spread: dict[tuple[int, int], str] = {}
    for area in page.merged_cells.ranges:
        first = page.cell(area.min_row, area.min_col)
        if isinstance(first.value, str):
            text = cell_text(first)
            for row in range(area.min_row, area.max_row + 1):
                spread.update(((row, column), text) for column in range(area.min_col, area.max_col + 1))
    return spread


def cell_text(cell: Cell) -> str:
    """Return a cell as text: whole numbers without ".0", codes with the zeros that their format shows."""
    value = getattr(cell, "value", None)
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    if isinstance(value, int) and re.fullmatch(r"0+", cell.number_format or ""):
        return str(value).zfill(len(cell.number_format))
    return str(value).strip()
