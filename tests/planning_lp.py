"""A county that fits on a sheet of paper, and models of it as LP text with names a reader can follow.

p1 (10 people, north, urban) has s1 in 5 minutes and s2 in 25; p2 (20, south, rural) has s2 in 10 and s3 in 15; p3 (30,
south, rural) has s3 in 12 and s1 in 28. The standard is 20 minutes. s1 stands; s2 costs 100 to build and s3 150, from
the second stage on; closing s1 costs 10.
"""

from __future__ import annotations

from dataclasses import replace
from math import inf, isinf

import numpy as np

from facopt.linear import total
from facopt.location.planning.limits import (
    Budget,
    CoverageTarget,
    FigureLimit,
    FixedOpen,
    Guard,
    Requires,
    SiteCount,
)
from facopt.location.planning.model import PlanModel
from facopt.location.planning.problem import (
    Labels,
    LevelWish,
    Move,
    Option,
    PlanningProblem,
    PlanService,
    Stage,
    Stated,
)
from facopt.location.planning.threshold import ThresholdObjective
from facopt.location.planning.weighted import WeightedSum
from facopt.objectives import objective_classes
from facopt.rules.backup import Backup
from facopt.rules.exception import ApprovedException
from facopt.rules.exclusion import Exclusion
from facopt.rules.floor import Floor
from facopt.rules.gap import Gap
from facopt.rules.must_not_open import MustNotOpen
from facopt.rules.must_open import MustOpen
from facopt.rules.service_population import ServicePopulation
from facopt.rules.sites_per_zone import SitesPerZone
from facopt.rules.spacing import Spacing
from facopt.rules.worst_minutes import WorstMinutes

WORST_TRAVEL_LIMIT = 12.0
"""worst_travel is a limit, not a sum; its example asks for this many minutes."""
PEOPLE = np.array([[10.0, 20.0, 30.0], [12.0, 20.0, 33.0]])


def _array(*values: str) -> np.ndarray:
    return np.array(values, dtype=object)


def county(*, assigned: bool = False, stages: int = 2) -> PlanningProblem:
    """The county of this module; with `assigned` sites have room for 15 (s1), 25 (s2) and 30 people (s3)."""
    room = (15.0, 25.0, 30.0) if assigned else (inf, inf, inf)
    options = []
    for j in range(3):
        options += [Option(j), Option(j, "clinic", True, capacity=room[j], running_cost=7.0 + j, staff=4.0 + j)]
    service = PlanService(
        tier="clinic", needed=np.ones(3, dtype=bool), standard_minutes=np.full(3, 20.0),
        demand=np.array([0, 0, 1, 1, 2, 2], dtype=np.int32), site=np.array([0, 1, 1, 2, 0, 2], dtype=np.int32),
        minutes=np.array([5.0, 25.0, 10.0, 15.0, 28.0, 12.0]), assigned=assigned, zero_at_minutes=np.full(3, 30.0),
    )  # fmt: skip
    labels = Labels(
        point=_array("p1", "p2", "p3"), site=_array("s1", "s2", "s3"), zone=_array("north", "south", "south"),
        site_zone=_array("north", "south", "south"), area_class=_array("urban", "rural", "rural"),
        metres=np.array([[0.0, 0.0], [3000.0, 0.0], [4000.0, 0.0]]),
    )  # fmt: skip
    late = int(stages > 1)
    return PlanningProblem(
        people=PEOPLE[:stages], load=PEOPLE[:stages], site_tier=np.zeros(3, dtype=np.int32), options=tuple(options),
        stages=(Stage(2027, 3.0, 1.0, 2.8), Stage(2030, 5.0, 0.9, 4.1))[:stages],
        start=np.array([1, 2, 4], dtype=np.int32),
        moves=(Move(1, 2, 3, "build", 100.0), Move(2, 4, 5, "build", 150.0, first_stage=late),
               Move(0, 1, 0, "close", 10.0)),
        services=(service,), labels=labels, levels=(LevelWish(objective_classes()["cost"]()),),
    )  # fmt: skip


def estate() -> PlanningProblem:
    """The county with s1 and s2 standing: s2 may merge into s1, either may move to s3, and s1 may be extended."""
    problem = county(assigned=True)
    larger = Option(0, "larger", True, capacity=40.0)
    return problem.replace(
        options=(*problem.options, larger), start=np.array([1, 3, 4], dtype=np.int32),
        moves=(Move(1, 3, 2, "merge", 20.0, partner=0, brings=12.0), Move(0, 1, 0, "relocate", -60.0, partner=2),
               Move(1, 3, 2, "relocate", -50.0, partner=2), Move(2, 4, 5, "build", 150.0),
               Move(0, 1, 6, "extend", 40.0, first_stage=1)),
    )  # fmt: skip


def assignment() -> PlanningProblem:
    """The county with places: s1 asks for 8 people, p2 goes whole and not past an open s2, all travel in the end."""
    problem = county(assigned=True)
    options = (problem.options[0], replace(problem.options[1], least_load=8.0), *problem.options[2:])
    service = replace(problem.services[0], blocked_arc=np.array([3], dtype=np.int32),
                      blocking_site=np.array([1], dtype=np.int32))  # fmt: skip
    moves = (*problem.moves[:2], Move(0, 1, 0, "close", 10.0, first_stage=1))
    return problem.replace(options=options, services=(service,), moves=moves)


def two_tiers() -> PlanningProblem:
    """The county of one stage with a second tier that s3 gives too: covered is who has both."""
    problem = county(stages=1)
    first = problem.services[0]
    second = replace(
        first, tier="hospital", needed=np.array([False, True, True]), demand=np.array([1, 1, 2], dtype=np.int32),
        site=np.array([0, 2, 2], dtype=np.int32), minutes=np.array([18.0, 15.0, 12.0]),
    )  # fmt: skip
    gap = Gap(kind="gap", between=("urban", "rural"), at_most_points=70.0)
    return problem.replace(services=(first, second), rules=(Stated("rules.0", gap),))


def rule_examples() -> dict[str, PlanningProblem]:
    """A county for each kind of rule, with that rule alone, by the name of its class."""
    plain, places, weights = county(), county(assigned=True), PEOPLE
    excused = plain.replace(labels=replace(plain.labels, excused=np.array([False, False, True])))
    flooded = plain.replace(labels=replace(plain.labels, excluded=np.array([True, True, False])))
    joint = {"below_people": 15.0, "within_minutes": 25.0}
    bare = {
        "ApprovedException": (excused, ApprovedException(kind="exception", points=("p3",), reason="moves in 2028")),
        "Backup": (plain, Backup(kind="backup", tier="clinic", at_least_percent=30.0)),
        "Budget": (plain, Budget(90.0, stage=1)),
        "CoverageTarget": (plain, CoverageTarget(0, 80.0, weights, range(1, 2))),
        "Exclusion": (flooded, Exclusion(kind="exclusion", file="flood.geojson")),
        "FigureLimit": (plain, FigureLimit("staff", 9.0)),
        "FixedOpen": (plain, FixedOpen((2,))),
        "Floor": (plain, Floor(kind="floor", per="zone", at_least_percent=40.0, by=2027)),
        "Gap": (plain, Gap(kind="gap", between=("urban", "rural"), at_most_points=40.0)),
        "Guard": (plain, Guard(0, np.array([25.0, inf, inf]))),
        "MustNotOpen": (plain, MustNotOpen(kind="must_not_open", sites=("s2",))),
        "MustOpen": (plain, MustOpen(kind="must_open", sites=("s3",), by=2030)),
        "Requires": (plain, Requires(((1, (0, 2)),))),
        "ServicePopulation": (places, ServicePopulation(kind="service_population", tier="clinic", at_least=11.0,
                                                        at_most=28.0)),
        "SiteCount": (plain, SiteCount(0, 2, exact=True)),
        "SitesPerZone": (plain, SitesPerZone(kind="sites_per_zone", tier="clinic", joint=joint, by=2030,
                                             one_more_above_people=50.0)),
        "Spacing": (plain, Spacing(kind="spacing", tier="clinic", at_least_metres=2000.0)),
        "WorstMinutes": (plain, WorstMinutes(kind="worst_minutes", tier="clinic", at_most_minutes=26.0, by=2030)),
    }  # fmt: skip
    found = {name: problem.replace(rules=(Stated("rules.0", rule),)) for name, (problem, rule) in bare.items()}
    whole = Stated("targets.0", CoverageTarget(0, 100.0, weights, range(1, 2)))
    found["ApprovedException"] = found["ApprovedException"].replace(rules=(*found["ApprovedException"].rules, whole))
    return found


def objective_examples() -> dict[str, PlanningProblem]:
    """The county with a budget of 160 for each objective, by its name."""
    problem = county().replace(rules=(Stated("limits.budget", Budget(160.0)),), need=PEOPLE * [1.0, 2.0, 1.5])
    found = {name: problem.replace(levels=(LevelWish(one()),)) for name, one in objective_classes().items()}
    for name in ("travel", "need_travel", "worst_travel"):
        found[name] = found[name].replace(assigns_everybody=True)
    found["cost"] = found["cost"].replace(counts_running_cost=True)
    return found


def core_examples() -> dict[str, PlanningProblem]:
    """Counties for the rows of the model itself."""
    return {"estate": estate(), "assignment": assignment(), "two_tiers": two_tiers(),
            "everybody": assignment().replace(assigns_everybody=True), "weighted": weighted()}  # fmt: skip


def weighted() -> PlanningProblem:
    """The county of one stage: money, 5 for each minute of the longest way, less 2 for each person covered."""
    kinds = objective_classes()
    parts = tuple((kinds[name](), weight) for name, weight in (("cost", 1.0), ("worst_travel", 5.0), ("coverage", 2.0)))
    return county(stages=1).replace(levels=(LevelWish(WeightedSum(parts)),), assigns_everybody=True)


# --- LP text ----------------------------------------------------------------------------------------------------------


def stated_model(problem: PlanningProblem) -> tuple[PlanModel, int]:
    """The model of the problem's only level, and how many of its rows come before rule and objective."""
    model = PlanModel.of(problem, rules=False)
    before = len(model.linear.row_names)
    model.add_rules()
    objective = problem.levels[0].objective
    if isinstance(objective, ThresholdObjective):
        objective.restrict(model, WORST_TRAVEL_LIMIT)
        objective = objective_classes()["cost"]()
    sign = -1.0 if objective.maximise else 1.0
    model.linear.objective = dict(total([objective.expression(model) * sign]).terms)
    return model, before


def lp_text(problem: PlanningProblem) -> str:
    """The model as LP text: rows of the model itself first, then those of rules and the objective."""
    model, before = stated_model(problem)
    linear, names = model.linear, readable_names(model)
    wanted = _terms(names, list(linear.objective.items())) or "0 " + names[0]
    lines = ["Minimize", f" value: {wanted}", "Subject To", "\\ the model itself"]
    for n, name in enumerate(linear.row_names):
        if n == before:
            lines.append("\\ rule and objective")
        if linear.row_terms[n]:
            left = _terms(names, linear.row_terms[n])
            lines += [f" {name}{end}: {left} {sense} {right:.15g}"
                      for end, sense, right in _sides(linear.row_lower[n], linear.row_upper[n])]  # fmt: skip
    lines.append("Bounds")
    for name, low, high in zip(names, linear.lower, linear.upper, strict=True):
        lines.append(f" {name} >= {low:.15g}" if isinf(high) else f" {low:.15g} <= {name} <= {high:.15g}")
    whole = [name for name, integer in zip(names, linear.integer, strict=True) if integer]
    return "\n".join([*lines, "General", *(f" {name}" for name in whole), "End", ""])


def _terms(names: list[str], terms: list[tuple[int, float]]) -> str:
    parts = [f"{'-' if amount < 0 else '+'} {'' if abs(amount) == 1 else f'{abs(amount):.15g} '}{names[column]}"
             for column, amount in terms]  # fmt: skip
    return " ".join(parts).removeprefix("+ ")


def _sides(low: float, high: float) -> list[tuple[str, str, float]]:
    if low == high:
        return [("", "=", low)]
    sides = [("_low", ">=", low)] * (low > -inf) + [("_high", "<=", high)] * (high < inf)
    return [("", *sides[0][1:])] if len(sides) == 1 else sides


def readable_names(model: PlanModel) -> list[str]:
    """A name for each column that says what it stands for; those of rules are their own."""
    problem, names = model.problem, list(model.linear.column_names)
    labels, year = problem.labels, [stage.year for stage in problem.stages]
    for (n, t), column in model.moved.items():
        move = problem.moves[n]
        size = problem.options[move.end].size
        to = f"_to_{labels.site[move.partner]}" if move.partner >= 0 else f"_{size}" * bool(size)
        names[column] = f"{move.action}_{labels.site[move.site]}{to}_{year[t]}"
    for (k, arc, t), column in model.flow.items():
        service = problem.services[k]
        point, site = labels.point[service.demand[arc]], labels.site[service.site[arc]]
        names[column] = f"{service.tier}_of_{point}_at_{site}_{year[t]}"
    for (k, i, t), column in model.covered_point.items():
        names[column] = f"{problem.services[k].tier}_covers_{labels.point[i]}_{year[t]}"
    for (number, t), column in model.covered_set.items():
        names[column] = f"open_{'_or_'.join(labels.site[list(model.sets.sites[number])])}_{year[t]}"
    for parts, column in model.covered_all.items():
        names[column] = f"both_{'_and_'.join(names[part] for part in parts)}"
    assert len(set(names)) == len(names)
    return names
