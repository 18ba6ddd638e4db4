"""The frontier as a table: what each limit covers at best, with what is proven and where more begins to pay less."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from facopt.location.covering.curve import Frontier


def frontier_table(frontier: Frontier | None) -> pd.DataFrame | None:
    """Return one row per point, as `Report.frontier` names the columns; None where no curve was asked for."""
    if frontier is None:
        return None
    points = frontier.points
    return pd.DataFrame(
        {
            "by": [frontier.by] * len(points),
            "limit": [float(point.limit) for point in points],
            "people": [float(frontier.people)] * len(points),
            "people_covered": [float(point.value) for point in points],
            "people_at_most": [float(point.bound) for point in points],
            "gap_percent": [float(point.gap_percent) for point in points],
            "proven": [bool(point.proven) for point in points],
            "new_sites": [int(point.new_sites) for point in points],
            "cost": [float(point.cost) for point in points],
            "knee": [number == frontier.knee for number in range(len(points))],
        }
    )
