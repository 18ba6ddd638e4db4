"""What a profile makes of a road's tags: may one travel it, in which direction, how fast."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from facopt.inputs.road_table import RoadTags
    from facopt.travel.profiles import Profile

DENIED = frozenset(
    {"no", "private", "agricultural", "forestry", "emergency", "delivery", "use_sidepath", "military", "psv"}
)
FORWARD_ONLY = frozenset({"yes", "true", "1"})
BACKWARD_ONLY = frozenset({"-1", "reverse"})
BOTH_WAYS = frozenset({"no", "false", "0", "alternating"})
IMPLIED_ONEWAY_CLASSES = frozenset({"motorway"})
IMPLIED_ONEWAY_JUNCTIONS = frozenset({"roundabout", "circular"})
KMH_PER_MPH = 1.609344
SANE_MAXSPEED_KMH = (5.0, 140.0)
"""Posted limits outside this range are mistakes of the map and are ignored."""

_SPEED = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*(km/h|kmh|kph|mph)?\s*$", re.IGNORECASE)
_DURATION = re.compile(r"^\s*(?:(\d+):)?(\d+):(\d+)\s*$|^\s*(\d+)\s*$")


class Travel(NamedTuple):
    """How a road is travelled in the order of its vertices and against it; 0 km/h: not at all."""

    forward_kmh: float
    backward_kmh: float
    minutes_per_way: float = 0.0
    """Minutes for the whole line on top of the driving: waiting for a ferry, or its timetable's crossing time."""


CLOSED = Travel(0.0, 0.0)


def travel_on(tags: RoadTags, profile: Profile) -> Travel:
    """Return how a profile travels a road with these tags."""
    if not _permitted(tags, profile):
        return CLOSED
    if tags.road_class == "ferry":
        return _ferry(tags, profile)
    kmh = _speed(tags, profile)
    forward, backward = _directions(tags, profile)
    return Travel(kmh if forward else 0.0, kmh if backward else 0.0)


def maxspeed_kmh(text: str) -> float | None:
    """Return a posted limit in km/h, the lowest where several are given; None where there is none that is sane."""
    values = []
    for part in re.split(r"[;|,]", text):
        match = _SPEED.match(part)
        if match:
            values.append(float(match[1]) * (KMH_PER_MPH if (match[2] or "").lower() == "mph" else 1.0))
    sane = [value for value in values if SANE_MAXSPEED_KMH[0] <= value <= SANE_MAXSPEED_KMH[1]]
    return min(sane) if sane else None


def duration_minutes(text: str) -> float | None:
    """Return a ferry's crossing time "h:mm", "h:mm:ss" or "minutes"; None where it cannot be read."""
    match = _DURATION.match(text)
    if not match:
        return None
    first, middle, last, plain = match.groups()
    if plain is not None:
        return float(plain)
    if first is None:
        return int(middle) * 60.0 + int(last)
    return int(first) * 60.0 + int(middle) + int(last) / 60.0


def _permitted(tags: RoadTags, profile: Profile) -> bool:
    for name in profile.access_tags:
        value = getattr(tags, name)
        if value:
            return value not in DENIED
    return True


def _speed(tags: RoadTags, profile: Profile) -> float:
    """Return the speed of the class within posted limit and surface, times the factors of the class."""
    speed = profile.speeds.get(tags.road_class)
    if speed is None:
        return 0.0
    kmh = speed.kmh
    posted = None if profile.maxspeed == "ignore" else maxspeed_kmh(tags.maxspeed)
    if posted is not None and kmh > 0:
        kmh = posted if profile.maxspeed == "replace" else min(kmh, posted)
    for cap in profile.caps:
        if getattr(tags, cap.tag) in cap.values:
            kmh = min(kmh, cap.speed.kmh)
    return min(kmh, profile.maximum_kmh) * profile.factor_of(tags.road_class)


def _directions(tags: RoadTags, profile: Profile) -> tuple[bool, bool]:
    if not profile.obeys_oneway:
        return (tags.oneway_foot not in BACKWARD_ONLY, tags.oneway_foot not in FORWARD_ONLY)
    if profile.oneway_exception and getattr(tags, profile.oneway_exception) in BOTH_WAYS:
        return (True, True)
    if profile.oneway_exception and tags.cycleway.startswith("opposite"):
        return (True, True)
    oneway = tags.oneway
    if oneway == "reversible":
        return (False, False)
    if not oneway and (tags.highway in IMPLIED_ONEWAY_CLASSES or tags.junction in IMPLIED_ONEWAY_JUNCTIONS):
        return (True, False)
    return (oneway not in BACKWARD_ONLY, oneway not in FORWARD_ONLY)


def _ferry(tags: RoadTags, profile: Profile) -> Travel:
    kmh = profile.kmh("ferry")
    if kmh <= 0:
        return CLOSED
    crossing = duration_minutes(tags.duration)
    if crossing is None:
        return Travel(kmh, kmh, profile.ferry_wait_minutes)
    return Travel(float("inf"), float("inf"), crossing + profile.ferry_wait_minutes)
