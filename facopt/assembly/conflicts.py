"""From the ways out of an infeasible problem to sentences that a planner can act on, with the line each speaks of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from facopt.measures.report import Conflict
from facopt.outputs import numbers

if TYPE_CHECKING:
    from collections.abc import Callable

    from facopt.errors import Place
    from facopt.location.solution import Relaxation
    from facopt.scenario.schema import Scenario


def conflicts(
    relaxations: tuple[Relaxation, ...], scenario: Scenario, place: Callable[[str], Place]
) -> tuple[Conflict, ...]:
    """Return one conflict for each relaxation, in the same order."""
    return tuple(_conflict(relaxation, scenario, place) for relaxation in relaxations)


def _conflict(relaxation: Relaxation, scenario: Scenario, place: Callable[[str], Place]) -> Conflict:
    subject_zh, subject_en = _subject(relaxation.key, scenario)
    (stated_zh, stated_en), (needed_zh, needed_en) = (
        _amount(value, relaxation.unit, scenario.currency) for value in (relaxation.stated, relaxation.needed)
    )
    ending_zh = "，须与其他几项同时调整" if relaxation.together else "，其余条件不变即可行"
    ending_en = ", together with the other changes" if relaxation.together else "; everything else can stay as it is"
    return Conflict(
        key=relaxation.key,
        place=str(place(relaxation.key)),
        stated=relaxation.stated,
        needed=relaxation.needed,
        unit=scenario.currency if relaxation.unit == "money" else relaxation.unit,
        sentence_zh=f"{subject_zh}由 {stated_zh} 改为 {needed_zh}{ending_zh}。",
        sentence_en=f"{subject_en}: {stated_en} → {needed_en}{ending_en}.",
    )


def _amount(value: float, unit: str, currency: str) -> tuple[str, str]:
    """Return a figure in Chinese and English: 97% · 9,696 万元 and ¥97.0 million · 12."""
    if unit == "percent":
        return numbers.percent_stated(value), numbers.percent_stated(value)
    if unit == "money":
        return numbers.in_both(lambda lang: numbers.money_exact(value, currency, lang))
    return numbers.count(value), numbers.count(value)


def _subject(key: str, scenario: Scenario) -> tuple[str, str]:
    section, _, rest = key.partition(".")
    if key == "limits.budget":
        return "预算", "Budget"
    if section == "targets":
        target = scenario.targets[int(rest)]
        zh, en = _tier_names(target.tier, scenario)
        where = "".join(f"（{part}）" for part in (target.area_class, target.zone) if part)
        where_en = "".join(f" ({part})" for part in (target.area_class, target.zone) if part)
        return f"{zh}覆盖率目标{where}", f"Coverage target of {en}{where_en}"
    kind, _, tier = rest.partition(".")
    zh, en = _tier_names(tier, scenario)
    if kind == "new_sites":
        return f"{zh}新增数量上限", f"New sites of {en}, at most"
    return f"{zh}总数", f"Open sites of {en}, exactly"


def _tier_names(tier: str | None, scenario: Scenario) -> tuple[str, str]:
    if tier is None:
        return "各层级", "all tiers together"
    facts = scenario.tiers[tier]
    return facts.name or tier, facts.name_en or tier
