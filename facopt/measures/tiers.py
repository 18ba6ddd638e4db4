"""The tiers as the report defines them: names, symbols, standards and figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from facopt.measures.report import TierFacts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from facopt.inputs.study_area import FloatArray
    from facopt.location.problem import LocationProblem
    from facopt.measures.coverage import BoolArray, Situation
    from facopt.scenario.schema import Tier

SYMBOLS = ("square", "circle", "hexagon", "triangle", "diamond")
USUAL_SYMBOLS = {"community_health_centre": "square", "township_clinic": "circle"}
"""Fixed for the two tiers that maps of different counties should draw alike."""
USUAL_NAMES = {
    "community_health_centre": ("社区卫生服务中心", "Community health centre"),
    "township_clinic": ("乡镇卫生院", "Township clinic"),
}


def symbols_of(keys: Iterable[str]) -> dict[str, str]:
    """Return the symbol of each tier: the usual one, else the first that is still free, in the order of the tiers."""
    keys = list(keys)
    taken = [USUAL_SYMBOLS[key] for key in keys if key in USUAL_SYMBOLS]
    free = [symbol for symbol in SYMBOLS if symbol not in taken] or list(SYMBOLS)
    others = [key for key in keys if key not in USUAL_SYMBOLS]
    chosen = {key: free[n % len(free)] for n, key in enumerate(others)}
    return {key: USUAL_SYMBOLS.get(key) or chosen[key] for key in keys}


def names_of(key: str, tier: Tier) -> tuple[str, str]:
    """Return the (Chinese, English) name of a tier: the stated one, else the usual one, else its key in words."""
    words = key[:1].upper() + key[1:].replace("_", " ")
    usual_zh, usual_en = USUAL_NAMES.get(key, (words, words))
    return tier.name or usual_zh, tier.name_en or usual_en


def all_tier_facts(
    tiers: Mapping[str, Tier], problem: LocationProblem, today: Situation, plan: Situation | None
) -> tuple[TierFacts, ...]:
    """Return the facts of every tier, in the order of the scenario."""
    symbols = symbols_of(tiers)
    return tuple(
        TierFacts(
            key=key,
            name_zh=names_of(key, tier)[0],
            name_en=names_of(key, tier)[1],
            symbol=symbols[key],
            serves=tuple(tier.serves),
            mode=tier.mode,
            standard_minutes=problem.services[k].standard_minutes,
            standard_source=tier.standard_source,
            standard_verified=tier.standard_verified,
            people_served=_people(problem, problem.services[k].needed),
            people_covered_now=_people(problem, today.evaluation.share_by_tier[k]),
            people_covered=None if plan is None else _people(problem, plan.evaluation.share_by_tier[k]),
            unreachable_people=_people(problem, problem.services[k].needed & ~problem.reachable[k]),
            sites_now=_sites(problem, k, today.open),
            sites_new=_sites(problem, k, (plan or today).open & ~problem.existing),
            sites_open=_sites(problem, k, (plan or today).open),
            standards_by_class=tuple(tier.standard_minutes_by_class.items()),
        )
        for k, (key, tier) in enumerate(tiers.items())
    )


def _sites(problem: LocationProblem, k: int, which: BoolArray) -> int:
    return int(np.sum(which & (problem.site_tier == k)))


def _people(problem: LocationProblem, who: BoolArray | FloatArray) -> float:
    """Return the people of some points, or of some shares of them."""
    return float((problem.people * who).sum())
