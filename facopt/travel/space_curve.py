"""The Hilbert curve: an order of points in the plane in which neighbours stay close together."""

from __future__ import annotations

from typing import Any

import numpy as np

from facopt.travel.compiled import compiled

BITS = 16

FloatArray = np.ndarray[Any, np.dtype[np.float64]]
Int64Array = np.ndarray[Any, np.dtype[np.int64]]


def hilbert_order(x: FloatArray, y: FloatArray) -> Int64Array:
    """Return the indices of points (K,) in the order in which a Hilbert curve meets them; ties keep their order."""
    return np.argsort(_positions(_cells(x), _cells(y)), kind="stable")


@compiled
def _positions(column: Int64Array, row: Int64Array) -> Int64Array:
    """Return how far along the curve cells lie: each quarter is the curve again, turned or mirrored."""
    positions = np.zeros(column.size, np.int64)
    for k in range(column.size):
        x, y, position = column[k], row[k], np.int64(0)
        side = np.int64(1) << (BITS - 1)
        while side > 0:
            right, upper = (x & side) > 0, (y & side) > 0
            position += side * side * ((3 if right else 0) ^ (1 if upper else 0))
            if not upper:
                if right:
                    x, y = (1 << BITS) - 1 - x, (1 << BITS) - 1 - y
                x, y = y, x
            side >>= 1
        positions[k] = position
    return positions


def _cells(values: FloatArray) -> Int64Array:
    if not len(values):
        return np.empty(0, dtype=np.int64)
    low, high = float(values.min()), float(values.max())
    scale = ((1 << BITS) - 1) / (high - low) if high > low else 0.0
    return ((values - low) * scale).astype(np.int64)
