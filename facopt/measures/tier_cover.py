"""Each tier on its own: who is covered by it, whatever the other tiers do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from facopt.measures.coverage import people_by_state, point_states

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from facopt.inputs.study_area import FloatArray, TextArray
    from facopt.location.planning.problem import PlanService
    from facopt.location.problem import BoolArray, Service
    from facopt.location.referee import Evaluation


@dataclass(frozen=True)
class TierCover:
    """One tier at one time."""

    states: TextArray
    """(I,) state of each demand point as POINT_STATES, as if this tier were the only one; "" where it serves nobody."""
    people: Mapping[str, float]
    """People of each state; they add up to all whom the tier serves."""


def cover_of_tiers(
    services: Sequence[Service | PlanService],
    people: FloatArray,
    reachable: Sequence[BoolArray],
    now: Evaluation,
    then: Evaluation | None,
) -> tuple[TierCover, ...]:
    """Return the cover of each tier at a time against that of today's facilities.

    Parameters
    ----------
    services
        K tiers.
    people
        (I,) people of that time.
    reachable
        K times (I,) True where a usable site of the tier lies within its standard.
    now, then
        What stands today, and what stands at that time, both for its people; None for today itself.
    """
    return tuple(_of_tier(service, people, reachable[k], k, now, then) for k, service in enumerate(services))


def _of_tier(
    service: Service | PlanService, people: FloatArray, reachable: BoolArray, k: int, now: Evaluation,
    then: Evaluation | None,
) -> TierCover:  # fmt: skip
    wholly_now, wholly = now.covered_by_tier[k], None if then is None else then.covered_by_tier[k]
    states = point_states(wholly_now, wholly, ~reachable)
    states[~service.needed] = ""
    served = np.where(service.needed, people, 0.0)
    share = now.share_by_tier[k] if then is None else then.share_by_tier[k]
    points = pd.DataFrame(
        {"people": served, "covered_now": served * now.share_by_tier[k], "covered": served * share, "state": states}
    )
    return TierCover(states, people_by_state(points, planned=then is not None))
