"""Synthetic counties for the planning model: towns, villages, townships, sites with sizes, hospitals, three stages.

Clustered towns with uneven density and subdistricts; township seats kept apart; villages half around seats, half
anywhere; slow mountains in the west. Urban people walk 15 minutes to a centre, rural people drive 30 to a clinic. Money
is in units of 10,000. Sites that no hospital could serve within an hour are left out, as are people whom no site could
cover; both would only make every figure smaller.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from facopt.location.planning.limits import Budget, CoverageTarget, Requires
from facopt.location.planning.problem import (
    Labels,
    LevelWish,
    Move,
    Option,
    PlanningProblem,
    PlanService,
    Stage,
    Stated,
)  # fmt: skip
from facopt.objectives import objective_classes
from facopt.rules.backup import Backup
from facopt.rules.floor import Floor
from facopt.rules.sites_per_zone import SitesPerZone

if TYPE_CHECKING:
    from facopt.location.planning.protocols import Rule

FloatArray = np.ndarray[Any, np.dtype[np.float64]]
IntArray = np.ndarray[Any, np.dtype[np.int64]]

YEARS = (2027, 2030, 2035)
LASTS = (3.0, 5.0, 5.0)
SIZES = ("small", "medium", "large")
CAPACITY = ((6000.0, 12000.0, 24000.0), (8000.0, 15000.0, 30000.0))
BUILD = ((380.0, 600.0, 980.0), (420.0, 640.0, 1050.0))
RUNNING = ((70.0, 115.0, 190.0), (60.0, 100.0, 170.0))
CLOSING, HOSPITAL, HOSPITAL_RUNNING, EXTENSION = 40.0, 3000.0, 200.0, 1.1
TARGETS, FLOORS, BACKUPS = (85.0, 92.0, 98.0), (60.0, 75.0, 90.0), (0.0, 20.0, 30.0)
TIERS = ("community_health_centre", "township_clinic", "county_hospital")
URBAN, RURAL, HOSPITALS = 0, 1, 2


@dataclass(frozen=True)
class County:
    """Places and people, before any plan."""

    people: FloatArray
    """(I,) people today."""
    kind: IntArray
    """(I,) urban or rural."""
    zone: IntArray
    """(I,) township or subdistrict."""
    townships: int
    """Zones below this number are townships."""
    site_kind: IntArray
    site_zone: IntArray
    where: FloatArray
    """(J, 2) kilometres."""
    standing: IntArray
    """(J,) size that stands there, 1 to 3, or 0."""
    dearness: FloatArray
    """(J,) factor on the cost to build."""
    demand: IntArray
    site: IntArray
    minutes: FloatArray
    """(A,) pairs within the standard."""
    hospital: FloatArray
    """(H, 2) kilometres."""
    hospitals_standing: int
    hospital_minutes: FloatArray
    """(J, H)."""
    growth: FloatArray
    """(I,) factor from one stage to the next."""


@dataclass(frozen=True)
class Features:
    """What a planning problem of a county has in it."""

    sizes: bool = True
    stages: int = 3
    referral: bool = True
    backup: bool = True
    budgets: bool = True


def county(points: int, sites: int, seed: int = 1) -> County:
    """Return a county of so many demand points and candidate or standing sites."""
    rng = np.random.default_rng(seed)
    urban, urban_sites = int(0.28 * points), int(0.25 * sites)
    side = float(np.sqrt((sites - urban_sites) / 0.036))
    seats = _seats(rng, max(2, round((sites - urban_sites) / 9)), side)
    towns = _towns(rng, seats, urban, urban_sites)
    villages, rural_sites = _villages(rng, seats, side, points - urban, sites - urban_sites)
    place, where = np.vstack([towns[0], villages]), np.vstack([towns[1], rural_sites])
    zone, site_zone = (
        np.r_[own, _nearest(rest, seats)] for own, rest in ((towns[2], villages), (towns[3], rural_sites))
    )
    kind, site_kind = (
        np.repeat([URBAN, RURAL], [urban, points - urban]),
        np.repeat([URBAN, RURAL], [urban_sites, sites - urban_sites]),
    )
    spread = np.where(kind == URBAN, rng.lognormal(6.45, 0.5, points), rng.lognormal(5.8, 0.6, points))
    people = np.floor(np.maximum(20, spread))
    slow = np.where(place[:, 0] < 0.3 * side, 0.72, np.where(place[:, 0] > 0.75 * side, 1.15, 1.0))
    demand, site, minutes = _pairs(rng, place, where, (kind, site_kind), slow)
    standing = _standing(rng, site_kind, urban_sites, min(len(seats), sites - urban_sites))
    here, planned = 2 + len(seats) // 7, 2 + len(seats) // 10
    hospital = np.vstack([seats[rng.choice(len(seats), here, replace=False)], rng.random((planned, 2)) * side])
    slow_site = np.where(where[:, 0] < 0.3 * side, 0.72, np.where(where[:, 0] > 0.75 * side, 1.15, 1.0))
    to_hospital = _distances(where, hospital) * 1.35 / 42 * 60 / slow_site[:, None]
    zones = int(max(zone.max(), site_zone.max())) + 1
    growth = np.where(np.arange(zones) < len(seats), rng.uniform(0.98, 1.03, zones), rng.uniform(1.02, 1.09, zones))
    return County(
        people, kind, zone, len(seats), site_kind, site_zone, where, standing, rng.uniform(0.8, 1.3, sites), demand,
        site, minutes, hospital, here, to_hospital, growth[zone],
    )  # fmt: skip


def _distances(a: FloatArray, b: FloatArray) -> FloatArray:
    return np.hypot(a[:, None, 0] - b[None, :, 0], a[:, None, 1] - b[None, :, 1])


def _nearest(points: FloatArray, to: FloatArray) -> IntArray:
    return np.argmin(_distances(points, to), axis=1)


def _seats(rng: np.random.Generator, count: int, side: float) -> FloatArray:
    """Return township seats, each far from those before it."""
    drawn = rng.random((60 * count, 2)) * side
    chosen = [0]
    nearest = _distances(drawn, drawn[:1])[:, 0]
    while len(chosen) < count:
        chosen.append(int(rng.choice(np.argsort(-nearest, kind="stable")[: max(2, len(drawn) // 12)])))
        nearest = np.minimum(nearest, _distances(drawn, drawn[chosen[-1:]])[:, 0])
    return drawn[chosen]


def _towns(
    rng: np.random.Generator, seats: FloatArray, points: int, sites: int
) -> tuple[FloatArray, FloatArray, IntArray, IntArray]:
    """Return points and sites of round towns, denser in the middle, and the subdistrict of each."""
    count = max(1, round(sites / 40))
    share = np.maximum(rng.dirichlet(np.full(count, 4.0)), 0.3 / count)
    sites_of, points_of = (_parts(total, share) for total in (sites, points))
    found: list[tuple[FloatArray, FloatArray, IntArray, IntArray]] = []
    first = len(seats)
    for seat, n, m in zip(seats[rng.choice(len(seats), count, replace=False)], points_of, sites_of, strict=True):
        radius = np.sqrt(max(m, 1) / (1.75 * np.pi))
        place, where = (_disc(rng, seat, radius, number) for number in (n, m))
        middle = place[rng.choice(n, min(max(1, m // 9), n), replace=False)]
        found.append((place, where, first + _nearest(place, middle), first + _nearest(where, middle)))
        first += len(middle)
    a, b, c, d = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return a, b, c, d


def _parts(total: int, share: FloatArray) -> IntArray:
    """Return whole parts of a total in proportion to `share`."""
    ends = np.round(np.cumsum(share) / share.sum() * total).astype(np.int64)
    return np.diff(np.r_[0, ends])


def _disc(rng: np.random.Generator, centre: FloatArray, radius: float, count: int) -> FloatArray:
    away, angle = radius * rng.random(count) ** 0.55, rng.random(count) * 2 * np.pi
    return centre + np.c_[away * np.cos(angle), away * np.sin(angle)]


def _villages(
    rng: np.random.Generator, seats: FloatArray, side: float, points: int, sites: int
) -> tuple[FloatArray, FloatArray]:
    own = rng.integers(0, len(seats), points)
    near = seats[own] + rng.normal(0, 3.2, (points, 2))
    place = np.clip(np.where((rng.random(points) < 0.55)[:, None], near, rng.random((points, 2)) * side), 0, side)
    at_seats = min(len(seats), sites)
    elsewhere = place[rng.choice(points, sites - at_seats, replace=False)]
    return place, np.vstack([seats[:at_seats], elsewhere + rng.normal(0, 0.2, elsewhere.shape)])


def _pairs(
    rng: np.random.Generator, place: FloatArray, where: FloatArray, kinds: tuple[IntArray, IntArray], slow: FloatArray
) -> tuple[IntArray, IntArray, FloatArray]:
    """Return (demand point, site, minutes) within 15 minutes on foot in towns, 30 by car outside."""
    parts = []
    for kind, (speed, limit) in enumerate(((5 / 1.25, 15.0), (32 / 1.4, 30.0))):
        points, sites = np.flatnonzero(kinds[0] == kind), np.flatnonzero(kinds[1] == kind)
        kmh = speed * (slow[points][:, None] if kind == RURAL else 1.0)
        minutes = _distances(place[points], where[sites]) / kmh * 60
        minutes = minutes * rng.uniform(0.9, 1.12, minutes.shape) + rng.uniform(0, 1, minutes.shape)
        a, b = np.nonzero(minutes <= limit)
        parts.append((points[a], sites[b], minutes[a, b]))
    demand, site, found = (np.concatenate(one) for one in zip(*parts, strict=True))
    return demand, site, found


def _standing(rng: np.random.Generator, kind: IntArray, urban_sites: int, seats: int) -> IntArray:
    """Return the size that stands at each site: most township seats have a clinic, few other places."""
    u, count = rng.random(len(kind)), len(kind)
    seat = (np.arange(count) >= urban_sites) & (np.arange(count) < urban_sites + seats)
    standing = np.zeros(count, dtype=np.int64)
    standing[seat & (u < 0.75) | ~seat & (kind == RURAL) & (u < 0.08) | (kind == URBAN) & (u < 0.22)] = 1
    standing[seat & (u < 0.22) | (kind == URBAN) & (u < 0.06)] = 2
    return standing


# --- the planning problem --------------------------------------------------------------------------------------------


EVERYTHING = Features()


def planning_problem(
    made: County, features: Features = EVERYTHING, levels: tuple[str, ...] = ("cost",)
) -> PlanningProblem:
    """Return the planning problem of a county with the features asked for."""
    made = _eligible(made) if features.referral else made
    stages = YEARS[-features.stages :]
    count = len(made.site_kind)
    hospitals = len(made.hospital) if features.referral else 0
    people = np.array([made.people * made.growth**t for t in range(3)])[-features.stages :]
    options, start, moves = _estate(made, features, hospitals)
    services = tuple(_service(made, kind, features) for kind in (URBAN, RURAL)) + (_hospitals(made),) * bool(hospitals)
    lasts = LASTS[-features.stages :]
    begins = np.r_[0.0, np.cumsum(LASTS)][-features.stages - 1 : -1]
    discounts = 1.04**-begins
    return PlanningProblem(
        people=people, load=people,
        stages=tuple(Stage(y, n, d, d * n) for y, n, d in zip(stages, lasts, discounts, strict=True)),
        site_tier=np.r_[made.site_kind, np.full(hospitals, HOSPITALS)].astype(np.int32),
        options=options, start=start, moves=moves, services=services, labels=_labels(made, hospitals, count),
        levels=tuple(LevelWish(objective_classes()[name]()) for name in levels),
        rules=tuple(Stated(f"rules.{n}", rule) for n, rule in enumerate(_rules(made, features, people, hospitals))),
        counts_running_cost=True,
    )  # fmt: skip


def _eligible(made: County) -> County:
    """Return the county without sites that no hospital could ever serve within an hour."""
    keep = np.flatnonzero((made.hospital_minutes <= 60).any(axis=1))
    new = np.full(len(made.site_kind), -1)
    new[keep] = np.arange(len(keep))
    arcs = new[made.site] >= 0
    return County(
        made.people, made.kind, made.zone, made.townships, made.site_kind[keep], made.site_zone[keep], made.where[keep],
        made.standing[keep], made.dearness[keep], made.demand[arcs], new[made.site[arcs]], made.minutes[arcs],
        made.hospital, made.hospitals_standing, made.hospital_minutes[keep], made.growth,
    )  # fmt: skip


def _estate(
    made: County, features: Features, hospitals: int
) -> tuple[tuple[Option, ...], np.ndarray, tuple[Move, ...]]:
    """Return the options of every site, the option each starts in, and the moves between them."""
    options: list[Option] = []
    start: list[int] = []
    moves: list[Move] = []
    for j, (kind, stands) in enumerate(zip(made.site_kind.tolist(), made.standing.tolist(), strict=True)):
        base, sizes = len(options), range(3 if features.sizes else 1)
        capacity = [CAPACITY[kind][s] if features.sizes else np.inf for s in sizes]
        options.append(Option(j))
        options += [Option(j, SIZES[s], True, capacity[s], running_cost=RUNNING[kind][s]) for s in sizes]
        here = min(stands, len(sizes))
        start.append(base + here)
        cost = [BUILD[kind][s] * float(made.dearness[j]) for s in sizes]
        if here:
            moves.append(Move(j, base + here, base, "close", CLOSING))
        else:
            moves += [Move(j, base, base + 1 + s, "build", cost[s]) for s in sizes]
        factor = EXTENSION if here else 1.0
        pairs = [(a, b) for a, b in combinations(sizes, 2) if a + 1 >= here]
        moves += [Move(j, base + 1 + a, base + 1 + b, "extend", factor * (cost[b] - cost[a])) for a, b in pairs]
    for h in range(hospitals):
        j, base, stands = len(made.site_kind) + h, len(options), h < made.hospitals_standing
        options += [Option(j), Option(j, "", True, running_cost=0.0 if stands else HOSPITAL_RUNNING)]
        start.append(base + stands)
        if not stands:
            moves.append(Move(j, base, base + 1, "build", HOSPITAL))
    return tuple(options), np.array(start, dtype=np.int32), tuple(moves)


def _service(made: County, kind: int, features: Features) -> PlanService:
    arcs = np.flatnonzero(made.site_kind[made.site] == kind)
    arcs = arcs[np.lexsort((made.site[arcs], made.demand[arcs]))]
    limit = 15.0 if kind == URBAN else 30.0
    return PlanService(
        TIERS[kind], made.kind == kind, np.full(len(made.people), limit), made.demand[arcs].astype(np.int32),
        made.site[arcs].astype(np.int32), made.minutes[arcs], assigned=features.sizes,
    )  # fmt: skip


def _hospitals(made: County) -> PlanService:
    count, none = len(made.people), np.zeros(0, dtype=np.int32)
    return PlanService(TIERS[HOSPITALS], np.zeros(count, dtype=bool), np.full(count, 60.0), none, none, np.zeros(0))


def _labels(made: County, hospitals: int, sites: int) -> Labels:
    text = np.vectorize(str, otypes=[object])
    zone = np.array([f"z{number:03}" for number in range(int(made.zone.max()) + 1)] + [""], dtype=object)
    return Labels(
        point=text(np.arange(len(made.people))), site=text(np.arange(sites + hospitals)), zone=zone[made.zone],
        site_zone=np.r_[zone[made.site_zone], np.full(hospitals, "", dtype=object)],
        area_class=np.where(made.kind == URBAN, "urban", "rural").astype(object),
        metres=1000 * np.vstack([made.where, made.hospital[:hospitals]]),
    )  # fmt: skip


def _rules(made: County, features: Features, people: FloatArray, hospitals: int) -> list[Rule]:
    rules: list[Any] = []
    reachable = np.isin(np.arange(len(made.people)), made.demand)
    for t in range(features.stages):
        wanted = TARGETS[t - features.stages] / 100 * float(people[t][reachable].sum())
        rules.append(CoverageTarget(None, 50.0, people, range(t, t + 1), at_least_people=wanted))
        floor = FLOORS[t - features.stages]
        rules.append(Floor(kind="floor", at_least_percent=floor, of="reachable", by=YEARS[t - features.stages]))
    for kind, year in ((RURAL, YEARS[1]), (URBAN, YEARS[2])):
        zones = np.unique(made.site_zone[made.site_kind == kind])
        zones = np.intersect1d(zones, made.zone[made.kind == kind])
        named = tuple(f"z{number:03}" for number in zones)
        rules.append(SitesPerZone(kind="sites_per_zone", tier=TIERS[kind], zones=named, by=year))
    if features.backup:
        for tier in TIERS[:2]:
            rules.append(Backup(kind="backup", tier=tier, at_least_percent=BACKUPS[-1], by=YEARS[2]))
            if features.stages > 1:
                rules.append(Backup(kind="backup", tier=tier, at_least_percent=BACKUPS[-2], by=YEARS[1]))
    if features.budgets:
        rules += _budgets(made, features)
    if hospitals:
        near = made.hospital_minutes <= 60
        asks = np.flatnonzero(~near[:, : made.hospitals_standing].any(axis=1))
        first = len(made.site_kind)
        rules.append(Requires(tuple((int(j), tuple((first + np.flatnonzero(near[j])).tolist())) for j in asks)))
    return rules


CAPITAL_PER_HEAD = {3: (0.05, 0.02, 0.02), 1: (0.09,)}


def _budgets(made: County, features: Features) -> list[Budget]:
    """Return a budget of each stage, in proportion to the people."""
    people = float(made.people[np.unique(made.demand)].sum())
    return [Budget(share * people, stage=t) for t, share in enumerate(CAPITAL_PER_HEAD[features.stages])]
