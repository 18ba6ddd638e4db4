"""report.xlsx: every table of the report as a sheet, with headings in both languages, for WPS and Excel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from facopt.outputs import numbers
from facopt.outputs.spreadsheet import (
    MAX_ROWS,
    Measured,
    Sheet,
    SheetColumn,
    add_sheet,
    new_workbook,
    one_page_wide,
    save_workbook,
    text_cell,
)
from facopt.outputs.tables import printed, report_tables
from facopt.outputs.words import say

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from openpyxl import Workbook

    from facopt.measures.report import Report
    from facopt.outputs.tables import Column, TableView

WAN = 10_000.0


def write_workbook(report: Report, path: Path, tables: tuple[TableView, ...] | None = None) -> None:
    """Write the report's tables as one workbook, the same bytes for the same report.

    Figures are unrounded numbers with a format, so that they can be computed with; money of Chinese scenarios stands in
    万元. Text never becomes a formula, whatever it begins with.

    Parameters
    ----------
    report
        Results of one run.
    path
        File to write; an existing one is replaced.
    tables
        Those of `report_tables`, where somebody has made them already.
    """
    title = _joined((report.title_zh or report.scenario, report.title_en or report.scenario))
    book = new_workbook(title, report.generated)
    tables = report_tables(report) if tables is None else tables
    _add_contents(book, report, title, tables)
    for table in tables:
        add_sheet(book, sheet_of(table))
    save_workbook(book, path, report.generated)


def sheet_of(table: TableView) -> Sheet:
    """Return a table as a sheet writes it: terms named in both languages, figures raw."""
    columns = tuple(SheetColumn(_heading(column), column.kind, _divisor(column)) for column in table.columns)
    shown = table.frame.head(MAX_ROWS + 1)  # one more tells that there are more
    values = [_values(column, shown) for column in table.columns]
    total = [_total(column, (table.total or {}).get(column.key)) for column in table.columns] if table.total else None
    return Sheet(
        name=table.title[0],
        title=_joined(table.title),
        columns=columns,
        rows=list(zip(*values, strict=True)),
        total=total,
        notes=tuple(_joined(note) for note in table.notes),
        cut_note=_joined(_said("workbook.cut", n=numbers.count(MAX_ROWS))),
    )


def _heading(column: Column) -> str:
    heading = _joined(column.title)
    if column.kind not in ("money", "money_per_person"):
        return heading
    unit = column.currency
    if column.currency == "CNY":
        unit = "万元" if column.kind == "money" else "元"
    return f"{heading} ({unit})"


def _divisor(column: Column) -> float:
    return WAN if column.kind == "money" and column.currency == "CNY" else 1.0


def _values(column: Column, frame: pd.DataFrame) -> list[Any]:
    values: list[Any] = frame[column.key].tolist()
    if column.kind in ("measured", "measured_change"):
        return [Measured(value, unit) for value, unit in zip(values, frame["unit"], strict=True)]
    if column.numeric:
        return values
    if column.kind == "text":
        return [str(value) for value in values]
    named = {value: _joined((printed(column, value, "zh"), printed(column, value, "en"))) for value in set(values)}
    return [named[value] for value in values]


def _total(column: Column, value: Any) -> Any:
    """Cell of the total row: a figure, or a word in both languages."""
    if value is None:
        return None if column.numeric else ""
    return _joined(value) if isinstance(value, tuple) else value


def _joined(pair: tuple[str, str]) -> str:
    return pair[0] if pair[0] == pair[1] else f"{pair[0]} / {pair[1]}"


def _add_contents(book: Workbook, report: Report, title: str, tables: tuple[TableView, ...]) -> None:
    """First sheet: which run this is, how far it is proven, and which tables follow."""
    sheet = book.create_sheet("目录")
    one_page_wide(sheet)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 60, 14
    sheet.append([text_cell(sheet, title, bold=True, size=16)])
    for line in _facts(report):
        sheet.append([text_cell(sheet, line, colour="44515E")])
    sheet.append([])
    heads = [_joined((say(key, "zh"), say(key, "en"))) for key in ("workbook.sheet", "workbook.rows")]
    sheet.append([text_cell(sheet, head, bold=True) for head in heads])
    for table in tables:
        sheet.append([text_cell(sheet, _joined(table.title)), len(table)])


def _facts(report: Report) -> list[str]:
    gap = max((level.gap_percent for level in report.objectives if level.gap_percent is not None), default=None)
    key = "feasible_gap" if report.status == "feasible" and gap is not None else report.status
    lines = [_joined(_said(f"status.{key}", **({"gap": numbers.gap_percent(gap)} if key == "feasible_gap" else {})))]
    if report.synthetic:
        lines.append(_joined(_said("tag.synthetic")))
    lines += [text for text in dict.fromkeys((*report.questions, *report.data_notes)) if text]
    lines.append(_joined(_said("date.of_run", date=report.generated)))
    return [*lines, f"facopt {report.version}"]


def _said(key: str, **figures: str) -> tuple[str, str]:
    return say(key, "zh", **figures), say(key, "en", **figures)
