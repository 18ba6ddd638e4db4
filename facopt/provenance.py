"""Where results come from: hashes of the files read, versions of the packages, memory used."""

from __future__ import annotations

import hashlib
import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from facopt.scenario.load import LoadedScenario

PACKAGES = (
    "facopt", "folium", "geopandas", "highspy", "networkx", "numba", "numpy", "osmium", "osmnx", "pandas", "pulp",
    "pyproj", "rasterio", "scipy", "shapely",
)  # fmt: skip
SHAPEFILE_PARTS = (".dbf", ".shx", ".prj", ".cpg")


def input_files(loaded: LoadedScenario) -> list[Path]:
    """Return the scenario's own files and every data file it names, each once, with the parts of shapefiles."""
    from facopt.scenario.references import data_files

    named = [*loaded.files, *(path for _, path in data_files(loaded.scenario))]
    found: dict[Path, None] = {}
    for path in named:
        found[path.resolve()] = None
        if path.suffix.lower() == ".shp":
            parts = (path.with_suffix(part) for part in SHAPEFILE_PARTS)
            found.update((part.resolve(), None) for part in parts if part.exists())
    return list(found)


def hash_inputs(files: Iterable[Path], folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each file by its path relative to the run folder, with `/` between folders."""
    return {_relative(file, folder): _sha256(file) for file in files}


def _relative(file: Path, folder: Path) -> str:
    try:
        return Path(os.path.relpath(file, folder.resolve())).as_posix()
    except ValueError:  # another drive on Windows
        return file.as_posix()


def _sha256(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def package_versions() -> dict[str, str]:
    """Return the versions of Python and of the packages whose behaviour can change a result."""
    versions = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            versions[name] = "missing"
    return versions


def peak_memory_mb() -> float:
    """Return the largest memory that this process has held, in megabytes."""
    if sys.platform == "win32":
        return _peak_memory_windows()
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1 << 20 if sys.platform == "darwin" else 1 << 10), 1)


def _peak_memory_windows() -> float:
    import ctypes
    from ctypes import wintypes

    class Counters(ctypes.Structure):
        _fields_ = (
            ("cb", wintypes.DWORD), ("PageFaultCount", wintypes.DWORD), ("PeakWorkingSetSize", ctypes.c_size_t),
            ("WorkingSetSize", ctypes.c_size_t), ("QuotaPeakPagedPoolUsage", ctypes.c_size_t),
            ("QuotaPagedPoolUsage", ctypes.c_size_t), ("QuotaPeakNonPagedPoolUsage", ctypes.c_size_t),
            ("QuotaNonPagedPoolUsage", ctypes.c_size_t), ("PagefileUsage", ctypes.c_size_t),
            ("PeakPagefileUsage", ctypes.c_size_t),
        )  # fmt: skip

    counters = Counters(cb=ctypes.sizeof(Counters))
    windows = ctypes.WinDLL("psapi")  # type: ignore[attr-defined,unused-ignore]
    process = ctypes.WinDLL("kernel32").GetCurrentProcess()  # type: ignore[attr-defined,unused-ignore]
    windows.GetProcessMemoryInfo(process, ctypes.byref(counters), counters.cb)
    return float(round(counters.PeakWorkingSetSize / (1 << 20), 1))
