"""Covering instances: sites and customers in a square, uniform or clustered, and who is within a radius of what.

The uniform ones follow Cordeau, Furini & Ljubic (2019, doi 10.1016/j.ejor.2018.12.021): points in a 30 x 30 square,
whole demands from 1 to 100. The clustered ones look like a province: Pareto-distributed towns with a third of the
points between them, so that many sites cover each customer.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

import numba
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

SIDE = 30.0
FloatArray = np.ndarray[Any, np.dtype[np.float64]]


class Instance(NamedTuple):
    """Sites (F, 2), customers (N, 2) and the demand (N,) of each customer."""

    sites: FloatArray
    customers: FloatArray
    demand: FloatArray


def uniform(site_count: int, customer_count: int, seed: int = 1) -> Instance:
    """Return points spread evenly over the square."""
    rng = np.random.default_rng(seed)
    sites, customers = rng.random((site_count, 2)) * SIDE, rng.random((customer_count, 2)) * SIDE
    return Instance(sites, customers, rng.integers(1, 101, customer_count).astype(np.float64))


def clustered(site_count: int, customer_count: int, seed: int = 1) -> Instance:
    """Return points around towns of very different size, a third of them anywhere."""
    rng = np.random.default_rng(seed)
    towns = max(20, site_count // 40)
    centre = rng.random((towns, 2)) * SIDE
    spread = rng.lognormal(-0.3, 0.5, towns)
    share = rng.pareto(1.2, towns) + 0.2
    share /= share.sum()

    def points(count: int) -> FloatArray:
        town = rng.choice(towns, count, p=share)
        place = centre[town] + rng.normal(size=(count, 2)) * spread[town][:, None]
        anywhere = rng.random(count) < 0.35
        place[anywhere] = rng.random((int(anywhere.sum()), 2)) * SIDE
        return np.clip(place, 0, SIDE)

    sites, customers = points(site_count), points(customer_count)
    return Instance(sites, customers, rng.integers(1, 101, customer_count).astype(np.float64))


def country(site_count: int, cells: int, seed: int = 1) -> Instance:
    """Return a square country in cells of equal size, people heaped up around towns, and sites near people or anywhere.

    `cells` is the number of cells along each side; places are in units of SIDE, as everywhere here.
    """
    rng = np.random.default_rng(seed)
    step = SIDE / cells
    along = (np.arange(cells) + 0.5) * step
    places = np.stack(np.meshgrid(along, along, indexing="ij"), axis=-1).reshape(-1, 2)
    people = rng.lognormal(3.0, 1.0, len(places))
    for centre, size in zip(rng.random((300, 2)) * SIDE, rng.pareto(1.1, 300) + 0.2, strict=True):
        squared = ((places - centre) ** 2).sum(axis=1)
        people += 400 * size * np.exp(-squared / (0.02 * (1 + size)))
    towards = rng.choice(len(places), site_count, p=0.6 / len(places) + 0.4 * people / people.sum())
    sites = np.clip(places[towards] + rng.uniform(-0.5, 0.5, (site_count, 2)) * step, 0, SIDE)
    return Instance(sites, places, np.round(people))


def read_bds(path: Any) -> Instance:
    """Return an instance of the published format: "sites customers", "F id x y cost" and "C id x y demand" lines."""
    with open(path, encoding="utf-8") as stream:
        site_count, customer_count = (int(word) for word in stream.readline().split()[:2])
        lines = [line.split() for line in stream if line.strip()]
    sites = np.array([line[2:4] for line in lines if line[0] == "F"], dtype=np.float64)
    customers = np.array([line[2:5] for line in lines if line[0] == "C"], dtype=np.float64)
    assert (len(sites), len(customers)) == (site_count, customer_count)
    return Instance(sites, np.ascontiguousarray(customers[:, :2]), customers[:, 2].copy())


def coverage(instance: Instance, radius: float, chunk: int = 200_000) -> Iterator[tuple[Any, Any, FloatArray]]:
    """Yield (start, sites, demand) of the customers chunk by chunk, in order; two threads compute ahead."""
    grid = _grid(instance.sites, radius)
    firsts = range(0, len(instance.customers), chunk)

    def work(first: int) -> tuple[Any, Any, FloatArray]:
        part = slice(first, first + chunk)
        start, sites = _within(instance.sites, instance.customers[part], radius, *grid)
        return start, sites, instance.demand[part]

    with ThreadPoolExecutor(2) as pool:
        waiting: deque[Any] = deque()
        for first in firsts:
            waiting.append(pool.submit(work, first))
            if len(waiting) > 3:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _grid(sites: FloatArray, radius: float) -> tuple[int, float, Any, Any]:
    """Return the cells of a square grid at least a radius wide, and the sites of each."""
    cells = min(max(1, int(SIDE / radius)), 4096)
    width = SIDE / cells
    at = np.minimum((sites / width).astype(np.int64), cells - 1)
    cell = at[:, 0] * cells + at[:, 1]
    start = np.zeros(cells * cells + 1, dtype=np.int64)
    np.cumsum(np.bincount(cell, minlength=cells * cells), out=start[1:])
    return cells, width, start, np.argsort(cell, kind="stable").astype(np.int32)


@numba.njit(cache=True, nogil=True)
def _within(sites, customers, radius, cells, width, start, members):
    """Return the sites within the radius of each customer, ascending."""
    begin = np.zeros(customers.shape[0] + 1, np.int64)
    found = np.empty(customers.shape[0] * 8 + 64, np.int32)
    size = 0
    for i in range(customers.shape[0]):
        x, y = customers[i, 0], customers[i, 1]
        a, b = min(cells - 1, int(x / width)), min(cells - 1, int(y / width))
        if size + sites.shape[0] > found.size:
            larger = np.empty(2 * found.size + sites.shape[0], np.int32)
            larger[:size] = found[:size]
            found = larger
        for aa in range(max(0, a - 1), min(cells, a + 2)):
            for bb in range(max(0, b - 1), min(cells, b + 2)):
                for t in range(start[aa * cells + bb], start[aa * cells + bb + 1]):
                    j = members[t]
                    dx, dy = sites[j, 0] - x, sites[j, 1] - y
                    found[size] = j
                    size += dx * dx + dy * dy <= radius * radius
        first = begin[i]
        for t in range(first + 1, size):
            j, q = found[t], t
            while q > first and found[q - 1] > j:
                found[q] = found[q - 1]
                q -= 1
            found[q] = j
        begin[i + 1] = size
    return begin, found[:size].copy()
