"""Kept travel times come back as they were; damaged files are computed anew."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from shapely import box

from facopt.travel.cache import cached_travel_times, content_key, file_sha256
from facopt.travel.closures import Closure
from facopt.travel.profiles import load_profile
from facopt.travel.times import Access, TravelTimes

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
    middle = content.index(np.float64(12.25).tobytes())
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
