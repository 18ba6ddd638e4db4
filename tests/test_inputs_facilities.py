"""Registers of facilities become sites of the scenario's tiers; the rest is drawn, dropped or refused aloud."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from facopt.errors import DataError
from facopt.inputs.facility_names import kind_of_name
from facopt.inputs.reader import read_study_area
from facopt.inputs.requests import FacilitiesRequest, Source, TierRequest
from tests.inputs_cases import read, request, texts, warnings_of, write

if TYPE_CHECKING:
    from pathlib import Path

EVERYBODY = ("urban", "town", "rural")
HEAD = "id,tier,lon,lat,status\n"
CHINESE_TIERS = {"community_health_centre": TierRequest(("urban",)), "township_clinic": TierRequest(("town", "rural"))}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("向阳社区卫生服务站", "community_health_station"), ("南街卫生服务站", "community_health_station"),
        ("棋杆村文化卫生服务中心", ""), ("東鎮中心衛生院", "central_township_clinic"),
        ("向阳街道社区卫生服务中心", "community_health_centre"), ("彭市镇中心卫生院", "central_township_clinic"),
        ("彭市镇卫生院", "township_clinic"), ("彭市镇卫生院第一门诊部", "township_clinic_branch"),
        ("彭市中心卫生院分院", "township_clinic_branch"),
        ("东村卫生室", "village_clinic"), ("厂区卫生所", "village_clinic"),
        ("天门市中医医院", "county_hospital"), ("天门市妇幼保健院", "county_hospital"),
        ("李氏诊所", "clinic"),
        ("爱宠动物诊所", "veterinary"), ("益丰大药房", "pharmacy"),
        ("口腔门诊部", "dental"), ("医疗美容诊所", "beauty"),
        ("某某疗养院", ""), ("", ""),
    ],
)  # fmt: skip
def test_what_names_of_facilities_tell(name: str, kind: str) -> None:
    """A station is no centre, a branch no clinic of its own, and animals are no patients."""
    assert kind_of_name(name) == kind


def test_a_register_with_everything(tmp_path: Path) -> None:
    """All columns are read; blank costs are not stated, and an existing site may be fixed closed."""
    text = (
        "id,name,tier,lon,lat,status,fixed,build_cost,running_cost,capacity_people,size,owner,zone\n"
        '001,老院,clinic,114.1,30.1,现有,closed,,5,"20,000",S,县,甲镇\n'
        "NA,,clinic,114.3,30.2,规划,,3000000,,,,,\n"
        "h,市院,hospital,114.2,30.2,Existing,open,,,,,,\n"
    )
    sites = read(tmp_path, sites_text=text).sites
    assert sites.id.tolist() == ["001", "NA", "h"]
    assert sites.name.tolist() == ["老院", "NA", "市院"]
    assert sites.tier.tolist() == ["clinic", "clinic", "hospital"]
    assert sites.existing.tolist() == [True, False, True]
    assert sites.fixed.tolist() == ["closed", "", "open"]
    assert np.nan_to_num(sites.build_cost, nan=-1).tolist() == [-1, 3_000_000, -1]
    assert np.nan_to_num(sites.running_cost, nan=-1).tolist() == [5, -1, -1]
    assert np.nan_to_num(sites.capacity_people, nan=-1).tolist() == [20_000, -1, -1]
    assert (sites.size.tolist(), sites.owner.tolist(), sites.zone.tolist()) == (
        ["S", "", ""], ["县", "", ""], ["甲镇", "", ""],
    )  # fmt: skip


def test_the_scenario_says_what_a_register_calls_its_tiers(tmp_path: Path) -> None:
    """`matches` are words of the column tier, compared without case and width."""
    tiers = {"clinic": TierRequest(EVERYBODY, ("社区卫生服务中心", "CHC")), "hospital": TierRequest(EVERYBODY)}
    rows = ["a,社区卫生服务中心", "b,chc", "c,ＣＨＣ", "d, Clinic", "e,hospital"]
    text = HEAD + "".join(f"{row},114.{i},30,existing\n" for i, row in enumerate(rows))
    assert read(tmp_path, sites_text=text, tiers=tiers).sites.tier.tolist() == ["clinic"] * 4 + ["hospital"]


def test_the_usual_chinese_words_mean_the_usual_tiers(tmp_path: Path) -> None:
    """乡镇卫生院 needs no mapping where a tier is called township_clinic; a central one is one of them."""
    words = ["社区卫生服务中心", "乡镇卫生院", "中心卫生院"]
    text = HEAD + "".join(f"s{i},{word},114.{i},30,existing\n" for i, word in enumerate(words))
    tiers = read(tmp_path, sites_text=text, tiers=CHINESE_TIERS).sites.tier.tolist()
    assert tiers == ["community_health_centre", "township_clinic", "township_clinic"]


def test_other_facilities_are_drawn_and_said(tmp_path: Path) -> None:
    """A kind that no tier names is context; one that is nearly a tier is asked about."""
    text = HEAD + "s,clinic,114.1,30.1,existing\np,pharmacy shop,114.2,30,\nq,hospitals,114.3,30,\n"
    area = read(tmp_path, sites_text=text)
    assert area.sites.id.tolist() == ["s"]
    assert (area.context.id.tolist(), area.context.kind.tolist()) == (["p", "q"], ["pharmacy shop", "hospitals"])
    assert area.context.lon.tolist() == [114.2, 114.3]
    found, recognised = warnings_of(tmp_path, sites_text=text)
    assert recognised.facility_kinds == {"clinic": 1, "hospitals": 1, "pharmacy shop": 1}
    assert found == [
        "sites.csv:3: 2 facilities belong to no tier of the scenario and are only drawn on the map (pharmacy shop 1, "
        "hospitals 1). Did you mean "
        "'hospital' by 'hospitals'? If they belong to a tier, list their names under its `matches` "
        "(the tiers are clinic, hospital)."
    ]


def test_what_is_only_drawn_cannot_stop_a_run(tmp_path: Path) -> None:
    """Blank coordinates, odd status and ids that stand twice matter for sites alone."""
    text = HEAD + "s,clinic,114.1,30.1,existing\np,shop,,,odd\np,shop,114.1,30.1,\n"
    area, findings, _ = read_study_area(request(tmp_path, sites_text=text))
    assert np.isnan(area.context.lon).tolist() == [True, False]
    assert texts(findings, tmp_path)[1] == ("sites.csv:3: 1 facility of no tier without usable coordinates not drawn.")


def test_tiers_are_told_from_names_where_there_is_no_column(tmp_path: Path) -> None:
    """The classifier's counts are shown; veterinary surgeons and pharmacies are left out."""
    names = ["甲社区卫生服务中心", "乙镇中心卫生院", "丙村卫生室", "宠物医院", "大药房", "某公司"]
    text = "id,name,lon,lat,status\n" + "".join(f"s{i},{name},114.{i},30,existing\n" for i, name in enumerate(names))
    found, recognised = warnings_of(tmp_path, sites_text=text, tiers=CHINESE_TIERS)
    area = read(tmp_path, sites_text=text, tiers=CHINESE_TIERS)
    assert area.sites.tier.tolist() == ["community_health_centre", "township_clinic"]
    assert area.context.kind.tolist() == ["village_clinic", "other"]
    assert recognised.facility_kinds["veterinary"] == 1
    assert found == [
        "sites.csv: Tiers were told from the facilities' names (community_health_centre 1, township_clinic 1, "
        "village_clinic 1, veterinary 1, pharmacy 1, other 1). Give a column tier to decide yourself.",
        "sites.csv:5: 2 rows left out, as they are no primary care for people (pharmacy 1, veterinary 1) "
        "(for example 宠物医院, 大药房).",
    ]


def test_a_type_that_names_no_tier_gives_way_to_the_names(tmp_path: Path) -> None:
    """AMap's own column `type` says nothing about tiers."""
    text = "id,name,type,lon,lat,status\ns,甲社区卫生服务中心,医疗保健服务;综合医院,114,30,existing\n"
    assert read(tmp_path, sites_text=text, tiers=CHINESE_TIERS).sites.tier.tolist() == ["community_health_centre"]


def test_the_only_tier_stands_for_a_register_without_tiers_and_names(tmp_path: Path) -> None:
    """A list of candidate plots for one kind of clinic needs no column tier."""
    text = "id,lon,lat,status\ns,114.1,30.1,candidate\n"
    found, _ = warnings_of(tmp_path, sites_text=text, tiers={"clinic": TierRequest(EVERYBODY)})
    assert found == ["sites.csv: There is no column tier; all rows are taken as clinic. Give a column tier."]


def test_rows_that_do_not_say_take_the_default_status(tmp_path: Path) -> None:
    """The default is the caller's; it is said, unless the scenario states it."""
    text = HEAD + "s,clinic,114.1,30.1,\nt,clinic,114.3,30.1,existing\n"
    asked = request(tmp_path, sites_text=text)
    part = replace(asked.facilities[0], default_status="candidate")
    area, findings, _ = read_study_area(replace(asked, facilities=(part,)))
    assert area.sites.existing.tolist() == [False, True]
    assert texts(findings, tmp_path) == [
        "sites.csv:2: 1 row does not say whether the facility exists; taken as candidate. "
        "Give a column status with existing or candidate."
    ]
    stated = replace(asked, facilities=(replace(part, status_stated=True),))
    assert read_study_area(stated)[1] == ()


def test_several_registers_are_one_list_of_sites(tmp_path: Path) -> None:
    """Existing facilities and candidates may come from two tables; an id may stand in one of them only."""
    asked = request(tmp_path)
    more = write(tmp_path, "candidates.csv", "id,lon,lat\nc1,114.4,30.1\nc2,114.5,30.1\n")
    second = FacilitiesRequest(
        Source(more, "wgs84"), tiers=("hospital",), default_status="candidate", status_stated=True
    )
    area = read_study_area(replace(asked, facilities=(*asked.facilities, second)))[0]
    assert area.sites.id.tolist() == ["s", "c1", "c2"]
    assert area.sites.tier.tolist() == ["clinic", "hospital", "hospital"]
    assert area.sites.existing.tolist() == [True, False, False]
    write(tmp_path, "candidates.csv", "id,lon,lat\ns,114.4,30.1\n")
    with pytest.raises(DataError) as caught:
        read_study_area(replace(asked, facilities=(*asked.facilities, second)))
    assert texts(caught.value.findings, tmp_path) == [
        "candidates.csv:2: id: 's' stands already at sites.csv:2. "
        "Every site needs an id of its own, in all tables together."
    ]


def test_a_table_without_tiers_may_state_them_for_all_rows(tmp_path: Path) -> None:
    """Each row is one site of each tier stated, with an id of its own; a column that tells tiers goes first."""
    asked = request(tmp_path)
    more = write(tmp_path, "plots.csv", "id,name,lon,lat\nc1,东地块,114.4,30.1\nc2,西地块,114.5,30.1\n")
    plots = FacilitiesRequest(
        Source(more, "wgs84"), tiers=("clinic", "hospital"), default_status="candidate", status_stated=True
    )
    area, _, recognised = read_study_area(replace(asked, facilities=(*asked.facilities, plots)))
    assert area.sites.id.tolist() == ["s", "c1-clinic", "c2-clinic", "c1-hospital", "c2-hospital"]
    assert area.sites.tier.tolist() == ["clinic", "clinic", "clinic", "hospital", "hospital"]
    assert area.sites.name[1:].tolist() == ["东地块", "西地块"] * 2
    assert area.sites.lon[1:].tolist() == [114.4, 114.5] * 2
    assert recognised.site_tables[1][1] == 4
    write(tmp_path, "plots.csv", "id,tier,lon,lat\nc1,hospital,114.4,30.1\n")
    area = read_study_area(replace(asked, facilities=(*asked.facilities, plots)))[0]
    assert area.sites.id.tolist() == ["s", "c1"]
    assert area.sites.tier.tolist() == ["clinic", "hospital"]


def test_tags_of_openstreetmap_tell_tiers(tmp_path: Path) -> None:
    """Without a column tier amenity and healthcare decide: what they rule out goes, a Chinese name goes first."""
    rows = (
        "osm_id,amenity,healthcare,name,lon,lat,status\n1,doctors,doctor,Praxis,114.1,30.1,existing\n"
        "2,,centre,,114.2,30.1,existing\n3,pharmacy,pharmacy,Apotheke,114.3,30.1,existing\n"
        "4,dentist,,Zahn,114.3,30.2,existing\n5,hospital,,东镇卫生院,114.3,30.3,existing\n"
        "6,clinic,yes,,114.4,30.3,existing\n"
    )
    asked = request(
        tmp_path, facilities=(FacilitiesRequest(Source(write(tmp_path, "osm.csv", rows), "wgs84")),),
        tiers={"care": TierRequest(("urban",), ("doctors", "health_centre")),
               "township_clinic": TierRequest(("rural",))},
    )  # fmt: skip
    area, findings, recognised = read_study_area(asked)
    assert dict(zip(area.sites.id, area.sites.tier, strict=True)) == {"1": "care", "2": "care", "5": "township_clinic"}
    assert area.context.kind.tolist() == ["clinic"]
    assert recognised.facility_kinds == {"care": 2, "clinic": 1, "dental": 1, "pharmacy": 1, "township_clinic": 1}
    assert texts(findings, tmp_path)[0] == (
        "osm.csv: Tiers were told from OpenStreetMap's amenity and healthcare (doctors 1, health_centre 1, pharmacy 1, "
        "dental 1, township_clinic 1, clinic 1). Give a column tier to decide yourself."
    )


def test_a_register_without_rows_is_said_and_no_obstacle(tmp_path: Path) -> None:
    """Where nothing stands yet, the candidates alone are the sites."""
    asked = request(tmp_path)
    empty = FacilitiesRequest(Source(write(tmp_path, "existing.csv", HEAD), "wgs84"))
    area, findings, _ = read_study_area(replace(asked, facilities=(empty, *asked.facilities)))
    assert area.sites.id.tolist() == ["s"]
    assert texts(findings, tmp_path) == ["existing.csv: The table has headings and no rows. Check the file."]


def test_candidates_may_lie_as_close_together_as_they_like(tmp_path: Path) -> None:
    """A grid of candidates is no list of double entries."""
    text = HEAD + "".join(f"c{i},clinic,{114.1 + i / 1000:.4f},30.1,candidate\n" for i in range(9))
    assert warnings_of(tmp_path, sites_text=text)[0] == []


def test_neighbours_of_one_tier_are_doubted(tmp_path: Path) -> None:
    """Two entrances of one clinic are probably one; two tiers at one place are not doubted."""
    rows = ["a,东街卫生院,clinic,114.1,30.1", "b,东街卫生院(北门),clinic,114.1005,30.1", "c,西街,clinic,114.1,30.1015",
            "d,东街卫生院,hospital,114.1,30.1"]  # fmt: skip
    text = "id,name,tier,lon,lat,status\n" + "".join(f"{row},existing\n" for row in rows)
    found, _ = warnings_of(tmp_path, sites_text=text)
    assert found == [
        "sites.csv: 1 pair of facilities of one tier within 150 m with similar names, probably the same "
        "(for example a and b). Check whether they are two.",
        "sites.csv: 2 pairs of facilities of one tier within 200 m of each other (for example a and c, b and c). "
        "Check whether they are two.",
    ]
