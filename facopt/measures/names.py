"""Names of zones, points and sites in the planner's language and in English, as far as the files have them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping

    from facopt.inputs.study_area import TextArray


@dataclass(frozen=True)
class ZoneNames:
    """Display names and English names by zone key."""

    display: Mapping[str, str] = field(default_factory=dict)
    english: Mapping[str, str] = field(default_factory=dict)

    def of(self, zone: TextArray) -> TextArray:
        """Return the display name of each zone key, shape (N,); the key itself where it has none."""
        return _looked_up(zone, {str(key): self.display.get(str(key), str(key)) for key in set(zone)})

    def english_of(self, zone: TextArray) -> TextArray:
        """Return the English name of each zone key, shape (N,); "" where it has none."""
        return _looked_up(zone, self.english)


def english_names(names: TextArray | None, count: int) -> TextArray:
    """Return (count,) English names; "" for all where no table has them."""
    return np.full(count, "", dtype=object) if names is None else names


def _looked_up(zone: TextArray, names: Mapping[str, str]) -> TextArray:
    code, found = pd.factorize(zone)
    named = np.array([names.get(str(key), "") for key in found] + [""], dtype=object)
    return named[code]
