"""Factors of the speed, one per road class or one overall, that bring computed times near to timed ones.

The time of a trip is what lies off the roads plus, over the classes it runs on, minutes / factor. For given ways that
is linear in 1 / factor; other factors make other ways the fastest, so ways and factors are found in turn.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from facopt.errors import DataError, Finding
from facopt.travel.fitted import combined_factors
from facopt.travel.routes import WayFinder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from facopt.calibration.pairs import TimedTrips
    from facopt.travel.network import Network
    from facopt.travel.profiles import Profile

FloatArray = np.ndarray[Any, np.dtype[np.float64]]

LEAST_FACTOR, LARGEST_FACTOR = 0.25, 2.5
FEWEST_TRIPS = 3
"""A class on which fewer trips spend a good part of their time has no factor of its own."""
GOOD_PART = 0.05
ROUNDS = 20
SETTLED = 1e-4
PULL = 0.02
"""How firmly the factor of a class is kept near the overall one: as firmly as if every trip, for this share of its
time, ran on that class at the overall speed."""
FOLDS = 5


@dataclass(frozen=True)
class Errors:
    """How computed minutes differ from timed ones."""

    mean_absolute_minutes: float
    mean_absolute_percent: float
    bias_minutes: float
    """Mean of computed less timed."""
    r_squared: float


@dataclass(frozen=True)
class Fit:
    """Fitted factors and what they are good for."""

    factors: Mapping[str, float]
    """By road class, "default" for all others."""
    trips: int
    without_way: int
    """Trips left out, as no road leads there."""
    before: Errors
    after: Errors
    left_out: Errors | None
    """Of trips that the factors were not fitted to, a fifth at a time; None for too few trips."""


@dataclass(frozen=True)
class _Times:
    """Computed times of trips with given factors."""

    rows: FloatArray
    """Index of the trips that have a way (K,)."""
    fixed: FloatArray
    """Minutes that no factor changes (K,)."""
    by_group: FloatArray
    """Minutes on each group of classes before the factors (K, G)."""

    def minutes(self, slowness: FloatArray) -> FloatArray:
        """Return minutes with 1 / factor of each group."""
        return np.asarray(self.fixed + self.by_group @ slowness)


def fit_factors(trips: TimedTrips, profile: Profile, build: Callable[[Profile], Network], *, by_class: bool) -> Fit:
    """Fit factors to timed trips.

    Parameters
    ----------
    trips
        Where they began and ended and how long they took.
    profile
        Speeds to begin with.
    build
        Gives the network of a profile.
    by_class
        One factor for each class that enough trips run on, else one for all.

    Raises
    ------
    DataError
        If fewer than half of the trips have a way along the roads.
    """
    groups = _groups(build(profile)) if by_class else {"default": 0}
    factors = np.ones(len(set(groups.values())))
    best: tuple[float, FloatArray, _Times] | None = None
    first: _Times | None = None
    for _ in range(ROUNDS):
        times = _times(trips, build(_with(profile, groups, factors)), groups, factors)
        first = first or times
        observed = trips.minutes[times.rows.astype(int)]
        score = errors(times.minutes(1 / factors), observed).mean_absolute_percent
        if best is None or score < best[0]:
            best = (score, factors, times)
        changed = 1 / _slowness(times, observed)
        if np.abs(changed / factors - 1).max() < SETTLED:
            break
        factors = changed
    assert first is not None
    assert best is not None
    return _result(trips, groups, first, best[1], best[2])


def errors(computed: FloatArray, observed: FloatArray) -> Errors:
    """Return how computed minutes differ from timed ones (K,)."""
    off = computed - observed
    spread = float(((observed - observed.mean()) ** 2).sum())
    return Errors(
        mean_absolute_minutes=float(np.abs(off).mean()),
        mean_absolute_percent=float((np.abs(off) / observed).mean() * 100),
        bias_minutes=float(off.mean()),
        r_squared=1 - float((off**2).sum()) / spread if spread > 0 else float("nan"),
    )


def _groups(network: Network) -> dict[str, int]:
    """Return the group of each class that the network has; ramps go with their road, ferries keep their times."""
    names = sorted(set(network.length_km_by_class()) - {"ferry"})
    roads = sorted({name.removesuffix("_link") for name in names})
    return {"default": 0, **{name: 1 + roads.index(name.removesuffix("_link")) for name in names}}


def _with(profile: Profile, groups: Mapping[str, int], factors: FloatArray) -> Profile:
    fitted = {name: float(factors[group]) for name, group in groups.items()}
    return replace(profile, class_factors=combined_factors(fitted, profile.class_factors))


def _times(trips: TimedTrips, network: Network, groups: Mapping[str, int], factors: FloatArray) -> _Times:
    """Return minutes by group along the ways that are fastest on a network with some factors."""
    finder = WayFinder(network, trips.home, trips.site)
    classes = [tags.road_class for tags in network.roads.tags]
    group_of_tag = np.array([groups.get(name, -1 if name == "ferry" else 0) for name in classes])
    rows, fixed, parts = [], [], []
    for trip, way in enumerate(finder.ways()):
        if way is None:
            continue
        pieces, ms, share = finder.pieces(way)
        group = group_of_tag[network.roads.tag[network.piece_edge[pieces]]]
        minutes = ms * share / 60_000
        rows.append(trip)
        fixed.append(finder.own_ms(trip) / 60_000 + float(minutes[group < 0].sum()))
        parts.append(np.bincount(group[group >= 0], weights=minutes[group >= 0], minlength=len(factors)) * factors)
    if 2 * len(rows) < len(trips):
        what = f"only {len(rows)} of {len(trips)} timed trips have a way along the roads"
        raise DataError(Finding(what, "Check the coordinates of the trips and the roads"))
    return _Times(np.array(rows, dtype=float), np.array(fixed), np.array(parts))


def _slowness(times: _Times, observed: FloatArray) -> FloatArray:
    """Return 1 / factor of each group: least squares of relative errors, within bounds."""
    overall = _bounded(_relative(times.by_group.sum(axis=1, keepdims=True), observed), 1 - times.fixed / observed)
    share = times.by_group / times.minutes(np.ones(times.by_group.shape[1]))[:, None]
    told = np.flatnonzero((share >= GOOD_PART).sum(axis=0) >= FEWEST_TRIPS)
    rest = np.setdiff1d(np.arange(times.by_group.shape[1]), told)
    columns = np.column_stack([times.by_group[:, told], times.by_group[:, rest].sum(axis=1)])
    pull = np.sqrt(PULL * PULL * len(observed)) * np.eye(columns.shape[1])
    left = np.vstack([_relative(columns, observed), pull])
    right = np.concatenate([1 - times.fixed / observed, pull.diagonal() * overall[0]])
    solved = _bounded(left, right)
    slowness = np.full(times.by_group.shape[1], solved[-1])
    slowness[told] = solved[:-1]
    return slowness


def _relative(minutes: FloatArray, observed: FloatArray) -> FloatArray:
    return np.asarray(minutes / observed[:, None])


def _bounded(left: FloatArray, right: FloatArray) -> FloatArray:
    from scipy.optimize import lsq_linear

    return np.asarray(lsq_linear(left, right, bounds=(1 / LARGEST_FACTOR, 1 / LEAST_FACTOR)).x)


def _result(trips: TimedTrips, groups: Mapping[str, int], first: _Times, factors: FloatArray, times: _Times) -> Fit:
    observed = trips.minutes[times.rows.astype(int)]
    begun = errors(first.minutes(np.ones(len(factors))), trips.minutes[first.rows.astype(int)])
    rounded = {name: round(float(factors[group]), 4) for name, group in groups.items()}
    named = {name: value for name, value in rounded.items() if name == "default" or value != rounded["default"]}
    return Fit(
        factors=named, trips=len(times.rows), without_way=len(trips) - len(times.rows), before=begun,
        after=errors(times.minutes(1 / factors), observed), left_out=_left_out(times, observed),
    )  # fmt: skip


def _left_out(times: _Times, observed: FloatArray) -> Errors | None:
    """Return the errors of trips by factors fitted to the others, along the same ways."""
    if len(observed) < 2 * FOLDS:
        return None
    computed = np.empty(len(observed))
    for fold in range(FOLDS):
        out = np.arange(len(observed)) % FOLDS == fold
        known = _Times(times.rows[~out], times.fixed[~out], times.by_group[~out])
        computed[out] = times.minutes(_slowness(known, observed[~out]))[out]
    return errors(computed, observed)
