"""The figures of an explanation, before words are put to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from facopt.measures.explain import Addition, Change, TierAtPlace


@dataclass(frozen=True)
class Forced:
    """The question solved again with something forced."""

    status: str
    """optimal, feasible, infeasible or no_solution."""
    change: Change | None
    """The best plan then against the plan as it is; None without one."""
    ways: tuple[tuple[str, str], ...] = ()
    """Where none exists: what would have to change, in Chinese and English."""


@dataclass(frozen=True)
class PlaceFacts:
    """Why a demand point is covered or not."""

    point: int
    people: float
    share: float
    """Share of its people who are covered by every tier that serves them."""
    reason: str
    """One of the report's reasons; "" where all are covered."""
    tiers: tuple[TierAtPlace, ...]
    additions: tuple[Addition, ...]
    """Sites that would cover it, each as one site more; the first of `could` that were looked at."""
    could: int
    """How many closed sites lie within the standard of a tier that it lacks."""
    forced: Forced | None
    """The best plan that covers it; None where it is covered, or nobody can."""


@dataclass(frozen=True)
class SiteFacts:
    """Why a site is open or not."""

    site: int
    open: bool
    standing: bool
    """Whether it stands today."""
    people_served: float
    """Who go there in the plan, within the standard; nobody where it is closed."""
    people_only_here: float
    """Who have no other open site within the standard of a tier that this one gives them."""
    points_only_here: tuple[int, ...]
    """Their demand points, most people first."""
    rank: tuple[int, int] | None
    """Its rank by people only it covers, among so many open sites; None where it is closed."""
    without: Change | None
    """The plan without it, everybody going where is next; None where it is closed."""
    forced_without: Forced | None
    """The best plan that does not have it."""
    addition: Addition | None
    """The plan with it as one site more; None where it is open."""
    instead: Change | None = None
    """The plan with the other site asked for in its place."""
    forced_instead: Forced | None = None
    """The best plan with the other site and without this one."""
    next_sites: tuple[Addition, ...] = ()
    """The closed sites that would newly cover the most people, each as one site more."""
