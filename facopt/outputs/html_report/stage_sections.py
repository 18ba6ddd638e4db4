"""Sections about a plan in stages: coverage and money over time, what is done when, and the rules it keeps."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from facopt.measures.planning import TODAY
from facopt.outputs import charts, numbers
from facopt.outputs.html_report.material import Section, note, paragraph
from facopt.outputs.html_report.plan_sections import site_symbols
from facopt.outputs.html_report.table_html import Drawn, Look, table_html
from facopt.outputs.tables.planning import order_costs, planning_of, stage_terms
from facopt.outputs.tables.view import printed_measure, records
from facopt.outputs.words import WORDS, both, both_of, named, pair

if TYPE_CHECKING:
    from facopt.outputs.html_report.material import Material
    from facopt.outputs.html_report.table_html import Row


def stages(m: Material) -> Section | None:
    """Return how coverage and money go from today through the stages."""
    if m.report.planning is None or not m.planned:
        return None
    view = m.tables["stages"]
    coverage = table_html(view.where(view.frame["tier"] == ""), Look(_COVERAGE, strong=_STRONG))
    tiers = view.where(view.frame["tier"] != "")
    tiers = replace(tiers, frame=tiers.frame.sort_values("tier", kind="stable", ignore_index=True))
    by_tier = table_html(tiers, Look(("tier", *_COVERAGE, *_ROOM), strong=_STRONG))
    inner = (
        f'<div class="two">{stage_chart(m)}<div>{coverage}{note("stages.note")}</div></div>{_baseline(m)}'
        f"<h3>{both('stages.money')}</h3>{money_html(m)}{_present_cost(m)}"
        f"<h3>{both('stages.by_tier')}</h3>{by_tier}{_segments(m)}{_orders(m)}"
    )
    return Section("stages", "section.stages", inner)


_COVERAGE = (
    "stage", "stage_people", "stage_covered", "stage_covered_percent", "stage_change_points", "stage_sites_open",
    "stage_sites_new",
)  # fmt: skip
_ROOM = ("capacity", "load", "use_percent")
_STRONG = frozenset({"stage_covered_percent"})


def stage_chart(m: Material) -> str:
    """Return coverage by stage as a line over bars of each stage's capital."""
    planning = planning_of(m.report)
    names, everybody = stage_terms(m.report), planning.stages[planning.stages["tier"] == ""]
    capital = dict(zip(planning.money["stage"], planning.money["capital"], strict=True))
    steps = []
    for row in records(everybody):
        percent = numbers.share(row["people_covered"], row["people"]) or 0.0
        spent = capital.get(row["stage"])
        told = "" if spent is None else m.money_headline(spent)
        year = str(planning.base_year) if row["stage"] == TODAY and planning.base_year else str(row["stage"])
        label = (year, year) if year.isdigit() else names[str(row["stage"])]
        steps.append(charts.StageStep(label, percent, numbers.percent(percent), spent or 0.0, told))
    words = (WORDS["stages.chart"], WORDS["stages.chart_coverage"], WORDS["stages.chart_capital"])
    return f'<div class="stagechart">{charts.stage_chart(steps, words)}</div>'


def money_html(m: Material) -> str:
    """Return the table of capital by stage and source, against budgets, with what runs then."""
    view = m.tables["stage_money"]
    figures = ("staff", "staff_per_1000", "beds", "beds_per_1000", "floor_area_m2", "running_cost")
    unused = [key for key in figures if not view.frame[key].gt(0).any()]
    columns = [column.key for column in view.columns if column.key not in unused]
    return table_html(view, Look(tuple(columns), strong=frozenset({"capital"})))


def _baseline(m: Material) -> str:
    """Say how many of the last stage's people today's facilities would cover."""
    last = str(planning_of(m.report).money["stage"].iloc[-1])
    if not last.isdigit():
        return ""
    return paragraph("stages.baseline", year=last, percent=numbers.percent(m.figures.covered_now_percent))


def _present_cost(m: Material) -> str:
    planning = planning_of(m.report)
    if planning.present_cost is None or abs(planning.present_cost - (m.report.cost or 0.0)) < 0.005:
        return ""
    counted = float(planning.money["running_cost"].sum()) > 0 and planning.present_cost > (m.report.cost or 0.0)
    running = WORDS["stages.with_running"] if counted else ("", "")
    return note("stages.present_cost", cost=m.money(planning.present_cost), running=running)


def _segments(m: Material) -> str:
    view = m.tables["stage_segments"]
    if not len(view):
        return ""
    columns = ("segment", "stage", "stage_people", "stage_covered", "stage_covered_percent")
    table = table_html(view, Look(columns, strong=_STRONG))
    return f"<h3>{both('stages.segments')}</h3>{table}{note('stages.segments_note')}"


def _orders(m: Material) -> str:
    """Return what the stages cost planned together against the final plan first, where the run compared them."""
    tried = list(order_costs(m.report))
    if len(tried) < 2:
        return ""
    (chosen, cost), (other, other_cost) = tried
    names = {key: WORDS[f"order.{key}"] for key in (chosen, other)}
    if cost is None or other_cost is None:
        told = paragraph("orders.none", other=names[other if other_cost is None else chosen])
    else:
        values = [_first_value(m, order) for order in (chosen, other)]
        figures = {"cost": m.money(cost), "other_cost": m.money(other_cost), "value": values[0]}
        goal = named("objective", m.report.objectives[0].name)
        told = paragraph(
            "orders.differ", chosen=names[chosen], other=names[other], other_value=values[1], objective=goal, **figures
        )
    look = Look(("order", "objective", "value", "bound", "order_cost"))
    return f"<h3>{both('orders.title')}</h3>{told}{table_html(m.tables['orders'], look)}"


def _first_value(m: Material, order: str) -> tuple[str, str]:
    """Return what an order reaches of the first objective, with its unit."""
    frame = m.tables["orders"].frame
    row = frame[frame["order"] == order].iloc[0]
    return numbers.in_both(lambda lang: printed_measure(row["value"], str(row["unit"]), lang))


def actions(m: Material) -> Section | None:
    """Return every action in the order of the stages."""
    if m.report.planning is None or not m.planned:
        return None
    view = m.tables["actions"]
    if not len(view):
        return Section("actions", "section.actions", paragraph("actions.none"))
    columns = (
        "stage", "action", "name", "zone_name", "sizes", "capacity", "action_cost",
        *(column.key for column in view.columns if column.key.startswith("cost_")), "partner",
    )  # fmt: skip
    look = Look(columns, before=site_symbols(m), strong=frozenset({"name"}), shown_rows=200)
    fold = note("actions.fold") if (view.frame["action"] == "relocate").any() else ""
    return Section("actions", "section.actions", table_html(view, look) + fold)


def rules(m: Material) -> Section | None:
    """Return what the plan must keep, and whom the register of exceptions excuses."""
    if m.report.planning is None:
        return None
    kept, excused = m.tables["rules"], m.tables["exceptions"]
    state = Drawn("state", WORDS["column.kept"], _kept, align="l")
    asked = Drawn("asked", WORDS["column.rule_asked"], _asked, align="l")
    inner = table_html(kept, Look((asked, "scenario_key", state))) if len(kept) else paragraph("rules.none")
    inner += f"<h3>{both('table.exceptions')}</h3>"
    columns = ("points_excused", "people", "excuse", "approved")
    inner += table_html(excused, Look(columns)) if len(excused) else paragraph("exceptions.none")
    return Section("rules", "section.rules", inner)


def _asked(row: Row) -> str:
    return both_of((row["rule_zh"], row["rule_en"]))


def _kept(row: Row) -> str:
    if row["kept"] is None:
        return both("rules.unknown")
    return f'<span class="st ok">{both("rules.kept")}</span>'


def stage_sentence(m: Material) -> tuple[str, str]:
    """Return coverage by stage as it stands in a sentence: 2027 年 82.6%、2030 年 91.9%、2035 年 94.4%."""
    planning = planning_of(m.report)
    rows = planning.stages[(planning.stages["tier"] == "") & (planning.stages["stage"] != TODAY)]
    said = [
        pair(
            "lead.stage",
            year=str(row["stage"]),
            percent=numbers.percent(numbers.share(row["people_covered"], row["people"])),
        )
        for row in records(rows)
    ]
    return "、".join(zh.strip() for zh, _ in said), in_english([en for _, en in said])


def in_english(parts: list[str]) -> str:
    """Return parts as English lists them: a, b and c."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def is_staged(m: Material) -> bool:
    """Return whether the plan has dated stages."""
    return m.planned and m.report.planning is not None and m.report.planning.base_year > 0


def meaning_of_years(m: Material) -> str:
    """Return of which year people are; "" where there is but one."""
    if is_staged(m):
        planning = planning_of(m.report)
        rows = planning.stages[planning.stages["tier"] == ""]
        years = [str(planning.base_year) if row.stage == TODAY else str(row.stage) for row in rows.itertuples()]
        said = [
            pair("meaning.year_people", year=year, people=m.people(float(people)))
            for year, people in zip(years, rows["people"], strict=True)
        ]
        listed = ("、".join(zh for zh, _ in said), ", ".join(en for _, en in said))
        return both("meaning.stages", years=listed, last=years[-1])
    return ""


def meanings(m: Material) -> str:
    """Return of which year people are and what capacities mean, each on a line of its own after others."""
    told = [meaning_of_years(m), both("meaning.capacity") if has_capacities(m) else ""]
    return "".join(f"<br>{one}" for one in told if one)


def has_capacities(m: Material) -> bool:
    """Return whether any tier of the plan has capacities."""
    return m.report.planning is not None and bool(m.report.planning.stages["capacity"].gt(0).any())
