"""From the referee's evaluations to a review: three situations, every facility, plan and as-built compared."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from facopt.measures.names import ZoneNames
from facopt.measures.points import points_table, state_columns
from facopt.measures.report import OPEN_ACTIONS
from facopt.measures.shares import PointFigures, share_of_everybody, shares_by_area_class, shares_by_zone
from facopt.measures.sites import assignment_table, sites_table
from facopt.outputs.as_built.model import SITE_KINDS, AsBuiltReview, Coverage, SiteCheck, TargetCheck
from facopt.outputs.compare.comparison import comparison_of
from facopt.outputs.words import named, pair

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from facopt.errors import Finding
    from facopt.inputs.as_built import AsBuiltTable
    from facopt.inputs.study_area import StudyArea
    from facopt.location.problem import LocationProblem
    from facopt.measures.coverage import BoolArray, Situation
    from facopt.measures.report import Share
    from facopt.outputs.as_built.model import SiteKind
    from facopt.outputs.compare.model import Comparison
    from facopt.outputs.run_files import RunFiles


@dataclass(frozen=True)
class Recomputed:
    """A problem with three sets of open sites, each evaluated by the referee."""

    area: StudyArea
    problem: LocationProblem
    today: Situation
    """When the plan was made."""
    plan: Situation
    built: Situation
    targets_plan: pd.DataFrame
    targets_built: pd.DataFrame
    changed: bool
    """Whether data files have changed since the plan."""

    @property
    def names(self) -> ZoneNames:
        """Names of the zones."""
        return ZoneNames(self.area.zone_names, self.area.zone_names_en)

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

    def people(self, who: BoolArray) -> float:
        """Return the people of some demand points (I,)."""
        return float(self.problem.people[who].sum())


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
    # Where files have changed the plan's record tells of other people, so it is replaced too.
    plan = _run_with(run, found, found.plan, {}) if found.changed else run
    zh, en = pair("built.run")
    built = _run_with(run, found, found.built, {"title_zh": zh, "title_en": en, "scenario": file.name, "objective": []})
    comparison = comparison_of((plan, built))
    today, before, after = found.today.covered, found.plan.covered, found.built.covered
    return AsBuiltReview(
        comparison=comparison,
        file=file.name,
        digest=digest,
        as_of=as_of,
        changed=found.changed,
        coverage=tuple(_coverage(found, comparison)),
        sites=_sites(run, found, register, row),
        targets=tuple(_targets(found)),
        newly_planned=found.people(before & ~today),
        newly_reached=found.people(before & ~today & after),
        lost=found.people(before & today & ~after),
        beyond=found.people(after & ~before),
        findings=tuple(findings),
    )


# --- the plan and what stands as runs --------------------------------------------------------------------------------


def _run_with(run: RunFiles, found: Recomputed, now: Situation, told: Mapping[str, Any]) -> RunFiles:
    """Return a run as if its plan had opened other sites."""
    states = state_columns(found.area, found.problem, found.today, now)
    points = points_table(found.area, found.names, states, pd.DataFrame(index=states.index))
    sites = sites_table(found.area.sites, found.problem, now, found.names)
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
    record = {**run.record, **_record(found, now, sites), **told}
    return replace(run, record=record, points=points, sites=sites, assignment=assignment)


def _record(found: Recomputed, now: Situation, sites: pd.DataFrame) -> dict[str, Any]:
    """What a run's record holds of its plan."""
    everybody, classes, zones = found.shares(now)
    today = found.today.covered
    opened = sites[sites["action"].isin(OPEN_ACTIONS)]
    return {
        "status": "feasible",
        **_covered(everybody.people, everybody.covered),
        "unreachable_people": everybody.unreachable,
        "newly_covered_people": found.people(now.covered & ~today),
        "lost_people": found.people(today & ~now.covered),
        "mean_minutes": everybody.mean_minutes,
        "longest_minutes": everybody.longest_minutes,
        "by_tier": dict(_by_tier(found, now)),
        "by_area_class": {share.key: _covered(share.people, share.covered) for share in classes},
        "by_zone": {share.key: _covered(share.people, share.covered) for share in zones},
        "opened": [
            {"site_id": id_, "action": action} for id_, action in zip(opened["id"], opened["action"], strict=True)
        ],
        "cost": now.evaluation.cost,
        "targets": [{"met": bool(met)} for met in _targets_of(found, now)["met"]],
    }


def _targets_of(found: Recomputed, now: Situation) -> pd.DataFrame:
    return found.targets_built if now is found.built else found.targets_plan


def _by_tier(found: Recomputed, now: Situation) -> Iterator[tuple[str, dict[str, Any]]]:
    for service, covered in zip(found.problem.services, now.evaluation.covered_by_tier, strict=True):
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
            found.people(one.evaluation.covered_by_tier[k]) for one in (found.today, found.plan, found.built)
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
    planned = sites_table(found.area.sites, found.problem, found.plan, found.names)
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
            stage=stages.get(one["id"], ""),
            opened=str(register.opened[rows[one["id"]]]) if one["id"] in rows else "",
            cost=0.0 if found.problem.existing[at] else _known(one["build_cost"]) if one["id"] in stages else None,
            cost_actual=_known(register.cost[rows[one["id"]]]) if one["id"] in rows else None,
            people_planned=_known(one["people_assigned"]) or 0.0,
            people_built=_known(built["people_assigned"].iloc[at]) or 0.0,
            people_waiting=waiting[at],
        )
        for at, one in enumerate(records)
        if kinds[at]
    ]
    return tuple(sorted(checks, key=_most_waiting))


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
    return [words.get(one, "") for one in flags]


def _waiting(found: Recomputed) -> list[float]:
    """Of each site, people whom it covers in the plan and who are not covered as built; once by site."""
    problem, plan = found.problem, found.plan
    people = np.zeros(problem.site_count)
    without = plan.covered & ~found.built.covered
    seen: set[tuple[int, int]] = set()
    for nearest in plan.evaluation.nearest:
        for demand in np.flatnonzero(without & (nearest >= 0)).tolist():
            pair_of = (demand, int(nearest[demand]))
            if pair_of not in seen:
                seen.add(pair_of)
                people[pair_of[1]] += problem.people[demand]
    return [float(number) for number in people]


def _known(value: float) -> float | None:
    return None if value is None or np.isnan(value) else float(value)


def _targets(found: Recomputed) -> Iterator[TargetCheck]:
    names = found.names
    both = zip(found.targets_plan.to_dict("records"), found.targets_built.to_dict("records"), strict=True)
    for plan, built in both:
        zone = str(built["zone"])
        yield TargetCheck(
            tier=str(built["tier"]),
            area_class=str(built["area_class"]),
            zone=(names.display.get(zone, zone), names.english.get(zone, "") or names.display.get(zone, zone)),
            at_least_percent=float(built["at_least_percent"]),
            people=float(built["people"]),
            needed=float(built["people_needed"]),
            plan=float(plan["people_covered"]),
            built=float(built["people_covered"]),
            met=bool(built["met"]),
        )
