"""Values that are proposed: on the looser side of what is needed, in the steps in which planners state the figure."""

from __future__ import annotations

import numpy as np
import pytest

from facopt.location.planning.diagnosis.concessions import Concession, round_step


@pytest.mark.parametrize(
    ("concession", "change", "needed"),
    [
        (Concession("", 1e8, np.inf, "money", round_step(1e8, 4), measured=True), 3_141_593.0, 103_200_000.0),
        (Concession("", 90.0, 0.0, "percent", 0.1), 5.24, 84.7),
        (Concession("", 90.0, 0.0, "percent", 0.1), 90.4, 0.0),
        (Concession("", 97.0, 0.0, "percent", 0.1), 0.1 + 1e-9, 96.9),
        (Concession("", 12.0, np.inf, "sites", 1.0), 2.0 - 1e-8, 14.0),
    ],
)
def test_what_is_proposed_can_be_kept(concession: Concession, change: float, needed: float) -> None:
    """A change is rounded to the looser side, in the steps in which planners state the figure."""
    assert concession.allowing(change) == needed


@pytest.mark.parametrize(
    ("concession", "bound", "short"),
    [
        (Concession("", 2e7, np.inf, "money", round_step(2e7, 4), measured=True), 38_341_335.6, 58_340_000.0),
        (Concession("", 90.0, 0.0, "percent", 0.1), 5.24, 84.8),
        (Concession("", 90.0, 0.0, "percent", 0.1), 5.0, 85.1),
        (Concession("", 12.0, np.inf, "sites", 1.0), 2.0, 13.0),
        (Concession("", 12.0, np.inf, "sites", 1.0), 0.9, None),
        (Concession("", 12.0, np.inf, "sites", 1.0), -np.inf, None),
    ],
)
def test_what_is_said_not_to_be_enough_is_not(concession: Concession, bound: float, short: float | None) -> None:
    """A bound is rounded to the stricter side, and says nothing where no step lies between."""
    assert concession.short_of(bound) == short


def test_values_between_stated_and_loosest() -> None:
    """The values to try begin with the first multiple looser than what is stated and end with the loosest."""
    rising = Concession("", 30.0, 33.4, "minutes", 1.0)
    assert [rising.value(n) for n in range(1, rising.count + 1)] == [31.0, 32.0, 33.0, 33.4]
    falling = Concession("", 1990.0, 100.0, "metres", 500.0)
    assert [falling.value(n) for n in range(1, falling.count + 1)] == [1500.0, 1000.0, 500.0, 100.0]
