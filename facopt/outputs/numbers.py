"""Figures as text: people, money, shares, minutes and differences as both languages print them.

Everything is rounded half up for print only, from the unrounded value, as spreadsheets do. A function that takes `lang`
prints differently in Chinese and English; the others print the same in both.
"""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Lang = Literal["zh", "en"]
LANGUAGES: tuple[Lang, Lang] = ("zh", "en")

MISSING = "–"
"""Printed where there is no value; never 0."""
MINUS = "−"
THIN_SPACE = "\u2009"
"""Between a figure and its Chinese unit."""

_WAN = 10_000.0
_YI = 100_000_000.0
_MILLION = 1_000_000.0
_WHOLE = 1e-9
"""Shares this close to 0 or 100 percent are none or all: room for sums of floats, less than a person in a continent."""


def in_both(formatted: Callable[[Lang], str]) -> tuple[str, str]:
    """Return the Chinese and the English text of a figure, as the message catalogue takes it."""
    return formatted("zh"), formatted("en")


# --- plain figures ---------------------------------------------------------------------------------------------------


def fixed(value: float | None, decimals: int) -> str:
    """Return a figure with commas, a true minus and so many decimals; MISSING for None, NaN and infinity."""
    if value is None or not math.isfinite(value):
        return MISSING
    rounded = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    return f"{rounded:,f}".replace("-", MINUS) if rounded else f"{abs(rounded):f}"


def trimmed(value: float | None, decimals: int = 2) -> str:
    """Return a stated figure with no more decimals than it needs: 15, 22.5, 0.01."""
    text = fixed(value, decimals)
    return text.rstrip("0").rstrip(".") if "." in text else text


def count(value: float | None) -> str:
    """Return a number of things: 1,160."""
    return fixed(value, 0)


def is_missing(value: float | None) -> bool:
    """Return whether there is no value to print."""
    return value is None or not math.isfinite(value)


def with_unit(figure: str, unit: str) -> str:
    """Return a figure with its unit: a thin space before Chinese, an ordinary one before English, none before %."""
    if not unit or figure == MISSING:
        return figure
    gap = "" if unit == "%" else " " if unit.isascii() else THIN_SPACE
    return f"{figure}{gap}{unit}"


# --- people ----------------------------------------------------------------------------------------------------------


def people(value: float | None) -> str:
    """Return people for a table: 245,050; `<1` for a part of a person, so that 0 means nobody."""
    if value is not None and 0 < value < 0.5:
        return "<1"
    return fixed(value, 0)


def people_parts(value: float | None, lang: Lang) -> tuple[str, str]:
    """Return people for a headline as figure and unit: ("24.5", "万人"), or ("245,050", "")."""
    text = people(value)
    if lang == "en" or text == MISSING:
        return text, ""
    if text == "<1" or value is None or value < _WAN - 0.5:
        return text, "人"
    return fixed(value / _WAN, 1 if value >= 10 * _WAN else 2), "万人"


def people_headline(value: float | None, lang: Lang) -> str:
    """Return people for a headline or a sentence: 24.5 万人, or 245,050."""
    return with_unit(*people_parts(value, lang))


# --- money -----------------------------------------------------------------------------------------------------------


def money_unit(currency: str, lang: Lang) -> str:
    """Return the unit in which tables print money, for their heading: 万元, ¥ million, or the currency's code."""
    if currency != "CNY":
        return currency
    return "万元" if lang == "zh" else "¥ million"


def money_decimals(values: Iterable[float | None], currency: str, lang: Lang) -> int:
    """Return the decimals that a column of money needs so that no row is rounded, within reason (at most 3)."""
    if currency != "CNY":
        return 0
    fewest, most, unit = (0, 2, _WAN) if lang == "zh" else (1, 3, _MILLION)
    known = [value / unit for value in values if value is not None and math.isfinite(value)]
    needed = (d for d in range(fewest, most) if all(abs(value - round(value, d)) < 1e-7 for value in known))
    return next(needed, most)


def money_table(amount: float | None, currency: str, lang: Lang, decimals: int | None = None) -> str:
    """Return money for a table in the unit of `money_unit`: 13,570 (万元) or 135.7 (million)."""
    if decimals is None:
        decimals = 0 if currency != "CNY" or lang == "zh" else 1
    if amount is None or currency != "CNY":
        return fixed(amount, decimals)
    return fixed(amount / (_WAN if lang == "zh" else _MILLION), decimals)


def money_parts(amount: float | None, currency: str, lang: Lang) -> tuple[str, str]:
    """Return money for a headline as figure and unit: ("13,570", "万元"), ("¥135.7", "million"), ("EUR 1,200", "")."""
    if amount is None or not math.isfinite(amount):
        return MISSING, ""
    if currency != "CNY":
        return f"{currency} {fixed(amount, 0)}", ""
    if lang == "zh":
        wan = amount / _WAN
        return trimmed(wan, 0 if abs(wan) >= 1000 else 1 if abs(wan) >= 100 else 2), "万元"
    if abs(amount) < _MILLION:
        return f"¥{fixed(amount, 0)}", ""
    return f"¥{fixed(amount / _MILLION, 1 if abs(amount) >= 10 * _MILLION else 2)}", "million"


def money_headline(amount: float | None, currency: str, lang: Lang) -> str:
    """Return money for a headline: 13,570 万元, ¥135.7 million, EUR 1,200."""
    return with_unit(*money_parts(amount, currency, lang))


def money_exact(amount: float | None, currency: str, lang: Lang) -> str:
    """Return money that somebody may type in again, to the last yuan: 16,160 万元, ¥161.6 million, EUR 1,200.5."""
    if amount is None or not math.isfinite(amount):
        return MISSING
    if currency != "CNY":
        return f"{currency} {trimmed(amount)}"
    if lang == "zh":
        return with_unit(trimmed(amount / _WAN, 6), "万元") if abs(amount) >= _WAN else with_unit(trimmed(amount), "元")
    return f"¥{trimmed(amount / _MILLION, 8)} million" if abs(amount) >= _MILLION else f"¥{trimmed(amount)}"


def money_sentence(amount: float | None, currency: str, lang: Lang) -> str:
    """Return money for running text, where large sums of yuan are told in 亿: 1.36 亿元, ¥1.36 billion."""
    if amount is not None and currency == "CNY" and math.isfinite(amount):
        if lang == "zh" and abs(amount) >= _YI:
            return with_unit(fixed(amount / _YI, 2), "亿元")
        if lang == "en" and abs(amount) >= 1000 * _MILLION:
            return f"¥{fixed(amount / (1000 * _MILLION), 2)} billion"
    return money_headline(amount, currency, lang)


def money_per_person(amount: float | None, currency: str, lang: Lang) -> str:
    """Return cost per person in whole money: 550 元, ¥550, EUR 71."""
    text = fixed(amount, 0)
    if text == MISSING:
        return text
    if currency != "CNY":
        return f"{currency} {text}"
    return with_unit(text, "元") if lang == "zh" else f"¥{text}"


# --- shares ----------------------------------------------------------------------------------------------------------


def share(part: float | None, whole: float) -> float | None:
    """Return `part` of `whole` in percent; None where either is unknown or the whole is empty."""
    if part is None or not whole > 0 or not math.isfinite(part):
        return None
    return 100.0 * part / whole


def percent(value: float | None, decimals: int = 1) -> str:
    """Return a share: 90.2%. 100.0% is printed only for all and 0.0% only for none, else 99.9% and <0.1%."""
    if value is None or not math.isfinite(value):
        return MISSING
    step = 10.0**-decimals
    if value >= 100 - _WHOLE or value <= _WHOLE:
        return f"{fixed(min(max(value, 0.0), 100.0), decimals)}%"
    if value < step / 2:
        return f"<{fixed(step, decimals)}%"
    return f"{fixed(min(value, 100 - step), decimals)}%"


def share_percent(part: float | None, whole: float) -> str:
    """Return `part` of `whole` as a printed share."""
    return percent(share(part, whole))


def percent_stated(value: float | None) -> str:
    """Return a percentage that somebody stated, such as a target: 90%, 99.5%."""
    text = trimmed(value, 4)
    return text if text == MISSING else f"{text}%"


def gap_percent(value: float | None) -> str:
    """Return how far a plan may be from the best: 0.8%, 0.05%, 0.00%; <0.01% where it is not quite nothing."""
    if value is None or not math.isfinite(value):
        return MISSING
    if _WHOLE < value < 0.005:
        return "<0.01%"
    return f"{fixed(max(value, 0.0), 1 if value >= 0.095 else 2)}%"


# --- minutes ---------------------------------------------------------------------------------------------------------


def minutes(value: float | None) -> str:
    """Return minutes, one decimal: 14.3."""
    return fixed(value, 1)


def minutes_longest(value: float | None) -> str:
    """Return the longest of several times in whole minutes, rounded up: nobody needs longer than this."""
    if value is None or not math.isfinite(value):
        return MISSING
    return fixed(math.ceil(value - 1e-6), 0)


def minutes_range(above: float, up_to: float) -> str:
    """Return the name of a time band: 15–30, or 60+ for the last one."""
    if math.isinf(up_to):
        return f"{trimmed(above)}+"
    return f"{trimmed(above)}–{trimmed(up_to)}"


# --- differences -----------------------------------------------------------------------------------------------------


def difference(value: float | None, decimals: int) -> str:
    """Return a signed difference: +21.0, −3.2, 0.0 only for none (else +<0.1 or −<0.1)."""
    if value is None or not math.isfinite(value):
        return MISSING
    if abs(value) <= _WHOLE:
        return fixed(0.0, decimals)
    sign = "+" if value > 0 else MINUS
    step = 10.0**-decimals
    if abs(value) < step / 2:
        return f"{sign}<{fixed(step, decimals)}"
    return f"{sign}{fixed(abs(value), decimals)}"


def difference_people(value: float | None) -> str:
    """Return a difference of people: +245,050, −1,580, 0."""
    return difference(value, 0)


def difference_points(value: float | None) -> str:
    """Return a difference of two shares in percentage points, without the unit: +21.0."""
    return difference(value, 1)


def points_short(value: float | None) -> str:
    """Return by how many percentage points a share misses its target, without sign or unit: 10.6; <0.1 for a trifle."""
    if value is not None and _WHOLE < value < 0.05:
        return "<0.1"
    return fixed(value, 1)


def difference_minutes(value: float | None) -> str:
    """Return a difference of minutes: −3.8."""
    return difference(value, 1)


def difference_money(amount: float | None, currency: str, lang: Lang) -> str:
    """Return a difference of money in the unit of `money_unit`: +1,050 (万元), +10.5 (million)."""
    if amount is None or currency != "CNY":
        return difference(amount, 0)
    return difference(amount / _WAN, 0) if lang == "zh" else difference(amount / _MILLION, 1)
