"""Headings are recognised by the scenario's mapping, by their own names, and by how planners call them."""

from __future__ import annotations

import pytest

from facopt.errors import Place
from facopt.inputs.findings import FindingLog
from facopt.inputs.headings import DEMAND_FIELDS, FACILITY_FIELDS, OD_FIELDS, recognise


def found(headings: list[str], columns: dict[str, str] | None = None, fields: tuple[str, ...] = DEMAND_FIELDS):
    """Return heading, way and factor by field, and the findings as text."""
    log = FindingLog()
    columns = recognise(headings, columns or {}, fields, Place(), log)
    return {name: (item.heading, item.how, item.factor) for name, item in columns.items()}, [*map(str, log.items)]


def test_a_fields_own_name_goes_before_every_synonym() -> None:
    """`id` is the id even where a column 编号 stands before it."""
    assert found(["编号", "id"])[0]["id"] == ("id", "name", 1.0)


@pytest.mark.parametrize("heading", ["People", "PEOPLE", " people ", "ｐｅｏｐｌｅ"])
def test_case_width_and_blanks_do_not_matter(heading: str) -> None:
    """A heading is recognised however it is typed."""
    assert found([heading])[0] == {"people": (heading, "name", 1.0)}


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("机构名称", "name"), ("单位名称", "name"), ("行政村", "name"), ("社区", "name"), ("村居", "name"),
        ("经度", "lon"), ("X", "x"), ("lng", "lon"), ("long", "lon"), ("纬度", "lat"), ("Y", "y"), ("POINT_X", "x"),
        ("常住人口", "people"), ("户籍人口", "people"), ("总人口", "people"), ("七普人口", "people"),
        ("2020年常住人口", "people"), ("60岁及以上", "people_60_plus"), ("65岁及以上", "people_65_plus"),
        ("乡镇", "zone"), ("街道", "zone"), ("镇街", "zone"), ("location", "location"), ("ur_code", "class_code"),
        ("城乡分类代码", "class_code"), ("城乡分类", "area_class"), ("经度(°)", "lon"),
    ],
)  # fmt: skip
def test_what_planners_call_the_columns_of_demand_points(heading: str, field: str) -> None:
    """The usual Chinese and English headings are the fields they mean."""
    assert field in found([heading])[0]


@pytest.mark.parametrize(
    ("heading", "field", "factor"),
    [
        ("常住人口(万人)", "people", 1e4), ("常住人口（万人）", "people", 1e4), ("人口/万人", "people", 1e4),
        ("人口（人）", "people", 1.0), ("people (thousands)", "people", 1e3),
        ("60岁及以上（万人）", "people_60_plus", 1e4),
    ],
)  # fmt: skip
def test_units_of_people_stand_in_the_heading(heading: str, field: str, factor: float) -> None:
    """A column in 10,000 people is multiplied by 10,000."""
    assert found([heading])[0][field][2] == factor


@pytest.mark.parametrize(
    ("heading", "factor"),
    [("minutes", 1.0), ("分钟", 1.0), ("时间(分钟)", 1.0), ("seconds", 1 / 60), ("duration_s", 1 / 60), ("秒", 1 / 60),
     ("时间（秒）", 1 / 60), ("travel_time_min", 1.0), ("hours", 60.0), ("时间(小时)", 60.0), ("time (h)", 60.0)],
)  # fmt: skip
def test_units_of_time_stand_in_the_heading(heading: str, factor: float) -> None:
    """Times become minutes."""
    assert found([heading], fields=OD_FIELDS)[0]["minutes"][2] == pytest.approx(factor)


@pytest.mark.parametrize("heading", ["time", "时间", "duration", "traveltime"])
def test_a_time_without_a_unit_is_not_taken(heading: str) -> None:
    """Seconds must not pass for minutes."""
    assert found([heading], fields=OD_FIELDS)[0] == {}


def test_money_in_ten_thousands() -> None:
    """Costs in 万元 and 亿元 become yuan."""
    columns, _ = found(["建设费用(万元)", "年运行费用（亿元）"], fields=FACILITY_FIELDS)
    assert columns["build_cost"][2] == 1e4
    assert columns["running_cost"][2] == 1e8


def test_the_scenario_maps_columns_in_either_direction() -> None:
    """`people: POP` is what the manual says; `POP: people` cannot mean anything else."""
    assert found(["POP", "n"], {"people": "POP"})[0] == {"people": ("POP", "columns", 1.0)}
    assert found(["POP", "n"], {"POP": "people"})[0] == {"people": ("POP", "columns", 1.0)}


def test_a_mapped_heading_may_serve_two_fields() -> None:
    """A table whose names are its ids needs no second column."""
    columns, _ = found(["NAME"], {"id": "NAME"})
    assert columns["id"][0] == columns["name"][0] == "NAME"


def test_segments_are_recognised_by_their_prefix_and_by_mapping() -> None:
    """`people_<segment>` may be any segment."""
    columns, _ = found(["people", "people_under_5", "old"], {"people_75_plus": "old"})
    assert columns["people_under_5"][0] == "people_under_5"
    assert columns["people_75_plus"][0] == "old"


def test_a_mapping_to_nothing_is_refused_with_what_there_is() -> None:
    """A misspelt heading names the headings, a misspelt field the fields."""
    _, findings = found(["POP", "n"], {"people": "POPU", "peeple": "POP"})
    assert findings == [
        "columns: there is no column 'POPU'. The file has POP, n.",
        "columns: there is no field 'peeple' in this table. Write `field: heading`; the fields are id, name, "
        "name_en, people, zone, zone_name, zone_name_en, area_class, class_code, code, lon, lat, x, y, location and "
        "people_<segment>.",
    ]


def test_two_headings_for_one_field_are_said_aloud() -> None:
    """Resident goes before total population, and the choice is shown."""
    columns, findings = found(["总人口", "常住人口"])
    assert columns["people"][0] == "常住人口"
    assert findings == [
        "people is read from column '常住人口'; 总人口 could be meant too. State it: columns: {people: 常住人口}."
    ]


def test_registered_population_is_said_aloud() -> None:
    """Registered people may have moved away."""
    _, findings = found(["户籍人口"])
    assert findings == [
        "people is read from column '户籍人口': registered, not resident population. "
        "Use resident population (常住人口) where you have it."
    ]
