"""Who could still be covered if one site of a plan were missing: against an oracle, a maximum flow, and by hand."""

from __future__ import annotations

import itertools
import time
from dataclasses import replace
from math import inf

import networkx as nx
import numpy as np
import pytest

from facopt.location.planning.limits import Requires
from facopt.location.planning.missing import Serving, guests_of, people_lost_without
from facopt.location.planning.plan import Plan, no_assignment
from facopt.location.planning.problem import Labels, LevelWish, Option, PlanningProblem, PlanService, Stage, Stated
from facopt.location.planning.referee import judge
from facopt.location.planning.search import solve_planning
from facopt.location.planning.variants import Assumed, changed_standard, most_covered
from facopt.location.solver import SolverSettings
from facopt.objectives import objective_classes
from tests.planning_cases import draw
from tests.planning_oracle import courses
from tests.planning_serving import Serving as Oracle

FAMILIES = ("split", "single", "nearest", "nested", "mixed", "least_load", "load_of_nobody", "merge", "everybody")
COVERAGE = (LevelWish(objective_classes()["coverage"]()),)


def by_the_oracle(problem: PlanningProblem, course, stage: int, missing: tuple[int, ...]) -> float:
    """Return the most people covered in one stage of a course without some sites, from the oracle's own program."""
    pick = slice(stage, stage + 1)
    closed = tuple(Option(j) for j in range(problem.site_count))
    options = tuple(replace(one, least_load=0.0) for one in problem.options)
    row = [len(options) + j if j in missing else number for j, number in enumerate(course.option[stage])]
    alone = problem.replace(
        people=problem.people[pick], load=problem.load[pick], stages=problem.stages[pick], need=None,
        options=options + closed, rules=(), levels=COVERAGE, assigns_everybody=False,
        labels=replace(problem.labels, segments={n: v[pick] for n, v in problem.labels.segments.items()}),
    )  # fmt: skip
    found = Oracle(alone, (tuple(row),), (course.brought(problem)[stage],)).optimum("coverage", [], inf)
    assert found is not None
    return found


@pytest.mark.parametrize("family", FAMILIES)
def test_random_plans_without_each_site(family: str) -> None:
    """For each site, and for none, of some courses of random problems, both programs cover as many people."""
    compared = 0
    for seed in range(12):
        problem = draw(seed, family)
        course = next(itertools.islice(courses(problem), seed, None), None) or next(iter(courses(problem)))
        outcome = judge(problem, Plan(course.made, no_assignment(problem)))
        stage = seed % problem.stage_count
        serving = Serving(outcome, stage)
        for missing in [(), *((j,) for j in np.flatnonzero(outcome.open[stage]).tolist())]:
            most = serving.most_without(missing, time.monotonic() + 60)
            assert most == pytest.approx(by_the_oracle(problem, course, stage, missing), abs=1e-5), (seed, missing)
            compared += 1
    assert compared > 24


@pytest.mark.parametrize("family", ["split", "single", "nearest", "mixed"])
def test_loss_is_what_the_plan_covers_less_what_is_left(family: str) -> None:
    """Losses of solved plans are their coverage less the oracle's most without the site; closed sites have none."""
    compared = 0
    for seed in range(100, 110):
        problem = draw(seed, family)
        outcome = solve_planning(problem, SolverSettings(time_limit_seconds=20)).outcome
        if outcome is None:
            continue
        last = problem.stage_count - 1
        course = next(one for one in courses(problem) if one.made == outcome.plan.made)
        lost = people_lost_without(outcome, last, 60.0)
        assert (np.isnan(lost) == ~outcome.open[last]).all()
        covered = outcome.people_covered(None, problem.people[last], last)
        for j in np.flatnonzero(outcome.open[last]).tolist():
            left = by_the_oracle(problem, course, last, (j,))
            assert lost[j] == pytest.approx(max(covered - left, 0.0), abs=1e-4), (seed, j)
            compared += 1
    assert compared > 5


def standing(
    people: list[float], capacity: list[float], pairs: list[tuple[int, int, float]], **service: object
) -> PlanningProblem:
    """Return sites that stand, with capacities, for places with (place, site, minutes) and a standard of 30."""
    demand, site, minutes = (np.array(column) for column in zip(*sorted(pairs), strict=True))
    names = [np.array([f"{letter}{n}" for n in range(count)], dtype=object) for letter, count in
             (("p", len(people)), ("s", len(capacity)))]  # fmt: skip
    blank = [np.full(len(names[0]), "", dtype=object), np.full(len(names[1]), "", dtype=object)]
    only = PlanService(
        "clinic", np.ones(len(people), dtype=bool), np.full(len(people), 30.0), demand.astype(np.int32),
        site.astype(np.int32), minutes.astype(float), assigned=True, **service,  # type: ignore[arg-type]
    )  # fmt: skip
    options = tuple(Option(j, open=True, capacity=room) for j, room in enumerate(capacity))
    return PlanningProblem(
        people=np.array([people]), load=np.array([people]), stages=(Stage(2030),),
        site_tier=np.zeros(len(capacity), dtype=np.int32), options=options,
        start=np.arange(len(capacity), dtype=np.int32), moves=(), services=(only,),
        labels=Labels(names[0], names[1], blank[0], blank[1], blank[0]), levels=COVERAGE,
    )  # fmt: skip


def solved(problem: PlanningProblem):
    """Return the outcome of a problem."""
    outcome = solve_planning(problem, SolverSettings()).outcome
    assert outcome is not None
    return outcome


def test_losses_are_those_of_a_maximum_flow() -> None:
    """With people as load, the most who can be covered is a maximum flow from places through sites."""
    rng = np.random.default_rng(7)
    people = rng.integers(50, 400, 40).astype(float)
    capacity = rng.integers(300, 1500, 9).astype(float)
    pairs = [(i, j, float(m)) for i in range(40) for j in range(9) if (m := rng.integers(1, 60)) <= 35]
    problem = standing(people.tolist(), capacity.tolist(), pairs)
    lost = people_lost_without(solved(problem), 0, 60.0)

    def most(without: int) -> float:
        graph = nx.DiGraph()
        graph.add_edges_from((("from", ("p", i), {"capacity": count}) for i, count in enumerate(people)))
        graph.add_edges_from((("s", j), "to", {"capacity": room}) for j, room in enumerate(capacity) if j != without)
        near = [(i, j) for i, j, minutes in pairs if minutes <= 30 and j != without]
        graph.add_edges_from((("p", i), ("s", j), {"capacity": inf}) for i, j in near)
        return float(nx.maximum_flow_value(graph, "from", "to"))

    assert lost == pytest.approx([most(-1) - most(j) for j in range(9)], abs=1e-6)
    assert (lost > 0).sum() > 0


def test_a_full_nearest_site_may_fail_without_loss() -> None:
    """The nearest site has room for 10 of 100 and keeps the others from the next, which has room for all."""
    pairs = [(0, 0, 5.0), (0, 1, 9.0)]
    rule = {"blocked_arc": np.array([1], dtype=np.int32), "blocking_site": np.array([0], dtype=np.int32)}
    problem = standing([100.0], [10.0, 500.0], pairs, **rule)
    lost = people_lost_without(solved(problem), 0, 60.0)
    assert lost.tolist() == [0.0, 0.0]


def test_a_place_with_one_site_goes_there_whole() -> None:
    """60 people whose site fails do not fit in the 50 places left elsewhere, and are not divided."""
    pairs = [(0, 0, 5.0), (0, 1, 9.0), (1, 1, 5.0)]
    problem = standing([60.0, 50.0], [60.0, 100.0], pairs)
    assert people_lost_without(solved(problem), 0, 60.0).tolist() == [10.0, 50.0]
    whole = standing([60.0, 50.0], [60.0, 100.0], pairs, single=True)
    assert people_lost_without(solved(whole), 0, 60.0).tolist() == [50.0, 50.0]


def test_services_inside_a_site_are_missing_with_it() -> None:
    """The guest of a host goes with it; other sites do not."""
    problem = standing([60.0], [60.0, 100.0], [(0, 0, 5.0), (0, 1, 9.0)])
    hosted = problem.replace(rules=(Stated("tiers.pharmacy.hosted_by", Requires(((1, (0,)),))),))
    assert guests_of(hosted, 0) == (0, 1)
    assert guests_of(hosted, 1) == (1,)
    assert people_lost_without(solved(hosted), 0, 60.0).tolist() == [60.0, 0.0]


def test_without_time_nothing_is_claimed() -> None:
    """Where time ends first, losses are not known."""
    problem = standing([60.0, 50.0], [60.0, 100.0], [(0, 0, 5.0), (1, 1, 5.0)])
    assert np.isnan(people_lost_without(solved(problem), 0, 0.0)).all()


@pytest.mark.parametrize("family", ["split", "single", "mixed", "merge"])
def test_other_people_room_and_standards_are_those_of_the_oracle(family: str) -> None:
    """The same sites with a tenth more people, a tenth less room, and a fifth longer standards, counted both ways."""
    compared = 0
    for seed in range(200, 208):
        problem = draw(seed, family)
        course = next(itertools.islice(courses(problem), seed % 5, None), None) or next(iter(courses(problem)))
        outcome = judge(problem, Plan(course.made, no_assignment(problem)))
        longer = tuple(changed_standard(service.standard_minutes, 20.0) for service in problem.services)
        crowded = problem.replace(people=problem.people * 1.1, load=problem.load * 1.1)
        tight = problem.replace(
            options=tuple(replace(one, capacity=one.capacity * 0.9) for one in problem.options),
            moves=tuple(replace(move, brings=move.brings * 0.9) for move in problem.moves),
        )
        patient = problem.replace(
            services=tuple(
                replace(service, standard_minutes=one) for service, one in zip(problem.services, longer, strict=True)
            )
        )
        for assumed, other in (
            (Assumed(people_factor=1.1), crowded), (Assumed(room_factor=0.9), tight), (Assumed(longer), patient),
        ):  # fmt: skip
            most = most_covered(outcome, assumed, [100.0] * len(longer), 60.0)
            if assumed.standards and any(len(service.blocked_arc) for service in problem.services):
                assert most is None
                continue
            assert most == pytest.approx(by_the_oracle(other, course, problem.stage_count - 1, ()), abs=1e-5), seed
            compared += 1
    assert compared > 10


def test_standards_beyond_the_known_times_have_no_figure() -> None:
    """Where times are known up to 35 minutes, a standard of 36 tells nothing."""
    problem = standing([60.0], [60.0, 100.0], [(0, 0, 5.0), (0, 1, 9.0)])
    outcome = solved(problem)
    longer = Assumed((changed_standard(problem.services[0].standard_minutes, 20.0),))
    assert most_covered(outcome, longer, [36.0], 60.0) == 60.0
    assert most_covered(outcome, longer, [35.0], 60.0) is None
