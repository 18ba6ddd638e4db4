"""run.json: what a run found, how, and from what, as plain JSON for other programs, the gallery and the comparison."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from facopt.measures.coverage import people_by_state
from facopt.measures.report import CLOSED_ACTIONS, OPEN_ACTIONS
from facopt.outputs.gallery.thumbnail import thumbnail_of
from facopt.outputs.tables.planning import projects_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

    from facopt.measures.report import FineShare, Report, Share, TierFacts


def run_record(
    report: Report,
    *,
    seconds: Mapping[str, float],
    peak_memory_mb: float,
    versions: Mapping[str, str],
    inputs: Mapping[str, str],
    seed: int,
    finished: str = "",
) -> dict[str, Any]:
    """Return the run as a dictionary that JSON can hold.

    Parameters
    ----------
    report
        Results of the run.
    seconds
        Wall time by stage.
    peak_memory_mb
        Largest resident memory of the process, in megabytes.
    versions
        Version by package, facopt and Python included.
    inputs
        SHA-256 by path of every file read; relative paths count from the run folder or the folder of the call.
    seed
        Random seed of the solver.
    finished
        Local time at which the run ended, as `2026-11-21 09:12`; "" where it is not told.

    Returns
    -------
    dict
        Whole numbers as int, absent values and everything that is not finite as None. Figures are not rounded;
        only the coordinates of the thumbnail are.
    """
    record: dict[str, Any] = plain(
        {
            **_head(report, finished),
            **_people(report),
            "cost": report.cost,
            "currency": report.currency,
            "baseline": _today(report),
            "standards": {tier.key: _standard(tier) for tier in report.tiers},
            "targets": report.targets.to_dict("records"),
            "limits": report.limits.to_dict("records"),
            "frontier": None if report.frontier is None else report.frontier.to_dict("records"),
            "opened": _sites(report, OPEN_ACTIONS),
            "closed": _sites(report, CLOSED_ACTIONS),
            **_planning(report),
            "fine_grid": _fine_grid(report),
            "conflicts": [vars(conflict) for conflict in report.conflicts],
            "clashes": [vars(clash) for clash in report.clashes],
            "shortfalls": [vars(shortfall) for shortfall in report.shortfalls],
            "assumptions_unverified": sum(not assumption.verified for assumption in report.assumptions),
            "warnings": [str(finding) for finding in report.findings],
            "solver": _solver(report),
            "seed": seed,
            "inputs": dict(sorted(inputs.items())),
            "versions": dict(sorted(versions.items())),
            "thumbnail": thumbnail_of(report),
            "seconds": dict(seconds),
            "peak_memory_mb": peak_memory_mb,
        }
    )
    return record


def write_run_json(record: Mapping[str, Any], path: Path) -> None:
    """Write a run's record as indented UTF-8 JSON."""
    text = json.dumps(record, ensure_ascii=False, indent=1, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def plain(value: Any) -> Any:
    """Return a value in JSON's types: whole floats as int; NaN, infinity and NA as None; arrays as lists."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, float):
        return _number(value)
    if value is None or isinstance(value, str | bool | int):
        return value
    # pandas.NA, NaT and the like stand for absent values; everything else is a mistake that JSON will refuse
    return None if type(value).__name__ in {"NAType", "NaTType"} else value


def _number(value: float) -> float | int | None:
    if not math.isfinite(value):
        return None
    return int(value) if value.is_integer() else value


def _head(report: Report, finished: str) -> dict[str, Any]:
    keys = (
        "scenario", "title_zh", "title_en", "question", "question_en", "data_note", "data_note_en", "synthetic",
        "generated",
    )  # fmt: skip
    levels = ("name", "value", "bound", "gap_percent", "unit")
    objective = [{key: getattr(level, key) for key in levels} for level in report.objectives]
    return {
        **{key: getattr(report, key) for key in keys},
        "finished": finished or None,
        "status": report.status,
        "objective": objective,
    }


def _people(report: Report) -> dict[str, Any]:
    planned = report.everybody.covered is not None
    states = people_by_state(report.points, planned=True) if planned else {}
    return {
        **_covered(report.everybody),
        "unreachable_people": report.everybody.unreachable,
        "newly_covered_people": states.get("newly_covered"),
        "lost_people": states.get("loses_cover"),
        "mean_minutes": report.everybody.mean_minutes,
        "longest_minutes": report.everybody.longest_minutes,
        "by_tier": {tier.key: _tier(tier) for tier in report.tiers},
        "by_area_class": {share.key: _covered(share) for share in report.by_area_class},
        "by_zone": {share.key: {"name": share.name, **_covered(share)} for share in report.by_zone},
    }


def _covered(share: Share) -> dict[str, Any]:
    return {
        "people": share.people,
        "people_covered": share.covered,
        "people_covered_percent": _percent(share.covered, share.people),
    }


def _tier(tier: TierFacts) -> dict[str, Any]:
    return {
        "people": tier.people_served,
        "people_covered": tier.people_covered,
        "people_covered_percent": _percent(tier.people_covered, tier.people_served),
        "unreachable_people": tier.unreachable_people,
        "sites_now": tier.sites_now,
        "sites_new": tier.sites_new,
        "sites_open": tier.sites_open,
    }


def _today(report: Report) -> dict[str, Any]:
    everybody = report.everybody
    return {
        "people_covered": everybody.covered_now,
        "people_covered_percent": _percent(everybody.covered_now, everybody.people),
        "mean_minutes": everybody.mean_minutes_now,
    }


def _fine_grid(report: Report) -> dict[str, Any] | None:
    """Coverage on the raster's own cells; None where the demand points are no blocks of cells."""
    grid = report.fine_grid
    if grid is None:
        return None
    by_tier = {share.tier: _fine_share(share) for share in grid.shares if share.tier}
    whole = {} if grid.everybody is None else {**_fine_share(grid.everybody), "by_tier": by_tier}
    return {"cells": grid.cells, "demand_points": grid.points, "skipped": grid.skipped or None, **whole}


def _fine_share(share: FineShare) -> dict[str, Any]:
    now = _fine_figures(share.people, share.model_now, share.fine_now, share.differ_now)
    return {"people": share.people, **_fine_figures(share.people, share.model, share.fine, share.differ), "today": now}


def _fine_figures(
    people: float, model: float | None, fine: float | None, differ: float | None
) -> dict[str, float | None]:
    error = None if model is None or fine is None else fine - model
    return {
        "people_covered": fine,
        "people_covered_percent": _percent(fine, people),
        "model_people_covered": model,
        "error_people": error,
        "error_points": _percent(error, people),
        "people_judged_otherwise": differ,
    }


def _percent(part: float | None, whole: float) -> float | None:
    return 100.0 * part / whole if part is not None and whole > 0 else None


def _standard(tier: TierFacts) -> dict[str, Any]:
    return {
        "minutes": tier.standard_minutes,
        "mode": tier.mode,
        "serves": list(tier.serves),
        "name_zh": tier.name_zh,
        "name_en": tier.name_en,
        "symbol": tier.symbol,
        "source": tier.standard_source,
        "verified": tier.standard_verified,
    }


def _sites(report: Report, actions: tuple[str, ...]) -> list[dict[str, Any]]:
    """Sites with some actions; none where there is no plan."""
    planned = report.everybody.covered is not None
    sites = report.sites[report.sites["action"].isin(actions)] if planned else report.sites.iloc[:0]
    keys = ["id", "name", "tier", "action", "size", "stage", "people_assigned"]
    keys += [] if report.planning is None else ["action_cost", "capacity", "load"]
    rows = sites[keys].rename(columns={"id": "site_id"})
    return [{str(key): value for key, value in row.items()} for row in rows.to_dict("records")]


def _planning(report: Report) -> dict[str, Any]:
    """What only the planning model knows: stages with their money, actions, segments, rules, exceptions, orders."""
    planning = report.planning
    if planning is None:
        return {}
    every, sources = planning.stages, planning.money.set_index("stage")
    return {
        "base_year": planning.base_year or None,
        "workload_unit": planning.workload_unit,
        "present_cost": planning.present_cost,
        "stages": [_stage(every[every["stage"] == stage], sources) for stage in dict.fromkeys(every["stage"])],
        "actions": _actions(report),
        "segments": [
            {**row, "people_covered_percent": _percent(row["people_covered"], row["people"])}
            for row in _rows(planning.segments)
        ],
        "rules": _rows(planning.rules),
        "exceptions": _rows(planning.exceptions),
        "orders": _rows(planning.orders),
    }


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]


def _stage(rows: pd.DataFrame, money: pd.DataFrame) -> dict[str, Any]:
    """One stage: everybody, each tier, and (but for today) what it costs and needs."""
    by_tier = {row.pop("tier"): _stage_share(row) for row in _rows(rows)}
    name, everybody = str(rows["stage"].iloc[0]), by_tier.pop("")
    told = {"stage": name, **{key: value for key, value in everybody.items() if key not in ("capacity", "load")}}
    told["by_tier"] = by_tier
    if name in money.index:
        spent: dict[str, Any] = {str(key): value for key, value in money.loc[name].items()}
        start = "capital_"
        told["capital_by_source"] = {
            key.removeprefix(start): spent.pop(key) for key in sorted(spent) if key.startswith(start)
        }
        told |= spent
    return told


def _stage_share(row: dict[str, Any]) -> dict[str, Any]:
    percent = _percent(row["people_covered"], row["people"])
    return {**{key: value for key, value in row.items() if key != "stage"}, "people_covered_percent": percent}


def _actions(report: Report) -> list[dict[str, Any]]:
    """Every action of the plan with the ids of its sites, the cost by source as a mapping; relocating is one."""
    ids, found = report.sites["id"].to_numpy(), []
    for row in projects_of(report):
        shares = {key.removeprefix("cost_"): row.pop(key) for key in sorted(row) if key.startswith("cost_")}
        partner = row.pop("partner")
        told = {"stage": row.pop("stage"), "site_id": ids[int(row.pop("site"))], **row}
        found.append({**told, "partner_id": None if partner < 0 else ids[int(partner)], "cost_by_source": shares})
    return found


def _solver(report: Report) -> dict[str, Any]:
    proof = report.proof
    return {
        "name": proof.solver,
        "version": proof.solver_version,
        "limit": proof.limit,
        "variables": proof.variables,
        "rows": proof.rows,
    }
