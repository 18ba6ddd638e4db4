"""What the page's script draws: the report as columns, with states and figures for each stop, today and plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from facopt.outputs.map import geometry
from facopt.outputs.map.base_map import base_map_of
from facopt.outputs.map.places import Places, places_of
from facopt.outputs.map.stops import map_edges, planned_of, stops_of, target_stops
from facopt.outputs.map.thinning import thinned
from facopt.outputs.map.values import index_of, number, numbers, text, times, truth

if TYPE_CHECKING:
    import pandas as pd

    from facopt.measures.report import Report, Share

_RAMP = ((0xEE, 0xF3, 0xCF), (0xA9, 0xD3, 0xB0), (0x5A, 0xA6, 0xA6), (0x2F, 0x6A, 0x92), (0x26, 0x27, 0x5C))


def payload_of(report: Report) -> dict[str, Any]:
    """Return everything the page needs as plain lists, dictionaries, numbers and text."""
    report, merged = thinned(report)
    places = places_of(report)
    tolerance = places.extent / 6000
    return {
        "zones": _zones(report, places, tolerance),
        "tiers": [_tier(tier) for tier in report.tiers],
        "bands": _bands(report),
        "stops": stops_of(report),
        **planned_of(report),
        "points": _points(report, places),
        "sites": _sites(report, places),
        "assignment": _assignment(report),
        "routes": _routes(report),
        "context": _context(report),
        "ground": _ground(report, tolerance),
        "base": base_map_of(report),
        "merged": merged,
        "view": places.view,
        "urban": places.urban,
        "targets": _targets(report, places),
        "limits": [
            [text(row.key), number(row.limit), number(row.used), text(row.unit)] for row in report.limits.itertuples()
        ],
        "reasons": sorted({text(value) for value in report.points["reason"]} - {""}),
        "remedies": sorted({text(value) for value in report.points["remedy"]} - {""}),
    }


# --- areas and tiers -------------------------------------------------------------------------------------------------


def _zones(report: Report, places: Places, tolerance: float) -> list[dict[str, Any]]:
    shares = {share.key: share for share in report.by_zone}
    return [
        {
            "key": key,
            "name": places.both_names(key),
            "share": _share(shares.get(key)),
            "label": places.labels.get(key),
            "rings": geometry.polygons(report.ground.zones.get(key), tolerance),
        }
        for key in places.zones
    ]


def _share(share: Share | None) -> dict[str, Any] | None:
    if share is None:
        return None
    return {
        "people": number(share.people),
        "covered": [number(share.covered_now), number(share.covered)],
        "unreachable": number(share.unreachable),
        "mean": times([share.mean_minutes_now, share.mean_minutes]),
        "longest": times([share.longest_minutes])[0],
        "class": text(share.area_class),
    }


def _tier(tier: Any) -> dict[str, Any]:
    return {"key": tier.key, "name": [tier.name_zh, tier.name_en], "symbol": tier.symbol}


def _bands(report: Report) -> dict[str, Any]:
    edges = map_edges(report)
    return {"edges": numbers(edges), "colours": [_ramp(k / len(edges)) for k in range(len(edges) + 1)]}


def _ramp(position: float) -> str:
    low = min(int(position * (len(_RAMP) - 1)), len(_RAMP) - 2)
    part = position * (len(_RAMP) - 1) - low
    mixed = (round(a + (b - a) * part) for a, b in zip(_RAMP[low], _RAMP[low + 1], strict=True))
    return "#" + "".join(f"{value:02X}" for value in mixed)


def _targets(report: Report, places: Places) -> list[dict[str, Any]]:
    tiers = {tier.key: k for k, tier in enumerate(report.tiers)}
    found: list[dict[str, Any]] = [
        {
            "tier": tiers.get(text(row.tier), -1),
            "class": text(row.area_class),
            "zone": places.both_names(text(row.zone)),
            "percent": number(row.at_least_percent),
            "people": number(row.people),
            "needed": number(row.people_needed),
            "covered": [number(row.people_covered_now), number(row.people_covered)],
            "met": truth(row.met),
        }
        for row in report.targets.itertuples()
    ]
    for target, more in zip(found, target_stops(report), strict=False):
        target |= more
    return found


# --- points, sites and their links -----------------------------------------------------------------------------------


def _points(report: Report, places: Places) -> dict[str, Any]:
    points = report.points
    tiers = {tier.key: k for k, tier in enumerate(report.tiers)}
    reasons = {value: k for k, value in enumerate(sorted({text(value) for value in points["reason"]} - {""}))}
    remedies = {value: k for k, value in enumerate(sorted({text(value) for value in points["remedy"]} - {""}))}
    return {
        "id": [text(value) for value in points["id"]],
        "name": [text(value) for value in points["name"]],
        **_english(points),
        "zone": index_of(points["zone"], {key: k for k, key in enumerate(places.zones)}),
        "class": "".join(
            {"urban": "u", "town": "t", "rural": "r"}.get(text(value), "-") for value in points["area_class"]
        ),
        "people": numbers(points["people"]),
        "lonlat": _lonlat(points),
        "tier": index_of(points["tier"], tiers),
        "reason": index_of(points["reason"], reasons),
        "remedy": index_of(points["remedy"], remedies),
        "lacking": _lacking(report, tiers),
    }


def _lacking(report: Report, tiers: dict[str, int]) -> dict[int, list[Any]]:
    """Return, of each point not covered, its lacking tiers, and of the first the nearest open site and minutes."""
    points, sites = report.points, {text(key): j for j, key in enumerate(report.sites["id"])}
    columns = (times(points[name]) for name in ("lacking_minutes", "lacking_usable_minutes"))
    rows = zip(points["lacking"], index_of(points["lacking_site"], sites), *columns, strict=True)
    return {i: [index_of(text(keys).split(), tiers), *others] for i, (keys, *others) in enumerate(rows) if text(keys)}


def _sites(report: Report, places: Places) -> dict[str, Any]:
    sites = report.sites
    tiers = {tier.key: k for k, tier in enumerate(report.tiers)}
    return {
        "id": [text(value) for value in sites["id"]],
        "name": [text(value) for value in sites["name"]],
        **_english(sites),
        "tier": index_of(sites["tier"], tiers),
        "zone": index_of(sites["zone"], {key: k for k, key in enumerate(places.zones)}),
        "lonlat": _lonlat(sites),
        **{key: [text(value) for value in sites[key]] for key in ("size", "owner", "stage", "fixed")},
        **{
            key: numbers(sites[key])
            for key in ("build_cost", "capacity_people", "people_assigned", "points_assigned", "people_lost_without")
        },
        **{key: times(sites[key]) for key in ("mean_minutes", "longest_minutes")},
    }


def _english(table: pd.DataFrame) -> dict[str, list[str]]:
    """Return the English names of a table's rows, if it has any."""
    names = [text(value) for value in table["name_en"]] if "name_en" in table else []
    return {"name_en": names} if any(names) else {}


def _lonlat(table: pd.DataFrame) -> list[int | None]:
    """Return lon, lat, lon, lat, … in 1 / SCALE degrees; None, None where a row has no coordinates."""
    both = table[["lon", "lat"]].to_numpy(dtype=float)
    known = np.isfinite(both).all(axis=1)
    whole = np.round(np.where(known[:, None], both, 0.0) * geometry.SCALE).astype(np.int64)
    return [
        value for row, there in zip(whole.tolist(), known, strict=True) for value in (row if there else (None, None))
    ]


def _assignment(report: Report) -> dict[str, Any]:
    pairs = report.assignment
    return {
        "point": [int(value) for value in pairs["demand"]],
        "site": [int(value) for value in pairs["site"]],
        "minutes": times(pairs["minutes"], 3),
        "within": "".join("1" if value else "0" for value in pairs["within_standard"]),
    }


def _routes(report: Report) -> list[list[Any]]:
    return [
        [point, site, geometry.quantised(line)]
        for (point, site), line in sorted(report.routes.items(), key=lambda item: item[0])
    ]


def _context(report: Report) -> list[list[Any]]:
    rows = report.context
    lonlat, english = _lonlat(rows), _english(rows).get("name_en", [""] * len(rows))
    return [
        [[name, english[k]], text(kind), lonlat[2 * k], lonlat[2 * k + 1]]
        for k, (name, kind) in enumerate(zip(map(text, rows["name"]), rows["kind"], strict=True))
    ]


def _ground(report: Report, tolerance: float) -> dict[str, Any]:
    ground = report.ground
    return {
        "boundary": geometry.polygons(ground.boundary, tolerance),
        "water": geometry.polygons(ground.water, tolerance),
        "rivers": geometry.lines(ground.water, tolerance),
        "excluded": geometry.polygons(ground.exclusions, tolerance),
        "roads": geometry.roads_by_level(report.roads, tolerance),
    }
