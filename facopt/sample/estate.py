"""The health estate: what stands today, and where something could be built."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from facopt.sample import plan
from facopt.sample.dice import Dice
from facopt.sample.mesh import Mesh, in_county_town
from facopt.sample.plane import Point, distance, rounded
from facopt.sample.roads import RANK, Network

if TYPE_CHECKING:
    from facopt.sample.names import Name
    from facopt.sample.people import DemandPoint
    from facopt.sample.shape import Courses

YUAN_PER_M2 = 3500
"""New building, 2020s prices: an editable judgement, not a fact."""


@dataclass(frozen=True)
class Building:
    """A size of facility: floor space, people it serves, yearly cost of running it in yuan."""

    floor_m2: int
    people: int
    running_cost: int


BUILDINGS = {
    ("community_health_centre", "small"): Building(1400, 40_000, 4_200_000),
    ("community_health_centre", "standard"): Building(1700, 60_000, 5_600_000),
    ("community_health_centre", "large"): Building(2000, 85_000, 7_400_000),
    ("township_clinic", "small"): Building(1000, 18_000, 1_900_000),
    ("township_clinic", "standard"): Building(1400, 32_000, 3_100_000),
    ("township_clinic", "large"): Building(1900, 50_000, 4_600_000),
}


@dataclass(frozen=True)
class Facility:
    """A row of `facilities.csv` or `candidates.csv`."""

    id: str
    name: Name
    tier: str
    status: str
    at: Point
    """Metres."""
    owner: str
    size: str = ""
    capacity_people: int | None = None
    build_cost: int | None = None
    running_cost: int | None = None
    fixed: str = ""


CENTRES = (
    ("汀阳街道", "Tingyang", (-0.5, 4.8), "standard"), ("文塔街道", "Wenta", (0.8, 1.9), "standard"),
    ("西浦街道", "Xipu", (-2.0, 3.4), "small"), ("东湾街道", "Dongwan", (6.2, 2.7), "small"),
    ("文塔街道鼓楼", "Wenta Gulou", (0.5, 3.5), "large"), ("汀阳街道北关", "Tingyang Beiguan", (1.6, 4.9), "small"),
    ("西浦街道清河", "Xipu Qinghe", (-1.2, 2.3), "small"), ("文塔街道河西", "Wenta Hexi", (2.0, 2.8), "small"),
)  # fmt: skip
WITHOUT_CLINIC = "hezhou"
SMALL_CLINICS = ("songao", "yunling", "luting", "luowei", "lutan", "fengling", "liuxi")
LARGE_CLINICS = ("yinxing", "nandu", "hetang", "shidu")
SECOND_CLINIC = "shidu"


class _Ground:
    """What a facility can be placed at."""

    def __init__(self, mesh: Mesh, network: Network, courses: Courses, points: tuple[DemandPoint, ...]) -> None:
        self.crossroads = {index: courses.points[index] for index in sorted(mesh.lattice) if index in courses.points}
        self.mesh = mesh
        self.points = points
        self.main = sorted(
            {p for edge, road in network.roads.items() if RANK[road.highway] <= RANK["tertiary"] for p in edge}
        )
        self.courses = courses

    def in_town(self, at: Point) -> Point:
        """Return a place by the crossroads nearest to a place in kilometres."""
        wished = at[0] * 1000, at[1] * 1000
        x, y = min(self.crossroads.values(), key=lambda point: (round(distance(point, wished), 1), point))
        return rounded((x + 24, y + 18))


def stands_today(
    mesh: Mesh, network: Network, courses: Courses, points: tuple[DemandPoint, ...]
) -> tuple[Facility, ...]:
    """Return the existing facilities: hospitals, centres, township clinics, village clinics, private clinics."""
    ground = _Ground(mesh, network, courses, points)
    return (*_hospitals(ground), *_centres(ground), *_clinics(ground), *_village_clinics(points), *_private(ground))


def could_be_built(
    mesh: Mesh, network: Network, courses: Courses, points: tuple[DemandPoint, ...], today: tuple[Facility, ...]
) -> tuple[Facility, ...]:
    """Return the candidate sites of both tiers."""
    ground = _Ground(mesh, network, courses, points)
    return (*_centre_sites(ground, today), *_clinic_sites(ground, today))


def _hospitals(ground: _Ground) -> list[Facility]:
    rows = (
        ("云汀县人民医院", "Yunting County People's Hospital", (0.4, 3.2)),
        ("云汀县中医医院", "Yunting County Hospital of Traditional Chinese Medicine", (-1.4, 4.2)),
    )
    return [
        Facility(f"H{number:02d}", (chinese, english), "county_hospital", "existing", ground.in_town(at), "public")
        for number, (chinese, english, at) in enumerate(rows, start=1)
    ]


def _existing(key: str, name: Name, tier: str, at: Point, size: str) -> Facility:
    building = BUILDINGS[tier, size]
    return Facility(key, name, tier, "existing", at, "public", size, building.people, None, building.running_cost)


def _centres(ground: _Ground) -> list[Facility]:
    tier = "community_health_centre"
    return [
        _existing(
            f"CHC{number:02d}",
            (f"{chinese}社区卫生服务中心", f"{english} Community Health Centre"),
            tier,
            ground.in_town(at),
            size,
        )
        for number, (chinese, english, at, size) in enumerate(CENTRES, start=1)
    ]


def _clinics(ground: _Ground) -> list[Facility]:
    clinics: list[Facility] = []
    for seat in plan.SEATS:
        if seat.kind == "subdistrict" or seat.key == WITHOUT_CLINIC:
            continue
        size = "small" if seat.key in SMALL_CLINICS else "large" if seat.key in LARGE_CLINICS else "standard"
        name = f"{seat.name}卫生院", f"{seat.name_en} Clinic"
        clinics.append(_existing(f"TC{len(clinics) + 1:02d}", name, "township_clinic", ground.in_town(seat.at), size))
    seat_index = next(index for index, seat in enumerate(plan.SEATS) if seat.key == SECOND_CLINIC)
    seat = plan.SEATS[seat_index]
    far = [point for point in ground.points if point.seat == seat_index and point.settlement.kind == "village"]
    town = seat.at[0] * 1000, seat.at[1] * 1000
    branch = max(far, key=lambda point: (round(distance(point.at, town), 1), point.id))
    name = f"{seat.name}第二卫生院", f"{seat.name_en} Second Clinic"
    clinics.append(_existing(f"TC{len(clinics) + 1:02d}", name, "township_clinic", branch.at, "small"))
    return clinics


def _village_clinics(points: tuple[DemandPoint, ...]) -> list[Facility]:
    """Return a village clinic in three of four villages; the others share a neighbour's."""
    dice = Dice("village clinics")
    clinics = []
    for point in points:
        if point.settlement.kind != "village" or not dice.chance(0.62 if plan.hilliness(*point.at) > 0.3 else 0.78):
            continue
        name = point.name[0].split("村")[0] + "村卫生室", point.name[1].split(" Village")[0] + " Village Clinic"
        at = rounded((point.at[0] + dice.between(-15, 15), point.at[1] + dice.between(-15, 15)))
        clinics.append(Facility(f"VC{point.village}", name, "village_clinic", "existing", at, "collective"))
    return clinics


_PRIVATE = (
    "仁和 Renhe|康民 Kangmin|济世 Jishi|同春 Tongchun|惠安 Hui'an|保和 Baohe|益寿 Yishou|德生 Desheng|"
     "长乐 Changle|福康 Fukang|明德 Mingde|杏林 Xinglin|永安 Yong'an|百草 Baicao|回春 Huichun|安泰 Antai"
)  # fmt: skip


def _private(ground: _Ground) -> list[Facility]:
    """Return private clinics: most in the county town, one in every third town."""
    dice = Dice("private clinics")
    names = dice.shuffled([part.split() for part in _PRIVATE.split("|")])
    centre = [point for index, point in ground.crossroads.items() if ground.mesh.lattice[index][0] == "county"]
    places = sorted(dice.shuffled(centre)[:26])
    places += [ground.in_town((seat.at[0] + 0.2, seat.at[1])) for seat in plan.SEATS[4::3]]
    clinics = []
    for number, (x, y) in enumerate(places):
        chinese, english = names[number % len(names)]
        branch = number // len(names) + 1
        name = f"{chinese}诊所{'' if branch == 1 else '二三四'[branch - 2] + '部'}", f"{english} Clinic {branch}"
        at = rounded((x - dice.between(15, 40), y + dice.between(15, 40)))
        clinics.append(Facility(f"PC{number + 1:03d}", name, "private_clinic", "existing", at, "private"))
    return clinics


def _spread(wished: list[Point], apart: float, taken: list[Point], gap: float) -> list[int]:
    """Return the indices of wished places, first come first served, that keep apart from one another and the taken."""
    chosen: list[int] = []
    for index, place in enumerate(wished):
        far = all(distance(place, wished[other]) >= apart for other in chosen)
        if far and all(distance(place, other) >= gap for other in taken):
            chosen.append(index)
    return chosen


def _cost(tier: str, size: str, dearness: float) -> int:
    """Return a building cost in yuan, rounded to 10,000."""
    return round(BUILDINGS[tier, size].floor_m2 * YUAN_PER_M2 * dearness / 10_000) * 10_000


def _candidate(key: str, name: Name, tier: str, at: Point, kind: tuple[str, float]) -> Facility:
    size, dearness = kind
    building = BUILDINGS[tier, size]
    cost = _cost(tier, size, dearness)
    return Facility(key, name, tier, "candidate", at, "public", size, building.people, cost, building.running_cost)


def _centre_sites(ground: _Ground, today: tuple[Facility, ...]) -> list[Facility]:
    tier = "community_health_centre"
    dice = Dice("sites for centres")
    taken = [facility.at for facility in today if facility.tier == tier]
    crossroads = [point for point in ground.crossroads.values() if in_county_town(*point)]
    wished = [rounded((x - 22, y + 26)) for x, y in dice.shuffled(crossroads)]
    sites = []
    for number, index in enumerate(_spread(wished, 500, taken, 300), start=1):
        off = distance(wished[index], (300, 3400)) / 1000
        size = "standard" if off < 2.2 else "small"
        dearness = (1.0 + 0.35 / (1 + (off / 1.5) ** 2)) * dice.between(0.95, 1.05)
        name = f"社区卫生服务中心备选点{number}", f"Community health centre site {number}"
        sites.append(_candidate(f"CC{number:03d}", name, tier, wished[index], (size, dearness)))
    return sites


def _clinic_sites(ground: _Ground, today: tuple[Facility, ...]) -> list[Facility]:
    """Return sites at the larger villages; in the hills only by the through roads, where lorries get to."""
    tier = "township_clinic"
    dice = Dice("sites for clinics")
    taken = [facility.at for facility in today if facility.tier == tier]
    main = [ground.courses.points[index] for index in ground.main]
    villages = [point for point in ground.points if point.settlement.kind == "village" and _reachable(point, main)]
    villages.sort(key=lambda point: (-point.people, point.id))
    wished = [point.at for point in villages]
    sites = []
    for number, index in enumerate(_spread(wished, 1850, taken, 1200), start=1):
        x, y = wished[index]
        dearness = (1 + 0.3 * plan.hilliness(x, y) + 0.12 * plan.wetness(x, y)) * dice.between(0.93, 1.07)
        size = "standard" if villages[index].people > 700 else "small"
        chinese, english = villages[index].name
        name = f"{chinese}卫生院备选点", f"Clinic site at {english}"
        sites.append(_candidate(f"CT{number:03d}", name, tier, rounded((x + 14, y - 10)), (size, dearness)))
    return sites


def _reachable(point: DemandPoint, main: list[Point]) -> bool:
    return plan.hilliness(*point.at) < 0.5 or min(distance(point.at, other) for other in main) < 4000
