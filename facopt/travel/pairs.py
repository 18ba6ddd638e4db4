"""What the searches found, put in order by demand point and site: counted and scattered, nothing is compared.

Several threads share the sites; each knows from the counts where in a demand point's row its own sites begin, so that
the result does not depend on their number. A time waits as one number with its site, so that only one place in memory
is looked up for it; then the rows are taken apart one after the other.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from facopt.travel.compiled import compiled
from facopt.travel.threads import MOST_THREADS, in_threads, slices

if TYPE_CHECKING:
    from collections.abc import Sequence

Int32Array = np.ndarray[Any, np.dtype[np.int32]]
Int64Array = np.ndarray[Any, np.dtype[np.int64]]
FloatArray = np.ndarray[Any, np.dtype[np.float64]]

Arcs = tuple[Int32Array, Int32Array, FloatArray]
"""Demand point, site and minutes of each pair, sorted by demand point and site, shape (A,) each."""
SHIFT = 32


class FromSite(NamedTuple):
    """What one site found: demand points by their position along the roads, each once, and milliseconds (n,)."""

    site: int
    position: Int32Array
    ms: Int32Array


def sorted_arcs(found: Sequence[FromSite], place: Int32Array, demand_count: int, threads: int) -> Arcs:
    """Return all pairs by demand point and site.

    Parameters
    ----------
    found
        By ascending site.
    place
        Index of the demand point at each position.
    demand_count
        How many demand points there are.
    threads
        How many may work at once.
    """
    parts = _parts(found, min(threads, MOST_THREADS))
    counts = np.stack(in_threads(lambda part: _counts(part, len(place)), parts))
    arcs = np.zeros(demand_count, dtype=np.int64)
    arcs[place] = counts.sum(axis=0)
    rows = np.concatenate([[0], np.cumsum(arcs)])
    next_free = rows[place] + np.cumsum(counts, axis=0) - counts
    minutes = np.empty(rows[-1])
    packed = minutes.view(np.int64)
    in_threads(lambda number: _scatter(parts[number], next_free[number], packed), range(len(parts)))
    demand, site = np.empty(rows[-1], dtype=np.int32), np.empty(rows[-1], dtype=np.int32)
    in_threads(lambda part: take_apart(rows, part.start, part.stop, packed, demand, site, minutes),
               slices(demand_count, threads))  # fmt: skip
    return demand, site, minutes


def _parts(found: Sequence[FromSite], threads: int) -> list[Sequence[FromSite]]:
    """Return the sites in their order in parts with about as many pairs each."""
    before = np.cumsum([0, *(len(one.ms) for one in found)])
    ends = np.searchsorted(before, [before[-1] * part // threads for part in range(threads + 1)])
    ends[0], ends[-1] = 0, len(found)
    return [found[begin:end] for begin, end in pairwise(ends)]


def _counts(part: Sequence[FromSite], size: int) -> Int64Array:
    counts = np.zeros(size, dtype=np.int64)
    for one in part:
        count(one.position, counts)
    return counts


def _scatter(part: Sequence[FromSite], next_free: Int64Array, packed: Int64Array) -> None:
    for one in part:
        scatter(one.site, one.position, one.ms, next_free, packed)


@compiled
def count(position: Int32Array, counts: Int64Array) -> None:
    """Add the pairs of one site to the numbers of pairs."""
    for k in range(position.size):
        counts[position[k]] += 1


@compiled
def scatter(site: int, position: Int32Array, ms: Int32Array, next_free: Int64Array, packed: Int64Array) -> None:
    """Write the pairs of one site into the rows of their demand points, and move the rows' ends on."""
    high = np.int64(site) << SHIFT
    for k in range(position.size):
        at = next_free[position[k]]
        packed[at] = high | np.int64(ms[k])
        next_free[position[k]] = at + 1


@compiled
def take_apart(
    rows: Int64Array, begin: int, end: int, packed: Int64Array, demand: Int32Array, site: Int32Array,
    minutes: FloatArray,
) -> None:  # fmt: skip
    """Write demand point, site and minutes of some rows; `minutes` may lie over `packed`, place by place."""
    for row in range(begin, end):
        for at in range(rows[row], rows[row + 1]):
            pair = packed[at]
            demand[at] = row
            site[at] = pair >> SHIFT
            minutes[at] = (pair & 0xFFFFFFFF) / 60000.0
