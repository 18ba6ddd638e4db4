"""Travel and worst travel for everybody: bounds never above the optimum, fixing never loses it, plans are the best."""

from __future__ import annotations

import functools
import itertools
from dataclasses import replace

import numpy as np
import pytest

from facopt.location.ladder import Ladder
from facopt.location.levels import Search
from facopt.location.median import branching, reduction, saddle, travel_level, worst_travel_level
from facopt.location.median import swap as swap_module
from facopt.location.median.counts import count_groups
from facopt.location.median.fixing import fix_sites
from facopt.location.median.reduction import Turns
from facopt.location.median.saddle import SideRows, prove
from facopt.location.median.swap import swap, travel_of
from facopt.location.median.travellers import list_travellers
from facopt.location.problem import LocationProblem, Service, SiteLimit
from facopt.location.referee import evaluate
from facopt.location.search import solve_location
from facopt.location.solution import Status
from facopt.location.solver import SolverSettings
from tests.location_cases import best_by_enumeration, finish, random_problem

SETTINGS = SolverSettings(time_limit_seconds=60, gap=0.0)


def wider_problem(seed: int) -> LocationProblem:
    """Return a problem with up to 12 sites in two tiers, some standing, counts per tier, sometimes a budget."""
    rng = np.random.default_rng(seed)
    points, sites, tiers = int(rng.integers(5, 30)), int(rng.integers(6, 13)), int(rng.integers(1, 3))
    site_tier = np.sort(rng.integers(0, tiers, sites)).astype(np.int32)
    existing = rng.random(sites) < 0.15
    usable = rng.random(sites) > 0.1
    place, home = rng.random((sites, 2)), rng.random((points, 2))
    minutes = 60 * np.hypot(*(home[:, None, :] - place[None, :, :]).transpose(2, 0, 1))
    if seed % 2:
        minutes = np.floor(minutes / 4)
    services = []
    for tier in range(tiers):
        needed = rng.random(points) < 0.9
        gives = (site_tier == tier) | (site_tier == tiers - 1)
        there = needed[:, None] & gives[None, :] & (rng.random((points, sites)) < 0.85)
        demand, site = np.nonzero(there)
        service = Service(
            f"tier{tier}", needed, 20.0, demand.astype(np.int32), site.astype(np.int32), minutes[demand, site]
        )
        services.append(service)
    limits = []
    for tier in range(tiers):
        exact, size = bool(rng.random() < 0.5), int((site_tier == tier).sum())
        count = int(rng.integers(1, max(2, size // 2 + 1)))
        limits.append(SiteLimit(f"limits.{tier}", tier, count, exact=exact))
    return LocationProblem(
        people=rng.integers(0 if seed % 5 == 0 else 1, 50, points).astype(float),
        site_tier=site_tier, existing=existing, usable=usable, must_open=existing & usable,
        cost=np.where(existing, 0.0, rng.integers(1, 9, sites)).astype(float), services=tuple(services),
        objective=("travel",), site_limits=tuple(limits), budget=float(rng.integers(5, 30)) if seed % 3 == 0 else None,
    )  # fmt: skip


@functools.cache
def wider_case(seed: int) -> tuple[LocationProblem, list[np.ndarray]]:
    """Return a wider problem and every plan that keeps every rule."""
    problem = wider_problem(seed)
    return problem, all_plans(problem)


def all_plans(problem: LocationProblem) -> list[np.ndarray]:
    """Return every plan that keeps every rule."""
    free = np.flatnonzero(problem.free)
    plans = []
    for size in range(len(free) + 1):
        for chosen in itertools.combinations(free, size):
            plan = problem.must_open.copy()
            plan[list(chosen)] = True
            if _counts_hold(problem, plan) and not evaluate(problem, plan).violations:
                plans.append(plan)
    return plans


def _counts_hold(problem, plan):
    for limit in problem.site_limits:
        of_tier = plan & (problem.site_tier == limit.tier)
        count = of_tier.sum() if limit.exact else (of_tier & ~problem.existing).sum()
        if count > limit.count or (limit.exact and count < limit.count):
            return False
    return problem.budget is None or problem.cost[plan].sum() <= problem.budget


def keeps_rules(problem: LocationProblem, plan: np.ndarray) -> bool:
    """Return whether the referee finds nothing wrong."""
    return not evaluate(problem, plan).violations


def no_rows(problem: LocationProblem) -> SideRows:
    """Return no side rows."""
    return SideRows(np.zeros((0, problem.site_count)), np.zeros(0))


def budget_rows(problem: LocationProblem) -> SideRows:
    """Return the budget as a side row over the free sites, standing ones cost nothing."""
    if problem.budget is None:
        return no_rows(problem)
    return SideRows(np.where(problem.free, problem.cost, 0.0)[None, :], np.array([problem.budget]))


@pytest.fixture(params=["long lists", "short lists"])
def lists(request, monkeypatch):
    """Run with lists of all sites, and with lists so short that much lies beyond them."""
    if request.param == "short lists":
        monkeypatch.setattr(reduction, "SHORTEST_LIST", 2)
        monkeypatch.setattr(reduction, "LIST_SHARE", 1)
    return request.param


SEEDS = range(40)


def test_no_price_proves_more_than_the_optimum(lists: str) -> None:
    """The bound of any prices, drawn or found, is at most the travel of the best of all plans."""
    compared = 0
    for seed in SEEDS:
        problem, plans = wider_case(seed)
        if not plans:
            continue
        best = min(evaluate(problem, plan).travel for plan in plans)
        rng = np.random.default_rng(seed)
        rows, counts = budget_rows(problem), count_groups(problem)
        listed = list_travellers(problem, problem.must_open, problem.free, 3 if lists == "short lists" else 99)
        for _ in range(10):
            price = rng.random(len(listed.point)) * listed.people * 60
            found = prove(listed, counts, rows, price, rng.random(len(rows.right)) * 100)
            assert found.bound <= best, seed
        turns = Turns.begin(problem, rows, None, None)
        assert turns is not None
        turns.run(lambda: 60.0)
        assert turns.bound <= best + 1e-6, seed
        compared += 1
    assert compared > 20


def test_fixing_keeps_every_plan_as_good_as_the_known_one() -> None:
    """No plan that travels at most the known value opens a site fixed closed or closes one fixed open."""
    fixed_some = 0
    for seed in SEEDS:
        problem, plans = wider_case(seed)
        if not plans:
            continue
        values = np.array([evaluate(problem, plan).travel for plan in plans])
        turns = Turns.begin(problem, budget_rows(problem), None, None)
        assert turns is not None
        turns.run(lambda: 60.0)
        for known in np.quantile(values, [0.0, 0.02, 0.3]):
            fixed = fix_sites(turns.counts, turns.saddle.best, float(known))
            fixed_some += int(fixed.closed.sum() + fixed.open.sum())
            for plan in np.array(plans)[values <= known]:
                assert not np.any(plan & fixed.closed), seed
                assert np.all(plan[fixed.open]), seed
    assert fixed_some > 50


def test_lists_reach_as_far_as_anybody_goes_in_a_plan_as_good(lists: str) -> None:
    """In each plan at most as far as the known one, everybody's nearest site is in the lists that are left."""
    cut = 0
    for seed in SEEDS:
        problem = wider_problem(seed).replace(budget=None)
        plans = all_plans(problem)
        if not plans:
            continue
        known = sorted(plans, key=lambda plan: evaluate(problem, plan).travel)[len(plans) // 4]
        turns = Turns.begin(problem, no_rows(problem), known, None)
        assert turns is not None
        turns.run(lambda: 60.0, most=2)
        cut += int(not turns.lists.ended.all())
        turns.end_lists()
        result = turns.result()
        listed = result.lists
        for plan in plans:
            travel = evaluate(problem, plan).travel
            if travel <= result.value:
                assert travel_of(listed, plan) == pytest.approx(travel), seed
    assert cut > 0 or lists == "long lists"


def test_plans_equal_enumeration(lists: str) -> None:
    """Travel and worst travel are those of the best of all plans, proven; where there is none, infeasible."""
    feasible = 0
    for seed in SEEDS:
        problem, plans = wider_case(seed)
        for name in ("travel", "worst_travel"):
            solution = solve_location(problem.replace(objective=(name,)), SETTINGS)
            if not plans:
                assert solution.status is Status.INFEASIBLE, seed
                continue
            feasible += 1
            best = min(evaluate(problem, plan).value(name) for plan in plans)
            assert solution.status is Status.OPTIMAL, seed
            assert solution.levels[0].value == pytest.approx(best, rel=1e-9), seed
    assert feasible > 40


def test_plans_equal_enumeration_with_every_rule() -> None:
    """Beside targets, budgets, counts, standing sites, several services and kept levels the values are the best."""
    lists = (("travel",), ("worst_travel",), ("cost", "travel"), ("sites", "travel"), ("worst_travel", "travel"),
             ("travel", "cost"), ("cost", "worst_travel", "travel"), ("worst_travel", "sites", "travel"))  # fmt: skip
    for seed in range(1000, 1240):
        problem = finish(random_problem(seed)).replace(objective=lists[seed % len(lists)])
        expected, solution = best_by_enumeration(problem), solve_location(problem, SETTINGS)
        if expected is None:
            assert solution.status is Status.INFEASIBLE, seed
            continue
        assert solution.status is Status.OPTIMAL, seed
        values = [level.value for level in solution.levels]
        assert values == pytest.approx(expected, rel=1e-9, abs=1e-9), (seed, problem.objective)


def line(minutes: list[list[float]], people: list[float], **changes) -> LocationProblem:
    """Return a problem of one tier in which every point has a time to every site."""
    points, sites = len(minutes), len(minutes[0])
    service = Service(
        "clinic", np.ones(points, dtype=bool), 10.0, np.repeat(np.arange(points, dtype=np.int32), sites),
        np.tile(np.arange(sites, dtype=np.int32), points), np.array(minutes, dtype=float).ravel(),
    )  # fmt: skip
    nothing = np.zeros(sites, dtype=bool)
    problem = LocationProblem(
        people=np.array(people), site_tier=np.zeros(sites, dtype=np.int32), existing=nothing, usable=~nothing,
        must_open=nothing, cost=np.ones(sites), services=(service,), objective=("travel",),
        site_limits=(SiteLimit("limits.sites.clinic", 0, 1, exact=True),),
    )  # fmt: skip
    return problem.replace(**changes)


def test_the_bound_would_be_wrong_for_the_covered_alone() -> None:
    """Travel after coverage leaves the uncovered at home: there the bound for everybody lies above the optimum."""
    problem = line([[3.0, 9.0], [90.0, 9.0], [90.0, 90.0]], [10.0, 9.0, 50.0], objective=("coverage", "travel"))
    turns = Turns.begin(problem, no_rows(problem), None, lambda _plan: True)
    assert turns is not None
    turns.run(lambda: 60.0)
    solution = solve_location(problem, SETTINGS)
    assert solution.status is Status.OPTIMAL
    covered_travel = solution.levels[1].value
    assert covered_travel == best_by_enumeration(problem)[1] == 171.0
    assert turns.bound > covered_travel, "so this level must not use it"


def test_a_plan_that_misses_a_target_never_fixes_sites() -> None:
    """The best plan by counts breaks the target; fixing with its travel would close the only site that meets it."""
    from facopt.location.problem import CoverageTarget

    problem = line([[1.0, 9.0], [1.0, 9.0], [30.0, 9.0]], [10.0, 10.0, 1.0])
    target = CoverageTarget("targets.0", 0, 100.0, np.ones(3, dtype=bool))
    bold = Turns.begin(problem, no_rows(problem), None, lambda _plan: True)
    assert bold is not None
    bold.run(lambda: 60.0)
    assert bold.value == pytest.approx(50.0)
    assert bold.fixed.closed.tolist() == [False, True]
    solution = solve_location(problem.replace(targets=(target,)), SETTINGS)
    assert solution.open is not None
    assert (solution.status, solution.open.tolist()) == (Status.OPTIMAL, [False, True])
    assert solution.levels[0].value == 189.0


def test_swaps_keep_counts_and_budget_and_end_where_no_swap_helps() -> None:
    """After swapping, every other swap within a group that the budget allows travels at least as far."""
    tried = 0
    for seed in SEEDS:
        problem, every = wider_case(seed)
        rows, counts = budget_rows(problem), count_groups(problem)
        plans = [plan for plan in every if np.all(rows.side @ plan <= rows.right)]
        if not plans:
            continue
        listed = list_travellers(problem, problem.must_open, problem.free, 99)
        chosen = swap(listed, counts, rows, plans[0] & problem.free)
        value = travel_of(listed, chosen)
        assert value <= travel_of(listed, plans[0]) * (1 + 1e-12)
        assert np.all(rows.side @ chosen <= rows.right + 1e-9)
        for out, into in itertools.product(np.flatnonzero(chosen), np.flatnonzero(problem.free & ~chosen)):
            other = chosen.copy()
            other[[out, into]] = False, True
            if counts.group[out] == counts.group[into] and np.all(rows.side @ other <= rows.right):
                tried += 1
                assert travel_of(listed, other) >= value * (1 - 1e-8), seed
    assert tried > 100


def euclidean(seed: int, points: int, opened: int) -> LocationProblem:
    """Return points in a square that are also the sites, with weights 1 to 100."""
    rng = np.random.default_rng(seed)
    place = rng.random((points, 2)) * 1000
    minutes = np.hypot(*(place[:, None, :] - place[None, :, :]).transpose(2, 0, 1))
    limit = (SiteLimit("limits.sites.clinic", 0, opened, exact=True),)
    return line(minutes.tolist(), rng.integers(1, 101, points).astype(float).tolist(), site_limits=limit)


def test_branching_proves_what_turns_leave_open(monkeypatch) -> None:
    """With the turns cut short, branching alone reaches the same proven value as the MILP of ranked distances."""
    branched = []
    for seed in range(4):
        problem = euclidean(seed, 40, 4)
        with monkeypatch.context() as patched:
            patched.setattr(reduction, "STEPS", 2)
            patched.setattr(reduction, "PATIENCE", 1)
            patched.setattr(reduction, "WORTHWHILE", 2.0)
            patched.setattr(travel_level, "branch", lambda *call: (branched.append(1), branching.branch(*call)))
            ours = solve_location(problem, SETTINGS)
        with monkeypatch.context() as patched:
            patched.setattr(travel_level.Turns, "begin", lambda *_call: None)
            plain = solve_location(problem, SETTINGS)
        assert (ours.status, plain.status) == (Status.OPTIMAL, Status.OPTIMAL)
        assert ours.levels[0].value == pytest.approx(plain.levels[0].value, rel=1e-9)
    assert branched


def test_stopped_early_the_gap_is_honest() -> None:
    """Without time the plan is called feasible, and the optimum lies between its bound and its value."""
    problem = euclidean(7, 150, 5)
    best = solve_location(problem, SETTINGS)
    assert best.status is Status.OPTIMAL
    for name in ("travel", "worst_travel"):
        asked = problem.replace(objective=(name,))
        proven = solve_location(asked, SETTINGS).levels[0].value
        level = solve_location(asked, replace(SETTINGS, time_limit_seconds=1e-9)).levels[0]
        assert level.bound is not None
        assert level.bound <= proven * (1 + 1e-9)
        assert level.value is not None
        assert level.value >= proven * (1 - 1e-9)
        assert level.proven == (level.value - level.bound <= 1e-6 * level.value)


def test_the_user_can_stop_the_search() -> None:
    """Asked to stop, the search returns the plan it has with its gap, and says what ended it."""
    problem = euclidean(3, 300, 5)
    solution = solve_location(problem, replace(SETTINGS, stop=lambda: True))
    assert solution.evaluation is not None
    assert (solution.status, solution.effort.limit) in {(Status.FEASIBLE, "interrupted"), (Status.OPTIMAL, "")}


def test_the_same_problem_gives_the_same_plan() -> None:
    """Two runs open the same sites."""
    problem = euclidean(11, 120, 6)
    first, second = (solve_location(problem, SETTINGS).open for _ in range(2))
    assert first is not None
    assert second is not None
    assert np.array_equal(first, second)


@pytest.mark.parametrize("nodes", [0, 30])
def test_questions_within_a_limit_agree_with_enumeration(nodes: int, monkeypatch) -> None:
    """Whether a plan within T exists is answered as enumeration does, by branching or by the MILP."""
    monkeypatch.setattr(worst_travel_level, "MOST_NODES", nodes)
    for seed in range(12):
        problem = wider_problem(seed).replace(budget=None, objective=("worst_travel",))
        plans = all_plans(problem)
        if not plans or not count_groups(problem).possible:
            continue
        worst = sorted({evaluate(problem, plan).worst_travel for plan in plans})
        search = Search(SETTINGS, lambda: 60.0, lambda _formulation: None, None)
        for limit, exists in ((worst[0], True), (np.nextafter(worst[0], 0), False)):
            if len(worst_travel_level.reach_lists(problem, float(limit)).point):
                assert worst_travel_level.within(problem, no_rows(problem), float(limit), search)[0] is exists, seed


def test_the_ladder_ends_at_the_truth_whatever_stays_open_for_a_while() -> None:
    """Bisection in which half of the questions get no answer at first still ends at the least rung with a plan."""
    for seed in range(200):
        rng = np.random.default_rng(seed)
        minutes = np.sort(rng.random(int(rng.integers(1, 60))))
        truth = int(rng.integers(len(minutes)))
        ladder, asked = Ladder(minutes, 0, len(minutes) - 1), 0
        while not ladder.closed:
            at, share = ladder.next_question()
            assert ladder.low <= at < ladder.high
            unknown = share < 1 and rng.random() < 0.5
            ladder.answer(at, None if unknown else at >= truth)
            assert ladder.bound(9.0) <= minutes[truth]
            asked += 1
            assert asked < 500
        assert ladder.low == ladder.high == truth


def test_covers_by_weighting_are_within_the_limit() -> None:
    """A cover found by weighting lists leaves nobody beyond the limit, with exactly the sites that the count allows."""
    found = 0
    for seed in range(6):
        problem = euclidean(seed, 60, 5).replace(objective=("worst_travel",))
        best = solve_location(problem, SETTINGS).levels[0].value
        assert best is not None
        for limit in (best, best * 1.05, best * 0.999):
            lists = worst_travel_level.reach_lists(problem, limit)
            counts, accepts = count_groups(problem), functools.partial(keeps_rules, problem)
            turns = Turns.of_lists(problem, counts, no_rows(problem), lists, accepts)
            cover = worst_travel_level._cover(turns, lambda: 60.0)
            if cover is not None:
                found += 1
                assert evaluate(problem, cover).worst_travel <= limit
                assert cover.sum() == 5
                assert limit >= best
    assert found > 6


def test_nothing_long_begins_once_the_time_is_over(monkeypatch) -> None:
    """Steps and swaps come in slices of bounded work, and after the clock has said stop no slice begins any more."""
    over, began = [], []

    def watched(module, name, work):
        kernel = getattr(module, name)

        def call(*arguments):
            began.append((len(over), work(*arguments)))
            return kernel(*arguments)

        monkeypatch.setattr(module, name, call)

    monkeypatch.setattr(saddle, "SLICE", 40_000)
    monkeypatch.setattr(swap_module, "SLICE", 40_000)
    watched(saddle, "_advance", lambda walk, *rest: rest[-1] * len(walk[1]))
    watched(swap_module, "_swap", lambda walk, *rest: rest[-1] * len(walk[1]))
    for allowed in (1, 5, 40, 150):
        over.clear()
        began.clear()
        asked = itertools.count()

        def seconds_left(asked=asked, allowed=allowed):
            if next(asked) < allowed:
                return 1.0
            over.append(True)
            return 0.0

        problem = euclidean(allowed, 120, 9)
        turns = Turns.begin(problem, no_rows(problem), None, lambda _plan: True)
        assert turns is not None
        turns.run(seconds_left)
        branching.branch(turns, seconds_left)
        # The clock is asked before each slice, so one may run on an answer given just before the time was over.
        assert all(ended == 0 for ended, _ in began), allowed
        assert max(work for _, work in began) <= 40_000
        assert turns.bound <= turns.value or turns.plan is None
    assert len(began) > 30


def test_slices_change_nothing(monkeypatch) -> None:
    """However the steps are cut into slices, plan, value and bound are the same."""
    results = []
    for size in (1, 10**9):
        monkeypatch.setattr(saddle, "SLICE", size)
        monkeypatch.setattr(swap_module, "SLICE", size)
        problem = euclidean(3, 80, 7)
        turns = Turns.begin(problem, no_rows(problem), None, lambda _plan: True)
        assert turns is not None
        turns.run(lambda: 60.0)
        assert turns.plan is not None
        results.append((turns.value, turns.bound, turns.plan.tolist()))
    assert results[0] == results[1]
