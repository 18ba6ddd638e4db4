"""A network as plain arrays, to be kept beside the roads it was built from, and back."""

from __future__ import annotations

from dataclasses import asdict
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from facopt.travel.chains import Chains, Pieces
from facopt.travel.closures import ClosedRoads
from facopt.travel.kept_text import from_text, text_array
from facopt.travel.kernels import SearchGraph
from facopt.travel.network import Links, Network, PieceInLink

if TYPE_CHECKING:
    from collections.abc import Mapping

    from facopt.inputs.road_table import RoadTable
    from facopt.travel.profiles import Profile

Arrays = dict[str, Any]
GROUPS: Mapping[str, Any] = MappingProxyType(
    {"pieces": Pieces, "place_in_link": PieceInLink, "links": Links, "chains": Chains, "reverse": SearchGraph}
)
SINGLE = ("piece_edge", "junction_node", "component", "component_km")


def network_as_arrays(network: Network) -> Arrays:
    """Return a network without its roads and its profile."""
    head = {"longest_ms": network.longest_ms, "closed": [asdict(one) for one in network.closed]}
    arrays = {"head": text_array(head), **{name: getattr(network, name) for name in SINGLE}}
    for group in GROUPS:
        arrays |= {f"{group}.{name}": value for name, value in getattr(network, group)._asdict().items()}
    return arrays


def network_from_arrays(arrays: Mapping[str, Any], roads: RoadTable, profile: Profile, metric_crs: str) -> Network:
    """Return the network of some roads.

    Raises
    ------
    KeyError
        If an array is missing.
    ValueError
        If the arrays do not fit each other or the roads: the searches trust them.
    """
    head = from_text(arrays["head"])
    groups: dict[str, Any] = {
        group: kind(**{name: arrays[f"{group}.{name}"] for name in kind._fields}) for group, kind in GROUPS.items()
    }
    network = Network(
        profile=profile, metric_crs=metric_crs, roads=roads, **{name: arrays[name] for name in SINGLE}, **groups,
        longest_ms=int(head["longest_ms"]), closed=tuple(ClosedRoads(**one) for one in head["closed"]),
    )  # fmt: skip
    _require_whole(network)
    return network


def _require_whole(network: Network) -> None:
    pieces, links, junctions = len(network.piece_edge), len(network.links.start), len(network.junction_node)
    nodes, parts = len(network.roads.node_id), len(network.component_km)
    arcs = network.reverse.arc[:, 0]
    indices = (
        (network.piece_edge, len(network.roads)), (network.pieces.start, nodes), (network.pieces.end, nodes),
        (network.place_in_link.link, links), (network.chains.order, pieces), (network.links.start, junctions),
        (network.links.end, junctions), (network.junction_node, nodes), (network.component, parts),
        (np.where(arcs < 0, ~arcs, arcs), junctions),
    )  # fmt: skip
    inside = all(len(array) == 0 or (array.min() >= 0 and array.max() < size) for array, size in indices)
    sizes: tuple[tuple[tuple[Any, ...], int], ...] = (
        ((*network.pieces, *network.place_in_link, network.chains.order, network.chains.reversed), pieces),
        ((*network.links, network.component), links),
    )
    alike = all(len(array) == size for arrays, size in sizes for array in arrays)
    if not (inside and alike and _runs_through(network.chains.first, links, pieces)
            and _runs_through(network.reverse.first_arc, junctions, len(arcs))):  # fmt: skip
        msg = "the kept network is damaged"
        raise ValueError(msg)


def _runs_through(first: Any, rows: int, members: int) -> bool:
    """Return whether rows begin one after the other and end where the members end."""
    return len(first) == rows + 1 and first[0] == 0 and first[-1] == members and bool((np.diff(first) >= 0).all())
