"""Roads worth drawing: the main classes, simplified so that a county's map stays small."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np

from facopt.travel.cache import Form, content_key
from facopt.travel.kept_text import from_text, text_array

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from facopt.assembly.road_files import RoadFiles
    from facopt.inputs.road_table import RoadTable

FloatArray = np.ndarray[Any, np.dtype[np.float64]]
Drawn = tuple[tuple[str, FloatArray], ...]
"""Class and (n, 2) WGS-84 lon and lat of each line."""

DRAWN_CLASSES = ("motorway", "trunk", "primary", "secondary", "tertiary")
MOST_VERTICES = 60_000
"""Minor classes are left out once the map would hold more than this."""
TOLERANCE_DEGREES = 0.0002
"""About 20 m: less than the width of a line at county scale."""


def kept_roads_to_draw(files: RoadFiles) -> Drawn:
    """Return `roads_to_draw` of some road files, or what an earlier run drew of them."""
    rules = (DRAWN_CLASSES, MOST_VERTICES, TOLERANCE_DEGREES)
    key = content_key(version("facopt"), [files.key(file) for file in files], rules)
    return files.cache.kept(f"drawn-{key}", lambda: roads_to_draw(files.values()), Form(_as_arrays, _from_arrays))


def _as_arrays(drawn: Drawn) -> dict[str, Any]:
    lines = [line for _, line in drawn]
    return {
        "classes": text_array([name for name, _ in drawn]),
        "sizes": np.array([len(line) for line in lines], dtype=np.int64),
        "lonlat": np.concatenate([*lines, np.empty((0, 2))]),
    }


def _from_arrays(arrays: dict[str, Any]) -> Drawn:
    ends = np.cumsum(arrays["sizes"])
    lonlat: FloatArray = arrays["lonlat"]
    if lonlat.shape != (ends[-1] if len(ends) else 0, 2):
        msg = "the kept drawing is damaged"
        raise ValueError(msg)
    lines = np.split(lonlat, ends[:-1]) if len(ends) else []
    return tuple(zip(map(str, from_text(arrays["classes"])), lines, strict=True))


def roads_to_draw(tables: Iterable[RoadTable]) -> Drawn:
    """Return (class, (n, 2) WGS-84 lon and lat) of each line, main classes first."""
    drawn: list[tuple[str, FloatArray]] = []
    vertices = 0
    for table in tables:
        classes = table.column("road_class")
        for name in DRAWN_CLASSES:
            edges = np.flatnonzero((classes == name) | (classes == f"{name}_link"))
            fewest = 2 * len(np.unique(table.way[edges]))
            if drawn and vertices + fewest > MOST_VERTICES:
                break
            lines = [_thin(line) for line in _merged(table, edges)]
            vertices += sum(len(line) for line in lines)
            if vertices > MOST_VERTICES and drawn:
                break
            drawn += [(name, line) for line in lines]
    return tuple(drawn)


def _merged(table: RoadTable, edges: np.ndarray[Any, Any]) -> Iterator[FloatArray]:
    """Yield the edges of each way joined to one line where they follow each other."""
    current: list[FloatArray] = []
    last_way, last_end = -1, -1
    for edge in edges.tolist():
        first, stop = int(table.vertex_start[edge]), int(table.vertex_start[edge + 1])
        piece = np.column_stack((table.lon[first:stop], table.lat[first:stop]))
        if current and table.way[edge] == last_way and table.start[edge] == last_end:
            current.append(piece[1:])
        else:
            if current:
                yield np.concatenate(current)
            current = [piece]
        last_way, last_end = int(table.way[edge]), int(table.end[edge])
    if current:
        yield np.concatenate(current)


def _thin(line: FloatArray) -> FloatArray:
    from shapely import LineString, get_coordinates

    return np.round(get_coordinates(LineString(line).simplify(TOLERANCE_DEGREES)), 5) if len(line) > 1 else line
