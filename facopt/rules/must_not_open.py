"""Sites that are ruled out."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from facopt.rules.base import Rule


class MustNotOpen(Rule):
    """Named sites are not open in any stage."""

    kind: Literal["must_not_open"]
    """Sites that must not be open."""
    sites: Annotated[tuple[str, ...], Field(min_length=1)]
    """Ids of the sites, as their tables have them."""
