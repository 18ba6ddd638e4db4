"""Water and ground: rivers and lakes as polygons, the county and its townships as polygons that share their borders."""

from __future__ import annotations

import heapq
import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shapely import Polygon, contains_xy, prepare, union_all

from facopt.sample import plan
from facopt.sample.dice import Dice
from facopt.sample.plane import Point, area, aside, curve, distance, rounded, thinned

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

CELL = 250
"""Metres; the townships grow on cells of this size."""
WEST, SOUTH, COLUMNS, ROWS = -42_000, -27_000, 336, 220
OUTSIDE = -1

Cell = tuple[int, int]
Labels = dict[Cell, int]


@dataclass(frozen=True)
class Water:
    """A river or lake in the plane, with its shore and, where it has one, its island."""

    name: str
    name_en: str
    kind: str
    shore: tuple[Point, ...]
    island: tuple[Point, ...] = ()

    def polygon(self) -> Polygon:
        """Return the water as a polygon in metres."""
        return Polygon(self.shore, [self.island] if self.island else [])


@dataclass(frozen=True)
class Land:
    """The ground of the county, in metres."""

    waters: tuple[Water, ...]
    rivers: tuple[tuple[Point, ...], ...]
    """Middle lines, in the order of the plan."""
    boundary: tuple[Point, ...]
    townships: tuple[tuple[Point, ...], ...]
    """Ring of each township-level unit, in the order of the plan's seats."""

    def water(self) -> BaseGeometry:
        """Return all water as one geometry in metres."""
        return union_all([water.polygon() for water in self.waters])

    def county(self) -> Polygon:
        """Return the county as a polygon in metres."""
        return Polygon(self.boundary)


def metres(points: tuple[Point, ...]) -> list[Point]:
    """Return points of the plan, which are in kilometres, in metres."""
    return [(x * 1000, y * 1000) for x, y in points]


def lay_land() -> Land:
    """Return the county's ground."""
    rivers = tuple(tuple(_meander(river)) for river in plan.RIVERS)
    waters = (
        *(_ribbon(river, list(line)) for river, line in zip(plan.RIVERS, rivers, strict=True)),
        *(_lake(lake) for lake in plan.LAKES),
    )
    wet = union_all([water.polygon().buffer(100) for water in waters])
    labels = _grow(_cells(_outline()), wet)
    _mend_corners(labels)
    arcs = _Arcs(labels)
    townships = tuple(tuple(arcs.ring(index)) for index in range(len(plan.SEATS)))
    return Land(waters, rivers, tuple(arcs.ring(None)), townships)


def _meander(river: plan.River) -> list[Point]:
    """Return the river's middle line, bent a little to and fro between the points of the plan."""
    dice = Dice(f"meander {river.name_en}")
    rough = curve(metres(river.line), 1800)
    reach = 3.0 * river.width[1] ** 0.5 * 6
    bends = [0.0, *(dice.between(-reach, reach) for _ in rough[2:]), 0.0]
    return curve(aside(rough, bends), 150)


def _ribbon(river: plan.River, line: list[Point]) -> Water:
    dice = Dice(f"width {river.name_en}")
    low, high = river.width
    knots = [dice.between(low, high) for _ in range(len(line) // 12 + 2)]
    widths = [_between(knots, index / 12) for index in range(len(line))]
    left = aside(line, (width / 2 for width in widths))
    right = aside(line, (-width / 2 for width in widths))
    return Water(river.name, river.name_en, "river", tuple(left + right[::-1]))


def _between(knots: list[float], at: float) -> float:
    whole = int(at)
    return knots[whole] + (knots[whole + 1] - knots[whole]) * (at - whole)


def _lake(lake: plan.Lake) -> Water:
    return Water(lake.name, lake.name_en, "lake", tuple(_closed_curve(lake.shore)), tuple(_closed_curve(lake.island)))


def _closed_curve(ring: tuple[Point, ...]) -> list[Point]:
    if not ring:
        return []
    corners = metres(ring)
    line = curve([*corners[-2:], *corners, *corners[:2]], 150)
    start, stop = line.index(rounded(corners[0])), len(line) - 1 - line[::-1].index(rounded(corners[0]))
    return line[start:stop]


def _outline() -> list[Point]:
    """Return the drawn outline, roughened, at the published area."""
    dice = Dice("outline")
    ring = metres(plan.OUTLINE)
    for reach in (0.16, 0.13, 0.1):
        sides = zip(ring, [*ring[1:], ring[0]], strict=True)
        ring = [point for a, b in sides for point in (a, _bent(a, b, reach, dice))]
    grow = (plan.FACTS.area_km2 * 1e6 / area(ring)) ** 0.5
    return [rounded((x * grow, y * grow)) for x, y in ring]


def _bent(a: Point, b: Point, reach: float, dice: Dice) -> Point:
    off = dice.between(-reach, reach)
    return (a[0] + b[0]) / 2 - (b[1] - a[1]) * off, (a[1] + b[1]) / 2 + (b[0] - a[0]) * off


def middle(cell: Cell) -> Point:
    """Return the middle of a cell in metres."""
    return WEST + (cell[0] + 0.5) * CELL, SOUTH + (cell[1] + 0.5) * CELL


def _cells(outline: list[Point]) -> set[Cell]:
    cells = [(column, row) for column in range(COLUMNS) for row in range(ROWS)]
    xs, ys = zip(*(middle(cell) for cell in cells), strict=True)
    ground = Polygon(outline)
    prepare(ground)
    return {cell for cell, within in zip(cells, contains_xy(ground, xs, ys).tolist(), strict=True) if within}


def _grow(cells: set[Cell], wet: BaseGeometry) -> Labels:
    """Give each cell to its nearest seat, where crossing water costs dear, so that rivers part units."""
    prepare(wet)
    order = sorted(cells)
    xs, ys = zip(*(middle(cell) for cell in order), strict=True)
    soaked = dict(zip(order, contains_xy(wet, xs, ys).tolist(), strict=True))
    rough = _roughness(order)
    heap = [(_head_start(seat), index, _cell_of(seat)) for index, seat in enumerate(plan.SEATS)]
    heapq.heapify(heap)
    labels: Labels = {}
    while heap:
        cost, index, cell = heapq.heappop(heap)
        if cell in labels or cell not in cells:
            continue
        labels[cell] = index
        step = rough[cell] + (14.0 if soaked[cell] else 0.0)
        for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            heapq.heappush(heap, (cost + step, index, (cell[0] + dx, cell[1] + dy)))
    return labels


def _cell_of(seat: plan.Seat) -> Cell:
    x, y = seat.at
    return int((x * 1000 - WEST) // CELL), int((y * 1000 - SOUTH) // CELL)


def _head_start(seat: plan.Seat) -> float:
    return {"subdistrict": 4.0, "farm": 5.0}.get(seat.kind, 0.0)


def _roughness(order: list[Cell]) -> dict[Cell, float]:
    """Return smooth random steps, about 0.6 to 1.8, so that borders wander."""
    dice = Dice("borders")
    knots = [[dice.between(0.5, 1.9) for _ in range(ROWS // 5 + 2)] for _ in range(COLUMNS // 5 + 2)]
    rough = {}
    for column, row in order:
        left, right = _between(knots[column // 5], row / 5), _between(knots[column // 5 + 1], row / 5)
        rough[column, row] = round(left + (right - left) * (column % 5) / 5 + dice.between(-0.1, 0.1), 6)
    return rough


def _mend_corners(labels: Labels) -> None:
    """Give a cell away wherever one unit touches itself at a corner only, so that every ring is simple."""
    mended = True
    while mended:
        mended = False
        for column in range(-1, COLUMNS):
            for row in range(-1, ROWS):
                a, b = labels.get((column, row)), labels.get((column + 1, row))
                c, d = labels.get((column, row + 1)), labels.get((column + 1, row + 1))
                if a == d and a is not None and a not in (b, c):
                    labels[column + 1, row] = a
                    mended = True
                elif b == c and b is not None and b not in (a, d):
                    labels[column, row] = b
                    mended = True


class _Arcs:
    """The borders between units: traced along the cells once, smoothed once, shared by both neighbours."""

    def __init__(self, labels: Labels) -> None:
        self._labels = labels
        self._smooth: dict[tuple[Cell, ...], list[Point]] = {}

    def ring(self, unit: int | None) -> list[Point]:
        """Return the smoothed ring of one unit, or of the whole county for None."""
        corners = self._trace(unit)
        nodes = [index for index, corner in enumerate(corners) if self._is_node(corner)]
        turned = corners[nodes[0] :] + corners[: nodes[0] + 1]
        cuts = [index for index, corner in enumerate(turned) if self._is_node(corner)]
        ring: list[Point] = []
        for first, last in itertools.pairwise(cuts):
            ring += self._arc(turned[first : last + 1])[:-1]
        return ring

    def _label(self, cell: Cell) -> int:
        return self._labels.get(cell, OUTSIDE)

    def _around(self, corner: Cell) -> set[int]:
        x, y = corner
        return {self._label(cell) for cell in ((x, y), (x - 1, y), (x, y - 1), (x - 1, y - 1))}

    def _is_node(self, corner: Cell) -> bool:
        return len(self._around(corner)) > 2

    def _trace(self, unit: int | None) -> list[Cell]:
        """Return the corners around the unit, anticlockwise."""
        following = {}
        for cell, label in self._labels.items():
            if unit is not None and label != unit:
                continue
            for start, end, other in _sides(cell):
                neighbour = self._label(other)
                if neighbour != label if unit is not None else neighbour == OUTSIDE:
                    following[start] = end
        start = min(following)
        corners = [start]
        while following[corners[-1]] != start:
            corners.append(following[corners[-1]])
        if len(corners) != len(following):
            msg = f"unit {unit} is not one simple piece"
            raise ValueError(msg)
        return corners

    def _arc(self, corners: list[Cell]) -> list[Point]:
        backwards = corners[-1] < corners[0] or (corners[-1] == corners[0] and corners[-2] < corners[1])
        key = tuple(corners[::-1] if backwards else corners)
        if key not in self._smooth:
            self._smooth[key] = _smoothed([(WEST + x * CELL, SOUTH + y * CELL) for x, y in key])
        line = self._smooth[key]
        return line[::-1] if backwards else line


def _sides(cell: Cell) -> tuple[tuple[Cell, Cell, Cell], ...]:
    x, y = cell
    return (
        ((x, y), (x + 1, y), (x, y - 1)),
        ((x + 1, y), (x + 1, y + 1), (x + 1, y)),
        ((x + 1, y + 1), (x, y + 1), (x, y + 1)),
        ((x, y + 1), (x, y), (x - 1, y)),
    )


def _smoothed(line: list[Point]) -> list[Point]:
    for _ in range(6):
        inner = [
            ((a[0] + 2 * b[0] + c[0]) / 4, (a[1] + 2 * b[1] + c[1]) / 4)
            for a, b, c in zip(line, line[1:], line[2:], strict=False)
        ]
        line = [line[0], *inner, line[-1]]
    return thinned([rounded(point) for point in line], 25)


def nearest_on(line: tuple[Point, ...], point: Point) -> int:
    """Return the index of the line's point nearest to a point."""
    return min(range(len(line)), key=lambda index: (round(distance(line[index], point), 3), index))
