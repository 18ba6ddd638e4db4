"""What the plan may use at most."""

from __future__ import annotations

from facopt.statement import Amount, Count, Money, Section, YearKey


class Limits(Section):
    """What the plan may use."""

    budget: Money | None = None
    """At most this much money for the plan's actions, all stages together."""
    new_sites: dict[str, Count] = {}
    """At most so many opened candidates, by tier."""
    sites: dict[str, Count] = {}
    """Exactly so many open sites, existing ones included, by tier."""
    budget_by_stage: dict[YearKey, Money] = {}
    """At most this much money for the actions of a stage, by its year: `{2027: 30000000}`."""
    budget_by_source: dict[str, Money] = {}
    """At most this much money from a funding source, all stages together: `{province: 50000000}`."""
    running_cost_per_year: Money | None = None
    """At most this much running cost of all open sites per year, in every stage."""
    staff: Amount | None = None
    """At most so many posts over all open sites, in every stage."""
    beds: Amount | None = None
    """At most so many beds over all open sites, in every stage."""

    @property
    def planning(self) -> bool:
        """Whether anything is stated that only the planning model can answer."""
        return self.states("budget_by_stage", "budget_by_source", "running_cost_per_year", "staff", "beds")
