"""Coverage counted on the cells of a population raster, beside that of the demand points they were put together to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from facopt.inputs.cells import MOST_FINE_CELLS
from facopt.measures.check import has_plan
from facopt.outputs import numbers
from facopt.outputs.tables.people import frame_of, tier_terms
from facopt.outputs.tables.view import TableView, column
from facopt.outputs.words import WORDS, pair

if TYPE_CHECKING:
    from facopt.measures.report import FineGrid, FineShare, Report


def fine_grid_table(report: Report) -> TableView:
    """By tier and for everybody: covered by demand point, by cell, and the error; no rows where nothing was checked."""
    columns = (
        column("tier", "term", terms={**tier_terms(report), "": WORDS["all_tiers"]}),
        column("people", "people"),
        column("covered_now", "people"),
        column("cells_covered_now", "people"),
        column("cells_error_now", "difference_people"),
        column("cells_error_now_points", "points"),
        column("covered", "people"),
        column("cells_covered", "people"),
        column("cells_error", "difference_people"),
        column("cells_error_points", "points"),
        column("cells_differ", "people"),
    )
    grid = report.fine_grid
    rows = [] if grid is None else [_row(share) for share in grid.shares]
    notes = () if grid is None else (_sentence(report, grid),)
    return TableView("fine_grid", WORDS["table.fine_grid"], columns, frame_of(columns, rows), notes=notes)


def _row(share: FineShare) -> dict[str, Any]:
    now = share.fine_now - share.model_now
    plan = None if share.fine is None or share.model is None else share.fine - share.model
    return {
        "tier": share.tier,
        "people": share.people,
        "covered_now": share.model_now,
        "cells_covered_now": share.fine_now,
        "cells_error_now": now,
        "cells_error_now_points": _points(now, share.people),
        "covered": share.model,
        "cells_covered": share.fine,
        "cells_error": plan,
        "cells_error_points": _points(plan, share.people),
        "cells_differ": share.differ_now if share.differ is None else share.differ,
    }


def _points(people: float | None, whole: float) -> float | None:
    return None if people is None or not whole > 0 else 100.0 * people / whole


def fine_grid_sentence(report: Report) -> tuple[str, str] | None:
    """Return in both languages what the cells say of everybody, or why they say nothing; None where there are none."""
    return None if report.fine_grid is None else _sentence(report, report.fine_grid)


def _sentence(report: Report, grid: FineGrid) -> tuple[str, str]:
    size = {"cells": numbers.count(grid.cells), "points": numbers.count(grid.points)}
    share = grid.everybody
    if share is None:
        most = {"most": numbers.count(MOST_FINE_CELLS)} if grid.skipped == "too_many_cells" else {}
        return pair(f"fine_grid.{grid.skipped}", **size, **most)
    row, planned = _row(share), has_plan(report)
    return pair(
        "fine_grid.sentence",
        **size,
        fine=numbers.share_percent(row["cells_covered" if planned else "cells_covered_now"], share.people),
        model=numbers.share_percent(row["covered" if planned else "covered_now"], share.people),
        error=numbers.difference(row["cells_error_points" if planned else "cells_error_now_points"], 2),
        people=numbers.difference_people(row["cells_error" if planned else "cells_error_now"]),
    )
