"""Open sites of a tier keep apart."""

from __future__ import annotations

from typing import Literal

from facopt.rules.base import Rule
from facopt.statement import Metres


class Spacing(Rule):
    """Any two open sites of a tier stand at least so far apart, in every stage."""

    kind: Literal["spacing"]
    """A least distance between open sites of a tier."""
    tier: str
    """The tier meant."""
    at_least_metres: Metres
    """Distance in a straight line."""
