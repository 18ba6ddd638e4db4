"""Groups of people by stage: segments, and area classes with what lies between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from facopt.inputs.study_area import AREA_CLASSES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from facopt.location.planning.outcome import Outcome

GROUP_FIGURES = ("people", "people_covered")


def segment_rows(name: str, outcome: Outcome, t: int) -> Iterator[tuple[str, str, float, float]]:
    """Yield stage, segment, its people then, and how many of them are covered by every tier that serves them."""
    for segment, people in sorted(outcome.problem.labels.segments.items()):
        yield name, segment, float(people[t].sum()), outcome.people_covered(None, people[t], t)


def class_rows(name: str, outcome: Outcome, t: int) -> Iterator[tuple[str, str, float, float]]:
    """Yield the same of each area class in which somebody lives."""
    classes, people = outcome.problem.labels.area_class, outcome.problem.people[t]
    for one in AREA_CLASSES:
        inside = np.where(classes == one, people, 0.0)
        if (classes == one).any():
            yield name, one, float(inside.sum()), outcome.people_covered(None, inside, t)
