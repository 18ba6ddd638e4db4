"""Who lives where: demand points whose people add up to the published totals, person by person."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from shapely import Polygon, contains_xy, prepare

from facopt.sample import plan
from facopt.sample.dice import Dice
from facopt.sample.names import Name, Names, group
from facopt.sample.plane import Point, distance, rounded, shared_out

if TYPE_CHECKING:
    from facopt.sample.land import Land
    from facopt.sample.mesh import Mesh
    from facopt.sample.settle import Settlement
    from facopt.sample.shape import Courses

KIND_CODES = {"subdistrict": 0, "town": 100, "township": 200, "farm": 400}
DIRECTIONS: tuple[Point, ...] = (
    (1, 0), (0.8, 0.6), (0.6, 0.8), (0, 1), (-0.6, 0.8), (-0.8, 0.6), (-1, 0), (-0.8, -0.6), (-0.6, -0.8), (0, -1),
    (0.6, -0.8), (0.8, -0.6),
)  # fmt: skip
YOUNG = {"urban": 0.188, "town": 0.18, "rural": 0.164}
OLD = {"urban": 0.128, "town": 0.152, "rural": 0.212}
"""Shares of the classes before they are fitted to the county's totals; the country is the older."""


@dataclass(frozen=True)
class DemandPoint:
    """A row of `villages.csv`."""

    id: str
    name: Name
    village: str
    """Code of the administrative village or residents' committee."""
    people: int
    young: int
    """0-14 years."""
    old: int
    """65 years and more."""
    at: Point
    """Metres."""
    seat: int
    """Index of the township-level unit."""
    area_class: str
    settlement: Settlement


def zone_codes() -> tuple[str, ...]:
    """Return the 9-digit code of each township-level unit, in the order of the plan's seats."""
    counts = dict.fromkeys(KIND_CODES, 0)
    codes = []
    for seat in plan.SEATS:
        counts[seat.kind] += 1
        codes.append(f"{plan.COUNTY_CODE}{KIND_CODES[seat.kind] + counts[seat.kind]:03d}")
    return tuple(codes)


def populate(land: Land, mesh: Mesh, courses: Courses, settlements: tuple[Settlement, ...]) -> tuple[DemandPoint, ...]:
    """Return the demand points, sorted by id."""
    places = _places(land, mesh, courses, settlements)
    zones = _zones(land, places)
    settlements = _parents_at_home(settlements, places, zones)
    people = _people(mesh, settlements, places)
    young = _aged(plan.FACTS.people_0_14, people, settlements, YOUNG, "young")
    old = _aged(plan.FACTS.people_65_plus, people, settlements, OLD, "old")
    labels = _labels(settlements, places, zones)
    points = [
        DemandPoint(*labels[index], people[index], young[index], old[index], places[index], zones[index],
                    area_class(settlement), settlement)
        for index, settlement in enumerate(settlements)
    ]  # fmt: skip
    return tuple(sorted(points, key=lambda point: point.id))


def area_class(settlement: Settlement) -> str:
    """Return urban, town or rural."""
    return {"neighbourhood": "urban", "seat": "town"}.get(settlement.kind, "rural")


def _places(land: Land, mesh: Mesh, courses: Courses, settlements: tuple[Settlement, ...]) -> list[Point]:
    """Return where the people of each settlement live: a little off the road, on dry land within the county."""
    dice = Dice("places")
    wet, ground = land.water().buffer(25), land.county().buffer(-40)
    prepare(wet)
    prepare(ground)
    places = []
    for settlement in settlements:
        x, y = courses.points.get(settlement.point, mesh.points[settlement.point])
        dx, dy = dice.pick(DIRECTIONS)
        off = dice.between(30, 90) if area_class(settlement) != "rural" else dice.between(40, 200)
        place = rounded((x + dx * off, y + dy * off))
        dry = contains_xy(ground, *place) and not contains_xy(wet, *place)
        places.append(place if dry else rounded((x, y)))
    return places


def _zones(land: Land, places: list[Point]) -> list[int]:
    """Return the unit in which each place lies."""
    xs, ys = zip(*places, strict=True)
    zones = [-1] * len(places)
    for index, ring in enumerate(land.townships):
        unit = Polygon(ring)
        prepare(unit)
        for place in contains_xy(unit, xs, ys).nonzero()[0].tolist():
            zones[place] = index
    lost = [places[index] for index, zone in enumerate(zones) if zone < 0]
    if lost:
        msg = f"places outside every township: {lost}"
        raise ValueError(msg)
    return zones


def _parents_at_home(
    settlements: tuple[Settlement, ...], places: list[Point], zones: list[int]
) -> tuple[Settlement, ...]:
    """Return the settlements with each hamlet given to the nearest village of its own township that has room for it."""
    villages: dict[int, list[int]] = {}
    for index, settlement in enumerate(settlements):
        if settlement.kind == "village":
            villages.setdefault(zones[index], []).append(index)
    return tuple(
        settlement
        if zones[settlement.parent] == zones[index]
        else replace(settlement, parent=min(villages[zones[index]], key=lambda v: distance(places[v], places[index])))
        for index, settlement in enumerate(settlements)
    )


def _people(mesh: Mesh, settlements: tuple[Settlement, ...], places: list[Point]) -> list[int]:
    facts = plan.FACTS
    dice = Dice("people")
    classes = [area_class(settlement) for settlement in settlements]
    weights = [_weight(settlement, place, dice) for settlement, place in zip(settlements, places, strict=True)]
    _fit_seats(mesh, settlements, weights)
    town = sum(seat.seat_people for seat in plan.SEATS)
    totals = {"urban": facts.people_urban - town, "town": town, "rural": facts.people - facts.people_urban}
    people = [0] * len(settlements)
    for kind, total in totals.items():
        members = [index for index, name in enumerate(classes) if name == kind and settlements[index].kind != "remote"]
        remote = [index for index, name in enumerate(classes) if name == kind and settlements[index].kind == "remote"]
        for index in remote:
            people[index] = 40 + dice.below(130)
        rest = total - sum(people[index] for index in remote)
        for index, part in zip(members, shared_out(rest, [weights[i] for i in members], least=60), strict=True):
            people[index] = part
    return people


def _fit_seats(mesh: Mesh, settlements: tuple[Settlement, ...], weights: list[float]) -> None:
    """Scale the weights of each town's quarters so that the seat as a whole has the people of the plan."""
    quarters: dict[str, list[int]] = {}
    for index, settlement in enumerate(settlements):
        if settlement.kind == "seat":
            quarters.setdefault(mesh.lattice[settlement.point][0], []).append(index)
    wanted = {seat.key: seat.seat_people for seat in plan.SEATS}
    for key, members in quarters.items():
        whole = sum(weights[index] for index in members)
        for index in members:
            weights[index] *= wanted[key] / whole


def _weight(settlement: Settlement, place: Point, dice: Dice) -> float:
    x, y = place
    lively = 1.0 + 0.32 * dice.bell()
    if settlement.kind == "neighbourhood":
        off = distance(place, (300, 3400)) / 1000
        return max(0.35, lively) * (0.18 + 1.8 / (1 + (off / 1.6) ** 2))
    if settlement.kind == "seat":
        return max(0.4, lively)
    poor = (1 - 0.5 * plan.hilliness(x, y)) * (1 - 0.2 * plan.wetness(x, y))
    near_town = 1 + 0.5 / (1 + (distance(place, (2000, 3000)) / 9000) ** 2)
    return max(0.25, lively) * poor * near_town * (1.0 if settlement.kind == "village" else 0.62)


def _aged(
    total: int, people: list[int], settlements: tuple[Settlement, ...], share: dict[str, float], part: str
) -> list[int]:
    dice = Dice(f"age {part}")
    weights = [
        count * share[area_class(settlement)] * dice.between(0.85, 1.15)
        for count, settlement in zip(people, settlements, strict=True)
    ]
    return shared_out(total, weights)


def _labels(settlements: tuple[Settlement, ...], places: list[Point], zones: list[int]) -> list[tuple[str, Name, str]]:
    """Return id, name and village code of each settlement."""
    names, codes = Names(), zone_codes()
    counts = {"rural": [200] * len(codes), "other": [0] * len(codes)}
    village_of: dict[int, tuple[str, Name]] = {}
    order = sorted(range(len(settlements)), key=lambda index: (-places[index][1], places[index][0]))
    for index in order:
        settlement = settlements[index]
        if settlement.parent != index:
            continue
        rural = area_class(settlement) == "rural"
        counter = counts["rural" if rural else "other"]
        counter[zones[index]] += 1
        name = names.village(plan.hilliness(*places[index]) > 0.3) if rural else names.community()
        village_of[index] = f"{codes[zones[index]]}{counter[zones[index]]:03d}", name
    hamlets: dict[int, list[int]] = {}
    for index in order:
        if settlements[index].parent != index:
            hamlets.setdefault(settlements[index].parent, [settlements[index].parent]).append(index)
    labels = {index: (code, name, code) for index, (code, name) in village_of.items()}
    for parent, members in hamlets.items():
        code, name = village_of[parent]
        for number, index in enumerate(members, start=1):
            labels[index] = f"{code}-{number:02d}", group(name, number), code
    return [labels[index] for index in range(len(settlements))]
