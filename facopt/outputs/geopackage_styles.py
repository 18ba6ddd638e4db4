"""Default QGIS styles of the GeoPackage's layers, in the colours and shapes of the map."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

if TYPE_CHECKING:
    from collections.abc import Mapping

    from facopt.measures.report import TierFacts

CLEAR = "#FFFFFF00"
NOWHERE: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True)
class Mark:
    """A point symbol: shape, fill, outline and size in millimetres."""

    shape: str
    fill: str
    line: str
    size: float
    width: float = 0.3
    star: bool = False
    """With a white star upon it: new."""
    aside: float = 0.0
    """Millimetres to the right of its place, where it would lie on another."""


@dataclass(frozen=True)
class Rule:
    """Features that a filter in QGIS's expression language picks, with their label and symbol."""

    label: str
    filter: str
    mark: Mark
    until: int = 0
    """Drawn on maps of 1 : so many and larger; 0 on all."""


POINT_RULES = (
    Rule("现状覆盖 covered today", "\"state\" = 'covered'", Mark("circle", "#A9C4D9", "#6A8DA8", 1.6)),
    Rule("新增覆盖 newly covered", "\"state\" = 'newly_covered'", Mark("diamond", "#2A9D8F", "#0E6A60", 2.4)),
    Rule("未覆盖 uncovered", "\"state\" = 'uncovered'", Mark("triangle", "#B03F00", "#FFFFFF", 2.4, 0.1)),
    Rule("失去覆盖 loses cover", "\"state\" = 'loses_cover'", Mark("triangle", "#FFFFFF", "#B03F00", 2.4, 0.4)),
    Rule("无法到达 unreachable", "\"state\" = 'unreachable'", Mark("cross2", "#2B1B2E", "#2B1B2E", 2.0, 0.6)),
)

ACTION_RULES = (
    Rule("新建 new", "\"action\" = 'build'", Mark("square", "#1E3F8F", "#FFFFFF", 4.0, 0.3, star=True)),
    Rule("保留 existing", "\"action\" = 'keep'", Mark("square", "#FFFFFF", "#17212B", 3.0, 0.5)),
    Rule("扩建改造 extended", "\"action\" IN ('extend', 'refurbish')", Mark("square", "#FFFFFF", "#1E3F8F", 4.0, 0.8)),
    Rule("撤并 closed", "\"action\" IN ('close', 'relocate', 'merge')", Mark("cross2", "#17212B", "#17212B", 3.0, 0.5)),
    Rule("未选用 not used", "\"action\" = 'none'", Mark("square", "#FFFFFF", "#5F6C78", 1.2, 0.2)),
)
"""Of sites: the fill says what becomes of them; the shape is their tier's, a cross where they close."""

_HOSPITAL = "\"kind\" ILIKE '%hospital%' OR \"kind\" LIKE '%医院%'"
CONTEXT_RULES = (
    Rule("医院 hospitals", _HOSPITAL, Mark("hexagon", "#FFFFFF", "#17212B", 3.0, 0.4)),
    Rule("其他机构 other facilities", f"NOT ({_HOSPITAL})", Mark("square", "#FFFFFF", "#5F6C78", 1.2, 0.2), 150_000),
)
"""Of facilities that are not planned: there are many small ones, which are drawn once there is room for them."""

LINES = {
    "boundary_lines": ("#7B8794", 0.6, "solid"),
    "water_lines": ("#CBDFEA", 0.8, "solid"),
    "exclusions_lines": ("#44515E", 0.3, "dot"),
    "roads": ("#D3C9B8", 0.4, "solid"),
    "referral_links": ("#17212B", 0.3, "dash dot"),
    "service_lines": ("#1E3F8F", 0.15, "solid"),
}
"""Colour, width in millimetres and pen of the line layers."""

FILLS = {
    "boundary": ("#FBFBF8", "#7B8794", 0.6, "solid"),
    "zones": (CLEAR, "#B4BDC5", 0.3, "dash dot"),
    "water": ("#CBDFEA", "#CBDFEA", 0.1, "solid"),
    "exclusions": (CLEAR, "#44515E", 0.4, "dot"),
}
"""Fill, outline, width in millimetres and pen of the polygon layers."""

MARKS = {"demand_points": POINT_RULES, "context": CONTEXT_RULES}


@dataclass(frozen=True)
class Names:
    """Which column names the features of a layer on the map, in which size, and until which scale."""

    column: str
    points: float
    filter: str = ""
    until: int = 0
    """On maps of 1 : so many and larger; 0 on all."""
    over: bool = False
    """In the middle of an area; else beside the point."""


NAMES = {
    "sites": Names("name", 8.5, "\"action\" NOT IN ('none', 'close', 'relocate', 'merge')", 300_000),
    "zones": Names("name", 10, over=True),
    "demand_points": Names("name", 7, until=60_000),
}


def layer_style(layer: str, tiers: tuple[TierFacts, ...] = (), aside: Mapping[str, float] = NOWHERE) -> str:
    """Return the QML of a layer's default style, with names where its features have any.

    Parameters
    ----------
    layer
        Name of a spatial layer of the GeoPackage.
    tiers
        Tiers of the report, whose shapes the sites wear.
    aside
        Millimetres by tier to draw its sites to the right of their place, where they would lie on those of another.

    Raises
    ------
    KeyError
        When no style is kept for a layer of that name.
    """
    if layer == "sites":
        rules = (_site_rule(rule, tier, aside.get(tier.key, 0.0)) for tier in tiers for rule in ACTION_RULES)
        return _document(_rules(tuple(rules)), 0, layer)
    if layer in MARKS:
        return _document(_rules(MARKS[layer]), 0, layer)
    if layer in LINES:
        return _document(_single("line", _line_symbol(*LINES[layer])), 1, layer)
    return _document(_single("fill", _fill_symbol(*FILLS[layer])), 2, layer)


def _site_rule(rule: Rule, tier: TierFacts, aside: float) -> Rule:
    key = tier.key.replace("'", "''")
    shape = rule.mark.shape if rule.mark.shape == "cross2" else tier.symbol
    label = f"{tier.name_zh} {tier.name_en}: {rule.label}"
    return Rule(label, f"{rule.filter} AND \"tier\" = '{key}'", replace(rule.mark, shape=shape, aside=aside))


def _document(renderer: str, geometry_type: int, layer: str) -> str:
    head = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>"
    labels = _labels(NAMES[layer]) if layer in NAMES else ""
    body = f"{renderer}{labels}<layerGeometryType>{geometry_type}</layerGeometryType>"
    parts = f'styleCategories="Symbology|Labeling" labelsEnabled="{int(layer in NAMES)}"'
    return f'{head}\n<qgis version="3.22.0" {parts}>{body}</qgis>\n'


def _labels(names: Names) -> str:
    """Return the names of a layer's features: ink with a white edge, left out where there is no room."""
    wanted = f" filter={quoteattr(names.filter)}" if names.filter else ""
    colour = _rgba("#3C4854")
    return (
        f'<labeling type="rule-based"><rules key="{{names}}">'
        f'<rule key="{{name}}"{wanted}{_scale(names.until)}><settings>'
        f'<text-style fieldName="{names.column}" isExpression="0" fontSize="{names.points}" fontSizeUnit="Point"'
        f' textColor="{colour}"><text-buffer bufferDraw="1" bufferSize="0.8" bufferSizeUnits="MM"'
        f' bufferColor="{_rgba("#FFFFFF")}"/></text-style>'
        f'<placement placement="{1 if names.over else 6}" dist="{0 if names.over else 1.5}" distUnits="MM"/>'
        '<rendering obstacle="1" drawLabels="1"/></settings></rule></rules></labeling>'
    )


def _scale(until: int) -> str:
    return f' scalemaxdenom="{until}"' if until else ""


def _rules(rules: tuple[Rule, ...]) -> str:
    entries = "".join(
        f'<rule key="{{{number}}}" symbol="{number}" label={quoteattr(rule.label)} filter={quoteattr(rule.filter)}'
        f"{_scale(rule.until)}/>"
        for number, rule in enumerate(rules)
    )
    symbols = "".join(_symbol("marker", str(number), _mark_layer(rule.mark)) for number, rule in enumerate(rules))
    inside = f'<rules key="{{all}}">{entries}</rules><symbols>{symbols}</symbols>'
    return f'<renderer-v2 type="RuleRenderer">{inside}</renderer-v2>'


def _single(kind: str, layer: str) -> str:
    return f'<renderer-v2 type="singleSymbol"><symbols>{_symbol(kind, "0", layer)}</symbols></renderer-v2>'


def _symbol(kind: str, name: str, layer: str) -> str:
    return f'<symbol type="{kind}" name="{name}" alpha="1" clip_to_extent="1">{layer}</symbol>'


def _mark_layer(mark: Mark) -> str:
    """Return the layers of a point symbol: its shape, and the star upon what is new."""
    shape = _shape_layer(mark)
    if not mark.star:
        return shape
    star = replace(mark, shape="star", fill="#FFFFFF", line="#FFFFFF", size=0.62 * mark.size, width=0.0)
    return shape + _shape_layer(star)


def _shape_layer(mark: Mark) -> str:
    return _options(
        "SimpleMarker",
        name=mark.shape,
        color=_rgba(mark.fill),
        outline_color=_rgba(mark.line),
        outline_width=str(mark.width),
        size=str(mark.size),
        size_unit="MM",
        offset=f"{mark.aside},0",
        offset_unit="MM",
    )


def _line_symbol(colour: str, width: float, pen: str) -> str:
    return _options("SimpleLine", line_color=_rgba(colour), line_width=str(width), line_style=pen, line_width_unit="MM")


def _fill_symbol(fill: str, line: str, width: float, pen: str) -> str:
    return _options(
        "SimpleFill",
        color=_rgba(fill),
        style="no" if fill == CLEAR else "solid",
        outline_color=_rgba(line),
        outline_width=str(width),
        outline_style=pen,
    )


def _options(kind: str, **values: str) -> str:
    # both spellings: <Option> is read by QGIS 3.22 and later, <prop> by earlier ones
    options = "".join(f'<Option name="{key}" value="{value}" type="QString"/>' for key, value in values.items())
    props = "".join(f'<prop k="{key}" v="{value}"/>' for key, value in values.items())
    return f'<layer class="{kind}" enabled="1" pass="0" locked="0"><Option type="Map">{options}</Option>{props}</layer>'


def _rgba(colour: str) -> str:
    channels = [str(int(colour[at : at + 2], 16)) for at in range(1, len(colour), 2)]
    return ",".join([*channels, "255"][:4])
