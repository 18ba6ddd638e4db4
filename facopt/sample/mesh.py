"""The mesh all roads are taken from: street grids in the towns, a triangulated scatter of points between them.

Its edges never cross one another and cross water only at the plan's bridges and ferries, so neither do the roads.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import Delaunay, cKDTree
from shapely import contains_xy, intersects, linestrings, prepare

from facopt.sample import plan
from facopt.sample.dice import Dice
from facopt.sample.land import Land, nearest_on
from facopt.sample.plane import Point, aside, distance, rounded

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

SPACING = 430.0
"""Metres between neighbouring points of the open country."""
ROWS_OF_SEAT = {"town": (6, 5), "township": (4, 3), "farm": (5, 4)}
BANK = 60.0
"""Metres from the widest water to the ends of a bridge."""

Edge = tuple[int, int]
Lattice = tuple[str, int, int]
"""Town ("county" or a seat's key), column and row of a crossroads in a street grid."""


@dataclass(frozen=True)
class Mesh:
    """Points in metres and the edges between them."""

    points: tuple[Point, ...]
    edges: tuple[Edge, ...]
    """Pairs of point numbers, the smaller first, sorted; ferries and bridges included."""
    lattice: dict[int, Lattice]
    """Where a point is a crossroads of a street grid: which."""
    crossings: dict[Edge, plan.Crossing]
    banks: dict[str, Edge]
    """The two bank points of each crossing, by its key."""
    stops: dict[str, int]
    """Point of each seat and of each edge-of-county end."""


class _Points:
    """Points gathered so far, with the clearance that each keeps from later ones."""

    def __init__(self) -> None:
        self.all: list[Point] = []
        self.lattice: dict[int, Lattice] = {}
        self._near: dict[tuple[int, int], list[int]] = {}

    def clear(self, point: Point, metres: float) -> bool:
        """Tell whether no point lies within the distance, which must not exceed 500 m."""
        cx, cy = int(point[0] // 500), int(point[1] // 500)
        return all(
            distance(self.all[index], point) >= metres
            for dx in (-1, 0, 1)
            for dy in (-1, 0, 1)
            for index in self._near.get((cx + dx, cy + dy), ())
        )

    def add(self, point: Point, lattice: Lattice | None = None) -> int:
        """Take a point in and return its number."""
        index = len(self.all)
        self.all.append(rounded(point))
        self._near.setdefault((int(point[0] // 500), int(point[1] // 500)), []).append(index)
        if lattice:
            self.lattice[index] = lattice
        return index


def lay_mesh(land: Land) -> Mesh:
    """Return the mesh over the county and a margin of 1.6 km."""
    water = land.water()
    points = _Points()
    banks = {crossing.key: _banks(crossing, land, points) for crossing in plan.CROSSINGS}
    _county_town(points, water.buffer(70))
    for seat in plan.SEATS:
        if seat.kind != "subdistrict":
            _seat_grid(seat, points, water.buffer(110))
    _countryside(points, land.county().buffer(1600), water.buffer(110))
    stops = {key: _nearest((x * 1000, y * 1000), points) for key, (x, y) in plan.EDGES.items()}
    for seat in plan.SEATS:
        stops[seat.key] = _nearest_crossroads(seat, points)
    crossings = {banks[crossing.key]: crossing for crossing in plan.CROSSINGS}
    edges = _edges(points, water.buffer(20), crossings)
    return Mesh(tuple(points.all), edges, points.lattice, crossings, banks, stops)


def _banks(crossing: plan.Crossing, land: Land, points: _Points) -> Edge:
    """Add the two ends of a bridge, square to the river."""
    line = land.rivers[crossing.river]
    at = nearest_on(line, (crossing.at[0] * 1000, crossing.at[1] * 1000))
    reach = plan.RIVERS[crossing.river].width[1] / 2 + BANK
    here = line[at - 1 : at + 2]
    left, right = aside(here, [reach] * 3)[1], aside(here, [-reach] * 3)[1]
    return points.add(left), points.add(right)


def in_county_town(x: float, y: float) -> bool:
    """Tell whether a place in metres is built up: the old town on the west bank or the new district on the east."""
    west = ((x - 100) / 3350) ** 2 + ((y - 3400) / 2650) ** 2
    east = ((x - 5900) / 1950) ** 2 + ((y - 3100) / 1850) ** 2
    return min(west, east) < 1


def _county_town(points: _Points, wet: BaseGeometry) -> None:
    dice = Dice("streets of the county town")
    xs, ys = [-3800.0], [0.0]
    while xs[-1] < 8600:
        xs.append(xs[-1] + dice.between(210, 290))
    while ys[-1] < 6500:
        ys.append(ys[-1] + dice.between(210, 290))
    prepare(wet)
    for column, x in enumerate(xs):
        for row, y in enumerate(ys):
            point = x + dice.between(-6, 6) + (y - 3000) * 0.04, y + dice.between(-6, 6) - x * 0.04
            if in_county_town(*point) and not contains_xy(wet, *point) and points.clear(point, 110):
                points.add(point, ("county", column, row))


def _seat_grid(seat: plan.Seat, points: _Points, wet: BaseGeometry) -> None:
    dice = Dice(f"streets of {seat.key}")
    columns, rows = ROWS_OF_SEAT[seat.kind]
    cos, sin = seat.turn
    prepare(wet)
    for column in range(columns):
        for row in range(rows):
            x, y = (column - columns / 2) * 185.0, (row - rows / 2) * 165.0
            point = (
                seat.at[0] * 1000 + x * cos - y * sin + dice.between(-8, 8),
                seat.at[1] * 1000 + x * sin + y * cos + dice.between(-8, 8),
            )
            if not contains_xy(wet, *point) and points.clear(point, 90):
                points.add(point, (seat.key, column, row))


def _countryside(points: _Points, ground: BaseGeometry, wet: BaseGeometry) -> None:
    dice = Dice("countryside")
    prepare(ground)
    prepare(wet)
    for row in range(int(56_000 / (SPACING * 0.866))):
        for column in range(int(84_000 / SPACING)):
            x = -42_000 + (column + 0.5 * (row % 2)) * SPACING + dice.between(-0.3, 0.3) * SPACING
            y = -28_000 + row * SPACING * 0.866 + dice.between(-0.3, 0.3) * SPACING
            if contains_xy(ground, x, y) and not contains_xy(wet, x, y) and points.clear((x, y), 235):
                points.add((x, y))


def _nearest(at: Point, points: _Points) -> int:
    every = range(len(points.all))
    return min(every, key=lambda index: (round(distance(points.all[index], at), 1), index))


def _nearest_crossroads(seat: plan.Seat, points: _Points) -> int:
    town = "county" if seat.kind == "subdistrict" else seat.key
    at = seat.at[0] * 1000, seat.at[1] * 1000
    crossroads = [index for index, lattice in points.lattice.items() if lattice[0] == town]
    return min(crossroads, key=lambda index: (round(distance(points.all[index], at), 1), index))


def _edges(points: _Points, wet: BaseGeometry, crossings: dict[Edge, plan.Crossing]) -> tuple[Edge, ...]:
    xy = np.array(points.all)
    triangles = np.sort(Delaunay(xy).simplices, axis=1)
    pairs = np.unique(np.concatenate([triangles[:, [0, 1]], triangles[:, [0, 2]], triangles[:, [1, 2]]]), axis=0)
    spans = np.sqrt(((xy[pairs[:, 0]] - xy[pairs[:, 1]]) ** 2).sum(axis=1))
    prepare(wet)
    soaked = intersects(wet, linestrings(xy[pairs]))
    natural = {(int(a), int(b)) for a, b in pairs[(spans < 1500) & ~soaked]}
    missing = [crossing.key for edge, crossing in crossings.items() if not (pairs == edge).all(axis=1).any()]
    if missing:
        msg = f"crossings with a point in between: {missing}"
        raise ValueError(msg)
    kept = {edge for edge in natural if _is_street_or_road(edge, points.lattice)}
    return tuple(sorted(kept | set(crossings)))


def _is_street_or_road(edge: Edge, lattice: dict[int, Lattice]) -> bool:
    """Tell whether an edge may carry a road: within a street grid, only between neighbouring crossroads."""
    a, b = lattice.get(edge[0]), lattice.get(edge[1])
    if not a or not b or a[0] != b[0]:
        return True
    return abs(a[1] - b[1]) + abs(a[2] - b[2]) == 1


def tree(points: list[Point]) -> cKDTree:
    """Return a tree for nearest-point questions."""
    return cKDTree(np.array(points))
