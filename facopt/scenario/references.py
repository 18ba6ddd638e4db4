"""Second look at a scenario: whether its parts name each other rightly, and whether its files exist. Reads no data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from facopt.errors import Finding, Place, Severity
from facopt.scenario.schema import PLACE_FILES, FastestTravel
from facopt.scenario.suggest import missing_file, nearest

if TYPE_CHECKING:
    from facopt.scenario.schema import CoverageTarget, Scenario

PlaceOf = Callable[[str], Place]
"""Gives the place of a dotted key, or of its nearest stated ancestor."""


def check_references(scenario: Scenario, place_of: PlaceOf) -> Iterator[Finding]:
    """Yield errors and warnings about everything in the scenario that refers to something else in it, or to a file."""
    yield from _tiers(scenario, place_of)
    yield from _matches(scenario, place_of)
    yield from _targets(scenario, place_of)
    yield from _limits(scenario, place_of)
    yield from _objective(scenario, place_of)
    yield from _fastest(scenario, place_of)
    yield from _unused_modes(scenario, place_of)
    yield from _map(scenario, place_of)
    yield from _files(scenario, place_of)


def _unknown(key: str, word: str, known: Mapping[str, Any], group: str, place: Place) -> Finding:
    near = nearest(word, list(known))
    remedy = f"Perhaps '{near}' is meant" if near else f"Known under {group}: {', '.join(known)}"
    return Finding(f"{key} names '{word}', which is not under {group}", remedy, place)


def _warning(what: str, remedy: str, place: Place) -> Finding:
    return Finding(what, remedy, place, Severity.WARNING)


def _twice(key: str, words: tuple[str, ...], place_of: PlaceOf) -> Iterator[Finding]:
    for index, word in enumerate(words):
        if word in words[:index]:
            yield Finding(f"{key} states '{word}' twice", "Remove one of them", place_of(f"{key}.{index}"))


def _tiers(scenario: Scenario, place_of: PlaceOf) -> Iterator[Finding]:
    for name, tier in scenario.tiers.items():
        key = f"tiers.{name}"
        if tier.mode not in scenario.travel:
            yield _unknown(f"{key}.mode", tier.mode, scenario.travel, "travel", place_of(f"{key}.mode"))
        yield from _twice(f"{key}.serves", tier.serves, place_of)
        yield from _twice(f"{key}.provides", tier.provides, place_of)
        for index, provided in enumerate(tier.provides):
            place = place_of(f"{key}.provides.{index}")
            if provided == name:
                yield Finding(f"{key}.provides names the tier itself", "Remove it", place)
            elif provided not in scenario.tiers:
                yield _unknown(f"{key}.provides", provided, scenario.tiers, "tiers", place)


def _map(scenario: Scenario, place_of: PlaceOf) -> Iterator[Finding]:
    if scenario.map.base == "tianditu" and scenario.map.tianditu_key is None:
        remedy = "State map.tianditu_key, the key that Tianditu gives for browsers, or leave map.base out"
        yield Finding("map.base is tianditu, which gives no pictures without a key", remedy, place_of("map.base"))


def _matches(scenario: Scenario, place_of: PlaceOf) -> Iterator[Finding]:
    meaning = {name: name for name in scenario.tiers}
    for name, tier in scenario.tiers.items():
        for index, word in enumerate(tier.matches):
            other = meaning.setdefault(word, name)
            if other != name:
                what = f"tiers.{name}.matches states '{word}', which already stands for {other}"
                yield Finding(what, "Let each word mean one tier", place_of(f"tiers.{name}.matches.{index}"))


def _targets(scenario: Scenario, place_of: PlaceOf) -> Iterator[Finding]:
    seen: dict[tuple[str | None, str | None, str | None], int] = {}
    for index, target in enumerate(scenario.targets):
        key = f"targets.{index}"
        if target.tier is not None and target.tier not in scenario.tiers:
            yield _unknown(f"{key}.tier", target.tier, scenario.tiers, "tiers", place_of(f"{key}.tier"))
        elif not _serves(scenario, target):
            who = target.tier or "no tier"
            verb = "does not serve" if target.tier else "serves"
            what = f"{key} asks for {target.area_class} people, whom {who} {verb}"
            yield Finding(what, "Correct the target, or 'serves' of the tier", place_of(f"{key}.area_class"))
        first = seen.setdefault((target.tier, target.area_class, target.zone), index)
        if first != index:
            what = f"{key} is about the same people and tier as targets.{first}; only the higher percentage matters"
            yield _warning(what, "Keep one of them", place_of(key))


def _serves(scenario: Scenario, target: CoverageTarget) -> bool:
    tiers = [scenario.tiers[target.tier]] if target.tier else list(scenario.tiers.values())
    return target.area_class is None or any(target.area_class in tier.serves for tier in tiers)


def _limits(scenario: Scenario, place_of: PlaceOf) -> Iterator[Finding]:
    limits = scenario.limits
    for group, counts in (("new_sites", limits.new_sites), ("sites", limits.sites)):
        for tier in counts:
            if tier not in scenario.tiers:
                yield _unknown(f"limits.{group}", tier, scenario.tiers, "tiers", place_of(f"limits.{group}.{tier}"))
    for tier, count in limits.sites.items():
        if limits.new_sites.get(tier, 0) > count:
            allowed = limits.new_sites[tier]
            what = f"limits.new_sites allows {allowed} of {tier}, but limits.sites asks for {count} in all"
            yield _warning(what, "Remove one of the two limits", place_of(f"limits.new_sites.{tier}"))


def _objective(scenario: Scenario, place_of: PlaceOf) -> Iterator[Finding]:
    yield from _twice("objective", scenario.objective, place_of)
    chain, limits, place = scenario.objective, scenario.limits, place_of("objective")
    if chain[0] in ("cost", "sites") and not scenario.targets and not limits.sites:
        what = f"the objective begins with {chain[0]} and no target asks for coverage, so nothing will be built"
        yield _warning(what, "State targets, or begin with coverage", place)
    limited = limits.budget is not None or limits.new_sites or limits.sites
    if not limited and not {"cost", "sites"} & set(chain):
        what = "neither limits nor the objective hold back cost or sites, so every candidate may be opened"
        yield _warning(what, "State limits, or add cost or sites to the objective", place)


def _fastest(scenario: Scenario, place_of: PlaceOf) -> Iterator[Finding]:
    for name, travel in scenario.travel.items():
        if not isinstance(travel, FastestTravel):
            continue
        key = f"travel.{name}.modes"
        yield from _twice(key, travel.modes, place_of)
        for index, mode in enumerate(travel.modes):
            place = place_of(f"{key}.{index}")
            if mode not in scenario.travel:
                yield _unknown(key, mode, scenario.travel, "travel", place)
            elif isinstance(scenario.travel[mode], FastestTravel):
                what = f"{key} names '{mode}', which is itself the fastest of several"
                yield Finding(what, "Name the modes that it is made of", place)


def used_modes(scenario: Scenario) -> tuple[str, ...]:
    """Return the modes that a tier uses, itself or through the fastest of several, in the order of the scenario."""
    direct = {tier.mode for tier in scenario.tiers.values()}
    parts = {
        part
        for name, travel in scenario.travel.items()
        if name in direct and isinstance(travel, FastestTravel)
        for part in travel.modes
    }
    return tuple(mode for mode in scenario.travel if mode in direct | parts)


def _unused_modes(scenario: Scenario, place_of: PlaceOf) -> Iterator[Finding]:
    used = used_modes(scenario)
    for mode in scenario.travel:
        if mode not in used:
            remedy = "Name it as the mode of a tier, or remove it"
            yield _warning(f"no tier uses travel.{mode}", remedy, place_of(f"travel.{mode}"))


def stated_files(value: Any, key: str = "") -> Iterator[tuple[str, Path]]:
    """Yield every path below a section of a scenario, with its dotted key, in the order of the schema."""
    items: Any = ()
    if isinstance(value, Path):
        yield key, value
    elif isinstance(value, BaseModel):
        items = value
    elif isinstance(value, dict):
        items = value.items()
    elif isinstance(value, tuple):
        items = enumerate(value)
    for name, item in items:
        yield from stated_files(item, f"{key}.{name}" if key else str(name))


def data_files(scenario: Scenario) -> Iterator[tuple[str, Path]]:
    """Yield every data file that a scenario names, with its dotted key; the folder of its place is none."""
    return ((key, path) for key, path in stated_files(scenario) if key != "place.folder")


def _files(scenario: Scenario, place_of: PlaceOf) -> Iterator[Finding]:
    folder = None if scenario.place is None else scenario.place.folder
    for key, path in data_files(scenario):
        trouble = missing_file(path)
        if trouble is None:
            continue
        if path.parent == folder and not path.exists():  # what is missing of a place is fetched
            if path.name not in PLACE_FILES:
                remedy = f"Of a place, these are fetched: {', '.join(PLACE_FILES)}"
                yield Finding(f"{key}: '{path.name}' is no file of a place", remedy, place_of(key))
            continue
        yield Finding(f"{key}: {trouble[0]}", trouble[1], place_of(key))
