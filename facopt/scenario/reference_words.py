"""What is said of references within a scenario: names that are not known, stated twice, or without effect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from facopt.errors import Finding, Place, Severity
from facopt.scenario.suggest import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    PlaceOf = Callable[[str], Place]
    """Gives the place of a dotted key, or of its nearest stated ancestor."""


def unknown(key: str, word: str, known: Iterable[str], group: str, place: Place) -> Finding:
    """Return that a key names something that is not under a group of the scenario."""
    names = list(dict.fromkeys(known))
    near = nearest(word, names)
    listed = f"Known under {group}: {', '.join(names)}" if names else f"State it under {group}, where nothing stands"
    return Finding(
        f"{key} names '{word}', which is not under {group}", f"Perhaps '{near}' is meant" if near else listed, place
    )


def warning(what: str, remedy: str, place: Place) -> Finding:
    """Return a finding that does not stop the run."""
    return Finding(what, remedy, place, Severity.WARNING)


def twice(key: str, words: Iterable[str], place_of: PlaceOf) -> Iterator[Finding]:
    """Yield the entries of a list that stand in it already."""
    seen: set[str] = set()
    for index, word in enumerate(words):
        if word in seen:
            yield Finding(f"{key} states '{word}' twice", "Remove one of them", place_of(f"{key}.{index}"))
        seen.add(word)
