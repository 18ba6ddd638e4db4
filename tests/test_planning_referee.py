"""What the referee of the planning model says of plans that break something, and the figures of those that do not."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import numpy as np
import pytest

from facopt.location.planning.limits import (
    Budget,
    CoverageTarget,
    FigureLimit,
    FixedOpen,
    Guard,
    Requires,
    SiteCount,
)
from facopt.location.planning.plan import Assignment, Plan, no_assignment
from facopt.location.planning.polish import polished, whole_people
from facopt.location.planning.problem import LevelWish, Move, Stated
from facopt.location.planning.referee import judge
from facopt.location.planning.search import Chain, solve_planning
from facopt.location.solution import Status
from facopt.location.solver import SolverSettings
from facopt.objectives import objective_classes
from facopt.rules.backup import Backup
from facopt.rules.exception import ApprovedException
from facopt.rules.exclusion import Exclusion
from facopt.rules.floor import Floor
from facopt.rules.gap import Gap
from facopt.rules.must_not_open import MustNotOpen
from facopt.rules.must_open import MustOpen
from facopt.rules.service_population import ServicePopulation
from facopt.rules.sites_per_zone import SitesPerZone
from facopt.rules.spacing import Spacing
from facopt.rules.worst_minutes import WorstMinutes
from tests.planning_lp import PEOPLE, county, estate

BUILD_S2, BUILD_S3, CLOSE_S1 = 0, 1, 2
P1_S1, P1_S2, P2_S2, P2_S3, P3_S1, P3_S3 = range(6)
"""Moves and arcs of the county that fits on a sheet of paper."""


def plan(problem, *made: tuple[int, int], first=(), last=()) -> Plan:
    """A plan of moves, with (arc, share) of an assigned service in the first and the last stage."""
    if not problem.services[0].assigned:
        return Plan(made, no_assignment(problem))
    rows = [(_assignment(first),), (_assignment(last),)]
    return Plan(made, tuple(rows[-problem.stage_count :]))


def _assignment(pairs) -> Assignment:
    arcs = np.array([arc for arc, _ in pairs], dtype=np.int32)
    return Assignment(arcs, np.array([share for _, share in pairs], dtype=np.float64))


def said(problem, *made: tuple[int, int], first=(), last=()) -> tuple[str, ...]:
    """Everything the referee says of a plan."""
    return judge(problem, plan(problem, *made, first=first, last=last)).violations


# --- moves ------------------------------------------------------------------------------------------------------------


def test_legal_moves_are_let_pass() -> None:
    """A plan that builds both sites in their time and closes the first breaks nothing."""
    assert said(county(), (BUILD_S2, 0), (CLOSE_S1, 0), (BUILD_S3, 1)) == ()


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (((BUILD_S3, 0),), "s3: build before its lead time has passed"),
        (((BUILD_S2, 0), (BUILD_S2, 1)), "s2: build from a state it is not in"),
        (((CLOSE_S1, 0), (CLOSE_S1, 1)), "s1: close from a state it is not in"),
    ],
)
def test_illegal_moves_are_named(made, words: str) -> None:
    """Moves too early, or from a state that the site is not in, are named with site and action."""
    assert words in said(county(), *made)


def test_two_moves_in_one_stage_are_named() -> None:
    """A site that is built and closed in one stage is named, though each move follows from the one before."""
    problem = county()
    problem = problem.replace(moves=(*problem.moves, Move(1, 3, 2, "close", 5.0)))
    assert said(problem, (BUILD_S2, 0), (3, 0)) == ("s2: two actions in one stage",)


def test_a_move_made_twice_is_named() -> None:
    """A site that is closed, opened and closed again by the same move is named: each move is made once."""
    problem = county()
    problem = problem.replace(
        stages=(*problem.stages, replace(problem.stages[1], year=2035)), people=np.vstack([PEOPLE, PEOPLE[1]]),
        load=np.vstack([PEOPLE, PEOPLE[1]]), moves=(*problem.moves, Move(0, 0, 1, "build", 5.0)),
    )  # fmt: skip
    assert said(problem, (CLOSE_S1, 0), (3, 1), (CLOSE_S1, 2)) == ("s1: close for the second time",)


def test_partners_that_are_not_open_are_named() -> None:
    """A merger into a site that moves away, and a relocation to a place without a building, are named."""
    problem = estate()
    merge, to_s3, build_s3 = 0, 1, 3
    assert said(problem, (merge, 0), (to_s3, 1), (build_s3, 1)) == ("s2: merge to s1, which is not open",)
    assert said(problem, (to_s3, 0)) == ("s1: relocate to s3, which is not open",)


def test_two_facilities_relocated_to_one_place_are_named() -> None:
    """A place takes one relocated facility."""
    assert said(estate(), (1, 0), (2, 0), (3, 0)) == ("s3: two facilities relocated to it",)


# --- assignment -------------------------------------------------------------------------------------------------------


def test_assignments_within_places_are_let_pass() -> None:
    """People in open sites with room for them break nothing; shares need not add up to all."""
    problem = county(assigned=True)
    served = [(P1_S1, 1.0), (P2_S2, 0.5)]
    assert said(problem, (BUILD_S2, 0), first=served, last=served) == ()


@pytest.mark.parametrize(
    ("last", "words"),
    [
        ([(P2_S3, 1.0)], ("people are assigned to a site that is not open", "s3 serves 20, its capacity is 0")),
        ([(P1_S1, 0.7), (P1_S2, 0.7)], ("more people assigned than there are",)),
        ([(P1_S1, -0.1)], ("a share below 0", "s1 serves -1.2, at least 0 is asked")),
        ([(P1_S1, np.nan)], ("a share below 0",)),
        ([(P3_S1, 1.0)], ("s1 serves 33, its capacity is 15",)),
    ],
)
def test_wrong_assignments_are_named(last, words: tuple[str, ...]) -> None:
    """Shares, openings and room are checked in each stage, each with the service and the figures."""
    expected = tuple(f"clinic in stage 1: {one}" for one in words)
    assert said(county(assigned=True), (BUILD_S2, 0), last=last) == expected


def test_divided_points_are_named_where_each_has_one_site() -> None:
    """With single assignment, a demand point with two sites and one that is served in part are named."""
    problem = county(assigned=True)
    problem = problem.replace(services=(replace(problem.services[0], single=True),))
    split = said(problem, (BUILD_S2, 0), last=[(P1_S1, 0.5), (P1_S2, 0.5)])
    assert split == (
        "clinic in stage 1: a demand point with two sites",
        "clinic in stage 1: a demand point served in part",
    )
    part = said(problem, (BUILD_S2, 0), last=[(P2_S2, 0.5)])
    assert part == ("clinic in stage 1: a demand point served in part",)


def test_people_who_pass_a_preferred_site_are_named() -> None:
    """Nobody goes from p2 to s3 while s2, which is nearer, is open; while it is closed they may."""
    problem = county(assigned=True)
    blocked = {"blocked_arc": np.array([P2_S3], dtype=np.int32), "blocking_site": np.array([1], dtype=np.int32)}
    problem = problem.replace(services=(replace(problem.services[0], **blocked),))
    passing = said(problem, (BUILD_S2, 0), (BUILD_S3, 1), last=[(P2_S3, 1.0)])
    assert passing == ("clinic in stage 1: people pass a site that the assignment rule prefers",)
    assert said(problem, (BUILD_S3, 1), last=[(P2_S3, 1.0)]) == ()


def test_sites_below_their_least_load_are_named() -> None:
    """An open site that serves less than its smallest useful load is named in each stage; a closed one is not."""
    problem = county(assigned=True)
    least = replace(problem.options[1], least_load=8.0)
    problem = problem.replace(options=(problem.options[0], least, *problem.options[2:]))
    assert said(problem, last=[(P1_S1, 1.0)]) == ("clinic in stage 0: s1 serves 0, at least 8 is asked",)
    assert said(problem, (CLOSE_S1, 0)) == ()


def test_who_is_left_out_is_named_where_travel_is_for_everybody() -> None:
    """In the last stage everybody with a usable pair has an open site, or is assigned wholly."""
    words = ("clinic: somebody who could be assigned is not",)
    plain = county().replace(assigns_everybody=True)
    assert said(plain) == words
    assert said(plain, (BUILD_S2, 0)) == ()
    places = county(assigned=True).replace(assigns_everybody=True)
    assert said(places, (BUILD_S2, 0), last=[(P1_S1, 1.0), (P2_S2, 1.0)]) == words


def test_merged_sites_bring_their_capacity() -> None:
    """s1 has room for 15 and for 12 more from the stage on in which s2 merges into it."""
    outcome = judge(estate(), plan(estate(), (0, 1)))
    assert outcome.capacity(0).tolist() == [15.0, 25.0, 0.0]
    assert outcome.capacity(1).tolist() == [27.0, 0.0, 0.0]


# --- rules ------------------------------------------------------------------------------------------------------------

FLOODED = {"excluded": np.array([True, True, False])}
RULE_WORDS = [
    (Backup(kind="backup", tier="clinic", at_least_percent=30.0), (),
     "0 people have two sites of clinic, 19.5 are asked for"),
    (Budget(90.0), ((BUILD_S2, 0),), "100 is spent, 90 is allowed"),
    (Budget(90.0, stage=1), ((BUILD_S3, 1),), "150 is spent, 90 is allowed"),
    (CoverageTarget(0, 80.0, PEOPLE, range(1, 2)), (), "12 people are covered, 52 are asked for"),
    (CoverageTarget(None, 100.0, PEOPLE, range(1, 2)), ((BUILD_S2, 0),), "32 people are covered, 65 are asked for"),
    (CoverageTarget(0, 0.0, PEOPLE, range(1, 2), at_least_people=40.0), (), "12 people are covered, 40 are asked for"),
    (FigureLimit("staff", 8.0), ((BUILD_S2, 1),), "9 staff in stage 1, 8 is allowed"),
    (FixedOpen((2,)), (), "s3 is fixed open and is not open"),
    (Floor(kind="floor", at_least_percent=40.0, by=2030), (), "south: 0 people are covered, 21.2 are asked for"),
    (Gap(kind="gap", between=("urban", "rural"), at_most_points=40.0), (),
     "100 % and 0 % lie more than 40 points apart"),
    (Guard(0, np.array([20.0, inf, inf])), ((CLOSE_S1, 1),), "p1 has inf minutes, at most 20"),
    (MustNotOpen(kind="must_not_open", sites=("s2",)), ((BUILD_S2, 1),), "s2 is open"),
    (MustOpen(kind="must_open", sites=("s3",), by=2030), (), "s3 is not open"),
    (Requires(((1, (2,)),)), ((BUILD_S2, 0),), "s2 is open without a site it needs"),
    (SiteCount(0, 2, exact=True), (), "1 sites, 2 stated"),
    (SiteCount(0, 0, exact=False), ((BUILD_S2, 0),), "1 sites, 0 stated"),
    (SitesPerZone(kind="sites_per_zone", tier="clinic", by=2030), (),
     "south: 0 open sites count for it, 1 are asked for"),
    (Spacing(kind="spacing", tier="clinic", at_least_metres=2000.0), ((BUILD_S2, 0), (BUILD_S3, 1)),
     "s2 and s3 stand 1000 m apart"),
    (WorstMinutes(kind="worst_minutes", tier="clinic", at_most_minutes=14.0, by=2030), ((BUILD_S2, 0),),
     "p3 has no open site within 14 minutes"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "made", "words"), RULE_WORDS, ids=[words for *_, words in RULE_WORDS])
def test_broken_rules_are_named(rule, made, words: str) -> None:
    """Each rule says in figures how a plan breaks it, with the key that states it."""
    problem = county().replace(rules=(Stated("rules.4", rule),))
    assert said(problem, *made) == (f"rules.4: {words}",)


def test_building_on_excluded_ground_is_named() -> None:
    """s2 may not be built on such ground; s1, which stands there, may stay."""
    problem = county()
    rule = Stated("rules.0", Exclusion(kind="exclusion", file="flood.geojson"))
    problem = problem.replace(labels=replace(problem.labels, **FLOODED), rules=(rule,))
    assert said(problem) == ()
    assert said(problem, (BUILD_S2, 0)) == ("rules.0: s2 is built where nothing may be",)


def test_service_population_is_named_both_ways() -> None:
    """Open sites that serve fewer or more people than stated are named; closed ones are not."""
    rule = ServicePopulation(kind="service_population", tier="clinic", at_least=11.0, at_most=18.0, by=2030)
    problem = county(assigned=True).replace(rules=(Stated("rules.0", rule),))
    served = [(P1_S1, 0.5), (P2_S2, 1.0)]
    assert said(problem, (BUILD_S2, 0), last=served) == (
        "rules.0: s1 serves 6 people, at least 11",
        "rules.0: s2 serves 20 people, at most 18",
    )


def test_excused_people_are_not_asked_for() -> None:
    """A target of 100 % and worst_minutes leave the register of exceptions out; a lower target does not."""
    problem = county()
    labels = replace(problem.labels, excused=np.array([False, True, True]))
    excuse = ApprovedException(kind="exception", points=("p2", "p3"), reason="moves in 2028")
    worst = WorstMinutes(kind="worst_minutes", tier="clinic", at_most_minutes=16.0)
    rules = (excuse, CoverageTarget(0, 100.0, PEOPLE, range(1, 2)), worst)
    problem = problem.replace(labels=labels, rules=tuple(Stated("rules.0", rule) for rule in rules))
    assert said(problem) == ()
    lower = problem.replace(rules=(Stated("rules.1", CoverageTarget(0, 90.0, PEOPLE, range(1, 2))),))
    assert said(lower) == ("rules.1: 12 people are covered, 58.5 are asked for",)


def test_budgets_of_sources_count_their_shares() -> None:
    """A budget of one source counts what that source pays of each move."""
    problem = county()
    moves = tuple(replace(move, shares=(0.25, 0.75)) for move in problem.moves)
    problem = problem.replace(moves=moves, sources=("county", "province"))
    problem = problem.replace(rules=(Stated("limits.budget_by_source.province", Budget(70.0, source=1)),))
    outcome = judge(problem, plan(problem, (BUILD_S2, 0)))
    assert outcome.capital.tolist() == [[25.0, 75.0], [0.0, 0.0]]
    assert outcome.violations == ("limits.budget_by_source.province: 75 is spent, 70 is allowed",)


# --- figures ----------------------------------------------------------------------------------------------------------


def test_figures_of_a_plan_by_hand() -> None:
    """Every figure of building s2 at once and s3 later is what a pencil gives."""
    outcome = judge(county(), plan(county(), (BUILD_S2, 0), (BUILD_S3, 1)))
    assert outcome.covered.tolist() == [[1, 1, 0], [1, 1, 1]]
    assert outcome.people_covered(None, PEOPLE[0], 0) == 30
    assert outcome.spent == 250
    assert outcome.present_capital == 100 + 0.9 * 150
    assert outcome.sum_of("staff", 0) == 9
    assert outcome.sum_of("staff", 1) == 15
    assert outcome.present_running == pytest.approx(2.8 * 15 + 4.1 * 24)
    assert outcome.person_minutes(1, PEOPLE[1]) == 12 * 5 + 20 * 10 + 33 * 12
    assert outcome.longest_minutes(1) == 12
    assert outcome.people_of(0, 1).tolist() == [12, 20, 33]
    assert outcome.credited_people(1) == 65
    values = {name: one().value(outcome) for name, one in objective_classes().items()}
    assert values == pytest.approx({
        "coverage": 65, "need_coverage": 65, "coverage_over_time": 3 * 30 + 5 * 65, "cost": 235, "sites": 3,
        "gradual_coverage": 65, "least_share": 100, "travel": 656, "need_travel": 656, "worst_travel": 12,
    })  # fmt: skip


def test_gradual_credit_beyond_the_standard() -> None:
    """With s2 alone p1 has 25 minutes, half way from the standard of 20 to 30 where credit ends."""
    outcome = judge(county(), plan(county(), (CLOSE_S1, 0), (BUILD_S2, 0)))
    assert outcome.credited_people(1) == 12 * 0.5 + 20
    assert outcome.covered[1].tolist() == [0, 1, 0]


def test_shares_of_assigned_people_are_covered_in_part() -> None:
    """Half of p2 within places counts half; who goes beyond the standard is served and not covered."""
    problem = county(assigned=True)
    served = [(P1_S2, 1.0), (P2_S2, 0.5)]
    outcome = judge(problem, plan(problem, (BUILD_S2, 0), last=served))
    assert outcome.covered[1].tolist() == [0, 0.5, 0]
    assert outcome.people_covered(0, PEOPLE[1], 1) == 10
    assert outcome.load_of(0, 1).tolist() == [0, 22, 0]


# --- the last step ----------------------------------------------------------------------------------------------------


def test_nobody_is_left_out_beside_a_free_place() -> None:
    """A plan of least money, which asks for nobody, still serves everybody there is room for, by the shortest ways."""
    problem = county(assigned=True).replace(
        rules=(Stated("rules.0", MustOpen(kind="must_open", sites=("s2", "s3"), by=2030)),)
    )
    solution = solve_planning(problem, SolverSettings())
    assert solution.status is Status.OPTIMAL
    assert solution.outcome is not None
    served = solution.outcome.people_of(0, 1)
    assert served.tolist() == [12, 20, 30]
    assert solution.outcome.covered[1].tolist() == pytest.approx([1, 1, 30 / 33])


def test_places_for_a_fraction_are_filled_up() -> None:
    """Where 20 visits of 1.667 a person are places for 11.998 people, these are served and not 12, nor nobody."""
    problem = county(assigned=True)
    options = tuple(replace(one, capacity=20.0) if one.site == 1 and one.open else one for one in problem.options)
    rule = Stated("rules.0", MustOpen(kind="must_open", sites=("s2",), by=2030))
    problem = problem.replace(load=PEOPLE * 1.667, options=options, rules=(rule,))
    solution = solve_planning(problem, SolverSettings())
    assert solution.outcome is not None
    assert solution.outcome.people_of(0, 1).tolist() == pytest.approx([15 / 1.667, 20 / 1.667, 0])


def test_the_last_step_keeps_what_levels_have_reached() -> None:
    """Where travel is the only level and asks for nobody, nobody is sent anywhere, however many places are free."""
    levels = (LevelWish(objective_classes()["travel"]()),)
    solution = solve_planning(county(assigned=True).replace(levels=levels), SolverSettings())
    assert solution.outcome is not None
    assert solution.outcome.person_minutes(1, PEOPLE[1]) == 0


def test_nothing_is_assigned_where_nothing_has_places() -> None:
    """Without services that are decided by assignment there is no last step."""
    chain = Chain(county(), SolverSettings())
    chain.level(LevelWish(objective_classes()["cost"]()))
    assert polished(chain) is None


def test_people_who_are_whole_up_to_rounding_are_made_whole() -> None:
    """A solver's 5.9999999 people of 12 become 6, what is hardly anybody nobody, and real fractions stay."""
    problem = county(assigned=True)
    rough = plan(problem, (BUILD_S2, 0), last=[(P1_S1, 5.9999999 / 12), (P1_S2, 1e-9), (P2_S2, 7.4 / 20)])
    whole = whole_people(problem, rough, 1e-4).assigned[1][0]
    assert whole is not None
    assert whole.arc.tolist() == [P1_S1, P2_S2]
    assert whole.share.tolist() == pytest.approx([0.5, 7.4 / 20], abs=1e-15)
