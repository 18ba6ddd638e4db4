"""What putting raster cells together costs: coverage of the cells themselves against that of the points they became."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from facopt.measures.report import FineGrid, FineShare

if TYPE_CHECKING:
    from collections.abc import Sequence

    from facopt.inputs.study_area import FineCells, FloatArray
    from facopt.location.problem import LocationProblem
    from facopt.location.referee import Evaluation

BoolArray = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True)
class CellsCovered:
    """Which cells have an open site within the standard, K tiers of (C,), whether the tier serves them or not."""

    cells: FineCells
    now: tuple[BoolArray, ...] = ()
    plan: tuple[BoolArray, ...] | None = None
    """None where there is no plan."""
    skipped: str = ""
    """Why nothing was evaluated, one of FINE_GRID_SKIPPED; "" where it was."""


def fine_grid_facts(
    problem: LocationProblem, found: CellsCovered | None, now: Evaluation, plan: Evaluation | None
) -> FineGrid | None:
    """Return coverage of cells beside that of demand points, of each tier and of all who need several."""
    if found is None:
        return None
    if found.skipped:
        return FineGrid(found.cells.count, problem.demand_count, found.skipped, ())
    point = found.cells.point
    needed = [service.needed[point] for service in problem.services]
    today = _Compared(found, needed, found.now, now)
    later = None if plan is None or found.plan is None else _Compared(found, needed, found.plan, plan)
    tiers = [service.tier for service in problem.services]
    rows = [_share(tier, k, found, needed[k], today, later) for k, tier in enumerate(tiers)]
    rows.append(_share("", len(tiers), found, np.ones(len(point), dtype=np.bool_), today, later))
    return FineGrid(found.cells.count, problem.demand_count, "", tuple(rows))


class _Compared:
    """Cells covered by their own time and by that of their point, (C,) for each tier and, last, for all of them."""

    def __init__(
        self, found: CellsCovered, needed: Sequence[BoolArray], within: Sequence[BoolArray], model: Evaluation
    ) -> None:
        point = found.cells.point
        own = [need & reached for need, reached in zip(needed, within, strict=True)]
        everything = np.logical_or.reduce(needed)
        for need, reached in zip(needed, own, strict=True):
            everything &= reached | ~need
        self.own = [*own, everything]
        self.model = [covered[point] for covered in (*model.covered_by_tier, model.covered)]


def _share(
    tier: str, k: int, found: CellsCovered, served: BoolArray, today: _Compared, later: _Compared | None
) -> FineShare:
    people: FloatArray = found.cells.people

    def figures(compared: _Compared) -> tuple[float, float, float]:
        own, model = compared.own[k], compared.model[k]
        return float(people[model].sum()), float(people[own].sum()), float(people[own != model].sum())

    plan = (None, None, None) if later is None else figures(later)
    return FineShare(tier, float(people[served].sum()), *figures(today), *plan)
