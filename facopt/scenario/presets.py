"""`preset: cn_rural` in a scenario: what a preset says of its tiers holds where the scenario says nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from facopt.errors import Finding, Place, ScenarioError
from facopt.presets.library import ENDINGS, preset_file, preset_names
from facopt.scenario.document import Stated, read_document
from facopt.scenario.merge import merge
from facopt.scenario.suggest import missing_file, nearest

if TYPE_CHECKING:
    from pathlib import Path


PRESET = "preset"
BASED_ON = "based_on"
OPTIONAL = "optional"
SOURCED = {"standard_minutes": "standard", "build_cost": "build_cost"}
"""Values that a preset gives with source and `verified`, and how the fields of a tier that hold these begin."""


def apply_preset(top: Stated) -> tuple[Stated, tuple[Path, ...]]:
    """Return the scenario's values with those of its preset below them, and the files of the preset.

    A preset speaks of the tiers that the scenario names; where it names none, of all that are not optional. Source and
    `verified` come with a value only where the scenario does not state the value itself.

    Raises
    ------
    ScenarioError
        When there is no such preset, or its file is none.
    """
    assert isinstance(top.value, Mapping)
    stated = top.value.get(PRESET)
    if stated is None or stated.value is None:
        return _without(top, PRESET), ()
    preset, files = read_preset(stated)
    own = _filled(_without(top, PRESET))
    return merge(_below(own, preset), own), files


def _filled(top: Stated) -> Stated:
    """Return the scenario with tiers that state nothing (`township_clinic:`) as empty ones, not as removed ones."""
    assert isinstance(top.value, Mapping)
    tiers = top.value.get("tiers")
    if tiers is None or not isinstance(tiers.value, Mapping):
        return top
    filled = {name: replace(tier, value={}) if tier.value is None else tier for name, tier in tiers.value.items()}
    return replace(top, value={**top.value, "tiers": replace(tiers, value=filled)})


def read_preset(stated: Stated) -> tuple[Stated, tuple[Path, ...]]:
    """Return the preset that a value names, a local one over the one it is based on, and its files."""
    file = _file_of(stated)
    preset, _ = read_document(file)
    assert isinstance(preset.value, Mapping)
    _require_tiers(preset, file)
    base = preset.value.get(BASED_ON)
    if base is None or base.value is None:
        return preset, (file,)
    if not isinstance(base.value, str) or preset_file(base.value) is None:
        raise ScenarioError(_unknown(base))
    below, _ = read_document(_file_of(base))
    return merge(_without_replaced(below, preset), _without(preset, BASED_ON)), (file, _file_of(base))


def _without_replaced(below: Stated, preset: Stated) -> Stated:
    """Return a preset without the values that another replaces, whose sources would otherwise stay behind."""
    assert isinstance(below.value, Mapping)
    assert isinstance(preset.value, Mapping)
    own, tiers = _mapping(preset.value.get("tiers")), _mapping(below.value.get("tiers"))
    kept = dict(tiers)
    for name in own.keys() & tiers.keys():
        replaced = [key for key in SOURCED if "value" in _mapping(_mapping(own[name]).get(key))]
        values = {key: value for key, value in _mapping(tiers[name]).items() if key not in replaced}
        kept[name] = replace(tiers[name], value=values)
    return replace(below, value={**below.value, "tiers": replace(below.value["tiers"], value=kept)})


def _file_of(stated: Stated) -> Path:
    name = stated.value
    if not isinstance(name, str) or not name:
        raise ScenarioError(_unknown(stated))
    if not name.lower().endswith(ENDINGS):
        found = preset_file(name)
        if found is None:
            raise ScenarioError(_unknown(stated))
        return found
    file = stated.base / name
    trouble = missing_file(file)
    if trouble:
        raise ScenarioError(Finding(f"preset: {trouble[0]}", trouble[1], stated.place))
    return file


def _unknown(stated: Stated) -> Finding:
    names = preset_names()
    near = nearest(stated.value, names) if isinstance(stated.value, str) else None
    remedy = f"Perhaps '{near}' is meant" if near else f"Presets are {', '.join(names)}, or a file of your own (.yaml)"
    return Finding(f"there is no preset '{stated.text if stated.text is not None else ''}'", remedy, stated.place)


def _require_tiers(preset: Stated, file: Path) -> None:
    assert isinstance(preset.value, Mapping)
    tiers = preset.value.get("tiers")
    if tiers is not None and not isinstance(tiers.value, Mapping):
        raise ScenarioError(Finding("the tiers of a preset are a mapping", "Write tiers: {name: {...}}", tiers.place))
    if tiers is None and BASED_ON not in preset.value:
        remedy = f"Write tiers, or {BASED_ON}: with one of {', '.join(preset_names())}"
        raise ScenarioError(Finding("this is no preset: it has no tiers", remedy, Place(file, 1, 1)))


def _below(top: Stated, preset: Stated) -> Stated:
    """Return what the preset says, as a scenario would state it."""
    assert isinstance(top.value, Mapping)
    assert isinstance(preset.value, Mapping)
    own, known = _mapping(top.value.get("tiers")), _mapping(preset.value.get("tiers"))
    chosen = list(own) if own else [name for name in known if not _is_optional(known[name])]
    values: dict[str, Stated] = {}
    currency = preset.value.get("currency")
    same_money = "currency" not in top.value or currency is None or top.value["currency"].value == currency.value
    if currency is not None:
        values["currency"] = currency
    tiers = {
        name: _tier(known[name], _mapping(own.get(name)), same_money=same_money)
        if name in known
        else _nothing(own[name])
        for name in chosen
    }
    if tiers:
        values["tiers"] = replace(preset.value["tiers"], value=tiers)
    return replace(top, value=values)


def _tier(tier: Stated, own: Mapping[str, Stated], *, same_money: bool) -> Stated:
    """Return a tier's defaults: plain values as they are, sourced ones as value, source and `verified`."""
    values: dict[str, Stated] = {}
    for key, stated in _mapping(tier).items():
        if key == OPTIONAL or (key == "build_cost" and not same_money):
            continue
        if key not in SOURCED or not isinstance(stated.value, Mapping):
            values[key] = stated
        elif key not in own:
            values |= dict(_sourced(key, stated.value))
    return replace(tier, value=values)


def _sourced(key: str, stated: Mapping[str, Stated]) -> Iterator[tuple[str, Stated]]:
    if "value" in stated:
        yield key, stated["value"]
    source = stated.get("source")
    if source is not None:
        texts = [str(part.value) for name in ("source", "note") if (part := stated.get(name)) is not None]
        yield f"{SOURCED[key]}_source", replace(source, value="; ".join(texts), text="; ".join(texts))
    if "verified" in stated:
        yield f"{SOURCED[key]}_verified", stated["verified"]


def _nothing(tier: Stated) -> Stated:
    """Return an empty tier, which keeps a tier's place in the order of the scenario."""
    return replace(tier, value={})


def _mapping(stated: Stated | None) -> Mapping[str, Stated]:
    return stated.value if stated is not None and isinstance(stated.value, Mapping) else {}


def _is_optional(tier: Stated) -> bool:
    stated = _mapping(tier).get(OPTIONAL)
    return stated is not None and stated.value is True


def _without(top: Stated, key: str) -> Stated:
    assert isinstance(top.value, Mapping)
    return replace(top, value={name: value for name, value in top.value.items() if name != key})
