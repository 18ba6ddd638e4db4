"""Text from strangers in tables: what a spreadsheet would take for a formula is made harmless, and restored."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

STARTS = "=+\\-@\t\r\n＝＋－＠"
"""First characters that make a spreadsheet compute, in their full-width forms too, which East Asian versions accept."""

_DANGEROUS = re.compile(f"'*[{STARTS}]")
_DANGEROUS_PART = re.compile(f"(?:^|\x00)'*[{STARTS}]")
_MARKED = re.compile(f"'+[{STARTS}]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def is_dangerous(text: str) -> bool:
    """Tell whether a spreadsheet might compute this text instead of showing it."""
    return re.match(f"[{STARTS}]", text) is not None


def neutralised(text: str) -> str:
    """Return a text cell for CSV: one apostrophe in front where the text would start a formula, else the text itself.

    Text that already has apostrophes in front of such a character gets one more, so that `restored` gives back
    every text, ids included, exactly.
    """
    return f"'{text}" if _DANGEROUS.match(text) else text


def any_neutralised(texts: Iterable[str]) -> bool:
    """Tell whether `neutralised` might change one of many texts; quick where it changes none."""
    return _DANGEROUS_PART.search("\x00".join(texts)) is not None


def restored(cell: str) -> str:
    """Return the text that `neutralised` wrote."""
    return cell[1:] if _MARKED.match(cell) else cell


def printable(text: str) -> str:
    """Return text without the control characters that XML, and so a workbook, cannot hold."""
    return _CONTROL.sub("\ufffd", text)
