"""What every section is made from: the report, its tables and its headline figures."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING

from facopt.measures.check import has_plan
from facopt.outputs import numbers
from facopt.outputs.tables import page_tables
from facopt.outputs.tables.summary import Headline, headline
from facopt.outputs.words import both

if TYPE_CHECKING:
    from collections.abc import Mapping

    from facopt.measures.report import Report
    from facopt.outputs.numbers import Lang
    from facopt.outputs.tables import TableView

SETTLEMENT_SYMBOLS = {"covered": "c", "newly_covered": "n", "uncovered": "u", "unreachable": "x", "loses_cover": "l"}
FACILITY_SYMBOLS = {
    "keep": "e", "build": "b", "extend": "x", "refurbish": "r", "close": "d", "relocate": "v", "merge": "m",
    "none": "n",
}  # fmt: skip
"""Letters of the symbols that map and report share, by state and by action."""


@dataclass(frozen=True)
class Material:
    """A report with everything derived from it, once."""

    report: Report
    tables: Mapping[str, TableView]
    figures: Headline
    planned: bool

    def people(self, value: float | None) -> tuple[str, str]:
        """Return people for a sentence, in both languages."""
        return numbers.in_both(lambda lang: numbers.people_headline(value, lang))

    def money(self, value: float | None) -> tuple[str, str]:
        """Return money for a sentence, in both languages."""
        return numbers.in_both(lambda lang: numbers.money_sentence(value, self.report.currency, lang))

    def money_headline(self, value: float | None) -> tuple[str, str]:
        """Return money for a headline, in both languages."""
        return numbers.in_both(lambda lang: numbers.money_headline(value, self.report.currency, lang))

    def per_person(self, value: float | None) -> tuple[str, str]:
        """Return a cost per person, in both languages."""

        def text(lang: Lang) -> str:
            return numbers.money_per_person(value, self.report.currency, lang)

        return numbers.in_both(text)


@dataclass(frozen=True)
class Section:
    """A section of the page; `key` is its anchor."""

    key: str
    title: str
    """Key of the title in the catalogue."""
    html: str


def material_of(report: Report) -> Material:
    """Return a report with its tables and headline figures."""
    tables = {table.key: table for table in page_tables(report)}
    return Material(report, tables, headline(report), has_plan(report))


def symbol(key: str) -> str:
    """Return the inline symbol of that id, which the page defines once."""
    return f'<svg class="sy" aria-hidden="true" focusable="false"><use href="#{html.escape(key)}"></use></svg>'


def settlement_symbol(state: str) -> str:
    """Return the symbol of a settlement's state."""
    letter = SETTLEMENT_SYMBOLS.get(state)
    return symbol(f"p-{letter}") if letter else ""


def facility_symbol(report: Report, tier: str, action: str) -> str:
    """Return the symbol of a facility: the shape says the tier, the filling what happens to it."""
    places = {facts.key: place for place, facts in enumerate(report.tiers)}
    letter = FACILITY_SYMBOLS.get(action)
    return symbol(f"s{places[tier]}-{letter}") if letter and tier in places else ""


def note(key: str, **figures: str | tuple[str, str]) -> str:
    """Return a sentence in small print."""
    return f'<p class="note">{both(key, **figures)}</p>'


def paragraph(key: str, **figures: str | tuple[str, str]) -> str:
    """Return a sentence as a paragraph."""
    return f'<p class="p">{both(key, **figures)}</p>'
