"""Bounded shortest-path searches in integer milliseconds, compiled to machine code.

Searches run on the reversed network, from the sites, with a queue of buckets: a node waits in the bucket of its time,
in a list linked through the node's own label, so that memory is fixed and nothing can overflow. Buckets are reused in a
circle that is longer than the longest arc, so the cut-off may be as far away as one likes. Within a bucket a node may
be settled again when a shorter way turns up, which keeps the result exact for any width of the buckets.

Kernels that call each other stand in one file because the cache of compiled code is renewed file by file.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from facopt.travel.compiled import compiled

BoolArray = np.ndarray[Any, np.dtype[np.bool_]]
Int32Array = np.ndarray[Any, np.dtype[np.int32]]
Int64Array = np.ndarray[Any, np.dtype[np.int64]]
FloatArray = np.ndarray[Any, np.dtype[np.float64]]

UNREACHED = np.int32(2**31 - 1)
NEVER = 2**30 - 1
LAST_MS = NEVER - 1
"""Longer journeys (298 hours) count as out of reach, so that time plus the longest arc stays within 32 bits."""

TIME, NEXT, PREVIOUS, LABEL = 0, 1, 2, 3
"""Columns of a node's label: milliseconds, neighbours in its bucket, and where it is reached from: the junction before
it in a search from one site, the site in a search from all."""
END_OF_LIST = -1
NOT_WAITING = -2
LANES = 16
"""Sites searched together: with more, the times of a junction no longer fit one line of the processor's cache."""


class SearchGraph(NamedTuple):
    """Arcs of node v are `arc[first_arc[v]:first_arc[v + 1]]`, each a row (node, milliseconds).

    Dead ends, from which no arc leads on but the one back, stand as ~node (a negative number): they are labelled but
    need not wait.
    """

    first_arc: Int32Array
    arc: Int32Array


class Doors(NamedTuple):
    """Demand points (I,) in the order of their links, and their ways to the junctions at both ends."""

    first_at_node: Int32Array
    """Links with demand points at node v are rows `first_at_node[v]` up to `first_at_node[v + 1]` of `link_at_node`."""
    link_at_node: Int32Array
    """The link, and -1 if it begins at the node, else the node where it begins."""
    link_ends: Int32Array
    """Junctions at start and end of every link (L, 2)."""
    first_on_link: Int32Array
    """Demand points on link l are `first_on_link[l]` up to `first_on_link[l + 1]` (L + 1,)."""
    exit_ms: Int32Array
    """From home to the junctions at start and end of the link; NEVER where closed (I, 2)."""
    along: FloatArray
    """Pieces of the link before the point, and share of its own piece (I,)."""
    forward_ms: Int32Array
    """From the link's start to the point, travelling with the link; -1 where closed (I,)."""
    backward_ms: Int32Array
    """From the point to the link's start, travelling against the link; -1 where closed (I,)."""
    own_ms: Int32Array
    """Walk from home to the road, and terminal time (I,)."""


class SitePlaces(NamedTuple):
    """Sites (J,) on their links; `link` is -1 where a site is cut off."""

    link: Int32Array
    along: FloatArray
    forward_ms: Int32Array
    backward_ms: Int32Array
    node: Int32Array
    """Junctions from which the site is reached without passing another, -1 for none (J, 2)."""
    node_ms: Int32Array
    """From the junction to the site (J, 2)."""
    own_ms: Int32Array
    """Walk from the road to the door (J,)."""


class Workspace(NamedTuple):
    """Memory that one thread reuses from search to search."""

    label: Int32Array
    """(N, 4)."""
    bucket: Int32Array
    """First node of each bucket; the number of buckets is a power of two."""
    reached: Int32Array
    """Nodes reached by this search (N,)."""
    lane_ms: Int32Array
    """Milliseconds from each site of a group, by reached node, and one row for all others (N + 1, LANES)."""
    waiting: BoolArray
    """Reached nodes whose times have changed since they were passed on (N,)."""
    first_arc: Int32Array
    """Arcs between reached nodes, as in SearchGraph, nodes by the order in which they were reached (N + 1,)."""
    arc: Int32Array
    """(A, 2)."""
    hit: Int32Array
    """Demand points noted, on the way to being sorted by site (I + 1,)."""
    hit_ms: Int32Array
    """Their milliseconds from each site of the group (I + 1, LANES)."""
    own: BoolArray
    """Links that a site of the group lies on (L,)."""


def bucket_shift(longest_ms: int, width_ms: int = 4096) -> tuple[int, int]:
    """Return the logarithm of the bucket width, and how many buckets surely hold all that waits at once."""
    shift = max(width_ms, longest_ms >> 16, 1).bit_length() - 1
    needed = (longest_ms >> shift) + 3
    return shift, 1 << (needed - 1).bit_length()


def new_workspace(graph: SearchGraph, buckets: int, doors: Doors | None = None) -> Workspace:
    """Return empty working memory; without doors for searches that collect nothing."""
    node_count = len(graph.first_arc) - 1
    links, points = (0, 0) if doors is None else (len(doors.link_ends), len(doors.own_ms))
    label = np.empty((node_count, 4), dtype=np.int32)
    label[:] = (UNREACHED, END_OF_LIST, NOT_WAITING, -1)
    return Workspace(
        label=label, bucket=np.full(buckets, END_OF_LIST, dtype=np.int32), reached=np.empty(node_count, dtype=np.int32),
        lane_ms=np.empty((node_count + 1, LANES), dtype=np.int32), waiting=np.zeros(node_count, dtype=np.bool_),
        first_arc=np.empty(node_count + 1, dtype=np.int32), arc=np.empty_like(graph.arc),
        hit=np.empty(points + 1, dtype=np.int32), hit_ms=np.empty((points + 1, LANES), dtype=np.int32),
        own=np.zeros(links, dtype=np.bool_),
    )  # fmt: skip


@compiled
def take_out(label: Int32Array, bucket: Int32Array, node: int, place: int) -> None:
    """Unlink a waiting node from its bucket."""
    following, previous = label[node, NEXT], label[node, PREVIOUS]
    if previous == END_OF_LIST:
        bucket[place] = following
    else:
        label[previous, NEXT] = following
    if following != END_OF_LIST:
        label[following, PREVIOUS] = previous


@compiled
def put_in(label: Int32Array, bucket: Int32Array, node: int, place: int) -> None:
    """Link a node into a bucket as its first."""
    following = bucket[place]
    label[node, NEXT] = following
    label[node, PREVIOUS] = END_OF_LIST
    if following != END_OF_LIST:
        label[following, PREVIOUS] = node
    bucket[place] = node


@compiled
def settle(graph: SearchGraph, work: Workspace, reached: int, waiting: int, limit: int, shift: int) -> int:
    """Run the queue empty; return how many nodes were reached.

    `reached` nodes have been labelled and `waiting` of them stand in their buckets when this begins.
    """
    label, bucket, nodes, first_arc, arcs = work.label, work.bucket, work.reached, graph.first_arc, graph.arc
    mask = bucket.size - 1
    place = 0
    while waiting > 0:
        node = bucket[place]
        if node == END_OF_LIST:
            place = (place + 1) & mask
            continue
        following = label[node, NEXT]
        bucket[place] = following
        if following != END_OF_LIST:
            label[following, PREVIOUS] = END_OF_LIST
        label[node, PREVIOUS] = NOT_WAITING
        waiting -= 1
        time = label[node, TIME]
        for t in range(first_arc[node], first_arc[node + 1]):
            head = arcs[t, 0]
            other = max(head, ~head)
            arrival = time + arcs[t, 1]
            known = label[other, TIME]
            if arrival < known and arrival <= limit:
                if known == UNREACHED:
                    nodes[reached] = other
                    reached += 1
                goal = (arrival >> shift) & mask
                if head < 0:
                    pass
                elif label[other, PREVIOUS] == NOT_WAITING:
                    waiting += 1
                    put_in(label, bucket, other, goal)
                else:
                    old = (known >> shift) & mask
                    if old != goal:
                        take_out(label, bucket, other, old)
                        put_in(label, bucket, other, goal)
                label[other, TIME] = arrival
                label[other, LABEL] = node
    return reached


@compiled
def start(work: Workspace, nodes: Int32Array, times: Int32Array, limit: int, shift: int) -> int:
    """Label the junctions next to a site and let them wait; return how many there are."""
    label, bucket = work.label, work.bucket
    mask = bucket.size - 1
    count = 0
    for k in range(nodes.size):
        node, time = nodes[k], times[k]
        if node < 0 or time > limit or time >= label[node, TIME]:
            continue
        if label[node, TIME] == UNREACHED:
            work.reached[count] = node
            count += 1
        else:
            take_out(label, bucket, node, (label[node, TIME] >> shift) & mask)
        label[node, TIME] = time
        label[node, LABEL] = -1
        put_in(label, bucket, node, (time >> shift) & mask)
    return count


@compiled
def trace(label: Int32Array, node: int) -> Int32Array:
    """Return the junctions from one that a search from a single site has labelled to the site, both ends included."""
    count = 1
    at = node
    while label[at, LABEL] >= 0:
        at = label[at, LABEL]
        count += 1
    nodes = np.empty(count, np.int32)
    at = node
    for k in range(count):
        nodes[k] = at
        at = label[at, LABEL]
    return nodes


@compiled
def along_link(doors: Doors, sites: SitePlaces, site: int, demand: int) -> int:
    """Return milliseconds from a demand point to a site on its own link without leaving it; -1 where it cannot be."""
    total = -1
    if sites.forward_ms[site] >= 0 and doors.along[demand] <= sites.along[site]:
        total = sites.forward_ms[site] - doors.forward_ms[demand]
    if sites.backward_ms[site] >= 0 and doors.along[demand] >= sites.along[site]:
        against = doors.backward_ms[demand] - sites.backward_ms[site]
        if total < 0 or against < total:
            total = against
    return total


@compiled
def collect_own(doors: Doors, sites: SitePlaces, group: Int32Array, work: Workspace, hits: int) -> int:
    """Note the times of demand points on links with sites, which may be reached without leaving them."""
    label, last = work.label, work.lane_ms.shape[0] - 1
    for owner in group:
        link = sites.link[owner]
        if link < 0 or not work.own[link]:
            continue
        work.own[link] = False
        a, b = doors.link_ends[link, 0], doors.link_ends[link, 1]
        at_start = label[a, NEXT] if label[a, TIME] != UNREACHED else last
        at_end = label[b, NEXT] if label[b, TIME] != UNREACHED else last
        for point in range(doors.first_on_link[link], doors.first_on_link[link + 1]):
            work.hit[hits] = point
            work.hit_ms[hits] = UNREACHED
            for lane in range(group.size):
                time = np.int64(work.lane_ms[at_start, lane]) + doors.exit_ms[point, 0]
                time = min(time, np.int64(work.lane_ms[at_end, lane]) + doors.exit_ms[point, 1])
                site = group[lane]
                along = along_link(doors, sites, site, point) if sites.link[site] == link else -1
                if along >= 0:
                    time = min(time, np.int64(along) + doors.own_ms[point] + sites.own_ms[site])
                work.hit_ms[hits, lane] = min(time, UNREACHED)
            hits += 1
    return hits


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
    for link in range(doors.link_ends.shape[0]):
        for demand in range(doors.first_on_link[link], doors.first_on_link[link + 1]):
            for side in range(2):
                node = doors.link_ends[link, side]
                total = int(work.label[node, TIME]) + int(doors.exit_ms[demand, side])
                _keep_nearer(ms, nearest, demand, total, work.label[node, LABEL], limit)
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
            head = graph.arc[t, 0]
            waiting += _improve(work, max(head, ~head), time + graph.arc[t, 1], site, limit, shift)
