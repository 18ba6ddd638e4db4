"""Candidate sites made by rules: where people live, on a grid, at crossings; the same place has always the same id."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from facopt.errors import Place
from facopt.inputs.coordinates import to_metres
from facopt.inputs.ground import read_merged
from facopt.inputs.study_area import Sites

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shapely.geometry.base import BaseGeometry

    from facopt.inputs.findings import FindingLog
    from facopt.inputs.numbers import BoolArray
    from facopt.inputs.requests import Source
    from facopt.inputs.road_table import RoadTable
    from facopt.inputs.study_area import FloatArray, StudyArea, TextArray

ROADS_THAT_MEET = 3
MOST_PLACES = 2_000_000
"""A grid finer than this is a slip of the pen."""


@dataclass(frozen=True)
class CandidateRequest:
    """One rule, in plain fields; defaults ask for nothing."""

    kind: str
    """`settlements`, `grid` or `crossings`."""
    tiers: tuple[str, ...]
    place: Place = field(default_factory=Place)
    """Where the scenario states it."""
    minimum_people: float = 0.0
    within_metres: float = 0.0
    only_within: Source | None = None
    exclude: tuple[Source, ...] = ()
    water_at_least_metres: float = 0.0
    roads_at_most_metres: float | None = None
    existing_at_least_metres: float = 0.0
    spacing_metres: float = 0.0
    road_classes: tuple[str, ...] = ()


@dataclass(frozen=True)
class MadeCandidates:
    """How many candidates one rule made."""

    rule: str
    places: int
    """Places that the rule began with."""
    kept: int
    """Candidates, over all tiers of the rule."""
    dropped: dict[str, int]
    """Places left out, by the first reason against each."""


@dataclass(frozen=True)
class _Places:
    """Places that may become candidates; arrays have shape (P,)."""

    id: TextArray
    name: TextArray
    zone: TextArray
    people: FloatArray
    """Who lives at the place itself."""
    lon: FloatArray
    lat: FloatArray
    name_en: TextArray | None = None

    def __len__(self) -> int:
        return len(self.id)


def make_candidates(
    rule: CandidateRequest, area: StudyArea, roads: RoadTable | None, log: FindingLog
) -> tuple[Sites | None, MadeCandidates]:
    """Return the candidates of one rule and how they came about; errors are noted.

    Parameters
    ----------
    rule
        What is asked.
    area
        Demand points, standing facilities and ground.
    roads
        Needed for crossings and for distances to roads.
    log
        Takes an error where something that the rule needs is missing, or no place is left.
    """
    places = _places(rule, area, roads, log)
    if places is None:
        return None, MadeCandidates(rule.kind, 0, 0, {})
    open_to = np.ones(len(places), dtype=np.bool_)
    dropped: dict[str, int] = {}
    metres = to_metres(places.lon, places.lat, area.metric_crs) if len(places) else np.empty((0, 2))
    for reason, good in _tests(rule, area, roads, (places, metres), log):
        dropped[reason] = dropped.get(reason, 0) + int(np.count_nonzero(open_to & ~good))
        open_to &= good
    tiers = [_sites(places, open_to & _apart(rule, tier, area, metres), tier) for tier in rule.tiers]
    near = int(np.count_nonzero(open_to)) * len(tiers) - sum(len(sites) for sites in tiers)
    if near:
        dropped["too near to a standing facility (places x tiers)"] = near
    made = MadeCandidates(rule.kind, len(places), sum(map(len, tiers)), {k: n for k, n in dropped.items() if n})
    if not made.kept and not log.has_errors:
        told = ", ".join(f"{count:,} {reason}" for reason, count in made.dropped.items()) or "there are no places"
        log.error(f"No candidate is left of {made.places:,} places ({told})", "Relax the rules", place=rule.place)
    return (join_sites(*tiers) if made.kept else None), made


# --- places ----------------------------------------------------------------------------------------------------------


def _places(rule: CandidateRequest, area: StudyArea, roads: RoadTable | None, log: FindingLog) -> _Places | None:
    if rule.kind == "settlements":
        return _settlements(area)
    if rule.kind == "crossings":
        return None if roads is None else _crossings(rule, area, roads)
    return _grid(rule, area, log)


def _settlements(area: StudyArea) -> _Places:
    demand = area.demand
    rows = np.flatnonzero(np.isfinite(demand.lon) & np.isfinite(demand.lat))
    return _Places(
        demand.id[rows], demand.name[rows], demand.zone[rows], demand.people[rows], demand.lon[rows], demand.lat[rows],
        None if demand.name_en is None else demand.name_en[rows],
    )  # fmt: skip


def _grid(rule: CandidateRequest, area: StudyArea, log: FindingLog) -> _Places | None:
    """Return the points of a grid of whole multiples of the spacing, which does not move with the outline."""
    import shapely
    from pyproj import Transformer

    boundary, step = area.ground.boundary, rule.spacing_metres
    if boundary is None:
        log.error("A grid of candidates needs a boundary", "State study_area.boundary", place=rule.place)
        return None
    to_metric = Transformer.from_crs("EPSG:4326", area.metric_crs, always_xy=True)
    outline = shapely.segmentize(shapely.envelope(boundary), 0.1)
    x, y = to_metric.transform(*shapely.get_coordinates(outline).T)
    columns = np.arange(np.floor(x.min() / step), np.ceil(x.max() / step) + 1, dtype=np.int64)
    rows = np.arange(np.floor(y.min() / step), np.ceil(y.max() / step) + 1, dtype=np.int64)
    if len(columns) * len(rows) > MOST_PLACES:
        what = f"A grid of {step:g} m has {len(columns) * len(rows):,} points, more than {MOST_PLACES:,}"
        log.error(what, "State a larger spacing_metres", place=rule.place)
        return None
    column, row = (part.ravel() for part in np.meshgrid(columns, rows))
    lon, lat = to_metric.transform(column * step, row * step, direction="INVERSE")
    shapely.prepare(boundary)
    kept = np.flatnonzero(shapely.contains_xy(boundary, lon, lat))
    ids = [f"g{int(row[i] * step)}-{int(column[i] * step)}" for i in kept]
    return _without_people(area, ids, lon[kept], lat[kept])


def _crossings(rule: CandidateRequest, area: StudyArea, roads: RoadTable) -> _Places:
    """Return the nodes at which at least three edges of the classes meet, inside of the boundary where there is one."""
    import shapely

    chosen = np.isin(roads.column("road_class").astype(str), rule.road_classes)
    ends = np.concatenate((roads.start[chosen], roads.end[chosen]))
    degree = np.bincount(ends, minlength=len(roads.node_id))
    nodes = np.flatnonzero(degree >= ROADS_THAT_MEET)
    if area.ground.boundary is not None:
        shapely.prepare(area.ground.boundary)
        nodes = nodes[shapely.intersects_xy(area.ground.boundary, roads.node_lon[nodes], roads.node_lat[nodes])]
    ids = [f"x{roads.node_lon[n]:.5f}-{roads.node_lat[n]:.5f}" for n in nodes]
    first = np.array(sorted({id_: row for row, id_ in reversed(list(enumerate(ids)))}.values()), dtype=np.int64)
    nodes = nodes[first] if len(first) else nodes
    return _without_people(area, [ids[row] for row in first], roads.node_lon[nodes], roads.node_lat[nodes])


def _without_people(area: StudyArea, ids: list[str], lon: FloatArray, lat: FloatArray) -> _Places:
    """Return places where nobody lives by the table, each in the zone of its outline or of the nearest demand point."""
    names = np.array(ids, dtype=object)
    return _Places(names, names, _zones(area, lon, lat), np.zeros(len(ids)), lon, lat)


def _zones(area: StudyArea, lon: FloatArray, lat: FloatArray) -> TextArray:
    import shapely

    if area.ground.zones:
        keys = np.array(list(area.ground.zones), dtype=object)
        zones = np.full(len(lon), "", dtype=object)
        rows, found = shapely.STRtree(list(area.ground.zones.values())).query(
            shapely.points(lon, lat), predicate="intersects"
        )
        zones[rows[::-1]] = keys[found[::-1]]
        return zones
    tree, rows = _people_tree(area)
    nearest = tree.query(to_metres(lon, lat, area.metric_crs))[1] if len(lon) else np.empty(0, dtype=np.int64)
    return np.asarray(area.demand.zone[rows[nearest]], dtype=object)


# --- rules -----------------------------------------------------------------------------------------------------------


def _tests(
    rule: CandidateRequest, area: StudyArea, roads: RoadTable | None, at: tuple[_Places, FloatArray], log: FindingLog
) -> Iterator[tuple[str, BoolArray]]:
    """Yield, for each rule that is stated, the words for places it leaves out and which places it keeps, shape (P,)."""
    places, metres = at
    if rule.minimum_people > 0:
        yield "with too few people", _people(rule, area, places, metres) >= rule.minimum_people
    if rule.only_within is not None:
        yield "not where one may build", _inside(read_merged("only_within", rule.only_within, log), places)
    excluded = [area.ground.exclusions, *(read_merged("exclude", source, log) for source in rule.exclude)]
    for outline in excluded:
        if outline is not None:
            yield "in an exclusion zone", ~_inside(outline, places)
    if rule.water_at_least_metres > 0:
        yield "too near to water", _far_from_water(rule, area, metres, log)
    if rule.roads_at_most_metres is not None and roads is not None:
        yield "too far from roads", _near_roads(roads, area.metric_crs, metres, rule.roads_at_most_metres)


def _people_tree(area: StudyArea) -> tuple[Any, Any]:
    """Return a tree over the demand points that have coordinates, and their rows."""
    from scipy.spatial import cKDTree

    demand = area.demand
    rows = np.flatnonzero(np.isfinite(demand.lon) & np.isfinite(demand.lat))
    return cKDTree(to_metres(demand.lon[rows], demand.lat[rows], area.metric_crs)), rows


def _people(rule: CandidateRequest, area: StudyArea, places: _Places, metres: FloatArray) -> FloatArray:
    """Return the people within the rule's distance of each place."""
    if rule.within_metres <= 0:
        return places.people
    tree, rows = _people_tree(area)
    around = tree.query_ball_point(metres, rule.within_metres)
    return np.array([area.demand.people[rows[near]].sum() for near in around], dtype=np.float64)


def _inside(outline: BaseGeometry | None, places: _Places) -> BoolArray:
    import shapely

    if outline is None:  # could not be read, which is noted
        return np.ones(len(places), dtype=np.bool_)
    shapely.prepare(outline)
    return np.asarray(shapely.intersects_xy(outline, places.lon, places.lat), dtype=np.bool_)


def _far_from_water(rule: CandidateRequest, area: StudyArea, metres: FloatArray, log: FindingLog) -> BoolArray:
    import shapely

    water = area.ground.water
    if water is None:
        log.error("water_at_least_metres needs water", "State study_area.water", place=rule.place)
        return np.ones(len(metres), dtype=np.bool_)
    flat = shapely.transform(
        shapely.force_2d(water), lambda points: to_metres(points[:, 0], points[:, 1], area.metric_crs)
    )
    shapely.prepare(flat)
    return np.asarray(~shapely.dwithin(flat, shapely.points(metres), rule.water_at_least_metres), dtype=np.bool_)


def _near_roads(roads: RoadTable, metric_crs: str, metres: FloatArray, most: float) -> BoolArray:
    import shapely

    points = to_metres(roads.lon, roads.lat, metric_crs)
    edge = np.repeat(np.arange(len(roads)), np.diff(roads.vertex_start))
    lines = np.asarray(shapely.linestrings(points, indices=edge), dtype=object)
    near = np.zeros(len(metres), dtype=np.bool_)
    near[shapely.STRtree(lines).query(shapely.points(metres), predicate="dwithin", distance=most)[0]] = True
    return near


def _apart(rule: CandidateRequest, tier: str, area: StudyArea, metres: FloatArray) -> BoolArray:
    """Return which places are far enough from standing facilities of a tier."""
    from scipy.spatial import cKDTree

    sites = area.sites
    rows = np.flatnonzero(sites.existing & (sites.tier == tier) & (sites.fixed != "closed") & np.isfinite(sites.lon))
    if rule.existing_at_least_metres <= 0 or not len(rows) or not len(metres):
        return np.ones(len(metres), dtype=np.bool_)
    tree = cKDTree(to_metres(sites.lon[rows], sites.lat[rows], area.metric_crs))
    return np.asarray(tree.query(metres)[0] >= rule.existing_at_least_metres, dtype=np.bool_)


# --- sites -----------------------------------------------------------------------------------------------------------


def _sites(places: _Places, kept: BoolArray, tier: str) -> Sites:
    rows = np.flatnonzero(kept)
    blank, unknown = np.full(len(rows), "", dtype=object), np.full(len(rows), np.nan)
    ids = np.empty(len(rows), dtype=object)
    ids[:] = [f"{places.id[row]}-{tier}" for row in rows]
    return Sites(
        id=ids, name=places.name[rows], tier=np.full(len(rows), tier, dtype=object),
        existing=np.zeros(len(rows), dtype=np.bool_), fixed=blank, build_cost=unknown, running_cost=unknown,
        capacity_people=unknown, lon=places.lon[rows], lat=places.lat[rows], zone=places.zone[rows], size=blank,
        owner=blank, name_en=None if places.name_en is None else places.name_en[rows],
    )  # fmt: skip


def join_sites(*parts: Sites) -> Sites:
    """Return the sites of several tables one after another; texts that some of them lack are blank there."""

    def column(name: str) -> Any:
        values = [getattr(part, name) for part in parts]
        if all(value is None for value in values):
            return None
        blank = (np.full(len(part), "", dtype=object) for part in parts)
        return np.concatenate([gap if value is None else value for value, gap in zip(values, blank, strict=True)])

    return Sites(**{name: column(name) for name in vars(parts[0])})
