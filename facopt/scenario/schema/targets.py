"""What must be reached at least."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from facopt.statement import AreaClass, Number, Percent, Section, Year


class CoverageTarget(Section):
    """At least so many percent of people covered. 100 asks for everybody who can be reached; less is a share of all."""

    kind: Literal["coverage"]
    """A share of people within the standard."""
    tier: str | None = None
    """The tier meant; without it, people covered by every tier that serves them."""
    at_least_percent: Percent | None = None
    """Percent of the people the tier serves (in the zone, area class or segment named)."""
    at_least_people: Annotated[Number, Field(gt=0)] | None = None
    """At least so many people covered, instead of a percentage or besides it."""
    area_class: AreaClass | None = None
    """Only people of this area class."""
    zone: str | None = None
    """Only people of this zone."""
    segment: str | None = None
    """Only people of this segment: `65_plus` for the column people_65_plus."""
    by: Year | None = None
    """Due in the first stage of this year or later and all after it; without it in the last stage only."""

    @property
    def planning(self) -> bool:
        """Whether anything is stated that only the planning model can answer."""
        return self.states("at_least_people", "segment", "by")
