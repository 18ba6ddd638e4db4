"""Scenario text as it is read: what unquoted words mean, aliases, and where everything stands."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from facopt.errors import Place, ScenarioError
from facopt.scenario.document import plain, read_document, read_value, walk
from facopt.scenario.merge import merge

PLACE = Place(key="--set x")


def read(text: str) -> Any:
    return plain(read_value(text, PLACE, Path.cwd()))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("Yes", "Yes"),
        ("true", True),
        ("FALSE", False),
        ("1:30", "1:30"),
        ("2020-01-01", "2020-01-01"),
        ("017", 17),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("1e3", 1000.0),
        ("6.5E+07", 6.5e7),
        ("-.5", -0.5),
        (".inf", math.inf),
        ("-.INF", -math.inf),
        ("'15'", "15"),
        ("!!str 15", "15"),
        ("!!float 15", 15.0),
        ("~", None),
        ("''", ""),
        ("9" * 5000, math.inf),
        ("１５", "１５"),
        ("[a, {b: 1}]", ["a", {"b": 1}]),
        ("{007: x, true: y}", {"007": "x", "true": "y"}),
        ("{a: null}", {}),
    ],
)
def test_what_words_mean(text: str, value: Any) -> None:
    """Unquoted words mean what YAML 1.2 says, keys are text, and a key without a value is not stated."""
    result = read(text)
    assert result == value
    assert type(result) is type(value)


def test_not_a_number_is_read() -> None:
    """`.nan` is a number to the reader; the schema refuses it."""
    assert math.isnan(read(".nan"))


def test_merge_keys() -> None:
    """`<<` takes over keys; own keys win wherever they stand, and the first mapping named wins over later ones."""
    text = "{a: &a {x: 1, y: 1}, b: &b {y: 2, z: 2}, c: {x: 3, <<: [*a, *b]}, d: {<<: *b, y: 4}}"
    result = read(text)
    assert result["c"] == {"x": 3, "y": 1, "z": 2}
    assert result["d"] == {"y": 4, "z": 2}


def test_alias_keeps_the_place_of_its_anchor(tmp_path: Path) -> None:
    """A value taken over points to where it was written."""
    file = tmp_path / "s.yaml"
    file.write_text("a: &a {x: 1}\nb: *a\n", encoding="utf-8")
    top, _ = read_document(file)
    assert [(key, stated.place.line) for key, stated in walk(top)] == [("a", 1), ("a.x", 1), ("b", 2), ("b.x", 1)]


def test_many_aliases_end_soon() -> None:
    """Nested aliases that stand for billions of values are refused after a few thousand."""
    levels = "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 30))
    with pytest.raises(ScenarioError, match="stands for more than 20000 values"):
        read(f"a0: &a0 [x]\n{levels}")


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_deep_nesting_is_refused(opening: str) -> None:
    """Nesting is refused before it can exhaust the interpreter's stack."""
    with pytest.raises(ScenarioError, match="nested more than 50 deep"):
        read(opening * 5000)


# --- properties ----------------------------------------------------------------------------------------------------

KEYS = st.text("abc中", min_size=1, max_size=3)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-99, 99), st.text("ab中: #'\"\n-", max_size=6))
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=12
)
MAPPINGS = st.dictionaries(KEYS, VALUES, min_size=1, max_size=4)


def without_nothing(value: Any) -> Any:
    """Independent reading of 'a key without a value is not stated'."""
    if isinstance(value, dict):
        return {key: without_nothing(item) for key, item in value.items() if item is not None}
    return [without_nothing(item) for item in value] if isinstance(value, list) else value


def merged(parent: Any, child: Any) -> Any:
    """Independent statement of the merge on plain data without kinds."""
    if not (isinstance(parent, dict) and isinstance(child, dict)):
        return child
    return {key: merged(parent.get(key), child[key]) if key in child else parent[key] for key in {**parent, **child}}


@given(MAPPINGS)
@settings(max_examples=60, deadline=None)
def test_reading_returns_what_was_dumped(data: dict[str, Any]) -> None:
    """Whatever an independent writer dumps is read back."""
    assert read(yaml.safe_dump(data, allow_unicode=True)) == without_nothing(data)


@given(MAPPINGS, MAPPINGS, MAPPINGS)
@settings(max_examples=60, deadline=None)
def test_merging_agrees_with_plain_data(first: dict[str, Any], second: dict[str, Any], third: dict[str, Any]) -> None:
    """A chain of three merges like plain dictionaries do, one after the other."""
    texts = [read_value(yaml.safe_dump(data, allow_unicode=True), PLACE, Path.cwd()) for data in (first, second, third)]
    result = plain(merge(merge(texts[0], texts[1]), texts[2]))
    assert result == without_nothing(merged(merged(first, second), third))


@given(MAPPINGS, st.booleans())
@settings(max_examples=60, deadline=None)
def test_places_show_the_text(tmp_path_factory: pytest.TempPathFactory, data: dict[str, Any], flow: bool) -> None:
    """At the place of every unquoted value stands its text, and at every key's place stands the key."""
    file = tmp_path_factory.mktemp("places") / "s.yaml"
    file.write_text(yaml.safe_dump(data, allow_unicode=True, default_flow_style=flow), encoding="utf-8")
    lines = file.read_text(encoding="utf-8").split("\n")
    top, _ = read_document(file)
    for key, stated in walk(top):
        name = key.rpartition(".")[2]
        if not name.isdecimal():
            assert lines[stated.key_place.line - 1][stated.key_place.column - 1 :].startswith(name)
        if stated.text and not stated.quoted:
            shown = lines[stated.place.line - 1][stated.place.column - 1 :]
            assert shown.startswith(stated.text.split("\n")[0].strip())
