"""Columns of a report's tables that follow from others where no capacity divides the people of a settlement."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

NOW, PLAN = ("covered", "loses_cover"), ("covered", "newly_covered")


def with_covered(points: pd.DataFrame, *, planned: bool = True) -> pd.DataFrame:
    """Return the settlements with covered_now and covered, as their states say."""
    people, state = points["people"], points["state"]
    now = people.where(state.isin(NOW), 0.0)
    return points.assign(covered_now=now, covered=people.where(state.isin(PLAN), 0.0) if planned else np.nan)


def with_costs(sites: pd.DataFrame) -> pd.DataFrame:
    """Return the sites with action_cost: what the built ones cost."""
    cost = sites["build_cost"].fillna(0.0).astype(float)
    return sites.assign(action_cost=cost.where(sites["action"] == "build", 0.0))


def with_shares(assignment: pd.DataFrame) -> pd.DataFrame:
    """Return the assignment with share and counted: everybody goes there, and counts within the standard."""
    return assignment.assign(share=1.0, counted=assignment["within_standard"])
