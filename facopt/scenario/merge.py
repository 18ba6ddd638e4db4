"""One scenario out of several texts: a file, the files it extends, and what the command line sets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from facopt.errors import Finding, Place, ScenarioError, Severity
from facopt.scenario.document import Stated, read_document, read_value
from facopt.scenario.suggest import missing_file

EXTENDS = "extends"


def merge(parent: Stated, child: Stated) -> Stated:
    """Return the parent's values with the child's over them.

    Mappings merge deeply; lists and single values replace; an empty value (`null`) removes the parent's. Where the two
    state a different `kind`, the child's mapping replaces the parent's altogether, since the keys of one kind mean
    nothing to another.
    """
    if not isinstance(parent.value, Mapping) or not isinstance(child.value, Mapping) or _other_kind(parent, child):
        return child
    merged = dict(parent.value)
    for key, value in child.value.items():
        merged[key] = merge(merged[key], value) if key in merged else value
    return replace(child, value=merged)


def _other_kind(parent: Stated, child: Stated) -> bool:
    assert isinstance(parent.value, Mapping)
    assert isinstance(child.value, Mapping)
    before, after = parent.value.get("kind"), child.value.get("kind")
    return before is not None and after is not None and before.value != after.value


def read_chain(file: Path) -> tuple[Stated, list[Finding], tuple[Path, ...]]:
    """Read a scenario file and every file it extends, and merge them.

    Returns
    -------
    The merged top-level mapping without `extends`; warnings; the files read, the scenario's own first.

    Raises
    ------
    ScenarioError
        When a text cannot be read, a parent is missing, or files extend each other in a circle.
    """
    layers: list[Stated] = []
    warnings: list[Finding] = []
    files: list[Path] = []
    following: Path | None = file
    while following is not None:
        top, found = read_document(following)
        files.append(following)
        layers.append(_without_extends(top))
        warnings += found
        following = _parent(top, following, files)
    merged = layers[-1]
    for layer in reversed(layers[:-1]):
        merged = merge(merged, layer)
    if len(layers) > 1:
        warnings += _inherited_name(layers[0], merged, files[0])
    return merged, warnings, tuple(files)


def _without_extends(top: Stated) -> Stated:
    assert isinstance(top.value, Mapping)
    return replace(top, value={key: value for key, value in top.value.items() if key != EXTENDS})


def _parent(top: Stated, file: Path, files: Sequence[Path]) -> Path | None:
    """Return the file that this one extends, called as seen from the same folder as this one is."""
    assert isinstance(top.value, Mapping)
    stated = top.value.get(EXTENDS)
    if stated is None or stated.value is None:
        return None
    if not isinstance(stated.value, str) or not stated.value:
        remedy = "Name one scenario file: extends: base.yaml"
        raise ScenarioError(Finding("'extends' names no file", remedy, stated.place))
    parent = file.parent / stated.value
    trouble = missing_file(parent)
    if trouble:
        raise ScenarioError(Finding(f"extends: {trouble[0]}", trouble[1], stated.place))
    same = [known.resolve() for known in files]
    if parent.resolve() in same:
        circle = " extends ".join(known.name for known in (*files[same.index(parent.resolve()) :], parent))
        what = f"files extend each other in a circle: {circle}"
        raise ScenarioError(Finding(what, "Remove one 'extends'", stated.place))
    return parent


def _inherited_name(child: Stated, merged: Stated, file: Path) -> Iterator[Finding]:
    assert isinstance(child.value, Mapping)
    assert isinstance(merged.value, Mapping)
    name = merged.value.get("name")
    if name is not None and "name" not in child.value:
        what = f"the name '{name.text}' comes from {_file_name(name.place)}, whose results this scenario will replace"
        yield Finding(what, "Give the scenario a name of its own", Place(file, 1, 1, "name"), Severity.WARNING)


def _file_name(place: Place) -> str:
    return place.file.name if place.file else str(place)


def apply_overrides(top: Stated, overrides: Sequence[str]) -> Stated:
    """Return the values with each `key=value` over them, as a child file would state it.

    Raises
    ------
    ScenarioError
        With every override that has no `=`, no readable value, or a list index that does not exist.
    """
    findings: list[Finding] = []
    for override in overrides:
        try:
            top = _apply(top, override)
        except ScenarioError as error:
            findings += error.findings
    if findings:
        raise ScenarioError(findings)
    return top


def _apply(top: Stated, override: str) -> Stated:
    place = Place(key=f"--set {override}")
    key, equals, text = override.partition("=")
    parts = key.strip().split(".")
    if not equals or not all(parts):
        raise ScenarioError(Finding("this sets nothing", "Write --set key=value, as in limits.budget=5000000", place))
    if parts[0] == EXTENDS:
        raise ScenarioError(Finding("'extends' cannot be set", "State it in a scenario file", place))
    return _put(top, parts, read_value(text, place, Path.cwd()))


def _put(into: Stated, parts: Sequence[str], value: Stated) -> Stated:
    if not parts:
        return merge(into, value)
    if isinstance(into.value, tuple):
        return _put_in_list(into, into.value, parts, value)
    nothing = Stated(None, value.place, value.place, value.base)
    if not isinstance(into.value, Mapping):
        into = replace(nothing, value={})
    assert isinstance(into.value, Mapping)
    inside = _put(into.value.get(parts[0], nothing), parts[1:], value)
    return replace(into, value={**into.value, parts[0]: inside})


def _put_in_list(into: Stated, items: tuple[Stated, ...], parts: Sequence[str], value: Stated) -> Stated:
    if not parts[0].isdecimal() or int(parts[0]) >= len(items):
        what = f"'{parts[0]}' is no place in this list of {len(items)}"
        remedy = f"Count from 0 to {len(items) - 1}" if items else "The list is empty: set it as a whole, as in [a, b]"
        raise ScenarioError(Finding(what, remedy, value.place))
    index = int(parts[0])
    return replace(into, value=(*items[:index], _put(items[index], parts[1:], value), *items[index + 1 :]))
