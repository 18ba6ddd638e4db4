"""A scenario to start from where there are no files yet: a preset, and empty tables with the right headings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from facopt.drafting.draft import SCENARIO, SPEEDS, folder_name, require_new
from facopt.drafting.tiers import preset_document, tiers_of_preset

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

NOT_SHOWN = ("source", "url", "verified")
PEOPLE, FACILITIES = "people.csv", "facilities.csv"
HEADINGS = {
    PEOPLE: "id,name,people,zone,area_class,lon,lat,people_65_plus",
    FACILITIES: "id,name,tier,status,lon,lat,build_cost,fixed",
}


def write_template(folder: Path, preset: str) -> tuple[Path, ...]:
    """Write a commented scenario with a preset, and empty tables to fill in; return the files.

    Raises
    ------
    ScenarioError
        When the folder has a scenario already.
    """
    require_new(folder / SCENARIO)
    folder.mkdir(parents=True, exist_ok=True)
    text = "".join(f"{line}\n" for line in _lines(folder, preset))
    (folder / SCENARIO).write_text(text, encoding="utf-8", newline="\n")
    written = [folder / SCENARIO]
    for name, headings in HEADINGS.items():
        if not (folder / name).exists():
            (folder / name).write_text(f"{headings}\n", encoding="utf-8-sig", newline="\n")
            written.append(folder / name)
    return tuple(written)


def _lines(folder: Path, preset: str) -> Iterator[str]:
    document, tiers = preset_document(preset), tiers_of_preset(preset)
    yield f"# {document['title']} · {document['title_en']}"
    yield "# Fill in the two tables beside this file, then: facopt check scenario.yaml"
    yield f"name: {folder_name(folder)}"
    yield f"preset: {preset}"
    yield "# study_area: {boundary: county.geojson, zones: townships.geojson, water: water.geojson}"
    yield "# crs: wgs84 (GPS, OpenStreetMap), gcj02 (AMap, Tencent), bd09 (Baidu), cgcs2000 or EPSG:n"
    yield f"demand:     {{kind: table, file: {PEOPLE}, crs: wgs84}}"
    yield f"facilities: {{kind: table, file: {FACILITIES}, crs: wgs84}}          # status: existing or candidate"
    yield "# Candidates may be made by rules instead: villages with enough people around them"
    yield f"# candidates: {{kind: settlements, tiers: [{tiers[0].name}], minimum_people: 2000, within_metres: 3000}}"
    yield "travel:"
    for mode in dict.fromkeys(tier.mode for tier in tiers):
        speed, detour = SPEEDS[mode]
        yield f"  {mode}: {{kind: straight_line, speed_kmh: {speed}, detour: {detour}}}          # or by road:"
        yield f"  # {mode}: {{kind: roads, file: county.osm.pbf, profile: {mode}}}"
    yield "tiers:          # what the preset says; write over what differs, such as {standard_minutes: 20}"
    for name, facts in document["tiers"].items():
        comment = "# " if facts.get("optional") else ""
        yield f"  {comment}{name}: {{}}          # {_told(facts)}"
    yield "objective: [coverage, travel]          # most important first: coverage, cost, sites, travel, worst_travel"
    yield f"limits: {{new_sites: {{{', '.join(f'{tier.name}: 5' for tier in tiers)}}}}}          # or budget: 10000000"
    yield f"# targets: [{{kind: coverage, tier: {tiers[0].name}, at_least_percent: 90}}]"
    yield from _rules(document)


def _told(facts: Mapping[str, Any]) -> str:
    """Return name, standard and cost of a tier, with what is not verified."""
    standard, cost = facts["standard_minutes"], facts.get("build_cost")
    told = f"{facts['name']} · {facts['name_en']}: {standard['value']:g} min, {facts['mode']} ({_source(standard)})"
    return told if cost is None else f"{told}; build_cost {cost['value']:,} ({_source(cost)})"


def _source(value: Mapping[str, Any]) -> str:
    return str(value["source"]) + ("" if value["verified"] else "; not verified")


def _rules(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield what the preset knows besides: rules, sizes, costs and workload, as comments."""
    for group in ("rules", "sizes", "costs", "workload"):
        rows = document.get(group, ())
        if rows:
            yield f"# {group} of the preset, for reference:"
        for row in rows:
            facts = ", ".join(f"{key} {value}" for key, value in row.items() if key not in NOT_SHOWN)
            yield f"#   {facts} ({_source(row)})"
