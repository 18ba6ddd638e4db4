"""The curve of people covered against sites or money."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from facopt.statement import Section, Whole


class FrontierSection(Section):
    """How many people could be covered with each number of new sites or each sum of money, for the report."""

    by: Literal["sites", "budget"] = "budget"
    """What grows along the curve: money for new sites, or their number."""
    points: Annotated[Whole, Field(ge=2, le=500)] = 12
    """Points of the curve; all together take the solver's time limit at most, besides that of the plan itself."""
