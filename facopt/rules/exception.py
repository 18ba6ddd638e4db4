"""The register of exceptions: people whom a rule for everybody does not count, with the reason and who allowed it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from facopt.rules.base import Rule
from facopt.statement import refuse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from facopt.location.planning.model import PlanModel
    from facopt.location.planning.outcome import Outcome


class ApprovedException(Rule):
    """Demand points that targets of 100 % and `worst_minutes` do not ask for; the report lists them with the reason."""

    only_opens: ClassVar[bool] = True

    kind: Literal["exception"]
    """People excused from rules that ask for everybody."""
    points: tuple[str, ...] = ()
    """Ids of the demand points."""
    zone: str | None = None
    """All demand points of this zone."""
    reason: Annotated[str, Field(min_length=1)]
    """Why, in a sentence for the report."""
    approved: str | None = None
    """When and by whom, for the report: `2026-05, county health bureau`."""

    @model_validator(mode="after")
    def _names_somebody(self) -> ApprovedException:
        if not self.points and self.zone is None:
            refuse("names neither points nor a zone", "State points: [id, ...] or zone: id")
        return self

    def rows(self, model: PlanModel) -> None:
        """Add nothing: the rules that ask for everybody leave these people out."""

    def broken(self, outcome: Outcome) -> Iterator[str]:
        """Yield nothing: an exception asks for nothing."""
        yield from ()
