"""The road network: which edges of the mesh are roads, and of which class."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from facopt.sample import plan
from facopt.sample.dice import Dice
from facopt.sample.mesh import Edge, Mesh, tree
from facopt.sample.plane import distance
from facopt.sample.settle import Settlement, in_wilds

RANK = {
    "trunk": 0, "primary": 1, "secondary": 2, "tertiary": 3, "unclassified": 4, "residential": 5, "track": 6,
}  # fmt: skip

EASE = {"trunk": 0.5, "primary": 0.5, "secondary": 0.5, "tertiary": 0.6, "residential": 0.95}
"""How much cheaper it is for a later road to follow one that is there than to be built afresh."""


@dataclass(frozen=True)
class Road:
    """What a stretch of road is."""

    highway: str
    ref: str = ""
    name: str = ""
    surface: str = ""
    maxspeed: int = 0
    """km/h; 0 where no sign says."""
    oneway: int = 0
    """1: only from the smaller to the greater point number, -1: only the other way, 0: both."""
    bridge: str = ""
    """Name of the bridge."""
    ferry: bool = False


class Network:
    """Roads laid so far on a mesh."""

    def __init__(self, mesh: Mesh) -> None:
        self.mesh = mesh
        self.roads: dict[Edge, Road] = {}
        self.degree: dict[int, int] = {}
        self._position = {edge: index for index, edge in enumerate(mesh.edges)}
        self._bare = np.array([self._first_cost(edge) for edge in mesh.edges])
        self._cost = self._bare.copy()
        a, b = np.array(mesh.edges, dtype=np.int32).T  # older SciPy wants 32-bit indices
        numbers = np.tile(np.arange(1, len(a) + 1), 2)
        size = len(mesh.points)
        self._matrix = csr_array((numbers, (np.concatenate([a, b]), np.concatenate([b, a]))), shape=(size, size))
        self._edge_of_entry = self._matrix.data - 1

    def _first_cost(self, edge: Edge) -> float:
        (ax, ay), (bx, by) = self.mesh.points[edge[0]], self.mesh.points[edge[1]]
        x, y = (ax + bx) / 2, (ay + by) / 2
        crossing = self.mesh.crossings.get(edge)
        if crossing and crossing.kind == "ferry":
            return 1e9
        wild = 12.0 if in_wilds((x, y)) else 1.0
        return distance((ax, ay), (bx, by)) * (1 + 0.8 * plan.hilliness(x, y)) * wild

    def lay(self, edge: Edge, road: Road) -> None:
        """Lay a road, unless one of a higher class lies there already; roads are cheap to follow later."""
        edge = (min(edge), max(edge))
        there = self.roads.get(edge)
        if there and RANK[there.highway] <= RANK[road.highway]:
            return
        at = self._position[edge]
        self._cost[at] = self._bare[at] * EASE.get(road.highway, 0.7)
        if not there:
            for point in edge:
                self.degree[point] = self.degree.get(point, 0) + 1
        crossing = self.mesh.crossings.get(edge)
        if crossing:
            ferry = crossing.kind == "ferry"
            road = replace(road, bridge="" if ferry else crossing.name, ferry=ferry)
        self.roads[edge] = road

    def drop(self, edge: Edge) -> None:
        """Take a road out again."""
        del self.roads[edge]
        for point in edge:
            self.degree[point] -= 1

    def graph(self) -> csr_array:
        """Return the mesh as a symmetric matrix of costs."""
        self._matrix.data = self._cost[self._edge_of_entry]
        return self._matrix

    def path(self, start: int, end: int, road: Road) -> None:
        """Lay a road along the cheapest way between two points of the mesh."""
        _, before = dijkstra(self.graph(), indices=start, return_predecessors=True)
        while end != start:
            if before[end] < 0:
                msg = f"no way for {road.name} from {self.mesh.points[start]} to {self.mesh.points[end]}"
                raise ValueError(msg)
            self.lay((int(before[end]), end), road)
            end = int(before[end])

    def used(self) -> list[int]:
        """Return the points that lie on a road, sorted."""
        return sorted(point for point, degree in self.degree.items() if degree > 0)

    def join(self, ends: list[int], road_of: dict[int, Road]) -> None:
        """Lay roads from each end to the network along a forest of cheapest ways."""
        _, before, _ = dijkstra(self.graph(), indices=self.used(), return_predecessors=True, min_only=True)
        for end in ends:
            here = end
            while before[here] >= 0:
                self.lay((int(before[here]), here), road_of[end])
                here = int(before[here])


def lay_roads(mesh: Mesh, settlements: tuple[Settlement, ...]) -> Network:
    """Return the network: streets, main roads, village roads, tracks and short cuts between neighbours."""
    network = Network(mesh)
    _streets(network)
    for link in plan.LINKS:
        _main_road(network, link)
    _join_streets(network)
    _village_roads(network, settlements)
    _short_cuts(network, settlements)
    _one_way_streets(network)
    return network


def _streets(network: Network) -> None:
    """Lay the street grids, with some blocks left open at the edge of the county town."""
    dice = Dice("open blocks")
    lattice = network.mesh.lattice
    for edge in network.mesh.edges:
        a, b = lattice.get(edge[0]), lattice.get(edge[1])
        if a and b and a[0] == b[0] and edge not in network.mesh.crossings:
            line = a[2] if a[2] == b[2] else a[1]
            town = a[0] == "county"
            network.lay(edge, _street(town, line))
    for edge, road in sorted(network.roads.items()):
        spare = all(network.degree[point] > 2 for point in edge)
        if road.highway == "residential" and lattice[edge[0]][0] == "county" and spare and dice.chance(0.2):
            network.drop(edge)


def _street(county_town: bool, line: int) -> Road:
    if not county_town:
        return Road("tertiary") if line == 2 else Road("residential")
    if line % 6 == 2:
        return Road("secondary", maxspeed=50)
    return Road("tertiary", maxspeed=40) if line % 6 == 5 else Road("residential")


def _main_road(network: Network, link: plan.Link) -> None:
    mesh = network.mesh
    road = Road(link.highway, link.ref, link.name)
    here = mesh.stops[link.stops[0]]
    for stop in link.stops[1:]:
        if stop in mesh.banks:
            near, far = sorted(mesh.banks[stop], key=lambda bank: distance(mesh.points[bank], mesh.points[here]))
            network.path(here, near, road)
            network.lay((near, far), road)
            here = far
        else:
            network.path(here, mesh.stops[stop], road)
            here = mesh.stops[stop]


def _join_streets(network: Network) -> None:
    """Join every piece of street that the main roads have missed."""
    used = network.used()
    number = {point: index for index, point in enumerate(used)}
    pairs = np.array([(number[a], number[b]) for a, b in network.roads])
    graph = csr_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(used), len(used)))
    pieces = connected_components(graph, directed=False)[1]
    largest = int(np.bincount(pieces).argmax())
    for piece in sorted(set(pieces.tolist()) - {largest}):
        _join_piece(network, [used[index] for index in np.flatnonzero(pieces == piece)], [
            used[index] for index in np.flatnonzero(pieces == largest)
        ])  # fmt: skip


def _join_piece(network: Network, piece: list[int], rest: list[int]) -> None:
    costs, before = dijkstra(network.graph(), indices=rest, return_predecessors=True, min_only=True)[:2]
    end = min(piece, key=lambda point: (round(float(costs[point]), 3), point))
    while before[end] >= 0:
        network.lay((int(before[end]), end), Road("tertiary"))
        end = int(before[end])


def _village_roads(network: Network, settlements: tuple[Settlement, ...]) -> None:
    """Join villages by village roads and hamlets by village roads or tracks, poorer in the hills and polders."""
    dice = Dice("village roads")
    for kind in ("village", "hamlet"):
        ends = [settlement.point for settlement in settlements if settlement.kind == kind]
        network.join(ends, {point: village_road(network.mesh, point, kind, dice) for point in ends})
    ends = [settlement.point for settlement in settlements if settlement.kind in ("neighbourhood", "seat")]
    network.join(ends, dict.fromkeys(ends, Road("residential")))


def village_road(mesh: Mesh, point: int, kind: str, dice: Dice) -> Road:
    """Return the kind of road that leads to a village or hamlet."""
    hill, wet = plan.hilliness(*mesh.points[point]), plan.wetness(*mesh.points[point])
    rough = 0.8 * hill if kind == "village" else 0.08 + 0.8 * hill
    muddy = 0.7 * wet if kind == "village" else 0.04 + 0.7 * wet
    throw = dice.random()
    if throw < rough:
        surface = "gravel" if dice.chance(0.6) else "unpaved"
        return Road("track", surface=surface, maxspeed=15 if dice.chance(hill) else 0)
    if throw < rough + muddy:
        return Road("track", surface="dirt")
    return Road("unclassified", maxspeed=dice.pick((0, 0, 0, 20)), surface=dice.pick(("", "", "concrete")))


def _short_cuts(network: Network, settlements: tuple[Settlement, ...]) -> None:
    """Join neighbouring villages where the way round is far longer than the way across."""
    dice = Dice("short cuts")
    mesh = network.mesh
    villages = [settlement.point for settlement in settlements if settlement.kind == "village"]
    pairs = tree([mesh.points[point] for point in villages]).query_pairs(2600, output_type="ndarray")
    for first, second in sorted(map(tuple, pairs.tolist())):
        a, b = villages[first], villages[second]
        straight = distance(mesh.points[a], mesh.points[b])
        flat = 1 - 0.8 * plan.hilliness(*mesh.points[a])
        if dice.chance(0.65 * flat):
            _short_cut(network, a, b, straight, village_road(mesh, a, "village", dice))


def _short_cut(network: Network, a: int, b: int, straight: float, road: Road) -> None:
    costs, before = dijkstra(network.graph(), indices=a, return_predecessors=True, limit=straight * 1.8)
    if not np.isfinite(costs[b]):
        return
    while b != a:
        network.lay((int(before[b]), b), road)
        b = int(before[b])


def _one_way_streets(network: Network) -> None:
    """Make couples of neighbouring streets in the core one-way, one up and one down, away from the arterials."""
    lattice = network.mesh.lattice
    for edge, road in sorted(network.roads.items()):
        a, b = lattice.get(edge[0]), lattice.get(edge[1])
        if not a or not b or a[0] != b[0] or a[0] != "county" or road.highway not in ("residential", "tertiary"):
            continue
        x, y = network.mesh.points[edge[0]]
        along_row = a[2] == b[2]
        line = a[2] if along_row else a[1]
        if line % 6 in (3, 4) and abs(x) < 2600 and abs(y - 3300) < 1900 and all(network.degree[p] > 2 for p in edge):
            upwards = (b[1] > a[1]) if along_row else (b[2] > a[2])
            wanted_up = line % 6 == 3
            network.roads[edge] = replace(road, oneway=1 if upwards == wanted_up else -1)
