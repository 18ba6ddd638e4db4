"""Reports of random runs against the same figures counted person by person in plain Python loops."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facopt.location.referee import evaluate
from facopt.measures.build import build_report
from facopt.measures.check import check_report
from facopt.measures.report import REASONS, REMEDIES

from .measures_cases import random_run, toy

if TYPE_CHECKING:
    from facopt.measures.build import RunResult
    from facopt.measures.report import Report

SEEDS = st.integers(0, 2**32 - 1)
QUICK = settings(max_examples=60, deadline=None, derandomize=True)


class Loops:
    """The run as nested dictionaries, and every figure as a loop over them."""

    def __init__(self, run: RunResult, open_sites: np.ndarray) -> None:
        self.run, self.tiers = run, list(run.scenario.tiers.values())
        self.keys = list(run.scenario.tiers)
        self.points = range(len(run.area.demand))
        self.people = [float(people) for people in run.area.demand.people]
        self.open = [j for j, is_open in enumerate(open_sites) if is_open]
        self.usable = [j for j, fixed in enumerate(run.area.sites.fixed) if fixed != "closed"]
        self.minutes = {
            mode: {(int(i), int(j)): float(m) for i, j, m in zip(t.demand, t.site, t.minutes, strict=True)}
            for mode, t in run.times.items()
        }

    def serving(self, i: int) -> list[int]:
        return [k for k, tier in enumerate(self.tiers) if self.run.area.demand.area_class[i] in tier.serves]

    def gives(self, j: int, k: int) -> bool:
        own = str(self.run.area.sites.tier[j])
        return own == self.keys[k] or self.keys[k] in self.run.scenario.tiers[own].provides

    def nearest(self, i: int, k: int, sites: list[int]) -> tuple[float, int]:
        """Return minutes and site, the first of equals; infinite and -1 without one."""
        times = self.minutes[self.tiers[k].mode]
        found = [(times[i, j], j) for j in sites if (i, j) in times and self.gives(j, k)]
        return min(found, default=(math.inf, -1))

    def covered_by(self, i: int, k: int, sites: list[int]) -> bool:
        return k in self.serving(i) and self.nearest(i, k, sites)[0] <= self.tiers[k].standard_minutes

    def covered(self, i: int, sites: list[int]) -> bool:
        return bool(self.serving(i)) and all(self.covered_by(i, k, sites) for k in self.serving(i))

    def unreachable(self, i: int) -> bool:
        return any(not self.covered_by(i, k, self.usable) for k in self.serving(i))

    def worst(self, i: int, sites: list[int]) -> tuple[float, int, int]:
        """Return minutes, site and tier of the serving tier that is worst off."""
        worst = (-1.0, -1, -1)
        for k in self.serving(i):
            minutes, site = self.nearest(i, k, sites)
            if minutes > worst[0]:
                worst = (minutes, site, k)
        return worst

    def count(self, who) -> float:
        return sum(self.people[i] for i in self.points if who(i))

    def visits(self):
        """Return (point, tier, minutes, site) of everybody who counts as assigned."""
        everybody = self.run.problem.assigns_everybody
        for i in self.points:
            for k in self.serving(i):
                minutes, site = self.nearest(i, k, self.open)
                if minutes <= (math.inf if everybody else self.tiers[k].standard_minutes) and site >= 0:
                    yield i, k, minutes, site


def loops_of(run: RunResult) -> tuple[Loops, Loops]:
    """Return today's loops and the plan's."""
    return Loops(run, run.problem.existing), Loops(run, run.solution.open)


def same(figure: float | None, expected: float | None) -> bool:
    """Return whether two figures agree, where None, NaN and infinity stand for none."""
    known = [value is not None and math.isfinite(value) for value in (figure, expected)]
    return known == [False, False] or (all(known) and figure == pytest.approx(expected, rel=1e-12))


def mean(pairs: list[tuple[float, float]]) -> float | None:
    """Return the weighted mean of (weight, value) over the finite values; None without weight."""
    known = [(weight, value) for weight, value in pairs if math.isfinite(value)]
    total = sum(weight for weight, _ in known)
    return sum(weight * value for weight, value in known) / total if total else None


@QUICK
@given(SEEDS)
def test_shares_are_those_of_a_count_by_person(seed: int) -> None:
    """Everybody, each class and each zone: people, covered, unreachable, mean and longest minutes."""
    run = random_run(seed)
    report, (today, plan), demand = build_report(run), loops_of(run), run.area.demand
    groups = [(report.everybody, lambda i: True)]
    groups += [(share, lambda i, key=share.key: demand.area_class[i] == key) for share in report.by_area_class]
    groups += [(share, lambda i, key=share.key: demand.zone[i] == key) for share in report.by_zone]
    for share, member in groups:
        mine = [i for i in plan.points if member(i)]
        assert same(share.people, sum(plan.people[i] for i in mine))
        assert same(share.covered, sum(plan.people[i] for i in mine if plan.covered(i, plan.open)))
        assert same(share.covered_now, sum(plan.people[i] for i in mine if today.covered(i, today.open)))
        assert same(share.unreachable, sum(plan.people[i] for i in mine if plan.unreachable(i)))
        times = [plan.worst(i, plan.open)[0] if plan.serving(i) else math.inf for i in mine]
        times_now = [today.worst(i, today.open)[0] if today.serving(i) else math.inf for i in mine]
        assert same(share.mean_minutes, mean([(plan.people[i], t) for i, t in zip(mine, times, strict=True)]))
        assert same(share.mean_minutes_now, mean([(plan.people[i], t) for i, t in zip(mine, times_now, strict=True)]))
        assert same(share.longest_minutes, max((t for t in times if math.isfinite(t)), default=None))
    assert {share.key for share in report.by_zone} == (set(demand.zone) if any(demand.zone) else set())
    order = [share.covered / share.people if share.people else 1.0 for share in report.by_zone]
    assert order == sorted(order)


@QUICK
@given(SEEDS)
def test_each_point_is_told_its_own_state_site_and_minutes(seed: int) -> None:
    """State, worst of the nearest times, the site and the tier it belongs to, point by point."""
    run = random_run(seed)
    report, (today, plan) = build_report(run), loops_of(run)
    ids = [*run.area.sites.id, ""]
    for i, row in enumerate(report.points.to_dict("records")):
        now, then = today.covered(i, today.open), plan.covered(i, plan.open)
        states = {(True, True): "covered", (False, True): "newly_covered", (True, False): "loses_cover"}
        assert row["state"] == states.get((now, then), "unreachable" if plan.unreachable(i) else "uncovered")
        minutes, site, tier = plan.worst(i, plan.open)
        assert same(row["minutes"], minutes if plan.serving(i) else None)
        assert (row["site"], row["tier"]) == (ids[site], [*plan.keys, ""][tier])
        assert row["site_now"] == ids[today.worst(i, today.open)[1]]
        assert (row["reason"] in REASONS) == (row["remedy"] in REMEDIES) == (not then)


@QUICK
@given(SEEDS)
def test_reasons_are_those_a_person_would_find(seed: int) -> None:
    """Unserved, cut off, out of reach or not chosen; and how far the nearest usable site is."""
    run = random_run(seed)
    report, (_, plan) = build_report(run), loops_of(run)
    for i, row in enumerate(report.points.to_dict("records")):
        assert same(row["nearest_any_minutes"], _nearest_usable(plan, i))
        if not plan.covered(i, plan.open):
            assert row["reason"] == _reason(plan, i)


def _nearest_usable(plan: Loops, i: int) -> float:
    longest = -1.0
    for k in plan.serving(i):
        mode = plan.run.times[plan.tiers[k].mode]
        minutes = plan.nearest(i, k, plan.usable)[0]
        if math.isinf(minutes) and mode.access is not None and mode.access.nearest_minutes[i] > mode.cutoff_minutes:
            minutes = float(mode.access.nearest_minutes[i])
        longest = max(longest, minutes)
    return longest if longest >= 0 else math.inf


def _reason(plan: Loops, i: int) -> str:
    lacking = [k for k in plan.serving(i) if not plan.covered_by(i, k, plan.usable)]
    access = [plan.run.times[plan.tiers[k].mode].access for k in lacking]
    if not plan.serving(i):
        return "not_served"
    if any(known is not None and not known.connected[i] for known in access):
        return "cut_off"
    if lacking:
        return "no_site_within_standard"
    allowed = [j for j in plan.usable if j not in plan.open and _keeps_limits(plan, j)]
    possible = all(plan.covered_by(i, k, plan.open + allowed) for k in plan.serving(i))
    return "not_chosen" if possible else "limits"


def _keeps_limits(plan: Loops, j: int) -> bool:
    """Return whether the plan with one more site is valid, as the referee judges it."""
    more = plan.run.solution.open.copy()
    more[j] = True
    broken = evaluate(plan.run.problem, more).violations
    return not any(what.startswith("limits.") for what in broken)


@QUICK
@given(SEEDS)
def test_sites_serve_whom_a_count_by_visit_gives_them(seed: int) -> None:
    """People, points, mean and longest minutes of each site; over a tier's service they sum to the people it covers."""
    run = random_run(seed)
    report, (_, plan) = build_report(run), loops_of(run)
    visits = list(plan.visits())
    for j, row in enumerate(report.sites.to_dict("records")):
        mine = [(plan.people[i], minutes) for i, _, minutes, site in visits if site == j]
        assert same(row["people_assigned"], sum(people for people, _ in mine))
        assert row["points_assigned"] == len(mine)
        assert same(row["mean_minutes"], mean(mine))
        assert same(row["longest_minutes"], max((minutes for _, minutes in mine), default=None))
    if not any(tier.provides for tier in plan.tiers) and not run.problem.assigns_everybody:
        for facts in report.tiers:
            own = report.sites[report.sites["tier"] == facts.key]
            assert same(float(own["people_assigned"].sum()), facts.people_covered)


@QUICK
@given(SEEDS)
def test_a_sites_worth_is_what_the_referee_misses_without_it(seed: int) -> None:
    """Closing one open site, kept or built, and judging the rest anew loses exactly the people stated."""
    run = random_run(seed)
    report, open_sites = build_report(run), run.solution.open
    for j, stated in enumerate(report.sites["people_lost_without"]):
        without = open_sites & (np.arange(len(open_sites)) != j)
        lost = run.solution.evaluation.people_covered - evaluate(run.problem, without).people_covered
        assert same(stated, lost if open_sites[j] else None)


@QUICK
@given(SEEDS)
def test_tiers_and_bands_are_those_of_a_count_by_person(seed: int) -> None:
    """People served, covered and out of reach of each tier, and its people in each band; the standard ends a band."""
    run = random_run(seed)
    report, (today, plan) = build_report(run), loops_of(run)
    for k, facts in enumerate(report.tiers):
        served = [i for i in plan.points if k in plan.serving(i)]
        assert same(facts.people_served, sum(plan.people[i] for i in served))
        assert same(facts.people_covered, plan.count(lambda i, k=k: plan.covered_by(i, k, plan.open)))
        assert same(facts.people_covered_now, today.count(lambda i, k=k: today.covered_by(i, k, today.open)))
        missed = sum(plan.people[i] for i in served if not plan.covered_by(i, k, plan.usable))
        assert same(facts.unreachable_people, missed)
        bands = report.bands_by_tier[facts.key]
        for loops, figure in ((plan, "people"), (today, "people_now")):
            times = [(loops.people[i], loops.nearest(i, k, loops.open)[0]) for i in served]
            for band in bands:
                above = -1.0 if band.above == 0 else band.above
                inside = sum(people for people, t in times if above < t <= band.up_to)
                assert same(getattr(band, figure), inside)
        assert facts.standard_minutes in {band.up_to for band in bands}


@QUICK
@given(SEEDS)
def test_reports_without_a_plan_are_today_alone(seed: int) -> None:
    """No figure of a plan appears, and today's are the same as beside a plan."""
    run, planned = random_run(seed, planned=False), build_report(random_run(seed))
    report = build_report(run)
    assert report.everybody == replace(planned.everybody, covered=None, mean_minutes=None, longest_minutes=None)
    assert report.cost is None
    assert report.points[["minutes_now", "site_now"]].equals(planned.points[["minutes_now", "site_now"]])
    assert set(report.points["state"]) <= {"covered", "uncovered", "unreachable"}
    assert set(report.points["reason"]) <= {"", "no_site_within_standard", "cut_off", "not_served"}
    assert [band.people_now for band in report.bands] == [band.people_now for band in planned.bands]


# --- the check itself --------------------------------------------------------------------------------------------


def _swapped(report: Report, table: str, column: str, row: int, value: object) -> Report:
    """Return the report with one value of one table changed."""
    frame = getattr(report, table).copy()
    frame.loc[row, column] = value
    return replace(report, **{table: frame})


BROKEN = {
    "a zone lost people": lambda r: replace(r, by_zone=(replace(r.by_zone[0], people=10.0), *r.by_zone[1:])),
    "a class gained cover": lambda r: replace(
        r, by_area_class=(r.by_area_class[0], replace(r.by_area_class[1], covered=31.0))
    ),
    "zones out of order": lambda r: replace(r, by_zone=r.by_zone[::-1]),
    "everybody lost people": lambda r: replace(r, everybody=replace(r.everybody, people=401.0)),
    "today gained cover": lambda r: replace(r, everybody=replace(r.everybody, covered_now=151.0)),
    "fewer are unreachable": lambda r: replace(r, everybody=replace(r.everybody, unreachable=19.0)),
    "a state changed": lambda r: _swapped(r, "points", "state", 4, "newly_covered"),
    "a reason is missing": lambda r: _swapped(r, "points", "reason", 4, ""),
    "a remedy for the covered": lambda r: _swapped(r, "points", "remedy", 0, "road"),
    "a band lost people": lambda r: replace(
        r, bands_by_tier={**r.bands_by_tier, "township_clinic": r.bands_by_tier["township_clinic"][:-1]}
    ),
    "the sum of bands lost people": lambda r: replace(r, bands=r.bands[:-1]),
    "a tier covers more": lambda r: replace(r, tiers=(r.tiers[0], replace(r.tiers[1], people_covered=31.0))),
    "a tier serves fewer": lambda r: replace(r, tiers=(replace(r.tiers[0], people_served=299.0), r.tiers[1])),
    "a tier has a site more": lambda r: replace(r, tiers=(replace(r.tiers[0], sites_open=3), r.tiers[1])),
    "a tier has a new site less": lambda r: replace(r, tiers=(replace(r.tiers[0], sites_new=0), r.tiers[1])),
    "people went elsewhere": lambda r: _swapped(r, "assignment", "site", 0, 0),
    "a site serves more": lambda r: _swapped(r, "sites", "people_assigned", 1, 301.0),
    "the cost is lower": lambda r: replace(r, cost=11.0),
    "an objective is better": lambda r: replace(r, objectives=(replace(r.objectives[0], value=331.0), r.objectives[1])),
    "a target is missed": lambda r: _swapped(r, "targets", "met", 0, False),
    "a target speaks of fewer": lambda r: _swapped(r, "targets", "people", 0, 99.0),
    "a target has more": lambda r: _swapped(r, "targets", "people_covered", 0, 31.0),
    "a limit is exceeded": lambda r: _swapped(r, "limits", "limit", 0, 11.0),
}


@pytest.mark.parametrize("name", BROKEN)
def test_the_check_finds_each_contradiction(name: str) -> None:
    """A sound report passes; with one figure changed it does not."""
    report = build_report(toy())
    assert check_report(report) == ()
    assert check_report(BROKEN[name](report))


def test_parts_that_do_not_fit_are_refused() -> None:
    """A run whose problem was built for another study area is a mistake of the caller."""
    run = toy()
    other = random_run(1)
    with pytest.raises(ValueError, match="demand points or sites"):
        build_report(replace(run, area=other.area))
    with pytest.raises(ValueError, match="tiers"):
        build_report(replace(run, scenario=other.scenario))
    with pytest.raises(ValueError, match="open sites and its evaluation"):
        build_report(replace(run, solution=replace(run.solution, evaluation=None)))
