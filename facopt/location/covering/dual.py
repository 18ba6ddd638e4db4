"""Upper bounds from prices on the rows: every non-negative price vector gives one, better prices give better ones.

With a price u_k on row k (at most its weight, where it is not required), relaxing "covered means a site is open" gives

    D(u) = constant + sum_k (w_k - u_k) + max { sum_j (sum_{k: j in N_k} u_k - f_j) y_j : y keeps the rules },

which no plan exceeds (Galvao & ReVelle 1996, doi 10.1016/0377-2217(94)00266-5). The bound is computed from the formula
in floating point and rounded outward by the largest error that its sums can have, so that it is a proof whatever way
the prices were found.

Two ways to find prices: a subgradient method with averaged choices (after Barahona & Anbil 2000), which is good within
seconds, and a restarted primal-dual hybrid gradient method (Chambolle & Pock 2011; Applegate et al. 2021), which goes
on to the bound of the linear relaxation. In both, an iteration is one or two passes over the pairs, in two threads
where they are many; the blocks are the same on every machine, so that the sums are, too.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from facopt.location.compiled import compiled_sums
from facopt.location.covering.choice import Choice, best_choice, project

if TYPE_CHECKING:
    from collections.abc import Callable

    from facopt.location.covering.incidence import Array, FloatArray
    from facopt.location.covering.problem import CoveringProblem

ROUNDING = 2.3e-16
"""Largest relative error of one floating-point addition, and a little."""
SHORT = 2**16
"""Up to so many sites have numbers of two bytes."""
PAIRS_FOR_TWO_THREADS = 200_000


@dataclass(frozen=True)
class DualBound:
    """Prices, and what they prove."""

    prices: FloatArray
    """(R,) u."""
    gain: FloatArray
    """(F,) sum of prices of the rows of each site, less the site's own price."""
    choice: Choice
    bound: float
    """No plan's objective is above this."""
    error: float
    """By how much rounding may have moved the bound's parts."""
    shares: FloatArray | None = None
    """(F,) averaged choice where the method ended, if it has one: what a fractional plan would open."""


@dataclass(frozen=True)
class Warmth:
    """What a round of the primal-dual method hands to the next, which may be about fewer sites."""

    chosen: FloatArray
    """(F,) fractional choice."""
    balance: float | None = None
    """Ratio of the steps of prices and choice; None to estimate it."""
    norm: float | None = None
    """Of the pairs, which the steps depend on; None where rows or sites have changed."""


@dataclass(frozen=True)
class Stop:
    """When a bound is good enough or has taken long enough."""

    iterations: int
    expired: Callable[[], bool]
    """Asked now and then; True ends the search for better prices."""
    step: float = 0.0
    """By how much a better plan is better at least: below value + step the bound is a proof."""
    converged: float = 1e-5
    """Relative distance of bound and linear relaxation that is not worth more iterations."""


class RowPasses:
    """One pass over all pairs, in blocks of rows that run at the same time where there are many."""

    def __init__(self, problem: CoveringProblem) -> None:
        rows = problem.rows
        # Unsigned indices need no test for negative ones, and short ones less memory: together twice as fast.
        self.start = rows.start.view(np.uint64)
        self.sites = rows.sites.astype(np.uint16 if rows.site_count <= SHORT else np.uint32)
        self.site_count = rows.site_count
        blocks = 2 if rows.size >= PAIRS_FOR_TWO_THREADS else 1
        cuts = np.searchsorted(rows.start, np.linspace(0, rows.size, blocks + 1)[1:-1])
        self.blocks = [int(cut) for cut in np.r_[0, cuts, rows.row_count]]
        self.pool = ThreadPoolExecutor(1) if blocks > 1 else None

    def __enter__(self) -> RowPasses:
        """Return itself."""
        return self

    def __exit__(self, *_error: object) -> None:
        """End the thread."""
        if self.pool is not None:
            self.pool.shutdown()

    def run(self, kernel: Callable[..., float], *arguments: object) -> tuple[FloatArray, float]:
        """Call kernel(start, sites, first, last, gain, *arguments) per block; return the summed gains and results."""
        gains = np.zeros((len(self.blocks) - 1, self.site_count))
        blocks = list(zip(self.blocks[:-1], self.blocks[1:], gains, strict=True))
        waiting = [
            self.pool.submit(kernel, self.start, self.sites, *block, *arguments) for block in blocks[1:] if self.pool
        ]
        result = kernel(self.start, self.sites, *blocks[0], *arguments)
        for other in waiting:
            result += other.result()
        return gains.sum(axis=0), float(result)


def caps(problem: CoveringProblem) -> FloatArray:
    """Return (R,) the highest price of each row that can be needed.

    An optional row is worth its weight at most. A required row is worth, beyond its weight, no more than the cheapest
    site that covers it, where no limit couples sites; elsewhere there is no such number.
    """
    cap = problem.weight.copy()
    if problem.required.any():
        rows = problem.rows
        cheapest = np.minimum.reduceat(problem.price[rows.sites], rows.start[:-1]) if rows.size else np.zeros(0)
        cap[problem.required] = (cap + cheapest if problem.rules.free else np.full_like(cap, np.inf))[problem.required]
    return cap


def prove(problem: CoveringProblem, prices: FloatArray, site_prices: FloatArray) -> DualBound:
    """Return the bound of prices (R,), given (F,) their sums over the rows of each site."""
    gain = site_prices - problem.price
    choice = best_choice(gain, problem.rules)
    parts = problem.constant, float(problem.weight.sum()), float(prices.sum()), choice.bound
    size = sum(abs(part) for part in parts) + float(np.abs(site_prices[choice.taken]).sum())
    longest = int(problem.rows.column_lengths.max(initial=0))
    error = ROUNDING * (problem.rows.row_count + problem.site_count + longest + 10) * size
    return DualBound(prices, gain, choice, parts[0] + parts[1] - parts[2] + choice.bound + error, error)


def bound_of(problem: CoveringProblem, prices: FloatArray) -> DualBound:
    """Return the bound of any prices (R,), brought between 0 and what a row can be worth."""
    prices = np.clip(prices, 0.0, caps(problem))
    with RowPasses(problem) as passes:
        return prove(problem, prices, passes.run(_scatter, prices)[0])


def bounds_of(problems: list[CoveringProblem], prices: FloatArray) -> list[DualBound]:
    """Return the bounds that prices (R,) give problems which differ only in their rules."""
    if not problems:
        return []
    prices = np.clip(prices, 0.0, caps(problems[0]))
    with RowPasses(problems[0]) as passes:
        site_prices = passes.run(_scatter, prices)[0]
    return [prove(problem, prices, site_prices) for problem in problems]


def first_prices(problem: CoveringProblem) -> FloatArray:
    """Return (R,) the prices a reduced problem has brought along, or weights shared out among the sites of each row."""
    if problem.multiplier is not None:
        return np.minimum(problem.multiplier, caps(problem))
    scale = _scale(problem)
    return scale / np.maximum(problem.rows.lengths, 1)


def _scale(problem: CoveringProblem) -> FloatArray:
    """Return (R,) what a row is worth, roughly: its weight, or a share of the cheapest site that covers it."""
    scale = problem.weight.copy()
    required = problem.required
    if required.any():
        rows = problem.rows
        share = (problem.price / np.maximum(rows.column_lengths, 1))[rows.sites]
        least = np.minimum.reduceat(share, rows.start[:-1])
        typical = max(float(problem.weight.mean()), 1e-9)
        scale[required] += np.where(least[required] > 0, least[required], typical)
    return scale


# --- subgradient ----------------------------------------------------------------------------------------------------


def subgradient(
    problem: CoveringProblem, value: float, stop: Stop, improve: Callable[[FloatArray], float]
) -> DualBound:
    """Return a bound by steps along averaged subgradients, each as long as the gap to `value` suggests (Polyak).

    `value` is that of the best plan known; `improve` is given scores of sites (F,) now and then and returns it anew.
    """
    cap = caps(problem)
    with RowPasses(problem) as passes:
        prices = first_prices(problem)
        best = now = prove(problem, prices, passes.run(_scatter, prices)[0])
        average = now.choice.taken.astype(np.float64)
        slope = np.empty(problem.rows.row_count)
        length, stalled = 1.0, 0.0
        for iteration in range(stop.iterations):
            if best.bound < value + stop.step or stop.expired() or length < 1e-3:
                break
            _, norm = passes.run(_slope, average, prices, cap, slope)
            if norm < 1e-12:
                break
            step = length * _distance(now.bound, value) / norm
            new = np.empty_like(prices)
            site_prices, _ = passes.run(_descend, prices, cap, slope, step, new)
            prices = new
            now = prove(problem, prices, site_prices)
            average = 0.85 * average + 0.15 * now.choice.taken
            better = best.bound - now.bound
            stalled = (stalled + 0.5 if better < 2e-5 * abs(best.bound) else 0.0) if better > 0 else stalled + 1
            best = now if better > 0 else best
            if stalled >= 8:
                length, stalled = 0.6 * length, 0.0
            if iteration % 15 == 14:
                value = max(value, improve(now.gain))
    return replace(best, shares=average)


def _distance(bound: float, value: float) -> float:
    """Return how far the bound may have to fall: to the best plan known, or a little where none is."""
    return max(bound - value, 1e-6 * abs(value) + 1e-12) if np.isfinite(value) else 0.05 * abs(bound) + 1.0


@compiled_sums
def _scatter(start: Array, sites: Array, first: int, last: int, gain: Array, prices: Array) -> float:
    for k in range(first, last):
        if prices[k] != 0.0:
            for t in range(start[k], start[k + 1]):
                gain[sites[t]] += prices[k]
    return 0.0


@compiled_sums
def _slope(  # noqa: PLR0913  (a kernel takes its arrays one by one)
    start: Array,
    sites: Array,
    first: int,
    last: int,
    gain: Array,
    average: Array,
    prices: Array,
    cap: Array,
    slope: Array,
) -> float:
    """How much each row is over-covered by the averaged choice; 0 where the price cannot move that way."""
    norm = 0.0
    for k in range(first, last):
        amount = -1.0
        for t in range(start[k], start[k + 1]):
            amount += average[sites[t]]
        if (amount > 0 and prices[k] <= 0) or (amount < 0 and prices[k] >= cap[k]):
            amount = 0.0
        slope[k] = amount
        norm += amount * amount
    return norm


@compiled_sums
def _descend(  # noqa: PLR0913  (a kernel takes its arrays one by one)
    start: Array,
    sites: Array,
    first: int,
    last: int,
    gain: Array,
    prices: Array,
    cap: Array,
    slope: Array,
    step: float,
    new: Array,
) -> float:
    for k in range(first, last):
        price = min(max(prices[k] - step * slope[k], 0.0), cap[k])
        new[k] = price
        if price != 0.0:
            for t in range(start[k], start[k + 1]):
                gain[sites[t]] += price
    return 0.0


# --- primal-dual ----------------------------------------------------------------------------------------------------

CHECK_EVERY = 20
IMPROVE_EVERY = 100
LONGEST_ROUND = 400
"""Iterations after which averaging starts anew at the latest."""


class _PrimalDual:
    """The state of the hybrid gradient method: fractional choice y, prices u, and their averages since the restart."""

    def __init__(self, problem: CoveringProblem, passes: RowPasses, warmth: Warmth) -> None:
        self.problem, self.passes = problem, passes
        self.cap = caps(problem)
        self.scale = max(float(_scale(problem).mean()), 1e-300)
        weights = np.maximum(_scale(problem) / self.scale, 1e-12)
        self.sigma = np.sqrt(weights) / np.maximum(problem.rows.lengths, 1)
        self.norm = self._norm() if warmth.norm is None else warmth.norm
        self.tau = 0.95 / self.norm
        self.y = project(warmth.chosen, problem.rules)
        self.u = first_prices(problem) / self.scale
        self.site_prices = passes.run(_scatter, self.u)[0]
        size = np.sum(self.u**2 / self.sigma)
        estimate = float(np.sqrt(max(size, 1e-9) / max(self.y.sum() / self.tau, 1e-9)))
        self.balance = warmth.balance / self.scale if warmth.balance else estimate
        self._restart(self.y, self.u, self.site_prices)

    def _norm(self) -> float:
        """Return the largest eigenvalue of A' diag(sigma) A, by powers."""
        x = np.ones(self.problem.site_count)
        norm = 1.0
        for _ in range(25):
            x, _ = self.passes.run(_normal, x, self.sigma)
            norm = float(np.linalg.norm(x))
            x /= max(norm, 1e-300)
        return max(norm, 1e-12)

    def _restart(self, y: FloatArray, u: FloatArray, site_prices: FloatArray) -> None:
        self.y, self.u, self.site_prices = y.copy(), u.copy(), site_prices.copy()
        self.from_y, self.from_u = self.y.copy(), self.u.copy()
        self.sum_y, self.sum_u = np.zeros_like(y), np.zeros_like(u)
        self.sum_site_prices = np.zeros_like(site_prices)
        self.count = 0

    def iterate(self) -> None:
        """Move the choice along its gains, then the prices against the coverage of the extrapolated choice."""
        gain = self.site_prices - self.problem.price / self.scale
        y = project(self.y + self.tau / self.balance * gain, self.problem.rules)
        ahead = 2 * y - self.y
        self.y = y
        self.site_prices, _ = self.passes.run(
            _ascend, ahead, self.u, self.cap, self.scale, self.sigma, self.balance, self.sum_u
        )
        self.sum_y += y
        self.sum_site_prices += self.site_prices
        self.count += 1

    def candidates(self) -> list[tuple[FloatArray, FloatArray, FloatArray]]:
        """Return (y, u, site prices) now and averaged."""
        mean = self.sum_y / self.count, self.sum_u / self.count, self.sum_site_prices / self.count
        return [(self.y, self.u, self.site_prices), mean]

    def bound(self, u: FloatArray, site_prices: FloatArray) -> DualBound:
        """Return the bound of prices given in the scale of the method."""
        return prove(self.problem, u * self.scale, site_prices * self.scale)

    def relaxed_value(self, y: FloatArray) -> float:
        """Return the value of the fractional choice in the linear relaxation, where what is lacking costs the cap."""
        most = float(self.u.max(initial=0.0)) * self.scale * 2
        _, value = self.passes.run(_value, y, np.where(np.isinf(self.cap), most, self.cap))
        optional = self.problem.constant + float(self.problem.weight.sum())
        return optional - value - float(self.problem.price @ y)

    def restart(self, best: tuple[FloatArray, FloatArray, FloatArray]) -> None:
        """Begin a new round of averaging at the better of the two, with steps balanced by how far both sides moved."""
        y, u, site_prices = best
        moved_y = float(np.sqrt(np.sum((y - self.from_y) ** 2) / self.tau))
        moved_u = float(np.sqrt(np.sum((u - self.from_u) ** 2 / self.sigma)))
        if moved_y > 1e-9 and moved_u > 1e-9:
            self.balance = float(np.sqrt(self.balance * moved_u / moved_y))
        self._restart(y, u, site_prices)


def primal_dual(
    problem: CoveringProblem, value: float, stop: Stop, improve: Callable[[FloatArray], float], warmth: Warmth
) -> tuple[DualBound, Warmth]:
    """Return a bound that goes to that of the linear relaxation, and where the method stands.

    `improve` is given fractional choices (F,) now and then and returns the value of the best plan.
    """
    with RowPasses(problem) as passes:
        state = _PrimalDual(problem, passes, warmth)
        best = state.bound(state.u, state.site_prices)
        last_gap, relaxed = np.inf, -np.inf
        for iteration in range(1, stop.iterations + 1):
            state.iterate()
            if iteration % CHECK_EVERY:
                continue
            found = [(*each, state.bound(each[1], each[2])) for each in state.candidates()]
            values = [state.relaxed_value(each[0]) for each in found]
            best = min([best, *(each[3] for each in found)], key=lambda each: each.bound)
            relaxed = max(relaxed, *values)
            if iteration % IMPROVE_EVERY == 0:
                value = max(value, improve(state.y))
            if best.bound < value + stop.step or stop.expired():
                break
            if best.bound - relaxed <= stop.converged * abs(best.bound):
                break
            gaps = [each[3].bound - relaxed_value for each, relaxed_value in zip(found, values, strict=True)]
            better = int(gaps[1] < gaps[0])
            if gaps[better] < 0.5 * last_gap or state.count >= LONGEST_ROUND:
                last_gap = gaps[better]
                state.restart(found[better][:3])
    return best, Warmth(state.y, state.balance * state.scale, state.norm)


@compiled_sums
def _ascend(  # noqa: PLR0913  (a kernel takes its arrays one by one)
    start: Array,
    sites: Array,
    first: int,
    last: int,
    gain: Array,
    ahead: Array,
    u: Array,
    cap: Array,
    scale: float,
    sigma: Array,
    balance: float,
    total: Array,
) -> float:
    for k in range(first, last):
        lacking = 1.0
        for t in range(start[k], start[k + 1]):
            lacking -= ahead[sites[t]]
        price = min(max(u[k] + balance * sigma[k] * lacking, 0.0), cap[k] / scale)
        u[k] = price
        total[k] += price
        if price != 0.0:
            for t in range(start[k], start[k + 1]):
                gain[sites[t]] += price
    return 0.0


@compiled_sums
def _normal(start: Array, sites: Array, first: int, last: int, gain: Array, x: Array, sigma: Array) -> float:
    for k in range(first, last):
        amount = 0.0
        for t in range(start[k], start[k + 1]):
            amount += x[sites[t]]
        for t in range(start[k], start[k + 1]):
            gain[sites[t]] += amount * sigma[k]
    return 0.0


@compiled_sums
def _value(start: Array, sites: Array, first: int, last: int, gain: Array, y: Array, cap: Array) -> float:
    """What the fractional choice leaves uncovered, at the highest price of each row."""
    lost = 0.0
    for k in range(first, last):
        lacking = 1.0
        for t in range(start[k], start[k + 1]):
            lacking -= y[sites[t]]
        if lacking > 0:
            lost += cap[k] * lacking
    return lost
