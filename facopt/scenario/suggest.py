"""What a planner may have meant: the nearest known word, the nearest file."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def missing_file(path: Path) -> tuple[str, str] | None:
    """Return what is wrong with a path that should be a file, and how to mend it; None when it is a file."""
    if path.is_file():
        return None
    if path.is_dir():
        return f"'{path.name}' is a folder", "Name a file in it"
    if "\\" in path.name:
        return f"no such file: '{path.name}'", "Write / between folders, not \\"
    if not path.parent.is_dir():
        return f"no such file, since there is no folder '{path.parent}'", "Check the path"
    names = sorted(entry.name for entry in path.parent.iterdir() if entry.is_file())
    near = nearest(path.name, names)
    remedy = f"Perhaps '{near}' is meant" if near else "Check the path; it is relative to the file that states it"
    return f"no such file: '{path.name}'", remedy


def nearest(word: str, known: Sequence[str]) -> str | None:
    """Return the known word most like a mistyped one, or None when none is near."""
    folded = {_fold(name): name for name in reversed(known)}
    close = difflib.get_close_matches(_fold(word), list(folded), n=1, cutoff=0.6)
    return folded[close[0]] if close else None


def _fold(word: str) -> str:
    return word.casefold().replace("-", "_").replace(" ", "_")
