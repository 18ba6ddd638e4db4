"""The course of the roads: main roads straightened, village roads and hill tracks winding, the motorway on its own."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shapely import LineString, STRtree, intersects, linestrings, prepare

from facopt.sample import plan
from facopt.sample.dice import Dice
from facopt.sample.land import Land, metres
from facopt.sample.plane import Point, aside, crossing, curve, distance, rounded
from facopt.sample.roads import RANK, Network

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from facopt.sample.mesh import Edge


@dataclass(frozen=True)
class Courses:
    """Where the roads run, in metres."""

    points: dict[int, Point]
    """Place of each point of the network."""
    bends: dict[Edge, tuple[Point, ...]]
    """Points between the ends of a road, from the smaller to the greater point number."""


def shape(network: Network, land: Land) -> Courses:
    """Return the course of every road, none of which meets water off its bridges."""
    wet = land.water().buffer(15)
    prepare(wet)
    points = _straightened(network, wet)
    return Courses(points, _bends(network, points, wet))


def _straightened(network: Network, wet: BaseGeometry) -> dict[int, Point]:
    """Move the points of main roads towards the middle of their neighbours while nothing is crossed."""
    mesh = network.mesh
    points = {point: mesh.points[point] for point in network.used()}
    main: dict[int, list[int]] = {}
    every: dict[int, list[int]] = {}
    near: dict[tuple[int, int], list[Edge]] = {}
    for a, b in sorted(network.roads):
        for here, there in ((a, b), (b, a)):
            every.setdefault(here, []).append(there)
            if RANK[network.roads[a, b].highway] <= RANK["tertiary"]:
                main.setdefault(here, []).append(there)
        near.setdefault(_patch(points[a]), []).append((a, b))
    banks = {point for pair in mesh.banks.values() for point in pair}
    movable = [p for p in sorted(main) if len(main[p]) == 2 and p not in mesh.lattice and p not in banks]
    for _ in range(10):
        for point in movable:
            wished = _between(points[point], *(points[other] for other in main[point]))
            if _is_free(point, wished, points, every[point], near, wet):
                points[point] = wished
    return points


def _between(here: Point, before: Point, after: Point) -> Point:
    """Return the place half-way from here to the middle of the neighbours."""
    return rounded((here[0] / 2 + (before[0] + after[0]) / 4, here[1] / 2 + (before[1] + after[1]) / 4))


def _patch(point: Point) -> tuple[int, int]:
    return int(point[0] // 1000), int(point[1] // 1000)


def _is_free(
    point: int,
    wished: Point,
    points: dict[int, Point],
    others: list[int],
    near: dict[tuple[int, int], list[Edge]],
    wet: BaseGeometry,
) -> bool:
    """Tell whether a point may move: none of its roads would then meet water, another road or a far neighbour."""
    if any(distance(wished, points[other]) < 60 for other in others):
        return False
    if any(wet.intersects(LineString([wished, points[other]])) for other in others):
        return False
    px, py = _patch(wished)
    around = [edge for dx in (-1, 0, 1) for dy in (-1, 0, 1) for edge in near.get((px + dx, py + dy), ())]
    return not any(
        crossing(wished, points[other], points[a], points[b])
        for a, b in around
        if point not in (a, b)
        for other in others
    )


def _bends(network: Network, points: dict[int, Point], wet: BaseGeometry) -> dict[Edge, tuple[Point, ...]]:
    dice = Dice("bends")
    bends = {}
    for edge, road in sorted(network.roads.items()):
        if road.bridge or road.ferry or all(point in network.mesh.lattice for point in edge):
            continue
        a, b = points[edge[0]], points[edge[1]]
        line = _winding(a, b, road.highway, dice)
        if line and not wet.intersects(LineString([a, *line, b])):
            bends[edge] = tuple(line)
    return bends


def _winding(a: Point, b: Point, highway: str, dice: Dice) -> list[Point]:
    """Return the points between a and b: a slight bow on the plain, hairpins in the hills."""
    span = distance(a, b)
    hill = plan.hilliness((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
    if RANK[highway] <= RANK["secondary"]:
        return []
    count = 1 + round(4 * hill) if span > 250 else 0
    bow = dice.between(-0.05, 0.05)
    line = []
    for part in range(1, count + 1):
        t = part / (count + 1)
        swing = (0.09 if part % 2 else -0.09) * hill * dice.between(0.4, 1.0)
        off = (bow * 4 * t * (1 - t) + swing) * span
        line.append(rounded((a[0] + (b[0] - a[0]) * t - (b[1] - a[1]) / span * off,
                             a[1] + (b[1] - a[1]) * t + (b[0] - a[0]) / span * off)))  # fmt: skip
    return line


@dataclass(frozen=True)
class Carriageway:
    """One direction of the motorway, driven from its first to its last point."""

    line: tuple[Point, ...]
    on_bridge: tuple[bool, ...]
    """For each stretch between two points: whether it spans water or another road."""


@dataclass(frozen=True)
class Ramp:
    """A motorway link between a point of a carriageway and a point of the network."""

    carriageway: int
    at: int
    """Index of the carriageway's point."""
    junction: int
    """Point of the network."""
    leaves: bool
    """True for an exit, False for an entry."""
    on_bridge: bool


@dataclass(frozen=True)
class Motorway:
    """Both carriageways and all ramps; it meets no other road on the level."""

    carriageways: tuple[Carriageway, Carriageway]
    ramps: tuple[Ramp, ...]


def lay_motorway(network: Network, courses: Courses, land: Land) -> Motorway:
    """Return the motorway over the county."""
    middle = curve(metres(plan.MOTORWAY), 300)
    eastward, westward = aside(middle, [-15.0] * len(middle)), aside(middle, [15.0] * len(middle))[::-1]
    wet = land.water().buffer(5)
    points, bends = courses.points, courses.bends
    lines = [[points[a], *bends.get((a, b), ()), points[b]] for a, b in sorted(network.roads)]
    tree = STRtree([LineString(line) for line in lines])
    carriageways = (_carriageway(eastward, wet, tree), _carriageway(westward, wet, tree))
    ramps = [ramp for key in plan.INTERCHANGES for ramp in _ramps(key, carriageways, network, courses, wet)]
    return Motorway(carriageways, tuple(ramps))


def _carriageway(line: list[Point], wet: BaseGeometry, roads: STRtree) -> Carriageway:
    stretches = linestrings([[a, b] for a, b in itertools.pairwise(line)])
    over_road = set(roads.query(stretches, predicate="intersects")[0].tolist())
    soaked = intersects(wet, stretches).tolist()
    return Carriageway(tuple(line), tuple(soaked[index] or index in over_road for index in range(len(stretches))))


def _ramps(
    key: str, carriageways: tuple[Carriageway, Carriageway], network: Network, courses: Courses, wet: BaseGeometry
) -> list[Ramp]:
    """Return two exits and two entries near a seat, all at one junction with a main road."""
    main = sorted(
        {p for edge, road in network.roads.items() if RANK[road.highway] <= RANK["tertiary"] for p in edge}
        - set(network.mesh.lattice)
    )
    seat = next(seat.at for seat in plan.SEATS if seat.key == key)
    off = {p: distance(courses.points[p], (seat[0] * 1000, seat[1] * 1000)) for p in main}
    line = carriageways[0].line
    gap = {p: min(distance(courses.points[p], point) for point in line) for p in main if off[p] < 8000}
    junction = min(gap, key=lambda p: (round(abs(gap[p] - 350), 1), p))
    ramps = []
    for index, carriageway in enumerate(carriageways):
        line = carriageway.line
        at = min(range(len(line)), key=lambda i: (round(distance(line[i], courses.points[junction]), 1), i))
        for leaves, where in ((True, at - 2), (False, at + 2)):
            soaked = bool(wet.intersects(LineString([line[where], courses.points[junction]])))
            ramps.append(Ramp(index, where, junction, leaves, soaked))
    return ramps
