"""Read roads from the file formats planners have; every reader gives the same RoadTable."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from facopt.errors import DataError, Finding, Place
from facopt.inputs.road_table import RoadTable, RoadTags, great_circle_metres

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["RoadTable", "RoadTags", "great_circle_metres", "read_roads", "roads_from_graph"]

OSM_ENDINGS = (".pbf", ".osm", ".osm.gz", ".osm.bz2")
LINE_ENDINGS = (".gpkg", ".parquet", ".geoparquet", ".shp", ".geojson", ".fgb")
GRAPH_ENDINGS = (".graphml",)


def read_roads(path: Path, *, place: Place | None = None, layer: str | None = None, crs: str = "") -> RoadTable:
    """Read a road file; its ending says which format it has.

    Parameters
    ----------
    path
        An OpenStreetMap extract (`.osm.pbf`, `.osm`), a GraphML file as OSMnx writes it, or lines in a GeoPackage,
        GeoParquet, shapefile, GeoJSON or FlatGeobuf file.
    place
        Where the scenario names the file, for messages; the file itself by default.
    layer
        Layer of a GeoPackage; the one named edges, or the first with lines, by default.
    crs
        Coordinate system of a line layer that states none, or that was drawn over a shifted map (gcj02, bd09).

    Raises
    ------
    DataError
        If the file is missing, is of an unknown format, cannot be read, or holds no roads.
    """
    path = Path(path)
    place = Place(file=path) if place is None or place == Place() else place
    if not path.is_file():
        raise DataError(Finding(f"the road file {path} does not exist", "Check the path in the scenario", place))
    name = path.name.lower()
    if (layer or crs) and name.endswith((*OSM_ENDINGS, *GRAPH_ENDINGS)):
        what = f"layer and crs are for line layers; {path.name} knows where it lies"
        raise DataError(Finding(what, "Leave them out", place))
    if name.endswith(OSM_ENDINGS):
        from facopt.inputs.road_osm import read_osm

        return read_osm(path, place)
    if name.endswith(LINE_ENDINGS):
        from facopt.inputs.road_lines import read_lines

        return read_lines(path, place, layer, crs)
    if name.endswith(GRAPH_ENDINGS):
        from facopt.inputs.road_graphs import read_graphml

        return read_graphml(path, place)
    known = ", ".join((*OSM_ENDINGS, *LINE_ENDINGS, *GRAPH_ENDINGS))
    raise DataError(Finding(f"{path.name} is not a road file that can be read", f"Use one of {known}", place))


def roads_from_graph(graph: nx.MultiDiGraph[Any]) -> RoadTable:
    """Return the roads of a street graph as OSMnx makes them (node attributes x and y, edge attribute length).

    Raises
    ------
    DataError
        If the graph has no edge or a node has no coordinates.
    """
    from facopt.inputs.road_graphs import table_from_graph

    return table_from_graph(graph, source="graph", place=Place(key="graph"))
