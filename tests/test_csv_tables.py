"""CSV tables: exact figures, text that no spreadsheet computes, and ids that come back."""

from __future__ import annotations

import csv
import math
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from facopt.outputs.csv_tables import FILE_NAMES, write_csv_table, write_csv_tables
from facopt.outputs.plain_text import any_neutralised, is_dangerous, neutralised, printable, restored
from facopt.outputs.tables import report_tables
from facopt.outputs.tables.view import Column, TableView
from tests.report_fixture import hostile_report, small_report

if TYPE_CHECKING:
    from pathlib import Path


def _table(**columns: tuple[str, list[object]]) -> TableView:
    described = tuple(Column(key, (key, key), kind) for key, (kind, _) in columns.items())  # type: ignore[arg-type]
    return TableView(
        "t", ("表", "table"), described, pd.DataFrame({key: values for key, (_, values) in columns.items()})
    )


def _read(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_figures_read_back_as_the_same_numbers(tmp_path: Path) -> None:
    """A figure is written so that reading it gives the very same floating-point number."""
    values = [0.1 + 0.2, 1 / 3, 1e22, 245050.0, 0.0, -2.5e-7]
    write_csv_table(_table(people=("people", values)), tmp_path / "t.csv")
    assert [float(row[0]) for row in _read(tmp_path / "t.csv")[1:]] == values
    assert "245050\n" in (tmp_path / "t.csv").read_text(encoding="utf-8-sig")


def test_absent_figures_and_flags_are_empty(tmp_path: Path) -> None:
    """NaN and an unknown flag are empty cells, True and False are words."""
    write_csv_table(_table(a=("minutes", [math.nan, 1.5]), b=("flag", [None, True])), tmp_path / "t.csv")
    assert _read(tmp_path / "t.csv")[1:] == [["", ""], ["1.5", "true"]]


def test_every_table_is_written_with_its_machine_headings(tmp_path: Path) -> None:
    """Each table of the report has a file with a byte order mark, its column keys and all its rows."""
    report = small_report()
    write_csv_tables(report, tmp_path)
    tables = report_tables(report)
    assert {file.stem for file in tmp_path.iterdir()} == {FILE_NAMES.get(table.key, table.key) for table in tables}
    for table in tables:
        file = tmp_path / f"{FILE_NAMES.get(table.key, table.key)}.csv"
        rows = _read(file)
        assert file.read_bytes().startswith(b"\xef\xbb\xbf")
        assert rows[0] == [column.key for column in table.columns]
        assert len(rows) == len(table) + 1


def test_people_of_the_points_add_up(tmp_path: Path) -> None:
    """The demand points in the file hold everybody of the report, by state as well."""
    report = small_report()
    write_csv_tables(report, tmp_path)
    points = pd.read_csv(tmp_path / "demand_points.csv", dtype={"id": str}, encoding="utf-8-sig")
    assert points["people"].sum() == report.everybody.people
    covered = points.loc[points["state"].isin(("covered", "newly_covered")), "people"].sum()
    assert covered == report.everybody.covered


def test_hostile_names_start_no_formula(tmp_path: Path) -> None:
    """No text cell of a report full of formulas begins with a character that computes."""
    report = hostile_report()
    write_csv_tables(report, tmp_path)
    texts = {column.key for table in report_tables(report) for column in table.columns if not column.numeric}
    found = 0
    for file in tmp_path.iterdir():
        rows = _read(file)
        for row in rows[1:]:
            cells = [cell for key, cell in zip(rows[0], row, strict=True) if key in texts]
            assert not any(map(is_dangerous, cells)), (file.name, cells)
            found += sum(is_dangerous(restored(cell)) for cell in cells)
    assert found, "the report was meant to hold formulas"


def test_ids_come_back(tmp_path: Path) -> None:
    """Ids with leading zeros, signs and apostrophes are the same after reading and restoring."""
    ids = ["001", "NA", "-5", "=1+1", "'=1", "'t Hooft", "a,b", 'x"y', "", "＝SUM(A1)"]
    write_csv_table(_table(id=("text", ids)), tmp_path / "t.csv")
    assert [restored(row[0]) if row else "" for row in _read(tmp_path / "t.csv")[1:]] == ids


def test_ordinary_text_stands_as_it_is() -> None:
    """Only text that would compute gets an apostrophe."""
    assert neutralised("'t Hooft") == "'t Hooft"
    assert neutralised("001") == "001"
    assert neutralised("=cmd|' /C calc'!A0") == "'=cmd|' /C calc'!A0"
    assert neutralised("@SUM(1)") == "'@SUM(1)"


@given(st.text(alphabet="'=+-@\t\r\n＝a1 ", max_size=6))
def test_every_text_is_restored(text: str) -> None:
    """Neutralised text is harmless and reads back as the text itself."""
    assert not is_dangerous(neutralised(text))
    assert restored(neutralised(text)) == text


def test_control_characters_become_visible() -> None:
    """Characters that XML cannot hold are replaced; tab and line break stay."""
    assert printable("a\x00b\x1bc\td\n") == "a\ufffdb\ufffdc\td\n"


@pytest.mark.parametrize("maker", [small_report, hostile_report])
def test_two_writings_are_the_same_bytes(tmp_path: Path, maker) -> None:  # type: ignore[no-untyped-def]
    """The same report gives the same files."""
    write_csv_tables(maker(), tmp_path / "a")
    write_csv_tables(maker(), tmp_path / "b")
    for file in (tmp_path / "a").iterdir():
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes()


@pytest.mark.parametrize("text", ["=1", "'=1", "''@x", "\tb", "\n", "＋1", "-", "", "a=b", "x\n=1", "'t Hooft", "001"])
def test_a_column_is_looked_through_for_what_would_change(text: str) -> None:
    """Wherever a text stands among others, they are looked at one by one if it would change."""
    changes = neutralised(text) != text
    for row in ([text], ["", text, ""], ["a", "b", text], [text, "c"]):
        assert any_neutralised(row) == changes
