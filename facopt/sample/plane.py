"""The county's own plane: metres east and north of its middle, and how they become longitude and latitude.

Only additions, multiplications, divisions and square roots are used, which give the same bits on every platform.
"""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Point = tuple[float, float]

MIDDLE_LON, MIDDLE_LAT = 113.1, 30.62
METRES_PER_DEGREE_LAT = 110_863.0
METRES_PER_DEGREE_LON = 95_880.0
"""At the middle; it shrinks northwards by the next figure per degree of latitude."""
LON_SHRINK = 990.4


def degrees(point: Point) -> Point:
    """Return (longitude, latitude) in WGS-84 degrees, rounded to 6 decimals, of a point in metres.

    Lengths agree with the ellipsoid within 0.1 % over the county.
    """
    x, y = point
    north = y / METRES_PER_DEGREE_LAT
    lon = MIDDLE_LON + x / (METRES_PER_DEGREE_LON - LON_SHRINK * north)
    return round(lon, 6), round(MIDDLE_LAT + north, 6)


def rounded(point: Point) -> Point:
    """Return the point rounded to decimetres, so that no later decision hangs on the last bit."""
    return round(point[0], 1), round(point[1], 1)


def distance(a: Point, b: Point) -> float:
    """Return the straight distance in metres."""
    dx, dy = a[0] - b[0], a[1] - b[1]
    return sqrt(dx * dx + dy * dy)


def area(ring: Sequence[Point]) -> float:
    """Return the area of a ring in square metres; the ring need not repeat its first point."""
    pairs = zip(ring, [*ring[1:], ring[0]], strict=True)
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairs)) / 2


def curve(controls: Sequence[Point], step: float) -> list[Point]:
    """Return a smooth line (Catmull-Rom) through the control points, a point about every `step` metres."""
    padded = [controls[0], *controls, controls[-1]]
    line: list[Point] = []
    for p0, p1, p2, p3 in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        parts = max(1, round(distance(p1, p2) / step))
        line += [rounded(_catmull_rom((p0, p1, p2, p3), part / parts)) for part in range(parts)]
    return [*line, rounded(controls[-1])]


def _catmull_rom(points: tuple[Point, Point, Point, Point], t: float) -> Point:
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = points

    def one(a: float, b: float, c: float, d: float) -> float:
        return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t * t * t)

    return one(x0, x1, x2, x3), one(y0, y1, y2, y3)


def aside(line: Sequence[Point], offsets: Iterable[float]) -> list[Point]:
    """Return each point of the line moved to its left by its offset in metres (to the right where negative)."""
    moved = []
    for index, (point, offset) in enumerate(zip(line, offsets, strict=True)):
        before, after = line[max(index - 1, 0)], line[min(index + 1, len(line) - 1)]
        dx, dy = after[0] - before[0], after[1] - before[1]
        norm = sqrt(dx * dx + dy * dy)
        moved.append(rounded((point[0] - dy / norm * offset, point[1] + dx / norm * offset)))
    return moved


def crossing(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Tell whether the open segments a-b and c-d cross; touching at a shared end is no crossing."""
    if a in (c, d) or b in (c, d):
        return False
    return _turn(a, b, c) * _turn(a, b, d) <= 0 and _turn(c, d, a) * _turn(c, d, b) <= 0


def _turn(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def thinned(line: Sequence[Point], tolerance: float) -> list[Point]:
    """Return the line without the points that lie within `tolerance` metres of it anyway (Douglas-Peucker)."""
    keep = {0, len(line) - 1}
    stack = [(0, len(line) - 1)]
    while stack:
        first, last = stack.pop()
        worst, at = tolerance, -1
        for index in range(first + 1, last):
            off = off_segment(line[index], line[first], line[last])
            if off > worst:
                worst, at = off, index
        if at >= 0:
            keep.add(at)
            stack += [(first, at), (at, last)]
    return [line[index] for index in sorted(keep)]


def off_segment(point: Point, a: Point, b: Point) -> float:
    """Return the distance in metres of a point from the segment a-b."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    square = dx * dx + dy * dy
    t = 0.0 if square == 0 else ((point[0] - a[0]) * dx + (point[1] - a[1]) * dy) / square
    t = min(1.0, max(0.0, t))
    return distance(point, (a[0] + t * dx, a[1] + t * dy))


def shared_out(total: int, weights: Sequence[float], least: int = 0) -> list[int]:
    """Share a whole number out by weight (largest remainder), at least `least` to each; the parts sum to it exactly."""
    rest = total - least * len(weights)
    whole = sum(weights)
    exact = [rest * weight / whole for weight in weights]
    parts = [int(value) for value in exact]
    order = sorted(range(len(weights)), key=lambda index: (round(parts[index] - exact[index], 9), index))
    for index in order[: rest - sum(parts)]:
        parts[index] += 1
    return [least + part for part in parts]
