"""The workbook: numbers that are numbers, text that never computes, headings in both languages, the same bytes."""

from __future__ import annotations

import math
import zipfile
from typing import TYPE_CHECKING

import openpyxl
import pytest

from facopt.outputs import spreadsheet
from facopt.outputs.plain_text import is_dangerous
from facopt.outputs.spreadsheet import Sheet, SheetColumn, add_sheet, new_workbook, save_workbook
from facopt.outputs.tables import report_tables
from facopt.outputs.workbook import write_workbook
from tests.report_fixture import (
    feasible_report,
    hostile_report,
    infeasible_report,
    no_solution_report,
    report_without_coordinates,
    small_report,
)

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> openpyxl.Workbook:
    """The small report's workbook, read back."""
    path = tmp_path_factory.mktemp("book") / "report.xlsx"
    write_workbook(small_report(), path)
    return openpyxl.load_workbook(path)


def _rows(path: Path, name: str | None = None) -> list[tuple[object, ...]]:
    read = openpyxl.load_workbook(path)
    return list((read[name] if name else read.worksheets[0]).iter_rows(values_only=True))


def _write(path: Path, sheet: Sheet) -> openpyxl.worksheet.worksheet.Worksheet:
    book = new_workbook("t", "2026-11-21")
    add_sheet(book, sheet)
    save_workbook(book, path, "2026-11-21")
    return openpyxl.load_workbook(path).worksheets[0]


def test_every_table_has_a_sheet_with_all_its_rows(book: openpyxl.Workbook) -> None:
    """One sheet per table, in the report's order, after the contents; headings in both languages."""
    tables = report_tables(small_report())
    assert len(book.sheetnames) == len(tables) + 1
    for table, name in zip(tables, book.sheetnames[1:], strict=True):
        sheet = book[name]
        assert name == table.title[0][:31]
        assert sheet.max_row >= len(table) + 1
        headings = [cell.value for cell in sheet[1]]
        for column, heading in zip(table.columns, headings, strict=True):
            assert all(part in heading for part in column.title)


def test_figures_are_unrounded_numbers(book: openpyxl.Workbook) -> None:
    """People, minutes and shares of the zones are the report's own figures; percent counts from 0 to 1."""
    report = small_report()
    zones = next(table for table in report_tables(report) if table.key == "zones")
    keys = [column.key for column in zones.columns]
    first = next(book[zones.title[0]].iter_rows(min_row=2, max_row=2))
    cells = dict(zip(keys, first, strict=True))
    share = report.by_zone[0]
    assert cells["people"].value == share.people
    assert cells["mean_minutes"].value == pytest.approx(share.mean_minutes, rel=1e-15)
    assert share.covered is not None
    assert cells["covered_percent"].value == pytest.approx(share.covered / share.people, rel=1e-15)
    assert "%" in cells["covered_percent"].number_format


def test_sheets_are_ready_to_print_and_to_scroll(book: openpyxl.Workbook) -> None:
    """A4 across, the heading row frozen, repeated in print and filtered."""
    for sheet in book.worksheets[1:]:
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.page_setup.paperSize == 9
        assert sheet.freeze_panes == "A2"
        assert sheet.print_title_rows == "$1:$1"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert book.worksheets[2].auto_filter.ref is not None


def test_the_first_sheet_prints_on_one_page_across(book: openpyxl.Workbook) -> None:
    """Its long title does not run over onto a second page."""
    first = book.worksheets[0]
    assert (first.page_setup.fitToWidth, first.page_setup.fitToHeight) == (1, 0)
    assert first.sheet_properties.pageSetUpPr.fitToPage


def test_money_stands_in_wan_yuan(book: openpyxl.Workbook) -> None:
    """Yuan are divided by 10,000, and the heading says so; the total is the plan's cost."""
    report = small_report()
    cost = next(table for table in report_tables(report) if table.key == "cost")
    at = [column.key for column in cost.columns].index("build_cost") + 1
    sheet = book[cost.title[0]]
    assert "万元" in sheet.cell(1, at).value
    assert report.cost is not None
    assert sheet.cell(len(cost) + 2, at).value == report.cost / 10_000


@pytest.mark.parametrize(
    "maker",
    [feasible_report, infeasible_report, no_solution_report, report_without_coordinates, hostile_report],
    ids=lambda maker: maker.__name__,
)
def test_every_kind_of_report_can_be_written_twice_alike(tmp_path: Path, maker) -> None:  # type: ignore[no-untyped-def]
    """Whatever the status, the workbook opens, holds no formula, and a second writing gives the same bytes."""
    write_workbook(maker(), tmp_path / "a.xlsx")
    write_workbook(maker(), tmp_path / "b.xlsx")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        sheets = [archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        assert sheets
        assert not any(b"<f>" in sheet or b"<f " in sheet for sheet in sheets)
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_hostile_names_are_text_with_a_quote_prefix(tmp_path: Path) -> None:
    """A name that begins like a formula is a string that stays one when the cell is edited."""
    write_workbook(hostile_report(), tmp_path / "a.xlsx")
    read = openpyxl.load_workbook(tmp_path / "a.xlsx")
    cells = [cell for sheet in read for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]
    dangerous = [cell for cell in cells if is_dangerous(cell.value)]
    assert dangerous, "the report was meant to hold formulas"
    assert all(cell.data_type == "s" and cell.quotePrefix for cell in dangerous)
    assert not any(cell.data_type == "f" for cell in cells)


def test_dates_inside_are_the_reports(tmp_path: Path) -> None:
    """The document's properties carry the day of the run, not the clock."""
    report = small_report()
    write_workbook(report, tmp_path / "a.xlsx")
    properties = openpyxl.load_workbook(tmp_path / "a.xlsx").properties
    assert properties.created.date().isoformat() == report.generated
    assert properties.modified.date().isoformat() == report.generated


@pytest.mark.parametrize(
    ("kind", "value", "number_format"),
    [
        ("percent", 99.97, '"99.9%"'),
        ("percent", 100.0, "0.0%"),
        ("percent", 0.04, '"<0.1%"'),
        ("percent", 0.0, "0.0%"),
        ("people", 0.3, '"<1"'),
        ("people", 12.0, "#,##0"),
        ("money", 1.5, "#,##0.00"),
    ],
)
def test_formats_never_claim_all_or_nobody(tmp_path: Path, kind: str, value: float, number_format: str) -> None:
    """100.0% shows only for everybody, 0.0% and 0 only for nobody, while the cell keeps the exact figure."""
    cell = _write(tmp_path / "t.xlsx", Sheet("t", "t", (SheetColumn("a", kind),), [(value,)]))["A2"]
    assert cell.number_format == number_format
    assert cell.value == pytest.approx(value / 100 if kind == "percent" else value)


def test_formats_do_not_leak_to_the_next_row(tmp_path: Path) -> None:
    """A special format or an empty figure in one row leaves the rows around it alone."""
    sheet = _write(tmp_path / "t.xlsx", Sheet("t", "t", (SheetColumn("a", "percent"), SheetColumn("b")), [
        (50.0, "=1"), (99.99, "plain"), (None, ""), (51.0, "=2"),
    ]))  # fmt: skip
    assert [row[0].number_format for row in sheet.iter_rows(min_row=2)] == ["0.0%", '"99.9%"', "0.0%", "0.0%"]
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == [0.5, 99.99 / 100, None, 0.51]
    assert [row[1].value for row in sheet.iter_rows(min_row=2)] == ["=1", "plain", None, "=2"]
    assert [bool(row[1].quotePrefix) for row in sheet.iter_rows(min_row=2)] == [True, False, False, True]


def test_sheet_names_are_valid_and_unique(tmp_path: Path) -> None:
    """Names lose what spreadsheets refuse, keep within 31 characters and never clash."""
    book = new_workbook("t", "2026-11-21")
    for name in ("a/b[c]:*?", "A·B·C····", "很" * 40, "很" * 40, ""):
        add_sheet(book, Sheet(name, name, (SheetColumn("a"),), []))
    save_workbook(book, tmp_path / "t.xlsx", "2026-11-21")
    names = openpyxl.load_workbook(tmp_path / "t.xlsx").sheetnames
    assert len({name.lower() for name in names}) == 5
    assert all(0 < len(name) <= 31 for name in names)


def test_long_tables_are_cut_and_say_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows beyond the limit are left out, and a sentence under the table tells where they are."""
    monkeypatch.setattr(spreadsheet, "MAX_ROWS", 3)
    sheet = Sheet("t", "t", (SheetColumn("a", "count"),), [(n,) for n in range(5)], notes=("note",), cut_note="cut")
    _write(tmp_path / "t.xlsx", sheet)
    assert [row[0] for row in _rows(tmp_path / "t.xlsx")] == ["a", 0, 1, 2, None, "note", "cut"]


def test_rows_say_what_openpyxl_would_write(tmp_path: Path) -> None:
    """Texts with blanks, tags, line breaks and letters of all kinds, whole and broken figures, none: cell by cell."""
    texts = [" a ", "<b>&amp;", "中文\n二", "xy", "\U0001f600", "", "=1", "True", "1", "a", "a"]
    figures = [1.0, 0.1 + 0.2, -3.25, None, math.nan, 1e17, 1e-9, 12, True, -0.0, 1]
    columns = (SheetColumn("t"), SheetColumn("n", "decimal"), SheetColumn("p", "percent"), SheetColumn("u"))
    rows = [(text, figure, figure, at) for at, (text, figure) in enumerate(zip(texts, figures, strict=True))]
    sheet = _write(tmp_path / "t.xlsx", Sheet("t", "t", columns, rows, total=("sum", 3.0, None, "")))
    plain = openpyxl.Workbook()
    for text, figure, _, at in rows:
        known = figure is not None and math.isfinite(figure)
        plain.active.append([text or None, figure + 0 if known else None, figure / 100 if known else None, str(at)])
        plain.active.cell(at + 1, 1).data_type = "s" if text else "n"
    plain.save(tmp_path / "plain.xlsx")
    expected = openpyxl.load_workbook(tmp_path / "plain.xlsx").active.iter_rows(values_only=True)
    assert list(sheet.iter_rows(min_row=2, max_row=12, values_only=True)) == list(expected)
    assert [cell.value for cell in sheet[13]] == ["sum", 3, None, None]
    assert sheet["A13"].font.bold
    assert not sheet["A12"].font.bold
    assert [cell.number_format for cell in sheet[2]] == ["General", "#,##0.0", "0.0%", "General"]


def test_two_sheets_keep_their_rows_apart(tmp_path: Path) -> None:
    """Each sheet gets its own rows, in whatever order they were made."""
    book = new_workbook("t", "2026-11-21")
    for name, number in (("one", 1), ("two", 2), ("none", None)):
        add_sheet(book, Sheet(name, name, (SheetColumn("a", "count"),), [(number,)] if number else []))
    save_workbook(book, tmp_path / "t.xlsx", "2026-11-21")
    assert [_rows(tmp_path / "t.xlsx", name) for name in ("one", "two", "none")] == [
        [("a",), (1,)], [("a",), (2,)], [("a",)],
    ]  # fmt: skip
