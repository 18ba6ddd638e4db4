"""The same question under other assumptions, solved again: which sites stay chosen, and what changes."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from facopt.location.search import solve_location

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from facopt.location.problem import BoolArray, LocationProblem
    from facopt.location.referee import Evaluation
    from facopt.location.solution import Solution, Status
    from facopt.location.solver import SolverSettings

VariantKind = Literal["stated", "standard", "speed", "people", "segment", "without_private"]


@dataclass(frozen=True)
class Variant:
    """A problem with one assumption changed; sites and demand points stand in the same order as in the problem."""

    kind: VariantKind
    problem: LocationProblem
    subject: str = ""
    """Key of the tier, segment or area class that is varied; "" for all."""
    change_percent: float | None = None


@dataclass(frozen=True)
class SolvedAgain:
    """What a variant's plan is."""

    variant: Variant
    status: Status | None
    """None where no time was left to solve it."""
    open: BoolArray | None = None
    """(J,) open sites; None without a plan."""
    evaluation: Evaluation | None = None
    """The referee's, of the varied problem."""

    @property
    def planned(self) -> bool:
        """Whether there is a plan."""
        return self.open is not None


def stated_run(problem: LocationProblem, solution: Solution) -> SolvedAgain:
    """Return the plan itself as the first of the runs."""
    return SolvedAgain(Variant("stated", problem), solution.status, solution.open, solution.evaluation)


def solve_variants(
    variants: Sequence[Variant],
    settings: SolverSettings,
    seconds: float,
    tell: Callable[[str], None] = lambda _stage: None,
) -> tuple[SolvedAgain, ...]:
    """Solve variants one after the other, in their order, as long as there is time.

    Parameters
    ----------
    variants
        What to solve.
    settings
        As for the plan; no variant gets more time than is left.
    seconds
        For all variants together.
    tell
        Hears the kind of each variant as it begins.
    """
    began, found = time.monotonic(), []
    for variant in variants:
        left = seconds - (time.monotonic() - began)
        if left <= 0:
            found.append(SolvedAgain(variant, None))
            continue
        tell(variant.kind)
        limited = replace(settings, time_limit_seconds=min(left, settings.time_limit_seconds))
        solution = solve_location(variant.problem, limited, diagnose=False)
        found.append(SolvedAgain(variant, solution.status, solution.open, solution.evaluation))
    return tuple(found)
