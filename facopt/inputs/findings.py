"""A log that gathers the findings of one phase, so that the planner sees all of them at once."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from facopt.errors import DataError, Finding, Place, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

EXAMPLES = 5
"""How many ids or values a finding shows at most."""
NOWHERE = Place()


class FindingLog:
    """Findings of one phase in the order in which they were made; raised once, errors first."""

    def __init__(self) -> None:
        self._items: list[Finding] = []

    def error(
        self, what: str, remedy: str = "", *, place: Place = NOWHERE, count: int | None = None,
        examples: Iterable[object] = (),
    ) -> None:  # fmt: skip
        """Note something that stops the run."""
        self._items.append(Finding(what, remedy, place, Severity.ERROR, count, shown(examples)))

    def warning(
        self, what: str, remedy: str = "", *, place: Place = NOWHERE, count: int | None = None,
        examples: Iterable[object] = (),
    ) -> None:  # fmt: skip
        """Note something that the planner should know and that does not stop the run."""
        self._items.append(Finding(what, remedy, place, Severity.WARNING, count, shown(examples)))

    def add(self, findings: Iterable[Finding]) -> None:
        """Take over findings made elsewhere."""
        self._items.extend(findings)

    @contextmanager
    def keeping(self) -> Iterator[None]:
        """Note the findings of a DataError and go on, so that the next file is looked at too."""
        try:
            yield
        except DataError as error:
            known = {id(item) for item in self._items}  # raised from this log itself
            self.add(finding for finding in error.findings if id(finding) not in known)

    @property
    def items(self) -> tuple[Finding, ...]:
        """All findings so far."""
        return tuple(self._items)

    @property
    def has_errors(self) -> bool:
        """Whether anything so far stops the run."""
        return any(item.severity is Severity.ERROR for item in self._items)

    def raise_errors(self) -> None:
        """Raise one DataError with all findings, errors first, where there is an error among them."""
        if self.has_errors:
            raise DataError(sorted(self._items, key=lambda item: item.severity is not Severity.ERROR))


def shown(examples: Iterable[object]) -> tuple[str, ...]:
    """Return the first few examples as text."""
    return tuple(str(example) for _, example in zip(range(EXAMPLES), examples, strict=False))


def counted(number: int, noun: str, plural: str = "") -> str:
    """Return "1 row" or "2,345 rows"."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def listed(names: Sequence[str], limit: int = 20) -> str:
    """Return names separated by commas, the tail of a long list counted."""
    rest = len(names) - limit
    return ", ".join(names[:limit]) + (f" and {rest} more" if rest > 0 else "")
