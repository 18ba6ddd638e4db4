"""Compilation of the search kernels: cached beside the code where that can be written, in memory elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., object])


def compiled(function: F) -> F:
    """Compile a function to machine code that runs without the interpreter's lock.

    The machine code is kept on disk so that the next start is fast; where no cache directory can be written (a
    read-only installation without a home directory) it is compiled anew in every process.
    """
    return _compile(function, fastmath=False)


def compiled_sums(function: F) -> F:
    """Compile a function whose sums may be taken in another order, several terms at a time.

    Infinite and undefined numbers keep their meaning. On one machine the order is always the same.
    """
    return _compile(function, fastmath={"reassoc", "contract", "nsz"})


def _compile(function: F, fastmath: bool | set[str]) -> F:
    try:
        return cast("F", numba.njit(cache=True, nogil=True, fastmath=fastmath)(function))
    except RuntimeError:
        return cast("F", numba.njit(nogil=True, fastmath=fastmath)(function))
