"""Exact merging of equal coverage sets, streamed: only the distinct sets are ever held in memory.

A plan covers all demand points with equal coverage sets or none of them, so they are one row (Church 1984; Lv et al.
2025, doi 10.1016/j.ejor.2025.06.009). Each set is found by a 64-bit hash, the exclusive-or of random keys of its sites
(Zobrist 1970), and then compared site by site with the set stored under that hash: two different sets with the same
hash stay two sets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from facopt.location.compiled import compiled
from facopt.location.covering.incidence import Incidence

if TYPE_CHECKING:
    from collections.abc import Iterable

    from facopt.location.covering.incidence import Array, FloatArray, IntArray, LongArray

EMPTY = -1
"""Set number of a row without sites."""
KEY_SEED = 20_240_917
"""The keys are the same in every run, so that every run hashes alike; the numbers of the sets do not depend on them."""


class SetTable:
    """Distinct coverage sets, numbered in the order of their first appearance; grows as rows are added."""

    def __init__(self, site_count: int, keys: np.ndarray | None = None) -> None:
        """Make an empty table; `keys` (site_count,) are the hash keys, given only to provoke equal hashes."""
        self.site_count = site_count
        self.keys = _random_keys(site_count) if keys is None else keys
        self.count = 0
        self._slots = np.full(1 << 10, -1, dtype=np.int32)
        self._hashes = np.zeros(1 << 8, dtype=np.uint64)
        self._start = np.zeros((1 << 8) + 1, dtype=np.int64)
        self._members = np.empty(1 << 12, dtype=np.int32)

    def add(self, start: LongArray, sites: IntArray) -> IntArray:
        """Add rows, given as in `Incidence`, and return (rows,) the number of each row's set, EMPTY without sites."""
        numbers = np.empty(len(start) - 1, dtype=np.int32)
        row = 0
        while True:
            row, self.count = _insert(
                start, sites, row, self.keys, self._slots, self._hashes, (self._start, self._members), self.count,
                numbers,
            )  # fmt: skip
            if row == len(numbers):
                return numbers
            self._grow(int(start[row + 1] - start[row]))

    @property
    def sets(self) -> Incidence:
        """The distinct sets as rows."""
        start = self._start[: self.count + 1].copy()
        return Incidence(start, self._members[: start[-1]].copy(), self.site_count)

    def _grow(self, length: int) -> None:
        """Make room for at least one more set of `length` sites."""
        if self.count + 1 >= len(self._hashes):
            self._hashes = np.concatenate([self._hashes, np.zeros_like(self._hashes)])
            self._start = np.concatenate([self._start, np.zeros(len(self._hashes) // 2, dtype=np.int64)])
            self._slots = np.full(4 * len(self._hashes), -1, dtype=np.int32)
            _hash_again(self._slots, self._hashes, self.count)
        used = int(self._start[self.count])
        if used + length > len(self._members):
            larger = np.empty(max(2 * len(self._members), used + length), dtype=np.int32)
            larger[:used] = self._members[:used]
            self._members = larger


def merge_rows(rows: Incidence) -> tuple[Incidence, IntArray]:
    """Return the distinct sets of the rows and (R,) the number of each row's set, EMPTY for rows without sites."""
    table = SetTable(rows.site_count)
    numbers = table.add(rows.start, rows.sites)
    return table.sets, numbers


def merge_stream(
    chunks: Iterable[tuple[LongArray, IntArray, FloatArray]], site_count: int
) -> tuple[Incidence, FloatArray, float]:
    """Merge chunks of rows (start, sites, weight) as they come.

    Returns the distinct sets, (sets,) their summed weights, and the weight of the rows without sites. Memory is that of
    one chunk and the distinct sets, however many rows pass.
    """
    table = SetTable(site_count)
    weights = np.zeros(1 << 10)
    uncovered = 0.0
    for start, sites, weight in chunks:
        numbers = table.add(start, sites)
        if table.count > len(weights):
            weights = np.concatenate([weights, np.zeros(max(len(weights), table.count - len(weights)))])
        uncovered += _add_weights(weights, numbers, weight)
    return table.sets, weights[: table.count].copy(), uncovered


def _random_keys(site_count: int) -> np.ndarray:
    return np.random.default_rng(KEY_SEED).integers(0, 2**64, site_count, dtype=np.uint64)


@compiled
def _insert(  # noqa: PLR0913  (a kernel takes its arrays one by one)
    start: Array,
    sites: Array,
    row: int,
    keys: Array,
    slots: Array,
    hashes: Array,
    stored: Any,
    count: int,
    numbers: Array,
) -> tuple[int, int]:
    """Number the rows from `row` on until all are numbered or a table is full; return (next row, sets so far)."""
    begin, members = stored
    mask = slots.size - 1
    while row < start.size - 1:
        first, length = start[row], start[row + 1] - start[row]
        if length == 0:
            numbers[row] = EMPTY
            row += 1
            continue
        code = np.uint64(0)
        for t in range(first, first + length):
            code ^= keys[sites[t]]
        slot = np.int64(code & np.uint64(mask))
        while True:
            found = slots[slot]
            if found < 0:
                if count + 1 >= hashes.size or begin[count] + length > members.size:
                    return row, count
                slots[slot] = count
                hashes[count] = code
                members[begin[count] : begin[count] + length] = sites[first : first + length]
                begin[count + 1] = begin[count] + length
                found = count
                count += 1
                break
            if hashes[found] == code and begin[found + 1] - begin[found] == length:
                t = 0
                while t < length and members[begin[found] + t] == sites[first + t]:
                    t += 1
                if t == length:
                    break
            slot = (slot + 1) & mask
        numbers[row] = found
        row += 1
    return row, count


@compiled
def _hash_again(slots: Array, hashes: Array, count: int) -> None:
    mask = slots.size - 1
    for number in range(count):
        slot = np.int64(hashes[number] & np.uint64(mask))
        while slots[slot] >= 0:
            slot = (slot + 1) & mask
        slots[slot] = number


@compiled
def _add_weights(weights: Array, numbers: Array, weight: Array) -> float:
    uncovered = 0.0
    for row in range(numbers.size):
        if numbers[row] < 0:
            uncovered += weight[row]
        else:
            weights[numbers[row]] += weight[row]
    return uncovered
