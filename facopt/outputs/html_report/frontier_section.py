"""The section about how much more or less money, or sites, would cover."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from facopt.outputs import numbers
from facopt.outputs.frontier_chart import frontier_chart, limit_text
from facopt.outputs.html_report.material import Section, note, paragraph
from facopt.outputs.html_report.table_html import Look, table_html
from facopt.outputs.words import WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from facopt.outputs.html_report.material import Material
    from facopt.outputs.words import Text

TITLES: Mapping[str, Text] = MappingProxyType(
    {"covered": WORDS["frontier.covered"], "covered_percent": WORDS["frontier.share"]}
)


def frontier(m: Material) -> Section | None:
    """Return the curve with its knee and this plan marked, what is proven of it, and its points as a table."""
    curve = m.report.frontier
    if curve is None or curve.empty:
        return None
    columns = (
        "curve_limit", "covered", "covered_percent", "people_at_most", "gap", "proven", "sites_new", "curve_cost",
        "knee",
    )  # fmt: skip
    inner = _knee(m, curve) + frontier_chart(curve, m.report.currency, _plan(m, curve)) + _proof(curve)
    inner += table_html(m.tables["frontier"], Look(columns, titles=TITLES))
    return Section("frontier", "section.frontier", inner + note("frontier.note"))


def _plan(m: Material, curve: pd.DataFrame) -> tuple[float, float] | None:
    """Return what this run's plan uses and covers."""
    if not m.planned or m.report.everybody.covered is None or m.report.cost is None:
        return None
    built = float((m.report.sites["action"] == "build").sum())
    used = float(m.report.cost) if curve["by"].iloc[0] == "budget" else built
    return used, float(m.report.everybody.covered)


def _knee(m: Material, curve: pd.DataFrame) -> str:
    if not curve["knee"].any():
        return paragraph("frontier.straight")
    point = curve[curve["knee"]].iloc[0]
    return paragraph(
        "frontier.sentence",
        limit=limit_text(float(point["limit"]), str(point["by"]), m.report.currency),
        percent=numbers.share_percent(float(point["people_covered"]), float(point["people"])),
        people=m.people(float(point["people_covered"])),
    )


def _proof(curve: pd.DataFrame) -> str:
    if curve["proven"].all():
        return paragraph("frontier.all_proven")
    return paragraph("frontier.gap", gap=numbers.gap_percent(float(curve["gap_percent"].max())))
