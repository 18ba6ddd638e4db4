"""The nearest road of a point is the one that Shapely finds among all of them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import shapely

from facopt.travel.segments import grid_over, meet_lines, nearest_lines, stretches_of


def _lines(rng, kind):
    """Return vertices and where each line begins: anywhere, on whole metres (ties, no length), or all on one line."""
    counts = rng.integers(2, 6, int(rng.integers(1, 40)))
    vertices = rng.random((counts.sum(), 2)) * 10.0 ** rng.integers(0, 5)
    if kind == "whole":
        vertices = np.round(vertices)
    if kind == "flat":
        vertices[:, 1] = 3.0
    if kind == "long":
        vertices[1] = (1e6, -2e5)
    return vertices, np.concatenate([[0], np.cumsum(counts)])


@pytest.mark.parametrize("kind", ["scattered", "whole", "flat", "long"])
def test_nearest_line_is_that_of_all(kind):
    """Points near, far outside and on vertices: distance and line are those of a search through everything."""
    for seed in range(12):
        rng = np.random.default_rng(seed)
        vertices, first = _lines(rng, kind)
        size = float(np.abs(vertices).max())
        points = np.concatenate([rng.normal(0, 2 * size, (40, 2)), vertices[:30], rng.random((40, 2)) * size])
        stretches = stretches_of(vertices[:, 0], vertices[:, 1], first)
        row, metres = nearest_lines(stretches, grid_over(stretches), points[:, 0], points[:, 1])
        lines = [shapely.linestrings(vertices[a:b]) for a, b in pairwise(first)]
        every = shapely.distance(shapely.points(points)[:, None], np.array(lines)[None, :])
        np.testing.assert_allclose(metres, every.min(axis=1), rtol=1e-9, atol=1e-9 * size)
        assert (every[np.arange(len(points)), row] <= every.min(axis=1) + 1e-9 * size).all()


def test_of_equally_near_lines_the_first_counts():
    """At the corner of three roads each point belongs to the first of them."""
    vertices = np.array([[0, 0], [0, 9], [0, 0], [9, 0], [0, 0], [9, 0]], dtype=float)
    stretches = stretches_of(vertices[:, 0], vertices[:, 1], np.array([0, 2, 4, 6]))
    points = np.array([[-1.0, -1.0], [4.0, -1.0], [0.0, 0.0]])
    row, metres = nearest_lines(stretches, grid_over(stretches), points[:, 0], points[:, 1])
    assert row.tolist() == [0, 1, 0]
    assert metres.tolist() == [pytest.approx(2**0.5), 1, 0]


@pytest.mark.parametrize("kind", ["scattered", "whole", "flat", "long"])
def test_place_on_a_line_is_the_one_of_shapely(kind):
    """The share of a line up to the place nearest to a point, and that place; short of a millimetre it is the end."""
    for seed in range(12):
        rng = np.random.default_rng(seed)
        vertices, first = _lines(rng, kind)
        size = float(np.abs(vertices).max())
        row = rng.integers(0, len(first) - 1, 60)
        points = np.concatenate([rng.normal(0, size, (30, 2)), vertices[first[row[30:]]] + 4e-4])
        share, met = meet_lines(vertices, first, row, points[:, 0], points[:, 1], 1e-3)
        lines = np.array([shapely.linestrings(vertices[first[k] : first[k + 1]]) for k in row])
        length = shapely.length(lines)
        along = share * length
        expected = np.clip(shapely.line_locate_point(lines, shapely.points(points)), 0, length)
        expected = np.where(expected < 1e-3, 0, np.where(length - expected < 1e-3, length, expected))
        away = shapely.distance(shapely.points(met), shapely.points(points))
        np.testing.assert_allclose(away, shapely.distance(lines, shapely.points(points)), rtol=1e-9, atol=2e-3)
        same = np.abs(along - expected) <= 1e-9 * size + 1e-9
        assert same.mean() > 0.5  # of equally near places on a line that runs back over itself either may be named
        np.testing.assert_allclose(
            shapely.get_coordinates(shapely.line_interpolate_point(lines[same], along[same])), met[same],
            rtol=0, atol=1e-9 * size + 1e-9,
        )  # fmt: skip
