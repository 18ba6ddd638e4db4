"""Roads worth drawing: the main classes, simplified so that a county's map stays small."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from facopt.inputs.road_table import RoadTable

FloatArray = np.ndarray[Any, np.dtype[np.float64]]

DRAWN_CLASSES = ("motorway", "trunk", "primary", "secondary", "tertiary")
MOST_VERTICES = 60_000
"""Minor classes are left out once the map would hold more than this."""
TOLERANCE_DEGREES = 0.0002
"""About 20 m: less than the width of a line at county scale."""


def roads_to_draw(tables: Iterable[RoadTable]) -> tuple[tuple[str, FloatArray], ...]:
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
