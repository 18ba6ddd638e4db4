"""The demand points: state, nearest open site, reason and remedy of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from facopt.measures.coverage import point_states
from facopt.measures.names import english_names
from facopt.measures.reasons import cost_alone, nearest_usable_minutes, reasons_of, remedies_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from facopt.inputs.study_area import StudyArea
    from facopt.location.problem import LocationProblem
    from facopt.measures.coverage import Situation
    from facopt.measures.names import ZoneNames
    from facopt.travel.times import TravelTimes


def points_table(area: StudyArea, zone_names: ZoneNames, state: pd.DataFrame, *others: pd.DataFrame) -> pd.DataFrame:
    """Return one row per demand point, as `Report.points` names the columns.

    Parameters
    ----------
    area
        What the demand table states.
    zone_names
        Names by zone key.
    state, others
        Columns of `state_columns`, and of `reason_columns` and `lacking_columns` where they are known; I rows.
    """
    demand = area.demand
    stated = pd.DataFrame(
        {
            "id": demand.id,
            "name": demand.name,
            "name_en": english_names(demand.name_en, len(demand)),
            "zone": demand.zone,
            "zone_name": zone_names.of(demand.zone),
            "zone_name_en": zone_names.english_of(demand.zone),
            "area_class": demand.area_class,
            "people": demand.people,
            "lon": demand.lon,
            "lat": demand.lat,
        }
    )
    segments = pd.DataFrame({f"people_{name}": people for name, people in demand.segments.items()}, index=stated.index)
    table = pd.concat([stated, state, *others, segments], axis="columns")
    texts = [name for name, column in table.items() if not pd.api.types.is_numeric_dtype(column.dtype)]
    return table.astype(dict.fromkeys(texts, object))  # who writes the table walks through its texts again and again


def state_columns(area: StudyArea, problem: LocationProblem, today: Situation, plan: Situation | None) -> pd.DataFrame:
    """Return state, minutes and site, today and in the plan, and the tier that is worst off."""
    # The name of no site and of no tier stands last, where index -1 finds it.
    ids = np.append(area.sites.id, "")
    tiers = np.array([*(service.tier for service in problem.services), ""], dtype=object)
    nobody = np.full(problem.demand_count, -1, dtype=np.int32)
    return pd.DataFrame(
        {
            "state": point_states(today.covered, None if plan is None else plan.covered, problem.unreachable),
            "covered_now": problem.people * today.share,
            "covered": np.nan if plan is None else problem.people * plan.share,
            "minutes_now": today.nearest.minutes,
            "minutes": np.nan if plan is None else plan.nearest.minutes,
            "site_now": ids[today.nearest.site],
            "site": ids[nobody if plan is None else plan.nearest.site],
            "tier": tiers[(plan or today).nearest.tier],
        }
    )


def reason_columns(
    area: StudyArea, problem: LocationProblem, times: Sequence[TravelTimes], today: Situation, plan: Situation | None
) -> pd.DataFrame:
    """Return reason, nearest_any_minutes, remedy and cost_alone; `times` are those of each tier's mode, K of them."""
    reasons = reasons_of(problem, times, today, plan)
    smallest = smallest_site(problem, plan or today)
    return pd.DataFrame(
        {
            "reason": reasons,
            "nearest_any_minutes": nearest_usable_minutes(problem, times),
            "remedy": remedies_of(reasons, problem.people, area.demand.zone, smallest),
            "cost_alone": cost_alone(problem, plan or today),
        }
    )


def smallest_site(problem: LocationProblem, reference: Situation) -> float:
    """Return the fewest people whom an open site covers, of those that cover anybody; 0 without any."""
    people = np.zeros(problem.site_count)
    found = reference.evaluation
    for nearest, covered in zip(found.nearest, found.covered_by_tier, strict=True):
        people += np.bincount(nearest[covered], weights=problem.people[covered], minlength=problem.site_count)
    return float(people[people > 0].min()) if np.any(people > 0) else 0.0
