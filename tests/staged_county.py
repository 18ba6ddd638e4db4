"""A small county with a plan in stages: sizes that fill up, actions, funding, referral, rules and a flood plain."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.cli_runner import write_table

if TYPE_CHECKING:
    from pathlib import Path

WEST, SOUTH, STEP = 104.20, 30.60, 0.045

SCENARIO = """
name: staged
title: 云岭县 · 三期规划
title_en: Yunling County in three stages
question: 分三期怎样建成有容量保障的网络？
question_en: How is a network with room for everybody built in three stages?
synthetic: true
demand: {kind: table, file: villages.csv, crs: wgs84}
facilities: {kind: table, file: sites.csv, crs: wgs84}
study_area: {zones: zones.geojson}
travel: {drive: {kind: straight_line, speed_kmh: 30, detour: 1.3}}
stages:
  base_year: 2026
  years: [2027, 2030, 2035]
  growth_percent_per_year: {default: 0.5, zones: {z01: 1.5}, segments: {65_plus: 2.5}}
  order: jointly
  compare_orders: true
finance:
  count_running_cost: true
  sources: [county, province]
  funding_percent: {county: 60, province: 40}
workload: {unit: visits, per_person: 1.7}
tiers:
  township_clinic:
    mode: drive
    standard_minutes: 20
    build_cost: 3600000
    sizes:
      small: {capacity: 10000, build_cost: 3600000, running_cost: 500000, staff: 15, beds: 8, floor_area_m2: 600}
      large: {capacity: 26000, build_cost: 6400000, running_cost: 900000, staff: 34, beds: 24, floor_area_m2: 1500}
    referral: {tier: county_hospital, within_minutes: 90, mode: drive}
    actions:
      extend: {cost: 100000, percent_of_difference: 80, lead_years: 1}
      refurbish: {cost: 250000, capacity_percent: 12}
      relocate: {cost: 100000, build_cost_percent: 60, within_metres: 6000}
      close: {cost: 50000, minutes_worse_at_most: 15}
      merge: {cost: 80000, within_metres: 7000, capacity_percent: 60, minutes_worse_at_most: 15}
  county_hospital: {name: 县医院, name_en: County hospital, mode: drive, standard_minutes: 90, may_open: false}
targets:
  - {kind: coverage, tier: township_clinic, at_least_percent: 70, by: 2027}
  - {kind: coverage, tier: township_clinic, at_least_percent: 85, by: 2030}
  - {kind: coverage, at_least_percent: 93.3, by: 2035}
rules:
  - {kind: floor, tier: township_clinic, per: zone, at_least_percent: 60, by: 2035}
  - {kind: exclusion, file: flood.geojson}
  - {kind: must_open, sites: [c6], by: 2030}
  - {kind: exception, points: [v36], reason: 2031 年通路, approved: 2026-05}
limits: {budget_by_stage: {2027: 6000000, 2030: 9000000}, budget_by_source: {province: 12000000}, staff: 240}
objective: [cost, coverage]
"""

PEOPLE = (
    3900, 3100, 1400, 900, 800, 500, 3300, 2700, 1300, 850, 700, 450, 1500, 1200, 1000, 800, 650, 400,
    900, 850, 800, 700, 500, 350, 800, 750, 600, 500, 400, 300, 500, 450, 400, 350, 300, 250,
)  # fmt: skip
ZONES = {"z01": ("城关街道", "Chengguan"), "z02": ("东岭镇", "Dongling"), "z03": ("北川乡", "Beichuan")}
SITES = (
    # id, name, English name, tier, status, size, place in steps, zone
    ("a1", "城关卫生院", "Chengguan clinic", "township_clinic", "existing", "small", 0.3, 0.2, "z01"),
    ("a2", "河街卫生院", "Hejie clinic", "township_clinic", "existing", "small", 1.2, 1.3, "z01"),
    ("a3", "东岭卫生院", "Dongling clinic", "township_clinic", "existing", "small", 4.2, 0.8, "z02"),
    ("a4", "东岭分院", "Dongling branch", "township_clinic", "existing", "small", 4.6, 1.9, "z02"),
    ("a5", "北川卫生院", "Beichuan clinic", "township_clinic", "existing", "small", 1.0, 4.4, "z03"),
    ("c1", "城关新院", "New Chengguan", "township_clinic", "candidate", "", 0.8, 0.9, "z01"),
    ("c2", "东岭新院", "New Dongling", "township_clinic", "candidate", "", 4.4, 1.3, "z02"),
    ("c3", "河滩", "River bank", "township_clinic", "candidate", "", 2.5, 2.5, "z02"),
    ("c4", "北川新院", "New Beichuan", "township_clinic", "candidate", "", 1.4, 4.0, "z03"),
    ("c5", "远山", "Far hills", "township_clinic", "candidate", "", 4.6, 4.6, "z03"),
    ("c6", "石桥", "Shiqiao", "township_clinic", "candidate", "", 2.6, 3.6, "z03"),
    ("h1", "县医院", "County hospital", "county_hospital", "existing", "", 0.6, 0.4, "z01"),
)


def zone_of(column: int, row: int) -> str:
    """Return the zone of a settlement by its place in the grid."""
    return "z01" if column < 2 and row < 3 else "z02" if row < 3 else "z03"


def staged_county(folder: Path, scenario: str = SCENARIO) -> Path:
    """Write the tables, outlines and scenario of the county; returns the scenario's file."""
    villages = []
    for k, people in enumerate(PEOPLE):
        column, row = k % 6, k // 6
        zone = zone_of(column, row)
        kind = {"z01": "urban", "z02": "town", "z03": "rural"}[zone]
        place = (round(WEST + STEP * column, 5), round(SOUTH + STEP * row, 5))
        elderly = round(people * (0.15 if zone == "z01" else 0.24))
        villages.append((f"v{k + 1:02d}", f"{k + 1} 号村", f"Village {k + 1}", people, elderly, *place, zone, kind))
    write_table(folder / "villages.csv", "id name name_en people people_65_plus lon lat zone area_class", villages)
    sites = [(*row[:6], round(WEST + STEP * row[6], 5), round(SOUTH + STEP * row[7], 5), row[8]) for row in SITES]
    write_table(folder / "sites.csv", "id name name_en tier status size lon lat zone", sites)
    _outlines(folder / "zones.geojson", [(key, *ZONES[key], _box(*box)) for key, box in _BOXES.items()])
    _outlines(folder / "flood.geojson", [("f", "", "", _box(2.2, 2.2, 2.9, 2.8))])
    file = folder / "staged.yaml"
    file.write_text(scenario, encoding="utf-8")
    return file


_BOXES = {"z01": (-0.5, -0.5, 1.5, 2.5), "z02": (1.5, -0.5, 5.5, 2.5), "z03": (-0.5, 2.5, 5.5, 5.5)}


def _box(west: float, south: float, east: float, north: float) -> list[list[list[float]]]:
    corners = ((west, south), (east, south), (east, north), (west, north), (west, south))
    return [[[round(WEST + STEP * x, 6), round(SOUTH + STEP * y, 6)] for x, y in corners]]


def _outlines(path: Path, outlines: list[tuple[str, str, str, list[list[list[float]]]]]) -> None:
    features = [
        {
            "type": "Feature",
            "properties": {"code": code, "name": name, "name_en": english},
            "geometry": {"type": "Polygon", "coordinates": rings},
        }
        for code, name, english, rings in outlines
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
