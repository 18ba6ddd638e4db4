"""The tables of a report: rows, order and sums, against the report's own figures."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from facopt.measures.build import build_report
from facopt.measures.check import check_report
from facopt.outputs.tables import TableView, heading, printed, report_tables
from facopt.outputs.tables.people import mode_name, zone_references
from facopt.outputs.tables.summary import headline
from facopt.outputs.tables.view import Column, printed_change, printed_measure
from tests.measures_cases import toy
from tests.report_fixture import VARIANTS, infeasible_report, small_report

if TYPE_CHECKING:
    from facopt.measures.report import Report

REPORTS = {name: make() for name, make in VARIANTS.items()}
PLANNED = [name for name, report in REPORTS.items() if report.everybody.covered is not None]


def tables(report: Report) -> dict[str, TableView]:
    """Return the tables by key."""
    return {table.key: table for table in report_tables(report)}


SMALL_REPORT = REPORTS["small"]
SMALL = tables(SMALL_REPORT)


@pytest.mark.parametrize("name", REPORTS)
def test_the_reports_used_here_are_sound(name: str) -> None:
    """The reports that these tests are made of contradict themselves nowhere."""
    assert check_report(REPORTS[name]) == ()


@pytest.mark.parametrize("name", REPORTS)
def test_every_report_gives_the_same_tables_with_unique_keys(name: str) -> None:
    """All tables are there with their columns, whatever the report lacks."""
    found = report_tables(REPORTS[name])
    assert [(t.key, [c.key for c in t.columns]) for t in found] == [
        (t.key, [c.key for c in t.columns]) for t in report_tables(REPORTS["small"])
    ]
    assert len({t.key for t in found}) == len(found)


@pytest.mark.parametrize("name", REPORTS)
def test_numbers_are_numbers_and_text_is_text(name: str) -> None:
    """Numeric columns hold floats with NaN for missing, text columns strings with "" for missing."""
    for table in report_tables(REPORTS[name]):
        assert table.frame.index.equals(pd.RangeIndex(len(table)))
        for column in table.columns:
            values = table.frame[column.key]
            if column.numeric:
                assert pd.api.types.is_numeric_dtype(values), (table.key, column.key)
            elif column.kind != "flag":
                assert all(isinstance(value, str) for value in values), (table.key, column.key)


@pytest.mark.parametrize("name", PLANNED)
def test_sums_agree_across_tables(name: str) -> None:
    """Tiers apart, every table of people sums to the same people, covered and uncovered."""
    report, found = REPORTS[name], tables(REPORTS[name])
    everybody, covered = report.everybody, report.everybody.covered or 0.0
    assert found["area_classes"].frame["people"].sum() == pytest.approx(everybody.people)
    assert found["area_classes"].frame["covered"].sum() == pytest.approx(covered)
    if len(found["zones"]):
        assert found["zones"].frame["covered"].sum() == pytest.approx(covered)
    assert found["uncovered"].frame["people"].sum() == pytest.approx(everybody.people - covered)
    assert (found["uncovered"].total or {})["people"] == pytest.approx(everybody.people - covered)
    assert found["points"].frame["people"].sum() == pytest.approx(everybody.people)
    bands = found["time_bands"].frame
    assert bands.loc[bands["tier"] == "", "people_plan"].sum() == pytest.approx(everybody.people)
    assert found["projects"].frame["build_cost"].sum() == pytest.approx(report.cost)
    assert found["cost"].frame["build_cost"].sum() == pytest.approx(report.cost)
    assert (found["projects"].total or {})["build_cost"] == report.cost


def test_newly_covered_and_losing_people_are_never_netted() -> None:
    """Gain and loss stand apart and explain the difference between now and plan."""
    h = headline(REPORTS["small"])
    assert h.newly_covered is not None
    assert h.loses_cover is not None
    assert h.newly_covered > 0
    assert h.loses_cover > 0
    assert h.covered == pytest.approx(h.covered_now + h.newly_covered - h.loses_cover)
    assert h.cost_per_newly_covered == pytest.approx((h.cost or 0.0) / h.newly_covered)


@pytest.mark.parametrize("name", ["infeasible", "no_solution"])
def test_without_a_plan_no_figure_is_claimed_for_one(name: str) -> None:
    """Plan figures are missing and today's stay; the uncovered are today's."""
    report, found, h = REPORTS[name], tables(REPORTS[name]), headline(REPORTS[name])
    assert (h.covered, h.covered_percent, h.newly_covered, h.cost, h.sites_new, h.sites_open) == (None,) * 6
    for key in ("tiers", "zones", "area_classes"):
        frame = found[key].frame
        assert frame["covered"].isna().all()
        assert frame["covered_percent"].isna().all()
        assert frame["covered_now"].notna().all()
    assert found["summary"].frame["plan"].dropna().size == 2  # people and the unreachable, which no plan changes
    for key in ("benefit", "cost", "projects", "resilience"):
        assert len(found[key]) == 0
    assert found["uncovered"].frame["people"].sum() == pytest.approx(
        report.everybody.people - report.everybody.covered_now
    )
    assert (found["zones"].frame["rating"] == "").all()


def test_uncovered_are_listed_largest_first_with_a_reason_and_a_remedy() -> None:
    """The list of a plan starts with the largest settlement and leaves nobody without a reason."""
    frame = SMALL["uncovered"].frame
    assert frame["people"].is_monotonic_decreasing
    assert (frame["reason"] != "").all()
    assert (frame["remedy"] != "").all()
    assert set(frame["state"]) == {"uncovered", "unreachable", "loses_cover"}


def test_zones_are_worst_first_and_rated_against_the_target() -> None:
    """The order is the report's; a unit below the 70 % target is short, others met, the total row has no rating."""
    frame = SMALL["zones"].frame
    assert frame["covered_percent"].is_monotonic_increasing
    assert (frame["reference_percent"] == 70).all()
    short = frame["covered_percent"] < 70
    assert short.any()
    assert set(frame.loc[short, "rating"]) == {"short"}
    assert set(frame.loc[~short, "rating"]) == {"met"}
    assert "rating" not in (SMALL["zones"].total or {})


def test_without_a_target_zones_are_rated_against_the_average() -> None:
    """No target is made up: the reference is the share of everybody, and nobody "meets" it."""
    report = small_report()
    report = replace(report, targets=report.targets.iloc[:0])
    frame = tables(report)["zones"].frame
    average = 100 * (report.everybody.covered or 0.0) / report.everybody.people
    assert frame["reference_percent"].to_numpy() == pytest.approx(average)
    assert set(frame["rating"]) == {"above_average", "below_average"}


def test_a_zone_is_held_against_the_strictest_target_that_speaks_of_it() -> None:
    """Targets of other zones, classes and tiers do not count; its own, its class's and its only tier's do."""
    report = small_report()
    row = report.targets.iloc[0].to_dict()
    stated = [
        row | {"zone": "990301201", "at_least_percent": 99.0},
        row | {"area_class": "rural", "at_least_percent": 90.0},
        row | {"tier": "community_health_centre", "at_least_percent": 95.0},
    ]
    report = replace(report, targets=pd.DataFrame([row, *stated]))
    assert zone_references(report) == {
        "990301001": (95.0, True), "990301002": (95.0, True), "990301101": (70.0, True), "990301102": (70.0, True),
        "990301201": (99.0, True), "990301202": (90.0, True),
    }  # fmt: skip


def test_a_hundred_percent_target_is_met_by_all_who_can_be_reached() -> None:
    """A unit whose reachable people are all covered is not rated short for those nobody can reach."""
    report = small_report()
    report = replace(report, targets=report.targets.assign(at_least_percent=100.0))
    frame = tables(report)["zones"].frame.set_index("zone")
    assert frame.loc["990301002", "unreachable"] > 0
    assert frame.loc["990301002", "rating"] == "all_reachable"
    assert frame.loc["990301201", "rating"] == "met"


def test_institution_coverage_counts_units_and_is_not_population_coverage() -> None:
    """Units of the classes served that have a site, now and in the plan, out of those that should."""
    row = SMALL["tiers"].frame.set_index("tier").loc["township_clinic"]
    assert (row["zones_required"], row["zones_with_site_now"], row["zones_with_site"]) == (4, 2, 3)
    assert row["covered_percent"] != pytest.approx(75)


def test_running_shares_of_bands_end_at_all_and_match_coverage_at_the_standard() -> None:
    """Running shares reach 100 for everybody and each tier; at a tier's standard they equal its coverage."""
    report, bands, tiers = REPORTS["small"], SMALL["time_bands"].frame, SMALL["tiers"].frame.set_index("tier")
    for key in ("", *(tier.key for tier in report.tiers)):
        mine = bands[bands["tier"] == key]
        assert mine["running_percent"].is_monotonic_increasing
        assert mine["running_percent"].iloc[-1] == pytest.approx(100)
        assert mine["running_now_percent"].iloc[-1] == pytest.approx(100)
    for tier in report.tiers:
        at = bands[(bands["tier"] == tier.key) & (bands["up_to_minutes"] == tier.standard_minutes)].iloc[0]
        assert at["running_percent"] == pytest.approx(tiers.loc[tier.key, "covered_percent"])
        assert at["running_now_percent"] == pytest.approx(tiers.loc[tier.key, "covered_now_percent"])


def test_benefit_divides_cost_by_those_who_would_lose_cover() -> None:
    """Projects are ranked by who would lose cover; the cost per person is missing where nobody would."""
    report = small_report()
    lost = report.sites["people_lost_without"].where(report.sites["id"] != "C4", 0.0)
    frame = tables(replace(report, sites=report.sites.assign(people_lost_without=lost)))["benefit"].frame
    assert frame["people_lost_without"].is_monotonic_decreasing
    assert frame["rank"].tolist() == [1, 2, 3]
    last = frame.iloc[-1]
    assert last["id"] == "C4"
    assert math.isnan(last["cost_per_person"])
    first = frame.iloc[0]
    assert first["cost_per_person"] == pytest.approx(first["build_cost"] / first["people_lost_without"])


def test_resilience_is_coverage_less_those_who_would_lose_it() -> None:
    """Every open site is listed, worst first, with the coverage that would be left."""
    report, frame = REPORTS["small"], SMALL["resilience"].frame
    assert set(frame["id"]) == set(report.sites.loc[report.sites["action"].isin(["keep", "build"]), "id"])
    assert frame["covered_percent_without"].is_monotonic_increasing
    worst = frame.iloc[0]
    left = (report.everybody.covered or 0.0) - worst["people_lost_without"]
    assert worst["covered_percent_without"] == pytest.approx(100 * left / report.everybody.people)


def test_costs_beyond_the_built_sites_have_their_own_line() -> None:
    """Cost table and project list sum to the plan's cost even where actions other than building cost money."""
    report = small_report()
    found = tables(replace(report, cost=(report.cost or 0.0) + 300_000.0))
    assert found["cost"].frame.set_index("item").loc["other", "build_cost"] == pytest.approx(300_000)
    assert found["projects"].frame["build_cost"].sum() == pytest.approx((found["projects"].total or {})["build_cost"])


def test_a_project_without_a_stated_cost_is_said_so() -> None:
    """A missing cost stays missing and a note counts it; it is not taken for free."""
    report = small_report()
    costs = report.sites["build_cost"].where(report.sites["id"] != "T4")
    found = tables(replace(report, sites=report.sites.assign(build_cost=costs), cost=21_000_000.0))
    assert found["projects"].frame["build_cost"].isna().sum() == 2  # T4 and the closed one
    assert found["projects"].notes[0][1].startswith("1 new sites have no stated cost")


def test_facilities_list_every_site_what_changes_first() -> None:
    """New sites stand first, then closed, kept and unused ones; use is people assigned of capacity."""
    report = small_report()
    report = replace(
        report, sites=report.sites.assign(capacity_people=np.where(report.sites["id"] == "T1", 10_000.0, 0))
    )
    frame = tables(report)["facilities"].frame
    assert frame["action"].tolist() == ["build"] * 3 + ["close"] + ["keep"] * 4 + ["none"] * 2
    use = frame.set_index("id")["use_percent"]
    assert use["T1"] == pytest.approx(frame.set_index("id").loc["T1", "people_assigned"] / 100)
    assert math.isnan(use["C1"])


def test_targets_say_how_many_points_are_missing_only_where_they_are_missed() -> None:
    """A met target is short of nothing; a missed one by the difference of percentages."""
    report = small_report()
    missed = report.targets.assign(at_least_percent=90.0, met=np.array([False], dtype=object))
    row = tables(replace(report, targets=missed))["targets"].frame.iloc[0]
    assert row["points_short"] == pytest.approx(90 - row["covered_percent"])
    assert SMALL["targets"].frame["points_short"].isna().all()
    assert tables(infeasible_report())["targets"].frame["met"].tolist() == [None]


def test_findings_name_the_file_without_its_folders() -> None:
    """The place reads the same on every machine."""
    assert SMALL["findings"].frame["place"].tolist() == ["demand.csv:53 lon"]


def test_a_mode_is_called_by_its_profile() -> None:
    """A mode that the planner calls "ride" with the e-bike profile is called e-bike; an unknown one by its own word."""
    report = replace(small_report(), travel_facts={"ride": {"profile": "ebike"}, "x": {"profile": "hovercraft"}})
    assert mode_name(report, "ride") == ("电动自行车", "e-bike")
    assert mode_name(report, "x") == ("x", "x")
    assert mode_name(report, "walk") == ("步行", "walking")


def test_values_print_by_the_kind_of_their_column() -> None:
    """Terms, flags, pairs and money print in each language; measured values with their unit."""
    cost = SMALL["projects"].column("build_cost")
    assert (heading(cost, "zh"), heading(cost, "en")) == ("投资（万元）", "Cost (¥ million)")
    assert printed(cost, 10_500_000.0, "zh") == "1,050"
    assert printed(SMALL["uncovered"].column("reason"), "cut_off", "zh") == "与道路网不连通"
    assert printed(SMALL["uncovered"].column("reason"), "never heard of", "en") == "never heard of"
    flag = Column("met", ("达标", "Met"), "flag")
    assert [printed(flag, value, "en") for value in (True, False, None)] == ["yes", "no", "–"]
    assert printed(cost, ("合计", "Total"), "en") == "Total"
    assert printed_measure(0.3125, "coefficient", "zh") == "0.313"
    assert printed_measure(12.0, "minutes", "en") == "12.0 minutes"
    assert printed_measure(2_500_000.0, "CNY", "zh") == "250\u2009万元"
    assert printed_measure(None, "people", "zh") == "–"
    assert printed_change(-2_500_000.0, "CNY", "en") == "−¥2.50 million"
    assert printed_change(1.25, "percent", "en") == "+1.3 points"
    assert printed_change(math.nan, "percent", "en") == "–"


def test_a_table_refuses_a_frame_that_is_not_its_columns() -> None:
    """Frame and columns cannot drift apart."""
    with pytest.raises(ValueError, match="frame has columns"):
        TableView("t", ("表", "table"), (Column("a", ("甲", "A")),), pd.DataFrame({"b": ["x"]}))
    with pytest.raises(ValueError, match="total row"):
        TableView("t", ("表", "table"), (Column("a", ("甲", "A")),), pd.DataFrame({"a": ["x"]}), {"b": 1})


# --- sensitivity, second cover, monitoring ---------------------------------------------------------------------------


def test_sensitivity_compares_every_variant_with_the_plan_as_stated() -> None:
    """Shares are of the people counted; changes are points from the first row, which is the plan itself."""
    report = build_report(toy())
    frame = tables(report)["sensitivity"].frame
    assert frame.loc[0, ["variant", "covered_percent", "change_points"]].tolist() == ["stated", 82.5, 0.0]
    row = frame[(frame["variant"] == "standard") & (frame["tier"] == "township_clinic")].iloc[0]
    assert (row["standard_minutes"], row["covered_percent"], row["change_points"]) == (24.0, 75.0, -7.5)
    old = frame[frame["segment"] == "65_plus"].iloc[0]
    assert (old["people"], old["covered_percent"]) == (10.0, 40.0)


def test_second_cover_adds_up_with_those_who_hang_on_one_facility() -> None:
    """Covered twice and covered by one facility only are together the covered people of the plan."""
    report = build_report(toy())
    frame = tables(report)["second_cover"].frame.set_index("tier")
    covered = {"": report.everybody.covered} | {tier.key: tier.people_covered for tier in report.tiers}
    assert (frame["covered_twice"] + frame["hang_on_one"]).to_dict() == covered


def test_monitoring_holds_base_year_plan_and_target() -> None:
    """A target of 100 % counts those who can be reached; the gap is the plan minus the target."""
    report = build_report(toy())
    frame = tables(report)["monitoring"].frame
    coverage = frame[frame["indicator"] == "covered_percent"].set_index("tier")
    assert coverage.loc["", ["now", "plan"]].tolist() == [37.5, 82.5]
    assert math.isnan(coverage.loc["", "target"])
    assert coverage.loc["township_clinic", ["plan", "target", "gap_to_target"]].tolist() == [30.0, 30.0, 0.0]
    left = frame[frame["indicator"] == "uncovered"].iloc[0]
    assert (left["now"], left["plan"], left["unit"]) == (250.0, 70.0, "people")
    every_target = {(row["tier"], row["area_class"], row["zone"]) for row in SMALL_REPORT.targets.to_dict("records")}
    shown = tables(SMALL_REPORT)["monitoring"].frame
    assert shown["target"].notna().sum() == len(every_target)
