"""Demand points that are alike become one, and nothing else changes: not the optimum, not what a plan must keep.

Random problems that hold every rule, objective, action and feature in turn, each demand point two or three times over
with other people; and counties of a few points, of which it is known who is alike.
"""

from __future__ import annotations

from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy import sparse

from facopt.location.planning.limits import CoverageTarget
from facopt.location.planning.problem import (
    Labels,
    LevelWish,
    Move,
    Option,
    PlanningProblem,
    PlanService,
    Stage,
    Stated,
)
from facopt.location.planning.referee import judge
from facopt.location.planning.scale.arrays import ArrayModel
from facopt.location.planning.scale.compact import Compact
from facopt.location.planning.scale.detail import Details
from facopt.location.planning.scale.highs import solve_arrays
from facopt.location.planning.scale.large import solve_large
from facopt.location.planning.scale.master import Master
from facopt.location.planning.scale.twins import Marks, Twins
from facopt.location.planning.scale.windows import Places
from facopt.location.solver import SolverSettings
from facopt.objectives.cost import Cost
from facopt.objectives.travel import Travel
from facopt.rules.floor import Floor
from tests.planning_repeated import doubled
from tests.planning_scale_cases import EXACT, FAMILIES, Case, cases, plainly_split, with_all_rows

if TYPE_CHECKING:
    from facopt.location.planning.model import PlanModel

SEEDS = range(700, 703)
SHARED = ("split", "three_stages", "merge", "least_load", "mixed", "Floor", "CoverageTarget", "ServicePopulation")
"""Families in which points are often alike."""


# --- each demand point several times over ----------------------------------------------------------------------------


def merged(compact: Compact) -> int:
    """How many columns fewer."""
    return len(compact.twins.group) - len(compact.twins.first)


@pytest.mark.parametrize("family", FAMILIES)
def test_merging_keeps_the_optimum_and_every_rule_both_ways(family: str) -> None:
    """The merged model's best plan is one of the model, with its value; the mean of the model's best is as good."""
    for seed, case in cases(family, SEEDS, doubled):
        compact = Compact.of(case.model, case.arrays)
        found = solve_arrays(compact.arrays, EXACT)
        assert (found.values is None) == (case.best.values is None), seed
        if found.values is None or case.best.values is None:
            continue
        assert abs(found.objective - case.optimum) <= case.slack, seed
        values = compact.expand(found.values)
        assert case.arrays.violation(values) < 1e-6, seed
        assert abs(case.arrays.value(values) - case.optimum) <= case.slack, seed
        assert not judge(case.problem, case.model.plan(values)).violations, seed
        mean = compact.shrink(case.best.values)
        assert compact.arrays.violation(mean) < 1e-6, seed
        assert abs(compact.arrays.value(mean) - case.optimum) <= case.slack, seed


def test_the_mean_of_any_plan_keeps_every_row_at_its_cost() -> None:
    """Also of plans that send twins to different places; a mean with wrong weights would serve too many somewhere."""
    merges = unlike = 0
    for family in SHARED:
        for seed, case in cases(family, range(720, 728), doubled):
            compact = Compact.of(case.model, case.arrays)
            rng = np.random.default_rng(seed)
            some = solve_arrays(replace(case.arrays, cost=rng.normal(size=case.arrays.columns)), EXACT)
            if some.values is None or not merged(compact):
                continue
            mean = compact.shrink(some.values)
            assert compact.arrays.violation(mean) < 1e-6, (family, seed)
            worth = case.arrays.value(some.values)
            assert compact.arrays.value(mean) == pytest.approx(worth, rel=1e-6, abs=1e-6), (family, seed)
            merges += 1
            unlike += np.abs(compact.expand(mean) - some.values).max() > 0.01
    assert merges > 20
    assert unlike > 15


@pytest.mark.parametrize("family", SHARED)
def test_no_bound_exceeds_the_optimum_and_all_assignment_reaches_it(family: str) -> None:
    """The master of merged points is a relaxation; with the assignment of all it is the model."""
    for seed, case in cases(family, SEEDS, doubled):
        compact = Compact.of(case.model, case.arrays)
        master = Master.of(case.model, compact)
        if not master.relax(inf):
            assert case.best.values is None, seed
            continue
        assert master.relaxed is not None
        assert master.relaxed.objective <= case.optimum + case.slack, seed
        details = Details.of(case.model, compact, master)
        every = details.nobody() | True
        assert details.columns(every) == compact.arrays.columns
        some = details.nobody() | (np.random.default_rng(seed).random(details.nobody().shape) < 0.5)
        bounds = [solve_arrays(details.detail(wanted, []).arrays, EXACT).objective for wanted in (some, every)]
        if case.best.values is not None:
            assert bounds[0] <= case.optimum + case.slack, seed
            assert abs(bounds[1] - case.optimum) <= case.slack, seed


def test_hall_rows_of_merged_points_say_as_much_as_assignment() -> None:
    """Loads of twins add up: rows added until none is broken give the optimum, without any column of assignment."""
    reached = 0
    for seed in range(30):
        case = Case(doubled(plainly_split(seed), seed))
        compact = Compact.of(case.model, case.arrays)
        if case.best.values is None or not merged(compact):
            continue
        assert abs(with_all_rows(Master.of(case.model, compact)) - case.optimum) <= case.slack, seed
        reached += 1
    assert reached > 12


@pytest.mark.parametrize("family", ["split", "three_stages", "mixed"])
def test_bound_and_plan_enclose_the_optimum_where_points_are_merged(family: str) -> None:
    """The search as a whole: its plan is one of all demand points, and the referee takes it."""
    for seed, case in cases(family, range(740, 742), doubled):
        answer = solve_large(case.model, SolverSettings(time_limit_seconds=2.0, gap=1e-9))
        assert answer.bound is None or answer.bound <= case.optimum + case.slack, seed
        if answer.values is not None:
            assert answer.objective >= case.optimum - case.slack, seed
            assert not judge(case.problem, case.model.plan(answer.values)).violations, seed


# --- a county of which it is known who is alike ----------------------------------------------------------------------

PEOPLE = np.array([10.0, 20.0, 30.0, 5.0, 40.0, 7.0])
"""p0 to p2 reach s0 and s1 and live in the north, p3 as well but in the south; p4 and p5 reach s1 and s2 there."""


def six_points(rules=(), **service) -> PlanningProblem:
    """Six demand points, three sites to be built with room for 60 each, one stage, half of all must be covered."""
    reach = [(0, 1)] * 4 + [(1, 2)] * 2
    demand, site = np.array([(i, j) for i, sites in enumerate(reach) for j in sites], dtype=np.int32).T
    given = PlanService(
        "clinic", np.ones(6, dtype=bool), np.full(6, 30.0), demand, site,
        np.array([5.0, 9.0] * 3 + [9.0, 5.0] + [5.0, 9.0] * 2), assigned=True, **service,
    )  # fmt: skip
    names = [np.array([f"{letter}{n}" for n in range(count)], dtype=object) for letter, count in (("p", 6), ("s", 3))]
    zones = [np.array(one.split(), dtype=object) for one in ("n n n s s s", "n n s")]
    target = CoverageTarget(0, 50.0, PEOPLE[None, :], range(1))
    return PlanningProblem(
        people=PEOPLE[None, :], load=PEOPLE[None, :], stages=(Stage(2030),), site_tier=np.zeros(3, dtype=np.int32),
        options=tuple(one for j in range(3) for one in (Option(j), Option(j, "clinic", True, capacity=60.0))),
        start=np.array([0, 2, 4], dtype=np.int32),
        moves=tuple(Move(j, 2 * j, 2 * j + 1, "build", 10.0 + j) for j in range(3)), services=(given,),
        labels=Labels(*names, *zones, np.full(6, "rural", dtype=object)), levels=(LevelWish(Cost()),),
        rules=tuple(Stated(f"rules.{n}", rule) for n, rule in enumerate((target, *rules))),
    )  # fmt: skip


def alike(problem: PlanningProblem) -> list[list[int]]:
    """The demand points whose columns z became one, and the same of their columns x."""
    case = Case(problem)
    compact = Compact.of(case.model, case.arrays)
    groups: dict[int, list[int]] = {}
    for (k, i, _), z in case.model.covered_point.items():
        if k == 0:
            groups.setdefault(int(compact.column_of(np.array([z]))[0]), []).append(i)
    flows: dict[int, set[int]] = {}
    for (k, arc, _), x in case.model.flow.items():
        if k == 0:
            own = {int(problem.services[k].demand[arc])}
            flows.setdefault(int(compact.column_of(np.array([x]))[0]), set()).update(own)
    assert sorted(map(sorted, flows.values())) == sorted(one for one in groups.values() for _ in range(2))
    return list(groups.values())


FLOOR = Floor(kind="floor", at_least_percent=20.0)


def test_who_reaches_the_same_sites_is_one() -> None:
    """Without zones in any row, two groups are left of six demand points."""
    assert alike(six_points()) == [[0, 1, 2, 3], [4, 5]]


def test_a_floor_of_each_zone_keeps_zones_apart() -> None:
    """p3 has the sites of p0 to p2, but another zone's floor speaks of it."""
    assert alike(six_points([FLOOR])) == [[0, 1, 2], [3], [4, 5]]


def test_columns_and_rows_are_as_few_as_the_groups() -> None:
    """Three groups have a z and two x each and three own rows; capacities, target and floors stay, as do openings."""
    case = Case(six_points([FLOOR]))
    compact = Compact.of(case.model, case.arrays)
    assert (case.arrays.columns, case.arrays.rows) == (3 + 6 * 3, 6 * 3 + 3 + 1 + 2)
    assert (compact.arrays.columns, compact.arrays.rows) == (3 + 3 * 3, 3 * 3 + 3 + 1 + 2)
    keys = [case.model.row_keys[row] for row in compact.rows]
    assert sorted(keys) == [""] * 12 + ["rules.0"] + ["rules.1"] * 2
    layer = Master.of(case.model, compact).hall.layers[0]
    assert layer.point.tolist() == [0, 3, 4]
    assert layer.load.tolist() == [60.0, 5.0, 47.0]
    assert list(zip(layer.arc_point.tolist(), layer.arc_site.tolist(), strict=True)) == [
        (0, 0), (0, 1), (1, 0), (1, 1), (2, 1), (2, 2),
    ]  # fmt: skip
    where = Places.of(case.model, compact)
    assert np.bincount(where.point[where.point >= 0])[[2, 3, 5]].tolist() == [3, 3, 3]
    assert sorted(where.site[where.site >= 0].tolist()) == [0, 1, 2]


def test_twins_share_what_is_looked_at_more_closely() -> None:
    """Whoever wants the assignment of one demand point gets that of its twins with it, counted once."""
    case = Case(six_points([FLOOR]))
    compact = Compact.of(case.model, case.arrays)
    details = Details.of(case.model, compact, Master.of(case.model, compact))
    wanted = details.nobody()
    wanted[0, 1] = True
    assert details.columns(wanted) == len(details.master.kept) + 2
    assert details.share(wanted) == pytest.approx(1 / 3)
    wanted[0, 2] = True
    assert details.columns(wanted) == len(details.master.kept) + 2
    flow = compact.column_of(np.array([x for (_, arc, _), x in case.model.flow.items() if arc < 6]))
    assert set(flow.tolist()) <= set(details.detail(wanted, []).columns.tolist())


def test_means_weigh_people() -> None:
    """Ten people served wholly and thirty not at all are a quarter of both."""
    case = Case(six_points([FLOOR]))
    compact = Compact.of(case.model, case.arrays)
    z = [case.model.covered_point[0, i, 0] for i in (0, 1, 2)]
    values = np.zeros(case.arrays.columns)
    values[z[0]] = 1.0
    assert compact.shrink(values)[compact.column_of(np.array(z))] == pytest.approx([1 / 6] * 3)


def test_segments_with_other_shares_keep_points_apart() -> None:
    """Of p0 half are old, of p1 a tenth: no weight suits both the target for the old and the room."""
    old = PEOPLE * np.array([0.5, 0.1, 0.5, 0.3, 0.2, 0.2])
    target = CoverageTarget(0, 30.0, old[None, :], range(1))
    assert alike(six_points([FLOOR, target])) == [[0, 2], [1], [3], [4, 5]]


def test_loads_out_of_proportion_keep_points_apart() -> None:
    """p1 asks for more room for each person."""
    problem = six_points([FLOOR])
    assert alike(problem.replace(load=problem.load * np.array([1, 2, 1, 1, 1, 1]))) == [[0, 2], [1], [3], [4, 5]]


def test_whoever_goes_whole_is_alone() -> None:
    """Demand points that have one site are not merged: the mean of whole columns is none."""
    problem = six_points([FLOOR], single=True)
    case = Case(problem)
    assert merged(Compact.of(case.model, case.arrays)) == 0


def test_other_sites_to_prefer_keep_points_apart() -> None:
    """p1 may not pass an open s0, p0 and p2 may; p4 and p5 may both not pass s1."""
    blocked, by = np.array([3, 9, 11], dtype=np.int32), np.array([0, 1, 1], dtype=np.int32)
    found = alike(six_points([FLOOR], blocked_arc=blocked, blocking_site=by))
    assert found == [[0, 2], [1], [3], [4, 5]]


def test_other_minutes_keep_points_apart_where_travel_counts() -> None:
    """p3 has the farther site nearer than its twins have it, which only a sum of travel sees."""
    problem = six_points()
    assert alike(problem) == [[0, 1, 2, 3], [4, 5]]
    travelling = problem.replace(levels=(LevelWish(Travel()),))
    assert alike(travelling) == [[0, 1, 2], [3], [4, 5]]


def test_rows_of_different_statements_are_not_one() -> None:
    """Both ask for p0 or p1 to be covered wholly, and each can be left out for itself: so p0 and p1 stay two."""

    def wholly(*points: int) -> CoverageTarget:
        weights = np.where(np.isin(np.arange(6), points), PEOPLE, 0.0)
        return CoverageTarget(0, 100.0, weights[None, :], range(1))

    assert alike(six_points([wholly(0, 1)])) == [[0, 1], [2, 3], [4, 5]]
    assert alike(six_points([wholly(0), wholly(1)])) == [[0], [1], [2, 3], [4, 5]]


def test_who_needs_two_tiers_is_one_with_others_who_do() -> None:
    """The share covered by both tiers is a column more of each point; who needs one of them only is not alike."""
    problem = six_points([CoverageTarget(None, 40.0, PEOPLE[None, :], range(1))])
    first, everybody = problem.services[0], np.arange(6)
    for needs, expected in ((everybody, [[0, 1, 2, 3], [4, 5]]), (everybody[1:], [[0], [1, 2, 3], [4, 5]])):
        arcs = np.isin(first.demand, needs)
        second = replace(
            first, tier="hospital", needed=np.isin(everybody, needs), demand=first.demand[arcs], site=first.site[arcs],
            minutes=first.minutes[arcs],
        )  # fmt: skip
        assert alike(problem.replace(services=(first, second))) == expected


# --- colours, on a few numbers ---------------------------------------------------------------------------------------


def numbers(matrix: list[list[float]], least: list[float], cost: list[float]) -> tuple[ArrayModel, Marks]:
    """Columns from 0 to 1, each of a demand point of its own, and rows with least values."""
    rows, columns = len(least), len(cost)
    arrays = ArrayModel(
        sparse.csr_array(np.array(matrix).reshape(rows, columns)), np.array(least), np.full(rows, inf),
        np.zeros(columns), np.ones(columns), np.array(cost), np.zeros(columns, dtype=bool),
    )  # fmt: skip
    return arrays, Marks(np.arange(columns), np.zeros(columns, dtype=int), np.zeros(rows, dtype=int))


def test_weights_come_from_costs_as_well() -> None:
    """Two columns that only their own rows and costs speak of: one costs twice as much, and weighs twice as much."""
    arrays, marks = numbers([[1, 0], [0, 1]], [0.5, 0.5], [1.0, 2.0])
    found = Twins.of(arrays, marks)
    assert found.group.tolist() == [0, 0]
    assert found.share == pytest.approx([1 / 3, 2 / 3])
    assert found.merged(arrays).cost.tolist() == [3.0]


def test_what_adds_is_not_one_with_what_takes_away() -> None:
    """Weights are never negative; a number as it is and as nearly as rounding allows counts as one."""
    arrays, marks = numbers([[1, 2 * (1 + 1e-15), -1, -3]], [-1.0], [0.0] * 4)
    assert Twins.of(arrays, marks).group.tolist() == [0, 0, 1, 1]


def test_what_is_asked_for_by_its_kind_stays_apart() -> None:
    """Columns of two services are two, also where nothing tells them apart."""
    arrays, marks = numbers([[1, 1, 2, 2]], [1.0], [0.0] * 4)
    assert Twins.of(arrays, marks).group.tolist() == [0, 0, 0, 0]
    assert Twins.of(arrays, replace(marks, kind=np.array([0, 1, 0, 1]))).group.tolist() == [0, 1, 0, 1]


def test_columns_of_no_demand_point_are_never_merged() -> None:
    """Whatever is not of a demand point has a meaning of its own."""
    arrays, marks = numbers([[1, 1, 2, 2]], [1.0], [0.0] * 4)
    assert Twins.of(arrays, replace(marks, point=np.array([0, -1, 2, -1]))).group.tolist() == [0, 1, 0, 2]


# --- the check -------------------------------------------------------------------------------------------------------


def proposal(problem: PlanningProblem) -> tuple[Twins, ArrayModel, PlanModel]:
    """What is merged in the model as it stands."""
    case = Case(problem)
    return Twins.proposed(case.arrays, Marks.of(case.model)), case.arrays, case.model


def test_the_check_takes_what_is_proposed() -> None:
    """What colour refinement proposes for random problems is right."""
    for family in SHARED:
        for seed, case in cases(family, SEEDS, doubled):
            assert Twins.proposed(case.arrays, Marks.of(case.model)).holds(case.arrays), (family, seed)


def test_the_check_refuses_wrong_weights() -> None:
    """Means that weigh a twin too much, weigh all alike, or do not sum to one, of columns or of rows."""
    twins, arrays, _ = proposal(six_points([FLOOR]))
    assert twins.holds(arrays)
    for name, number in (("share", twins.group), ("row_share", twins.row_group)):
        weights = getattr(twins, name)
        several = np.bincount(number)[number] > 1
        even = 1.0 / np.bincount(number)[number]
        more = np.where(several & (np.arange(len(weights)) == np.flatnonzero(several)[0]), weights + 1e-6, weights)
        below = weights.copy()
        below[np.flatnonzero(several)[:1]] *= -1.0
        for wrong in (even, more, 1.01 * weights, below):
            assert not replace(twins, **{name: wrong}).holds(arrays), name


@pytest.mark.parametrize("weights", [(1.0, 1.0), (2.0, -1.0), (0.4, 0.4)])
def test_the_check_refuses_what_is_no_mean(weights: tuple[float, float]) -> None:
    """Weights that add up to two, or to one with less than nothing, where no shared row would tell."""
    arrays, marks = numbers([[1, 0], [0, 1]], [0.5, 0.5], [0.0, 0.0])
    found, wrong = Twins.proposed(arrays, marks), np.array(weights)
    assert found.holds(arrays)
    assert not replace(found, share=wrong, row_share=wrong).holds(arrays)


def test_the_check_refuses_rows_that_only_their_mean_has_in_common() -> None:
    """2 x, x and 3 x have the mean 2 x at some weights, but 3 x may be too much where 2 x is not."""
    arrays, marks = numbers([[-2, 0, 0], [0, -1, 0], [0, 0, -3]], [-1.0] * 3, [0.0] * 3)
    one = np.zeros(3, dtype=int)
    wrong = Twins(one, one[:1], np.array([0.6, 0.1, 0.3]), one[:1], one, np.array([0.6, 0.2, 0.2]))
    assert not wrong.holds(arrays)
    assert Twins.of(arrays, marks).group.tolist() == [0, 1, 2]


def test_the_check_refuses_whoever_is_not_alike() -> None:
    """Points of another zone, openings, columns with other bounds or costs."""
    twins, arrays, model = proposal(six_points())
    assert twins.holds(arrays)
    zoned, zoned_model = Case(six_points([FLOOR])).arrays, Case(six_points([FLOOR])).model
    assert not _over(twins, zoned).holds(zoned)
    assert zoned_model.row_keys[: len(model.row_keys)] == model.row_keys
    z = model.covered_point[0, 1, 0]
    changed = np.arange(arrays.columns) == z
    assert not twins.holds(replace(arrays, upper=np.where(changed, 0.5, arrays.upper)))
    assert not twins.holds(replace(arrays, lower=np.where(changed, 0.5, arrays.lower)))
    assert not twins.holds(replace(arrays, cost=np.where(changed, 1.0, arrays.cost)))
    assert not twins.holds(replace(arrays, integer=arrays.integer | changed))
    for row in np.flatnonzero(np.bincount(twins.row_group)[twins.row_group] > 1):
        tighter = np.where(np.arange(arrays.rows) == row, arrays.row_upper - 0.25, arrays.row_upper)
        if np.isfinite(arrays.row_upper[row]):
            assert not twins.holds(replace(arrays, row_upper=tighter))


def _over(twins: Twins, arrays: ArrayModel) -> Twins:
    """The same, with rows at the end that stay as they are."""
    more = np.arange(len(twins.row_group), arrays.rows)
    return replace(
        twins, rows=np.r_[twins.rows, more], row_share=np.r_[twins.row_share, np.ones(len(more))],
        row_group=np.r_[twins.row_group, len(twins.rows) + np.arange(len(more))],
    )  # fmt: skip


def test_where_the_check_fails_nothing_is_merged(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proposal that does not hold leaves the model as it is."""
    case = Case(six_points())
    right = Twins.proposed(case.arrays, Marks.of(case.model))
    monkeypatch.setattr(Twins, "proposed", lambda *_args: replace(right, share=np.ones(case.arrays.columns)))
    found = Twins.of(case.arrays, Marks.of(case.model))
    assert found.merged(case.arrays).columns == case.arrays.columns
    assert found.merged(case.arrays).rows == case.arrays.rows
