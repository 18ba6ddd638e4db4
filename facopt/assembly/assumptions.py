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
    """Return people, standards, costs and speeds, in the order of the scenario."""
    return (*_people(scenario), *_standards(scenario), *_costs(scenario), *travel_assumptions(scenario, travelled))


def _people(scenario: Scenario) -> Iterator[Assumption]:
    demand = scenario.demand
    totals = demand.control_totals
    if totals is not None and totals.rescale:
        yield Assumption("demand.control_totals", totals.file.name, "totals by zone, as given", verified=False)
    if demand.growth_percent_per_year and demand.years:
        value = f"{demand.growth_percent_per_year:g} % a year for {demand.years:g} years"
        yield Assumption("demand.growth_percent_per_year", value, IN_SCENARIO, verified=False)


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
