"""A loaded scenario -> YAML text that runs again as it stands."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import yaml

from facopt.scenario.document import Resolvers, core_resolvers

if TYPE_CHECKING:
    from pathlib import Path

    from facopt.scenario.load import LoadedScenario

_HEADER = "# Resolved by facopt, defaults included; runs again as it stands.\n"


def _both(older: Resolvers, core: Resolvers) -> Resolvers:
    return {first: [*older.get(first, []), *core.get(first, [])] for first in {**older, **core}}


class _Dumper(yaml.SafeDumper):
    """Quotes text that facopt, or any reader of the older YAML 1.1, would take for something else."""

    yaml_implicit_resolvers = _both(yaml.SafeDumper.yaml_implicit_resolvers, core_resolvers())


def write_resolved(loaded: LoadedScenario, path: Path) -> None:
    """Write the resolved scenario so that it runs from its new place.

    Parameters
    ----------
    loaded
        The scenario.
    path
        The file to write; data paths become relative to its folder, but stay absolute where they lie on another drive.
    """
    lines = (line for line, _ in _lines(loaded.resolved(path.parent)))
    path.write_text(_HEADER + "".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")


def resolved_yaml_with_places(loaded: LoadedScenario) -> str:
    """Return the resolved scenario as YAML, with `# file:line` beside each value that was written, else `# default`.

    Paths are relative to the folder of the scenario's file.
    """
    lines = list(_lines(loaded.resolved(loaded.file.parent)))
    width = min(max(map(_columns, (line for line, _ in lines))), 72)
    return "".join(f"{_noted(line, key, loaded, width)}\n" for line, key in lines)


def _noted(line: str, key: str | None, loaded: LoadedScenario, width: int) -> str:
    if key is None:
        return line
    place = loaded.positions.get(key)
    where = "default" if place is None else f"{place.file}:{place.line}" if place.file else str(place)
    return f"{line}{' ' * (width - _columns(line))}  # {' '.join(where.split())}"


def _columns(line: str) -> int:
    """Return how many columns of a terminal a line takes; Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in line)


def _lines(data: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    """Yield lines of YAML, each with the dotted key of the value it states, or None where it only opens a section."""
    for name, value in data.items():
        yield from _entry(f"{_text(name)}:", value, name, "")


def _entry(opening: str, value: Any, key: str, indent: str) -> Iterator[tuple[str, str | None]]:
    if isinstance(value, Mapping) and value:
        yield indent + opening, None
        for name, item in value.items():
            yield from _entry(f"{_text(name)}:", item, f"{key}.{name}", indent + "  ")
    elif isinstance(value, list) and any(isinstance(item, (Mapping, list)) for item in value):
        yield indent + opening, None
        for index, item in enumerate(value):
            yield from _item(item, f"{key}.{index}", indent + "  ")
    else:
        yield f"{indent}{opening} {_text(value)}", key


def _item(value: Any, key: str, indent: str) -> Iterator[tuple[str, str | None]]:
    """Yield an entry of a list: a single value, or a mapping whose first line carries the dash."""
    if not isinstance(value, (Mapping, list)):
        yield f"{indent}- {_text(value)}", key
        return
    dash = "- "
    for line, below in _entry("", value, key, indent):
        if line.strip():
            yield (indent + dash + line[len(indent) + 2 :], below)
            dash = "  "


def _text(value: Any) -> str:
    """Return a single value, or a list of single values, as one line of YAML."""
    style = '"' if isinstance(value, str) and not value.isprintable() else None
    dump: Callable[..., str] = yaml.dump
    text = dump(value, Dumper=_Dumper, allow_unicode=True, width=2**31, default_flow_style=True, default_style=style)
    return text.removesuffix("\n").removesuffix("\n...")
