"""Why no plan exists: the conflict is smallest, and every way out is a plan's least change, by looking at all plans."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from facopt.location.planning import planned
from facopt.location.planning.diagnosis import least, trial
from facopt.location.planning.diagnosis.conflict import minimal, only_these
from facopt.location.planning.diagnosis.elastic import ElasticRelaxation
from facopt.location.planning.diagnosis.restricted import Found, near_relaxation
from facopt.location.planning.diagnosis.statements import standards, statements
from facopt.location.planning.diagnosis.ways_out import diagnose
from facopt.location.planning.limits import Budget, CoverageTarget, SiteCount
from facopt.location.planning.model import PlanModel
from facopt.location.planning.problem import LevelWish, Stated
from facopt.location.planning.scale import large
from facopt.location.planning.search import solve_planning
from facopt.location.solution import Status
from facopt.location.solver import SolverSettings
from facopt.objectives.cost import Cost
from facopt.rules import rule_classes
from facopt.rules.floor import Floor
from facopt.rules.must_not_open import MustNotOpen
from facopt.rules.must_open import MustOpen
from facopt.rules.spacing import Spacing
from tests.diagnosis_cases import possible, problem
from tests.planning_cases import draw
from tests.planning_oracle import best_values

SETTINGS = SolverSettings(time_limit_seconds=30)


def random_case(seed: int):
    """Return a problem with a handful of rules, often in conflict."""
    rng = np.random.default_rng(seed)
    points, sites = int(rng.integers(2, 6)), int(rng.integers(2, 5))
    people = rng.integers(1, 40, points).astype(float).tolist()
    minutes = np.where(rng.random((points, sites)) < 0.8, rng.integers(1, 60, (points, sites)), np.inf)
    weights = np.array([people])
    rules = [
        ("targets.0", CoverageTarget(0, float(rng.choice([60, 80, 95, 100])), weights, range(1))),
        ("limits.budget", Budget(float(rng.integers(0, 25)))),
        ("limits.new_sites.clinic", SiteCount(0, int(rng.integers(0, sites + 1)), exact=bool(rng.random() < 0.3))),
        ("rules.0", Floor(kind="floor", tier="clinic", at_least_percent=float(rng.choice([0, 50, 90])))),
        ("rules.1", Spacing(kind="spacing", tier="clinic", at_least_metres=float(rng.choice([300, 900, 2000])))),
        ("rules.2", MustOpen(kind="must_open", sites=(f"s{rng.integers(sites)}",))),
    ]
    kept = [rule for rule in rules if rng.random() < 0.75]
    return problem(
        minutes.tolist(),
        people=people,
        cost=rng.integers(1, 12, sites).astype(float).tolist(),
        zones=[f"z{rng.integers(2)}" for _ in range(points)],
        metres=[tuple(rng.integers(0, 2500, 2).tolist()) for _ in range(sites)],
        rules=kept,
    )


def test_conflicts_are_smallest_and_ways_out_least() -> None:
    """Of random small problems: infeasible exactly where all plans fail; no conflict or change can be smaller."""
    found = 0
    for seed in range(40):
        case = random_case(seed)
        keys = {stated.key for stated in case.rules}
        if possible(case, keys):
            continue
        found += 1
        diagnosis = diagnose(case, SETTINGS, 30)
        conflict = set(diagnosis.conflict)
        assert conflict, seed
        assert not possible(case, conflict), (seed, conflict)
        for key in conflict:
            assert possible(case, conflict - {key}), (seed, conflict, key)
        for one in diagnosis.relaxations:
            if not one.together and one.unit != "statement":
                assert_least(case, one, seed)
        changed = changes_made(case, [one for one in diagnosis.relaxations if one.together])
        assert diagnosis.relaxations, seed
        if diagnosis.relaxations[0].together:
            assert possible(changed, keys), (seed, diagnosis.relaxations)
    assert found >= 5


WITHOUT_PLAN = (
    ("Budget", 6), ("Budget", 7), ("CoverageTarget", 4), ("Floor", 1), ("Floor", 3), ("least_load", 3), ("split", 9),
    ("merge", 26), ("three_stages", 9), ("nested", 12), ("SitesPerZone", 4), ("ServicePopulation", 2), ("Gap", 2),
    ("Gap", 13), ("Backup", 0), ("WorstMinutes", 12), ("Spacing", 24), ("single", 0), ("single", 4), ("nearest", 0),
)  # fmt: skip
"""Families and seeds of drawn problems with few courses and no plan, each for something else."""


def asked_as_large(monkeypatch) -> None:
    """Ask small problems as large ones are: near the relaxation, then with a bound and a plan side by side."""
    monkeypatch.setattr(trial, "LARGE", 0)
    monkeypatch.setattr(large, "LEAST_ASSIGNMENT", 1)


@pytest.mark.parametrize("near", [False, True])
def test_conflicts_of_every_kind_of_problem(near: bool, monkeypatch) -> None:
    """With capacities, least loads, stages, moves and every rule: conflicts are smallest, ways out work; by all plans.

    Once as small problems are asked, once every second of them as large ones are: first near the relaxation.
    """
    if near:
        asked_as_large(monkeypatch)
    for family, seed in WITHOUT_PLAN[1::2] if near else WITHOUT_PLAN:
        case = draw(seed, family).replace(levels=(LevelWish(Cost()),))
        assert best_values(case) is None, f"draw another seed of {family}"
        diagnosis, stated = diagnose(case, SETTINGS, 30), statements(case)
        conflict = [one for one in stated if one.key in diagnosis.conflict]
        assert diagnosis.is_smallest, (family, seed)
        assert best_values(only_these(case, stated, conflict)) is None, (family, seed, diagnosis)
        for one in conflict:
            rest = [other for other in conflict if other is not one]
            assert best_values(only_these(case, stated, rest)) is not None, (family, seed, diagnosis, one.key)
        assert diagnosis.relaxations, (family, seed)
        for one in diagnosis.relaxations:
            if one.unit != "statement" and not one.together:
                assert one.verified
                changed = way_of(case, one).change(case, one.needed)
                assert best_values(changed) is not None, (family, seed, one)


def crowded_case(seed: int):
    """Return a problem with more people than room, and figures of every sort to give way."""
    rng = np.random.default_rng(seed)
    people = rng.integers(10, 40, 6).astype(float)
    rules = [
        ("targets.0", CoverageTarget(0, float(rng.choice([80, 90])), people[None], range(1))),
        ("rules.0", Floor(kind="floor", tier="clinic", at_least_percent=float(rng.choice([40, 60])))),
        ("limits.budget", Budget(float(rng.integers(8, 20)))),
        ("limits.new_sites.clinic", SiteCount(0, int(rng.integers(1, 4)), exact=False)),
    ]
    return problem(
        np.where(rng.random((6, 4)) < 0.85, rng.integers(1, 45, (6, 4)), np.inf).tolist(),
        people=people.tolist(), cost=rng.integers(3, 9, 4).astype(float).tolist(), zones=list("aabbcc"),
        capacity=float(rng.integers(35, 70)), rules=rules,
    )  # fmt: skip


def never_the_change_itself(monkeypatch) -> None:
    """Let relaxations that minimise a change have no time, so that it is halved."""
    near = least.near_relaxation

    def without_least(model, seconds, gap, *more):
        return Found(None, -np.inf) if gap == least.GAP else near(model, seconds, gap, *more)

    monkeypatch.setattr(least, "near_relaxation", without_least)


@pytest.mark.parametrize("halved", [False, True])
def test_the_way_of_large_problems_agrees_with_that_of_small_ones(halved: bool, monkeypatch) -> None:
    """From the search to verified ways out: none is missing, none better than the least, each enough, by both ways."""
    known, sides = [], []
    for seed in range(6):
        exact = solve_planning(crowded_case(seed), SETTINGS)
        if exact.status is Status.INFEASIBLE:
            known.append((seed, {named(one): one for one in exact.relaxations}))
    assert len(known) >= 4
    monkeypatch.setattr(trial, "solve_large", lambda *asked: sides.append(1) or large.solve_large(*asked))
    asked_as_large(monkeypatch)
    if halved:
        never_the_change_itself(monkeypatch)
    for seed, exact in known:
        case, found = crowded_case(seed), solve_planning(crowded_case(seed), SETTINGS)
        assert found.status is Status.INFEASIBLE
        assert found.conflict_is_smallest
        assert {named(one) for one in found.relaxations} >= {
            name for name, one in exact.items() if one.key in found.conflict and not one.together
        }  # fmt: skip
        for one in found.relaxations:
            assert_no_better(way_of(case, one), one, exact.get(named(one)), case)
    assert sides or halved


def named(one) -> tuple[str, str, str]:
    """Return what a way out changes."""
    return one.key, one.part, one.field


def assert_no_better(way, one, exact, case) -> None:
    """A way out leads to a plan and is not below the least one; what is proven not to be enough is not."""
    assert one.verified
    if not one.together:
        assert trial.Trial(SETTINGS, 30).possible(way.change(case, one.needed)) is True, one
    if exact is not None and not exact.together:
        assert way.concession.direction * (one.needed - exact.needed) >= 0, (one, exact)
        assert abs(one.needed - exact.needed) <= 0.1 * abs(exact.needed - exact.stated) + way.concession.step
        assert one.needed == exact.needed or not one.least, (one, exact)
        if one.not_enough is not None:
            assert way.concession.direction * (exact.needed - one.not_enough) > 0, (one, exact)


def test_the_relaxation_knows_which_statements_it_needs() -> None:
    """Two clinics of 120 for 270 people: capacity and target, and not the budget; with room enough, nothing."""
    people = np.array([[100.0, 90, 80]])
    rules = [("targets.0", CoverageTarget(0, 95, people, range(1))), ("limits.budget", Budget(10))]
    minutes = [[10, 20], [20, 10], [20, 10]]
    keys = ["targets.0", "limits.budget", "tiers.clinic.sizes"]
    full = problem(minutes, people=[100, 90, 80], cost=[1, 1], capacity=120, rules=rules)
    relaxation = ElasticRelaxation.of(full, time.monotonic() + 30)
    assert relaxation.smallest(keys) == {("targets.0", ""), ("tiers.clinic.sizes", "")}
    assert relaxation.conflict([("targets.0", ""), ("limits.budget", "")]) is None
    roomy = problem(minutes, people=[100, 90, 80], cost=[1, 1], capacity=150, rules=rules)
    assert ElasticRelaxation.of(roomy, time.monotonic() + 30).smallest(keys) is None
    assert ElasticRelaxation.of(full, time.monotonic() - 1).smallest(keys) is None


def test_plans_near_the_relaxation_and_their_bound() -> None:
    """Sites that the relaxation leaves unbuilt are left out; what is found is a plan, and none is below the bound."""
    case = problem(
        [[10, 10, np.inf], [10, np.inf, 10]], people=[10, 10], cost=[3, 9, 9], capacity=25,
        rules=[("targets.0", CoverageTarget(0, 100, np.array([[10.0, 10.0]]), range(1)))],
    )  # fmt: skip
    model = PlanModel.of(case)
    model.linear.objective = dict(model.capital(0).terms)
    near = near_relaxation(model, 30, 0.0, 1)
    assert near.values is not None
    assert model.plan(near.values).made == ((0, 0),)
    assert near.bound <= 3
    never = case.replace(rules=(*case.rules, Stated("limits.budget", Budget(1))))
    # A share of the site would be enough for nobody's whole cover: the relaxation has 20 people on 1/3 of it.
    assert near_relaxation(PlanModel.of(never), 30, 0.0, 1).bound == np.inf


def test_what_is_not_shown_is_not_claimed(monkeypatch) -> None:
    """Where no plan is found in time, a way out is no more than what is proven not to be enough."""
    monkeypatch.setattr(trial.Trial, "_minimised", lambda *_: Found(None, 3.2))
    case = problem([[10]], people=[5], cost=[8], rules=[("limits.budget", Budget(2)),
                   ("rules.0", MustOpen(kind="must_open", sites=("s0",)))])  # fmt: skip
    relaxations = [one for one in diagnose(case, SETTINGS, 30).relaxations if one.key == "limits.budget"]
    assert [(one.needed, one.not_enough, one.verified, one.least) for one in relaxations] == [(5.0, 5.0, False, False)]


def way_of(case, one):
    """Return the way that a relaxation came from."""
    ways = [way for statement in statements(case) for way in statement.ways] + list(standards(case))
    (way,) = (
        way for way in ways
        if (way.key, way.concession.part, way.concession.field) == (one.key, one.part, one.field)
    )  # fmt: skip
    return way


def assert_least(case, one, seed) -> None:
    """The change makes a plan possible; the next smaller one on its scale does not."""
    way, keys = way_of(case, one), {stated.key for stated in case.rules}
    assert possible(way.change(case, one.needed), keys), (seed, one)
    step = way.concession.step
    smaller = one.needed - way.concession.direction * step
    if abs(smaller - one.stated) >= step / 2 and not one.field.startswith("standard"):
        assert not possible(way.change(case, smaller), keys), (seed, one)


def changes_made(case, together):
    """Return the problem with several changes made."""
    for one in together:
        case = way_of(case, one).change(case, one.needed)
    return case


def test_capacity_standard_and_parts() -> None:
    """A part of a floor, the standard and the capacity give way by figures that can be worked out by hand."""
    two = problem(
        [[10, 35], [35, 10]], people=[100, 90], cost=[1, 1], zones=["a", "b"], metres=[(0, 0), (1500, 0)],
        rules=[
            ("rules.0", Floor(kind="floor", tier="clinic", at_least_percent=90)),
            ("rules.1", Spacing(kind="spacing", tier="clinic", at_least_metres=2000)),
        ],
    )  # fmt: skip
    solution = solve_planning(two, SETTINGS)
    assert solution.status is Status.INFEASIBLE
    assert (solution.conflict, solution.conflict_parts) == (("rules.0", "rules.1"), {"rules.0": ("a", "b")})
    ways = [(one.key, one.part, one.needed) for one in solution.relaxations]
    assert ways == [("tiers.clinic", "", 35.0), ("rules.1", "", 1500.0), ("rules.0", "a", 0.0), ("rules.0", "b", 0.0)]

    people = np.array([[100.0, 90, 80]])
    full = problem(
        [[10, 20], [20, 10], [20, 10]], people=[100, 90, 80], cost=[1, 1], capacity=120,
        rules=[("targets.0", CoverageTarget(0, 95, people, range(1))), ("limits.budget", Budget(10))],
    )  # fmt: skip
    solution = solve_planning(full, SETTINGS)
    assert solution.conflict == ("targets.0", "tiers.clinic.sizes")
    # 95 % of 270 people are 256.5: two clinics of 120 need 6.875 % more room, or may leave out all but 88.8 %.
    assert [one.needed for one in solution.relaxations] == [88.8, 107.0]


def test_lists_that_contradict_each_other() -> None:
    """Rules without figures: the site that both name may be taken out of either list."""
    case = problem(
        [[10, 10]], people=[5], cost=[1, 1],
        rules=[
            ("rules.0", MustOpen(kind="must_open", sites=("s0", "s1"))),
            ("rules.1", MustNotOpen(kind="must_not_open", sites=("s1",))),
            ("limits.budget", Budget(2)),
        ],
    )  # fmt: skip
    solution = solve_planning(case, SETTINGS)
    assert (solution.conflict, solution.conflict_parts["rules.0"]) == (("rules.0", "rules.1"), ("s1",))
    assert [(one.key, one.part, one.unit) for one in solution.relaxations] == [
        ("rules.0", "s1", "listed"), ("rules.1", "s1", "listed"),
    ]  # fmt: skip


def test_several_changes_together() -> None:
    """Where two conflicts stand side by side, no single change is enough and what comes back works together."""
    case = problem(
        [[10, np.inf], [np.inf, 10]], people=[10, 10], cost=[5, 7],
        rules=[
            ("targets.0", CoverageTarget(0, 100, np.array([[10.0, 10.0]]), range(1))),
            ("limits.budget", Budget(6)),
            ("rules.0", MustOpen(kind="must_open", sites=("s1",))),
        ],
    )  # fmt: skip
    rules = [stated for stated in case.rules if stated.key != "targets.0"]
    more = replace(case, rules=(*rules, Stated("limits.new_sites.clinic", SiteCount(0, 0, exact=False))))
    solution = solve_planning(more, SETTINGS)
    assert solution.status is Status.INFEASIBLE
    keys = {stated.key for stated in more.rules}
    alone = [one for one in solution.relaxations if not one.together]
    assert [(one.key, one.part) for one in alone] == [("rules.0", "s1")]
    fixed = more.replace(rules=tuple(s for s in more.rules if s.key != "rules.0") + case.rules[:1])
    solution = solve_planning(fixed, SETTINGS)
    assert [one.together for one in solution.relaxations].count(False) in {0, len(solution.relaxations)}
    assert possible(changes_made(fixed, solution.relaxations), keys | {"targets.0"})


def test_numbers_of_sites_change_together() -> None:
    """Nine clinics of two candidates, and one new one for two places apart: both numbers give way, each its own way."""
    case = problem(
        [[10, np.inf], [np.inf, 10]], people=[10, 10], cost=[5, 7],
        rules=[
            ("targets.0", CoverageTarget(0, 100, np.array([[10.0, 10.0]]), range(1))),
            ("limits.sites.clinic", SiteCount(0, 9, exact=True)),
            ("limits.new_sites.clinic", SiteCount(0, 1, exact=False)),
        ],
    )  # fmt: skip
    relaxations = diagnose(case, SETTINGS, 30).relaxations
    changes = {(one.key, one.part): one.needed for one in relaxations}
    assert possible(changes_made(case, relaxations), {stated.key for stated in case.rules})
    assert changes in (
        {("limits.sites.clinic", "fewer"): 2.0, ("limits.new_sites.clinic", "more"): 2.0},
        {("limits.sites.clinic", "fewer"): 1.0, ("targets.0", ""): 50.0},
    )


def test_where_time_ended_changes_that_have_a_plan_are_told(monkeypatch) -> None:
    """It is not known that there is no plan: what comes beside that has one, and the status stays as it is."""
    case = problem([[10, 40], [40, 10]], people=[5, 5], cost=[8, 9], rules=[
        ("limits.budget", Budget(10)), ("targets.0", CoverageTarget(0, 90, np.array([[5.0, 5.0]]), range(1))),
    ])  # fmt: skip

    def out_of_time(problem, settings, _tell):
        found = solve_planning(problem, settings)
        effort = replace(found.effort, limit="time")
        return replace(found, status=Status.NO_SOLUTION, effort=effort, conflict=(), relaxations=())

    monkeypatch.setattr(planned, "solve_planning", out_of_time)
    today = case.replace(moves=(), rules=())
    solution = planned.solve_planned(planned.PlanningTask(case, today, today), SETTINGS, lambda _: None).solution
    assert (solution.status, solution.conflict) == (Status.NO_SOLUTION, ())
    # Half of the people for the budget stated, or 17 for all of them: relative to what is stated, less of a change.
    assert [(one.key, one.needed, one.together) for one in solution.relaxations] == [("targets.0", 50.0, False)]


def test_without_time_all_statements_are_named() -> None:
    """Nothing is claimed that was not shown: the conflict is then all that is stated, and said to be so."""
    case = problem([[10]], people=[5], cost=[3], rules=[
        ("limits.budget", Budget(1)), ("rules.0", MustOpen(kind="must_open", sites=("s0",))),
    ])  # fmt: skip
    diagnosis = diagnose(case, SETTINGS, 0.0)
    assert (diagnosis.conflict, diagnosis.is_smallest) == (("limits.budget", "rules.0"), False)
    assert [(one.key, one.needed, one.verified) for one in diagnosis.relaxations] == [("limits.budget", 1, False)]


def test_smallest_part_of_a_set() -> None:
    """Of any set with several impossible parts one of them is found, and none of its members can be spared."""
    parts = [{1, 4}, {2, 3, 5}, {5, 6}]

    def impossible(kept) -> bool:
        return any(part <= set(kept) for part in parts)

    for order in ([1, 2, 3, 4, 5, 6], [6, 5, 4, 3, 2, 1], [2, 5, 3, 6, 1, 4]):
        assert set(minimal(order, impossible)) in parts
    assert minimal([], impossible) == []


def test_every_rule_says_what_it_asks_for() -> None:
    """Each kind of rule has words in both languages, but for the register of exceptions, which asks for nothing."""
    for kind in rule_classes():
        if kind.__name__ != "ApprovedException":
            assert all(kind.subject), kind
            assert all(kind.asks), kind
