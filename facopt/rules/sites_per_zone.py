"""One clinic in each township: a number of open sites for every zone."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from facopt.rules.base import Rule
from facopt.statement import Count, Minutes, Number, Section, Year


class JointSite(Section):
    """Small zones that may share the site of another."""

    below_people: Annotated[Number, Field(gt=0)]
    """Zones with fewer people than this may share."""
    within_minutes: Minutes
    """An open site of the tier must lie within this time of every demand point of the zone."""


class SitesPerZone(Rule):
    """Every zone has at least so many open sites of a tier."""

    kind: Literal["sites_per_zone"]
    """A number of open sites in each zone."""
    tier: str
    """The tier meant."""
    at_least: Count = 1
    """Open sites that each zone needs; 1 by default."""
    one_more_above_people: Annotated[Number, Field(gt=0)] | None = None
    """Zones with more people than this need one more."""
    zones: tuple[str, ...] = ()
    """Only these zones; all by default."""
    joint: JointSite | None = None
    """Lets small zones do without a site of their own where one elsewhere is near."""
    by: Year | None = None
    """Due in the first stage of this year or later and all after it; without it in every stage."""
