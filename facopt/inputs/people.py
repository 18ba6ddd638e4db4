"""How many people live where: rescaled to the totals of zones, kept to the person, and projected to another year."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from facopt.errors import Place
from facopt.inputs.findings import FindingLog, counted
from facopt.inputs.headings import ZONE_FIELDS
from facopt.inputs.tables import read_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from facopt.inputs.ground import Zones
    from facopt.inputs.requests import DemandRequest, Source
    from facopt.inputs.study_area import FloatArray, TextArray

IntArray = np.ndarray[Any, np.dtype[np.int64]]

DIVISION_LEVELS = (9, 6, 4, 2)
"""Lengths of Chinese division codes, the narrowest region first."""
SEVERAL_ROWS = 3
"""A zone with so many rows of the same people probably repeats its total."""
_PLASTIC = (0.7548776662466927, 0.5698402909980532)
"""Steps of the sequence that fills a square evenly (powers of the inverse plastic number)."""


@dataclass(frozen=True)
class People:
    """People of demand points, shape (I,), and what was done to them, in words."""

    count: FloatArray
    steps: tuple[str, ...] = ()


def adjusted_people(
    people: FloatArray, zone: TextArray, part: DemandRequest, log: FindingLog, *, whole: bool, evenly: bool = False
) -> People:
    """Return people rescaled to the control totals and projected, as far as the request asks for it.

    Parameters
    ----------
    people
        As they stand in the file (I,); all 1 where it has none and totals are to be shared evenly.
    zone
        Zone of each demand point (I,), which the totals are given for.
    part
        Totals, and the factor of growth.
    log
        Takes what does not fit.
    whole
        Whether people are rounded to whole persons, so that each zone sums to its total exactly; cells of a raster are
        not, as most of them hold less than one.
    evenly
        Whether people are only shares of the totals, so that nothing is told of what they were before.
    """
    result = People(people)
    if part.totals is not None:
        totals = read_totals(part.totals, zone, log)
        if totals:
            result = _rescaled(people, zone, totals, part, log, whole=whole)
            if evenly:
                told = f"shared evenly by zone: {result.count.sum():,.0f} people over {len(people):,} demand points"
                result = People(result.count, (told,))
    if part.growth != 1.0:
        before, count = result.count.sum(), result.count * part.growth
        step = f"projected by a factor of {part.growth:.6g}: {before:,.0f} -> {count.sum():,.0f} people"
        result = People(count, (*result.steps, step))
    return result


def read_totals(source: Source, zone: TextArray, log: FindingLog) -> dict[str, float]:
    """Return people by zone, under the ids or the names by which the demand points call their zones."""
    with log.keeping():
        table = read_table(
            source.file, layer=source.layer, sheet=source.sheet, columns=source.columns, fields=ZONE_FIELDS
        )
        log.add(table.findings)
        keys = [table.text(name) for name in ("zone", "id", "name") if name in table]
        if not keys:
            table.require(("zone",), log)
        elif table.require(("people",), log):
            values = table.numbers("people", log, least=0.0, required=True)
            used = set(zone.tolist())
            key = max(keys, key=lambda texts: len(used & set(texts.tolist())))
            if len(zones_repeating_totals(key, values)):
                return _stated_once(key, values, Place(source.file), log)
            return _summed(key.tolist(), values.tolist())
    return {}


def zones_repeating_totals(zone: TextArray, people: FloatArray) -> TextArray:
    """Return the zones whose rows all have the same people, as if each held the zone's total; none by coincidence.

    That is the case where more than 90 % of the zones with several rows are such, three at least, and not all zones
    have the same people.
    """
    zones, zone_of, counts = np.unique(zone.astype(str), return_inverse=True, return_counts=True)
    low, high = np.full(len(zones), np.inf), np.full(len(zones), -np.inf)
    known = np.nan_to_num(people)
    np.minimum.at(low, zone_of.reshape(-1), known)
    np.maximum.at(high, zone_of.reshape(-1), known)
    several = (counts >= SEVERAL_ROWS) & (zones != "")
    same = several & (low == high) & (low > 0)
    repeated = several.sum() >= 3 and same.sum() > 0.9 * several.sum() and len(np.unique(low[same])) > 1
    return np.asarray(zones[same & repeated].astype(object))


def _stated_once(zone: TextArray, people: FloatArray, place: Place, log: FindingLog) -> dict[str, float]:
    """Return the first total of each zone, and note that the rows repeat them and where they do not agree."""
    totals: dict[str, float] = {}
    others: dict[str, set[float]] = {}
    for key, value in zip(zone.tolist(), people.tolist(), strict=True):
        if totals.setdefault(key, value) != value:
            others.setdefault(key, set()).add(value)
    log.warning(
        f"The totals stand in each row of their zone, and are counted once: {counted(len(totals), 'zone')} with "
        f"{sum(totals.values()):,.0f} people",
        "Nothing to mend if each row holds the people of its whole zone", place=place, count=len(totals),
    )  # fmt: skip
    if others:
        log.warning(
            f"{counted(len(others), 'zone has', 'zones have')} several totals; the first is taken",
            "Correct them", place=place, count=len(others),
            examples=(f"{key}: {totals[key]:,.0f} and {' and '.join(f'{v:,.0f}' for v in sorted(more))}"
                      for key, more in sorted(others.items())),
        )  # fmt: skip
    return totals


def _summed(keys: Iterable[str], values: Iterable[float]) -> dict[str, float]:
    totals: dict[str, float] = {}
    for key, value in zip(keys, values, strict=True):
        totals[key] = totals.get(key, 0.0) + value
    return totals


def _rescaled(
    people: FloatArray, zone: TextArray, totals: Mapping[str, float], part: DemandRequest, log: FindingLog, *,
    whole: bool,
) -> People:  # fmt: skip
    """Return people whose sums by zone are the totals; those of zones without points are left out or shared."""
    place = Place(part.totals.file if part.totals is not None else None)
    result = people.astype(np.float64)
    rows = {key: np.flatnonzero(zone == key) for key in sorted(set(zone.tolist()))}
    _note_without_total(rows, totals, people, place, log)
    known = [key for key in rows if key in totals]
    for key in known:
        result[rows[key]] = _shares(people[rows[key]], totals[key])
    rest = {key: total for key, total in sorted(totals.items()) if key not in rows and total > 0}
    spread = part.share_rest and bool(known)
    for key, total in rest.items() if spread else ():
        near = _same_region(key, known)
        at = np.concatenate([rows[other] for other in near])
        result[at] += _shares(result[at], total)
    _note_rest(rest, spread=spread, place=place, log=log)
    if whole:
        for group in _groups(known, rest if spread else {}):
            at = np.concatenate([rows[key] for key in group])
            result[at] = whole_people(result[at])
    step = f"rescaled to the totals of {counted(len(known), 'zone')}: {people.sum():,.0f} -> {result.sum():,.0f} people"
    return People(result, (step,))


def _shares(weights: FloatArray, total: float) -> FloatArray:
    """Return a total shared by weights, evenly where all of them are 0."""
    even = np.full(len(weights), 1.0)
    usable = weights if np.nansum(weights) > 0 else even
    return np.asarray(usable * (total / usable.sum()))


def whole_people(people: FloatArray) -> FloatArray:
    """Return whole numbers of the same sum (rounded), each within 1 of what it was: the largest remainders go up."""
    down = np.floor(people + 1e-9)
    missing = round(float(people.sum())) - round(float(down.sum()))
    order = np.lexsort((np.arange(len(people)), -(people - down)))
    down[order[:missing]] += 1
    return down


def _same_region(key: str, known: list[str]) -> list[str]:
    """Return the zones of the narrowest region of the division code that has some; all of them for other ids."""
    for length in DIVISION_LEVELS:
        near = [other for other in known if len(key) > length and key.isdigit() and other[:length] == key[:length]]
        if near:
            return near
    return known


def _groups(known: list[str], rest: Mapping[str, float]) -> list[list[str]]:
    """Return zones that must sum to a whole number together: each alone, or all that share somebody else's people."""
    groups = [[key] for key in known]
    for key in rest:
        shared = set(_same_region(key, known))
        joined = [group for group in groups if shared & set(group)]
        groups = [group for group in groups if group not in joined] + [[one for group in joined for one in group]]
    return groups


def _note_without_total(
    rows: Mapping[str, IntArray], totals: Mapping[str, float], people: FloatArray, place: Place, log: FindingLog
) -> None:
    missing = [key for key in rows if key not in totals]
    if missing:
        left = sum(float(np.nansum(people[rows[key]])) for key in missing)
        log.warning(
            f"{counted(len(missing), 'zone')} of the demand points without a control total; their {left:,.0f} people "
            "stay as they are",
            "Add them to the file of totals, or correct the zones", place=place, count=len(missing),
            examples=(key or "(blank)" for key in missing),
        )  # fmt: skip


def _note_rest(rest: Mapping[str, float], *, spread: bool, place: Place, log: FindingLog) -> None:
    if not rest:
        return
    people = f"{sum(rest.values()):,.0f} people"
    verb = "has" if len(rest) == 1 else "have"
    what = f"{counted(len(rest), 'zone')} of the control totals {verb} no demand point; "
    log.warning(
        what + (f"their {people} are shared over the zones of the same region" if spread
                else f"their {people} are left out"),
        "Add their demand points" + ("" if spread else ", or state zones_without_points: share"), place=place,
        count=len(rest), examples=(f"{key}: {total:,.0f}" for key, total in rest.items()),
    )  # fmt: skip


# --- places that nobody knows ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Placed:
    """Coordinates of demand points, shape (I,), and how many were put inside their zone."""

    lon: FloatArray
    lat: FloatArray
    rows: IntArray = field(default_factory=lambda: np.empty(0, dtype=np.int64))


def place_in_zones(lon: FloatArray, lat: FloatArray, zone: TextArray, zones: Zones) -> Placed:
    """Return coordinates in which rows without any lie inside the outline of their zone, spread evenly over it.

    The places are made up, but they are the same in every run and each lies in its zone; rows whose zone has no outline
    stay without coordinates.
    """
    lon, lat = lon.copy(), lat.copy()
    missing = ~(np.isfinite(lon) & np.isfinite(lat))
    for key, outline in zip(zones.id.tolist(), zones.outline.tolist(), strict=True):
        at = np.flatnonzero(missing & (zone == key))
        if len(at):
            lon[at], lat[at] = _points_inside(outline, len(at))
    return Placed(lon, lat, np.flatnonzero(missing & np.isfinite(lon)))


def _points_inside(outline: Any, count: int) -> tuple[FloatArray, FloatArray]:
    """Return points of an even sequence that fall inside an outline."""
    import shapely

    shapely.prepare(outline)
    west, south, east, north = shapely.bounds(outline)
    found = np.empty((0, 2))
    drawn = 0
    while len(found) < count:
        step = np.arange(drawn + 1, drawn + 1 + 4 * count + 64)
        drawn += len(step)
        x = west + (0.5 + step * _PLASTIC[0]) % 1.0 * (east - west)
        y = south + (0.5 + step * _PLASTIC[1]) % 1.0 * (north - south)
        inside = shapely.contains_xy(outline, x, y)
        found = np.concatenate((found, np.column_stack((x[inside], y[inside]))))
    return found[:count, 0], found[:count, 1]
