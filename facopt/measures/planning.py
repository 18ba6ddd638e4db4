"""The plan over its stages: people and money by stage, every action, segments, rules, exceptions, orders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from facopt.location.planning.as_plain import stage_evaluation
from facopt.location.planning.limits import Requires
from facopt.measures.coverage import point_states, worst_nearest_of
from facopt.measures.stage_groups import GROUP_FIGURES, class_rows, segment_rows
from facopt.measures.tier_cover import cover_of_tiers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from facopt.inputs.study_area import FloatArray, Sites, TextArray
    from facopt.location.planning.outcome import Outcome
    from facopt.location.planning.planned import Planned
    from facopt.location.planning.problem import PlanningProblem, Stated
    from facopt.location.problem import CoverageTarget, IntArray
    from facopt.measures.coverage import BoolArray
    from facopt.measures.tier_cover import TierCover
    from facopt.scenario.schema import Scenario

TODAY = "today"
"""Name of the stage before the first."""


@dataclass(frozen=True)
class StageView:
    """One stage as the map shows it; the last stage is that of the report itself."""

    name: str
    points: pd.DataFrame
    """One row per demand point: people (of that stage), covered_now and covered (people of them, by today's estate and
    by the stage's), state (as `Report.points`), minutes, site (its id)."""
    site_action: TextArray
    """(J,) what has been done with each site by then, one of SITE_ACTIONS."""
    site_size: TextArray
    """(J,) name of its size then; "" where it has none or is not open."""
    goes_to: tuple[IntArray, ...]
    """By tier: (I,) the site where most of a demand point's people go, else the nearest open one; -1 without."""
    served: tuple[BoolArray, ...]
    """By tier: (I,) True where any people of a demand point are covered."""
    cost: float
    """Capital up to and including this stage."""
    tier_cover: tuple[TierCover, ...] = ()
    """Each tier on its own, for the people of the stage."""


@dataclass(frozen=True)
class PlanningTables:
    """What the planning model adds to a report; frames with the columns their docstring names."""

    stages: pd.DataFrame
    """One row per stage, today first, and tier ("" for all of them together): stage (its year as text, "today", or
    "plan" where the scenario has no stages), tier, people (whom the tier serves, of that stage), people_covered,
    sites_open, sites_new (opened by then), capacity and load (units of the workload; NaN without capacities)."""
    money: pd.DataFrame
    """One row per stage of the plan: stage, capital, budget (NaN without), running_cost (per year), staff, beds,
    floor_area_m2, and capital_<source> for each funding source."""
    actions: pd.DataFrame
    """One row per action, by stage and site: stage, site (row of sites), action, from_size, to_size, cost, partner (row
    of sites where a relocated or merged facility goes; -1 without), capacity (afterwards; NaN without), staff, beds,
    floor_area_m2 (of the size afterwards), and cost_<source> for each funding source."""
    segments: pd.DataFrame
    """One row per stage and segment: stage, segment, people, people_covered (by every tier that serves them; a point's
    people of the segment are covered as the others of it are)."""
    classes: pd.DataFrame
    """One row per stage, today first, and area class in which somebody lives: stage, area_class, people,
    people_covered."""
    open_sites: pd.DataFrame
    """One row per stage and open site: stage, site (row of sites), size, load, capacity (NaN without), people,
    people_lost_without (as of `Report.sites`, with that stage's people; NaN today)."""
    rules: pd.DataFrame
    """One row per target, rule, limit and what the tiers ask of sites: key, kind, sentence_zh, sentence_en (what it
    asks for; "" where nobody has said it), kept (True where there is a plan)."""
    exceptions: pd.DataFrame
    """The register of exceptions: points, people (of the last stage), reason, approved."""
    orders: pd.DataFrame
    """Where the orders are compared: order (jointly, final_first), objective, value, bound, cost. Else empty."""
    targets: pd.DataFrame
    """One row per stage, today first, and target of the scenario: stage, target (its number), people (of whom it
    speaks), needed and people_covered then."""
    referral: pd.DataFrame
    """One row per stage, today first, and open site that refers people on: stage, site, to (rows of sites; the nearest
    open one that its tier's referral allows), minutes (from the one to the other), limit_minutes (of that tier)."""
    today: StageView
    """What stands today, for the people of today."""
    views: tuple[StageView, ...]
    """The stages of the plan; empty without one."""
    present_cost: float | None
    """Value of the objective `cost`: present value as the scenario counts it; None without a plan."""
    workload_unit: str
    """people, visits or panel: what capacities are counted in."""
    base_year: int
    """Year of the people of today; 0 without stages."""


def planning_tables(
    scenario: Scenario,
    planned: Planned,
    targets: Sequence[CoverageTarget],
    sentences: Mapping[str, tuple[str, str]],
) -> PlanningTables:
    """Return the tables of a scenario that the planning model answered.

    `targets` are those of the plain problem, which know whom each speaks of; `sentences` say what each statement asks.
    """
    outcome = planned.solution.outcome
    stages, whole = list(_stages(planned)), _problem(planned)
    return PlanningTables(
        stages=pd.DataFrame([row for name, one, t in stages for row in _stage_rows(name, one, t)]),
        money=_money(scenario, outcome),
        actions=_actions(outcome),
        segments=pd.DataFrame(
            [row for name, one, t in stages for row in segment_rows(name, one, t)],
            columns=["stage", "segment", *GROUP_FIGURES],
        ),
        classes=pd.DataFrame(
            [row for name, one, t in stages for row in class_rows(name, one, t)],
            columns=["stage", "area_class", *GROUP_FIGURES],
        ),
        open_sites=pd.DataFrame(
            [row for name, one, t in stages for row in _open_rows(name, one, t, _losses(planned, name, t))],
            columns=["stage", "site", "size", "load", "capacity", "people", "people_lost_without"],
        ),
        rules=_rules(sentences, planned),
        exceptions=_exceptions(scenario, planned.estate_now.problem),
        orders=_orders(planned),
        targets=pd.DataFrame(
            [row for name, one, t in stages for row in _target_rows(scenario, targets, whole, name, one, t)],
            columns=["stage", "target", "people", "needed", "people_covered"],
        ),
        referral=_referral(scenario, planned),
        today=_view(planned.today, planned.today, 0, TODAY, whole),
        views=() if outcome is None else tuple(_views(outcome, planned.estate_now)),
        present_cost=None if outcome is None else _present_cost(outcome),
        workload_unit="people" if scenario.workload is None else scenario.workload.unit,
        base_year=0 if scenario.stages is None else scenario.stages.base_year,
    )


def stage_names(problem: PlanningProblem) -> list[str]:
    """Return the names of the stages: their years, or "plan" where the scenario has no stages."""
    return [str(stage.year) if stage.year else "plan" for stage in problem.stages]


def _stages(planned: Planned) -> Iterator[tuple[str, Outcome, int]]:
    yield TODAY, planned.today, 0
    outcome = planned.solution.outcome
    if outcome is not None:
        for t, name in enumerate(stage_names(outcome.problem)):
            yield name, outcome, t


def _views(outcome: Outcome, estate: Outcome) -> Iterator[StageView]:
    # What stands today is known for the people of the last stage; where capacities bind it is nearly that of others.
    for t, name in enumerate(stage_names(outcome.problem)):
        yield _view(outcome, estate, t, name, outcome.problem)


def _view(outcome: Outcome, estate: Outcome, t: int, name: str, whole: PlanningProblem) -> StageView:
    """Return a stage; the problem with all its moves tells who can be reached at all."""
    problem, unreachable = outcome.problem, _unreachable(whole)
    before, evaluation = stage_evaluation(estate, 0), stage_evaluation(outcome, t)
    worst = worst_nearest_of(problem.services, evaluation)
    ids = np.append(problem.labels.site, "")
    people = problem.people[t]
    points = pd.DataFrame(
        {
            "people": people, "covered_now": people * before.share, "covered": people * evaluation.share,
            "state": point_states(before.covered, evaluation.covered, unreachable), "minutes": worst.minutes,
            "site": ids[worst.site],
        }
    )  # fmt: skip
    sizes = np.array([problem.options[number].size for number in outcome.option[t]], dtype=object)
    served = tuple(share > 0 for share in evaluation.share_by_tier)
    cover = cover_of_tiers(problem.services, people, whole.reachable, before, evaluation)
    return StageView(name, points, _actions_by(outcome, t), sizes, evaluation.nearest, served, evaluation.cost, cover)


def _problem(planned: Planned) -> PlanningProblem:
    """Return the problem with all its moves, where there is a plan; without one, what stands today."""
    outcome = planned.solution.outcome
    return planned.estate_now.problem if outcome is None else outcome.problem


def _rules_of(planned: Planned) -> tuple[Stated, ...]:
    return _problem(planned).rules


def _referral(scenario: Scenario, planned: Planned) -> pd.DataFrame:
    rows = [row for name, one, t in _stages(planned) for row in _referral_rows(name, one, t, _rules_of(planned))]
    links = pd.DataFrame(rows, columns=["stage", "site", "to", "minutes"])
    problem, tiers = _problem(planned), list(scenario.tiers.values())
    limits = [None if tier.referral is None else tier.referral.within_minutes for tier in tiers]
    return links.assign(limit_minutes=[limits[problem.site_tier[site]] for site in links["site"]])


def _referral_rows(
    name: str, outcome: Outcome, t: int, rules: tuple[Stated, ...]
) -> Iterator[tuple[str, int, int, float]]:
    """Yield each open site of a tier with referral, the nearest open one it may refer to, and the minutes there."""
    for stated in rules:
        if stated.key.endswith(".referral") and isinstance(stated.rule, Requires):
            for (site, others), minutes in zip(stated.rule.any_of, stated.rule.minutes, strict=True):
                nearest = next((n for n, other in enumerate(others) if outcome.open[t, other]), None)
                if outcome.open[t, site] and nearest is not None:
                    yield name, site, others[nearest], minutes[nearest]


def _unreachable(problem: PlanningProblem) -> BoolArray:
    return problem.served & ~problem.can_be_reached(None)


def _actions_by(outcome: Outcome, t: int) -> TextArray:
    """Return (J,) what has been done with each site by a stage: of several actions the last, but built stays built."""
    problem = outcome.problem
    standing = problem.existing
    action = np.where(standing, "keep", "none").astype(object)
    for number, made in outcome.plan.made:
        move = problem.moves[number]
        if made <= t and action[move.site] != "build":
            action[move.site] = move.action
    return action


def _stage_rows(name: str, outcome: Outcome, t: int) -> Iterator[dict[str, Any]]:
    problem = outcome.problem
    people, capacity = problem.people[t], outcome.capacity(t)
    new = outcome.open[t] & ~problem.existing
    yield {
        "stage": name, "tier": "", "people": float(people.sum()),
        "people_covered": outcome.people_covered(None, people, t),
        "sites_open": int(outcome.open[t].sum()), "sites_new": int(new.sum()), "capacity": np.nan, "load": np.nan,
    }  # fmt: skip
    for k, service in enumerate(problem.services):
        own = outcome.open[t] & (problem.site_tier == k)
        room = float(capacity[own].sum())
        yield {
            "stage": name, "tier": service.tier, "people": float(people[service.needed].sum()),
            "people_covered": outcome.people_covered(k, people, t),
            "sites_open": int(own.sum()), "sites_new": int((own & new).sum()),
            "capacity": room if np.isfinite(room) else np.nan, "load": float(outcome.load_of(k, t)[own].sum()),
        }  # fmt: skip


def _losses(planned: Planned, name: str, t: int) -> FloatArray:
    """Return (J,) who would lose cover without each site in a stage; NaN today."""
    return np.full(_problem(planned).site_count, np.nan) if name == TODAY else planned.lost[t]


def _open_rows(
    name: str, outcome: Outcome, t: int, lost: FloatArray
) -> Iterator[tuple[str, int, str, float, float, float, float]]:
    problem, capacity = outcome.problem, outcome.capacity(t)
    load, people = np.zeros(problem.site_count), np.zeros(problem.site_count)
    for k in range(len(problem.services)):
        load += outcome.load_of(k, t)
        people += outcome.people_of(k, t)
    for j in np.flatnonzero(outcome.open[t]).tolist():
        room = capacity[j] if np.isfinite(capacity[j]) else np.nan
        size = problem.options[outcome.option[t, j]].size
        yield name, j, size, float(load[j]), float(room), float(people[j]), float(lost[j])


def _money(scenario: Scenario, outcome: Outcome | None) -> pd.DataFrame:
    columns = ["stage", "capital", "budget", "running_cost", "staff", "beds", "floor_area_m2"]
    if outcome is None:
        return pd.DataFrame([], columns=columns)
    problem, rows = outcome.problem, []
    for t, name in enumerate(stage_names(problem)):
        row: dict[str, Any] = {
            "stage": name, "capital": float(outcome.capital[t].sum()),
            "budget": scenario.limits.budget_by_stage.get(problem.stages[t].year, np.nan),
        }  # fmt: skip
        row |= {figure: outcome.sum_of(figure, t) for figure in ("running_cost", "staff", "beds")}
        row["floor_area_m2"] = outcome.sum_of("floor_area", t)
        row |= {f"capital_{source}": float(outcome.capital[t, s]) for s, source in enumerate(problem.sources)}
        rows.append(row)
    return pd.DataFrame(rows)


def _actions(outcome: Outcome | None) -> pd.DataFrame:
    columns = ["stage", "site", "action", "from_size", "to_size", "cost", "partner", "capacity", "staff", "beds"]
    columns.append("floor_area_m2")
    if outcome is None:
        return pd.DataFrame([], columns=columns)
    problem, names, rows = outcome.problem, stage_names(outcome.problem), []
    for number, t in outcome.plan.made:
        move = problem.moves[number]
        start, end = problem.options[move.start], problem.options[move.end]
        room = end.capacity if end.open and np.isfinite(end.capacity) else np.nan
        figures = (room, end.staff, end.beds, end.floor_area) if end.open else (np.nan,) * 4
        shares = tuple(move.cost * share for share in (move.shares if problem.sources else ()))
        rows.append(
            (names[t], move.site, move.action, start.size, end.size, move.cost, move.partner, *figures, *shares)
        )
    return pd.DataFrame(rows, columns=[*columns, *(f"cost_{source}" for source in problem.sources)])


def _rules(sentences: Mapping[str, tuple[str, str]], planned: Planned) -> pd.DataFrame:
    kinds = {stated.key: getattr(stated.rule, "kind", type(stated.rule).__name__) for stated in _problem(planned).rules}
    kept = True if planned.solution.outcome is not None else None
    rows = [(key, kinds.get(key, ""), *sentences[key], kept) for key in sentences]
    return pd.DataFrame(rows, columns=["key", "kind", "sentence_zh", "sentence_en", "kept"]).astype({"kept": object})


def planning_limits(scenario: Scenario, money: pd.DataFrame) -> list[tuple[str, float, float, str]]:
    """Return rows (key, limit, used, unit) of the limits that only the planning model keeps, as `Report.limits`.

    Limits that hold in every stage are used as much as in the stage that uses most.
    """
    limits, currency, planned = scenario.limits, scenario.currency, len(money) > 0
    spent = dict(zip(money["stage"], money["capital"], strict=True))
    rows = [
        (f"limits.budget_by_stage.{year}", float(stated), spent.get(str(year), np.nan), currency)
        for year, stated in limits.budget_by_stage.items()
    ]
    for source, stated in limits.budget_by_source.items():
        used = float(money[f"capital_{source}"].sum()) if planned else np.nan
        rows.append((f"limits.budget_by_source.{source}", float(stated), used, currency))
    figures = (
        ("running_cost_per_year", "running_cost", currency), ("staff", "staff", "staff"), ("beds", "beds", "beds"),
    )  # fmt: skip
    for key, figure, unit in figures:
        stated = getattr(limits, key)
        if stated is not None:
            rows.append((f"limits.{key}", float(stated), float(money[figure].max()) if planned else np.nan, unit))
    return rows


def _target_rows(
    scenario: Scenario, targets: Sequence[CoverageTarget], whole_problem: PlanningProblem, name: str, outcome: Outcome,
    t: int,
) -> Iterator[tuple[str, int, float, float, float]]:  # fmt: skip
    """Yield what each target asks for in a stage; the problem with all its moves tells who can be reached at all."""
    problem = outcome.problem
    for number, (words, target) in enumerate(zip(scenario.targets, targets, strict=True)):
        people = problem.people if words.segment is None else problem.labels.segments[words.segment]
        weights = np.where(target.members, people[t], 0.0)
        whole, needed = float(weights.sum()), words.at_least_people
        if needed is None and target.at_least_percent < 100:
            needed = target.at_least_percent / 100 * whole
        elif needed is None:
            excused = problem.labels.excused
            asked = whole_problem.can_be_reached(target.tier) & (True if excused is None else ~excused)
            needed = float(weights[asked].sum())
        yield name, number, whole, float(needed), outcome.people_covered(target.tier, weights, t)


def stage_targets(scenario: Scenario, planning: PlanningTables) -> pd.DataFrame:
    """Return by target of the scenario: stage (the first in which it is due), and its people and people covered then.

    Figures are NaN without a plan.
    """
    names, rows = planning.money["stage"].tolist(), []
    for number, words in enumerate(scenario.targets):
        found = planning.targets[planning.targets["target"] == number].set_index("stage")
        due = next((name for name in names if words.by is None or int(name) >= words.by), "") if names else ""
        due = names[-1] if names and words.by is None else due
        figures = (np.nan, np.nan) if not due else tuple(found.loc[due, ["people", "people_covered"]].astype(float))
        rows.append((due, *figures))
    return pd.DataFrame(rows, columns=["stage", "stage_people", "stage_covered"])


def _exceptions(scenario: Scenario, problem: PlanningProblem) -> pd.DataFrame:
    rows = []
    for rule in scenario.rules:
        if rule.kind == "exception":
            stated = dict(rule)
            who = np.isin(problem.labels.point.astype(str), stated["points"])
            if stated["zone"] is not None:
                who |= problem.labels.zone == stated["zone"]
            people = float(problem.people[-1][who].sum())
            rows.append((int(who.sum()), people, stated["reason"], stated["approved"] or ""))
    return pd.DataFrame(rows, columns=["points", "people", "reason", "approved"])


def _orders(planned: Planned) -> pd.DataFrame:
    columns = ["order", "objective", "value", "bound", "cost"]
    if planned.other_order is None:
        return pd.DataFrame([], columns=columns)
    other = "final_first" if planned.order == "jointly" else "jointly"
    rows = []
    for order, solution in ((planned.order, planned.solution), (other, planned.other_order)):
        spent = np.nan if solution.outcome is None else solution.outcome.spent
        rows += [(order, level.name, level.value, level.bound, spent) for level in solution.levels]
    return pd.DataFrame(rows, columns=columns)


def _present_cost(outcome: Outcome) -> float:
    running = outcome.present_running if outcome.problem.counts_running_cost else 0.0
    return outcome.present_capital + running


def site_columns(sites: Sites, planned: Planned) -> dict[str, TextArray | FloatArray]:
    """Return (J,) columns of the sites table as the plan leaves them: action, stage, size, action_cost, and more.

    Of several actions at one site the last one is named, built sites stay "build"; the stage is that of the first.
    """
    outcome = planned.solution.outcome or planned.estate_now
    problem, count, names = outcome.problem, len(sites), stage_names(outcome.problem)
    action = _actions_by(outcome, problem.stage_count - 1)
    action[sites.existing & ~problem.existing] = "close"  # fixed closed by its table
    stage = np.full(count, "", dtype=object)
    cost = np.zeros(count)
    for number, t in outcome.plan.made:
        move = problem.moves[number]
        # What relocating costs beside the new building belongs to the place where it stands.
        cost[move.partner if move.action == "relocate" else move.site] += move.cost
        stage[move.site] = stage[move.site] or names[t]
    last = [problem.options[number] for number in outcome.option[-1]]
    capacity = outcome.capacity(problem.stage_count - 1)
    return {
        "action": action,
        "stage": stage,
        "size": np.array([option.size for option in last], dtype=object),
        "action_cost": cost,
        "capacity": np.where(outcome.open[-1] & np.isfinite(capacity), capacity, np.nan),
        "load": np.where(outcome.open[-1], _loads(outcome), np.nan),
        "running_cost": np.array([option.running_cost if option.open else 0.0 for option in last]),
        "staff": np.array([option.staff if option.open else 0.0 for option in last]),
        "beds": np.array([option.beds if option.open else 0.0 for option in last]),
        "floor_area_m2": np.array([option.floor_area if option.open else 0.0 for option in last]),
    }


def _loads(outcome: Outcome) -> FloatArray:
    """Return (J,) load of each site's own service in the last stage: what its capacity is held against."""
    problem, last = outcome.problem, outcome.problem.stage_count - 1
    loads = np.zeros(problem.site_count)
    for k in range(len(problem.services)):
        own = problem.site_tier == k
        loads[own] = outcome.load_of(k, last)[own]
    return loads
