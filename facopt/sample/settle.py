"""Where people live: administrative villages and their hamlets in the country, neighbourhoods in the towns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shapely import Polygon, contains_xy, prepare

from facopt.sample import plan
from facopt.sample.dice import Dice
from facopt.sample.mesh import Mesh, tree
from facopt.sample.plane import Point, distance

if TYPE_CHECKING:
    from facopt.sample.land import Land


@dataclass(frozen=True)
class Settlement:
    """A place people live in, at a point of the mesh."""

    point: int
    kind: str
    """village (its main hamlet), hamlet, remote (a hamlet without a road), neighbourhood or seat."""
    parent: int
    """Index of the village that a hamlet belongs to; its own index otherwise."""


def settle(land: Land, mesh: Mesh) -> tuple[Settlement, ...]:
    """Return all settlements: villages first, then hamlets, remote hamlets, neighbourhoods and seats."""
    villages = _villages(land, mesh)
    settlements = [Settlement(point, "village", index) for index, point in enumerate(villages)]
    settlements += _hamlets(land, mesh, villages)
    settlements += _remote(mesh, villages)
    for kind, points in (("neighbourhood", _neighbourhoods(mesh)), ("seat", _seat_quarters(mesh))):
        settlements += [Settlement(point, kind, len(settlements) + offset) for offset, point in enumerate(points)]
    return tuple(settlements)


def in_wilds(point: Point, margin: float = 0.0) -> bool:
    """Tell whether a point lies where no road goes."""
    return any(distance(point, (x * 1000, y * 1000)) < radius * 1000 - margin for x, y, radius in plan.WILDS)


def _open_country(land: Land, mesh: Mesh) -> list[int]:
    """Return the points outside the towns, at least 350 m within the county, off the wilds and off the islands."""
    ground = land.county().buffer(-350)
    lakes = [Polygon(water.shore) for water in land.waters if water.kind == "lake"]
    for geometry in (ground, *lakes):
        prepare(geometry)
    bank = {point for pair in mesh.banks.values() for point in pair}
    return [
        index
        for index, (x, y) in enumerate(mesh.points)
        if index not in mesh.lattice
        and index not in bank
        and contains_xy(ground, x, y)
        and not in_wilds((x, y))
        and not any(contains_xy(lake, x, y) for lake in lakes)
    ]


def _villages(land: Land, mesh: Mesh) -> list[int]:
    """Return the points of the administrative villages, scattered so that none is near another."""
    order = Dice("villages").shuffled(_open_country(land, mesh))
    spacing = 1310.0
    while True:
        chosen = _scattered(order, mesh, spacing)
        if len(chosen) >= plan.FACTS.villages:
            return chosen[: plan.FACTS.villages]
        spacing *= 0.99


def _scattered(order: list[int], mesh: Mesh, spacing: float) -> list[int]:
    near: dict[tuple[int, int], list[int]] = {}
    chosen = []
    for index in order:
        x, y = mesh.points[index]
        keep = spacing * (1 + 0.55 * plan.hilliness(x, y) + 0.25 * plan.wetness(x, y))
        cx, cy = int(x // 3000), int(y // 3000)
        around = [other for dx in (-1, 0, 1) for dy in (-1, 0, 1) for other in near.get((cx + dx, cy + dy), ())]
        if all(distance(mesh.points[other], (x, y)) >= keep for other in around):
            chosen.append(index)
            near.setdefault((cx, cy), []).append(index)
    return chosen


def _hamlets(land: Land, mesh: Mesh, villages: list[int]) -> list[Settlement]:
    """Return hamlets of nearly every second village, each nearer to its own village than to another."""
    dice = Dice("hamlets")
    free = [index for index in _open_country(land, mesh) if index not in set(villages)]
    own = tree([mesh.points[index] for index in villages]).query([mesh.points[index] for index in free])[1]
    around: dict[int, list[int]] = {}
    for point, village in zip(free, own.tolist(), strict=True):
        if 330 <= distance(mesh.points[point], mesh.points[villages[village]]) <= 1300:
            around.setdefault(village, []).append(point)
    hamlets: list[Settlement] = []
    for village in range(len(villages)):
        wanted = dice.pick((0, 0, 0, 1, 1, 1, 2, 2))
        chosen = dice.shuffled(around.get(village, []))[:wanted]
        hamlets += [Settlement(point, "hamlet", village) for point in chosen]
    return hamlets


def _remote(mesh: Mesh, villages: list[int]) -> list[Settlement]:
    """Return the hamlets in the heart of the wilds, each of the nearest village."""
    nearest = tree([mesh.points[index] for index in villages])
    remote = []
    for x, y in plan.REMOTE_HAMLETS:
        at = x * 1000, y * 1000
        point = min(range(len(mesh.points)), key=lambda index: (round(distance(mesh.points[index], at), 1), index))
        remote.append(Settlement(point, "remote", int(nearest.query(mesh.points[point])[1])))
    return remote


def _neighbourhoods(mesh: Mesh) -> list[int]:
    """Return the crossroads of the county town round which its neighbourhoods lie, denser in the middle."""
    dice = Dice("neighbourhoods")
    crossroads = [index for index, lattice in mesh.lattice.items() if lattice[0] == "county"]
    return [index for index in crossroads if dice.chance(_share_lived_in(mesh.points[index]))]


def _share_lived_in(point: Point) -> float:
    off = distance(point, (200, 3400)) / 1000
    return 0.42 if off < 2 else 0.28 if off < 3.5 else 0.2


def _seat_quarters(mesh: Mesh) -> list[int]:
    """Return four to six crossroads of each town seat."""
    dice = Dice("seats")
    quarters = []
    for seat in plan.SEATS:
        crossroads = [index for index, lattice in mesh.lattice.items() if lattice[0] == seat.key]
        count = min(len(crossroads), max(2, round(seat.seat_people / 2200)))
        quarters += sorted(dice.shuffled(crossroads)[:count])
    return quarters
