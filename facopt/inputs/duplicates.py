"""Departments and gates of one facility that a register lists one by one: near to each other, with similar names."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

import numpy as np

from facopt.inputs.coordinates import metric_crs_for, to_metres

if TYPE_CHECKING:
    from facopt.inputs.study_area import FloatArray, TextArray

IntArray = np.ndarray[Any, np.dtype[np.int64]]

SIMILAR = 0.75
"""Two names are similar from this ratio of matching characters on, or where one holds the other."""


def similar_names(one: str, other: str) -> bool:
    """Return whether two names may stand for the same facility."""
    if not one or not other:
        return False
    return one in other or other in one or difflib.SequenceMatcher(None, one, other).ratio() >= SIMILAR


def merged_into(name: TextArray, tier: TextArray, lon: FloatArray, lat: FloatArray, metres: float) -> IntArray:
    """Return for each row the row it is a part of, -1 for rows that stand for themselves; shape (N,).

    A row is a part of one of the same tier within `metres` whose name is similar and shorter: of 某中心 and
    某中心-预防接种门诊 the first stays. Of equally long names the first in the table stays. No row is a part of a part.
    """
    from scipy.spatial import cKDTree

    owner = np.full(len(name), -1, dtype=np.int64)
    rows = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
    if len(rows) < 2:
        return owner
    points = to_metres(lon[rows], lat[rows], metric_crs_for(lon[rows], lat[rows]))
    near: dict[int, list[int]] = {}
    for a, b in cKDTree(points).query_pairs(metres, output_type="ndarray").tolist():
        near.setdefault(int(rows[a]), []).append(int(rows[b]))
        near.setdefault(int(rows[b]), []).append(int(rows[a]))
    for row in sorted(near, key=lambda row: (len(name[row]), row)):
        if owner[row] >= 0:
            continue
        for other in sorted(near[row]):
            later = (len(name[other]), other) > (len(name[row]), row)
            if later and owner[other] < 0 and tier[other] == tier[row] and similar_names(name[row], name[other]):
                owner[other] = row
    return owner
