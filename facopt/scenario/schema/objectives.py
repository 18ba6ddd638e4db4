"""What to optimise: names, names with a tolerance, and weighted sums, most important first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

from pydantic import Discriminator, Field, Tag

from facopt.objectives import objective_classes
from facopt.statement import Number, Percent, Section, key_names

PlainObjectiveName = Literal["coverage", "cost", "sites", "travel", "worst_travel"]
_OTHERS = tuple(name for name in objective_classes() if name not in get_args(PlainObjectiveName))

if TYPE_CHECKING:
    ObjectiveName = str
else:  # the names are those whose modules are there
    ObjectiveName = Literal[(*get_args(PlainObjectiveName), *_OTHERS)]
PLAIN_OBJECTIVES: frozenset[str] = frozenset(get_args(PlainObjectiveName))
"""Objectives that need no planning model."""


class ObjectiveLevel(Section):
    """One objective, of which later ones may give some back."""

    name: ObjectiveName
    """The objective."""
    tolerance_percent: Percent = 0.0
    """Later objectives may give back so many percent of this one's value."""


class WeightedObjective(Section):
    """A weighted sum of several objectives, to be minimised; those of which more is better count negative."""

    weighted: Annotated[
        dict[ObjectiveName, Annotated[Number, Field(gt=0)]],
        Field(min_length=1, json_schema_extra=key_names(ObjectiveName)),
    ]
    """Weight of each objective, in its own units: `{cost: 1, travel: 0.02}`."""
    tolerance_percent: Percent = 0.0
    """Later objectives may give back so many percent of this sum."""


def _form(value: Any) -> str:
    if isinstance(value, (dict, Section)):
        stated = value if isinstance(value, dict) else dict(value)
        return "weighted" if "weighted" in stated else "name"
    return "text"


StatedObjective = Annotated[
    Annotated[ObjectiveName, Tag("text")]
    | Annotated[ObjectiveLevel, Tag("name")]
    | Annotated[WeightedObjective, Tag("weighted")],
    Discriminator(_form),
]


@dataclass(frozen=True)
class Level:
    """One level of the objective in its long form, however it is written."""

    weights: tuple[tuple[ObjectiveName, float], ...]
    """Objectives with their weights; one with weight 1 unless the level is a weighted sum."""
    tolerance_percent: float = 0.0
    """How many percent of its value later levels may give back."""
    weighted: bool = False
    """Whether it is a weighted sum."""

    @property
    def name(self) -> str:
        """The objective's name; `weighted` for a weighted sum."""
        return "weighted" if self.weighted else self.weights[0][0]

    @property
    def planning(self) -> bool:
        """Whether only the planning model can answer it."""
        plain = not self.weighted and self.tolerance_percent == 0 and self.name in PLAIN_OBJECTIVES
        return not plain


def level_of(stated: ObjectiveName | ObjectiveLevel | WeightedObjective) -> Level:
    """Return an entry of the objective in its long form."""
    if isinstance(stated, WeightedObjective):
        return Level(tuple(stated.weighted.items()), stated.tolerance_percent, weighted=True)
    if isinstance(stated, ObjectiveLevel):
        return Level(((stated.name, 1.0),), stated.tolerance_percent)
    return Level(((stated, 1.0),))
