"""People covered out of people: everybody, by area class, by zone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from facopt.inputs.study_area import AREA_CLASSES
from facopt.measures.report import Share

if TYPE_CHECKING:
    from collections.abc import Sequence

    from facopt.inputs.study_area import DemandPoints, FloatArray
    from facopt.location.problem import IntArray
    from facopt.measures.coverage import BoolArray
    from facopt.measures.names import ZoneNames


@dataclass(frozen=True)
class PointFigures:
    """What shares are summed from; arrays have shape (I,)."""

    people: FloatArray
    unreachable: BoolArray
    covered_now: FloatArray
    """Share of the point's people, as in `covered`."""
    minutes_now: FloatArray
    """NaN where no open site is in reach, as in `minutes`."""
    covered: FloatArray | None
    """None where there is no plan, as `minutes`."""
    minutes: FloatArray | None


def share_of_everybody(figures: PointFigures) -> Share:
    """Return the share of all people, the unreachable and those whom no tier serves included."""
    return group_shares(figures, np.zeros(len(figures.people), dtype=np.int32), ["everybody"])[0]


def shares_by_area_class(figures: PointFigures, demand: DemandPoints) -> tuple[Share, ...]:
    """Return one share per area class that has demand points: urban, town, rural."""
    present = [name for name in AREA_CLASSES if np.any(demand.area_class == name)]
    group = pd.Index(present).get_indexer(pd.Index(demand.area_class)).astype(np.int32)
    return tuple(group_shares(figures, group, present))


def shares_by_zone(figures: PointFigures, demand: DemandPoints, names: ZoneNames) -> tuple[Share, ...]:
    """Return one share per zone, worst share covered first, ties by name; empty where no point states a zone.

    Parameters
    ----------
    figures
        What is summed.
    demand
        Zone and area class of each point.
    names
        Names by zone key.
    """
    group, found = pd.factorize(demand.zone)
    keys = [str(key) for key in found]
    if not any(keys):
        return ()
    classes = _class_of_most(figures.people, group.astype(np.int32), demand, len(keys))
    display = [names.display.get(key, key) for key in keys]
    shares = group_shares(figures, group.astype(np.int32), keys, display, classes)
    named = (replace(share, name_en=names.english.get(share.key, "")) for share in shares)
    return tuple(sorted(named, key=_worst_first))


def group_shares(
    figures: PointFigures,
    group: IntArray,
    keys: Sequence[str],
    names: Sequence[str] | None = None,
    classes: Sequence[str] | None = None,
) -> list[Share]:
    """Return the share of each group of demand points, in the order of `keys`; `group` (I,) holds indices into it."""
    people = figures.people
    totals = {
        "people": _sums(group, people, len(keys)),
        "covered_now": _sums(group, people * figures.covered_now, len(keys)),
        "unreachable": _sums(group, people * figures.unreachable, len(keys)),
        "covered": _sums(group, people * figures.covered, len(keys)) if figures.covered is not None else None,
        "mean_minutes_now": weighted_means(group, figures.minutes_now, people, len(keys)),
        "mean_minutes": weighted_means(group, figures.minutes, people, len(keys)),
        "longest_minutes": group_maxima(group, figures.minutes, len(keys)),
    }
    return [
        Share(
            key=key,
            name=names[n] if names is not None else key,
            area_class=classes[n] if classes is not None else None,
            **{name: _entry(column, n) for name, column in totals.items()},  # type: ignore[arg-type]
        )
        for n, key in enumerate(keys)
    ]


def weighted_means(group: IntArray, values: FloatArray | None, weights: FloatArray, count: int) -> FloatArray | None:
    """Return (count,) weighted means over the values that are known; NaN where a group has no weight on any."""
    if values is None:
        return None
    known = np.isfinite(values)
    weight = _sums(group[known], weights[known], count)
    total = _sums(group[known], weights[known] * values[known], count)
    means = np.full(count, np.nan)
    np.divide(total, weight, out=means, where=weight > 0)
    return means


def group_maxima(group: IntArray, values: FloatArray | None, count: int) -> FloatArray | None:
    """Return (count,) largest known values; NaN where a group has none."""
    if values is None:
        return None
    known = np.isfinite(values)
    largest = np.full(count, -np.inf)
    np.maximum.at(largest, group[known], values[known])
    return np.where(np.isfinite(largest), largest, np.nan)


def _sums(group: IntArray, values: FloatArray, count: int) -> FloatArray:
    return np.bincount(group, weights=values, minlength=count).astype(np.float64)


def _entry(column: FloatArray | None, n: int) -> float | None:
    return None if column is None or np.isnan(column[n]) else float(column[n])


def _class_of_most(people: FloatArray, group: IntArray, demand: DemandPoints, count: int) -> list[str]:
    """Area class of most people of each group, of most points where nobody lives; ties in the order of AREA_CLASSES."""
    member = [demand.area_class == name for name in AREA_CLASSES]
    by_people = np.stack([_sums(group, people * of_class, count) for of_class in member])
    by_points = np.stack([_sums(group, of_class.astype(np.float64), count) for of_class in member])
    best = np.where(by_people.any(axis=0), by_people.argmax(axis=0), by_points.argmax(axis=0))
    return [AREA_CLASSES[n] for n in best]


def _worst_first(share: Share) -> tuple[float, str, str]:
    covered = share.covered_now if share.covered is None else share.covered
    # Where nobody lives nobody lacks cover.
    return (covered / share.people if share.people > 0 else 1.0, share.name, share.key)
