"""Which of the files named on the command line are scenarios, and which only parts of some."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

WILD = frozenset("*?[")


def without_parts(paths: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """Return the scenarios among the files, and the parts that are passed over.

    A file whose name begins with `_` is a part that others extend. It is passed over where it was named together with
    others, as a shell does for `scenarios/*.yaml`; named alone, it is taken for what it is. Patterns that the shell has
    left as they are (Windows) are filled in here.
    """
    named = [path for pattern in paths for path in _matching(pattern)]
    parts = [path for path in named if path.name.startswith("_")]
    whole = [path for path in named if path not in parts]
    return (whole, parts) if whole else (named, [])


def _matching(pattern: Path) -> list[Path]:
    if not WILD & set(pattern.name) or pattern.exists() or not pattern.parent.is_dir():
        return [pattern]
    return sorted(pattern.parent.glob(pattern.name)) or [pattern]
