"""The figures of the first page, the summary table of all headline figures, and equity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from facopt.measures import equity
from facopt.measures.check import has_plan
from facopt.measures.coverage import people_by_state
from facopt.measures.report import CLOSED_ACTIONS, OPEN_ACTIONS
from facopt.outputs import numbers
from facopt.outputs.tables.people import frame_of
from facopt.outputs.tables.settlements import uncovered_points
from facopt.outputs.tables.view import TableView, column, terms_of
from facopt.outputs.words import WORDS

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from facopt.measures.report import Report


@dataclass(frozen=True)
class Headline:
    """The figures with which map, report, gallery and comparison open; None where there is no plan."""

    people: float
    covered_now: float
    covered_now_percent: float | None
    covered: float | None
    covered_percent: float | None
    newly_covered: float | None
    """Covered in the plan and not today; gains and losses are never only netted."""
    loses_cover: float | None
    uncovered: float
    """Not covered in the plan; without one, not covered today."""
    uncovered_points: int
    unreachable: float
    sites_now: int
    sites_new: int | None
    sites_closed: int | None
    sites_open: int | None
    cost: float | None
    cost_per_newly_covered: float | None


def headline(report: Report) -> Headline:
    """Return the headline figures of a report."""
    all_, planned = report.everybody, has_plan(report)
    states = people_by_state(report.points, planned=planned)
    newly = states["newly_covered"] if planned else None
    actions = report.sites["action"]
    return Headline(
        people=all_.people,
        covered_now=all_.covered_now,
        covered_now_percent=numbers.share(all_.covered_now, all_.people),
        covered=all_.covered if planned else None,
        covered_percent=numbers.share(all_.covered, all_.people) if planned else None,
        newly_covered=newly,
        loses_cover=states["loses_cover"] if planned else None,
        uncovered=float(uncovered_points(report)["people"].sum()),
        uncovered_points=int((uncovered_points(report)["people"] > 0).sum()),
        unreachable=all_.unreachable,
        sites_now=int((report.sites["status"] == "existing").sum()),
        sites_new=int((actions == "build").sum()) if planned else None,
        sites_closed=int(actions.isin(CLOSED_ACTIONS).sum()) if planned else None,
        sites_open=int(actions.isin(OPEN_ACTIONS).sum()) if planned else None,
        cost=report.cost if planned else None,
        cost_per_newly_covered=report.cost / newly if planned and report.cost is not None and newly else None,
    )


def summary_table(report: Report) -> TableView:
    """All headline figures, now and in the plan, each with its unit."""
    columns = (
        column("figure", "term", terms=terms_of("figure")),
        column("now", "measured"),
        column("plan", "measured"),
        column("difference", "measured_change"),
        column("unit", "term", terms=terms_of("unit")),
    )
    h, all_ = headline(report), report.everybody
    minutes = (all_.mean_minutes_now, all_.mean_minutes)
    figures: tuple[tuple[str, float | None, float | None, str], ...] = (
        ("people", h.people, h.people, "people"),
        ("covered", h.covered_now, h.covered, "people"),
        ("covered_percent", h.covered_now_percent, h.covered_percent, "percent"),
        ("newly_covered", None, h.newly_covered, "people"),
        ("loses_cover", None, h.loses_cover, "people"),
        ("uncovered", h.people - h.covered_now, h.uncovered if h.covered is not None else None, "people"),
        ("unreachable", h.unreachable, h.unreachable, "people"),
        ("mean_minutes", *minutes, "minutes"),
        ("sites_open", h.sites_now, h.sites_open, "sites"),
        ("sites_new", None, h.sites_new, "sites"),
        ("sites_closed", None, h.sites_closed, "sites"),
        ("cost", None, h.cost, report.currency),
        ("cost_per_newly_covered", None, h.cost_per_newly_covered, report.currency),
    )
    rows = [_figure_row(*figure) for figure in figures]
    return TableView("summary", WORDS["table.summary"], columns, frame_of(columns, rows))


def _figure_row(key: str, now: float | None, plan: float | None, unit: str) -> dict[str, Any]:
    change = None if now is None or plan is None else plan - now
    return {"figure": key, "now": now, "plan": plan, "difference": change, "unit": unit}


def reached_now(report: Report) -> pd.DataFrame:
    """Return `minutes` and `people` of the points that have an open site today."""
    return _reached(report, "minutes_now")


def reached_in_plan(report: Report) -> pd.DataFrame:
    """Return `minutes` and `people` of the points that have an open site in the plan; nobody without a plan."""
    return _reached(report, "minutes") if has_plan(report) else _reached(report, "minutes").iloc[:0]


def _reached(report: Report, key: str) -> pd.DataFrame:
    points = report.points[["people", "zone", key]].set_axis(["people", "zone", "minutes"], axis="columns")
    return points.dropna(subset=["minutes"])


_MEASURES: tuple[tuple[str, str, Callable[[pd.DataFrame], float | None]], ...] = (
    ("mean_minutes", "minutes", lambda p: equity.mean_of_farthest(p["minutes"], p["people"], 1.0)),
    ("within_90", "minutes", lambda p: equity.within_minutes(p["minutes"], p["people"], 0.9)),
    ("farthest_10", "minutes", lambda p: equity.mean_of_farthest(p["minutes"], p["people"], 0.1)),
    ("gini", "coefficient", lambda p: equity.gini(p["minutes"], p["people"])),
    ("theil", "coefficient", lambda p: equity.theil(p["minutes"], p["people"])),
    ("theil_between", "coefficient", lambda p: _theil_part(p, 0)),
    ("theil_within", "coefficient", lambda p: _theil_part(p, 1)),
)


def _theil_part(points: pd.DataFrame, part: int) -> float | None:
    parts = equity.theil_parts(points["minutes"], points["people"], points["zone"].astype(str))
    return None if parts is None else parts[part]


def within_nine_tenths(report: Report) -> tuple[float | None, float | None]:
    """Return the minutes within which nine people in ten have an open site, today and in the plan."""
    now, plan = reached_now(report), reached_in_plan(report)
    return (
        equity.within_minutes(now["minutes"], now["people"], 0.9),
        equity.within_minutes(plan["minutes"], plan["people"], 0.9),
    )


def equity_table(report: Report) -> TableView:
    """How evenly minutes are spread over the people who have an open site, now and in the plan."""
    columns = (
        column("measure", "term", terms=terms_of("measure")),
        column("now", "measured"),
        column("plan", "measured"),
        column("difference", "measured_change"),
        column("unit", "term", terms=terms_of("unit")),
    )
    now, plan = reached_now(report), reached_in_plan(report)
    measures = [m for m in _MEASURES if report.by_zone or not m[0].startswith("theil_")]
    rows = []
    for key, unit, measure in measures:
        row = _figure_row(key, measure(now), measure(plan), unit)
        rows.append({"measure": row.pop("figure"), **row})
    return TableView("equity", WORDS["table.equity"], columns, frame_of(columns, rows))
