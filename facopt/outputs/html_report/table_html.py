"""Tables as HTML: both languages in every cell that differs, figures marked to be found, long lists folded."""

from __future__ import annotations

import html
import math
import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from facopt.outputs import charts, numbers
from facopt.outputs.tables.view import heading, in_both, printed, printed_change, printed_measure, records
from facopt.outputs.words import WORDS, both, both_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from facopt.outputs.tables.view import Column, TableView
    from facopt.outputs.words import Text

Row = dict[str, Any]
SHOWN_ROWS = 50
"""Rows of a list before the rest is folded."""
MOST_ROWS = 5000
"""Rows that a page holds at most; the files beside it have all."""


@dataclass(frozen=True)
class Drawn:
    """A column that the page adds: made of a row's values, not of one value."""

    key: str
    title: Text
    html: Callable[[Row], str]
    sort_key: str = ""
    """Column by whose value the page sorts it; not sortable without."""
    align: Literal["l", "c", "r", "bar"] = "c"


@dataclass(frozen=True)
class Look:
    """How a page shows a table: which columns in which order, and what it adds to cells."""

    columns: tuple[str | Drawn, ...]
    titles: Mapping[str, Text] = field(default_factory=dict)
    """Headings that differ from the table's, by column key."""
    before: Mapping[str, Callable[[Row], str]] = field(default_factory=dict)
    """HTML put before a cell's text, such as a symbol, by column key."""
    below: Mapping[str, Callable[[Row], str]] = field(default_factory=dict)
    """HTML put in small print below a cell's text, by column key; nothing where it is empty."""
    strong: frozenset[str] = frozenset()
    sortable: bool = False
    shown_rows: int = SHOWN_ROWS
    notes: bool = True
    """Whether the table's sentences follow it."""


def table_html(view: TableView, look: Look) -> str:
    """Return a table as HTML; columns of which nothing is known are left out, rows beyond some are folded."""
    columns = [_found(view, column) for column in look.columns]
    columns = [column for column in columns if isinstance(column, Drawn) or _anything_known(view, column)]
    rows = records(view.frame.head(MOST_ROWS))
    painter = _Painter(view, look, columns)
    head = "".join(painter.head(column) for column in columns)
    body = f"<tbody>{painter.rows(rows[: look.shown_rows])}</tbody>"
    fold = ""
    if len(rows) > look.shown_rows:
        body += f'<tbody class="rest">{painter.rows(rows[look.shown_rows :])}{painter.cut()}</tbody>'
        fold = _fold(view, look.shown_rows)
    foot = f"<tfoot>{painter.total()}</tfoot>" if view.total else ""
    sortable = ' class="sortable"' if look.sortable else ""
    table = f'<table data-table="{view.key}"{sortable}><thead><tr>{head}</tr></thead>{body}{foot}</table>'
    return f'<div class="tbl">{fold}{table}</div>' + (notes_html(view.notes) if look.notes else "")


def notes_html(notes: Iterable[tuple[str, str]]) -> str:
    """Return sentences below a table."""
    return "".join(f'<p class="note">{both_of(note)}</p>' for note in notes)


def figure_attributes(name: str, value: float | None) -> str:
    """Return the marks by which a figure can be found in the page and compared, to the last digit."""
    exact = "" if numbers.is_missing(value) or value is None else repr(float(value) + 0.0)
    return f' data-figure="{name}" data-value="{exact}"'


def _found(view: TableView, column: str | Drawn) -> Column | Drawn:
    return column if isinstance(column, Drawn) else view.column(column)


def _anything_known(view: TableView, column: Column) -> bool:
    values = view.frame[column.key]
    if column.numeric:
        return bool(values.notna().any())
    if column.kind == "term" and column.terms.get("", ("", ""))[0]:
        return True
    return any(value is not None and value != "" for value in values) or column.key in (view.total or {})


def _fold(view: TableView, shown: int) -> str:
    label = both("fold.show_all", n=numbers.count(len(view)), shown=numbers.count(shown))
    unprinted = both("fold.print", n=numbers.count(len(view) - shown))
    return (
        f'<input type="checkbox" class="fold" id="fold-{view.key}"><label for="fold-{view.key}">{label}</label>'
        f'<p class="note unprinted">{unprinted}</p>'
    )


class _Painter:
    """Paints the cells of one table; decimals of money are the same down a column."""

    def __init__(self, view: TableView, look: Look, columns: list[Column | Drawn]) -> None:
        self.view, self.look, self.columns = view, look, columns
        self.decimals = {
            column.key: tuple(view.money_decimals(column, lang) for lang in numbers.LANGUAGES)
            for column in columns
            if not isinstance(column, Drawn) and column.kind == "money"
        }

    def head(self, column: Column | Drawn) -> str:
        title = self.look.titles.get(column.key)
        if isinstance(column, Drawn):
            words, style = both_of(column.title), _STYLES[column.align]
        else:
            shown = title or (heading(column, "zh"), heading(column, "en"))
            words, style = both_of(shown), "r" if column.numeric else ""
        if self.look.sortable and not (isinstance(column, Drawn) and not column.sort_key):
            words += f'<button type="button" aria-label="{_SORT}"></button>'
        return f'<th scope="col"{_class(style)}>{words}</th>'

    def rows(self, rows: Iterable[Row]) -> str:
        return "".join(f"<tr>{''.join(self.cell(column, row) for column in self.columns)}</tr>\n" for row in rows)

    def cell(self, column: Column | Drawn, row: Row) -> str:
        if isinstance(column, Drawn):
            value = row.get(column.sort_key)
            marked = f' data-value="{_exact(value)}"' if column.sort_key else ""
            return f"<td{_class(_STYLES[column.align])}{marked}>{column.html(row)}</td>"
        return self._stated(column, row)

    def _stated(self, column: Column, row: Row) -> str:
        value = row.get(column.key)
        words = self._words(column, value, row)
        if column.key in self.look.strong and words:
            words = f"<b>{words}</b>"
        if column.key in self.look.before:
            words = self.look.before[column.key](row) + words
        if column.key in self.look.below and not row.get("is_total"):
            more = self.look.below[column.key](row)
            words += f"<small>{more}</small>" if more else ""
        marks = figure_attributes(f"{self.view.key}.{column.key}", value) if column.numeric else ""
        style = "r" if column.numeric else _one_line(column, value, row)
        if _ENDLESS.search(_TAG.sub(" ", words)):
            style = "long"
        return f"<td{_class(style)}{marks}>{words}</td>"

    def _words(self, column: Column, value: Any, row: Row) -> str:
        if isinstance(value, tuple):
            return both_of(value)
        if column.kind == "measured":
            return both_of(numbers.in_both(lambda lang: printed_measure(value, str(row["unit"]), lang)))
        if column.kind == "measured_change":
            return both_of(numbers.in_both(lambda lang: printed_change(value, str(row["unit"]), lang)))
        if column.kind == "text":
            return both_of(in_both(column, row))
        if column.numeric and column.kind not in ("money", "money_per_person"):
            same = printed(column, value, "zh")  # nothing but money prints differently
            return both_of((same, same))
        zh, en = self.decimals.get(column.key, (None, None))
        return both_of((printed(column, value, "zh", zh), printed(column, value, "en", en)))

    def cut(self) -> str:
        """Return a row that names how many rows the page leaves to the files beside it."""
        left = len(self.view) - MOST_ROWS
        if left <= 0:
            return ""
        return f'<tr><td colspan="{len(self.columns)}">{both("fold.rest", n=numbers.count(left))}</td></tr>'

    def total(self) -> str:
        row = dict(self.view.total or {})
        cells = []
        for column in self.columns:
            if isinstance(column, Drawn):
                drawn = column.html(row) if column.sort_key in row else ""
                cells.append(f"<td{_class(_STYLES[column.align])}>{drawn}</td>")
            elif column.key in row:
                cells.append(self._stated(column, {**row, "is_total": True}))
            else:
                cells.append("<td></td>")
        return f"<tr>{''.join(cells)}</tr>"


def _one_line(column: Column, value: Any, row: Row) -> str:
    """Return the classes of a text that stays on one line, by language: up to 8 Chinese characters, 12 of a name."""
    limit = 24 if column.key == "name" else 16
    if isinstance(value, tuple):
        texts = value
    elif column.kind == "text":
        texts = in_both(column, row)
    else:
        texts = (printed(column, value, "zh"), printed(column, value, "en"))
    widths = [sum(1 if ord(letter) < 0x2E80 else 2 for letter in text) for text in texts]
    return " ".join(f"w-{lang}" for lang, width in zip(numbers.LANGUAGES, widths, strict=True) if width <= limit)


_ENDLESS = re.compile("[^\\s\u2e80-\uffff]{24}")
"""A word that no line has room for: it may be broken anywhere, others only between words or Chinese characters."""
_TAG = re.compile("<[^>]*>")
_SORT = "排序 Sort"
_STYLES = MappingProxyType({"l": "", "c": "c", "r": "r", "bar": "bar"})


def _class(style: str) -> str:
    return f' class="{style}"' if style else ""


def _exact(value: Any) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return repr(float(value)) if math.isfinite(value) else ""
    return html.escape(str(value))


def flag_tag(key: str = "tag.unverified", **figures: Text) -> str:
    """Return the dashed amber tag of a value that nobody has verified."""
    return f'<span class="flag">{both(key, **figures)}</span>'


NOW_AND_PLAN = (
    f"{WORDS['when.now'][0]} → {WORDS['when.plan'][0]}",
    f"{WORDS['when.now'][1]} → {WORDS['when.plan'][1]}",
)
CHANGE = {"change_points": WORDS["when.change"]}
"""Shorter heading of differences; a sentence below the table says that they are percentage points."""


def change_column(reference: str = "", *, planned: bool, width: float = 130.0) -> Drawn:
    """Return the column that draws today's share and the plan's on one line, with a tick at the share of a column."""

    def draw(row: Row) -> str:
        now, plan, tick = (
            _known(row.get(key)) for key in ("covered_now_percent", "covered_percent", reference or "no_reference")
        )
        return charts.change_line(now, plan, tick, width)

    sort_key = "change_points" if planned else "covered_now_percent"
    return Drawn("change", NOW_AND_PLAN if planned else "", draw, sort_key=sort_key)


def _known(value: Any) -> float | None:
    return None if numbers.is_missing(value) else float(value)
