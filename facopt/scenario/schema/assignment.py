"""Who goes where, how sites of different tiers hang together, and how coverage fades."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from facopt.statement import Minutes, Number, Section, YesNo, refuse


class Assignment(Section):
    """Which open site people go to."""

    rule: Literal["optimised", "nearest", "own_zone", "own_zone_unless"] = "optimised"
    """Where the plan sends them; the nearest open site; one of their own zone where one is open; or one of their own
    zone unless another is nearer by more than `unless_minutes_worse`."""
    unless_minutes_worse: Minutes | None = None
    """For `own_zone_unless`: people leave their zone for a site nearer by more than this."""
    single: YesNo = False
    """True: all people of a demand point go to one site; false: they may be divided among several."""

    @field_validator("unless_minutes_worse")
    @classmethod
    def _only_with_its_rule(cls, minutes: float | None, info: ValidationInfo) -> float | None:
        rule = info.data.get("rule")
        if minutes is not None and rule not in (None, "own_zone_unless"):
            refuse(f"means nothing with the rule {rule}", "Remove it, or write rule: own_zone_unless")
        return minutes

    @model_validator(mode="after")
    def _minutes_for_unless(self) -> Assignment:
        if self.rule == "own_zone_unless" and self.unless_minutes_worse is None:
            refuse("has the rule own_zone_unless without minutes", "Add unless_minutes_worse, as in 10")
        return self


class Referral(Section):
    """Where sites send patients on."""

    tier: str
    """The tier that patients are referred to."""
    within_minutes: Minutes
    """An open site of that tier lies within this time of every open site of this one."""
    mode: str
    """How patients travel between the sites: a name under `travel` that is no table."""


class Gradual(Section):
    """Coverage that fades beyond the standard, for the objective `gradual_coverage`."""

    zero_at_minutes: Annotated[Number, Field(gt=0)]
    """Full credit up to the standard, then falling in a straight line to nothing here."""
