"""Ways along the road for the map: of everybody in a small study area, else of those for whom the plan changes most."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from facopt.assembly.travel import lonlat
from facopt.scenario.schema import FastestTravel
from facopt.travel.fastest import fastest_part
from facopt.travel.routes import routes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from facopt.assembly.travel import Travelled
    from facopt.inputs.study_area import StudyArea
    from facopt.location.problem import LocationProblem
    from facopt.location.referee import Evaluation
    from facopt.scenario.schema import Scenario

IntArray = np.ndarray[Any, np.dtype[np.int64]]
FloatArray = np.ndarray[Any, np.dtype[np.float64]]

MOST_ROUTES = 3_000
"""More ways than this make a map slow and tell no more."""
MOST_VERTICES = 150_000
AT_ONCE = 200
"""So many ways are simplified together: one by one takes twice as long, and what has no room need not be."""
TOLERANCE_DEGREES = 0.0001
"""About 10 m, the width of a drawn line where one looks at a single village."""


def routes_to_draw(
    scenario: Scenario,
    area: StudyArea,
    travelled: Travelled,
    problem: LocationProblem,
    plan: Evaluation | None,
    today: Evaluation,
) -> dict[tuple[int, int], FloatArray]:
    """Return ways by (demand point, site), (n, 2) WGS-84 lon and lat, from home to its nearest open site of each tier.

    Who lives at the site has no way.

    Up to `MOST_ROUTES`: all where there are no more, else first those who gain or lose cover, then the most people.
    Modes without roads have none.
    """
    if plan is None:
        return {}
    rank = _rank(problem, plan, today)
    ways: dict[tuple[int, int], FloatArray] = {}
    for mode, demand, site, minutes in _pairs(scenario, travelled, problem, plan, rank):
        ends = np.stack([lonlat(area.demand)[demand], lonlat(area.sites)[site]], axis=1)
        lines = routes(travelled.networks[mode], ends, within_minutes=minutes)
        ways.update({(int(i), int(j)): line for i, j, line in zip(demand, site, lines, strict=True) if len(line) > 1})
    return _within_room(ways, rank)


def _within_room(ways: dict[tuple[int, int], FloatArray], rank: IntArray) -> dict[tuple[int, int], FloatArray]:
    """Return the ways simplified, as far down the queue as the map has room for."""
    queue = sorted(ways, key=lambda pair: (rank[pair[0]], pair))
    found: dict[tuple[int, int], FloatArray] = {}
    room = MOST_VERTICES
    for begin in range(0, len(queue), AT_ONCE):
        some = queue[begin : begin + AT_ONCE]
        for key, line in zip(some, _thinned([ways[key] for key in some]), strict=True):
            room -= len(line)
            if room < 0:
                return found
            found[key] = line
    return found


def _rank(problem: LocationProblem, plan: Evaluation, today: Evaluation) -> IntArray:
    """Return each demand point's place in the queue for a way (I,): those whose cover changes, then most people."""
    unchanged = plan.covered == today.covered
    order = np.lexsort((-problem.people, unchanged))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return rank


def _pairs(
    scenario: Scenario, travelled: Travelled, problem: LocationProblem, plan: Evaluation, rank: IntArray
) -> Iterator[tuple[str, IntArray, IntArray, FloatArray]]:
    """Yield mode, demand points, sites and minutes of the pairs to draw."""
    tiers = [(k, i) for k in range(len(problem.services)) for i in np.flatnonzero(plan.nearest[k] >= 0).tolist()]
    chosen = sorted(tiers, key=lambda pair: (rank[pair[1]], pair))[:MOST_ROUTES]
    for k, tier in enumerate(scenario.tiers.values()):
        demand = np.array(sorted(i for number, i in chosen if number == k), dtype=np.int64)
        if len(demand):
            site = plan.nearest[k][demand].astype(np.int64)
            yield from _on_roads(scenario, travelled, tier.mode, demand, site, plan.minutes[k][demand])


def _on_roads(
    scenario: Scenario, travelled: Travelled, mode: str, demand: IntArray, site: IntArray, minutes: FloatArray
) -> Iterator[tuple[str, IntArray, IntArray, FloatArray]]:
    """Yield the pairs by the mode on roads in which each is travelled."""
    travel = scenario.travel[mode]
    parts = travel.modes if isinstance(travel, FastestTravel) else (mode,)
    part_times = [travelled.times[part] for part in parts]
    which = fastest_part(part_times, demand, site) if len(parts) > 1 else np.zeros(len(demand), dtype=np.int64)
    for number, part in enumerate(parts):
        chosen = which == number
        if part in travelled.networks and chosen.any():
            yield part, demand[chosen], site[chosen], minutes[chosen]


def _thinned(lines: list[FloatArray]) -> list[FloatArray]:
    from shapely import get_coordinates, linestrings, simplify

    drawn = linestrings(np.concatenate(lines), indices=np.repeat(np.arange(len(lines)), [len(line) for line in lines]))
    vertices, line = get_coordinates(simplify(drawn, TOLERANCE_DEGREES), return_index=True)
    return np.split(np.round(vertices, 5), np.flatnonzero(np.diff(line)) + 1)
