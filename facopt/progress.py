"""Progress on standard error: stage, share done, time left where it can be known; quiet when nobody watches."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID


class QuietProgress:
    """Keeps the seconds and shows nothing."""

    def __init__(self) -> None:
        """Begin with no stage."""
        self.seconds: dict[str, float] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Keep the seconds for whoever goes on with this scenario."""

    @contextmanager
    def stage(self, name: str) -> Iterator[Self]:
        """Time a stage."""
        began = time.perf_counter()
        self._begin(name)
        try:
            yield self
        finally:
            self.seconds[name] = round(time.perf_counter() - began, 3)
            self._end(name)

    def share(self, done: float) -> None:
        """Show nothing."""

    def note(self, text: str) -> None:
        """Show nothing."""

    def _begin(self, name: str) -> None:
        """Show nothing."""

    def _end(self, name: str) -> None:
        """Show nothing."""


class TerminalProgress(QuietProgress):
    """Draws one line for each stage on standard error."""

    def __init__(self) -> None:
        """Begin a display; use as a context manager."""
        super().__init__()
        self._display: RichProgress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

        self._display = Progress(
            TextColumn("{task.description:<10}"), BarColumn(bar_width=24), TextColumn("{task.fields[note]}"),
            TimeElapsedColumn(), TimeRemainingColumn(), console=Console(stderr=True), transient=True,
        )  # fmt: skip
        self._display.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._display is not None:
            self._display.stop()

    def share(self, done: float) -> None:
        """Move the bar."""
        if self._display is not None and self._task is not None:
            self._display.update(self._task, completed=100 * done, total=100)

    def note(self, text: str) -> None:
        """Write beside the bar."""
        if self._display is not None and self._task is not None:
            self._display.update(self._task, note=text)

    def _begin(self, name: str) -> None:
        if self._display is not None:
            self._task = self._display.add_task(name, total=None, note="")

    def _end(self, name: str) -> None:
        if self._display is not None and self._task is not None:
            self._display.update(self._task, completed=100, total=100)


def progress_for_terminal() -> QuietProgress:
    """Return a display where standard error is a terminal, and silence elsewhere."""
    return TerminalProgress() if sys.stderr.isatty() else QuietProgress()
