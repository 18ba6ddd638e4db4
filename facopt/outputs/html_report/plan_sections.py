"""Sections about the plan: facilities, what each brings and costs, equity, targets and the project list."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from facopt.measures import equity
from facopt.measures.report import OPEN_ACTIONS
from facopt.outputs import charts, numbers
from facopt.outputs.html_report.material import Section, facility_symbol, note, paragraph
from facopt.outputs.html_report.table_html import Drawn, Look, flag_tag, table_html
from facopt.outputs.tables.people import tier_terms
from facopt.outputs.tables.planning import stage_name
from facopt.outputs.tables.summary import reached_in_plan, reached_now
from facopt.outputs.tables.view import in_both, printed_measure
from facopt.outputs.words import WORDS, both, both_of, pair

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from facopt.measures.report import Clash, Conflict, Shortfall
    from facopt.outputs.html_report.material import Material
    from facopt.outputs.html_report.table_html import Row
    from facopt.outputs.tables.view import TableView

_STRONG_NAME = frozenset({"name"})


def conflicts(m: Material) -> Section | None:
    """Return why there is no plan: each verified way out with what is stated and what would be needed."""
    if m.report.status == "no_solution" and m.report.conflicts:
        inner = f"{paragraph('conflicts.easier')}{_ways_out(m)}"
        return Section("conflicts", "section.conflicts", inner + note("conflicts.today_only"))
    if m.report.status != "infeasible":
        return None
    if not m.report.conflicts:
        inner = paragraph("conflicts.none_verified" if m.report.shortfalls else "conflicts.none_found")
    else:
        inner = paragraph("terminal.ways_out") + _ways_out(m)
    inner = _clashes(m) + inner + _shortfalls(m)
    return Section("conflicts", "section.conflicts", inner + note("conflicts.today_only"))


def _ways_out(m: Material) -> str:
    return f'<ol class="ways">{"".join(map(_way_out, m.report.conflicts))}</ol>'


def _clashes(m: Material) -> str:
    """Return the statements that cannot hold together, each with its line."""
    if not m.report.clashes:
        return ""
    items = "".join(map(_clash, m.report.clashes))
    told = "conflicts.clash" if m.report.clashes_are_all_needed else "conflicts.clash_in_time"
    told = "conflicts.clash_single" if len(m.report.clashes) == 1 else told
    return f'{paragraph(told)}<ul class="ways">{items}</ul>'


def _shortfalls(m: Material) -> str:
    """Return the changes that are known not to be enough, where it is not known what is."""
    if not m.report.shortfalls:
        return ""
    return f'{paragraph("conflicts.shortfalls")}<ul class="ways">{"".join(map(_clash, m.report.shortfalls))}</ul>'


def _clash(one: Clash | Shortfall) -> str:
    where = f"<code>{html.escape(one.key)}</code> {html.escape(_file(one.place))}"
    return f'<li>{both_of((one.sentence_zh, one.sentence_en))}<br><span class="sub">{where}</span></li>'


def _file(place: str) -> str:
    """Return a place without the folders before its file."""
    return re.split(r"[\\/]", place)[-1]


def _way_out(way: Conflict) -> str:
    stated, needed = _stated_value(way.stated, way.unit), _stated_value(way.needed, way.unit)
    detail = both("conflicts.change", stated=stated, needed=needed, place=_file(way.place))
    key = f"<code>{html.escape(way.key)}</code>"
    return f'<li>{both_of((way.sentence_zh, way.sentence_en))}<br><span class="sub">{key} {detail}</span></li>'


def _stated_value(value: float, unit: str) -> tuple[str, str]:
    if unit == "percent":
        return numbers.percent_stated(value), numbers.percent_stated(value)
    return numbers.in_both(lambda lang: printed_measure(value, unit, lang))


def site_symbols(m: Material) -> dict[str, Callable[[Row], str]]:
    """Return how names of facilities are marked: by the symbol of their tier and action."""
    report = m.report
    return {"name": lambda row: facility_symbol(report, str(row.get("tier", "")), str(row.get("action", "build")))}


def facilities(m: Material) -> Section:
    """Return every facility that stands, is built or is closed, with whom it serves."""
    view = m.tables["facilities"]
    used = view.where(view.frame["action"] != "none")
    staged = m.report.planning is not None
    titles = {"people_assigned": WORDS["column.people_sent"]} if staged else {}
    columns = (
        "name", *(() if staged else ("tier",)), "action", *(("size", "capacity") if staged else ("capacity_people",)),
        "people_assigned", "use_percent", "from_elsewhere_percent", "mean_minutes", "longest_minutes",
        *(("referral_minutes",) if staged else ()), "people_lost_without",
    )  # fmt: skip
    below = under_names(m, view) | (_under_figures(view) if staged else {})
    look = Look(columns, titles=titles, before=site_symbols(m), below=below, strong=_STRONG_NAME, sortable=True)
    unused = len(view) - len(used)
    told = "facilities.planned" if staged else "facilities.assigned"
    inner = table_html(used, look) + (note(told) + _from_elsewhere(m) + _lost_in_time(m) if m.planned else "")
    inner += note("facilities.unused", n=numbers.count(unused)) if unused and m.planned else ""
    return Section("facilities", "section.facilities", inner)


def under_names(m: Material, view: TableView) -> dict[str, Callable[[Row], str]]:
    """Return what stands in small print below names and actions: tier and township, and the stage if there are any."""
    zone, tiers = view.column("zone_name"), tier_terms(m.report) if m.report.planning is not None else {}

    def place(row: Row) -> str:
        parts = [tiers.get(str(row["tier"]), ("", "")), in_both(zone, row)]
        return both_of(("，".join(zh for zh, _ in parts if zh), ", ".join(en for _, en in parts if en)))

    below: dict[str, Callable[[Row], str]] = {"name": place}
    if m.report.planning is not None and m.report.planning.base_year:
        below["action"] = lambda row: unbroken(stage_name(str(row["stage"]))) if row["stage"] else ""
    return below


def unbroken(words: tuple[str, str]) -> str:
    """Return words as HTML that stays on one line."""
    return f'<span class="nb">{both_of(words)}</span>'


def _under_figures(view: TableView) -> dict[str, Callable[[Row], str]]:
    """Return what stands below sizes, beds and posts, and below minutes of referral, the facility."""
    place = view.column("referred_to")

    def inside(row: Row) -> str:
        parts = [pair(f"facilities.{key}", n=numbers.trimmed(row[key])) for key in ("beds", "staff") if row[key] > 0]
        return "<br>".join(map(unbroken, parts))

    return {"size": inside, "referral_minutes": lambda row: both_of(in_both(place, row))}


def _from_elsewhere(m: Material) -> str:
    """Say how many of those who are served go to a facility outside their own township."""
    sites = m.report.sites[m.report.sites["people_from_elsewhere"].notna()]
    people, away = float(sites["people_assigned"].sum()), float(sites["people_from_elsewhere"].sum())
    if not people:
        return ""
    return note("facilities.elsewhere", share=numbers.share_percent(away, people), people=numbers.people(people))


def _lost_in_time(m: Material) -> str:
    """Say of how many open facilities nobody knows what their loss would do, because time was short."""
    unknown = int((m.report.sites["action"].isin(OPEN_ACTIONS) & m.report.sites["people_lost_without"].isna()).sum())
    return note("facilities.lost_unknown", n=numbers.count(unknown)) if unknown else ""


def benefit(m: Material) -> Section | None:
    """Return what each built site brings, so that it can be defended or cut."""
    view = m.tables["benefit"]
    if not len(view):
        return None
    known = bool(view.frame["people_lost_without"].notna().any())
    longest = float(view.frame["people_lost_without"].max()) if known else 0.0
    bar = Drawn("bar", "", lambda row: charts.inline_bar(float(row["people_lost_without"]), longest), align="bar")
    columns = (
        *(("rank",) if known else ()), "name", "tier", "zone_name", "people_assigned", "people_lost_without",
        *((bar,) if known else ()), "build_cost", "cost_per_person",
    )  # fmt: skip
    look = Look(columns, before=site_symbols(m), strong=_STRONG_NAME, notes=known)
    return Section("benefit", "section.benefit", table_html(view, look) + _build_order(m))


def _build_order(m: Material) -> str:
    """Return in which order to build, and what each next site adds."""
    view = m.tables["build_order"]
    if not len(view):
        return ""
    most = float(view.frame["people_added"].max())
    bar = Drawn("bar", "", lambda row: charts.inline_bar(float(row["people_added"]), most), align="bar")
    columns = (
        "number", "name", "tier", "zone_name", "build_cost", "people_added", bar, "covered_so_far_percent",
        "cost_so_far",
    )  # fmt: skip
    look = Look(columns, before=site_symbols(m), strong=_STRONG_NAME)
    return f"<h3>{both('build_order.title')}</h3>{table_html(view, look)}{note('build_order.note')}"


def cost(m: Material) -> Section | None:
    """Return what the plan costs, by tier and per newly covered person."""
    if not m.planned:
        return None
    h = m.figures
    if not h.cost:
        return Section("cost", "section.cost", paragraph("cost.nothing"))
    sentence = paragraph(
        "cost.total",
        cost=m.money(h.cost),
        newly=m.people(h.newly_covered),
        per_person=m.per_person(h.cost_per_newly_covered),
    )
    columns = ("item", "sites_new", "build_cost", "cost_share_percent")
    inner = sentence + _budget(m) + table_html(m.tables["cost"], Look(columns))
    return Section("cost", "section.cost", inner + _cost_flag(m))


def _budget(m: Material) -> str:
    limits = m.report.limits[m.report.limits["key"] == "limits.budget"]
    if limits.empty:
        return ""
    row = limits.iloc[0]
    return paragraph(
        "cost.budget_left", budget=m.money(float(row["limit"])), left=m.money(float(row["limit"] - row["used"]))
    )


def _cost_flag(m: Material) -> str:
    """Mark money that rests on values which nobody has verified."""
    unverified = any("cost" in a.key.rpartition(".")[2] and not a.verified for a in m.report.assumptions)
    return f'<p class="note">{flag_tag("projects.costs_unverified")}</p>' if unverified else ""


def equity_section(m: Material) -> Section | None:
    """Return how evenly minutes are spread, with the Lorenz curves."""
    now, plan = reached_now(m.report), reached_in_plan(m.report)
    if now.empty and plan.empty:
        return None
    table = table_html(m.tables["equity"], Look(("measure", "now", "plan", "difference")))
    reached = plan if m.planned else now
    left_out = m.figures.people - float(reached["people"].sum())
    words = tuple(WORDS[f"equity.{key}"] for key in ("chart", "people", "minutes", "equal"))
    curves = charts.lorenz_chart(_curve(now), _curve(plan), words)  # type: ignore[arg-type]
    key = f'<span><i class="k-line now"></i>{both("when.now")}</span>'
    key += f'<span><i class="k-line plan"></i>{both("when.plan")}</span>' if m.planned else ""
    figure = f'<div class="lorenz"><p class="key">{key}</p>{curves}</div>'
    text = note("equity.level", people=numbers.people(left_out))
    return Section("equity", "section.equity", f'<div class="two equity">{figure}<div>{table}{text}</div></div>')


def _curve(points: pd.DataFrame) -> tuple[equity.FloatArray, equity.FloatArray]:
    return equity.lorenz_curve(points["minutes"], points["people"])


def compare(m: Material) -> Section:
    """Return where the differences from other runs are found."""
    command = f'<p class="p"><code>facopt compare {html.escape(m.report.scenario)} …</code></p>'
    return Section("compare", "section.compare", paragraph("compare.pointer") + command)


def targets(m: Material) -> Section:
    """Return what was asked for and what the plan gives and uses."""
    asked, limits = m.tables["targets"], m.tables["limits"]
    met = Drawn("met", WORDS["column.rating"], _met, align="l")
    columns = (
        "tier", "area_class", "zone_name", *_DUE[m.report.planning is not None], met,
    )  # fmt: skip
    inner = table_html(asked, Look(columns)) if len(asked) else paragraph("targets.none")
    if (asked.frame["at_least_percent"] >= 100).any():
        inner += note("targets.hundred")
    inner += f"<h3>{both('table.limits')}</h3>"
    look = Look(("limit_key", "limit", "used", "left"))
    inner += table_html(limits, look) if len(limits) else paragraph("limits.none")
    return Section("targets", "section.targets", inner)


_DUE = (
    ("at_least_percent", "people_needed", "covered_now", "covered", "covered_percent"),
    ("segment", "stage", "at_least_percent", "stage_people", "stage_covered", "stage_covered_percent"),
)
"""Figures of targets: of plans at one time, and of plans in stages, when the target is due."""


def _met(row: Row) -> str:
    if row["met"] is None:
        return both("target.unknown")
    if row["met"]:
        return f'<span class="st ok">{both("target.met")}</span>'
    short = both("target.short", points=numbers.points_short(row["points_short"]))
    return f'<span class="st bad">{short}</span>'


def projects(m: Material) -> Section | None:
    """Return the project list 项目清单, whose total is the cost of the plan."""
    if not m.planned:
        return None
    view = m.tables["projects"]
    if not len(view):
        return Section("projects", "section.projects", paragraph("projects.none"))
    staged = m.report.planning is not None
    columns = (
        "number", "name", "action", *(() if staged else ("tier", "zone_name")), "size",
        *(("floor_area_m2", "beds") if staged else ("stage",)), "build_cost",
        *(column.key for column in view.columns if column.key.startswith("cost_")), "people_served",
        "people_lost_without", *(() if staged else ("owner",)),
    )  # fmt: skip
    titles, below = ({"action": WORDS["column.project_kind"]}, under_names(m, view)) if staged else ({}, {})
    look = Look(columns, titles=titles, before=site_symbols(m), below=below, strong=_STRONG_NAME, shown_rows=1000)
    return Section("projects", "section.projects", table_html(view, look) + _cost_flag(m))
