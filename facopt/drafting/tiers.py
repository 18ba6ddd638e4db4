"""Which levels of care a first scenario plans: a preset's, those the register names, or one for everything."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from facopt.inputs.facilities import tier_words
from facopt.inputs.facility_names import kind_of_name
from facopt.presets.library import preset_file

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from facopt.inputs.tables import Table

CHINESE = {"community_health_centre": "cn_urban", "township_clinic": "cn_rural"}
"""Kinds of Chinese registers that are planned for, and the preset that speaks of them."""
GENERIC = ("generic_1h", "primary_care")


@dataclass(frozen=True)
class TierDraft:
    """One tier as a first scenario states it."""

    name: str
    facts: Mapping[str, Any]
    """As the preset gives it; standards and costs with value, source and verified."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """What is added to the preset's facts."""

    @property
    def mode(self) -> str:
        """How people travel to it."""
        return str(self.facts["mode"])

    @property
    def minutes(self) -> float:
        """The standard."""
        return float(self.facts["standard_minutes"]["value"])


def preset_document(name: str) -> Mapping[str, Any]:
    """Return a shipped preset as plain data."""
    file = preset_file(name)
    if file is None:
        msg = f"there is no preset {name}"
        raise ValueError(msg)
    document: Mapping[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return document


def tiers_of_preset(name: str) -> tuple[TierDraft, ...]:
    """Return the tiers of a preset that are not optional."""
    tiers = preset_document(name)["tiers"]
    return tuple(TierDraft(key, facts) for key, facts in tiers.items() if not facts.get("optional"))


def tiers_of_registers(tables: Sequence[Table]) -> tuple[TierDraft, ...]:
    """Return the Chinese tiers that the registers hold; else one tier for the word that stands there most often."""
    kinds = Counter(kind for table in tables for kind in _kinds(table))
    found = [name for name in CHINESE if kinds[name]]
    if found:
        return tuple(TierDraft(name, preset_document(CHINESE[name])["tiers"][name]) for name in found)
    words = Counter(text for table in tables for text in table.text("tier") if text)
    preset, tier = GENERIC
    facts = preset_document(preset)["tiers"][tier]
    if not words:
        return (TierDraft(tier, facts),)
    word = min(words, key=lambda text: (-words[text], text))
    name = re.sub(r"\W+", "_", word).strip("_")[:60].strip("_") or tier
    return (TierDraft(name, {**facts, "name": word, "name_en": word, "matches": [word]}),)


def _kinds(table: Table) -> list[str]:
    """Return the kind of each row, by its column or by its name."""
    stated, names = table.text("tier"), table.text("name")
    return [tier_words(text) or kind_of_name(name) for text, name in zip(stated, names, strict=True)]
