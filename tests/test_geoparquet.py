"""GeoParquet on request: the GeoPackage's layers and figures, the same bytes each time, none left from earlier runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas
import pandas as pd
import pyogrio

from facopt.outputs.geopackage import write_geopackage
from facopt.outputs.geoparquet import write_geoparquet
from tests.cli_runner import run_record
from tests.county_case import county_report
from tests.grid_county import SCENARIO, county
from tests.report_fixture import hostile_report, report_without_coordinates

if TYPE_CHECKING:
    from pathlib import Path


def test_layers_are_those_of_the_geopackage(tmp_path: Path) -> None:
    """Every layer is a file of its name with the same rows, columns, figures and geometries."""
    report = county_report()
    write_geopackage(report, tmp_path / "plan.gpkg")
    write_geoparquet(report, tmp_path / "layers")
    names = {name for name, _ in pyogrio.list_layers(tmp_path / "plan.gpkg").tolist()} - {"layer_styles"}
    assert {file.stem for file in (tmp_path / "layers").iterdir()} == names
    for name in names:
        inside = geopandas.read_file(tmp_path / "plan.gpkg", layer=name)
        beside = geopandas.read_parquet(tmp_path / "layers" / f"{name}.parquet")
        assert beside.crs.to_epsg() == 4326
        assert list(beside.columns) == list(inside.columns)
        assert len(beside) == len(inside)
        for column in inside.columns.drop("geometry"):
            if pd.api.types.is_numeric_dtype(inside[column].dtype):
                assert beside[column].astype(float).sum() == inside[column].astype(float).sum()
            else:
                assert beside[column].fillna("").astype(str).tolist() == inside[column].fillna("").astype(str).tolist()
        assert all(a.equals(b) for a, b in zip(inside.geometry, beside.geometry, strict=True) if a is not None)


def test_two_writings_are_the_same_bytes_and_strange_text_survives(tmp_path: Path) -> None:
    """Names of all kinds come back as they were."""
    report = hostile_report()
    for folder in ("a", "b"):
        write_geoparquet(report, tmp_path / folder)
    for file in (tmp_path / "a").iterdir():
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes()
    points = geopandas.read_parquet(tmp_path / "a" / "demand_points.parquet")
    assert points["name"].tolist() == report.points["name"].tolist()


def test_without_coordinates_the_layers_are_plain_tables(tmp_path: Path) -> None:
    """A report whose points lie nowhere still gives its attributes."""
    report = report_without_coordinates()
    write_geoparquet(report, tmp_path / "layers")
    table = pd.read_parquet(tmp_path / "layers" / "demand_points.parquet")
    assert table["id"].tolist() == report.points["id"].tolist()
    assert "geometry" not in table.columns


def test_a_run_writes_them_on_request_and_leaves_none_behind(tmp_path: Path) -> None:
    """Off by default; with the key they are written; a later run without it takes them away again."""
    county(tmp_path)
    layers = tmp_path / "maps" / "grid" / "layers"
    run_record(tmp_path, SCENARIO.replace("CRS", "wgs84"), "--set", "outputs.geoparquet=true")
    assert len(geopandas.read_parquet(layers / "sites.parquet")) == 2
    run_record(tmp_path, SCENARIO.replace("CRS", "wgs84"))
    assert not layers.exists()
