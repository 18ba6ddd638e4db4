"""Tables of every format are read as text, with their encodings, headings and rows understood."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas
import openpyxl
import pandas as pd
import pytest
from shapely.geometry import Point, Polygon

from facopt.errors import DataError
from facopt.inputs.facility_names import kind_of_name
from facopt.inputs.findings import FindingLog
from facopt.inputs.tables import read_table
from tests.inputs_cases import texts, write

if TYPE_CHECKING:
    from pathlib import Path

CHINESE = "编号,名称,常住人口,经度,纬度\n001,向阳村,100,114.1,30.1\nNA,红旗村,２０,114.2,30.2\n"


def workbook(path: Path, rows: list[list[Any]], merged: tuple[str, ...] = ()) -> Path:
    """Write a workbook of one sheet."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for cells in merged:
        book.active.merge_cells(cells)
    book.save(path)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_text_tables_in_every_usual_encoding_and_delimiter(tmp_path: Path, encoding: str, delimiter: str) -> None:
    """Excel, WPS and others save the same table in many ways; all of them read alike."""
    table = read_table(write(tmp_path, "t.csv", CHINESE.replace(",", delimiter), encoding))
    assert {name: column.heading for name, column in table.recognised.columns.items()} == {
        "id": "编号", "name": "名称", "people": "常住人口", "lon": "经度", "lat": "纬度",
    }  # fmt: skip
    assert table.text("name").tolist() == ["向阳村", "红旗村"]
    assert table.recognised.delimiter == delimiter
    assert table.recognised.encoding == {"utf-8-sig": "utf-8", "gbk": "gb18030"}.get(encoding, encoding)


def test_ids_are_never_numbers_or_missing(tmp_path: Path) -> None:
    """Leading zeros, NA, null, 1e5 and TRUE are ids like any other."""
    ids = ["001", "1", "NA", "null", "1e5", "TRUE", "nan", "12345678901234567890"]
    table = read_table(write(tmp_path, "t.csv", "id,people\n" + "".join(f"{id_},1\n" for id_ in ids)))
    assert table.text("id").tolist() == ids


def test_lines_count_from_the_top_of_the_file_over_blank_and_broken_lines(tmp_path: Path) -> None:
    """The line of a finding is the one an editor shows, blank lines and quoted line breaks included."""
    table = read_table(write(tmp_path, "t.csv", 'id,name\na,"one\ntwo"\n\nb,x\r\n,\nc,y\n'))
    assert table.lines.tolist() == [2, 5, 7]
    assert table.text("name").tolist() == ["one\ntwo", "x", "y"]


def test_numbers_are_read_with_the_unit_of_the_heading(tmp_path: Path) -> None:
    """10,000 people in a heading multiply its column, and what was understood is kept."""
    table = read_table(write(tmp_path, "t.csv", 'id,常住人口（万人）,建设费用/万元\na,1.2,350\nb,"1,000",\n'))
    log = FindingLog()
    assert table.numbers("people", log).tolist() == [12_000.0, 10_000_000.0]
    assert table.numbers("build_cost", log).tolist()[0] == 3_500_000.0
    assert log.items == ()
    assert table.recognised.as_dict()["columns"]["people"] == {
        "heading": "常住人口（万人）", "how": "synonym", "factor": 10_000.0,
    }  # fmt: skip


def test_a_number_below_its_least_value_names_the_cell_as_it_stands(tmp_path: Path) -> None:
    """A negative number is refused before units are applied."""
    table = read_table(write(tmp_path, "t.csv", "id,人口(万人)\na,-1\nb,-2\n"))
    log = FindingLog()
    table.numbers("people", log, least=0.0)
    assert texts(log.items, tmp_path) == [
        "t.csv:2: people (人口(万人)): '-1' is below 0, and so in 1 more row (for example line 3: '-2'). "
        "Correct the value."
    ]


def test_totals_and_notes_are_left_out_with_a_warning(tmp_path: Path) -> None:
    """A total is not a village, and a note beneath the table is no row."""
    text = "id,name,people\n1,东村,5\n小 计,,5\n2,西村,6\n,合计,11\n注：2020年,,\n"
    table = read_table(write(tmp_path, "t.csv", text))
    assert table.text("id").tolist() == ["1", "2"]
    assert table.recognised.skipped_lines == (3, 5, 6)
    assert texts(table.findings, tmp_path) == [
        "t.csv:3: 3 rows of totals or notes left out (for example line 5, line 6)."
    ]


def test_names_that_only_begin_like_a_total_are_rows(tmp_path: Path) -> None:
    """Zongji village and Totalview are places."""
    table = read_table(write(tmp_path, "t.csv", "id,name\n1,总计村\n2,Totalview\n3,合计庄\n"))
    assert len(table) == 3


def test_a_workbook_keeps_codes_as_text(tmp_path: Path) -> None:
    """Whole numbers have no .0, and a code shows the zeros that its cell format shows."""
    path = workbook(tmp_path / "t.xlsx", [["编号", "人口"], [220202001000, 5.0], ["007", 2.5], [7, None], [True, 1]])
    book = openpyxl.load_workbook(path)
    book.active["A4"].number_format = "000"
    book.save(path)
    table = read_table(path)
    assert table.text("id").tolist() == ["220202001000", "007", "007", "TRUE"]
    assert table.text("people").tolist() == ["5", "2.5", "", "1"]
    assert table.lines.tolist() == [2, 3, 4, 5]


def test_two_rows_of_merged_headings_beneath_a_title(tmp_path: Path) -> None:
    """A title, an upper row of merged headings and a lower row make one heading each."""
    rows = [
        ["某县行政村人口统计表", None, None, None, None],
        ["编号", "人口", None, "坐标", None],
        [None, "常住人口", "60岁及以上", "经度", "纬度"],
        ["001", 100, 20, 114.1, 30.1],
    ]
    path = workbook(tmp_path / "t.xlsx", rows, ("A1:E1", "A2:A3", "B2:C2", "D2:E2"))
    table = read_table(path)
    assert {name: column.heading for name, column in table.recognised.columns.items()} == {
        "id": "编号", "people": "人口 / 常住人口", "people_60_plus": "人口 / 60岁及以上", "lon": "坐标 / 经度",
        "lat": "坐标 / 纬度",
    }  # fmt: skip
    assert table.recognised.heading_line == 3
    assert table.lines.tolist() == [4]


def test_a_merged_township_belongs_to_each_village_and_a_merged_number_to_one(tmp_path: Path) -> None:
    """Text reaches over its merged cells; a number there would be counted more than once."""
    rows = [["乡镇", "村名", "人口"], ["东镇", "甲", 10], [None, "乙", None], ["西乡", "丙", 5]]
    table = read_table(workbook(tmp_path / "t.xlsx", rows, ("A2:A3", "C2:C3")))
    assert table.text("zone").tolist() == ["东镇", "东镇", "西乡"]
    assert table.text("people").tolist() == ["10", "", "5"]


def test_the_first_filled_sheet_is_read_unless_one_is_named(tmp_path: Path) -> None:
    """Several sheets are said aloud, and a sheet that is not there is refused."""
    book = openpyxl.Workbook()
    for name, value in (("empty", None), ("one", "a"), ("two", "b")):
        page = book.create_sheet(name)
        if value:
            page.append(["id"])
            page.append([value])
    path = tmp_path / "t.xlsx"
    book.save(path)
    table = read_table(path)
    assert table.text("id").tolist() == ["a"]
    assert texts(table.findings, tmp_path) == [
        "t.xlsx: The workbook has several sheets; 'one' is read. State one under `sheet`: Sheet, empty, one, two."
    ]
    assert read_table(path, sheet="two").text("id").tolist() == ["b"]
    with pytest.raises(DataError, match="There is no sheet 'three'"):
        read_table(path, sheet="three")


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".parquet", ".shp"])
def test_layers_give_text_and_geometry(tmp_path: Path, suffix: str) -> None:
    """Every geospatial format gives the same ids, people and points, and its own coordinate system."""
    frame = geopandas.GeoDataFrame(
        {"id": ["001", "NA"], "people": [5.0, 2.5], "code": [220202001000, 7]},
        geometry=[Point(114, 30), Point(115, 31)], crs="EPSG:4326",
    )  # fmt: skip
    path = tmp_path / f"t{suffix}"
    frame.to_parquet(path) if suffix == ".parquet" else frame.to_file(path)
    table = read_table(path)
    assert table.text("id").tolist() == ["001", "NA"]
    assert table.text("people").tolist() == ["5", "2.5"]
    assert table.text("code").tolist() == ["220202001000", "7"]
    assert table.crs == "EPSG:4326"
    assert [point.x for point in table.geometry] == [114, 115]


def test_a_plain_parquet_table_without_geometry(tmp_path: Path) -> None:
    """Parquet from pandas is a table like any other; missing values are blank."""
    pd.DataFrame({"id": [1, 2], "people": [1.5, None]}).to_parquet(tmp_path / "t.parquet")
    table = read_table(tmp_path / "t.parquet")
    assert table.geometry is None
    assert table.text("people").tolist() == ["1.5", ""]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_a_shapefile_without_cpg_is_read_in_its_own_encoding(tmp_path: Path, encoding: str) -> None:
    """Chinese shapefiles often come in GBK without a word about it."""
    frame = geopandas.GeoDataFrame({"名称": ["向阳村"]}, geometry=[Point(114, 30)], crs="EPSG:4490")
    frame.to_file(tmp_path / "t.shp", encoding=encoding)
    (tmp_path / "t.cpg").unlink()
    table = read_table(tmp_path / "t.shp")
    assert table.text("name").tolist() == ["向阳村"]
    assert table.crs == "EPSG:4490"


def test_a_virtual_layer_may_not_open_other_files(tmp_path: Path) -> None:
    """A file from a stranger reads itself and nothing else, whatever its ending."""
    virtual = (
        "<OGRVRTDataSource><OGRVRTLayer name='t'><SrcDataSource>t.csv</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
    )
    for suffix in (".gpkg", ".shp", ".geojson"):
        with pytest.raises(DataError, match=f"The content of this file is not that of a {suffix} file"):
            read_table(write(tmp_path, f"t{suffix}", virtual))


def test_a_file_with_several_layers_needs_a_name(tmp_path: Path) -> None:
    """A GeoPackage may hold roads and villages; which one is meant must be stated."""
    path = tmp_path / "t.gpkg"
    for layer in ("villages", "clinics"):
        geopandas.GeoDataFrame({"id": [layer]}, geometry=[Point(1, 2)], crs="EPSG:4326").to_file(path, layer=layer)
    assert read_table(path, layer="clinics").text("id").tolist() == ["clinics"]
    with pytest.raises(DataError) as caught:
        read_table(path)
    assert texts(caught.value.findings, tmp_path) == [
        "t.gpkg: The file has several layers. State one of them under `layer`: villages, clinics."
    ]


def test_a_row_number_stands_for_missing_ids_where_the_scenario_says_so(tmp_path: Path) -> None:
    """`columns: {id: row_number}` numbers the rows as they stand in the file."""
    table = read_table(write(tmp_path, "t.csv", "people\n5\n6\n"), columns={"id": "row_number"})
    assert table.text("id").tolist() == ["2", "3"]


def test_damaged_utf8_is_refused_rather_than_read_as_other_characters(tmp_path: Path) -> None:
    """One broken byte must not turn a whole table into wrong Chinese."""
    data = "id,name\n1,向阳村\n2,红旗村\n3,".encode() + "东风村".encode()[:-1] + b"\n"
    (tmp_path / "t.csv").write_bytes(data)
    with pytest.raises(DataError) as caught:
        read_table(tmp_path / "t.csv")
    assert texts(caught.value.findings, tmp_path) == [
        "t.csv:4: This is neither UTF-8 nor GB18030 text. Save the file as `CSV UTF-8`."
    ]


def test_lost_characters_are_said_aloud(tmp_path: Path) -> None:
    """A file saved in the wrong encoding has replacement characters in it."""
    table = read_table(write(tmp_path, "t.csv", "id,name\n1,\ufffd\ufffd村\n"))
    assert texts(table.findings, tmp_path) == [
        "t.csv:2: Some characters were lost when this file was saved (shown as \ufffd). "
        "Export it again from the original as UTF-8."
    ]


def test_polygons_are_kept_with_their_rows(tmp_path: Path) -> None:
    """Selecting rows selects their geometry, lines and columns alike."""
    square = Polygon([(0, 0), (1, 0), (1, 1), (0, 1)])
    frame = geopandas.GeoDataFrame({"id": ["a", "b"]}, geometry=[square, Point(5, 5).buffer(1)], crs="EPSG:4326")
    frame.to_file(tmp_path / "t.gpkg")
    table = read_table(tmp_path / "t.gpkg")
    picked = table.select(table.text("id") == "b")
    assert picked.text("id").tolist() == ["b"]
    assert picked.lines.tolist() == [2]
    assert picked.geometry[0].centroid.x == pytest.approx(5)


def test_traditional_characters_are_understood_and_said(tmp_path: Path) -> None:
    """Headings, totals and kinds in traditional characters mean what the simplified ones do."""
    rows = "編號,機構名稱,經度,緯度\n1,東鎮衛生院,113.1,30.1\n2,西乡卫生院,113.2,30.1\n總計,,,\n"
    path = write(tmp_path, "t.csv", rows)
    table = read_table(path)
    assert set(table.columns) == {"id", "name", "lon", "lat"}
    assert table.text("id").tolist() == ["1", "2"]
    assert [kind_of_name(name) for name in table.text("name")] == ["township_clinic"] * 2
    assert texts(table.findings, tmp_path) == [
        "t.csv:4: 1 row of totals or notes left out.",
        "t.csv:2: 機構名稱: 1 row is in traditional characters (for example 東鎮衛生院). Kinds, headings and endings "
        "are understood; write zones in the same characters in all files.",
    ]


def test_damaged_text_is_said_with_what_it_was(tmp_path: Path) -> None:
    """UTF-8 taken for Latin letters or for GBK can be told; question marks are lost; sound names raise no doubt."""
    latin, gbk = "东镇".encode().decode("cp1252"), "红旗镇卫生院".encode().decode("gb18030")
    path = write(tmp_path, "t.csv", f"id,name\n1,{latin}\n2,{gbk}\n3,??村\n4,东风村\n5,Café São\n6,Łódź\n7,why??\n")
    assert texts(read_table(path).findings, tmp_path) == [
        f"t.csv:2: name: 3 rows have damaged text (for example {latin}, which was 东镇, {gbk}, which was "
        "红旗镇卫生院, ??村). Export the file again from the original as UTF-8."
    ]
