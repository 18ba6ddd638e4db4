"""What pages may use so that Chromium 69 runs them: scripts of ES5, styles that it knows or that have a fallback."""

from __future__ import annotations

import re
from html.parser import HTMLParser

NEWER_SYNTAX = {
    "arrow function": r"=>",
    "let or const": r"(?<![\w$.])(?:let|const)\s+[\w$\[{]",
    "class": r"(?<![\w$.])class\s+[\w$]*\s*(?:extends\b|\{)",
    "async or await": r"(?<![\w$.])(?:async\s+function|async\s*\(|await\s+[\w$(])",
    "template string": r"`",
    "spread or rest": r"\.\.\.",
    "optional chaining": r"\?\.(?!\d)",
    "nullish coalescing": r"\?\?",
    "power": r"\*\*",
    "for of": r"(?<![\w$.])for\s*\([^;)]*\sof\s",
    "generator": r"(?<![\w$.])function\s*\*|(?<![\w$.])yield\s",
    "import or export": r"(?<![\w$.])(?:import|export)\b\s*[\w${*(\"']",
    "numeric separator": r"(?<![\w$.])\d+_\d",
    "private member": r"\.#[\w$]|(?<=[{;\s])#[A-Za-z_$][\w$]*\s*[=(]",
}
"""Patterns of code in which strings, regular expressions and comments are blanked."""
NEWER_CALLS = {
    name: rf"\.{name}\s*\("
    for name in (
        "replaceAll", "at", "flat", "flatMap", "matchAll", "fromEntries", "hasOwn", "allSettled", "any", "findLast",
        "findLastIndex", "toSorted", "toReversed", "toSpliced", "with", "trimStart", "trimEnd", "replaceChildren",
        "groupBy", "getAnimations", "scrollend", "requestSubmit", "checkVisibility", "togglePopover", "showPopover",
    )
}  # fmt: skip
NEWER_NAMES = {
    name: rf"(?<![\w$]){name}\b"
    for name in (
        "globalThis", "structuredClone", "queueMicrotask", "WeakRef", "FinalizationRegistry", "CompressionStream",
        "ElementInternals", "CSSLayerBlockRule", "Temporal", "navigation",
    )
}  # fmt: skip

NEWER_STYLES = {
    "inset": r"(?<![\w-])inset(?:-(?:inline|block)(?:-start|-end)?)?\s*:",
    "aspect-ratio": r"(?<![\w-])aspect-ratio\s*:",
    "min(), max() or clamp()": r"(?<![\w-])(?:min|max|clamp)\(",
    "color-mix or newer colours": r"(?<![\w-])(?:color-mix|oklch|oklab|lch|lab|light-dark)\(",
    ":is, :where or :has": r":(?:is|where|has)\(",
    "nesting": r"(?<=[{;}])\s*&",
    "@layer, @container or @property": r"@(?:layer|container|property|scope)\b",
    "individual transforms": r"(?<=[{;])\s*(?:translate|rotate|scale)\s*:",
    "content-visibility": r"(?<![\w-])content-visibility\s*:",
    "dynamic viewport units": r"\d(?:d|s|l)v[hw]\b",
    "overflow: clip": r"(?<![\w-])overflow(?:-[xy])?\s*:\s*clip",
    "backdrop-filter": r"(?<![\w-])backdrop-filter\s*:",
    "subgrid or masonry": r"\b(?:subgrid|masonry)\b",
    "logical shorthands": r"(?<![\w-])(?:margin|padding)-(?:inline|block)\s*:",
    "range media query": r"@media[^{]*[<>]=?",
}
GUARDED = re.compile(r'""!=typeof globalThis\?globalThis:')
"""Asked for before it is used."""
IGNORED_WITHOUT_HARM = re.compile(r":focus:not\(:focus-visible\)")
"""A rule that an old browser drops as a whole, and does right without."""


class Parts(HTMLParser):
    """Scripts, styles and style attributes of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self.styles: list[str] = []
        self._inside = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        data = tag == "script" and (values.get("type") or "text/javascript") not in ("text/javascript", "module")
        self._inside = tag if tag in ("script", "style") and not data else ""
        if values.get("style"):
            self.styles.append(f"inline{{{values['style']}}}")
        handlers = [value for name, value in attrs if name.startswith("on") and value]
        self.scripts += handlers

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "script":
            self.scripts.append(data)
        elif self._inside == "style":
            self.styles.append(data)


_TOKENS = re.compile(
    r"""(?P<comment>/\*.*?\*/|//[^\n]*)
      | (?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
      | (?P<regex>(?<![\w$)\]]) (?:(?<=[=(,:!&|?{};\[+])|(?<=\breturn)|(?<=\btypeof)|^)\s*
          /(?![*/])(?:[^/\\\n\[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*)""",
    re.DOTALL | re.VERBOSE,
)


def code_only(script: str) -> str:
    """Return a script with the insides of comments, strings and regular expressions taken out."""
    kept = {"comment": " ", "string": '""', "regex": "/_/"}
    return _TOKENS.sub(lambda found: kept[str(found.lastgroup)], script)


def newer_script(script: str) -> list[str]:
    """Return what of a script ES5 and Chromium 69 do not know, each with the place around it."""
    code = GUARDED.sub("", code_only(script))
    found = _found({**NEWER_SYNTAX, **NEWER_CALLS, **NEWER_NAMES}, code)
    selectors = re.findall(r"(?:querySelector(?:All)?|matches|closest)\(\s*(\"[^\"]*\"|'[^']*')", script)
    return found + [text for text in selectors if re.search(r":(?:is|where|has|focus-visible)\b", text)]


def newer_style(style: str) -> list[str]:
    """Return what of a style sheet Chromium 69 does not know, and what lacks the fallback that it needs."""
    plain = re.sub(r"/\*.*?\*/|\"[^\"]*\"|'[^']*'", " ", style, flags=re.DOTALL)
    plain = IGNORED_WITHOUT_HARM.sub("", plain)
    found = _found(NEWER_STYLES, plain)
    found += [f":focus-visible: {text}" for text in re.findall(r"[^{}]*:focus-visible[^{}]*\{", plain)]
    for selector, body in re.findall(r"([^{}]*)\{([^{}]*)\}", plain):
        found += _without_fallback(selector.strip(), body)
    return found


def _without_fallback(selector: str, body: str) -> list[str]:
    rule = f"{selector}{{{body}}}"
    found = []
    # gap is known of grids since 66, of flex boxes only since 84; grid-gap everywhere
    if re.search(r"(?<![\w-])(?:row-|column-)?gap\s*:", body) and not re.search(
        r"display\s*:\s*(?:inline-)?grid", body
    ):
        found.append(f"gap outside a grid: {rule}")
    if re.search(r"overflow-wrap\s*:\s*anywhere", body) and not re.search(r"word-break\s*:\s*break-word", body):
        found.append(f"overflow-wrap: anywhere without word-break: break-word, which does the same: {rule}")
    if re.search(r"(?<![\w-])print-color-adjust", body) and "-webkit-print-color-adjust" not in body:
        found.append(f"print-color-adjust without its prefix: {rule}")
    return found


def _found(patterns: dict[str, str], text: str) -> list[str]:
    return [
        f"{name}: …{text[max(found.start() - 40, 0) : found.end() + 40]}…"
        for name, pattern in patterns.items()
        for found in re.finditer(pattern, text)
    ]
