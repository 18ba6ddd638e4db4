"""The nearest site of every demand point, without a cut-off: one search from all sites at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from facopt.travel.compiled import compiled
from facopt.travel.kernels import (
    END_OF_LIST,
    LABEL,
    NOT_WAITING,
    PREVIOUS,
    TIME,
    UNREACHED,
    along_link,
    put_in,
    take_out,
)

if TYPE_CHECKING:
    from facopt.travel.kernels import Doors, SearchGraph, SitePlaces, Workspace

Int32Array = np.ndarray[Any, np.dtype[np.int32]]


@compiled
def nearest_sites(
    graph: SearchGraph, doors: Doors, sites: SitePlaces, usable: Int32Array, limit: int, shift: int, work: Workspace
) -> tuple[Int32Array, Int32Array]:
    """Search from all usable sites at once.

    Returns milliseconds to and index of the nearest site for each demand point, UNREACHED and -1 where there is none;
    of two equally near sites the one with the smaller index.
    """
    _seed_all(sites, usable, work, limit, shift)
    _settle_nearest(graph, work, limit, shift)
    ms = np.full(doors.own_ms.size, UNREACHED, np.int32)
    nearest = np.full(doors.own_ms.size, -1, np.int32)
    for node in range(work.label.shape[0]):
        time, site = work.label[node, TIME], work.label[node, LABEL]
        if time != UNREACHED:
            for door in range(doors.first_at_node[node], doors.first_at_node[node + 1]):
                _keep_nearer(ms, nearest, doors.demand[door], int(time) + int(doors.ms[door]), site, limit)
    for k in range(usable.size):
        site = usable[k]
        link = sites.link[site]
        if link >= 0:
            for demand in range(doors.first_on_link[link], doors.first_on_link[link + 1]):
                along = int(along_link(doors, sites, site, demand))
                if along >= 0:
                    total = along + doors.own_ms[demand] + sites.own_ms[site]
                    _keep_nearer(ms, nearest, demand, total, site, limit)
    return ms, nearest


@compiled
def _keep_nearer(ms: Int32Array, nearest: Int32Array, demand: int, time: int, site: int, limit: int) -> None:
    """Let a demand point know of a site if that is nearer than the one it knows."""
    if time <= limit and (time < ms[demand] or (time == ms[demand] and site < nearest[demand])):
        ms[demand] = time
        nearest[demand] = site


@compiled
def _seed_all(sites: SitePlaces, usable: Int32Array, work: Workspace, limit: int, shift: int) -> None:
    """Label the junctions next to all sites, the walk from road to door included."""
    for k in range(usable.size):
        site = usable[k]
        for side in range(2):
            node = sites.node[site, side]
            if node >= 0:
                _improve(work, node, int(sites.node_ms[site, side]) + int(sites.own_ms[site]), site, limit, shift)


@compiled
def _improve(work: Workspace, node: int, time: int, site: int, limit: int, shift: int) -> int:
    """Let a junction wait with a nearer site, or an equally near one of smaller index; return 1 if it did not wait."""
    label, bucket = work.label, work.bucket
    known = label[node, TIME]
    if time > limit or time > known or (time == known and site >= label[node, LABEL]):
        return 0
    mask = bucket.size - 1
    new = 0
    if label[node, PREVIOUS] == NOT_WAITING:
        new = 1
    else:
        take_out(label, bucket, node, (known >> shift) & mask)
    label[node, TIME] = time
    label[node, LABEL] = site
    put_in(label, bucket, node, (time >> shift) & mask)
    return new


@compiled
def _settle_nearest(graph: SearchGraph, work: Workspace, limit: int, shift: int) -> None:
    """Run the queue empty."""
    label, bucket = work.label, work.bucket
    waiting = 0
    for node in range(label.shape[0]):
        waiting += label[node, PREVIOUS] != NOT_WAITING
    place = 0
    while waiting > 0:
        node = bucket[place]
        if node == END_OF_LIST:
            place = (place + 1) & (bucket.size - 1)
            continue
        take_out(label, bucket, node, place)
        label[node, PREVIOUS] = NOT_WAITING
        waiting -= 1
        time, site = int(label[node, TIME]), label[node, LABEL]
        for t in range(graph.first_arc[node], graph.first_arc[node + 1]):
            waiting += _improve(work, graph.arc[t, 0], time + graph.arc[t, 1], site, limit, shift)


