"""Where things lie on the page: the view, the dense urban area, the zones in order and where their names stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from facopt.outputs.map.values import text

if TYPE_CHECKING:
    import pandas as pd

    from facopt.measures.report import Report

Box = list[list[float]]
"""South-west and north-east corner as [lat, lon], the order Leaflet takes."""

_LEAST_SPAN = 0.01
_URBAN_SHARE = 0.5
_URBAN_POINTS = 12
_TAIL = 0.02


@dataclass(frozen=True)
class Places:
    """The layout of one map."""

    zones: tuple[str, ...]
    """Keys of all zones that anything names: those of the report first, worst first, then the others by key."""
    zone_names: dict[str, str]
    zone_names_en: dict[str, str]
    """Of those zones of which the report knows one."""
    labels: dict[str, list[float]]
    """[lat, lon] beneath which a zone's name stands."""
    view: Box | None
    """The whole area; None where nothing has coordinates."""
    urban: Box | None
    """The dense urban area, where it is small enough within the whole to need an inset."""
    extent: float
    """Longer side of the view in degrees; 0.01 without one."""

    def both_names(self, key: str) -> list[str]:
        """Return a zone's name (the key where it has none) and its English name ("" where it has none)."""
        return [self.zone_names.get(key, key), self.zone_names_en.get(key, "")] if key else ["", ""]


def places_of(report: Report) -> Places:
    """Lay out the map of a report."""
    zones = _zone_keys(report)
    view = _view(report)
    extent = max(view[1][0] - view[0][0], view[1][1] - view[0][1]) if view else _LEAST_SPAN
    return Places(
        zones,
        _zone_names(report, zones, "zone_name") | {s.key: s.name for s in report.by_zone if s.key and s.name},
        _zone_names(report, zones, "zone_name_en") | {s.key: s.name_en for s in report.by_zone if s.key and s.name_en},
        _labels(report, zones),
        view,
        _urban(report.points, view),
        extent,
    )


def _zone_keys(report: Report) -> tuple[str, ...]:
    listed = [share.key for share in report.by_zone]
    named = {text(value) for table in (report.points, report.sites) for value in table["zone"]}
    others = sorted((named | set(report.ground.zones)) - set(listed) - {""})
    return tuple(key for key in listed if key) + tuple(others)


def _zone_names(report: Report, zones: tuple[str, ...], column: str) -> dict[str, str]:
    """Return the names that sites and settlements give the zones, as far as they have such a column."""
    names, wanted = dict[str, str](), set(zones)
    for table in (report.sites, report.points):
        if column in table:
            pairs = zip(map(text, table["zone"]), map(text, table[column]), strict=True)
            names.update({key: name for key, name in pairs if key in wanted and name})
    return names


# --- view ------------------------------------------------------------------------------------------------------------


def _view(report: Report) -> Box | None:
    from shapely import union_all

    shapes = [report.ground.boundary] if report.ground.boundary is not None else list(report.ground.zones.values())
    bounds = [union_all(shapes).bounds] if shapes else []
    known = [bound for bound in bounds if np.isfinite(bound).all()]
    places = np.vstack([_known(report.points), _known(report.sites)])
    if len(places):
        known.append((*places.min(axis=0), *places.max(axis=0)))
    if not len(places):
        return None
    return _box(np.array(known)[:, :2].min(axis=0), np.array(known)[:, 2:].max(axis=0))


def _box(low: Any, high: Any) -> Box:
    room = np.maximum(_LEAST_SPAN - (high - low), 0) / 2
    (west, south), (east, north) = low - room, high + room
    return [[round(float(south), 5), round(float(west), 5)], [round(float(north), 5), round(float(east), 5)]]


def _known(table: pd.DataFrame) -> Any:
    both = table[["lon", "lat"]].to_numpy(dtype=float)
    return both[np.isfinite(both).all(axis=1)]


# --- the dense urban area --------------------------------------------------------------------------------------------


def _urban(points: pd.DataFrame, view: Box | None) -> Box | None:
    """Return the box that holds the urban settlements, without stray ones, if an inset of it would help."""
    urban = points[points["area_class"] == "urban"]
    places = _known(urban)
    if view is None or len(places) < _URBAN_POINTS or len(urban) == len(points):
        return None
    whole = np.array([view[1][1] - view[0][1], view[1][0] - view[0][0]])
    for tail in (0.0, _TAIL, 5 * _TAIL):
        low, high = np.quantile(places, tail, axis=0), np.quantile(places, 1 - tail, axis=0)
        if ((high - low) <= _URBAN_SHARE * whole).all():
            margin = 0.1 * (high - low)
            return _box(low - margin, high + margin)
    return None


# --- names -----------------------------------------------------------------------------------------------------------


def _labels(report: Report, zones: tuple[str, ...]) -> dict[str, list[float]]:
    main = _main_sites(report.sites)
    found = {key: main.get(key) or _middle(report, key) for key in zones}
    return {key: place for key, place in found.items() if place is not None}


def _main_sites(sites: pd.DataFrame) -> dict[str, list[float]]:
    """Return where the facility of each zone stands; zones with several have no main one."""
    known = sites[np.isfinite(sites["lon"].to_numpy(dtype=float)) & np.isfinite(sites["lat"].to_numpy(dtype=float))]
    standing = known[(known["status"] == "existing") & (known["zone"].map(text) != "")]
    several = standing["zone"].duplicated(keep=False)
    return {
        text(row.zone): [round(float(row.lat), 5), round(float(row.lon), 5)] for row in standing[~several].itertuples()
    }


def _middle(report: Report, key: str) -> list[float] | None:
    shape = report.ground.zones.get(key)
    if shape is not None and not shape.is_empty:
        place = shape.representative_point()
        return [round(place.y, 5), round(place.x, 5)]
    places = _known(report.points[report.points["zone"].map(text) == key])
    if not len(places):
        return None
    lon, lat = np.median(places, axis=0)
    return [round(float(lat), 5), round(float(lon), 5)]
