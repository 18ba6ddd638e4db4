"""What the two sides of a search at scale know of each other."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from facopt.location.solver import POLISH_SECONDS

if TYPE_CHECKING:
    from facopt.location.planning.scale.hall import HallSet
    from facopt.location.problem import FloatArray

PROVEN = 1e-7
"""Relative gap at which a plan is optimal."""


@dataclass
class State:
    """What both sides know; plain attributes that one thread writes and the other reads."""

    began: float
    soon: float
    """When the search ends that has a plan."""
    late: float
    """When it ends without one."""
    gap: float
    value: float = np.inf
    values: FloatArray | None = None
    """Of the compact model."""
    bound: float = -np.inf
    hint: tuple[float, FloatArray] | None = None
    """Best solution of the master that no plan was made of yet, with its value."""
    sets: list[HallSet] = field(default_factory=list)
    """Sets whose Hall rows solutions of the master broke, whoever looked at them."""
    infeasible: bool = False
    settled: bool = False
    """Whether the bound's side has nothing left to do."""
    failed: BaseException | None = None
    over: bool = False
    close_at: float | None = None
    """When the gap asked for was reached."""
    log: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def until(self) -> float:
        """When the search ends as things stand: whoever has no plan yet may look longer."""
        return self.late if self.values is None else self.soon

    def stop(self) -> bool:
        """Return whether both sides should end: at the gap asked for they go on a little to prove the optimum."""
        now = time.monotonic()
        if self.close(self.gap) and self.close_at is None:
            self.close_at = now
        polished = self.close_at is not None and now >= self.close_at + max(POLISH_SECONDS, self.close_at - self.began)
        return self.over or self.infeasible or polished or self.close(PROVEN) or now >= self.until

    def close(self, gap: float) -> bool:
        """Return whether value and bound are so near, relative to the value."""
        return self.values is not None and self.value - self.bound <= gap * max(abs(self.value), 1e-9)

    def hinted(self, value: float, values: FloatArray) -> None:
        """Take a solution of the master, unless it cannot lead to a better plan.

        One that the bound has passed meanwhile gives way to any other: it broke rows that are known by now.
        """
        with self.lock:
            passed = self.hint is not None and self.hint[0] < self.bound
            if value < self.value and (self.hint is None or passed or value < self.hint[0]):
                self.hint = (value, values)

    def take_hint(self) -> tuple[float, FloatArray] | None:
        """Return what the master would do, once; None where it has nothing better than the plan."""
        with self.lock:
            taken, self.hint = self.hint, None
        return taken if taken is not None and taken[0] < self.value else None

    def broke(self, sets: list[HallSet]) -> None:
        """Take sets whose Hall rows a solution broke."""
        with self.lock:
            known = {(number, members.tobytes()) for number, members in self.sets}
            self.sets = [*self.sets, *(one for one in sets if (one[0], one[1].tobytes()) not in known)]

    def raised(self, bound: float, part: str) -> None:
        """Take a bound."""
        with self.lock:
            self.bound = max(self.bound, bound)
            self._note(part)

    def lowered(self, value: float, values: FloatArray, part: str) -> None:
        """Take a plan if it is the best."""
        with self.lock:
            if value < self.value:
                self.value, self.values = value, values
                self._note(part)

    def _note(self, part: str) -> None:
        gap = 100 * (self.value - self.bound) / max(abs(self.value), 1e-9) if self.values is not None else np.inf
        seconds = time.monotonic() - self.began
        self.log.append(f"{seconds:7.1f} s  plan {self.value:.10g}  bound {self.bound:.10g}  gap {gap:.3f} %  {part}\n")


@dataclass
class Side:
    """One of the two threads."""

    state: State

    def guarded(self) -> None:
        """Run, and end the other side too where something fails."""
        try:
            self.run()
        except BaseException as error:
            self.state.failed = error
            self.state.over = True
        finally:
            self.ended()

    def ended(self) -> None:
        """Let nobody wait for this side any longer."""

    def run(self) -> None:
        """Do the side's work until the state says stop."""
        raise NotImplementedError
