"""The page around the map: a Folium map whose style, scripts and data all stand in the one file."""

from __future__ import annotations

import html
from importlib.resources import files
from string import Template as Plain
from typing import TYPE_CHECKING, Any

from branca.element import Element, Figure
from folium import Map
from folium.template import Template

from facopt.outputs.map import facts, leaflet
from facopt.outputs.map.payload import payload_of
from facopt.outputs.map.symbols import symbols_of
from facopt.outputs.map.values import dumped

if TYPE_CHECKING:
    from facopt.measures.report import Report

_SCRIPTS = ("format", "data", "shapes", "ground", "people", "sites", "names", "panel", "lists", "card", "tables", "main")


class Verbatim(Element):  # type: ignore[misc]
    """Text that goes into the page as it stands.

    Folium compiles what a macro returns as a template once more, so text that holds names must not pass through a macro.
    """

    _template = Template("{{ this.text }}")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class Page(Figure):  # type: ignore[misc]
    """The document: nothing in its head but what is added to it."""

    _template = Template(
        '<!DOCTYPE html>\n<html lang="zh-Hans">\n<head>\n<meta charset="utf-8">\n<title>{{ this.title|e }}</title>\n'
        "{{ this.header.render(**kwargs) }}\n</head>\n<body>\n{{ this.html.render(**kwargs) }}\n"
        "<script>\n{{ this.script.render(**kwargs) }}\n</script>\n</body>\n</html>\n"
    )


class OfflineMap(Map):  # type: ignore[misc]
    """A Folium map without its links to addresses, in plain ES5, standing where the page puts it."""

    default_js: tuple[tuple[str, str], ...] = ()
    default_css: tuple[tuple[str, str], ...] = ()
    _template = Template(
        "{% macro html(this, kwargs) %}"
        '<div class="folium-map" id="{{ this.get_name() }}" role="application"></div>'
        "{% endmacro %}"
        "{% macro script(this, kwargs) %}"
        "var {{ this.get_name() }} = L.map({{ this.get_name()|tojson }}, {center: {{ this.location|tojson }}, "
        "zoom: {{ this.options.zoom }}, zoomControl: false, attributionControl: false, zoomSnap: 0.1, zoomDelta: 0.5});"
        "{% endmacro %}"
    )


class PlanLayers(Element):  # type: ignore[misc]
    """Everything drawn on the map, and the page's own controls: overlays after the map, then data, then scripts."""

    def __init__(self, data: str) -> None:
        super().__init__()
        self._name = "PlanLayers"
        self.data = data

    def render(self, **kwargs: Any) -> None:
        """Add the parts to the page, after those of the map."""
        page = self.get_root()
        page.html.add_child(Verbatim(_asset("overlays.html")), name="overlays")
        page.html.add_child(Verbatim(f'<script type="application/json" id="data">{self.data}</script>'), name="data")
        call = f"facoptMap({self._parent.get_name()}, JSON.parse(document.getElementById('data').textContent));"
        page.script.add_child(Verbatim(call), name="start")


def page_of(report: Report) -> str:
    """Return the map page of a report as HTML."""
    page = Page(title=facts.title(report))
    _fill_head(page)
    page.html.add_child(Verbatim(symbols_of(report)), name="symbols")
    page.html.add_child(Verbatim(_panel(report)), name="panel")
    payload = payload_of(report)
    county = OfflineMap(location=_centre(payload["view"]), tiles=None, zoom_start=9)
    page.add_child(county)
    county.add_child(PlanLayers(dumped({**payload, **facts.facts_of(report)})))
    _number(page)
    return str(page.render())


def _fill_head(page: Page) -> None:
    for name, style in (("leaflet_css", leaflet.style()), ("style", _asset("map.css"))):
        page.header.add_child(Verbatim(f"<style>\n{style}\n</style>"), name=name)
    for name, script in (("leaflet", leaflet.script()), ("script", _script())):
        page.header.add_child(Verbatim(f"<script>\n{script}\n</script>"), name=name)


def _script() -> str:
    parts = "\n".join(_asset(f"{name}.js") for name in _SCRIPTS)
    return f"function facoptMap(map, D) {{\n'use strict';\n{parts}\n}}"


def _panel(report: Report) -> str:
    """Return the panel with the figures of the plan already in it, so that it can be read without the script."""
    values = {key: html.escape(value, quote=True) for key, value in facts.panel_figures(report).items()}
    return Plain(_asset("panel.html")).substitute(values)


def _centre(view: list[list[float]] | None) -> list[float]:
    return [0.0, 0.0] if view is None else [sum(corner[k] for corner in view) / 2 for k in (0, 1)]


def _number(page: Page) -> None:
    """Give every element of the page a number for its id: Folium's are random."""
    todo: list[Element] = [page, page.header, page.html, page.script]
    for count, element in enumerate(todo):
        element._id = f"{count:02d}"
        todo.extend(element._children.values())
        if isinstance(element, Map):
            element.global_switches._id = f"switches_{count:02d}"


def _asset(name: str) -> str:
    return files("facopt.outputs.map").joinpath("assets", name).read_text(encoding="utf-8")
