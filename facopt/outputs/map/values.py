"""Values of a report as JSON takes them: short, exact where it matters, and never NaN."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable


def text(value: Any) -> str:
    """Return a cell as text; "" for None and NaN."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return str(value)


def truth(value: Any) -> bool | None:
    """Return a cell as true or false; None for None and NaN."""
    return None if text(value) == "" else bool(value)


def number(value: Any, decimals: int | None = None) -> float | int | None:
    """Return a cell as the shortest JSON number that says it, rounded where asked; None for None, NaN and infinity."""
    if value is None:
        return None
    found = float(value)
    if not math.isfinite(found):
        return None
    if decimals is not None:
        found = round(found, decimals)
    return int(found) if found == int(found) and abs(found) < 2**53 else found


def numbers(values: Iterable[Any], decimals: int | None = None) -> list[float | int | None]:
    """Return a column as JSON numbers."""
    return [number(value, decimals) for value in values]


def times(values: Iterable[Any], decimals: int = 4) -> list[float | int | None]:
    """Return minutes as short JSON numbers that print, and fall into time bands, as the unrounded ones do.

    A time is rounded only where that leaves it between the same two multiples of 0.05 minutes: those are where print
    changes its last digit, and standards and bands end on them.
    """
    known = np.array([math.nan if value is None else value for value in values], dtype=np.float64)
    steps, rounded = 20.0 * known, np.round(known, decimals)
    harmless = (np.floor(steps) == np.floor(20.0 * rounded)) & (np.ceil(steps) == np.ceil(20.0 * rounded))
    return numbers(np.where(harmless, rounded, known).tolist())


def exact(value: float | None) -> str | None:
    """Return a figure as text that reads back as the same float, for checks by machine; None where there is none."""
    if value is None or not math.isfinite(value):
        return None
    return repr(float(value))


def index_of(values: Iterable[Any], known: dict[str, int]) -> list[int]:
    """Return the row of each id, -1 where there is none."""
    return [known.get(text(value), -1) for value in values]


def dumped(payload: Any) -> str:
    """Return JSON that may stand inside a script element: no `<`, `>` or `&`, whatever names hold."""
    plain = json.dumps(payload, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        plain = plain.replace(character, f"\\u{ord(character):04x}")
    return plain.encode("utf-8", "backslashreplace").decode("utf-8")
