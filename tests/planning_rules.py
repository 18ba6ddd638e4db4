"""The rules of random planning problems: each kind drawn so that it sometimes binds."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

import numpy as np

from facopt.location.planning.limits import (
    Budget,
    CoverageTarget,
    FigureLimit,
    FixedOpen,
    Guard,
    Requires,
    SiteCount,
)  # fmt: skip
from facopt.rules.backup import Backup
from facopt.rules.exception import ApprovedException
from facopt.rules.exclusion import Exclusion
from facopt.rules.floor import Floor
from facopt.rules.gap import Gap
from facopt.rules.must_not_open import MustNotOpen
from facopt.rules.must_open import MustOpen
from facopt.rules.service_population import ServicePopulation
from facopt.rules.sites_per_zone import SitesPerZone
from facopt.rules.spacing import Spacing
from facopt.rules.worst_minutes import WorstMinutes

if TYPE_CHECKING:
    from tests.planning_cases import Draft


def _site_names(draft: Draft, standing: bool | None = None) -> tuple[str, ...]:
    known = [f"s{j}" for j in range(draft.sites)
             if standing is None or draft.options[draft.start[j]].open == standing]  # fmt: skip
    return (draft.dice.one_of(known),) if known else ("s0",)


def _backup(draft: Draft) -> Backup:
    percent = draft.dice.one_of((10.0, 30.0, 50.0, 80.0))
    return Backup(kind="backup", tier=draft.tier(), at_least_percent=percent, by=draft.year())


def _exception(_draft: Draft) -> ApprovedException:
    return ApprovedException(kind="exception", points=("p0",), reason="an island without a pier")


def _floor(draft: Draft) -> Floor:
    dice = draft.dice
    per, of = dice.one_of(("zone", "area_class", "island")), dice.one_of(("all", "reachable"))
    part = {"zone": "north", "area_class": "rural", "island": "east"}[per]
    other = dice.rng.spawn(1)[0]  # a stream of its own, so that whatever is drawn next stays what it was
    by_part = {part: float(other.choice((0.0, 30.0, 90.0, 100.0)))} if other.random() < 0.3 else {}
    return Floor(
        kind="floor",
        tier=None if dice.chance(0.5) else draft.tier(),
        per=per,
        at_least_percent=dice.one_of((20.0, 40.0, 70.0, 100.0)),
        at_least_percent_by_part=by_part,
        of=of,
        by=draft.year(),
    )


def _gap(draft: Draft) -> Gap:
    points = draft.dice.one_of((0.0, 15.0, 30.0, 50.0))
    tier = None if draft.dice.chance(0.6) else draft.tier()
    return Gap(kind="gap", between=("urban", "rural"), at_most_points=points, tier=tier, by=draft.year())


def _service_population(draft: Draft) -> ServicePopulation:
    dice = draft.dice
    low, high = sorted((dice.whole(1, 60), dice.whole(20, 120)))
    which = dice.whole(0, 2)
    return ServicePopulation(
        kind="service_population", tier=next(s.tier for s in draft.services if s.assigned), by=draft.year(),
        at_least=None if which == 0 else float(low), at_most=None if which == 1 else float(high),
    )  # fmt: skip


def _sites_per_zone(draft: Draft) -> SitesPerZone:
    dice = draft.dice
    joint = {"below_people": dice.whole(20, 150), "within_minutes": float(dice.whole(10, 40))}
    return SitesPerZone(
        kind="sites_per_zone", tier="t0", at_least=dice.one_of((1, 1, 2)), by=draft.year(),
        one_more_above_people=dice.whole(20, 150) if dice.chance(0.3) else None,
        zones=("north",) if dice.chance(0.5) else (), joint=joint if dice.chance(0.5) else None,
    )  # fmt: skip


def _spacing(draft: Draft) -> Spacing:
    return Spacing(kind="spacing", tier="t0", at_least_metres=draft.dice.one_of((300.0, 600.0, 900.0)))


def _worst_minutes(draft: Draft) -> WorstMinutes:
    minutes = float(draft.dice.whole(10, 38))
    return WorstMinutes(kind="worst_minutes", tier=draft.tier(), at_most_minutes=minutes, by=draft.year())


def _coverage_target(draft: Draft) -> CoverageTarget:
    dice = draft.dice
    weights = draft.labels.segments["65_plus"] if dice.chance(0.3, "segments") else draft.people
    if dice.chance(0.3):
        weights = np.where(draft.labels.zone == "north", weights, 0.0)
    percent = dice.one_of((30.0, 60.0, 100.0, 100.0))
    people = float(dice.whole(1, int(weights.sum() / draft.stages) + 1)) if dice.chance(0.2) else None
    tier = None if dice.chance(0.5) else dice.whole(0, draft.tiers - 1)
    return CoverageTarget(tier, percent, weights, range(dice.whole(0, draft.stages - 1), draft.stages), people)


def _budget(draft: Draft) -> Budget:
    dice = draft.dice
    stage = dice.whole(0, draft.stages - 1) if dice.chance(0.4) else None
    source = dice.whole(0, 1) if dice.chance(0.3, "sources") else None
    return Budget(float(dice.whole(3, 40)), stage, source)


def _figure_limit(draft: Draft) -> FigureLimit:
    return FigureLimit(draft.dice.one_of(("staff", "beds", "running_cost")), float(draft.dice.whole(2, 9)))


def _site_count(draft: Draft) -> SiteCount:
    return SiteCount(draft.dice.whole(0, draft.tiers - 1), draft.dice.whole(0, 3), draft.dice.chance(0.5))


def _requires(draft: Draft) -> Requires:
    site = draft.dice.whole(0, draft.sites - 1)
    others = [j for j in range(draft.sites) if j != site and draft.dice.chance(0.6)]
    return Requires(((site, tuple(others)),))


def _guard(draft: Draft) -> Guard:
    dice = draft.dice
    service = draft.services[0]
    latest = np.full(draft.points, inf)
    for i in range(draft.points):
        minutes = service.minutes[service.demand == i]
        if service.needed[i] and len(minutes) and dice.chance(0.5):
            latest[i] = dice.one_of(minutes) + dice.whole(0, 5)
    return Guard(0, latest)


RULES = {
    "Backup": _backup, "Exclusion": lambda _draft: Exclusion(kind="exclusion", file="flood.geojson"),
    "ApprovedException": _exception, "Floor": _floor, "Gap": _gap,
    "MustNotOpen": lambda draft: MustNotOpen(kind="must_not_open", sites=_site_names(draft, False)),
    "MustOpen": lambda draft: MustOpen(kind="must_open", sites=_site_names(draft), by=draft.year()),
    "ServicePopulation": _service_population, "SitesPerZone": _sites_per_zone, "Spacing": _spacing,
    "WorstMinutes": _worst_minutes, "CoverageTarget": _coverage_target, "Budget": _budget,
    "FixedOpen": lambda draft: FixedOpen((draft.dice.whole(0, draft.sites - 1),)),
    "FigureLimit": _figure_limit, "SiteCount": _site_count, "Requires": _requires,
    "Guard": _guard,
}  # fmt: skip
"""How each rule is drawn, by the name of its class."""
WANTED = {"excused": "CoverageTarget", "segments": "CoverageTarget", "sources": "Budget"}
"""Features that only show beside a rule."""
