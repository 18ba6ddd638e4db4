"""The curve of people covered against money or sites, as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from facopt.outputs import numbers
from facopt.outputs.tables.people import frame_of
from facopt.outputs.tables.view import TableView, column, records, terms_of
from facopt.outputs.words import WORDS

if TYPE_CHECKING:
    from facopt.measures.report import Report

Row = dict[str, Any]


def frontier_table(report: Report) -> TableView:
    """What each limit covers at best: the plan found, the bound that is proven, and what the plan uses."""
    columns = (
        column("curve_limit", "measured"),
        column("covered", "people"),
        column("covered_percent", "percent"),
        column("people_at_most", "people"),
        column("gap", "gap"),
        column("proven", "flag"),
        column("sites_new", "count"),
        column("curve_cost", "money", currency=report.currency),
        column("knee", "flag"),
        column("unit", "term", terms=terms_of("unit")),
    )
    rows = [] if report.frontier is None else [_row(row, report.currency) for row in records(report.frontier)]
    return TableView("frontier", WORDS["table.frontier"], columns, frame_of(columns, rows))


def _row(row: Row, currency: str) -> Row:
    return {
        "curve_limit": row["limit"],
        "covered": row["people_covered"],
        "covered_percent": numbers.share(row["people_covered"], row["people"]),
        "people_at_most": row["people_at_most"],
        "gap": row["gap_percent"],
        "proven": row["proven"],
        "sites_new": row["new_sites"],
        "curve_cost": row["cost"],
        "knee": row["knee"],
        "unit": currency if row["by"] == "budget" else "sites",
    }
