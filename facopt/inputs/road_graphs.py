"""Roads from street graphs: NetworkX graphs as OSMnx makes them, and GraphML files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError

import numpy as np

from facopt.errors import DataError, Finding, Place
from facopt.inputs.road_classes import osm_class
from facopt.inputs.road_lines import first_text
from facopt.inputs.road_table import (
    TAG_NAMES,
    FloatArray,
    Interner,
    LineFacts,
    Lines,
    RoadTable,
    RoadTags,
    cut_lines,
)

if TYPE_CHECKING:
    from pathlib import Path

    import networkx as nx

Arc = tuple[Any, Any, Mapping[str, Any]]


def read_graphml(path: Path, place: Place) -> RoadTable:
    """Read a GraphML file as OSMnx writes it.

    Raises
    ------
    DataError
        If it is no GraphML, holds no edge, or a node has no coordinates.
    """
    import networkx as nx

    try:
        graph = nx.read_graphml(path)
    except (nx.NetworkXException, ParseError, ValueError, KeyError, OSError) as error:
        finding = Finding(f"cannot be read as GraphML: {error}", "Save the graph again with osmnx.save_graphml", place)
        raise DataError(finding) from error
    return table_from_graph(graph, source=str(path), place=place)


def table_from_graph(graph: nx.Graph[Any], *, source: str, place: Place) -> RoadTable:
    """Return the roads of a graph; in a directed graph two opposite edges of one length are one road open both ways.

    Raises
    ------
    DataError
        If the graph has no edge or a node has no coordinates.
    """
    if not graph.number_of_edges():
        raise DataError(Finding("the street graph has no edges", "Use a graph with roads", place))
    position = _positions(graph, place)
    roads = _both_ways(graph) if graph.is_directed() else [(u, v, data, "no") for u, v, data in graph.edges(data=True)]
    number = {node: k for k, node in enumerate(graph.nodes)}
    tags, names = Interner(), Interner()
    tag = np.array([tags(_tags(data, oneway)) for _, _, data, oneway in roads], dtype=np.int32)
    name = np.array([names(first_text(data.get("name"))) for _, _, data, _ in roads], dtype=np.int32)
    shapes = [_shape(position[number[u]], position[number[v]], data) for u, v, data, _ in roads]
    ends = np.array([(number[u], number[v]) for u, v, _, _ in roads], dtype=np.int64)
    length = np.array([_length(data) for _, _, data, _ in roads])
    facts = LineFacts(tags=tags.values(), tag=tag, names=names.values(), name=name, length_m=length)
    lines = _in_degrees(_lines(shapes, ends), graph.graph.get("crs"))
    return cut_lines(lines, facts, source=source, place=place)


def _in_degrees(lines: Lines, crs: Any) -> Lines:
    """Return lines in WGS-84 degrees; a graph that names no system is in degrees, as OSMnx's are."""
    import pyproj

    if not crs or pyproj.CRS.from_user_input(crs).equals("EPSG:4326"):
        return lines
    lon, lat = pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True).transform(lines.lon, lines.lat)
    return lines._replace(lon=lon, lat=lat)


def _positions(graph: nx.Graph[Any], place: Place) -> FloatArray:
    """Return x and y of every node (N, 2)."""
    try:
        xy = np.array([(float(data["x"]), float(data["y"])) for _, data in graph.nodes(data=True)])
    except (KeyError, TypeError, ValueError) as error:
        finding = Finding(f"a node of the street graph has no coordinates ({error})", "Give every node x and y", place)
        raise DataError(finding) from error
    return xy


def _both_ways(graph: nx.Graph[Any]) -> list[tuple[Any, Any, Mapping[str, Any], str]]:
    """Return every road once, with "no" where it is open both ways and "yes" where only from u to v."""
    waiting: dict[Any, list[int]] = defaultdict(list)
    roads: list[list[Any]] = []
    for u, v, data in graph.edges(data=True):
        key = (round(_length(data), 2) if np.isfinite(_length(data)) else None, first_text(data.get("highway")))
        opposite = waiting[v, u, key]
        if opposite:
            roads[opposite.pop(0)][3] = "no"
        else:
            waiting[u, v, key].append(len(roads))
            roads.append([u, v, data, "yes"])
    return [(u, v, data, oneway) for u, v, data, oneway in roads]


def _tags(data: Mapping[str, Any], oneway: str) -> RoadTags:
    found = {name: first_text(data.get(name.replace("oneway_", "oneway:"))) for name in TAG_NAMES}
    found["highway"] = osm_class(found["highway"])
    return RoadTags(**{**found, "oneway": oneway})


def _length(data: Mapping[str, Any]) -> float:
    try:
        return float(data["length"])
    except (KeyError, TypeError, ValueError):
        return float("nan")


def _shape(start: FloatArray, end: FloatArray, data: Mapping[str, Any]) -> FloatArray:
    """Return the vertices of an edge (K, 2); a straight line where it has no geometry."""
    import shapely

    geometry = data.get("geometry")
    if isinstance(geometry, str):
        geometry = shapely.from_wkt(geometry, on_invalid="ignore")
    if geometry is None or geometry.geom_type != "LineString" or geometry.is_empty:
        return np.stack([start, end])
    return np.asarray(shapely.get_coordinates(geometry))


def _lines(shapes: list[FloatArray], ends: np.ndarray[Any, np.dtype[np.int64]]) -> Lines:
    counts = np.array([len(shape) for shape in shapes])
    xy = np.concatenate(shapes)
    last = np.cumsum(counts) - 1
    first = last - counts + 1
    ref = -1 - np.arange(len(xy), dtype=np.int64)
    ref[first], ref[last] = ends[:, 0], ends[:, 1]
    joint = np.zeros(len(xy), dtype=bool)
    joint[first] = joint[last] = True
    way = np.repeat(np.arange(len(shapes), dtype=np.int32), counts)
    return Lines(ref, xy[:, 0], xy[:, 1], way, joint, np.zeros(len(xy), dtype=bool))
