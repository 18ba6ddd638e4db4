"""What people ask of a clinic, and whose needs weigh more."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from facopt.statement import Number, Section

Weight = Annotated[Number, Field(ge=0, le=1000)]


class Workload(Section):
    """How people become load on the capacity of sites."""

    unit: Literal["people", "visits", "panel"] = "people"
    """What capacities are counted in, for the words of the report: people, visits a year, or registered patients."""
    per_person: Annotated[Number, Field(gt=0, le=1000)] = 1.0
    """Load of one person: 1.7 where capacities are in visits and a person comes 1.7 times a year."""
    segment_weights: dict[str, Weight] = {}
    """A person of the segment counts so many times as much: `{65_plus: 1.7}` for the column people_65_plus."""


class Need(Section):
    """Whose coverage and travel weigh more under the objectives `need_coverage` and `need_travel`."""

    segment_weights: dict[str, Weight] = {}
    """A person of the segment counts so many times as much: `{65_plus: 2, 0_6: 1.5}`."""
