"""Leaflet's script and style sheet, from the installed package, without images and without web addresses."""

from __future__ import annotations

import re
from importlib.resources import files

_HOME = "https://leafletjs.com"
_URL_RULE = re.compile(r"^[^\n]*url\([^)]*\)[^\n]*\n", re.MULTILINE)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_SOURCE_MAP = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)


def script() -> str:
    """Return Leaflet's script with its licence notice; the link to its home page is taken out."""
    text = _SOURCE_MAP.sub("", _file("leaflet.js"))
    return text.replace(f" {_HOME}", "", 1).replace(f'href="{_HOME}"', 'href="#"').replace(_HOME, "").strip()


def style() -> str:
    """Return Leaflet's style sheet without the rules that load images."""
    return _URL_RULE.sub("", _COMMENT.sub("", _file("leaflet.css"))).strip()


def _file(name: str) -> str:
    return files("js_lib_leaflet").joinpath("static", "js_lib_leaflet", name).read_text(encoding="utf-8")
