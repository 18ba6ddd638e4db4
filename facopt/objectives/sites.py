"""Fewest open sites in the last stage, standing ones included."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from facopt.linear import total

if TYPE_CHECKING:
    from facopt.linear import Linear
    from facopt.location.planning.model import PlanModel
    from facopt.location.planning.outcome import Outcome


@dataclass(frozen=True)
class Sites:
    """Open sites."""

    name: ClassVar[str] = "sites"
    unit: ClassVar[str] = "sites"
    maximise: ClassVar[bool] = False

    def expression(self, model: PlanModel) -> Linear:
        """Return the open sites in the last stage."""
        return total(model.open(j, model.last) for j in range(model.problem.site_count))

    def value(self, outcome: Outcome) -> float:
        """Return the open sites in the last stage."""
        return float(outcome.open[-1].sum())
