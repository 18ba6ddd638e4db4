"""Kernels compile with a cache on disk where that can be written, and without one elsewhere."""

from __future__ import annotations

import numba

from facopt.travel.compiled import compiled


def _twice(value: int) -> int:
    return 2 * value


def test_kernels_compile_without_a_writable_cache(monkeypatch):
    """Where Numba finds no directory for its cache, the kernel is compiled in memory and works."""
    real, asked = numba.njit, []

    def njit(**options):
        asked.append(options.get("cache", False))
        if options.get("cache"):
            msg = "cannot cache function: no locator available"
            raise RuntimeError(msg)
        return real(**options)

    monkeypatch.setattr(numba, "njit", njit)
    assert compiled(_twice)(21) == 42
    assert asked == [True, False]


def test_kernels_release_the_lock_and_are_cached():
    """A compiled kernel keeps its machine code on disk and runs beside other threads."""
    from facopt.travel.kernels import settle

    assert settle.targetoptions["nogil"]
    assert settle._cache.cache_path
