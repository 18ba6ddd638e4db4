"""Awkward variants of a report: no plan, no coordinates, one settlement, hostile names."""

from __future__ import annotations

import math
from dataclasses import replace

import pandas as pd

from facopt.errors import Finding, Severity
from facopt.inputs.study_area import Ground
from facopt.measures.report import Assumption, Conflict, Report
from tests.plain_columns import with_covered, with_shares


def without_plan(report: Report, status: str) -> Report:
    """Return the report of the same county where no plan was found: infeasible, or out of time."""
    nothing = math.nan
    state = (
        report.points["state"]
        .map({"covered": "covered", "loses_cover": "covered", "newly_covered": "uncovered"})
        .fillna(report.points["state"])
    )
    points = with_covered(report.points.assign(state=state, minutes=nothing, site=""), planned=False)
    sites = report.sites.assign(
        action="none",
        people_assigned=0.0,
        points_assigned=0,
        mean_minutes=nothing,
        longest_minutes=nothing,
        people_lost_without=nothing,
        action_cost=0.0,
    )
    conflict = Conflict(
        "limits.budget",
        "county.yaml:31",
        20e6,
        31.5e6,
        "CNY",
        "预算由 2,000 万元增至 3,150 万元",
        "raise the budget from ¥20.0 million to ¥31.5 million",
    )
    return replace(
        report,
        status=status,
        points=points,
        sites=sites,
        cost=None,
        assignment=report.assignment.iloc[:0],
        routes={},
        everybody=replace(report.everybody, covered=None, mean_minutes=None, longest_minutes=None),
        by_zone=tuple(
            replace(share, covered=None, mean_minutes=None, longest_minutes=None) for share in report.by_zone
        ),
        objectives=tuple(replace(level, value=None, bound=None, gap_percent=None) for level in report.objectives),
        targets=report.targets.assign(people_covered=None, met=None),
        bands=tuple(replace(band, people=None) for band in report.bands),
        conflicts=(conflict,) if status == "infeasible" else (),
    )


def without_coordinates(report: Report) -> Report:
    """Return the same report as it is where tables and an OD table hold no coordinates."""
    bare = {"lon": math.nan, "lat": math.nan}
    return replace(
        report,
        points=report.points.assign(**bare),
        sites=report.sites.assign(**bare),
        context=report.context.iloc[:0],
        ground=Ground(),
        roads=(),
        routes={},
    )


def one_point(report: Report) -> Report:
    """Return a report of one settlement and one facility, with nothing beneath them."""
    points, sites = report.points.iloc[:1].reset_index(drop=True), report.sites.iloc[:1].reset_index(drop=True)
    people = float(points["people"][0])
    everybody = replace(report.everybody, people=people, covered=people, covered_now=people, unreachable=0.0)
    pair = pd.DataFrame(
        {"demand": [0], "site": [0], "tier": [sites["tier"][0]], "minutes": [5.0], "within_standard": [True]}
    )
    points = points.assign(state="covered", site=sites["id"][0], site_now=sites["id"][0], zone="", zone_name="")
    return replace(
        report,
        points=with_covered(points),
        sites=sites.assign(zone="", zone_name=""),
        assignment=with_shares(pair),
        ground=Ground(),
        roads=(),
        routes={},
        context=report.context.iloc[:0],
        by_zone=(),
        everybody=everybody,
        targets=report.targets.iloc[:0],
    )


def with_english_names(report: Report) -> Report:
    """Return the report with an English name for all but the first settlement and site."""
    points = [""] + [f"Village {k}" for k in range(1, len(report.points))]
    sites = [""] + [f"Clinic {k}" for k in range(1, len(report.sites))]
    zones = {share.key: f"Township {k}" for k, share in enumerate(report.by_zone)}
    return replace(
        report,
        points=report.points.assign(name_en=points, zone_name_en=report.points["zone"].map(zones)),
        sites=report.sites.assign(name_en=sites, zone_name_en=report.sites["zone"].map(zones)),
        by_zone=tuple(replace(share, name_en=zones[share.key]) for share in report.by_zone),
    )


def hostile(report: Report, name: str) -> Report:
    """Return the report with one text in the place of every name."""
    names = {"name": name, "name_en": name, "zone_name": name, "zone_name_en": name}
    points = report.points.assign(**names)
    sites = report.sites.assign(owner=name, size=name, **names)
    return replace(
        report,
        scenario=name,
        title_zh=name,
        title_en=name,
        question=name,
        data_note=name,
        points=points,
        sites=sites,
        context=report.context.assign(name=name, name_en=name, kind=name),
        by_zone=tuple(replace(share, name=name, name_en=name) for share in report.by_zone),
        tiers=tuple(replace(tier, name_zh=name, name_en=name) for tier in report.tiers),
        assumptions=(Assumption(name, name, name, False),),
        findings=(Finding(name, severity=Severity.WARNING),),
    )
