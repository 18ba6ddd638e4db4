"""Candidates that the scenario asks for by rule, added to the sites that were read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from facopt.assembly.road_files import RoadFiles, road_files
from facopt.errors import DataError, Finding, ScenarioError
from facopt.inputs.candidates import CandidateRequest, join_sites, make_candidates
from facopt.inputs.findings import FindingLog, shown
from facopt.inputs.requests import Source
from facopt.scenario.schema import CandidateRules, CrossingCandidates, GridCandidates, RoadTravel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from facopt.errors import Place
    from facopt.inputs.reader import Recognised
    from facopt.inputs.road_table import RoadTable
    from facopt.inputs.study_area import StudyArea
    from facopt.scenario.schema import Scenario


def with_candidates(
    scenario: Scenario, area: StudyArea, recognised: Recognised, place: Callable[[str], Place],
    files: RoadFiles | None = None,
) -> tuple[StudyArea, Recognised]:  # fmt: skip
    """Return the study area with the candidates that the scenario's rules make, and what is known of them.

    Rules that need roads take those of the first mode on roads, from `files` where a tier uses that mode.

    Raises ScenarioError and DataError where a rule lacks what it needs or leaves no place.
    """
    rules = list(_rules(scenario))
    if not rules:
        return area, recognised
    if not area.metric_crs:
        what = "Candidates cannot be made by rules without coordinates of the demand points"
        raise DataError(Finding(what, "Give lon and lat, or a table of candidates", place("candidates")))
    roads = _roads(scenario, [rule for _, rule in rules], place, files)
    log, sites, made = FindingLog(), [area.sites], []
    for key, rule in rules:
        found, facts = make_candidates(_request(rule, place(key)), area, roads, log)
        made.append(facts)
        sites += [] if found is None else [found]
    log.raise_errors()
    joined = join_sites(*sites)
    _require_unique(joined.id.tolist(), place("candidates"))
    return area.replace(sites=joined), replace(recognised, made=tuple(made))


def _rules(scenario: Scenario) -> Iterator[tuple[str, CandidateRules]]:
    """Yield the rules with the key of each."""
    stated = scenario.candidates
    for number, part in enumerate(stated if isinstance(stated, tuple) else (stated,)):
        if isinstance(part, CandidateRules):
            yield (f"candidates.{number}" if isinstance(stated, tuple) else "candidates"), part


def _roads(
    scenario: Scenario, rules: list[CandidateRules], place: Callable[[str], Place], files: RoadFiles | None
) -> RoadTable | None:
    """Return the roads of the first mode that has some, one that a tier uses before others, where a rule needs them."""
    if not any(isinstance(rule, CrossingCandidates) or rule.roads_at_most_metres is not None for rule in rules):
        return None
    files = road_files(scenario, place) if files is None else files
    for file in files:
        return files[file]
    unused = {mode: travel for mode, travel in scenario.travel.items() if isinstance(travel, RoadTravel)}
    for roads in RoadFiles(unused, place).values():
        return roads
    what = "Candidates at crossings, or near roads, need roads"
    raise ScenarioError(Finding(what, "State a mode of kind roads under travel", place("candidates")))


def _request(rule: CandidateRules, place: Place) -> CandidateRequest:
    return CandidateRequest(
        kind=rule.kind,  # type: ignore[attr-defined]
        tiers=rule.tiers,
        place=place,
        minimum_people=rule.minimum_people,
        within_metres=rule.within_metres,
        only_within=None if rule.only_within is None else Source(rule.only_within),
        exclude=tuple(Source(path) for path in rule.exclude),
        water_at_least_metres=rule.water_at_least_metres,
        roads_at_most_metres=rule.roads_at_most_metres,
        existing_at_least_metres=rule.existing_at_least_metres,
        spacing_metres=rule.spacing_metres if isinstance(rule, GridCandidates) else 0.0,
        road_classes=rule.road_classes if isinstance(rule, CrossingCandidates) else (),
    )


def _require_unique(ids: list[str], place: Place) -> None:
    twice = sorted({id_ for id_ in ids if ids.count(id_) > 1}) if len(set(ids)) != len(ids) else []
    if twice:
        what = f"{len(twice)} candidates made by rules have ids that other sites have too"
        remedy = "Name each tier in one rule only, or change the ids in the tables"
        raise DataError(Finding(what, remedy, place, count=len(twice), examples=shown(twice)))
