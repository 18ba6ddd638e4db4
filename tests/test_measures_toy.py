"""Every figure of a run of five demand points and four sites, as sums by hand give it (see `measures_cases.toy`)."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from facopt.errors import RefereeError
from facopt.location.referee import evaluate
from facopt.location.solution import Level
from facopt.measures.build import build_report
from facopt.measures.reasons import remedies_of
from facopt.measures.tiers import names_of, symbols_of
from facopt.scenario.schema import Tier

from .measures_cases import TOY_TIERS, area_of, problem_of, run_of, scenario_of, times_of, toy

if TYPE_CHECKING:
    from facopt.measures.report import Report


@pytest.fixture(scope="module")
def report() -> Report:
    """Return the report of the toy."""
    return build_report(toy())


@pytest.fixture(scope="module")
def without_plan() -> Report:
    """Return the report of the toy where no plan was found."""
    return build_report(toy(open_sites=None))


def bands(report: Report, tier: str, key: str) -> dict[float, float]:
    """Return the upper edges of the bands in which anybody is, with the people."""
    return {band.up_to: getattr(band, key) for band in report.bands_by_tier[tier] if getattr(band, key)}


def test_everybody_is_counted_once_the_unreachable_included(report: Report) -> None:
    """Covered people, today's and the plan's, stand over all 400, of whom 70 are out of every usable site's reach."""
    share = report.everybody
    assert share.people == 400
    assert share.covered_now == 150  # p0 at exactly 15 minutes, p2 at 10
    assert share.covered == 330  # p0, p1, p3
    assert share.unreachable == 70  # p2: t1 must close and t2 is 31 minutes away; p4: no road


def test_minutes_are_weighed_by_people_and_leave_out_who_has_no_site(report: Report) -> None:
    """Means stand over the 380 people who have an open site in reach; the longest time is one of the plan."""
    share = report.everybody
    assert share.mean_minutes_now == pytest.approx((100 * 15 + 200 * 20 + 50 * 10 + 30 * 40) / 380)
    assert share.mean_minutes == pytest.approx((100 * 0 + 200 * 10 + 50 * 31 + 30 * 30) / 380)
    assert share.longest_minutes == 31


def test_each_point_has_the_state_of_what_happens_to_it(report: Report) -> None:
    """Who loses cover is never hidden behind "unreachable"."""
    assert report.points["state"].tolist() == [
        "covered",
        "newly_covered",
        "loses_cover",
        "newly_covered",
        "unreachable",
    ]
    assert report.points["site_now"].tolist() == ["s1", "s1", "t1", "t1", ""]
    assert report.points["site"].tolist() == ["s2", "s2", "t2", "t2", ""]
    assert report.points["minutes_now"].tolist()[:4] == [15, 20, 10, 40]
    assert report.points["minutes"].tolist()[:4] == [0, 10, 31, 30]
    assert report.points[["minutes_now", "minutes"]].iloc[4].isna().all()
    assert report.points["tier"].tolist() == ["community_health_centre"] * 2 + ["township_clinic"] * 3


def test_points_carry_what_the_demand_table_states(report: Report) -> None:
    """Names of zones stand beside their keys, and segments have their column."""
    assert report.points["zone_name"].tolist() == ["东街道", "东街道", "西乡", "西乡", ""]
    assert report.points["people_65_plus"].tolist() == [0, 1, 2, 3, 4]


def test_whoever_is_not_covered_learns_why_and_what_it_takes(report: Report) -> None:
    """p2 has no usable site within 30 minutes and is worth one (50 people, t2 covers 30); p4 needs a road."""
    assert report.points["reason"].tolist() == ["", "", "no_site_within_standard", "", "cut_off"]
    assert report.points["remedy"].tolist() == ["", "", "new_candidate_site", "", "road"]
    nearest = report.points["nearest_any_minutes"].tolist()
    assert nearest[:4] == [0, 10, 31, 30]
    assert math.isnan(nearest[4])


def test_sites_say_what_is_done_and_for_whom(report: Report) -> None:
    """s1 is nobody's nearest; t2 covers p3 only, though p2 is nearest to it too."""
    sites = report.sites
    assert sites["action"].tolist() == ["keep", "build", "close", "build"]
    assert sites["status"].tolist() == ["existing", "candidate", "existing", "candidate"]
    assert sites["people_assigned"].tolist() == [0, 300, 0, 30]
    assert sites["points_assigned"].tolist() == [0, 2, 0, 1]
    assert sites["mean_minutes"].tolist()[1::2] == [pytest.approx(2000 / 300), 30]
    assert sites["longest_minutes"].tolist()[1::2] == [10, 30]
    assert sites[["mean_minutes", "longest_minutes"]].iloc[[0, 2]].isna().all(axis=None)


def test_a_site_is_worth_those_who_have_no_other(report: Report) -> None:
    """Without s2 only p1 loses cover, because s1 still covers p0; a closed site has no worth to state."""
    lost = report.sites["people_lost_without"].tolist()
    assert lost[:2] == [0, 200]
    assert math.isnan(lost[2])
    assert lost[3] == 30


def test_bands_hold_everybody_a_tier_serves(report: Report) -> None:
    """A time on an edge belongs below it, 0 to the first band, no time at all to the last."""
    assert bands(report, "community_health_centre", "people_now") == {15: 100, 20: 200}
    assert bands(report, "community_health_centre", "people") == {5: 100, 10: 200}
    assert bands(report, "township_clinic", "people_now") == {10: 50, 45: 30, math.inf: 20}
    assert bands(report, "township_clinic", "people") == {30: 30, 45: 50, math.inf: 20}
    assert sum(band.people_now for band in report.bands) == 400


def test_a_standard_between_the_usual_edges_becomes_one() -> None:
    """A standard of 12 minutes cuts the band from 10 to 15, in all tables alike."""
    tiers = {**TOY_TIERS, "community_health_centre": {"serves": ["urban"], "mode": "walk", "standard_minutes": 12}}
    report = build_report(toy(tiers=tiers))
    edges = [band.up_to for band in report.bands]
    assert edges == [5, 10, 12, 15, 20, 30, 45, 60, 90, math.inf]
    assert report.everybody.covered_now == 50  # p0 at 15 minutes no longer


def test_zones_come_worst_first(report: Report) -> None:
    """People of no stated zone are a row of their own, so that the rows sum to everybody."""
    rows = [(zone.key, zone.name, zone.people, zone.covered, zone.area_class) for zone in report.by_zone]
    assert rows == [("", "", 20, 0, "rural"), ("z2", "西乡", 80, 30, "rural"), ("z1", "东街道", 300, 300, "urban")]
    assert report.by_zone[0].mean_minutes is None


def test_area_classes_come_in_their_fixed_order(report: Report) -> None:
    """A class without demand points has no row."""
    rows = [
        (share.key, share.people, share.covered_now, share.covered, share.unreachable) for share in report.by_area_class
    ]
    assert rows == [("urban", 300, 100, 300, 0), ("rural", 100, 50, 30, 70)]


def test_tiers_have_their_own_denominators(report: Report) -> None:
    """Each tier counts the people it serves, the unreachable among them too, and its sites today and in the plan."""
    centre, clinic = report.tiers
    assert (centre.name_zh, centre.name_en, centre.symbol) == ("社区中心", "Community health centre", "square")
    assert (clinic.name_zh, clinic.name_en, clinic.symbol) == ("乡镇卫生院", "Township clinic", "circle")
    assert (centre.people_served, centre.people_covered_now, centre.people_covered) == (300, 100, 300)
    assert (clinic.people_served, clinic.people_covered_now, clinic.people_covered) == (100, 50, 30)
    assert (centre.unreachable_people, clinic.unreachable_people) == (0, 70)
    assert (centre.sites_now, centre.sites_new, centre.sites_open) == (1, 1, 2)
    assert (clinic.sites_now, clinic.sites_new, clinic.sites_open) == (1, 1, 1)


def test_a_target_of_everybody_asks_for_those_who_can_be_reached(report: Report) -> None:
    """100 percent of the clinic's 100 people needs the 30 whom a usable site can reach."""
    (row,) = report.targets.to_dict("records")
    assert row == {
        "tier": "township_clinic", "area_class": "", "zone": "", "segment": "", "by": "",
            "at_least_percent": 100.0, "people": 100.0,
        "people_needed": 30.0, "people_covered_now": 50.0, "people_covered": 30.0, "met": True,
    }  # fmt: skip


def test_limits_say_how_much_of_them_is_used(report: Report) -> None:
    """The budget counts money in the scenario's currency, the others sites."""
    assert report.limits.to_numpy().tolist() == [
        ["limits.budget", 20.0, 12.0, "CNY"],
        ["limits.new_sites.township_clinic", 1.0, 1.0, "sites"],
    ]


def test_assignment_lists_who_goes_where(report: Report) -> None:
    """Every point with an open site in reach has a row, within the standard or not."""
    assert report.assignment[["demand", "site", "minutes", "within_standard"]].to_numpy().tolist() == [
        [0, 1, 0.0, True],
        [1, 1, 10.0, True],
        [2, 3, 31.0, False],
        [3, 3, 30.0, True],
    ]


def test_objectives_carry_value_bound_and_unit(report: Report) -> None:
    """People and money, each with its proven bound."""
    assert [(level.name, level.value, level.bound, level.gap_percent, level.unit) for level in report.objectives] == [
        ("coverage", 330, 330, 0, "people"),
        ("cost", 12, 12, 0, "CNY"),
    ]


def test_without_a_plan_today_is_told_and_nothing_else(without_plan: Report) -> None:
    """Today's figures stand; those of a plan are None or NaN, never today's in disguise."""
    share = without_plan.everybody
    assert (without_plan.status, share.covered_now, share.covered) == ("infeasible", 150, None)
    assert (share.mean_minutes, share.longest_minutes, without_plan.cost) == (None, None, None)
    assert [level.value for level in without_plan.objectives] == [None, None]
    assert without_plan.points["state"].tolist() == ["covered", "uncovered", "covered", "uncovered", "unreachable"]
    assert without_plan.points["minutes"].isna().all()
    assert without_plan.points["site"].eq("").all()
    assert without_plan.sites["action"].tolist() == ["keep", "none", "keep", "none"]
    assert without_plan.sites["people_assigned"].isna().all()
    assert without_plan.targets["met"].tolist() == [None]
    assert without_plan.limits["used"].isna().all()
    assert len(without_plan.assignment) == 0
    assert [zone.key for zone in without_plan.by_zone] == ["", "z1", "z2"]  # 0 of 20, 100 of 300, 50 of 80 today
    assert [band.people for band in without_plan.bands] == [None] * 9


def test_without_a_plan_nobody_blames_limits(without_plan: Report) -> None:
    """Only those whom no usable site reaches have a reason."""
    assert without_plan.points["reason"].tolist() == ["", "", "", "", "cut_off"]


def test_people_whom_no_tier_serves_count_as_uncovered() -> None:
    """Without a tier for the countryside its 100 people stay in the denominator, with the reason."""
    run = toy(tiers={**TOY_TIERS, "township_clinic": {**TOY_TIERS["township_clinic"], "serves": ["town"]}})
    problem = run.problem.replace(targets=())
    run = replace(
        run, scenario=run.scenario.replace(targets=()), problem=problem,
        solution=replace(run.solution, evaluation=evaluate(problem, run.solution.open)),
    )  # fmt: skip
    report = build_report(run)
    assert (report.everybody.people, report.everybody.covered, report.everybody.unreachable) == (400, 300, 0)
    assert report.points["reason"].tolist() == ["", ""] + ["not_served"] * 3
    assert report.points["remedy"].tolist() == ["", ""] + ["add_tier"] * 3
    assert report.points["tier"].tolist()[2:] == ["", "", ""]
    assert sum(band.people_now for band in report.bands) == 300


def test_what_limits_forbid_is_told_from_what_nobody_asked_for() -> None:
    """Without s2, which costs 7 beside t2 for 5, p1 is uncovered by choice within 20, by the limits within 11."""
    plan = np.array([True, False, False, True])
    run = toy(open_sites=plan)
    assert build_report(run).points["reason"].tolist()[1] == "not_chosen"
    problem = run.problem.replace(budget=11.0)
    poor = build_report(replace(run, problem=problem))
    assert poor.points["reason"].tolist()[1] == "limits"
    assert poor.points["remedy"].tolist()[1] == "raise_limits"


def test_places_too_small_for_a_site_get_a_mobile_round() -> None:
    """Where all the unreachable of a zone are fewer than the smallest site covers, a site is not what it takes."""
    run = toy()
    people = run.area.demand.people.copy()
    people[2] = 29  # t2 covers 30
    problem = run.problem.replace(people=people)
    run = replace(
        run, problem=problem, baseline=evaluate(problem, problem.existing),
        area=run.area.replace(demand=replace(run.area.demand, people=people)),
    )  # fmt: skip
    evaluation = evaluate(problem, run.solution.open)
    levels = (Level("coverage", 330.0, 330.0), Level("cost", 12.0, 12.0))
    report = build_report(replace(run, solution=replace(run.solution, evaluation=evaluation, levels=levels)))
    assert report.points["remedy"].tolist()[2] == "mobile_round"


def test_a_plan_that_breaks_a_rule_is_refused() -> None:
    """With t1 open though fixed closed there is no report."""
    with pytest.raises(RefereeError, match="fixed closed is open"):
        build_report(toy(open_sites=np.array([True, True, True, True])))


def test_a_solver_that_claims_too_much_is_refused() -> None:
    """An objective value that the sites do not give is an error, not a figure."""
    run = toy()
    levels = (Level("coverage", 340.0, 340.0), run.solution.levels[1])
    with pytest.raises(RefereeError, match="objective coverage: 340 is stated, 330 is counted"):
        build_report(replace(run, solution=replace(run.solution, levels=levels)))


# --- single measures --------------------------------------------------------------------------------------------------


def test_symbols_are_fixed_for_the_usual_tiers_and_free_for_the_others() -> None:
    """Centres are squares, township clinics circles; no two tiers share a symbol while there are enough."""
    usual = symbols_of(["hospital", "township_clinic", "post", "community_health_centre"])
    assert usual == {
        "hospital": "hexagon", "township_clinic": "circle", "post": "triangle", "community_health_centre": "square",
    }  # fmt: skip
    assert list(symbols_of(["a", "b", "c"]).values()) == ["square", "circle", "hexagon"]
    assert len(symbols_of("abcdefg")) == 7


def test_a_tier_without_a_name_is_called_by_its_key() -> None:
    """A stated name wins over the usual one, and the usual one over the key."""
    clinic = Tier(mode="drive", standard_minutes=30)
    assert names_of("district_hospital", clinic) == ("District hospital", "District hospital")
    assert names_of("township_clinic", clinic) == ("乡镇卫生院", "Township clinic")
    assert names_of("township_clinic", clinic.model_copy(update={"name_en": "Clinic"})) == ("乡镇卫生院", "Clinic")


def test_small_places_of_one_zone_are_worth_a_site_together() -> None:
    """Two points of 20 in one zone outweigh a site that covers 30; alone, or in no zone, they do not."""
    reasons = np.array(["no_site_within_standard"] * 5 + ["limits", ""], dtype=object)
    zone = np.array(["a", "a", "b", "", "", "b", "b"], dtype=object)
    people = np.full(7, 20.0)
    assert remedies_of(reasons, people, zone, 30.0).tolist() == [
        "new_candidate_site", "new_candidate_site", "mobile_round", "mobile_round", "mobile_round", "raise_limits", "",
    ]  # fmt: skip


def test_costs_stated_by_the_tier_stand_beside_the_site() -> None:
    """Where the table states no cost, the site shows what the problem reckons with; unknown costs stay unknown."""
    run = toy()
    costs = run.area.sites.build_cost.copy()
    costs[3] = np.nan  # t2 costs 5 all the same
    report = build_report(replace(run, area=run.area.replace(sites=replace(run.area.sites, build_cost=costs))))
    assert report.sites["build_cost"].tolist()[1::2] == [7, 5]
    assert report.sites["build_cost"].iloc[[0, 2]].isna().all()


def test_one_tier_covered_and_one_to_be_had_is_a_choice() -> None:
    """A point that an open site covers for one tier needs an addition for the other tier alone."""
    tiers = {key: {"mode": "walk", "standard_minutes": 15} for key in ("a", "b")}
    scenario = scenario_of(tiers, ("cost",))
    area = area_of([10], [""], ["rural"], [("a1", "a", True, "", np.nan), ("b1", "b", False, "", 3)])
    times = {"walk": times_of("walk", {(0, 0): 5, (0, 1): 6}, 1, 2)}
    report = build_report(run_of(scenario, area, times, problem_of(scenario, area, times), np.array([True, False])))
    assert report.points[["state", "reason", "remedy", "tier"]].iloc[0].tolist() == [
        "uncovered", "not_chosen", "raise_target", "b",
    ]  # fmt: skip
    assert report.by_zone == ()
