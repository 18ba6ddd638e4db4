"""Plain values among arrays: JSON as bytes, so that kept files need no pickles."""

from __future__ import annotations

import json
from typing import Any

import numpy as np


def text_array(value: Any) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Return numbers, text, lists and dicts as an array of bytes."""
    return np.frombuffer(json.dumps(value, ensure_ascii=False).encode("utf-8"), dtype=np.uint8)


def from_text(array: Any) -> Any:
    """Return what `text_array` was given, tuples as lists.

    Raises
    ------
    ValueError
        If the bytes are no JSON.
    """
    return json.loads(array.tobytes().decode("utf-8"))
