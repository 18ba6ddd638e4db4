"""The document around Folium's map: a page without addresses, whose parts go in as they stand."""

from __future__ import annotations

from typing import Any

from branca.element import Element, Figure
from folium import Map
from folium.template import Template


class Verbatim(Element):
    """Text that goes into the page as it stands.

    Folium compiles what a macro returns as a template once more, so text that holds names must not pass through a
    macro.
    """

    _template = Template("{{ this.text }}")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class Page(Figure):
    """The document: nothing in its head but what is added to it."""

    _template = Template(
        '<!DOCTYPE html>\n<html lang="zh-Hans">\n<head>\n<meta charset="utf-8">\n<title>{{ this.title|e }}</title>\n'
        "{{ this.header.render(**kwargs) }}\n</head>\n<body>\n{{ this.html.render(**kwargs) }}\n"
        "<script>\n{{ this.script.render(**kwargs) }}\n</script>\n</body>\n</html>\n"
    )


class OfflineMap(Map):
    """A Folium map without its links to addresses, in plain ES5, standing where the page puts it."""

    default_js: list[tuple[str, str]] = []  # noqa: RUF012 - Folium's own attribute, emptied
    default_css: list[tuple[str, str]] = []  # noqa: RUF012
    _template = Template(
        "{% macro html(this, kwargs) %}"
        '<div class="folium-map" id="{{ this.get_name() }}" role="application"></div>'
        "{% endmacro %}"
        "{% macro script(this, kwargs) %}"
        "var {{ this.get_name() }} = L.map({{ this.get_name()|tojson }}, {center: {{ this.location|tojson }}, "
        "zoom: {{ this.options.zoom }}, zoomControl: false, attributionControl: false, zoomSnap: 0.1, zoomDelta: 0.5});"
        "{% endmacro %}"
    )


class PlanLayers(Element):
    """Everything drawn on the map and the controls upon it: overlays after the map, then data, then the call."""

    def __init__(self, page: Page, county: OfflineMap, overlays: str, data: str) -> None:
        super().__init__()
        self._name = "PlanLayers"
        self.page, self.county, self.overlays, self.data = page, county, overlays, data

    def render(self, **kwargs: Any) -> str:
        """Add the parts to the page, after those of the map."""
        data = f'<script type="application/json" id="data">{self.data}</script>'
        call = f"facoptMap({self.county.get_name()}, JSON.parse(document.getElementById('data').textContent));"
        self.page.html.add_child(Verbatim(self.overlays), name="overlays")
        self.page.html.add_child(Verbatim(data), name="data")
        self.page.script.add_child(Verbatim(call), name="start")
        return ""


def number_elements(page: Page) -> None:
    """Give every element of the page a number for its id; Folium's are random."""
    todo: list[Element] = [page, page.header, page.html, page.script]
    for count, element in enumerate(todo):
        element._id = f"{count:02d}"
        todo.extend(element._children.values())
