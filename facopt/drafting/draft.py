"""A first scenario from what a folder holds: written as a planner would write it, with comments on what was guessed."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from facopt.drafting.metres import with_systems_of_neighbours
from facopt.drafting.survey import Found, survey
from facopt.drafting.systems import with_tested_systems
from facopt.drafting.tiers import TierDraft, tiers_of_preset, tiers_of_registers
from facopt.drafting.totals import totals_lines, zone_of_repeated_totals, zone_of_totals
from facopt.errors import DataError, Finding, Place, ScenarioError, Severity
from facopt.inputs.findings import FindingLog

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

SCENARIO = "scenario.yaml"
SPEEDS = {"walk": (5, 1.3), "drive": (25, 1.4), "cycle": (12, 1.4), "ebike": (20, 1.4)}
"""km/h and detour where there are no roads."""
MOST_CANDIDATES = 300
MANY_CELLS_METRES = 1000
ONE_EACH = ("demand", "totals", "boundary", "zones", "water", "exclusions", "roads", "od")


@dataclass(frozen=True)
class Draft:
    """A first scenario and what it rests on."""

    file: Path
    text: str
    found: tuple[Found, ...]
    used: Mapping[str, tuple[Found, ...]]
    """Files by role."""
    findings: tuple[Finding, ...]
    """What is still to be mended before it runs; empty where it runs as it is."""


def draft_scenario(folder: Path, preset: str | None = None) -> Draft:
    """Write `scenario.yaml` into a folder of files and return what it rests on.

    Raises
    ------
    ScenarioError
        When the folder has a scenario already, or nothing that could be planned with.
    """
    file = folder / SCENARIO
    require_new(file)
    found = with_systems_of_neighbours(with_tested_systems(survey(folder)))
    used = _chosen(found)
    _require_enough(folder, found, used)
    registers = [one.table for one in used["facilities"] if one.table is not None]
    tiers = tiers_of_preset(preset) if preset else tiers_of_registers(registers)
    draft = Draft(file, "", found, used, ())
    for area_class in ("", "rural"):
        text = "".join(f"{line}\n" for line in _lines(draft, tiers, preset, area_class))
        file.write_text(text, encoding="utf-8", newline="\n")
        draft = replace(draft, text=text, findings=_trial(file))
        if not any("area class of" in finding.what for finding in draft.findings):
            break
    return draft


def require_new(file: Path) -> None:
    """Raise a ScenarioError where there is a scenario already."""
    if file.exists():
        what = "there is a scenario already, and it is not overwritten"
        raise ScenarioError(Finding(what, "Rename it, or name another folder", Place(file)))


def _chosen(found: Sequence[Found]) -> dict[str, tuple[Found, ...]]:
    """Return the files by role; of several tables of people the longest, of several outlines the first."""
    used: dict[str, tuple[Found, ...]] = {}
    for one in found:
        used[one.role] = (*used.get(one.role, ()), one)
    for role in ONE_EACH:
        used[role] = tuple(sorted(used.get(role, ()), key=lambda one: -one.size)[:1])
    if not used["demand"]:
        used["demand"] = tuple(used.get("polygons", ())[:1]) or tuple(used.get("raster", ())[:1]) or _places(used)
    elif used.get("polygons") and not used["zones"]:
        used["zones"] = used["polygons"][:1]
    used.setdefault("facilities", ())
    used.setdefault("candidates", ())
    if not used["facilities"]:
        used["facilities"], used["candidates"] = used["candidates"], ()
    return used


def _places(used: Mapping[str, tuple[Found, ...]]) -> tuple[Found, ...]:
    """Return the longest table of places whose people are known by zone."""
    places = sorted(used.get("places", ()), key=lambda one: -one.size)
    return tuple(one for one in places if any(zone_of_totals(one, totals) for totals in used["totals"]))[:1]


def _require_enough(folder: Path, found: Sequence[Found], used: Mapping[str, tuple[Found, ...]]) -> None:
    missing = [
        Finding(f"no file in this folder {what}", remedy, Place(folder))
        for role, what, remedy in (
            ("demand", "says where people live", "Add a table with id, people, lon, lat, or a population raster"),
            ("facilities", "says what stands", "Add a table with id, name, tier, lon, lat"),
        )
        if not used[role]
    ]
    if missing:
        of_no_use = (one for one in found if not one.role)
        seen = [Finding(f"{one.file.name} is of no use: {one.note}", "", Place(folder)) for one in of_no_use]
        raise ScenarioError([*missing, *seen])


def _trial(file: Path) -> tuple[Finding, ...]:
    """Return what stands in the way of the draft: it is loaded and its files are read."""
    from facopt.assembly.study_area import study_area_request
    from facopt.inputs.reader import read_study_area
    from facopt.scenario.load import load_scenario

    try:
        read_study_area(study_area_request(load_scenario(file).scenario))
    except (ScenarioError, DataError) as error:
        return tuple(finding for finding in error.findings if finding.severity is Severity.ERROR)
    return ()


# --- text ------------------------------------------------------------------------------------------------------------


def _lines(draft: Draft, tiers: Sequence[TierDraft], preset: str | None, area_class: str) -> Iterator[str]:
    used, folder = draft.used, draft.file.parent
    yield "# A first scenario, drafted from the files of this folder. Read it, then: facopt check scenario.yaml"
    yield from (f"# not used: {one.file.name} ({one.note})" for one in _unused(draft))
    yield f"name: {folder_name(folder)}"
    yield from _ground(used)
    yield from _demand(used, area_class)
    names = [tier.name for tier in tiers]
    yield from _sites("facilities", used["facilities"], _status(used), names)
    yield from _candidates(used, names)
    yield from _travel(used, tiers)
    if preset:
        yield f"preset: {preset}                    # standards and costs with their sources; state here what differs"
    yield "tiers:"
    for tier in tiers:
        yield from _tier(tier, from_preset=preset is not None)
    yield "# What to optimise, most important first; limits hold it back. Targets ask for a share of people covered."
    yield "objective: [coverage, travel]"
    counts = ", ".join(f"{tier.name}: 5" for tier in tiers)
    yield f"limits: {{new_sites: {{{counts}}}}}       # at most so many new ones; or budget: 10000000"
    yield "# targets:"
    yield f"#   - {{kind: coverage, tier: {tiers[0].name}, at_least_percent: 90}}"


def folder_name(folder: Path) -> str:
    """Return a name for the scenario that is a folder's name everywhere."""
    return re.sub(r"[^\w-]+", "-", folder.resolve().name).strip("-")[:80] or "first"


def _unused(draft: Draft) -> Iterator[Found]:
    kept = {one.file for files in draft.used.values() for one in files if one.role}
    first = {files[0].file for role, files in draft.used.items() if files and role in ONE_EACH}
    for one in draft.found:
        if one.file not in kept:
            yield one
        elif one.role in (*ONE_EACH, "polygons", "raster") and one.file not in first:
            yield replace(one, note="another file serves for the same")


def _ground(used: Mapping[str, tuple[Found, ...]]) -> Iterator[str]:
    stated = [(role, used[role][0]) for role in ("boundary", "zones", "water", "exclusions") if used[role]]
    if stated:
        yield "study_area:"
        yield from (f"  {role}: {_text(one.file.name)}" for role, one in stated)


def _demand(used: Mapping[str, tuple[Found, ...]], area_class: str) -> Iterator[str]:
    one = used["demand"][0]
    kind = {"raster": "raster", "polygons": "polygons"}.get(one.role, "table")
    yield "demand:"
    yield f"  kind: {kind}"
    totals = next((totals for totals in used["totals"] if zone_of_totals(one, totals)), None)
    heading = zone_of_repeated_totals(one) or (totals and zone_of_totals(one, totals))
    yield from _source(one, {"zone": heading} if heading else {})
    yield from totals_lines(one, totals, outlined=bool(used["zones"]))
    if kind == "raster":
        yield f"  cell_metres: {MANY_CELLS_METRES}          # cells are put together to about this size"
    if area_class:
        yield f"  area_class: {area_class}          # no file says who lives in town; urban, town or rural for all"


def _source(one: Found, stated: Mapping[str, str] = MappingProxyType({})) -> Iterator[str]:
    """Yield file, system and columns of a table, what was recognised as a comment; `stated` are columns to name."""
    yield f"  file: {_text(one.file.name)}"
    if one.crs:
        note = one.crs_note or "degrees, but nothing says of which system: please confirm (gcj02: AMap, bd09: Baidu)"
        yield f"  crs: {one.crs}          # {note}"
    elif one.crs_note:
        yield f"  # crs: EPSG:n          # {one.crs_note}"
    if one.table is None or one.role == "raster":
        return
    found = one.table.recognised.columns
    columns, why = dict(stated), ""
    if "id" not in found:
        columns["id"], why = "row_number", "the table has no ids; rows are numbered"
    elif len(set(one.table.text("id"))) < len(one.table):
        columns["id"], why = "row_number", f"{_text(found['id'].heading)} is not unique; rows are numbered"
    if columns:
        told = ", ".join(f"{name}: {_text(heading)}" for name, heading in sorted(columns.items()))
        yield f"  columns: {{{told}}}" + (f"          # {why}" if why else "")
    guessed = [f"{k}: {_text(v.heading)}" for k, v in found.items() if v.heading != k and k not in columns]
    if guessed:
        yield f"  # recognised, change under columns: {{{', '.join(guessed)}}}"


def _sites(key: str, files: Sequence[Found], status: str, tiers: Sequence[str]) -> Iterator[str]:
    if not files:
        return
    yield f"{key}:"
    for one in files:
        lines = ["  kind: table", *_source(one)]
        if status and one.table is not None and "status" not in one.table:
            lines.append(f"  status: {status}")
        if status == "candidate" and one.table is not None and not {"tier", "name"} & set(one.table.columns):
            lines.append(f"  tiers: [{', '.join(tiers)}]          # the table does not say; each row serves for each")
        if one.table is not None and one.table.recognised.maker:
            lines.append("  merge_within_metres: 150          # departments and gates of a facility, by similar names")
        if len(files) > 1:
            lines = [f"  - {lines[0].strip()}", *(f"  {line}" for line in lines[1:])]
        yield from lines


def _status(used: Mapping[str, tuple[Found, ...]]) -> str:
    """Return the status of facilities whose table states none; "" where that is left to be asked."""
    if all(one.role == "candidates" for one in used["facilities"]):
        return "candidate"
    return "existing" if used["candidates"] else ""


def _candidates(used: Mapping[str, tuple[Found, ...]], tiers: Sequence[str]) -> Iterator[str]:
    if used["candidates"]:
        yield from _sites("candidates", used["candidates"], "candidate", tiers)
        return
    planned = _status(used) == "candidate"
    if planned or any(one.table is not None and "status" in one.table for one in used["facilities"]):
        return
    yield "candidates:          # no file names any: the places where people live, the large ones first"
    yield "  kind: settlements"
    yield f"  tiers: [{', '.join(tiers)}]"
    yield f"  minimum_people: {_threshold(used['demand'][0])}"
    yield "  existing_at_least_metres: 1000"


def _threshold(demand: Found) -> int:
    """Return how many people a place has that is among the largest, so that not every hamlet is a candidate."""
    table = demand.table
    if table is None:
        return 500
    if zone_of_repeated_totals(demand) is not None:
        return 0
    known = (people for people in table.numbers("people", FindingLog()).tolist() if people >= 0)
    people = sorted(known, reverse=True)
    return int(people[MOST_CANDIDATES]) if len(people) > MOST_CANDIDATES else 0


def _travel(used: Mapping[str, tuple[Found, ...]], tiers: Sequence[TierDraft]) -> Iterator[str]:
    yield "travel:"
    for mode in dict.fromkeys(tier.mode for tier in tiers):
        if used["od"]:
            yield f"  {mode}: {{kind: table, file: {_text(used['od'][0].file.name)}}}"
        elif used["roads"]:
            yield f"  {mode}: {{kind: roads, file: {_text(used['roads'][0].file.name)}, profile: {mode}}}"
        else:
            speed, detour = SPEEDS[mode]
            yield f"  {mode}: {{kind: straight_line, speed_kmh: {speed}, detour: {detour}}}          # or by road:"
            yield f"  # {mode}: {{kind: roads, file: county.osm.pbf, profile: {mode}}}"


def _tier(tier: TierDraft, *, from_preset: bool) -> Iterator[str]:
    standard = tier.facts["standard_minutes"]
    if from_preset:
        checked = "" if standard["verified"] else ", not verified"
        yield f"  {tier.name}: {{}}          # {tier.facts['name_en']}: {tier.minutes:g} minutes{checked}"
        return
    yield f"  {tier.name}:"
    for key in ("name", "name_en", "matches", "serves", "mode"):
        if key in tier.facts:
            yield f"    {key}: {_text(tier.facts[key])}"
    yield f"    standard_minutes: {tier.minutes:g}"
    yield f"    standard_source: {_text(standard['source'])}"
    yield f"    standard_verified: {_text(standard['verified'])}"


def _text(value: Any) -> str:
    """Return a value as YAML on one line; text in quotes where it could be taken for something else."""
    if isinstance(value, list):
        return f"[{', '.join(_text(item) for item in value)}]"
    if isinstance(value, str) and re.fullmatch(r"[A-Za-z\u4e00-\u9fff_][\w ./()\u4e00-\u9fff-]*", value):
        return value if value.casefold() not in {"yes", "no", "on", "off", "true", "false", "null"} else f'"{value}"'
    return json.dumps(value, ensure_ascii=False)
