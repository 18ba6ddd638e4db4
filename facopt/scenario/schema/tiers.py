"""Levels of care with their standards."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from facopt.statement import AreaClass, Minutes, Money, Section, YesNo


class Tier(Section):
    """A level of care with its standard."""

    serves: Annotated[tuple[AreaClass, ...], Field(min_length=1)] = ("urban", "town", "rural")
    """Area classes whose people this tier must reach; all three by default."""
    mode: str
    """How people travel to it: a name under `travel`."""
    standard_minutes: Minutes
    """A demand point is covered when an open site of the tier lies within this time, the time itself included."""
    provides: tuple[str, ...] = ()
    """Other tiers whose service a site of this tier gives as well; by default none, tiers do not replace each other."""
    matches: tuple[str, ...] = ()
    """Other words for this tier in the facilities' `tier` column: `[社区卫生服务中心]`."""
    name: str | None = None
    """Display name in Chinese, for map and report."""
    name_en: str | None = None
    """Display name in English, for map and report."""
    build_cost: Money | None = None
    """Cost of building one site, where the table states none for it."""
    build_cost_source: str | None = None
    """Where this cost comes from; printed in the report."""
    build_cost_verified: YesNo = False
    """True once the source has been read in the original."""
    standard_source: str | None = None
    """Where the standard comes from; printed in the report."""
    standard_verified: YesNo = False
    """True once the source has been read in the original."""
