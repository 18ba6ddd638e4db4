"""The stops of the map's slider: today and each stage, with the state of every settlement and site, and the figures."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from facopt.measures.coverage import people_by_state
from facopt.measures.planning import TODAY
from facopt.measures.report import CLOSED_ACTIONS, OPEN_ACTIONS
from facopt.outputs.map.values import exact, index_of, number, numbers, text, times
from facopt.outputs.tables.planning import projects_of

if TYPE_CHECKING:
    import pandas as pd

    from facopt.measures.planning import PlanningTables, StageView
    from facopt.measures.report import Report
    from facopt.measures.tier_cover import TierCover

STATE_LETTERS = {"covered": "c", "newly_covered": "n", "loses_cover": "l", "uncovered": "u", "unreachable": "x"}
"""State of a settlement, as one letter a settlement."""

_TODAY = {"newly_covered": "uncovered", "loses_cover": "covered"}
ACTION_LETTERS = {
    "keep": "k", "build": "b", "extend": "x", "refurbish": "r", "close": "d", "relocate": "v", "merge": "m",
    "none": "n",
}  # fmt: skip
"""What is done with a site, as one letter a site."""
_BANDS = (15.0, 30.0, 45.0, 60.0)


def has_plan(report: Report) -> bool:
    """Return whether the run found a plan."""
    return report.everybody.covered is not None


def stops_of(report: Report) -> list[dict[str, Any]]:
    """Return the stops in order of time; the last is the plan itself."""
    if report.planning is not None and has_plan(report):
        return _planned_stops(report, report.planning)
    points = report.points
    now = points.assign(state=points["state"].replace(_TODAY), covered=points["covered_now"])
    now = now.assign(minutes=points["minutes_now"], site=points["site_now"])
    stops = [_stop(report, "now", now, _standing(report)) | _by_tier(report, report.tier_cover_now)]
    if has_plan(report):
        stops.append(_stop(report, "plan", points, report.sites["action"]) | _by_tier(report, report.tier_cover))
    return stops


def _standing(report: Report) -> pd.Series[str]:
    return report.sites["status"].map({"existing": "stands"}).fillna("")


def _planned_stops(report: Report, planning: PlanningTables) -> list[dict[str, Any]]:
    views = {"now": (TODAY, planning.today)}
    views |= {view.name: (view.name, view) for view in planning.views[:-1]}
    stops = [_stage_stop(report, key, stage, view) for key, (stage, view) in views.items()]
    last = planning.views[-1].name
    final = _stop(report, last, report.points, report.sites["action"]) | _by_tier(report, report.tier_cover)
    stops.append(final | _of_stage(planning, last))
    return stops


def _stage_stop(report: Report, key: str, stage: str, view: StageView) -> dict[str, Any]:
    actions = _standing(report) if key == "now" else view.site_action
    stop = _stop(report, key, view.points, actions, cost=view.cost)
    people, last = view.points["people"].to_numpy(float), report.points["people"].to_numpy(float)
    assert report.planning is not None
    stop["goes"] = [[int(site) for site in sites] for sites in view.goes_to]
    stop["served"] = ["".join("1" if one else "0" for one in found) for found in view.served]
    if not np.array_equal(people, last):
        stop["weights"] = numbers(people)
    return stop | _by_tier(report, view.tier_cover) | _of_stage(report.planning, stage)


def _by_tier(report: Report, cover: tuple[TierCover, ...]) -> dict[str, Any]:
    """Return states and people of each tier on its own, "-" where it serves nobody; nothing of settlements merged."""
    if len(cover) < 2 or len(cover[0].states) != len(report.points):
        return {}
    return {
        "tiers": [
            {
                "states": "".join(STATE_LETTERS.get(value, "-") for value in one.states),
                "people": {letter: number(one.people[value]) for value, letter in STATE_LETTERS.items()},
            }
            for one in cover
        ]
    }


def _of_stage(planning: PlanningTables, stage: str) -> dict[str, Any]:
    """Return what a stop has only in a plan with stages: open sites with their load, referral, money."""
    sites = planning.open_sites[planning.open_sites["stage"] == stage]
    links = planning.referral[planning.referral["stage"] == stage]
    money = planning.money[planning.money["stage"] == stage]
    figures = ("capital", "budget", "running_cost", "staff", "beds")
    return {
        "open": {
            str(row.site): [text(row.size), number(row.people), number(row.load), number(row.capacity)]
            for row in sites.itertuples()
        },
        "referral": [[int(site), int(to)] for site, to in zip(links["site"], links["to"], strict=True)],
        "money": {key: exact(money[key].iloc[0]) for key in figures} if len(money) else None,
    }


def _stop(report: Report, key: str, points: pd.DataFrame, actions: Any, cost: float | None = None) -> dict[str, Any]:
    """Return a stop; `points` has people, covered_now, covered, state, minutes and site as they are then."""
    sites = {text(value): k for k, value in enumerate(report.sites["id"])}
    minutes, people = points["minutes"].to_numpy(dtype=float), points["people"].to_numpy(dtype=float)
    covered, state = points["covered"].to_numpy(dtype=float), points["state"]
    wholly = state.isin(("covered", "newly_covered")).to_numpy()
    partly = {str(i): number(covered[i]) for i in np.flatnonzero((covered > 0) & ~wholly)}
    now = key == "now"
    sums = people_by_state(points.assign(covered_now=covered) if now else points, planned=True)
    return {
        "key": key,
        "states": "".join(STATE_LETTERS[value] for value in state),
        "sites": "".join({"stands": "e", "": "-"}.get(text(value)) or ACTION_LETTERS[value] for value in actions),
        "minutes": times(minutes),
        "nearest": index_of(points["site"], sites),
        "people": {letter: number(sums[value]) for value, letter in STATE_LETTERS.items()},
        "bands": _band_sums(report, minutes, people),
        "figures": _figures(report, points, np.asarray(actions), sums, cost=cost, now=now),
        **({"partly": partly} if partly else {}),
    }


def _band_sums(report: Report, minutes: Any, people: Any) -> list[float | int | None]:
    edges = map_edges(report)
    band = np.searchsorted(np.array(edges), minutes, side="left")
    known = np.isfinite(minutes)
    return [_sum(people, known & (band == k)) for k in range(len(edges) + 1)] + [_sum(people, ~known)]


def map_edges(report: Report) -> tuple[float, ...]:
    """Return where the map's time bands end: of the report's own at most four, for more shades cannot be told apart."""
    edges = tuple(band.up_to for band in report.bands[:-1])
    if not edges or set(_BANDS) <= set(edges):
        return _BANDS
    return edges[:: -(-len(edges) // len(_BANDS))]


def _sum(people: Any, chosen: Any) -> float | int | None:
    return number(math.fsum(people[chosen])) if len(people) else 0


def _figures(
    report: Report, points: pd.DataFrame, actions: Any, sums: dict[str, float], *, cost: float | None, now: bool
) -> dict[str, str | None]:
    """Return the headline figures of a stop as exact text; an absent figure is None. Those of the plan are its own."""
    everybody = report.everybody
    people, covered = everybody.people, everybody.covered_now if now else everybody.covered
    unreachable, spent = everybody.unreachable, 0.0 if now else report.cost
    if points is not report.points and report.planning is not None and has_plan(report):
        people, covered = float(points["people"].sum()), float(points["covered"].sum())
        unreachable, spent = sums["unreachable"], cost
    standing = np.isin(actions, ("stands", *OPEN_ACTIONS))
    return {
        "people": exact(people),
        "people_covered": exact(covered),
        "people_covered_percent": exact(100 * covered / people) if covered is not None and people else None,
        "people_newly_covered": exact(0.0 if now else sums["newly_covered"]),
        "people_losing_cover": exact(0.0 if now else sums["loses_cover"]),
        "unreachable_people": exact(unreachable),
        "sites_new": exact(int((actions == "build").sum())),
        "sites_extended": exact(int(np.isin(actions, ("extend", "refurbish")).sum())),
        "sites_closed": exact(int(np.isin(actions, CLOSED_ACTIONS).sum())),
        "sites_open": exact(int(standing.sum())),
        "cost": exact(spent),
    }


# --- what only plans with stages have --------------------------------------------------------------------------------


def planned_of(report: Report) -> dict[str, Any]:
    """Return what the page knows of a plan with stages besides its stops: every action by site, and units."""
    planning = report.planning
    if planning is None or not has_plan(report):
        return {}
    steps: dict[str, list[list[Any]]] = {}
    for row in projects_of(report):
        size = " → ".join(dict.fromkeys(name for name in (row["from_size"], row["to_size"]) if name))
        step = [row["stage"], row["action"], size, number(row["cost"]), int(row["partner"])]
        steps.setdefault(str(int(row["site"])), []).append(step)
        if row["action"] == "relocate":
            steps.setdefault(str(int(row["partner"])), []).append([*step[:4], -1])
    return {"steps": steps, "workload": planning.workload_unit, "base_year": planning.base_year}


def target_stops(report: Report) -> list[dict[str, Any]]:
    """Return by target of whom it speaks, the stop from which it is due, and [people, needed, covered] at each stop."""
    planning = report.planning
    if planning is None or not has_plan(report):
        return []
    stages = [TODAY, *planning.money["stage"]]
    found = []
    for row in report.targets.itertuples():
        mine = planning.targets[planning.targets["target"] == row.Index].set_index("stage")
        at = [numbers(mine.loc[stage, ["people", "needed", "people_covered"]]) for stage in stages]
        found.append({"segment": text(row.segment), "due": stages.index(text(row.stage)), "stops": at})
    return found
