"""Figures about a network and how people reach it, for report and check."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from facopt.errors import Finding, Severity

if TYPE_CHECKING:
    from facopt.travel.network import Network
    from facopt.travel.snapping import Snap
    from facopt.travel.times import Access

FAR_METRES = 1_000.0
"""Farther from the road than this deserves a warning."""
ONE_WAY_REMEDY = "Check the one-way roads there; at the edge of an extract they lead out of it, so cut it wider"
PERCENTILES = (50, 90, 95, 99, 100)
COMPONENTS_LISTED = 10


def road_facts(network: Network, demand: Snap, sites: Snap, access: Access) -> dict[str, Any]:
    """Return plain figures (text, numbers, lists, dicts): network, snapping, what is cut off, sources of speeds."""
    component = network.piece_component()
    return {
        "profile": network.profile.name,
        "nodes": _node_count(network),
        "edges": len(network.piece_edge),
        "junctions": len(network.junction_node),
        "links": len(network.links.start),
        "components": len(network.component_km),
        "component_km": [round(float(km), 3) for km in network.component_km[:COMPONENTS_LISTED]],
        "length_km": round(float(network.component_km.sum()), 3),
        "length_km_by_class": network.length_km_by_class(),
        "classes": sorted({tags.road_class for tags in network.roads.tags if tags.road_class}),
        "closures": [asdict(one) for one in network.closed],
        "demand": _snap_facts(network, demand, component),
        "sites": _snap_facts(network, sites, component),
        "demand_without_connection": int(np.count_nonzero(~access.connected)),
        "demand_stopped_by_one_way": int(np.count_nonzero(access.connected & np.isinf(access.nearest_minutes))),
        "speeds": network.profile.sources(),
    }


def _node_count(network: Network) -> int:
    """Return how many nodes of the road table lie on roads that can be used."""
    used = np.zeros(len(network.roads.node_id), dtype=np.bool_)
    used[network.pieces.start] = True
    used[network.pieces.end] = True
    return int(np.count_nonzero(used))


def access_findings(mode: str, facts: dict[str, Any]) -> tuple[Finding, ...]:
    """Return warnings about how demand points and sites reach the roads, from the facts of `road_facts`."""
    rows = []
    for table, noun, lead in (
        ("demand", "demand points", "that lead nowhere"), ("sites", "sites", "that nothing leads to"),
    ):  # fmt: skip
        figures = facts[table]
        rows += [
            (figures["farther_than_1_km"], f"{noun} lie more than 1 km from any road they can use",
             "Check the coordinate systems of points and roads"),
            (figures["cut_off"], f"{noun} lie beyond the snapping limit and are cut off",
             "Add the missing roads, or raise maximum_snap_metres"),
            (figures["moved_from_islands"], f"{noun} lie on unconnected paths and were joined to the main network",
             "Connect the paths in the road file"),
            (figures["moved_from_one_ways"], f"{noun} lie on one-way roads {lead} and were joined to the next road",
             ONE_WAY_REMEDY),
        ]  # fmt: skip
    unconnected = facts["demand_without_connection"] - facts["demand"]["cut_off"]
    remedy = "Add the missing connection, such as a bridge or ferry, or a candidate site there"
    rows.append((unconnected, "demand points hang on a part of the network without a usable site", remedy))
    stopped = "demand points reach no site because of one-way roads"
    rows.append((facts["demand_stopped_by_one_way"], stopped, ONE_WAY_REMEDY))
    return tuple(
        Finding(f"mode {mode}: {count} {what}", remedy, severity=Severity.WARNING, count=count)
        for count, what, remedy in rows if count > 0
    )  # fmt: skip


def _snap_facts(network: Network, snap: Snap, component: np.ndarray[Any, np.dtype[np.int32]]) -> dict[str, Any]:
    joined = snap.piece >= 0
    metres = snap.metres[joined]
    of_point = component[snap.piece[joined]]
    counts = np.bincount(of_point, minlength=len(network.component_km))
    return {
        "points": len(snap),
        "snap_metres": {
            f"p{p}": round(float(np.percentile(metres, p)), 1) if len(metres) else None for p in PERCENTILES
        },
        "farther_than_1_km": int(np.count_nonzero(metres > FAR_METRES)),
        "cut_off": int(np.count_nonzero(~joined)),
        "moved_from_islands": int(np.count_nonzero(snap.moved)),
        "moved_from_one_ways": int(np.count_nonzero(snap.turned)),
        "by_component": {str(c): int(counts[c]) for c in np.flatnonzero(counts)[:COMPONENTS_LISTED]},
    }
