"""The report: every figure that map, tables, workbook and comparison show, computed once and only here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from facopt.errors import Finding
    from facopt.inputs.study_area import Ground
    from facopt.measures.planning import PlanningTables
    from facopt.measures.tier_cover import TierCover

POINT_STATES = ("covered", "newly_covered", "loses_cover", "uncovered", "unreachable")
"""Of a demand point: covered today and in the plan; only in the plan; only today; in neither; in neither, and no usable
site could (without a plan: today's states, covered, uncovered or unreachable)."""

OPEN_ACTIONS = ("keep", "build", "extend", "refurbish")
"""Of a site that is open in the plan: stays as it is; is built; gets a larger size; is improved where it stands."""

CLOSED_ACTIONS = ("close", "relocate", "merge")
"""Of a site that stands and goes: closed; opened anew elsewhere; taken in by another."""

SITE_ACTIONS = (*OPEN_ACTIONS, *CLOSED_ACTIONS, "none")
"""All, with "none" for a candidate that is not used. Of several actions at one site the last one counts."""

REASONS = ("no_site_within_standard", "cut_off", "no_room", "limits", "not_chosen", "not_served")
"""Why a demand point stays uncovered, or some of its people do: no usable site within the standard; no road leads
there; the open sites within the standard are full; a feasible site lies beyond the limits; one lies within them but
objective and targets do not ask for it; no tier serves its area class."""

REMEDIES = ("new_candidate_site", "mobile_round", "road", "more_room", "raise_limits", "raise_target", "add_tier")
"""What it would take: a site nearby; a visiting service for a place too small for one; a road; a larger size nearby;
more money or sites; a target that asks for it; a tier for its area class."""


FINE_GRID_SKIPPED = ("too_many_cells", "table", "planning")
"""Why cells are not evaluated one by one: there are too many; a table of times knows the demand points only; sizes,
stages or assignments decide who is covered, not times alone."""


@dataclass(frozen=True)
class Objective:
    """One level of the objective, in the order of the scenario."""

    name: str
    value: float | None
    """Value of the final plan in people, money, sites, people x minutes or minutes; None without a plan."""
    bound: float | None
    """No plan can be better than this; None where nothing is proven."""
    gap_percent: float | None
    unit: str
    """people, the scenario's currency, sites, people_minutes or minutes."""


@dataclass(frozen=True)
class TierFacts:
    """A tier as the report defines it, with its figures; percentages are of `people_served`."""

    key: str
    name_zh: str
    name_en: str
    symbol: str
    """square, circle, hexagon, triangle or diamond, by order of the tiers and their kind."""
    serves: tuple[str, ...]
    mode: str
    standard_minutes: float
    standard_source: str | None
    standard_verified: bool
    people_served: float
    people_covered_now: float
    people_covered: float | None
    unreachable_people: float
    sites_now: int
    """Existing ones, also those that the scenario fixes closed."""
    sites_new: int
    """Opened candidates; 0 where there is no plan."""
    sites_open: int
    """In the plan; without one, today."""
    standards_by_class: tuple[tuple[str, float], ...] = ()
    """(area class, minutes) where it differs from `standard_minutes`."""


@dataclass(frozen=True)
class Share:
    """People covered out of people, now and in the plan, of one area (everybody, an area class, a zone)."""

    key: str
    name: str
    """Display name: the zone's name, or the key."""
    people: float
    covered_now: float
    covered: float | None
    """None where there is no plan."""
    unreachable: float
    mean_minutes_now: float | None
    """People-weighted minutes to the nearest open site (of the worst of the serving tiers), over those who have one;
    None if nobody has."""
    mean_minutes: float | None
    longest_minutes: float | None
    """Not weighed by people; None where there is no plan or no point has a site in reach."""
    area_class: str | None = None
    """Of a zone: the class of most of its people."""
    name_en: str = ""
    """Of a zone: its English name; "" where the files have none."""


@dataclass(frozen=True)
class Band:
    """People by minutes to the nearest open site of their serving tier: more than `above`, at most `up_to`.

    A time of 0 is in the first band. The standards are among the edges.
    """

    above: float
    up_to: float
    """Infinite for the last band, which holds those with no site within the cut-off as well."""
    people_now: float
    people: float | None


@dataclass(frozen=True)
class FineShare:
    """People of one tier counted on the raster's own cells, beside the same people at the demand points."""

    tier: str
    """Its key; "" for every tier that serves somebody."""
    people: float
    model_now: float
    """Covered today by the times of the demand points."""
    fine_now: float
    """Covered today by the times of the cells themselves."""
    differ_now: float
    """In cells that the two judge differently: errors that cancel each other out are counted here."""
    model: float | None
    """In the plan; None where there is none."""
    fine: float | None
    differ: float | None


@dataclass(frozen=True)
class FineGrid:
    """Coverage of the cells of a population raster that were put together to demand points."""

    cells: int
    points: int
    skipped: str
    """Why the cells were not evaluated, one of FINE_GRID_SKIPPED; "" where they were."""
    shares: tuple[FineShare, ...]
    """Tiers in the order of the scenario, then everybody under the key ""; none where skipped."""

    @property
    def everybody(self) -> FineShare | None:
        """The share of everybody; None where the cells were not evaluated."""
        return self.shares[-1] if self.shares else None


@dataclass(frozen=True)
class Assumption:
    """A value the plan rests on, with where it comes from."""

    key: str
    """Dotted key of the resolved scenario, such as tiers.township_clinic.standard_minutes, or
    profile.drive.secondary."""
    value: str
    source: str
    verified: bool


@dataclass(frozen=True)
class Conflict:
    """One way out of an infeasible scenario, verified by a solve: change this and a plan exists."""

    key: str
    """Dotted scenario key, such as limits.budget."""
    place: str
    """file:line of the statement."""
    stated: float
    needed: float
    unit: str
    sentence_zh: str
    sentence_en: str
    not_enough: float | None = None
    """A value between `stated` and `needed` that is proven not to be enough, where `needed` is not proven least."""


@dataclass(frozen=True)
class Shortfall:
    """A change of one statement of which it was not found in time what is enough."""

    key: str
    """Dotted scenario key, such as limits.budget."""
    place: str
    """file:line of the statement."""
    stated: float
    not_enough: float | None
    """Proven not to be enough; None where nothing is known."""
    unit: str
    sentence_zh: str
    sentence_en: str


@dataclass(frozen=True)
class Clash:
    """One of the smallest set of statements that cannot hold together."""

    key: str
    """Dotted scenario key, such as rules.1."""
    place: str
    """file:line of the statement."""
    sentence_zh: str
    """What it asks for."""
    sentence_en: str


@dataclass(frozen=True)
class Proof:
    """How the plan was found and what is proven about it."""

    solver: str
    solver_version: str
    limit: str
    """What ended the search: "", time, interrupted."""
    seconds: float
    variables: int
    rows: int
    log_file: str


@dataclass(frozen=True)
class Report:
    """All results of one run. Tables are pandas frames with the columns their docstring names, index 0..n-1."""

    scenario: str
    title_zh: str
    title_en: str
    question: str
    data_note: str
    synthetic: bool
    currency: str
    status: str
    """optimal, feasible, infeasible or no_solution."""
    objectives: tuple[Objective, ...]
    everybody: Share
    by_area_class: tuple[Share, ...]
    by_zone: tuple[Share, ...]
    """Worst share covered in the plan (without one: today) first, then by name; people of no stated zone under the key
    "". Empty where no point states a zone."""
    tiers: tuple[TierFacts, ...]
    bands: tuple[Band, ...]
    """Over people x serving tier: each person once per tier that serves them; see `bands_by_tier` for one tier."""
    bands_by_tier: dict[str, tuple[Band, ...]]
    cost: float | None
    targets: pd.DataFrame
    """tier, area_class, zone ("" where the target names none), at_least_percent, people, people_needed,
    people_covered_now, people_covered (NaN without a plan), met (True/False/None); of the planning model also segment,
    by, stage (the first in which it is due) and the target's stage_people and stage_covered then."""
    limits: pd.DataFrame
    """key, limit, used (NaN without a plan), unit."""
    points: pd.DataFrame
    """One row per demand point, sorted as the demand table: id, name, name_en, zone, zone_name, zone_name_en (English
    names are "" where the files have none), area_class, people, lon, lat, state (POINT_STATES), minutes_now, minutes
    (to the nearest open site of the serving tier whose time is worst; NaN where it has none within the cut-off),
    site_now, site (its id; "" where there is none), tier (its key in the plan, without one today; "" where none serves
    the point), reason (REASONS, for everybody the plan does not cover; "" for the others), nearest_any_minutes (to the
    nearest usable site, existing or candidate, worst of the serving tiers; NaN where unknown or none), remedy
    (REMEDIES, as reason), cost_alone (of covering the point on its own: the cheapest usable site of each lacking tier;
    NaN where it is covered or there is none), people_<segment>…
    Of whom the plan (without one: today's sites) does not cover, else "" and NaN: lacking (keys of the tiers whose
    standard is missed, or that have no room, the worst minutes by standard first, separated by spaces); of the first of
    them: lacking_site (id of its nearest open site; where all lie beyond the search limit, the nearest in a straight
    line), lacking_minutes (NaN beyond that limit), lacking_usable_minutes (to its nearest usable site), straight_km (to
    lacking_site in a straight line), road_km (along the fastest way; NaN where the report does not have that way).
    Without a plan `minutes` is NaN, `site` is "", and only those who cannot be reached or served have a reason."""
    sites: pd.DataFrame
    """One row per site, sorted as the site table: id, name, name_en, tier, status (existing/candidate), action
    (SITE_ACTIONS), lon, lat, zone, zone_name, zone_name_en, build_cost, capacity_people, size, owner, people_assigned,
    points_assigned, mean_minutes, longest_minutes (over the assigned; NaN without), people_from_elsewhere (of the
    assigned, those of another zone than the site's; NaN where the site's zone or that of any of them is not known),
    people_lost_without (people who would lose cover if this open site were missing, all others standing; where sizes or
    assignments divide people, of the last stage, everybody assigned anew; NaN where it is not open or time was short),
    stage ("" without stages), fixed;
    action_cost (of all its actions); of the planning model also capacity, load, running_cost, staff, beds and
    floor_area_m2 as the last stage has them.
    Without a plan what stands is kept, nothing is built, and the figures are NaN."""
    assignment: pd.DataFrame
    """One row per demand point and serving tier that has an open site in reach, sorted so: demand (row of points), site
    (row of sites), tier, minutes, within_standard. Empty without a plan."""
    context: pd.DataFrame
    """id, name, name_en, kind, lon, lat of facilities that are drawn but not planned."""
    ground: Ground
    roads: tuple[tuple[str, np.ndarray[Any, Any]], ...]
    """(class, coordinates as an array (n, 2) of lon, lat) of roads worth drawing; may be empty."""
    routes: dict[tuple[int, int], np.ndarray[Any, Any]]
    """Way along the road by (row of points, row of sites), coordinates (n, 2) lon, lat; only for the pairs a map
    needs."""
    assumptions: tuple[Assumption, ...]
    findings: tuple[Finding, ...]
    """Warnings of check and run, in order."""
    conflicts: tuple[Conflict, ...]
    """For infeasible scenarios: the ways out, cheapest first."""
    proof: Proof
    travel_facts: dict[str, dict[str, Any]]
    """By mode: nodes, edges, components, snap distances, counts of points cut off."""
    generated: str
    """Date of the run, YYYY-MM-DD."""
    version: str
    question_en: str = ""
    """The question in English; "" where it is the same."""
    data_note_en: str = ""
    """The note in English; "" where it is the same."""
    base_map: str = ""
    """Online map that readers may switch on: osm, tianditu or "" for none."""
    base_map_key: str = ""
    """Key of its service, where it needs one."""
    sensitivity: pd.DataFrame | None = None
    """The same open sites under other assumptions: kind (stated, threshold: the same minutes for every tier, standard:
    of one tier, speed: of all modes, segment: of the people; where people are assigned, and then assigned anew, also
    people and capacity: all of them more or fewer), tier ("" for all), segment, change_percent (NaN without),
    minutes (of the threshold or standard, NaN without), people, people_covered_now, people_covered (NaN without a plan
    and where times that long are not known). None where nobody has computed it."""
    tier_cover_now: tuple[TierCover, ...] = ()
    """Each tier on its own, today; () where that was not computed."""
    tier_cover: tuple[TierCover, ...] = ()
    """Each tier on its own, in the plan; () where there is none."""
    second_cover: pd.DataFrame | None = None
    """By tier, "" for every serving tier together: people, people_covered_now, people_covered_twice_now,
    people_covered, people_covered_twice (two open sites within the standard; NaN without a plan)."""
    fine_grid: FineGrid | None = None
    """Coverage of the raster's own cells; None where no cells were put together."""
    clashes: tuple[Clash, ...] = ()
    """For infeasible scenarios: statements that cannot hold together; without any one of them the others can."""
    clashes_are_all_needed: bool = True
    """False where time ended before that last part was shown."""
    shortfalls: tuple[Shortfall, ...] = ()
    """For infeasible scenarios: changes of single statements that are proven not to be enough, where time ended before
    it was known what is."""
    frontier: pd.DataFrame | None = None
    """Most people covered within growing limits: by (sites, budget), limit, people (all), people_covered,
    people_at_most (proven), gap_percent, proven, new_sites, cost, knee. None where the scenario asks for none."""
    backup: pd.DataFrame | None = None
    """By open site that somebody goes to: site, backup (rows of sites, -1 for none): the other open site that most of
    its people would go to, people (who go there now), mean_minutes (to their own next site), people_without (who have
    none in reach). None where nobody has computed it."""
    build_order: pd.DataFrame | None = None
    """The plan's new sites in a greedy order of building: site (row of sites), people_added (to those before it),
    people_covered, cost (of all so far). None where nobody has computed it."""
    stability_runs: pd.DataFrame | None = None
    """The question solved again with one assumption changed, the plan itself first: kind (stated, standard, speed,
    people, segment, without_private), subject (tier, area class or segment, "" for all), change_percent (NaN without),
    status (as of a plan; not_made where time was short), people, people_covered, cost, new_sites, same_sites (the
    plan's own among them; NaN without a plan). None where the scenario does not ask for it."""
    stability_sites: pd.DataFrame | None = None
    """Candidates that any of these runs chooses, the plan's own first: site (row of sites), planned, chosen (runs that
    choose it), runs (runs with a plan). None where the scenario does not ask for it."""

    stability_left_out: bool = False
    """True where the scenario asks for it and the planning model, which has none, answered."""
    planning: PlanningTables | None = None
    """Stages, money, actions and rules, where the planning model answered; None for the plain model."""

    @property
    def questions(self) -> tuple[str, str]:
        """The question in Chinese and English, each the other where only one is written."""
        return self.question or self.question_en, self.question_en or self.question

    @property
    def data_notes(self) -> tuple[str, str]:
        """The note on the data in Chinese and English, each the other where only one is written."""
        return self.data_note or self.data_note_en, self.data_note_en or self.data_note
