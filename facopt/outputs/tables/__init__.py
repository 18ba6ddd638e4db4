"""The tables of a report, prepared once: page, workbook and CSV files show the same rows with the same figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from facopt.outputs.tables import (
    fine_grid,
    frontier,
    people,
    planning,
    proof,
    robustness,
    settlements,
    sites,
    stability,
    summary,
)
from facopt.outputs.tables.view import Column, Kind, TableView, heading, printed

if TYPE_CHECKING:
    from facopt.measures.report import Report

__all__ = ["Column", "Kind", "TableView", "heading", "page_tables", "printed", "report_tables"]

_BUILDERS = (
    summary.summary_table,
    people.tiers_table,
    people.zones_table,
    people.area_classes_table,
    people.time_bands_table,
    settlements.uncovered_table,
    sites.facilities_table,
    sites.benefit_table,
    sites.build_order_table,
    sites.cost_table,
    frontier.frontier_table,
    summary.equity_table,
    robustness.sensitivity_table,
    stability.stability_runs_table,
    stability.stability_sites_table,
    robustness.second_cover_table,
    sites.resilience_table,
    proof.targets_table,
    proof.limits_table,
    robustness.monitoring_table,
    sites.projects_table,
    proof.conflicts_table,
    proof.findings_table,
    proof.assumptions_table,
    fine_grid.fine_grid_table,
    proof.objective_table,
)
_OF_FILES = (settlements.points_table, settlements.assignment_table)
"""Every demand point and whom it goes to: for programs, too long for pages."""


def report_tables(report: Report) -> tuple[TableView, ...]:
    """Return all tables of a report in the order in which it shows them.

    Every table is there for every report, so that files keep their shape: without a plan its figures are missing (NaN),
    and a table of which there is nothing (no conflicts, no projects) has no rows. Reports of the planning model have
    tables of their own behind the headline figures.
    """
    return (*page_tables(report), *(build(report) for build in _OF_FILES))


def page_tables(report: Report) -> tuple[TableView, ...]:
    """Return those of the tables that a page shows."""
    tables = [build(report) for build in _BUILDERS]
    return tuple(tables) if report.planning is None else (tables[0], *planning.planning_tables(report), *tables[1:])
