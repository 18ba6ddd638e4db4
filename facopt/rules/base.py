"""What every kind of rule is."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from facopt.statement import Section

if TYPE_CHECKING:
    from collections.abc import Iterator

    from facopt.location.planning.diagnosis.concessions import Concession
    from facopt.location.planning.model import PlanModel
    from facopt.location.planning.outcome import Outcome
    from facopt.location.planning.problem import PlanningProblem

RELATIVE_SLACK = 1e-6
"""Slack of sums of people that a solver's own tolerances leave."""


class Rule(Section):
    """Something that every plan must keep, told from others by its `kind`."""

    subject: ClassVar[tuple[str, str]] = ("", "")
    """What it is about, in Chinese and English, for sentences that change a figure of it: `Spacing of {tier}`."""
    asks: ClassVar[tuple[str, str]] = ("", "")
    """What it asks for, in Chinese and English, with its keys in braces; {tier} is the tier's name."""

    only_opens: ClassVar[bool] = False
    """Whether it depends on nothing but which sites are open, and asks for coverage only from below: it then means the
    same where nobody is assigned, and the diagnosis may say so without assigning anybody."""

    kind: str
    """Which kind of rule this is."""

    def rows(self, model: PlanModel) -> None:
        """Add the rows that allow exactly the plans which keep the rule."""
        raise NotImplementedError

    def broken(self, outcome: Outcome) -> Iterator[str]:
        """Yield in words how a plan breaks the rule, computed from the outcome alone."""
        raise NotImplementedError

    def concessions(self, problem: PlanningProblem) -> tuple[Concession, ...]:
        """Return which of its figures may be stated looser where no plan keeps everything; by default none.

        A measured figure needs `per_unit` in the calls of `model.row`; others are found by bisection with `loosened`.
        """
        return ()

    def loosened(self, problem: PlanningProblem, concession: Concession, value: float) -> Rule:
        """Return the rule with another value of a figure; by default the key of that name is exchanged."""
        return self.model_copy(update={concession.field: value})


def too_few(value: float, least: float) -> bool:
    """Return whether a sum lies below its least value by more than rounding."""
    return value < least - RELATIVE_SLACK * max(abs(least), 1.0)


def too_many(value: float, most: float) -> bool:
    """Return whether a sum lies above its highest value by more than rounding."""
    return value > most + RELATIVE_SLACK * max(abs(most), 1.0)
