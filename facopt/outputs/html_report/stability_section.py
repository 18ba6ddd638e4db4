"""The part of the sensitivity section that solves again: what each assumption costs, which sites stay chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from facopt.outputs import charts, numbers
from facopt.outputs.html_report.material import note, paragraph
from facopt.outputs.html_report.plan_sections import site_symbols
from facopt.outputs.html_report.table_html import Drawn, Look, table_html
from facopt.outputs.tables.stability import run_words
from facopt.outputs.tables.view import records
from facopt.outputs.words import WORDS, both, both_of

if TYPE_CHECKING:
    from facopt.outputs.html_report.material import Material
    from facopt.outputs.html_report.table_html import Row
    from facopt.outputs.numbers import Lang
    from facopt.outputs.tables.view import TableView

MOST_SPARE = 12
"""Sites of other runs only that the page lists; workbook and files have all."""


def solved_again(m: Material) -> str:
    """Return which sites stay chosen when assumptions change; "" where the scenario does not ask for it."""
    runs, sites = m.tables["stability_runs"], m.tables["stability_sites"]
    if not len(runs):
        return ""
    rows = records(runs.frame)
    varied = Drawn("varied", WORDS["column.rerun"], lambda row: both_of(run_words(m.report, row)), align="l")
    columns = (varied, "rerun_status", "covered", "covered_percent", "build_cost", "sites_new", "same_sites")
    short = note("stability.not_made") if (runs.frame["rerun_status"] == "not_made").any() else ""
    return (
        f"<h3>{both('stability.title')}</h3>"
        + _sentence(m)
        + _tornado(m, rows)
        + table_html(runs, Look(columns))
        + short
        + f"<h3>{both('stability.sites_title')}</h3>"
        + _sites_table(m, sites)
        + note("stability.note")
    )


def _sentence(m: Material) -> str:
    frame = m.tables["stability_sites"].frame
    own = frame[frame["in_plan"].astype(bool)]
    if not len(own):
        return paragraph("stability.nothing_new")
    stable = int((own["steadiness"] == "stable").sum())
    counts = {"new": len(own), "stable": stable, "fragile": len(own) - stable, "runs": int(own["runs_made"].iloc[0])}
    return paragraph("stability.sentence", **{key: numbers.count(number) for key, number in counts.items()})


def _sites_table(m: Material, view: TableView) -> str:
    own = view.frame["in_plan"].astype(bool)
    rank = (~own).cumsum()
    shown = view.where(own | (rank <= MOST_SPARE))
    columns = ("name", "tier", "zone_name", "runs_chosen", "runs_made", "runs_percent", "steadiness")
    look = Look(columns, before=site_symbols(m), strong=frozenset({"name"}), shown_rows=25)
    return table_html(shown, look)


def _tornado(m: Material, rows: list[Row]) -> str:
    """Return the swing of the cost where cost is what the plan minimises first, else of the coverage."""
    by_cost = m.report.objectives[0].name == "cost" if m.report.objectives else False
    key = "build_cost" if by_cost else "covered_percent"
    stated = rows[0][key]

    def told(value: float, lang: Lang) -> str:
        if by_cost:
            return numbers.money_headline(value, m.report.currency, lang)
        return numbers.percent(value)

    def both_told(value: float) -> tuple[str, str]:
        return numbers.in_both(lambda lang: told(value, lang))

    swings = [
        charts.Swing(
            label=run_words(m.report, {"rerun": f"{kind}_swing", "rerun_subject": subject, "change_percent": 0.0}),
            low=down,
            high=up,
            low_text=both_told(down),
            high_text=both_told(up),
        )
        for (kind, subject), (down, up) in _pairs(rows, key).items()
    ]
    if not swings:
        return ""
    title = WORDS["stability.chart_cost" if by_cost else "stability.chart"]
    return charts.tornado(swings, stated, both_told(stated), title)


def _pairs(rows: list[Row], key: str) -> dict[tuple[str, str], tuple[float, float]]:
    """Return the figure of a variant 20 percent down and up, where both have a plan."""
    known = {
        (row["rerun"], row["rerun_subject"], row["change_percent"] > 0): float(row[key])
        for row in rows
        if row["rerun"] in ("standard", "speed") and not numbers.is_missing(row[key])
    }
    both_ways = [(kind, subject) for kind, subject, up in known if up and (kind, subject, False) in known]
    return {pair: (known[*pair, False], known[*pair, True]) for pair in both_ways}
