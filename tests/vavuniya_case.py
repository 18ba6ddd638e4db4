"""Vavuniya district, Sri Lanka, from one OpenStreetMap extract: buildings, places and clinics become tables.

Nothing of the extract is kept in the project: the tables are made in a temporary folder from the file beside the
checkout. People: the 172,115 of the 2012 census, shared out evenly over the buildings. Urban: within 3 km of the city.
"""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass, field
from pathlib import Path

PEOPLE = 172_115
TOWN_KM = 3.0
EXTRACT = Path(__file__).parents[1] / "../shared/data/vavuniya/vavuniya.osm.pbf"
STANDING = ("hospital", "clinic", "doctors")

SCENARIO = """\
name: {name}
title_en: Vavuniya district, {name}
demand:     {{kind: table, file: demand.csv, crs: wgs84}}
facilities: {{kind: table, file: facilities.csv, crs: wgs84}}
candidates: {{kind: table, file: candidates.csv, crs: wgs84}}
travel:
  walk:  {{kind: roads, file: {roads}, profile: walk}}
  drive: {{kind: roads, file: {roads}, profile: drive}}
tiers:
  community_health_centre: {{serves: [urban], mode: walk, standard_minutes: 30, build_cost: 6000000}}
  township_clinic:         {{serves: [town, rural], mode: drive, standard_minutes: 30, build_cost: 4000000}}
{rest}
"""
FULL_COVERAGE = """\
targets:
  - {kind: coverage, tier: community_health_centre, at_least_percent: 100}
  - {kind: coverage, tier: township_clinic, at_least_percent: 100}
objective: [cost, coverage, travel]
"""
THREE_SITES = """\
objective: [coverage, cost, travel]
limits: {new_sites: {community_health_centre: 2, township_clinic: 1}}
"""


@dataclass
class Extract:
    """What the tables are made of: (lon, lat) and names."""

    buildings: list[tuple[int, float, float]] = field(default_factory=list)
    places: list[tuple[str, str, float, float]] = field(default_factory=list)
    standing: list[tuple[str, str, float, float]] = field(default_factory=list)


def read_extract(path: Path = EXTRACT) -> Extract:
    """Return buildings (outlines drawn as ways), places and places of care."""
    import osmium

    found = Extract()
    for item in osmium.FileProcessor(str(path)).with_locations():
        tags = item.tags
        if item.is_way() and "building" in tags:
            found.buildings.append((item.id, *_middle(item)))
        if item.is_node() and tags.get("place") in {"city", "village", "hamlet"}:
            found.places.append((tags["place"], tags.get("name", "?"), item.lon, item.lat))
        if tags.get("amenity") in STANDING and not item.is_relation():
            lon, lat = (item.lon, item.lat) if item.is_node() else _middle(item)
            found.standing.append((f"{item.type_str()}{item.id}", tags.get("name", "?").strip(), lon, lat))
    return found


def _middle(way) -> tuple[float, float]:
    nodes = [node.location for node in way.nodes]
    return sum(n.lon for n in nodes) / len(nodes), sum(n.lat for n in nodes) / len(nodes)


def write_case(folder: Path) -> dict[str, Path]:
    """Write the tables and two scenarios; return the scenarios by name."""
    extract = read_extract()
    (city,) = [(lon, lat) for kind, _, lon, lat in extract.places if kind == "city"]

    def urban(lon: float, lat: float) -> bool:
        x = (lon - city[0]) * math.cos(math.radians(city[1]))
        return math.hypot(x, lat - city[1]) * 111.195 <= TOWN_KM

    share, left = divmod(PEOPLE, len(extract.buildings))
    demand = [
        (f"b{way}", share + (number < left), f"{lon:.7f}", f"{lat:.7f}", "urban" if urban(lon, lat) else "rural")
        for number, (way, lon, lat) in enumerate(sorted(extract.buildings))
    ]
    _write(folder / "demand.csv", "id people lon lat area_class", demand)
    _write(folder / "facilities.csv", "id name tier lon lat", [_site(row, urban) for row in extract.standing])
    villages = [
        (f"v{n:02}", name, lon, lat) for n, (kind, name, lon, lat) in enumerate(extract.places) if kind != "city"
    ]
    _write(folder / "candidates.csv", "id name tier lon lat", [_site(row, urban) for row in villages])
    scenarios = {}
    for name, rest in (("full-coverage", FULL_COVERAGE), ("three-sites", THREE_SITES)):
        scenarios[name] = folder / f"{name}.yaml"
        text = SCENARIO.format(name=name, roads=EXTRACT.resolve().as_posix(), rest=rest)
        scenarios[name].write_text(text, encoding="utf-8")
    return scenarios


def _site(row, urban):
    identity, name, lon, lat = row
    tier = "community_health_centre" if urban(lon, lat) else "township_clinic"
    return identity, name, tier, f"{lon:.7f}", f"{lat:.7f}"


def _write(path: Path, headings: str, rows) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(headings.split())
        writer.writerows(rows)
