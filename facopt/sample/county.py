"""The whole sample county, put together stage by stage."""

from __future__ import annotations

from dataclasses import dataclass

from facopt.sample.estate import Facility, could_be_built, stands_today
from facopt.sample.land import Land, lay_land
from facopt.sample.mesh import Mesh, lay_mesh
from facopt.sample.people import DemandPoint, populate
from facopt.sample.roads import Network, lay_roads
from facopt.sample.settle import settle
from facopt.sample.shape import Courses, Motorway, lay_motorway, shape


@dataclass(frozen=True)
class County:
    """Everything there is in the sample county, in the metres of its own plane."""

    land: Land
    mesh: Mesh
    network: Network
    courses: Courses
    motorway: Motorway
    points: tuple[DemandPoint, ...]
    today: tuple[Facility, ...]
    candidates: tuple[Facility, ...]


def build_county() -> County:
    """Return the sample county; every call returns the same."""
    land = lay_land()
    mesh = lay_mesh(land)
    settlements = settle(land, mesh)
    network = lay_roads(mesh, settlements)
    courses = shape(network, land)
    motorway = lay_motorway(network, courses, land)
    points = populate(land, mesh, courses, settlements)
    today = stands_today(mesh, network, courses, points)
    candidates = could_be_built(mesh, network, courses, points, today)
    return County(land, mesh, network, courses, motorway, points, today, candidates)
