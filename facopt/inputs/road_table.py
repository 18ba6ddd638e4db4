"""Roads as read from a file, before any profile says how fast one travels on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from facopt.errors import DataError, Finding, Place

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of the GRS-80 ellipsoid (IUGG)."""

BoolArray = np.ndarray[Any, np.dtype[np.bool_]]
Int32Array = np.ndarray[Any, np.dtype[np.int32]]
Int64Array = np.ndarray[Any, np.dtype[np.int64]]
FloatArray = np.ndarray[Any, np.dtype[np.float64]]


class RoadTags(NamedTuple):
    """What a road file says about one road, in OpenStreetMap's words; "" where it says nothing."""

    highway: str = ""
    oneway: str = ""
    junction: str = ""
    maxspeed: str = ""
    surface: str = ""
    tracktype: str = ""
    smoothness: str = ""
    service: str = ""
    access: str = ""
    foot: str = ""
    bicycle: str = ""
    vehicle: str = ""
    motor_vehicle: str = ""
    motorcar: str = ""
    sidewalk: str = ""
    oneway_foot: str = ""
    oneway_bicycle: str = ""
    cycleway: str = ""
    route: str = ""
    duration: str = ""

    @property
    def road_class(self) -> str:
        """The class whose speed counts: the highway value, or "ferry" for a ferry line."""
        return "ferry" if self.route == "ferry" else self.highway


TAG_NAMES = RoadTags._fields


@dataclass(frozen=True)
class RoadTable:
    """Roads cut at every node where they meet: N nodes, E edges, V vertices; no profile applied.

    An edge runs from `start` to `end` in the order of its vertices; whether it may be travelled against that order is
    for its tags and the profile to say.
    """

    node_id: Int64Array
    """Ids of the source (N,), or running numbers where nodes were joined by coordinates."""
    node_lon: FloatArray
    node_lat: FloatArray
    start: Int32Array
    """Node index where the edge begins (E,)."""
    end: Int32Array
    length_m: FloatArray
    """Length along the road (E,)."""
    way: Int32Array
    """Index of the source's line that the edge is a part of (E,)."""
    tags: tuple[RoadTags, ...]
    """Each combination of tags once."""
    tag: Int32Array
    """Index into `tags` (E,)."""
    names: tuple[str, ...]
    name: Int32Array
    """Index into `names` (E,)."""
    vertex_start: Int64Array
    """Vertices of edge e are `vertex_start[e]` up to but not including `vertex_start[e + 1]` (E + 1,)."""
    lon: FloatArray
    """WGS-84 degrees (V,)."""
    lat: FloatArray
    source: str = ""
    findings: tuple[Finding, ...] = ()
    """What the reader noticed and mended."""

    def __len__(self) -> int:
        return len(self.start)

    def column(self, tag_name: str) -> np.ndarray[Any, np.dtype[np.object_]]:
        """Return one tag (for example "highway", "road_class") of every edge, shape (E,)."""
        values = np.array([getattr(tags, tag_name) for tags in self.tags], dtype=object)
        return values[self.tag]

    def way_length_m(self) -> FloatArray:
        """Return the length of the whole line that each edge is a part of, shape (E,)."""
        return np.asarray(np.bincount(self.way, weights=self.length_m)[self.way], dtype=np.float64)


class Lines(NamedTuple):
    """Lines as vertices one after another (V,), before they are cut into edges."""

    ref: Int64Array
    """Identity of the vertex: two vertices with one ref are one point of the network if `joint`."""
    lon: FloatArray
    lat: FloatArray
    way: Int32Array
    """Index of the line, ascending."""
    joint: BoolArray
    """True where the line is cut; ends of lines always are."""
    gap: BoolArray
    """True where the line breaks off before this vertex (a node missing from the file)."""

    def where(self, chosen: BoolArray) -> Lines:
        """Return some of the vertices."""
        return Lines(
            self.ref[chosen], self.lon[chosen], self.lat[chosen], self.way[chosen], self.joint[chosen], self.gap[chosen]
        )  # fmt: skip


@dataclass(frozen=True)
class LineFacts:
    """What is known of each line, shape (W,) each."""

    tags: tuple[RoadTags, ...]
    tag: Int32Array
    names: tuple[str, ...]
    name: Int32Array
    length_m: FloatArray | None = None
    """Surveyed lengths; NaN where unknown. None where all are measured from the vertices."""


def great_circle_metres(lon_a: FloatArray, lat_a: FloatArray, lon_b: FloatArray, lat_b: FloatArray) -> FloatArray:
    """Return the haversine distance in metres between points in degrees, element by element."""
    phi_a, phi_b = np.radians(lat_a), np.radians(lat_b)
    half_phi, half_lambda = (phi_b - phi_a) / 2, np.radians(lon_b - lon_a) / 2
    h = np.sin(half_phi) ** 2 + np.cos(phi_a) * np.cos(phi_b) * np.sin(half_lambda) ** 2
    return np.asarray(2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.clip(h, 0, 1))))


def cut_lines(
    lines: Lines, facts: LineFacts, *, source: str, place: Place, findings: tuple[Finding, ...] = ()
) -> RoadTable:
    """Cut lines at their joints into the edges of a road table.

    Raises
    ------
    DataError
        If no line has two distinct vertices.
    """
    lines = _without_repeated_vertices(lines)
    begins, ends = _run_limits(lines)
    joints = np.flatnonzero((lines.joint | begins | ends) & ~(begins & ends))
    leaving = ~ends[joints]
    first = joints[leaving]
    last = joints[np.flatnonzero(leaving) + 1] if len(first) else first
    if not len(first):
        raise DataError(Finding("no roads in this file", "Check that it holds lines of roads", place))
    way = lines.way[first]
    nodes, where = np.unique(lines.ref[joints], return_index=True)
    vertex_start, vertices = _ranges(first, last)
    return RoadTable(
        node_id=nodes, node_lon=lines.lon[joints][where], node_lat=lines.lat[joints][where],
        start=np.searchsorted(nodes, lines.ref[first]).astype(np.int32),
        end=np.searchsorted(nodes, lines.ref[last]).astype(np.int32),
        length_m=_lengths(lines, facts, first, last), way=way,
        tags=facts.tags, tag=facts.tag[way], names=facts.names, name=facts.name[way],
        vertex_start=vertex_start, lon=lines.lon[vertices], lat=lines.lat[vertices],
        source=source, findings=findings,
    )  # fmt: skip


def _without_repeated_vertices(lines: Lines) -> Lines:
    repeated = np.zeros(len(lines.ref), dtype=bool)
    repeated[1:] = (lines.ref[1:] == lines.ref[:-1]) & (lines.way[1:] == lines.way[:-1]) & ~lines.gap[1:]
    return lines if not repeated.any() else lines.where(~repeated)


def _run_limits(lines: Lines) -> tuple[BoolArray, BoolArray]:
    begins = np.ones(len(lines.ref), dtype=bool)
    begins[1:] = (lines.way[1:] != lines.way[:-1]) | lines.gap[1:]
    ends = np.ones(len(lines.ref), dtype=bool)
    ends[:-1] = begins[1:]
    return begins, ends


def _ranges(first: Int64Array, last: Int64Array) -> tuple[Int64Array, Int64Array]:
    """Return offsets and the concatenated indices first..last (both included) of every edge."""
    counts = last - first + 1
    offsets = np.concatenate([[0], np.cumsum(counts)])
    indices = np.arange(offsets[-1]) + np.repeat(first - offsets[:-1], counts)
    return offsets, indices


def _lengths(lines: Lines, facts: LineFacts, first: Int64Array, last: Int64Array) -> FloatArray:
    step = great_circle_metres(lines.lon[:-1], lines.lat[:-1], lines.lon[1:], lines.lat[1:])
    step[(lines.way[1:] != lines.way[:-1]) | lines.gap[1:]] = 0.0
    measured = np.add.reduceat(step, first)
    if facts.length_m is None:
        return measured
    way = lines.way[first]
    whole = np.bincount(way, weights=measured, minlength=len(facts.length_m))[way]
    share = np.divide(measured, whole, out=np.ones_like(measured), where=whole > 0)
    surveyed = facts.length_m[way] * share
    return np.where(np.isfinite(surveyed), surveyed, measured)


class Interner:
    """Give each distinct value a running number, in order of first appearance."""

    def __init__(self) -> None:
        self.index: dict[Any, int] = {}

    def __call__(self, value: Any) -> int:
        """Return the number of a value."""
        return self.index.setdefault(value, len(self.index))

    def values(self) -> tuple[Any, ...]:
        """Return the values in the order of their numbers."""
        return tuple(self.index)
