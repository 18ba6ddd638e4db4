"""How people travel: along roads, by a table of times, in a straight line, or the fastest of several."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from facopt.scenario.names import CrsName
from facopt.statement import Minutes, Number, Section


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
