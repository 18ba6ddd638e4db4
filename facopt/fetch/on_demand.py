"""What a scenario lacks of its place is fetched before a run; where nothing is missing, no network is touched."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from facopt.errors import Finding, Place, ScenarioError, Severity
from facopt.scenario.references import data_files

if TYPE_CHECKING:
    from pathlib import Path

    from facopt.fetch.request import PlaceRequest
    from facopt.fetch.services import Say
    from facopt.scenario.load import LoadedScenario
    from facopt.scenario.schema import PlaceSection, Scenario


def missing_files(scenario: Scenario) -> tuple[Path, ...]:
    """Return the files that the scenario names in the folder of its place and that are not there yet."""
    if scenario.place is None:
        return ()
    folder = scenario.place.folder
    return tuple(dict.fromkeys(path for _, path in data_files(scenario) if path.parent == folder and not path.exists()))


def fetch_missing(loaded: LoadedScenario, say: Say) -> tuple[Finding, ...]:
    """Fetch what the scenario's place lacks, and return what is remarkable about its files.

    Raises
    ------
    ScenarioError
        If there is no such place, or its files were fetched for another request than the scenario states.
    DataError
        If OpenStreetMap has nothing to plan with there.
    FetchError
        If the files are missing and OpenStreetMap cannot be reached.
    """
    from facopt.fetch.place import fetch_place, require_same_request

    place = loaded.scenario.place
    if place is None:
        return ()
    request = place_request(place)
    require_same_request(request, loaded.place("place"))
    found: tuple[Finding, ...] = ()
    if missing_files(loaded.scenario):
        try:
            found = fetch_place(request, say).findings
        except ScenarioError as error:
            raise ScenarioError([_at(finding, loaded.place("place.name")) for finding in error.findings]) from error
    return (*found, *_estimated_people(loaded.scenario, place.folder))


def place_request(place: PlaceSection) -> PlaceRequest:
    """Return what a scenario asks for."""
    from facopt.fetch.request import PlaceRequest

    return PlaceRequest(place.name, place.folder, place.buffer_km, place.people)


def _at(finding: Finding, place: Place) -> Finding:
    return Finding(finding.what, finding.remedy, place, finding.severity, finding.count, finding.examples)


def _estimated_people(scenario: Scenario, folder: Path) -> tuple[Finding, ...]:
    """Warn where the people of settlements are estimates; a table that somebody put in its place says nothing of it."""
    path = folder / "settlements.csv"
    if scenario.demand.file != path or not path.is_file():
        return ()
    with path.open(encoding="utf-8-sig", newline="", errors="replace") as file:
        sources = [row.get("source_of_people") for row in csv.DictReader(file)]
    estimated = sum(source in ("shared", "typical") for source in sources)
    if not estimated:
        return ()
    what = f"the people of {estimated:,} of {len(sources):,} settlements are estimates by kind of place, not counted"
    remedy = "Put census figures into its column people, and 'census' into source_of_people"
    return (Finding(what, remedy, Place(path), Severity.WARNING, count=estimated),)
