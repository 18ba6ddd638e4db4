"""Least money: the plan's actions at their present value, and running cost where the scenario counts it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from facopt.linear import total

if TYPE_CHECKING:
    from facopt.linear import Linear
    from facopt.location.planning.model import PlanModel
    from facopt.location.planning.outcome import Outcome


@dataclass(frozen=True)
class Cost:
    """Present value of capital, or of capital and running cost; without discounting, the money itself."""

    name: ClassVar[str] = "cost"
    unit: ClassVar[str] = "money"
    maximise: ClassVar[bool] = False

    def expression(self, model: PlanModel) -> Linear:
        """Return the money the plan takes."""
        stages = model.problem.stages
        parts = [model.capital(t) * stage.discount for t, stage in enumerate(stages)]
        if model.problem.counts_running_cost:
            parts += [model.figure("running_cost", t) * stage.years_discounted for t, stage in enumerate(stages)]
        return total(parts)

    def value(self, outcome: Outcome) -> float:
        """Return the money the plan takes."""
        running = outcome.present_running if outcome.problem.counts_running_cost else 0.0
        return outcome.present_capital + running
