"""Tables of a plan in stages: coverage, money, actions, groups of people, facilities, rules, exceptions and orders."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from facopt.measures.planning import TODAY
from facopt.outputs import numbers
from facopt.outputs.tables.people import frame_of, staffing_per_1000, tier_terms
from facopt.outputs.tables.view import Column, TableView, column, names, records, terms_of
from facopt.outputs.words import WORDS, named, pair

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from facopt.measures.planning import PlanningTables
    from facopt.measures.report import Report

Rows = list[dict[str, Any]]


def planning_of(report: Report) -> PlanningTables:
    """Return what the planning model adds to a report that it answered."""
    if report.planning is None:
        msg = "the planning model has not answered this scenario"
        raise ValueError(msg)
    return report.planning


def planning_tables(report: Report) -> tuple[TableView, ...]:
    """Return the tables that only reports of the planning model have."""
    builders = (
        stages_table, money_table, actions_table, segments_table, classes_table, stage_sites_table, referral_table,
        rules_table, exceptions_table, orders_table,
    )  # fmt: skip
    return tuple(build(report) for build in builders)


# --- names -----------------------------------------------------------------------------------------------------------


def stage_terms(report: Report) -> Mapping[str, tuple[str, str]]:
    """Return how stages are called: today with its year, then each stage by its year."""
    planning = planning_of(report)
    today = pair("stage.today", year=str(planning.base_year)) if planning.base_year else WORDS["stage.today_undated"]
    return MappingProxyType({TODAY: today, **{str(key): stage_name(str(key)) for key in planning.money["stage"]}})


def stage_name(stage: str) -> tuple[str, str]:
    """Return how a stage is called: 2027 年 / 2027."""
    return pair("stage.year", year=stage) if stage.isdigit() else named("stage", stage)


def workload_column(key: str, report: Report) -> Column:
    """Return a column of capacity or load, headed by what capacities are counted in."""
    unit = named("workload", planning_of(report).workload_unit)
    return replace(column(key, "count"), title=pair(f"column.{key}", unit=unit))


def source_columns(frame: pd.DataFrame, start: str, report: Report) -> tuple[Column, ...]:
    """Return one column of money for each funding source of a frame's columns `<start><source>`."""
    found = [str(key) for key in frame.columns if str(key).startswith(start)]
    titles = {key: pair("column.capital_source", source=key.removeprefix(start)) for key in found}
    return tuple(Column(key, titles[key], "money", currency=report.currency) for key in found)


def _site_names(report: Report, rows: pd.Series[int], suffix: str = "") -> list[str]:
    table = report.sites[f"name{suffix}"].astype(str)
    return ["" if row < 0 else table.iloc[row] for row in rows.astype(int)]


# --- stages ----------------------------------------------------------------------------------------------------------


def stages_table(report: Report) -> TableView:
    """Today and each stage, all tiers together and each: people of that year, how many are covered, sites, room."""
    columns = (
        column("stage", "term", terms=stage_terms(report)),
        column("tier", "term", terms={**tier_terms(report), "": WORDS["all_tiers"]}),
        column("stage_people", "people"),
        column("stage_covered", "people"),
        column("stage_covered_percent", "percent"),
        column("stage_change_points", "points"),
        column("stage_sites_open", "count"),
        column("stage_sites_new", "count"),
        workload_column("capacity", report),
        workload_column("load", report),
        column("use_percent", "use_percent"),
    )
    before: dict[str, float | None] = {}
    rows = [_stage_row(row, before) for row in records(planning_of(report).stages)]
    return TableView("stages", WORDS["table.stages"], columns, frame_of(columns, rows), notes=(WORDS["stages.note"],))


def _stage_row(row: dict[str, Any], today: dict[str, float | None]) -> dict[str, Any]:
    percent = numbers.share(row["people_covered"], row["people"])
    now = today.setdefault(row["tier"], percent)
    change = None if row["stage"] == TODAY or percent is None or now is None else percent - now
    return {
        "stage": row["stage"], "tier": row["tier"], "stage_people": row["people"],
        "stage_covered": row["people_covered"], "stage_covered_percent": percent, "stage_change_points": change,
        "stage_sites_open": row["sites_open"], "stage_sites_new": row["sites_new"], "capacity": row["capacity"],
        "load": row["load"] if np.isfinite(row["capacity"]) else np.nan,
        "use_percent": use_percent(row["load"], row["capacity"]),
    }  # fmt: skip


def use_percent(load: float, capacity: float) -> float | None:
    """Return load by capacity in percent; None where either is not known or there is no capacity."""
    return 100.0 * load / capacity if np.isfinite(load) and np.isfinite(capacity) and capacity > 0 else None


def money_table(report: Report) -> TableView:
    """Capital of each stage against its budget, by funding source, and what runs then: money a year, posts, beds.

    Posts and beds also for each thousand people of that stage.
    """
    money, stages, currency = planning_of(report).money, planning_of(report).stages, report.currency
    sources = source_columns(money, "capital_", report)
    columns = (
        column("stage", "term", terms=stage_terms(report)),
        column("capital", "money", currency=currency),
        column("budget", "money", currency=currency),
        *sources,
        column("running_cost", "money", currency=currency),
        column("staff", "number"),
        column("staff_per_1000", "rate"),
        column("beds", "number"),
        column("beds_per_1000", "rate"),
        column("floor_area_m2", "number"),
    )
    total = {"stage": WORDS["total"], **{c.key: float(money[c.key].sum()) for c in (columns[1], *sources)}}
    everybody = stages[stages["tier"] == ""]
    people = dict(zip(everybody["stage"], everybody["people"], strict=True))
    frame = frame_of(columns, [row | staffing_per_1000(row, people[row["stage"]]) for row in records(money)])
    return TableView("stage_money", WORDS["table.stage_money"], columns, frame, total if len(frame) else None)


def segments_table(report: Report) -> TableView:
    """Groups of people by stage: how many there are then and how many of them are covered."""
    columns = (
        column("stage", "term", terms=stage_terms(report)),
        column("segment", "term", terms=terms_of("segment")),
        column("stage_people", "people"),
        column("stage_covered", "people"),
        column("stage_covered_percent", "percent"),
    )
    rows = [
        {
            "stage": row["stage"], "segment": row["segment"], "stage_people": row["people"],
            "stage_covered": row["people_covered"],
            "stage_covered_percent": numbers.share(row["people_covered"], row["people"]),
        }
        for row in records(planning_of(report).segments)
    ]  # fmt: skip
    return TableView("stage_segments", WORDS["table.stage_segments"], columns, frame_of(columns, rows))


def classes_table(report: Report) -> TableView:
    """Area classes by stage: people then, how many of them are covered, and how that differs from everybody."""
    columns = (
        column("stage", "term", terms=stage_terms(report)),
        column("area_class", "term", terms=terms_of("area_class")),
        column("stage_people", "people"),
        column("stage_covered", "people"),
        column("stage_covered_percent", "percent"),
        column("against_all_points", "points"),
    )
    stages = planning_of(report).stages
    everybody = {row["stage"]: row for row in records(stages[stages["tier"] == ""])}
    rows = [_class_row(row, everybody[row["stage"]]) for row in records(planning_of(report).classes)]
    return TableView("stage_classes", WORDS["table.stage_classes"], columns, frame_of(columns, rows))


def _class_row(row: dict[str, Any], everybody: dict[str, Any]) -> dict[str, Any]:
    percent = numbers.share(row["people_covered"], row["people"])
    of_all = numbers.share(everybody["people_covered"], everybody["people"])
    return {
        "stage": row["stage"], "area_class": row["area_class"], "stage_people": row["people"],
        "stage_covered": row["people_covered"], "stage_covered_percent": percent,
        "against_all_points": None if percent is None or of_all is None else percent - of_all,
    }  # fmt: skip


# --- actions ---------------------------------------------------------------------------------------------------------


def projects_of(report: Report) -> Rows:
    """Return every action by stage and site with the site's row; relocating is one, with the building it leads to.

    Each has the columns of `PlanningTables.actions`.
    """
    rows = records(planning_of(report).actions)
    moved = {(row["partner"], row["stage"]): row for row in rows if row["action"] == "relocate"}
    kept: Rows = []
    for row in rows:
        whole = moved.get((row["site"], row["stage"])) if row["action"] == "build" else None
        if whole is None:
            kept.append(row)
            continue
        costs = {key: whole[key] + row[key] for key in row if key == "cost" or str(key).startswith("cost_")}
        ends = {key: row[key] for key in ("to_size", "capacity", "staff", "beds", "floor_area_m2")}
        whole.update(costs | ends)
    return kept


def actions_table(report: Report) -> TableView:
    """Every action in the order of the stages: what, where, to which size, for how much, by whom it is paid."""
    actions = planning_of(report).actions
    sources = source_columns(actions, "cost_", report)
    columns = (
        column("stage", "term", terms=stage_terms(report)),
        column("action", "term", terms=terms_of("action")),
        column("id"),
        *names(report, "name"),
        column("tier", "term", terms=tier_terms(report)),
        *names(report, "zone_name"),
        column("sizes"),
        workload_column("capacity", report),
        column("staff", "number"),
        column("beds", "number"),
        column("floor_area_m2", "number"),
        column("action_cost", "money", currency=report.currency),
        *sources,
        *names(report, "partner"),
    )
    rows = [_action_row(report, row) for row in projects_of(report)]
    total = {c.key: sum(row[c.key] for row in rows) for c in (column("action_cost"), *sources)}
    label = {"name": pair("projects.total", n=numbers.count(len(rows)))}
    frame = frame_of(columns, rows)
    return TableView("actions", WORDS["table.actions"], columns, frame, label | total if rows else None)


def _action_row(report: Report, row: dict[str, Any]) -> dict[str, Any]:
    site = report.sites.iloc[int(row["site"])].to_dict()
    partner = {} if row["partner"] < 0 else report.sites.iloc[int(row["partner"])].to_dict()
    facts = {key: site.get(key, "") for key in ("id", "name", "name_en", "tier", "zone_name", "zone_name_en")}
    told = {"partner": partner.get("name", ""), "partner_en": partner.get("name_en", "")}
    return {**row, **facts, **told, "sizes": sizes_text(row["from_size"], row["to_size"]), "action_cost": row["cost"]}


def sizes_text(before: str, after: str) -> str:
    """Return a change of size as text: small → large; one name where nothing changes."""
    return " → ".join(dict.fromkeys(size for size in (str(before), str(after)) if size))


def stage_sites_table(report: Report) -> TableView:
    """Every open facility of today and of each stage: its size, whom it serves, how full it is."""
    columns = (
        column("stage", "term", terms=stage_terms(report)),
        column("id"),
        *names(report, "name"),
        column("tier", "term", terms=tier_terms(report)),
        column("size"),
        column("people_assigned", "people"),
        workload_column("load", report),
        workload_column("capacity", report),
        column("use_percent", "use_percent"),
        column("people_lost_without", "people"),
    )
    rows = [_stage_site(report, row) for row in records(planning_of(report).open_sites)]
    return TableView("stage_sites", WORDS["table.stage_sites"], columns, frame_of(columns, rows))


def _stage_site(report: Report, row: dict[str, Any]) -> dict[str, Any]:
    site = report.sites.iloc[int(row["site"])].to_dict()
    facts = {key: site.get(key, "") for key in ("id", "name", "name_en", "tier")}
    used = use_percent(row["load"], row["capacity"])
    return {**row, **facts, "people_assigned": row["people"], "use_percent": used}


def referral_table(report: Report) -> TableView:
    """Where each open facility refers people on, stage by stage: the nearest open one its tier allows."""
    columns = (
        column("stage", "term", terms=stage_terms(report)),
        column("id"),
        *names(report, "name"),
        column("referred_id"),
        *names(report, "referred_to"),
        column("referral_minutes", "minutes"),
        column("referral_limit_minutes", "number"),
    )
    links = planning_of(report).referral
    ids = report.sites["id"].to_numpy()
    data = {
        "stage": links["stage"], "id": ids[links["site"].astype(int)], "referred_id": ids[links["to"].astype(int)],
        "name": _site_names(report, links["site"]), "referred_to": _site_names(report, links["to"]),
        "referral_minutes": links["minutes"], "referral_limit_minutes": links["limit_minutes"],
    }  # fmt: skip
    if "name_en" in [c.key for c in columns]:
        data |= {
            "name_en": _site_names(report, links["site"], "_en"),
            "referred_to_en": _site_names(report, links["to"], "_en"),
        }
    rows = [dict(zip(data, row, strict=True)) for row in zip(*data.values(), strict=True)]
    return TableView("referral", WORDS["table.referral"], columns, frame_of(columns, rows))


# --- rules, exceptions, orders ---------------------------------------------------------------------------------------


def rules_table(report: Report) -> TableView:
    """What the plan must keep, in words, and that it does."""
    columns = (column("rule_zh"), column("rule_en"), column("scenario_key"), column("kept", "flag"))
    rows = [
        {"rule_zh": row["sentence_zh"], "rule_en": row["sentence_en"], "scenario_key": row["key"], "kept": row["kept"]}
        for row in records(planning_of(report).rules)
    ]
    return TableView("rules", WORDS["table.rules"], columns, frame_of(columns, rows))


def exceptions_table(report: Report) -> TableView:
    """The register of exceptions: whom it excuses, why, and since when that is approved."""
    columns = (
        column("points_excused", "count"), column("people", "people"), column("excuse"), column("approved"),
    )  # fmt: skip
    rows = [
        {**row, "points_excused": row["points"], "excuse": row["reason"]}
        for row in records(planning_of(report).exceptions)
    ]
    return TableView("exceptions", WORDS["table.exceptions"], columns, frame_of(columns, rows))


def orders_table(report: Report) -> TableView:
    """The stages planned together against the final plan first and then its order: value by objective, and capital."""
    columns = (
        column("order", "term", terms=terms_of("order")),
        column("objective", "term", terms=terms_of("objective")),
        column("value", "measured"),
        column("bound", "measured"),
        column("unit", "term", terms=terms_of("unit")),
        column("order_cost", "money", currency=report.currency),
    )
    units = {level.name: level.unit for level in report.objectives}
    rows = [
        {**row, "unit": units.get(row["objective"], ""), "order_cost": row["cost"]}
        for row in records(planning_of(report).orders)
    ]
    return TableView("orders", WORDS["table.orders"], columns, frame_of(columns, rows))


def order_costs(report: Report) -> Iterator[tuple[str, float | None]]:
    """Yield each order that was tried, the plan's own first, with its capital; None where it has no plan."""
    orders = planning_of(report).orders
    for order in dict.fromkeys(orders["order"]):
        cost = float(orders.loc[orders["order"] == order, "cost"].iloc[0])
        yield str(order), cost if np.isfinite(cost) else None
