"""Sites that are decided already."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from facopt.rules.base import Rule
from facopt.statement import Year


class MustOpen(Rule):
    """Named sites are open, whatever they cost."""

    kind: Literal["must_open"]
    """Sites that must be open."""
    sites: Annotated[tuple[str, ...], Field(min_length=1)]
    """Ids of the sites, as their tables have them."""
    by: Year | None = None
    """Open in the first stage of this year or later and all after it; without it in every stage."""
