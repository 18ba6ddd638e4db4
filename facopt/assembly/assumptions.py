"""The values a plan rests on, each with its source and whether that source was read in the original."""

from __future__ import annotations

from typing import TYPE_CHECKING

from facopt.measures.report import Assumption
from facopt.scenario.schema import RoadTravel, StraightLineTravel, TableTravel

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from facopt.scenario.schema import Scenario
    from facopt.travel.network import Network

IN_SCENARIO = "stated in the scenario"


def assumptions(scenario: Scenario, networks: Mapping[str, Network]) -> tuple[Assumption, ...]:
    """Return standards, costs and speeds, in the order of the scenario."""
    return (*_standards(scenario), *_costs(scenario), *_travel(scenario, networks))


def _standards(scenario: Scenario) -> Iterator[Assumption]:
    for name, tier in scenario.tiers.items():
        yield Assumption(
            f"tiers.{name}.standard_minutes",
            f"{tier.standard_minutes:g} min, {tier.mode}",
            tier.standard_source or IN_SCENARIO,
            tier.standard_verified,
        )


def _costs(scenario: Scenario) -> Iterator[Assumption]:
    for name, tier in scenario.tiers.items():
        if tier.build_cost is not None:
            yield Assumption(
                f"tiers.{name}.build_cost",
                f"{tier.build_cost:g} {scenario.currency}",
                tier.build_cost_source or IN_SCENARIO,
                tier.build_cost_verified,
            )


def _travel(scenario: Scenario, networks: Mapping[str, Network]) -> Iterator[Assumption]:
    for mode, travel in scenario.travel.items():
        if isinstance(travel, StraightLineTravel):
            value = f"{travel.speed_kmh:g} km/h, detour {travel.detour:g}"
            yield Assumption(f"travel.{mode}", value, IN_SCENARIO, verified=False)
        elif isinstance(travel, TableTravel):
            yield Assumption(f"travel.{mode}", travel.file.name, "table of travel times", verified=False)
        elif mode in networks:
            yield from _profile(mode, travel, networks[mode])


def _profile(mode: str, travel: RoadTravel, network: Network) -> Iterator[Assumption]:
    """Only the classes that the network has: a speed nobody travels on is no assumption."""
    present = network.length_km_by_class()
    for row in network.profile.sources():
        road_class = row["class"]
        if road_class in present:
            stated = road_class in travel.speeds_kmh
            yield Assumption(
                f"travel.{mode}.speeds_kmh.{road_class}",
                f"{row['kmh'] * travel.factor:g} km/h",
                IN_SCENARIO if stated else f"profile {travel.profile}: {row['source']}",
                bool(row["verified"]) and not stated,
            )
    yield Assumption(
        f"travel.{mode}.off_road_kmh", f"{network.profile.off_road_kmh:g} km/h",
        IN_SCENARIO if travel.off_road_kmh is not None else f"profile {travel.profile}", verified=False,
    )  # fmt: skip
