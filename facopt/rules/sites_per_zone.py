"""One clinic in each township: a number of open sites for every zone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from facopt.location.planning.diagnosis.concessions import Concession
from facopt.rules.base import Rule
from facopt.statement import Count, Minutes, Number, Section, Year

if TYPE_CHECKING:
    from collections.abc import Iterator

    from facopt.location.planning.model import PlanModel
    from facopt.location.planning.outcome import Outcome
    from facopt.location.planning.problem import PlanningProblem, TextArray
    from facopt.location.problem import BoolArray


class JointSite(Section):
    """Small zones that may share the site of another."""

    below_people: Annotated[Number, Field(gt=0)]
    """Zones with fewer people than this may share."""
    within_minutes: Minutes
    """An open site of the tier must lie within this time of every demand point of the zone."""


class SitesPerZone(Rule):
    """Every zone has at least so many open sites of a tier."""

    subject: ClassVar[tuple[str, str]] = ("每个乡镇的{tier}数量", "Sites of {tier} in each zone")
    asks: ClassVar[tuple[str, str]] = (
        "每个乡镇至少 {at_least} 处{tier}",
        "Each zone has at least {at_least} open site of {tier}",
    )

    only_opens: ClassVar[bool] = True

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

    def by_part(self, problem: PlanningProblem) -> tuple[BoolArray, TextArray, str]:
        """Return (I,) whom the tier serves in the zones meant, and (I,) the zone of each demand point."""
        meant = problem.services[problem.tier_number(self.tier)].needed
        zone = problem.labels.zone
        return meant & np.isin(zone.astype(str), self.zones) if self.zones else meant, zone, "zone"

    def rows(self, model: PlanModel) -> None:
        """Add for each zone: open sites that count for it >= the number asked for."""
        for t in model.problem.due(self.by, otherwise="every"):
            for zone, sites, count in self._zones(model.problem, t):
                number = int(np.flatnonzero(model.problem.labels.zone == zone)[0])
                name = f"in_zone_{self.tier}_{number}_{t}"
                model.row(name, model.any_open(sites, t), at_least=float(count), part=str(zone))

    def _zones(self, problem: PlanningProblem, stage: int) -> Iterator[tuple[str, tuple[int, ...], int]]:
        """Yield (zone, sites that count for it, how many must be open) of zones with people whom the tier serves."""
        tier, labels = problem.tier_number(self.tier), problem.labels
        own_tier = problem.site_tier == tier
        for zone in sorted(set(labels.zone[problem.services[tier].needed]) - {""}):
            if self.zones and zone not in self.zones:
                continue
            people = float(problem.people[stage][labels.zone == zone].sum())
            more = self.one_more_above_people is not None and people > self.one_more_above_people
            counted = own_tier & (labels.site_zone == zone)
            if self.joint is not None and people < self.joint.below_people:
                counted |= own_tier & self._near(problem, tier, zone, stage)
            yield str(zone), tuple(np.flatnonzero(counted).tolist()), self.at_least + more

    def _near(self, problem: PlanningProblem, tier: int, zone: str, stage: int) -> BoolArray:
        """Return (J,) sites within the stated minutes of every inhabited demand point of the zone."""
        assert self.joint is not None
        service = problem.services[tier]
        here = (problem.labels.zone == zone) & (problem.people[stage] > 0) & service.needed
        arcs = here[service.demand] & (service.minutes <= self.joint.within_minutes)
        reached = np.bincount(service.site[arcs], minlength=problem.site_count)
        near: BoolArray = reached == max(int(here.sum()), 1)
        return near

    def concessions(self, problem: PlanningProblem) -> tuple[Concession, ...]:
        """Return that zones may have fewer sites, or that one of them need not have any."""
        asked = {zone: None for t in problem.due(self.by, otherwise="every") for zone, _, _ in self._zones(problem, t)}
        of_all = Concession("at_least", self.at_least, 0.0, "sites", 1.0)
        return (of_all, *(Concession("zones", 1.0, 0.0, "listed", 1.0, zone) for zone in asked))

    def loosened(self, problem: PlanningProblem, concession: Concession, value: float) -> SitesPerZone:
        """Return the rule with a lower number, or without one zone."""
        if concession.unit != "listed":
            return self.model_copy(update={"at_least": round(value)})
        zones = self.zones or tuple(sorted(set(problem.labels.zone.astype(str)) - {""}))
        return self.model_copy(update={"zones": tuple(zone for zone in zones if zone != concession.part) or ("",)})

    def broken(self, outcome: Outcome) -> Iterator[str]:
        """Yield the zones with too few open sites."""
        for t in outcome.problem.due(self.by, otherwise="every"):
            for zone, sites, count in self._zones(outcome.problem, t):
                found = int(outcome.open[t][list(sites)].sum())
                if found < count:
                    yield f"{zone}: {found} open sites count for it, {count} are asked for"
