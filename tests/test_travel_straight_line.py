"""Straight-line times are great-circle distance x detour / speed, exact at the boundary."""

from __future__ import annotations

import numpy as np
import pytest

from facopt.errors import DataError
from facopt.inputs.roads import great_circle_metres
from facopt.travel import straight_line
from facopt.travel.door_to_door import straight_line_travel_times

RNG = np.random.default_rng(11)
DEMAND = np.stack([RNG.uniform(110, 112, 300), RNG.uniform(29, 31, 300)], axis=1)
SITES = np.stack([RNG.uniform(110, 112, 40), RNG.uniform(29, 31, 40)], axis=1)


def _brute(demand, sites, speed, detour, cutoff):
    row, column = np.indices((len(demand), len(sites))).reshape(2, -1)
    a, b = np.radians(demand[row]).T, np.radians(sites[column]).T
    cosine = np.sin(a[1]) * np.sin(b[1]) + np.cos(a[1]) * np.cos(b[1]) * np.cos(a[0] - b[0])
    minutes = 6371.0088 * np.arccos(np.clip(cosine, -1, 1)) * detour / speed * 60
    keep = minutes <= cutoff
    return row[keep], column[keep], minutes[keep]


@pytest.mark.parametrize("cutoff", [20.0, 90.0, 1e6, np.inf])
@pytest.mark.parametrize("chunk", [4_000_000, 500])
def test_equals_brute_force(monkeypatch, cutoff, chunk):
    """All pairs within the cut-off, sorted, with the times of the spherical law of cosines; in any chunks."""
    monkeypatch.setattr(straight_line, "CHUNK_PAIRS", chunk)
    times = straight_line_travel_times(
        mode="m", demand_lonlat=DEMAND, site_lonlat=SITES, speed_kmh=30, detour=1.4, cutoff_minutes=cutoff
    )
    row, column, minutes = _brute(DEMAND, SITES, 30, 1.4, cutoff)
    np.testing.assert_array_equal(times.demand, row)
    np.testing.assert_array_equal(times.site, column)
    np.testing.assert_allclose(times.minutes, minutes, rtol=1e-6)
    assert times.access is None


def test_boundary_is_included():
    """With the cut-off at exactly the time of a pair, that pair is listed; zero is a time."""
    points = np.vstack([DEMAND[:20], SITES[:1]])
    whole = straight_line_travel_times(
        mode="m", demand_lonlat=points, site_lonlat=SITES[:1], speed_kmh=25, detour=1.3, cutoff_minutes=np.inf
    )
    assert whole.minutes[-1] == 0
    for minutes in whole.minutes:
        cut = straight_line_travel_times(
            mode="m", demand_lonlat=points, site_lonlat=SITES[:1], speed_kmh=25, detour=1.3, cutoff_minutes=minutes
        )
        assert set(cut.minutes) == {m for m in whole.minutes if m <= minutes}


def test_across_the_date_line_and_the_pole():
    """Points on both sides of 180 degrees, and around a pole, are near."""
    demand, sites = np.array([[179.99, 10.0], [0.0, 89.999]]), np.array([[-179.99, 10.0], [180.0, 89.999]])
    times = straight_line_travel_times(
        mode="m", demand_lonlat=demand, site_lonlat=sites, speed_kmh=60, detour=1, cutoff_minutes=5
    )
    assert list(zip(times.demand, times.site, strict=True)) == [(0, 0), (1, 1)]
    assert times.minutes == pytest.approx(great_circle_metres(*demand.T, *sites.T) / 1000, rel=1e-6)


def test_unusable_input_is_refused():
    """Points without coordinates, no speed and empty tables."""

    def call(**more):
        facts = {"demand_lonlat": DEMAND, "site_lonlat": SITES, "speed_kmh": 30, "detour": 1.4, "cutoff_minutes": 1}
        return straight_line_travel_times(mode="m", **{**facts, **more})

    with pytest.raises(DataError, match="1 points have no coordinates"):
        call(site_lonlat=np.array([[np.nan, 1.0]]))
    with pytest.raises(ValueError, match="above 0"):
        call(speed_kmh=0)
    assert len(call(site_lonlat=np.empty((0, 2)))) == 0
    assert len(call(demand_lonlat=np.empty((0, 2)))) == 0
