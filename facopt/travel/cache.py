"""Travel times, roads and what is made of them, kept on disk under a hash of everything they depend on."""

from __future__ import annotations

import contextlib
import hashlib
import os
import zipfile
from dataclasses import asdict, is_dataclass
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

import numpy as np

from facopt.errors import Finding, Place, Severity
from facopt.inputs.road_table import RoadTable, RoadTags
from facopt.travel.kept_text import from_text, text_array
from facopt.travel.times import Access, TravelTimes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

T = TypeVar("T")
FORMAT = "3"
"""Changes whenever what is kept or its meaning changes, or the searches give other times."""
UNREADABLE = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError)
ACCESS_ARRAYS = ("snap_metres", "connected", "nearest_minutes", "nearest_site", "component")
ROAD_ARRAYS = (
    "node_id", "node_lon", "node_lat", "start", "end", "length_m", "way", "tag", "name", "vertex_start", "lon", "lat",
)  # fmt: skip
MS_PER_MINUTE = 60_000
KINDS = ("travel", "roads", "network", "metres", "drawn")
"""What kept files hold, the first part of their names."""
KEPT_BYTES = 4 * 2**30
"""A folder of kept files does not grow beyond this."""


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, as hexadecimal text."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def content_key(*parts: Any) -> str:
    """Return a hash of numbers, text, arrays, mappings, sequences, geometries and frozen dataclasses.

    Two calls give the same key exactly when all parts have the same content; arrays count with shape and type.
    """
    digest = hashlib.sha256(FORMAT.encode())
    for part in parts:
        _feed(digest, part)
    return digest.hexdigest()


def _feed(digest: Any, part: Any) -> None:
    if isinstance(part, np.ndarray) and part.dtype != object:
        _tagged(digest, f"array {part.dtype.str} {part.shape}", np.ascontiguousarray(part).tobytes())
    elif is_dataclass(part) and not isinstance(part, type):
        _tagged(digest, f"record {type(part).__name__}", b"")
        _feed(digest, {name: getattr(part, name) for name in sorted(vars(part))})
    elif hasattr(part, "items"):
        rows = sorted(part.items(), key=lambda item: str(item[0]))
        _feed_all(digest, "mapping", [value for row in rows for value in row])
    elif isinstance(part, set | frozenset):
        _feed_all(digest, "set", sorted(part, key=str))
    elif isinstance(part, list | tuple | np.ndarray):
        _feed_all(digest, "list", list(part))
    elif hasattr(part, "wkb"):
        _tagged(digest, "geometry", part.wkb)
    else:
        _tagged(digest, type(part).__name__, repr(part).encode())


def _feed_all(digest: Any, kind: str, parts: list[Any]) -> None:
    _tagged(digest, f"{kind} {len(parts)}", b"")
    for part in parts:
        _feed(digest, part)


def _tagged(digest: Any, tag: str, content: bytes) -> None:
    digest.update(f"\0{tag}\0{len(content)}\0".encode())
    digest.update(content)


class Form(NamedTuple, Generic[T]):
    """How something is kept."""

    as_arrays: Callable[[T], dict[str, Any]]
    from_arrays: Callable[[dict[str, Any]], T]
    """Raises ValueError or KeyError where the arrays cannot be such a thing."""


class TravelCache:
    """Roads and times that were read or computed before, in this call or, where there is a folder, in earlier ones.

    Nothing is written before `write` is called, so that a call that is refused leaves no trace. A file that is damaged
    counts as none; where the folder cannot be written nothing is kept.

    Parameters
    ----------
    folder
        Where files are kept, made if missing; None to keep nothing at all.
    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self._new: dict[Path, tuple[Any, Form[Any]]] = {}

    def times(self, key: str, compute: Callable[[], TravelTimes], *, cutoff_minutes: float) -> TravelTimes:
        """Return kept travel times, or compute them; times kept with a longer cut-off serve a shorter one.

        Parameters
        ----------
        key
            From `content_key`, over everything the times depend on but the cut-off.
        compute
            Called without arguments if nothing usable is kept; gives all pairs up to the cut-off.
        cutoff_minutes
            Pairs up to and including this time are returned.
        """
        if self.folder is None:
            return compute()
        path = self.folder / f"travel-{key}.npz"
        found = self._new[path][0] if path in self._new else _read(path, TIMES.from_arrays)
        if not isinstance(found, TravelTimes) or found.cutoff_minutes < cutoff_minutes:
            found = compute()
            self._new[path] = found, TIMES
        return found if found.cutoff_minutes == cutoff_minutes else found.within(cutoff_minutes)

    def roads(self, key: str, read: Callable[[], RoadTable], *, place: Place) -> RoadTable:
        """Return kept roads, or read them; findings of kept ones point to `place`."""
        return self.kept(f"roads-{key}", read, Form(_roads_as_arrays, lambda arrays: _roads_from(arrays, place)))

    def kept(self, name: str, make: Callable[[], T], form: Form[T]) -> T:
        """Return something kept, or make it.

        Parameters
        ----------
        name
            One of `KINDS`, a hyphen, and a key from `content_key` over everything it depends on.
        make
            Called without arguments if nothing usable is kept.
        form
            How it is kept.
        """
        if self.folder is None:
            return make()
        path = self.folder / f"{name}.npz"
        if path in self._new:
            known: T = self._new[path][0]
            return known
        found = _read(path, form.from_arrays)
        if found is None:
            found = make()
            self._new[path] = found, form
        return found

    def write(self) -> None:
        """Write what is new, and remove what has not been used for longest beyond `KEPT_BYTES`."""
        for path, (value, form) in self._new.items():
            _store(path, form.as_arrays(value))
        self._new.clear()
        if self.folder is not None:
            _prune(self.folder)


def _read(path: Path, understand: Callable[[dict[str, Any]], T]) -> T | None:
    if not path.is_file():
        return None
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as kept:
            value = understand({name: kept[name] for name in kept.files})
    except UNREADABLE:
        return None
    with contextlib.suppress(OSError):
        os.utime(path)
    return value


def _prune(folder: Path) -> None:
    """Remove the files that have not been used for longest until the rest is within `KEPT_BYTES`."""
    with contextlib.suppress(OSError):
        files = [(path.stat(), path) for kind in KINDS for path in folder.glob(f"{kind}-*.npz")]
        room = KEPT_BYTES
        for stat, path in sorted(files, key=lambda file: (-file[0].st_mtime, file[1].name)):
            room -= stat.st_size
            if room < 0:
                path.unlink(missing_ok=True)


def _store(path: Path, arrays: Mapping[str, Any]) -> None:
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as stream:
            np.savez(stream, **arrays)
        part.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def _times_as_arrays(times: TravelTimes) -> dict[str, Any]:
    """Return whole milliseconds where all times are such, and how many arcs each demand point has: half the size."""
    ms = np.rint(times.minutes * MS_PER_MINUTE)
    whole = len(ms) == 0 or (ms.max() < 2**31 and bool(np.array_equal(ms / MS_PER_MINUTE, times.minutes)))
    arrays = {
        "head": text_array({key: getattr(times, key) for key in ("mode", "demand_count", "site_count", "facts")}),
        "cutoff_minutes": np.float64(times.cutoff_minutes),
        "arcs": np.bincount(times.demand, minlength=times.demand_count).astype(np.int32),
        "site": times.site,
        ("ms" if whole else "minutes"): ms.astype(np.int32) if whole else times.minutes,
    }
    if times.access is not None:
        arrays |= {name: value for name, value in asdict(times.access).items() if value is not None}
    return arrays


def _times_from(arrays: dict[str, Any]) -> TravelTimes:
    head = from_text(arrays["head"])
    points = np.arange(head["demand_count"], dtype=np.int32)
    return TravelTimes(
        mode=head["mode"], demand_count=head["demand_count"], site_count=head["site_count"],
        demand=np.repeat(points, arrays["arcs"]), site=arrays["site"],
        minutes=arrays["ms"] / MS_PER_MINUTE if "ms" in arrays else arrays["minutes"],
        cutoff_minutes=float(arrays["cutoff_minutes"]), access=_access(arrays), facts=head["facts"],
    )  # fmt: skip


def _access(arrays: dict[str, Any]) -> Access | None:
    known = {name: arrays[name] for name in ACCESS_ARRAYS if name in arrays}
    return Access(**known) if known else None


TIMES = Form(_times_as_arrays, _times_from)


def _roads_as_arrays(roads: RoadTable) -> dict[str, Any]:
    findings = [(one.what, one.remedy, one.count, one.examples) for one in roads.findings]
    head = {"tags": roads.tags, "names": roads.names, "source": roads.source, "findings": findings}
    return {"head": text_array(head), **{name: getattr(roads, name) for name in ROAD_ARRAYS}}


def _roads_from(arrays: dict[str, Any], place: Place) -> RoadTable:
    head = from_text(arrays["head"])
    findings = tuple(
        Finding(what, remedy, place, Severity.WARNING, count, tuple(examples))
        for what, remedy, count, examples in head["findings"]
    )
    _require_indices(arrays, len(head["tags"]), len(head["names"]))
    return RoadTable(
        **{name: arrays[name] for name in ROAD_ARRAYS}, tags=tuple(RoadTags(*tags) for tags in head["tags"]),
        names=tuple(head["names"]), source=head["source"], findings=findings,
    )  # fmt: skip


def _require_indices(arrays: Mapping[str, Any], tags: int, names: int) -> None:
    """Refuse roads that point beyond their own tables: the searches trust them."""
    sizes = (("start", len(arrays["node_id"])), ("end", len(arrays["node_id"])), ("tag", tags), ("name", names))
    inside = all(arrays[key].min() >= 0 and arrays[key].max() < size for key, size in sizes)
    first = arrays["vertex_start"]
    rows = {len(arrays[key]) for key in ("start", "end", "length_m", "way", "tag", "name")}
    if not (inside and rows == {len(first) - 1} and first[0] == 0 and first[-1] == len(arrays["lon"])):
        msg = "the kept roads are damaged"
        raise ValueError(msg)
