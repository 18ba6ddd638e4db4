"""Chains of road pieces without a junction between them, joined into links so that searches settle fewer nodes."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from facopt.travel.compiled import compiled

BoolArray = np.ndarray[Any, np.dtype[np.bool_]]
Int32Array = np.ndarray[Any, np.dtype[np.int32]]
Int64Array = np.ndarray[Any, np.dtype[np.int64]]


LONGEST_MS = 2**30 - 1
"""No piece and no chain takes longer (298 hours), so that the sum of two stays within 32 bits."""


class Pieces(NamedTuple):
    """Road pieces (P,) between nodes; milliseconds in and against their direction, -1 where closed."""

    start: Int32Array
    end: Int32Array
    forward_ms: Int32Array
    backward_ms: Int32Array


class Chains(NamedTuple):
    """Pieces in the order of their chains (links)."""

    order: Int32Array
    """Piece indices, chain after chain (P,)."""
    first: Int32Array
    """Chain c holds `order[first[c]:first[c + 1]]` (C + 1,)."""
    reversed: BoolArray
    """By piece: True where the piece points against its chain (P,)."""


def find_chains(pieces: Pieces, node_count: int) -> Chains:
    """Join pieces at every node that exactly two of them share and that any journey just passes through."""
    incident_first, incident = _incidence(pieces, node_count)
    interior = _interior_nodes(pieces, node_count)
    order, first, against = _trace(pieces, incident_first, incident, interior)
    return Chains(order, first, against)


def _incidence(pieces: Pieces, node_count: int) -> tuple[Int64Array, Int32Array]:
    ends = np.concatenate([pieces.start, pieces.end])
    order = np.argsort(ends, kind="stable")
    first = np.concatenate([[0], np.cumsum(np.bincount(ends, minlength=node_count))])
    return first, (order % max(len(pieces.start), 1)).astype(np.int32)


def _interior_nodes(pieces: Pieces, node_count: int) -> BoolArray:
    """Return the nodes with two pieces, open either both ways or one after the other in one direction."""

    def count(nodes: Int32Array, chosen: BoolArray) -> Int64Array:
        return np.bincount(nodes[chosen], minlength=node_count)

    forward, backward = pieces.forward_ms >= 0, pieces.backward_ms >= 0
    everything = np.ones(len(pieces.start), dtype=bool)
    degree = count(pieces.start, everything) + count(pieces.end, everything)
    leaving = count(pieces.start, forward) + count(pieces.end, backward)
    arriving = count(pieces.end, forward) + count(pieces.start, backward)
    looped = count(pieces.start, pieces.start == pieces.end) > 0
    return np.asarray((degree == 2) & (leaving == arriving) & ~looped)


@compiled
def _trace(
    pieces: Pieces, incident_first: Int64Array, incident: Int32Array, interior: BoolArray
) -> tuple[Int32Array, Int32Array, BoolArray]:
    """Walk every chain once from one end to the other; a ring is opened at its first piece."""
    count = pieces.start.size
    seen = np.zeros(count, np.bool_)
    against = np.zeros(count, np.bool_)
    order = np.empty(count, np.int32)
    first = np.empty(count + 1, np.int32)
    placed = 0
    chains = 0
    for seed in range(count):
        if seen[seed]:
            continue
        piece, node = _chain_end(pieces, seed, incident_first, incident, interior)
        first[chains] = placed
        chains += 1
        total = 0
        walking = True
        while walking:
            seen[piece] = True
            against[piece] = pieces.start[piece] != node
            order[placed] = piece
            placed += 1
            total += _slower_ms(pieces, piece)
            node = pieces.start[piece] if against[piece] else pieces.end[piece]
            if interior[node]:
                piece = _other(piece, node, incident_first, incident)
                if total + _slower_ms(pieces, piece) > LONGEST_MS:
                    interior[node] = False
            walking = interior[node]
    first[chains] = placed
    return order, first[: chains + 1].copy(), against


@compiled
def _chain_end(
    pieces: Pieces, seed: int, incident_first: Int64Array, incident: Int32Array, interior: BoolArray
) -> tuple[int, int]:
    """Return the first piece of the chain that a piece belongs to, and the node where the chain begins."""
    piece, node = seed, pieces.start[seed]
    while interior[node]:
        piece = _other(piece, node, incident_first, incident)
        node = pieces.end[piece] if pieces.start[piece] == node else pieces.start[piece]
        if piece == seed:
            node = pieces.start[seed]
            interior[node] = False
    return piece, node


@compiled
def _other(piece: int, node: int, incident_first: Int64Array, incident: Int32Array) -> int:
    """Return the other piece at a node of two."""
    around = incident_first[node]
    return int(incident[around + 1] if incident[around] == piece else incident[around])


@compiled
def _slower_ms(pieces: Pieces, piece: int) -> int:
    """Return the time of a piece in its slower direction."""
    return int(max(pieces.forward_ms[piece], pieces.backward_ms[piece]))
