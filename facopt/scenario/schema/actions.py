"""What may be done with sites, and what it costs; only actions that are stated may be chosen, and building."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from facopt.statement import Amount, Metres, Minutes, Money, Number, Percent, Section, YesNo

Years = Annotated[Number, Field(ge=0, le=50)]


class Build(Section):
    """Building a site where a candidate is."""

    lead_years: Years = 0.0
    """Years from the base year before the first can be open."""
    later_extension: YesNo = True
    """Whether a site of the plan may be extended in a later stage, where `extend` is stated."""


class Extend(Section):
    """Giving a site a larger size."""

    cost: Money = 0.0
    """Fixed cost of each extension."""
    percent_of_difference: Percent = 100.0
    """What is paid of the difference between the building costs of the two sizes, besides the fixed cost."""
    lead_years: Years = 0.0
    """Years from the base year before the first can be done."""


class Refurbish(Section):
    """Improving an existing site where it stands, once."""

    cost: Money = 0.0
    """Cost of each."""
    capacity_percent: Annotated[Number, Field(ge=0, le=1000)] = 0.0
    """Capacity gained, in percent of what it has."""
    running_cost_percent: Annotated[Number, Field(ge=-100, le=1000)] = 0.0
    """Change of the running cost, in percent; negative where it saves."""
    lead_years: Years = 0.0
    """Years from the base year before the first can be done."""


class Relocate(Section):
    """Closing an existing site and opening it anew at a candidate of its tier."""

    cost: Money = 0.0
    """Fixed cost of each move."""
    build_cost_percent: Annotated[Number, Field(ge=0, le=1000)] = 100.0
    """What is paid of the new place's building cost, besides the fixed cost."""
    within_metres: Metres
    """The new place lies within this distance, in a straight line."""
    lead_years: Years = 0.0
    """Years from the base year before the first can be done."""


class Close(Section):
    """Closing an existing site."""

    cost: Money = 0.0
    """Cost of each."""
    minutes_worse_at_most: Minutes | None = None
    """No demand point's time to the nearest open site of the service rises by more than this; unguarded by default."""


class Merge(Section):
    """Closing an existing site into an open one of its tier nearby."""

    cost: Money = 0.0
    """Cost of each."""
    within_metres: Metres
    """The site that takes it in lies within this distance, in a straight line."""
    capacity_percent: Amount
    """What the site that takes it in gains, in percent of the closed one's capacity."""
    minutes_worse_at_most: Minutes | None = None
    """No demand point's time to the nearest open site of the service rises by more than this; unguarded by default."""


class Actions(Section):
    """What may be done with the sites of a tier; `{}` after an action's name takes its defaults."""

    build: Build | None = None
    """How candidates are built; they may be without this, too."""
    extend: Extend | None = None
    """To a larger size."""
    refurbish: Refurbish | None = None
    """Improve where it stands."""
    relocate: Relocate | None = None
    """Close here, and open at a candidate of the tier."""
    close: Close | None = None
    """Close; existing sites stay open without this."""
    merge: Merge | None = None
    """Close into an open site of the tier nearby."""
