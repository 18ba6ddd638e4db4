"""Pairs in order by demand point and site, whatever the number of threads; rows shared out among threads."""

from __future__ import annotations

import numpy as np
import pytest

from facopt.travel import threads
from facopt.travel.pairs import FromSite, sorted_arcs


@pytest.mark.parametrize("thread_count", [1, 2, 3, 40])
@pytest.mark.parametrize("sites", [0, 1, 2, 30])
def test_pairs_are_those_that_sorting_gives(sites: int, thread_count: int) -> None:
    """Sites that found little, much or nothing, demand points that nobody found, any number of threads."""
    rng = np.random.default_rng(sites)
    place = rng.permutation(90)[:70].astype(np.int32)
    found = []
    for site in range(sites):
        position = rng.permutation(70)[: rng.integers(1, 70)].astype(np.int32)
        found.append(FromSite(3 * site + 1, position, rng.integers(0, 2**30, len(position)).astype(np.int32)))
    demand, site, minutes = sorted_arcs(found, place, 90, thread_count)
    rows = [
        (int(place[p]), one.site, int(t) / 60_000) for one in found for p, t in zip(one.position, one.ms, strict=True)
    ]
    assert list(zip(demand.tolist(), site.tolist(), minutes.tolist(), strict=True)) == sorted(rows)
    assert (demand.dtype, site.dtype, minutes.dtype) == (np.int32, np.int32, np.float64)


@pytest.mark.parametrize("rows", [0, 1, 19_999, 40_000, 100_001])
def test_every_row_belongs_to_one_part(rows: int) -> None:
    """Parts follow each other from the first row to the last, and small numbers of rows stay together."""
    parts = threads.slices(rows, 4)
    assert [row for part in parts for row in range(rows)[part]] == list(range(rows))
    assert len(parts) == max(1, min(4, rows // threads.LEAST))


def test_results_come_in_the_order_of_the_items_and_errors_come_through() -> None:
    """What a thread raises is raised."""
    assert threads.in_threads(lambda n: n * n, range(5)) == [0, 1, 4, 9, 16]
    assert threads.in_threads(str, []) == []
    with pytest.raises(ZeroDivisionError):
        threads.in_threads(lambda n: 1 // n, [1, 0])
