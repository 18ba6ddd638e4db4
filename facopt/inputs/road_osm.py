"""Roads from OpenStreetMap extracts: `.osm.pbf`, `.osm`, also gzipped or bzipped."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

import numpy as np

from facopt.errors import DataError, Finding, Place, Severity
from facopt.inputs.road_table import TAG_NAMES, Interner, LineFacts, Lines, RoadTable, RoadTags, cut_lines

if TYPE_CHECKING:
    from pathlib import Path

OSM_KEYS = tuple(name.replace("oneway_", "oneway:") for name in TAG_NAMES)
"""OpenStreetMap's keys of the tags that are kept, in the order of TAG_NAMES."""
NAME_KEYS = ("name", "ref")
UNKNOWN_COORDINATE = 2**31 - 1
"""What libosmium gives for a node that the extract does not hold."""


class _WayCollector:
    """Ways with a highway tag, and ferry lines, as flat columns of vertices."""

    def __init__(self) -> None:
        self.ref, self.x, self.y = array("q"), array("l"), array("l")
        self.count, self.tag, self.name = array("l"), array("l"), array("l")
        self.tags, self.names = Interner(), Interner()

    def add(self, way: object) -> None:
        nodes = [(node.ref, node.x, node.y) for node in way.nodes]  # type: ignore[attr-defined]
        if len(nodes) < 2:
            return
        ref, x, y = zip(*nodes, strict=True)
        self.ref.extend(ref)
        self.x.extend(x)
        self.y.extend(y)
        self.count.append(len(nodes))
        get = way.tags.get  # type: ignore[attr-defined]  # a dictionary of all tags takes twice as long
        self.tag.append(self.tags(tuple(map(get, OSM_KEYS))))
        name, ref = map(get, NAME_KEYS)
        self.name.append(self.names(name or ref or ""))

    def lines(self) -> tuple[Lines, int]:
        """Return the vertices of all ways, and how many nodes the file lacks."""
        ref, x, y = (np.array(column, dtype=np.int64) for column in (self.ref, self.x, self.y))
        way = np.repeat(np.arange(len(self.count), dtype=np.int32), np.array(self.count, dtype=np.int64))
        known = (x != UNKNOWN_COORDINATE) & (y != UNKNOWN_COORDINATE)
        after_gap = np.zeros(len(ref), dtype=bool)
        after_gap[1:] = ~known[:-1]
        ref, x, y, way, after_gap = (column[known] for column in (ref, x, y, way, after_gap))
        _, inverse, uses = np.unique(ref, return_inverse=True, return_counts=True)
        lines = Lines(ref=ref, lon=x / 1e7, lat=y / 1e7, way=way, joint=uses[inverse] >= 2, gap=after_gap)
        return lines, int(np.count_nonzero(~known))


def read_osm(path: Path, place: Place) -> RoadTable:
    """Read all highways and ferry lines of an OpenStreetMap extract in one pass.

    Raises
    ------
    DataError
        If the file is no OpenStreetMap file, is cut short, or holds no road.
    """
    collector = _WayCollector()
    try:
        _collect(path, collector)
    except (RuntimeError, OSError, ValueError) as error:
        finding = Finding(f"cannot be read as an OpenStreetMap file: {error}", "Download the extract again", place)
        raise DataError(finding) from error
    if not len(collector.count):
        raise DataError(Finding("no way with a highway tag in this file", "Use an extract that holds roads", place))
    lines, missing = collector.lines()
    facts = LineFacts(
        tags=tuple(map(_road_tags, collector.tags.values())), tag=np.array(collector.tag, dtype=np.int32),
        names=collector.names.values(), name=np.array(collector.name, dtype=np.int32),
    )  # fmt: skip
    return cut_lines(lines, facts, source=str(path), place=place, findings=_missing_nodes(missing, place))


def _road_tags(values: tuple[str | None, ...]) -> RoadTags:
    return RoadTags(**{name: value or "" for name, value in zip(TAG_NAMES, values, strict=True)})


def _collect(path: Path, collector: _WayCollector) -> None:
    import osmium

    ways = osmium.FileProcessor(str(path)).with_locations()
    ways = ways.with_filter(osmium.filter.EntityFilter(osmium.osm.WAY))
    for way in ways.with_filter(osmium.filter.KeyFilter("highway", "route")):
        if "highway" in way.tags or way.tags.get("route") == "ferry":
            collector.add(way)


def _missing_nodes(missing: int, place: Place) -> tuple[Finding, ...]:
    if not missing:
        return ()
    what = f"{missing} road nodes are missing from the extract; roads break off there"
    return (Finding(what, "Cut extracts with complete ways", place, Severity.WARNING, count=missing),)
