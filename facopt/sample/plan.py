"""The county as drawn by hand: outline, rivers, seats, main roads and crossings, in kilometres from its middle.

Everything here is invented. What is not: the totals in `FACTS`, which are the published ones of Tianmen, Hubei
(seventh national census, 2020), so that the sample has the size and the age structure of a real county.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from facopt.sample.plane import Point

COUNTY_CODE = "990681"
"""No province has the code 99, so no table of the sample can be taken for a real one."""
COUNTY_NAME, COUNTY_NAME_EN = "云汀县", "Yunting County"


@dataclass(frozen=True)
class Facts:
    """Published figures the sample is calibrated to."""

    people: int = 1_158_640
    people_0_14: int = 199_981
    """17.26 %."""
    people_65_plus: int = 208_092
    """17.96 %."""
    people_urban: int = 502_966
    """43.41 % live in urban areas: here the area classes urban and town together."""
    area_km2: float = 2622.0
    villages: int = 850
    """Administrative villages, in round figures."""


FACTS = Facts()


@dataclass(frozen=True)
class Seat:
    """A township-level unit and where its seat lies."""

    key: str
    name: str
    name_en: str
    kind: str
    """subdistrict, town, township or farm."""
    at: Point
    """Kilometres."""
    seat_people: int
    """People who live in the seat itself (area class town); 0 for the subdistricts."""
    turn: tuple[float, float] = (1.0, 0.0)
    """Cosine and sine of the street grid's angle (a Pythagorean pair, so that they are exact)."""


_UP, _A, _B, _C, _D = (1.0, 0.0), (0.96, 0.28), (0.96, -0.28), (0.8, 0.6), (0.8, -0.6)

SEATS = (
    Seat("tingyang", "汀阳街道", "Tingyang Subdistrict", "subdistrict", (0.0, 4.9), 0),
    Seat("wenta", "文塔街道", "Wenta Subdistrict", "subdistrict", (0.0, 1.9), 0),
    Seat("xipu", "西浦街道", "Xipu Subdistrict", "subdistrict", (-3.4, 3.2), 0),
    Seat("dongwan", "东湾街道", "Dongwan Subdistrict", "subdistrict", (5.9, 3.15), 0),
    Seat("liuxi", "柳溪镇", "Liuxi Town", "town", (-8.4, 19.4), 9200, _A),
    Seat("shidu", "石渡镇", "Shidu Town", "town", (2.6, 19.2), 11800, _B),
    Seat("changyan", "长堰镇", "Changyan Town", "town", (13.0, 18.6), 10400, _UP),
    Seat("shating", "沙亭镇", "Shating Town", "town", (29.0, 15.5), 9700, _C),
    Seat("sangyuan", "桑垣镇", "Sangyuan Town", "town", (20.6, 8.0), 10900, _B),
    Seat("qingfeng", "青枫镇", "Qingfeng Town", "town", (-11.2, 11.2), 12300, _D),
    Seat("mailang", "麦浪镇", "Mailang Town", "town", (12.0, 5.4), 8300, _A),
    Seat("zhaihe", "斋河镇", "Zhaihe Town", "town", (30.5, 5.0), 9900, _UP),
    Seat("hetang", "荷汀镇", "Heting Town", "town", (16.6, 1.6), 13200, _B),
    Seat("yinxing", "银杏镇", "Yinxing Town", "town", (-8.4, -2.4), 14100, _A),
    Seat("zhuqiao", "竹泾镇", "Zhujing Town", "town", (-20.2, -1.6), 9600, _UP),
    Seat("wangjiang", "望沄镇", "Wangyun Town", "town", (-30.0, 0.5), 10700, _C),
    Seat("fengling", "枫坪镇", "Fengping Town", "town", (-21.0, 11.6), 7600, _D),
    Seat("lutan", "芦滩镇", "Lutan Town", "town", (-28.5, -11.5), 7900, _B),
    Seat("shuangyuan", "双垸镇", "Shuangyuan Town", "town", (-20.0, -12.8), 8800, _UP),
    Seat("linghu", "菱湖镇", "Linghu Town", "town", (-6.6, -18.2), 9300, _A),
    Seat("nandu", "南汊镇", "Nancha Town", "town", (0.8, -13.6), 12900, _B),
    Seat("xindi", "新垱镇", "Xindang Town", "town", (11.6, -16.9), 8100, _UP),
    Seat("luowei", "落苇镇", "Luowei Town", "town", (25.4, -16.6), 6100, _C),
    Seat("dongkou", "东汛镇", "Dongxun Town", "town", (31.6, -4.6), 8700, _D),
    Seat("songao", "松坳乡", "Song'ao Township", "township", (-32.0, 9.0), 2300, _C),
    Seat("yunling", "云栈乡", "Yunzhan Township", "township", (-25.5, 18.5), 1900, _D),
    Seat("luting", "鹭浦乡", "Lupu Township", "township", (21.5, 20.0), 3400, _UP),
    Seat("hezhou", "鹤洲农场", "Hezhou Farm", "farm", (7.2, -6.2), 4300, _A),
)

OUTLINE: tuple[Point, ...] = (
    (-37, 19), (-30, 24), (-20, 23), (-12, 26), (-3, 23.5), (6, 25.5), (15, 22.5), (24, 24), (31, 19), (35, 10),
    (33, 2), (37, -6), (33, -14), (26, -21.5), (17, -22), (8, -20.5), (0, -23), (-9, -21.5), (-16, -22), (-24, -17.5),
    (-31, -16.5), (-34, -9), (-38, -3), (-35, 6), (-39, 13),
)  # fmt: skip


@dataclass(frozen=True)
class River:
    """A river: its middle line in kilometres, its least and greatest width in metres."""

    name: str
    name_en: str
    line: tuple[Point, ...]
    width: tuple[float, float]


RIVERS = (
    River(
        "沄江", "Yun River",
        ((-40, -4), (-34, -6), (-27, -3.5), (-20, -8.5), (-12, -6.5), (-5, -11), (3, -9), (10, -13), (18, -10.5),
         (25, -15), (32, -12.5), (38, -15)),
        (260, 420),
    ),
    River(
        "汀河", "Ting River",
        ((-1.5, 27), (-2, 22), (-5, 14), (0.5, 9.5), (3.4, 5.5), (2.9, 1), (5, -4), (3.2, -9)),
        (80, 130),
    ),
    River(
        "沙泾河", "Shajing River",
        ((26.5, 26), (25, 18), (26.5, 10), (24, 3), (27, -4), (24.5, -10), (25, -15)),
        (60, 90),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Lake:
    """A lake: its shore in kilometres and, where it has one, an island."""

    name: str
    name_en: str
    shore: tuple[Point, ...]
    island: tuple[Point, ...] = ()


LAKES = (
    Lake(
        "沧月湖", "Cangyue Lake",
        ((14.4, -5.3), (15.0, -4.0), (16.0, -3.5), (17.1, -4.3), (18.2, -4.1), (19.0, -3.3), (19.9, -3.8), (20.3, -5.0),
         (19.4, -5.7), (19.3, -6.7), (18.2, -7.0), (17.3, -7.9), (16.1, -7.0), (15.4, -7.2), (15.3, -6.1)),
        ((17.2, -5.2), (17.7, -5.0), (18.1, -5.3), (17.9, -5.8), (17.4, -5.7)),
    ),
    Lake(
        "小菱湖", "Little Ling Lake",
        ((-13.6, -14.2), (-12.9, -13.2), (-12.0, -13.9), (-11.0, -14.2), (-11.5, -15.2), (-11.4, -16.2), (-12.6, -15.6),
         (-13.4, -16.0)),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Crossing:
    """Where a road crosses a river: the bank-to-bank line passes through `at` in the direction of `across`."""

    key: str
    name: str
    river: int
    at: Point
    """Kilometres; moved to the nearest point of the river's middle line."""
    kind: str = "bridge"
    """bridge or ferry."""


CROSSINGS = (
    Crossing("yun_west", "沄江西大桥", 0, (-22.5, -6.6)),
    Crossing("yun_main", "沄江大桥", 0, (-0.5, -10.3)),
    Crossing("yun_east", "沄江东大桥", 0, (22.0, -13.0)),
    Crossing("yun_ferry", "芦滩渡", 0, (-31.0, -5.2), "ferry"),
    Crossing("ting_north", "石渡桥", 1, (-2.6, 19.5)),
    Crossing("ting_gate", "汀北桥", 1, (0.7, 9.2)),
    Crossing("ting_town_1", "汀阳大桥", 1, (3.3, 5.1)),
    Crossing("ting_town_2", "文塔大桥", 1, (3.1, 3.0)),
    Crossing("ting_town_3", "南门桥", 1, (2.9, 0.9)),
    Crossing("ting_south", "鹤洲桥", 1, (4.9, -3.6)),
    Crossing("sha_north", "沙亭桥", 2, (25.1, 17.0)),
    Crossing("sha_mid", "斋河桥", 2, (24.9, 5.6)),
    Crossing("sha_south", "东汛桥", 2, (26.2, -6.5)),
)


@dataclass(frozen=True)
class Link:
    """A main road through the named places (seat keys, crossing keys + "a"/"b" banks, or edge-of-county points)."""

    highway: str
    ref: str
    name: str
    stops: tuple[str, ...]


EDGES: dict[str, Point] = {
    "edge_w": (-37.5, 1.6), "edge_e": (35.5, 4.0), "edge_n": (5.0, 26.6), "edge_s": (1.0, -24.0),
    "edge_ne": (33.0, 18.0), "edge_nw": (-13.0, 26.6), "edge_se": (27.0, -22.2), "edge_sw": (-33.5, -14.5),
}  # fmt: skip

LINKS = (
    Link("trunk", "G987", "987国道", ("edge_w", "wangjiang", "zhuqiao", "yinxing", "wenta", "ting_town_2", "dongwan",
                                     "hetang", "sha_mid", "zhaihe", "edge_e")),
    Link("primary", "S601", "云北省道", ("edge_n", "shidu", "ting_gate", "tingyang", "wenta")),
    Link("primary", "S601", "云南省道", ("wenta", "yun_main", "nandu", "edge_s")),
    Link("primary", "S602", "云东省道", ("dongwan", "mailang", "sangyuan", "shating", "edge_ne")),
    Link("secondary", "X101", "云青县道", ("xipu", "qingfeng", "fengling")),
    Link("secondary", "X102", "青柳县道", ("qingfeng", "liuxi", "edge_nw")),
    Link("secondary", "X103", "柳石县道", ("liuxi", "ting_north", "shidu", "changyan")),
    Link("secondary", "X104", "长桑县道", ("mailang", "changyan", "luting")),
    Link("secondary", "X105", "竹双县道", ("zhuqiao", "yun_west", "shuangyuan")),
    Link("secondary", "X106", "南岸县道", ("shuangyuan", "linghu", "nandu", "xindi")),
    Link("secondary", "X107", "东线县道", ("zhaihe", "dongkou")),
    Link("secondary", "X108", "荷东县道", ("hetang", "sha_south", "dongkou")),
    Link("tertiary", "Y201", "松坳乡道", ("fengling", "songao")),
    Link("tertiary", "Y202", "云栈乡道", ("fengling", "yunling")),
    Link("tertiary", "Y203", "芦滩乡道", ("shuangyuan", "lutan", "edge_sw")),
    Link("tertiary", "Y204", "渡口乡道", ("wangjiang", "yun_ferry", "lutan")),
    Link("tertiary", "Y205", "落苇乡道", ("xindi", "luowei", "edge_se")),
    Link("tertiary", "Y206", "东桥乡道", ("hetang", "yun_east", "luowei")),
    Link("tertiary", "Y207", "鹤洲乡道", ("hezhou", "hetang")),
    Link("tertiary", "Y208", "汀南乡道", ("wenta", "ting_south", "hezhou")),
    Link("tertiary", "Y209", "鹭浦乡道", ("luting", "sha_north", "shating")),
    Link("tertiary", "Y210", "沙斋乡道", ("shating", "zhaihe")),
    Link("tertiary", "Y211", "桑荷乡道", ("sangyuan", "hetang")),
    Link("tertiary", "Y212", "银青乡道", ("yinxing", "qingfeng")),
    Link("unclassified", "C301", "枫竹村道", ("fengling", "zhuqiao")),
    Link("tertiary", "Y214", "松望乡道", ("songao", "wangjiang")),
    Link("secondary", "", "汀阳路", ("tingyang", "ting_town_1", "dongwan")),
    Link("tertiary", "", "南门路", ("wenta", "ting_town_3", "dongwan")),
)  # fmt: skip

MOTORWAY: tuple[Point, ...] = (
    (-40.5, 6.4), (-30, 4.4), (-20, 5.0), (-11, 4.6), (-7.5, 0.8), (-3.5, -2.6), (6, -2.4), (14, 2.6), (22, 5.2),
    (30, 10.5), (37.5, 12.6),
)  # fmt: skip
MOTORWAY_REF, MOTORWAY_NAME = "G9906", "沄汀高速"
INTERCHANGES = ("wangjiang", "wenta", "zhaihe")
"""Seats near which traffic enters and leaves the motorway."""

WILDS = ((-34.2, 15.4, 3.3), (-30.4, 19.0, 2.7), (-27.4, 14.0, 2.6))
"""Hills where no road goes: middle and radius in kilometres."""
REMOTE_HAMLETS: tuple[Point, ...] = (
    (-34.3, 15.6), (-33.7, 14.9), (-34.4, 16.3), (-30.4, 19.0), (-27.4, 14.0), (-27.7, 14.6),
)  # fmt: skip
"""Hamlets in the wilds, which no road reaches."""


def hilliness(x: float, y: float) -> float:
    """Return how hilly it is at a place in metres: 0 on the plain to 1 in the north-western hills."""
    from_west, from_north = (-x / 1000 - 15) / 7, (y / 1000 - 3.5) / 5
    return max(0.0, min(1.0, from_west, from_north))


def wetness(x: float, y: float) -> float:
    """Return how marshy it is at a place in metres: 1 in the polders along the lower river and lake, 0 elsewhere."""
    east, south = (x / 1000 - 3) / 6, (-y / 1000 - 5) / 7
    return max(0.0, min(1.0, east, south))
