"""Who pays, and what later money is worth."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from facopt.scenario.names import Name
from facopt.statement import Number, Percent, Section, YesNo


class Finance(Section):
    """Sources of money, and how cost is counted over the years."""

    discount_percent_per_year: Annotated[Number, Field(ge=0, lt=100)] = 0.0
    """Discount rate by which money of later stages counts less under `cost`; budgets are never discounted."""
    count_running_cost: YesNo = False
    """True: `cost` is the present value of capital and running cost over the stages; false: capital alone."""
    sources: tuple[Name, ...] = ()
    """Names of those who pay: `[county, province]`."""
    funding_percent: dict[str, Percent] = {}
    """What each source pays of the capital of every action, 100 in all: `{province: 40, county: 60}`."""
