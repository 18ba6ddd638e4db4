"""A bound on how far two area classes may lie apart: town and countryside alike."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator

from facopt.rules.base import Rule
from facopt.statement import AreaClass, Percent, Year, refuse


def _two(classes: tuple[AreaClass, ...]) -> tuple[AreaClass, ...]:
    if len(set(classes)) != 2 or len(classes) != 2:
        refuse("does not name two area classes", "Write two different ones, as in [urban, rural]")
    return classes


class Gap(Rule):
    """The shares of people covered in two area classes differ by at most so many percentage points."""

    kind: Literal["gap"]
    """At most a difference between the shares of two area classes."""
    between: Annotated[tuple[AreaClass, ...], AfterValidator(_two)]
    """The two area classes: `[urban, rural]`."""
    at_most_points: Percent
    """Percentage points between the two shares of people covered, whichever is higher."""
    tier: str | None = None
    """The tier meant, which must serve both; without it, people covered by every tier that serves them."""
    by: Year | None = None
    """Due in the first stage of this year or later and all after it; without it in the last stage only."""
