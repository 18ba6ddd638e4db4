"""The points of a frontier, where they lie, and what they say about each other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from facopt.location.problem import BoolArray, FloatArray

By = Literal["sites", "budget"]
PROVEN_PERCENT = 1e-4
"""Gap up to which a point counts as proven: what is left is rounding."""


@dataclass(frozen=True)
class FrontierPoint:
    """The best plan known within a limit."""

    limit: float
    """New sites or money allowed."""
    value: float
    """People covered."""
    bound: float
    """No plan within the limit covers more."""
    new_sites: int
    cost: float
    """Money of the plan, new sites only."""
    open: BoolArray
    """(J,) open sites of the location problem."""

    @property
    def gap_percent(self) -> float:
        """Distance of value and bound in percent of the value."""
        return 0.0 if self.bound == self.value else 100.0 * (self.bound - self.value) / max(abs(self.value), 1e-9)

    @property
    def proven(self) -> bool:
        """True where no plan within the limit covers more people."""
        return self.gap_percent <= PROVEN_PERCENT


@dataclass(frozen=True)
class Frontier:
    """Points with growing limits; values never fall."""

    by: By
    points: tuple[FrontierPoint, ...]
    people: float
    """Everybody whom some tier serves."""

    @property
    def knee(self) -> int | None:
        """Number of the point where more begins to pay less: farthest above the line from first to last."""
        if len(self.points) < 3:
            return None
        limit = np.array([point.limit for point in self.points])
        value = np.array([point.value for point in self.points])
        across, up = limit[-1] - limit[0], value[-1] - value[0]
        above = (value - value[0]) * across - (limit - limit[0]) * up
        return int(np.argmax(above)) if above.max() > 0 else None


def places_along(limits: FloatArray, values: FloatArray, points: int) -> list[float]:
    """Return up to `points` limits, ascending, at equal distances along a first sketch of the curve.

    The sketch is drawn to equal width and height: half of the way goes by limits (N,), half by values (N,), so that
    points are close together where the curve bends. Limits are rounded up to round numbers; first and last are kept.
    """
    width, height = limits[-1] - limits[0], values[-1] - values[0]
    if width <= 0:
        return [float(limits[0])]
    way = (limits - limits[0]) / width + (values - values[0]) / max(height, 1e-300)
    places = np.interp(np.linspace(0.0, way[-1], max(points, 2)), way, limits)
    unit = _round_number(width / (8 * max(points, 2)))
    inner = unit * np.ceil(places[1:-1] / unit - 1e-9)
    return [float(place) for place in np.unique(np.r_[limits[0], np.minimum(inner, limits[-1]), limits[-1]])]


def _round_number(size: float) -> float:
    """Return the largest of 1, 2, 5, 10, ... up to `size`; 1 at least."""
    power = 10.0 ** np.floor(np.log10(max(size, 1.0)))
    return float(max(step * power for step in (1.0, 2.0, 5.0) if step * power <= max(size, 1.0)))


def hold_against_each_other(points: list[FrontierPoint], bounds: list[FloatArray]) -> list[FrontierPoint]:
    """Lower bounds by those of all points and of larger limits; raise values by plans of smaller limits.

    Each of `bounds` holds for all points, one number for each of them.
    """
    lowest = np.array([point.bound for point in points])
    for each in bounds:
        lowest = np.minimum(lowest, each)
    lowest = np.minimum.accumulate(lowest[::-1])[::-1]
    result: list[FrontierPoint] = []
    for point, bound in zip(points, lowest.tolist(), strict=True):
        better = point if not result or point.value >= result[-1].value else replace(result[-1], limit=point.limit)
        result.append(replace(better, bound=max(bound, better.value)))
    return result
