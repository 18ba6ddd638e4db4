"""A comparison in words and figures, each as (Chinese, English): terminal, page and workbook say the same."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from facopt.outputs import numbers
from facopt.outputs.words import WORDS, named, pair, say, say_html

if TYPE_CHECKING:
    from collections.abc import Callable

    from facopt.outputs.compare.model import BasisDifference, Change, Comparison, Measure, RunSummary
    from facopt.outputs.numbers import Lang
    from facopt.outputs.words import Text

Pair = tuple[str, str]


def run_name(comparison: Comparison, run: int) -> Pair:
    """Return a run's title, with its letter where another run has the same one."""
    summary = comparison.runs[run]
    titles = [(other.title_zh, other.title_en) for other in comparison.runs]
    title = (summary.title_zh, summary.title_en)
    if titles.count(title) == 1:
        return title
    return f"{summary.letter} {title[0]}", f"{summary.letter} {title[1]}"


def status_words(run: RunSummary) -> Pair:
    """Return how far a run is proven."""
    if run.status == "feasible" and run.gap_percent is not None:
        return pair("status.feasible_gap", gap=numbers.gap_percent(run.gap_percent))
    return pair(f"status.{run.status}")


# --- the sentence ----------------------------------------------------------------------------------------------------


def sentence(comparison: Comparison, change: Change) -> Pair:
    """Return the sentence that tells what a run changes, as plain text."""
    return numbers.in_both(lambda lang: "".join(say(key, lang, **texts) for key, texts in _clauses(comparison, change)))


def sentence_html(comparison: Comparison, change: Change) -> Pair:
    """Return the same sentence as HTML, the people who gain and lose in bold."""
    return numbers.in_both(
        lambda lang: "".join(say_html(key, lang, **texts) for key, texts in _clauses(comparison, change))
    )


def sentence_kind(change: Change) -> str:
    """Return which figures the sentence has in bold: g for a gain, l for a loss, both or none."""
    if change.people is None:
        return ""
    return ("g" if change.people.gain.people else "") + ("l" if change.people.lose.people else "")


Clause = tuple[str, dict[str, "Text"]]


def _clauses(comparison: Comparison, change: Change) -> list[Clause]:
    """Phrases of the sentence, one after the other."""
    a, b = run_name(comparison, 0), run_name(comparison, change.run)
    unplanned = next((run for run in (change.run, 0) if not comparison.runs[run].planned), None)
    if unplanned is not None:
        return [("compare.no_plan", {"run": run_name(comparison, unplanned)})]
    if change.people is None:
        return [("compare.not_subtracted", {"a": a, "b": b})]
    gain, lose = change.people.gain.people, change.people.lose.people
    key = {"gl": "gain_and_lose", "g": "gain_only", "l": "lose_only", "": "nobody_changes"}[sentence_kind(change)]
    texts: dict[str, Text] = {"b": b, "gain": numbers.people(gain), "lose": numbers.people(lose)}
    return [(f"compare.{key}", texts), *_money(comparison, change), *_targets(comparison, change), ("compare.stop", {})]


def _money(comparison: Comparison, change: Change) -> list[Clause]:
    difference = measure(comparison, "cost").differences[change.run - 1]
    currency = comparison.runs[0].currency
    if difference is None or currency != comparison.runs[change.run].currency:
        return []
    key = "costs_same" if abs(difference) < 0.005 else "costs_more" if difference > 0 else "costs_less"
    money = numbers.in_both(lambda lang: numbers.money_sentence(abs(difference), currency, lang))
    clauses: list[Clause] = [(f"compare.{key}", {"money": money})]
    each = change.people.cost_per_gained_person if change.people else None
    if each is not None:
        per_person = numbers.in_both(lambda lang: numbers.money_per_person(each, currency, lang))
        clauses.append(("compare.per_person", {"money": per_person}))
    return clauses


def _targets(comparison: Comparison, change: Change) -> list[Clause]:
    missed = comparison.runs[change.run].targets_missed
    if not missed:
        return []
    key = "compare.target_one" if missed == 1 else "compare.targets"
    return [(key, {"b": run_name(comparison, change.run), "n": numbers.count(missed)})]


# --- basis and settings ----------------------------------------------------------------------------------------------


def basis_words(comparison: Comparison, difference: BasisDifference) -> Pair:
    """Return why a run's figures do not rest on what the base's rest on."""
    tier = comparison.tiers.get(difference.subject, (difference.subject, difference.subject, ""))
    return pair(
        f"compare.basis_{difference.kind}",
        a=run_name(comparison, 0),
        b=run_name(comparison, difference.run),
        base=difference.base,
        other=difference.other,
        tier=tier[:2],
    )


_PER_TIER = re.compile(r"(limits\.new_sites|limits\.sites)\.(.+)")
_OF_TIER = re.compile(r"tiers\.(.+)\.(standard_minutes|serves|mode|build_cost)")
_TARGET = re.compile(r"targets\[(\d+)]\.(at_least_percent|at_least_people|tier|area_class|zone|segment|by)")
_BUDGET = re.compile(r"limits\.(budget_by_stage|budget_by_source)\.(.+)")


def setting_name(comparison: Comparison, key: str) -> Pair:
    """Return what a scenario key is called; ("", "") where the key itself must do."""
    if found := _PER_TIER.fullmatch(key):
        return pair(f"setting.{found[1]}", tier=_tier_name(comparison, found[2]))
    if found := _OF_TIER.fullmatch(key):
        return pair(f"setting.{found[2]}", tier=_tier_name(comparison, found[1]))
    if found := _TARGET.fullmatch(key):
        return pair(f"setting.target_{found[2]}", n=found[1])
    if found := _BUDGET.fullmatch(key):
        return pair(f"setting.{found[1]}", part=found[2])
    return WORDS.get(f"setting.{key}", ("", ""))


def setting_value(comparison: Comparison, key: str, run: int, value: str) -> Pair:
    """Return a setting's value as people write it: money in its unit, objectives and area classes by name."""
    if not value:
        return pair("compare.absent")
    if is_money(key):
        return _money_value(comparison.runs[run].currency, value)
    if (found := _TARGET.fullmatch(key)) and found[2] == "tier":
        return _tier_name(comparison, value)
    group = "objective" if key == "objective" else "area_class" if key.endswith((".serves", ".area_class")) else ""
    if not group:
        return value, value
    names = [named(group, item) for item in value.split(", ")]
    return "，".join(zh for zh, _ in names), ", ".join(en for _, en in names)


def is_money(key: str) -> bool:
    """Tell whether a setting is a sum of money."""
    if key.startswith("limits."):
        return key in ("limits.budget", "limits.running_cost_per_year") or _BUDGET.fullmatch(key) is not None
    return key.endswith((".build_cost", ".running_cost", ".cost"))


def _money_value(currency: str, value: str) -> Pair:
    try:
        amount = float(value)
    except ValueError:
        return value, value
    return numbers.in_both(lambda lang: numbers.money_headline(amount, currency, lang))


def _tier_name(comparison: Comparison, key: str) -> Pair:
    names = comparison.tiers.get(key)
    return (names[0], names[1]) if names else (key, key)


# --- measures --------------------------------------------------------------------------------------------------------


def measure(comparison: Comparison, key: str) -> Measure:
    """Return the measure of a key."""
    return next(row for row in comparison.measures if row.key == key)


def is_part(row: Measure) -> bool:
    """Tell whether a row is a part of the one above: an area class or a tier."""
    return row.key.startswith("by_")


def measure_name(comparison: Comparison, row: Measure) -> Pair:
    """Return a measure's name with its unit, as a table's first column has it."""
    if row.key.startswith("by_area_class."):
        return named("area_class", row.key.split(".")[1])
    if is_part(row):
        return row.name
    if row.key.startswith("stage."):
        unit = _unit(comparison, row)
        return pair("compare.in_unit", name=row.name, unit=unit) if any(unit) else row.name
    name, unit = pair(f"compared.{row.key}"), _unit(comparison, row)
    return pair("compare.in_unit", name=name, unit=unit) if any(unit) else name


def _unit(comparison: Comparison, row: Measure) -> Pair:
    currency = comparison.runs[0].currency
    if row.unit == "money":
        return numbers.in_both(lambda lang: numbers.money_unit(currency, lang))
    if row.unit == "money_per_person":
        return pair("compare.yuan") if currency == "CNY" else (currency, currency)
    return pair(f"unit.{row.unit}") if row.unit in ("people", "minutes") else ("", "")


def measure_value(comparison: Comparison, row: Measure, run: int) -> Pair:
    """Return a figure as print shows it."""
    value, currency = row.values[run], comparison.runs[run].currency
    if row.unit == "money":
        return numbers.in_both(lambda lang: numbers.money_table(value, currency, lang))
    text = _PLAIN[row.unit](value)
    return text, text


def measure_difference(comparison: Comparison, row: Measure, run: int) -> Pair:
    """Return the difference to the base as print shows it; an en dash where none was computed."""
    value, currency = row.differences[run - 1], comparison.runs[run].currency
    if row.unit == "money":
        return numbers.in_both(lambda lang: numbers.difference_money(value, currency, lang))
    text = numbers.difference(value, {"percent": 1, "minutes": 1, "coefficient": 3}.get(row.unit, 0))
    return text, text


_PLAIN: dict[str, Callable[[float | None], str]] = {
    "percent": numbers.percent,
    "people": numbers.people,
    "minutes": numbers.minutes,
    "sites": numbers.count,
    "coefficient": lambda value: numbers.fixed(value, 3),
    "money_per_person": lambda value: numbers.fixed(value, 0),
}


def better_words(comparison: Comparison, row: Measure, run: int) -> Pair:
    """Return which run is better off, by its letter; ("", "") where neither is."""
    verdict = row.better[run - 1]
    if not verdict:
        return "", ""
    if verdict == "same":
        return pair("compare.is_same")
    letter = comparison.runs[0 if verdict == "base" else run].letter
    words = pair("compare.is_better", run=letter)
    return _appended(words, pair("compare.within_gap")) if row.within_gap[run - 1] else words


def _appended(words: Pair, more: Pair) -> Pair:
    return words[0] + more[0], f"{words[1]} {more[1]}"


# --- sites -----------------------------------------------------------------------------------------------------------


def only_words(comparison: Comparison, change: Change, run: int) -> Pair:
    """Return the heading of the facilities that stand in one plan only: how many, and what building them costs."""
    sites = change.only_base if run == 0 else change.only_other
    letter, currency = comparison.runs[run].letter, comparison.runs[run].currency
    if not sites:
        return pair("compare.only_none", run=letter)
    cost = sum(site.cost or 0.0 for site in sites)
    money = numbers.in_both(lambda lang: numbers.money_headline(cost, currency, lang))
    return pair("compare.only", run=letter, n=numbers.count(len(sites)), money=money)


def both_words(change: Change) -> Pair:
    """Return how many facilities both plans have, and how many of them at another stage."""
    new = sum(site.action == "build" for site in change.both)
    words = pair("compare.in_both", n=numbers.count(len(change.both)), new=numbers.count(new))
    moved = sum(site.stage != site.stage_other for site in change.both)
    return _appended(words, pair("compare.staged_otherwise", n=numbers.count(moved))) if moved else words


def done_words(action: str, stage: str, size: str) -> Pair:
    """Return what a plan does with a facility, when, and its size: 2027 扩建 large / extend 2027 large."""
    zh, en = named("action", action)
    rest = [part for part in (stage, size) if part]
    return " ".join([zh, *rest]), " ".join([en, *rest])


def settlements(points: int) -> Pair:
    """Return a number of settlements."""
    return pair("compare.settlement_one" if points == 1 else "compare.settlements", n=numbers.count(points))


def joined(text: Pair, lang: Lang | None = None) -> str:
    """Return a text in one language, or in both on one line."""
    if lang is not None:
        return text[0] if lang == "zh" else text[1]
    return text[0] if text[0] == text[1] else f"{text[0]} / {text[1]}"
