"""Searches from many sites together, since neighbours reach nearly the same roads in nearly the same order.

One search from all sites of a group finds which junctions are within the limit at all, and in which order. Then each
junction carries the times from all sites of the group side by side (lanes), and they are improved along the arcs in
that order until nothing changes: the same whole milliseconds that one search per site would give, for less work.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from facopt.travel.compiled import compiled
from facopt.travel.kernels import (
    LANES,
    NEVER,
    NEXT,
    TIME,
    UNREACHED,
    Doors,
    SearchGraph,
    SitePlaces,
    Workspace,
    collect_own,
    settle,
    start,
)

BoolArray = np.ndarray[Any, np.dtype[np.bool_]]
Int32Array = np.ndarray[Any, np.dtype[np.int32]]
Int64Array = np.ndarray[Any, np.dtype[np.int64]]

Found = tuple[Int64Array, Int32Array, Int32Array, int]
"""Where the demand points of each site begin and, one row below, how many there are (2, sites); demand points and their
milliseconds, in no particular order within a site; the number of junctions settled, counting those that were twice."""


def search_group(
    graph: SearchGraph, doors: Doors, sites: SitePlaces, group: Int32Array, limit: int, shift: int, work: Workspace
) -> Found:
    """Search from up to LANES sites at once for all demand points within `limit` milliseconds."""
    nodes = np.full((LANES, 2), -1, dtype=np.int32)
    times = np.zeros((LANES, 2), dtype=np.int32)
    nodes[: len(group)] = sites.node[group]
    times[: len(group)] = np.minimum(sites.node_ms[group].astype(np.int64) + sites.own_ms[group][:, None], NEVER)
    links = sites.link[group]
    work.own[links[links >= 0]] = True
    reached = start(work, nodes.ravel(), times.ravel(), limit, shift)
    reached = settle(graph, work, reached, reached, limit, shift)
    _cut_out(graph, work, reached)
    _seed_lanes(work, nodes.ravel(), times.ravel(), reached, limit)
    settled = _improve_lanes(work.first_arc, work.arc, work.lane_ms, work.waiting, reached)
    hits = _collect(doors, work, reached, limit)
    hits = collect_own(doors, sites, group, work, hits)
    parts, demand, ms = _by_lane(work.hit, work.hit_ms, hits, limit, len(group))
    work.label[work.reached[:reached], TIME] = UNREACHED
    return parts, demand, ms, settled


@compiled
def _cut_out(graph: SearchGraph, work: Workspace, reached: int) -> None:
    """Copy the arcs between reached nodes, numbered by the order in which they were reached."""
    label, nodes, arc, all_arcs, all_first = work.label, work.reached, work.arc, graph.arc, graph.first_arc
    first_arc = work.first_arc
    for k in range(reached):
        label[nodes[k], NEXT] = k
    count = 0
    for k in range(reached):
        node = nodes[k]
        first_arc[k] = count
        for t in range(all_first[node], all_first[node + 1]):
            head = all_arcs[t, 0]
            other = max(head, ~head)
            if label[other, TIME] != UNREACHED:
                place = label[other, NEXT]
                arc[count, 0] = ~place if head < 0 else place
                arc[count, 1] = all_arcs[t, 1]
                count += 1
    first_arc[reached] = count


@compiled
def _seed_lanes(work: Workspace, nodes: Int32Array, times: Int32Array, reached: int, limit: int) -> None:
    """Let each lane begin at the junctions next to its site; all other times are beyond the limit."""
    work.lane_ms[:reached] = limit + 1
    work.waiting[:reached] = False
    for k in range(nodes.size):
        if nodes[k] >= 0 and times[k] <= limit:
            place = work.label[nodes[k], NEXT]
            work.lane_ms[place, k // 2] = min(work.lane_ms[place, k // 2], times[k])
            work.waiting[place] = True


@compiled
def _improve_lanes(
    first_arc: Int32Array, arc: Int32Array, lane_ms: Int32Array, waiting: BoolArray, reached: int
) -> int:
    """Pass times on along the arcs in the order reached, from each node that was improved from behind once more.

    Returns how many nodes were settled, counting those that were several times.
    """
    settled = 0
    row = np.empty(LANES, np.int32)
    node = 0
    while node < reached:
        following = node + 1
        if waiting[node]:
            waiting[node] = False
            settled += 1
            origin = lane_ms[np.uint64(node)]
            for lane in range(LANES):
                row[lane] = origin[lane]
            for t in range(first_arc[node], first_arc[node + 1]):
                head = arc[t, 0]
                other = max(head, ~head)
                times, ms = lane_ms[np.uint64(other)], arc[t, 1]
                better = np.int32(0)
                for lane in range(LANES):
                    time = np.int32(row[lane] + ms)
                    if time < times[lane]:
                        times[lane] = time
                        better = np.int32(1)
                if better != 0 and head >= 0:
                    waiting[other] = True
                    following = min(following, other)
        node = following
    return settled


@compiled
def _collect(doors: Doors, work: Workspace, reached: int, limit: int) -> int:
    """Note the times of demand points near reached nodes, but not on links with sites; return how many were noted."""
    label, own, lane_ms, nodes = work.label, work.own, work.lane_ms, work.reached
    first_at_node, link_at_node, first_on_link = doors.first_at_node, doors.link_at_node, doors.first_on_link
    ends, exit_ms, hit, hit_ms = doors.link_ends, doors.exit_ms, work.hit, work.hit_ms
    last = lane_ms.shape[0] - 1  # a row that no node has: the times of those not reached
    lane_ms[last] = limit + 1
    hits = 0
    for k in range(reached):
        node = nodes[k]
        for row in range(first_at_node[node], first_at_node[node + 1]):
            link, begin = link_at_node[row, 0], link_at_node[row, 1]
            if own[link] or (begin >= 0 and label[begin, TIME] != UNREACHED):
                continue
            a, b = ends[link, 0], ends[link, 1]
            from_start = lane_ms[np.uint64(label[a, NEXT] if label[a, TIME] != UNREACHED else last)]
            from_end = lane_ms[np.uint64(label[b, NEXT] if label[b, TIME] != UNREACHED else last)]
            for point in range(first_on_link[link], first_on_link[link + 1]):
                over_start, over_end = exit_ms[point, 0], exit_ms[point, 1]
                times = hit_ms[np.uint64(hits)]
                least = np.int32(UNREACHED)
                for lane in range(LANES):
                    time = min(np.int32(from_start[lane] + over_start), np.int32(from_end[lane] + over_end))
                    times[lane] = time
                    least = np.int32(min(least, time))
                hit[hits] = point
                if least <= limit:
                    hits += 1
    return hits


@compiled
def _by_lane(
    hit: Int32Array, hit_ms: Int32Array, hits: int, limit: int, lanes: int
) -> tuple[Int64Array, Int32Array, Int32Array]:
    """Return noted times within the limit, those of one lane after those of another; see search_group.

    One place behind each lane stays free, so that every time can be written and only those within the limit move on.
    """
    parts = np.zeros((2, LANES), np.int64)
    counts, place = parts[1], np.zeros(LANES, np.int64)
    for k in range(hits):
        for lane in range(LANES):
            counts[lane] += hit_ms[k, lane] <= limit
    for lane in range(1, LANES):
        place[lane] = place[lane - 1] + counts[lane - 1] + 1
    parts[0] = place
    total = place[LANES - 1] + counts[LANES - 1] + 1
    demand, ms = np.empty(total, np.int32), np.empty(total, np.int32)
    for k in range(hits):
        for lane in range(LANES):
            at, time = place[lane], hit_ms[k, lane]
            demand[at] = hit[k]
            ms[at] = time
            place[lane] = at + (time <= limit)
    return parts[:, :lanes].copy(), demand, ms
