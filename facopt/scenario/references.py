"""Second look at a scenario: whether its parts name each other rightly, and whether its files exist. Reads no data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from facopt.errors import Finding
from facopt.scenario.planning_references import check_planning
from facopt.scenario.reference_words import twice, unknown, warning
from facopt.scenario.schema import PLACE_FILES, FastestTravel
from facopt.scenario.suggest import missing_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from facopt.scenario.reference_words import PlaceOf
    from facopt.scenario.schema import CoverageTarget, Level, Scenario


def check_references(scenario: Scenario, place_of: PlaceOf) -> Iterator[Finding]:
    """Yield errors and warnings about everything in the scenario that refers to something else in it, or to a file."""
    yield from _tiers(scenario, place_of)
    yield from _matches(scenario, place_of)
    yield from _tiers_of_sites(scenario, place_of)
    yield from _targets(scenario, place_of)
    yield from _limits(scenario, place_of)
    yield from _objective(scenario, place_of)
    yield from check_planning(scenario, place_of)
    yield from _fastest(scenario, place_of)
    yield from _unused_modes(scenario, place_of)
    yield from _map(scenario, place_of)
    yield from _files(scenario, place_of)


def _tiers(scenario: Scenario, place_of: PlaceOf) -> Iterator[Finding]:
    for name, tier in scenario.tiers.items():
        key = f"tiers.{name}"
        if tier.mode not in scenario.travel:
            yield unknown(f"{key}.mode", tier.mode, scenario.travel, "travel", place_of(f"{key}.mode"))
        yield from twice(f"{key}.serves", tier.serves, place_of)
        yield from twice(f"{key}.provides", tier.provides, place_of)
        for index, provided in enumerate(tier.provides):
            place = place_of(f"{key}.provides.{index}")
            if provided == name:
                yield Finding(f"{key}.provides names the tier itself", "Remove it", place)
            elif provided not in scenario.tiers:
                yield unknown(f"{key}.provides", provided, scenario.tiers, "tiers", place)


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


def _tiers_of_sites(scenario: Scenario, place_of: PlaceOf) -> Iterator[Finding]:
    for group, stated in (("facilities", scenario.facilities), ("candidates", scenario.candidates)):
        several = isinstance(stated, tuple)
        for number, part in enumerate(stated if isinstance(stated, tuple) else (stated,)):
            key = f"{group}.{number}.tiers" if several else f"{group}.tiers"
            for index, tier in enumerate(getattr(part, "tiers", None) or ()):
                if tier not in scenario.tiers:
                    yield unknown(key, tier, scenario.tiers, "tiers", place_of(f"{key}.{index}"))


def _targets(scenario: Scenario, place_of: PlaceOf) -> Iterator[Finding]:
    seen: dict[tuple[object, ...], int] = {}
    for index, target in enumerate(scenario.targets):
        key = f"targets.{index}"
        if target.tier is not None and target.tier not in scenario.tiers:
            yield unknown(f"{key}.tier", target.tier, scenario.tiers, "tiers", place_of(f"{key}.tier"))
        elif not _serves(scenario, target):
            who = target.tier or "no tier"
            verb = "does not serve" if target.tier else "serves"
            what = f"{key} asks for {target.area_class} people, whom {who} {verb}"
            yield Finding(what, "Correct the target, or 'serves' of the tier", place_of(f"{key}.area_class"))
        measure = "percentage" if target.at_least_people is None else "number"
        if measure == "percentage" and target.at_least_percent is None:
            what, remedy = (
                f"{key} states neither at_least_percent nor at_least_people",
                "Add at_least_percent, as in 90",
            )
            yield Finding(what, remedy, place_of(key))
        same = (target.tier, target.area_class, target.zone, target.segment, target.by, measure)
        first = seen.setdefault(same, index)
        if first != index:
            what = f"{key} is about the same people and tier as targets.{first}; only the higher {measure} matters"
            yield warning(what, "Keep one of them", place_of(key))


def _serves(scenario: Scenario, target: CoverageTarget) -> bool:
    tiers = [scenario.tiers[target.tier]] if target.tier else list(scenario.tiers.values())
    return target.area_class is None or any(target.area_class in tier.serves for tier in tiers)


def _limits(scenario: Scenario, place_of: PlaceOf) -> Iterator[Finding]:
    limits = scenario.limits
    for group, counts in (("new_sites", limits.new_sites), ("sites", limits.sites)):
        for tier in counts:
            if tier not in scenario.tiers:
                yield unknown(f"limits.{group}", tier, scenario.tiers, "tiers", place_of(f"limits.{group}.{tier}"))
    for tier, count in limits.sites.items():
        if limits.new_sites.get(tier, 0) > count:
            allowed = limits.new_sites[tier]
            what = f"limits.new_sites allows {allowed} of {tier}, but limits.sites asks for {count} in all"
            yield warning(what, "Remove one of the two limits", place_of(f"limits.new_sites.{tier}"))


def _objective(scenario: Scenario, place_of: PlaceOf) -> Iterator[Finding]:
    levels, limits, place = scenario.levels, scenario.limits, place_of("objective")
    words = (_sum(level) if level.weighted else level.name for level in levels)
    yield from twice("objective", words, place_of)
    named = [name for level in levels for name, _ in level.weights]
    nothing_asked = not (scenario.targets or scenario.rules or limits.sites)
    if levels[0].name in ("cost", "sites") and nothing_asked:
        what = f"the objective begins with {levels[0].name} and no target asks for coverage, so nothing will be built"
        yield warning(what, "State targets, or begin with coverage", place)
    if not limits.states(*type(limits).model_fields) and {"cost", "sites"}.isdisjoint(named):
        what = "neither limits nor the objective hold back cost or sites, so every candidate may be opened"
        yield warning(what, "State limits, or add cost or sites to the objective", place)


def _sum(level: Level) -> str:
    return " + ".join(f"{weight:g} {name}" for name, weight in level.weights)


def _fastest(scenario: Scenario, place_of: PlaceOf) -> Iterator[Finding]:
    for name, travel in scenario.travel.items():
        if not isinstance(travel, FastestTravel):
            continue
        key = f"travel.{name}.modes"
        yield from twice(key, travel.modes, place_of)
        for index, mode in enumerate(travel.modes):
            place = place_of(f"{key}.{index}")
            if mode not in scenario.travel:
                yield unknown(key, mode, scenario.travel, "travel", place)
            elif isinstance(scenario.travel[mode], FastestTravel):
                what = f"{key} names '{mode}', which is itself the fastest of several"
                yield Finding(what, "Name the modes that it is made of", place)


def used_modes(scenario: Scenario) -> tuple[str, ...]:
    """Return the modes that a tier uses, itself or through the fastest of several, in the order of the scenario."""
    return _with_parts(scenario, {tier.mode for tier in scenario.tiers.values()})


def referral_modes(scenario: Scenario) -> tuple[str, ...]:
    """Return the modes by which patients are referred, themselves or through the fastest of several."""
    return _with_parts(scenario, {tier.referral.mode for tier in scenario.tiers.values() if tier.referral})


def _with_parts(scenario: Scenario, direct: set[str]) -> tuple[str, ...]:
    parts = {
        part
        for name, travel in scenario.travel.items()
        if name in direct and isinstance(travel, FastestTravel)
        for part in travel.modes
    }
    return tuple(mode for mode in scenario.travel if mode in direct | parts)


def _unused_modes(scenario: Scenario, place_of: PlaceOf) -> Iterator[Finding]:
    used = (*used_modes(scenario), *referral_modes(scenario))
    for mode in scenario.travel:
        if mode not in used:
            remedy = "Name it as the mode of a tier, or remove it"
            yield warning(f"no tier uses travel.{mode}", remedy, place_of(f"travel.{mode}"))


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
