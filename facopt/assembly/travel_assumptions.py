"""What the travel times of a scenario rest on: speeds with their sources, factors, closures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from facopt.measures.report import Assumption
from facopt.scenario.schema import FastestTravel, RoadTravel, StraightLineTravel, TableTravel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from facopt.assembly.travel import Travelled
    from facopt.scenario.schema import Scenario
    from facopt.travel.profiles import Profile

IN_SCENARIO = "stated in the scenario"


def travel_assumptions(scenario: Scenario, travelled: Travelled) -> Iterator[Assumption]:
    """Yield the values behind the times of every mode that is used, in the order of the scenario."""
    for mode in travelled.times:
        travel = scenario.travel[mode]
        if isinstance(travel, StraightLineTravel):
            value = f"{travel.speed_kmh:g} km/h, detour {travel.detour:g}"
            yield Assumption(f"travel.{mode}", value, IN_SCENARIO, verified=False)
        elif isinstance(travel, TableTravel):
            yield Assumption(f"travel.{mode}", travel.file.name, "table of travel times", verified=False)
        elif isinstance(travel, FastestTravel):
            yield Assumption(f"travel.{mode}", f"fastest of {', '.join(travel.modes)}", IN_SCENARIO, verified=False)
        else:
            profile, facts = travelled.profiles[mode], travelled.times[mode].facts
            yield from _speeds(mode, travel, profile, facts)
            yield from _changes(mode, travel)
            yield from _closures(mode, travel, facts)


def _speeds(mode: str, travel: RoadTravel, profile: Profile, facts: dict[str, Any]) -> Iterator[Assumption]:
    """Only the classes that the roads have: a speed nobody travels on is no assumption."""
    for row in profile.sources():
        road_class = row["class"]
        if road_class in facts["length_km_by_class"]:
            stated = road_class in travel.speeds_kmh
            yield Assumption(
                f"travel.{mode}.speeds_kmh.{road_class}",
                f"{profile.kmh(road_class):.4g} km/h",
                IN_SCENARIO if stated else f"profile {travel.profile}: {row['source']}",
                bool(row["verified"]) and not stated,
            )
    yield Assumption(
        f"travel.{mode}.off_road_kmh", f"{profile.off_road_kmh:g} km/h",
        IN_SCENARIO if travel.off_road_kmh is not None else f"profile {travel.profile}", verified=False,
    )  # fmt: skip


def _changes(mode: str, travel: RoadTravel) -> Iterator[Assumption]:
    """Everything that the scenario changes of the profile; the speeds above have it in them already."""
    changed = {
        "factor": f"x {travel.factor:g}" if travel.factor != 1 else "",
        "class_factors": ", ".join(f"{name} x {factor:g}" for name, factor in travel.class_factors.items()),
        "profile_file": "" if travel.profile_file is None else travel.profile_file.name,
        "terrain": travel.terrain if travel.terrain != "plain" else "",
        "maxspeed": travel.maxspeed if travel.maxspeed != "cap" else "",
        "ferry_wait_minutes": "" if travel.ferry_wait_minutes is None else f"{travel.ferry_wait_minutes:g} min",
        "terminal_minutes": "" if travel.terminal_minutes is None else f"{travel.terminal_minutes:g} min",
        "maximum_snap_metres": "" if travel.maximum_snap_metres is None else f"{travel.maximum_snap_metres:g} m",
    }
    for key, value in changed.items():
        if value:
            source = "fitted to timed trips" if key == "profile_file" else IN_SCENARIO
            yield Assumption(f"travel.{mode}.{key}", value, source, verified=False)


def _closures(mode: str, travel: RoadTravel, facts: dict[str, Any]) -> Iterator[Assumption]:
    for number, (stated, effect) in enumerate(zip(travel.closures, facts["closures"], strict=True)):
        what = "closed" if stated.factor == 0 else f"speed x {stated.factor:g}"
        value = f"{effect['name']}: {effect['km']:,.1f} km {what}"
        yield Assumption(f"travel.{mode}.closures.{number}", value, stated.file.name, verified=False)
