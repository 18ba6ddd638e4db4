"""The linear relaxation of a problem in which any of its statements can be left out: conflicts within seconds.

Who goes where is replaced by Hall rows (docs/planning-scale.md), and each row of a statement may lack something, at a
price. What statements lack at least, in sum, is more than nothing exactly where the relaxation has no solution, and
then the rows with a price in the optimum cannot hold together (Farkas): a conflict, of which the statements without
such a row are no part (Chinneck 2008, Feasibility and Infeasibility in Optimization, chapter 6). What it shows to be
impossible is impossible; what it does not may be so all the same.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from math import inf
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

from facopt.location.planning.diagnosis.statements import capacity_key
from facopt.location.planning.model import PlanModel
from facopt.location.planning.scale.arrays import ArrayModel
from facopt.location.planning.scale.compact import Compact
from facopt.location.planning.scale.highs import GrowingProgram
from facopt.location.planning.scale.master import Master

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from facopt.location.planning.problem import PlanningProblem
    from facopt.location.planning.scale.arrays import IntArray
    from facopt.location.planning.scale.hall import HallSet
    from facopt.location.planning.scale.highs import Result
    from facopt.location.problem import BoolArray, FloatArray

Group = tuple[str, str]
"""Key of a statement and the part of it, such as a zone, that a row is of; "" where it is of all of it."""
LACKS = 1e-6
"""Sum of what rows lack, each of its size, from which on they cannot hold: more than a solver's tolerance."""
PRICED = 1e-11
"""Price of a row from which on it counts as one."""
MOST_ROUNDS = 20
"""Rounds of Hall rows for a question: where nothing is lacking by then, the time is better spent otherwise."""


@dataclass
class ElasticRelaxation:
    """The relaxation of one problem, asked again and again; Hall rows of one question stay for the next."""

    master: Master
    groups: tuple[Group, ...]
    """(S,) whose row each column of what is lacking belongs to; these follow the columns of the master..."""
    rows: IntArray
    """(S,) ...which row that is..."""
    sizes: FloatArray
    """(S,) ...and the size of its bound, at least 1."""
    layer_keys: tuple[frozenset[str], ...]
    """Statements of capacity without which the Hall rows of a layer do not hold; a column for each follows."""
    program: GrowingProgram
    columns: int
    """Of the model that is relaxed."""
    until: float
    """When time ends (monotonic)."""
    hall_layers: list[int] = field(default_factory=list)
    """Layer of each Hall row, in the order of the rows after those of the master's own."""
    seen: set[tuple[int, bytes]] = field(default_factory=set)

    @classmethod
    def of(cls, problem: PlanningProblem, until: float) -> ElasticRelaxation:
        """Return the relaxation of a problem without least loads and travel for everybody, whose rows have no key."""
        options = tuple(replace(option, least_load=0.0) for option in problem.options)
        model = PlanModel.of(problem.replace(options=options, assigns_everybody=False))
        compact = Compact.of(model, ArrayModel.of(model.linear))
        master = Master.of(model, compact)
        own = master.arrays.only_rows(np.arange(master.own_rows))
        stated = [row for row, key in enumerate(master.keys[: master.own_rows]) if key]
        parts = [model.row_parts[compact.rows[master.own_of[row]]] for row in stated]
        low, high = own.row_lower[stated], own.row_upper[stated]
        sides = [(n, 1.0, low[n]) for n in range(len(stated)) if np.isfinite(low[n])]
        sides += [(n, -1.0, high[n]) for n in range(len(stated)) if np.isfinite(high[n])]
        rows = np.array([stated[n] for n, _, _ in sides], dtype=np.int64)
        made = cls(
            master,
            groups=tuple((master.keys[stated[n]], parts[n]) for n, _, _ in sides),
            rows=rows,
            sizes=np.array([max(abs(bound), 1.0) for _, _, bound in sides]),
            layer_keys=tuple(_capacity_keys(problem, layer.room_site, layer.room) for layer in master.hall.layers),
            program=GrowingProgram(
                _with_slacks(own, rows, np.array([sign for _, sign, _ in sides]), len(master.hall.layers))
            ),
            columns=len(model.linear.column_names),
            until=until,
        )
        made._add(master.hall.begin())
        return made

    def smallest(self, keys: Sequence[str]) -> frozenset[Group] | None:
        """Return groups that cannot hold together, none of which can be spared; None where the relaxation shows none.

        Of several such sets one with the earlier of the keys. Where time ends, some that can be spared are left in.
        """
        kept = self._first(keys)
        if kept is None:
            return None
        for key in reversed(keys):
            kept = self._without(kept, frozenset(one for one in kept if one[0] == key))
        for one in sorted(kept, reverse=True):
            if one[1]:
                kept = self._without(kept, frozenset([one]))
        return kept

    @property
    def everything(self) -> frozenset[Group]:
        """Every group there is."""
        return frozenset(self.groups) | {(key, "") for keys in self.layer_keys for key in keys}

    def may_help(self, key: str, part: str = "") -> bool:
        """Return whether a plan may exist without a statement, or without a part of it: False is proven."""
        groups = self.everything
        kept = groups - ({(key, part)} & groups or {one for one in groups if one[0] == key})
        return not any(one is not None and one.values is None for one in self._rounds(self._ask(kept, may_lack=False)))

    def _first(self, keys: Sequence[str]) -> frozenset[Group] | None:
        """Return a conflict among few of the first keys: to ask about few rows takes a tenth of the time."""
        groups, number = self.everything, 1
        while number < len(keys):
            found = self._less(frozenset(one for one in groups if one[0] in keys[:number]))
            if found is not None:
                return found
            number *= 2
        return self._less(groups)

    def _without(self, kept: frozenset[Group], spared: frozenset[Group]) -> frozenset[Group]:
        """Return a conflict without some of the groups, or all of them where there is none."""
        return (self._less(kept - spared) or kept) if spared else kept

    def _less(self, kept: frozenset[Group]) -> frozenset[Group] | None:
        """Return a conflict among some groups, shown twice: with all others left out as well."""
        found = self.conflict(kept)
        return kept if found is not None and found != kept and self.conflict(found) is None else found

    def conflict(self, kept: Collection[Group]) -> frozenset[Group] | None:
        """Return those of the groups whose rows cannot hold together; None where the relaxation shows none."""
        for result in self._rounds(self._ask(kept)):
            if result is not None and result.duals is not None and result.objective > LACKS:
                return self._priced(result.duals) & frozenset(kept)
        return None

    def _rounds(self, holds: BoolArray) -> Iterator[Result | None]:
        """Yield the optimum, then that with the Hall rows it breaks in the layers (L,) that hold, until it breaks none.

        None where time ends.
        """
        for _ in range(MOST_ROUNDS):
            left = self.until - time.monotonic()
            result = self.program.solve(left) if left > 0 else None
            yield result
            if result is None or result.values is None:
                return
            broken = self.master.hall.broken(result.values[: self.master.arrays.columns])
            if not self._add([one for one in broken if holds[one[0]]]):
                return

    def _ask(self, kept: Collection[Group], *, may_lack: bool = True) -> BoolArray:
        """Let what is not kept lack whatever it likes, for nothing, and what is kept at a price or not at all.

        Returns (L,) which layers of Hall rows hold.
        """
        first, count = self.master.arrays.columns, len(self.groups)
        keys = {key for key, _ in kept}
        holds = np.array([layer <= keys for layer in self.layer_keys], dtype=bool)
        chosen = np.array([one in kept for one in self.groups], dtype=bool)
        never = np.r_[chosen & (not may_lack), holds]
        self.program.price(first + np.arange(count), np.where(chosen & may_lack, 1 / self.sizes, 0.0))
        self.program.bound(first + np.arange(len(never)), np.zeros(len(never)), np.where(never, 0.0, inf))
        # From the basis before, the way to a solution without anything lacking took 10 s where this takes half of one.
        self.program.afresh()
        return holds

    def _priced(self, duals: FloatArray) -> frozenset[Group]:
        """Return the groups of the rows that have a price, and the capacities of such Hall rows."""
        priced = np.abs(duals) > PRICED
        found = {self.groups[n] for n in np.flatnonzero(priced[self.rows])}
        for number, layer in enumerate(self.hall_layers):
            if priced[self.master.own_rows + number]:
                found |= {(key, "") for key in self.layer_keys[layer]}
        return frozenset(found)

    def _add(self, sets: list[HallSet]) -> bool:
        """Add the Hall rows of sets; returns whether there are any that were not there before."""
        before = len(self.hall_layers)
        for layer in range(len(self.layer_keys)):
            matrix, low = self.master.hall.rows([one for one in sets if one[0] == layer], self.seen)
            if len(low):
                lacking = (np.ones(len(low)), (np.arange(len(low)), np.full(len(low), len(self.groups) + layer)))
                shape = (len(low), len(self.groups) + len(self.layer_keys))
                wide = sparse.hstack([matrix, sparse.csr_array(lacking, shape=shape)], format="csr")
                self.program.add(sparse.csr_array(wide), low, np.full(len(low), inf))
                self.hall_layers += [layer] * len(low)
        return len(self.hall_layers) > before


def _with_slacks(own: ArrayModel, rows: IntArray, signs: FloatArray, layers: int) -> ArrayModel:
    """Return rows whose statements may lack something, with a column for each and for each layer, at no cost yet."""
    count = len(rows) + layers
    lacking = sparse.csr_array((signs, (rows, np.arange(len(rows)))), shape=(own.rows, count))
    matrix: Any = sparse.csr_array(sparse.hstack([own.matrix, lacking], format="csr"))
    return ArrayModel(
        matrix, own.row_lower, own.row_upper, np.r_[own.lower, np.zeros(count)],
        np.r_[own.upper, np.full(count, inf)], np.zeros(own.columns + count),
        np.r_[own.integer, np.zeros(count, dtype=bool)],
    )  # fmt: skip


def _capacity_keys(problem: PlanningProblem, sites: IntArray, rooms: FloatArray) -> frozenset[str]:
    """Return the statements that limit the capacity of some sites."""
    tiers = {int(problem.site_tier[site]) for site, room in zip(sites, rooms, strict=True) if room < inf}
    return frozenset(capacity_key(problem, tier) for tier in tiers)
