"""Roads from line layers: GeoPackage, GeoParquet, shapefile, GeoJSON, FlatGeobuf."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from facopt.errors import DataError, Finding, Place, Severity
from facopt.inputs.coordinates import CHOICES, SHIFTED, same_system, to_wgs84
from facopt.inputs.layers import PARQUET_SUFFIXES, check_beginning
from facopt.inputs.road_classes import osm_class, osm_surface
from facopt.inputs.road_table import (
    TAG_NAMES,
    BoolArray,
    FloatArray,
    Int32Array,
    Int64Array,
    Interner,
    LineFacts,
    Lines,
    RoadTable,
    RoadTags,
    cut_lines,
    great_circle_metres,
)

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

COLUMN_NAMES = {
    "highway": (
        "highway", "fclass", "road_class", "道路等级", "道路类型", "公路等级", "行政等级", "路线等级", "等级",
        "gb", "code", "class", "type",
    ),
    "oneway": ("oneway", "one_way", "单行", "单行线", "单向"),
    "maxspeed": ("maxspeed", "max_speed", "限速"),
    "surface": ("surface", "路面类型", "路面", "面层类型"),
    "name": ("name", "name_zh", "道路名称", "路线名称", "名称", "路名"),
    "length": ("length_m", "length", "长度"),
    "start": ("u", "from_node", "source_node"),
    "end": ("v", "to_node", "target_node"),
}  # fmt: skip
"""Headings by meaning, the first present column counts; other tags by OpenStreetMap's own key."""
ONEWAY_VALUES = {"f": "yes", "t": "-1", "b": "no", "是": "yes", "否": "no", "双向": "no", "单向": "yes"}
"""Geofabrik's F (forward), T (backward), B (both), and Chinese answers."""
TWO_WAY_ANSWERS = ("no", "false", "0")
ROW = "facopt row"
COORDINATE_UNITS = 1e7
"""Line ends are one node where they agree to 1e-7 degrees (1 cm)."""
PLAUSIBLE_LENGTH_RATIO = (0.8, 1.5)
"""A length column is metres along the road if its median ratio to the drawn length lies within."""


def read_lines(path: Path, place: Place, layer: str | None = None, crs: str = "") -> RoadTable:
    """Read the roads of a line layer; lines join where their ends meet, or by columns u and v.

    Parameters
    ----------
    path
        The file.
    place
        Where the scenario names it.
    layer
        The layer; the one named edges, or the first with lines, by default.
    crs
        Coordinate system where the file states none, or states degrees but was drawn over a shifted map (gcj02, bd09).

    Raises
    ------
    DataError
        If the layer cannot be read, has no coordinate system, no lines, or no column with the class of the road.
    """
    frame = _lines_only(_read(path, place, layer), place)
    _require_class(frame, place)
    frame = _without_opposites(_in_degrees(frame, crs, place))
    tags, tag, names, name = _facts(frame)
    lines, of_row = _vertices(frame)
    lengths, findings = _surveyed_lengths(frame, lines, place)
    facts = LineFacts(tags=tags, tag=tag[of_row], names=names, name=name[of_row], length_m=lengths)
    return cut_lines(lines, facts, source=str(path), place=place, findings=findings)


def _read(path: Path, place: Place, layer: str | None) -> gpd.GeoDataFrame:
    import geopandas as gpd

    try:
        if path.suffix.lower() in PARQUET_SUFFIXES:
            return gpd.read_parquet(path)
        check_beginning(path)
        return gpd.read_file(path, layer=layer or _road_layer(path))
    except DataError as error:
        first = error.findings[0]
        raise DataError(Finding(f"cannot be read: {first.what}", first.remedy, place)) from error
    except Exception as error:  # readers of many formats raise what they like
        finding = Finding(f"cannot be read as a layer of lines: {error}", "Export the roads again", place)
        raise DataError(finding) from error


def _road_layer(path: Path) -> str | None:
    """Return the layer "edges" that OSMnx writes, else the first layer with lines, else None."""
    import pyogrio

    layers = pyogrio.list_layers(path)
    if "edges" in layers[:, 0]:
        return "edges"
    with_lines = [str(name) for name, kind in layers if kind and "Line" in kind]
    return with_lines[0] if with_lines else None


def _in_degrees(frame: gpd.GeoDataFrame, crs: str, place: Place) -> gpd.GeoDataFrame:
    """Return the lines in WGS-84 degrees, read in the stated system or in the file's own."""
    own = "" if frame.crs is None else str(frame.crs.to_string())
    if not (crs or own):
        what, remedy = "the layer has no coordinate system", f"State crs: {CHOICES}; or add a .prj file"
        raise DataError(Finding(what, remedy, place))
    if crs and own and crs not in SHIFTED and not same_system(crs, own):
        what = f"the layer is in {own}, and the scenario states {crs}"
        raise DataError(Finding(what, "Leave crs out, or mend the file", place))
    if not crs:
        return frame.to_crs("EPSG:4326")
    import shapely

    def moved(points: FloatArray) -> FloatArray:
        return np.column_stack(to_wgs84(points[:, 0].copy(), points[:, 1].copy(), crs))

    geometry = shapely.transform(shapely.force_2d(frame.geometry.to_numpy()), moved)
    return frame.set_geometry(geometry).set_crs("EPSG:4326", allow_override=True)


def _lines_only(frame: gpd.GeoDataFrame, place: Place) -> gpd.GeoDataFrame:
    is_line = frame.geometry.geom_type.isin(["LineString", "MultiLineString"]) & ~frame.geometry.is_empty
    lines = frame[is_line]
    if lines.empty:
        raise DataError(Finding("no lines in this layer", "Name a layer that holds roads as lines", place))
    return _parts(lines)


def _parts(lines: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return one row per part of a line, with the number of its row under ROW; index levels become columns."""
    named = [name for name in lines.index.names if name is not None and name not in lines.columns]
    lines = lines.reset_index(level=named) if named else lines
    lines = lines.assign(**{ROW: np.arange(len(lines))})
    return lines.explode(index_parts=False, ignore_index=True)


def _without_opposites(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a directed layer as OSMnx saves it with each two-way road once; other layers as they are."""
    import shapely

    u, v, oneway = (_column(frame, meaning) for meaning in ("start", "end", "oneway"))
    if u is None or v is None or oneway is None:
        return frame
    length = np.round(shapely.length(frame.geometry.to_numpy()), 7).tolist()
    seen: dict[Any, int] = {}
    keep = np.ones(len(frame), dtype=bool)
    for row, (a, b, metres, answer) in enumerate(zip(u, v, length, oneway, strict=True)):
        if first_text(answer).lower() not in TWO_WAY_ANSWERS or a == b:
            continue
        if seen.get((b, a, metres), 0):
            seen[b, a, metres] -= 1
            keep[row] = False
        else:
            seen[a, b, metres] = seen.get((a, b, metres), 0) + 1
    return frame[keep].reset_index(drop=True)


def _column(frame: pd.DataFrame, meaning: str) -> pd.Series[Any] | None:
    by_lower = {str(name).lower(): name for name in frame.columns}
    for heading in COLUMN_NAMES.get(meaning, (meaning, meaning.replace("oneway_", "oneway:"))):
        if heading in by_lower:
            return frame[by_lower[heading]]
    return None


def _require_class(frame: gpd.GeoDataFrame, place: Place) -> None:
    if _column(frame, "highway") is None:
        columns = ", ".join(str(name) for name in frame.columns if name not in ("geometry", ROW))
        among = f"among {columns}" if columns else "beside the lines"
        what = f"no column with the class of the road {among}"
        raise DataError(Finding(what, "Name it highway (primary, 县道, 420300, ...)", place))


def first_text(value: Any) -> str:
    """Return a cell as text: the first item of a list, "" for nothing, no decimals for whole numbers."""
    if isinstance(value, list | tuple | np.ndarray):
        value = value[0] if len(value) else ""
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = str(value).strip()
    if text.startswith("['"):
        return text[2:].split("'", 1)[0]
    return "" if text in ("nan", "None", "<NA>", "NaT") else text


def _facts(frame: gpd.GeoDataFrame) -> tuple[tuple[RoadTags, ...], Int32Array, tuple[str, ...], Int32Array]:
    """Return the distinct tags and names and their index for each row."""
    columns = {name: _texts(frame, name) for name in TAG_NAMES}
    columns["highway"] = [osm_class(text) for text in columns["highway"]]
    columns["surface"] = [osm_surface(text) if text else "" for text in columns["surface"]]
    columns["oneway"] = _oneways(frame, columns["oneway"])
    tags, names = Interner(), Interner()
    rows = zip(*columns.values(), strict=True)
    tag = np.array([tags(_with_ferry(RoadTags(*row))) for row in rows], dtype=np.int32)
    name = np.array([names(text) for text in _texts(frame, "name")], dtype=np.int32)
    return tags.values(), tag, names.values(), name


def _with_ferry(tags: RoadTags) -> RoadTags:
    return tags._replace(highway="", route="ferry") if tags.highway == "ferry" else tags


def _texts(frame: gpd.GeoDataFrame, meaning: str) -> list[str]:
    column = _column(frame, meaning)
    return [""] * len(frame) if column is None else [first_text(value) for value in column]


def _oneways(frame: gpd.GeoDataFrame, texts: list[str]) -> list[str]:
    """Return one-way values; without such a column every line is open both ways, motorways too."""
    if _column(frame, "oneway") is None:
        return ["no"] * len(frame)
    return [ONEWAY_VALUES.get(text.lower(), text.lower()) for text in texts]


def _vertices(frame: gpd.GeoDataFrame) -> tuple[Lines, Int64Array]:
    """Return the vertices of all lines and the row of each line."""
    import shapely

    xy, row = shapely.get_coordinates(frame.geometry.to_numpy(), return_index=True)
    begins = np.concatenate([[True], row[1:] != row[:-1]])
    ends = np.concatenate([row[1:] != row[:-1], [True]])
    if _column(frame, "start") is not None and _column(frame, "end") is not None:
        ref, joint = _named_ends(frame, row, begins, ends), begins | ends
    else:
        ref = _coordinate_ref(xy)
        joint = np.isin(ref, ref[begins | ends])
    lines = Lines(ref, xy[:, 0], xy[:, 1], row.astype(np.int32), joint, np.zeros(len(row), dtype=bool))
    return lines, np.arange(len(frame))


def _named_ends(frame: gpd.GeoDataFrame, row: Int64Array, begins: BoolArray, ends: BoolArray) -> Int64Array:
    """Return node numbers: of columns u and v at the ends of lines, each its own negative one between."""
    start, end = (_column(frame, meaning) for meaning in ("start", "end"))
    number = Interner()
    ref = -1 - np.arange(len(row), dtype=np.int64)
    ref[begins] = [number(first_text(value)) for value in start]  # type: ignore[union-attr]  # present, see the caller
    ref[ends] = [number(first_text(value)) for value in end]  # type: ignore[union-attr]
    return ref


def _coordinate_ref(xy: FloatArray) -> Int64Array:
    units = np.round(xy * COORDINATE_UNITS).astype(np.int64)
    keys = units[:, 0] * 2_000_000_011 + units[:, 1]
    return np.asarray(np.unique(keys, return_inverse=True)[1], dtype=np.int64)


def _surveyed_lengths(
    frame: gpd.GeoDataFrame, lines: Lines, place: Place
) -> tuple[FloatArray | None, tuple[Finding, ...]]:
    """Return the length column in metres if it is one, and a warning if it is not."""
    import pandas as pd

    column = _column(frame, "length")
    if column is None:
        return None, ()
    given = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64)
    step = great_circle_metres(lines.lon[:-1], lines.lat[:-1], lines.lon[1:], lines.lat[1:])
    inside = lines.way[1:] == lines.way[:-1]
    drawn = np.bincount(lines.way[:-1][inside], weights=step[inside], minlength=len(frame))
    row = frame[ROW].to_numpy()
    whole = np.bincount(row, weights=drawn)[row]
    known = np.isfinite(given) & (given > 0) & (whole > 0)
    ratio = float(np.median(given[known] / whole[known])) if known.any() else 0.0
    if PLAUSIBLE_LENGTH_RATIO[0] <= ratio <= PLAUSIBLE_LENGTH_RATIO[1]:
        share = np.divide(drawn, whole, out=np.ones_like(drawn), where=whole > 0)
        return np.where(np.isfinite(given) & (given >= 0), given * share, np.nan), ()
    what = f"column {column.name} is not metres along the road (about {ratio:.3g} of the drawn length); it is ignored"
    return None, (Finding(what, "Give lengths in metres, or leave the column out", place, Severity.WARNING),)
