"""Tables of sites: all facilities, what each project brings and costs, the project list, and what a loss would do."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from facopt.measures.check import has_plan
from facopt.measures.planning import TODAY
from facopt.measures.report import OPEN_ACTIONS
from facopt.outputs import numbers
from facopt.outputs.tables.people import frame_of, tier_terms
from facopt.outputs.tables.planning import planning_of, projects_of, sizes_text, source_columns, workload_column
from facopt.outputs.tables.view import TableView, column, names, records, terms_of
from facopt.outputs.words import WORDS, pair

if TYPE_CHECKING:
    from facopt.measures.report import Report
    from facopt.outputs.tables.view import Column

_ACTION_ORDER = ("build", "extend", "refurbish", "relocate", "merge", "close", "keep", "none")


def facilities_table(report: Report) -> TableView:
    """Every site: built ones first, then changed, closed, kept and unused ones, with whom they serve."""
    columns = (
        column("id"),
        *names(report, "name"),
        column("tier", "term", terms=tier_terms(report)),
        column("status", "term", terms=terms_of("status_of_site")),
        column("action", "term", terms=terms_of("action")),
        column("stage"),
        *names(report, "zone_name"),
        column("size"),
        column("owner"),
        column("fixed", "term", terms={"": ("", ""), **terms_of("fixed")}),
        column("build_cost", "money", currency=report.currency),
        column("capacity_people", "people"),
        *_planned_columns(report),
        column("people_assigned", "people"),
        column("use_percent", "use_percent"),
        column("points_assigned", "count"),
        column("people_from_elsewhere", "people"),
        column("from_elsewhere_percent", "percent"),
        column("mean_minutes", "minutes"),
        column("longest_minutes", "longest"),
        *_referral_columns(report),
        column("people_lost_without", "people"),
        column("lon", "coordinate"),
        column("lat", "coordinate"),
    )
    order = {action: place for place, action in enumerate(_ACTION_ORDER)}
    sites = report.sites.sort_values("action", key=lambda actions: actions.map(order), kind="stable")
    served, room = ("people_assigned", "capacity_people") if report.planning is None else ("load", "capacity")
    sites = sites.assign(
        use_percent=100.0 * sites[served] / sites[room].replace(0.0, np.nan),
        from_elsewhere_percent=100.0 * sites["people_from_elsewhere"] / sites["people_assigned"].replace(0.0, np.nan),
        **_referrals(report, sites),
    )
    frame = sites[[col.key for col in columns]].reset_index(drop=True)
    return TableView("facilities", WORDS["table.facilities"], columns, frame)


def _planned_columns(report: Report) -> tuple[Column, ...]:
    """Return the columns that sites have only where the planning model answered."""
    if report.planning is None:
        return ()
    return (
        column("action_cost", "money", currency=report.currency),
        workload_column("capacity", report),
        workload_column("load", report),
        column("running_cost", "money", currency=report.currency),
        column("staff", "number"),
        column("beds", "number"),
        column("floor_area_m2", "number"),
    )


def _referral_columns(report: Report) -> tuple[Column, ...]:
    """Return the columns that say where open sites refer people on, where the planning model answered."""
    if report.planning is None:
        return ()
    minutes = (column("referral_minutes", "minutes"), column("referral_limit_minutes", "number"))
    return (*names(report, "referred_to"), *minutes)


def _referrals(report: Report, sites: pd.DataFrame) -> dict[str, Any]:
    """Return where each of some sites refers people on in the last stage, how far that is and may be."""
    if report.planning is None or report.planning.referral.empty:
        return {"referred_to": "", "referred_to_en": "", "referral_minutes": np.nan, "referral_limit_minutes": np.nan}
    links = report.planning.referral
    last = links[links["stage"] == next(iter(report.planning.money["stage"].iloc[-1:]), TODAY)]
    found = last.set_index("site").reindex(sites.index)
    place = found["to"].fillna(-1).to_numpy(dtype=int)
    told = {
        key: np.append(report.sites[name].to_numpy(dtype=object), "")[place]
        for key, name in (("referred_to", "name"), ("referred_to_en", "name_en"))
        if name in report.sites
    }
    minutes = {key: found[name].to_numpy(float) for key, name in _REFERRAL_FIGURES.items()}
    return told | minutes


_REFERRAL_FIGURES = MappingProxyType({"referral_minutes": "minutes", "referral_limit_minutes": "limit_minutes"})


def changed(report: Report) -> pd.DataFrame:
    """Return the sites that the plan spends on, with `cost` (NaN where it is not stated): built ones, or all actions'.

    Built ones come in the order of stages and then of the site table.
    """
    if report.planning is None:
        sites = built(report)
        return sites.assign(cost=sites["build_cost"])
    sites = report.sites[(report.sites["action_cost"] != 0) | (report.sites["action"] == "build")]
    return sites.assign(cost=sites["action_cost"]).sort_values("stage", kind="stable").reset_index(drop=True)


def built(report: Report) -> pd.DataFrame:
    """Return the sites that the plan builds, in the order of stages and then of the site table."""
    return report.sites[report.sites["action"] == "build"].sort_values("stage", kind="stable").reset_index(drop=True)


def benefit_table(report: Report) -> TableView:
    """What each built site brings: who would lose cover without it, and what covering each of them costs."""
    columns = (
        column("rank", "count"),
        column("id"),
        *names(report, "name"),
        column("tier", "term", terms=tier_terms(report)),
        *names(report, "zone_name"),
        column("people_assigned", "people"),
        column("people_lost_without", "people"),
        column("build_cost", "money", currency=report.currency),
        column("cost_per_person", "money_per_person", currency=report.currency),
    )
    sites = built(report).sort_values(["people_lost_without", "id"], ascending=[False, True], kind="stable")
    if report.planning is not None:
        sites = sites.assign(build_cost=sites["action_cost"])
    lost = sites["people_lost_without"].to_numpy(float)
    sites = sites.assign(
        rank=np.arange(1.0, len(sites) + 1),
        cost_per_person=np.divide(
            sites["build_cost"].to_numpy(float), lost, out=np.full(len(sites), np.nan), where=lost > 0
        ),
    )
    frame = sites[[col.key for col in columns]].reset_index(drop=True)
    return TableView("benefit", WORDS["table.benefit"], columns, frame, notes=(WORDS["note.benefit"],))


def cost_table(report: Report) -> TableView:
    """What the plan costs by tier; sums to the cost of the plan."""
    columns = (
        column("item", "term", terms={**tier_terms(report), "other": WORDS["cost.other"]}),
        column("sites_new", "count"),
        column("build_cost", "money", currency=report.currency),
        column("cost_share_percent", "percent"),
    )
    sites, new = changed(report), built(report)
    known = sites.groupby("tier")["cost"].sum(min_count=1)
    counts = new["tier"].value_counts()
    rows: list[dict[str, Any]] = [
        {"item": tier.key, "sites_new": counts.get(tier.key, 0), "build_cost": known[tier.key]}
        for tier in report.tiers
        if tier.key in known.index
    ]
    rest = (report.cost or 0.0) - float(known.sum())
    if report.cost is not None and abs(rest) > 0.005:
        rows.append({"item": "other", "build_cost": rest})
    for row in rows:
        row["cost_share_percent"] = numbers.share(_known(row["build_cost"]), report.cost or 0.0)
    total = {"item": WORDS["total"], "sites_new": len(new), "build_cost": report.cost}
    notes = _unstated_costs(report)
    return TableView("cost", WORDS["table.cost"], columns, frame_of(columns, rows), total if rows else None, notes)


def projects_table(report: Report) -> TableView:
    """The project list 项目清单: what is built, changed and closed; the total is the cost of the plan."""
    staged = report.planning is not None
    columns = (
        column("number", "count"),
        column("id"),
        *names(report, "name"),
        column("tier", "term", terms=tier_terms(report)),
        column("action", "term", terms={**terms_of("action"), "other": WORDS["cost.other"]}),
        *names(report, "zone_name"),
        column("size"),
        column("stage"),
        *((column("floor_area_m2", "number"), column("staff", "number"), column("beds", "number")) if staged else ()),
        column("build_cost", "money", currency=report.currency),
        *(source_columns(planning_of(report).actions, "cost_", report) if staged else ()),
        column("people_served", "people"),
        column("people_lost_without", "people"),
        column("owner"),
    )
    rows = _planned_projects(report) if staged else _project_rows(report)
    total = {"name": pair("projects.total", n=numbers.count(len(rows))), "build_cost": report.cost}
    frame = frame_of(columns, rows)
    sources = [col.key for col in columns if col.key.startswith("cost_")]
    total |= {key: float(frame[key].sum()) for key in sources}
    return TableView(
        "projects", WORDS["table.projects"], columns, frame, total if rows else None, _unstated_costs(report)
    )


def _planned_projects(report: Report) -> list[dict[str, Any]]:
    """One row per action; whom a facility serves stands at each of its actions, and nobody where it goes."""
    rows = []
    for number, row in enumerate(projects_of(report), start=1):
        site = report.sites.iloc[int(row["site"])].to_dict()
        place = report.sites.iloc[int(row["partner"])].to_dict() if row["action"] == "relocate" else site
        served = {"people_served": place["people_assigned"], "people_lost_without": place["people_lost_without"]}
        if place["action"] not in OPEN_ACTIONS:
            served = {}
        facts = {"size": sizes_text(row["from_size"], row["to_size"]), "build_cost": row["cost"], "number": number}
        own: dict[Any, Any] = {key: site[key] for key in site if key not in row}
        rows.append({**own, **row, **facts, "people_lost_without": None, "people_served": None, **served})
    return rows


def _project_rows(report: Report) -> list[dict[str, Any]]:
    new, gone = built(report), report.sites[report.sites["action"] == "close"]
    rows = [{**row, "people_served": row["people_assigned"]} for row in records(new)]
    rows += [{**row, "people_served": None, "people_lost_without": None, "build_cost": None} for row in records(gone)]
    rest = (report.cost or 0.0) - float(new["build_cost"].sum())
    if report.cost is not None and abs(rest) > 0.005 and rows:
        rows.append({"action": "other", "build_cost": rest})
    return [{**row, "number": number} for number, row in enumerate(rows, start=1)]


def resilience_table(report: Report) -> TableView:
    """Each open site taken away on its own: who would lose cover and how much coverage would be left, worst first."""
    columns = (
        column("id"),
        *names(report, "name"),
        column("tier", "term", terms=tier_terms(report)),
        column("action", "term", terms=terms_of("action")),
        *names(report, "zone_name"),
        column("people_assigned", "people"),
        column("people_lost_without", "people"),
        column("covered_percent_without", "percent"),
        column("change_points", "points"),
        *names(report, "backup"),
        column("backup_minutes", "minutes"),
        column("people_without_backup", "people"),
    )
    sites = report.sites[report.sites["action"].isin(OPEN_ACTIONS)] if has_plan(report) else report.sites.iloc[:0]
    sites = sites[sites["people_lost_without"].notna()]
    sites = sites.sort_values(["people_lost_without", "id"], ascending=[False, True], kind="stable")
    people, covered = report.everybody.people, report.everybody.covered or 0.0
    lost = sites["people_lost_without"]
    sites = sites.assign(
        covered_percent_without=100.0 * np.maximum(covered - lost, 0.0) / people if people else np.nan,
        change_points=-100.0 * lost / people if people else np.nan,
        **_backups(report, sites),
    )
    frame = sites[[col.key for col in columns]].reset_index(drop=True)
    return TableView("resilience", WORDS["table.resilience"], columns, frame)


def _backups(report: Report, sites: pd.DataFrame) -> dict[str, Any]:
    """Where the people of each of some sites would go; blank where nobody goes there or has another site."""
    found = pd.DataFrame({"site": [], "backup": []}) if report.backup is None else report.backup
    by_site = found.set_index("site").reindex(sites.index)
    place = by_site["backup"].fillna(-1).to_numpy(dtype=int)
    figures = {
        key: by_site[key].to_numpy(float) if key in by_site else np.nan for key in ("mean_minutes", "people_without")
    }
    told = {
        column: np.append(report.sites[name].to_numpy(dtype=object), "")[place]
        for column, name in (("backup", "name"), ("backup_en", "name_en"))
        if name in report.sites
    }
    return {**told, "backup_minutes": figures["mean_minutes"], "people_without_backup": figures["people_without"]}


def build_order_table(report: Report) -> TableView:
    """In which order to build, and what each next site adds to those before it."""
    columns = (
        column("number", "count"),
        column("id"),
        *names(report, "name"),
        column("tier", "term", terms=tier_terms(report)),
        *names(report, "zone_name"),
        column("build_cost", "money", currency=report.currency),
        column("people_added", "people"),
        column("covered_so_far", "people"),
        column("covered_so_far_percent", "percent"),
        column("cost_so_far", "money", currency=report.currency),
    )
    order = pd.DataFrame({"site": []}, dtype=int) if report.build_order is None else report.build_order
    sites = report.sites.iloc[order["site"].to_numpy(dtype=int)].reset_index(drop=True)
    people = report.everybody.people
    if len(order):
        covered = order["people_covered"].to_numpy(float)
        sites = sites.assign(
            number=np.arange(1.0, len(sites) + 1), people_added=order["people_added"].to_numpy(float),
            covered_so_far=covered, covered_so_far_percent=100.0 * covered / people if people else np.nan,
            cost_so_far=order["cost"].to_numpy(float),
        )  # fmt: skip
    frame = sites.reindex(columns=[col.key for col in columns])
    return TableView("build_order", WORDS["table.build_order"], columns, frame)


def _unstated_costs(report: Report) -> tuple[tuple[str, str], ...]:
    unstated = int(changed(report)["cost"].isna().sum())
    return (pair("note.cost_not_stated", n=numbers.count(unstated)),) if unstated else ()


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
