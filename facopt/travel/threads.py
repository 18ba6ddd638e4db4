"""Work on parts of arrays by several threads at once; compiled code and PROJ let go of the interpreter's lock."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

T = TypeVar("T")
R = TypeVar("R")

LEAST = 20_000
"""Fewer rows than this are not worth a thread of their own."""
MOST_THREADS = 16
"""More would wait for the memory."""


def thread_count(threads: int | None = None) -> int:
    """Return how many threads to use: as stated, else as many as the machine has processors."""
    return threads or os.cpu_count() or 1


def slices(rows: int, threads: int | None = None) -> list[slice]:
    """Return the rows in about equal parts, one for each thread that is worth it; together they are all rows."""
    parts = max(1, min(thread_count(threads), MOST_THREADS, rows // LEAST))
    ends = [rows * part // parts for part in range(parts + 1)]
    return [slice(begin, end) for begin, end in pairwise(ends)]


def in_threads(work: Callable[[T], R], items: Iterable[T]) -> list[R]:
    """Return what `work` gives for each item, in their order, with a thread for each; one item needs none."""
    items = list(items)
    if len(items) == 1:
        return [work(items[0])]
    with ThreadPoolExecutor(max_workers=max(len(items), 1)) as pool:
        return list(pool.map(work, items))
