"""The page around the map: a Folium map whose style, scripts and data all stand in the one file."""

from __future__ import annotations

import html
from importlib.resources import files
from string import Template as Plain
from typing import TYPE_CHECKING

from facopt.outputs.map import facts, leaflet
from facopt.outputs.map.document import OfflineMap, Page, PlanLayers, Verbatim, number_elements
from facopt.outputs.map.payload import payload_of
from facopt.outputs.map.symbols import symbols_of
from facopt.outputs.map.values import dumped

if TYPE_CHECKING:
    from facopt.measures.report import Report

_SCRIPTS = (
    "format",
    "data",
    "shapes",
    "ground",
    "people",
    "sites",
    "names",
    "panel",
    "lists",
    "card",
    "tables",
    "main",
)


def page_of(report: Report) -> str:
    """Return the map page of a report as HTML."""
    page = Page(title=facts.title(report))
    _fill_head(page)
    page.html.add_child(Verbatim(symbols_of(report)), name="symbols")
    page.html.add_child(Verbatim(_panel(report)), name="panel")
    payload = payload_of(report)
    county = OfflineMap(location=_centre(payload["view"]), tiles=None, zoom_start=9)
    page.add_child(county)
    county.add_child(PlanLayers(page, county, _asset("overlays.html"), dumped({**payload, **facts.facts_of(report)})))
    number_elements(page)
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


def _asset(name: str) -> str:
    return files("facopt.outputs.map").joinpath("assets", name).read_text(encoding="utf-8")
