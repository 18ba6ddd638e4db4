"""The layers of plan.gpkg as GeoParquet files, for systems that read columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from facopt.outputs.geopackage import CRS, layers, plain_columns

if TYPE_CHECKING:
    from pathlib import Path

    from facopt.measures.report import Report


def write_geoparquet(report: Report, folder: Path) -> None:
    """Write each layer of the plan as `<folder>/<layer>.parquet`, WGS-84; one without coordinates as a plain table.

    Layers and columns are those of the GeoPackage. Two runs give the same bytes.
    """
    import geopandas

    folder.mkdir()
    for name, table, geometries in layers(report):
        file, plain = folder / f"{name}.parquet", plain_columns(table)
        if geometries is None:
            plain.to_parquet(file, index=False)
        else:
            geopandas.GeoDataFrame(plain, geometry=geometries, crs=CRS).to_parquet(file, index=False)
