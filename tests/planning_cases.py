"""Small random planning problems, drawn by seed; each can be asked to hold a rule, objective, move or feature."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import inf, nan

import numpy as np

from facopt.location.planning.problem import (
    Labels,
    LevelWish,
    Move,
    Option,
    PlanningProblem,
    PlanService,
    Stage,
    Stated,
)  # fmt: skip
from facopt.location.planning.weighted import WeightedSum
from facopt.objectives import objective_classes
from tests.planning_oracle import course_count
from tests.planning_rules import RULES, WANTED

YEARS = (2027, 2030, 2035)
MOST_COURSES = 260
ACTIONS = ("build", "extend", "refurbish", "relocate", "close", "merge")
FEATURES = (
    "split", "single", "nearest", "nested", "mixed", "lead_time", "tolerance", "everybody", "sources", "running_cost",
    "weighted", "excused", "segments", "least_load", "site_out_of_reach", "load_of_nobody", "three_stages",
)  # fmt: skip
ASSIGNED = ("split", "single", "nearest", "least_load", "load_of_nobody", "ServicePopulation", "merge")
"""What only services that are decided by assignment can hold."""
OBJECTIVES = tuple(objective_classes())


@dataclass
class Dice:
    """A random generator that remembers what the case must hold."""

    rng: np.random.Generator
    must: str = ""

    def chance(self, probability: float, name: str = "") -> bool:
        """True with a probability, or always where the name must be held."""
        drawn = bool(self.rng.random() < probability)
        return drawn or (name != "" and name == self.must)

    def whole(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return int(self.rng.integers(low, high + 1))

    def one_of(self, choices):
        """One of some values."""
        return choices[int(self.rng.integers(len(choices)))]


@dataclass
class Draft:
    """A case in the making."""

    dice: Dice
    points: int
    sites: int
    stages: int
    tiers: int
    people: np.ndarray
    tier_of: np.ndarray
    assigned: list[bool]
    options: list[Option] = field(default_factory=list)
    start: list[int] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    services: list[PlanService] = field(default_factory=list)
    labels: Labels | None = None
    rules: list[Stated] = field(default_factory=list)

    def year(self, probability: float = 0.6):
        """A year from which something holds, or None."""
        return int(self.dice.one_of(YEARS[: self.stages])) if self.dice.chance(probability) else None

    def tier(self) -> str:
        """Name of a tier."""
        return f"t{self.dice.whole(0, self.tiers - 1)}"

    def state(self, rule) -> None:
        """Add a rule under a key of its own."""
        self.rules.append(Stated(f"rules.{len(self.rules)}", rule))


def draw(seed: int, must: str = "") -> PlanningProblem:
    """Return the case of a seed that holds the rule, objective, action or feature named."""
    dice = Dice(np.random.default_rng([seed, *must.encode()]), must)
    draft = _draft(dice)
    _draw_sites(draft)
    _draw_services(draft)
    _draw_labels(draft)
    _draw_rules(draft)
    return _few_courses(_problem(draft))


def _draft(dice: Dice) -> Draft:
    points, sites = dice.whole(2, 6), dice.whole(2, 4)
    stages = 3 if dice.must == "three_stages" else dice.one_of((1, 1, 2, 2, 3))
    if dice.must in ("coverage_over_time", "lead_time"):
        stages = max(stages, 2)
    tiers = 2 if dice.must in ("nested", "mixed") else dice.one_of((1, 1, 2))
    people = dice.rng.integers(0, 60, points) * (dice.rng.random(points) < 0.9)
    growth = np.cumsum(dice.rng.integers(0, 4, (stages, points)), axis=0)
    people = np.maximum(people + np.where(people > 0, growth, 0), 0).astype(float)
    needs_assignment = dice.must in (
        "split",
        "single",
        "nearest",
        "least_load",
        "load_of_nobody",
        "ServicePopulation",
        "merge",
    )
    if dice.must == "mixed":
        assigned = [True, False] if dice.chance(0.5) else [False, True]
    else:
        assigned = [needs_assignment or dice.chance(0.4)] * tiers
    tier_of = dice.rng.integers(0, tiers, sites).astype(np.int32)
    tier_of[0] = 0
    if dice.must in ("relocate", "merge"):
        tier_of[:] = 0
    return Draft(dice, points, sites, stages, tiers, people, tier_of, assigned)


# --- sites and moves --------------------------------------------------------------------------------------------------


def _draw_sites(draft: Draft) -> None:
    dice = draft.dice
    stands = [dice.chance(0.4) for _ in range(draft.sites)]
    if dice.must in ("extend", "refurbish", "close", "relocate", "merge", "Guard"):
        stands[0] = True
    if dice.must == "merge":
        stands[1] = True
    if dice.must in ("relocate", "build", "Exclusion"):
        stands[1] = False
    for j in range(draft.sites):
        _draw_site(draft, j, stands[j])
    for j in range(draft.sites):
        _draw_partners(draft, j, stands)


def _draw_site(draft: Draft, j: int, stands: bool) -> None:
    dice, first = draft.dice, len(draft.options)
    limited = draft.assigned[draft.tier_of[j]] and not dice.chance(0.15)
    small, large = sorted(dice.whole(10, 130) for _ in range(2)) if limited else (inf, inf)
    least = dice.whole(1, 30) if draft.assigned[draft.tier_of[j]] and dice.chance(0.2, "least_load") else 0

    def size(name: str, capacity: float, factor: int) -> Option:
        return Option(
            j, name, True, capacity=capacity, least_load=float(least), staff=factor * dice.whole(1, 3),
            running_cost=float(factor * dice.whole(1, 4)), beds=factor, floor_area=100.0 * factor,
        )  # fmt: skip

    draft.options += [Option(j), size("small", float(small), 1), size("large", float(large), 2)]
    draft.start.append(first + 1 if stands else first)
    if not stands:
        draft.moves.append(_move(draft, j, first, first + 1, "build", dice.whole(4, 20)))
        if dice.chance(0.4):
            draft.moves.append(_move(draft, j, first, first + 2, "build", dice.whole(8, 30)))
    if dice.chance(0.5 if stands else 0.3, "extend"):
        draft.moves.append(_move(draft, j, first + 1, first + 2, "extend", dice.whole(2, 15)))
    if dice.chance(0.3 if stands else 0.0, "refurbish" if stands else ""):
        draft.options.append(size("small, refurbished", float(small) * 1.5, 1))
        draft.moves.append(_move(draft, j, first + 1, first + 3, "refurbish", dice.whole(1, 8)))
    if stands and dice.chance(0.4, "close"):
        draft.moves.append(_move(draft, j, first + 1, first, "close", dice.whole(0, 4)))


def _draw_partners(draft: Draft, j: int, stands: list[bool]) -> None:
    """Relocations to places without a building and mergers into standing ones."""
    dice, start = draft.dice, draft.start[j]
    for other in range(draft.sites):
        if not stands[j] or other == j or draft.tier_of[other] != draft.tier_of[j]:
            continue
        if not stands[other] and dice.chance(0.4, "relocate"):
            cost = dice.whole(-3, 5)
            draft.moves.append(_move(draft, j, start, start - 1, "relocate", cost, partner=other))
        if stands[other] and dice.chance(0.4, "merge"):
            cost, brings = dice.whole(0, 3), float(dice.whole(0, 40))
            draft.moves.append(_move(draft, j, start, start - 1, "merge", cost, partner=other, brings=brings))


def _move(draft: Draft, site, start, end, action, cost, partner=-1, brings=0.0) -> Move:
    dice = draft.dice
    late = draft.stages > 1 and dice.chance(0.2, "lead_time")
    share = dice.one_of((0.0, 0.25, 0.6, 1.0))
    return Move(site, start, end, action, float(cost), (share, 1 - share), dice.whole(1, draft.stages) if late else 0,
                partner, brings)  # fmt: skip


# --- services and labels ----------------------------------------------------------------------------------------------


def _draw_services(draft: Draft) -> None:
    dice = draft.dice
    for k in range(draft.tiers):
        needed = dice.rng.random(draft.points) < 0.85
        nested = draft.tiers > 1 and dice.chance(0.4, "nested")
        gives = (draft.tier_of == k) | (nested & (dice.rng.random(draft.sites) < 0.6))
        if dice.chance(0.1, "site_out_of_reach"):
            gives[dice.whole(0, draft.sites - 1)] = False
        pairs = needed[:, None] & gives[None, :] & (dice.rng.random((draft.points, draft.sites)) < 0.8)
        demand, site = (one.astype(np.int32) for one in np.nonzero(pairs))
        minutes = dice.rng.integers(1, 40, len(demand)).astype(float)
        standard = np.where(np.arange(draft.points) < 3, 20.0, 30.0)
        service = PlanService(
            f"t{k}", needed, standard, demand, site, minutes, draft.assigned[k],
            single=draft.assigned[k] and dice.chance(0.3, "single"),
            zero_at_minutes=None if dice.chance(0.2) else standard + dice.whole(1, 12),
        )  # fmt: skip
        if draft.assigned[k] and dice.chance(0.3, "nearest"):
            service = _nearest_first(draft, service)
        draft.services.append(service)


def _nearest_first(draft: Draft, service: PlanService) -> PlanService:
    """People may not pass a nearer open site, or one in their own zone: all of a point's nearer sites block an arc."""
    arcs, sites = [], []
    for a, (i, j) in enumerate(zip(service.demand, service.site, strict=True)):
        for b in np.flatnonzero(service.demand == i):
            other = service.site[b]
            if (service.minutes[b], other) < (service.minutes[a], j) and draft.dice.chance(0.9):
                arcs.append(a)
                sites.append(int(other))
    return replace(service, blocked_arc=np.array(arcs, dtype=np.int32), blocking_site=np.array(sites, dtype=np.int32))


def _text(values) -> np.ndarray:
    return np.array([str(value) for value in values], dtype=object)


def _draw_labels(draft: Draft) -> None:
    dice = draft.dice
    metres = dice.rng.integers(0, 5, (draft.sites, 2)) * 300.0
    if dice.chance(0.1):
        metres[0] = nan
    zones = ("north", "south", "") if dice.chance(0.15) else ("north", "south")
    part = np.floor(draft.people * dice.rng.random(draft.points))
    draft.labels = Labels(
        point=_text(f"p{i}" for i in range(draft.points)),
        site=_text(f"s{j}" for j in range(draft.sites)),
        zone=_text(dice.one_of(zones) for _ in range(draft.points)),
        site_zone=_text(dice.one_of(zones) for _ in range(draft.sites)),
        area_class=_text("urban" if i < 3 else "rural" for i in range(draft.points)),
        segments={"65_plus": part},
        metres=metres,
        groups={"island": _text(dice.one_of(("east", "west")) for _ in range(draft.points))},
        excused=dice.rng.random(draft.points) < 0.4 if dice.chance(0.1, "excused") else None,
        excluded=dice.rng.random(draft.sites) < 0.5 if dice.must == "Exclusion" else None,
    )


def _draw_rules(draft: Draft) -> None:
    dice = draft.dice
    for name, one in RULES.items():
        possible = name != "ServicePopulation" or any(draft.assigned)
        if possible and (dice.chance(0.07, name) or WANTED.get(dice.must) == name):
            draft.state(one(draft))


def _problem(draft: Draft) -> PlanningProblem:
    dice, stages = draft.dice, []
    for n in range(draft.stages):
        years = (*YEARS[: draft.stages], 2040)
        length = float(years[n + 1] - years[n])
        stages.append(Stage(years[n], length, round(0.9**n, 3), round(length * 0.8, 3)))
    load = draft.people * (dice.one_of((1.0, 1.0, 1.5)))
    if dice.chance(0.1, "load_of_nobody"):
        load[:, dice.whole(0, draft.points - 1)] = 0.0
    levels = _levels(dice)
    names = [name for wish in levels for name in objective_names(wish.objective)]
    first = next((name for name in names if "travel" in name or name == "coverage"), "")
    return PlanningProblem(
        people=draft.people, load=load, stages=tuple(stages), site_tier=draft.tier_of, options=tuple(draft.options),
        start=np.array(draft.start, dtype=np.int32), moves=tuple(draft.moves), services=tuple(draft.services),
        labels=draft.labels, levels=levels, rules=tuple(draft.rules), sources=("county", "province"),
        need=draft.people + draft.labels.segments["65_plus"] if dice.chance(0.7) else None,
        assigns_everybody=("travel" in first and dice.chance(0.7)) or dice.must == "everybody",
        counts_running_cost=dice.chance(0.3, "running_cost"),
    )  # fmt: skip


def objective_names(objective) -> list[str]:
    """Name of an objective, or of all parts of a weighted sum."""
    return [one.name for one, _ in getattr(objective, "parts", ((objective, 1.0),))]


def _levels(dice: Dice) -> tuple[LevelWish, ...]:
    kinds = objective_classes()
    count = dice.one_of((1, 2, 2, 3))
    names = [str(name) for name in dice.rng.choice(OBJECTIVES, count, replace=False)]
    if dice.must in kinds:
        names = [dice.must, *(name for name in names if name != dice.must)]
        if dice.chance(0.5):
            names.reverse()
    if dice.must in ("running_cost", "relocate") and "cost" not in names:
        names.append("cost")
    tolerances = [dice.one_of((1.0, 5.0, 20.0)) if dice.chance(0.15, "tolerance") else 0.0 for _ in names]
    levels = [LevelWish(kinds[name](), give) for name, give in zip(names, tolerances, strict=True)]
    if dice.chance(0.08, "weighted"):
        n = dice.whole(0, len(levels) - 1)
        levels[n] = replace(levels[n], objective=_weighted(dice, names[n], last=n == len(levels) - 1))
    return tuple(levels)


def _weighted(dice: Dice, name: str, *, last: bool) -> WeightedSum:
    """A weighted sum of an objective and others; the longest minutes in the last level only, as the oracle asks."""
    others = [str(one) for one in dice.rng.choice(OBJECTIVES, 2, replace=False) if one != name]
    kinds, names = objective_classes(), [one for one in (name, *others) if last or one != "worst_travel"]
    return WeightedSum(tuple((kinds[one](), dice.one_of((0.5, 1.0, 3.0, 20.0))) for one in names or ["cost"]))


def _few_courses(problem: PlanningProblem) -> PlanningProblem:
    """Leave out moves from the end of the most varied sites until every course can be looked at."""
    while course_count(problem) > MOST_COURSES:
        counts = {j: sum(move.site == j for move in problem.moves) for j in range(problem.site_count)}
        busiest = max(counts, key=lambda j: (counts[j], j))
        drop = max(
            (n for n, move in enumerate(problem.moves) if move.site == busiest), key=lambda n: _spared(problem, n)
        )
        problem = problem.replace(moves=tuple(move for n, move in enumerate(problem.moves) if n != drop))
    return problem


def _spared(problem: PlanningProblem, number: int) -> tuple[bool, int]:
    """Moves to leave out first: those of which there are others of the same action."""
    action = problem.moves[number].action
    return sum(move.action == action for move in problem.moves) > 1, number
