"""Plans of a large model among the sites that its relaxation uses, and what no plan can be better than.

The relaxation with Hall rows takes seconds and opens few of the candidates, most of them wholly. The model itself with
all others left unbuilt is a small part of it, in which a solver soon finds a plan; it is a plan of the whole model.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from math import inf, isfinite
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from facopt.location.planning.scale.arrays import ArrayModel
from facopt.location.planning.scale.compact import Compact
from facopt.location.planning.scale.highs import Effort, solve_arrays
from facopt.location.planning.scale.master import Master

if TYPE_CHECKING:
    from collections.abc import Mapping

    from facopt.location.planning.model import PlanModel
    from facopt.location.problem import BoolArray, FloatArray

USED = 1e-6
"""Of a site: opened by the relaxation."""
RELAXING = 0.5
"""Of the time: at most so much for the relaxation."""
LEAST_PATIENCE, PATIENCE = 5.0, 1.0
"""Seconds, and of the time that the best plan took: where none better is found for so long, it is taken."""


@dataclass(frozen=True)
class Found:
    """What is known of a minimisation."""

    values: FloatArray | None
    """(N,) columns of a plan; None without one."""
    bound: float
    """No plan is below this; infinite where there is none, minus infinite where nothing is known."""
    optimal: bool = False
    """Whether the plan is proven best."""


@dataclass
class _Patience:
    """When the last better plan was found."""

    began: float = field(default_factory=time.monotonic)
    last: float = inf

    def improved(self, _value: float, _values: FloatArray) -> None:
        """Take the time of a better plan."""
        self.last = time.monotonic()

    def is_over(self) -> bool:
        """Return whether there is a plan and none better has come for long."""
        patience = max(LEAST_PATIENCE, PATIENCE * (self.last - self.began))
        return isfinite(self.last) and time.monotonic() > self.last + patience


def near_relaxation(
    model: PlanModel, seconds: float, gap: float, seed: int, most: Mapping[int, float] | None = None
) -> Found:
    """Return a plan among the sites that the relaxation uses, to a gap relative to the best of these, and a bound.

    `most` holds upper bounds of columns that are to be no larger this time.
    """
    until = time.monotonic() + seconds
    arrays = _at_most(ArrayModel.of(model.linear), most or {})
    compact = Compact.of(model, arrays)
    master = Master.of(model, compact)
    possible = master.relax(time.monotonic() + RELAXING * (until - time.monotonic()))
    if not possible:
        return Found(None, inf)
    if master.relaxed is None or master.relaxed.values is None:
        return Found(None, -inf)
    upper = arrays.upper.copy()
    upper[_left_out(model, _used(model, compact, master, master.relaxed.values))] = 0.0
    watch = _Patience()
    effort = Effort(max(until - time.monotonic(), 0.1), gap, seed=seed, stop=watch.is_over, improved=watch.improved)
    result = solve_arrays(replace(arrays, upper=upper), effort)
    return Found(result.values, master.relaxed.objective)


def with_these_sites(
    model: PlanModel, values: FloatArray, seconds: float, most: Mapping[int, float] | None = None
) -> FloatArray:
    """Return the columns of the best plan for a model's objective that builds what another (N,) builds."""
    arrays = _at_most(ArrayModel.of(model.linear), most or {})
    lower, upper = arrays.lower.copy(), arrays.upper.copy()
    lower[arrays.integer] = upper[arrays.integer] = np.round(values[arrays.integer])
    best = solve_arrays(replace(arrays, lower=lower, upper=upper), Effort(max(seconds, 1.0), 0.0)).values
    return values if best is None else best


def _at_most(arrays: ArrayModel, most: Mapping[int, float]) -> ArrayModel:
    upper = arrays.upper.copy()
    for column, value in most.items():
        upper[column] = value
    return replace(arrays, upper=upper)


def _used(model: PlanModel, compact: Compact, master: Master, values: FloatArray) -> BoolArray:
    """Return (J,) sites that stand, or that the relaxation opens in the last stage."""
    opens = [model.open(j, model.last) for j in range(model.problem.site_count)]
    terms = [(j, number, amount) for j, one in enumerate(opens) for number, amount in one.terms]
    rows, columns, amounts = np.array(terms, dtype=np.float64).reshape(-1, 3).T
    where = (rows.astype(np.int64), columns.astype(np.int64))
    matrix, shift = compact.over(sparse.csr_array((amounts, where), shape=(len(opens), compact.columns)))
    share = sparse.csr_array(matrix)[:, master.kept] @ values + shift + np.array([one.constant for one in opens])
    used: BoolArray = model.problem.existing | (share > USED)
    return used


def _left_out(model: PlanModel, used: BoolArray) -> list[int]:
    """Return the columns of moves of the sites that are not used."""
    moves = model.problem.moves
    return [column for (number, _), column in model.moved.items() if not used[moves[number].site]]
