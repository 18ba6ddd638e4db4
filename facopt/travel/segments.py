"""Nearest road of a point: straight stretches of road in the cells of a grid, compiled."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from facopt.travel.compiled import compiled

BoolArray = np.ndarray[Any, np.dtype[np.bool_]]
FloatArray = np.ndarray[Any, np.dtype[np.float64]]
Int32Array = np.ndarray[Any, np.dtype[np.int32]]
Int64Array = np.ndarray[Any, np.dtype[np.int64]]

STRETCHES_PER_CELL = 2.0
MOST_CELLS_PER_STRETCH = 16.0
SLACK = 1e-6
"""In cells: rounding never puts a stretch farther than this from where it is."""


class Stretches(NamedTuple):
    """Straight stretches (S,) between neighbouring vertices of lines, in metres."""

    x0: FloatArray
    y0: FloatArray
    x1: FloatArray
    y1: FloatArray
    line: Int32Array
    """Row of the line that each stretch is a part of, ascending."""


class Grid(NamedTuple):
    """Square cells over all stretches; the stretches in cell c are `stretch[first[c]:first[c + 1]]`."""

    left: float
    bottom: float
    size: float
    """Side of a cell in metres."""
    columns: int
    rows: int
    first: Int64Array
    stretch: Int32Array


def stretches_of(x: FloatArray, y: FloatArray, first_vertex: Int64Array) -> Stretches:
    """Return the stretches of lines; vertices of line l are `first_vertex[l]` up to `first_vertex[l + 1]`."""
    counts = np.diff(first_vertex)
    line = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    inside = np.flatnonzero(line[1:] == line[:-1])
    return Stretches(x[inside], y[inside], x[inside + 1], y[inside + 1], line[inside])


def stretches_on(stretches: Stretches, good: BoolArray) -> Stretches:
    """Return the stretches of some of the lines; `good` says which (L,)."""
    kept = good[stretches.line]
    x0, y0, x1, y1 = (end[kept] for end in stretches[:4])
    return Stretches(x0, y0, x1, y1, stretches.line[kept])


def grid_over(stretches: Stretches) -> Grid:
    """Return a grid with about two stretches in a cell, coarser where stretches are long."""
    left, right = _extent(stretches.x0, stretches.x1)
    bottom, top = _extent(stretches.y0, stretches.y1)
    count = max(len(stretches.line), 1)
    lengths = np.abs(stretches.x1 - stretches.x0) + np.abs(stretches.y1 - stretches.y0)
    by_area = np.sqrt(max(right - left, 1.0) * max(top - bottom, 1.0) * STRETCHES_PER_CELL / count)
    size = float(max(by_area, lengths.sum() / (MOST_CELLS_PER_STRETCH * count), 1.0))
    columns, rows = int((right - left) / size) + 1, int((top - bottom) / size) + 1
    empty = Grid(left, bottom, size, columns, rows, np.zeros(columns * rows + 1, np.int64), np.empty(0, np.int32))
    counts = np.zeros(columns * rows, dtype=np.int64)
    _touch(stretches, empty, counts, empty.stretch)
    first = np.concatenate([[0], np.cumsum(counts)])
    stretch = np.empty(first[-1], dtype=np.int32)
    _touch(stretches, empty, first[:-1].copy(), stretch)
    return empty._replace(first=first, stretch=stretch)


def _extent(a: FloatArray, b: FloatArray) -> tuple[float, float]:
    return (float(min(a.min(), b.min())), float(max(a.max(), b.max()))) if len(a) else (0.0, 0.0)


@compiled
def _touch(stretches: Stretches, grid: Grid, place: Int64Array, stretch: Int32Array) -> None:
    """Move the place of each cell on by one for every stretch that runs through it; write the stretch if there is room.

    Row by row of cells, a stretch runs through the columns between where it enters and leaves the row, a little
    more on either side for the sake of rounding.
    """
    for s in range(stretches.line.size):
        x0, y0 = (stretches.x0[s] - grid.left) / grid.size, (stretches.y0[s] - grid.bottom) / grid.size
        x1, y1 = (stretches.x1[s] - grid.left) / grid.size, (stretches.y1[s] - grid.bottom) / grid.size
        slope = (x1 - x0) / (y1 - y0) if y1 != y0 else 0.0
        low, high = int(min(y0, y1)), int(max(y0, y1))
        for row in range(low, high + 1):
            enters, leaves = x0, x1
            if low != high:
                enters = x0 + (min(max(float(row), min(y0, y1)), max(y0, y1)) - y0) * slope
                leaves = x0 + (min(max(row + 1.0, min(y0, y1)), max(y0, y1)) - y0) * slope
            west = max(int(min(enters, leaves) - SLACK), 0)
            east = min(int(max(enters, leaves) + SLACK), grid.columns - 1)
            for column in range(west, east + 1):
                cell = min(row, grid.rows - 1) * grid.columns + column
                if stretch.size:
                    stretch[place[cell]] = s
                place[cell] += 1


@compiled
def nearest_lines(stretches: Stretches, grid: Grid, x: FloatArray, y: FloatArray) -> tuple[Int64Array, FloatArray]:
    """Return the nearest line of each point (K,) and its distance in metres; of equally near lines the first.

    Cells are searched ring by ring around the point until no stretch beyond can be nearer.
    """
    lines = np.zeros(x.size, np.int64)
    metres = np.empty(x.size)
    for k in range(x.size):
        column, row = int(np.floor((x[k] - grid.left) / grid.size)), int(np.floor((y[k] - grid.bottom) / grid.size))
        away = max(-column, column - grid.columns + 1, -row, row - grid.rows + 1, 0)
        farthest = max(column, grid.columns - 1 - column, row, grid.rows - 1 - row)
        best, line = np.inf, -1
        for ring in range(away, farthest + 1):
            reach = max(ring - 1, 0) * grid.size
            if line >= 0 and best < reach * reach:
                break
            for at_row in range(max(row - ring, 0), min(row + ring, grid.rows - 1) + 1):
                whole = at_row in (row - ring, row + ring)
                step = 1 if whole or ring == 0 else 2 * ring
                for at_column in range(column - ring, column + ring + 1, step):
                    if 0 <= at_column < grid.columns:
                        cell = at_row * grid.columns + at_column
                        best, line = _nearest_in(stretches, grid, cell, x[k], y[k], best, line)
        lines[k] = line
        metres[k] = np.sqrt(best)
    return lines, metres


@compiled
def meet_lines(
    vertices: FloatArray, first_vertex: Int64Array, line: Int64Array, x: FloatArray, y: FloatArray, at_the_end: float
) -> tuple[FloatArray, FloatArray]:
    """Return the share of each line's length up to the place nearest to its point (K,), and that place (K, 2).

    Of equally near places the first counts. A place nearer than `at_the_end` metres to an end is that end.
    """
    share, met = np.zeros(x.size), np.empty((x.size, 2))
    for k in range(x.size):
        first, last = first_vertex[line[k]], first_vertex[line[k] + 1] - 1
        along, length, best = 0.0, 0.0, np.inf
        for v in range(first, last):
            dx, dy = vertices[v + 1, 0] - vertices[v, 0], vertices[v + 1, 1] - vertices[v, 1]
            px, py = x[k] - vertices[v, 0], y[k] - vertices[v, 1]
            square = dx * dx + dy * dy
            part = min(max((px * dx + py * dy) / square, 0.0), 1.0) if square > 0 else 0.0
            away = (px - part * dx) ** 2 + (py - part * dy) ** 2
            stretch = np.sqrt(square)
            if away < best:
                best, along = away, length + part * stretch
                met[k, 0], met[k, 1] = vertices[v, 0] + part * dx, vertices[v, 1] + part * dy
            length += stretch
        if along < at_the_end or length - along < at_the_end:
            end = first if along < at_the_end else last
            along = 0.0 if along < at_the_end else length
            met[k, 0], met[k, 1] = vertices[end, 0], vertices[end, 1]
        share[k] = along / length if length > 0 else 0.0
    return share, met


@compiled
def _nearest_in(
    stretches: Stretches, grid: Grid, cell: int, x: float, y: float, best: float, line: int
) -> tuple[float, int]:
    """Return squared distance and line of the nearest stretch, in a cell or as known so far."""
    for place in range(grid.first[cell], grid.first[cell + 1]):
        s = grid.stretch[place]
        dx, dy = stretches.x1[s] - stretches.x0[s], stretches.y1[s] - stretches.y0[s]
        px, py = x - stretches.x0[s], y - stretches.y0[s]
        length = dx * dx + dy * dy
        share = min(max((px * dx + py * dy) / length, 0.0), 1.0) if length > 0 else 0.0
        if share == 1.0:
            off_x, off_y = x - stretches.x1[s], y - stretches.y1[s]
        else:
            off_x, off_y = px - share * dx, py - share * dy
        square = off_x * off_x + off_y * off_y
        if square < best or (square == best and stretches.line[s] < line):
            best, line = square, stretches.line[s]
    return best, line
