"""Reproducible chance: the same throws on every platform and with every version of NumPy."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")


class Dice:
    """A stream of throws of its own for each part of the county, so that a change in one part leaves the others alone.

    Only the raw 64-bit stream of PCG64 is used, which NumPy keeps stable between versions; the streams of
    `Generator.normal` and its like are not promised to stay.

    Parameters
    ----------
    part
        Name of the part of the county; it is the seed.
    """

    def __init__(self, part: str) -> None:
        digest = hashlib.sha256(f"facopt sample county: {part}".encode()).digest()
        self._bits = np.random.PCG64(int.from_bytes(digest[:16], "big"))

    def random(self) -> float:
        """Return a number in [0, 1) with 53 random bits."""
        return float(int(self._bits.random_raw()) >> 11) * 2.0**-53

    def between(self, low: float, high: float) -> float:
        """Return a number in [low, high)."""
        return low + (high - low) * self.random()

    def below(self, count: int) -> int:
        """Return an integer in 0..count-1."""
        return int(self.random() * count)

    def bell(self) -> float:
        """Return a number with mean 0 and variance 1, near a normal one, within -6..6 (sum of twelve throws)."""
        return sum(self.random() for _ in range(12)) - 6.0

    def chance(self, probability: float) -> bool:
        """Return True with the given probability."""
        return self.random() < probability

    def pick(self, items: Sequence[T]) -> T:
        """Return one of the items."""
        return items[self.below(len(items))]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """Return the items in random order."""
        order = list(items)
        for last in range(len(order) - 1, 0, -1):
            other = self.below(last + 1)
            order[last], order[other] = order[other], order[last]
        return order
