"""What a planner may have meant: the nearest known word, the nearest file."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def missing_file(path: Path) -> tuple[str, str] | None:
    """Return what is wrong with a path that should be a file, and how to mend it; None when it is a file."""
    try:
        if path.is_file():
            return None
        if path.exists():
            return f"'{path.name}' is no file", "Name a file in it" if path.is_dir() else "Name a file"
        return _not_there(path)
    except OSError as error:
        return f"the path cannot be followed: {error.strerror}", "Check the path and its rights"


def _not_there(path: Path) -> tuple[str, str]:
    """Return which part of a path does not exist, and the nearest that does."""
    missing = path
    while not missing.parent.exists():
        missing = missing.parent
    wanted = "file" if missing == path else "folder"
    what = f"no such {wanted}: '{missing.name}' in {missing.parent.absolute()}"
    if "\\" in missing.name:
        return what, "Write / between folders, not \\"
    if not missing.parent.is_dir():
        return what, f"'{missing.parent.name}' is a file"
    names = sorted(entry.name for entry in missing.parent.iterdir() if entry.is_dir() == (wanted == "folder"))
    near = nearest(missing.name, names)
    return what, f"Perhaps '{near}' is meant" if near else "Check the path"


def nearest(word: str, known: Sequence[str]) -> str | None:
    """Return the known word most like a mistyped one, or None when none is near."""
    folded = {_fold(name): name for name in reversed(known)}
    close = difflib.get_close_matches(_fold(word), list(folded), n=1, cutoff=0.6)
    return folded[close[0]] if close else None


def _fold(word: str) -> str:
    return word.casefold().replace("-", "_").replace(" ", "_")
