"""Synthetic road networks that look like a province: towns, villages, local roads, faster roads between towns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, dijkstra, minimum_spanning_tree
from scipy.spatial import Delaunay, cKDTree

from facopt.errors import Place
from facopt.inputs.road_table import LineFacts, Lines, RoadTable, RoadTags, cut_lines

if TYPE_CHECKING:
    from pathlib import Path

FloatArray = np.ndarray[Any, np.dtype[np.float64]]
IntArray = np.ndarray[Any, np.dtype[np.int64]]

CLASSES = ("tertiary", "secondary", "primary")
NODES_PER_KM2 = 50
DEGREES_PER_KM = 1 / 111.19493
METRIC_CRS = "EPSG:32650"
CENTRE = (117.0, 30.0)


class Plane(NamedTuple):
    """A planar network in kilometres: points (N, 2), edges (E, 2) and the class of each edge (E,)."""

    points: FloatArray
    edges: IntArray
    road_class: IntArray


def province(node_count: int, seed: int = 1) -> Plane:
    """Return about `node_count` nodes at 50 per square kilometre, clustered around towns of very different size."""
    rng = np.random.default_rng(seed)
    side = (node_count / NODES_PER_KM2) ** 0.5
    points, towns = _settlements(rng, node_count, side)
    edges = _local_roads(rng, points)
    return _largest_component(Plane(points, edges, _faster_roads(points, edges, towns)))


def _settlements(rng: np.random.Generator, count: int, side: float) -> tuple[FloatArray, FloatArray]:
    town_count = max(8, count // 5000)
    towns = rng.random((town_count, 2)) * side
    weight = rng.pareto(1.2, town_count) + 0.3
    order = np.argsort(-weight)
    towns, weight = towns[order], weight[order] / weight.sum()
    town = rng.choice(town_count, count, p=weight)
    spread = 0.2 * side * np.sqrt(weight)
    points = towns[town] + rng.normal(size=(count, 2)) * spread[town][:, None]
    rural = rng.random(count) < 0.4
    points[rural] = rng.random((int(rural.sum()), 2)) * side
    return np.clip(points, 0, side) + rng.normal(size=(count, 2)) * 0.01, towns


def _local_roads(rng: np.random.Generator, points: FloatArray) -> IntArray:
    """Return a spanning tree of the nearest neighbours, and some of the shorter other edges of the triangulation."""
    corners = Delaunay(points).simplices
    edges = np.vstack([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [0, 2]]])
    edges = np.unique(np.sort(edges, axis=1), axis=0).astype(np.int64)
    length = np.linalg.norm(points[edges[:, 0]] - points[edges[:, 1]], axis=1)
    count = len(points)
    graph = coo_array((length + 1e-9, (edges[:, 0], edges[:, 1])), shape=(count, count)).tocsr()
    tree = minimum_spanning_tree(graph).tocoo()
    low, high = np.minimum(tree.row, tree.col).astype(np.int64), np.maximum(tree.row, tree.col)
    in_tree = np.isin(edges[:, 0] * count + edges[:, 1], low * count + high)
    usual = np.bincount(edges.ravel(), weights=np.repeat(length, 2)) / np.bincount(edges.ravel())
    short = length < 1.05 * np.minimum(usual[edges[:, 0]], usual[edges[:, 1]])
    return edges[in_tree | (short & (rng.random(len(edges)) < 0.6))]


def _faster_roads(points: FloatArray, edges: IntArray, towns: FloatArray) -> IntArray:
    """Return class numbers: shortest ways between the larger towns are secondary, between the largest primary."""
    road_class = np.zeros(len(edges), dtype=np.int64)
    length = np.linalg.norm(points[edges[:, 0]] - points[edges[:, 1]], axis=1) + 1e-6
    count = len(points)
    both = coo_array((np.r_[length, length], (edges.T.ravel(), edges[:, ::-1].T.ravel())), shape=(count, count)).tocsr()
    number = {(int(a), int(b)): k for k, (a, b) in enumerate(edges)}
    for level, size in ((1, 40), (2, 10)):
        hubs = np.unique(cKDTree(points).query(towns[:size])[1])
        for hub in hubs:
            distance, before = dijkstra(both, indices=hub, return_predecessors=True)
            for goal in hubs[np.argsort(distance[hubs])[1:5]]:
                at = int(goal)
                while before[at] >= 0:
                    last, at = at, int(before[at])
                    road_class[number[min(last, at), max(last, at)]] = level
    return road_class


def _largest_component(plane: Plane) -> Plane:
    count = len(plane.points)
    ones = np.ones(len(plane.edges), dtype=np.int8)
    _, label = connected_components(coo_array((ones, plane.edges.T), shape=(count, count)).tocsr(), directed=False)
    kept = label == np.bincount(label).argmax()
    number = np.cumsum(kept) - 1
    inside = kept[plane.edges[:, 0]]
    return Plane(plane.points[kept], number[plane.edges[inside]], plane.road_class[inside])


def as_road_table(plane: Plane) -> RoadTable:
    """Return the network as roads read from a file, in degrees around CENTRE."""
    middle = plane.points.mean(axis=0)
    lat = CENTRE[1] + (plane.points[:, 1] - middle[1]) * DEGREES_PER_KM
    lon = CENTRE[0] + (plane.points[:, 0] - middle[0]) * DEGREES_PER_KM / np.cos(np.radians(CENTRE[1]))
    ref = plane.edges.ravel()
    way = np.repeat(np.arange(len(plane.edges), dtype=np.int32), 2)
    lines = Lines(ref, lon[ref], lat[ref], way, np.ones(len(ref), dtype=bool), np.zeros(len(ref), dtype=bool))
    tags = tuple(RoadTags(highway=name) for name in CLASSES)
    tag = plane.road_class.astype(np.int32)
    facts = LineFacts(tags=tags, tag=tag, names=("",), name=np.zeros(len(tag), dtype=np.int32))
    return cut_lines(lines, facts, source="synthetic province", place=Place())


def people_and_sites(roads: RoadTable, demand: int, sites: int, seed: int = 2) -> tuple[FloatArray, FloatArray]:
    """Return degrees of demand points and sites beside random nodes, some 100 m from the road, (I, 2) and (J, 2)."""
    rng = np.random.default_rng(seed)
    node = rng.integers(0, len(roads.node_id), demand + sites)
    points = np.stack([roads.node_lon[node], roads.node_lat[node]], axis=1) + rng.normal(0, 0.001, (demand + sites, 2))
    return points[:demand], points[demand:]


def write_pbf(plane: Plane, path: Path) -> None:
    """Write the network as an OpenStreetMap extract, every edge a way, in degrees around CENTRE."""
    import osmium
    from osmium.osm.mutable import Node, Way

    roads = as_road_table(plane)
    with osmium.SimpleWriter(str(path), overwrite=True) as writer:
        for node, (lon, lat) in enumerate(zip(roads.node_lon.tolist(), roads.node_lat.tolist(), strict=True), start=1):
            writer.add_node(Node(id=node, location=(lon, lat)))
        ends = (plane.edges + 1).tolist()
        for way, (nodes, road_class) in enumerate(zip(ends, plane.road_class.tolist(), strict=True), start=1):
            writer.add_way(Way(id=way, nodes=nodes, tags={"highway": CLASSES[road_class]}))
