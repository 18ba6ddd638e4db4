"""Other thresholds, standards and speeds against the referee; second cover against closing every site in turn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from facopt.location.problem import least_by_point
from facopt.location.referee import evaluate
from facopt.measures.build import build_report
from facopt.measures.check import check_report
from facopt.measures.coverage import situation
from facopt.measures.sensitivity import covered_by_sites, second_cover_table, sensitivity_table

from .measures_cases import random_run, toy

SEEDS = range(60)


def row_of(table, kind, **cells):
    """Return the one row of a kind with these cells."""
    found = table[table["kind"] == kind]
    for key, value in cells.items():
        found = found[found[key] == value]
    (row,) = found.to_dict("records")
    return row


def tables_of(run, cutoffs=None):
    """Return today's situation, the plan's and the table of variants."""
    problem, segments = run.problem, run.area.demand.segments
    today = situation(problem, problem.existing, run.baseline)
    plan = situation(problem, run.solution.open, run.solution.evaluation)
    cutoffs = [np.inf] * len(problem.services) if cutoffs is None else cutoffs
    return today, plan, sensitivity_table(problem, cutoffs, segments, today, plan)


def with_limits(problem, standards=None, speed=1.0):
    """Return the problem with other standards, or with everybody travelling faster."""
    standards = standards or {}
    services = tuple(
        replace(
            service,
            standard_minutes=standards.get(service.tier, service.standard_minutes),
            minutes=service.minutes / speed,
        )
        for service in problem.services
    )
    return problem.replace(services=services)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_variant_is_what_the_referee_finds(seed: int) -> None:
    """Thresholds, standards and speeds give the people whom the referee counts in the problem changed so."""
    run = random_run(seed)
    problem, open_sites = run.problem, run.solution.open
    _, _, table = tables_of(run)
    tiers = [service.tier for service in problem.services]
    same = {minutes: with_limits(problem, dict.fromkeys(tiers, minutes)) for minutes in (10, 15, 20, 30)}
    changed = [(row_of(table, "stated"), problem)]
    changed += [(row_of(table, "threshold", minutes=minutes), other) for minutes, other in same.items()]
    for percent, factor in ((-20, 0.8), (20, 1.2)):
        for service in problem.services:
            limit = {service.tier: round(service.standard_minutes * factor, 9)}
            row = row_of(table, "standard", tier=service.tier, change_percent=percent)
            assert row["minutes"] == limit[service.tier]
            changed.append((row, with_limits(problem, limit)))
        if len(tiers) > 1:
            changed.append((row_of(table, "speed", change_percent=percent), with_limits(problem, speed=factor)))
    assert len(changed) == len(table[table["kind"] != "segment"])
    for row, other in changed:
        assert row["people_covered"] == pytest.approx(evaluate(other, open_sites).people_covered)
        assert row["people_covered_now"] == pytest.approx(evaluate(other, problem.existing).people_covered)
        assert row["people"] == problem.people.sum()


@pytest.mark.parametrize("seed", SEEDS)
def test_second_cover_is_cover_that_any_single_loss_leaves(seed: int) -> None:
    """Whoever is covered twice stays covered whichever open site is closed, and nobody else does."""
    run = random_run(seed)
    problem, open_sites = run.problem, run.solution.open
    left = evaluate(problem, open_sites).covered
    for site in np.flatnonzero(open_sites):
        without = open_sites.copy()
        without[site] = False
        left = left & evaluate(problem, without).covered
    twice = covered_by_sites(problem, problem.services, open_sites, 2)
    if open_sites.any():
        assert twice.tolist() == left.tolist()
    today, plan, _ = tables_of(run)
    table = second_cover_table(problem, today, plan).set_index("tier")
    assert table.loc["", "people_covered_twice"] == problem.people[twice].sum()
    for service, covered in zip(problem.services, plan.evaluation.covered_by_tier, strict=True):
        assert table.loc[service.tier, "people_covered"] == problem.people[covered].sum()
        assert table.loc[service.tier, "people"] == problem.people[service.needed].sum()


def test_figures_of_the_toy() -> None:
    """Five points by hand: 20 walking minutes reach p1 today, 24 driving minutes lose p3 in the plan."""
    report = build_report(toy())
    table = report.sensitivity
    assert table is not None
    centre = row_of(table, "standard", tier="community_health_centre", change_percent=20.0)
    assert (centre["minutes"], centre["people_covered_now"], centre["people_covered"]) == (18, 150, 330)
    clinic = row_of(table, "standard", tier="township_clinic", change_percent=-20.0)
    assert (clinic["minutes"], clinic["people_covered"]) == (24, 300)
    assert row_of(table, "threshold", minutes=20.0)["people_covered_now"] == 350  # p0, p1, p2
    assert row_of(table, "speed", change_percent=-20.0)["people_covered"] == 300  # p0 and p1; p3 needs 37.5 minutes
    old = row_of(table, "segment", segment="65_plus")
    assert (old["people"], old["people_covered_now"], old["people_covered"]) == (10, 2, 4)  # p0 + p2; p0 + p1 + p3
    assert report.second_cover is not None
    cover = report.second_cover.set_index("tier")
    assert cover.loc["community_health_centre", "people_covered_twice"] == 100  # p0: s1 at 15 and s2 at 0 minutes
    assert cover.loc["", "people_covered_twice_now"] == 0


def test_times_beyond_the_cutoff_give_no_figure() -> None:
    """Where minutes are known up to 15 only, a threshold of 20 is not guessed."""
    _, _, table = tables_of(toy(), cutoffs=[15.0, 60.0])
    known = table[table["kind"] == "threshold"].set_index("minutes")["people_covered"].notna()
    assert known.to_dict() == {10.0: True, 15.0: True, 20.0: False, 30.0: False}


def test_without_a_plan_today_is_varied() -> None:
    """Today's figures stand, the plan's are missing."""
    report = build_report(toy(open_sites=None))
    assert report.sensitivity is not None
    assert report.second_cover is not None
    assert report.sensitivity["people_covered"].isna().all()
    assert report.sensitivity["people_covered_now"].notna().all()
    assert report.second_cover["people_covered_twice"].isna().all()


def test_a_report_whose_variants_contradict_it_is_found_out() -> None:
    """The last check compares the row of nothing varied, segments, thresholds and second cover with the report."""
    report = build_report(toy())
    assert check_report(report) == ()
    sensitivity, second = report.sensitivity.copy(), report.second_cover.copy()
    sensitivity.loc[0, "people_covered"] += 1
    sensitivity.loc[sensitivity["minutes"] == 10.0, "people_covered_now"] = 400
    second.loc[0, "people_covered_twice"] = 399
    found = " ".join(check_report(replace(report, sensitivity=sensitivity, second_cover=second)))
    assert "sensitivity: covered:" in found
    assert "people_covered_now falls" in found
    assert "covered twice than once" in found


@pytest.mark.parametrize("seed", range(5))
def test_least_by_point_is_that_of_each_row(seed: int) -> None:
    """Points with many values, one and none, the first and the last among them."""
    rng = np.random.default_rng(seed)
    demand = np.sort(rng.integers(0, 9, rng.integers(0, 40)))
    values = rng.random(len(demand))
    expected = [min(values[demand == point], default=np.inf) for point in range(9)]
    assert least_by_point(demand, values, 9).tolist() == expected
