"""What the planning model asks of a rule and of an objective; it knows them by nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from facopt.linear import Linear
    from facopt.location.planning.diagnosis.concessions import Concession
    from facopt.location.planning.model import PlanModel
    from facopt.location.planning.outcome import Outcome
    from facopt.location.planning.problem import PlanningProblem, TextArray
    from facopt.location.problem import BoolArray


class Rule(Protocol):
    """Something that every plan must keep."""

    def rows(self, model: PlanModel) -> None:
        """Add the rows that allow exactly the plans which keep the rule."""

    def broken(self, outcome: Outcome) -> Iterable[str]:
        """Say in words how a plan breaks the rule, computed from the outcome alone; nothing where it keeps it."""


@runtime_checkable
class Loosenable(Protocol):
    """A rule that says how its figures can be stated looser, for when no plan keeps everything."""

    def concessions(self, problem: PlanningProblem) -> tuple[Concession, ...]:
        """Return its figures that can give way; those of all of it before those of single parts."""

    def loosened(self, problem: PlanningProblem, concession: Concession, value: float) -> Rule:
        """Return the rule with another value stated."""


@runtime_checkable
class ByPart(Protocol):
    """A rule or an objective that speaks of zones, or of other parts, each by itself."""

    def by_part(self, problem: PlanningProblem) -> tuple[BoolArray, TextArray, str]:
        """Return (I,) whom it is about, (I,) the part that each demand point is in ("": none), and what a part is."""


class Objective(Protocol):
    """Something of which more, or less, is better."""

    @property
    def name(self) -> str:
        """Its name in scenarios."""

    @property
    def maximise(self) -> bool:
        """Whether more is better."""

    def expression(self, model: PlanModel) -> Linear:
        """Return its value as an expression of the model, adding columns and rows as needed."""

    def value(self, outcome: Outcome) -> float:
        """Return its value for a plan, computed from the outcome alone."""
