"""Where the people of each open site would go if it were missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from facopt.location.problem import least_by_point

if TYPE_CHECKING:
    from facopt.location.problem import LocationProblem, Service
    from facopt.measures.coverage import BoolArray, Situation

COLUMNS = ("site", "backup", "people", "mean_minutes", "people_without")


def backup_table(problem: LocationProblem, plan: Situation | None) -> pd.DataFrame:
    """Return one row per open site that somebody goes to, as `Report.backup` names the columns.

    The backup is the other open site that most of the people would go to, each to the nearest one; the first of
    equals. Minutes are the people's mean to their own next site, within or beyond the standard.
    """
    if plan is None:
        return pd.DataFrame(columns=list(COLUMNS))
    moves = pd.concat([_moves(problem, service, k, plan) for k, service in enumerate(problem.services)])
    rows = [_row(site, moves[moves["site"] == site]) for site in sorted(set(moves["site"].tolist()))]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _moves(problem: LocationProblem, service: Service, k: int, plan: Situation) -> pd.DataFrame:
    """Whoever has a nearest site of a service, with the second nearest: site, next (-1 for none), minutes, people."""
    nearest = plan.evaluation.nearest[k]
    second, minutes = _second(problem, service, nearest, plan.open)
    who = np.flatnonzero((nearest >= 0) & service.needed & (problem.people > 0))
    return pd.DataFrame(
        {"site": nearest[who], "next": second[who], "minutes": minutes[who], "people": problem.people[who]}
    )


def _second(
    problem: LocationProblem,
    service: Service,
    nearest: np.ndarray[tuple[int], np.dtype[np.int32]],
    open_sites: BoolArray,
) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], np.ndarray[tuple[int], np.dtype[np.float64]]]:
    """Return (I,) the nearest open site other than the nearest, the first of equals, and (I,) minutes to it."""
    kept = np.flatnonzero(open_sites[service.site])
    kept = kept[service.site[kept] != nearest[service.demand[kept]]]
    demand, site, times = service.demand[kept], service.site[kept], service.minutes[kept]
    minutes = least_by_point(demand, times, problem.demand_count)
    second = np.full(problem.demand_count, -1, dtype=np.int64)
    best = times == minutes[demand]
    second[demand[best][::-1]] = site[best][::-1]  # last to first, so that the first of equals stays
    return second, minutes


def _row(site: int, group: pd.DataFrame) -> tuple[int, int, float, float, float]:
    going = group[group["next"] >= 0]
    without = float(group["people"].sum() - going["people"].sum())
    if not len(going):
        return site, -1, float(group["people"].sum()), float("nan"), without
    by_next = going.groupby("next", sort=True)["people"].sum()
    mean = float(np.average(going["minutes"], weights=going["people"]))
    return site, by_next.index.tolist()[int(by_next.to_numpy().argmax())], float(group["people"].sum()), mean, without
