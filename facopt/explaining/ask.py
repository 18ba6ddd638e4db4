"""The questions: why is this place not covered, why is this site open, or not, and what if another stood instead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from facopt.errors import Finding, ScenarioError
from facopt.explaining.cases import Case, opened_in, plain_case, planning_case
from facopt.explaining.find import find_one
from facopt.measures.explain import addition, best_additions, covering_sites, rank_of, tiers_at, with_change
from facopt.measures.explained import PlaceFacts, SiteFacts
from facopt.measures.marginal import people_lost_without
from facopt.pipeline import CACHE, prepare
from facopt.scenario.load import load_scenario
from facopt.travel.cache import TravelCache

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from facopt.location.problem import LocationProblem
    from facopt.measures.explain import Addition
    from facopt.progress import QuietProgress

MOST_SITES = 5
"""So many sites that would cover a place, or would come next, are judged."""
MOST_SWAPS = 25
"""So many opened candidates are tried in exchange for one that the limits leave no room for."""


@dataclass(frozen=True)
class Question:
    """What is asked: of a place, or of a site, maybe with another instead."""

    place: str | None = None
    site: str | None = None
    instead: str | None = None

    def __post_init__(self) -> None:
        if (self.place is None) == (self.site is None):
            raise ScenarioError(Finding("nothing to explain", "Say --place ID or --site ID, one of them"))
        if self.instead is not None and self.site is None:
            raise ScenarioError(Finding("--instead goes with --site", "Say --site ID --instead ID"))


def case_of(source: Path, overrides: Sequence[str], out: Path, progress: QuietProgress) -> Case:
    """Return the solved case of a scenario file, or of a run folder, whose plan is taken as it is where that is enough.

    Raises ScenarioError and DataError.
    """
    folder = source if source.is_dir() else None
    if folder is not None and not (folder / "run.json").is_file():
        raise ScenarioError(Finding(f"{folder} is no run folder", "Name a scenario file, or a folder with a run.json"))
    loaded = load_scenario(source if folder is None else folder / "scenario.yaml", overrides)
    kept = TravelCache((out if folder is None else folder.resolve().parent) / CACHE)
    prepared = prepare(loaded, progress, kept)
    with progress.stage("location"):
        if prepared.task is not None:
            return planning_case(prepared)
        known = opened_in(folder, prepared) if folder is not None and not overrides else None
        return plain_case(prepared, known)


def explain(case: Case, question: Question) -> PlaceFacts | SiteFacts:
    """Answer a question. Raises ScenarioError where a place or site is unknown."""
    demand, sites = case.prepared.area.demand, case.prepared.area.sites
    if question.place is not None:
        return explain_place(case, find_one(question.place, "place", demand.id, demand.name, demand.name_en))
    assert question.site is not None
    site = find_one(question.site, "site", sites.id, sites.name, sites.name_en)
    other = None
    if question.instead is not None:
        other = find_one(question.instead, "site", sites.id, sites.name, sites.name_en)
        _require_exchange(case, site, other)
    return explain_site(case, site, other)


def _require_exchange(case: Case, site: int, other: int) -> None:
    ids = case.prepared.area.sites.id
    if not case.open[site]:
        what, remedy = f"{ids[site]} is not in the plan", "Name with --site one that is, with --instead one that is not"
        raise ScenarioError(Finding(what, remedy))
    if case.open[other] or not case.can_open[other]:
        state = "is in the plan already" if case.open[other] else "may not be opened"
        raise ScenarioError(Finding(f"{ids[other]} {state}", "Name with --instead a candidate that is not in the plan"))


def explain_place(case: Case, point: int) -> PlaceFacts:
    """Return why a demand point is covered or not."""
    problem, share = case.prepared.problem, float(case.evaluation.share[point])
    near = [j for j in covering_sites(problem, case.open, point) if case.can_open[j]]
    tried = [
        addition(problem, case.judge, case.open, case.evaluation.covered, j, MOST_SWAPS) for j in near[:MOST_SITES]
    ]
    reason = str(case.reasons[point])
    wanting = share < 1 - 1e-9 and reason in {"limits", "not_chosen", "no_room"}
    return PlaceFacts(
        point=point,
        people=float(case.people[point]),
        share=share,
        reason=reason,
        tiers=tiers_at(problem, case.open, point),
        additions=tuple(sorted(tried, key=lambda one: (-one.change.people_gained, one.change.cost, one.site))),
        could=len(near),
        forced=case.force(covered=(point,)) if wanting else None,
    )


def explain_site(case: Case, site: int, other: int | None) -> SiteFacts:
    """Return why a site is open or not, and what another in its place would change."""
    problem, found = case.prepared.problem, case.evaluation
    opened, people = bool(case.open[site]), case.people
    served = problem.replace(people=people * found.share)
    lost = people_lost_without(served, case.open, found.share > 0)
    only_here = _points_only_here(case, site) if opened else np.zeros(0, dtype=np.int64)
    instead = None if other is None else with_change(case.judge, people, case.open, add=(other,), remove=(site,))
    may_go = opened and not problem.must_open[site]
    return SiteFacts(
        site=site,
        open=opened,
        standing=bool(problem.existing[site]),
        people_served=_people_served(case, site),
        people_only_here=float(served.people[only_here].sum()),
        points_only_here=tuple(only_here.tolist()),
        rank=rank_of(site, np.nan_to_num(lost), case.open) if opened else None,
        without=with_change(case.judge, people, case.open, remove=(site,)) if opened else None,
        forced_without=case.force(closed=(site,)) if may_go else None,
        addition=_addition(case, site),
        instead=instead,
        forced_instead=None if other is None or not may_go else case.force(open_sites=(other,), closed=(site,)),
        next_sites=best_additions(_only(case), case.judge, case.open, found.covered_by_tier, MOST_SITES),
    )


def _only(case: Case) -> LocationProblem:
    """Return the problem in which only what can be opened is usable."""
    problem = case.prepared.problem
    return problem.replace(usable=case.can_open | case.open, must_open=problem.must_open & case.open)


def _addition(case: Case, site: int) -> Addition | None:
    if case.open[site] or not case.can_open[site]:
        return None
    problem, covered = case.prepared.problem, case.evaluation.covered
    return addition(problem, case.judge, case.open, covered, site, MOST_SWAPS)


def _people_served(case: Case, site: int) -> float:
    """Return who go to a site within the standard, once for each of its services they need."""
    total = 0.0
    for k, service in enumerate(case.prepared.problem.services):
        flow = case.evaluation.flow(k)
        here = (flow.site == site) & (flow.minutes <= service.limits[flow.demand])
        total += float((case.people[flow.demand[here]] * flow.share[here]).sum())
    return total


def _points_only_here(case: Case, site: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return the covered points whose only open site within the standard of some service is this one."""
    problem, covered = case.prepared.problem, case.evaluation.share > 0
    alone = np.zeros(problem.demand_count, dtype=bool)
    for service in problem.services:
        arcs = service.within & case.open[service.site] & covered[service.demand]
        count = np.bincount(service.demand[arcs], minlength=problem.demand_count)
        here = arcs & (service.site == site)
        alone[service.demand[here]] |= count[service.demand[here]] == 1
    points = np.flatnonzero(alone)
    return points[np.lexsort((points, -problem.people[points]))]
