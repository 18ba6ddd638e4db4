"""Reads figures back from what people see: pages as a tree in both languages, printed numbers with their rounding."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

VOID = frozenset({"meta", "br", "input", "img", "link", "hr"})
UNITS = {"万": 1e4, "亿": 1e8, "million": 1e6, "billion": 1e9}
MISSING = "–"
_NUMBER = re.compile(r"([+−]?)\s*(<?)\s*(\d[\d,]*)(?:\.(\d+))?")


@dataclass
class Node:
    """An element of a page."""

    tag: str
    attributes: dict[str, str]
    children: list[Node | str] = field(default_factory=list)

    def walk(self) -> Iterator[Node]:
        """Yield this element and all inside it, in the order of the page."""
        yield self
        for child in self.children:
            if isinstance(child, Node):
                yield from child.walk()

    def all(self, wanted: Callable[[Node], bool]) -> list[Node]:
        """Return the elements that a reader of the page would call so."""
        return [node for node in self.walk() if wanted(node)]

    def plain(self, lang: str) -> str:
        """Return the same without what stands below in small print."""
        return Node(self.tag, self.attributes, [one for one in self.children if not _is_small(one)]).text(lang)

    def small(self, lang: str) -> str:
        """Return what stands below in small print; "" where nothing does."""
        return "".join(one.text(lang) for one in self.children if isinstance(one, Node) and _is_small(one))

    def text(self, lang: str) -> str:
        """Return what a reader of one language sees of it."""
        stated = self.attributes.get("lang", lang)
        if self.tag != "html" and not stated.startswith(lang):
            return ""
        return "".join(child if isinstance(child, str) else child.text(lang) for child in self.children)


def _is_small(node: Node | str) -> bool:
    return isinstance(node, Node) and node.tag == "small"


class Tree(HTMLParser):
    """Builds the tree of a page that closes what it opens."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("", {})
        self._open = [self.root]
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {key: value or "" for key, value in attrs})
        self._open[-1].children.append(node)
        if tag not in VOID:
            self._open.append(node)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        if self._open[-1].tag not in ("script", "style"):
            self._open[-1].children.append(data)


def tree(page: str) -> Node:
    """Return a page as a tree."""
    return Tree(page).root


def figures(page: Node) -> list[Node]:
    """Return the elements that carry a figure with its exact value."""
    return page.all(lambda node: "data-figure" in node.attributes)


def says(text: str, value: float | None, *, unit: float = 1.0, rounded_up: bool = False) -> bool:
    """Tell whether a printed figure is this value, rounded for print and for nothing else.

    `unit` is that of a heading (10,000 for 万元). The rules of print: `–` for no value; `<0.1` for less than half of
    the last digit; never 100.0% or 0.0% of people unless all or none; longest times are rounded up.
    """
    if value is None or math.isnan(value):
        return text.strip() in (MISSING, "")
    found = _NUMBER.search(text)
    if found is None:
        return False
    sign, below, whole, decimals = found.groups()
    unit *= next((factor for word, factor in UNITS.items() if word in text[found.end() :]), 1.0)
    printed = float(whole.replace(",", "") + (f".{decimals}" if decimals else ""))
    step = 10.0 ** -len(decimals or "") * unit
    printed *= unit * (-1.0 if sign == "−" else 1.0)
    if below:
        return 0 < abs(value) < abs(printed) and (value < 0) == (sign == "−")
    if rounded_up:
        return printed - step <= value - 1e-6 <= printed
    if text.strip().endswith("%") and printed == 99.9 and 99.9 <= value < 100:
        return True
    return abs(printed - value) <= step / 2 * (1 + 1e-9) and ("%" not in text or (printed == 0) == (abs(value) < 1e-9))
