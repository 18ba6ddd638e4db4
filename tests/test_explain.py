"""facopt explain: its figures against plain recomputation, its words, and what it says to unknown names."""

from __future__ import annotations

import shutil
import unicodedata
from pathlib import Path

import numpy as np
import pytest

from facopt.location.referee import evaluate
from facopt.location.solver import SolverSettings
from facopt.location.what_if import solve_forced, without_travel
from facopt.measures.explain import (
    Effect,
    addition,
    best_additions,
    change_of,
    covering_sites,
    people_added_by,
    rank_of,
    tiers_at,
    with_change,
)  # fmt: skip
from facopt.measures.marginal import people_lost_without
from tests.cli_runner import facopt
from tests.location_cases import finish, plan_values, random_problem

COUNTY = Path(__file__).parent / "data/infeasible"


def judged(problem):
    """Return a judge of a plain problem."""

    def judge(open_sites) -> Effect:
        found = evaluate(problem, open_sites)
        return Effect(found.share, found.cost, found.travel, tuple(t.partition(":")[0] for t in found.violations))

    return judge


def random_plan(seed: int):
    """Return a random problem with some set of open sites."""
    problem = finish(random_problem(seed)).replace(targets=(), site_limits=(), budget=None, objective=("coverage",))
    rng = np.random.default_rng(seed)
    return problem, problem.must_open | (problem.usable & (rng.random(problem.site_count) < 0.6))


def covered_people(problem, opened) -> float:
    """Return the people covered by a set of sites, in plain Python."""
    free = problem.replace(must_open=np.zeros(problem.site_count, dtype=bool))
    return plan_values(free, set(np.flatnonzero(opened).tolist()))["coverage"]


def test_leave_one_out_and_one_more_equal_recomputation() -> None:
    """Who is lost without a site, and gained with one more, is what counting everybody anew gives."""
    for seed in range(150):
        problem, opened = random_plan(seed)
        found, now = evaluate(problem, opened), covered_people(problem, opened)
        lost = people_lost_without(problem, opened, found.covered)
        added = people_added_by(problem, opened, found.covered_by_tier)
        for j in range(problem.site_count):
            other = opened.copy()
            other[j] = not opened[j]
            if opened[j]:
                change = with_change(judged(problem), problem.people, opened, remove=(j,))
                assert change.people_lost == pytest.approx(now - covered_people(problem, other)), seed
                assert lost[j] == pytest.approx(change.people_lost), seed
            elif problem.usable[j]:
                change = with_change(judged(problem), problem.people, opened, add=(j,))
                assert change.people_gained == pytest.approx(covered_people(problem, other) - now), seed
                assert added[j] == pytest.approx(change.people_gained), seed
                assert change.cost == problem.cost[j]


def test_next_sites_are_the_best_ones() -> None:
    """The first of the next sites covers as many people more as any; none that covers nobody is named."""
    for seed in range(100):
        problem, opened = random_plan(seed)
        found = evaluate(problem, opened)
        best = best_additions(problem, judged(problem), opened, found.covered_by_tier, 3)
        gains = []
        for j in np.flatnonzero(problem.usable & ~opened):
            other = opened.copy()
            other[j] = True
            gains.append(covered_people(problem, other) - covered_people(problem, opened))
        told = [one.change.people_gained for one in best]
        assert told == pytest.approx(sorted((gain for gain in gains if gain > 0), reverse=True)[:3]), seed


def test_swaps_keep_all_limits_and_gain_most() -> None:
    """Where one more breaks the budget, the exchange proposed is the best that keeps it."""
    swapped = 0
    for seed in range(150):
        problem, opened = random_plan(seed)
        budget = float(problem.cost[opened].sum())
        tight = problem.replace(budget=budget)
        covered = evaluate(tight, opened).covered
        for j in np.flatnonzero(problem.usable & ~opened):
            one = addition(tight, judged(tight), opened, covered, int(j), 99)
            if not one.change.breaks:
                assert problem.cost[j] == 0
                continue
            nets = []
            for out in np.flatnonzero(opened & ~problem.existing & ~problem.must_open):
                other = opened.copy()
                other[j], other[out] = True, False
                if problem.cost[other].sum() <= budget:
                    nets.append(covered_people(problem, other) - covered_people(problem, opened))
            assert (one.swap is None) == (not nets)
            if one.swap is not None:
                swapped += 1
                assert one.swap.net_people == pytest.approx(max(nets)), seed
    assert swapped > 20


def test_place_by_its_tiers() -> None:
    """Nearest open and usable sites, and the closed ones within a lacking standard, are as a loop finds them."""
    for seed in range(60):
        problem, opened = random_plan(seed)
        for point in range(problem.demand_count):
            told = tiers_at(problem, opened, point)
            assert [one.tier for one in told] == [k for k, s in enumerate(problem.services) if s.needed[point]]
            could = set()
            for one in told:
                service = problem.services[one.tier]
                pairs = [
                    (m, j) for i, j, m in zip(service.demand, service.site, service.minutes, strict=True) if i == point
                ]
                near = min(((m, j) for m, j in pairs if opened[j]), default=(np.inf, -1))
                assert (one.minutes_open, one.nearest_open) == near
                if near[0] > service.standard_minutes:
                    could |= {
                        int(j)
                        for m, j in pairs
                        if m <= service.standard_minutes and problem.usable[j] and not opened[j]
                    }
            assert set(covering_sites(problem, opened, point)) == could


def test_change_names_whom_it_moves() -> None:
    """Gains and losses are told apart even where they balance, the largest first; only new breaks count."""
    people, was, now = np.array([10.0, 20, 30, 5]), np.array([1.0, 0, 1, 0.4]), np.array([0.0, 1, 1, 0.6])
    plan, other = Effect(was, 5.0, 0.0, ("targets.0",)), Effect(now, 3.0, 7.0, ("targets.0", "limits.budget"))
    change = change_of(plan, other, people, np.array([True, False]), np.array([False, True]))
    assert (change.removed, change.added, change.gain_points, change.loss_points) == ((0,), (1,), (1, 3), (0,))
    assert (change.people_gained, change.people_lost, change.net_people) == pytest.approx((21.0, 10.0, 11.0))
    assert (change.cost, change.breaks) == (-2.0, ("limits.budget",))
    assert rank_of(1, np.array([9.0, 4.0, 7.0, 99.0]), np.array([True, True, True, False])) == (3, 3)


def test_forced_solves() -> None:
    """What is forced is kept, and levels of travel after coverage are left out of it."""
    for seed in (3, 8, 21, 34):
        problem = finish(random_problem(seed)).replace(
            targets=(), site_limits=(), budget=None, objective=("coverage", "cost", "travel")
        )
        free = np.flatnonzero(problem.free)
        if len(free) > 1:
            solution = solve_forced(problem, SolverSettings(), open_sites=(int(free[0]),), closed=(int(free[1]),))
            assert solution.open is not None
            assert (solution.open[free[0]], solution.open[free[1]]) == (True, False)
            assert [level.name for level in solution.levels] == ["coverage", "cost"]
    assert without_travel(["travel", "cost"]) == 2
    assert without_travel(["cost", "coverage", "worst_travel"]) == 2


# --- the command -----------------------------------------------------------------------------------------------------

PLAIN = ["--set", "targets=[]", "--set", "rules=[]", "--set", "objective=[coverage, cost]"]


@pytest.fixture
def county(tmp_path: Path, monkeypatch) -> Path:
    """Return a folder with the small county, and stand in it."""
    for file in COUNTY.iterdir():
        shutil.copy(file, tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FACOPT_LANG", "en")
    return tmp_path


def widths(text: str) -> int:
    """Return the width of the widest line; Chinese characters take two columns."""
    return max(sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line) for line in text.splitlines())


def test_a_place_that_money_does_not_reach(county: Path) -> None:
    """With 11.6 million: who is near, what one more would bring, what it is exchanged for, and what stops it."""
    # The budget pays for a, c and d (11.4 million), or b instead of a: 上坪 has 1,400 people, 下坪 900.
    asked = ["explain", "budget.yaml", *PLAIN, "--place", "下坪"]
    found = facopt(*asked, "--json").json()
    assert (found["place_id"], found["people_covered"], found["reason"]) == ("v3", 0.0, "limits")
    (tier,) = found["tiers"]
    assert (tier["nearest_open"], tier["minutes_open"], tier["within"]) == ("a", 41.0, False)
    assert (tier["nearest_usable"], tier["minutes_usable"]) == ("b", 14.0)
    (one,) = found["additions"]
    assert (one["site_id"], one["cost_per_person"]) == ("b", 3_400_000 / 900)
    assert one["change"]["breaks"] == ["limits.budget"]
    swap = one["swap"]
    assert (swap["removed"], swap["added"], swap["breaks"]) == (["a"], ["b"], [])
    assert (swap["people_gained"], swap["people_lost"], swap["cost"]) == (900.0, 1400.0, -200_000.0)
    assert (swap["places_gaining"], swap["places_losing"]) == (["v3"], ["v2"])
    forced = found["if_it_had_to_be_covered"]
    assert (forced["status"], forced["change"]["added"], forced["change"]["removed"]) == ("optimal", ["b"], ["a"])
    text = facopt(*asked).out
    assert "Why: a feasible site exists beyond the limits." in text
    assert "limits.budget: Budget: at most ¥11.6 million (budget.yaml:8:18)" in text.replace("\n", " ")


def test_the_plan_itself_is_explained_from_a_run_folder(county: Path) -> None:
    """A run folder's plan is taken as it stands; the words fit in 80 columns in both languages."""
    assert facopt("run", "budget.yaml", *PLAIN, "--set", "limits.budget=8000000", "--out", "maps").status == 0
    text = facopt("explain", "maps/budget", "--site", "a").out
    assert "It serves 4,600 people within the standard." in text
    record = facopt("explain", "maps/budget", "--site", "a", "--instead", "石河西", "--json").json()
    assert (record["open"], record["people_only_here"], record["rank"], record["open_sites"]) == (True, 4600.0, 1, 2)
    assert record["without"]["people_lost"] == 4600.0
    assert (record["instead"]["people_gained"], record["instead"]["people_lost"]) == (900.0, 1400.0)
    assert record["instead"]["cost"] == -200_000.0
    assert [one["site_id"] for one in record["next_sites"]] == ["d", "b"]
    for language in ("en", "zh"):
        for asked in (["--site", "a", "--instead", "b"], ["--place", "v3"], ["--place", "v6"], ["--site", "d"]):
            called = facopt("explain", "maps/budget", *asked)
            assert called.status == 0, (language, called.err)
            assert widths(called.out) <= 80


def test_a_plan_with_capacities(county: Path) -> None:
    """Without a full clinic people go where room is left; what cannot be kept then is named, with the way out."""
    asked = ["explain", "capacity.yaml", "--set", "targets.0.at_least_percent=80", "--json"]
    record = facopt(*asked, "--site", "c").json()
    assert (record["open"], record["people_served"], record["people_only_here"]) == (True, 2400.0, 2400.0)
    assert (record["without"]["people_lost"], record["without"]["breaks"]) == (2400.0, ["targets.0"])
    assert record["if_ruled_out"]["status"] == "infeasible"
    assert "80% → 63.6%" in record["if_ruled_out"]["ways_out"][0]["en"]
    # 石河村 can go to either clinic: without b its people fill a, 下坪 has nobody else.
    record = facopt(*asked, "--site", "b").json()
    assert record["without"]["people_lost"] == 2400.0
    place = facopt(*asked, "--place", "v4").json()
    assert place["people_covered"] == pytest.approx(2400.0)
    assert place["reason"] == "no_room"


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (["--place", "石河"], "no place has the id or name '石河'. Close to it: 石河村 (v1)"),
        (["--site", "e"], "no site has the id or name 'e'"),
        (["--place", "v1", "--site", "a"], "Say --place ID or --site ID, one of them"),
        ([], "nothing to explain"),
        (["--place", "v1", "--instead", "a"], "--instead goes with --site"),
        (["--site", "d", "--instead", "a"], "d is not in the plan"),
    ],
)
def test_questions_that_cannot_be_answered(county: Path, asked: list[str], told: str) -> None:
    """Unknown names come back with those near them; questions without sense with how to ask."""
    called = facopt("explain", "budget.yaml", *PLAIN, "--set", "limits.budget=4000000", *asked)
    assert called.status == 2
    assert told in called.err


def test_without_a_plan_there_is_nothing_to_explain(county: Path) -> None:
    """An infeasible scenario says so and where the reason is."""
    called = facopt("explain", "budget.yaml", "--place", "v1")
    assert (called.status, "there is no plan to explain" in called.err) == (2, True)
    called = facopt("explain", ".", "--place", "v1")
    assert (called.status, "is no run folder" in called.err) == (2, True)
