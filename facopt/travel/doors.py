"""Snapped points as the kernels need them: where their ways meet the junctions, in integer milliseconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from facopt.travel.kernels import LAST_MS, NEVER, Doors, SitePlaces
from facopt.travel.network import MS_PER_HOUR, Network

if TYPE_CHECKING:
    from facopt.travel.snapping import Snap

Int32Array = np.ndarray[Any, np.dtype[np.int32]]
Int64Array = np.ndarray[Any, np.dtype[np.int64]]
FloatArray = np.ndarray[Any, np.dtype[np.float64]]


class LinkPlaces(NamedTuple):
    """Points (K,) on links; the kernels' terms (see SitePlaces)."""

    link: Int32Array
    along: FloatArray
    forward_ms: Int32Array
    backward_ms: Int32Array


@dataclass(frozen=True)
class DemandDoors:
    """Demand points sorted along the links, with the way back to the caller's order."""

    doors: Doors
    place: Int32Array
    """Index of the caller's demand point, by position in `doors`."""


def places_on_links(network: Network, snap: Snap) -> LinkPlaces:
    """Return where snapped points lie on their links; link -1 where cut off."""
    piece = np.maximum(snap.piece, 0)
    place, pieces = network.place_in_link, network.pieces
    against = place.against[piece]
    forward_ms, backward_ms = pieces.forward_ms[piece], pieces.backward_ms[piece]
    from_start, to_start = _part(forward_ms, snap.fraction), _part(backward_ms, snap.fraction)
    with_link = np.where(against, backward_ms - to_start, from_start)
    against_link = np.where(against, forward_ms - from_start, to_start)
    return LinkPlaces(
        link=np.where(snap.piece < 0, -1, place.link[piece]).astype(np.int32),
        along=np.asarray(place.rank[piece] + np.where(against, 1.0 - snap.fraction, snap.fraction), dtype=np.float64),
        forward_ms=_after(place.offset_forward_ms[piece], with_link, np.where(against, backward_ms, forward_ms)),
        backward_ms=_after(place.offset_backward_ms[piece], against_link, np.where(against, forward_ms, backward_ms)),
    )


def _part(piece_ms: Int32Array, fraction: FloatArray) -> Int64Array:
    return np.floor(piece_ms * fraction + 0.5).astype(np.int64)


def _after(offset_ms: Int32Array, part_ms: Int64Array, piece_ms: Int32Array) -> Int32Array:
    return np.where(piece_ms < 0, -1, offset_ms + part_ms).astype(np.int32)


def off_road_ms(network: Network, snap: Snap) -> Int32Array:
    """Return the walk between the points and the road, in milliseconds; of cut-off points, 0."""
    metres = np.where(snap.piece < 0, 0.0, snap.metres)
    hours = metres / 1000 / network.profile.off_road_kmh
    return np.minimum(np.floor(hours * MS_PER_HOUR + 0.5), LAST_MS // 4).astype(np.int32)


def terminal_ms(network: Network) -> int:
    """Return the fixed time of a journey in milliseconds."""
    return int(min(np.floor(network.profile.terminal_minutes * 60_000 + 0.5), LAST_MS // 4))


def demand_doors(network: Network, snap: Snap) -> DemandDoors:
    """Return where the ways of demand points meet the junctions of the network, leaving their links at either end."""
    on = places_on_links(network, snap)
    place = np.lexsort((on.along, on.link)).astype(np.int32)
    place = place[np.count_nonzero(on.link < 0) :]
    on = LinkPlaces(on.link[place], on.along[place], on.forward_ms[place], on.backward_ms[place])
    own = off_road_ms(network, snap)[place] + terminal_ms(network)
    _, leave = ends_of_links(network, on, leaving=True)
    ends = np.stack([network.links.start, network.links.end], axis=1)
    first_at_node, link_at_node = _links_at_nodes(np.unique(on.link), ends, len(network.junction_node))
    doors = Doors(
        first_at_node=first_at_node, link_at_node=link_at_node, link_ends=ends,
        first_on_link=_first(on.link, len(ends)),
        exit_ms=np.where(leave < 0, NEVER, np.minimum(leave + own[:, None], NEVER)).astype(np.int32),
        along=on.along, forward_ms=on.forward_ms, backward_ms=on.backward_ms, own_ms=own.astype(np.int32),
    )  # fmt: skip
    return DemandDoors(doors, place)


def _links_at_nodes(occupied: Int32Array, ends: Int32Array, node_count: int) -> tuple[Int32Array, Int32Array]:
    """Return links with demand points by the junctions at their ends; see Doors."""
    start, end = ends[occupied, 0], ends[occupied, 1]
    open_ended = start != end
    node = np.concatenate([start, end[open_ended]])
    link = np.concatenate([occupied, occupied[open_ended]])
    begin = np.concatenate([np.full(len(start), -1, dtype=np.int32), start[open_ended]])
    order = np.lexsort((link, node))
    return _first(node, node_count), np.stack([link[order], begin[order]], axis=1).astype(np.int32)


def site_places(network: Network, snap: Snap) -> SitePlaces:
    """Return where sites lie on their links, and from which junctions they are reached."""
    on = places_on_links(network, snap)
    node, ms = ends_of_links(network, on, leaving=False)
    return SitePlaces(
        link=on.link, along=on.along, forward_ms=on.forward_ms, backward_ms=on.backward_ms,
        node=np.where(ms < 0, -1, node).astype(np.int32), node_ms=ms.astype(np.int32),
        own_ms=off_road_ms(network, snap),
    )  # fmt: skip


def ends_of_links(network: Network, on: LinkPlaces, *, leaving: bool) -> tuple[Int64Array, Int64Array]:
    """Return the two junctions of each point's link, and milliseconds to (or from) them, -1 where closed (K, 2).

    A point that lies on a junction is at that junction whatever the direction of its road.
    """
    links, link = network.links, np.maximum(on.link, 0)
    nodes = np.stack([links.start[link], links.end[link]], axis=1).astype(np.int64)
    beyond_forward = np.where(on.forward_ms < 0, -1, links.forward_ms[link] - on.forward_ms)
    beyond_backward = np.where(on.backward_ms < 0, -1, links.backward_ms[link] - on.backward_ms)
    at_start = on.backward_ms if leaving else on.forward_ms
    at_end = beyond_forward if leaving else beyond_backward
    ms = np.stack([at_start, at_end], axis=1).astype(np.int64)
    ms[on.along <= 0, 0] = 0
    ms[on.along >= np.diff(network.chains.first)[link], 1] = 0
    ms[on.link < 0] = -1
    return nodes, ms


def _first(keys: np.ndarray[Any, Any], size: int) -> Int32Array:
    counts = np.bincount(keys, minlength=size) if len(keys) else np.zeros(size, dtype=np.int64)
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
