"""Other software that finds who is within a time of a site: each asked in processes of its own, so that they disturb
nobody and nobody them.

Every script reads one prepared network (arrays in a file), places homes and sites at its nodes, and gives all rows
(site, demand point, milliseconds) within the limit, in the way that the library's users write it. It prints seconds by
the clock, seconds of processor time, and how many pairs it found.
"""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from facopt.travel.network import Network

READ = """
import sys, time
import numpy
kept = numpy.load(sys.argv[1])
limit, count = int(sys.argv[2]), int(sys.argv[3])
tail, head, ms, demand, sites = (kept[name] for name in ("tail", "head", "ms", "demand", "sites"))
sites, size = sites[:count], len(kept["x"])
"""
MEASURE = """
begin, spent = time.perf_counter(), time.process_time()
pairs = rows_of()
print(time.perf_counter() - begin, time.process_time() - spent, pairs)
"""
NETWORKX = """
import networkx
graph = networkx.MultiDiGraph()
graph.add_weighted_edges_from(zip(tail.tolist(), head.tolist(), ms.tolist()), weight="ms")
homes = {}
for number, node in enumerate(demand.tolist()):
    homes.setdefault(node, []).append(number)
def rows_of():
    rows = []
    for site, node in enumerate(sites.tolist()):
        times = networkx.single_source_dijkstra_path_length(graph, node, cutoff=limit, weight="ms")
        rows += [(site, home, time) for at, time in times.items() if at in homes for home in homes[at]]
    return len(rows)
"""
SCIPY = """
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra
graph = coo_array((ms.astype(float), (tail, head)), shape=(size, size)).tocsr()
def rows_of():
    pairs = 0
    for first in range(0, len(sites), 25):
        times = dijkstra(graph, indices=sites[first : first + 25], limit=limit)[:, demand]
        site, home = numpy.nonzero(numpy.isfinite(times))
        rows = site + first, home, times[site, home]
        pairs += len(rows[0])
    return pairs
"""
PANDANA = """
import pandas, pandana
graph = pandana.Network(
    pandas.Series(kept["x"]), pandas.Series(kept["y"]), pandas.Series(tail), pandas.Series(head),
    pandas.DataFrame({"seconds": ms / 1000}), twoway=False,
)
homes = pandas.DataFrame({"destination": demand, "home": range(len(demand))})
graph.nodes_in_range(sites[:2].tolist(), 60.0, imp_name="seconds")
def rows_of():
    times = graph.nodes_in_range(sites.tolist(), limit / 1000, imp_name="seconds")
    return len(times.merge(homes, on="destination"))
"""
SCRIPTS = {"NetworkX": NETWORKX, "SciPy": SCIPY, "pandana": PANDANA}


class Measured(NamedTuple):
    """What some processes of one library did at the same time."""

    sources_per_second: float
    """Of all together, each by its processor time: no slower for what else runs on the machine."""
    cores: float
    """Processor time by time on the clock, of all together."""
    pairs: int
    """That one of them found."""


def write_network(network: Network, demand: Any, sites: Any, file: Path) -> None:
    """Write a network for the scripts, towards the sites; `demand` and `sites` are nodes of its road table."""
    pieces, roads = network.pieces, network.roads
    nodes, number = np.unique(np.concatenate([pieces.end, pieces.start]), return_inverse=True)
    end, start = number.reshape(2, -1)
    with_road, against_road = pieces.forward_ms >= 0, pieces.backward_ms >= 0
    np.savez(
        file, x=roads.node_lon[nodes], y=roads.node_lat[nodes],
        tail=np.concatenate([end[with_road], start[against_road]]),
        head=np.concatenate([start[with_road], end[against_road]]),
        ms=np.concatenate([pieces.forward_ms[with_road], pieces.backward_ms[against_road]]),
        demand=np.searchsorted(nodes, demand), sites=np.searchsorted(nodes, sites),
    )  # fmt: skip


def measure(name: str, file: Path, limit: int, sites: int, processes: int, python: Path | None = None) -> Measured:
    """Run a script in so many processes at once, each from the same number of sites. Raises RuntimeError."""
    command = [python or sys.executable, "-c", READ + SCRIPTS[name] + MEASURE, file, str(limit), str(sites)]
    running = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(processes)
    ]
    told = [process.communicate() for process in running]
    if any(process.returncode for process in running):
        msg = f"{name} fails here: {told[0][1].strip().splitlines()[-1:]}"
        raise RuntimeError(msg)
    rows = [[float(word) for word in out.split()[-3:]] for out, _ in told]
    rate, cores = sum(sites / spent for _, spent, _ in rows), sum(spent / clock for clock, spent, _ in rows)
    return Measured(rate, cores, int(rows[0][2]))


def pandana_python(folder: Path) -> Path:
    """Return the interpreter of an environment with pandana, made if missing: it pins older packages.

    Raises RuntimeError where it cannot be installed.
    """
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if python.exists():
        return python
    try:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        install = [python, "-m", "pip", "install", "--quiet", "pandana", "setuptools<81"]
        subprocess.run(install, check=True, capture_output=True, text=True)
    except (subprocess.CalledProcessError, OSError) as error:
        msg = f"pandana cannot be installed here ({error})"
        raise RuntimeError(msg) from error
    return python
