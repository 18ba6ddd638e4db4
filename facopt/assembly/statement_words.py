"""What each statement of a scenario is about and what it asks for, in Chinese and English, for planners."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from facopt.outputs import numbers
from facopt.outputs.words import pair

if TYPE_CHECKING:
    from facopt.rules.base import Rule
    from facopt.scenario.schema import Scenario
    from facopt.scenario.schema.targets import CoverageTarget

Words = tuple[str, str]
"""Chinese and English."""

_PER = {"zone": ("乡镇、街道", "township or subdistrict"), "area_class": ("区域类型", "area class")}
_COUNTED = {"staff": ("编制总数", "Posts"), "beds": ("床位总数", "Beds")}


def amount(value: float, unit: str, scenario: Scenario) -> Words:
    """Return a figure in Chinese and English: 97% · 9,696 万元 and ¥97.0 million · 12 · 30 分钟."""
    if unit.endswith("percent"):
        return numbers.percent_stated(value), numbers.percent_stated(value)
    if unit == "money":
        return numbers.in_both(lambda lang: numbers.money_exact(value, scenario.currency, lang))
    text = numbers.trimmed(value)
    words = {"minutes": ("分钟", "min"), "more_minutes": ("分钟", "min"), "metres": ("米", "m"),
             "points": ("个百分点", "points"), "people": ("人", "people")}.get(unit)  # fmt: skip
    return (text, text) if words is None else (numbers.with_unit(text, words[0]), numbers.with_unit(text, words[1]))


def change(difference: float, unit: str, scenario: Scenario) -> Words:
    """Return by how much a figure that planners count in changes, in brackets; nothing where both values say it."""
    if unit not in {"money", "sites", "staff", "beds", "capacity_percent"}:
        return "", ""
    sign = "+" if difference > 0 else numbers.MINUS
    zh, en = amount(abs(difference), unit, scenario)
    return f"（{sign}{zh}）", f" ({sign}{en})"


def subject(key: str, field: str, scenario: Scenario) -> Words:
    """Return what a figure is about, to be read before its values."""
    section, _, rest = key.partition(".")
    if section == "targets":
        return _target_subject(scenario.targets[int(rest)], scenario)
    if section == "rules":
        rule = scenario.rules[int(rest)]
        subject_words = _filled(rule, rule.subject, scenario)
        return subject_words if subject_words[0] else (f"规则 {rule.kind}", f"Rule {rule.kind}")
    if section == "limits":
        return _limit_subject(rest, scenario)
    return _site_subject(key, field, scenario)


def asked(key: str, scenario: Scenario) -> Words:
    """Return what a statement asks for, as a sentence without its full stop."""
    section, _, rest = key.partition(".")
    if section == "targets":
        target = scenario.targets[int(rest)]
        return _at_least(_target_subject(target, scenario), target, scenario)
    if section == "rules":
        rule = scenario.rules[int(rest)]
        filled = _filled(rule, rule.asks, scenario)
        return filled if filled[0] else (f"规则 {rule.kind}", f"Rule {rule.kind}")
    if section == "limits":
        return _limit_asks(rest, scenario)
    return _site_asks(key, scenario)


# --- targets and rules -----------------------------------------------------------------------------------------------


def _target_subject(target: CoverageTarget, scenario: Scenario) -> Words:
    zh, en = tier_names(target.tier, scenario)
    parts = [part for part in (target.area_class, target.zone, target.segment) if part]
    where_zh, where_en = "".join(f"（{part}）" for part in parts), "".join(f" ({part})" for part in parts)
    by_zh, by_en = ("", "") if target.by is None else (f"{target.by} 年", f" by {target.by}")
    return f"{by_zh}{zh}覆盖率目标{where_zh}", f"Coverage target of {en}{where_en}{by_en}"


def _at_least(words: Words, target: CoverageTarget, scenario: Scenario) -> Words:
    stated = []
    if target.at_least_percent is not None:
        stated.append(amount(target.at_least_percent, "percent", scenario))
    if target.at_least_people is not None:
        stated.append(amount(target.at_least_people, "people", scenario))
    zh, en = "、".join(one[0] for one in stated), " and ".join(one[1] for one in stated)
    return f"{words[0]}：至少 {zh}", f"{words[1]}: at least {en}"


def _filled(rule: Rule, template: Words, scenario: Scenario) -> Words:
    """Return a rule's words with its keys filled in, each as the language says it."""
    filled = []
    for number, text in enumerate(template):
        values = {name: _said(name, value, number, scenario) for name, value in dict(rule).items()}
        values["tier"] = tier_names(getattr(rule, "tier", None), scenario)[number]
        filled.append(text.format(**values))
    return filled[0], filled[1]


def _said(name: str, value: Any, language: int, scenario: Scenario) -> Any:
    if name == "per":
        return _PER.get(value, (value, value))[language]
    if isinstance(value, Path):
        return value.name
    if isinstance(value, tuple):
        known = [pair(f"area_class.{one}")[language] if name == "between" else str(one) for one in value]
        return ("、", ", ")[language].join(known)
    if value is None:
        return "–"
    return value


# --- limits ----------------------------------------------------------------------------------------------------------


def _limit_subject(rest: str, scenario: Scenario) -> Words:
    kind, _, detail = rest.partition(".")
    if kind in {"new_sites", "sites"}:
        zh, en = tier_names(detail, scenario)
        return (f"{zh}新增数量上限", f"New sites of {en}, at most") if kind == "new_sites" else (
            f"{zh}总数", f"Open sites of {en}, exactly")  # fmt: skip
    return {
        "budget": ("预算", "Budget"),
        "budget_by_stage": (f"{detail} 年预算", f"Budget of {detail}"),
        "budget_by_source": (f"资金来源“{detail}”的预算", f"Budget of the source {detail}"),
        "running_cost_per_year": ("每年运行费用", "Running cost per year"),
        **_COUNTED,
    }[kind]


def _limit_asks(rest: str, scenario: Scenario) -> Words:
    kind, _, detail = rest.partition(".")
    stated = getattr(scenario.limits, kind)
    if isinstance(stated, dict):
        stated = next(value for name, value in stated.items() if str(name) == detail)
    unit = "money" if "budget" in kind or "cost" in kind else "sites"
    (zh, en), (stated_zh, stated_en) = _limit_subject(rest, scenario), amount(stated, unit, scenario)
    if kind in {"new_sites", "sites"}:
        return f"{zh}：{stated_zh}", f"{en}: {stated_en}"
    return f"{zh}：最多 {stated_zh}", f"{en}: at most {stated_en}"


# --- what is stated of sites -----------------------------------------------------------------------------------------


def _site_subject(key: str, field: str, scenario: Scenario) -> Words:
    section, _, rest = key.partition(".")
    name, _, detail = rest.partition(".")
    if section == "tiers":
        zh, en = tier_names(name, scenario)
        words_zh, words_en = _TIER_SUBJECT.get(detail or field, ("{zh}", "{en}"))
        return words_zh.format(zh=zh), words_en.format(en=en)
    return {
        "objective": ("目标要求人人就诊", "The objective asks to send everybody somewhere"),
        "stages": ("分期顺序", "Order of the stages"),
        "facilities": ("表中固定开放的机构", "Sites that the table fixes open"),
    }.get(section, (key, key))


_TIER_SUBJECT = {
    "sizes": ("{zh}各规模的服务能力", "Capacity of every site of {en}"),
    "smallest_load_percent": ("{zh}的最低服务量", "Smallest load of sites of {en}"),
    "standard_minutes": ("{zh}的标准时间", "Standard of {en}"),
    "referral": ("{zh}的转诊条件", "Referral from {en}"),
    "hosted_by": ("{zh}须设在依托机构内", "Sites of {en} stand inside others"),
    "actions.close.minutes_worse_at_most": (
        "撤销{zh}时允许多走的时间",
        "What closing sites of {en} may add to anybody's way",
    ),
    "actions.merge.minutes_worse_at_most": (
        "合并{zh}时允许多走的时间",
        "What merging sites of {en} may add to anybody's way",
    ),
}


def _site_asks(key: str, scenario: Scenario) -> Words:
    zh, en = _site_subject(key, "", scenario)
    if key.endswith(".sizes"):
        return f"{zh}有限", f"{en} is limited"
    return zh, en


def tier_names(tier: str | None, scenario: Scenario) -> Words:
    """Return a tier's display names; None is all tiers together."""
    if tier is None:
        return "各层级", "all tiers together"
    facts = scenario.tiers[tier]
    return facts.name or tier, facts.name_en or tier
