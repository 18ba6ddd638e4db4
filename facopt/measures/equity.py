"""How evenly minutes are spread over people: Lorenz curve, Gini, Theil and quantiles, each weighted by people.

All functions take `minutes` and `people` of shape (n,), both finite and at least 0; entries without people do not
count. They return None (or an empty curve) where nobody is left, and raise ValueError for other input. The measures say
how unequal times are, not how long, so they stand beside the mean and never alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

FloatArray = np.ndarray[Any, np.dtype[np.float64]]


def lorenz_curve(minutes: ArrayLike, people: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return cumulative shares of people and of their minutes, nearest people first, from (0, 0) to (1, 1).

    Where nobody travels at all (all minutes 0) times are equal and the curve is the diagonal.
    """
    times, weights = _ordered(minutes, people)
    if not len(times):
        return np.empty(0), np.empty(0)
    of_people = np.concatenate(([0.0], np.cumsum(weights))) / weights.sum()
    total = float((times * weights).sum())
    if total <= 0:
        return of_people, of_people.copy()
    return of_people, np.concatenate(([0.0], np.cumsum(times * weights))) / total


def gini(minutes: ArrayLike, people: ArrayLike) -> float | None:
    """Return the Gini coefficient, 0 where all take equally long: one minus twice the area under the Lorenz curve.

    Equals sum_ij w_i w_j |t_i - t_j| / (2 W^2 m) with W people and m their mean minutes. Lerman and Yitzhaki (1989),
    Improving the accuracy of estimates of Gini coefficients, Journal of Econometrics 42.
    """
    of_people, of_minutes = lorenz_curve(minutes, people)
    if not len(of_people):
        return None
    area = float(np.sum(np.diff(of_people) * (of_minutes[1:] + of_minutes[:-1])))
    return max(0.0, 1.0 - area)


def theil(minutes: ArrayLike, people: ArrayLike) -> float | None:
    """Return Theil's T, 0 where all take equally long: the people-weighted mean of (t/m) ln(t/m), m the mean.

    Theil (1967), Economics and Information Theory. A time of 0 contributes 0, the limit of x ln x.
    """
    times, weights = _ordered(minutes, people)
    if not len(times):
        return None
    mean = float(np.average(times, weights=weights))
    if mean <= 0:
        return 0.0
    ratio = times / mean
    logs = np.log(ratio, out=np.zeros_like(ratio), where=ratio > 0)
    return max(0.0, float(np.average(ratio * logs, weights=weights)))


def theil_parts(minutes: ArrayLike, people: ArrayLike, groups: ArrayLike) -> tuple[float, float] | None:
    """Return Theil's T between and within groups (shape (n,)); the two sum to T of all.

    Shorrocks (1980), The class of additively decomposable inequality measures, Econometrica 48.
    """
    times, weights = _checked(minutes, people)
    labels = np.asarray(groups)
    if labels.shape != times.shape:
        msg = f"groups: {times.shape} expected, not {labels.shape}"
        raise ValueError(msg)
    whole = theil(times, weights)
    if whole is None:
        return None
    total = float((times * weights).sum())
    if total <= 0:
        return 0.0, 0.0
    group = np.unique(labels, return_inverse=True)[1]
    travelled, inhabitants = np.bincount(group, times * weights), np.bincount(group, weights)
    means = np.divide(travelled, inhabitants, out=np.ones_like(travelled), where=travelled > 0)
    ratio = times / means[group]
    logs = np.log(ratio, out=np.zeros_like(ratio), where=ratio > 0)
    within = max(0.0, float((times * weights * logs).sum()) / total)
    return max(0.0, whole - within), within


def within_minutes(minutes: ArrayLike, people: ArrayLike, share: float) -> float | None:
    """Return the time within which this share of people (0 < share <= 1) is there: a quantile, an observed time."""
    if not 0 < share <= 1:
        msg = f"share: more than 0 and at most 1 expected, not {share}"
        raise ValueError(msg)
    times, weights = _ordered(minutes, people)
    if not len(times):
        return None
    reached = np.cumsum(weights) >= share * weights.sum() * (1 - 1e-12)
    return float(times[int(np.argmax(reached))])


def mean_of_farthest(minutes: ArrayLike, people: ArrayLike, share: float) -> float | None:
    """Return the mean minutes of the farthest share of people (0 < share <= 1); a point on the edge counts in part."""
    if not 0 < share <= 1:
        msg = f"share: more than 0 and at most 1 expected, not {share}"
        raise ValueError(msg)
    times, weights = _ordered(minutes, people)
    if not len(times):
        return None
    before = np.concatenate(([0.0], np.cumsum(weights[::-1])))[:-1]
    wanted = share * weights.sum()
    counted = np.clip(wanted - before, 0.0, weights[::-1])
    return float((counted * times[::-1]).sum() / counted.sum())


def _checked(minutes: ArrayLike, people: ArrayLike) -> tuple[FloatArray, FloatArray]:
    times, weights = np.asarray(minutes, dtype=np.float64), np.asarray(people, dtype=np.float64)
    if times.ndim != 1 or times.shape != weights.shape:
        msg = f"minutes and people: two arrays of one length expected, not {times.shape} and {weights.shape}"
        raise ValueError(msg)
    for name, values in (("minutes", times), ("people", weights)):
        if not np.all(np.isfinite(values)) or (len(values) and values.min() < 0):
            msg = f"{name}: finite values of at least 0 expected"
            raise ValueError(msg)
    return times, weights


def _ordered(minutes: ArrayLike, people: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return times and people of those entries that have people, nearest first."""
    times, weights = _checked(minutes, people)
    times, weights = times[weights > 0], weights[weights > 0]
    order = np.argsort(times, kind="stable")
    return times[order], weights[order]
