"""Reductions, bounds and the whole search against every plan of thousands of small problems."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from facopt.location.covering import dual, reductions
from facopt.location.covering.greedy import exchange, greedy, rounded
from facopt.location.covering.incidence import from_pairs
from facopt.location.covering.problem import CoveringProblem, SiteRules
from facopt.location.covering.solve import solve_covering
from facopt.location.covering.weighting import RowWeighting
from facopt.location.solution import Status
from facopt.location.solver import SolverSettings
from tests.covering_cases import best_covering, random_covering

SETTINGS = SolverSettings(time_limit_seconds=60, gap=0.0)
REDUCTIONS = {
    "equal rows": reductions.equal_rows,
    "covered rows": reductions.covered_rows,
    "essential sites": reductions.essential_sites,
    "dominated sites": reductions.dominated_sites,
    "together": reductions.reduce,
    "together, hardly any work allowed": lambda problem: reductions.reduce(problem, comparisons=5),
}


@pytest.mark.parametrize("name", REDUCTIONS)
def test_reductions_keep_the_optimum(name: str) -> None:
    """Each reduction alone, and all together, keep the best value of 1,500 problems, or none where none is."""
    changed = 0
    for seed in range(1500):
        problem = random_covering(seed).decide()
        reduced = REDUCTIONS[name](problem)
        assert best_covering(reduced) == pytest.approx(best_covering(problem), abs=1e-9), seed
        changed += reduced is not problem
    assert changed > 100


def test_components_add_up() -> None:
    """Where no limit couples sites, the best values of the parts sum to that of the whole."""
    several = 0
    for seed in range(4, 1200, 8):  # set covering without limits
        problem = random_covering(seed).decide()
        if problem.impossible:
            continue
        total = 0.0
        parts = list(reductions.components(problem))
        several += len(parts) > 1
        for rows, sites in parts:
            kept = np.flatnonzero(rows)
            part = problem.decide(closed=~sites, settled=~rows)
            assert len(kept) == part.rows.row_count
            total += best_covering(replace(part, constant=0.0))
        assert total == pytest.approx(best_covering(problem)), seed
    assert several > 10


def test_any_prices_bound_every_plan() -> None:
    """The bound of random prices, of the subgradient and of the primal-dual method is never below the optimum."""
    tight = 0
    for seed in range(600):
        problem = random_covering(seed).decide()
        best = best_covering(problem)
        if best is None or problem.rows.row_count == 0:
            continue
        rng = np.random.default_rng(seed)
        stop = dual.Stop(60, lambda: False)
        bounds = [
            dual.bound_of(problem, rng.random(problem.rows.row_count) * rng.choice([1, 20])).bound,
            dual.subgradient(problem, best, stop, lambda _score, best=best: best).bound,
            dual.primal_dual(
                problem, best, stop, lambda _y, best=best: best, dual.Warmth(np.zeros(problem.site_count))
            )[0].bound,
        ]
        assert min(bounds) >= best, (seed, bounds, best)
        tight += min(bounds) <= best + 1.0
    assert tight > 300


def test_two_threads_prove_what_one_proves(monkeypatch: pytest.MonkeyPatch) -> None:
    """With many pairs the sums run in two threads; the bound is still that of the formula, and the same every time."""
    rng = np.random.default_rng(0)
    row, site = np.nonzero(rng.random((3000, 50)) < 0.4)
    rows = from_pairs(row.astype(np.int32), site.astype(np.int32), 3000, 50)
    problem = CoveringProblem.of(rows, rng.integers(1, 90, 3000).astype(float), SiteRules.count(50, 3))
    monkeypatch.setattr(dual, "PAIRS_FOR_TWO_THREADS", 1000)
    stop = dual.Stop(40, lambda: False)
    for method in (
        lambda: dual.subgradient(problem, 0.0, stop, lambda _score: 0.0),
        lambda: dual.primal_dual(problem, 0.0, stop, lambda _y: 0.0, dual.Warmth(np.zeros(50)))[0],
    ):
        found = method()
        worth = np.bincount(rows.sites, weights=np.repeat(found.prices, rows.lengths), minlength=50)
        formula = (problem.weight - found.prices).sum() + np.sort(worth)[-3:].sum()
        assert found.bound == pytest.approx(formula, rel=1e-9)
        assert all(method().bound == found.bound for _ in range(20))


def test_sites_are_fixed_rightly() -> None:
    """A bound falls by what is stated at least when a site must open or must not: no better plan is ever cut off."""
    fixed = 0
    for seed in range(600):
        problem = random_covering(seed).decide()
        if best_covering(problem) is None or problem.rows.row_count == 0:
            continue
        bound = dual.bound_of(problem, np.random.default_rng(seed).random(problem.rows.row_count) * 20)
        for j in range(problem.site_count):
            only = np.arange(problem.site_count) == j
            for part, fall in (
                (problem.decide(opened=only), bound.choice.forced_in[j]),
                (problem.decide(closed=only), bound.choice.forced_out[j]),
            ):
                best = best_covering(part)
                assert best is None or best <= bound.bound - fall + 1e-9, (seed, j)
                fixed += fall > 0
    assert fixed > 500


@pytest.mark.parametrize("block", range(4))
def test_search_equals_every_plan(block: int) -> None:
    """The search finds the best value with a proof, and says infeasible exactly where no plan keeps the rules."""
    for seed in range(400 * block, 400 * (block + 1)):
        problem = random_covering(seed)
        best = best_covering(problem)
        result = solve_covering(problem, SETTINGS)
        if best is None:
            assert result.status is Status.INFEASIBLE, seed
            continue
        assert result.status is Status.OPTIMAL, seed
        assert result.value == pytest.approx(best, abs=1e-9), seed
        assert best - 1e-9 <= result.bound <= best + 1e-6 * max(1.0, abs(best)), seed
        assert problem.valid(result.open)
        assert problem.value(result.open) == result.value


def test_plans_keep_the_rules() -> None:
    """Greedy, exchanges and rounding break no limit; exchanges never make a plan worse."""
    for seed in range(600):
        problem = random_covering(seed).decide()
        opened = np.zeros(problem.site_count, dtype=bool)
        for by_cost in (False, True):
            opened[:] = False
            opened[greedy(problem, by_cost=by_cost).order] = True
            assert problem.rules.allow(opened), seed
        better = exchange(problem, opened)
        assert problem.rules.allow(better), seed
        weight = problem.effective_weight
        gained = [weight[problem.rows.covered(plan)].sum() for plan in (opened, better)]
        assert gained[1] >= gained[0] - 1e-6, seed
        assert problem.rules.allow(rounded(problem, np.random.default_rng(seed).random(problem.site_count)))


def test_row_weighting_covers_everything() -> None:
    """Every plan of the row weighting covers all rows, and on small problems the best is found."""
    found = 0
    for seed in range(4, 1200, 8):
        problem = random_covering(seed).decide()
        if problem.impossible or not problem.rows.row_count:
            continue
        opened = RowWeighting(problem).run(200, lambda: False)
        assert problem.rows.covered(opened).all()
        found += problem.value(opened) == pytest.approx(best_covering(problem))
    assert found > 100


# --- the cases that would break where a reduction is not valid --------------------------------------------------


def _problem(pairs: list[list[int]], sites: int, weight: list[float], **changes: object) -> CoveringProblem:
    row = np.array([k for k, members in enumerate(pairs) for _ in members], dtype=np.int32)
    site = np.array([j for members in pairs for j in members], dtype=np.int32)
    rows = from_pairs(row, site, len(pairs), sites)
    return replace(CoveringProblem.of(rows, np.array(weight), SiteRules.none(sites)), **changes)


def test_dominated_site_of_another_limit_stays() -> None:
    """Site 0 covers less than site 1, but the limit on site 1's tier lets only site 2 of that tier open."""
    problem = _problem([[0, 1], [1], [2]], 3, [5.0, 1.0, 9.0])
    rules = SiteRules(np.array([0, 1, 1], np.int32), np.array([1, 1]), np.zeros(3))
    problem = replace(problem, rules=rules)
    assert reductions.dominated_sites(problem).site_count == 3
    assert best_covering(problem) == 14.0
    without_site_0 = problem.decide(closed=np.array([True, False, False]))
    assert best_covering(without_site_0) < 14.0


def test_cheaper_dominated_site_stays_under_a_budget() -> None:
    """Site 0 covers less than site 1, but it is all that the budget can pay."""
    problem = _problem([[0, 1], [1]], 2, [5.0, 1.0])
    problem = replace(problem, rules=replace(problem.rules, cost=np.array([1.0, 3.0]), budget=2.0))
    assert reductions.dominated_sites(problem).site_count == 2
    assert best_covering(problem) == 5.0
    assert best_covering(problem.decide(closed=np.array([True, False]))) == 0.0


def test_row_that_contains_an_optional_row_stays() -> None:
    """Covering sites {0, 1} does not follow from {0} where covering {0} is a choice."""
    problem = _problem([[0], [0, 1]], 2, [1.0, 2.0], rules=SiteRules.count(2, 1))
    assert reductions.covered_rows(problem).rows.row_count == 2
    required = replace(problem, required=np.array([True, False]))
    assert reductions.covered_rows(required).rows.row_count == 1


def test_parts_under_one_limit_stay_together() -> None:
    """Two parts compete for the one site that may open."""
    problem = _problem([[0], [1]], 2, [1.0, 2.0], rules=SiteRules.count(2, 1))
    assert len(list(reductions.components(problem))) == 1
    assert len(list(reductions.components(replace(problem, rules=SiteRules.none(2))))) == 2


def test_equal_rows_of_which_one_is_required_become_required() -> None:
    """The merged row keeps the sum of the weights and the duty."""
    problem = _problem([[0, 1], [0, 1]], 2, [1.0, 2.0], required=np.array([False, True]))
    merged = reductions.equal_rows(problem)
    assert merged.weight.tolist() == [3.0]
    assert merged.required.tolist() == [True]
