"""Names that arrive in other characters than they were written in: traditional ones, and text that was damaged."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from facopt.errors import Place
from facopt.inputs.characters import with_traditional
from facopt.inputs.findings import FindingLog, counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from facopt.inputs.headings import RecognisedColumn
    from facopt.inputs.study_area import TextArray

IntArray = np.ndarray[Any, np.dtype[np.int64]]

NAMES = ("name", "zone", "zone_name", "tier")
LOOKED_AT = 20_000
"""So many rows are looked at; what is wrong with a file is wrong from its beginning."""
_CHINESE = re.compile(r"[\u3400-\u9fff\u3000-\u303f\uff00-\uffefA-Za-z0-9()（）\-·\s]{2,}")
_LOST = re.compile(r"\?{2,}")


def note_characters(
    path: Path, found: Mapping[str, RecognisedColumn], raw: Mapping[str, TextArray], lines: IntArray, log: FindingLog
) -> None:
    """Note columns of names in traditional characters, and those with damaged text."""
    for field in NAMES:
        if field not in found or found[field].heading not in raw:
            continue
        heading = found[field].heading
        texts = raw[heading][:LOOKED_AT].tolist()
        _note(path, heading, texts, lines, log)


def _note(path: Path, heading: str, texts: list[str], lines: IntArray, log: FindingLog) -> None:
    beyond = {text for text in texts if not text.isascii() or "??" in text}
    traditional, damaged = set(with_traditional(beyond)), {text: was for text in beyond if (was := mended(text))}
    rows = [row for row, text in enumerate(texts) if text in traditional and text not in damaged]
    if rows:
        log.warning(
            f"{heading}: {counted(len(rows), 'row is', 'rows are')} in traditional characters",
            "Kinds, headings and endings are understood; write zones in the same characters in all files",
            place=Place(path, int(lines[rows[0]]), key=heading), count=len(rows),
            examples=_first(texts[row] for row in rows),
        )  # fmt: skip
    rows = [row for row, text in enumerate(texts) if text in damaged]
    if rows:
        log.warning(
            f"{heading}: {counted(len(rows), 'row has', 'rows have')} damaged text",
            "Export the file again from the original as UTF-8", place=Place(path, int(lines[rows[0]]), key=heading),
            count=len(rows), examples=_first(damaged[texts[row]] for row in rows),
        )  # fmt: skip


def _first(texts: Iterable[str]) -> Iterable[str]:
    return dict.fromkeys(texts)


def mended(text: str) -> str:
    """Return damaged text with what it was, "" for sound text.

    UTF-8 that was read as Latin letters or as GBK, and saved so, turns back into Chinese; question marks in a row are
    lost characters.
    """
    if _LOST.search(text) and not text.isascii():
        return text
    for wrong in ("cp1252", "latin-1", "gb18030"):
        try:
            was = text.encode(wrong).decode("utf-8")
        except UnicodeError:
            continue
        if was != text and _CHINESE.fullmatch(was) and not was.isascii():
            return f"{text}, which was {was}"
    return ""
