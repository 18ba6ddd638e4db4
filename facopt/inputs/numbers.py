"""Numbers as people write them in tables: full-width digits, thousands separators, blanks around."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from facopt.inputs.study_area import FloatArray, TextArray

BoolArray = np.ndarray[Any, np.dtype[np.bool_]]

_NUMBER = re.compile(r"[+-]?(?=\.?\d)(\d{1,3}([, ']\d{3})+|\d*)(\.\d*)?([eE][+-]?\d{1,3})?")
_SEPARATORS = str.maketrans("", "", ", '")
_MARKS = str.maketrans({"º": "°", "˚": "°", "度": "°", "′": "'", "’": "'", "‘": "'", "分": "'", "″": '"', "”": '"',
                        "“": '"', "秒": '"', "东": "E", "東": "E", "西": "W", "北": "N", "南": "S", "经": None,
                        "經": None, "纬": None, "緯": None})  # fmt: skip
"""What stands for degrees, minutes, seconds and directions, by the sign that is read."""
_DEGREES = re.compile(
    r"([NSEW])?(\d{1,3}(?:\.\d+)?)°(?:(\d{1,2}(?:\.\d+)?)'(?:(\d{1,2}(?:\.\d+)?)(?:\"|''))?)?([NSEW])?", re.IGNORECASE
)


@dataclass(frozen=True)
class Numbers:
    """One column of a table as numbers; arrays have shape (N,)."""

    values: FloatArray
    """NaN where the cell is blank or not a number."""
    blank: BoolArray
    bad: BoolArray
    """True where the cell holds something that is not a finite number."""


def parse_numbers(texts: TextArray) -> Numbers:
    """Return the numbers that a column of cells holds; plain ones fast, unusual ones cell by cell."""
    values = pd.to_numeric(pd.Series(texts, dtype=object), errors="coerce").to_numpy(dtype=np.float64, copy=True)
    blank: BoolArray = np.asarray(texts == "", dtype=np.bool_)
    for row in np.flatnonzero(~np.isfinite(values) & ~blank):
        blank[row] = not texts[row].strip()
        values[row] = parse_number(texts[row])
    return Numbers(values, blank, ~blank & np.isnan(values))


def parse_number(text: str) -> float:
    """Return the number that a cell holds, NaN where it holds none.

    Full-width digits, degrees with minutes and seconds, and thousands separated by comma, space or apostrophe are
    understood. "1,5" is not: it could be meant as 1.5 or as 15.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if _NUMBER.fullmatch(plain):
        value = float(plain.translate(_SEPARATORS))
        return value if np.isfinite(value) else np.nan
    return _degrees(unicodedata.normalize("NFKC", text.translate(_MARKS)).replace(" ", ""))


def _degrees(text: str) -> float:
    match = _DEGREES.fullmatch(text)
    if match is None:
        return np.nan
    before, degrees, minutes, seconds, after = match.groups()
    value = float(degrees) + float(minutes or 0) / 60 + float(seconds or 0) / 3600
    return -value if (before or after or "").upper() in {"S", "W"} else value
