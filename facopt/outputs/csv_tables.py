"""tables/*.csv: every table of the report with exact figures, for spreadsheets and for programs.

UTF-8 with a byte order mark, so that spreadsheets show Chinese; commas; headings and coded values (states, reasons,
tiers) are machine keys; money in units of the currency, percentages from 0 to 100; an absent figure is an empty cell.
Figures are not rounded: reading them back gives the same floating-point numbers. A text cell that a spreadsheet would
compute (it starts with = + - @, a tab or a line break) has one apostrophe in front, which
`facopt.outputs.plain_text.restored` takes away again; all other text, ids included, stands as it is.
"""

from __future__ import annotations

import csv
import math
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from facopt.outputs.plain_text import any_neutralised, neutralised
from facopt.outputs.tables import report_tables

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from facopt.measures.report import Report
    from facopt.outputs.tables import Column, TableView


FILE_NAMES = MappingProxyType({"points": "demand_points", "facilities": "sites"})
"""Names of files that differ from the key of their table."""


def write_csv_tables(report: Report, folder: Path) -> None:
    """Write each table of a report as `<folder>/<table key>.csv`; demand points and sites under these names.

    Parameters
    ----------
    report
        Results of one run.
    folder
        Folder of the tables; made where it is missing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for table in report_tables(report):
        write_csv_table(table, folder / f"{FILE_NAMES.get(table.key, table.key)}.csv")


def write_csv_table(table: TableView, path: Path) -> None:
    """Write one table, without its total row and notes."""
    cells = [_cells(column, table.frame[column.key].tolist()) for column in table.columns]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([column.key for column in table.columns])
        writer.writerows(zip(*cells, strict=True))


def _cells(column: Column, values: Sequence[Any]) -> list[str]:
    if column.numeric:
        figures = {value: _figure(value) for value in dict.fromkeys(values)}
        return [figures[value] for value in values]
    if column.kind == "flag":
        return ["" if value is None else str(bool(value)).lower() for value in values]
    texts = list(map(str, values))
    return [neutralised(text) for text in texts] if any_neutralised(texts) else texts


def _figure(value: float) -> str:
    """Shortest text that reads back as the same number; whole numbers without a point."""
    number = float(value)
    if math.isnan(number):
        return ""
    return str(int(number)) if number.is_integer() else repr(number)
