"""Doubts that only the tables together can raise: facilities abroad, twins, totals that do not add up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from facopt.errors import Place
from facopt.inputs.coordinates import to_metres
from facopt.inputs.duplicates import similar_names
from facopt.inputs.findings import FindingLog, counted
from facopt.inputs.people import read_totals, zones_repeating_totals

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from facopt.inputs.ground import GroundFiles
    from facopt.inputs.numbers import BoolArray
    from facopt.inputs.requests import StudyAreaRequest
    from facopt.inputs.study_area import DemandPoints, FloatArray, Sites

_TWIN_METRES = 150.0
_CLOSE_METRES = 200.0
_TOLERANCE = 0.05
_ABROAD_DEGREES = 5.0
_FEW = 10
_MANY_SHARED = 0.2


def check_together(
    request: StudyAreaRequest, demand: DemandPoints, sites: Sites, ground: GroundFiles, metric_crs: str, log: FindingLog
) -> None:
    """Note warnings about demand points, sites and ground as a whole."""
    places = (Place(request.demand.source.file), Place(request.facilities[0].source.file))
    _check_people(demand, places[0], log)
    if request.demand.totals is None:  # totals that are shared evenly give every point the same people
        _check_repeated_totals(demand, places[0], log)
    _check_shared_places(demand, places[0], log)
    _check_apart(demand, sites, places, log)
    if ground.ground.boundary is not None:
        _check_boundary(demand, sites, ground, places, log)
    _check_dry(demand, sites, ground, places, log)
    _check_excluded(sites, ground, places[1], log)
    if metric_crs:
        _check_neighbours(sites, metric_crs, places[1], log)
    _check_totals(request, demand, ground, log)


def _check_people(demand: DemandPoints, place: Place, log: FindingLog) -> None:
    if not demand.people.sum() > 0:
        log.error("Nobody lives in the study area", "Check the column people", place=place)
        return
    empty = np.flatnonzero(demand.people == 0)
    if len(empty):
        log.warning(f"{counted(len(empty), 'demand point has', 'demand points have')} no people", place=place,
                    count=len(empty), examples=demand.id[empty])  # fmt: skip


def _check_repeated_totals(demand: DemandPoints, place: Place, log: FindingLog) -> None:
    """Note zones whose rows all have the same people: a total written into every row counts its people many times."""
    repeating = zones_repeating_totals(demand.zone, demand.people)
    if not len(repeating):
        return
    named, first = np.unique(demand.zone.astype(str), return_index=True)
    times = demand.people.sum() / demand.people[first[named != ""]].sum()
    file = "" if place.file is None else place.file.name
    log.warning(
        "All demand points of a zone have the same people: this looks like the zone's total in each of its rows, "
        f"which would count people {times:.1f} times",
        "Use a column with the people of each point, or share each total over its points: "
        f"control_totals: {{file: {file}}}", place=place, count=len(repeating), examples=repeating,
    )  # fmt: skip


def _check_shared_places(demand: DemandPoints, place: Place, log: FindingLog) -> None:
    """Note demand points that share their place, as when villages are geocoded to their township's office."""
    known = np.flatnonzero(np.isfinite(demand.lon))
    _, where, counts = np.unique(
        np.column_stack((demand.lon[known], demand.lat[known])), axis=0, return_inverse=True, return_counts=True
    )
    shared = known[counts[where.reshape(-1)] > 1]
    if len(shared) >= max(_FEW, _MANY_SHARED * len(known)):
        log.warning(
            f"{counted(len(shared), 'demand point')} lie at the same place as another",
            "Check whether their coordinates are those of the township rather than their own", place=place,
            count=len(shared), examples=demand.id[shared],
        )  # fmt: skip


def _check_apart(demand: DemandPoints, sites: Sites, places: tuple[Place, Place], log: FindingLog) -> None:
    """Note points far from nearly all people; where exchanging columns would bring sites home, that is an error."""
    known = np.isfinite(sites.lon)
    if not known.any() or not np.isfinite(demand.lon).any():
        return
    far = known & _far(demand, sites.lon, sites.lat)
    if far.sum() > 0.5 * known.sum() and not _far(demand, sites.lat, sites.lon)[known].any():
        log.error(
            "Longitude and latitude of facilities and demand points do not match: one of the tables has them swapped",
            "Exchange lon and lat under `columns` of that table", place=places[1],
        )  # fmt: skip
        return
    lonely = np.isfinite(demand.lon) & _far(demand, demand.lon, demand.lat)
    for noun, rows, ids, place in (
        ("demand point lies", lonely, demand.id, places[0]), ("facility lies", far, sites.id, places[1]),
    ):  # fmt: skip
        if rows.any():
            plural = noun.replace("point lies", "points lie").replace("facility lies", "facilities lie")
            log.warning(
                f"{counted(int(rows.sum()), noun, plural)} more than 500 km away from nearly all people",
                "Check their coordinates and crs", place=place, count=int(rows.sum()), examples=ids[rows],
            )  # fmt: skip


def _far(demand: DemandPoints, lon: FloatArray, lat: FloatArray) -> BoolArray:
    """Return which points lie far outside of the rectangle that holds the middle 98 % of the demand points."""
    result = np.zeros(len(lon), dtype=np.bool_)
    for values, own in ((lon, demand.lon), (lat, demand.lat)):
        low, high = np.nanpercentile(own, (1, 99))
        with np.errstate(invalid="ignore"):
            result |= (values < low - _ABROAD_DEGREES) | (values > high + _ABROAD_DEGREES)
    return result


def _check_boundary(
    demand: DemandPoints, sites: Sites, ground: GroundFiles, places: tuple[Place, Place], log: FindingLog
) -> None:
    import shapely

    boundary = ground.ground.boundary
    shapely.prepare(boundary)
    for what, part, place in (("demand point", demand, places[0]), ("facility", sites, places[1])):
        outside = np.isfinite(part.lon) & ~shapely.intersects_xy(boundary, part.lon, part.lat)
        if outside.any():
            verb = "demand points lie" if what == "demand point" else "facilities lie"
            log.warning(
                f"{counted(int(outside.sum()), f'{what} lies', verb)} outside of the boundary",
                "They are planned with all the same; check crs and coordinates if this is not meant", place=place,
                count=int(outside.sum()), examples=part.id[outside],
            )  # fmt: skip


def _check_dry(
    demand: DemandPoints, sites: Sites, ground: GroundFiles, places: tuple[Place, Place], log: FindingLog
) -> None:
    """Note points in water, where nobody lives and nothing stands: their coordinates or system are wrong."""
    for one, several, part, place in (
        ("demand point lies", "demand points lie", demand, places[0]),
        ("facility lies", "facilities lie", sites, places[1]),
    ):
        wet = _inside(ground.ground.water, part.lon, part.lat)
        if wet.any():
            log.warning(
                f"{counted(int(wet.sum()), one, several)} in water", "Check their coordinates and crs", place=place,
                count=int(wet.sum()), examples=part.id[wet],
            )  # fmt: skip


def _check_excluded(sites: Sites, ground: GroundFiles, place: Place, log: FindingLog) -> None:
    """Note candidates where nothing may be built."""
    wrong = _inside(ground.ground.exclusions, sites.lon, sites.lat) & ~sites.existing & (sites.fixed != "closed")
    if wrong.any():
        log.warning(
            f"{counted(int(wrong.sum()), 'candidate lies', 'candidates lie')} inside an exclusion zone",
            "Take them out, or write closed in their column fixed", place=place, count=int(wrong.sum()),
            examples=sites.id[wrong],
        )  # fmt: skip


def _inside(outline: BaseGeometry | None, lon: FloatArray, lat: FloatArray) -> BoolArray:
    """Return which points lie inside of polygons; lines, such as small rivers, hold nobody."""
    import shapely

    if outline is None or not outline.area > 0:
        return np.zeros(len(lon), dtype=np.bool_)
    shapely.prepare(outline)
    return np.asarray(np.isfinite(lon) & shapely.contains_xy(outline, lon, lat))


def _check_neighbours(sites: Sites, metric_crs: str, place: Place, log: FindingLog) -> None:
    """Note sites of one tier that stand close to each other, and which of them are probably one and the same."""
    from scipy.spatial import cKDTree

    rows = np.flatnonzero(np.isfinite(sites.lon))
    if len(rows) < 2:
        return
    points = to_metres(sites.lon[rows], sites.lat[rows], metric_crs)
    pairs = rows[cKDTree(points).query_pairs(_CLOSE_METRES, output_type="ndarray")]
    planned = ~sites.existing[pairs].any(axis=1)  # candidates may lie as close to each other as their maker likes
    pairs = pairs[(sites.tier[pairs[:, 0]] == sites.tier[pairs[:, 1]]) & ~planned]
    if not len(pairs):
        return
    metres = dict(zip(rows.tolist(), points, strict=True))
    twins = [
        pair for pair in np.sort(pairs, axis=1).tolist()
        if np.hypot(*(metres[pair[0]] - metres[pair[1]])) <= _TWIN_METRES and _similar(sites, pair)
    ]  # fmt: skip
    _note_pairs(sites, sorted(map(tuple, twins)), f"within {_TWIN_METRES:.0f} m with similar names, probably the same",
                place, log)  # fmt: skip
    close = sorted({tuple(pair) for pair in np.sort(pairs, axis=1).tolist()} - set(map(tuple, twins)))
    _note_pairs(sites, close, f"within {_CLOSE_METRES:.0f} m of each other", place, log)


def _note_pairs(sites: Sites, pairs: list[tuple[int, ...]], what: str, place: Place, log: FindingLog) -> None:
    if pairs:
        log.warning(
            f"{counted(len(pairs), 'pair')} of facilities of one tier {what}", "Check whether they are two",
            place=place, count=len(pairs), examples=(f"{sites.id[a]} and {sites.id[b]}" for a, b in pairs),
        )  # fmt: skip


def _similar(sites: Sites, pair: list[int]) -> bool:
    """Return whether two names, which are more than ids, may stand for the same facility."""
    if any(sites.name[row] == sites.id[row] for row in pair):
        return False
    return similar_names(*(str(sites.name[row]) for row in pair))


def _check_totals(request: StudyAreaRequest, demand: DemandPoints, ground: GroundFiles, log: FindingLog) -> None:
    """Note zones whose demand points do not add up to the control totals."""
    totals = _control_totals(request, demand, ground, log)
    if not totals:
        return
    sums: dict[str, float] = {}
    counted_then = demand.people / request.demand.growth
    for zone, people in zip(demand.zone.tolist(), counted_then.tolist(), strict=True):
        sums[zone] = sums.get(zone, 0.0) + people
    if request.control_totals is not None:
        _note_uncompared(sums, totals, Place(request.control_totals.file), log)
    off = [
        f"{zone}: {sums.get(zone, 0.0):,.0f} instead of {total:,.0f}" for zone, total in sorted(totals.items())
        if abs(sums.get(zone, 0.0) - total) > _TOLERANCE * total
    ]  # fmt: skip
    if off:
        source = request.control_totals or request.zones
        log.warning(
            f"{counted(len(off), 'zone differs', 'zones differ')} from the control totals by more than 5 %",
            "Check year and kind of the population figures", place=Place(source.file if source else None),
            count=len(off), examples=off,
        )  # fmt: skip


def _note_uncompared(sums: dict[str, float], totals: dict[str, float], place: Place, log: FindingLog) -> None:
    """Note zones of the demand points that the totals do not name: most often codes that are written otherwise."""
    missing = [zone for zone in sorted(sums) if zone not in totals]
    if missing:
        log.warning(
            f"{counted(len(missing), 'zone')} of the demand points without a control total; their "
            f"{sum(sums[zone] for zone in missing):,.0f} people are compared with nothing",
            "Add them to the file of totals, or correct the zones", place=place, count=len(missing),
            examples=(zone or "(blank)" for zone in missing),
        )  # fmt: skip


def _control_totals(
    request: StudyAreaRequest, demand: DemandPoints, ground: GroundFiles, log: FindingLog
) -> dict[str, float]:
    source, zones = request.control_totals, ground.zones
    if source is None:
        if request.demand.totals is not None:  # they are kept
            return {}
        if zones is None or zones.people is None:
            return {}
        return {zone: total for zone, total in zip(zones.id.tolist(), zones.people.tolist(), strict=True) if total >= 0}
    return read_totals(source, demand.zone, log)
