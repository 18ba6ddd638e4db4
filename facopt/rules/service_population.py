"""How many people one site may serve: neither an empty clinic nor a crowded one."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from facopt.rules.base import Rule
from facopt.statement import Amount, Number, Year, refuse


class ServicePopulation(Rule):
    """The people assigned to each open site of a tier are neither fewer nor more than stated."""

    kind: Literal["service_population"]
    """Bounds on the people that each open site serves."""
    tier: str
    """The tier meant."""
    at_least: Amount | None = None
    """No open site of the tier serves fewer people."""
    at_most: Annotated[Number, Field(gt=0)] | None = None
    """No open site of the tier serves more people."""
    by: Year | None = None
    """Due in the first stage of this year or later and all after it; without it in every stage."""

    @model_validator(mode="after")
    def _bounded(self) -> ServicePopulation:
        if self.at_least is None and self.at_most is None:
            refuse("states neither at_least nor at_most", "State one of them, in people")
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            refuse("has at_least above at_most, so no site may be open", "Exchange the two")
        return self
