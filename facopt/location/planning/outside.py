"""Who is in none of the zones, or other parts, that a rule or an objective speaks of: it asks nothing for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from facopt.errors import Finding, Severity
from facopt.location.planning.protocols import ByPart

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from facopt.errors import Place
    from facopt.location.planning.problem import PlanningProblem

EXAMPLES = 5
"""How many demand points a finding names."""
REMEDY = "Give them one if they are to count, or cover them by a target of their own"


def outside_findings(problem: PlanningProblem, place: Callable[[str], Place]) -> Iterator[Finding]:
    """Yield a warning for each rule by parts, and for the objective, of people who are in none; most people first."""
    stated = [(one.key, one.rule) for one in problem.rules]
    wishes = [one for wish in problem.levels for one, _ in getattr(wish.objective, "parts", ((wish.objective, 1.0),))]
    for key, said in (*stated, *(("objective", one) for one in wishes)):
        if isinstance(said, ByPart):
            yield from _outside(problem, key, said, place)


def _outside(problem: PlanningProblem, key: str, said: ByPart, place: Callable[[str], Place]) -> Iterator[Finding]:
    members, label, part = said.by_part(problem)
    people = np.where(members & (label == ""), problem.people[-1], 0.0)
    who = np.flatnonzero(people)
    if not len(who):
        return
    points = f"{len(who)} demand {'point' if len(who) == 1 else 'points'} with {people.sum():,.0f} people"
    all_of_them = not np.any(members & (label != ""))
    what = "; it asks for nothing, as nobody is in one" if all_of_them else ", so it does not ask for them"
    most = who[np.lexsort((who, -people[who]))][:EXAMPLES]
    yield Finding(
        f"{key}: {points} {'is' if len(who) == 1 else 'are'} in no {part}{what}", REMEDY, place(key), Severity.WARNING,
        len(who), tuple(str(one) for one in problem.labels.point[most]),
    )  # fmt: skip
