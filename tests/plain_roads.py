"""Walking times from an OpenStreetMap extract, written plainly and without facopt, to check its figures.

Ways become edges between the nodes they share, NetworkX knows the distances, Shapely the nearest edge. The rules are
those of docs/travel.md: 5 km/h (2.5 on steps), 5 km/h between door and road, no more than 5 km of that; a path network
of less than 10 km is left for a better one within 2 km; roads that a closed area touches are closed.
"""

from __future__ import annotations

from dataclasses import dataclass

import networkx as nx
import numpy as np
import osmium
import pyproj
import shapely

WALKED = {
    "trunk", "trunk_link", "primary", "primary_link", "secondary", "secondary_link", "tertiary", "tertiary_link",
    "unclassified", "residential", "living_street", "pedestrian", "service", "track", "footway", "path", "cycleway",
    "bridleway", "corridor", "road", "busway", "platform", "steps",
}  # fmt: skip
DENIED = {"no", "private", "agricultural", "forestry", "emergency", "delivery", "use_sidepath", "military", "psv"}
METRES_PER_MINUTE = 5000 / 60
SPHERE = pyproj.Geod(a=6_371_008.8, f=0)


@dataclass
class Edge:
    """A road between two nodes that roads share, with its line in metres of the projected system."""

    start: int
    end: int
    minutes: float
    metres: float
    line: shapely.LineString


def read_edges(path, crs: str, closed=None) -> list[Edge]:
    """Return what one may walk on, without the roads that touch the closed area (degrees)."""
    ways, uses = [], {}
    for way in osmium.FileProcessor(str(path)).with_locations():
        if not way.is_way() or not ("highway" in way.tags or way.tags.get("route") == "ferry"):
            continue
        nodes = [(n.ref, n.location.lon, n.location.lat) for n in way.nodes if n.location.valid()]
        assert len(nodes) == len(way.nodes), "the plain reading knows no gaps"
        for ref, _, _ in nodes:
            uses[ref] = uses.get(ref, 0) + 1
        ways.append((dict(way.tags), nodes))
    to_metres = pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True).transform
    edges = []
    for tags, nodes in ways:
        allowed = tags.get("foot") or tags.get("access") or "yes"
        if tags.get("highway") not in WALKED or tags.get("route") == "ferry" or allowed in DENIED:
            continue
        if tags.get("oneway:foot", "no") != "no":
            raise AssertionError("the plain reading knows no one-way footpaths")
        pace = METRES_PER_MINUTE / (2 if tags["highway"] == "steps" else 1)
        piece = [nodes[0]]
        for node in nodes[1:]:
            piece.append(node)
            if uses[node[0]] > 1 or node is nodes[-1]:
                degrees = shapely.LineString([(lon, lat) for _, lon, lat in piece])
                if closed is None or not degrees.intersects(closed):
                    metres = SPHERE.line_length(*degrees.xy)
                    line = shapely.LineString(np.column_stack(to_metres(*degrees.xy)))
                    edges.append(Edge(piece[0][0], node[0], metres / pace, metres, line))
                piece = [node]
    return edges


class Walk:
    """Walking times between points in degrees."""

    def __init__(self, edges: list[Edge], crs: str) -> None:
        self.edges = edges
        self.to_metres = pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True).transform
        self.graph = nx.MultiGraph()
        for number, edge in enumerate(edges):
            self.graph.add_edge(edge.start, edge.end, minutes=edge.minutes, metres=edge.metres, number=number)
        groups = [self.graph.subgraph(nodes) for nodes in nx.connected_components(self.graph)]
        groups.sort(key=lambda group: -sum(metres for _, _, metres in group.edges(data="metres")))
        self.component = {node: rank for rank, group in enumerate(groups) for node in group}
        km = [sum(metres for _, _, metres in group.edges(data="metres")) / 1000 for group in groups]
        self.component_count = len(groups)
        main = [k for k, edge in enumerate(edges) if self._rank(edge) == 0 or km[self._rank(edge)] >= 10]
        self.trees = []
        for rows in (range(len(edges)), main):
            self.trees.append((np.array(rows), shapely.STRtree([edges[k].line for k in rows])))
        self.main = set(main)

    def _rank(self, edge: Edge) -> int:
        return self.component[edge.start]

    def meet(self, lon: float, lat: float) -> tuple[int, float, float] | None:
        """Return edge, share of the way along it, and metres from the point; None farther than 5 km from any."""
        point = shapely.Point(self.to_metres(lon, lat))
        found = []
        for rows, tree in self.trees:
            edge = int(rows[tree.nearest(point)])
            found.append((edge, self.edges[edge].line.distance(point)))
        edge, metres = found[0]
        if edge not in self.main and found[1][1] <= 2000:
            edge, metres = found[1]
        line = self.edges[edge].line
        return (edge, line.project(point) / line.length if line.length else 0.0, metres) if metres <= 5000 else None

    def component_of(self, lon: float, lat: float) -> int:
        """Return the rank of the connected piece that a point hangs on, the longest is 0; -1 for none."""
        met = self.meet(lon, lat)
        return -1 if met is None else self._rank(self.edges[met[0]])

    def minutes(self, homes, sites):
        """Return minutes from each home to each site, infinite where there is no way (I, J)."""
        at_home = [self.meet(*point) for point in homes]
        result = np.full((len(homes), len(sites)), np.inf)
        for j, site in enumerate(sites):
            goal = self.meet(*site)
            if goal is None:
                continue
            time = self._from(goal)
            for i, met in enumerate(at_home):
                if met is not None:
                    road = self._to_door(met, goal, time)
                    result[i, j] = road + (met[2] + goal[2]) / METRES_PER_MINUTE
        return result

    def _from(self, goal):
        edge, share, _ = goal
        road = self.edges[edge]
        graph = self.graph
        graph.add_edge("goal", road.start, minutes=road.minutes * share)
        graph.add_edge("goal", road.end, minutes=road.minutes * (1 - share))
        time = nx.single_source_dijkstra_path_length(graph, "goal", weight="minutes")
        graph.remove_node("goal")
        return time

    def _to_door(self, met, goal, time) -> float:
        edge, share, _ = met
        road = self.edges[edge]
        ways = [
            time.get(road.start, np.inf) + road.minutes * share,
            time.get(road.end, np.inf) + road.minutes * (1 - share),
        ]
        if edge == goal[0]:
            ways.append(abs(share - goal[1]) * road.minutes)
        return min(ways)
