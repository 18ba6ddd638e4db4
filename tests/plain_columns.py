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
    points = points.assign(covered_now=now, covered=people.where(state.isin(PLAN), 0.0) if planned else np.nan)
    return with_lacking(points, ~state.isin(PLAN if planned else NOW), "" if planned else "_now")


def with_lacking(points: pd.DataFrame, lacks: pd.Series[bool], when: str) -> pd.DataFrame:
    """Return the settlements with what those lack who are not covered, each served by one tier."""
    nowhere = np.full(len(points), np.nan)
    return points.assign(
        lacking=points["tier"].where(lacks, ""),
        lacking_site=points[f"site{when}"].where(lacks, ""),
        lacking_minutes=points[f"minutes{when}"].where(lacks, np.nan),
        lacking_usable_minutes=points["nearest_any_minutes"].where(lacks, np.nan),
        straight_km=nowhere,
        road_km=nowhere,
    )


def with_costs(sites: pd.DataFrame) -> pd.DataFrame:
    """Return the sites with action_cost: what the built ones cost."""
    cost = sites["build_cost"].fillna(0.0).astype(float)
    cost = cost.where(sites["action"] == "build", 0.0)
    return sites.assign(action_cost=cost, people_from_elsewhere=np.nan)


def with_shares(assignment: pd.DataFrame) -> pd.DataFrame:
    """Return the assignment with share and counted: everybody goes there, and counts within the standard."""
    return assignment.assign(share=1.0, counted=assignment["within_standard"])
