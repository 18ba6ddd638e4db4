"""Things on the map out of OpenStreetMap's elements: where each lies, what it is called, all its tags."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import shapely

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    from shapely.geometry.base import BaseGeometry

    from facopt.fetch.services import Element

Elements = Mapping[tuple[str, int], "Element"]
Wanted = Mapping[str, "list[str] | Literal[True]"]
"""Values by key of a tag, True for any; one of them is enough."""
NAME_KEYS = ("name", "name:zh", "name:en", "official_name")
CENTRES = ("label", "admin_centre")
"""Roles of the node at which an area's name belongs, the better first."""
GONE = ("disused", "abandoned", "demolished", "proposed")


@dataclass(frozen=True)
class Feature:
    """One thing on the map."""

    kind: str
    """`node`, `way` or `relation`."""
    number: int
    """Its id among those of its kind."""
    lon: float
    """WGS-84 degrees."""
    lat: float
    tags: Mapping[str, str]

    @property
    def id(self) -> str:
        """Id as OpenStreetMap abbreviates it: n123, w123, r123."""
        return f"{self.kind[0]}{self.number}"

    @property
    def name(self) -> str:
        """The local name where there is one; "" for none."""
        return next((self.tags[key] for key in NAME_KEYS if self.tags.get(key)), "")


def features_with(elements: Elements, wanted: Wanted, within: BaseGeometry) -> list[Feature]:
    """Return what has one of the wanted tags and lies within an outline, by id; what is marked as gone is left out."""
    shapely.prepare(within)
    found = []
    for (kind, number), element in sorted(elements.items(), key=lambda item: item[0]):
        tags = {str(key): str(value) for key, value in element.get("tags", {}).items()}
        if not _is_wanted(tags, wanted) or any(tags.get(key) == "yes" for key in GONE):
            continue
        at = _position(element, elements)
        if at is not None and shapely.intersects_xy(within, *at):
            found.append(Feature(kind, number, *at, tags))
    return found


def _is_wanted(tags: Mapping[str, str], wanted: Wanted) -> bool:
    return any(key in tags and (values is True or tags[key] in values) for key, values in wanted.items())


def without_twins(
    features: Iterable[Feature], same: Callable[[Feature], Hashable], metres: float
) -> tuple[list[Feature], int]:
    """Return features of which each stands once, and how many were left out.

    What is mapped both as a point and as an area has one name and lies close by; the one with more tags is kept.

    Parameters
    ----------
    features
        In any order; the result is sorted by kind and id.
    same
        What twins agree in besides their name.
    metres
        Twins lie within this distance of each other.
    """
    kept: dict[Hashable, list[Feature]] = {}
    dropped = 0
    for feature in sorted(features, key=lambda one: (-len(one.tags), one.kind, one.number)):
        group = kept.setdefault((feature.name, same(feature)), [])
        if feature.name and any(_metres(feature, other) <= metres for other in group):
            dropped += 1
        else:
            group.append(feature)
    return sorted(itertools.chain(*kept.values()), key=lambda one: (one.kind, one.number)), dropped


def _metres(a: Feature, b: Feature) -> float:
    import numpy as np

    from facopt.inputs.road_table import great_circle_metres

    return float(great_circle_metres(*(np.array([value]) for value in (a.lon, a.lat, b.lon, b.lat)))[0])


def _position(element: Element, elements: Elements) -> tuple[float, float] | None:
    """Return longitude and latitude of a point in the element; None where its nodes are missing."""
    if element["type"] == "node":
        return float(element["lon"]), float(element["lat"])
    centre = _centre(element, elements)
    if centre is not None:
        return centre
    shape = _shape(element, elements)
    if shape.is_empty:
        return None
    point = shape.representative_point()
    return round(point.x, 7), round(point.y, 7)


def _centre(element: Element, elements: Elements) -> tuple[float, float] | None:
    members = element.get("members", ())
    for role in CENTRES:
        for member in members:
            node = elements.get((member["type"], int(member["ref"])))
            if member["role"] == role and node is not None and node["type"] == "node":
                return float(node["lon"]), float(node["lat"])
    return None


def _shape(element: Element, elements: Elements) -> BaseGeometry:
    """Return the area that a way or a relation encloses, else its lines, else its points."""
    if element["type"] == "way":
        return _area_or_lines([_line(element, elements)])
    members = [elements.get((member["type"], int(member["ref"]))) for member in element.get("members", ())]
    lines = [_line(member, elements) for member in members if member is not None and member["type"] == "way"]
    points = [(one["lon"], one["lat"]) for one in members if one is not None and one["type"] == "node"]
    shape = _area_or_lines(lines)
    return shapely.MultiPoint(points) if shape.is_empty else shape


def _line(way: Element, elements: Elements) -> BaseGeometry:
    nodes = [elements.get(("node", int(number))) for number in way.get("nodes", ())]
    at = [(node["lon"], node["lat"]) for node in nodes if node is not None]
    return shapely.LineString(at) if len(at) > 1 else shapely.LineString()


def _area_or_lines(lines: list[BaseGeometry]) -> BaseGeometry:
    drawn = [line for line in lines if not line.is_empty]
    areas = list(shapely.get_parts(shapely.polygonize(drawn))) if drawn else []
    return shapely.union_all(areas or drawn)
