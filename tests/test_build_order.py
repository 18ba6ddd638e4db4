"""Order of building, backup sites and costs of covering one point alone, each against a plain recomputation."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from facopt.location.referee import evaluate
from facopt.measures.backup import backup_table
from facopt.measures.build_order import build_order_table
from facopt.measures.coverage import Situation, situation
from facopt.measures.reasons import cost_alone
from tests.location_cases import finish, random_problem

if TYPE_CHECKING:
    from facopt.location.problem import LocationProblem

SEEDS = range(40)


def _opened(problem: LocationProblem, seed: int) -> Situation:
    """Some sites open: what must stay, and a few of the others."""
    dice = np.random.default_rng(seed)
    opened = problem.must_open | (problem.usable & (dice.random(problem.site_count) < 0.6))
    return situation(problem, opened, evaluate(problem, opened))


@pytest.mark.parametrize("seed", SEEDS)
def test_each_step_adds_most_people_for_its_money(seed: int) -> None:
    """Every step's gain is that of the referee, and no other site left would have brought more for its money."""
    problem = finish(random_problem(seed))
    plan = _opened(problem, seed)
    order = build_order_table(problem, plan)
    new = set(np.flatnonzero(plan.open & ~problem.existing).tolist())
    assert set(order["site"]) == new
    standing = plan.open & problem.existing
    covered = evaluate(problem, standing).people_covered
    priced = bool(np.all(problem.cost[list(new)] > 0)) if new else False
    spent = 0.0
    for row in order.itertuples():
        gains = {}
        for site in new:
            trial = standing.copy()
            trial[site] = True
            gains[site] = evaluate(problem, trial).people_covered - covered
        worth = {site: gain / problem.cost[site] if priced else gain for site, gain in gains.items()}
        assert row.people_added == pytest.approx(gains[row.site])
        assert worth[row.site] == pytest.approx(max(worth.values()))
        standing[row.site] = True
        covered, spent = covered + row.people_added, spent + problem.cost[row.site]
        assert (row.people_covered, row.cost) == (pytest.approx(covered), pytest.approx(spent))
        new.remove(row.site)
        priced = bool(np.all(problem.cost[list(new)] > 0)) if new else False
    assert covered == pytest.approx(plan.evaluation.people_covered)


@pytest.mark.parametrize("seed", SEEDS)
def test_backup_is_where_most_people_would_go_without_the_site(seed: int) -> None:
    """Taking the site away and asking the referee who goes where gives the same backup, minutes and people left."""
    problem = finish(random_problem(seed))
    plan = _opened(problem, seed)
    table = backup_table(problem, plan).set_index("site")
    for site in np.flatnonzero(plan.open).tolist():
        without = plan.open.copy()
        without[site] = False
        after = evaluate(problem, without)
        moved: dict[int, float] = {}
        minutes = people = left = 0.0
        for k, service in enumerate(problem.services):
            for i in np.flatnonzero((plan.evaluation.nearest[k] == site) & service.needed).tolist():
                who = float(problem.people[i])
                people += who
                if after.nearest[k][i] < 0:
                    left += who
                else:
                    target = int(after.nearest[k][i])
                    moved[target] = moved.get(target, 0.0) + who
                    minutes += who * after.minutes[k][i]
        if not people:
            assert site not in table.index
            continue
        row = table.loc[site]
        assert (row["people"], row["people_without"]) == (pytest.approx(people), pytest.approx(left))
        if not sum(moved.values()):
            assert row["backup"] == -1
        else:
            assert moved[int(row["backup"])] == pytest.approx(max(moved.values()))
            assert row["mean_minutes"] == pytest.approx(minutes / sum(moved.values()))


@pytest.mark.parametrize("seed", SEEDS)
def test_cost_alone_is_the_cheapest_set_of_sites_that_covers_the_point(seed: int) -> None:
    """Trying all sets of at most one more site per tier gives the same money, and none where no set covers."""
    problem = finish(random_problem(seed))
    plan = _opened(problem, seed)
    stated = cost_alone(problem, plan)
    closed = np.flatnonzero(problem.usable & ~plan.open).tolist()
    best = np.full(problem.demand_count, math.inf)
    for size in range(len(problem.services) + 1):
        for added in itertools.combinations(closed, size):
            trial = plan.open.copy()
            trial[list(added)] = True
            covered = evaluate(problem, trial).covered
            best[covered] = np.minimum(best[covered], problem.cost[list(added)].sum())
    for i in range(problem.demand_count):
        if plan.covered[i] or not problem.served[i] or math.isinf(best[i]):
            assert math.isnan(stated[i])
        else:
            # one site may give two lacking services; the stated money counts it once for each
            assert stated[i] >= best[i] - 1e-9
            if len(problem.services) == 1:
                assert stated[i] == pytest.approx(best[i])
