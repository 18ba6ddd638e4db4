"""The values a plan rests on, each with its source and whether that source was read in the original."""

from __future__ import annotations

from typing import TYPE_CHECKING

from facopt.assembly.travel_assumptions import IN_SCENARIO, travel_assumptions
from facopt.measures.report import Assumption

if TYPE_CHECKING:
    from collections.abc import Iterator

    from facopt.assembly.travel import Travelled
    from facopt.scenario.schema import Scenario


def assumptions(scenario: Scenario, travelled: Travelled) -> tuple[Assumption, ...]:
    """Return standards, costs and speeds, in the order of the scenario."""
    return (*_standards(scenario), *_costs(scenario), *travel_assumptions(scenario, travelled))


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
