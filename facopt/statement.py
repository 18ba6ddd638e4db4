"""What everything stated in a scenario is made of: sections whose keys are all known, and numbers with their bounds."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, NoReturn, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue
from pydantic_core import PydanticCustomError

AreaClass = Literal["urban", "town", "rural"]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Whole = Annotated[int, Field(strict=True)]
YesNo = Annotated[bool, Field(strict=True)]
Amount = Annotated[Number, Field(ge=0)]
Percent = Annotated[Number, Field(ge=0, le=100)]
Minutes = Annotated[Number, Field(ge=0)]
Metres = Annotated[Number, Field(gt=0)]
Money = Annotated[Number, Field(ge=0)]
Count = Annotated[Whole, Field(ge=0)]
Year = Annotated[Whole, Field(ge=1900, le=2200)]
_ERROR_TYPE = "refused"


class Section(BaseModel):
    """Base of every part of a scenario: frozen, unknown keys refused; the text under each key is the manual."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    def states(self, *keys: str) -> bool:
        """Return whether any of these keys has another value than its default."""
        fields = type(self).model_fields
        return any(getattr(self, key) != fields[key].get_default(call_default_factory=True) for key in keys)


def refuse(what: str, remedy: str) -> NoReturn:
    """Refuse a value: what is wrong with it, to be read after its key, and how to mend it."""
    template = "{what}"  # filled from the context, so that braces in a value stay what they are
    raise PydanticCustomError(_ERROR_TYPE, template, {"what": what, "remedy": remedy})


def _year_of(key: Any) -> Any:
    """Return a key as a year; in YAML every key is text."""
    if isinstance(key, str):
        if not re.fullmatch(r"(19|20|21)\d\d", key):
            refuse("is no year", "Write the year of a stage, as in 2030")
        return int(key)
    return key


def key_names(literal: Any) -> dict[str, JsonValue]:
    """Return what the JSON schema says of a mapping whose keys are one of the values of a `Literal`."""
    return {"propertyNames": {"enum": list(get_args(literal))}}


YearKey = Annotated[int, BeforeValidator(_year_of)]
"""A year where keys stand."""
