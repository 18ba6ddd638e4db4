"""What a table is: columns with kinds, raw values in a frame, and how each kind of value prints."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, cast

from facopt.outputs import numbers
from facopt.outputs.words import WORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

    from facopt.measures.report import Report
    from facopt.outputs.numbers import Lang

Kind = Literal[
    "text",  # as it is, one language
    "term",  # a machine key that `Column.terms` names in both languages
    "flag",  # True, False or None
    "count",
    "people",
    "money",  # in the scenario's currency, whole units (yuan, not 万元)
    "money_per_person",
    "percent",  # of people, 0 to 100
    "stated_percent",  # 0 to 100, as somebody stated it
    "use_percent",  # of a capacity, may exceed 100
    "points",  # signed difference of two percentages
    "points_short",  # the same without a sign
    "difference_people",  # signed
    "difference",  # signed difference of minutes
    "minutes",
    "kilometres",
    "rate",  # for each thousand people, two decimals
    "longest",  # longest of several times, in minutes
    "coefficient",  # Gini, Theil: three decimals
    "gap",  # percent between a plan and its bound
    "coordinate",  # degrees
    "number",  # as many decimals as it needs, at most two
    "measured",  # of the unit that the row's column `unit` names: people, percent, minutes, sites, coefficient, money
    "measured_change",  # signed difference of such values
]

NUMERIC_KINDS = frozenset(Kind.__args__) - {"text", "term", "flag"}  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Column:
    """A column of a table."""

    key: str
    """Machine name, and name of the frame's column."""
    title: tuple[str, str]
    """Heading in (Chinese, English), without the unit of money; see `heading`."""
    kind: Kind = "text"
    terms: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Of a term: its names by machine key."""
    currency: str = ""
    """Of money."""
    english: str = ""
    """Of text: key of the column that has its English, where the table has one."""

    @property
    def numeric(self) -> bool:
        """Whether the values are numbers."""
        return self.kind in NUMERIC_KINDS


@dataclass(frozen=True)
class TableView:
    """A table as every output shows it: which rows, which columns, in which order, with raw values."""

    key: str
    title: tuple[str, str]
    """In (Chinese, English)."""
    columns: tuple[Column, ...]
    frame: pd.DataFrame
    """Raw values, one column per `Column.key` in that order, index 0..n-1; missing text is "", missing numbers NaN."""
    total: Mapping[str, Any] | None = None
    """Values of the total row by column key, where there is one; its label is a pair (Chinese, English)."""
    notes: tuple[tuple[str, str], ...] = field(default=())
    """Sentences below the table in (Chinese, English)."""

    def __post_init__(self) -> None:
        keys = [column.key for column in self.columns]
        if list(self.frame.columns) != keys:
            msg = f"table {self.key}: frame has columns {list(self.frame.columns)}, stated are {keys}"
            raise ValueError(msg)
        if not set(self.total or {}) <= set(keys):
            msg = f"table {self.key}: total row has unknown columns"
            raise ValueError(msg)

    def __len__(self) -> int:
        return len(self.frame)

    def where(self, kept: pd.Series[bool]) -> TableView:
        """Return the table with only some of its rows, without total and notes."""
        return TableView(self.key, self.title, self.columns, self.frame[kept].reset_index(drop=True))

    def column(self, key: str) -> Column:
        """Return the column of that key."""
        return next(column for column in self.columns if column.key == key)

    def money_decimals(self, column: Column, lang: Lang) -> int:
        """Return the decimals with which all money of a column prints, total row included."""
        values = [*self.frame[column.key], (self.total or {}).get(column.key)]
        return numbers.money_decimals(values, column.currency, lang)


def names(report: Report, *keys: str) -> tuple[Column, ...]:
    """Return columns of names, each followed by the column of its English where the report knows English names.

    Pages show both columns as one, each language its own; files have them apart.
    """
    if not has_english_names(report):
        return tuple(column(key) for key in keys)
    pairs = ((replace(column(key), english=f"{key}_en"), column(f"{key}_en")) for key in keys)
    return tuple(one for two in pairs for one in two)


def has_english_names(report: Report) -> bool:
    """Return whether any settlement, site or zone of a report has an English name."""
    tables = (table["name_en"] for table in (report.points, report.sites) if "name_en" in table)
    return any((names != "").any() for names in tables) or any(zone.name_en for zone in report.by_zone)


def in_both(column: Column, row: Mapping[str, Any]) -> tuple[str, str]:
    """Return the text of a row in (Chinese, English); the one text for both where it has no other."""
    text = str(row.get(column.key, ""))
    return text, str(row.get(column.english) or text) if column.english else text


def column(
    key: str, kind: Kind = "text", *, terms: Mapping[str, tuple[str, str]] | None = None, currency: str = ""
) -> Column:
    """Return a column with its heading from the catalogue."""
    return Column(key=key, title=WORDS[f"column.{key}"], kind=kind, terms=terms or {}, currency=currency)


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a frame as dicts by column."""
    return cast("list[dict[str, Any]]", frame.to_dict("records"))


def terms_of(group: str) -> Mapping[str, tuple[str, str]]:
    """Return the names of all machine keys of a group of the catalogue, such as reason or action."""
    start = f"{group}."
    return MappingProxyType({key.removeprefix(start): text for key, text in WORDS.items() if key.startswith(start)})


def heading(column: Column, lang: Lang) -> str:
    """Return a heading as print needs it, with the unit in which `printed` writes money."""
    title = column.title[numbers.LANGUAGES.index(lang)]
    if column.kind != "money":
        return title
    unit = numbers.money_unit(column.currency, lang)
    return f"{title}（{unit}）" if lang == "zh" else f"{title} ({unit})"


def printed(column: Column, value: Any, lang: Lang, decimals: int | None = None) -> str:
    """Return a value as print shows it; `decimals` are those of `TableView.money_decimals`, for money only.

    A pair, as total rows have it for their label, prints in its language. Measured kinds go through `printed_measure`.
    """
    if isinstance(value, tuple):
        return str(value[numbers.LANGUAGES.index(lang)])
    if column.kind == "text":
        return str(value)
    if column.kind == "term":
        key = str(value)
        return column.terms.get(key, (key, key))[numbers.LANGUAGES.index(lang)]
    if column.kind == "flag":
        key = "unknown" if value is None else "yes" if value else "no"
        return WORDS[f"flag.{key}"][numbers.LANGUAGES.index(lang)]
    if column.kind == "money":
        return numbers.money_table(value, column.currency, lang, decimals)
    if column.kind == "money_per_person":
        return numbers.money_per_person(value, column.currency, lang)
    return _PLAIN[column.kind](value)


_PLAIN: Mapping[str, Callable[[float | None], str]] = MappingProxyType(
    {
        "count": numbers.count,
        "people": numbers.people,
        "percent": numbers.percent,
        "stated_percent": numbers.percent_stated,
        "use_percent": lambda value: numbers.with_unit(numbers.fixed(value, 0), "%"),
        "points": numbers.difference_points,
        "points_short": numbers.points_short,
        "difference_people": numbers.difference_people,
        "difference": numbers.difference_minutes,
        "minutes": numbers.minutes,
        "rate": lambda value: numbers.fixed(value, 2),
        "kilometres": lambda value: numbers.fixed(value, 1),
        "longest": numbers.minutes_longest,
        "coefficient": lambda value: numbers.fixed(value, 3),
        "gap": numbers.gap_percent,
        "coordinate": lambda value: numbers.fixed(value, 6),
        "number": numbers.trimmed,
    }
)


def printed_measure(value: float | None, unit: str, lang: Lang) -> str:
    """Return a value with its unit: 245,050 人, 90.2%, 14.3 minutes, 13,570 万元."""
    if numbers.is_missing(value):
        return numbers.MISSING
    if unit in _UNITS_WITHOUT_WORD:
        return _UNITS_WITHOUT_WORD[unit](value)
    if unit not in _FORMAT_OF_UNIT:
        return numbers.money_headline(value, unit, lang)
    word = WORDS[f"unit.{unit}"][numbers.LANGUAGES.index(lang)]
    return numbers.with_unit(_FORMAT_OF_UNIT[unit](value), word)


def printed_change(value: float | None, unit: str, lang: Lang) -> str:
    """Return a signed difference with its unit; of percentages in percentage points."""
    if numbers.is_missing(value) or value is None:
        return numbers.MISSING
    if unit == "coefficient":
        return numbers.difference(value, 3)
    if unit not in _FORMAT_OF_UNIT and unit != "percent":
        sign = "" if value == 0 else "+" if value > 0 else numbers.MINUS
        return sign + numbers.money_headline(abs(value), unit, lang)
    word = WORDS[f"unit.{'points' if unit == 'percent' else unit}"][numbers.LANGUAGES.index(lang)]
    return numbers.with_unit(numbers.difference(value, 1 if unit in ("percent", "minutes") else 0), word)


_UNITS_WITHOUT_WORD: Mapping[str, Callable[[float | None], str]] = MappingProxyType(
    {"percent": numbers.percent, "coefficient": lambda value: numbers.fixed(value, 3)}
)
_FORMAT_OF_UNIT = MappingProxyType(
    {
        "people": numbers.people,
        "minutes": numbers.minutes,
        "sites": numbers.count,
        "people_minutes": numbers.count,
        "person_years": numbers.count,
        "credited_people": numbers.count,
        "weighted_people": numbers.count,
        "weighted_people_minutes": numbers.count,
        "weighted": numbers.trimmed,
        "points": numbers.trimmed,
        "metres": numbers.trimmed,
        "staff": numbers.trimmed,
        "beds": numbers.trimmed,
        "statements": numbers.count,
    }
)
