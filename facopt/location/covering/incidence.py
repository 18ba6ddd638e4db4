"""Which sites cover which rows, as compressed lists in both directions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from facopt.location.compiled import compiled

Array = np.ndarray[Any, np.dtype[Any]]
LongArray = np.ndarray[Any, np.dtype[np.int64]]
IntArray = np.ndarray[Any, np.dtype[np.int32]]
FloatArray = np.ndarray[Any, np.dtype[np.float64]]
BoolArray = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True)
class Incidence:
    """R rows (demand points, merged or not) and the F sites that cover each."""

    start: LongArray
    """(R+1,) where the list of each row begins."""
    sites: IntArray
    """(A,) sites of each row, ascending within a row."""
    site_count: int

    @property
    def row_count(self) -> int:
        """Number of rows, R."""
        return len(self.start) - 1

    @property
    def size(self) -> int:
        """Number of pairs, A."""
        return len(self.sites)

    @cached_property
    def lengths(self) -> LongArray:
        """(R,) number of sites of each row."""
        return np.diff(self.start)

    @cached_property
    def columns(self) -> tuple[LongArray, IntArray]:
        """((F+1,), (A,)) the same pairs by site: where the list of each site begins, its rows ascending."""
        return _transpose(self.start, self.sites, self.site_count)

    @property
    def unsigned_columns(self) -> tuple[np.ndarray, np.ndarray]:
        """The same as unsigned numbers, which compiled loops read faster: they need no test for negative indices."""
        start, members = self.columns
        return start.view(np.uint64), members.view(np.uint32)

    @cached_property
    def column_lengths(self) -> LongArray:
        """(F,) number of rows of each site."""
        return np.diff(self.columns[0])

    def row(self, number: int) -> IntArray:
        """Return the sites of one row."""
        return self.sites[self.start[number] : self.start[number + 1]]

    def covered(self, opened: BoolArray) -> BoolArray:
        """Return (R,) True for rows that one of the open sites (F,) covers."""
        return _covered(self.start.view(np.uint64), self.sites.view(np.uint32), opened)

    def select(self, rows: BoolArray, sites: BoolArray) -> Incidence:
        """Return the part of the kept rows (R,) and kept sites (F,), both renumbered in their order."""
        number = np.cumsum(sites, dtype=np.int32) - np.int32(1)
        start, members = _select(self.start, self.sites, rows, sites, number)
        return Incidence(start, members, int(sites.sum()))


def from_pairs(row: IntArray, site: IntArray, row_count: int, site_count: int) -> Incidence:
    """Return the incidence of pairs (A,), (A,) sorted by row and site."""
    start = np.zeros(row_count + 1, dtype=np.int64)
    np.cumsum(np.bincount(row, minlength=row_count), out=start[1:])
    return Incidence(start, np.ascontiguousarray(site, dtype=np.int32), site_count)


@compiled
def _transpose(start: Array, sites: Array, site_count: int) -> tuple[Array, Array]:
    begin = np.zeros(site_count + 1, np.int64)
    for t in range(sites.size):
        begin[sites[t] + 1] += 1
    for j in range(site_count):
        begin[j + 1] += begin[j]
    place = begin[:-1].copy()
    rows = np.empty(sites.size, np.int32)
    for k in range(start.size - 1):
        for t in range(start[k], start[k + 1]):
            rows[place[sites[t]]] = k
            place[sites[t]] += 1
    return begin, rows


@compiled
def _covered(start: Array, sites: Array, opened: Array) -> Array:
    covered = np.zeros(start.size - 1, np.bool_)
    for k in range(start.size - 1):
        for t in range(start[k], start[k + 1]):
            if opened[sites[t]]:
                covered[k] = True
                break
    return covered


@compiled
def _select(start: Array, sites: Array, rows: Array, kept: Array, number: Array) -> tuple[Array, Array]:
    """Count, then copy: the two passes keep the result exactly as large as it must be."""
    begin = np.zeros(np.sum(rows) + 1, np.int64)
    new = 0
    for k in range(start.size - 1):
        if rows[k]:
            length = 0
            for t in range(start[k], start[k + 1]):
                length += kept[sites[t]]
            begin[new + 1] = begin[new] + length
            new += 1
    members = np.empty(begin[new], np.int32)
    place = 0
    for k in range(start.size - 1):
        if rows[k]:
            for t in range(start[k], start[k + 1]):
                if kept[sites[t]]:
                    members[place] = number[sites[t]]
                    place += 1
    return begin, members
