"""Who can be served when the sites of every stage are fixed: a linear program written point by point.

Part of the oracle of the planning model; solved by SciPy, from the problem's arrays alone.
"""

from __future__ import annotations

from collections import Counter
from math import inf
from typing import ClassVar

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

SLACK = 1e-6
"""Relative slack of sums, as the referee's."""


class Sum(Counter):
    """constant (key None) + sum of coefficient x variable."""

    @classmethod
    def of(cls, parts) -> Sum:
        """Add (factor, sum) pairs."""
        result = cls()
        for factor, part in parts:
            for key, amount in part.items():
                result[key] += factor * amount
        return result

    @property
    def fixed(self) -> bool:
        """Whether there is no variable in it."""
        return all(key is None for key in self)

    @property
    def constant(self) -> float:
        """The part without variables."""
        return float(self[None]) if None in self else 0.0


def number(value: float) -> Sum:
    """A constant."""
    return Sum({None: float(value)})


def arcs_of(service):
    """(demand point, site, minutes) of each arc."""
    return zip(service.demand, service.site, service.minutes, strict=True)


def tier_number(problem, name: str) -> int:
    """Index of a tier by its name."""
    return next(k for k, service in enumerate(problem.services) if service.tier == name)


def due(problem, year, otherwise: str) -> list[int]:
    """Stages in which something holds."""
    stages = list(range(len(problem.stages)))
    if year is None:
        return stages if otherwise == "every" else stages[-1:]
    first = min(t for t in stages if problem.stages[t].year >= year)
    return stages[first:]


def usable_sites(problem) -> list[bool]:
    """Which sites stand, or can be opened by some move in time."""
    usable = [problem.options[int(o)].open for o in problem.start]
    for move in problem.moves:
        if problem.options[move.end].open and move.first_stage < len(problem.stages):
            usable[move.site] = True
    return usable


def members(problem, tier) -> list[bool]:
    """Whom a tier serves, or any tier (None)."""
    tiers = range(len(problem.services)) if tier is None else [tier]
    return [any(problem.services[k].needed[i] for k in tiers) for i in range(len(problem.labels.point))]


def reachable(problem, tier) -> list[bool]:
    """Who needs a tier (None: any) and has a usable site of every tier meant that serves them within its standard."""
    usable, result = usable_sites(problem), members(problem, tier)
    for k, service in enumerate(problem.services):
        if tier in (None, k):
            near = {int(i) for i, j, m in arcs_of(service) if usable[j] and m <= service.standard_minutes[i]}
            result = [one and (i in near or not service.needed[i]) for i, one in enumerate(result)]
    return result


def people_in_zone(problem, zone: str, t: int) -> float:
    """All people of a zone."""
    return sum(problem.people[t][i] for i, name in enumerate(problem.labels.zone) if name == zone)


def credit(service, i: int, minutes: float) -> float:
    """Gradual coverage of somebody so far away."""
    standard = service.standard_minutes[i]
    if minutes <= standard:
        return 1.0
    if service.zero_at_minutes is None or minutes >= service.zero_at_minutes[i]:
        return 0.0
    return float((service.zero_at_minutes[i] - minutes) / (service.zero_at_minutes[i] - standard))


class Serving:
    """Variables and rows of who is served by the open sites of each stage."""

    OBJECTIVES: ClassVar = (
        "cost", "coverage", "coverage_over_time", "gradual_coverage", "least_share", "need_coverage", "need_travel",
        "sites", "travel", "worst_travel",
    )  # fmt: skip

    @staticmethod
    def maximised(name: str) -> bool:
        """Whether more is better."""
        return name in ("coverage", "coverage_over_time", "gradual_coverage", "least_share", "need_coverage")

    def __init__(self, problem, option, brought, assigned=None) -> None:
        self.problem, self.option, self.brought = problem, option, brought
        self.points = range(len(problem.labels.point))
        self.last = len(problem.stages) - 1
        self.open = [[problem.options[o].open for o in row] for row in option]
        self.usable = usable_sites(problem)
        objectives = [wish.objective for wish in problem.levels]
        parts = [one for objective in objectives for one, _ in getattr(objective, "parts", ((objective, 1.0),))]
        self.beyond = any(one.name == "gradual_coverage" for one in parts)
        self.exact = any(type(stated.rule).__name__ == "Gap" and stated.rule.tier is None for stated in problem.rules)
        self.upper: list[float] = []
        self.lower: list[float] = []
        self.whole: list[bool] = []
        self.rows: list[tuple[Sum, float, float]] = []
        self.meanings: list[tuple[Sum, float, float]] = []  # what variables stand for: nothing to be lenient about
        self.flow: dict[tuple[int, int, int], int] = {}  # (stage, service, arc) -> variable
        self.worths: dict[str, Sum] = {}
        self.loose = 0.0 if assigned is None else SLACK
        self.assignable = True
        for t in range(self.last + 1):
            for k, service in enumerate(problem.services):
                if service.assigned:
                    self._assign(t, k)
        if assigned is not None:
            self._fix(assigned)
        self.covered = [[self._covered(t, k) for k in range(len(problem.services))] for t in range(self.last + 1)]
        self.all = [[self._all_tiers(t, i) for i in self.points] for t in range(self.last + 1)]
        self._everybody()
        for stated in problem.rules:
            self._rule(stated.rule)

    def variable(self, upper: float = 1.0, *, whole: bool = False) -> int:
        """Add a variable from 0."""
        self.lower.append(0.0)
        self.upper.append(upper)
        self.whole.append(whole)
        return len(self.upper) - 1

    # --- who goes where -----------------------------------------------------------------------------------------------

    def _assign(self, t: int, k: int) -> None:
        problem, service = self.problem, self.problem.services[k]
        blocked = {int(a) for a, j in zip(service.blocked_arc, service.blocking_site, strict=True) if self.open[t][j]}
        by_point: dict[int, list[int]] = {}
        by_site: dict[int, list[tuple[int, int]]] = {j: [] for j in range(len(problem.site_tier))}
        for arc, (i, j, m) in enumerate(arcs_of(service)):
            i, j = int(i), int(j)
            if self.open[t][j] and arc not in blocked and problem.people[t][i] > 0 and self._reach(t, service, i, m):
                x = self.flow[t, k, arc] = self.variable(whole=service.single)
                by_point.setdefault(i, []).append(x)
                by_site[j].append((i, x))
        for shares in by_point.values():
            self.rows.append((Sum.of((1, Sum({x: 1.0})) for x in shares), -inf, 1.0))
        for j, served in by_site.items():
            size = problem.options[self.option[t][j]]
            load = Sum.of((problem.load[t][i], Sum({x: 1.0})) for i, x in served)
            if size.open:
                own = problem.site_tier[j] == k
                self.rows.append((load, size.least_load if own else -inf, size.capacity + self.brought[t][j]))

    def _reach(self, t, service, i, minutes) -> bool:
        if t == self.last and self.problem.assigns_everybody:
            return True
        if t == self.last and self.beyond:
            return credit(service, i, minutes) > 0
        return minutes <= service.standard_minutes[i]

    def _fix(self, assigned) -> None:
        """Hold a plan's own assignment; `assignable` is False where it uses what may not be used."""
        given = {
            (t, k, int(arc)): float(share)
            for t, row in enumerate(assigned)
            for k, one in enumerate(row)
            if one is not None
            for arc, share in zip(one.arc, one.share, strict=True)
        }
        self.assignable = all(place in self.flow for place in given)
        for place, x in self.flow.items():
            share = given.get(place, 0.0)
            self.assignable &= -SLACK <= share <= 1 + SLACK
            self.assignable &= not self.whole[x] or min(abs(share), abs(1 - share)) < SLACK
            self.whole[x] = False
            self.lower[x], self.upper[x] = share, share

    def _nearest(self, t: int, k: int) -> dict[int, float]:
        service, nearest = self.problem.services[k], {}
        for i, j, m in arcs_of(service):
            if self.open[t][j]:
                nearest[int(i)] = min(float(m), nearest.get(int(i), inf))
        return nearest

    def _covered(self, t: int, k: int) -> list[Sum]:
        """(I,) share covered by one service."""
        service = self.problem.services[k]
        if not service.assigned:
            nearest = self._nearest(t, k)
            return [number(nearest.get(i, inf) <= service.standard_minutes[i]) for i in self.points]
        covered = [number(0) for _ in self.points]
        for (stage, tier, arc), x in self.flow.items():
            if stage == t and tier == k:
                i = int(service.demand[arc])
                covered[i][x] += float(service.minutes[arc] <= service.standard_minutes[i])
        return covered

    def _all_tiers(self, t: int, i: int) -> Sum:
        """The least of the shares of every service that the point needs."""
        needed = [k for k, service in enumerate(self.problem.services) if service.needed[i]]
        parts = [self.covered[t][k][i] for k in needed]
        fixed = min((part.constant for part in parts if part.fixed), default=1.0)
        moving = [part for part in parts if not part.fixed]
        if not parts or fixed == 0 or not moving:
            return number(fixed if parts else 0)
        if len(moving) == 1:
            return moving[0]
        least = self.variable()
        for part in moving:
            self.meanings.append((Sum.of([(1, part), (-1, Sum({least: 1.0}))]), 0.0, inf))
        if self.exact:
            chosen = [self.variable(whole=True) for _ in moving]
            self.meanings.append((Sum(dict.fromkeys(chosen, 1.0)), 1.0, 1.0))
            for part, one in zip(moving, chosen, strict=True):
                self.meanings.append((Sum.of([(1, Sum({least: 1.0, one: -1.0})), (-1, part)]), -1.0, inf))
        return Sum({least: 1.0})

    def _everybody(self) -> None:
        """Travel for everybody: in the last stage whoever could have a site has one."""
        problem, t = self.problem, self.last
        for k, service in enumerate(problem.services if problem.assigns_everybody else ()):
            pairs: dict[int, list[int]] = {}
            for arc, (i, j, _) in enumerate(arcs_of(service)):
                if self.usable[j] and (not service.assigned or problem.people[t][i] > 0):
                    pairs.setdefault(int(i), []).append(arc)
            for arcs in pairs.values():
                if service.assigned:
                    share = Sum(dict.fromkeys((self.flow[t, k, a] for a in arcs if (t, k, a) in self.flow), 1.0))
                    self.rows.append((share, 1.0, 1.0))
                else:
                    self.rows.append((number(any(self.open[t][service.site[a]] for a in arcs)), 1.0, inf))

    # --- rules of coverage --------------------------------------------------------------------------------------------

    def people(self, tier, weights, t: int) -> Sum:
        """Weighed people covered."""
        covered = self.all[t] if tier is None else self.covered[t][tier]
        who = members(self.problem, tier)
        return Sum.of((float(weights[i]), covered[i]) for i in self.points if who[i] and weights[i] > 0)

    def _rule(self, rule) -> None:
        add = {
            "CoverageTarget": self._target, "Floor": self._floor, "Gap": self._gap,
            "ServicePopulation": self._service_population,
        }.get(type(rule).__name__)  # fmt: skip
        if add is not None:
            add(rule)

    def _target(self, rule) -> None:
        problem = self.problem
        who, can = members(problem, rule.tier), reachable(problem, rule.tier)
        excused = problem.labels.excused
        for t in rule.stages:
            weights = [float(w) if who[i] else 0.0 for i, w in enumerate(rule.weights[t])]
            asked = rule.at_least_percent / 100 * sum(weights)
            if rule.at_least_people is not None:
                asked = rule.at_least_people
            elif rule.at_least_percent >= 100:
                weights = [
                    w if can[i] and not (excused is not None and excused[i]) else 0 for i, w in enumerate(weights)
                ]
                asked = sum(weights)
            self.rows.append((self.people(rule.tier, weights, t), asked, inf))

    def _floor(self, rule) -> None:
        problem, labels = self.problem, self.problem.labels
        tier = None if rule.tier is None else tier_number(problem, rule.tier)
        part_of = {"zone": labels.zone, "area_class": labels.area_class, **labels.groups}[rule.per]
        who, can = members(problem, tier), reachable(problem, tier)
        for t in due(problem, rule.by, "last"):
            for part in {part_of[i] for i in self.points if who[i]} - {""}:
                percent = rule.at_least_percent_by_part.get(part, rule.at_least_percent)
                weights = [problem.people[t][i] if who[i] and part_of[i] == part else 0.0 for i in self.points]
                of_reachable = rule.of == "reachable" or percent >= 100
                counted = sum(w for i, w in enumerate(weights) if can[i] or not of_reachable)
                self.rows.append((self.people(tier, weights, t), percent / 100 * counted, inf))

    def _gap(self, rule) -> None:
        problem = self.problem
        tier = None if rule.tier is None else tier_number(problem, rule.tier)
        who = members(problem, tier)
        for t in due(problem, rule.by, "last"):
            shares = []
            for area_class in rule.between:
                here = [i for i in self.points if who[i] and problem.labels.area_class[i] == area_class]
                weights = [problem.people[t][i] if i in here else 0.0 for i in self.points]
                if sum(weights) > 0:
                    shares.append(Sum.of([(100 / sum(weights), self.people(tier, weights, t))]))
            if len(shares) == 2:
                difference = Sum.of([(1, shares[0]), (-1, shares[1])])
                self.rows.append((difference, -rule.at_most_points, rule.at_most_points))

    def _service_population(self, rule) -> None:
        problem, tier = self.problem, tier_number(self.problem, rule.tier)
        service = problem.services[tier]
        for t in due(problem, rule.by, "every"):
            for j in range(len(problem.site_tier)):
                if problem.site_tier[j] == tier and self.open[t][j]:
                    people = Sum.of(
                        (problem.people[t][service.demand[arc]], Sum({x: 1.0}))
                        for (stage, k, arc), x in self.flow.items()
                        if stage == t and k == tier and service.site[arc] == j
                    )
                    most = inf if rule.at_most is None else rule.at_most
                    self.rows.append((people, rule.at_least or 0.0, most))

    # --- values -------------------------------------------------------------------------------------------------------

    def worth(self, name: str) -> Sum:
        """An objective as a sum; those of money and sites, and worst_travel, are elsewhere."""
        if name not in self.worths:
            self.worths[name] = self._weighted(name) if isinstance(name, tuple) else self._worth(name)
        return self.worths[name]

    def _weighted(self, parts) -> Sum:
        return Sum.of((-weight if self.maximised(one) else weight, self.worth(one)) for one, weight in parts)

    def _worth(self, name: str) -> Sum:
        problem, t = self.problem, self.last
        need = problem.people if problem.need is None else problem.need
        if name in ("coverage", "need_coverage"):
            return self.people(None, (problem.people if name == "coverage" else need)[t], t)
        if name == "coverage_over_time":
            stages = enumerate(problem.stages)
            return Sum.of((stage.years, self.people(None, problem.people[n], n)) for n, stage in stages)
        if name in ("travel", "need_travel"):
            return self._person_minutes((problem.people if name == "travel" else need)[t])
        if name == "gradual_coverage":
            return self._credited()
        assert name == "least_share"
        return self._least_share()

    def _person_minutes(self, weights) -> Sum:
        parts = [(weights[i] * m, number(1)) for _, i, m in self.travellers()]
        for (t, k, arc), x in self.flow.items():
            service = self.problem.services[k]
            if t == self.last:
                parts.append((weights[service.demand[arc]] * service.minutes[arc], Sum({x: 1.0})))
        return Sum.of(parts)

    def travellers(self) -> list[tuple[int, int, float]]:
        """(service, point, minutes) of whoever goes to the nearest open site of a service that is not assigned."""
        found = []
        for k, service in enumerate(self.problem.services):
            if not service.assigned:
                for i, m in self._nearest(self.last, k).items():
                    if self.problem.assigns_everybody or m <= service.standard_minutes[i]:
                        found.append((k, i, m))
        return found

    def _credited(self) -> Sum:
        people, parts = self.problem.people[self.last], []
        for k, service in enumerate(self.problem.services):
            if not service.assigned:
                nearest = self._nearest(self.last, k)
                parts += [(people[i] * credit(service, i, m), number(1)) for i, m in nearest.items()]
        for (t, k, arc), x in self.flow.items():
            service = self.problem.services[k]
            if t == self.last:
                i = int(service.demand[arc])
                parts.append((people[i] * credit(service, i, service.minutes[arc]), Sum({x: 1.0})))
        return Sum.of(parts)

    def _least_share(self) -> Sum:
        can, people = reachable(self.problem, None), self.problem.people[self.last]
        least = self.variable(100.0)
        for zone in set(self.problem.labels.zone) - {""}:
            weights = [people[i] if can[i] and self.problem.labels.zone[i] == zone else 0.0 for i in self.points]
            if sum(weights) > 0:
                share = Sum.of([(100 / sum(weights), self.people(None, weights, self.last))])
                self.meanings.append((Sum.of([(1, share), (-1, Sum({least: 1.0}))]), 0.0, inf))
        return Sum({least: 1.0})

    def ladder(self) -> list[float]:
        """The longest minutes that may come out: of those who travel anyway, and of each share that may be used."""
        minutes = {float(self.problem.services[k].minutes[arc]) for (t, k, arc) in self.flow if t == self.last}
        always = max((m for _, _, m in self.travellers()), default=0.0)
        return sorted({always, *(m for m in minutes if m > always)})

    def optimum(self, name: str | None, kept, longest: float) -> float | None:
        """The best value of an objective (None: 0) under kept (sum, limit, at least?); None where there is none."""
        if max((m for _, _, m in self.travellers()), default=0.0) > longest * (1 + 1e-9):
            return None
        wish = number(0) if name is None else self.worth(name)
        rows = self.rows + [(left, limit, inf) if up else (left, -inf, limit) for left, limit, up in kept]
        if any(not _holds(row) for row in rows):
            return None
        upper = list(self.upper)
        for (t, k, arc), x in self.flow.items():
            if t == self.last and self.problem.services[k].minutes[arc] > longest:
                upper[x] = 0.0
                if self.lower[x] > 0:
                    return None
        if not upper:
            return wish.constant
        sign = -1.0 if name is not None and self.maximised(name) else 1.0
        rows = [_loosened(row, self.loose) for row in rows] + self.meanings
        found = _minimum(Sum.of([(sign, wish)]), rows, Bounds(self.lower, upper), self.whole)
        return None if found is None else sign * found


def _holds(row) -> bool:
    """Whether a row without variables holds; others are left to the solver."""
    left, low, high = row
    slack = SLACK * max(abs(low) if low > -inf else 0, abs(high) if high < inf else 0, 1)
    return not left.fixed or low - slack <= left.constant <= high + slack


def _loosened(row, loose: float):
    """A row with relative slack on both sides."""
    left, low, high = row
    low = low if low == -inf else low - loose * max(abs(low), 1)
    return left, low, high if high == inf else high + loose * max(abs(high), 1)


def _minimum(wish: Sum, rows, bounds: Bounds, whole: list[bool]) -> float | None:
    count = len(whole)
    moving = [row for row in rows if not row[0].fixed]
    matrix = np.zeros((len(moving), count))
    low, high = np.full(len(moving), -inf), np.full(len(moving), inf)
    for n, (left, at_least, at_most) in enumerate(moving):
        for key, amount in left.items():
            if key is not None:
                matrix[n, key] += amount
        if at_least > -inf:
            low[n] = at_least - left.constant
        if at_most < inf:
            high[n] = at_most - left.constant
    cost = np.zeros(count)
    for key, amount in wish.items():
        if key is not None:
            cost[key] += amount
    constraints = LinearConstraint(matrix, low, high) if moving else ()
    found = milp(cost, integrality=np.array(whole, dtype=int), bounds=bounds, constraints=constraints,
                 options={"mip_rel_gap": 0.0})  # fmt: skip
    assert found.status in (0, 2), found.message
    return None if found.x is None else float(found.fun) + wish.constant
