"""Health facilities out of OpenStreetMap, with the kind that name and tags tell."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from facopt.fetch.features import Feature, Wanted, features_with, without_twins
from facopt.inputs.facility_names import NOT_HUMAN_CARE, OSM_AMENITIES, kind_of_tags

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from facopt.fetch.features import Elements

TAGS: Wanted = MappingProxyType({"amenity": list(OSM_AMENITIES), "healthcare": True})
"""What is asked for."""
TWIN_METRES = 250.0


@dataclass(frozen=True)
class Facilities:
    """Facilities with their kinds, and what was left out."""

    features: tuple[Feature, ...]
    kinds: tuple[str, ...]
    left_out: dict[str, int]
    """Number by kind, and as `mapped twice`."""


def facilities_from(elements: Elements, boundary: BaseGeometry) -> Facilities:
    """Return the facilities within the boundary."""
    found = features_with(elements, TAGS, boundary)
    left_out = Counter(kind for kind in map(kind_of, found) if kind in NOT_HUMAN_CARE)
    kept, twins = without_twins((one for one in found if kind_of(one) not in NOT_HUMAN_CARE), kind_of, TWIN_METRES)
    if twins:
        left_out["mapped twice"] = twins
    return Facilities(tuple(kept), tuple(map(kind_of, kept)), dict(sorted(left_out.items())))


def kind_of(feature: Feature) -> str:
    """Return the kind that a feature's tags and name tell."""
    return kind_of_tags(feature.tags.get("amenity", ""), feature.tags.get("healthcare", ""), feature.name)
