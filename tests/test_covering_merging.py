"""Equal coverage sets become one, whatever their hashes, however the rows arrive."""

from __future__ import annotations

import numpy as np
import pytest

from facopt.location import cover_sets
from facopt.location.cover_sets import merge_cover_sets
from facopt.location.covering.incidence import from_pairs
from facopt.location.covering.merging import EMPTY, SetTable, merge_rows, merge_stream
from tests.location_cases import finish, random_problem


def _random_rows(seed: int, row_count: int = 400, sites: int = 7):
    rng = np.random.default_rng(seed)
    matrix = rng.random((row_count, sites)) < 0.4
    row, site = np.nonzero(matrix)
    return matrix, from_pairs(row.astype(np.int32), site.astype(np.int32), row_count, sites)


def _expected(matrix: np.ndarray) -> list[int]:
    numbers: dict[bytes, int] = {}
    return [numbers.setdefault(row.tobytes(), len(numbers)) if row.any() else EMPTY for row in matrix]


@pytest.mark.parametrize("seed", range(20))
def test_rows_are_numbered_by_their_sets(seed: int) -> None:
    """Rows get the same number exactly where their sites are the same, in the order of first appearance."""
    matrix, rows = _random_rows(seed)
    sets, numbers = merge_rows(rows)
    assert numbers.tolist() == _expected(matrix)
    for number in range(sets.row_count):
        members = matrix[np.flatnonzero(numbers == number)[0]]
        assert sets.row(number).tolist() == np.flatnonzero(members).tolist()


@pytest.mark.parametrize("keys", [np.zeros(7, dtype=np.uint64), np.full(7, 5, dtype=np.uint64)])
def test_equal_hashes_do_not_merge_different_sets(keys: np.ndarray) -> None:
    """With keys that give nearly all sets one hash, the numbers are still those of the sets."""
    matrix, rows = _random_rows(3)
    assert SetTable(7, keys).add(rows.start, rows.sites).tolist() == _expected(matrix)


def test_tables_grow() -> None:
    """Thousands of distinct long sets, added in two goes, come back as they went in."""
    matrix, rows = _random_rows(5, row_count=6000, sites=40)
    table = SetTable(40)
    half = rows.start[3000]
    first = table.add(rows.start[:3001], rows.sites[:half])
    second = table.add(rows.start[3000:] - half, rows.sites[half:])
    assert np.r_[first, second].tolist() == _expected(matrix)
    assert table.sets.row_count > 5000


def test_streaming_sums_weights() -> None:
    """Chunk by chunk, the weight of each set is the sum over its rows, and what no site covers is told apart."""
    matrix, rows = _random_rows(8)
    weight = np.random.default_rng(1).integers(0, 9, 400).astype(float)
    chunks = [
        (rows.start[a : a + 101] - rows.start[a], rows.sites[rows.start[a] : rows.start[a + 100]], weight[a : a + 100])
        for a in range(0, 400, 100)
    ]
    sets, sums, uncovered = merge_stream(chunks, 7)
    numbers = np.array(_expected(matrix))
    assert sums.tolist() == [weight[numbers == number].sum() for number in range(sets.row_count)]
    assert uncovered == weight[numbers == EMPTY].sum()


def test_large_and_small_problems_merge_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """The compiled table and the dictionary give the same sets in the same order."""
    for seed in range(200):
        problem = finish(random_problem(seed))
        monkeypatch.setattr(cover_sets, "FEW_ARCS", 10**9)
        small = merge_cover_sets(problem)
        monkeypatch.setattr(cover_sets, "FEW_ARCS", -1)
        large = merge_cover_sets(problem)
        assert tuple(large.sets) == tuple(small.sets), seed
        assert all(np.array_equal(a, b) for a, b in zip(large.of_point, small.of_point, strict=True)), seed
        assert large.sets[:2] == small.sets[:2]
