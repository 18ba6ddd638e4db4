"""The Hilbert curve: an order of points in the plane in which neighbours stay close together."""

from __future__ import annotations

from typing import Any

import numpy as np

BITS = 16

FloatArray = np.ndarray[Any, np.dtype[np.float64]]
Int64Array = np.ndarray[Any, np.dtype[np.int64]]


def hilbert_order(x: FloatArray, y: FloatArray) -> Int64Array:
    """Return the indices of points (K,) in the order in which a Hilbert curve meets them; ties keep their order."""
    column, row = _cells(x), _cells(y)
    position = np.zeros(len(column), dtype=np.int64)
    side = 1 << (BITS - 1)
    while side:
        right, upper = (column & side) > 0, (row & side) > 0
        position += side * side * ((3 * right) ^ upper)
        flip = ~upper & right
        column[flip], row[flip] = (1 << BITS) - 1 - column[flip], (1 << BITS) - 1 - row[flip]
        column[~upper], row[~upper] = row[~upper], column[~upper]
        side >>= 1
    return np.argsort(position, kind="stable")


def _cells(values: FloatArray) -> Int64Array:
    if not len(values):
        return np.empty(0, dtype=np.int64)
    low, high = float(values.min()), float(values.max())
    scale = ((1 << BITS) - 1) / (high - low) if high > low else 0.0
    return ((values - low) * scale).astype(np.int64)
