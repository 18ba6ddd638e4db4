"""Tables of the question solved again: what each changed assumption costs, and which sites stay chosen."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from facopt.measures.stability import STABLE_PERCENT
from facopt.outputs import numbers
from facopt.outputs.tables.people import frame_of, tier_terms
from facopt.outputs.tables.robustness import segment_terms
from facopt.outputs.tables.view import TableView, column, names, records, terms_of
from facopt.outputs.words import WORDS, named, pair

if TYPE_CHECKING:
    from collections.abc import Mapping

    from facopt.measures.report import Report

Row = dict[str, Any]


def stability_runs_table(report: Report) -> TableView:
    """What each run covers, costs and builds, against the plan."""
    columns = (
        column("rerun", "term", terms=terms_of("rerun")),
        column("rerun_subject", "term", terms=_subjects(report)),
        column("change_percent", "number"),
        column("rerun_status", "term", terms=terms_of("rerun_status")),
        column("people", "people"),
        column("covered", "people"),
        column("covered_percent", "percent"),
        column("build_cost", "money", currency=report.currency),
        column("sites_new", "count"),
        column("same_sites", "count"),
    )
    rows = [] if report.stability_runs is None else [_run_row(row) for row in records(report.stability_runs)]
    return TableView("stability_runs", WORDS["table.stability_runs"], columns, frame_of(columns, rows))


def _subjects(report: Report) -> Mapping[str, tuple[str, str]]:
    return MappingProxyType({"": pair("all"), **terms_of("area_class"), **segment_terms(report), **tier_terms(report)})


def _run_row(row: Row) -> Row:
    return {
        "rerun": row["kind"],
        "rerun_subject": row["subject"],
        "change_percent": row["change_percent"],
        "rerun_status": row["status"],
        "people": row["people"],
        "covered": row["people_covered"],
        "covered_percent": numbers.share(row["people_covered"], row["people"]),
        "build_cost": row["cost"],
        "sites_new": row["new_sites"],
        "same_sites": row["same_sites"],
    }


def run_words(report: Report, row: Mapping[str, Any]) -> tuple[str, str]:
    """Return what a run changes, in words."""
    subject, kind = str(row["rerun_subject"]), str(row["rerun"])
    name = named("segment", subject) if kind == "segment" else _subjects(report).get(subject, (subject, subject))
    return pair(f"rerun_of.{kind}", subject=name, change=numbers.difference(row["change_percent"], 0))


def stability_sites_table(report: Report) -> TableView:
    """How many of the runs choose each site: the plan's own, then what other runs would build instead."""
    columns = (
        column("id"),
        *names(report, "name"),
        column("tier", "term", terms=tier_terms(report)),
        *names(report, "zone_name"),
        column("in_plan", "flag"),
        column("runs_chosen", "count"),
        column("runs_made", "count"),
        column("runs_percent", "percent"),
        column("steadiness", "term", terms=terms_of("steadiness")),
    )
    rows = [] if report.stability_sites is None else [_site_row(report, row) for row in records(report.stability_sites)]
    return TableView("stability_sites", WORDS["table.stability_sites"], columns, frame_of(columns, rows))


def _site_row(report: Report, row: Row) -> Row:
    site = report.sites.iloc[int(row["site"])]
    percent = 100.0 * row["chosen"] / row["runs"]
    return {
        **{key: site[key] for key in ("id", "name", "name_en", "tier", "zone_name", "zone_name_en")},
        "in_plan": bool(row["planned"]),
        "runs_chosen": row["chosen"],
        "runs_made": row["runs"],
        "runs_percent": percent,
        "steadiness": steadiness(bool(row["planned"]), percent),
    }


def steadiness(planned: bool, percent: float) -> str:
    """Return how firmly a site is chosen: stable, fragile, or spare where the plan does not have it."""
    if not planned:
        return "spare"
    return "stable" if percent >= STABLE_PERCENT else "fragile"
