"""The one message catalogue: every phrase that map, report, workbook, comparison and gallery show, in both languages.

A phrase is a pair (Chinese, English) under an English machine key. `{name}` takes a figure, `**…**` marks what a page
sets in bold. A page with its own phrases adds a module here and its name to `_CATALOGUES`.
"""

from __future__ import annotations

import html
import re
from types import MappingProxyType
from typing import TYPE_CHECKING

from facopt.outputs.numbers import LANGUAGES, Lang
from facopt.outputs.words import (
    as_built,
    common,
    compare,
    conflicts,
    explain,
    frontier,
    gallery,
    planning,
    report,
    stability,
    tables,
    terminal,
    workbook,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

Text = str | tuple[str, str]
"""A figure or name for a phrase: the same in both languages, or (Chinese, English)."""

_CATALOGUES = (
    common.WORDS, tables.WORDS, report.WORDS, workbook.WORDS, gallery.WORDS, compare.WORDS, terminal.WORDS,
    as_built.WORDS, explain.WORDS, frontier.WORDS, stability.WORDS, planning.WORDS,
    conflicts.WORDS,
)  # fmt: skip
_BOLD = re.compile(r"\*\*(.+?)\*\*")


def _merged() -> Mapping[str, tuple[str, str]]:
    merged: dict[str, tuple[str, str]] = {}
    for catalogue in _CATALOGUES:
        twice = merged.keys() & catalogue.keys()
        if twice:
            msg = f"phrases defined twice: {', '.join(sorted(twice))}"
            raise ValueError(msg)
        merged.update(catalogue)
    return MappingProxyType(merged)


WORDS: Mapping[str, tuple[str, str]] = _merged()
"""All phrases: key -> (Chinese, English)."""


def say(key: str, lang: Lang, **figures: Text) -> str:
    """Return a phrase in one language as plain text, not escaped.

    Raises
    ------
    KeyError
        If the catalogue has no such phrase, or the phrase needs a figure that is not given.
    """
    return _BOLD.sub(r"\1", _phrase(key, lang)).format(**{name: _in(lang, text) for name, text in figures.items()})


def pair(key: str, **figures: Text) -> tuple[str, str]:
    """Return a phrase in (Chinese, English) as plain text, to stand inside another phrase or a table."""
    return say(key, "zh", **figures), say(key, "en", **figures)


def both(key: str, **figures: Text) -> str:
    """Return a phrase as HTML in both languages, of which the page shows one; everything is escaped."""
    return "".join(f'<span lang="{lang}">{say_html(key, lang, **figures)}</span>' for lang in LANGUAGES)


def say_html(key: str, lang: Lang, **figures: Text) -> str:
    """Return a phrase in one language as HTML: figures and phrase escaped, `**…**` in bold."""
    phrase = _BOLD.sub(r"<b>\1</b>", html.escape(_phrase(key, lang)))
    return phrase.format(**{name: html.escape(_in(lang, text)) for name, text in figures.items()})


def both_of(text: Text) -> str:
    """Return names or figures as HTML: escaped, and in two spans where the languages differ."""
    zh, en = (text, text) if isinstance(text, str) else text
    if zh == en:
        return html.escape(zh)
    return f'<span lang="zh">{html.escape(zh)}</span><span lang="en">{html.escape(en)}</span>'


def named(group: str, key: str) -> tuple[str, str]:
    """Return the name of a machine key of a group, such as a reason or a travel mode; the key where it has no name."""
    return WORDS.get(f"{group}.{key}", (key, key))


def _phrase(key: str, lang: Lang) -> str:
    return WORDS[key][LANGUAGES.index(lang)]


def _in(lang: Lang, text: Text) -> str:
    return text if isinstance(text, str) else text[LANGUAGES.index(lang)]
