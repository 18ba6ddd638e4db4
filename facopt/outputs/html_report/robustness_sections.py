"""Sections about how far the plan can be leaned on: sensitivity, resilience, and the indicators to watch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from facopt.outputs import charts, numbers
from facopt.outputs.brevity import brief
from facopt.outputs.html_report.material import Section, note, paragraph
from facopt.outputs.html_report.plan_sections import site_symbols
from facopt.outputs.html_report.stability_section import solved_again
from facopt.outputs.html_report.stage_sections import has_capacities
from facopt.outputs.html_report.table_html import CHANGE, Drawn, Look, table_html
from facopt.outputs.tables.people import tier_terms
from facopt.outputs.tables.robustness import variant_words
from facopt.outputs.tables.view import in_both, records
from facopt.outputs.words import WORDS, both, both_of, pair

if TYPE_CHECKING:
    from facopt.outputs.html_report.material import Material
    from facopt.outputs.html_report.table_html import Row


def sensitivity(m: Material) -> Section | None:
    """Return how coverage answers to its assumptions: the widest swing in a sentence, all as a tornado and a table."""
    view = m.tables["sensitivity"]
    left_out = note("stability.left_out") if m.report.stability_left_out else ""
    if not len(view):
        return Section("sensitivity", "section.sensitivity", left_out) if left_out else None
    key = "covered_percent" if m.planned else "covered_now_percent"
    rows = records(view.frame)
    base, swings = float(rows[0][key]) if rows[0]["people"] else 0.0, _swings(m, rows, key)
    inner = ""
    if swings:
        stated = pair("sensitivity.base", percent=numbers.percent(base))
        inner = _widest(swings, base) + charts.tornado(swings, base, stated, WORDS["sensitivity.chart"])
    varied = Drawn("varied", WORDS["column.variant"], lambda row: both_of(variant_words(m.report, row)), align="l")
    columns = (varied, "people", "covered_now", "covered_now_percent", "covered", "covered_percent", "change_points")
    inner += table_html(view, Look(columns, titles=CHANGE)) + note("sensitivity.note") + note("round.note")
    inner += note("sensitivity.assigned") if has_capacities(m) else ""
    return Section("sensitivity", "section.sensitivity", inner + left_out + solved_again(m))


def _swings(m: Material, rows: list[Row], key: str) -> list[charts.Swing]:
    """Return the pairs of variants 20 percent down and up of which both are known."""
    down = {(row["variant"], row["tier"]): row[key] for row in rows if row["change_percent"] < 0}
    up = {(row["variant"], row["tier"]): row[key] for row in rows if row["change_percent"] > 0}
    known = {
        key: sorted((fewer, up[key]))  # more people are worse, more minutes are better: the lower figure stands left
        for key, fewer in down.items()
        if not numbers.is_missing(fewer) and not numbers.is_missing(up.get(key))
    }
    return [
        charts.Swing(
            label=pair(f"sensitivity.{kind}", tier=_short(tier_terms(m.report).get(tier, ("", "")))),
            low=low,
            high=high,
            low_text=numbers.percent(low),
            high_text=numbers.percent(high),
        )
        for (kind, tier), (low, high) in known.items()
    ]


def _short(name: tuple[str, str]) -> tuple[str, str]:
    """Return a name that has room beside a chart."""
    return brief(name[0], 16), brief(name[1], 30)


def _widest(swings: list[charts.Swing], base: float) -> str:
    widest = max(swings, key=lambda swing: swing.high - swing.low)
    return paragraph(
        "sensitivity.sentence",
        what=widest.label,
        low=widest.low_text,
        high=widest.high_text,
        base=numbers.percent(base),
    )


def resilience(m: Material) -> Section | None:
    """Return who has a second facility in reach, and what the loss of each single facility would do, worst first."""
    inner = _second_cover(m) + _single_losses(m)
    return Section("resilience", "section.resilience", inner) if inner else None


def _second_cover(m: Material) -> str:
    view = m.tables["second_cover"]
    if not len(view) or not m.planned:
        return ""
    whole = records(view.frame)[0]
    sentence = paragraph(
        "second_cover.sentence",
        percent=numbers.percent(whole["covered_twice_percent"]),
        people=m.people(whole["hang_on_one"]),
    )
    columns = (
        "tier", "people", "covered_twice_now", "covered_twice_now_percent", "covered_twice", "covered_twice_percent",
        "hang_on_one",
    )  # fmt: skip
    return sentence + table_html(view, Look(columns)) + f"<h3>{both('resilience.single')}</h3>"


def _single_losses(m: Material) -> str:
    view = m.tables["resilience"]
    if not len(view):
        return ""
    worst = view.frame.iloc[0]
    if worst["people_lost_without"] > 0:
        sentence = paragraph(
            "resilience.sentence",
            name=in_both(view.column("name"), records(view.frame.head(1))[0]),
            people=m.people(worst["people_lost_without"]),
            percent=numbers.percent(worst["covered_percent_without"]),
        )
    else:
        sentence = paragraph("resilience.none")
    columns = (
        "name", "tier", "action", "zone_name", "people_lost_without", "covered_percent_without", "change_points",
        "backup", "backup_minutes",
    )  # fmt: skip
    look = Look(columns, titles=CHANGE, before=site_symbols(m), strong=frozenset({"name"}), shown_rows=20)
    return sentence + table_html(view, look) + note("round.note")


def monitoring(m: Material) -> Section:
    """Return the indicators to be measured again every year, with base year, plan, target and what is left."""
    view = m.tables["monitoring"]
    stages = [column.key for column in view.columns if column.key.startswith("plan_")]
    columns = ("indicator", "tier", "area_class", "zone_name", "now", *stages, "plan", "target", "gap_to_target")
    scoped = [key for key in ("area_class", "zone_name") if (view.frame[key] != "").any()]
    kept = tuple(key for key in columns if key not in ("area_class", "zone_name") or key in scoped)
    titles = {"now": WORDS["monitoring.without"]} if stages else {}
    inner = table_html(view, Look(kept, titles=titles)) + note("monitoring.note")
    inner += note("monitoring.targets") if view.frame["target"].notna().any() else ""
    return Section("monitoring", "section.monitoring", inner)
