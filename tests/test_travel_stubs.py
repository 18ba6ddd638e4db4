"""Homes on one-way roads that lead nowhere, and sites on such that nothing leads to, join the next road that serves."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from facopt.travel.door_to_door import road_travel_times
from facopt.travel.facts import access_findings
from facopt.travel.network import build_network
from facopt.travel.profiles import load_profile
from facopt.travel.snapping import RoadIndex
from tests.travel_cases import METRIC_CRS, door_to_door_ms, lonlat, road_table

KMH = {"speeds_kmh": {"primary": 60}, "off_road_kmh": 5, "terminal_minutes": 0}


def _town(size_km, *one_ways):
    """Return the network of a square of streets, and one-way roads from (x, y) to (x, y)."""
    nodes = [(size_km * x, size_km * y) for x, y in product(range(3), range(3))]
    edges = [
        (3 * x + y, 3 * (x + dx) + y + dy)
        for x, y in product(range(3), range(3)) for dx, dy in ((1, 0), (0, 1)) if x + dx < 3 and y + dy < 3
    ]  # fmt: skip
    edges += [(b, a) for a, b in edges]
    for ends in one_ways:
        first = len(nodes)
        known = [nodes.index(end) if end in nodes else None for end in ends]
        nodes += [end for end, number in zip(ends, known, strict=True) if number is None]
        tail, head = (first if number is None else number for number in known)
        edges.append((tail, head))
    facts = {"highway": "primary", "oneway": True}
    edges = [(u, v, facts) for u, v in edges]
    return build_network(road_table(nodes, edges), load_profile("drive", KMH), metric_crs=METRIC_CRS)


def _times(network, homes, sites):
    return road_travel_times(
        network, mode="drive", demand_lonlat=lonlat(homes), site_lonlat=lonlat(sites), cutoff_minutes=np.inf
    )


AWAY = (0, 0), (-5, 0)
HERE = (-5, 4), (0, 4)


def test_home_on_a_stub_that_leads_away_walks_to_the_next_street() -> None:
    """One kilometre out it walks to the street; three kilometres out it stays cut off; both are counted."""
    network = _town(4, AWAY)
    times = _times(network, [(-1, 0.1), (-3, 0), (0.1, 1)], [(0, 2)])
    assert times.access is not None
    assert times.minutes.tolist() == pytest.approx([12 + 1.9, 0.1 / 5 * 60 + 1], rel=3e-3)
    assert times.demand.tolist() == [0, 2]
    assert times.access.snap_metres == pytest.approx([1000, 0, 100], abs=0.5)
    assert times.facts["demand"]["moved_from_one_ways"] == 1
    assert times.facts["demand_stopped_by_one_way"] == 1
    said = [str(finding) for finding in access_findings("drive", times.facts)]
    assert any("1 demand points lie on one-way roads that lead nowhere" in text for text in said)
    assert any("1 demand points reach no site because of one-way roads" in text for text in said)


def test_site_on_a_stub_that_nothing_leads_to_is_reached_from_the_next_street() -> None:
    """The road leads from the site to the town only; people reach it on foot from where the stub begins."""
    network = _town(4, HERE)
    times = _times(network, [(0, 2), (-1, 4)], [(-1, 4.0)])
    assert times.minutes.tolist() == pytest.approx([2 + 12, 1 + 12], rel=3e-3)
    assert times.facts["sites"]["moved_from_one_ways"] == 1
    assert times.facts["demand"]["moved_from_one_ways"] == 0


def test_stubs_that_serve_are_used() -> None:
    """A home on a stub that leads to the town, and a site on one that leads there from the town, stay."""
    network = _town(4, AWAY, HERE)
    times = _times(network, [(-1, 4)], [(-1, 0)])
    assert times.minutes.tolist() == pytest.approx([1 + 4 + 1], rel=3e-3)
    assert times.facts["demand"]["moved_from_one_ways"] == times.facts["sites"]["moved_from_one_ways"] == 0


def test_where_no_part_is_large_enough_to_be_the_main_one_nobody_moves() -> None:
    """Streets of less than ten kilometres in all are no network that somebody must come to."""
    network = _town(0.5, ((0, 0), (-5, 0)))
    times = _times(network, [(-1, 0)], [(-2, 0)])
    assert times.minutes.tolist() == pytest.approx([1], rel=3e-3)
    assert times.facts["demand"]["moved_from_one_ways"] == 0


@pytest.mark.parametrize("seed", range(6))
def test_all_times_are_those_of_networkx(seed: int) -> None:
    """Homes and sites around a town with stubs: all pairs equal the oracle, and nobody within reach is cut off."""
    rng = np.random.default_rng(seed)
    stubs = [((4 * x, 4 * y), (4 * x + dx, 4 * y + dy)) for (x, y), dx, dy in zip(
        rng.integers(0, 3, (6, 2)).tolist(), rng.normal(0, 2, 6), rng.normal(0, 2, 6), strict=True)]  # fmt: skip
    network = _town(4, *(ends if rng.random() < 0.5 else ends[::-1] for ends in stubs))
    homes, sites = lonlat(rng.random((50, 2)) * 12 - 2), lonlat(rng.random((20, 2)) * 12 - 2)
    times = road_travel_times(
        network, mode="drive", demand_lonlat=homes, site_lonlat=sites, cutoff_minutes=np.inf, threads=2
    )
    index = RoadIndex(network)
    snaps = index.snap(homes, leaving=True), index.snap(sites, leaving=False)
    found = {
        (int(i), int(j)): round(m * 60_000) for i, j, m in zip(times.demand, times.site, times.minutes, strict=True)
    }
    assert found == door_to_door_ms(network, *snaps)
    near = index._roads_out.roads(index._metric(homes))[1] <= 2000
    assert times.has_arcs()[near].all()
