"""Planning problems with each demand point several times over, the people of each copy in proportion."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from facopt.location.planning.limits import CoverageTarget, Guard

if TYPE_CHECKING:
    from facopt.location.planning.problem import PlanningProblem, PlanService


def repeated(problem: PlanningProblem, source: np.ndarray, factor: np.ndarray) -> PlanningProblem:
    """Return the problem with demand points for each of `source` (P,), their people and load times `factor` (P,)."""
    labels = problem.labels
    again = {int(n) for n in np.unique(source, return_index=True)[1]}
    point = np.array(
        [labels.point[i] if n in again else f"{labels.point[i]} copy {n}" for n, i in enumerate(source)], dtype=object
    )
    excused = None if labels.excused is None else labels.excused[source]
    labels = replace(
        labels, point=point, zone=labels.zone[source], area_class=labels.area_class[source], excused=excused,
        groups={name: group[source] for name, group in labels.groups.items()},
        segments={name: people[:, source] * factor for name, people in labels.segments.items()},
    )  # fmt: skip
    return problem.replace(
        people=problem.people[:, source] * factor, load=problem.load[:, source] * factor, labels=labels,
        need=None if problem.need is None else problem.need[:, source] * factor,
        services=tuple(_repeated_service(service, source) for service in problem.services),
        rules=tuple(replace(one, rule=_repeated_rule(one.rule, source, factor)) for one in problem.rules),
    )  # fmt: skip


def _repeated_service(service: PlanService, source: np.ndarray) -> PlanService:
    arcs = [np.flatnonzero(service.demand == i) for i in source]
    old = np.concatenate(arcs).astype(np.int64)
    pairs = list(zip(service.blocked_arc, service.blocking_site, strict=True))
    blocked = [(n, b) for n, arc in enumerate(old) for a, b in pairs if a == arc]
    return replace(
        service, needed=service.needed[source], standard_minutes=service.standard_minutes[source],
        demand=np.repeat(np.arange(len(source)), [len(one) for one in arcs]).astype(np.int32), site=service.site[old],
        minutes=service.minutes[old], blocked_arc=np.array([n for n, _ in blocked], dtype=np.int32),
        blocking_site=np.array([b for _, b in blocked], dtype=np.int32),
        zero_at_minutes=None if service.zero_at_minutes is None else service.zero_at_minutes[source],
    )  # fmt: skip


def _repeated_rule(rule, source: np.ndarray, factor: np.ndarray):
    if isinstance(rule, CoverageTarget):
        return replace(rule, weights=rule.weights[:, source] * factor)
    return replace(rule, latest=rule.latest[source]) if isinstance(rule, Guard) else rule


def doubled(problem: PlanningProblem, seed: int) -> PlanningProblem:
    """Return the problem with every demand point two or three times, in any order, the people of all but one other."""
    rng = np.random.default_rng(seed)
    source = np.repeat(np.arange(problem.demand_count), rng.integers(2, 4, problem.demand_count))
    source = rng.permutation(source)
    return repeated(problem, source, rng.choice([0.2, 0.35, 0.5, 0.9], len(source)))
