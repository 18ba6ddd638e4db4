"""Kept travel times come back as they were; damaged files are computed anew."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from shapely import box

from facopt.errors import Finding, Place, Severity
from facopt.travel.cache import TravelCache, content_key, file_sha256
from facopt.travel.closures import Closure
from facopt.travel.profiles import load_profile
from facopt.travel.times import Access, TravelTimes
from tests.travel_cases import road_table

TIMES = TravelTimes(
    mode="walk", demand_count=3, site_count=2, demand=np.array([0, 2], dtype=np.int32),
    site=np.array([1, 0], dtype=np.int32), minutes=np.array([0.0, 12.25]), cutoff_minutes=np.inf,
    access=Access(np.array([1.0, 2.0, np.nan]), np.array([True, True, False]), np.array([0, 12.25, np.inf])),
    facts={"名": {"p50": 1.5, "none": None}},
)  # fmt: skip


class Computed:
    """Counts how often the times are computed."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> TravelTimes:
        self.times += 1
        return TIMES


def cached_travel_times(folder, key, compute, cutoff_minutes=np.inf):
    """Ask for times as one call does: look, compute if need be, and write."""
    cache = TravelCache(folder)
    times = cache.times(key, compute, cutoff_minutes=cutoff_minutes)
    cache.write()
    return times


def _same(a: TravelTimes, b: TravelTimes) -> None:
    for name in ("demand", "site", "minutes"):
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name))
        assert getattr(a, name).dtype == getattr(b, name).dtype
    assert (a.mode, a.demand_count, a.site_count, a.cutoff_minutes, a.facts) == (
        b.mode, b.demand_count, b.site_count, b.cutoff_minutes, b.facts,
    )  # fmt: skip
    for name in ("snap_metres", "connected", "nearest_minutes"):
        np.testing.assert_array_equal(getattr(a.access, name), getattr(b.access, name))


def test_second_time_is_read_from_disk(tmp_path):
    """What was computed once is read back the same, infinite cut-off and facts included."""
    compute = Computed()
    for _ in range(3):
        _same(cached_travel_times(tmp_path / "deep/cache", "k", compute), TIMES)
    assert compute.times == 1
    cached_travel_times(tmp_path / "deep/cache", "other", compute)
    cached_travel_times(None, "k", compute)
    assert compute.times == 3


@pytest.mark.parametrize("damage", ["empty", "half", "text", "flipped", "foreign"])
def test_damaged_file_is_replaced(tmp_path, damage):
    """An empty, cut, altered or foreign file is computed anew and mended."""
    compute = Computed()
    cached_travel_times(tmp_path, "k", compute)
    (path,) = tmp_path.glob("*.npz")
    content = path.read_bytes()
    middle = content.index(np.int32(735_000).tobytes())
    broken = {
        "empty": b"", "half": content[: len(content) // 2], "text": b"no zip",
        "flipped": content[:middle] + b"\x01" + content[middle + 1 :], "foreign": None,
    }[damage]  # fmt: skip
    if broken is None:
        np.savez(path, head=np.array([1]))
    else:
        path.write_bytes(broken)
    _same(cached_travel_times(tmp_path, "k", compute), TIMES)
    assert compute.times == 2
    _same(cached_travel_times(tmp_path, "k", compute), TIMES)
    assert compute.times == 2
    assert [p.suffix for p in tmp_path.iterdir()] == [".npz"]


def test_longer_times_serve_a_shorter_cutoff(tmp_path):
    """What was kept up to ten minutes answers five without a search; twelve are computed and replace the kept ones."""
    asked = []

    def compute(cutoff):
        def work():
            asked.append(cutoff)
            return replace(TIMES.within(cutoff), cutoff_minutes=cutoff)

        return lambda: cached_travel_times(tmp_path, "k", work, cutoff)

    assert len(compute(12.0)()) == 1
    assert len(compute(5.0)()) == 1
    assert compute(5.0)().cutoff_minutes == 5.0
    _same(compute(12.25)(), replace(TIMES, cutoff_minutes=12.25))
    assert len(compute(12.0)()) == 1
    assert asked == [12.0, 12.25]


def test_one_call_computes_once_and_writes_only_when_told(tmp_path):
    """Scenarios of one call share what is computed; a call that is refused leaves no trace."""
    cache, compute = TravelCache(tmp_path / "kept"), Computed()
    for _ in range(2):
        cache.times("k", compute, cutoff_minutes=np.inf)
    assert compute.times == 1
    assert not (tmp_path / "kept").exists()
    cache.write()
    assert [path.name for path in (tmp_path / "kept").iterdir()] == ["travel-k.npz"]


def test_least_recently_used_files_make_room(tmp_path, monkeypatch):
    """Beyond the room for kept files, those not used for longest go."""
    for number, key in enumerate("abc"):
        cached_travel_times(tmp_path, key, Computed())
        os.utime(tmp_path / f"travel-{key}.npz", (number, number))
    TravelCache(tmp_path).times("a", Computed(), cutoff_minutes=np.inf)
    size = (tmp_path / "travel-a.npz").stat().st_size
    monkeypatch.setattr("facopt.travel.cache.KEPT_BYTES", 2 * size)
    TravelCache(tmp_path).write()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["travel-a.npz", "travel-c.npz"]


def test_kept_roads_come_back_the_same(tmp_path):
    """Arrays, tags, names and warnings return; damaged indices are not trusted."""
    edges = [(0, 1, {"highway": "primary", "name": "长街"}), (1, 2, {"highway": "path"})]
    roads = road_table([(0, 0), (1, 0), (2, 0)], edges)
    roads = replace(roads, findings=(Finding("mended", "look", Place(line=1), Severity.WARNING, 2),))
    cache = TravelCache(tmp_path)
    cache.roads("k", lambda: roads, place=Place())
    cache.write()
    kept = TravelCache(tmp_path).roads("k", lambda: pytest.fail("read again"), place=Place(line=1))
    for name, value in vars(roads).items():
        np.testing.assert_array_equal(getattr(kept, name), value)
    cache.roads("bad", lambda: replace(roads, start=roads.start + 9), place=Place())
    cache.write()
    assert TravelCache(tmp_path).roads("bad", lambda: roads, place=Place()) is roads


def test_pickles_are_never_read(tmp_path):
    """A file with a pickled object is not loaded but replaced."""
    compute = Computed()
    np.savez(tmp_path / "travel-k.npz", head=np.array([{"a": 1}], dtype=object))
    cached_travel_times(tmp_path, "k", compute)
    assert compute.times == 1


def test_folder_that_cannot_be_made_keeps_nothing(tmp_path):
    """Where the folder's name is taken by a file, times are computed and nothing fails."""
    (tmp_path / "taken").write_text("", encoding="utf-8")
    _same(cached_travel_times(tmp_path / "taken", "k", Computed()), TIMES)


def test_key_changes_with_every_part_and_with_nothing_else(tmp_path):
    """Profiles, points, order, types and closures count; a copy has the same key."""
    points = np.array([[1.0, 2.0], [3.0, 4.0]])
    closed = Closure((box(0, 0, 1, 1),), classes=frozenset({"a", "b"}))
    parts = [
        (load_profile("walk"), points, 30.0), (load_profile("drive"), points, 30.0),
        (load_profile("walk", {"factor": 0.9}), points, 30.0), (load_profile("walk"), points.T, 30.0),
        (load_profile("walk"), points, np.inf), (load_profile("walk"), points.astype(np.float32), 30.0),
        (load_profile("walk"), points, 30.0, closed), (load_profile("walk"), points, 30.0, Closure((box(0, 0, 1, 2),))),
        (load_profile("walk"), points, "30.0"), (load_profile("walk"), [points, 30.0]),
    ]  # fmt: skip
    keys = [content_key(*part) for part in parts]
    assert len(set(keys)) == len(keys)
    assert content_key(load_profile("walk"), points.copy(), 30.0) == keys[0]
    path = Path(tmp_path / "a")
    path.write_bytes(b"abc")
    assert file_sha256(path) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
