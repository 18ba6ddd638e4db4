"""Writing sentences and tables to a terminal of some width, in one language, without colour."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Literal

from facopt.outputs.brevity import straight
from facopt.outputs.plain_text import printable
from facopt.outputs.words import pair

if TYPE_CHECKING:
    from collections.abc import Sequence

    from facopt.outputs.numbers import Lang
    from facopt.outputs.words import Text

Side = Literal["left", "right"]


class TerminalText:
    """Gathers lines; Chinese characters take two columns of the width."""

    def __init__(self, width: int, lang: Lang) -> None:
        from rich.console import Console

        self.lang = lang
        self._buffer = io.StringIO()
        self.console = Console(
            file=self._buffer, width=width, color_system=None, force_terminal=False, legacy_windows=False,
            highlight=False, markup=False, emoji=False,
        )  # fmt: skip

    def written(self) -> str:
        """Return what was written, without blanks at the ends of lines and without marks that turn the text around."""
        return "\n".join(line.rstrip() for line in straight(self._buffer.getvalue()).splitlines()) + "\n"

    def text(self, words: tuple[str, str]) -> str:
        """Return words in the language, on one line and harmless."""
        return printable(words[0] if self.lang == "zh" else words[1]).replace("\n", " ")

    def say(self, key: str, **figures: Text) -> str:
        """Return a phrase of the catalogue."""
        return self.text(pair(key, **figures))

    def line(self, words: tuple[str, str]) -> None:
        """Write words on a line, or on several where they are longer."""
        self.console.print(self.text(words))

    def title(self, key: str, **figures: Text) -> None:
        """Write a heading after an empty line."""
        self.console.print()
        self.console.print(self.say(key, **figures))

    def table(self, heads: Sequence[tuple[str, Side]], rows: Sequence[Sequence[str]]) -> None:
        """Write a table; columns of figures stand right and are never broken."""
        from rich.box import SIMPLE_HEAD
        from rich.table import Table
        from rich.text import Text as RichText

        table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1), show_edge=False)
        for head, side in heads:
            table.add_column(RichText(head), justify=side, no_wrap=side == "right", overflow="fold")
        for row in rows:
            table.add_row(*map(RichText, row))
        self.console.print(table)
