"""The files of a fetched place: outlines, roads with all their tags, tables that spreadsheets open safely."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import shapely

from facopt.outputs.plain_text import neutralised, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from facopt.fetch.facilities import Facilities
    from facopt.fetch.features import Elements, Feature
    from facopt.fetch.services import FoundPlace
    from facopt.fetch.settlements import Settlements

TAG_PREFIX = "osm:"
"""Before the keys of tags in headings, so that no tag is taken for a column of facopt's own."""
TIER_BY_AREA_CLASS = {"urban": "community_health_centre", "town": "township_clinic", "rural": "township_clinic"}
DEGREES = 7


def write_boundary(place: FoundPlace, path: Path) -> None:
    """Write the outline of a place as GeoJSON."""
    outline = shapely.transform(place.outline, lambda at: at.round(DEGREES))
    kind, number = place.element
    feature = {
        "type": "Feature",
        "properties": {"name": place.label, "osm": f"{kind}/{number}"},
        "geometry": shapely.geometry.mapping(outline),
    }
    collection = {"type": "FeatureCollection", "features": [feature]}
    path.write_text(json.dumps(collection, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")


def write_roads(elements: Elements, path: Path) -> dict[str, int]:
    """Write all roads and ferry lines with all their tags as `.osm.pbf`; return how many ways and nodes there are."""
    import osmium
    from osmium.osm import mutable

    ways = [one for (kind, _), one in sorted(elements.items()) if kind == "way" and _is_road(one.get("tags", {}))]
    wanted = {int(number) for way in ways for number in way["nodes"]}
    nodes = [elements["node", number] for number in sorted(wanted) if ("node", number) in elements]
    header = osmium.io.Header()
    header.set("generator", "facopt fetch")
    with osmium.SimpleWriter(str(path), header=header, overwrite=True) as writer:
        for node in nodes:
            at = (float(node["lon"]), float(node["lat"]))
            writer.add_node(mutable.Node(id=int(node["id"]), location=at, tags=_texts(node.get("tags", {}))))
        for way in ways:
            writer.add_way(mutable.Way(id=int(way["id"]), nodes=way["nodes"], tags=_texts(way["tags"])))
    return {"ways": len(ways), "nodes": len(nodes)}


def _is_road(tags: dict[str, Any]) -> bool:
    return "highway" in tags or tags.get("route") == "ferry"


def _texts(tags: dict[str, Any]) -> dict[str, str]:
    return {str(key): str(value) for key, value in sorted(tags.items())}


def write_facilities(facilities: Facilities, path: Path) -> None:
    """Write the facilities that stand."""
    own = ([*_own(one), kind, "existing"] for one, kind in zip(facilities.features, facilities.kinds, strict=True))
    _write(path, ("id", "name", "lon", "lat", "tier", "status"), own, facilities.features)


def write_settlements(settlements: Settlements, path: Path) -> None:
    """Write where people live; `source_of_people` says which figures are counted and which estimated."""
    facts = zip(
        settlements.features, settlements.people.tolist(), settlements.source, settlements.area_classes, strict=True
    )
    own = ([*_own(one), str(people), source, area_class] for one, people, source, area_class in facts)
    _write(path, ("id", "name", "lon", "lat", "people", "source_of_people", "area_class"), own, settlements.features)


def write_candidates(settlements: Settlements, path: Path) -> None:
    """Write every settlement as a place where something may be built: a centre in urban areas, a clinic elsewhere."""
    own = []
    for one, area_class in zip(settlements.features, settlements.area_classes, strict=True):
        _, *rest = _own(one)
        own.append([f"new-{one.id}", *rest, TIER_BY_AREA_CLASS[area_class], "candidate"])
    _write(path, ("id", "name", "lon", "lat", "tier", "status"), own, ())


def _own(feature: Feature) -> list[str]:
    return [feature.id, feature.name, f"{feature.lon:.{DEGREES}f}", f"{feature.lat:.{DEGREES}f}"]


def _write(path: Path, heading: tuple[str, ...], own: Iterable[Sequence[str]], features: Sequence[Feature]) -> None:
    """Write facopt's own columns, then one for each tag that any of the features has."""
    keys = sorted({key for feature in features for key in feature.tags})
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*heading, *(_cell(TAG_PREFIX + key) for key in keys)])
        for row, cells in enumerate(own):
            tags = [features[row].tags.get(key, "") for key in keys] if features else []
            writer.writerow([_cell(text) for text in (*cells, *tags)])


def _cell(text: str) -> str:
    """Return text in one line that no spreadsheet takes for a formula."""
    return neutralised(printable(" ".join(text.split())))
