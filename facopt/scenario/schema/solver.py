"""How long and how exactly to solve."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from facopt.statement import Number, Section, Whole


class Solver(Section):
    """How long and how exactly to solve."""

    name: str = "auto"
    """auto, highs, cbc, or any solver that PuLP knows by name."""
    time_limit_seconds: Annotated[Number, Field(gt=0)] = 300.0
    """For the whole chain of objectives; the best plan so far is reported with its gap."""
    gap_percent: Annotated[Number, Field(ge=0, le=100)] = 0.01
    """Stop when the plan is proven to be this close to the best."""
    seed: Annotated[Whole, Field(ge=0, le=2**31 - 1)] = 1
    """Random seed of the solver."""
    threads: Annotated[Whole, Field(ge=1)] | None = None
    """Threads of the solver; its own choice by default."""
