"""YAML's complaints in a planner's words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from facopt.errors import Finding, Place

if TYPE_CHECKING:
    from pathlib import Path

FULL_WIDTH_COLON = "Write a plain ':' and a space after each key, not '：'"

_WORDS: tuple[tuple[str, str, str], ...] = (
    ("found character '\\t'", "a tab stands where only spaces may", "Replace tabs by spaces"),
    ("expected a single document", "a second document begins here ('---')", "Keep one scenario in a file"),
    ("but found another document", "a second document begins here ('---')", "Keep one scenario in a file"),
    (
        "mapping values are not allowed",
        "a ':' stands where no key can be",
        "Check the indentation here and in the line above, or put text with ': ' in quotes",
    ),
    ("sequence entries are not allowed", "a '- ' stands where no entry can be", "Check the indentation, or use quotes"),
    (
        "expected a comment or a line break",
        "text follows | or > in the same line",
        "Put it in the next line, or in quotes",
    ),
    ("could not find expected ':'", "a key without ':' and a value", "Write 'key: value' and check the line above"),
    ("expected <block end>", "the line does not fit the ones above", "Check its indentation, and quotes before it"),
    ("expected ',' or ']'", "a list in [ ] is not closed before here", "Add ']' or the missing ','"),
    ("expected ',' or '}'", "a mapping in { } is not closed before here", "Add '}' or the missing ','"),
    ("expected the node content", "a value is missing here", "Write a value, and check brackets and commas"),
    ("cannot start any token", "a value may not begin with this character", "Put the value in quotes"),
    ("found undefined alias", "this alias (*) has no anchor (&) above it", "Write the value out"),
    ("unknown escape character", "a backslash in double quotes starts a code", "Use single quotes, and / in paths"),
    ("undefined tag handle", "a tag (!) that is not understood", "Remove it and write the value plainly"),
)


def explain(error: yaml.YAMLError, text: str, file: Path) -> Finding:
    """Return the finding for text that is no YAML.

    Parameters
    ----------
    error
        What the parser raised.
    text
        The whole text.
    file
        The file, as it is to be called.
    """
    if isinstance(error, yaml.reader.ReaderError):
        return _unprintable(error, text, file)
    mark = getattr(error, "problem_mark", None)
    problem = str(getattr(error, "problem", None) or error)
    context = getattr(error, "context_mark", None)
    if "end of stream" in problem and "quoted" in str(getattr(error, "context", "")):
        return Finding("a quotation mark is never closed", "Close it", _place(file, context or mark))
    what, remedy = _words(problem)
    if _line(text, mark).count("：") or _line(text, context).count("："):
        remedy = FULL_WIDTH_COLON
    return Finding(what, remedy, _place(file, mark))


def _words(problem: str) -> tuple[str, str]:
    for part, what, remedy in _WORDS:
        if part in problem:
            return what, remedy
    if problem.startswith("values are nested"):
        return problem, "Write a scenario with fewer brackets"
    return f"the text is no YAML here: {problem}", "Check indentation, quotes and brackets"


def _unprintable(error: yaml.reader.ReaderError, text: str, file: Path) -> Finding:
    before = text[: error.position]
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    character = error.character if isinstance(error.character, int) else ord(error.character)
    what = f"a control character (U+{character:04X}) stands in the text"
    return Finding(what, "Remove it", Place(file, line, column))


def _line(text: str, mark: yaml.Mark | None) -> str:
    lines = text.splitlines()
    return lines[mark.line] if mark is not None and mark.line < len(lines) else ""


def _place(file: Path, mark: yaml.Mark | None) -> Place:
    return Place(file, mark.line + 1, mark.column + 1) if mark is not None else Place(file)
