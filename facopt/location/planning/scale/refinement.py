"""The bound raised by degrees: Hall rows that solutions break, then assignment for those who have no place.

The master falls into parts once the rows that tie the county together have their price. Each part is solved for
itself, and again only when it has more rows or columns than before. What people its solution has no room for is asked
first by Hall rows; where these move the bound no more, because each solution fails at another place of the same cost,
by the assignment of these people. Where the parts disagree on what is priced, they are solved as one.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from facopt.location.planning.scale.highs import Effort, solve_arrays
from facopt.location.planning.scale.prices import Parts, worth_a_price
from facopt.location.planning.scale.state import PROVEN

if TYPE_CHECKING:
    from collections.abc import Callable

    from facopt.location.planning.scale.detail import Detail, Details
    from facopt.location.planning.scale.hall import HallSet
    from facopt.location.planning.scale.prices import Component
    from facopt.location.planning.scale.state import State
    from facopt.location.problem import BoolArray, FloatArray

LARGEST_WHOLE = 25_000
"""Columns of the master up to which it is solved as one, and as often as there is time."""
FIRST_ROUND, ROUND = 0.15, 0.35
"""Shares of the time left that the first round, of parts that may turn out to disagree, and any other may take..."""
ONLY_ROUND = 0.6
"""...and where parts are too large for another."""
LAST_SECONDS = 20.0
"""A round that has no more than this takes all of it."""
LARGEST_DETAIL = 50_000
"""Columns up to which assignment is added."""
LEAST_RISE = 1e-4
"""Rounds of Hall rows alone end when one lifts the bound by less than this, relative."""
AGREED = 2e-3
"""Duality gap up to which the parts are left apart, relative."""
FIRST_GAP = 2e-4
"""How near its optimum a part is solved at first, relative to the whole and shared out by columns."""
FINER = 0.1
"""By so much nearer when nothing else is left to do."""


@dataclass
class Refinement:
    """The master on its way to the model."""

    state: State
    details: Details
    seed: int
    wanted: BoolArray
    """(K, I) demand points whose assignment is in it."""
    priced: BoolArray
    """(R,) rows of the master that have their price."""
    prices: FloatArray
    """(R,)."""
    gap: float = FIRST_GAP
    solved: dict[bytes, tuple[int, Component]] = field(default_factory=dict)
    """Number of rows and the part last solved, by its columns."""

    @classmethod
    def of(cls, state: State, details: Details, tying: BoolArray, seed: int) -> Refinement:
        """Return the refinement of a relaxed master, with all of the tying rows (R,) priced that are worth it."""
        master = details.master
        rows = worth_a_price(master.arrays, tying)
        return cls(state, details, seed, details.nobody(), rows[: master.own_rows], master.prices()[: master.own_rows])

    @property
    def small(self) -> bool:
        """Whether there may be many rounds."""
        return self.details.master.arrays.columns <= LARGEST_WHOLE

    def run(self) -> bool:
        """Refine while there is time; returns whether there is nothing more to find out this way."""
        before = -np.inf
        while not self.state.stop():
            detail = self.details.detail(self.wanted, self.state.sets)
            parts = self._parts(detail)
            finished = self._solve(parts, detail)
            self._tell(parts, detail)
            if self.state.infeasible or not (self.small or finished):
                return False
            if parts.values is None:
                continue
            if finished and self._disagree(parts):
                before = -np.inf
                continue
            rising = parts.bound - before > LEAST_RISE * abs(parts.bound)
            if not rising and not finished:
                return False
            if not self._refined(parts, detail, rising):
                if parts.unproven() <= PROVEN:
                    return True
                self.gap *= FINER
            before = parts.bound
        return False

    def _parts(self, detail: Detail) -> Parts:
        """Return the parts; those that are as they were have their bound and solution already."""
        more = detail.arrays.rows - len(self.priced)
        rows, prices = np.r_[self.priced, np.zeros(more, dtype=bool)], np.r_[self.prices, np.zeros(more)]
        parts = Parts.of(detail.arrays, rows, prices)
        for part in parts.components:
            count, known = self.solved.get(detail.columns[part.columns].tobytes(), (0, part))
            part.bound = known.bound
            part.values = known.values if count == part.model.rows else None
        return parts

    def _solve(self, parts: Parts, detail: Detail) -> bool:
        """Solve what is not solved yet, small parts first; returns whether all came near enough to their optimum."""
        allowed = self._allowed()
        left = [part for part in parts.components if part.distance > allowed * len(part.columns)]
        until = self._until()
        for number, part in enumerate(left):
            weight = sum(other.weight for other in left[number:])
            seconds = max(until - time.monotonic(), 1.0) * part.weight / weight
            self._solve_part(part, parts, detail, Effort(seconds, 0.0, allowed * len(part.columns), seed=self.seed))
            self.solved[detail.columns[part.columns].tobytes()] = (part.model.rows, part)
            if self.state.stop():
                return False
        return all(part.distance <= 2 * allowed * len(part.columns) for part in left)

    def _allowed(self) -> float:
        """Return how far from its optimum a solution may be, for each column."""
        master = self.details.master
        scale = abs(master.relaxed.objective) if master.relaxed is not None else 0.0
        return self.gap * max(scale, 1.0) / max(len(master.kept), 1)

    def _until(self) -> float:
        now = time.monotonic()
        left = self.state.until - now
        if left < LAST_SECONDS:
            return now + left
        first = self.priced.any() and not self.solved
        return now + left * (ONLY_ROUND if not self.small else FIRST_ROUND if first else ROUND)

    def _solve_part(self, part: Component, parts: Parts, detail: Detail, effort: Effort) -> None:
        """Solve a part from the best plan; what it finds on the way is told if all others have a solution."""
        state, plan = self.state, self.state.values
        start = None if plan is None else plan[detail.columns][part.columns]
        watched = replace(effort, stop=state.stop, improved=self._teller(part, parts, detail))
        result = solve_arrays(part.model, watched, start)
        state.infeasible = state.infeasible or result.infeasible
        part.bound, part.values = max(part.bound, result.bound), result.values

    def _teller(self, part: Component, parts: Parts, detail: Detail) -> Callable[[float, FloatArray], None]:
        """Return who hears of better solutions of a part."""

        def improved(value: float, values: FloatArray) -> None:
            part.values = values
            whole = parts.values
            if whole is not None:
                others = sum(other.bound for other in parts.components if other is not part)
                self.state.hinted(parts.constant + others + value, whole[detail.of_master])

        return improved

    def _tell(self, parts: Parts, detail: Detail) -> None:
        """Tell what was found: the bound, and how the parts would have it."""
        count, share = len(parts.components), 100 * self.details.share(self.wanted)
        said = f"{count} priced parts" if parts.priced.any() else f"master, {parts.arrays.rows} rows"
        said += f" with {share:.1f} % of the assignment" if share else ""
        if parts.values is not None:
            self.state.hinted(parts.bound, parts.values[detail.of_master])
        self.state.raised(parts.bound, said)

    def _disagree(self, parts: Parts) -> bool:
        """Return whether parts disagree on what is priced; they are one from now on."""
        if not parts.priced.any() or not self.small or parts.distance() - parts.unproven() <= AGREED:
            return False
        self.priced = np.zeros_like(self.priced)
        self.solved.clear()
        return True

    def _refined(self, parts: Parts, detail: Detail, rising: bool) -> bool:
        """Ask for what a solution has no room for; returns whether it lacks anything."""
        values = parts.values
        assert values is not None
        master = self.details.master
        gaps = master.hall.gaps(values[detail.of_master])
        known = len(self.state.sets)
        self.state.broke(gaps.sets)
        if rising and len(self.state.sets) > known:
            return True
        return self._want(gaps.without) or len(self.state.sets) > known

    def _want(self, sets: list[HallSet]) -> bool:
        """Add the assignment of some people; returns whether that is more than before."""
        wanted = self.details.more(self.wanted, sets)
        if self.details.columns(wanted) > LARGEST_DETAIL or not (wanted & ~self.wanted).any():
            return False
        self.wanted = wanted
        return True
