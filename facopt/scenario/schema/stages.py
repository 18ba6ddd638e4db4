"""When the plan is carried out: dated stages, and how the people change until then."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, ValidationInfo, field_validator

from facopt.statement import Number, Section, Year, YesNo, refuse

GrowthPercent = Annotated[Number, Field(gt=-50, lt=50)]


class Growth(Section):
    """Growth that differs from zone to zone, or from segment to segment."""

    default: GrowthPercent = 0.0
    """Percent per year of everybody not named below."""
    zones: dict[str, GrowthPercent] = {}
    """Percent per year of the people of a zone and of their segments, by its id: `{z01: 1.5}`."""
    segments: dict[str, GrowthPercent] = {}
    """Percent per year of a segment, wherever it lives, by its name: `{65_plus: 2.5}` for the column people_65_plus."""


def _number_or_mapping(value: Any) -> str:
    return "mapping" if isinstance(value, (dict, Growth)) else "number"


StatedGrowth = Annotated[
    Annotated[GrowthPercent, Tag("number")] | Annotated[Growth, Tag("mapping")], Discriminator(_number_or_mapping)
]


class Stages(Section):
    """Dated stages of one plan: what is built when, for the people of then."""

    base_year: Year
    """Year of the people and of the facilities as their tables have them."""
    years: Annotated[tuple[Year, ...], Field(min_length=1)]
    """Years of the stages, ascending: `[2027, 2030, 2035]`; what a stage builds is open from its year on."""
    growth_percent_per_year: StatedGrowth = 0.0
    """Growth of the people from the base year on; one number, or `{default: 0.3, zones: {}, segments: {}}`.

    A column `people_2030` of the demand points states the people of the stage 2030 instead.
    """
    order: Literal["jointly", "final_first"] = "jointly"
    """How the order is found: all stages in one model, or the final plan first and then the order of its actions."""
    compare_orders: YesNo = False
    """True also solves the other way and reports the price of each."""

    @property
    def growth(self) -> Growth:
        """Growth in its long form, however it is written."""
        stated = self.growth_percent_per_year
        return stated if isinstance(stated, Growth) else Growth(default=stated)

    @field_validator("years")
    @classmethod
    def _ascending(cls, years: tuple[int, ...], info: ValidationInfo) -> tuple[int, ...]:
        for earlier, later in pairwise(years):
            if later <= earlier:
                refuse(f"states {later} after {earlier}", "Write years in ascending order, each once")
        base = info.data.get("base_year")
        if base is not None and years and years[0] <= base:
            refuse(f"begins with {years[0]}, but the base year is {base}", "Begin with a year after the base year")
        return years
