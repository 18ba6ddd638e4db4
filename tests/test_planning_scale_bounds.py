"""What makes large plans possible holds on small ones: no bound above the optimum, no rewriting that changes it.

Hundreds of random problems that hold every rule, objective, action and feature in turn; the optimum is that of the
plain model, which other tests hold against every possible plan.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from facopt.location.planning.problem import LevelWish
from facopt.location.planning.referee import judge
from facopt.location.planning.scale.arrays import ArrayModel
from facopt.location.planning.scale.compact import Compact, Ways
from facopt.location.planning.scale.hall import HallRows
from facopt.location.planning.scale.highs import solve_arrays
from facopt.location.planning.scale.master import Master
from facopt.location.planning.scale.prices import Parts, lawful, parts_without, worth_a_price
from facopt.objectives.cost import Cost
from tests.planning_cases import draw
from tests.planning_scale_cases import EXACT, FAMILIES, Case, cases, plainly_split, with_all_rows


@pytest.mark.parametrize("family", FAMILIES)
def test_compact_states_have_the_same_optimum_and_a_plan_that_keeps_every_rule(family: str) -> None:
    """States in place of moves change neither the optimum nor what is allowed, beside any rule."""
    for seed, case in cases(family):
        compact = Compact.of(case.model, case.arrays)
        found = solve_arrays(compact.arrays, EXACT)
        assert (found.values is None) == (case.best.values is None), seed
        if found.values is None or case.best.values is None:
            continue
        assert abs(found.objective - case.optimum) <= case.slack, seed
        values = compact.expand(found.values)
        assert case.arrays.violation(values) < 1e-6, seed
        assert not judge(case.problem, case.model.plan(values)).violations, seed
        back = compact.shrink(case.best.values)
        assert abs(compact.arrays.value(back) - case.optimum) <= case.slack, seed


@pytest.mark.parametrize("family", FAMILIES)
def test_no_bound_of_the_master_or_its_parts_exceeds_the_optimum(family: str) -> None:
    """Without assignment, with Hall rows, relaxed, whole, or in parts at any prices: never above the optimum."""
    for seed, case in cases(family):
        master = Master.of(case.model, Compact.of(case.model, case.arrays))
        if not master.relax(np.inf):
            assert case.best.values is None, seed
            continue
        assert master.relaxed is not None
        assert master.relaxed.objective <= case.optimum + case.slack, seed
        whole = solve_arrays(master.arrays, EXACT)
        assert whole.bound <= case.optimum + case.slack, seed
        rng = np.random.default_rng(seed)
        for prices in (master.prices(), rng.normal(0, 2, master.arrays.rows) * (rng.random(master.arrays.rows) < 0.3)):
            parts = Parts.of(master.arrays, rng.random(master.arrays.rows) < 0.3, prices)
            for part in parts.components:
                part.bound = solve_arrays(part.model, EXACT).bound
            assert parts.bound <= case.optimum + case.slack, seed


@pytest.mark.parametrize("family", ["split", "merge", "least_load", "ServicePopulation", "three_stages", "mixed"])
def test_hall_rows_cut_no_plan_off(family: str) -> None:
    """Whatever the set of demand points, its row leaves the optimum where it is."""
    for seed, case in cases(family):
        hall, rng = HallRows.of(case.model), np.random.default_rng(seed)
        sets = [
            (number, np.flatnonzero(rng.random(len(layer.point)) < 0.6))
            for number, layer in enumerate(hall.layers)
            for _ in range(6)
        ]
        matrix, low = hall.rows([(number, members) for number, members in sets if len(members)], set())
        if not len(low) or case.best.values is None:
            continue
        with_hall = case.arrays.with_rows(matrix, low, np.full(len(low), np.inf))
        assert abs(solve_arrays(with_hall, EXACT).objective - case.optimum) <= case.slack, seed


def test_hall_rows_say_as_much_as_assignment_where_demand_may_be_split() -> None:
    """Rows added until none is broken give the optimum itself, without any column of assignment."""
    reached = 0
    for seed in range(40):
        case = Case(plainly_split(seed))
        if case.best.values is None:
            continue
        master = Master.of(case.model, Compact.of(case.model, case.arrays))
        found = with_all_rows(master)
        assert abs(found - case.optimum) <= case.slack, seed
        reached += 1
    assert reached > 15


def test_a_site_with_two_ways_to_the_same_state_keeps_its_moves() -> None:
    """Merging into one neighbour or another ends in the same state at another cost: states would lose which."""
    kept = 0
    for seed in range(60):
        problem = draw(seed, "merge").replace(levels=(LevelWish(Cost()),))
        case = Case(problem)
        compact = Compact.of(case.model, case.arrays)
        rewritten = {one.site for one in compact.ways}
        for move in problem.moves:
            alike = [problem.moves[m] for m in problem.moves_of[move.site]]
            alike = [
                m for m in alike if (m.start, m.end) == (move.start, move.end) and m.first_stage < problem.stage_count
            ]
            if move in alike and move.start == problem.start[move.site] and len({m.cost for m in alike}) > 1:
                assert move.site not in rewritten
                kept += 1
    assert kept > 0


def test_rows_between_states_allow_nothing_but_the_ways_of_a_site() -> None:
    """Where pairs of states cannot say which ways there are, that is noticed."""
    stages = np.array([0, 0, 0])
    at_most_two_of_three = np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [1, 0, 1], [0, 1, 1]])
    assert not Ways(0, np.arange(3), at_most_two_of_three, at_most_two_of_three, stages).exact()
    ladder = np.array([[0.0, 0, 0], [1, 0, 0], [1, 1, 0], [1, 1, 1]])
    assert Ways(0, np.arange(3), ladder, ladder, stages).exact()


def test_sites_are_rewritten_by_pairs_of_states_and_as_means_of_ways() -> None:
    """Refurbishing and extending in turn needs means of ways; both kinds occur, and both keep the optimum."""
    kinds = {False: 0, True: 0}
    for seed in range(40):
        case = Case(draw(seed, "refurbish").replace(levels=(LevelWish(Cost()),)))
        compact = Compact.of(case.model, case.arrays)
        for one in compact.ways:
            kinds[one.by_mean] += 1
        if case.best.values is not None and any(one.by_mean for one in compact.ways):
            assert abs(solve_arrays(compact.arrays, EXACT).objective - case.optimum) <= case.slack, seed
    assert min(kinds.values()) > 0


def test_prices_of_the_wrong_sign_are_dropped() -> None:
    """A price on a side where a row asks for nothing would make the bound worthless or wrong."""
    case = next(case for _, case in cases("Floor"))
    arrays = case.arrays
    prices = np.where(np.isfinite(arrays.row_lower), -1.0, 1.0)
    one_sided = np.isfinite(arrays.row_lower) != np.isfinite(arrays.row_upper)
    assert np.all(lawful(arrays, prices)[one_sided] == 0)
    assert np.any(lawful(arrays, -prices)[one_sided] != 0)


def test_parts_share_no_row_but_priced_ones() -> None:
    """Columns of one row lie in one part unless the row is priced."""
    for _, case in cases("CoverageTarget"):
        priced = np.diff(case.arrays.matrix.indptr) > 3
        label = parts_without(case.arrays, priced)
        for row in np.flatnonzero(~priced):
            begin, end = case.arrays.matrix.indptr[row : row + 2]
            assert len(set(label[case.arrays.matrix.indices[begin:end]])) <= 1


def blocks(sizes: list[int], ties: list[list[int]]) -> tuple[ArrayModel, np.ndarray]:
    """A model of chains of columns, with rows that tie chains together by their first columns; which rows these are."""
    first = np.cumsum([0, *sizes])
    rows = [[first[n] + k, first[n] + k + 1] for n, size in enumerate(sizes) for k in range(size - 1)]
    rows += [[first[n] for n in tie] for tie in ties]
    where = (np.concatenate([[r] * len(row) for r, row in enumerate(rows)]), np.concatenate(rows))
    matrix = sparse.csr_array((np.ones(len(where[0])), where), shape=(len(rows), first[-1]))
    count = int(first[-1])
    arrays = ArrayModel(
        matrix, np.ones(len(rows)), np.full(len(rows), np.inf), np.zeros(count), np.ones(count),
        np.arange(1.0, count + 1), np.ones(count, dtype=bool), 0.0,
    )  # fmt: skip
    return arrays, np.arange(len(rows)) >= len(rows) - len(ties)


@pytest.mark.parametrize(
    ("sizes", "ties", "expected"),
    [
        ([10, 10, 80], [[0, 1]], [False]),
        ([10, 10, 80], [[0, 2]], [True]),
        ([10, 10, 80], [[0, 1], [1, 2], [0, 1, 2]], [False, True, True]),
        ([14, 14, 14, 58], [[0, 1], [1, 2]], [False, True]),
        ([100], [[0]], [False]),
    ],
)
def test_rows_that_tie_little_together_have_no_price(sizes: list[int], ties: list[list[int]], expected: list) -> None:
    """A row is priced only where what it ties together would be more than three tenths of all columns."""
    arrays, tying = blocks(sizes, ties)
    assert worth_a_price(arrays, tying)[tying].tolist() == expected


@pytest.mark.parametrize(("price", "bound", "distance"), [(0.0, 7.0, np.inf), (1.0, 8.0, 0.0), (5.0, 7.0, 5 / 12)])
def test_the_distance_of_parts_is_the_duality_gap(price: float, bound: float, distance: float) -> None:
    """Parts that keep the priced row are as far from the optimum as it leaves unpaid; nobody knows if they break it."""
    arrays, tying = blocks([3, 3], [[0, 1]])
    parts = Parts.of(arrays, tying, np.where(tying, price, 0.0))
    for part in parts.components:
        found = solve_arrays(part.model, EXACT)
        part.bound, part.values = found.bound, found.values
    assert solve_arrays(arrays, EXACT).objective == pytest.approx(8.0)
    assert parts.bound == pytest.approx(bound)
    assert parts.distance() == pytest.approx(distance)
