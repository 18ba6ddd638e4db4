"""Rows of a sheet as the text that its file holds, put there when the workbook is saved.

openpyxl writes a row cell by cell, each as an element of its own: ten seconds for the tables of a province. Here the
text of a cell is made once for each value of a column, and rows are joined. (ECMA-376 part 1, 18.3: `sheetData`.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

END = b"</sheetData>"


class BookWithRows(Workbook):  # type: ignore[misc]  # openpyxl has no types
    """A workbook with rows that wait as text: those of each sheet follow the ones that openpyxl writes."""

    def __init__(self) -> None:
        super().__init__(write_only=True)
        self.waiting: dict[str, str] = {}
        """By name of the sheet."""

    def complete(self, name: str, content: bytes) -> bytes:
        """Return a file of the saved workbook with the rows that wait for it; other files as they are."""
        for number, sheet in enumerate(self.worksheets, start=1):
            if name == f"xl/worksheets/sheet{number}.xml" and sheet.title in self.waiting:
                return content.replace(END, self.waiting[sheet.title].encode("utf-8") + END)
        return content


def string_cell(style: int, text: str) -> str:
    """Return a text cell after its place: never a formula, blanks at the ends kept."""
    if not text:
        return f'" s="{style}" t="n" />'
    space = ' xml:space="preserve"' if text != text.strip() else ""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")
    return f'" s="{style}" t="inlineStr"><is><t{space}>{escaped}</t></is></c>'


def number_cell(style: int, number: float | None) -> str:
    """Return a cell with a figure, or none, after its place."""
    return f'" s="{style}" t="n" />' if number is None else f'" s="{style}" t="n"><v>{number:.16g}</v></c>'


def rows_text(cells: Iterable[Sequence[str]], first: int) -> str:
    """Return rows of such cells, numbered from `first`; each row begins in the first column."""
    rows = []
    starts: list[str] = []
    for number, row in enumerate(cells, start=first):
        if len(starts) < len(row):
            starts = [f'<c r="{get_column_letter(at + 1)}' for at in range(len(row))]
        inside = "".join([f"{start}{number}{cell}" for start, cell in zip(starts, row, strict=False)])
        rows.append(f'<row r="{number}">{inside}</row>')
    return "".join(rows)
