"""What the plan may use at most."""

from __future__ import annotations

from facopt.statement import Count, Money, Section


class Limits(Section):
    """What the plan may use."""

    budget: Money | None = None
    """At most this much money for the plan's actions."""
    new_sites: dict[str, Count] = {}
    """At most so many opened candidates, by tier."""
    sites: dict[str, Count] = {}
    """Exactly so many open sites, existing ones included, by tier."""
