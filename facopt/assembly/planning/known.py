"""Whether the zones, segments, demand points and sites that a scenario names are there."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from facopt.errors import Finding, ScenarioError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from facopt.errors import Place
    from facopt.inputs.study_area import StudyArea
    from facopt.scenario.schema import Scenario

Named = tuple[str, str, str]
"""(key, name, kind: zone, segment, demand point, site or grouping of demand points)."""


def require_known(scenario: Scenario, area: StudyArea, place: Callable[[str], Place]) -> None:
    """Raise ScenarioError for every name that the tables do not have."""
    known: dict[str, Collection[str]] = {
        "zone": {str(zone) for zone in area.demand.zone if zone},
        "segment": set(area.demand.segments),
        "demand point": set(area.demand.id.tolist()),
        "site": set(area.sites.id.tolist()),
        "grouping": {"zone", "area_class", *area.demand.groups},
    }
    findings = [
        _unknown(key, name, kind, known[kind], place) for key, name, kind in _names(scenario) if name not in known[kind]
    ]
    if findings:
        raise ScenarioError(findings)


def _unknown(key: str, name: str, kind: str, known: Collection[str], place: Callable[[str], Place]) -> Finding:
    near = get_close_matches(name, sorted(known), n=1)
    shown = ", ".join(sorted(known)[:8])
    remedy = f"Did you mean '{near[0]}'" if near else f"Known are: {shown}" if shown else f"The tables have no {kind}s"
    return Finding(f"{key}: there is no {kind} '{name}'", remedy, place(key))


def _names(scenario: Scenario) -> Iterator[Named]:
    if scenario.stages is not None:
        growth = scenario.stages.growth
        yield from ((f"stages.growth_percent_per_year.zones.{zone}", zone, "zone") for zone in growth.zones)
        yield from ((f"stages.growth_percent_per_year.segments.{name}", name, "segment") for name in growth.segments)
    if scenario.workload is not None:
        yield from ((f"workload.segment_weights.{n}", n, "segment") for n in scenario.workload.segment_weights)
    yield from ((f"need.segment_weights.{n}", n, "segment") for n in scenario.need.segment_weights)
    for number, target in enumerate(scenario.targets):
        if target.segment is not None:
            yield f"targets.{number}.segment", target.segment, "segment"
    for number, rule in enumerate(scenario.rules):
        yield from _names_of_rule(f"rules.{number}", dict(rule))


def _names_of_rule(key: str, stated: dict[str, object]) -> Iterator[Named]:
    """Yield what a rule names, by what its keys mean in every rule."""
    kinds = {"sites": "site", "points": "demand point", "zones": "zone", "zone": "zone", "per": "grouping"}
    for name, kind in kinds.items():
        value = stated.get(name)
        if isinstance(value, str):
            yield f"{key}.{name}", value, kind
        elif isinstance(value, tuple):
            yield from ((f"{key}.{name}.{n}", str(one), kind) for n, one in enumerate(value))
