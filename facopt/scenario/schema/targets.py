"""What must be reached at least."""

from __future__ import annotations

from typing import Literal

from facopt.statement import AreaClass, Percent, Section


class CoverageTarget(Section):
    """At least so many percent of people covered. 100 asks for everybody who can be reached; less is a share of all."""

    kind: Literal["coverage"]
    """A share of people within the standard."""
    tier: str | None = None
    """The tier meant; without it, people covered by every tier that serves them."""
    at_least_percent: Percent
    """Percent of the people the tier serves (in the zone or area class named)."""
    area_class: AreaClass | None = None
    """Only people of this area class."""
    zone: str | None = None
    """Only people of this zone."""
