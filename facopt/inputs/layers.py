"""Layers with geometry (GeoPackage, GeoJSON, shapefile, Parquet) as columns of text and geometries."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from facopt.errors import DataError, Finding, Place
from facopt.inputs.findings import FindingLog, listed

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from facopt.inputs.study_area import TextArray

GeometryArray = np.ndarray[Any, np.dtype[np.object_]]

_BEGINNINGS = {
    ".gpkg": b"SQLite format 3",
    ".geojson": b"{",
    ".json": b"{",
    ".shp": b"\x00\x00\x27\x0a",
    ".fgb": b"fgb",
}
VECTOR_SUFFIXES = frozenset(_BEGINNINGS)
PARQUET_SUFFIXES = frozenset({".parquet", ".geoparquet"})


@dataclass(frozen=True)
class Layer:
    """One layer of a file; every column has one text per feature."""

    headings: list[str]
    columns: list[TextArray]
    geometry: GeometryArray | None
    crs: str
    """As the file says it, "" where it says none."""
    layer: str = ""
    encoding: str = ""

    def __len__(self) -> int:
        return len(self.columns[0]) if self.columns else 0 if self.geometry is None else len(self.geometry)


def read_layer(path: Path, layer: str | None, log: FindingLog) -> Layer:
    """Return one layer of a vector file, attributes as text.

    Raises a DataError where the file cannot be opened, or has several layers and none is named.
    """
    import pyogrio

    check_beginning(path)
    try:
        name = _choose_layer(path, layer)
        encoding = _dbf_encoding(path) if path.suffix.lower() == ".shp" else None
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            frame = pyogrio.read_dataframe(path, layer=name, encoding=encoding, fid_as_index=False)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, UnicodeDecodeError) as error:
        raise DataError(Finding(f"This file cannot be opened ({_first_line(error)})",
                                "Check that it is complete; a shapefile needs its .shx and .dbf beside it",
                                Place(path))) from error  # fmt: skip
    for warning in caught:
        log.warning(f"The file is not quite regular: {_first_line(warning.message)}", place=Place(path))
    return _from_frame(frame, layer=name, encoding=encoding or "")


def check_beginning(path: Path) -> None:
    """Refuse a file that is not what its ending says: a virtual layer would open other files on its author's behalf."""
    suffix = path.suffix.lower()
    with path.open("rb") as file:
        beginning = file.read(64).removeprefix(b"\xef\xbb\xbf").lstrip()
    if not beginning.startswith(_BEGINNINGS[suffix]):
        raise DataError(
            Finding(f"The content of this file is not that of a {suffix} file", "Export it again", Place(path))
        )


def read_parquet(path: Path) -> Layer:
    """Return a Parquet or GeoParquet file, attributes as text."""
    import geopandas
    import pyarrow
    import pyarrow.parquet

    try:
        metadata = pyarrow.parquet.read_schema(path).metadata or {}
        if b"geo" in metadata:
            return _from_frame(geopandas.read_parquet(path))
        return _from_frame(pyarrow.parquet.read_table(path).to_pandas(ignore_metadata=True))
    except (pyarrow.ArrowInvalid, ValueError) as error:
        raise DataError(
            Finding(f"This Parquet file cannot be read ({_first_line(error)})", "Write it again", Place(path))
        ) from error


def _choose_layer(path: Path, layer: str | None) -> str:
    import pyogrio

    names = [str(name) for name, _ in pyogrio.list_layers(path)]
    if layer is not None and layer not in names:
        raise DataError(Finding(f"There is no layer {layer!r}", f"The file has {listed(names)}", Place(path)))
    if layer is None and len(names) != 1:
        what = "The file has several layers" if names else "The file has no layer"
        remedy = f"State one of them under `layer`: {listed(names)}" if names else "Check the file"
        raise DataError(Finding(what, remedy, Place(path)))
    return layer or names[0]


def _dbf_encoding(path: Path) -> str | None:
    """Return the encoding of a shapefile's attributes where no .cpg file says it; None where one does."""
    beside = [entry for entry in path.parent.glob(f"{path.stem}.*") if entry.suffix.lower() in {".cpg", ".dbf"}]
    table = next((entry for entry in beside if entry.suffix.lower() == ".dbf"), None)
    if table is None or len(beside) > 1:
        return None
    data = table.read_bytes()
    text = data[32:].replace(b"\x00", b" ")
    for encoding in ("utf-8", "gb18030"):
        try:
            text.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    return "iso-8859-1"


def _from_frame(frame: pd.DataFrame, layer: str = "", encoding: str = "") -> Layer:
    import geopandas

    geometry, crs = None, ""
    if isinstance(frame, geopandas.GeoDataFrame):
        geometry, crs = frame.geometry.to_numpy(), _crs_name(frame.crs)
        frame = frame.drop(columns=frame.geometry.name)
    headings = [str(name) for name in frame.columns]
    return Layer(headings, [as_text(frame.iloc[:, i]) for i in range(len(headings))], geometry, crs, layer, encoding)


def _crs_name(crs: Any) -> str:
    if crs is None:
        return ""
    authority = crs.to_authority(min_confidence=70)
    return ":".join(authority) if authority else str(crs.to_wkt())


def as_text(column: pd.Series[Any]) -> TextArray:
    """Return a column as stripped text, "" for missing values, whole numbers without ".0"."""
    import pandas as pd

    missing = column.isna().to_numpy()
    values = column.to_numpy(dtype=object)
    if pd.api.types.is_float_dtype(column.dtype):
        texts = [_float_text(float(value)) if not gone else "" for value, gone in zip(values, missing, strict=True)]
    else:
        texts = ["" if gone else str(value).strip() for value, gone in zip(values, missing, strict=True)]
    result = np.empty(len(texts), dtype=object)
    result[:] = texts
    return result


def _float_text(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def _first_line(error: object) -> str:
    return str(error).strip().split("\n", 1)[0].rstrip(".")
