"""Services inside other sites: each possible host gets a site of the service at its own place."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from facopt.errors import DataError, Finding

if TYPE_CHECKING:
    from collections.abc import Callable

    from facopt.errors import Place
    from facopt.inputs.study_area import Sites, StudyArea
    from facopt.scenario.schema import Scenario
    from facopt.travel.times import TravelTimes

HOST_DEGREES = 0.003
"""A row of the service's tier belongs to a host this near: about 300 m."""


def with_layers(scenario: Scenario, area: StudyArea, place: Callable[[str], Place]) -> StudyArea:
    """Return the study area with a site of each service layer at each possible host.

    Rows of the layer's own tier in the tables say where the service is given today; each is put to its nearest host.
    Raises DataError where such a row has no host near.
    """
    layers = {name: tier.hosted_by for name, tier in scenario.tiers.items() if tier.hosted_by}
    if not layers:
        return area
    sites = area.sites
    host = np.full(len(sites), -1, dtype=np.int64)
    parts, hosts = [sites], [host]
    for name, hosted_by in layers.items():
        possible = np.flatnonzero(np.isin(sites.tier.astype(str), hosted_by))
        stated = np.flatnonzero(sites.tier == name)
        host[stated] = _nearest_hosts(sites, stated, possible, name, place)
        free = np.setdiff1d(possible, host[stated])
        parts.append(_layer(sites, free, name))
        hosts.append(free.astype(np.int64))
    return area.replace(sites=replace(_joined(parts), host=np.concatenate(hosts)))


def _nearest_hosts(
    sites: Sites, stated: np.ndarray[Any, Any], possible: np.ndarray[Any, Any], name: str, place: Callable[[str], Place]
) -> np.ndarray[Any, Any]:
    found, lonely = [], []
    for j in stated:
        apart = np.hypot(sites.lon[possible] - sites.lon[j], sites.lat[possible] - sites.lat[j])
        best = int(np.argmin(apart)) if len(possible) else -1
        if best < 0 or not apart[best] <= HOST_DEGREES:
            lonely.append(str(sites.id[j]))
        found.append(possible[best] if best >= 0 else -1)
    if lonely:
        what = f"{len(lonely)} facilities of the service {name} have no site near that may host it"
        remedy = f"Mend their coordinates, or name the tier of their site under tiers.{name}.hosted_by"
        examples = tuple(lonely[:5])
        raise DataError(Finding(what, remedy, place(f"tiers.{name}.hosted_by"), count=len(lonely), examples=examples))
    return np.array(found, dtype=np.int64)


def _layer(sites: Sites, hosts: np.ndarray[Any, Any], name: str) -> Sites:
    """Return candidates of a service at some hosts."""
    taken = {one.name: getattr(sites, one.name) for one in fields(sites) if one.name != "host"}
    at_hosts: dict[str, Any] = {key: None if column is None else column[hosts] for key, column in taken.items()}
    count = len(hosts)
    at_hosts |= {
        "id": np.array([f"{sites.id[j]}:{name}" for j in hosts], dtype=object),
        "tier": np.full(count, name, dtype=object),
        "existing": np.zeros(count, dtype=bool),
        "fixed": np.full(count, "", dtype=object),
        "size": np.full(count, "", dtype=object),
        **{key: np.full(count, np.nan) for key in ("build_cost", "running_cost", "capacity_people")},
    }
    return type(sites)(**at_hosts)


def _joined(parts: list[Sites]) -> Sites:
    from facopt.inputs.candidates import join_sites

    return join_sites(*parts)


def times_of_layers(times: TravelTimes, host: np.ndarray[Any, Any] | None) -> TravelTimes:
    """Return imported times with those of each host repeated for the services inside it."""
    if host is None:
        return times
    demand, site, minutes = [times.demand], [times.site], [times.minutes]
    for layer in np.flatnonzero(host >= 0):
        arcs = times.site == host[layer]
        demand.append(times.demand[arcs])
        site.append(np.full(int(arcs.sum()), layer, dtype=np.int32))
        minutes.append(times.minutes[arcs])
    i, j, m = np.concatenate(demand), np.concatenate(site), np.concatenate(minutes)
    order = np.lexsort((j, i))
    return replace(times, demand=i[order], site=j[order], minutes=m[order])
