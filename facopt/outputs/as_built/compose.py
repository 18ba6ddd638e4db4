"""From the referee's evaluations to a review: three situations, every facility, plan and as-built compared."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from facopt.measures.coverage import SAME_SHARE
from facopt.measures.names import ZoneNames
from facopt.measures.points import points_table, state_columns
from facopt.measures.report import OPEN_ACTIONS
from facopt.measures.shares import PointFigures, share_of_everybody, shares_by_area_class, shares_by_zone
from facopt.measures.sites import assignment_table, sites_table
from facopt.outputs.as_built.model import (
    SITE_KINDS,
    AsBuiltReview,
    Coverage,
    SiteCheck,
    StageCompared,
    TargetCheck,
)
from facopt.outputs.brevity import brief, brief_names
from facopt.outputs.compare.comparison import comparison_of
from facopt.outputs.words import named, pair

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from facopt.errors import Finding
    from facopt.inputs.as_built import AsBuiltTable
    from facopt.inputs.study_area import FloatArray, StudyArea, TextArray
    from facopt.location.problem import LocationProblem
    from facopt.measures.coverage import BoolArray, Situation
    from facopt.measures.report import Share
    from facopt.outputs.as_built.model import SiteKind
    from facopt.outputs.compare.model import Comparison
    from facopt.outputs.run_files import RunFiles


ROUNDING = 1e-6
"""Relative: room that a register writes with fewer digits is the same."""
STAGED_KEYS = frozenset(("stages", "actions", "segments", "closed", "present_cost"))
"""What a record tells of all stages of its plan, which is not what one stage of it is."""


@dataclass(frozen=True)
class Staged:
    """What only a plan of stages, sizes and actions has; arrays have shape (J,)."""

    stage: str
    """Year of the stage compared; "" for a plan without stages."""
    begun: bool
    """Whether the stage has begun at the date."""
    last: bool
    """Whether it is the plan's last."""
    later: int
    """How many actions the plan leaves to later stages."""
    unit: str
    """What room is counted in: people, visits or panel."""
    improved: BoolArray
    """Stood already and is extended or refurbished by then."""
    early: BoolArray
    """New, and planned for a later stage."""
    cost: FloatArray
    """What all its actions cost."""
    size_planned: TextArray
    size_built: TextArray
    room_planned: FloatArray
    """Load that each site can serve; 0 where it is not open, inf without limit."""
    room_built: FloatArray
    targets_due: tuple[str, ...]
    """Of each target the year in which it is due, "" where it is due by now."""


@dataclass(frozen=True)
class Recomputed:
    """A problem with three sets of open sites, each evaluated by the referee."""

    area: StudyArea
    problem: LocationProblem
    today: Situation
    """When the plan was made."""
    plan: Situation
    built: Situation
    changed: bool
    """Whether data files have changed since the plan."""
    targets_plan: pd.DataFrame = field(default_factory=pd.DataFrame)
    targets_built: pd.DataFrame = field(default_factory=pd.DataFrame)
    staged: Staged | None = None
    """None where the plan has no stages, sizes, actions or rules."""

    @property
    def names(self) -> ZoneNames:
        """Names of the zones."""
        names, english = self.area.zone_names, self.area.zone_names_en
        return ZoneNames(*({key: brief(name) for key, name in one.items()} for one in (names, english)))

    def shares(self, now: Situation) -> tuple[Share, tuple[Share, ...], tuple[Share, ...]]:
        """Return the shares of everybody, of the area classes and of the zones with some open sites."""
        problem, today = self.problem, self.today
        figures = PointFigures(
            problem.people, problem.unreachable, today.share, today.nearest.minutes, now.share, now.nearest.minutes
        )
        demand = self.area.demand
        return (
            share_of_everybody(figures),
            shares_by_area_class(figures, demand),
            shares_by_zone(figures, demand, self.names),
        )

    def people(self, share: BoolArray | FloatArray) -> float:
        """Return the people of some demand points, or of a share of each (I,)."""
        return float((self.problem.people * share).sum())


def as_built_review(
    run: RunFiles,
    found: Recomputed,
    register: AsBuiltTable,
    row: Mapping[str, int],
    *,
    file: Path,
    digest: str,
    as_of: str,
    findings: Sequence[Finding],
) -> AsBuiltReview:
    """Return the review; `row` has the register's row of each of its sites that the plan knows."""
    # Where files have changed, or another stage is asked for, the plan's record tells of other people.
    plan = _run_with(run, found, found.plan, {}) if found.changed or found.staged is not None else run
    zh, en = pair("built.run")
    built = _run_with(run, found, found.built, {"title_zh": zh, "title_en": en, "scenario": file.name, "objective": []})
    comparison = comparison_of((plan, built))
    # Shares of each point's people: 0 or 1 unless capacities divide them.
    today, before, after = found.today.share, found.plan.share, found.built.share
    both = np.minimum(before, after)
    return AsBuiltReview(
        comparison=comparison,
        file=file.name,
        digest=digest,
        as_of=as_of,
        changed=found.changed,
        coverage=tuple(_coverage(found, comparison)),
        sites=_sites(run, found, register, row),
        targets=tuple(_targets(found)),
        newly_planned=found.people(_above(before, today)),
        newly_reached=found.people(_above(both, today)),
        lost=found.people(_above(np.minimum(before, today), after)),
        beyond=found.people(_above(after, before)),
        findings=tuple(findings),
        stage=None if found.staged is None else _stage_facts(found.staged),
    )


def _above(share: FloatArray, other: FloatArray) -> FloatArray:
    """Return (I,) by how much a share is above another, 0 where it is not."""
    above: FloatArray = np.where(share - other > SAME_SHARE, share - other, 0.0)
    return above


def _stage_facts(staged: Staged) -> StageCompared:
    return StageCompared(staged.stage, staged.begun, staged.last, staged.later, staged.unit)


# --- the plan and what stands as runs --------------------------------------------------------------------------------


def _run_with(run: RunFiles, found: Recomputed, now: Situation, told: Mapping[str, Any]) -> RunFiles:
    """Return a run as if its plan had opened other sites."""
    states = state_columns(found.area, found.problem, found.today, now)
    points = brief_names(points_table(found.area, found.names, states, pd.DataFrame(index=states.index)))
    sites = brief_names(sites_table(found.area.sites, found.problem, now, found.names))
    stages = dict(zip(run.sites["id"], run.sites["stage"], strict=True))
    sites["stage"] = sites["id"].map(stages).fillna("")
    rows = assignment_table(found.problem, now)
    assignment = pd.DataFrame(
        {
            "demand_id": found.area.demand.id[rows["demand"]],
            "site_id": found.area.sites.id[rows["site"]],
            "tier": rows["tier"],
        }
    )
    kept = {key: value for key, value in run.record.items() if found.staged is None or key not in STAGED_KEYS}
    record = {**kept, **_record(found, now, sites), **told}
    return replace(run, record=record, points=points, sites=sites, assignment=assignment)


def _record(found: Recomputed, now: Situation, sites: pd.DataFrame) -> dict[str, Any]:
    """What a run's record holds of its plan."""
    everybody, classes, zones = found.shares(now)
    today, covered = found.today.share, now.share
    opened = sites[sites["action"].isin(OPEN_ACTIONS)]
    return {
        "status": "feasible",
        **_covered(everybody.people, everybody.covered),
        "unreachable_people": everybody.unreachable,
        "newly_covered_people": found.people(_above(covered, today)),
        "lost_people": found.people(_above(today, covered)),
        "mean_minutes": everybody.mean_minutes,
        "longest_minutes": everybody.longest_minutes,
        "by_tier": dict(_by_tier(found, now)),
        "by_area_class": {share.key: _covered(share.people, share.covered) for share in classes},
        "by_zone": {share.key: _covered(share.people, share.covered) for share in zones},
        "opened": [
            {"site_id": id_, "action": action} for id_, action in zip(opened["id"], opened["action"], strict=True)
        ],
        "cost": now.evaluation.cost,
        "targets": [{"met": bool(met)} for met in _targets_of(found, now)["met"]] if found.staged is None else [],
    }


def _targets_of(found: Recomputed, now: Situation) -> pd.DataFrame:
    return found.targets_built if now is found.built else found.targets_plan


def _by_tier(found: Recomputed, now: Situation) -> Iterator[tuple[str, dict[str, Any]]]:
    for service, covered in zip(found.problem.services, now.evaluation.share_by_tier, strict=True):
        yield service.tier, _covered(found.people(service.needed), found.people(covered))


def _covered(people: float, covered: float | None) -> dict[str, Any]:
    share = 100 * covered / people if covered is not None and people > 0 else None
    return {"people": people, "people_covered": covered, "people_covered_percent": share}


# --- coverage --------------------------------------------------------------------------------------------------------


def _coverage(found: Recomputed, comparison: Comparison) -> Iterator[Coverage]:
    (everybody, classes, zones), (all_built, classes_built, zones_built) = (
        found.shares(found.plan), found.shares(found.built),
    )  # fmt: skip
    yield _three("all", everybody, all_built, pair("built.everybody"))
    for k, service in enumerate(found.problem.services):
        now, plan, built = (
            found.people(one.evaluation.share_by_tier[k]) for one in (found.today, found.plan, found.built)
        )
        name = comparison.tiers.get(service.tier, (service.tier, service.tier, ""))[:2]
        yield Coverage("tier", service.tier, name, found.people(service.needed), now, plan, built)
    for plan_share, built_share in zip(classes, classes_built, strict=True):
        yield _three("area_class", plan_share, built_share, named("area_class", plan_share.key))
    by_key = {share.key: share for share in zones_built}
    rows = [_three("zone", share, by_key[share.key], (share.name, share.name_en or share.name)) for share in zones]
    yield from sorted(rows, key=lambda row: (row.change_points or 0.0, row.name, row.key))


def _three(group: Any, plan: Share, built: Share, name: tuple[str, str]) -> Coverage:
    key = "" if group == "all" else plan.key
    return Coverage(group, key, name, plan.people, plan.covered_now, plan.covered or 0.0, built.covered or 0.0)


# --- facilities ------------------------------------------------------------------------------------------------------


def _sites(run: RunFiles, found: Recomputed, register: AsBuiltTable, row: Mapping[str, int]) -> tuple[SiteCheck, ...]:
    planned = brief_names(sites_table(found.area.sites, found.problem, found.plan, found.names))
    built = sites_table(found.area.sites, found.problem, found.built, found.names)
    stages = dict(zip(run.sites["id"], run.sites["stage"], strict=True))
    rows = {**{id_: at for at, id_ in enumerate(register.id.tolist())}, **row}
    kinds = _kinds(found)
    waiting = _waiting(found)
    records: list[dict[str, Any]] = planned.to_dict("records")  # type: ignore[assignment]
    checks = [
        SiteCheck(
            site_id=one["id"],
            name=(one["name"], one["name_en"] or one["name"]),
            tier=one["tier"],
            zone=(one["zone_name"], one["zone_name_en"] or one["zone_name"]),
            kind=kinds[at],
            stage=stages.get(one["id"], "") if found.staged is None or found.staged.stage else "",
            opened=str(register.opened[rows[one["id"]]]) if one["id"] in rows else "",
            cost=_cost(found, at, one) if one["id"] in stages else None,
            cost_actual=_known(register.cost[rows[one["id"]]]) if one["id"] in rows else None,
            people_planned=_known(one["people_assigned"]) or 0.0,
            people_built=_known(built["people_assigned"].iloc[at]) or 0.0,
            people_waiting=waiting[at],
            new=bool(found.plan.open[at] and not found.problem.existing[at]),
            **_rooms(found.staged, at),
        )
        for at, one in enumerate(records)
        if kinds[at]
    ]
    return tuple(sorted(checks, key=_most_waiting))


def _cost(found: Recomputed, at: int, site: Mapping[str, Any]) -> float | None:
    """What building costs in the plan, with stages all that is done there; 0 for what stays as it stood."""
    if found.staged is not None and (found.staged.cost[at] or found.plan.open[at]):
        return float(found.staged.cost[at])
    return 0.0 if found.problem.existing[at] else _known(site["build_cost"])


def _rooms(staged: Staged | None, at: int) -> dict[str, Any]:
    """Size and room of a site in the plan and as built."""
    if staged is None:
        return {}
    rooms = [float(room[at]) for room in (staged.room_planned, staged.room_built)]
    planned, built = (room if 0 < room < np.inf else None for room in rooms)
    return {
        "size": staged.size_planned[at], "size_built": staged.size_built[at],
        "room": planned, "room_built": built,
    }  # fmt: skip


def _most_waiting(site: SiteCheck) -> tuple[int, float, float, str]:
    return SITE_KINDS.index(site.kind), -site.people_waiting, -site.people_planned, site.site_id


def _kinds(found: Recomputed) -> list[SiteKind | Any]:
    """Kind of each site; "" for candidates that neither the plan nor anybody else built."""
    words = {
        (True, True, True): "kept", (True, True, False): "gone", (True, False, True): "still_open",
        (True, False, False): "closed", (False, True, True): "built", (False, True, False): "not_built",
        (False, False, True): "unplanned",
    }  # fmt: skip
    flags = zip(found.problem.existing.tolist(), found.plan.open.tolist(), found.built.open.tolist(), strict=True)
    kinds = [words.get(one, "") for one in flags]
    return kinds if found.staged is None else [_staged_kind(found.staged, at, kind) for at, kind in enumerate(kinds)]


def _staged_kind(staged: Staged, at: int, kind: str) -> str:
    """Kind of a site where plans extend, and where a site may stand before its time or smaller than planned."""
    smaller = staged.room_built[at] < staged.room_planned[at] * (1 - ROUNDING)
    if kind == "kept" and staged.improved[at]:
        return "not_extended" if smaller else "extended"
    if kind == "unplanned" and staged.early[at]:
        return "early"
    return "smaller" if kind in ("kept", "built") and smaller else kind


def _waiting(found: Recomputed) -> list[float]:
    """Of each site, people whom it covers in the plan and who are not covered as built; once by site."""
    problem, plan = found.problem, found.plan
    people = np.zeros(problem.site_count)
    missing = _above(plan.share, found.built.share)
    seen: set[tuple[int, int]] = set()
    for nearest in plan.evaluation.nearest:
        for demand in np.flatnonzero((missing > 0) & (nearest >= 0)).tolist():
            pair_of = (demand, int(nearest[demand]))
            if pair_of not in seen:
                seen.add(pair_of)
                people[pair_of[1]] += problem.people[demand] * missing[demand]
    return [float(number) for number in people]


def _known(value: float) -> float | None:
    return None if value is None or np.isnan(value) else float(value)


def _targets(found: Recomputed) -> Iterator[TargetCheck]:
    names = found.names
    plans, builts = found.targets_plan.to_dict("records"), found.targets_built.to_dict("records")
    dues = [""] * len(plans) if found.staged is None else found.staged.targets_due
    for plan, built, due in zip(plans, builts, dues, strict=True):
        zone = str(built["zone"])
        yield TargetCheck(
            tier=str(built["tier"]),
            area_class=str(built["area_class"]),
            zone=(names.display.get(zone, zone), names.english.get(zone, "") or names.display.get(zone, zone)),
            segment=str(built["segment"]),
            at_least_percent=_known(built["at_least_percent"]),
            people=float(built["people"]),
            needed=float(built["people_needed"]),
            plan=float(plan["people_covered"]),
            built=float(built["people_covered"]),
            met=bool(built["met"]),
            due=due,
        )
