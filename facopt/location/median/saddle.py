"""A lower bound on travel: Lagrangian, by a first-order primal-dual method on its saddle point.

Data
    c_nj cost of traveller n at site j in people x minutes; groups g of free sites with at most m_g of them open;
    side rows a_r y <= b_r (a budget, a kept cost)
Relaxed: each traveller goes to exactly one open site (price l_n >= 0); the side rows (price w_r >= 0)
    L(l, w) = sum_n l_n - w b + min_y (r(l) + w a) y,   r_j(l) = sum_n min(0, c_nj - l_n),   y_j in {0, 1}, counts kept
    is a lower bound for every l with l_n <= beyond_n (Cornuejols, Fisher and Nemhauser 1977).
Saddle  min_y max_{l, w}  sum_n [l_n - sum_j max(0, l_n - c_nj) y_j] + w (a y - b), y in the convex hull of those plans
Steps   y <- projection of y - t (2 q - q_before), q = r + w a;  w <- max(0, w + s (a y - b));
        l_n <- the exact maximum of its own concave function less (l_n - l_n_before)^2 / (2 s_n), by walking up the list
        (primal-dual with extrapolated gradient: Hamedani and Aybat 2021, doi 10.1137/18M1213488). Every (l, w) on the
        way is a bound and the best is kept. Restarts from averages and the balance of the two steps as in
        Applegate et al. 2021 (doi 10.48550/arXiv.2106.04756).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from facopt.location.compiled import compiled

if TYPE_CHECKING:
    from collections.abc import Callable

    from facopt.location.median.counts import SiteCounts
    from facopt.location.median.travellers import Travellers
    from facopt.location.problem import FloatArray


SLICE = 20_000_000
"""Listed pairs visited between two looks at the clock: about a tenth of a second."""
STEP = 0.9
"""Product of the two step lengths and the squared norm; below 1 for convergence."""


def never() -> bool:
    """Return that there is no reason to stop."""
    return False


@dataclass(frozen=True)
class SideRows:
    """R rows a y <= b over the sites."""

    side: FloatArray
    """(R, J) coefficients."""
    right: FloatArray
    """(R,)"""


@dataclass(frozen=True)
class Prices:
    """A point at which the Lagrangian function is evaluated, and what it proves."""

    price: FloatArray
    """(N,) by traveller, people x minutes."""
    weight: FloatArray
    """(R,) by side row."""
    bound: float
    """No plan within the counts and side rows travels less: rounding has been taken off."""
    reduced: FloatArray
    """(J,) what opening a free site adds to the bound; negative where it saves."""


@compiled
def reduced_costs(first: np.ndarray, site: np.ndarray, cost: np.ndarray, price: np.ndarray, out: np.ndarray) -> None:
    """Write r_j (J,): what opening j saves at these prices, at most 0."""
    out[:] = 0.0
    for n in range(price.size):
        limit = price[n]
        for t in range(first[n], first[n + 1]):
            if cost[t] >= limit:
                break
            out[site[t]] += cost[t] - limit


@compiled
def cheapest_plan(
    first: np.ndarray, sites: np.ndarray, fewest: np.ndarray, most: np.ndarray, value: np.ndarray
) -> float:
    """Return the least sum of values over a plan that keeps the counts."""
    total = 0.0
    for g in range(most.size):
        members = value[sites[first[g] : first[g + 1]]]
        if most[g] < members.size and most[g] > 0:
            members = np.partition(members, most[g] - 1)[: most[g]]
        elif most[g] == 0:
            members = members[:0]
        if fewest[g] == most[g]:
            total += members.sum()
        else:
            chosen = np.sort(members)
            for q in range(chosen.size):
                if q < fewest[g] or chosen[q] < 0:
                    total += chosen[q]
    return total


@compiled
def _total(y: np.ndarray, members: np.ndarray, shift: float) -> float:
    total = 0.0
    for j in members:
        total += float(min(1.0, max(0.0, y[j] - shift)))
    return total


@compiled
def _shift(y: np.ndarray, members: np.ndarray, wanted: float) -> float:
    """Return by how much all shares must fall for their clipped sum to be `wanted`; by bisection."""
    low, high = np.min(y[members]) - 1.0, np.max(y[members])
    for _ in range(60):
        shift = 0.5 * (low + high)
        excess = _total(y, members, shift) - wanted
        if excess > 0.0:
            low = shift
        else:
            high = shift
        if abs(excess) <= 1e-12 * (1.0 + wanted):
            break
    return float(high)


@compiled
def _project(first: np.ndarray, sites: np.ndarray, fewest: np.ndarray, most: np.ndarray, y: np.ndarray) -> None:
    """Move y (J,) to the nearest point with 0 <= y <= 1 and the counts kept."""
    for g in range(most.size):
        members = sites[first[g] : first[g + 1]]
        plain = _total(y, members, 0.0)
        shift = 0.0
        if plain > most[g]:
            shift = _shift(y, members, float(most[g]))
        elif plain < fewest[g]:
            shift = _shift(y, members, float(fewest[g]))
        for j in members:
            y[j] = min(1.0, max(0.0, y[j] - shift))


@compiled
def _move_prices(
    first: np.ndarray, site: np.ndarray, cost: np.ndarray, beyond: np.ndarray, step: np.ndarray, y: np.ndarray,
    price: np.ndarray,
) -> None:  # fmt: skip
    """Move each price to the maximum of its concave function less the squared distance gone."""
    for n in range(price.size):
        t, stop = first[n], first[n + 1]
        served = 0.0
        floor = 0.0
        while t < stop and price[n] + step[n] * (1.0 - served) > cost[t]:
            served += y[site[t]]
            floor = cost[t]
            t += 1
        ceiling = cost[t] if t < stop else beyond[n]
        price[n] = min(max(price[n] + step[n] * (1.0 - served), floor), ceiling)


@compiled
def _norm(
    first: np.ndarray, site: np.ndarray, cost: np.ndarray, price: np.ndarray, scale: np.ndarray, sites: int
) -> float:
    """Return the largest singular value of the matrix of who would use which site, rows scaled; by power iteration."""
    x = np.ones(sites)
    largest = 0.0
    for _ in range(10):
        length = float(np.sqrt(np.sum(x * x)))
        if length == 0.0:
            return 1.0
        x /= length
        following = np.zeros(sites)
        largest = 0.0
        for n in range(price.size):
            use = 0.0
            for t in range(first[n], first[n + 1]):
                if cost[t] >= price[n]:
                    break
                use += x[site[t]]
            largest += scale[n] * use * use
            use *= scale[n]
            for t in range(first[n], first[n + 1]):
                if cost[t] >= price[n]:
                    break
                following[site[t]] += use
        x = following
    return max(float(np.sqrt(largest)), 1.0)


@compiled
def _advance(  # noqa: PLR0913  (a kernel takes its arrays one by one)
    lists: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray],
    counts: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray],
    rows: tuple[np.ndarray, np.ndarray, np.ndarray],
    point: tuple[np.ndarray, np.ndarray, np.ndarray],
    best: tuple[np.ndarray, np.ndarray],
    steps: tuple[float, np.ndarray],
    memory: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray],
    highest: float,
    rounds: int,
) -> tuple[float, float]:
    """Take `rounds` steps in place; return the best bound met, with that of slices before, and the last one.

    `memory` holds the gradient now and before, and the sums of y, price and w, from slice to slice.
    """
    first, site, cost, beyond = lists
    group_first, sites, fewest, most = counts
    side, right, side_step = rows
    y, price, weight = point
    step, price_step = steps
    now, before, sum_y, sum_price, sum_weight = memory
    last = -np.inf
    for _ in range(rounds):
        y -= step * (2.0 * now - before)
        _project(group_first, sites, fewest, most, y)
        _move_prices(first, site, cost, beyond, price_step, y, price)
        for r in range(weight.size):
            weight[r] = max(0.0, weight[r] + side_step[r] * (np.sum(side[r] * y) - right[r]))
        before[:] = now
        _gradient(first, site, cost, side, price, weight, now)
        last = price.sum() - np.sum(weight * right) + cheapest_plan(group_first, sites, fewest, most, now)
        if last > highest:
            highest = last
            best[0][:] = price
            best[1][:] = weight
        sum_y += y
        sum_price += price
        sum_weight += weight
    return highest, last


@compiled
def _gradient(
    first: np.ndarray, site: np.ndarray, cost: np.ndarray, side: np.ndarray, price: np.ndarray, weight: np.ndarray,
    out: np.ndarray,
) -> None:  # fmt: skip
    reduced_costs(first, site, cost, price, out)
    for r in range(weight.size):
        out += weight[r] * side[r]


def prove(lists: Travellers, counts: SiteCounts, rows: SideRows, price: FloatArray, weight: FloatArray) -> Prices:
    """Return the bound that these prices prove, with the rounding of its sums taken off."""
    price = np.minimum(np.maximum(price, 0.0), lists.beyond)
    weight = np.maximum(weight, 0.0)
    reduced = np.zeros(len(counts.group))
    _gradient(lists.first, lists.site, lists.cost, rows.side, price, weight, reduced)
    saved = cheapest_plan(counts.first, counts.sites, counts.fewest, counts.most, reduced)
    bound = float(price.sum()) - float(weight @ rows.right) + saved
    # Adding N numbers in any order errs by at most N u (their absolute sum); doubled for products and the sum of sums.
    longest = len(price) + len(reduced) + 16
    absolute = float(price.sum() + np.abs(reduced[counts.sites]).sum())
    absolute += float(weight @ (np.abs(rows.right) + np.abs(rows.side).sum(axis=1)))
    return Prices(price, weight, bound - 2.0 * longest * np.finfo(float).eps * absolute, reduced)


@dataclass
class Saddle:
    """The state of the method between restarts; prices and shares can be read at any time."""

    lists: Travellers
    counts: SiteCounts
    rows: SideRows
    y: FloatArray
    """(J,) shares of sites."""
    price: FloatArray
    weight: FloatArray
    balance: float = 0.0
    """Ratio of the steps of prices and shares."""
    best: Prices = field(init=False)

    def __post_init__(self) -> None:
        self.price = np.minimum(self.price, self.lists.beyond)
        self.best = prove(self.lists, self.counts, self.rows, self.price, self.weight)
        if self.balance == 0.0:
            self.balance = 3.0 * float(np.median(self.price)) if len(self.price) else 1.0
            self.balance = max(self.balance, 1e-9)

    def advance(self, rounds: int, stop: Callable[[], bool] = never) -> None:
        """Take `rounds` steps, fewer where asked to stop, and restart from their average where that proves more."""
        lists, counts, rows = self.lists, self.counts, self.rows
        scale = lists.people / float(lists.people.mean())
        norm = _norm(lists.first, lists.site, lists.cost, self.price, scale, len(self.y))
        lengths = np.maximum((rows.side**2).sum(axis=1), 1e-300)
        both = norm * (2.0**0.5 if len(lengths) else 1.0)
        before = (self.y.copy(), self.price.copy(), self.weight.copy())
        found = (self.best.price.copy(), self.best.weight.copy())
        steps = STEP / (both * self.balance), STEP * self.balance / both * scale
        side_step = STEP * self.balance / both * norm**2 / lengths
        done, last, sums = self._in_slices(rounds, found, steps, side_step, stop)
        if not done:
            return
        y, price, weight = (total / done for total in sums)
        average = prove(lists, counts, rows, price, weight)
        if average.bound > last:
            self.y, self.price, self.weight = y, average.price.copy(), average.weight.copy()
        for prices in (average, prove(lists, counts, rows, *found)):
            if prices.bound > self.best.bound:
                self.best = prices
        self._rebalance(before, scale, norm**2 / lengths)

    def _in_slices(
        self,
        rounds: int,
        found: tuple[FloatArray, FloatArray],
        steps: tuple[float, FloatArray],
        side_step: FloatArray,
        stop: Callable[[], bool],
    ) -> tuple[int, float, tuple[FloatArray, FloatArray, FloatArray]]:
        """Take the steps a slice at a time; return how many, the last bound, and the sums of y, prices and weights."""
        lists, counts, rows = self.lists, self.counts, self.rows
        walk = lists.first, lists.site, lists.cost, lists.beyond
        now = np.zeros(len(self.y))
        _gradient(lists.first, lists.site, lists.cost, rows.side, self.price, self.weight, now)
        sums = np.zeros(len(self.y)), np.zeros(len(self.price)), np.zeros(len(self.weight))
        memory = now, now.copy(), *sums
        slice_rounds = max(1, SLICE // (2 * len(lists.site) + len(lists.point) + 1))
        done, highest, last = 0, -np.inf, -np.inf
        while done < rounds and not stop():
            some = min(slice_rounds, rounds - done)
            highest, last = _advance(
                walk, (counts.first, counts.sites, counts.fewest, counts.most), (rows.side, rows.right, side_step),
                (self.y, self.price, self.weight), found, steps, memory, highest, some,
            )  # fmt: skip
            done += some
        return done, last, sums

    def _rebalance(
        self, before: tuple[FloatArray, FloatArray, FloatArray], scale: FloatArray, side_scale: FloatArray
    ) -> None:
        moved = float(((self.y - before[0]) ** 2).sum()) ** 0.5
        dual = float(((self.price - before[1]) ** 2 / scale).sum())
        dual = (dual + float(((self.weight - before[2]) ** 2 / side_scale).sum())) ** 0.5
        if moved > 0 and dual > 0:
            self.balance = float(np.sqrt(self.balance * dual / moved))
