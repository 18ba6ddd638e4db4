"""What the optimiser answers: the open sites, what is proven about each level, and why the search ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from facopt.location.problem import BoolArray
    from facopt.location.referee import Evaluation


class Status(Enum):
    """What a run can say of its plan."""

    OPTIMAL = "optimal"
    """Every level of the objective is proven: no plan is better."""
    FEASIBLE = "feasible"
    """A plan that keeps every target and limit; how much better another could be is bounded by the gap."""
    INFEASIBLE = "infeasible"
    """Proven: no plan keeps all targets and limits together."""
    NO_SOLUTION = "no_solution"
    """The time ended before a plan was found; whether one exists is not known."""


@dataclass(frozen=True)
class Level:
    """One objective of the lexicographic list, with its value for the final plan."""

    name: str
    value: float | None
    """Recomputed by the referee; None without a plan."""
    bound: float | None
    """No plan that keeps the levels before this one can be better; None where nothing is proven."""
    tolerance_percent: float = 0.0
    """How much of its value the levels after it were allowed to give back."""

    @property
    def gap_percent(self) -> float | None:
        """Distance of value and bound in percent of the value; None where either is missing."""
        if self.value is None or self.bound is None:
            return None
        distance = abs(self.value - self.bound)
        return 0.0 if distance == 0 else 100.0 * distance / max(abs(self.value), 1e-9)

    @property
    def proven(self) -> bool:
        """True where value and bound agree to a part in a million, far below what a report prints.

        What a tolerance allowed later levels to give back, a share of the best value, is no gap.
        """
        if self.value is None or self.bound is None:
            return False
        allowed = PROVEN_GAP_PERCENT * max(abs(self.value), 1e-9) + self.tolerance_percent * abs(self.bound)
        return 100.0 * abs(self.value - self.bound) <= allowed


PROVEN_GAP_PERCENT = 1e-4


@dataclass(frozen=True)
class Effort:
    """What the search took."""

    solver: str
    version: str
    seconds: float
    variables: int
    rows: int
    limit: str
    """What ended the search before proof: "time", "interrupted", "gap", or "" where nothing did."""
    log: str
    """The solver's own log, all levels one after the other."""


@dataclass(frozen=True)
class Relaxation:
    """A way out of an infeasible problem: state `needed` instead of `stated` under `key`, and a plan exists."""

    key: str
    stated: float
    needed: float
    unit: str
    """percent, money or sites; of the planning model also those of its concessions, and `statement`: left out."""
    together: bool
    """True where it works only together with the other relaxations of that kind; False where it is enough alone."""
    part: str = ""
    """The part of the statement that changes, such as one zone; "" where all of it does."""
    field: str = ""
    """The key below `key` that changes, such as at_least_percent; "" where `key` is the figure."""
    least: bool = True
    """Whether no smaller change is enough, as far as figures are stated; False where time ended before the proof."""
    not_enough: float | None = None
    """A value between `stated` and `needed` that is proven not to be enough; None where there is none, or `least`."""
    verified: bool = True
    """Whether a plan was found with it. False: only `not_enough` is known, and `needed` is the same value."""


@dataclass(frozen=True)
class Solution:
    """A plan, or the statement that there is none."""

    status: Status
    open: BoolArray | None
    """(J,) open sites; None without a plan."""
    levels: tuple[Level, ...]
    evaluation: Evaluation | None
    """The referee's recomputation of the plan; None without a plan."""
    effort: Effort
    relaxations: tuple[Relaxation, ...] = ()
    """For infeasible problems: what would help, each verified by a solve."""
    conflict: tuple[str, ...] = ()
    """For infeasible problems: keys of the smallest set of statements in conflict, where it was searched for."""
    conflict_is_smallest: bool = True
    """False where time ended before the conflict was as small as it can be."""
    conflict_parts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By key: the parts of a statement that are in conflict, such as zones of a floor."""
