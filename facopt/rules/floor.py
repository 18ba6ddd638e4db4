"""A share of people covered in each part of the county: nobody's township is left behind."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from facopt.rules.base import Rule
from facopt.statement import Percent, Year


class Floor(Rule):
    """In every zone, area class or group at least so many percent of the people are covered."""

    kind: Literal["floor"]
    """At least a share of people covered, in each part."""
    tier: str | None = None
    """The tier meant; without it, people covered by every tier that serves them."""
    per: Annotated[str, Field(min_length=1)] = "zone"
    """The parts: `zone`, `area_class`, or the name of a column of the demand points that groups them."""
    at_least_percent: Percent
    """Percent of the people of each part whom the tier serves."""
    of: Literal["all", "reachable"] = "all"
    """Percent of all people, or of those who have a usable site within the standard."""
    by: Year | None = None
    """Due in the first stage of this year or later and all after it; without it in the last stage only."""
