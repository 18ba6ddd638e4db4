"""The roads as OpenStreetMap would hold them: nodes, ways through junctions, places and amenities."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from facopt.sample import plan
from facopt.sample.plane import Point, degrees, distance, rounded

if TYPE_CHECKING:
    from pathlib import Path

    from facopt.sample.county import County
    from facopt.sample.mesh import Edge, Mesh
    from facopt.sample.roads import Network, Road
    from facopt.sample.shape import Carriageway, Ramp

Tags = dict[str, str]
Chain = list[int]
"""Points of the network in driving order."""

PARKS: tuple[Point, ...] = ((-0.8, 3.9), (1.6, 2.6), (6.6, 3.3))
"""Kilometres; the block of each is a park with footpaths from corner to corner."""
YARDS: tuple[Point, ...] = ((-2.7, 4.6), (5.2, 2.2), (17.95, 0.1))
"""Kilometres; a private yard road near each that is mapped but joined to nothing."""
AMENITIES = {
    "county_hospital": "hospital", "community_health_centre": "clinic", "township_clinic": "clinic",
    "private_clinic": "doctors",
}  # fmt: skip


@dataclass
class Extract:
    """Nodes and ways gathered for the file; ids count from 1 in the order they come."""

    nodes: list[tuple[Point, Tags]] = field(default_factory=list)
    ways: list[tuple[list[int], Tags]] = field(default_factory=list)
    _at: dict[Point, int] = field(default_factory=dict)

    def node(self, point: Point, tags: Tags | None = None) -> int:
        """Return the id of a node; without tags, the one that is there already where there is one."""
        if tags is None and point in self._at:
            return self._at[point]
        self.nodes.append((point, tags or {}))
        if tags is None:
            self._at[point] = len(self.nodes)
        return len(self.nodes)

    def way(self, line: list[Point], tags: Tags) -> None:
        """Add a way along a line."""
        self.ways.append(([self.node(point) for point in line], {key: value for key, value in tags.items() if value}))


def extract(county: County) -> Extract:
    """Return the county's roads, places and amenities."""
    gathered = Extract()
    for chain, road in chains(county.network):
        gathered.way(_course(county, chain), road_tags(road))
    for carriageway in county.motorway.carriageways:
        _add_carriageway(gathered, carriageway)
    for ramp in county.motorway.ramps:
        _add_ramp(gathered, county, ramp)
    _add_parks(gathered, county)
    _add_loose_ends(gathered, county)
    _add_places(gathered, county)
    return gathered


def road_tags(road: Road) -> Tags:
    """Return the tags of a road."""
    if road.ferry:
        may = dict.fromkeys(("foot", "bicycle", "motor_vehicle"), "yes")
        return {"route": "ferry", "name": "芦滩渡", "duration": "00:12"} | may
    return {
        "highway": road.highway,
        "name": road.bridge or road.name,
        "ref": road.ref,
        "surface": road.surface,
        "maxspeed": str(road.maxspeed) if road.maxspeed else "",
        "oneway": "yes" if road.oneway else "",
        "bridge": "yes" if road.bridge else "",
        "layer": "1" if road.bridge else "",
        "tracktype": {"gravel": "grade2", "unpaved": "grade3", "dirt": "grade3"}.get(road.surface, ""),
    }


def chains(network: Network) -> list[tuple[Chain, Road]]:
    """Return the roads as chains of stretches with the same tags, in driving order, each as long as it can be."""
    groups: dict[tuple[str, ...], list[Edge]] = {}
    for (a, b), road in sorted(network.roads.items()):
        key = tuple(f"{k}={v}" for k, v in sorted(road_tags(road).items()))
        groups.setdefault(key, []).append((b, a) if road.oneway == -1 else (a, b))
    found = []
    for key in sorted(groups):
        stretches = groups[key]
        a, b = stretches[0]
        road = network.roads[min(a, b), max(a, b)]
        found += [(chain, road) for chain in _chained(stretches, bool(road.oneway))]
    return found


def _chained(stretches: list[Edge], directed: bool) -> list[Chain]:
    """Join stretches end to end at points where exactly two of them meet."""
    leaving: dict[int, list[int]] = {}
    degree: dict[int, int] = {}
    for a, b in stretches:
        leaving.setdefault(a, []).append(b)
        if not directed:
            leaving.setdefault(b, []).append(a)
        degree[a], degree[b] = degree.get(a, 0) + 1, degree.get(b, 0) + 1
    left = set(stretches)
    chained: list[Chain] = []
    ends = [point for point in sorted(degree) if degree[point] != 2]
    for start in [*ends, *sorted(degree)]:
        chained.extend(
            _followed([start, first], leaving, degree, left, directed)
            for first in sorted(leaving.get(start, ()))
            if _take(left, start, first, directed)
        )
    return chained


def _take(left: set[Edge], a: int, b: int, directed: bool) -> bool:
    for edge in ((a, b),) if directed else ((a, b), (b, a)):
        if edge in left:
            left.remove(edge)
            return True
    return False


def _followed(
    chain: Chain, leaving: dict[int, list[int]], degree: dict[int, int], left: set[Edge], directed: bool
) -> Chain:
    while degree[chain[-1]] == 2:
        onward = [point for point in sorted(leaving.get(chain[-1], ())) if _take(left, chain[-1], point, directed)]
        if not onward:
            break
        chain.append(onward[0])
    return chain


def _course(county: County, chain: Chain) -> list[Point]:
    """Return the line along a chain, bends included."""
    courses = county.courses
    line = [courses.points[chain[0]]]
    for a, b in itertools.pairwise(chain):
        bends = courses.bends.get((min(a, b), max(a, b)), ())
        line += [*(bends if a < b else bends[::-1]), courses.points[b]]
    return line


def _add_carriageway(gathered: Extract, carriageway: Carriageway) -> None:
    base = {"highway": "motorway", "ref": plan.MOTORWAY_REF, "name": plan.MOTORWAY_NAME, "oneway": "yes",
            "maxspeed": "120", "lanes": "2", "foot": "no", "bicycle": "no"}  # fmt: skip
    start = 0
    for index, raised in enumerate(carriageway.on_bridge):
        last = index + 1 == len(carriageway.on_bridge)
        if last or carriageway.on_bridge[index + 1] != raised:
            extra = {"bridge": "yes", "layer": "2"} if raised else {}
            gathered.way(list(carriageway.line[start : index + 2]), base | extra)
            start = index + 1


def _add_ramp(gathered: Extract, county: County, ramp: Ramp) -> None:
    line = [county.motorway.carriageways[ramp.carriageway].line[ramp.at], county.courses.points[ramp.junction]]
    tags = {"highway": "motorway_link", "oneway": "yes", "maxspeed": "40", "foot": "no", "bicycle": "no"}
    extra = {"bridge": "yes", "layer": "1"} if ramp.on_bridge else {}
    gathered.way(line if ramp.leaves else line[::-1], tags | extra)


def _add_parks(gathered: Extract, county: County) -> None:
    names = ("文塔公园", "荷汀公园", "东湾公园")
    for (x, y), name in zip(PARKS, names, strict=True):
        corners = [county.courses.points[point] for point in _block(county.mesh, county, (x * 1000, y * 1000))]
        centre = rounded((sum(p[0] for p in corners) / 4, sum(p[1] for p in corners) / 4))
        for corner in corners:
            gathered.way([corner, centre], {"highway": "footway", "name": name, "surface": "paved"})


def _block(mesh: Mesh, county: County, at: Point) -> list[int]:
    """Return the four crossroads round the block of the county town whose first corner is nearest to a place."""
    index = {lattice: point for point, lattice in mesh.lattice.items() if point in county.courses.points}
    blocks = []
    for (town, column, row), point in index.items():
        corners = [index.get((town, column + dx, row + dy)) for dx, dy in ((0, 0), (1, 0), (1, 1), (0, 1))]
        if town == "county" and all(corner is not None for corner in corners):
            off = round(distance(mesh.points[point], at), 1)
            blocks.append((off, [corner for corner in corners if corner is not None]))
    return min(blocks)[1]


def _add_loose_ends(gathered: Extract, county: County) -> None:
    """Add what every real extract has: yard roads joined to nothing, and a path on the island in the lake."""
    for x, y in YARDS:
        yard = [(x * 1000 + dx, y * 1000 + dy) for dx, dy in ((60.0, 60.0), (95.0, 66.0), (101.0, 102.0))]
        gathered.way(yard, {"highway": "service", "service": "driveway", "access": "private"})
    island = next(water.island for water in county.land.waters if water.island)
    middle = sum(p[0] for p in island) / len(island), sum(p[1] for p in island) / len(island)
    round_trip = [rounded((middle[0] * 0.4 + x * 0.6, middle[1] * 0.4 + y * 0.6)) for x, y in island[::2]]
    gathered.way([*round_trip, round_trip[0]], {"highway": "path", "name": "湖心洲步道"})


def _add_places(gathered: Extract, county: County) -> None:
    for seat in plan.SEATS:
        kind = "suburb" if seat.kind == "subdistrict" else "town"
        at = rounded((seat.at[0] * 1000 + 31, seat.at[1] * 1000 + 17))
        gathered.node(at, {"place": kind, "name": seat.name, "name:zh-Latn-pinyin": seat.name_en})
    for point in county.points:
        if point.settlement.kind in ("village", "remote"):
            tags = {"place": "village" if point.settlement.kind == "village" else "hamlet", "name": point.name[0]}
            gathered.node(point.at, tags | {"name:zh-Latn-pinyin": point.name[1]})
    for facility in county.today:
        if facility.tier in AMENITIES:
            tags = {"amenity": AMENITIES[facility.tier], "name": facility.name[0]}
            gathered.node(facility.at, tags | {"name:en": facility.name[1]})


def write_pbf(county: County, path: Path) -> None:
    """Write the roads as `.osm.pbf`: nodes, then ways, without times, users or versions."""
    import osmium
    from osmium.osm import mutable

    gathered = extract(county)
    header = osmium.io.Header()
    header.set("generator", "facopt sample county (synthetic)")
    with osmium.SimpleWriter(str(path), header=header, overwrite=True) as writer:
        for index, (point, tags) in enumerate(gathered.nodes, start=1):
            writer.add_node(mutable.Node(id=index, location=degrees(point), tags=tags))
        for index, (nodes, tags) in enumerate(gathered.ways, start=1):
            writer.add_way(mutable.Way(id=index, nodes=nodes, tags=tags))
