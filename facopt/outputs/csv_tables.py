"""tables/*.csv: every table of the report with exact figures, for spreadsheets and for programs.

UTF-8 with a byte order mark, so that spreadsheets show Chinese; commas; headings and coded values (states, reasons,
tiers) are machine keys; money in units of the currency, percentages from 0 to 100; an absent figure is an empty cell.
Figures are not rounded: reading them back gives the same floating-point numbers. A text cell that a spreadsheet would
compute (it starts with = + - @, a tab or a line break) has one apostrophe in front, which
`facopt.outputs.plain_text.restored` takes away again; all other text, ids included, stands as it is.
"""

from __future__ import annotations

import csv
import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from facopt.outputs.plain_text import any_neutralised, neutralised
from facopt.outputs.tables import report_tables

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd

    from facopt.inputs.study_area import FloatArray
    from facopt.measures.report import Report
    from facopt.outputs.tables import Column, TableView


FILE_NAMES = MappingProxyType({"points": "demand_points", "facilities": "sites"})
"""Names of files that differ from the key of their table."""
LEAST_PLAIN, MOST_PLAIN = 1e-3, 1e9
"""Python and Arrow write numbers of this size without an exponent."""
_QUOTED = re.compile('[",\r\n]')


def write_csv_tables(report: Report, folder: Path, tables: Sequence[TableView] | None = None) -> None:
    """Write each table of a report as `<folder>/<table key>.csv`; demand points and sites under these names.

    Parameters
    ----------
    report
        Results of one run.
    folder
        Folder of the tables; made where it is missing.
    tables
        Those of `report_tables`, where somebody has made them already.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for table in report_tables(report) if tables is None else tables:
        write_csv_table(table, folder / f"{FILE_NAMES.get(table.key, table.key)}.csv")


def write_csv_table(table: TableView, path: Path) -> None:
    """Write one table, without its total row and notes."""
    cells = [_cells(column, table.frame[column.key]) for column in table.columns]
    quoted = any(map(_needs_quotes, table.columns, cells)) or len(cells) == 1  # a blank line would be no row
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([column.key for column in table.columns])
        if quoted:
            writer.writerows(zip(*cells, strict=True))
        else:
            file.write("".join([f"{row}\n" for row in map(",".join, zip(*cells, strict=True))]))


def _needs_quotes(column: Column, cells: Sequence[str]) -> bool:
    """Tell whether a text column has cells that stand in quotes, or might; figures and flags never do."""
    return not column.numeric and column.kind != "flag" and _QUOTED.search("\x00".join(set(cells))) is not None


def _cells(column: Column, values: pd.Series[Any]) -> list[str]:
    if column.numeric:
        return _figures(values.to_numpy(dtype=float))
    if column.kind == "flag":
        return ["" if value is None else str(bool(value)).lower() for value in values.tolist()]
    texts = values.tolist()
    if set(map(type, texts)) != {str}:
        texts = list(map(str, texts))
    return [neutralised(text) for text in texts] if any_neutralised(set(texts)) else texts


def _figures(values: FloatArray) -> list[str]:
    """Return of each the shortest text that reads back as the same number; whole numbers without a point, "" for NaN.

    Arrow writes most of them as Python does and several times as fast; very small and large ones Python writes.
    """
    import pyarrow

    values = values + 0.0  # no negative zero
    cells = pyarrow.array(values, from_pandas=True).cast(pyarrow.string()).fill_null("")
    texts: list[str] = cells.to_numpy(zero_copy_only=False).tolist()
    size = np.abs(values)
    odd = ((size < LEAST_PLAIN) & (size > 0)) | (size >= MOST_PLAIN)
    for row in np.flatnonzero(odd).tolist():
        texts[row] = _figure(float(values[row]))
    return texts


def _figure(number: float) -> str:
    return str(int(number)) if number.is_integer() else repr(number)
