"""What a scenario may say: frozen, unknown keys refused; the text under each key is the manual."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - pydantic reads it at run time
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag

from facopt.scenario.names import (
    LONGEST_FOLDER_NAME,
    canonical_crs,
    checked_access_key,
    checked_folder_name,
    checked_name,
)

AreaClass = Literal["urban", "town", "rural"]
ObjectiveName = Literal["coverage", "cost", "sites", "travel", "worst_travel"]
CrsName = Annotated[
    str,
    AfterValidator(canonical_crs),
    Field(json_schema_extra={"examples": ["wgs84", "gcj02", "bd09", "cgcs2000", "EPSG:4490"]}),
]
FolderName = Annotated[
    str, AfterValidator(checked_folder_name), Field(json_schema_extra={"maxLength": LONGEST_FOLDER_NAME})
]
Name = Annotated[str, AfterValidator(checked_name)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Whole = Annotated[int, Field(strict=True)]
YesNo = Annotated[bool, Field(strict=True)]
Percent = Annotated[Number, Field(ge=0, le=100)]
Minutes = Annotated[Number, Field(ge=0)]
Money = Annotated[Number, Field(ge=0)]
Count = Annotated[Whole, Field(ge=0)]


class Section(BaseModel):
    """Base of every part of a scenario."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


# --- where people live and what stands ---------------------------------------------------------------------------


class TableSource(Section):
    """A table: CSV (UTF-8 or GB18030), xlsx, GeoPackage, GeoParquet, GeoJSON or shapefile."""

    kind: Literal["table"]
    """A table with one row per demand point or site."""
    file: Path
    """Path of the table, relative to the scenario file that states it."""
    crs: CrsName | None = None
    """Coordinate system of the table: wgs84, gcj02 (AMap, Tencent), bd09 (Baidu), cgcs2000 or EPSG:n. No default."""
    layer: str | None = None
    """Layer of a GeoPackage."""
    sheet: str | None = None
    """Sheet of a workbook; the first one by default."""
    columns: dict[str, str] = {}
    """Names of columns where they differ: `{people: 常住人口}`; the key is facopt's name, the value the file's."""


class ControlTotals(Section):
    """People by zone, counted by somebody else: a census of townships."""

    file: Path
    """Table with one row per zone: `id` or `name` of the zone, and `people`."""
    columns: dict[str, str] = {}
    """Names of columns where they differ."""
    sheet: str | None = None
    """Sheet of a workbook; the first one by default."""
    rescale: YesNo = True
    """Rescale people so that each zone sums to its total, to the person; false only compares, and warns beyond 5 %."""
    zones_without_points: Literal["leave_out", "share"] = "leave_out"
    """What to do with people of zones that no demand point is in: leave them out, or share them over their region.

    Without a column `people` in the demand table, totals are shared evenly over the points of their zone.
    """


class PeopleRules(Section):
    """How many people there are: totals that hold, and growth since they were counted."""

    control_totals: ControlTotals | None = None
    """People by zone that the demand points must add up to."""
    growth_percent_per_year: Annotated[Number, Field(gt=-50, lt=50)] = 0.0
    """Growth of all people and segments, after rescaling; negative where people leave."""
    years: Annotated[Number, Field(ge=0, le=100)] = 0.0
    """How many years of growth."""


class DemandTable(TableSource, PeopleRules):
    """Demand points from a table.

    Columns: `id, people, lon, lat` (or `x, y`), optional `name, zone, area_class, people_<segment>`.
    """

    area_class: AreaClass | None = None
    """One area class for all points, where the table has none."""
    place_missing: YesNo = False
    """Put rows without coordinates inside the outline of their zone (`study_area.zones`), spread evenly over it."""


class DemandRaster(PeopleRules):
    """Demand points from a population raster (GeoTIFF in any coordinate system): one point per inhabited cell."""

    kind: Literal["raster"]
    """A GeoTIFF of people per cell."""
    file: Path
    """Path of the raster, relative to the scenario file that states it."""
    cell_metres: Annotated[Number, Field(gt=0)] | None = None
    """Cells are added up to about this size; as they are by default."""
    area_class: AreaClass | None = None
    """One area class for all points; by default it comes from the zones file."""
    total_people: Annotated[Number, Field(gt=0)] | None = None
    """Rescale the cells so that they sum to this many people."""


class DemandPolygons(TableSource, PeopleRules):
    """Demand points from census polygons with `people`; one point inside each, or spread over a raster."""

    kind: Literal["polygons"]  # type: ignore[assignment]
    """Polygons with people."""
    spread_by: Path | None = None
    """Population raster by which each polygon's people are spread over the cells inside it; sums are kept."""
    area_class: AreaClass | None = None
    """One area class for all points, where the polygons have none."""


Demand = Annotated[DemandTable | DemandRaster | DemandPolygons, Field(discriminator="kind")]


class SiteTable(TableSource):
    """Facilities or candidates from a table.

    Columns: `id, tier, lon, lat` (or `x, y`), optional `name, status, build_cost, running_cost, fixed, …`.
    """

    status: Literal["existing", "candidate"] | None = None
    """Status of rows that state none. Default: existing where the scenario has `candidates`, else candidate."""
    merge_within_metres: Annotated[Number, Field(gt=0, le=1000)] | None = None
    """Rows of one tier this near to each other with similar names are one facility: 150 for departments and gates.

    None are merged by default; `facopt check --classes FILE.csv` lists what was.
    """


def _one_or_several(value: Any) -> str:
    return "list" if isinstance(value, (list, tuple)) else "mapping"


Sites = Annotated[
    Annotated[SiteTable, Tag("mapping")] | Annotated[tuple[SiteTable, ...], Tag("list")],
    Discriminator(_one_or_several),
]


class CandidateRules(Section):
    """What places must be like to become candidates; ids of candidates made by rules are the same in every run."""

    tiers: Annotated[tuple[str, ...], Field(min_length=1)]
    """Tiers that may be built there; each place becomes one candidate for each of them."""
    minimum_people: Annotated[Number, Field(ge=0)] = 0.0
    """At least so many people live within `within_metres`."""
    within_metres: Annotated[Number, Field(ge=0)] = 0.0
    """How far around, in a straight line, people are counted; 0 counts those at the place itself."""
    only_within: Path | None = None
    """Outlines within which one may build; anywhere by default."""
    exclude: tuple[Path, ...] = ()
    """Outlines within which one may not build, besides `study_area.exclusions`."""
    water_at_least_metres: Annotated[Number, Field(ge=0)] = 0.0
    """At least so far from `study_area.water`."""
    roads_at_most_metres: Annotated[Number, Field(gt=0)] | None = None
    """At most so far from a road of the first road file under `travel`."""
    existing_at_least_metres: Annotated[Number, Field(ge=0)] = 0.0
    """At least so far from a standing facility of the same tier."""


class SettlementCandidates(CandidateRules):
    """Where people live: each demand point."""

    kind: Literal["settlements"]
    """The demand points themselves."""


class GridCandidates(CandidateRules):
    """The points of a square grid inside the boundary."""

    kind: Literal["grid"]
    """A square grid."""
    spacing_metres: Annotated[Number, Field(ge=50)]
    """Distance between neighbours."""


class CrossingCandidates(CandidateRules):
    """Where main roads meet."""

    kind: Literal["crossings"]
    """Junctions of the first road file under `travel`."""
    road_classes: Annotated[tuple[str, ...], Field(min_length=1)] = ("trunk", "primary", "secondary", "tertiary")
    """At least three roads of these classes must meet."""


Candidate = Annotated[
    SiteTable | SettlementCandidates | GridCandidates | CrossingCandidates, Field(discriminator="kind")
]
Candidates = Annotated[
    Annotated[Candidate, Tag("mapping")] | Annotated[tuple[Candidate, ...], Tag("list")],
    Discriminator(_one_or_several),
]


class StudyAreaSection(Section):
    """The ground: outlines for the map, for tables by zone and for checks."""

    boundary: Path | None = None
    """Outline of the county (GeoJSON, GeoPackage, shapefile)."""
    zones: Path | None = None
    """Outlines of townships and subdistricts with `id`, optional `name` and `area_class`.

    Points without a zone get theirs from it.
    """
    water: Path | None = None
    """Rivers and lakes, drawn beneath everything."""
    exclusions: Path | None = None
    """Outlines within which nothing may be built (flood plains, reserves); candidates inside are warned about."""


class PlaceSection(Section):
    """A named place whose files come from OpenStreetMap; those that are missing are fetched before a run."""

    name: Annotated[str, Field(min_length=1, max_length=300)]
    """As OpenStreetMap finds it, from small to large: `Tianmen, Hubei, China`; or the id of its boundary: R123456."""
    folder: Path
    """Where its files are kept, relative to the scenario file that states it."""
    buffer_km: Annotated[Number, Field(ge=0, le=50)] = 5.0
    """Roads are fetched this far beyond the boundary."""
    people: Annotated[Whole, Field(gt=0)] | None = None
    """People of the whole place, shared out over settlements whose population OpenStreetMap does not know."""


PLACE_FILES = ("boundary.geojson", "roads.osm.pbf", "facilities.csv", "settlements.csv", "candidates.csv")
"""What is fetched of a place."""


# --- travel ----------------------------------------------------------------------------------------------------------


class RoadClosure(Section):
    """Roads closed or slowed within areas or along lines: a flood, a slide, a bridge out."""

    file: Path
    """Areas, lines or points (GeoPackage, GeoJSON, shapefile), relative to the scenario file that states it."""
    layer: str | None = None
    """Layer of a GeoPackage with several."""
    crs: CrsName | None = None
    """Coordinate system of the file, where it states none or is in gcj02 or bd09."""
    name: str | None = None
    """What it is, for the report: `flood of July 2021`."""
    factor: Annotated[Number, Field(ge=0, le=1)] = 0.0
    """Speeds are multiplied by this: 0 closes the roads, 0.5 halves their speed."""
    within_metres: Annotated[Number, Field(ge=0, le=5000)] = 0.0
    """Also roads this near to an area or point; roads that run along a line at this distance."""
    classes: tuple[str, ...] = ()
    """Only roads of these classes; all by default."""


class RoadTravel(Section):
    """Travel along roads from a file, door to door."""

    kind: Literal["roads"]
    """Along the roads of a file."""
    file: Path
    """Roads as .osm.pbf, .osm, GraphML or a line layer, relative to the scenario file that states it."""
    layer: str | None = None
    """Layer of a GeoPackage; the one named edges, or the first with lines, by default."""
    crs: CrsName | None = None
    """Coordinate system of a line layer, where the file states none or is in gcj02 or bd09."""
    profile: str = "drive"
    """Speed table: walk, cycle, ebike or drive."""
    profile_file: Path | None = None
    """Factors by road class that `facopt calibrate` fitted to timed trips; `class_factors` come on top of them."""
    cutoff_minutes: Minutes | None = None
    """Longest trip that is kept.

    By default twice the longest standard of this mode, or unlimited where travel is an objective for everybody.
    """
    speeds_kmh: dict[str, Annotated[Number, Field(gt=0, le=200)]] = {}
    """Speeds by road class that replace the profile's: `{secondary: 40}`."""
    factor: Annotated[Number, Field(gt=0, le=2)] = 1.0
    """All road speeds are multiplied by this (0.8 in hills, 0.65 in snow)."""
    class_factors: dict[str, Annotated[Number, Field(ge=0, le=3)]] = {}
    """Speeds by road class are multiplied by these, `default` for all others: `{tertiary: 0.65, default: 0.8}`.

    0 closes a class; ferries are a class of their own, `ferry`.
    """
    terrain: Literal["plain", "hills", "mountain"] = "plain"
    """Slows the profile's speeds as it says for hills and mountains; speeds under `speeds_kmh` stay as stated."""
    maxspeed: Literal["cap", "replace", "ignore"] = "cap"
    """What a posted limit does: cap the speed of the class, replace it, or nothing."""
    ferry_kmh: Annotated[Number, Field(ge=0, le=100)] | None = None
    """Speed of ferries without a stated crossing time, 0 for none at all; the profile's by default."""
    ferry_wait_minutes: Annotated[Number, Field(ge=0, le=600)] | None = None
    """Waiting for a ferry, for each crossing; the profile's by default."""
    closures: tuple[RoadClosure, ...] = ()
    """Roads closed or slowed in this scenario."""
    off_road_kmh: Annotated[Number, Field(gt=0, le=30)] | None = None
    """Speed between door and road; the profile's by default."""
    terminal_minutes: Annotated[Number, Field(ge=0, le=60)] | None = None
    """Added to every trip (parking, waiting); the profile's by default."""
    maximum_snap_metres: Annotated[Number, Field(gt=0)] | None = None
    """Homes farther from any road than this are cut off; the profile's by default."""


class TableTravel(Section):
    """Travel times from a table: `demand_id, site_id, minutes`, optional `km, mode`; a missing pair is out of reach."""

    kind: Literal["table"]
    """An origin-destination table made elsewhere."""
    file: Path
    """Path of the table, relative to the scenario file that states it."""
    columns: dict[str, str] = {}
    """Names of columns where they differ."""
    cutoff_minutes: Minutes | None = None
    """Pairs beyond this are dropped; none by default."""


class StraightLineTravel(Section):
    """Great-circle distance x detour / speed, where there is no road data."""

    kind: Literal["straight_line"]
    """As the crow flies, times a detour factor."""
    speed_kmh: Annotated[Number, Field(gt=0, le=200)]
    """Speed along the way."""
    detour: Annotated[Number, Field(ge=1, le=5)] = 1.0
    """Road length over straight line: about 1.3 on plains, 1.6 in hills, 2 in mountains."""
    cutoff_minutes: Minutes | None = None
    """Longest trip that is kept; chosen as for roads by default."""


class FastestTravel(Section):
    """The fastest of several other modes for each trip: people ride, and walk where that is sooner."""

    kind: Literal["fastest_of"]
    """The least time of several modes."""
    modes: Annotated[tuple[str, ...], Field(min_length=2)]
    """Names of the modes under `travel`; none of them `fastest_of` itself."""
    cutoff_minutes: Minutes | None = None
    """Longest trip that is kept; chosen as for roads by default."""


Travel = Annotated[RoadTravel | TableTravel | StraightLineTravel | FastestTravel, Field(discriminator="kind")]


# --- what must be reached ------------------------------------------------------------------------------------------


class Tier(Section):
    """A level of care with its standard."""

    serves: Annotated[tuple[AreaClass, ...], Field(min_length=1)] = ("urban", "town", "rural")
    """Area classes whose people this tier must reach; all three by default."""
    mode: str
    """How people travel to it: a name under `travel`."""
    standard_minutes: Minutes
    """A demand point is covered when an open site of the tier lies within this time, the time itself included."""
    provides: tuple[str, ...] = ()
    """Other tiers whose service a site of this tier gives as well; by default none, tiers do not replace each other."""
    matches: tuple[str, ...] = ()
    """Other words for this tier in the facilities' `tier` column: `[社区卫生服务中心]`."""
    name: str | None = None
    """Display name in Chinese, for map and report."""
    name_en: str | None = None
    """Display name in English, for map and report."""
    build_cost: Money | None = None
    """Cost of building one site, where the table states none for it."""
    build_cost_source: str | None = None
    """Where this cost comes from; printed in the report."""
    build_cost_verified: YesNo = False
    """True once the source has been read in the original."""
    standard_source: str | None = None
    """Where the standard comes from; printed in the report."""
    standard_verified: YesNo = False
    """True once the source has been read in the original."""


class CoverageTarget(Section):
    """At least so many percent of people covered. 100 asks for everybody who can be reached; less is a share of all."""

    kind: Literal["coverage"]
    """A share of people within the standard."""
    tier: str | None = None
    """The tier meant; without it, people covered by every tier that serves them."""
    at_least_percent: Percent
    """Percent of the people the tier serves (in the zone or area class named)."""
    area_class: AreaClass | None = None
    """Only people of this area class."""
    zone: str | None = None
    """Only people of this zone."""


class Limits(Section):
    """What the plan may use."""

    budget: Money | None = None
    """At most this much money for the plan's actions."""
    new_sites: dict[str, Count] = {}
    """At most so many opened candidates, by tier."""
    sites: dict[str, Count] = {}
    """Exactly so many open sites, existing ones included, by tier."""


class Solver(Section):
    """How long and how exactly to solve."""

    name: str = "auto"
    """auto, highs, cbc, or any solver that PuLP knows by name."""
    time_limit_seconds: Annotated[Number, Field(gt=0)] = 300.0
    """For the whole chain of objectives; the best plan so far is reported with its gap."""
    gap_percent: Annotated[Number, Field(ge=0, le=100)] = 0.01
    """Stop when the plan is proven to be this close to the best."""
    seed: Annotated[Whole, Field(ge=0, le=2**31 - 1)] = 1
    """Random seed of the solver."""
    threads: Annotated[Whole, Field(ge=1)] | None = None
    """Threads of the solver; its own choice by default."""


class MapSection(Section):
    """Choices for the map page."""

    base: Literal["osm", "tianditu"] | None = None
    """An online map that readers may switch on beneath the plan: osm (OpenStreetMap) or tianditu. Without it the page
    holds no web address."""
    tianditu_key: Annotated[str, AfterValidator(checked_access_key)] | None = None
    """Your key for Tianditu's browser service; everybody who has the page can read it."""


class Scenario(Section):
    """One question: people, facilities, travel, standards, targets, limits and what to optimise."""

    name: FolderName
    """Name of the scenario and of its folder of results."""
    title: str | None = None
    """Title in Chinese for map and report; the name by default."""
    title_en: str | None = None
    """Title in English for map and report."""
    question: str | None = None
    """The question this scenario answers, in a sentence in Chinese."""
    question_en: str | None = None
    """The question in English; `question` where it is missing."""
    data_note: str | None = None
    """Shown on map and report, such as the year of the data, in Chinese."""
    data_note_en: str | None = None
    """The note in English; `data_note` where it is missing."""
    synthetic: YesNo = False
    """True marks map and report as made from invented data."""
    currency: str = "CNY"
    """Currency of all money."""
    place: PlaceSection | None = None
    """A named place whose boundary, roads, facilities and settlements are taken from OpenStreetMap."""
    study_area: StudyAreaSection = StudyAreaSection()
    """Outlines of county, zones and water."""
    demand: Demand
    """Where people live."""
    facilities: Sites
    """What stands, and candidates unless `candidates` names them."""
    candidates: Candidates | None = None
    """Where something may be built: tables, or places made by rules (settlements, grid, crossings)."""
    travel: Annotated[dict[Name, Travel], Field(min_length=1)]
    """Ways to travel, by a name that the tiers use."""
    tiers: Annotated[dict[Name, Tier], Field(min_length=1)]
    """Levels of care, by name."""
    targets: tuple[CoverageTarget, ...] = ()
    """What must be reached at least."""
    objective: Annotated[tuple[ObjectiveName, ...], Field(min_length=1)]
    """What to optimise, most important first: coverage, cost, sites, travel, worst_travel."""
    limits: Limits = Limits()
    """What the plan may use at most."""
    solver: Solver = Solver()
    """Which solver, for how long, and how exactly."""
    map: MapSection = MapSection()
    """What the map page may show besides the plan."""

    def replace(self, **changes: Any) -> Scenario:
        """Return a copy with some fields changed, validated again."""
        return Scenario.model_validate({**dict(self), **changes})
