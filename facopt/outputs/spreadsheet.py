"""Sheets for planners: what every workbook of facopt has in common, from number formats to the bytes of the file."""

from __future__ import annotations

import io
import math
import re
import zipfile
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from facopt.outputs import numbers
from facopt.outputs.plain_text import is_dangerous, printable
from facopt.outputs.sheet_rows import BookWithRows, number_cell, rows_text, string_cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

MAX_ROWS = 10_000
"""Rows of a sheet; longer tables are no reading matter and take minutes to write. They are cut here and say so; the
CSV files have them all."""
WIDEST = 46
"""Characters of the widest column; longer text wraps."""

INK, WASH, RULE = "17212B", "F5F7F8", "DCE1E4"
FONT = "Microsoft YaHei"

Styles = dict[tuple[str, bool], int]
"""Number of a style in the workbook by number format and whether text is quoted."""

FORMATS = MappingProxyType(
    {
        "count": "#,##0",
        "people": "#,##0",
        "money": "#,##0",
        "money_per_person": "#,##0",
        "percent": "0.0%",
        "stated_percent": "0.##%",
        "use_percent": "0.0%",
        "points": "+0.0;\u22120.0;0.0",
        "points_short": "0.0",
        "difference_people": "+#,##0;\u2212#,##0;0",
        "difference": "+0.0;\u22120.0;0.0",
        "minutes": "0.0",
        "longest": "0.0",
        "kilometres": "0.0",
        "rate": "0.00",
        "coefficient": "0.000",
        "gap": "0.00%",
        "coordinate": "0.000000",
        "number": "#,##0",
        "decimal": "#,##0.0",
        "measured": "#,##0",
        "measured_change": "+#,##0;\u2212#,##0;0",
    }
)
"""Number format by kind of column; the cell holds the unrounded figure, and money that is not whole shows decimals."""
SHARES = frozenset({"percent", "stated_percent", "use_percent", "gap"})
"""Kinds from 0 to 100 that a cell holds from 0 to 1, as spreadsheets count percent."""
DECIMALS = MappingProxyType({"percent": "0.0", "minutes": "0.0", "coefficient": "0.000", "points": "0.0"})
"""Digits of a measured figure by its unit, where they are not whole."""


@dataclass(frozen=True)
class Measured:
    """A figure whose unit stands in another column of its row."""

    value: float
    unit: str


@dataclass(frozen=True)
class SheetColumn:
    """A column as a sheet writes it."""

    heading: str
    kind: str = "text"
    divisor: float = 1.0
    """Figures are divided by it: 10,000 for money in 万元."""


@dataclass(frozen=True)
class Sheet:
    """A table as a sheet writes it: figures as numbers or None, everything else as text."""

    name: str
    title: str
    columns: tuple[SheetColumn, ...]
    rows: Iterable[Sequence[Any]]
    total: Sequence[Any] | None = None
    notes: tuple[str, ...] = ()
    cut_note: str = ""
    """Sentence under a table that was cut at MAX_ROWS."""
    widths: dict[str, float] = field(default_factory=dict)


def new_workbook(title: str, day: str) -> BookWithRows:
    """Return an empty workbook whose properties name facopt and a fixed date, YYYY-MM-DD."""
    book = BookWithRows()
    book.properties.title = printable(title)
    book.properties.creator = "facopt"
    book.properties.lastModifiedBy = "facopt"
    book.properties.description = day
    return book


def add_sheet(book: BookWithRows, sheet: Sheet) -> None:
    """Add a table: one heading row that stays in sight and repeats in print, a filter, A4 across, notes underneath."""
    rows = [tuple(row) for row in sheet.rows]
    shown = rows[:MAX_ROWS]
    target = book.create_sheet(_sheet_name(sheet.name, book.sheetnames))
    _set_up(target, sheet, len(shown))
    for letter, width in _widths(sheet, shown):
        target.column_dimensions[letter].width = width
    writer = _RowWriter(target, sheet.columns)
    writer.heading()
    cells = writer.rows(shown)
    if sheet.total is not None:
        cells += writer.rows([sheet.total], bold=True)
    notes = (*sheet.notes, sheet.cut_note) if len(rows) > MAX_ROWS and sheet.cut_note else sheet.notes
    cells += [(writer.note(note),) for note in (("", *notes) if notes else ())]
    book.waiting[target.title] = rows_text(cells, first=2)


def text_cell(sheet: WriteOnlyWorksheet, text: str, *, bold: bool = False, size: float = 10, colour: str = INK) -> Any:
    """Return a cell that shows a text and never computes it."""
    cell = WriteOnlyCell(sheet, "")
    cell.font = Font(name=FONT, size=size, bold=bold, color=colour)
    cell.quotePrefix = is_dangerous(text)
    _put_text(cell, printable(text))
    return cell


def save_workbook(book: BookWithRows, path: Path, day: str) -> None:
    """Write a workbook so that the same content gives the same bytes, on every system and at every hour."""
    buffer = io.BytesIO()
    book.save(buffer)
    stamp = f"{day}T00:00:00Z".encode()
    with zipfile.ZipFile(buffer) as written, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as out:
        for name in written.namelist():
            content = book.complete(name, written.read(name))
            if name == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:(created|modified)[^>]*>)[^<]*", rb"\g<1>" + stamp, content)
            out.writestr(_entry(name), content)


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = 0
    entry.external_attr = 0
    return entry


def _sheet_name(name: str, taken: Sequence[str]) -> str:
    """Name a spreadsheet accepts: at most 31 characters, none of []:*?/\\ and no apostrophe at its ends, not twice."""
    clean = re.sub(r"[\[\]:*?/\\]", "·", printable(name)).strip("' ")[:31] or "表"
    number, unique = 2, clean
    while unique.lower() in {other.lower() for other in taken}:
        ending = f" {number}"
        unique, number = clean[: 31 - len(ending)] + ending, number + 1
    return unique


def one_page_wide(target: WriteOnlyWorksheet) -> None:
    """Print a sheet on A4 across, as wide as the paper, without the lines of the grid."""
    target.sheet_view.showGridLines = False
    target.page_setup.orientation = "landscape"
    target.page_setup.paperSize = 9
    target.page_setup.fitToWidth, target.page_setup.fitToHeight = 1, 0
    target.sheet_properties.pageSetUpPr.fitToPage = True


def _set_up(target: WriteOnlyWorksheet, sheet: Sheet, rows: int) -> None:
    target.freeze_panes = "A2"
    one_page_wide(target)
    target.print_title_rows = "1:1"
    if sheet.title:
        target.oddHeader.left.text = printable(sheet.title).replace("&", "&&")
    target.oddFooter.center.text = "&P / &N"
    if rows:
        target.auto_filter.ref = f"A1:{get_column_letter(len(sheet.columns))}{rows + 1}"


def _widths(sheet: Sheet, rows: Sequence[Sequence[Any]]) -> list[tuple[str, float]]:
    """Width by column letter, from the heading's longer half and the first rows; CJK characters count twice."""
    widths = []
    for at, column in enumerate(sheet.columns):
        heading = max(map(text_width, column.heading.split(" / ")))
        content = max((text_width(_shown(column, row[at])) for row in rows[:500]), default=0)
        widths.append((get_column_letter(at + 1), float(min(max(heading + 3, content + 2, 8), WIDEST))))
    return widths


def text_width(text: str) -> int:
    """Return how many half-width columns a text takes."""
    import unicodedata

    return sum(2 if unicodedata.east_asian_width(letter) in "WFA" else 1 for letter in text)


def _shown(column: SheetColumn, value: Any) -> str:
    """Text about as long as the cell will show."""
    if column.kind not in FORMATS:
        return str(value)
    if _absent(value):
        return ""
    return numbers.fixed(float(value.value if isinstance(value, Measured) else value) / column.divisor, 1)


def _absent(value: Any) -> bool:
    value = value.value if isinstance(value, Measured) else value
    return value is None or (isinstance(value, float) and not math.isfinite(value))


class _RowWriter:
    """Makes the cells of one sheet, the style of each combination of column and format once."""

    def __init__(self, target: WriteOnlyWorksheet, columns: Sequence[SheetColumn]) -> None:
        self.target = target
        self.columns = columns
        self._styles: dict[tuple[SheetColumn, bool], Styles] = {}

    def heading(self) -> None:
        self.target.append([self._heading(column) for column in self.columns])

    def rows(self, rows: Sequence[Sequence[Any]], bold: bool = False) -> list[tuple[str, ...]]:
        """Return the cells of rows, of each column the text of a value made once."""
        values = zip(*rows, strict=True)
        cells = [self._column(column, of_column, bold) for column, of_column in zip(self.columns, values, strict=False)]
        return list(zip(*cells, strict=True))

    def _column(self, column: SheetColumn, values: Sequence[Any], bold: bool) -> list[str]:
        styles = self._styles.setdefault((column, bold), {})
        if column.kind not in FORMATS:
            texts = list(map(str, values))
            known = {text: self._text(column, text, bold, styles) for text in dict.fromkeys(texts)}
            return [known[text] for text in texts]
        keys = [(type(value), value) for value in values]
        figures = {key: self._number(column, key[1], bold, styles) for key in dict.fromkeys(keys)}
        return [figures[key] for key in keys]

    def note(self, text: str) -> str:
        return string_cell(text_cell(self.target, text).style_id, printable(text))

    def _heading(self, column: SheetColumn) -> Any:
        cell = text_cell(self.target, column.heading, bold=True)
        cell.fill = PatternFill("solid", fgColor=WASH)
        cell.border = Border(bottom=Side("medium", color=INK))
        side = "right" if column.kind in FORMATS else "left"
        cell.alignment = Alignment(horizontal=side, vertical="bottom", wrap_text=True)
        return cell

    def _text(self, column: SheetColumn, text: str, bold: bool, styles: Styles) -> str:
        text = printable(text)
        key = ("General", is_dangerous(text))
        if key not in styles:
            styles[key] = self._new_cell(column, *key, bold).style_id
        return string_cell(styles[key], text)

    def _number(self, column: SheetColumn, value: Any, bold: bool, styles: Styles) -> str:
        figure, number_format = (None, FORMATS[column.kind]) if _absent(value) else _figure(column, value)
        key = (number_format, False)
        if key not in styles:
            styles[key] = self._new_cell(column, *key, bold).style_id
        return number_cell(styles[key], figure)

    def _new_cell(self, column: SheetColumn, number_format: str, quoted: bool, bold: bool) -> Any:
        cell = WriteOnlyCell(self.target, "")
        cell.font = Font(name=FONT, size=10, bold=bold, color=INK)
        side = Side("medium", color=INK) if bold else Side("thin", color=RULE)
        cell.border = Border(top=side) if bold else Border(bottom=side)
        cell.alignment = Alignment(vertical="top", wrap_text=column.kind not in FORMATS)
        cell.number_format = number_format
        cell.quotePrefix = quoted
        return cell


def _put_text(cell: Any, text: str) -> None:
    """Set a text as a string, whatever it begins with."""
    cell.value = None
    cell._value = text or None  # the public setter would read "=1+1" as a formula
    cell.data_type = "s" if text else "n"


def _figure(column: SheetColumn, value: Any) -> tuple[float | int, str]:
    """Return the number a cell holds and the format that shows it."""
    number = float(value.value if isinstance(value, Measured) else value)
    scaled = number / 100 if column.kind in SHARES else number / column.divisor
    number_format = _special_format(column.kind, number, scaled) or FORMATS[column.kind]
    if isinstance(value, Measured) and value.unit in DECIMALS:
        digits = DECIMALS[value.unit]
        number_format = number_format.replace("#,##0", digits).replace(";0", f";{digits}")
    return (int(scaled) if scaled.is_integer() else scaled), number_format


def _special_format(kind: str, value: float, scaled: float) -> str:
    """Format that says 99.9% for nearly all, <0.1% for nearly none, <1 for part of a person; "" for all else."""
    if kind == "percent" and numbers.percent(value) != f"{numbers.fixed(value, 1)}%":
        return f'"{numbers.percent(value)}"'
    if kind == "people" and 0 < value < 0.5:
        return '"<1"'
    return "#,##0.00" if kind in ("money", "number") and not scaled.is_integer() else ""
