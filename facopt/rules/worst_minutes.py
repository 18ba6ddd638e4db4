"""A time beyond which nobody is left who need not be."""

from __future__ import annotations

from typing import Literal

from facopt.rules.base import Rule
from facopt.statement import Minutes, Year


class WorstMinutes(Rule):
    """An open site of a tier's service lies within so many minutes of everybody who has a usable one within them."""

    kind: Literal["worst_minutes"]
    """A longest time to the nearest open site, for everybody."""
    tier: str
    """The tier meant."""
    at_most_minutes: Minutes
    """Minutes to the nearest open site, in the tier's mode; the standard does not matter here."""
    by: Year | None = None
    """Due in the first stage of this year or later and all after it; without it in every stage."""
