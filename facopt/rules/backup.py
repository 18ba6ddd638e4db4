"""A second site within reach, for when the first is closed or full."""

from __future__ import annotations

from typing import Literal

from facopt.rules.base import Rule
from facopt.statement import Percent, Year


class Backup(Rule):
    """At least so many percent of the people have two open sites of a tier's service within the standard."""

    kind: Literal["backup"]
    """A share of people with two open sites within the standard."""
    tier: str
    """The tier meant."""
    at_least_percent: Percent
    """Percent of the people whom the tier serves."""
    by: Year | None = None
    """Due in the first stage of this year or later and all after it; without it in the last stage only."""
