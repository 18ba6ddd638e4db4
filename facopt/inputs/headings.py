"""What the columns of a planner's table are called, and which field of facopt each of them is."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from facopt.inputs.characters import simplified
from facopt.inputs.findings import FindingLog, listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from facopt.errors import Place

POSITION_FIELDS = ("lon", "lat", "x", "y", "location")
DEMAND_FIELDS = (
    "id", "name", "name_en", "people", "zone", "zone_name", "zone_name_en", "area_class", "class_code", "code",
    *POSITION_FIELDS,
)  # fmt: skip
FACILITY_FIELDS = (
    "id", "name", "name_en", "tier", "status", "fixed", "capacity_people", "size", "build_cost", "running_cost",
    "owner", "zone", *POSITION_FIELDS,
)  # fmt: skip
ZONE_FIELDS = ("id", "name", "name_en", "zone", "people", "area_class", "class_code", "code")
OD_FIELDS = ("demand_id", "site_id", "minutes", "km", "mode")
ALL_FIELDS = tuple(dict.fromkeys((*DEMAND_FIELDS, *FACILITY_FIELDS, *OD_FIELDS)))

ROW_NUMBER = "row_number"
"""Under `columns:`, stands for the number of the row, for tables without a column of ids."""
SEGMENT_PREFIX = "people_"

# In the order of preference; compared without case, spaces, underscores, hyphens, leading years and units.
SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "id": (
        "编号", "编码", "机构编码", "机构代码", "组织机构代码", "统一社会信用代码", "统计用区划代码", "行政区划代码",
        "区划代码", "代码", "code", "adcode", "districtadcode", "xzqdm", "uid", "geoid", "osmid",
        "gid", "objectid", "fid", "序号",
    ),
    "name": (
        "名称", "机构名称", "单位名称", "设施名称", "医院名称", "医疗机构名称", "村名", "行政村", "行政村名称", "社区",
        "村居", "村社区", "村(社区)", "社区名称", "小区", "小区名称", "地名", "districtname", "xzqmc", "title",
    ),
    "name_en": ("英文名", "英文名称", "机构英文名称", "englishname", "nameenglish", "nameineng", "name:en"),
    "people": (
        "常住人口", "常住人口数", "七普人口", "七普常住人口", "总人口", "总人口数", "人口", "人口数", "人数",
        "人口总数", "population", "pop", "popu", "totalpopulation", "residents", "户籍人口", "户籍人口数",
    ),
    "zone": (
        "乡镇", "街道", "镇街", "乡镇街道", "街道乡镇", "乡镇(街道)", "镇(街道)", "乡镇名称", "街道名称", "所属乡镇",
        "所属街道", "所在乡镇", "township", "subdistrict", "zoneid",
    ),
    "zone_name": ("zonename", "乡镇名", "街道名"),
    "zone_name_en": ("zonenameenglish", "乡镇英文名", "乡镇英文名称", "街道英文名"),
    "area_class": ("城乡分类", "城乡属性", "城乡类型", "城乡", "地区类型", "urbanrural"),
    "class_code": ("城乡分类代码", "城乡分类码", "城乡代码", "urcode", "vcode"),
    "code": ("统计用区划代码", "行政区划代码", "区划代码", "towncode", "乡镇代码"),
    "lon": ("经度", "lng", "long", "longitude", "lonwgs84", "wgs84lon", "wgs84lng", "东经", "location.lng"),
    "lat": ("纬度", "latitude", "latwgs84", "wgs84lat", "北纬", "location.lat"),
    "x": ("x坐标", "pointx", "xcoord", "横坐标", "easting"),
    "y": ("y坐标", "pointy", "ycoord", "纵坐标", "northing"),
    "location": ("lonlat", "lnglat", "坐标", "经纬度"),
    "tier": (
        "机构类别", "机构类型", "设施类型", "设施类别", "医疗机构类型", "类型", "类别", "层级", "facilitytype", "ftype",
        "type", "kind",
    ),
    "status": ("状态", "现状", "建设状态", "建设情况", "现状或备选", "existingorcandidate"),
    "fixed": ("固定", "是否固定", "必选"),
    "capacity_people": ("服务能力", "服务人口", "设计服务人口", "可服务人口", "capacity", "容量"),
    "size": ("规模", "建设规模", "规模等级"),
    "build_cost": ("建设费用", "建设成本", "建设投资", "总投资", "投资", "造价", "实际投资", "完成投资", "buildingcost",
        "constructioncost", "actualcost"),
    "running_cost": ("运行费用", "运行成本", "年运行费用", "年运行成本", "运营成本", "operatingcost", "annualcost"),
    "owner": ("经济类型", "举办主体", "所有制", "主办单位", "ownership"),
    "opened": (
        "开业日期", "开业时间", "启用日期", "启用时间", "投用日期", "投用时间", "建成日期", "建成时间", "建成年份",
        "竣工日期", "openingdate", "openeddate", "opendate", "dateopened", "yearopened", "openingyear",
    ),
    "demand_id": (
        "需求点", "需求点编号", "需求点id", "居民点编号", "origin", "originid", "fromid", "from", "起点", "起点编号",
    ),
    "site_id": (
        "设施", "设施编号", "设施id", "机构编号", "facilityid", "destination", "destinationid", "toid", "to", "终点",
        "终点编号",
    ),
    "minutes": ("min", "mins", "分钟", "耗时分钟", "time", "duration", "traveltime", "时间", "出行时间", "耗时"),
    "km": ("公里", "千米", "distance", "length", "距离", "里程"),
    "mode": ("方式", "出行方式", "交通方式", "travelmode"),
    "people_60_plus": ("60岁及以上", "60岁以上", "60岁及以上人口", "60岁以上人口"),
    "people_65_plus": ("65岁及以上", "65岁以上", "65岁及以上人口", "65岁以上人口"),
    "people_0_14": ("0-14岁", "0-14岁人口"),
}  # fmt: skip
_NEEDS_UNIT = frozenset(
    {"time", "duration", "traveltime", "时间", "出行时间", "耗时", "distance", "length", "距离", "里程"}
)
"""Headings that are a field only where a unit stands beside them."""

# Headings that carry another unit than the field: factor to the field's own unit.
_SCALED: Mapping[str, Mapping[str, float]] = {
    "minutes": {
        **dict.fromkeys(("seconds", "sec", "secs", "秒", "耗时秒"), 1 / 60),
        **dict.fromkeys(("hours", "hour", "小时"), 60.0),
    },
    "km": dict.fromkeys(("metres", "meters", "米"), 0.001),
}
_MULTIPLES: Mapping[str, float] = {
    "人": 1.0, "元": 1.0, "千人": 1e3, "千元": 1e3, "万": 1e4, "万人": 1e4, "万元": 1e4, "亿元": 1e8, "亿": 1e8,
    "百万元": 1e6, "thousand": 1e3, "thousands": 1e3, "million": 1e6, "millions": 1e6,
}  # fmt: skip
_TIME_UNITS: Mapping[str, float] = {
    **dict.fromkeys(("分", "分钟", "min", "mins", "minute", "minutes"), 1.0),
    **dict.fromkeys(("秒", "s", "sec", "second", "seconds"), 1 / 60),
    **dict.fromkeys(("小时", "时", "h", "hour", "hours"), 60.0),
}
_LENGTH_UNITS: Mapping[str, float] = {
    **dict.fromkeys(("km", "公里", "千米"), 1.0),
    **dict.fromkeys(("m", "米", "metre", "metres", "meter", "meters"), 0.001),
    "里": 0.5,
}
_COUNTED_FIELDS = ("people", "capacity_people", "build_cost", "running_cost")


_MAKERS: tuple[tuple[str, str, frozenset[str]], ...] = (
    ("AMap", "gcj02", frozenset({"typecode", "pname", "adcode"})),
    ("Baidu", "bd09", frozenset({"uid", "area", "street_id"})),
    ("Tencent", "gcj02", frozenset({"title", "category", "location.lat", "location.lng"})),
)
"""Maker of an export, the system that it uses, and headings that give it away."""


def maker_of(headings: Iterable[str]) -> tuple[str, str]:
    """Return who made an export with these headings and the coordinate system it uses; "" and "" for any other."""
    names = {heading.casefold() for heading in headings}
    return next(((maker, crs) for maker, crs, telling in _MAKERS if telling <= names), ("", ""))


@dataclass(frozen=True)
class RecognisedColumn:
    """How one field was found in a table."""

    field: str
    heading: str
    """As it stands in the file."""
    how: str
    """`columns` (the scenario maps it), `name` (the field's own name) or `synonym`."""
    factor: float = 1.0
    """Numbers in the column are multiplied by this, for example 10,000 where the heading says 万人."""


def recognise(
    headings: Sequence[str], columns: Mapping[str, str], fields: Iterable[str], place: Place, log: FindingLog
) -> dict[str, RecognisedColumn]:
    """Return by field which heading holds it: the scenario's `columns` first, then names, then synonyms."""
    fields = tuple(fields)
    found = _mapped(headings, columns, fields, place, log)
    for field in (*fields, *_segment_fields(headings, fields)):
        if field not in found:
            matches = _matches(headings, field)
            if matches:
                found[field] = matches[0]
                _note_choice(field, matches, place, log)
    return found


def _mapped(
    headings: Sequence[str], columns: Mapping[str, str], fields: tuple[str, ...], place: Place, log: FindingLog
) -> dict[str, RecognisedColumn]:
    found: dict[str, RecognisedColumn] = {}
    for key, value in columns.items():
        field, heading = _direction(key, str(value), headings, fields)
        if not _is_field(field, fields):
            log.error(
                f"columns: there is no field {field!r} in this table",
                f"Write `field: heading`; the fields are {listed(fields)} and people_<segment>",
                place=place,
            )
        elif heading not in headings and heading != ROW_NUMBER:
            log.error(f"columns: there is no column {heading!r}", f"The file has {listed(headings)}", place=place)
        else:
            found[field] = RecognisedColumn(field, heading, "columns", _factor(field, heading))
    return found


def _direction(key: str, value: str, headings: Sequence[str], fields: tuple[str, ...]) -> tuple[str, str]:
    """Return (field, heading); `heading: field` is understood where it cannot mean anything else."""
    turned = not _is_field(key, fields) and _is_field(value, fields) and key in headings
    return (value, key) if turned else (key, value)


def _is_field(name: str, fields: tuple[str, ...]) -> bool:
    return name in fields or (
        "people" in fields and name.startswith(SEGMENT_PREFIX) and len(name) > len(SEGMENT_PREFIX)
    )


def _segment_fields(headings: Sequence[str], fields: tuple[str, ...]) -> list[str]:
    if "people" not in fields:
        return []
    own = [heading for heading in headings if heading.startswith(SEGMENT_PREFIX) and heading != SEGMENT_PREFIX]
    return list(dict.fromkeys([*own, *(field for field in SYNONYMS if field.startswith(SEGMENT_PREFIX))]))


def _matches(headings: Sequence[str], field: str) -> list[RecognisedColumn]:
    """Return the headings that name the field, best first: exact, without case, synonyms in their order."""
    exact = [RecognisedColumn(field, heading, "name") for heading in headings if heading == field]
    if exact:
        return exact
    ranked = [(rank, position) for position, heading in enumerate(headings) if (rank := _rank(heading, field)) >= 0]
    return [
        RecognisedColumn(
            field, headings[position], "name" if rank == 0 else "synonym", _factor(field, headings[position])
        )
        for rank, position in sorted(ranked)
    ]


def _rank(heading: str, field: str) -> int:
    """Return 0 for the field's own name, then the place among its synonyms, -1 for none."""
    names = (_plain(field), *(_plain(name) for name in SYNONYMS.get(field, ())), *_SCALED.get(field, ()))
    last = _last_part(heading)
    for base, unit in (_split_unit(heading), *((_split_unit(last),) if last != heading else ())):
        if base in names and (base not in _NEEDS_UNIT or unit):
            return names.index(base)
    return -1


def _note_choice(field: str, matches: list[RecognisedColumn], place: Place, log: FindingLog) -> None:
    taken = matches[0]
    others = [match.heading for match in matches[1:]]
    if others and field not in POSITION_FIELDS and field not in {"id", "code"}:
        log.warning(
            f"{field} is read from column {taken.heading!r}; {listed(others)} could be meant too",
            f"State it: columns: {{{field}: {taken.heading}}}",
            place=place,
        )
    if field == "people" and "户籍" in taken.heading:
        log.warning(
            f"people is read from column {taken.heading!r}: registered, not resident population",
            "Use resident population (常住人口) where you have it",
            place=place,
        )


def _factor(field: str, heading: str) -> float:
    """Return by what the numbers under a heading are multiplied to be in the field's unit."""
    for text in dict.fromkeys((heading, _last_part(heading))):
        base, unit = _split_unit(text)
        if base in _SCALED.get(field, {}):
            return _SCALED[field][base]
        if unit and unit in _units(field):
            return _units(field)[unit]
    return 1.0


def _units(field: str) -> Mapping[str, float]:
    if field == "minutes":
        return _TIME_UNITS
    if field == "km":
        return _LENGTH_UNITS
    return _MULTIPLES if field in _COUNTED_FIELDS or field.startswith(SEGMENT_PREFIX) else {}


def _last_part(heading: str) -> str:
    """Return the lower of two heading rows, which are joined by a slash."""
    return heading.rsplit(" / ", 1)[-1]


def _split_unit(heading: str) -> tuple[str, str]:
    """Return the heading in its plain form without its unit, and the unit ("" where there is none)."""
    text = simplified(unicodedata.normalize("NFKC", heading)).strip()
    match = re.fullmatch(r"(.+?)\s*[(\[【]([^)\]】]*)[)\]】]", text) or re.fullmatch(
        r"(.*?[^/:,_])\s*[/:,_]?\s*(百万元|[千万]人|[千万亿]元)|(.+)[_ ](s|sec|min|h|hours|m|km)", text
    )
    if match is None:
        return _plain(text), ""
    name, unit = [part for part in match.groups() if part is not None]
    base, unit = _plain(name), unit.strip().casefold().removeprefix("单位:").strip()
    known = unit in _MULTIPLES or unit in _TIME_UNITS or unit in _LENGTH_UNITS or unit in {"°", "度", "deg"}
    return (base, unit) if known else (_plain(text), "")


def _plain(heading: str) -> str:
    text = re.sub(r"[\s_\-]", "", simplified(unicodedata.normalize("NFKC", heading))).casefold()
    return re.sub(r"^(19|20)\d\d年?末?底?(?=\D)", "", text)
