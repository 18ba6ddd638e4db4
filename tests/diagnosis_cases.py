"""Small planning problems that cannot be, and their feasibility by looking at every plan in plain Python."""

from __future__ import annotations

from itertools import combinations
from math import inf

import numpy as np

from facopt.location.planning.problem import (
    Labels,
    LevelWish,
    Move,
    Option,
    PlanningProblem,
    PlanService,
    Stage,
    Stated,
)  # fmt: skip
from facopt.objectives.cost import Cost

TIER = "clinic"


def problem(
    minutes: list[list[float]],
    *,
    people: list[float],
    cost: list[float],
    standard: float = 30.0,
    capacity: float = inf,
    zones: list[str] | None = None,
    metres: list[tuple[float, float]] | None = None,
    rules: list[tuple[str, object]] = (),
) -> PlanningProblem:
    """Return a problem of one tier and one stage from a matrix of minutes, points by sites, of candidates only."""
    times = np.array(minutes)
    points, sites = times.shape
    demand, site = np.nonzero(np.isfinite(times))
    options = tuple(
        option for j in range(sites) for option in (Option(j), Option(j, "one", open=True, capacity=capacity))
    )
    everybody = np.array([people])
    return PlanningProblem(
        people=everybody,
        load=everybody,
        stages=(Stage(2030),),
        site_tier=np.zeros(sites, dtype=np.int32),
        options=options,
        start=np.arange(0, 2 * sites, 2, dtype=np.int32),
        moves=tuple(Move(j, 2 * j, 2 * j + 1, "build", cost[j]) for j in range(sites)),
        services=(
            PlanService(
                tier=TIER,
                needed=np.ones(points, dtype=bool),
                standard_minutes=np.full(points, standard),
                demand=demand.astype(np.int32),
                site=site.astype(np.int32),
                minutes=times[demand, site],
                assigned=np.isfinite(capacity),
            ),
        ),
        labels=Labels(
            point=np.array([f"p{i}" for i in range(points)], dtype=object),
            site=np.array([f"s{j}" for j in range(sites)], dtype=object),
            zone=np.array(zones or [""] * points, dtype=object),
            site_zone=np.array([""] * sites, dtype=object),
            area_class=np.array(["rural"] * points, dtype=object),
            metres=np.array(metres or [(np.nan, np.nan)] * sites, dtype=float),
        ),
        levels=(LevelWish(Cost()),),
        rules=tuple(Stated(key, rule) for key, rule in rules),
    )


def open_sets(case: PlanningProblem):
    """Yield every set of open sites as a boolean array."""
    for size in range(case.site_count + 1):
        for chosen in combinations(range(case.site_count), size):
            opened = np.zeros(case.site_count, dtype=bool)
            opened[list(chosen)] = True
            yield opened


def possible(case: PlanningProblem, keys: set[str]) -> bool:
    """Return whether a set of sites keeps the rules of some keys; for services without capacity."""
    from facopt.location.planning.plan import Plan, no_assignment
    from facopt.location.planning.referee import judge

    kept = case.replace(rules=tuple(stated for stated in case.rules if stated.key in keys))
    for opened in open_sets(case):
        made = tuple((int(j), 0) for j in np.flatnonzero(opened))
        if not judge(kept, Plan(made, no_assignment(kept))).violations:
            return True
    return False
