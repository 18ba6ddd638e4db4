"""Levels of care with their standards, and what a plan may do with their sites."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from facopt.scenario.names import Name
from facopt.scenario.schema.actions import Actions
from facopt.scenario.schema.assignment import Assignment, Gradual, Referral
from facopt.scenario.schema.sizes import Size
from facopt.statement import AreaClass, Minutes, Money, Percent, Section, YesNo, key_names


class Tier(Section):
    """A level of care with its standard."""

    serves: Annotated[tuple[AreaClass, ...], Field(min_length=1)] = ("urban", "town", "rural")
    """Area classes whose people this tier must reach; all three by default."""
    mode: str
    """How people travel to it: a name under `travel`."""
    standard_minutes: Minutes
    """A demand point is covered when an open site of the tier lies within this time, the time itself included."""
    standard_minutes_by_class: Annotated[dict[AreaClass, Minutes], Field(json_schema_extra=key_names(AreaClass))] = {}
    """Standards of area classes that differ: `{town: 20}`."""
    provides: tuple[str, ...] = ()
    """Other tiers whose service a site of this tier gives as well; by default none, tiers do not replace each other."""
    hosted_by: tuple[str, ...] = ()
    """Makes the tier a service inside others: its sites are theirs, and it opens only where such a site is open."""
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
    may_open: YesNo = True
    """False: candidates of this tier are not built; what stands stays."""
    sizes: dict[Name, Size] = {}
    """Sizes of its sites by name, the smallest first: `{small: {capacity: 6000}, large: {capacity: 12000}}`.

    The column `size` names the size of a site that stands; the column `capacity_people` overrides its capacity.
    """
    smallest_load_percent: Percent | None = None
    """An open site serves at least so many percent of its capacity, where its size states no `least_load`."""
    assignment: Assignment | None = None
    """Who goes where; by default where the plan sends them."""
    referral: Referral | None = None
    """An open site needs an open site of another tier near."""
    gradual: Gradual | None = None
    """Coverage that fades beyond the standard."""
    funding_percent: dict[str, Percent] = {}
    """What each funding source pays of this tier's actions, where it differs from `finance.funding_percent`."""
    actions: Actions = Actions()
    """What may be done with its sites, and what that costs; without it candidates are built and all else stays."""

    @property
    def planning(self) -> bool:
        """Whether anything is stated that only the planning model can answer."""
        return self.states(
            "standard_minutes_by_class", "hosted_by", "may_open", "sizes", "smallest_load_percent", "assignment",
            "referral", "gradual", "funding_percent", "actions",
        )  # fmt: skip
