"""Ground on which nothing may be built."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from facopt.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from facopt.location.planning.model import PlanModel
    from facopt.location.planning.outcome import Outcome
    from facopt.location.planning.problem import PlanningProblem


class Exclusion(Rule):
    """Nothing is built inside the outlines of a file: flood plains, reserves, slopes."""

    subject: ClassVar[tuple[str, str]] = ("禁建范围", "Ground where nothing may be built")
    asks: ClassVar[tuple[str, str]] = (
        "{file} 范围内不得建设",
        "Nothing is built inside {file}",
    )

    only_opens: ClassVar[bool] = True

    kind: Literal["exclusion"]
    """Outlines inside which nothing may be built."""
    file: Path
    """Outlines (GeoJSON, GeoPackage, shapefile), relative to the scenario file that states it."""

    def rows(self, model: PlanModel) -> None:
        """Add: no site on such ground is open that does not stand there already."""
        for j in _sites(model.problem):
            for t in model.stages:
                if model.open(j, t).terms:
                    model.row(f"excluded_{j}_{t}", model.open(j, t), at_most=0.0)

    def broken(self, outcome: Outcome) -> Iterator[str]:
        """Yield the sites that are built on such ground."""
        for j in _sites(outcome.problem):
            if outcome.open[:, j].any():
                yield f"{outcome.problem.labels.site[j]} is built where nothing may be"


def _sites(problem: PlanningProblem) -> list[int]:
    excluded = problem.labels.excluded
    return [] if excluded is None else [int(j) for j in np.flatnonzero(excluded & ~problem.existing)]
