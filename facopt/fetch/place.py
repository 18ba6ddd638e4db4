"""Fetch a named place: ask what is missing, make all files beside their folder, then put them into it together."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from facopt.errors import DataError, Finding, Place, ScenarioError
from facopt.fetch.facilities import TAGS as FACILITY_TAGS
from facopt.fetch.facilities import facilities_from
from facopt.fetch.files import write_boundary, write_candidates, write_facilities, write_roads, write_settlements
from facopt.fetch.request import Services
from facopt.fetch.services import OpenStreetMap
from facopt.fetch.settlements import TAGS as SETTLEMENT_TAGS
from facopt.fetch.settlements import TYPICAL, counts, settlements_from
from facopt.scenario.schema import PLACE_FILES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

    from facopt.fetch.request import PlaceRequest
    from facopt.fetch.services import Answers, FoundPlace, Say
    from facopt.fetch.settlements import Settlements

SOURCES = "sources.json"
CACHE = ".cache"
LICENCE = "Open Database Licence (ODbL) 1.0, © OpenStreetMap contributors, https://www.openstreetmap.org/copyright"
SLACK_METRES = 300.0
"""Facilities and settlements are asked for within a coarser outline this much wider, and then cut at the boundary."""


@dataclass(frozen=True)
class Fetched:
    """What a call did."""

    folder: Path
    written: tuple[str, ...]
    kept: tuple[str, ...]
    """Files that were there already."""
    sources: dict[str, Any]
    """What `sources.json` holds."""
    findings: tuple[Finding, ...] = ()


@dataclass
class _Work:
    """Files in the making."""

    place: FoundPlace
    request: PlaceRequest
    service: OpenStreetMap
    folder: Path
    """Where files are made."""
    counts: dict[str, Any] = field(default_factory=dict)
    answers: list[Answers] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    estimated: dict[str, str] = field(default_factory=dict)
    """What is no fact of OpenStreetMap's, by file."""


def fetch_place(request: PlaceRequest, say: Say, services: Services | None = None, *, refresh: bool = False) -> Fetched:
    """Fetch the files of a place that its folder lacks; with `refresh` all of them, from new answers.

    Answers are kept in `.cache` inside the folder (those of a refresh in `.cache.new` until it is complete), so that an
    interrupted call goes on where it stopped. The folder's files change only once everything is there; files that are
    there already stay as they are.

    Parameters
    ----------
    request
        The place and where its files go.
    say
        Hears in words what is being done.
    services
        Other servers than the public ones.
    refresh
        Ask everything anew and replace files, hand-made changes to them included.

    Raises
    ------
    ScenarioError
        If there is no such place, or the folder holds another one.
    DataError
        If OpenStreetMap has no road or no settlement there, or its population tags contradict the people stated.
    FetchError
        If a service cannot be reached or gives no whole answer.
    """
    if not refresh:
        require_same_request(request)
    wanted = tuple(name for name in PLACE_FILES if refresh or not (request.folder / name).exists())
    kept = tuple(name for name in PLACE_FILES if name not in wanted)
    if not wanted:
        return Fetched(request.folder, (), kept, read_sources(request.folder))
    cache = request.folder / (f"{CACHE}.new" if refresh else CACHE)
    made = cache / "files"
    try:
        made.mkdir(parents=True, exist_ok=True)
        work = _make(wanted, OpenStreetMap(request, services or Services(), cache, say), request, made)
        record = _record(work, request, services or Services(), kept)
        (made / SOURCES).write_text(_json(record), encoding="utf-8", newline="\n")
        for name in (*wanted, SOURCES):
            os.replace(made / name, request.folder / name)
    finally:
        _tidy(made, request.folder)
    if refresh:
        _replace_cache(cache, request.folder / CACHE)
    return Fetched(request.folder, wanted, kept, record, tuple(work.findings))


def _make(wanted: tuple[str, ...], service: OpenStreetMap, request: PlaceRequest, folder: Path) -> _Work:
    place = service.place()
    service.say(f"found {place.label} ({place.element[0]} {place.element[1]})")
    work = _Work(place, request, service, folder)
    if "boundary.geojson" in wanted:
        write_boundary(place, folder / "boundary.geojson")
    steps: dict[str, Callable[[_Work, tuple[str, ...]], None]] = {
        "roads.osm.pbf": _make_roads, "facilities.csv": _make_facilities, "settlements.csv": _make_settlements,
        "candidates.csv": _make_settlements,
    }  # fmt: skip
    for step in dict.fromkeys(make for name, make in steps.items() if name in wanted):
        step(work, wanted)
    return work


def _make_roads(work: _Work, _wanted: tuple[str, ...]) -> None:
    answers = work.service.roads(wider(work.place.outline, work.request.buffer_km * 1000))
    work.answers.append(answers)
    work.counts["roads"] = write_roads(answers.elements, work.folder / "roads.osm.pbf")
    if not work.counts["roads"]["ways"]:
        what = f"OpenStreetMap has no road in {work.request.name}"
        raise DataError(Finding(what, "Use another place, or road data of your own"))


def _make_facilities(work: _Work, _wanted: tuple[str, ...]) -> None:
    answers = work.service.features("facilities", wider(work.place.outline, SLACK_METRES), FACILITY_TAGS)
    work.answers.append(answers)
    found = facilities_from(answers.elements, work.place.outline)
    write_facilities(found, work.folder / "facilities.csv")
    work.counts["facilities"] = {"by_tier": counts(found.kinds), "left_out": found.left_out}
    if len(found.features):
        work.estimated["facilities.csv"] = "tier is told from name and tags"


def _make_settlements(work: _Work, wanted: tuple[str, ...]) -> None:
    answers = work.service.features("settlements", wider(work.place.outline, SLACK_METRES), SETTLEMENT_TAGS)
    work.answers.append(answers)
    found = settlements_from(answers.elements, work.place.outline, work.request.people)
    if "settlements.csv" in wanted:
        write_settlements(found, work.folder / "settlements.csv")
        work.findings += found.findings
        work.counts["settlements"] = _settlement_counts(found)
        work.estimated["settlements.csv"] = f"area_class is told from the place tag; {_estimate(found)}"
    if "candidates.csv" in wanted:
        write_candidates(found, work.folder / "candidates.csv")
        work.estimated["candidates.csv"] = "every settlement is a candidate, whether or not there is land for it"


def _settlement_counts(found: Settlements) -> dict[str, Any]:
    return {
        "by_place": counts(found.kinds),
        "by_source_of_people": counts(found.source),
        "people": int(found.people.sum()),
        "left_out": found.left_out,
    }


def _estimate(found: Settlements) -> str:
    by_source = counts(found.source)
    known = by_source.pop("tag", 0)
    how = "what is typical of their kind" if TYPICAL in by_source else "a share of the people stated, by kind of place"
    return f"{known} of {len(found.features)} settlements have counted people, the others {how}"


def wider(outline: BaseGeometry, metres: float) -> BaseGeometry:
    """Return an outline at least so much wider, with few vertices, in WGS-84 degrees."""
    import geopandas as gpd

    middle = outline.centroid
    plane = f"+proj=aeqd +lat_0={middle.y:.6f} +lon_0={middle.x:.6f} +datum=WGS84"
    flat = gpd.GeoSeries([outline], crs="EPSG:4326").to_crs(plane)
    coarse = SLACK_METRES / 3
    # Both simplifications may take `coarse` away, and the buffer's arcs half a percent.
    around: BaseGeometry = (
        flat.simplify(coarse).buffer(1.005 * metres + 2 * coarse).simplify(coarse).to_crs("EPSG:4326").iloc[0]
    )
    return around


def _record(work: _Work, request: PlaceRequest, services: Services, kept: tuple[str, ...]) -> dict[str, Any]:
    before = read_sources(request.folder) if kept else {}
    answered = datetime.fromtimestamp(min((one.asked for one in work.answers), default=0.0), UTC)
    return {
        "place": work.place.label,
        "osm": "/".join(map(str, work.place.element)),
        "request": request.stated(),
        "licence": LICENCE,
        "asked": answered.strftime("%Y-%m-%dT%H:%M:%SZ") if work.answers else before.get("asked", ""),
        "osm_data_of": min((one.osm_time for one in work.answers if one.osm_time), default=""),
        "services": vars(services),
        "versions": {name: version(name) for name in ("facopt", "osmnx")},
        "counts": {**before.get("counts", {}), **work.counts},
        "kept_as_they_were": list(kept),
        "estimated": {**before.get("estimated", {}), **work.estimated},
        "warnings": [str(finding) for finding in work.findings],
    }


def read_sources(folder: Path) -> dict[str, Any]:
    """Return what `sources.json` holds; nothing where there is none.

    Raises
    ------
    DataError
        If it is no JSON.
    """
    path = folder / SOURCES
    if not path.is_file():
        return {}
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        what = f"cannot be read: {error}"
        raise DataError(Finding(what, "Delete it, or fetch again with --refresh", Place(path))) from error
    return record if isinstance(record, dict) else {}


def require_same_request(request: PlaceRequest, place: Place | None = None) -> None:
    """Raise a ScenarioError where the folder's files were fetched for another request; `place` is where this stands."""
    before = read_sources(request.folder).get("request")
    now = request.stated()
    if before is None or before == now:
        return
    differing = [f"{key} {before.get(key)}, not {now[key]}" for key in now if before.get(key) != now[key]]
    what = f"the files in {request.folder} were fetched for {'; '.join(differing)}"
    remedy = f"Use another folder, or replace them (changes made by hand too): {request.command()} --refresh"
    raise ScenarioError(Finding(what, remedy, place or Place()))


def _replace_cache(new: Path, old: Path) -> None:
    if old.exists():
        shutil.rmtree(old)
    os.replace(new, old)


def _tidy(made: Path, folder: Path) -> None:
    """Leave no files in the making behind, and no empty folder."""
    shutil.rmtree(made, ignore_errors=True)
    for empty in (made.parent, folder):
        if empty.is_dir() and not any(empty.iterdir()):
            empty.rmdir()


def _json(record: dict[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False, indent=2) + "\n"
