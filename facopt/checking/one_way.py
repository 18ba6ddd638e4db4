"""Places that one-way roads lead into but not out of, or out of but not into: nobody lives like that, roads err."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from facopt.assembly.travel import lonlat, sites_of_mode
from facopt.checking.roads import told_modes
from facopt.errors import Finding, Place, Severity
from facopt.inputs.findings import counted, shown
from facopt.travel.doors import ends_of_links, places_on_links
from facopt.travel.snapping import RoadIndex
from facopt.travel.strong_ways import StrongWays, has_one_way_roads, strong_ways

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from facopt.inputs.study_area import StudyArea
    from facopt.pipeline import Prepared
    from facopt.travel.network import Network

BoolArray = np.ndarray[Any, np.dtype[np.bool_]]
FloatArray = np.ndarray[Any, np.dtype[np.float64]]
IntArray = np.ndarray[Any, np.dtype[np.int64]]

KINDS = {
    (True, False): "roads lead into but not out of",
    (False, True): "roads lead out of but not into",
    (False, False): "roads lead neither into nor out of",
}
"""By whether the rest of the network leads there, and back."""


def one_way_findings(prepared: Prepared) -> Iterator[Finding]:
    """Yield a warning for each kind of place that one-way roads cut off; modes with the same places share one."""
    area, scenario = prepared.area, prepared.loaded.scenario
    groups: dict[tuple[str, bytes, bytes], _Group] = {}
    for mode, network in prepared.travelled.networks.items():
        if not has_one_way_roads(network):
            continue
        index, sites = RoadIndex(network), sites_of_mode(scenario, area.sites, mode)
        ways = strong_ways(network)
        people = _kinds(network, ways, index, lonlat(area.demand))
        places = _kinds(network, ways, index, lonlat(area.sites)[sites])
        file = scenario.travel[mode].file  # type: ignore[union-attr]
        for kind, text in KINDS.items():
            rows, doors = np.flatnonzero(people == text), sites[places == text].astype(np.int64)
            if len(rows) or len(doors):
                key = (KINDS[kind], rows.tobytes(), doors.tobytes())
                groups.setdefault(key, _Group([], file, rows, doors)).modes.append(mode)
    yield from (_finding(area, text, group) for (text, _, _), group in groups.items())


@dataclass(frozen=True)
class _Group:
    """Modes in which the same demand points and sites are concerned."""

    modes: list[str]
    file: Path
    demand: IntArray
    sites: IntArray


def _finding(area: StudyArea, text: str, group: _Group) -> Finding:
    people = area.demand.people[group.demand]
    order = group.demand[np.lexsort((group.demand, -people))]
    told = [f"{counted(len(order), 'demand point')} ({people.sum():,.0f} people)"] if len(order) else []
    told += [counted(len(group.sites), "site")] if len(group.sites) else []
    verb = "lies" if len(order) + len(group.sites) == 1 else "lie"
    examples = [f"{area.sites.name[j]} (site)" for j in group.sites[:2].tolist()]
    examples += [f"{area.demand.name[i]} ({area.demand.people[i]:,.0f} people)" for i in order.tolist()]
    return Finding(
        f"{told_modes(group.modes)}: {' and '.join(told)} {verb} where one-way {text}",
        "Check oneway and the direction of the roads there, and add the missing way; at the edge of an extract cut it "
        "wider", Place(group.file),
        Severity.WARNING, len(order) + len(group.sites), shown(examples),
    )  # fmt: skip


def _kinds(network: Network, ways: StrongWays, index: RoadIndex, points: FloatArray) -> np.ndarray[Any, Any]:
    """Return for each point (K,) the kind of its place, "" where roads lead there and back and where it is cut off."""
    kinds = np.full(len(points), "", dtype=object)
    if not len(points):
        return kinds
    on = places_on_links(network, index.snap(points))
    inwards = _any_way(network, on, ways.from_main, leaving=False)
    outwards = _any_way(network, on, ways.to_main, leaving=True)
    for (leads_in, leads_out), text in KINDS.items():
        kinds[(on.link >= 0) & (inwards == leads_in) & (outwards == leads_out)] = text
    return kinds


def _any_way(network: Network, on: Any, joined: BoolArray, *, leaving: bool) -> BoolArray:
    """Return which points have a way between them and a junction that is joined to the main part."""
    nodes, ms = ends_of_links(network, on, leaving=leaving)
    return np.asarray(((ms >= 0) & joined[nodes]).any(axis=1))
