"""What kind of facility a Chinese name, or a kind as registers write it, stands for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from facopt.inputs.characters import simplified

if TYPE_CHECKING:
    from collections.abc import Mapping

NOT_HUMAN_CARE = ("veterinary", "pharmacy", "dental", "beauty", "office", "optometrist")
"""Kinds that are no primary care and are left out."""
OSM_AMENITIES = ("hospital", "clinic", "doctors", "health_post")
"""Values of OpenStreetMap's `amenity` that say more than its `healthcare` does."""
_OSM_KINDS = {"dentist": "dental", "doctor": "doctors", "centre": "health_centre", "yes": "other"}
"""Kinds that OpenStreetMap calls otherwise; `yes` says only that it is some kind of care."""

# The order matters: 卫生服务站 before 卫生服务中心, 中心卫生院 before 卫生院.
_RULES: tuple[tuple[str, str], ...] = (
    ("veterinary", r"宠物|动物|兽医|犬猫|猫犬"),
    ("office", r"支部委员会|党支部|党委|工会|项目部|许可证|筹建处"),
    ("pharmacy", r"药店|药房|大药房|药业|药堂|医药(有限|连锁)"),
    ("dental", r"口腔|牙科|牙医|齿科"),
    ("beauty", r"美容|整形|医美"),
    ("community_health_station", r"卫生服务站|社区卫生站|卫生服务(中心)?[^中心分部]{1,6}站"),
    ("village_clinic", r"卫生服务中心.*(卫生室|卫生所)"),
    ("community_health_centre", r"(?<!文化)卫生服务(第?.)?(分)?中心|社区卫生中心"),
    ("township_clinic_branch", r"卫生院.*(分院|门诊部|分部)"),
    ("central_township_clinic", r"中心卫生院"),
    ("township_clinic", r"卫生院"),
    ("village_clinic", r"村卫生室|卫生所|卫生室"),
    ("county_hospital", r"人民医院|中医医院|中医院|妇幼保健院|县医院|医共体总院"),
    ("hospital", r"医院|妇婴保健院|精神卫生中心"),
    ("clinic", r"诊所|门诊|医务室|诊部"),
)
_COMPILED = tuple((kind, re.compile(pattern)) for kind, pattern in _RULES)

LABELS: Mapping[str, tuple[str, ...]] = {
    "community_health_station": ("社区卫生服务站", "卫生服务站"),
    "community_health_centre": ("社区卫生服务中心", "community health center", "community health centre", "CHC"),
    "central_township_clinic": ("中心卫生院", "中心乡镇卫生院"),
    "township_clinic": ("乡镇卫生院", "卫生院", "township health center", "township health centre", "THC"),
    "village_clinic": ("村卫生室", "卫生室", "卫生所"),
    "county_hospital": ("县级医院", "县医院"),
    "hospital": ("医院",),
    "clinic": ("诊所", "门诊部", "医务室"),
}
"""How registers write the kinds in a column of their own."""

WIDER: Mapping[str, str] = {"central_township_clinic": "township_clinic"}
"""The kind that includes a kind, where a scenario has no tier of its own for it."""


def kind_of_name(name: str) -> str:
    """Return the kind that a facility's name tells, "" where it tells none; the first rule that fits decides."""
    plain = simplified(name)
    return next((kind for kind, pattern in _COMPILED if pattern.search(plain)), "")


def kind_of_tags(amenity: str, healthcare: str, name: str) -> str:
    """Return the kind that OpenStreetMap's tags tell where they rule out care, else what the name tells, else the tags.

    "" where neither does.
    """
    amenity = _OSM_KINDS.get(amenity, amenity)
    tagged = amenity if amenity in (*OSM_AMENITIES, *NOT_HUMAN_CARE) else _OSM_KINDS.get(healthcare, healthcare)
    return tagged if tagged in NOT_HUMAN_CARE else kind_of_name(name) or tagged
