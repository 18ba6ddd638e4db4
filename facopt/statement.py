"""What everything stated in a scenario is made of: sections whose keys are all known, and numbers with their bounds."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

AreaClass = Literal["urban", "town", "rural"]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Whole = Annotated[int, Field(strict=True)]
YesNo = Annotated[bool, Field(strict=True)]
Percent = Annotated[Number, Field(ge=0, le=100)]
Minutes = Annotated[Number, Field(ge=0)]
Money = Annotated[Number, Field(ge=0)]
Count = Annotated[Whole, Field(ge=0)]


class Section(BaseModel):
    """Base of every part of a scenario: frozen, unknown keys refused; the text under each key is the manual."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)
