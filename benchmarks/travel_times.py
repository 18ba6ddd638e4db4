"""Travel times of a province against other software: `python benchmarks/travel_times.py [--roads FILE --crs EPSG:n]`.

Prints one line per engine with sources per second and how many times faster facopt is: in processor time on one thread,
and by the clock for the whole stage, snapping and sorting included, on all threads. The machine line is what NumPy
takes to sort ten million random numbers, so that figures of different machines can be compared.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.road_networks import METRIC_CRS, as_road_table, people_and_sites, province
from facopt.inputs.roads import RoadTable, read_roads
from facopt.travel.door_to_door import road_travel_times
from facopt.travel.doors import demand_doors, site_places
from facopt.travel.kernels import bucket_shift, new_workspace, search_sites
from facopt.travel.network import Network, build_network, to_networkx
from facopt.travel.profiles import load_profile
from facopt.travel.snapping import RoadIndex

if TYPE_CHECKING:
    from collections.abc import Callable


def main() -> None:
    options = _options()
    keys = np.random.default_rng(0).random(10_000_000)
    sorting = _cpu_seconds(lambda: np.sort(keys))
    print(f"machine: {sorting:.2f} s to sort 10 million numbers, {os.cpu_count()} processors")
    roads, crs = _roads(options)
    network, seconds = _timed(lambda: build_network(roads, load_profile("drive"), metric_crs=crs))
    nodes = len(np.unique(np.concatenate([network.pieces.start, network.pieces.end])))
    print(
        f"network: {nodes:,} nodes, {len(network.pieces.start):,} edges, {len(network.junction_node):,} junctions, "
        f"{seconds:.1f} s to build"
    )
    demand, sites = people_and_sites(roads, options.demand, options.sites)
    per_thread, all_threads = _facopt(network, demand, sites, options)
    limit = int(options.minutes * 60_000)
    engines = {"networkx": _networkx, "scipy": _scipy}
    for name, engine in engines.items():
        rate = engine(network, limit)
        print(
            f"{name}: {rate:.1f} sources/s; facopt is {per_thread / rate:.0f} times faster on one thread, "
            f"{all_threads / rate:.0f} times on all, snapping and sorting included"
        )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--roads", type=Path, help="a road file instead of the synthetic province")
    parser.add_argument("--crs", default=METRIC_CRS, help="metric system for --roads")
    parser.add_argument("--nodes", type=int, default=500_000)
    parser.add_argument("--demand", type=int, default=100_000)
    parser.add_argument("--sites", type=int, default=5_000)
    parser.add_argument("--minutes", type=float, default=30.0)
    return parser.parse_args()


def _roads(options: argparse.Namespace) -> tuple[RoadTable, str]:
    if options.roads:
        roads, seconds = _timed(lambda: read_roads(options.roads))
        print(f"{options.roads.name}: {seconds:.1f} s to read")
        return roads, options.crs
    return as_road_table(province(options.nodes)), METRIC_CRS


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    begin = time.perf_counter()
    result = work()
    return result, time.perf_counter() - begin


def _cpu_seconds(work: Callable[[], Any]) -> float:
    """Return processor time, which other programs on the machine disturb less than time on the clock."""
    begin = time.process_time()
    work()
    return time.process_time() - begin


def _facopt(network: Network, demand: Any, sites: Any, options: argparse.Namespace) -> tuple[float, float]:
    """Return sources per second of one thread (CPU seconds of the searches), and of all (the whole stage)."""
    road_travel_times(network, mode="drive", demand_lonlat=demand[:9], site_lonlat=sites[:9], cutoff_minutes=1)
    times, whole = _timed(
        lambda: road_travel_times(
            network, mode="drive", demand_lonlat=demand, site_lonlat=sites, cutoff_minutes=options.minutes
        )
    )
    print(
        f"facopt, all threads: {whole:.1f} s from coordinates to {len(times):,} pairs, {len(sites) / whole:.0f} "
        f"sources/s, peak memory {_peak_megabytes():.0f} MB"
    )
    index = RoadIndex(network)
    demand_snap, site_snap = index.snap(demand), index.snap(sites)
    doors, places = demand_doors(network, demand_snap), site_places(network, site_snap)
    shift, buckets = bucket_shift(network.longest_ms)
    work = new_workspace(len(network.junction_node), len(doors.place), buckets)
    by_place = np.argsort(places.link, kind="stable").astype(np.int32)
    middle = by_place[len(by_place) // 2 - 500 :][:1000]
    begin = time.process_time()
    limit = int(options.minutes * 60_000)
    _, found, _, settled = search_sites(network.reverse, doors.doors, places, middle, limit, shift, work)
    seconds = time.process_time() - begin
    nodes = settled * len(np.unique([network.pieces.start, network.pieces.end])) / len(network.junction_node)
    print(
        f"facopt, one thread: {len(middle) / seconds:.0f} sources/s, settling {settled / seconds / 1e6:.1f} million "
        f"junctions/s that stand for {nodes / seconds / 1e6:.1f} million nodes/s, {settled / len(middle):.0f} "
        f"junctions and {len(found) / len(middle):.0f} pairs per source, writing included"
    )
    return len(middle) / seconds, len(sites) / whole


def _peak_megabytes() -> float:
    try:
        import resource
    except ImportError:  # Windows
        return float("nan")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _sources(network: Network, count: int) -> list[int]:
    return np.random.default_rng(4).choice(network.junction_node, count, replace=False).tolist()


def _networkx(network: Network, limit: int) -> float:
    import networkx as nx

    graph = to_networkx(network).reverse(copy=False)
    sources = _sources(network, 10)
    seconds = _cpu_seconds(
        lambda: [nx.single_source_dijkstra_path_length(graph, s, cutoff=limit, weight="ms") for s in sources]
    )
    return len(sources) / seconds


def _scipy(network: Network, limit: int) -> float:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import dijkstra

    pieces = network.pieces
    forward, backward = pieces.forward_ms >= 0, pieces.backward_ms >= 0
    tail = np.concatenate([pieces.end[forward], pieces.start[backward]])
    head = np.concatenate([pieces.start[forward], pieces.end[backward]])
    ms = np.concatenate([pieces.forward_ms[forward], pieces.backward_ms[backward]])
    size = len(network.roads.node_id)
    graph = coo_array((np.maximum(ms, 1).astype(float), (tail, head)), shape=(size, size)).tocsr()
    sources = _sources(network, 100)
    seconds = _cpu_seconds(
        lambda: [dijkstra(graph, indices=sources[k : k + 25], limit=limit) for k in range(0, len(sources), 25)]
    )
    return len(sources) / seconds


if __name__ == "__main__":
    main()
