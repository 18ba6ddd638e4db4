"""Travel times kept on disk under a hash of everything they depend on."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import zipfile
from dataclasses import asdict, is_dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from facopt.travel.times import Access, TravelTimes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FORMAT = "1"
"""Changes whenever the kept times or their meaning change."""
UNREADABLE = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError)
ACCESS_ARRAYS = ("snap_metres", "connected", "nearest_minutes", "nearest_site", "component")


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


def cached_travel_times(folder: Path | None, key: str, compute: Callable[[], TravelTimes]) -> TravelTimes:
    """Return kept travel times, or compute and keep them.

    A file that is damaged is computed anew and replaced; where the folder cannot be written nothing is kept.

    Parameters
    ----------
    folder
        Where files are kept, made if missing; None to keep nothing.
    key
        From `content_key`, over everything the times depend on.
    compute
        Called without arguments if nothing usable is kept.
    """
    if folder is None:
        return compute()
    path = folder / f"travel-{key}.npz"
    kept = _load(path)
    if kept is not None:
        return kept
    times = compute()
    _store(path, times)
    return times


def _load(path: Path) -> TravelTimes | None:
    if not path.is_file():
        return None
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as kept:
            arrays = {name: kept[name] for name in kept.files}
        head = json.loads(arrays["head"].tobytes().decode("utf-8"))
        return TravelTimes(
            mode=head["mode"], demand_count=head["demand_count"], site_count=head["site_count"],
            demand=arrays["demand"], site=arrays["site"], minutes=arrays["minutes"],
            cutoff_minutes=float(arrays["cutoff_minutes"]), access=_access(arrays), facts=head["facts"],
        )  # fmt: skip
    except UNREADABLE:
        return None


def _access(arrays: dict[str, Any]) -> Access | None:
    known = {name: arrays[name] for name in ACCESS_ARRAYS if name in arrays}
    return Access(**known) if known else None


def _store(path: Path, times: TravelTimes) -> None:
    head = {key: getattr(times, key) for key in ("mode", "demand_count", "site_count", "facts")}
    arrays = {"demand": times.demand, "site": times.site, "minutes": times.minutes}
    if times.access is not None:
        arrays |= {name: value for name, value in asdict(times.access).items() if value is not None}
    text = np.frombuffer(json.dumps(head, ensure_ascii=False).encode("utf-8"), dtype=np.uint8)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as stream:
            np.savez(stream, head=text, cutoff_minutes=np.float64(times.cutoff_minutes), **arrays)  # type: ignore[arg-type]
        part.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
