"""Registers as they are classified: kinds by name, departments merged, the whole table written for confirmation."""

from __future__ import annotations

import csv
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pytest

from facopt.inputs.duplicates import merged_into, similar_names
from facopt.inputs.facility_names import kind_of_name
from tests.cli_runner import facopt, write_table
from tests.inputs_cases import SHARED

if TYPE_CHECKING:
    from pathlib import Path

SCENARIO = """
name: register
demand: {kind: table, file: people.csv, crs: wgs84}
facilities: {kind: table, file: sites.csv, crs: wgs84, status: existing, merge_within_metres: 150}
travel: {walk: {kind: straight_line, speed_kmh: 5}}
tiers: {community_health_centre: {mode: walk, standard_minutes: 15}}
objective: [coverage]
limits: {new_sites: {community_health_centre: 0}}
"""


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("某镇社区卫生服务中心", "community_health_centre"),
        ("某镇社区卫生服务分中心", "community_health_centre"),
        ("某街道社区卫生中心", "community_health_centre"),
        ("某社区卫生服务中心东村社区卫生服务站", "community_health_station"),
        ("某社区卫生服务中心东村服务站", "community_health_station"),
        ("某新村社区卫生站", "community_health_station"),
        ("某社区卫生服务中心东村卫生室", "village_clinic"),
        ("某社区卫生服务中心-预防接种门诊", "community_health_centre"),
        ("中共某镇社区卫生服务中心支部委员会", "office"),
        ("某医院犬伤处置门诊", "hospital"),
        ("某中医门诊", "clinic"),
        ("犬猫专科微创中心", "veterinary"),
        ("某镇中心卫生院", "central_township_clinic"),
        ("某养生馆", ""),
    ],
)
def test_names_tell_kinds(name: str, kind: str) -> None:
    """The first rule that fits decides: stations before centres, offices and animals before all."""
    assert kind_of_name(name) == kind


def test_parts_go_to_the_shortest_name_nearby(tmp_path: Path) -> None:
    """As a double loop over all pairs says; far ones, other tiers and other names stay."""
    dice = np.random.default_rng(3)
    words = ["东区中心", "东区中心-门诊", "东区中心住院部", "西村医院", "西村医院急诊", "南站"]
    name = np.array([words[k] for k in dice.integers(0, len(words), 120)], dtype=object)
    tier = np.array([("a", "b")[k] for k in dice.integers(0, 2, 120)], dtype=object)
    lon, lat = 114 + dice.uniform(0, 0.01, 120), 30 + dice.uniform(0, 0.01, 120)
    lon[5] = lat[5] = np.nan
    owner = merged_into(name, tier, lon, lat, 150.0)
    east, north = lon * 111_320 * np.cos(np.radians(30.005)), lat * 110_850
    order = sorted(range(120), key=lambda row: (len(name[row]), row))
    expected = np.full(120, -1)
    for place, row in enumerate(order):
        for other in order[place + 1 :]:
            near = np.hypot(east[row] - east[other], north[row] - north[other]) <= 150.0
            free = expected[row] < 0 and expected[other] < 0
            if near and free and tier[row] == tier[other] and similar_names(name[row], name[other]):
                expected[other] = row
    assert (owner == expected).mean() > 0.98  # the plane of the loop is not quite that of the projection
    assert (owner >= 0).sum() > 10
    assert (owner[owner[owner >= 0]] == -1).all()


def test_departments_are_merged_and_the_table_says_into_what(tmp_path: Path) -> None:
    """The check writes every row with what it was taken for, formulas made harmless."""
    write_table(tmp_path / "people.csv", "id people lon lat area_class", [("p", 9, 121.4, 31.2, "urban")])
    rows = [
        ("1", "长宁社区卫生服务中心", 121.4, 31.2), ("2", "长宁社区卫生服务中心-预防接种门诊", 121.4005, 31.2),
        ("3", "长宁社区卫生服务中心分部", 121.42, 31.2), ("4", "爱牙口腔", 121.4, 31.2), ("5", "仁和养生", 121.4, 31.2),
        ("6", "=1+1", 121.4, 31.2),
    ]  # fmt: skip
    write_table(tmp_path / "sites.csv", "id name lon lat", rows)
    file = tmp_path / "register.yaml"
    file.write_text(SCENARIO, encoding="utf-8")
    called = facopt("check", file, "--classes", tmp_path / "out" / "classes.csv", "--json")
    assert called.status == 0, called.err
    assert called.json()["sites"] == 2
    text = (tmp_path / "out" / "classes.csv").read_text(encoding="utf-8-sig")
    assert text.splitlines() == [
        "file,line,id,name,stated,kind,use,merged_into",
        "sites.csv,2,1,长宁社区卫生服务中心,,community_health_centre,site,",
        "sites.csv,3,2,长宁社区卫生服务中心-预防接种门诊,,community_health_centre,merged,1",
        "sites.csv,4,3,长宁社区卫生服务中心分部,,community_health_centre,site,",
        "sites.csv,5,4,爱牙口腔,,dental,left out,",
        "sites.csv,6,5,仁和养生,,other,drawn only,",
        "sites.csv,7,6,'=1+1,,other,drawn only,",
    ]
    assert (
        f"{tmp_path / 'sites.csv'}:3: 1 row merged into others of the same tier within 150 m with similar names "
        "(for example 长宁社区卫生服务中心-预防接种门诊 into 长宁社区卫生服务中心). "
        "See the whole list with facopt check --classes."
    ) in called.json()["warnings"]
    unmerged = facopt("check", file, "--set", "facilities.merge_within_metres=null", "--json")
    assert unmerged.json()["sites"] == 3


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="the folder of real data is not beside the checkout")
def test_shanghais_register_becomes_a_table_of_classes(tmp_path: Path) -> None:
    """Every one of 8,910 rows has a class; names with 社区卫生服务中心 are centres or parts of them."""
    file = tmp_path / "shanghai.yaml"
    folder = SHARED.as_posix()
    file.write_text(
        SCENARIO.replace("people.csv, crs: wgs84", f"{folder}/shanghai/demand_3857.csv, crs: EPSG:3857, "
                         "columns: {id: grid_id, people: SUM}")
        .replace("sites.csv, crs: wgs84", f"{folder}/shanghai/poi_medical_point_xy.csv, crs: gcj02"),
        encoding="utf-8",
    )  # fmt: skip
    called = facopt("check", file, "--classes", tmp_path / "classes.csv")
    assert called.status == 0, called.err
    with (tmp_path / "classes.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 8910
    kinds = Counter(row["kind"] for row in rows if "社区卫生服务中心" in row["name"])
    assert sum(kinds.values()) == 672
    assert set(kinds) == {"community_health_centre", "community_health_station", "village_clinic", "office"}
    merged = [row for row in rows if row["use"] == "merged"]
    assert 50 < len(merged) < 150
    by_id = {row["id"]: row for row in rows}
    assert all(by_id[row["merged_into"]]["use"] == "site" for row in merged)
    assert all(similar_names(row["name"], by_id[row["merged_into"]]["name"]) for row in merged)
