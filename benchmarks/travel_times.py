"""Travel times of a province against other software: `python benchmarks/travel_times.py [--roads FILE --crs EPSG:n]`.

Prints one line per engine with sources per second and how many times faster facopt is, twice: the search alone on one
thread in processor time, which other programs on the machine hardly disturb; and the whole stage on all threads by the
clock, from coordinates to sorted pairs, for which the other engine is given its processor time. The machine line is
what NumPy takes to sort ten million random numbers, so that figures of different machines can be compared.

pandana is measured with `--with-pandana`, in an environment of its own under `--pandana-folder`, made if it is missing.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.road_networks import METRIC_CRS, as_road_table, people_and_sites, province
from facopt.inputs.roads import RoadTable, read_roads
from facopt.travel.door_to_door import road_travel_times
from facopt.travel.doors import demand_doors, site_places
from facopt.travel.kernels import LANES, bucket_shift, new_workspace
from facopt.travel.lanes import search_group
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
    if options.with_pandana:
        _pandana(network, options, per_thread, all_threads)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--roads", type=Path, help="a road file instead of the synthetic province")
    parser.add_argument("--crs", default=METRIC_CRS, help="metric system for --roads")
    parser.add_argument("--nodes", type=int, default=500_000)
    parser.add_argument("--demand", type=int, default=100_000)
    parser.add_argument("--sites", type=int, default=5_000)
    parser.add_argument("--minutes", type=float, default=30.0)
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
        f"facopt, one thread: {rate:.0f} sources/s over {sources}, each reaching {junctions:.0f} junctions that stand "
        f"for {junctions * per_junction:.0f} nodes: {rate * junctions * per_junction / 1e6:.1f} million nodes/s, and "
        f"{pairs / sources:.0f} pairs, writing included"
    )
    return rate, len(sites) / whole


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


PANDANA = """
import sys, time
import numpy, pandas, pandana
kept = numpy.load(sys.argv[1])
begin = time.process_time()
graph = pandana.Network(
    pandas.Series(kept["x"]), pandas.Series(kept["y"]), pandas.Series(kept["tail"]), pandas.Series(kept["head"]),
    pandas.DataFrame({"minutes": kept["minutes"]}), twoway=False,
)
built = time.process_time() - begin
graph.nodes_in_range(kept["sources"][:2].tolist(), float(sys.argv[2]), imp_name="minutes")
begin = time.process_time()
graph.nodes_in_range(kept["sources"].tolist(), float(sys.argv[2]), imp_name="minutes")
print(built, len(kept["sources"]) / (time.process_time() - begin))
"""


def _pandana(network: Network, options: argparse.Namespace, per_thread: float, all_threads: float) -> None:
    """Measure pandana's nodes_in_range in an environment of its own, since it pins older packages."""
    python = options.pandana_folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        try:
            subprocess.run([sys.executable, "-m", "venv", options.pandana_folder], check=True)
            install = [python, "-m", "pip", "install", "--quiet", "pandana", "setuptools<81"]
            subprocess.run(install, check=True, capture_output=True, text=True)
        except (subprocess.CalledProcessError, OSError) as error:
            print(f"pandana: skipped, it cannot be installed here ({error})")
            return
    pieces, roads = network.pieces, network.roads
    nodes, number = np.unique(np.concatenate([pieces.end, pieces.start]), return_inverse=True)
    head, tail = number.reshape(2, -1)
    both = (pieces.forward_ms >= 0, pieces.backward_ms >= 0)
    arrays = {
        "x": roads.node_lon[nodes], "y": roads.node_lat[nodes],
        "tail": np.concatenate([head[both[0]], tail[both[1]]]), "head": np.concatenate([tail[both[0]], head[both[1]]]),
        "minutes": np.concatenate([pieces.forward_ms[both[0]], pieces.backward_ms[both[1]]]) / 60_000,
        "sources": np.searchsorted(nodes, _sources(network, 100)),
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "graph.npz"
        np.savez(file, **arrays)
        called = subprocess.run([python, "-c", PANDANA, file, str(options.minutes)], capture_output=True, text=True)
    if called.returncode:
        print(f"pandana: skipped, it fails here ({called.stderr.strip().splitlines()[-1:]})")
        return
    built, rate = map(float, called.stdout.split()[-2:])
    print(
        f"pandana: {rate:.1f} sources/s after {built:.1f} s to prepare; facopt is {per_thread / rate:.0f} times faster "
        f"on one thread, {all_threads / rate:.0f} times on all, snapping and sorting included"
    )


if __name__ == "__main__":
    main()
