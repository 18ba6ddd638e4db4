"""Sizes a site may have: modules with their capacity, cost and posts."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from facopt.statement import Amount, Money, Number, Section, refuse


class Size(Section):
    """One size of the sites of a tier."""

    capacity: Annotated[Number, Field(gt=0)]
    """Load that a site of this size can serve, in the units of `workload` (people by default)."""
    build_cost: Money | None = None
    """Cost of building one; the tier's `build_cost` where it is missing."""
    running_cost: Money = 0.0
    """Money per year while it is open."""
    staff: Amount = 0.0
    """Posts."""
    beds: Amount = 0.0
    """Beds."""
    floor_area_m2: Amount = 0.0
    """Floor area, for the tables."""
    least_load: Amount | None = None
    """An open site of this size serves at least so much; the tier's `smallest_load_percent` where it is missing."""

    @field_validator("least_load")
    @classmethod
    def _within_capacity(cls, least: float | None, info: ValidationInfo) -> float | None:
        capacity = info.data.get("capacity")
        if least is not None and capacity is not None and least > capacity:
            refuse(f"is {least:g}, above the capacity of {capacity:g}", "Write at most the capacity")
        return least
