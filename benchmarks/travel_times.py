"""Travel times of a province against other software: `python benchmarks/travel_times.py [--roads FILE --crs EPSG:n]`.

Like for like: everybody has the same prepared network, with homes and sites at its nodes, and is asked for all rows
(site, demand point, milliseconds) within the limit: facopt on two threads, the best of five by the clock; the others as
their users call them (none uses a second processor), then in two processes side by side. What else runs on the machine
slows facopt only: the others are given their processor time. The number of pairs must be the same.

facopt's whole stage, from coordinates beside the road to sorted pairs, is compared with the same figures of the others,
who are spared all but the search. One thread is measured in processor time, which other programs hardly disturb.

The machine line is what NumPy takes to sort ten million random numbers, so that figures of different machines can be
compared. pandana is measured with `--with-pandana`, in an environment of its own under `--pandana-folder`, made if it
is missing.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.road_networks import METRIC_CRS, as_road_table, people_and_sites, province
from benchmarks.travel_peers import Measured, measure, pandana_python, write_network
from facopt.inputs.roads import RoadTable, read_roads
from facopt.travel.door_to_door import Journey, found_by_site, road_travel_times
from facopt.travel.doors import demand_doors, site_places
from facopt.travel.kernels import LANES, bucket_shift, new_workspace
from facopt.travel.lanes import search_group
from facopt.travel.network import Network, build_network
from facopt.travel.profiles import load_profile
from facopt.travel.snapping import RoadIndex

if TYPE_CHECKING:
    from collections.abc import Callable

REPEATS = 5
PEER_SITES = {"NetworkX": 20, "SciPy": 200, "pandana": 100}
GOALS = {"NetworkX": 150, "SciPy": 20, "pandana": 40}


def main() -> None:
    options = _options()
    print(_machine())
    roads, crs = _roads(options)
    network, seconds = _timed(lambda: build_network(roads, load_profile("drive"), metric_crs=crs))
    nodes = len(np.unique(np.concatenate([network.pieces.start, network.pieces.end])))
    print(
        f"network: {nodes:,} nodes, {len(network.pieces.start):,} edges, {len(network.junction_node):,} junctions, "
        f"{seconds:.1f} s to build"
    )
    demand, sites = people_and_sites(roads, options.demand, options.sites)
    whole = _whole_stage(network, demand, sites, options)
    _one_thread(network, demand, sites, options)
    _like_for_like(network, options, whole)


def _machine() -> str:
    keys = np.random.default_rng(0).random(10_000_000)
    begin = time.process_time()
    np.sort(keys)
    sorting = time.process_time() - begin
    return f"machine: {sorting:.2f} s to sort 10 million numbers, {os.cpu_count()} processors, load {_load()}"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--roads", type=Path, help="a road file instead of the synthetic province")
    parser.add_argument("--crs", default=METRIC_CRS, help="metric system for --roads")
    parser.add_argument("--nodes", type=int, default=500_000)
    parser.add_argument("--demand", type=int, default=100_000)
    parser.add_argument("--sites", type=int, default=5_000)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--with-pandana", action="store_true")
    parser.add_argument("--pandana-folder", type=Path, default=Path(tempfile.gettempdir()) / "pandana-environment")
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


def _whole_stage(network: Network, demand: Any, sites: Any, options: argparse.Namespace) -> float:
    """Return sources per second of the whole stage, from coordinates to sorted pairs: the best of five."""
    road_travel_times(network, mode="drive", demand_lonlat=demand[:9], site_lonlat=sites[:9], cutoff_minutes=1)
    seconds = []
    for _ in range(REPEATS):
        times, clock = _timed(
            lambda: road_travel_times(
                network, mode="drive", demand_lonlat=demand, site_lonlat=sites, cutoff_minutes=options.minutes,
                threads=options.threads,
            )
        )  # fmt: skip
        pairs = len(times)
        del times
        seconds.append(clock)
    rate = len(sites) / min(seconds)
    print(
        f"facopt's whole stage, {options.threads} threads: {min(seconds):.2f} s from coordinates to {pairs:,} "
        f"sorted pairs, {rate:,.0f} sources/s, peak memory {_peak_megabytes():.0f} MB"
    )
    return rate


def _one_thread(network: Network, demand: Any, sites: Any, options: argparse.Namespace) -> None:
    """Print sources and settled nodes per second of one thread, in processor time."""
    index = RoadIndex(network)
    demand_snap, site_snap = index.snap(demand, leaving=True), index.snap(sites, leaving=False)
    doors, places = demand_doors(network, demand_snap), site_places(network, site_snap)
    longest = max(network.longest_ms, int(places.node_ms.max() + places.own_ms.max()))
    shift, buckets = bucket_shift(longest)
    work = new_workspace(network.reverse, buckets, doors.doors)
    order = np.argsort(places.link, kind="stable").astype(np.int32)
    groups = [order[k : k + LANES] for k in range(0, len(order), LANES)][:: max(1, len(order) // (64 * LANES))]
    limit = int(options.minutes * 60_000)
    begin = time.process_time()
    found = [search_group(network.reverse, doors.doors, places, group, limit, shift, work) for group in groups]
    seconds = time.process_time() - begin
    sources = sum(len(group) for group in groups)
    pairs = sum(int(parts[1].sum()) for parts, _, _, _ in found)
    junctions = _reached_junctions(network, places, [group[0] for group in groups], limit)
    per_junction = len(np.unique([network.pieces.start, network.pieces.end])) / len(network.junction_node)
    rate = sources / seconds
    print(
        f"facopt's search, one thread, processor time: {rate:,.0f} sources/s over {sources}, each reaching "
        f"{junctions:,.0f} junctions that stand for {junctions * per_junction:,.0f} nodes: "
        f"{rate * junctions * per_junction / 1e6:.1f} million nodes/s, and {pairs / sources:,.0f} pairs, written too"
    )


def _like_for_like(network: Network, options: argparse.Namespace, whole: float) -> None:
    """Ask everybody for the same pairs on the same network, and print how many times faster facopt is."""
    dice = np.random.default_rng(4)
    demand = dice.choice(np.unique([network.pieces.start, network.pieces.end]), options.demand)
    sites = dice.choice(network.junction_node, options.sites)
    limit = int(options.minutes * 60_000)
    rate, pairs_of = _facopt_search(network, demand, sites, limit, options.threads)
    print(f"like for like, homes and sites at nodes, load {_load()}")
    print(f"  facopt, {options.threads} threads: {rate:,.0f} sources/s by the clock")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "network.npz"
        write_network(network, demand, sites, file)
        for name, count in PEER_SITES.items():
            if name == "pandana" and not options.with_pandana:
                continue
            try:
                python = pandana_python(options.pandana_folder) if name == "pandana" else None
                alone, side_by_side = (measure(name, file, limit, count, n, python) for n in (1, 2))
            except RuntimeError as error:
                print(f"  {error}")
                continue
            _print_peer(name, alone, side_by_side, rate, whole)
            print(f"    pairs from its {count} sites: {alone.pairs:,}, facopt {int(pairs_of[:count].sum()):,}")


def _print_peer(name: str, alone: Measured, two: Measured, rate: float, whole: float) -> None:
    print(
        f"  {name}: {alone.sources_per_second:.1f} sources/s on {alone.cores:.1f} processors; facopt's search is "
        f"{rate / alone.sources_per_second:.0f} times faster (goal {GOALS[name]}), its whole stage "
        f"{whole / alone.sources_per_second:.0f} times"
    )
    print(
        f"    two processes side by side: {two.sources_per_second:.1f} sources/s; "
        f"{rate / two.sources_per_second:.0f} times, whole stage {whole / two.sources_per_second:.0f} times"
    )


def _facopt_search(network: Network, demand: Any, sites: Any, limit: int, threads: int) -> tuple[float, Any]:
    """Return sources per second of searches from prepared sites, and how many pairs each site has (J,)."""
    lonlat = np.stack([network.roads.node_lon, network.roads.node_lat], axis=1)
    index = RoadIndex(network)
    doors = demand_doors(network, index.snap(lonlat[demand], leaving=True))
    places = site_places(network, index.snap(lonlat[sites], leaving=False))
    journey = Journey(network, doors, places, len(demand))
    seconds = []
    for _ in range(REPEATS):
        found, clock = _timed(lambda: found_by_site(journey, limit, threads, lambda _share: None))
        pairs = np.zeros(len(sites), dtype=np.int64)
        pairs[[one.site for one in found]] = [len(one.ms) for one in found]
        seconds.append(clock)
    return len(sites) / min(seconds), pairs


def _load() -> str:
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"


def _reached_junctions(network: Network, places: Any, sites: list[int], limit: int) -> float:
    """Return how many junctions one site reaches on average."""
    from facopt.travel.kernels import TIME, UNREACHED, settle, start

    shift, buckets = bucket_shift(max(network.longest_ms, int(places.node_ms.max())))
    total = 0
    for site in sites:
        work = new_workspace(network.reverse, buckets)
        reached = start(work, places.node[site], places.node_ms[site], limit, shift)
        settle(network.reverse, work, reached, reached, limit, shift)
        total += int(np.count_nonzero(work.label[:, TIME] != UNREACHED))
    return total / len(sites)


def _peak_megabytes() -> float:
    try:
        import resource
    except ImportError:  # Windows
        return float("nan")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
