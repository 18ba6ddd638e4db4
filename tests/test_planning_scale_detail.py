"""The master with assignment for some, and plans made of solutions that leave people without a place."""

from __future__ import annotations

import time

import numpy as np
import pytest

from facopt.location.planning.referee import judge
from facopt.location.planning.scale.compact import Compact
from facopt.location.planning.scale.detail import Details
from facopt.location.planning.scale.first import First
from facopt.location.planning.scale.highs import solve_arrays
from facopt.location.planning.scale.master import Master
from facopt.location.planning.scale.windows import Places, Windows
from tests.planning_cases import ACTIONS, FEATURES, OBJECTIVES, RULES
from tests.planning_scale_cases import EXACT, Case, cases, plainly_split

FAMILIES = (*RULES, *OBJECTIVES, *ACTIONS, *FEATURES)


def never() -> bool:
    return False


def parts(case: Case, *, knowing: bool = True) -> tuple[Compact, Master, Details]:
    """The model's rooms; a master that is not `knowing` has no Hall row yet."""
    compact = Compact.of(case.model, case.arrays)
    master = Master.of(case.model, compact)
    if not knowing:
        master.arrays = master.arrays.only_rows(np.arange(master.own_rows))
    return compact, master, Details.of(case.model, compact, master)


def first_of(case: Case, compact: Compact) -> First:
    windows = Windows(compact.arrays, Places.of(case.model, compact))
    return First(windows, np.zeros(compact.arrays.rows), max(abs(case.optimum), 1.0))


@pytest.mark.parametrize("family", FAMILIES)
def test_assignment_for_some_lies_between_the_master_and_the_model(family: str) -> None:
    """The optimum is at least the master's and at most the model's; with all it is the model's."""
    for seed, case in cases(family):
        _, master, details = parts(case)
        rng = np.random.default_rng(seed)
        some = rng.random(details.nobody().shape) < 0.5
        bounds = [
            solve_arrays(details.detail(wanted, []).arrays, EXACT).objective
            for wanted in (details.nobody(), some, details.nobody() | True)
        ]
        if np.isfinite(case.optimum):
            assert bounds[0] <= bounds[1] + case.slack <= bounds[2] + 2 * case.slack, seed
            assert abs(bounds[2] - case.optimum) <= case.slack, seed
        else:
            assert not np.isfinite(bounds[2]), seed
        assert details.columns(details.nobody()) == len(master.kept)


def test_people_without_a_place_are_found_until_the_optimum_is_reached() -> None:
    """Split demand: looking again and again at who goes without ends, and ends at the model's optimum."""
    ended = looks = 0
    for seed in range(80):
        case = Case(plainly_split(seed))
        if case.best.values is None:
            continue
        _, master, details = parts(case, knowing=False)
        wanted, sets = details.nobody(), []
        for _ in range(60):
            detail = details.detail(wanted, sets)
            found = solve_arrays(detail.arrays, EXACT)
            assert found.values is not None, seed
            gaps = master.hall.gaps(found.values[detail.of_master])
            if not gaps.without:
                break
            wanted = details.more(wanted, gaps.without)
            sets += gaps.sets
            looks += 1
        assert not gaps.without, seed
        assert abs(found.objective - case.optimum) <= case.slack, seed
        ended += 1
    assert ended > 30
    assert looks > 3


def test_whoever_goes_without_is_wanted_and_then_those_beside_them() -> None:
    """Demand points of a set are wanted first; asked for again, those they share a site with are wanted too."""
    case = next(one for _, one in cases("split"))
    _, master, details = parts(case)
    layer = master.hall.layers[0]
    one = [(0, np.array([0]))]
    wanted = details.more(details.nobody(), one)
    assert np.argwhere(wanted).tolist() == [[layer.service, layer.point[0]]]
    again = details.more(wanted, one)
    sites = set(layer.arc_site[layer.arc_point == 0].tolist())
    beside = {int(layer.point[p]) for p, j in zip(layer.arc_point, layer.arc_site, strict=True) if int(j) in sites}
    assert set(np.flatnonzero(again[layer.service]).tolist()) == beside
    assert details.columns(again) > details.columns(wanted) > len(master.kept)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_best_plan_is_completed_from_its_openings_alone(family: str) -> None:
    """With the best plan's whole columns and nobody assigned, a plan as good is found, which the referee takes."""
    for seed, case in cases(family):
        if case.best.values is None:
            continue
        compact, _, _ = parts(case)
        found = solve_arrays(compact.arrays, EXACT)
        bare = np.where(compact.arrays.integer, found.values.round(), 0.0)
        plan = first_of(case, compact).complete(bare, 20.0)
        assert plan is not None, seed
        assert abs(compact.arrays.value(plan) - case.optimum) <= 10 * case.slack, seed
        assert not judge(case.problem, case.model.plan(compact.expand(plan))).violations, seed


def test_a_solution_that_leaves_people_without_a_place_is_mended() -> None:
    """From the master's own solution a plan is made that keeps every row, wherever there is one."""
    mended = wrong = 0
    for family in ("split", "three_stages", "mixed", "Floor", "CoverageTarget", "Budget"):
        for seed, case in cases(family):
            if case.best.values is None:
                continue
            compact, master, _ = parts(case, knowing=False)
            found = solve_arrays(master.arrays, EXACT)
            assert found.values is not None, seed
            whole = np.zeros(compact.arrays.columns)
            whole[master.kept] = found.values
            wrong += bool(master.hall.gaps(found.values).without)
            plan = first_of(case, compact).mend(whole, time.monotonic() + 5.0, never)
            if plan is None:
                continue
            mended += 1
            assert compact.arrays.violation(plan) <= 1e-6, (family, seed)
            assert compact.arrays.value(plan) >= case.optimum - case.slack, (family, seed)
    assert mended > 10
    assert wrong > 0
