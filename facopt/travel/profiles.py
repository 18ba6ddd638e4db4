"""Profiles: how fast one travels on which road, and what one may use; the values stand in `profiles.yaml`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from importlib import resources
from typing import Any

import yaml

from facopt.errors import Finding, Place, ScenarioError

MAXSPEED_USES = ("cap", "replace", "ignore")
DEFAULT_OFF_ROAD_KMH = 5.0
DEFAULT_MAXIMUM_SNAP_METRES = 5_000.0
DEFAULT_ISLAND_REACH_METRES = 2_000.0
DEFAULT_ISLAND_KM = 10.0


@dataclass(frozen=True)
class SourcedSpeed:
    """A speed with where it comes from."""

    kmh: float
    source: str
    verified: bool
    """True only where the value was read in its source."""


@dataclass(frozen=True)
class SpeedCap:
    """A speed that roads with one of some values of a tag do not exceed; 0 closes them."""

    tag: str
    values: frozenset[str]
    speed: SourcedSpeed


@dataclass(frozen=True)
class Profile:
    """How one mode travels: speeds by road class, caps, permissions, and the ways to and from the road."""

    name: str
    title: str
    speeds: Mapping[str, SourcedSpeed]
    """By road class; a class that is not listed, or has speed 0, cannot be used."""
    caps: tuple[SpeedCap, ...] = ()
    access_tags: tuple[str, ...] = ("access",)
    """Permission tags from the most to the least specific; the first one present on a road decides."""
    obeys_oneway: bool = True
    oneway_exception: str = ""
    """Tag that frees this mode from a one-way rule when it says "no"."""
    maxspeed: str = "cap"
    """What a posted limit does: "cap" the speed of the class, "replace" it, or nothing ("ignore")."""
    maximum_kmh: float = math.inf
    ferry: SourcedSpeed = SourcedSpeed(5.0, "OSRM", verified=False)
    ferry_wait_minutes: float = 10.0
    no_stopping: frozenset[str] = frozenset({"ferry"})
    """Classes one can pass but not get on or off, so that no home is joined to a motorway."""
    class_factors: Mapping[str, float] = field(default_factory=dict)
    """Multiplier of the speed by road class, for seasons and calibration, after limits and surfaces; "default" for all
    others but ferries. 0 closes the class."""
    factor: float = 1.0
    """Multiplier of the speed of all roads, after limits and surfaces."""
    off_road_kmh: float = DEFAULT_OFF_ROAD_KMH
    terminal_minutes: float = 0.0
    """Fixed minutes per journey: leaving home, parking, finding the door."""
    maximum_snap_metres: float = DEFAULT_MAXIMUM_SNAP_METRES
    """Farther from any road than this, a point is cut off."""
    island_reach_metres: float = DEFAULT_ISLAND_REACH_METRES
    """A point nearest to an island path goes to the main network instead if that is within this distance."""
    island_km: float = DEFAULT_ISLAND_KM
    """A connected piece of the network shorter than this is an island path, unless it is the longest of all."""

    def kmh(self, road_class: str) -> float:
        """Return the speed on a class before limits and surfaces; 0 where it cannot be used."""
        speed = self.ferry if road_class == "ferry" else self.speeds.get(road_class)
        return 0.0 if speed is None else speed.kmh * self.factor_of(road_class)

    def factor_of(self, road_class: str) -> float:
        """Return the multiplier of all speeds on a class; ferries keep theirs unless they are named."""
        if road_class == "ferry":
            return self.class_factors.get("ferry", 1.0)
        return self.factor * self.class_factors.get(road_class, self.class_factors.get("default", 1.0))

    def sources(self) -> list[dict[str, Any]]:
        """Return every speed with its source, for the report: class, kmh, source, verified."""
        rows = [("ferry", self.ferry), *sorted(self.speeds.items())]
        return [{"class": name, **asdict(speed)} for name, speed in rows]


def profile_names() -> tuple[str, ...]:
    """Return the names of the profiles that come with facopt."""
    return tuple(_shipped())


def load_profile(name: str, overrides: Mapping[str, Any] | None = None) -> Profile:
    """Return a shipped profile with single values replaced.

    Parameters
    ----------
    name
        One of `profile_names()`.
    overrides
        Any of `speeds_kmh` (class to km/h, 0 closes), `factor`, `class_factors` (class to multiplier, "default" for the
        rest), `terrain` (plain, hills, mountain), `maxspeed` (cap, replace, ignore), `maximum_kmh`, `off_road_kmh`,
        `terminal_minutes`, `maximum_snap_metres`, `island_reach_metres`, `island_km`, `ferry_kmh`,
        `ferry_wait_minutes`, `obeys_oneway`.

    Raises
    ------
    ScenarioError
        If the name, an override or a value is not known or not possible; all findings at once.
    """
    shipped = _shipped()
    if name not in shipped:
        what = f"there is no travel profile {name!r}"
        raise ScenarioError(Finding(what, f"Use one of {', '.join(shipped)}", Place(key="profile")))
    profile = _parse(name, shipped[name])
    findings: list[Finding] = []
    for key, value in (overrides or {}).items():
        try:
            profile = _override(profile, key, value, shipped[name])
        except ValueError as error:
            findings.append(Finding(f"{key}: {error}", "", Place(key=key)))
    if findings:
        raise ScenarioError(findings)
    return profile


def _shipped() -> dict[str, Any]:
    text = resources.files("facopt.travel").joinpath("profiles.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def _parse(name: str, data: Mapping[str, Any]) -> Profile:
    speeds = {road_class: _sourced(group) for group in data["speeds"] for road_class in group["classes"]}
    caps = tuple(SpeedCap(cap["tag"], frozenset(cap["values"]), _sourced(cap)) for cap in data["caps"])
    return Profile(
        name=name, title=data["title"], speeds=speeds, caps=caps, access_tags=tuple(data["access_tags"]),
        obeys_oneway=data["obeys_oneway"], oneway_exception=data.get("oneway_exception", ""),
        maximum_kmh=float(data.get("maximum_kmh", math.inf)), ferry=_sourced(data["ferry"]),
        ferry_wait_minutes=float(data["ferry"]["wait_minutes"]), no_stopping=frozenset(data["no_stopping"]),
    )  # fmt: skip


def _sourced(data: Mapping[str, Any]) -> SourcedSpeed:
    return SourcedSpeed(kmh=float(data["kmh"]), source=str(data["source"]), verified=bool(data["verified"]))


_AT_LEAST_ZERO = (
    "terminal_minutes", "maximum_snap_metres", "island_reach_metres", "island_km", "ferry_wait_minutes",
)  # fmt: skip
_ABOVE_ZERO = ("factor", "off_road_kmh", "maximum_kmh")


def _override(profile: Profile, key: str, value: Any, data: Mapping[str, Any]) -> Profile:
    """Return the profile with one value replaced; ValueError says what is wrong with it."""
    if key in _AT_LEAST_ZERO or key in _ABOVE_ZERO:
        changed: dict[str, Any] = {key: _number(value, positive=key in _ABOVE_ZERO)}
        return replace(profile, **changed)
    changes = {
        "speeds_kmh": _change_speeds, "class_factors": _change_class_factors, "ferry_kmh": _change_ferry,
        "maxspeed": _change_maxspeed, "obeys_oneway": _change_oneway,
    }  # fmt: skip
    if key == "terrain":
        return _change_terrain(profile, value, data["terrain"])
    if key not in changes:
        known = ", ".join(sorted((*changes, "terrain", *_AT_LEAST_ZERO, *_ABOVE_ZERO)))
        msg = f"not a value of a travel profile; use one of {known}"
        raise ValueError(msg)
    return changes[key](profile, value)


def _number(value: Any, *, positive: bool) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        msg = f"{value!r} is not a number"
        raise ValueError(msg)
    if value < 0 or (positive and value == 0):
        msg = f"{value!r} must be {'above' if positive else 'at least'} 0"
        raise ValueError(msg)
    return float(value)


def _mapping(value: Any) -> dict[str, float]:
    if not isinstance(value, Mapping):
        msg = f"{value!r} is not a mapping of road class to number"
        raise ValueError(msg)
    return {str(road_class): _number(number, positive=False) for road_class, number in value.items()}


def _change_speeds(profile: Profile, value: Any) -> Profile:
    changed = {name: SourcedSpeed(kmh, "scenario", verified=True) for name, kmh in _mapping(value).items()}
    return replace(profile, speeds={**profile.speeds, **changed})


def _change_class_factors(profile: Profile, value: Any) -> Profile:
    return replace(profile, class_factors=_mapping(value))


def _change_ferry(profile: Profile, value: Any) -> Profile:
    return replace(profile, ferry=SourcedSpeed(_number(value, positive=False), "scenario", verified=True))


def _change_maxspeed(profile: Profile, value: Any) -> Profile:
    if value not in MAXSPEED_USES:
        msg = f"{value!r} is not one of {', '.join(MAXSPEED_USES)}"
        raise ValueError(msg)
    return replace(profile, maxspeed=value)


def _change_oneway(profile: Profile, value: Any) -> Profile:
    if not isinstance(value, bool):
        msg = f"{value!r} is not true or false"
        raise ValueError(msg)
    return replace(profile, obeys_oneway=value)


def _change_terrain(profile: Profile, value: Any, terrains: Mapping[str, Any]) -> Profile:
    if value == "plain":
        return profile
    if value not in terrains:
        msg = f"{value!r} is not one of plain, {', '.join(terrains)}"
        raise ValueError(msg)
    terrain = terrains[value]
    speeds = {
        name: replace(speed, kmh=speed.kmh * float(terrain.get(name, terrain["default"])))
        for name, speed in profile.speeds.items()
    }
    return replace(profile, speeds=speeds)
