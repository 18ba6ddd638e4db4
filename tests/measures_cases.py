"""Runs for the tests of the measures: one small enough for sums by hand, and random ones that a person could draw."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from facopt.inputs.study_area import AREA_CLASSES, ContextFacilities, DemandPoints, Ground, Sites, StudyArea
from facopt.location.problem import CoverageTarget, LocationProblem, Service, SiteLimit
from facopt.location.referee import evaluate
from facopt.location.solution import Effort, Level, Solution, Status
from facopt.measures.build import RunResult
from facopt.scenario.schema import Scenario
from facopt.travel.times import Access, TravelTimes

OBJECTIVES = (("coverage", "cost"), ("cost",), ("coverage", "travel"), ("travel",), ("worst_travel", "cost"))


def texts(values):
    """Return an array of texts."""
    return np.array(list(values), dtype=object)


def scenario_of(tiers, objective, targets=(), **more):
    """Return a scenario whose files are never read."""
    modes = sorted({tier["mode"] for tier in tiers.values()})
    return Scenario.model_validate(
        {
            "name": "toy",
            "demand": {"kind": "table", "file": "demand.csv"},
            "facilities": {"kind": "table", "file": "sites.csv"},
            "travel": {mode: {"kind": "table", "file": "od.csv"} for mode in modes},
            "tiers": tiers,
            "targets": list(targets),
            "objective": list(objective),
            **more,
        }
    )


def times_of(mode, arcs, points, sites, cutoff=60.0, access=None):
    """Return travel times from {(point, site): minutes}."""
    pairs = sorted(arcs)
    return TravelTimes(
        mode=mode,
        demand_count=points,
        site_count=sites,
        demand=np.array([i for i, _ in pairs], dtype=np.int32),
        site=np.array([j for _, j in pairs], dtype=np.int32),
        minutes=np.array([arcs[pair] for pair in pairs], dtype=float),
        cutoff_minutes=cutoff,
        access=access,
        facts={"pairs": len(pairs)},
    )


def area_of(people, zone, area_class, sites, segments=None):
    """Return a study area; `sites` are tuples (id, tier, existing, fixed, build cost)."""
    count = len(people)
    ids = texts(f"p{i}" for i in range(count))
    nan, empty = np.full(len(sites), np.nan), texts([""] * len(sites))
    columns = list(zip(*sites, strict=True))
    none = texts([])
    return StudyArea(
        demand=DemandPoints(
            id=ids, name=ids, people=np.array(people, dtype=float), zone=texts(zone), area_class=texts(area_class),
            lon=np.full(count, np.nan), lat=np.full(count, np.nan), segments=segments or {},
        ),
        sites=Sites(
            id=texts(columns[0]), name=texts(columns[0]), tier=texts(columns[1]),
            existing=np.array(columns[2], dtype=bool), fixed=texts(columns[3]),
            build_cost=np.array(columns[4], dtype=float), running_cost=nan, capacity_people=nan,
            lon=nan, lat=nan, zone=empty, size=empty, owner=empty,
        ),
        context=ContextFacilities(id=none, name=none, kind=none, lon=np.array([]), lat=np.array([])),
        ground=Ground(),
        metric_crs="",
    )  # fmt: skip


def problem_of(scenario, area, times, **rules):
    """Return the problem of a scenario, put together the slow and plain way."""
    sites, keys = area.sites, list(scenario.tiers)
    closed, opened = sites.fixed == "closed", sites.fixed == "open"
    return LocationProblem(
        people=area.demand.people,
        site_tier=np.array([keys.index(tier) for tier in sites.tier], dtype=np.int32),
        existing=sites.existing,
        usable=~closed,
        must_open=(sites.existing & ~closed) | opened,
        cost=np.where(sites.existing, 0.0, np.nan_to_num(sites.build_cost)),
        services=tuple(_service(key, scenario, area, times) for key in keys),
        objective=tuple(scenario.objective),
        **rules,
    )


def _service(key, scenario, area, times):
    tier, mode = scenario.tiers[key], times[scenario.tiers[key].mode]
    givers = {key} | {other for other, facts in scenario.tiers.items() if key in facts.provides}
    needed = np.array([name in tier.serves for name in area.demand.area_class], dtype=bool)
    gives = np.array([name in givers for name in area.sites.tier], dtype=bool)
    keep = needed[mode.demand] & gives[mode.site]
    return Service(key, needed, tier.standard_minutes, mode.demand[keep], mode.site[keep], mode.minutes[keep])


def solution_of(problem, open_sites, status=Status.OPTIMAL):
    """Return a plan that opens some sites, or the statement that there is none."""
    effort = Effort("highs", "1.9.0", 0.5, 4, 6, "", "log")
    if open_sites is None:
        return Solution(status, None, (), None, effort)
    evaluation = evaluate(problem, open_sites)
    levels = tuple(Level(name, evaluation.value(name), evaluation.value(name)) for name in problem.objective)
    return Solution(status, open_sites, levels, evaluation, effort)


def run_of(scenario, area, times, problem, open_sites, **more):
    """Return the result of a run that opened some sites, or none with None."""
    status = Status.OPTIMAL if open_sites is not None else Status.INFEASIBLE
    return RunResult(
        scenario=scenario,
        area=area,
        times=times,
        problem=problem,
        solution=solution_of(problem, open_sites, status),
        baseline=evaluate(problem, problem.existing),
        generated="2026-11-21",
        version="0.1.0",
        **more,
    )


# --- by hand --------------------------------------------------------------------------------------------------------

TOY_TIERS = {
    "community_health_centre": {"serves": ["urban"], "mode": "walk", "standard_minutes": 15, "name": "社区中心"},
    "township_clinic": {"serves": ["town", "rural"], "mode": "drive", "standard_minutes": 30},
}
TOY_PLAN = np.array([True, True, False, True])


def toy(open_sites=TOY_PLAN, tiers=None, **more):
    """Return the run of five demand points and four sites whose figures the tests state.

    Minutes, in brackets beyond the standard (15 walking, 30 driving), - where there is no way:

        point  class  zone  people | s1 stands  s2 candidate (7) | t1 stands, must close  t2 candidate (5)
        p0     urban  z1       100 |     15             0        |
        p1     urban  z1       200 |    (20)           10        |
        p2     rural  z2        50 |                             |     10                    (31)
        p3     rural  z2        30 |                             |    (40)                    30
        p4     rural            20 |                             |      -                      -

    The plan builds s2 and t2, keeps s1 and closes t1.
    """
    scenario = scenario_of(
        tiers or TOY_TIERS,
        ("coverage", "cost"),
        [{"kind": "coverage", "tier": "township_clinic", "at_least_percent": 100}],
        limits={"budget": 20, "new_sites": {"township_clinic": 1}},
    )
    sites = [
        ("s1", "community_health_centre", True, "", np.nan),
        ("s2", "community_health_centre", False, "", 7),
        ("t1", "township_clinic", True, "closed", np.nan),
        ("t2", "township_clinic", False, "", 5),
    ]
    classes = ("urban", "urban", "rural", "rural", "rural")
    area = area_of((100, 200, 50, 30, 20), ("z1", "z1", "z2", "z2", ""), classes, sites, {"65_plus": np.arange(5.0)})
    access = Access(
        snap_metres=np.array([0.0, 0.0, 10.0, 20.0, 900.0]),
        connected=np.array([True, True, True, True, False]),
        nearest_minutes=np.array([5.0, 5.0, 31.0, 30.0, np.inf]),
    )
    times = {
        "walk": times_of("walk", {(0, 0): 15, (0, 1): 0, (1, 0): 20, (1, 1): 10}, 5, 4, 30.0),
        "drive": times_of("drive", {(2, 2): 10, (2, 3): 31, (3, 2): 40, (3, 3): 30}, 5, 4, 60.0, access),
    }
    problem = problem_of(
        scenario, area, times,
        targets=(CoverageTarget("targets.0", 1, 100.0, np.array([False, False, True, True, True])),),
        site_limits=(SiteLimit("limits.new_sites.township_clinic", 1, 1, exact=False),),
        budget=20.0,
    )  # fmt: skip
    return run_of(scenario, area, times, problem, open_sites, zone_names={"z1": "东街道", "z2": "西乡"}, **more)


# --- at random ------------------------------------------------------------------------------------------------------


def random_run(seed: int, planned: bool = True) -> RunResult:
    """Return a run of a few points and sites with one to three tiers, some of them providing another's service."""
    rng = np.random.default_rng(seed)
    points, sites, tiers = int(rng.integers(1, 12)), int(rng.integers(1, 8)), int(rng.integers(1, 4))
    scenario = scenario_of(_random_tiers(rng, tiers), OBJECTIVES[int(rng.integers(len(OBJECTIVES)))])
    area = _random_area(rng, points, sites, tiers)
    times = {mode: _random_times(rng, mode, points, sites) for mode in scenario.travel}
    problem = problem_of(scenario, area, times)
    open_sites = problem.must_open | (problem.usable & (rng.random(sites) < 0.5))
    if problem.assigns_everybody:
        open_sites = problem.usable.copy()
    run = run_of(scenario, area, times, problem, open_sites)
    scenario, problem = _with_rules(rng, run)
    result = run_of(scenario, area, times, problem, open_sites if planned else None)
    return replace(result, zone_names={"z0": "零", "z1": "一"})


def _random_tiers(rng, count):
    tiers = {}
    for k in range(count):
        serves = [name for name in AREA_CLASSES if rng.random() < 0.6] or ["rural"]
        provides = [f"tier{k - 1}"] if k and rng.random() < 0.3 else []
        standard = float(rng.choice([4, 7.5, 15, 22]))
        mode = ("walk", "drive")[int(rng.integers(2))]
        tiers[f"tier{k}"] = {"serves": serves, "mode": mode, "standard_minutes": standard, "provides": provides}
    return tiers


def _random_area(rng, points, sites, tiers):
    people = rng.integers(0, 40, points) + (0.25 if rng.random() < 0.3 else 0.0)
    rows = []
    for j in range(sites):
        existing = bool(rng.random() < 0.4)
        fixed = str(rng.choice(["", "", "open", "closed"]))
        rows.append(
            (f"s{j}", f"tier{rng.integers(tiers)}", existing, fixed, np.nan if existing else rng.integers(0, 9))
        )
    zones = ["z0", "z1", "z2", ""] if rng.random() < 0.8 else [""]
    return area_of(people, rng.choice(zones, points), rng.choice(AREA_CLASSES, points), rows)


def _random_times(rng, mode, points, sites):
    arcs = {
        (i, j): float(rng.choice([0, 4, 7.5, 10, 15, 16, 22, 30]))
        for i in range(points)
        for j in range(sites)
        if rng.random() < 0.6
    }
    access = None
    if rng.random() < 0.6:
        linked = np.isin(np.arange(points), [i for i, _ in arcs])
        nearest = np.where(rng.random(points) < 0.5, rng.choice([12.0, 31.0, 70.0], points), np.inf)
        access = Access(np.zeros(points), linked | (rng.random(points) < 0.3), nearest)
    return times_of(mode, arcs, points, sites, 30.0, access)


def _with_rules(rng, run):
    """Add targets and limits that the plan keeps."""
    problem, plan = run.problem, run.solution.evaluation
    stated, targets = [], []
    for number in range(int(rng.integers(0, 3))):
        words, target = _random_target(rng, run, number)
        stated.append(words)
        targets.append(target)
    limits = []
    for k in range(len(problem.services)):
        own = run.solution.open & (problem.site_tier == k)
        exact = bool(rng.random() < 0.3)
        count = int(own.sum()) if exact else int((own & ~problem.existing).sum() + rng.integers(2))
        if rng.random() < 0.4:
            name = "sites" if exact else "new_sites"
            limits.append(SiteLimit(f"limits.{name}.tier{k}", k, count, exact))
    budget = plan.cost + float(rng.integers(6)) if rng.random() < 0.5 else None
    scenario = run.scenario.replace(targets=tuple(stated))
    return scenario, problem.replace(targets=tuple(targets), site_limits=tuple(limits), budget=budget)


def _random_target(rng, run, number):
    problem, plan, demand = run.problem, run.solution.evaluation, run.area.demand
    tier = None if rng.random() < 0.4 else int(rng.integers(len(problem.services)))
    area_class = None if rng.random() < 0.5 else str(rng.choice(AREA_CLASSES))
    zone = None if rng.random() < 0.5 else str(rng.choice(["z0", "z1"]))
    members = (problem.served if tier is None else problem.services[tier].needed).copy()
    if area_class:
        members &= demand.area_class == area_class
    if zone:
        members &= demand.zone == zone
    covered = plan.covered if tier is None else plan.covered_by_tier[tier]
    everybody = problem.people[members].sum()
    percent = float(100 * problem.people[members & covered].sum() / everybody) if everybody else 50.0
    percent = min(percent, 99.5)
    words = {"kind": "coverage", "at_least_percent": percent, "area_class": area_class, "zone": zone}
    words["tier"] = None if tier is None else f"tier{tier}"
    return words, CoverageTarget(f"targets.{number}", tier, percent, members)
