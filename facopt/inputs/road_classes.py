"""Road classes of Chinese maps and ledgers in OpenStreetMap's words."""

from __future__ import annotations

CHINESE_ROAD_CLASSES = {
    "高速公路": "motorway", "高速": "motorway", "国家高速": "motorway", "省级高速": "motorway",
    "国道": "trunk", "快速路": "trunk", "城市快速路": "trunk",
    "省道": "primary", "主干路": "primary", "主干道": "primary", "城市主干道": "primary",
    "县道": "secondary", "次干路": "secondary", "次干道": "secondary", "城市次干道": "secondary",
    "乡道": "tertiary", "乡镇道路": "tertiary",
    "村道": "unclassified", "乡村道路": "unclassified", "农村道路": "unclassified", "专用公路": "unclassified",
    "支路": "residential", "城市支路": "residential", "城市道路": "residential", "街道": "residential",
    "机耕路": "track", "大车路": "track", "机耕道": "track",
    "小路": "path", "人行道": "footway", "步行街": "pedestrian", "渡口": "ferry", "轮渡": "ferry",
}  # fmt: skip
"""By name of the class; a name that contains one of these counts too, the longest first."""

SURVEY_CODES = {
    "4201": "trunk", "4202": "primary", "4203": "secondary", "4204": "tertiary", "4205": "unclassified",
    "43": "residential", "44": "unclassified",
}  # fmt: skip
"""By the beginning of the six-digit code of the national 1:250,000 survey: 420100 国道, 420200 省道, 420300 县道,
420400 乡道, 430000 城市道路, 440000 乡村道路."""

SURFACES = {
    "沥青": "asphalt", "水泥": "concrete", "混凝土": "concrete", "砂石": "gravel", "碎石": "gravel",
    "土路": "earth", "土质": "earth", "简易铺装": "compacted",
}  # fmt: skip


def osm_class(text: str) -> str:
    """Return OpenStreetMap's class for a value of a class column; the value itself where it is none of the above."""
    value = text.strip()
    if value.endswith(".0"):
        value = value[:-2]
    if value in CHINESE_ROAD_CLASSES:
        return CHINESE_ROAD_CLASSES[value]
    if value.isdigit() and len(value) == 6:
        return next((name for code, name in SURVEY_CODES.items() if value.startswith(code)), value)
    if value.isascii():
        return value.lower()
    held = [name for name in CHINESE_ROAD_CLASSES if name in value]
    return CHINESE_ROAD_CLASSES[max(held, key=len)] if held else value


def osm_surface(text: str) -> str:
    """Return OpenStreetMap's surface for a value of a surface column; the value itself where it is not known."""
    held = [name for name in SURFACES if name in text]
    return SURFACES[held[0]] if held else text.strip().lower()
