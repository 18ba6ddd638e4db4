"""Area classes come from the best evidence there is, and the planner is told which."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas
import pytest
from shapely.geometry import box

from facopt.errors import DataError
from facopt.inputs.area_class import (
    area_class_of_code,
    area_class_of_division,
    area_class_of_word,
    area_class_of_zone,
)
from facopt.inputs.reader import read_study_area
from facopt.inputs.requests import DemandRequest, Source, TierRequest
from tests.inputs_cases import read, request, texts, warnings_of, write

if TYPE_CHECKING:
    from pathlib import Path

SAME = {"clinic": TierRequest(("town", "rural")), "hospital": TierRequest(("rural", "town"))}
NOT_SAME = {"clinic": TierRequest(("rural",)), "hospital": TierRequest(("urban",))}


@pytest.mark.parametrize(
    ("word", "expected"),
    [("urban", "urban"), ("Town", "town"), (" RURAL ", "rural"), ("城", "urban"), ("镇", "town"), ("乡", "rural"),
     ("城区", "urban"), ("镇区", "town"), ("乡村", "rural"), ("农村", "rural"), ("111", "urban"), ("220", "rural"),
     ("suburb", ""), ("", "")],
)  # fmt: skip
def test_words_for_area_classes(word: str, expected: str) -> None:
    """English, Chinese and class codes are understood, nothing else."""
    assert area_class_of_word(word) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [("111", "urban"), ("112", "urban"), ("110", "urban"), ("121", "town"), ("122", "town"), ("123", "town"),
     ("210", "rural"), ("220", "rural"), ("100", ""), ("300", ""), ("12", ""), ("1111", "")],
)  # fmt: skip
def test_codes_of_the_urban_rural_classification(code: str, expected: str) -> None:
    """11x is city, 12x town, 2xx countryside; 100 alone leaves city or town open."""
    assert area_class_of_code(code) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [("220202001", "urban"), ("220202001000", "urban"), ("429006100201", "town"), ("429006199", "town"),
     ("429006200", "rural"), ("429006400", "rural"), ("220202000000", ""), ("22020200100", ""), ("060750479012", ""),
     ("990202001", ""), ("22020200100a", "")],
)  # fmt: skip
def test_the_township_part_of_division_codes(code: str, expected: str) -> None:
    """001-099 is a street, 100-199 a town, from 200 a township; other codes tell nothing."""
    assert area_class_of_division(code) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("红旗街道", "urban"), ("红旗街道办事处", "urban"), ("彭市镇", "town"), ("彭市镇人民政府", "town"),
     ("张庄乡", "rural"), ("回族乡", "rural"), ("镇安", ""), ("Elsewhere", ""), ("", "")],
)  # fmt: skip
def test_the_ending_of_a_townships_name(name: str, expected: str) -> None:
    """街道, 镇 and 乡 at the end tell the class."""
    assert area_class_of_zone(name) == expected


def test_the_chain_goes_from_what_is_stated_to_what_the_name_tells(tmp_path: Path) -> None:
    """Each row takes the first rule that knows it, and the counts of people are said."""
    rows = [
        "a,1,城区,220,220202001001,甲乡", "b,10,,220,220202001001,甲镇", "c,100,,,429006100201,甲乡",
        "220202001002,1000,,,,甲乡", "e,10000,,,,甲街道",
    ]  # fmt: skip
    demand = "id,people,area_class,ur_code,code,zone\n" + "\n".join(rows) + "\n"
    found, recognised = warnings_of(tmp_path, demand, coordinates_required=False)
    area = read(tmp_path, demand, coordinates_required=False)
    assert area.demand.area_class.tolist() == ["urban", "rural", "town", "rural", "urban"]
    assert [(count.rule, count.points, count.people) for count in recognised.class_rules] == [
        ("column area_class", 1, 1.0), ("class code", 1, 10.0), ("division code", 1, 100.0),
        ("name of the zone", 2, 11000.0),
    ]  # fmt: skip
    assert found == [
        "demand.csv: Area classes were worked out (column area_class: 1 people in 1 row; "
        "class code: 10 people in 1 row; division code: 100 people in 1 row; "
        "name of the zone: 11,000 people in 2 rows). "
        "Give a column area_class to decide yourself."
    ]


def test_a_constant_of_the_scenario_goes_before_everything(tmp_path: Path) -> None:
    """`area_class: rural` in the scenario holds for all points, without a warning."""
    source = Source(write(tmp_path, "d.csv", "id,people,lon,lat,area_class\na,1,114,30,urban\n"), "wgs84")
    area, findings, _ = read_study_area(request(tmp_path, demand=DemandRequest("table", source, area_class="rural")))
    assert area.demand.area_class.tolist() == ["rural"]
    assert findings == ()


def test_codes_abroad_are_not_taken_for_chinese_ones(tmp_path: Path) -> None:
    """A New York block group has 12 digits as well."""
    demand = "id,people,lon,lat\n360610001001,5,-74,40.7\n"
    sites = "id,tier,lon,lat,status\ns,clinic,-74,40.7,existing\n"
    with pytest.raises(DataError, match="The area class of 1 row is not known"):
        read(tmp_path, demand, sites)


def test_without_any_evidence_the_first_served_class_stands_where_it_makes_no_difference(tmp_path: Path) -> None:
    """All tiers serve the same classes: everybody is served, and that is said."""
    demand = "id,people,lon,lat\na,1,114.1,30.1\nb,2,114.2,30.2\n"
    found, _ = warnings_of(tmp_path, demand, tiers=SAME)
    assert read(tmp_path, demand, tiers=SAME).demand.area_class.tolist() == ["town", "town"]
    assert found == [
        "demand.csv: There are no area classes; all people are taken as town. As every tier serves the same classes, "
        "they are served; give a column area_class to tell people apart."
    ]


def test_without_any_evidence_different_tiers_need_area_classes(tmp_path: Path) -> None:
    """Where it matters who is urban, nothing is assumed."""
    with pytest.raises(DataError) as caught:
        read(tmp_path, "id,people,lon,lat\na,1,114.1,30.1\nb,2,114.2,30.2\n", tiers=NOT_SAME)
    assert texts(caught.value.findings, tmp_path) == [
        "demand.csv:2: The area class of 2 rows is not known (for example line 3). Fill the column area_class "
        "with urban, town or rural, or state one for all: area_class: rural."
    ]


def test_some_known_and_some_unknown_classes_are_an_error(tmp_path: Path) -> None:
    """A gap in a column is not filled by guessing, even where the tiers serve the same classes."""
    with pytest.raises(DataError, match="The area class of 1 row is not known"):
        read(tmp_path, "id,people,lon,lat,area_class\na,1,114.1,30.1,urban\nb,2,114.2,30.2,\n", tiers=SAME)


def test_gaps_between_what_zone_names_tell_make_no_difference_to_tiers_of_one_kind(tmp_path: Path) -> None:
    """Nobody has stated a class and all tiers serve the same ones: the rows that no rule knows are served."""
    demand = "id,people,zone,lon,lat\na,1,甲镇,114.1,30.1\nb,2,Elsewhere,114.2,30.2\n"
    area, findings, _ = read_study_area(request(tmp_path, demand, tiers=SAME))
    assert area.demand.area_class.tolist() == ["town", "town"]
    assert findings[0].what == "There are no area classes; the people of 1 row are taken as town"
    with pytest.raises(DataError, match="The area class of 1 row is not known"):
        read(tmp_path, demand, tiers=NOT_SAME)


def test_the_zones_file_may_state_the_class(tmp_path: Path) -> None:
    """Points take the class of the zone they lie in; the zone is found by its outline."""
    zones = geopandas.GeoDataFrame(
        {"id": ["z1", "z2"], "area_class": ["town", "乡村"]}, geometry=[box(114, 30, 115, 31), box(115, 30, 116, 31)],
        crs="EPSG:4326",
    )  # fmt: skip
    zones.to_file(tmp_path / "zones.gpkg")
    area = read(tmp_path, "id,people,lon,lat\na,1,114.5,30.5\nb,2,115.5,30.5\n", zones=Source(tmp_path / "zones.gpkg"))
    assert area.demand.zone.tolist() == ["z1", "z2"]
    assert area.demand.area_class.tolist() == ["town", "rural"]
