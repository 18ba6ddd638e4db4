"""Default QGIS styles of the GeoPackage's layers, in the colours and shapes of the map."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

if TYPE_CHECKING:
    from facopt.measures.report import TierFacts

CLEAR = "#FFFFFF00"


@dataclass(frozen=True)
class Mark:
    """A point symbol: shape, fill, outline and size in millimetres."""

    shape: str
    fill: str
    line: str
    size: float
    width: float = 0.3


@dataclass(frozen=True)
class Rule:
    """Features that a filter in QGIS's expression language picks, with their label and symbol."""

    label: str
    filter: str
    mark: Mark


POINT_RULES = (
    Rule("现状覆盖 covered today", "\"state\" = 'covered'", Mark("circle", "#A9C4D9", "#6A8DA8", 1.6)),
    Rule("新增覆盖 newly covered", "\"state\" = 'newly_covered'", Mark("diamond", "#2A9D8F", "#0E6A60", 2.4)),
    Rule("未覆盖 uncovered", "\"state\" = 'uncovered'", Mark("triangle", "#B03F00", "#FFFFFF", 2.4, 0.1)),
    Rule("失去覆盖 loses cover", "\"state\" = 'loses_cover'", Mark("triangle", "#FFFFFF", "#B03F00", 2.4, 0.4)),
    Rule("无法到达 unreachable", "\"state\" = 'unreachable'", Mark("cross2", "#2B1B2E", "#2B1B2E", 2.0, 0.6)),
)

ACTION_RULES = (
    Rule("新建 new", "\"action\" = 'build'", Mark("square", "#1E3F8F", "#FFFFFF", 4.0, 0.3)),
    Rule("保留 existing", "\"action\" = 'keep'", Mark("square", "#FFFFFF", "#17212B", 3.0, 0.5)),
    Rule("扩建改造 extended", "\"action\" IN ('extend', 'refurbish')", Mark("square", "#FFFFFF", "#1E3F8F", 4.0, 0.8)),
    Rule("撤并 closed", "\"action\" IN ('close', 'relocate', 'merge')", Mark("cross2", "#17212B", "#17212B", 3.0, 0.5)),
    Rule("未选用 not used", "\"action\" = 'none'", Mark("square", "#FFFFFF", "#5F6C78", 1.2, 0.2)),
)
"""Of sites: the fill says what becomes of them; the shape is their tier's, a cross where they close."""

CONTEXT_RULES = (Rule("其他机构 other facilities", "", Mark("hexagon", "#FFFFFF", "#17212B", 3.0, 0.4)),)

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


def layer_style(layer: str, tiers: tuple[TierFacts, ...] = ()) -> str:
    """Return the QML of a layer's default style.

    Parameters
    ----------
    layer
        Name of a spatial layer of the GeoPackage.
    tiers
        Tiers of the report, whose shapes the sites wear.

    Raises
    ------
    KeyError
        When no style is kept for a layer of that name.
    """
    if layer == "sites":
        return _document(_rules(tuple(_site_rule(rule, tier) for tier in tiers for rule in ACTION_RULES)), 0)
    if layer in MARKS:
        return _document(_rules(MARKS[layer]), 0)
    if layer in LINES:
        return _document(_single("line", _line_symbol(*LINES[layer])), 1)
    return _document(_single("fill", _fill_symbol(*FILLS[layer])), 2)


def _site_rule(rule: Rule, tier: TierFacts) -> Rule:
    key = tier.key.replace("'", "''")
    shape = rule.mark.shape if rule.mark.shape == "cross2" else tier.symbol
    label = f"{tier.name_zh} {tier.name_en}: {rule.label}"
    return Rule(label, f"{rule.filter} AND \"tier\" = '{key}'", replace(rule.mark, shape=shape))


def _document(renderer: str, geometry_type: int) -> str:
    head = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>"
    body = f"{renderer}<layerGeometryType>{geometry_type}</layerGeometryType>"
    return f'{head}\n<qgis version="3.22.0" styleCategories="Symbology">{body}</qgis>\n'


def _rules(rules: tuple[Rule, ...]) -> str:
    entries = "".join(
        f'<rule key="{{{number}}}" symbol="{number}" label={quoteattr(rule.label)} filter={quoteattr(rule.filter)}/>'
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
    return _options(
        "SimpleMarker",
        name=mark.shape,
        color=_rgba(mark.fill),
        outline_color=_rgba(mark.line),
        outline_width=str(mark.width),
        size=str(mark.size),
        size_unit="MM",
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
