"""Scenario text -> a tree of stated values with their places; nothing is executed or expanded without limit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from facopt.errors import Finding, Place, ScenarioError, Severity
from facopt.scenario.syntax import FULL_WIDTH_COLON, explain

MAXIMUM_BYTES = 256 * 1024
"""A scenario is a page of text; whatever is longer is a data file given by mistake, or an attack."""
MAXIMUM_VALUES = 20_000
"""Values after aliases are expanded (ten lines of nested aliases can stand for billions)."""
MAXIMUM_DEPTH = 50

_TAG = "tag:yaml.org,2002:"


@dataclass(frozen=True)
class Stated:
    """A value as somebody wrote it."""

    value: str | int | float | bool | Mapping[str, Stated] | tuple[Stated, ...] | None
    """Text, number, truth, nothing, or further stated values by key or in a list."""
    place: Place
    """Where the value stands; for mappings and lists where their key stands."""
    key_place: Place
    """Where its key stands; in a list, where the value stands."""
    base: Path
    """Folder against which the value resolves if it is a relative path; absolute."""
    text: str | None = None
    """A single value as it was written, without its quotes."""
    quoted: bool = False
    """Whether the value stood in quotes (or in a text block), and so is text whatever it looks like."""


_CORE_TYPES = (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("int", r"^[-+]?[0-9]{1,300}$", "-+0123456789"),
    ("float", r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$", "-+.0123456789"),
    ("float", r"^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$", "-+."),
    ("merge", r"^<<$", "<"),
    ("null", r"^(?:~|null|Null|NULL|)$", ("~", "n", "N", "")),
)
Resolvers: TypeAlias = dict[str, list[tuple[str, re.Pattern[str]]]]


def core_resolvers() -> Resolvers:
    """Return what unquoted text means: YAML 1.2's core types, as editors read them, in the form PyYAML asks for.

    YAML 1.1, which PyYAML reads by default, turns `no` into false, `1:30` into 90, `017` into 15, and leaves `1e3` as
    text.
    """
    by_first: Resolvers = {}
    for kind, pattern, first in _CORE_TYPES:
        for character in first:
            by_first.setdefault(character, []).append((_TAG + kind, re.compile(pattern)))
    return by_first


class _Loader(yaml.SafeLoader):
    """Composes nodes only; nothing is ever constructed from a tag."""

    yaml_implicit_resolvers = core_resolvers()
    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        self.depth += 1
        if self.depth > MAXIMUM_DEPTH:
            problem = f"values are nested more than {MAXIMUM_DEPTH} deep"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=self.peek_event().start_mark)  # type: ignore[no-untyped-call]
        node: yaml.Node | None = super().compose_node(parent, index)
        self.depth -= 1
        return node


def read_document(file: Path) -> tuple[Stated, list[Finding]]:
    """Read a scenario file.

    Parameters
    ----------
    file
        The file, as it is to be called in messages.

    Returns
    -------
    The top-level mapping, and warnings.

    Raises
    ------
    ScenarioError
        With everything that is wrong with the text.
    """
    text, warnings = _decode(file, _read_bytes(file))
    base = Path(file).absolute().parent
    tree = _Tree(base, lambda mark, key: Place(file, mark.line + 1, mark.column + 1, key or None))
    top = tree.read(text, lambda error: explain(error, text, file))
    if top is None or top.value is None:
        remedy = "Write at least name, demand, facilities, travel, tiers and objective"
        raise ScenarioError(Finding("the file states nothing", remedy, Place(file, 1, 1)))
    if not isinstance(top.value, Mapping):
        raise ScenarioError(_not_a_mapping(top, text))
    return top, warnings


def read_value(text: str, place: Place, base: Path) -> Stated:
    """Read one value given outside a file, as by `--set`; every part of it has the same place."""
    tree = _Tree(base, lambda mark, key: place)
    stated = tree.read(text, lambda error: Finding(*_value_trouble(error), place))
    return stated or Stated(None, place, place, base)


def _value_trouble(error: yaml.YAMLError) -> tuple[str, str]:
    problem = getattr(error, "problem", None) or "it has characters that YAML does not allow"
    remedy = "Write a number, text, [a, b] or {key: value}, in quotes against the shell"
    return f"the value cannot be read: {problem}", remedy


def _read_bytes(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            data = stream.read(MAXIMUM_BYTES + 1)
    except FileNotFoundError:
        raise ScenarioError(Finding("no such file", "Check the path and the folder you are in", Place(file))) from None
    except (OSError, ValueError) as error:
        if file.is_dir():
            raise ScenarioError(Finding("this is a folder", "Name a scenario file in it", Place(file))) from None
        reason = getattr(error, "strerror", None) or error
        raise ScenarioError(Finding(f"the file cannot be read: {reason}", "Check its rights", Place(file))) from None
    if len(data) > MAXIMUM_BYTES:
        what = f"the file is longer than {MAXIMUM_BYTES // 1024} kB"
        raise ScenarioError(Finding(what, "Name a scenario, and the data files inside it", Place(file)))
    return data


def _decode(file: Path, data: bytes) -> tuple[str, list[Finding]]:
    """Decode UTF-8; fall back, with a warning, on what Chinese Windows and its Notepad save."""
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        before = data[: error.start]
        place = Place(file, before.count(b"\n") + 1, len(before) - before.rfind(b"\n"))
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "gb18030"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        raise ScenarioError(Finding("the text is neither UTF-8 nor GB18030", "Save the file as UTF-8", place)) from None
    what = f"the text is not UTF-8 and was read as {encoding.upper()}"
    return text, [Finding(what, "Check the names, and save the file as UTF-8", place, Severity.WARNING)]


def _not_a_mapping(top: Stated, text: str) -> Finding:
    colon = "：" in text and not re.search(r":\s", text)
    remedy = FULL_WIDTH_COLON if colon else "Write lines such as 'name: my-plan'"
    found = "a list" if isinstance(top.value, tuple) else "text"
    return Finding(f"the file should state keys with values, but it is {found}", remedy, top.place)


@dataclass
class _Tree:
    """Turns YAML nodes into stated values, collecting what is wrong on the way."""

    base: Path
    place_of: Callable[[yaml.Mark, str], Place]
    findings: list[Finding] = field(default_factory=list)
    values: int = 0
    inside: list[int] = field(default_factory=list)

    def read(self, text: str, explained: Callable[[yaml.YAMLError], Finding]) -> Stated | None:
        try:
            loader = _Loader(text)
            node = loader.get_single_node()
        except yaml.YAMLError as error:
            raise ScenarioError(explained(error)) from None
        stated = None if node is None else self.build(node, "", None)
        if self.findings:
            raise ScenarioError(self.findings)
        return stated

    def complain(self, mark: yaml.Mark, key: str, what: str, remedy: str) -> None:
        self.findings.append(Finding(what, remedy, self.place_of(mark, key)))

    def build(self, node: yaml.Node, key: str, key_node: yaml.Node | None) -> Stated:
        here = self.place_of(node.start_mark, key)
        key_place = self.place_of(key_node.start_mark, key) if key_node is not None else here
        empty = Stated(None, key_place, key_place, self.base)
        self.values += 1
        if id(node) in self.inside:
            self.complain(node.start_mark, key, "an anchor (&) contains itself", "Write the values out")
            return empty
        if self.values > MAXIMUM_VALUES:
            what = f"the file stands for more than {MAXIMUM_VALUES} values"
            raise ScenarioError(Finding(what, "Use fewer aliases (*)", self.place_of(node.start_mark, key)))
        if isinstance(node, yaml.ScalarNode):
            return self.scalar(node, key, here if node.value or node.style else key_place, key_place)
        self.inside.append(id(node))
        stated = self.collection(node, key, key_place)
        self.inside.pop()
        return stated

    def collection(self, node: yaml.Node, key: str, key_place: Place) -> Stated:
        value: Mapping[str, Stated] | tuple[Stated, ...]
        if isinstance(node, yaml.MappingNode) and node.tag == _TAG + "map":
            value = self.mapping(node, key)
        elif isinstance(node, yaml.SequenceNode) and node.tag == _TAG + "seq":
            value = tuple(self.build(item, _join(key, str(i)), None) for i, item in enumerate(node.value))
        else:
            self.unknown_tag(node, key)
            value = ()
        return Stated(value, key_place, key_place, self.base)

    def scalar(self, node: yaml.ScalarNode, key: str, place: Place, key_place: Place) -> Stated:
        bad = next((c for c in node.value if unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t"), None)
        if bad is not None:
            what = f"the text holds a control character (U+{ord(bad):04X})"
            self.complain(node.start_mark, key, what, "Remove it")
        value: Any = None
        try:
            value = _convert(node)
        except (KeyError, ValueError):
            self.unknown_tag(node, key)
        return Stated(value, place, key_place, self.base, node.value, node.style is not None)

    def unknown_tag(self, node: yaml.Node, key: str) -> None:
        what = f"the tag '{node.tag.replace(_TAG, '!!')}' is not understood here"
        self.complain(node.start_mark, key, what, "Remove it and write the value plainly")

    def mapping(self, node: yaml.MappingNode, key: str) -> dict[str, Stated]:
        """Build a mapping; keys taken over by `<<` come first and give way to the mapping's own."""
        own: dict[str, Stated] = {}
        lines: dict[str, int] = {}
        taken_over: dict[str, Stated] = {}
        for name_node, value_node in node.value:
            name = self.key_name(name_node, key)
            if name is None:
                continue
            if name in lines:
                what = f"the key '{name}' stands twice, first in line {lines[name]}"
                self.complain(name_node.start_mark, _join(key, name), what, "Keep one of them")
                continue
            lines[name] = name_node.start_mark.line + 1
            if name_node.tag == _TAG + "merge":
                taken_over = self.merged(value_node, key)
            else:
                own[name] = self.build(value_node, _join(key, name), name_node)
        return {**taken_over, **own}

    def merged(self, node: yaml.Node, key: str) -> dict[str, Stated]:
        """Return what `<<: *anchor` or `<<: [*first, *second]` takes over; the first mapping named wins."""
        sources = node.value if isinstance(node, yaml.SequenceNode) else [node]
        result: dict[str, Stated] = {}
        for source in reversed(sources):
            stated = self.build(source, key, None)
            if isinstance(stated.value, Mapping):
                result.update(stated.value)
            else:
                what = "'<<' takes over keys, but this has none"
                self.complain(node.start_mark, key, what, "Name an anchor (&) of a mapping")
        return result

    def key_name(self, node: yaml.Node, key: str) -> str | None:
        if isinstance(node, yaml.ScalarNode) and node.value != "":
            self.scalar(node, key, Place(), Place())
            return node.value if isinstance(node.value, str) else None
        self.complain(node.start_mark, key, "a key is missing or is not plain text", "Write 'key: value'")
        return None


def _convert(node: yaml.ScalarNode) -> Any:
    """Return the value of a single node; KeyError for a tag that is none of the core types."""
    text: str = node.value
    kind = node.tag.removeprefix(_TAG)
    if kind == "float" and text.lstrip("+-").lower() in (".inf", ".nan"):
        return float(text.replace(".", "", 1))
    convert: dict[str, Callable[[], Any]] = {
        "str": lambda: text,
        "merge": lambda: text,
        "null": lambda: None,
        "bool": lambda: text.lower() == "true",
        "int": lambda: int(text),
        "float": lambda: float(text),
    }
    return convert[kind]()


def _join(key: str, name: str) -> str:
    return f"{key}.{name}" if key else name


def plain(stated: Stated) -> Any:
    """Return the values alone; keys without a value are left out, as not stated."""
    if isinstance(stated.value, Mapping):
        return {name: plain(item) for name, item in stated.value.items() if item.value is not None}
    if isinstance(stated.value, tuple):
        return [plain(item) for item in stated.value]
    return stated.value


def walk(stated: Stated, key: str = "") -> Iterator[tuple[str, Stated]]:
    """Yield every value below with its dotted key, in the order written."""
    items: Any = ()
    if isinstance(stated.value, Mapping):
        items = stated.value.items()
    elif isinstance(stated.value, tuple):
        items = ((str(i), item) for i, item in enumerate(stated.value))
    for name, item in items:
        yield _join(key, name), item
        yield from walk(item, _join(key, name))
