"""From the diagnosis of an infeasible problem to sentences that a planner can act on, with the line each speaks of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from facopt.assembly.statement_words import Words, amount, asked, change, subject
from facopt.measures.report import Clash, Conflict, Shortfall

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from facopt.errors import Place
    from facopt.location.solution import Relaxation
    from facopt.scenario.schema import Scenario

SHOWN_UNITS = {
    "capacity_percent": "percent", "least_load_percent": "percent", "more_minutes": "minutes", "listed": "statements",
    "statement": "statements",
}  # fmt: skip
"""Units of the report for those of relaxations; the others are the same in both."""
MOST_PARTS = 5
"""So many parts of a statement are named; the rest are counted."""


@dataclass(frozen=True)
class Telling:
    """What sentences need to know besides the diagnosis."""

    scenario: Scenario
    place: Callable[[str], Place]
    """Where a key stands in the scenario's files."""
    names: Mapping[str, tuple[str, str]]
    """Names in Chinese and English by the id of a zone or site, as far as there are any."""

    def named(self, part: str) -> Words:
        """Return the name of a part of a statement."""
        return self.names.get(part, (part, part))


def conflicts(relaxations: tuple[Relaxation, ...], telling: Telling) -> tuple[Conflict, ...]:
    """Return one way out for each relaxation that is verified, in the same order."""
    return tuple(_conflict(relaxation, telling) for relaxation in relaxations if relaxation.verified)


def shortfalls(relaxations: tuple[Relaxation, ...], telling: Telling) -> tuple[Shortfall, ...]:
    """Return what each of the other relaxations is known not to be enough with, in the same order."""
    return tuple(_shortfall(relaxation, telling) for relaxation in relaxations if not relaxation.verified)


def clashes(keys: Sequence[str], parts: Mapping[str, Sequence[str]], telling: Telling) -> tuple[Clash, ...]:
    """Return the statements that cannot hold together, each with its line and what it asks for.

    `parts` has those of a statement that are in conflict, by its key.
    """
    return tuple(_clash(key, parts.get(key, ()), telling) for key in keys)


def _clash(key: str, parts: Sequence[str], telling: Telling) -> Clash:
    zh, en = asked(key, telling.scenario)
    if parts:
        named = [telling.named(part) for part in parts[:MOST_PARTS]]
        more = len(parts) - len(named)
        zh += f"（{'、'.join(one[0] for one in named)}{f'等 {len(parts)} 项' if more else ''}）"
        en += f" ({', '.join(one[1] for one in named)}{f' and {more} more' if more else ''})"
    return Clash(key=key, place=str(telling.place(key)), sentence_zh=f"{zh}。", sentence_en=f"{en}.")


def _conflict(one: Relaxation, telling: Telling) -> Conflict:
    scenario = telling.scenario
    key = f"{one.key}.{one.field}" if one.field else one.key
    zh, en = _sentence(one, telling)
    ending_zh = "，须与其他几项同时调整" if one.together else "，其余条件不变即可行"
    ending_en = ", together with the other changes" if one.together else "; everything else can stay as it is"
    less_zh, less_en = ("", "") if one.least else _less(one, scenario)
    return Conflict(
        key=_key_of(one),
        place=str(telling.place(key)),
        stated=one.stated,
        needed=one.needed,
        unit=_unit_of(one, scenario),
        sentence_zh=f"{zh}{ending_zh}{less_zh}。",
        sentence_en=f"{en}{ending_en}{less_en}.",
        not_enough=one.not_enough,
    )


def _less(one: Relaxation, scenario: Scenario) -> Words:
    """Return what is known of smaller changes."""
    if one.not_enough is None:
        return "（可能更少即可）", " (less may do)"
    zh, en = amount(one.not_enough, one.unit, scenario)
    return f"（可能更少即可，但已证明 {_then(zh)}不够）", f" (less may do, but {en} is proven not to be enough)"


def _shortfall(one: Relaxation, telling: Telling) -> Shortfall:
    if one.not_enough is None:
        zh, en = _open(one, telling)
    else:
        zh, en = _sentence(one, telling)
        zh, en = f"{zh}，仍不够", f"{en} is not enough"
    return Shortfall(
        key=_key_of(one),
        place=str(telling.place(f"{one.key}.{one.field}" if one.field else one.key)),
        stated=one.stated,
        not_enough=one.not_enough,
        unit=_unit_of(one, telling.scenario),
        sentence_zh=f"{zh}。",
        sentence_en=f"{en}.",
    )


def _open(one: Relaxation, telling: Telling) -> Words:
    """Return that nothing is known of a change."""
    if one.unit in {"statement", "listed"}:
        zh, en = _sentence(one, telling)
        return f"{zh}：是否就够，未能算出", f"{en}; whether that is enough was not found out"
    (zh, en), stated = _about(one, telling), amount(one.stated, one.unit, telling.scenario)
    return f"{zh}：现定 {stated[0]}，改为多少才够，未能算出", f"{en}: {stated[1]}; what is enough was not found out"


def _key_of(one: Relaxation) -> str:
    """Return the key of the figure that changes."""
    key = f"{one.key}.{one.field}" if one.field else one.key
    return f"{key}.{one.part}" if one.field.endswith("_by_part") else key


def _unit_of(one: Relaxation, scenario: Scenario) -> str:
    return scenario.currency if one.unit == "money" else SHOWN_UNITS.get(one.unit, one.unit)


def _sentence(one: Relaxation, telling: Telling) -> Words:
    """Return what changes, without the ending."""
    scenario = telling.scenario
    zh, en = _about(one, telling)
    named_zh, named_en = telling.named(one.part)
    if one.unit == "statement":
        return f"去掉这一条：{asked(one.key, scenario)[0]}", f"Leave this out: {asked(one.key, scenario)[1]}"
    if one.unit == "listed":
        return f"{zh}：不再包括{named_zh}", f"{en}: leave out {named_en}"
    (stated_zh, stated_en), (needed_zh, needed_en) = (amount(v, one.unit, scenario) for v in (one.stated, one.needed))
    more_zh, more_en = change(one.needed - one.stated, one.unit, scenario)
    return f"{zh}由 {_then(stated_zh)}改为 {needed_zh}{more_zh}", f"{en}: {stated_en} → {needed_en}{more_en}"


def _about(one: Relaxation, telling: Telling) -> Words:
    """Return what changes, with the part that it is of."""
    zh, en = subject(one.key, one.field, telling.scenario)
    if not one.part or one.unit in {"sites", "listed"}:
        return zh, en
    named_zh, named_en = telling.named(one.part)
    return f"{zh}（{named_zh}）", f"{en} ({named_en})"


def _then(text: str) -> str:
    """Return a Chinese amount as it stands before another word: with a space after figures and signs alone."""
    return f"{text} " if text[-1:].isascii() else text
