"""What an explanation calls its places, sites, tiers and statements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from facopt.assembly.statement_words import asked, tier_names
from facopt.explaining.cases import telling_of
from facopt.outputs.brevity import brief_pair
from facopt.outputs.explain import Named

if TYPE_CHECKING:
    from facopt.inputs.study_area import TextArray
    from facopt.pipeline import Prepared

Words = tuple[str, str]


def named_of(prepared: Prepared) -> Named:
    """Return the names of a scenario's things in both languages."""
    scenario, area = prepared.loaded.scenario, prepared.area
    demand, sites, telling, tiers = area.demand, area.sites, telling_of(prepared), list(scenario.tiers)

    def statement(key: str) -> Words:
        zh, en = asked(key, scenario)
        return f"{zh}（{telling.place(key)}）", f"{en} ({telling.place(key)})"

    return Named(
        place_id=[str(one) for one in demand.id],
        place=lambda i: _name(i, demand.id, demand.name, demand.name_en),
        zone=lambda i: brief_pair(telling.named(str(demand.zone[i]))) if demand.zone[i] else ("–", "–"),
        site_id=[str(one) for one in sites.id],
        site=lambda j: _name(j, sites.id, sites.name, sites.name_en),
        site_tier=lambda j: brief_pair(tier_names(str(sites.tier[j]), scenario)),
        tier=lambda k: brief_pair(tier_names(tiers[k], scenario)),
        tier_key=tiers,
        statement=statement,
        currency=scenario.currency,
    )


def _name(row: int, ids: TextArray, names: TextArray, names_en: TextArray | None) -> Words:
    zh = str(names[row]) or str(ids[row])
    return brief_pair((zh, (str(names_en[row]) if names_en is not None else "") or zh))
